"""iCalendar (RFC 5545): the activities that concern somebody, for the calendar of a
phone or an office. Title, time, place and whom to ask; never who takes part, and
nothing of households."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction

from baodao.activities import queries
from baodao.activities.models import Activity, Feed
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import NotFound
from baodao.people.middleware import actors_of, key_of
from baodao.people.models import Account

BEFORE, AFTER, MOST = timedelta(days=60), timedelta(days=366), 1_000
STATUS = {"cancelled": "CANCELLED", "draft": "TENTATIVE"}


def _hash(token: str) -> str:
    """256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_feed(actor: Actor) -> Feed | None:
    """The feed that is open for this account in this role."""
    if actor.account_id is None:
        return None
    found = Feed.objects.filter(account_id=actor.account_id, revoked_at=None)
    return found.filter(role_key=key_of(actor)).first()


def make(*, actor: Actor, now: datetime | None = None) -> str:
    """A new address; the one before is closed. Returns the token, which is kept
    nowhere."""
    if actor.account_id is None:
        raise NotFound
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        revoke(actor=actor, now=now)
        row = Feed(
            account_id=actor.account_id, role_key=key_of(actor), hashed=_hash(token)
        )
        create(actor, "feeds.add", row, now=now)
    return token


def revoke(*, actor: Actor, now: datetime | None = None) -> bool:
    """The address opens nothing from now on. Returns whether there was one."""
    row = open_feed(actor)
    if row is None:
        return False
    at = now or clock_now()
    act(actor, "feeds.revoke", row.pk, lambda _: Write(set={"revoked_at": at}), now=at)
    return True


def reader(token: str) -> Actor:
    """On whose behalf a token reads. Raises NotFound: revoked, or the role is gone."""
    row = Feed.objects.filter(hashed=_hash(token), revoked_at=None).first()
    account = row and Account.objects.filter(pk=row.account_id, is_active=True).first()
    held = {key_of(a): a for a in actors_of(account)} if account else {}
    if row is None or row.role_key not in held:
        raise NotFound
    return held[row.role_key]


def rows(actor: Actor, now: datetime) -> list[Activity]:
    """What stands in the calendar: two months back, a year ahead."""
    found = queries.listed(actor).filter(
        start_at__gt=now - BEFORE, start_at__lt=now + AFTER
    )
    found = found.select_related(*queries.RELATED).order_by("start_at", "pk")
    return list(found.distinct()[:MOST])


def calendar(found: Iterable[Activity], now: datetime) -> str:
    """The file: CRLF, lines of at most 75 octets, text escaped."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Baodao//activities//ZH",
        "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "X-WR-CALNAME:报到活动",
    ]  # fmt: skip
    for it in found:
        lines += _event(it, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(it: Activity, now: datetime) -> list[str]:
    about = "\n".join(filter(None, (
        f"活 {it.no} · {it.unit or it.place.name}", it.about,
        " ".join(filter(None, (it.contact, it.phone))),
    )))  # fmt: skip
    return [
        "BEGIN:VEVENT", f"UID:{it.pk}@baodao", f"SEQUENCE:{it.version}",
        f"DTSTAMP:{_utc(now)}", f"DTSTART:{_utc(it.start_at)}",
        f"DTEND:{_utc(it.end_at)}", f"SUMMARY:{_text(it.title)}",
        f"LOCATION:{_text(queries.where(it))}", f"DESCRIPTION:{_text(about)}",
        f"STATUS:{STATUS.get(it.state, 'CONFIRMED')}", "END:VEVENT",
    ]  # fmt: skip


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    for char in ("\\", ";", ","):
        text = text.replace(char, f"\\{char}")
    return text.replace("\r", "").replace("\n", "\\n")


def folded(line: str) -> str:
    """A content line in pieces of at most 75 octets, no character cut in two."""
    pieces, piece, size = [], "", 0
    for char in line:
        n = len(char.encode())
        if size + n > 75:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + char, size + n
    return "\r\n".join([*pieces, piece])

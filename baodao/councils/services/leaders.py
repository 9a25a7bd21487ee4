"""Leaders' contact points as a bond (A26), and their visits (A27): owed so many times a
year, noted by whoever went along, confirmed by somebody else."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.access import path_range, require
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.councils import rules
from baodao.councils.models import LeaderContact, LeaderVisit
from baodao.duties import services as duties
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.orders.models import Order
from baodao.people import checks
from baodao.places.constraints import said
from baodao.places.models import Place
from baodao.places.rules import community_path


def assign(
    *, actor: Actor, rank: str, post: str, name: str, point_id: UUID,
    valid_from: date | None = None, now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """A leader takes a contact point. Errors: rank, post, point, valid_from."""
    if rank not in rules.LEADER_RANKS:
        raise Invalid(fields={"rank": "请选级别。"})
    point = Place.objects.filter(pk=point_id, valid_to=None).first()
    if point is None or not point.is_contact_point:
        raise Invalid(fields={"point": "请选联系点（社区、村或网格）。"})
    row = LeaderContact(
        rank=rank, post=checks.named(post, "post", "职务"), name=name.strip(),
        point=point, path=point.path, valid_from=valid_from or today(now),
    )  # fmt: skip
    same = ("point", "这位领导已经联系这里。请看名单。")
    with transaction.atomic(), said(leader_contact_no_overlap=same):
        done = create(
            actor, "leader_contacts.assign", row, now=now, client_id=client_id
        )
        if not done.repeated:
            title = f"{row}联系{point.name}"
            send(
                [
                    _to_community(
                        row,
                        done.event_id,
                        title,
                        "请主动对接，走访由社区或组织部记录。",
                    )
                ]
            )
    return done


def contact_of(pk: UUID) -> LeaderContact:
    """The row with its point. Raises NotFound."""
    row = LeaderContact.objects.select_related("point__parent").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def end(
    *, actor: Actor, contact_id: UUID, on: date | None = None,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """The leader no longer has this point; visits to come are owed no longer. Errors:
    on."""
    row = contact_of(contact_id)
    require(actor, "leader_contacts.end", row)
    day = on or today(now)
    if row.valid_to is not None and row.valid_to <= day:
        raise Conflict("已经结束了，不用再办。")
    write = Write(set={"valid_to": max(day, row.valid_from)})
    with transaction.atomic():
        done = act(
            actor, "leader_contacts.end", contact_id, lambda _: write,
            now=now, version=row.version,
        )  # fmt: skip
        duties.cancel_all(
            actor=actor, source_ids=[row.origin], since=day,
            reason="ended", now=now,
        )  # fmt: skip
    return done


def note_visit(
    *, actor: Actor, contact_id: UUID, on: date, policy: str = "", issues: str = "",
    order_no: str = "", follow_up: str = "", now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """Write down a visit: what was publicised, what was found, the order that was
    placed for it. Errors: on, policy, order_no."""
    contact = contact_of(contact_id)
    row = LeaderVisit(
        contact=contact, path=contact.path, on=on, policy=policy.strip(),
        issues=issues.strip(), order_no=_order(contact, order_no),
        follow_up=follow_up.strip(), made_by=actor.person_id, made_name=actor.name,
    )  # fmt: skip
    require(actor, "leader_visits.note", row)
    _check(row, contact, today(now))
    with transaction.atomic():
        done = create(actor, "leader_visits.note", row, now=now, client_id=client_id)
        if not done.repeated:
            duties.fulfil_all(
                actor=actor, source_ids=[contact.origin], on=on,
                by_kind="leader_visit", by_id=row.pk, kinds=("leader_visit",), now=now,
            )  # fmt: skip
            send(
                [
                    _to_community(
                        contact, done.event_id, f"{contact}来过，请核对走访记录", ""
                    )
                ]
            )
    return done


def _check(row: LeaderVisit, contact: LeaderContact, day: date) -> None:
    wrong = {}
    if row.on > day:
        wrong["on"] = "这一天还没到。请选今天或以前。"
    elif row.on < contact.valid_from or (
        contact.valid_to and row.on >= contact.valid_to
    ):
        wrong["on"] = "这一天不在联系期内。请核对日期。"
    if not row.policy and not row.issues:
        wrong["policy"] = "请写宣传了什么，或发现了什么问题。"
    if found := private_numbers(f"{row.policy} {row.issues} {row.follow_up}"):
        wrong["policy"] = f"里面有{'、'.join(found)}，请去掉。"
    if wrong:
        raise Invalid(fields=wrong)


def _order(contact: LeaderContact, text: str) -> str:
    """The number of an order of the same community, or ""."""
    number = text.strip().removeprefix("单").strip()
    if not number:
        return ""
    lo, hi = path_range(community_path(contact.path))
    found = Order.objects.filter(no=number, path__gte=lo, path__lt=hi)
    if not found.exists():
        raise Invalid(
            fields={"order_no": "本社区没有这个单号。请先登记点单，再填单号。"}
        )
    return number


def visit_of(pk: UUID) -> LeaderVisit:
    """The row with its contact. Raises NotFound."""
    row = LeaderVisit.objects.select_related("contact__point").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def confirm_visit(*, actor: Actor, visit_id: UUID, now: datetime | None = None) -> Done:
    """Somebody who did not note it says that it was so; only then it counts."""
    with transaction.atomic():
        done = act(actor, "leader_visits.confirm", visit_id, now=now)
        duties.confirm(actor=actor, by_id=visit_id, now=now)
    return done


def void_visit(
    *, actor: Actor, visit_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """It was not so; the visit is owed again. Errors: reason."""
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么作废。"})
    write = Write(notes=[("staff", reason)])
    with transaction.atomic():
        done = act(actor, "leader_visits.void", visit_id, lambda _: write, now=now)
        duties.refuse(actor=actor, by_id=visit_id, reason=reason, now=now)
    return done


def follow_up(
    *, actor: Actor, visit_id: UUID, text: str, now: datetime | None = None
) -> Done:
    """What came of it, added to what stands there. Errors: text."""
    if not text.strip():
        raise Invalid(fields={"text": "请写后续情况。"})
    if found := private_numbers(text):
        raise Invalid(fields={"text": f"里面有{'、'.join(found)}，请去掉。"})

    def decide(row: Mapping[str, Any]) -> Write:
        before = f"{row['follow_up']}\n" if row["follow_up"] else ""
        return Write(set={"follow_up": f"{before}{text.strip()}"})

    return act(
        actor,
        "leader_visits.follow_up",
        visit_id,
        decide,
        reads=("follow_up",),
        now=now,
    )


def _to_community(
    contact: LeaderContact, event_id: UUID, title: str, text: str
) -> Message:
    return message(
        event_id=event_id, title=title, text=text, role="community_worker",
        path=community_path(contact.path),
        url=reverse("councils:leader", args=[contact.pk]),
    )  # fmt: skip

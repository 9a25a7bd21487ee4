"""Points follow the record book (A21): each service brings them once by each rule, a
record that is taken back takes its points back (domain 8.17). Called with new records
and, when a shop opens, with those of its first days; both may come twice."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from baodao.acts.access import path_range
from baodao.acts.actor import SYSTEM
from baodao.acts.bulk import create_rows
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict
from baodao.core.locks import one_at_a_time
from baodao.notifications.services import message, send
from baodao.people.models import Member
from baodao.places.settings import at_each
from baodao.records.models import SERVICES, Record
from baodao.shop import ledger, rules
from baodao.shop.models import EarnRule, Redemption, Shop, Wallet, WalletEntry
from baodao.shop.serving import Book, earning_shop, home_of, shops

CHUNK = 2_000
_READ = ("id", "member_id", "occurred_on", "minutes", "kind", "source_class")


class Line(NamedTuple):
    """What one record brings by one rule."""

    record_id: UUID
    rule: EarnRule
    on: date
    tenths: int


def follow(new: QuerySet[Record]) -> None:
    """New records of everybody. Inside the follower's transaction."""
    known = shops()
    if known:
        one_at_a_time(ledger.MANY)
        _earn_all(new, known)
        _take_back_all(new)


def backfill(shop_id: UUID) -> None:
    """A shop counts from a day in the past: the services since then of those it
    serves."""
    shop = Shop.objects.get(pk=shop_id)
    lo, hi = path_range(shop.path)
    home = Q(residence_path__gte=lo, residence_path__lt=hi)
    home |= Q(residence_path=None, point_path__gte=lo, point_path__lt=hi)
    members = Member.objects.filter(home).values("pk")
    with transaction.atomic():
        one_at_a_time(ledger.MANY)
        since = Record.objects.filter(occurred_on__gte=shop.earns_from)
        _earn_all(since.filter(member_id__in=members), shops())


def _earn_all(found: QuerySet[Record], known: dict[str, Shop]) -> None:
    rows = found.filter(
        reversal_of=None, reversals=None, kind__in=SERVICES, member_id__isnull=False
    )
    book = Book.read()
    reader = rows.order_by("pk").values_list(*_READ).iterator(CHUNK)
    for chunk in _chunks(reader):
        _earn(chunk, known, book)


def _chunks(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    chunk: list[tuple[Any, ...]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _earn(chunk: Sequence[tuple[Any, ...]], known: dict[str, Shop], book: Book) -> None:
    at, homes = clock_now(), _homes({row[1] for row in chunk})
    mine: dict[UUID, list[Line]] = defaultdict(list)
    for pk, member_id, on, minutes, kind, source_class in chunk:
        shop = earning_shop(homes.get(member_id, ""), known, on)
        if shop is None:
            continue
        for r in book.of(shop.path, on, kind, source_class):
            n = rules.earned(r.measure, r.tenths, r.per_minutes, minutes)
            if n:
                mine[member_id].append(Line(pk, r, on, n))
    had = _had({x.record_id for lines in mine.values() for x in lines})
    mine = {
        m: left for m, lines in mine.items()
        if (left := [x for x in lines if (x.record_id, x.rule.code) not in had])
    }  # fmt: skip
    if mine:
        _write(mine, homes, at)


def _homes(members: set[UUID]) -> dict[UUID, str]:
    rows = Member.objects.filter(pk__in=members)
    return {m.pk: home_of(m) for m in rows.only("residence_path", "point_path")}


def _had(records: set[UUID]) -> set[tuple[UUID | None, str]]:
    found = WalletEntry.objects.filter(kind="earn", record_id__in=records)
    return set(found.values_list("record_id", "rule_code"))


def _write(mine: dict[UUID, list[Line]], homes: dict[UUID, str], at: datetime) -> None:
    """One act and one change of the wallet for all that a member has got."""
    wallets = _wallets({m: homes[m] for m in mine}, at)
    writes = {}
    for w in wallets.values():
        lines, purse = mine[w.member_id], w.purse
        purse, _ = purse.earn(sum(x.tenths for x in lines))
        adds = [
            WalletEntry(
                wallet=w, kind="earn", source="issue", target="wallet", tenths=x.tenths,
                on=x.on, at=at, record_id=x.record_id, rule=x.rule,
                rule_code=x.rule.code,
            )
            for x in lines
        ]  # fmt: skip
        data = {"records": len({x.record_id for x in lines})}
        writes[w.pk] = Write(set=ledger.columns(purse), data=data, adds=adds)
    _sure(act_rows(SYSTEM, "wallets.earn", writes, now=at), writes)


def _wallets(homes: dict[UUID, str], at: datetime) -> dict[UUID, Wallet]:
    """Everybody's, opened where there is none, and locked."""
    there = set(
        Wallet.objects.filter(member__in=list(homes)).values_list(
            "member_id", flat=True
        )
    )
    fresh = [m for m in homes if m not in there]
    create_rows(
        SYSTEM, "wallets.open", Wallet,
        {"member_id": fresh, "path": [homes[m] for m in fresh], "created_at": at,
         "version": 1}, at=at,
    )  # fmt: skip
    ids = Wallet.objects.filter(member__in=list(homes)).values_list("pk", flat=True)
    return ledger.lock_all(ids)


def _sure(moved: Sequence[UUID], wanted: dict[UUID, Write]) -> None:
    if len(moved) != len(wanted):
        raise Conflict  # the job does it again


# --- what is taken back ---------------------------------------------------------------------


def _take_back_all(new: QuerySet[Record]) -> None:
    taken = new.exclude(reversal_of=None).values_list("reversal_of_id", flat=True)
    # All wallets before the first prize of a request that is cancelled: who redeems
    # holds a wallet of a later chunk and waits for that prize.
    theirs = WalletEntry.objects.filter(kind="earn", record_id__in=taken)
    ledger.lock_all(theirs.values_list("wallet", flat=True))
    for chunk in _chunks((pk,) for pk in taken.iterator(CHUNK)):
        _take_back([pk for (pk,) in chunk])


def _take_back(records: Sequence[UUID]) -> None:
    at = clock_now()
    found = WalletEntry.objects.filter(kind="earn", record_id__in=records)
    mine: dict[UUID, list[WalletEntry]] = defaultdict(list)
    for e in found.filter(reversals=None).order_by("on", "pk"):  # the oldest first
        mine[e.wallet_id].append(e)
    wallets = ledger.lock_all(mine)
    years = at_each({w.path for w in wallets.values()}, "shop.expiry_years")
    writes = {}
    for pk, w in wallets.items():
        until = rules.too_old_until(today(at), years[w.path])
        old = {e.pk for e in mine[pk] if until and e.on <= until}
        covered = min(w.expired, sum(e.tenths for e in mine[pk] if e.pk in old))
        _free_for(w, sum(e.tenths for e in mine[pk]) - covered, at)
        purse, adds = w.purse, list[WalletEntry]()
        for e in mine[pk]:
            purse, moved = purse.take_back(e.tenths, e.pk in old)
            adds += ledger.entries(
                w, "reverse", moved, e.on, at, record_id=e.record_id, rule_id=e.rule_id,
                rule_code=e.rule_code, reversal_of=e,
            )  # fmt: skip
        data = {"records": len({e.record_id for e in mine[pk]})}
        writes[pk] = Write(set=ledger.columns(purse), data=data, adds=adds)
    if not writes:
        return
    _sure(act_rows(SYSTEM, "wallets.take_back", writes, now=at), writes)
    _tell(writes, wallets)


def _free_for(wallet: Wallet, n: int, at: datetime) -> None:
    """What is not handed out yet is not given for points that were none: open requests
    are cancelled, the newest first, until there is enough."""
    from baodao.shop.redeeming import cancel_locked

    open_ = Redemption.objects.filter(wallet=wallet, state__in=rules.OPEN)
    for r in open_.order_by("-requested_at"):
        if wallet.tenths >= n:
            return
        cancel_locked(SYSTEM, r, wallet, "points_taken_back", at)


def _tell(writes: dict[UUID, Write], wallets: dict[UUID, Wallet]) -> None:
    from baodao.acts.models import Event

    below = [pk for pk, w in writes.items() if w.set["tenths"] < 0]
    if not below:
        return
    persons = dict(
        Member.objects.filter(wallet__in=below).values_list("wallet", "person_id")
    )
    events = Event.objects.filter(object_id__in=below, action="wallets.take_back")
    last = dict(events.order_by("at", "id").values_list("object_id", "pk"))
    send(
        message(
            event_id=last[pk], title="积分有更正", person_id=persons[pk],
            text="有服务记录被更正，积分现在是负数，补到0以上才能再兑换。领走的奖品不用退。",
            url=reverse("shop:entries"),
        )
        for pk in below
    )  # fmt: skip

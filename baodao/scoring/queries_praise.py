"""The praise board 好评张榜 (L45; domain 0.1, 9.4): confirmed praise of members who agreed
to it, by date, never by number. Nothing is kept for it: who takes the agreement back is
off the board at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from baodao.acts.access import visible, within
from baodao.acts.actor import Actor
from baodao.acts.grants import COMMUNITY
from baodao.orders.models import Order
from baodao.people.models import Member, Unit
from baodao.places.areas import Ranges
from baodao.places.models import Place
from baodao.places.rules import community_path
from baodao.records.models import Record
from baodao.scoring.rules_health import DAY, months_back

MOST = 200
BEST = 5
PLAIN = "办好了居民托付的一件事，居民很满意。"
MERITS = {
    "post_held": "认领的岗位坚持了半年，大家评议合格。",
    "mediation": "帮着化解了一件纠纷，一直没有反复。",
}
HONOURS = {
    1: "受到社区表扬。", 2: "受到街道（乡镇）表扬。", 3: "受到县（区）表扬。", 4: "受到上级表彰。",
}  # fmt: skip


@dataclass(frozen=True)
class Praise:
    """One line of the board. No mark, no number, nobody who was served."""

    on: date
    member_id: UUID
    name: str
    unit: str
    place: str
    text: str


def months(day: date) -> list[tuple[str, str]]:
    """The last twelve months, this one first."""
    return [(f"{m:%Y-%m}", f"{m.year}年{m.month}月") for m in months_back(day)[::-1]]


def _praised(month: str, ranges: Ranges) -> QuerySet[Record]:
    first = date(int(month[:4]), int(month[5:]), 1)
    after = (first + 31 * DAY).replace(day=1)
    kinds = Q(kind="rating", quantity=BEST) & ~Q(source_class="again") | Q(kind="merit")
    return Record.objects.filter(
        kinds, within("path", ranges), occurred_on__gte=first, occurred_on__lt=after,
        reversal_of=None, reversals=None, member_id__isnull=False,
    )  # fmt: skip


def board(month: str, ranges: Ranges) -> list[Praise]:
    """Newest first. Five queries."""
    agreed = Member.objects.filter(praise_public=True).values("pk")
    found = _praised(month, ranges).filter(member_id__in=agreed)
    rows = list(found.order_by("-occurred_on", "pk")[:MOST])
    return list(_lines(rows))


def may_withdraw(actor: Actor, rows: Sequence[Praise]) -> set[UUID]:
    """Members for whom the actor may note that they want to be off the board: the
    community's own."""
    if actor.role not in COMMUNITY:
        return set()
    found = Member.objects.filter(pk__in={p.member_id for p in rows})
    return set(visible(found, actor, "members.edit").values_list("pk", flat=True))


def unnamed(month: str, ranges: Ranges) -> int:
    """How many are not on it because their member has not agreed."""
    agreed = Member.objects.filter(praise_public=True).values("pk")
    return _praised(month, ranges).exclude(member_id__in=agreed).count()


def _lines(rows: Sequence[Record]) -> Iterable[Praise]:
    people = Member.objects.filter(pk__in={r.member_id for r in rows})
    names = dict(people.values_list("pk", "person__name"))
    units = {
        u.pk: u.short_name or u.name
        for u in Unit.objects.filter(pk__in={r.unit_id for r in rows})
    }
    paths = {community_path(r.path) for r in rows}
    places = dict(Place.objects.filter(path__in=paths).values_list("path", "name"))
    thanks = _thanks([r.source_id for r in rows if r.kind == "rating"])
    for r in rows:
        assert r.member_id
        unit = units.get(r.unit_id, "") if r.unit_id else ""
        yield Praise(
            r.occurred_on, r.member_id, names.get(r.member_id, ""), unit,
            places.get(community_path(r.path), ""), _text(r, thanks),
        )  # fmt: skip


def _thanks(orders: Sequence[UUID]) -> Mapping[UUID, str]:
    """The words that the resident agreed to publish and a worker has reviewed."""
    said = Order.objects.filter(pk__in=orders, rating_public=True).exclude(thanks="")
    return dict(said.values_list("pk", "thanks"))


def _text(record: Record, thanks: Mapping[UUID, str]) -> str:
    if record.kind == "rating":
        words = thanks.get(record.source_id)
        return f"居民说：“{words}”" if words else PLAIN
    if record.source_class == "commendation":
        return HONOURS.get(record.quantity, HONOURS[1])
    return MERITS.get(record.source_class, "登记的一件好事，社区核实过。")

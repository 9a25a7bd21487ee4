"""The workshop: what was drawn, one of them with its source, its figures, and who has
confirmed the same person again and again (domain 8.32)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from baodao.acts.access import can, path_range, require, visible, within
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.people.models import Account, Member, Person, Unit
from baodao.places.models import Place
from baodao.places.rules import community_path
from baodao.records.models import Record, services
from baodao.scoring import rules_draw as rules
from baodao.scoring import rules_health as health
from baodao.scoring.models import Draw, Sample
from baodao.scoring.rules_quarter import words as quarter_words
from baodao.scoring.services.drawing import HAND, confirmed_in

MOST = 500  # patterns that are shown at once
TABS = {"drawn": "待核对", "checked": "核对过", "all": "全部"}
# Where the source of a record is looked at, and what one needs for it, by what the
# record came from. The township does not read single visits (domain 9.5).
SOURCES = {
    "orders.order": ("orders:detail", "orders.view"),
    "activities.activity": ("activities:detail", "activities.view"),
    "pairings.visit": ("pairings:visit", "visits.view"),
}


@dataclass(frozen=True)
class Shown:
    """A drawn confirmation with the names that belong to it."""

    it: Sample
    who: str
    unit: str
    confirmer: str

    @property
    def record(self) -> Record:
        return self.it.record

    def source_url(self, actor: Actor) -> str:
        """Where the actor may look at it; "" when nowhere."""
        route, action = SOURCES.get(self.record.source_kind, ("", ""))
        if not route or not can(actor, action):
            return ""
        return reverse(route, args=[self.record.source_id])


def listed(actor: Actor, month: str = "", path: str = "") -> QuerySet[Sample]:
    """In the order of the draw, place by place."""
    found = visible(Sample.objects.all(), actor, "samples.view")
    if month:
        found = found.filter(draw__month=month)
    if path:
        found = found.filter(within("path", [path_range(path)]))
    found = found.select_related("draw__place", "record")
    return found.order_by("-draw__month", "draw__path", "position")


def in_tab(found: QuerySet[Sample], tab: str) -> QuerySet[Sample]:
    return found if tab == "all" else found.filter(state=tab)


def shown(samples: Iterable[Sample]) -> list[Shown]:
    """With names; three queries."""
    rows = list(samples)
    people = Member.objects.filter(pk__in={s.member_id for s in rows})
    names = dict(people.values_list("pk", "person__name"))
    units = {
        u.pk: u.short_name or u.name
        for u in Unit.objects.filter(pk__in={s.record.unit_id for s in rows})
    }
    by = confirmers({s.confirmed_by for s in rows if s.confirmed_by})
    return [
        Shown(
            s, names.get(s.member_id, "") if s.member_id else "",
            units.get(s.record.unit_id, "") if s.record.unit_id else "",
            by.get(s.confirmed_by, "") if s.confirmed_by else "",
        )
        for s in rows
    ]  # fmt: skip


def confirmers(ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Names of who confirmed: records keep a person's id, some an account's."""
    wanted = set(ids)
    found = dict(
        Account.objects.filter(pk__in=wanted).values_list("pk", "person__name")
    )
    return {
        **found,
        **dict(Person.objects.filter(pk__in=wanted).values_list("pk", "name")),
    }


def sample(actor: Actor, pk: UUID) -> Sample:
    """Raises NotFound."""
    found = Sample.objects.select_related("draw__place", "record").filter(pk=pk).first()
    if found is None:
        raise NotFound
    require(actor, "samples.view", found)
    return found


def again(draw: Draw) -> bool:
    """Whether drawing anew from today's list gives what was drawn: later corrections
    take something out of the list, and the page says so."""
    ids = [
        str(i) for i in confirmed_in(draw.path, draw.month).values_list("pk", flat=True)
    ]
    drawn = draw.samples.order_by("position").values_list("record_id", flat=True)
    return rules.draw(ids, draw.seed, draw.percent) == [str(i) for i in drawn]


# --- figures ------------------------------------------------------------------------------


def draws(actor: Actor, month: str = "", path: str = "") -> QuerySet[Draw]:
    """The draws with how many were looked at and what was found, in code order."""
    found = visible(Draw.objects.all(), actor, "draws.view")
    if month:
        found = found.filter(month=month)
    if path:
        found = found.filter(within("path", [path_range(path)]))
    counts: dict[str, Any] = {"n": Count("samples")}
    counts["n_checked"] = Count("samples", filter=Q(samples__state="checked"))
    for code in rules.OUTCOMES:
        counts[f"n_{code}"] = Count("samples", filter=Q(samples__outcome=code))
    found = found.annotate(**counts).select_related("place__parent")
    return found.order_by("-month", "path")


SUMS = ("whole", "n", "n_checked", *(f"n_{c}" for c in rules.OUTCOMES))


def sums(found: QuerySet[Draw]) -> dict[str, int]:
    """All rows together."""
    total = dict.fromkeys(SUMS, 0)
    for row in found.order_by().values(*SUMS):
        for name in SUMS:
            total[name] += row[name]
    return total


# --- the same hand ------------------------------------------------------------------------


@dataclass(frozen=True)
class Pattern:
    """One hand that has confirmed one member more than ten times in a quarter (in
    words)."""

    place: str
    confirmer: str
    who: str
    quarter: str
    n: int


def patterns(actor: Actor, key: str, first: date, after: date) -> Sequence[Pattern]:
    """Seen by the township alone; by place and name, not by number. Where there are more
    than `MOST`, those that come most often."""
    found = visible(services(), actor, "patterns.look").filter(
        occurred_on__gte=first, occurred_on__lt=after, confirmed_by__isnull=False,
        member_id__isnull=False,
    )  # fmt: skip
    found = found.annotate(hand=HAND)
    counted = found.order_by().values("hand", "member_id").annotate(n=Count("id"))
    counted = counted.filter(n__gt=health.SAME_MOST)
    rows: list[Any] = list(counted.order_by("-n", "hand", "member_id")[:MOST])
    if not rows:
        return []
    names = dict(
        Member.objects.filter(pk__in={r["member_id"] for r in rows}).values_list(
            "pk", "person__name"
        )
    )
    by = confirmers({r["hand"] for r in rows})
    theirs = found.filter(member_id__in={r["member_id"] for r in rows})
    where = {
        (r["hand"], r["member_id"]): community_path(r["path"])
        for r in theirs.order_by("path").values("hand", "member_id", "path")
    }
    places = dict(
        Place.objects.filter(path__in=set(where.values())).values_list("path", "name")
    )
    lines = [
        Pattern(
            places.get(where[r["hand"], r["member_id"]], ""), by.get(r["hand"], ""),
            names.get(r["member_id"], ""), quarter_words(key), r["n"],
        )
        for r in rows
    ]  # fmt: skip
    return sorted(lines, key=lambda p: (p.place, p.confirmer, p.who))

"""Suggested plans as pages show them: a community's pairs with reasons, a district's
communities with numbers (A15, L08, L34, L37)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from baodao.acts.access import path_range, require, visible
from baodao.acts.actor import Actor
from baodao.core.clock import now
from baodao.core.errors import NotFound
from baodao.pairings import rules, suggesting
from baodao.pairings.models import PairingPlan, PairingRun, PlannedPair
from baodao.pairings.plan_services import bonds_of
from baodao.places import search
from baodao.places.models import Place
from baodao.ui.shapes import Reason, Suggestion

RECENT = 10
BEST, REST = 5, 60
SHOWS = {
    "": "建议的",
    "out": "去掉的",
    "left": "没配上的户",
    "members": "空着的党员",
}
ONLY = {"changed": "换过人的", "warn": "有要注意的", "stale": "已经不行的"}
RELATED = ("household__place", "member__person", "member__unit")
SEALED = ("household__call_name", "household__address", "member__person__phone")


def plan(actor: Actor, pk: UUID) -> PairingPlan:
    """One plan with its pairs, for its community. Raises NotFound, and Forbidden for
    those who only have its numbers."""
    found = PairingPlan.objects.select_related("run__place").filter(pk=pk).first()
    if found is None:
        raise NotFound
    require(actor, "pair_plans.adjust", found)
    return found


def draft_of(actor: Actor) -> PairingPlan | None:
    found = visible(PairingPlan.objects.all(), actor, "pair_plans.adjust")
    return found.filter(path=actor.path, state="draft", suggested__gt=0).first()


def recent(actor: Actor) -> list[PairingPlan]:
    """The latest plans of the community that came to something."""
    found = visible(PairingPlan.objects.all(), actor, "pair_plans.adjust")
    rows = found.filter(state="confirmed").select_related("run__place")
    return list(rows.order_by("-created_at")[:RECENT])


@dataclass(frozen=True)
class Wanted:
    """What the address asks for. `only`: one of `ONLY`."""

    show: str = ""
    text: str = ""
    focus: str = ""
    only: str = ""


def pairs(it: PairingPlan, wanted: Wanted, gone: Mapping[UUID, str]) -> QuerySet[Any]:
    """The pairs of a plan that the filters leave, in the order of doors. `gone`: those
    that are not possible any more."""
    found = it.pairs.filter(~Q(left_out="") if wanted.show == "out" else Q(left_out=""))
    if wanted.focus:
        found = found.filter(pk__in=_of_group(found, wanted.focus))
    tests = {
        "changed": ~Q(reason=""),
        "warn": Q(parts__contains=[["warn"]]),
        "stale": Q(pk__in=list(gone)),
    }
    if wanted.only:
        found = found.filter(tests[wanted.only])
    if text := wanted.text.strip():
        named = Q(member__person__name__icontains=text)
        named |= Q(member__person__pinyin__icontains=text.lower())
        number = text.removeprefix("户").strip()
        found = found.filter(named | Q(household__number=number))
    found = found.select_related(*RELATED).defer(*SEALED)
    return found.order_by("home_path", "pk")


def _of_group(found: QuerySet[PlannedPair], focus: str) -> list[UUID]:
    rows = found.values_list("pk", "household__focus")
    return [pk for pk, groups in rows if rules.main_focus(groups) == focus]


def others(it: PairingPlan, pair: PlannedPair) -> tuple[list[Suggestion], list[Any]]:
    """(the best, the rest as choices) of members who are in no pair of the plan."""
    taken = set(it.pairs.filter(left_out="").values_list("member_id", flat=True))
    taken.add(pair.member_id)
    free = [
        m
        for m in suggesting.best_for(pair.household, REST + len(taken))
        if m.member.pk not in taken
    ]
    best = [
        Suggestion(
            str(m.member.pk), m.member.person.name, str(m.member.unit or ""),
            f"{m.total} 分", [Reason(p.text, p.tone) for p in m.parts],
        )
        for m in free[:BEST]
    ]  # fmt: skip
    rest = [
        (str(m.member.pk), f"{m.member.person.name}（{m.member.unit or '无单位'}）")
        for m in free[BEST:REST]
    ]
    return best, rest


def progress(it: PairingPlan) -> list[tuple[str, int, str]]:
    """(what, how many, filter of the list) of the bonds a confirmed plan has made."""
    n = Counter(bonds_of(it).values_list("state", flat=True))
    told = (
        ("待征求同意", n["proposed"], "ask"),
        ("等住户答复", n["consent_pending"], "wait"),
        ("在联系", n["active"] + n["paused"], "active"),
        ("没有结成", n["declined"] + n["ended"], "over"),
    )
    return [line for line in told if line[1] or line[2] != "over"]


# --- districts -------------------------------------------------------------------------------


def runs(actor: Actor) -> list[PairingRun]:
    """The latest runs at and below the actor's place."""
    found = visible(PairingRun.objects.all(), actor, "pair_runs.view")
    return list(found.select_related("place").order_by("-created_at")[:RECENT])


def run(actor: Actor, pk: UUID) -> PairingRun:
    found = PairingRun.objects.select_related("place").filter(pk=pk).first()
    if found is None:
        raise NotFound
    require(actor, "pair_runs.view", found)
    return found


@dataclass(frozen=True)
class Line:
    """One community of a run: numbers, and whose word it waits for."""

    plan: PairingPlan
    place: Place
    own: bool

    @property
    def left(self) -> int:
        return max(0, self.plan.homes - self.plan.suggested)


def communities(it: PairingRun, text: str = "", state: str = "") -> QuerySet[Any]:
    """The plans of a run, and the drafts that communities had before it, by place."""
    lo, hi = path_range(it.path)
    mine = Q(run=it) & ~Q(state="dropped")
    before = Q(state="draft", created_at__lt=it.finished_at or now())
    found = PairingPlan.objects.filter(mine | before, path__gte=lo, path__lt=hi)
    if state:
        found = found.filter(state=state, suggested__gt=0)
    if text.strip():
        named = search.matching(Place.objects.filter(valid_to=None), text)
        found = found.filter(path__in=named.values("path"))
    return found.order_by("path")


def lines(it: PairingRun, page: Any) -> list[Line]:
    """A page of `communities` with the names of their places."""
    rows = list(page)
    places = Place.objects.filter(path__in=[p.path for p in rows])
    at = {
        p.path: p for p in places.select_related("parent").order_by(F("valid_to").asc())
    }
    return [Line(p, at[p.path], p.run_id != it.pk) for p in rows if p.path in at]

"""Whether the pairs of a plan are still possible, and who is left without one and why:
asked of what is there now, a few queries for any number of pairs."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from baodao.acts.access import path_range
from baodao.pairings import plan_rules, rules, suggesting
from baodao.pairings.fitting import community_of
from baodao.pairings.models import (
    Apart,
    HouseholdPairing,
    PairingPlan,
    PlannedPair,
)
from baodao.people.models import Member
from baodao.places.models import Household
from baodao.places.rules import COMMUNITY


def stale(pairs: Iterable[PlannedPair]) -> dict[UUID, str]:
    """pair → why no bond can come of it any more, as a sentence."""
    given = list(pairs)
    if not given:
        return {}
    found = suggesting.inputs(_common([p.home_path for p in given]))
    apart = {h.key: h.apart for h in found.problem.helpers}
    at = {h.key: h.at for h in found.problem.helpers}
    said = {}
    for p in given:
        member = str(p.member_id)
        if p.household_id not in found.homes:
            said[p.pk] = "这一户已经有人联系，或不在了"
        elif p.member_id not in found.members:
            said[p.pk] = "这名党员已有联系户，或不在岗"
        elif community_of(p.home_path) not in at[member]:
            said[p.pk] = "这名党员不再在本社区报到"
        elif str(p.household_id) in apart[member]:
            said[p.pk] = "这两方不能结对"
    return said


def _common(paths: list[str]) -> str:
    """The lowest place, a community at most, that has all of them."""
    first, last = min(paths).split("/")[:-1], max(paths).split("/")[:-1]
    same = [a == b for a, b in zip(first, last, strict=False)]
    n = min(same.index(False) if False in same else len(same), COMMUNITY)
    return "".join(f"{step}/" for step in first[:n])


class Left(NamedTuple):
    """A household without a pair, and why."""

    household: Household
    why: str


def left_homes(plan: PairingPlan) -> list[Left]:
    """Households of the community that wait and get nobody by this plan."""
    paired = plan.pairs.filter(left_out="").values("household_id")
    homes = list(
        suggesting.open_homes(plan.path)
        .exclude(pk__in=paired)
        .select_related("place__parent")
        .order_by("path")
    )
    dropped = dict(
        plan.pairs.exclude(left_out="").values_list("household_id", "left_out")
    )
    free = list(left_members(plan).values_list("pk", flat=True))
    apart = _apart(homes, free)
    return [Left(h, _why(h, dropped, free, apart)) for h in homes]


def _apart(homes: Iterable[Household], free: Iterable[UUID]) -> dict[UUID, int]:
    """household → how many of the members must not be paired with it."""
    marks = Apart.objects.filter(
        removed=False, household__in=[h.pk for h in homes], member__in=list(free)
    )
    n: dict[UUID, int] = {}
    for pk in marks.values_list("household_id", flat=True):
        n[pk] = n.get(pk, 0) + 1
    return n


def _why(
    home: Household, dropped: Mapping[UUID, str], free: list[UUID],
    apart: Mapping[UUID, int],
) -> str:  # fmt: skip
    if home.pk in dropped:
        return f"从方案里去掉了：{plan_rules.DROPS[dropped[home.pk]]}"
    if not free:
        return "没有空着的党员了"
    if apart.get(home.pk, 0) >= len(free):
        return "剩下的党员都不能和这一户结对（自己家、亲属或下属）"
    return "试算以后才登记或才有党员空出来。可以手工选，或重新试算"


def left_members(plan: PairingPlan) -> QuerySet[Member]:
    """Members of the community who have no household and get none by this plan."""
    taken = plan.pairs.filter(left_out="").values("member_id")
    found = suggesting.free_members(plan.path).exclude(pk__in=taken)
    return found.order_by("person__pinyin", "pk")


def not_asked(path: str) -> int:
    """Households that have said no or have stopped: a number only, for they are not
    asked again by themselves (domain 9.2, 9.4)."""
    lo, hi = path_range(path)
    said = HouseholdPairing.objects.filter(
        suggesting.LEFT_ALONE, home_path__gte=lo, home_path__lt=hi
    )
    live = HouseholdPairing.objects.filter(state__in=rules.LIVE)
    homes = Household.objects.filter(pk__in=said.values("household_id"))
    homes = homes.filter(place__valid_to=None).exclude(focus=[])
    return homes.exclude(pk__in=live.values("household_id")).count()

"""What several pages of an allocation show in the same way."""

from collections.abc import Mapping, Sequence
from typing import Any

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.allocation import rules
from baodao.allocation.models import AllocationPair, AllocationPlan
from baodao.allocation.queries import Board, Line
from baodao.matching.allocation_reasons import Part
from baodao.people.choices import FUNCTIONS
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY


def where(place: Place | None) -> str:
    """The place above, for names repeat: 噶尔县 狮泉河镇, for a grid its community."""
    if place is None or place.parent is None:
        return ""
    above = place.parent
    if place.level > COMMUNITY or "parent" not in above._state.fields_cache:
        return above.name
    return f"{above.parent.name} {above.name}" if above.parent else above.name


def parts(pair: AllocationPair) -> list[Part]:
    """The reasons of a pair as they were computed."""
    return [Part(*row) for row in pair.parts]


def weight_lines(plan: AllocationPlan) -> list[tuple[str, str]]:
    """(title, value) of the numbers of a plan."""
    w: Mapping[str, Any] = plan.weights
    names = ("function", "near", "load", "living")
    return [
        ("每点单位数", f"{w['least']} 至 {w['most']} 家"),
        *((rules.WEIGHTS[name].title, str(w[name])) for name in names),
        ("换联系点", f"扣 {w['stay']}"),
        ("需求的比重", f"{w['by_need']} %"),
        ("跨县（区）", "可以" if w["across"] else "不跨"),
    ]


def cells(line: Line, wanted: Sequence[str]) -> list[tuple[str, bool]]:
    """(function, covered) of a point after the plan."""
    return [(rules.SHORT[f], f in line.after.functions) for f in wanted]


def function_words(pair: AllocationPair) -> str:
    return "、".join(FUNCTIONS.get(f, f) for f in pair.functions) or "没有登记"


def wanted_shorts(found: Board) -> str:
    return " · ".join(rules.SHORT[f] for f in found.cells)


def may(actor: Actor, plan: AllocationPlan) -> dict[str, bool]:
    """What the actor may do with a draft."""
    draft = plan.state == "draft"
    return {
        event: draft and can(actor, f"allocation.{event}", plan)
        for event in ("recompute", "adjust", "commit", "drop")
    }

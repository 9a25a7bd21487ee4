"""Plans for tests, of the standing cast's prefecture: four units, four points, of two
counties."""

from typing import Any

from baodao.allocation import services
from baodao.allocation.models import AllocationPair, AllocationPlan
from baodao.people.models import Unit
from baodao.people.tests.make import World


def plan(w: World, key: str = "prefecture_org", **fields: Any) -> AllocationPlan:
    """A draft of what the role of `key` answers for."""
    place = w.places.prefecture if key == "prefecture_org" else w.places.district
    chosen: dict[str, Any] = {
        "actor": w.actors[key], "place_id": place.id, "name": "2027 年度",
        "weights": {"least": 1, "most": 4},
    }  # fmt: skip
    done = services.create_plan(**{**chosen, **fields})
    return AllocationPlan.objects.get(pk=done.id)


def pair_of(plan: AllocationPlan, unit: Unit) -> AllocationPair:
    """The unit's row in the present round."""
    plan.refresh_from_db()
    return plan.pairs.get(round=plan.round, unit=unit, extra=False)


def placed(plan: AllocationPlan) -> dict[str, str]:
    """Short name of each unit → name of its point in the plan."""
    plan.refresh_from_db()
    rows = plan.pairs.filter(round=plan.round, extra=False)
    return {
        p.unit.short_name: p.point.name if p.point else ""
        for p in rows.select_related("unit", "point")
    }

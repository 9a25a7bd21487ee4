"""Whether a draft still says what is true: what has changed since it was computed."""

from baodao.allocation.inputs import units_and_points
from baodao.allocation.models import AllocationPlan


def changes_since(plan: AllocationPlan) -> list[str]:
    """Sentences about units, points and ties that are not what the present round saw;
    empty when it may be committed. Five queries."""
    now = units_and_points(plan.path)
    rows = plan.pairs.filter(round=plan.round)
    pairs = {p.unit_id: p for p in rows if not p.extra}
    extras = {(p.unit_id, p.point_id) for p in rows if p.extra}
    points = dict(plan.points.filter(round=plan.round).values_list("point_id", "path"))
    both = pairs.keys() & now.units.keys()
    was = {pk: tie.point_id for pk, tie in now.was.items()}
    counted = {
        "新增了{}个单位": now.units.keys() - pairs.keys(),
        "少了{}个单位": pairs.keys() - now.units.keys(),
        "{}个单位的驻地或职能改了": {
            pk
            for pk in both
            if now.units[pk].path != pairs[pk].unit_path
            or set(now.units[pk].functions) != set(pairs[pk].functions)
        },
        "{}个单位的联系点改了": {pk for pk in both if was.get(pk) != pairs[pk].was_id}
        | {u for u, _ in extras ^ {(t.unit_id, t.point_id) for t in now.extras}},
        "新增了{}个联系点": now.points.keys() - points.keys(),
        "少了{}个联系点": points.keys() - now.points.keys(),
        "{}个联系点的区划改了": {
            pk
            for pk in points.keys() & now.points.keys()
            if now.points[pk].path != points[pk]
        },
    }
    return [words.format(len(found)) for words, found in counted.items() if found]

"""The year's central work, and what communities, the township and units plan (L27)."""

from uuid import UUID

from baodao.activities import queries_plan
from baodao.activities.models import Priority, Target
from baodao.activities.planning import Key, Owner
from baodao.acts.actor import Actor
from baodao.acts.writing import Write
from baodao.portal.demo.world import World

AIMS = ("创建文明城市", "老旧小区改造", "安全生产和防火", "一老一小服务")
# Whose kind of activities serves which of them.
SERVES = {"environment": 0, "culture": 0, "service": 3, "welfare": 3}
PLANS = {
    "community_worker": {"party": 20, "welfare": 12, "culture": 10, "service": 16, "environment": 18},
    "township_party": {"party": 60, "welfare": 40, "culture": 30, "service": 45, "environment": 60},
}  # fmt: skip
OF_UNIT = {"party": 12, "welfare": 2, "service": 2, "environment": 2}


def priorities(w: World) -> list[Priority]:
    """Rows of the county around the demo community."""
    path = w.places[w.preset.main].path
    county = "/".join(path.split("/")[:3]) + "/"
    rows = [Priority(path=county, year=w.year, title=title) for title in AIMS]
    for row in rows:
        w.create("priorities.add", row, actor=w.organiser())
    return rows


def aim_of(rows: list[Priority], joint: str, path: str) -> UUID | None:
    """What an activity of this kind is counted for."""
    at = SERVES.get(joint)
    return rows[at].pk if at is not None and path.startswith(rows[at].path) else None


def build(w: World) -> None:
    """After the activities are written: plans near what was held."""
    rows = list(Priority.objects.order_by("created_at", "id"))
    main = w.places[w.preset.main]
    town = w.places[main.code[:9]]
    for role, place in (("community_worker", main), ("township_party", town)):
        for actor in w.staff[role, place.path][:1]:
            counts = {Key(joint=k): n for k, n in PLANS[role].items()}
            counts |= {Key(aim=r.pk): 6 + 2 * n for n, r in enumerate(rows)}
            _plan(w, actor, Owner(place=place), counts)
    for code in w.preset.near:
        owner = Owner(place=w.places[code])
        kinds, _ = queries_plan.lines(owner, w.year)
        counts = {line.key: line.done + 2 for line in kinds}
        _plan(w, w.staff["community_worker", owner.path][0], owner, counts)
    for unit in w.units:
        if (unit.point_path or "").startswith(main.path):
            counts = {Key(joint=k): n for k, n in OF_UNIT.items()}
            _plan(w, w.unit_actor[unit.id], Owner(unit=unit), counts)


def _plan(w: World, actor: Actor, owner: Owner, counts: dict[Key, int]) -> None:
    for key, n in counts.items():
        row = Target(
            year=w.year, joint_type=key.joint, aim_id=key.aim, count=n,
            path=owner.path, **owner.columns,
        )  # fmt: skip
        w.create("targets.set", row, actor=actor, write=Write(data={"count": n}))

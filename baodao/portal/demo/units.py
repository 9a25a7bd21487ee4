"""Units, their party organisations and their contact points."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from baodao.acts.actor import Actor
from baodao.people.checks import unit_keys
from baodao.people.models import ContactTie, PartyOrg, Unit
from baodao.places import rules
from baodao.places.models import Place
from baodao.portal.demo.world import World, table

ORG_WORDS = {
    "committee": "党委",
    "general_branch": "党总支",
    "branch": "党支部",
    "group": "党组",
}
# These serve their own township only.
OF_TOWNSHIPS = ("乡政府", "镇政府", "街道机关", "镇机关")
# A county's tax office answers to the prefecture's, and so on.
LINES = ("税务局", "消防", "供电公司", "农行", "法院")


def shares(weights: Sequence[int], total: int) -> list[int]:
    """Whole numbers in proportion to the weights that add up to `total`."""
    whole = sum(weights)
    found = [max(3, total * n // whole) for n in weights]
    order = sorted(
        range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i)
    )
    for i in range(total - sum(found)):
        found[order[i % len(order)]] += 1
    return found


def build(w: World, actor: Actor) -> None:
    """All units of the preset, then who is above whom, then who serves where."""
    rng = w.rng("units")
    rows = list(_rows(w))
    counts = shares([int(r["weight"]) for r, _ in rows], w.preset.sizes.members)
    for (row, seats), count in zip(rows, counts, strict=True):
        _unit(w, rng, row, seats, count)
    _superiors(w)
    _ties(w, rng)
    for unit in w.units:
        w.create("units.add", unit)
        w.create("orgs.add", w.orgs[unit.id])
    for unit in w.units:
        for point in w.points_of[unit.id]:
            w.create(
                "ties.add",
                ContactTie(
                    unit=unit, point=point, path=point.path, valid_from=w.preset.since,
                    reason="按职能、驻地和人口确定",
                ),
                actor=actor,
            )  # fmt: skip


def _rows(w: World) -> list[tuple[dict[str, str], list[Place]]]:
    """Templates filled in for each county and township, with where they may sit."""
    found: list[tuple[dict[str, str], list[Place]]] = []
    levels: dict[int, list[Place]] = {}
    for place in w.places.values():
        levels.setdefault(place.level, []).append(place)
    for row in table(w.preset.units):
        scope = row["scope"]
        if scope == "prefecture":
            found.append((row, [w.places[c] for c in w.preset.seat]))
        elif scope == "district":
            found.append((row, _urban(w)))
        elif scope.startswith("extra:"):
            found.append((row, _town(w, w.places[scope[6:]])))
        elif scope == "county":
            found += [
                (_filled(row, "{县}", county.name), _town(w, county))
                for county in levels[rules.COUNTY]
            ]
        else:
            mark = "{街道}" if scope == "street" else "{乡镇}"
            found += [
                (_filled(row, mark, town.name), _villages(w, town))
                for town in levels[rules.TOWNSHIP]
                if town.kind != "zone"
            ]
    return found


def _filled(row: dict[str, str], mark: str, name: str) -> dict[str, str]:
    return {k: v.replace(mark, name) for k, v in row.items()}


def _villages(w: World, town: Place) -> list[Place]:
    homes = [v for v in w.children[town.id] if v.kind != "virtual"]
    urban = [v for v in homes if v.kind == "neighbourhood"]
    return urban or homes[:2]


def _town(w: World, county: Place) -> list[Place]:
    """The communities of the county town."""
    town = next(t for t in w.children[county.id] if t.kind == "town")
    return _villages(w, town)


def _urban(w: World) -> list[Place]:
    return [
        p for p in w.places.values()
        if p.kind == "neighbourhood" and w.by_id[p.parent_id].kind == "subdistrict"  # type: ignore[index]
    ]  # fmt: skip


def _unit(
    w: World, rng: random.Random, row: dict[str, str], seats: list[Place], count: int
) -> None:
    seat = seats[0] if row["short"] == w.preset.demo_unit else rng.choice(seats)
    unit = Unit(
        name=row["name"], short_name=row["short"], pinyin=unit_keys(row["name"], row["short"]),
        kind=row["kind"], affiliation=row["affiliation"],
        functions=row["functions"].split(), seat=seat, path=seat.path, head_count=count,
        lon=round((seat.lon or 0) + rng.uniform(-0.008, 0.008), 5),
        lat=round((seat.lat or 0) + rng.uniform(-0.007, 0.007), 5),
        phone=f"{w.preset.area_code}-1{rng.randrange(100_000, 999_999)}",
        valid_from=w.preset.since,
    )  # fmt: skip
    kind = (
        "committee" if count >= 100 else "general_branch" if count >= 50 else "branch"
    )
    w.units.append(unit)
    w.orgs[unit.id] = PartyOrg(
        unit=unit, path=unit.path, kind=kind, name=f"{row['short']}{ORG_WORDS[kind]}"
    )


def _superiors(w: World) -> None:
    """Organs answer to the committee of organs, branch offices to their own line,
    central and regional units to somebody outside the system (domain 8.37)."""
    by_short = {u.short_name: u for u in w.units}
    work = by_short.get("地直机关工委") or by_short.get("市委组织部")
    assert work
    for unit in w.units:
        org = w.orgs[unit.id]
        line = next((x for x in LINES if x in unit.short_name), "")
        above = next(
            (u for u in w.units if line and line in u.short_name and u is not unit),
            None,
        )
        county = _county_of(w, unit)
        if unit.affiliation != "local" and (
            above is None or w.units.index(above) > w.units.index(unit)
        ):
            org.superior_external = f"{_system_of(w, unit)}党委"
        elif above and county and w.units.index(above) < w.units.index(unit):
            org.superior = w.orgs[above.id]
        elif unit is work:
            org.superior_external = f"中共{w.places[w.preset.root].name}委员会"
        elif county:
            org.superior_external = f"中共{county}直属机关工作委员会"
        else:
            org.superior = w.orgs[work.id]


def _county_of(w: World, unit: Unit) -> str:
    """The county whose name a unit carries, "" for those of the prefecture."""
    if (
        unit.name.startswith(("阿里", "中共阿里", "长治市", "中共长治市"))
        and "潞州区" not in unit.name
    ):
        return ""
    county = w.above(unit.seat, rules.COUNTY)
    if w.preset.code == "ali":
        town = w.above(unit.seat, rules.TOWNSHIP)
        return county.name if county.name in unit.name or town.name in unit.name else ""
    return county.name


def _system_of(w: World, unit: Unit) -> str:
    if unit.affiliation == "regional":
        return f"{w.preset.superior}主管部门"
    head = unit.name.split("阿里")[0].split("长治")[0]
    return head if len(head) > 3 else f"{w.preset.superior}上级单位"


def _ties(w: World, rng: random.Random) -> None:
    """Each unit one point near its seat, every point at least one unit, a few units
    two. First the points that have none yet, then the one with the fewest."""
    points = sorted(
        (p for p in w.places.values() if p.is_contact_point), key=lambda p: p.path
    )
    load: Counter[Any] = Counter({p.id: 0 for p in points})
    for unit in sorted(
        w.units, key=lambda u: (u.short_name != w.preset.demo_unit, u.path)
    ):
        near = _near(w, unit, points)
        if unit.short_name == w.preset.demo_unit:
            chosen = w.places[w.preset.main]
        else:
            chosen = min(near, key=lambda p: (load[p.id] / _pull(w, p), rng.random()))
        load[chosen.id] += 1
        w.points_of[unit.id] = [chosen]
        unit.point_path = chosen.path
    _fill_empty(w, points, load)
    # Units of the prefecture reach far villages as well; those of a county do not.
    for n, unit in enumerate(rng.sample(w.units, 12)):
        far = 0 if _county_of(w, unit) else n % 2
        first = w.points_of[unit.id][0]
        near = _near(w, unit, points, far)
        if len(near) == 1:
            near = _near(w, unit, points, 1)
        second = rng.choice([p for p in near if p.id != first.id])
        w.points_of[unit.id].append(second)


def _pull(w: World, point: Place) -> float:
    """How many units a point should have against others, by population."""
    return (
        w.preset.pull
        if point.code == w.preset.main
        else 0.7 + min(point.population, 6000) / 5000
    )


def _near(w: World, unit: Unit, points: list[Place], wider: int = 0) -> list[Place]:
    """Points in the seat's township, for county units in the county; none of the
    wider area only when there is none near."""
    parts = unit.path.split("/")
    depth = 4 if unit.short_name.endswith(OF_TOWNSHIPS) else 3
    for d in range(depth - wider, 0, -1):
        lo = "/".join(parts[:d]) + "/"
        found = [p for p in points if p.path.startswith(lo)]
        if found:
            return found
    return points


def _fill_empty(w: World, points: list[Place], load: Counter[Any]) -> None:
    """A point nobody took is given a unit of the point with the most."""
    for point in points:
        if load[point.id]:
            continue
        fullest = max(points, key=lambda p: (load[p.id], p.path))
        unit = next(
            u for u in reversed(w.units)
            if w.points_of[u.id][0] is fullest and u.short_name != w.preset.demo_unit
        )  # fmt: skip
        w.points_of[unit.id] = [point]
        unit.point_path = point.path
        load[fullest.id] -= 1
        load[point.id] += 1

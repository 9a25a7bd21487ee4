"""Places: the official tree by the digits of its codes, grids, estates, buildings,
households, and the days on which the place's calendar differs."""

import random
from datetime import date

from baodao.acts.actor import Actor
from baodao.people.auth import phone_hash
from baodao.people.models import Resident
from baodao.places import rules
from baodao.places.models import Estate, Household, LocalDay, Place
from baodao.portal.demo import names
from baodao.portal.demo.world import World, pinyin, table

SEATS = {  # county towns: longitude, latitude
    "542521": (81.18, 30.29), "542522": (79.80, 31.48), "542523": (80.10, 32.50),
    "542524": (79.73, 33.38), "542525": (81.15, 32.39), "542526": (84.06, 32.30),
    "542527": (85.16, 31.02), "140403": (113.12, 36.20),
}  # fmt: skip
ESTATES = (
    "象雄小区",
    "雪莲小区",
    "安居苑",
    "狮泉佳苑",
    "格桑花园",
    "康乐家园",
    "幸福里",
    "和平小区",
)
STREETS = (
    "北京路",
    "迎宾大道",
    "文化路",
    "陕西路",
    "河北路",
    "滨河路",
    "团结路",
    "团结巷",
)


def build(w: World) -> None:
    """The whole tree, with populations that add up."""
    rng = w.rng("places")
    for row in table(w.preset.regions):
        _official(w, rng, row["code"], row["name"])
    points = _points(w)
    for code, (count, _) in w.preset.grids.items():
        community = w.places[code]
        for n in range(1, count + 1):
            _grid(w, rng, community, n, count)
    for place in w.places.values():
        place.is_contact_point = place.code in points
        if place.level == rules.COMMUNITY and place.kind != "virtual":
            # Local numbers never begin with 1: nobody can be called by mistake.
            place.phone = f"{w.preset.area_code}-1{rng.randrange(100_000, 999_999)}"
    _sum_up(w)
    for place in w.places.values():
        w.create("places.add", place)
    _estates(w, rng)


def _points(w: World) -> set[str]:
    """Contact points: every 居委会, grids of the larger ones, one village in each
    township without a 居委会, and a few more villages (81 in Ali)."""
    found = {
        p.code
        for p in w.places.values()
        if p.kind == "neighbourhood" and (w.preset.code == "ali" or len(p.code) == 12)
    }
    for code, (_, chosen) in w.preset.grids.items():
        found |= {f"{code}-G{n:03d}" for n in range(1, chosen + 1)}
    towns = {code[:9] for code in found}
    for place in w.places.values():
        town = place.code[:9]
        if place.kind == "village" and town not in towns:
            towns.add(town)
            found.add(place.code)
    return found | set(w.preset.more_points)


def _add(w: World, place: Place, parent: Place | None) -> Place:
    place.parent = parent
    place.path = (parent.path if parent else "") + rules.segment(place.code) + "/"
    place.pinyin = pinyin(place.name)
    place.valid_from = w.preset.since
    w.places[place.code] = w.by_id[place.id] = place
    if parent:
        w.children[parent.id].append(place)
    return place


def _official(w: World, rng: random.Random, code: str, name: str) -> None:
    parent = w.places.get(rules.parent_code(code))
    above = parent.official_name if parent else ""
    level, kind = rules.level_of(code), rules.kind_of(code, name, above)
    lon, lat = _where(w, rng, code, parent)
    place = Place(
        code=code, level=level, kind=kind, official_name=name,
        name=rules.shown_name(code, name, above), population=_people(w, rng, code, level, kind),
        lon=lon, lat=lat,
    )  # fmt: skip
    _add(w, place, parent)


def _where(
    w: World, rng: random.Random, code: str, parent: Place | None
) -> tuple[float | None, float | None]:
    """Roughly where it is: good enough for "1.2 公里"."""
    if len(code) < 6:
        return None, None
    lon, lat = SEATS[code[:6]]
    city = w.preset.code == "luzhou"
    if len(code) == 6 or (code[6] == "1" and not city):
        spread = 0.0 if len(code) < 12 else 0.013
    elif len(code) == 9:
        spread = 0.04 if city else 0.5
    else:
        assert parent and parent.lon and parent.lat
        lon, lat, spread = parent.lon, parent.lat, 0.012 if city else 0.06
    return (
        round(lon + rng.uniform(-spread, spread), 5),
        round(lat + rng.uniform(-spread, spread) * 0.85, 5),
    )


def _people(w: World, rng: random.Random, code: str, level: int, kind: str) -> int:
    if level != rules.COMMUNITY or kind == "virtual":
        return 0
    if w.preset.code == "luzhou":
        return (
            rng.randrange(3200, 11800)
            if kind == "neighbourhood"
            else rng.randrange(700, 3900)
        )
    if kind == "neighbourhood":
        return {"542523100001": 6820, "542523100002": 5260, "542523100003": 4310}.get(
            code, rng.randrange(1400, 3300)
        )
    return rng.randrange(280, 1180)


def _grid(w: World, rng: random.Random, community: Place, n: int, count: int) -> None:
    share = community.population // count
    place = Place(
        code=f"{community.code}-G{n:03d}", level=rules.GRID, name=f"{n:02d} 网格",
        official_name=f"{community.name}{n:02d}网格",
        population=share if n > 1 else community.population - share * (count - 1),
        lon=round((community.lon or 0) + rng.uniform(-0.006, 0.006), 5),
        lat=round((community.lat or 0) + rng.uniform(-0.005, 0.005), 5),
    )  # fmt: skip
    _add(w, place, community)


def _sum_up(w: World) -> None:
    """Above the communities, population is the sum of what is below."""
    for place in sorted(w.places.values(), key=lambda p: (-p.level, p.code)):
        if place.level < rules.COMMUNITY:
            place.population = sum(c.population for c in w.children[place.id])
        place.households = round(place.population / 3.4)


def _estates(w: World, rng: random.Random) -> None:
    """Two estates with three buildings each in the communities that have grids."""
    for code in w.preset.grids:
        grids = w.children[w.places[code].id]
        for n, grid in enumerate(grids[:2], start=1):
            name = rng.choice(ESTATES)
            estate = Place(
                code=f"{grid.code}-E{n:03d}", level=rules.ESTATE, name=name,
                official_name=name, population=grid.population // 2,
                households=grid.households // 2, lon=grid.lon, lat=grid.lat,
            )  # fmt: skip
            w.create("places.add", _add(w, estate, grid))
            _profile(w, rng, estate, n == 1)
            for b in range(1, 4):
                building = Place(
                    code=f"{estate.code}-B{b:02d}", level=rules.BUILDING,
                    name=f"{b} 号楼", official_name=f"{name}{b}号楼",
                    lon=grid.lon, lat=grid.lat,
                )  # fmt: skip
                w.create("places.add", _add(w, building, estate))


def _profile(w: World, rng: random.Random, place: Place, is_key: bool) -> None:
    """The profile is part of the place's own act, not one of its own."""
    profile = Estate(
        place=place, path=place.path, built_year=rng.randrange(1988, 2021),
        homes=place.households, elder_share=rng.randrange(12, 46),
        has_lift=rng.random() < 0.3, is_key=is_key, created_at=w.since,
        services=rng.sample(sorted(rules.ESTATE_SERVICES), 2),
        risks=rng.sample(sorted(rules.ESTATE_RISKS), 1),
    )  # fmt: skip
    w.batch.add(profile)
    w.estates.append(profile)


def calendar(w: World, actor: Actor) -> None:
    """Local days: in Tibet Losar and Shoton beyond the national holidays."""
    if w.preset.code != "ali":
        return
    root = w.places[w.preset.root]
    for row in table("local_days_ali.csv"):
        day = LocalDay(
            path=root.path, day=date.fromisoformat(row["day"]),
            kind=row["kind"], name=row["name"],
        )  # fmt: skip
        w.create("days.set", day, actor=actor)


FOCUS: tuple[list[str], ...] = (["elder"], ["elder"], ["elder"], ["minor"], ["disabled"], ["hardship"],
         ["elder", "hardship"], [], [], [], [])  # fmt: skip


def households(w: World) -> None:
    """Households by number; who and where are sealed. Larger communities have more,
    the demo community most of all."""
    rng = w.rng("households")
    codes = list(w.preset.grids)
    rest = w.preset.sizes.households - 330
    total = sum(w.places[c].population for c in codes[1:])
    for code in codes:
        community = w.places[code]
        count = 330 if code == w.preset.main else rest * community.population // total
        worker = w.staff["community_worker", community.path][0]
        for number in range(1, count + 1):
            _household(w, rng, community, number, worker)


def _household(
    w: World, rng: random.Random, community: Place, number: int, worker: Actor
) -> None:
    grid = rng.choice(w.children[community.id])
    home = grid
    if w.children[grid.id] and rng.random() < 0.6:
        home = rng.choice(w.children[w.children[grid.id][0].id])
    place = Place(
        code=f"{home.code}-H{number:04d}", level=rules.HOUSEHOLD,
        name=f"户 {number:04d}", official_name=f"户 {number:04d}",
        population=rng.randrange(1, 7), households=1,
    )  # fmt: skip
    place.parent, place.valid_from = home, w.preset.since
    place.path = home.path + rules.segment(place.code) + "/"
    place.pinyin = f"hu {number:04d} h"
    where = (
        f"{w.by_id[home.parent_id].name}{home.name}{rng.randrange(1, 5)}单元{rng.randrange(101, 604)}"  # type: ignore[index]
        if home.level == rules.BUILDING
        else f"{rng.choice(STREETS)}{rng.randrange(1, 240)}号"
    )
    phone = w.phone()
    row = Household(
        place=place, path=place.path, number=f"{number:04d}", address=where, phone=phone,
        call_name=names.call_name(rng, w.preset.tibetan), focus=rng.choice(FOCUS),
        language=rng.choice(w.preset.languages) if rng.random() < 0.4 else "zh",
    )  # fmt: skip
    w.create("places.add", place, actor=worker)
    w.create("households.add", row, actor=worker)
    w.households[community.path].append(row)
    if number % 4 == 0:
        w.create(
            "residents.add",
            Resident(
                path=row.path, household=row, call_name=row.call_name, phone=phone,
                phone_hash=phone_hash(phone), language=row.language,
            ),
            actor=worker,
        )  # fmt: skip

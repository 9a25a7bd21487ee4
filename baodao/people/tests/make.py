"""The standing cast of all tests: `world()` writes it with a few COPY statements
(under 0.2 s) and returns it. Ids, names and numbers are always the same.

    prefecture 阿里地区
    ├ district 噶尔县
    │ ├ street 狮泉河镇 ─ community 森格社区 ─ grid 第三网格 ─ estate ─ building ─ household
    │ └ other_street 昆莎乡 ─ other_community 噶尔新村 ─ other_grid
    └ other_district 日土县 ─ far_street 日土镇 ─ far_community 日土村 ─ far_grid

Use `w.actors["community_worker"]` in service tests and `w.client("grid_worker")` in
page tests; the keys are the role codes and those of `OTHERS`."""

import uuid
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.contrib.auth.hashers import make_password
from django.test import Client

from baodao.acts.actor import ANONYMOUS, SYSTEM, Actor
from baodao.acts.bulk import copy_rows
from baodao.core.text import pinyin_key
from baodao.people.auth import phone_hash
from baodao.people.checks import unit_keys
from baodao.people.models import (
    Account,
    ContactTie,
    Member,
    PartyOrg,
    Person,
    Resident,
    RoleTie,
    Unit,
)
from baodao.people.roles import ROLES
from baodao.places.models import Estate, Household, Place
from baodao.places.rules import kind_of, level_of, segment

SINCE = date(2026, 1, 1)
PASSWORD = "森格-试用-2026"
BACKEND = "baodao.people.auth.PhoneOrNameBackend"
SPACE = uuid.UUID("5d6f9f2c-0000-4000-8000-000000000000")


def uid(key: str) -> uuid.UUID:
    """The id of a named thing, the same in every run."""
    return uuid.uuid5(SPACE, key)


pinyin = lru_cache(pinyin_key)


@lru_cache
def _password() -> str:
    return make_password(PASSWORD)


@dataclass(frozen=True)
class Places:
    province: Place
    prefecture: Place
    district: Place
    other_district: Place
    street: Place
    other_street: Place
    far_street: Place
    community: Place
    second_community: Place
    other_community: Place
    far_community: Place
    grid: Place
    second_grid: Place
    other_grid: Place
    far_grid: Place
    estate: Place
    building: Place
    household: Place


@dataclass(frozen=True)
class Units:
    """`unit` is tied to `places.community`, `other` to `places.other_community`,
    `far` to `places.far_community`; `loose` has no contact point."""

    unit: Unit
    other: Unit
    far: Unit
    loose: Unit


@dataclass(frozen=True)
class Members:
    """`member` and `colleague` are of `units.unit`, `neighbour` of `units.other`,
    `far` of `units.far`. `member` and `neighbour` live in `places.community`,
    `colleague` in `places.other_community`; `newcomer` has not reported anywhere."""

    member: Member
    colleague: Member
    newcomer: Member
    neighbour: Member
    far: Member


@dataclass(frozen=True)
class World:
    places: Places
    units: Units
    orgs: dict[str, PartyOrg]
    members: Members
    people: dict[str, Person]
    accounts: dict[str, Account]
    actors: dict[str, Actor]
    household: Household
    resident: Resident

    def client(self, key: str = "anonymous") -> Client:
        """A browser signed in as `key`, without the cost of a password."""
        client = Client()
        if key in self.accounts:
            client.force_login(self.accounts[key], backend=BACKEND)
        return client


# (key, official code or the local code, name, parent key)
PLACES = (
    ("province", "54", "西藏自治区", ""),
    ("prefecture", "5425", "阿里地区", "province"),
    ("district", "542523", "噶尔县", "prefecture"),
    ("other_district", "542524", "日土县", "prefecture"),
    ("street", "542523100", "狮泉河镇", "district"),
    ("other_street", "542523200", "昆莎乡", "district"),
    ("far_street", "542524100", "日土镇", "other_district"),
    ("community", "542523100001", "森格社区", "street"),
    ("second_community", "542523100002", "藏布社区", "street"),
    ("other_community", "542523200202", "噶尔新村", "other_street"),
    ("far_community", "542524100201", "日土村", "far_street"),
    ("grid", "G003", "第三网格", "community"),
    ("second_grid", "G001", "第一网格", "community"),
    ("other_grid", "G001", "第一网格", "other_community"),
    ("far_grid", "G001", "第一网格", "far_community"),
    ("estate", "E001", "象雄小区", "grid"),
    ("building", "B01", "1号楼", "estate"),
    ("household", "H0312", "户0312", "building"),
)
LOCAL_LEVELS = {"G": 6, "E": 7, "B": 8, "H": 9}
CONTACT_POINTS = {"community", "other_community", "far_community", "grid"}

# key → (person's name, place key, role, unit key)
STAFF = {
    "prefecture_org": ("丹增", "prefecture"),
    "county_org": ("罗布", "district"),
    "county_social_work": ("央金", "district"),
    "practice_center": ("格桑", "street"),
    "township_party": ("尼玛", "street"),
    "community_secretary": ("达瓦", "community"),
    "community_worker": ("卓玛", "community"),
    "grid_worker": ("次仁", "grid"),
    "inspector": ("扎西", "district"),
    "privacy_officer": ("白玛", "district"),
    "system_admin": ("旺堆", ""),
    "security_admin": ("边巴", ""),
    "audit_admin": ("普布", ""),
    "compound_branch_secretary": ("强巴", "estate"),
    "building_group_leader": ("索朗", "building"),
    "center_household": ("德吉", "building"),
    "instructor": ("拉姆", "estate"),
    "part_time_member": ("平措", "community"),
}
# More actors: the same roles elsewhere. `outsider` works in another district.
OTHERS = {
    "other_community_worker": ("community_worker", "米玛", "other_community"),
    "other_grid_worker": ("grid_worker", "贡觉", "other_grid"),
    "second_community_worker": ("community_worker", "仓决", "second_community"),
    "far_county_org": ("county_org", "云丹", "other_district"),
    "far_community_secretary": ("community_secretary", "洛桑", "far_community"),
    "outsider": ("community_worker", "曲珍", "far_community"),
}
UNIT_PEOPLE = {
    "unit_secretary": ("unit_secretary", "王建国", "unit"),
    "unit_liaison": ("unit_liaison", "李秀英", "unit"),
    "other_unit_secretary": ("unit_secretary", "赵志强", "other"),
    "far_unit_secretary": ("unit_secretary", "周敏", "far"),
}
# key → (name, short name, affiliation, functions, seat, contact point)
UNITS = {
    "unit": (
        "阿里地区住房和城乡建设局",
        "地区住建局",
        "regional",
        ["housing"],
        "community",
        "community",
    ),
    "other": (
        "噶尔县卫生健康委员会",
        "县卫健委",
        "local",
        ["health"],
        "community",
        "other_community",
    ),
    "far": (
        "日土县教育局",
        "县教育局",
        "local",
        ["education"],
        "far_community",
        "far_community",
    ),
    "loose": (
        "国网阿里供电公司",
        "供电公司",
        "central_soe_branch",
        ["utilities"],
        "second_community",
        "",
    ),
}
# key → (name, unit, residence, skills)
MEMBERS = {
    "member": ("张伟", "unit", "community", ["repair", "plumbing"]),
    "colleague": ("刘洋", "unit", "other_community", ["law"]),
    "newcomer": ("陈静", "unit", "", []),
    "neighbour": ("杨帆", "other", "community", ["medical"]),
    "far": ("黄磊", "far", "far_community", ["tutoring"]),
}


def world() -> World:
    """Write the cast and return it. Needs a database; call once per test."""
    places = _places()
    units, orgs, ties = _units(places)
    people, members = _members(places, units, orgs)
    roles = _staff(places, units, people)
    accounts = {k: _account(k, p) for k, p in people.items()}
    estate = Estate(
        id=uid("estate-profile"), place=places["estate"], path=places["estate"].path,
        built_year=1998, homes=96, elder_share=41, services=["shop"], risks=["fire_lane"],
        is_key=True,
    )  # fmt: skip
    household = Household(
        id=uid("household"), place=places["household"], path=places["household"].path,
        number="0312", call_name="赵阿姨", address="象雄小区1号楼2单元301",
        phone="13889970312", focus=["elder"],
    )  # fmt: skip
    resident = Resident(
        id=uid("resident"), path=places["household"].path, household=household,
        call_name="赵阿姨", phone="13889970312", phone_hash=phone_hash("13889970312"),
    )  # fmt: skip
    for model, rows in (
        (Place, places.values()), (Estate, [estate]), (Household, [household]),
        (Unit, units.values()), (PartyOrg, orgs.values()), (ContactTie, ties),
        (Person, people.values()), (Member, members.values()), (Resident, [resident]),
        (RoleTie, roles.values()), (Account, accounts.values()),
    ):  # fmt: skip
        copy_rows(model, rows)
    return World(
        Places(**places), Units(**units), orgs, Members(**members), people, accounts,
        _actors(people, members, roles, accounts), household, resident,
    )  # fmt: skip


def _places() -> dict[str, Place]:
    found: dict[str, Place] = {}
    for key, code, name, above in PLACES:
        parent = found.get(above)
        full = code if code.isdigit() else f"{parent.code}-{code}" if parent else code
        found[key] = Place(
            id=uid(f"place:{key}"),
            code=full,
            path=(parent.path if parent else "") + segment(full) + "/",
            level=level_of(code) if code.isdigit() else LOCAL_LEVELS[code[0]],
            kind=kind_of(code) if code.isdigit() else "",
            parent=parent,
            official_name=name,
            name=name,
            pinyin=pinyin(name),
            is_contact_point=key in CONTACT_POINTS,
            valid_from=SINCE,
            population=4200 if key == "community" else 0,
            phone="0897-2821234" if key == "community" else "",
            lon=80.10 if key == "community" else None,
            lat=32.50 if key == "community" else None,
        )
    return found


def _units(
    places: dict[str, Place],
) -> tuple[dict[str, Unit], dict[str, PartyOrg], list[ContactTie]]:
    units, orgs, ties = {}, {}, []
    for key, (name, short, affiliation, functions, seat, point) in UNITS.items():
        at = places.get(point)
        units[key] = unit = Unit(
            id=uid(f"unit:{key}"), name=name, short_name=short, pinyin=unit_keys(name, short),
            kind="state_enterprise" if affiliation == "central_soe_branch" else "organ",
            affiliation=affiliation, functions=functions, seat=places[seat],
            path=places[seat].path, point_path=at.path if at else None,
            head_count=20, valid_from=SINCE,
        )  # fmt: skip
        orgs[key] = PartyOrg(
            id=uid(f"org:{key}"), unit=unit, path=unit.path, name=f"{short}党支部",
            kind="branch", superior_external="阿里地直机关工委",
        )  # fmt: skip
        if at:
            ties.append(
                ContactTie(
                    id=uid(f"tie:{key}"),
                    unit=unit,
                    point=at,
                    path=at.path,
                    valid_from=SINCE,
                )
            )
    return units, orgs, ties


def _person(key: str, name: str, path: str | None, unit_id: uuid.UUID | None) -> Person:
    number = 13800000000 + uid(f"phone:{key}").int % 100000000
    return Person(
        id=uid(f"person:{key}"), name=name, pinyin=pinyin(name), phone=str(number),
        phone_hash=phone_hash(str(number)), path=path, unit_id=unit_id,
    )  # fmt: skip


def _members(
    places: dict[str, Place], units: dict[str, Unit], orgs: dict[str, PartyOrg]
) -> tuple[dict[str, Person], dict[str, Member]]:
    people, members = {}, {}
    for n, (key, (name, of, home, skills)) in enumerate(MEMBERS.items(), start=1):
        unit, residence = units[of], places.get(home)
        point = places[UNITS[of][5]] if home else None
        person = _person(f"member:{key}", name, unit.path, unit.id)
        people["member" if key == "member" else _member_key(key)] = person
        members[key] = Member(
            id=uid(f"member:{key}"), person=person, volunteer_no=f"5425-9{n:05d}",
            unit=unit, party_org=orgs[of], unit_path=unit.path, skills=skills,
            service_classes=[], availability=["weekend_day"], residence=residence,
            residence_path=residence.path if residence else None, point=point,
            point_path=point.path if point else None, joined_on=SINCE,
        )  # fmt: skip
    return people, members


def _member_key(key: str) -> str:
    return "far_member" if key == "far" else key


def _staff(
    places: dict[str, Place], units: dict[str, Unit], people: dict[str, Person]
) -> dict[str, RoleTie]:
    roles = {}
    staff = {k: (k, *v) for k, v in STAFF.items()} | OTHERS
    for key, (role, name, at) in staff.items():
        place = places.get(at)
        path = place.path if place else ""
        people[key] = _person(key, name, path, None)
        roles[key] = _tie(key, role, people[key], place, path, None)
    for key, (role, name, of) in UNIT_PEOPLE.items():
        unit = units[of]
        people[key] = _person(key, name, unit.path, unit.id)
        roles[key] = _tie(key, role, people[key], None, unit.path, unit)
    return roles


def _tie(
    key: str,
    role: str,
    person: Person,
    place: Place | None,
    path: str,
    unit: Unit | None,
) -> RoleTie:
    return RoleTie(
        id=uid(f"role:{key}"), person=person, role=role, place=place, path=path, unit=unit,
        valid_from=SINCE, valid_to=date(2031, 1, 1),
    )  # fmt: skip


def _account(key: str, person: Person) -> Account:
    return Account(
        id=uid(f"account:{key}"), username=key, password=_password(), person=person,
        path=person.path, unit_id=person.unit_id,
    )  # fmt: skip


def _actors(
    people: dict[str, Person],
    members: dict[str, Member],
    roles: dict[str, RoleTie],
    accounts: dict[str, Account],
) -> dict[str, Actor]:
    actors = {"anonymous": ANONYMOUS, "resident": ANONYMOUS, "system": SYSTEM}
    for key, tie in roles.items():
        actors[key] = Actor(
            role=tie.role, name=people[key].name, account_id=accounts[key].id,
            person_id=people[key].id, unit_id=tie.unit_id, tie_id=tie.id,
            path=None if ROLES[tie.role].bound == "unit" else tie.path,
        )  # fmt: skip
    for key, member in members.items():
        key = key if key == "member" else _member_key(key)
        actors[key] = Actor(
            role="member", name=people[key].name, account_id=accounts[key].id,
            person_id=people[key].id, member_id=member.id, unit_id=member.unit_id,
        )  # fmt: skip
    return actors

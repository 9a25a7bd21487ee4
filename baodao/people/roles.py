"""Roles (domain 5): code, title, where they are held, and which exclude each other."""

from typing import NamedTuple


class Role(NamedTuple):
    """`bound`: place, unit or person: what a tie of this role must name. `levels`:
    place levels at which it is held. `desk`: staff, unit, member or admin."""

    title: str
    bound: str
    levels: tuple[int, ...] = ()
    desk: str = "staff"


ROLES: dict[str, Role] = {
    "prefecture_org": Role("地委组织部", "place", (2,)),
    "county_org": Role("县（区）委组织部", "place", (3,)),
    "county_social_work": Role("县（区）委社会工作部", "place", (3,)),
    "practice_center": Role("新时代文明实践中心", "place", (3, 4, 5)),
    "township_party": Role("乡镇（街道）党委", "place", (4,)),
    "community_secretary": Role("社区党组织书记", "place", (5,)),
    "community_worker": Role("社区专干", "place", (5,)),
    "grid_worker": Role("网格员", "place", (6,)),
    "compound_branch_secretary": Role("小区党支部书记", "place", (7,)),
    "building_group_leader": Role("楼栋党小组长", "place", (8,)),
    "center_household": Role("党员中心户", "place", (8,)),
    "instructor": Role("党建工作指导员", "place", (7,)),
    "part_time_member": Role("兼职委员", "place", (5,)),
    "unit_secretary": Role("单位党组织书记", "unit", (), "unit"),
    "unit_liaison": Role("单位联络员", "unit", (), "unit"),
    "member": Role("党员", "person", (), "member"),
    "inspector": Role("督查员", "place", (3,)),
    "privacy_officer": Role("个人信息保护负责人", "place", (2, 3)),
    "system_admin": Role("系统管理员", "place", (0, 1, 2, 3), "admin"),
    "security_admin": Role("安全管理员", "place", (0, 1, 2, 3), "admin"),
    "audit_admin": Role("审计管理员", "place", (0, 1, 2, 3), "admin"),
}
# Residents need no account: these two are never given to a person.
GUESTS = {"anonymous": "居民", "requester": "提出心愿的居民", "system": "系统"}

# Longest time a role is given for; then somebody decides again (domain 5).
YEARS = 5

_ESTATE = (
    "grid_worker",
    "compound_branch_secretary",
    "building_group_leader",
    "center_household",
    "instructor",
    "part_time_member",
)
_COMMUNITY = ("community_worker", *_ESTATE)
_TOWNSHIP = ("township_party", "practice_center", "community_secretary", *_COMMUNITY)
_UNIT = ("unit_secretary", "unit_liaison")
_COUNTY = ("county_social_work", "inspector", "privacy_officer", *_TOWNSHIP, *_UNIT)
# Who may give (and take) what: never a higher role than one's own.
GIVES: dict[str, frozenset[str]] = {
    "prefecture_org": frozenset({"prefecture_org", "county_org", *_COUNTY}),
    "county_org": frozenset({"county_org", *_COUNTY}),
    "county_social_work": frozenset(_COUNTY),
    "township_party": frozenset(_TOWNSHIP),
    "community_secretary": frozenset(_COMMUNITY),
    "unit_secretary": frozenset(_UNIT),
    "system_admin": frozenset(c for c in ROLES if c != "member"),
    "security_admin": frozenset(c for c in ROLES if c != "member"),
    "system": frozenset(c for c in ROLES if c != "member"),
}

# Never the same person (domain 5): who runs the system does not read its audit.
EXCLUSIVE: tuple[frozenset[str], ...] = (
    frozenset({"system_admin", "audit_admin"}),
    frozenset({"security_admin", "audit_admin"}),
    frozenset({"system_admin", "security_admin"}),
)


def title(code: str) -> str:
    """The Chinese title of any role code."""
    return ROLES[code].title if code in ROLES else GUESTS[code]


def may_give(giver: str, wanted: str) -> bool:
    """Whether somebody in role `giver` may give or take role `wanted`; the place
    is judged apart."""
    return wanted in GIVES.get(giver, frozenset())


def clash(held: set[str], wanted: str) -> str:
    """The held role that excludes `wanted`, or ""."""
    for group in EXCLUSIVE:
        if wanted in group:
            for other in sorted(held & group - {wanted}):
                return other
    return ""

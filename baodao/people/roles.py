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

# Never the same person (domain 5): who runs the system does not read its audit.
EXCLUSIVE: tuple[frozenset[str], ...] = (
    frozenset({"system_admin", "audit_admin"}),
    frozenset({"security_admin", "audit_admin"}),
    frozenset({"system_admin", "security_admin"}),
)


def title(code: str) -> str:
    """The Chinese title of any role code."""
    return ROLES[code].title if code in ROLES else GUESTS[code]


def clash(held: set[str], wanted: str) -> str:
    """The held role that excludes `wanted`, or ""."""
    for group in EXCLUSIVE:
        if wanted in group:
            for other in sorted(held & group - {wanted}):
                return other
    return ""

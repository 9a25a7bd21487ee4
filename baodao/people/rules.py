"""Who may see and change units, party organisations, members and roles (domain 5,
9.5). Names of units and members are internal (P1); phones are revealed one by one."""

from baodao.acts.access import Scope
from baodao.acts.grants import CENTRE, COMMUNITY, MOVERS, ORG, SYSTEM, UNIT

# In whose name rows follow their place when divisions change.
_FOLLOWS = {"follow_place": ("随区划调整", MOVERS)}

UNIT_ACTIONS = {
    **_FOLLOWS,
    "view": (
        "查看单位",
        {
            **ORG, **CENTRE, **COMMUNITY, **UNIT,
            "grid_worker": Scope.PLACE, "inspector": Scope.PLACE, "system_admin": Scope.ALL,
            **SYSTEM,
        },
    ),
    "add": ("新增单位", {**ORG, **SYSTEM}),
    "edit": ("修改单位", {**ORG, "unit_secretary": Scope.UNIT, **SYSTEM}),
    "set_point": ("修改联系点路径", {**ORG, **SYSTEM}),
    "rename": ("单位改名", ORG),
    "close": ("停用单位", ORG),
}  # fmt: skip
ORG_ACTIONS = {
    **_FOLLOWS,
    "view": (
        "查看党组织",
        {**ORG, **CENTRE, **COMMUNITY, **UNIT, "inspector": Scope.PLACE, **SYSTEM},
    ),
    "add": ("新增党组织", {**ORG, "unit_secretary": Scope.UNIT, **SYSTEM}),
    "edit": ("修改党组织", {**ORG, "unit_secretary": Scope.UNIT}),
    "move": ("随单位迁移", ORG),
}
TIE_ACTIONS = {
    **_FOLLOWS,
    "view": (
        "查看联系点",
        {**ORG, **CENTRE, **COMMUNITY, **UNIT, "grid_worker": Scope.PLACE},
    ),
    "add": ("确定联系点", {**ORG, **SYSTEM}),
    "end": ("结束联系", ORG),
}
PERSON_ACTIONS = {
    **_FOLLOWS,
    "view": (
        "查看人员",
        {**ORG, **CENTRE, **COMMUNITY, **UNIT, "member": Scope.OWN,
         "system_admin": Scope.ALL, "security_admin": Scope.ALL},
    ),
    "add": (
        "新增人员",
        {**ORG, "township_party": Scope.PLACE, **COMMUNITY, **UNIT,
         "system_admin": Scope.ALL, **SYSTEM},
    ),
    "edit": ("修改人员", {**ORG, **COMMUNITY, **UNIT, "member": Scope.OWN, **SYSTEM}),
    "move": ("随单位迁移", {**ORG, **UNIT, **SYSTEM}),
    "reveal": ("显示电话", {**COMMUNITY, **UNIT, "grid_worker": Scope.PLACE}),
}  # fmt: skip
MEMBER_ACTIONS: dict[str, tuple[str, dict[str, Scope]]] = {
    "view": (
        "查看党员",
        {**ORG, **CENTRE, **COMMUNITY, **UNIT, "grid_worker": Scope.PLACE,
         "member": Scope.OWN, "inspector": Scope.PLACE, **SYSTEM},
    ),
    "add": ("新增党员", {**ORG, **COMMUNITY, **UNIT, **SYSTEM}),
    "edit": ("修改党员", {**ORG, **UNIT, "community_secretary": Scope.PLACE,
                      "community_worker": Scope.PLACE, "member": Scope.OWN, **SYSTEM}),
    "reveal": ("显示党员电话", {**COMMUNITY, **UNIT, "grid_worker": Scope.PLACE}),
    "set_place": (
        "更新报到地",
        {**COMMUNITY, "township_party": Scope.PLACE, **UNIT, **ORG, **SYSTEM},
    ),
}  # fmt: skip
MEMBER_ACTIONS["duty"] = (
    "更新在岗状态",
    {**UNIT, **SYSTEM, "community_secretary": Scope.PLACE},
)
MEMBER_ACTIONS["follow_place"] = ("随区划调整", {**MOVERS})
MEMBER_ACTIONS["transfer"] = ("转到别的单位", {**ORG, **UNIT})
_LEAVING = {**UNIT, "community_secretary": Scope.PLACE}
MEMBER_ACTIONS["retire"] = ("登记退休", _LEAVING)
MEMBER_ACTIONS["retired"] = ("到期退休", SYSTEM)
MEMBER_ACTIONS["leave"] = ("登记离开", _LEAVING)
# Why somebody leaves for good (domain 8.2), as a report-in's end knows it too.
LEAVING = {"moved_out": "搬出本地区", "deceased": "去世"}
EXEMPTION_ACTIONS = {
    **_FOLLOWS,
    "view": ("查看免责期", {**ORG, **COMMUNITY, **UNIT, "member": Scope.OWN}),
    "add": ("登记免责期", {**UNIT, "community_secretary": Scope.PLACE}),
    "end": ("结束免责期", {**UNIT, "community_secretary": Scope.PLACE, **SYSTEM}),
    "move": ("随单位迁移", {**ORG, **UNIT}),
}
RESIDENT_ACTIONS = {
    **_FOLLOWS,
    "view": ("查看居民", {**COMMUNITY, "grid_worker": Scope.PLACE}),
    "add": ("登记居民", {**COMMUNITY, "grid_worker": Scope.PLACE, **SYSTEM}),
    "edit": ("修改居民", {**COMMUNITY, "grid_worker": Scope.PLACE}),
    "reveal": ("显示居民联系方式", {**COMMUNITY, "grid_worker": Scope.PLACE}),
}
_GIVERS = {
    **ORG,
    "township_party": Scope.PLACE,
    "community_secretary": Scope.PLACE,
    "unit_secretary": Scope.UNIT,
    "system_admin": Scope.ALL,
    "security_admin": Scope.ALL,
}
ROLE_ACTIONS = {
    **_FOLLOWS,
    "view": (
        "查看角色",
        {**_GIVERS, "community_worker": Scope.PLACE, "member": Scope.OWN},
    ),
    "give": ("授予角色", {**_GIVERS, **SYSTEM}),
    "end": ("收回角色", {**_GIVERS, **SYSTEM}),
    "move": ("随单位迁移", ORG),
}
ROLE_MESSAGES = {
    "give": "不能给自己授予角色，也不能授予比自己高的角色。请交给上级或安全管理员。",
    "end": "自己的角色要由别人收回。请交给上级或安全管理员。",
}
# Nobody gives or takes their own role.
ROLE_CONFLICTS = {"give": {"person_id": "person_id"}, "end": {"person_id": "person_id"}}
ACCOUNT_CONFLICTS = {
    event: {"person_id": "person_id"} for event in ("add", "reset", "disable", "enable")
}
_ACCOUNTS = {
    **ORG,
    "township_party": Scope.PLACE,
    "community_secretary": Scope.PLACE,
    "unit_secretary": Scope.UNIT,
    "system_admin": Scope.ALL,
    "security_admin": Scope.ALL,
}
ACCOUNT_ACTIONS = {
    **_FOLLOWS,
    "view": ("查看账号", {**_ACCOUNTS, "member": Scope.OWN}),
    "add": ("开通账号", {**_ACCOUNTS, **SYSTEM}),
    "reset": ("重设密码", _ACCOUNTS),
    "password": ("修改自己的密码", dict.fromkeys(
        ("member", "unit_secretary", "unit_liaison", "community_secretary",
         "community_worker", "grid_worker", "township_party", "practice_center",
         "county_org", "county_social_work", "prefecture_org", "inspector",
         "privacy_officer", "system_admin", "security_admin", "audit_admin"),
        Scope.OWN,
    )),
    "move": ("随单位迁移", {**ORG, **UNIT, **SYSTEM}),
    "disable": ("停用账号", _ACCOUNTS),
    "enable": ("启用账号", _ACCOUNTS),
}  # fmt: skip

_WATCH = {**ORG, "privacy_officer": Scope.PLACE}
HOLD_ACTIONS = {
    "view": ("查看先不删的", {**_WATCH, **COMMUNITY}),
    "add": ("先不删", {**_WATCH, "community_secretary": Scope.PLACE}),
    "release": ("可以删了", {**_WATCH, "community_secretary": Scope.PLACE}),
}
RUN_ACTIONS = {
    # Numbers without anything of whom they are about.
    "view": (
        "查看到期删除",
        {**dict.fromkeys(_WATCH, Scope.ALL), "audit_admin": Scope.ALL},
    ),
    "announce": ("预告到期删除", {"system": Scope.ALL}),
    "run": ("到期删除", {"system": Scope.ALL}),
}

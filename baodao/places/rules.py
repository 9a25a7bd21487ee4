"""Levels and kinds from the digits of a code (domain 3.1), and who may edit what.

The type comes from the digits, never from the name: names end variously in
居委会, 社区, 村委会, and three "townships" of Luzhou are zones."""

from baodao.acts.access import Scope
from baodao.core.errors import Invalid

PROVINCE, PREFECTURE, COUNTY, TOWNSHIP, COMMUNITY = 1, 2, 3, 4, 5
GRID, ESTATE, BUILDING, HOUSEHOLD = 6, 7, 8, 9

LEVELS = {
    PROVINCE: "省",
    PREFECTURE: "地市",
    COUNTY: "县（区）",
    TOWNSHIP: "乡镇（街道）",
    COMMUNITY: "社区（村）",
    GRID: "网格",
    ESTATE: "小区",
    BUILDING: "楼栋",
    HOUSEHOLD: "住户",
}
LEVEL_OF_LENGTH = {2: PROVINCE, 4: PREFECTURE, 6: COUNTY, 9: TOWNSHIP, 12: COMMUNITY}
LETTER = {GRID: "G", ESTATE: "E", BUILDING: "B", HOUSEHOLD: "H"}
DIGITS = {GRID: 3, ESTATE: 3, BUILDING: 2, HOUSEHOLD: 4}
# What may be put below what: official levels only one step down (domain 6.1),
# local ones where a community has them (a village may have no estates).
BELOW: dict[int, tuple[int, ...]] = {
    PROVINCE: (PREFECTURE,),
    PREFECTURE: (COUNTY,),
    COUNTY: (TOWNSHIP,),
    TOWNSHIP: (COMMUNITY,),
    COMMUNITY: (GRID, ESTATE, BUILDING, HOUSEHOLD),
    GRID: (ESTATE, BUILDING, HOUSEHOLD),
    ESTATE: (BUILDING, HOUSEHOLD),
    BUILDING: (HOUSEHOLD,),
    HOUSEHOLD: (),
}

TOWN_KINDS = {
    "subdistrict": "街道",
    "town": "镇",
    "township": "乡",
    "zone": "类似乡级的区域",
}
VILLAGE_KINDS = {
    "neighbourhood": "居委会",
    "village": "村委会",
    "neighbourhood_like": "类似社区",
    "village_like": "类似村",
    "virtual": "虚拟社区",
}
KINDS = {**TOWN_KINDS, **VILLAGE_KINDS}


def level_of(code: str) -> int:
    """The level of an official code of 2, 4, 6, 9 or 12 digits. Raises Invalid."""
    if not code.isdigit() or len(code) not in LEVEL_OF_LENGTH:
        raise Invalid(fields={"code": "代码应为 2、4、6、9 或 12 位数字。"})
    return LEVEL_OF_LENGTH[len(code)]


def parent_code(code: str) -> str:
    """The code one level up; "" above a province."""
    if "-" in code:
        return code.rsplit("-", 1)[0]
    lengths = [0, *LEVEL_OF_LENGTH]
    return code[: lengths[lengths.index(len(code)) - 1]]


def kind_of(code: str, name: str = "") -> str:
    """Kind of a township or village from its digits; "" at other levels. Only
    "virtual" looks at the name: codes give it no range of its own."""
    if len(code) == 9:
        n = int(code[6:])
        if n >= 400:
            return "zone"
        return "subdistrict" if n < 100 else "town" if n < 200 else "township"
    if len(code) == 12:
        if "虚拟" in name:
            return "virtual"
        n = int(code[9:])
        for limit, kind in (
            (200, "neighbourhood"),
            (400, "village"),
            (500, "neighbourhood_like"),
        ):
            if n < limit:
                return kind
        return "village_like"
    return ""


def display_name(official: str) -> str:
    """What people say: 森格社区居委会 → 森格社区, 加木村民委员会 → 加木村."""
    for tail, keep in (
        ("社区居民委员会", "社区"),
        ("社区居委会", "社区"),
        ("居民委员会", "社区"),
        ("居委会", "社区"),
        ("村民委员会", "村"),
        ("村委会", "村"),
    ):
        if official.endswith(tail) and len(official) > len(tail):
            return official[: -len(tail)].removesuffix(keep) + keep
    return official


def segment(code: str) -> str:
    """The part of the path a place adds to its parent's: an official code's own
    digits, or the local code (G003, E012, B01, H0312)."""
    return code[len(parent_code(code)) :] if code.isdigit() else code.rsplit("-", 1)[-1]


def local_code(parent: str, level: int, number: int) -> str:
    """The code of a grid, estate, building or household: 542523100001-G003."""
    return f"{parent}-{LETTER[level]}{number:0{DIGITS[level]}d}"


def number_of(code: str) -> int:
    """The running number in the last part of a local code; 0 for an official one."""
    digits = segment(code)[1:] if "-" in code else ""
    return int(digits) if digits.isdigit() else 0


def check_child(parent_level: int, level: int) -> None:
    """Raise Invalid when a place of `level` cannot stand below one of
    `parent_level`."""
    if level not in BELOW[parent_level]:
        raise Invalid(
            fields={
                "level": f"{LEVELS[parent_level]}下面不能直接设{LEVELS.get(level, '这一级')}。"
                "请先选对上级。"
            }
        )


def check_contact_point(level: int, kind: str) -> None:
    """A contact point 联系点 is a community, village or grid (A08); a virtual
    community has no residents' organisation (domain 3.1)."""
    if level not in (COMMUNITY, GRID) or kind == "virtual":
        raise Invalid(
            fields={"is_contact_point": "联系点只能是社区（村）或网格，虚拟社区不行。"}
        )


ESTATE_SERVICES = {
    "shop": "便利店",
    "clinic": "卫生站",
    "canteen": "助老食堂",
    "elder_care": "养老服务",
    "childcare": "托幼",
    "activity": "活动室",
    "property": "物业",
    "parking": "停车",
    "charging": "充电桩",
    "bus": "公交",
}
ESTATE_RISKS = {
    "fire_lane": "消防通道窄",
    "old_pipes": "管道老旧",
    "old_wiring": "线路老化",
    "no_property": "没有物业",
    "falling": "外墙或屋顶脱落",
    "flood": "低洼积水",
    "landslide": "地质灾害隐患",
    "snow": "大雪封路",
}
LANGUAGES = {"zh": "汉语", "bo": "藏语", "zh_bo": "汉语、藏语都可以"}

# Why somebody looks at a household's or a person's contact (domain 9.1).
PURPOSES = {
    "order": "办理点单",
    "visit": "上门走访",
    "call_back": "电话回访",
    "report_in": "联系报到",
    "emergency": "应急联系",
    "check": "核对登记",
}

_EDITORS = {
    "system_admin": Scope.ALL,
    "prefecture_org": Scope.PLACE,
    "county_org": Scope.PLACE,
    "county_social_work": Scope.PLACE,
    "township_party": Scope.PLACE,
    "community_secretary": Scope.PLACE,
    "community_worker": Scope.PLACE,
}
_STAFF = {**_EDITORS, "grid_worker": Scope.PLACE, "practice_center": Scope.PLACE}
_HOUSEHOLD = {
    "community_secretary": Scope.PLACE,
    "community_worker": Scope.PLACE,
    "grid_worker": Scope.PLACE,
}
_SETTERS = {
    "prefecture_org": Scope.PLACE,
    "county_org": Scope.PLACE,
    "county_social_work": Scope.PLACE,
    "system_admin": Scope.ALL,
}

PLACE_ACTIONS: dict[str, tuple[str, dict[str, Scope]]] = {
    "view": (
        "查看地方",
        {
            **_STAFF,
            "unit_secretary": Scope.ALL,
            "unit_liaison": Scope.ALL,
            "member": Scope.ALL,
            "inspector": Scope.PLACE,
            "system": Scope.ALL,
        },
    ),
    "add": ("新增地方", {**_EDITORS, "system": Scope.ALL}),
    "edit": ("修改地方", {**_EDITORS, "system": Scope.ALL}),
    "close": ("停用地方", _EDITORS),
    "point": (
        "确定联系点",
        {
            "prefecture_org": Scope.PLACE,
            "county_org": Scope.PLACE,
            "county_social_work": Scope.PLACE,
            "system": Scope.ALL,
        },
    ),
}
ESTATE_ACTIONS = {
    "view": ("查看小区情况", PLACE_ACTIONS["view"][1]),
    "add": ("登记小区情况", {**_EDITORS, "system": Scope.ALL}),
    "edit": ("修改小区情况", _EDITORS),
}
HOUSEHOLD_ACTIONS = {
    "view": ("查看住户", _HOUSEHOLD),
    "add": ("登记住户", _HOUSEHOLD),
    "edit": ("修改住户", _HOUSEHOLD),
    "reveal": ("显示住户联系信息", _HOUSEHOLD),
}
SETTING_ACTIONS = {
    "view": ("查看设置", {**_STAFF, "inspector": Scope.PLACE}),
    "set": ("修改设置", _SETTERS),
}
DAY_ACTIONS = {
    "view": ("查看工作日历", {**_STAFF, "inspector": Scope.PLACE}),
    "set": ("修改工作日历", _SETTERS),
    "remove": ("删除日历上的一天", _SETTERS),
}
PAUSE_ACTIONS = {
    "view": ("查看时限暂停", _STAFF),
    "open": (
        "暂停本地时限",
        {**_SETTERS, "township_party": Scope.PLACE, "community_secretary": Scope.PLACE},
    ),
    "end": (
        "恢复本地时限",
        {**_SETTERS, "township_party": Scope.PLACE, "community_secretary": Scope.PLACE},
    ),
}

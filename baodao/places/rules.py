"""Levels and kinds from the digits of a code (domain 3.1), and who may edit what.

The type comes from the digits, never from the name: names end variously in
居委会, 社区, 村委会, and three "townships" of Luzhou are zones."""

import re
from datetime import datetime, time, timedelta
from itertools import pairwise

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.core.clock import at_local, local
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
# Characters of a path down to the community: twelve digits in five parts.
COMMUNITY_PATH = 17


def community_path(path: str) -> str:
    """The part of a path down to the community; a shorter one as it is."""
    return "/".join([part for part in path.split("/") if part][:COMMUNITY]) + "/"


_ABOVE = {2: 0, 4: 2, 6: 4, 9: 6, 12: 9}  # length of a code → of its parent's
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

# Levels that are there for the code alone: 市辖区 and 县 of a municipality,
# 省直辖县级行政区划; and the counties of cities without districts (东莞, 儋州).
UPPER_KINDS = {"direct": "直辖区县", "undivided": "不设区的市"}
MUNICIPALITIES = ("11", "12", "31", "50")
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
KINDS = {**UPPER_KINDS, **TOWN_KINDS, **VILLAGE_KINDS}


def short_code(code: str) -> str:
    """An official code without the zeros it is filled up with: the statistics bureau
    writes all levels with 12 digits, the standard with 6 (140000000000, 140000 → 14).
    No place has a part of nothing but zeros of its own."""
    code = code.strip()
    lengths = list(LEVEL_OF_LENGTH)
    while len(code) in lengths[1:]:
        above = lengths[lengths.index(len(code)) - 1]
        if code[above:].strip("0"):
            break
        code = code[:above]
    return code


def level_of(code: str) -> int:
    """The level of an official code of 2, 4, 6, 9 or 12 digits. Raises Invalid."""
    if not code.isdigit() or len(code) not in LEVEL_OF_LENGTH:
        raise Invalid(fields={"code": "代码应为 2、4、6、9 或 12 位数字。"})
    return LEVEL_OF_LENGTH[len(code)]


_CODE = re.compile(r"(\d{2}|\d{4}|\d{6}|\d{9}|\d{12}(-[GEBH]\d+)*)")


def is_code(code: str) -> bool:
    """Whether it has the shape of a code, official or local."""
    return bool(_CODE.fullmatch(code))


def parent_code(code: str) -> str:
    """The code one level up; "" above a province."""
    if "-" in code:
        return code.rsplit("-", 1)[0]
    return code[: _ABOVE[len(code)]]


def kind_of(code: str, name: str = "", above: str = "") -> str:
    """Kind of a place from the digits of its code; "" where there is nothing to tell.
    Only "virtual" looks at the name, since codes give it no range of its own, and
    "undivided": a city's only county has the name of the city (`above`)."""
    if len(code) == 12:
        return _village_kind(int(code[9:]), name)
    if len(code) == 9:
        return _town_kind(int(code[6:]))
    if len(code) == 6:
        return "undivided" if name and name == above else ""
    direct = code[2:] == "90" or (
        code[:2] in MUNICIPALITIES and code[2:] in ("01", "02")
    )
    return "direct" if len(code) == 4 and direct else ""


def _town_kind(n: int) -> str:
    if n == 0 or n >= 400:
        return "zone"
    return "subdistrict" if n < 100 else "town" if n < 200 else "township"


def _village_kind(n: int, name: str) -> str:
    if "虚拟" in name:
        return "virtual"
    if n == 0 or n >= 500:
        return "village_like"
    if n < 200:
        return "neighbourhood"
    return "village" if n < 400 else "neighbourhood_like"


_TAILS = (
    ("社区村民委员会", "社区"),
    ("社区村委会", "社区"),
    ("社区居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("居民委员会", "社区"),
    ("居委会", "社区"),
    ("村民委员会", "村"),
    ("村委会", "村"),
)


def display_name(official: str) -> str:
    """What people say: 森格社区居委会 → 森格社区, 加木村民委员会 → 加木村."""
    if official.endswith("会"):
        for tail, keep in _TAILS:
            if official.endswith(tail) and len(official) > len(tail):
                return official[: -len(tail)].removesuffix(keep) + keep
    return official


def shown_name(code: str, official: str, above: str) -> str:
    """The name on a page. 市辖区 and 省直辖县级行政区划 say nothing alone, so they are
    read on from the province's name: 北京市辖区, 河南省直辖县级行政区划."""
    if len(code) != 4 or kind_of(code) != "direct":
        return display_name(official)
    for n in range(len(official), 0, -1):
        if above.endswith(official[:n]):
            return above + official[n:]
    return f"{above}辖{official}"


def withdrawn(official: str) -> bool:
    """Whether a published list marks the place as no longer there (domain 3.1)."""
    return "已撤销" in official


def segment(code: str) -> str:
    """The part of the path a place adds to its parent's: an official code's own
    digits, or the local code (G003, E012, B01, H0312)."""
    return code[len(parent_code(code)) :] if code.isdigit() else code.rsplit("-", 1)[-1]


def path_of(code: str) -> str:
    """The path that a code gives: 542523100001-G003 → 54/25/23/100/001/G003/."""
    official, *local = code.split("-")
    cuts = [n for n in (0, *LEVEL_OF_LENGTH) if n <= len(official)]
    parts = [official[a:b] for a, b in pairwise(cuts)]
    return "".join(f"{part}/" for part in (*parts, *local))


def common_path(*paths: str) -> str:
    """The path of the closest place at or above all of `paths`; "" above provinces."""
    shared = []
    for parts in zip(*(p.split("/")[:-1] for p in paths), strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(f"{parts[0]}/")
    return "".join(shared)


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


CHANGE_KINDS = {
    "merge": "撤并",
    "split": "拆分",
    "rename": "更名",
    "recode": "代码变更",
}
CHANGE_FLOW = Flow.of(
    "changes",
    {
        "draft": State("起草", "superior", "核对并执行", "note", "edit"),
        "running": State("执行中", "", "", "go", "clock"),
        "done": State("已执行", "", "", "ok", "circle-check"),
        "dropped": State("已放弃", "", "", "idle", "x"),
    },
    [
        ("", "draft", "draft"),
        ("draft", "edit", "draft"),
        ("draft", "start", "running"),
        ("running", "finish", "done"),
        ("running", "fail", "draft"),
        ("draft", "drop", "dropped"),
    ],
)
# Levels whose places merge, split and change their codes.
CHANGE_LEVELS = (PREFECTURE, COUNTY, TOWNSHIP, COMMUNITY, GRID)

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

# Who may change divisions, and in whose name what hangs on them follows.
CHANGERS = {
    "prefecture_org": Scope.PLACE,
    "county_org": Scope.PLACE,
    "system_admin": Scope.ALL,
}
FOLLOW = {**CHANGERS, "system": Scope.ALL}

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
    "rename": ("更名", FOLLOW),
    "succeed": ("由别的地方接续", FOLLOW),
    "absorb": ("并入别的地方", FOLLOW),
}
CHANGE_ACTIONS: dict[str, tuple[str, dict[str, Scope]]] = {
    "view": ("查看区划调整", CHANGERS),
    "draft": ("起草区划调整", CHANGERS),
    "edit": ("修改区划调整", CHANGERS),
    "start": ("执行区划调整", CHANGERS),
    "finish": ("完成区划调整", FOLLOW),
    "fail": ("区划调整没有做成", FOLLOW),
    "drop": ("放弃区划调整", CHANGERS),
}
ESTATE_ACTIONS = {
    "view": ("查看小区情况", PLACE_ACTIONS["view"][1]),
    "add": ("登记小区情况", {**_EDITORS, "system": Scope.ALL}),
    "edit": ("修改小区情况", _EDITORS),
    "follow_place": ("随区划调整", FOLLOW),
}
HOUSEHOLD_ACTIONS = {
    "view": ("查看住户", _HOUSEHOLD),
    "add": ("登记住户", _HOUSEHOLD),
    "edit": ("修改住户", _HOUSEHOLD),
    "reveal": ("显示住户联系信息", _HOUSEHOLD),
    "follow_place": ("随区划调整", FOLLOW),
}
SETTING_ACTIONS = {
    "view": ("查看设置", {**_STAFF, "inspector": Scope.PLACE}),
    "set": ("修改设置", _SETTERS),
    "follow_place": ("随区划调整", FOLLOW),
}
DAY_ACTIONS = {
    "view": ("查看工作日历", {**_STAFF, "inspector": Scope.PLACE}),
    "set": ("修改工作日历", _SETTERS),
    "remove": ("删除日历上的一天", _SETTERS),
    "follow_place": ("随区划调整", FOLLOW),
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
    "follow_place": ("随区划调整", FOLLOW),
}


LATEST = timedelta(hours=24)


def pause_from(role: str, now: datetime) -> datetime:
    """The earliest start that `role` may give a pause: what was late before stays
    late. A county, which learns of a blocked road the next morning, may go back a day;
    everybody else to the beginning of today."""
    if role in _SETTERS:
        return now - LATEST
    return at_local(local(now).date(), time.min)

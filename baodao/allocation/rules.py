"""The plan's flow, who may do what, and what needs are read from (A07). Numbers here
are the first values of a plan; each plan carries its own and people change them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import ORG
from baodao.core.errors import Invalid

STATES: Mapping[str, State] = {
    "draft": State("预览，尚未生效", "superior", "审定", "note", "eye"),
    "committed": State("已生效", "", "", "ok", "check"),
    "dropped": State("已放弃", "", "", "idle", "x"),
}
FLOW = Flow.of(
    "allocation",
    STATES,
    [
        ("", "compute", "draft"),
        ("draft", "recompute", "draft"),
        ("draft", "adjust", "draft"),
        ("draft", "commit", "committed"),
        ("draft", "drop", "dropped"),
    ],
)
PLAN_ACTIONS: dict[str, tuple[str, dict[str, Scope]]] = {
    "view": ("查看联系点分配", ORG),
    "compute": ("试算联系点分配", ORG),
    "recompute": ("重新试算", ORG),
    "adjust": ("人工调整方案", ORG),
    "commit": ("让方案生效", ORG),
    "drop": ("放弃方案", ORG),
}
PAIR_ACTIONS: dict[str, tuple[str, dict[str, Scope]]] = {
    "view": ("查看一家单位的分配", ORG),
    "override": ("换一个联系点", ORG),
    "undo": ("撤销人工调整", ORG),
    "lock": ("固定在这里", ORG),
    "unlock": ("取消固定", ORG),
}
MESSAGES = {"commit": "联系点由组织部门审定。请交给县（区）委或地委组织部。"}


class Field(NamedTuple):
    """A number a person may set: title, first value, from, to, and what it does."""

    title: str
    default: int
    low: int
    high: int
    note: str = ""


# The names are those of `matching.allocation.Weights`.
WEIGHTS: Mapping[str, Field] = {
    "least": Field("每点最少", 3, 1, 20, "家。单位不够时自动放低"),
    "most": Field("每点最多", 8, 1, 60, "家。单位太多时自动放高"),
    "function": Field("职能补缺", 40, 0, 100, "最需要、又还没有的职能加这么多分"),
    "near": Field("路程", 25, 0, 100, "就在附近加这么多，100 公里以外倒扣"),
    "load": Field("人口与单位数", 15, 0, 100, "比应有的少一家加一份，多一家扣一份"),
    "living": Field("党员住得近", 10, 0, 100, "一半以上党员住在这里加这么多"),
    "stay": Field("换联系点", 15, 0, 100, "离开现在的联系点扣这么多，越大越不动"),
    "by_need": Field("按需求算的比重", 30, 0, 100, "%，其余按人口"),
}


def weights(given: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of a plan, the missing ones from the first values. Raises Invalid
    with the field."""
    wrong: dict[str, str] = {}
    found: dict[str, Any] = {"across": bool(given.get("across", False))}
    for name, known in WEIGHTS.items():
        value = given.get(name, known.default)
        if not isinstance(value, int) or not known.low <= value <= known.high:
            wrong[name] = f"请填{known.low}到{known.high}之间的整数。"
        else:
            found[name] = value
    if not wrong and found["most"] < found["least"]:
        wrong["most"] = "每点最多不能小于每点最少。"
    if wrong:
        raise Invalid(fields=wrong)
    return found


# --- what a point needs ----------------------------------------------------------------

# All in tenths of an order of twelve months, so that small things count a little.
ORDER = 10
HOUSEHOLD = 2
ESTATE = 30
# What everywhere around asks for counts for a point without figures of its own.
COMMON = 50
# Figures about people in need leave the community only from this number on (9.4).
SMALLEST = 5
# A gap is worth naming from this weight on, when it is at least this share of the
# point's top need.
NOTABLE = 30
NOTABLE_SHARE = 50  # percent
CELLS = 8


def notable(weight: int, top: int, own: bool) -> bool:
    """Whether a need is large enough to name its absence."""
    return own and weight >= NOTABLE and weight * 100 >= NOTABLE_SHARE * top


FOCUS_FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "elder": ("health", "civil_affairs"),
    "minor": ("education",),
    "disabled": ("civil_affairs", "health"),
    "hardship": ("civil_affairs", "employment"),
}
RISK_FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "fire_lane": ("fire_safety",),
    "old_pipes": ("utilities", "housing"),
    "old_wiring": ("utilities", "fire_safety"),
    "no_property": ("housing",),
    "falling": ("housing",),
    "flood": ("housing",),
    "landslide": ("transport",),
    "snow": ("transport",),
}
OLD_ESTATE = 30  # percent of people over sixty
# Shorter than the titles of functions: for cells and gaps.
SHORT = {
    "housing": "住建", "health": "医疗", "education": "教育", "civil_affairs": "民政",
    "justice": "法律", "employment": "就业", "transport": "交通", "utilities": "水电",
    "environment": "环卫", "culture": "文体", "agriculture": "农牧", "finance": "财税",
    "telecom": "通信", "fire_safety": "消防", "commerce": "商贸", "party": "党务",
}  # fmt: skip

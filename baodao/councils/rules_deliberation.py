"""The flow of a deliberation 协商议事 from the proposal to what came of it, who may take
which step, and its sums (L11, L36; domain 7.1 M_ADD_SUGGEST)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, GRID, MEMBER, SYSTEM, UNIT
from baodao.councils import rules as shared

MAX_SPAN = timedelta(hours=12)
MOST_INVITED = 400  # at once; more is a mistake in the ticks
OPINIONS_AN_HOUR = 6  # that one address may send from the public page

# What is to be talked over (L36).
KINDS = {
    "dispute": "矛盾纠纷",
    "environment": "环境整治",
    "estate": "小区治理",
    "facilities": "设施和停车",
    "services": "便民服务",
    "culture": "文体活动",
    "rules": "居民公约",
    "other": "其他",
}
SOURCES = {"member": "党员提出", "resident": "居民提出", "community": "社区提出"}
HOW = {
    "member": "党员会前说的",
    "unit": "单位会前说的",
    "resident": "居民会前说的",
    "meeting": "会上说的",
    "public": "网上说的",
}
NOTED = ("resident", "meeting")  # what a worker enters
REPLIES = {"yes": "参加", "no": "不参加"}
ATTENDANCE = {"came": "到会", "leave": "请假", "absent": "没来"}
OUTCOMES = {"adopted": "采纳", "partly": "部分采纳", "not_adopted": "不采纳"}
GOOD = ("adopted", "partly")

STATES: Mapping[str, State] = {
    "proposed": State("待社区答复", "community", "看一看，议不议", "soon", "message-circle"),
    "taken": State("列入协商", "community", "定时间、请人", "go", "users-group"),
    "arranged": State("定了时间", "community", "开会", "go", "calendar-event"),
    "held": State("议过了，待定结果", "community", "定结果", "soon", "edit"),
    "decided": State("有结果，在办", "community", "办完后结束", "go", "list-check"),
    "closed": State("办完了", "", "", "ok", "circle-check"),
    "declined": State("没有列入", "", "", "idle", "x"),
    "withdrawn": State("撤回了", "", "", "idle", "arrow-back-up"),
    "cancelled": State("不议了", "", "", "idle", "x"),
}  # fmt: skip
AHEAD = ("taken", "arranged")  # opinions are asked for
TALKED = ("held", "decided", "closed")
LIVE = ("proposed", *AHEAD, "held", "decided")
FLOW = Flow.of(
    "deliberations",
    STATES,
    [
        ("", "propose", "proposed"),
        ("", "open", "taken"),
        ("proposed", "take", "taken"),
        ("proposed", "decline", "declined"),
        ("proposed", "withdraw", "withdrawn"),
        ("taken", "arrange", "arranged"),
        ("arranged", "arrange", "arranged"),
        *((s, "cancel", "cancelled") for s in AHEAD),
        *((s, "hold", "held") for s in ("arranged", "held")),
        ("held", "conclude", "decided"),
        ("decided", "close", "closed"),
    ],
)
OPINION_STATES: Mapping[str, State] = {
    "waiting": State("待社区看", "community", "看一看", "soon", "clock"),
    "noted": State("记下了", "", "", "ok", "check"),
    "set_aside": State("没有采用", "", "", "idle", "x"),
}
OPINION_FLOW = Flow.of(
    "opinions",
    OPINION_STATES,
    [
        ("", "send", "waiting"),
        ("", "give", "noted"),
        ("waiting", "take", "noted"),
        ("waiting", "set_aside", "set_aside"),
    ],
)

_SECRETARY = {"community_secretary": Scope.PLACE}
_ESTATE = dict.fromkeys(("instructor", "compound_branch_secretary"), Scope.PLACE)
_WATCH = {
    "township_party": Scope.PLACE, "county_org": Scope.PLACE,
    "county_social_work": Scope.PLACE, "prefecture_org": Scope.PLACE,
    "inspector": Scope.PLACE, "part_time_member": Scope.PLACE,
}  # fmt: skip
Rows = Mapping[str, tuple[str, Mapping[str, Scope]]]

DELIBERATIONS: Rows = {
    "follow_place": shared.MEETINGS["follow_place"],
    "view": ("查看协商议事", {**COMMUNITY, **GRID, **_ESTATE, **_WATCH, **MEMBER}),
    "propose": ("提出议题", {**COMMUNITY, **GRID, **_ESTATE, **MEMBER}),
    "open": ("列入协商", {**COMMUNITY, **SYSTEM}),
    "take": ("列入协商", COMMUNITY),
    "decline": ("不列入", COMMUNITY),
    "withdraw": ("撤回议题", MEMBER),
    "edit": ("改议题", COMMUNITY),
    "publish_topic": ("公开议题", COMMUNITY),
    "hide_topic": ("不再公开", COMMUNITY),
    "arrange": ("定时间", COMMUNITY),
    "cancel": ("不议了", COMMUNITY),
    "hold": ("记到会和意见", COMMUNITY),
    "conclude": ("定结果", _SECRETARY),
    "add_order": ("下点单", COMMUNITY),
    "publish_result": ("公开结果", _SECRETARY),
    "close": ("办完了", COMMUNITY),
}  # fmt: skip
SEATS: Rows = {
    "follow_place": shared.SEATS["follow_place"],
    "view": ("查看议事邀请", {**COMMUNITY, **GRID, **_ESTATE, **_WATCH, **UNIT, **MEMBER}),
    "invite": ("邀请", {**COMMUNITY, **SYSTEM}),
    "reply": ("回复邀请", {**UNIT, **MEMBER, **COMMUNITY}),
    "attend": ("记到会", COMMUNITY),
    "remove": ("不请了", COMMUNITY),
    "follow_unit": ("随单位转出", SYSTEM),
}  # fmt: skip
OPINIONS: Rows = {
    "follow_place": shared.SEATS["follow_place"],
    "view": ("查看意见", {**COMMUNITY, **GRID, **_WATCH, **UNIT, **MEMBER}),
    "give": ("说意见", {**COMMUNITY, **GRID, **UNIT, **MEMBER}),
    "send": ("网上说意见", {"anonymous": Scope.ALL}),
    "take": ("采用", COMMUNITY),
    "set_aside": ("不采用", COMMUNITY),
    "adopt": ("记为采纳", _SECRETARY),
}
# Nobody settles what came of their own proposal (domain 5).
CONFLICTS = {"conclude": {"proposed_by": "person_id"}}
OPINION_CONFLICTS = {"adopt": {"by_person": "person_id"}}
MESSAGES = {
    "conclude": "结果由社区党组织书记来定，自己提的议题要请别人来定。",
    "publish_result": "公开的文字由社区党组织书记看过再公开。",
}


def attendance_words(
    members: Iterable[str], units: Iterable[str], residents: int
) -> str:
    """到会党员5名、单位2家、居民8人，请假1，没来2. What is nought is left out."""
    found = [*members], [*units]
    came = [
        f"党员{n}名" if i == 0 else f"单位{n}家"
        for i, marks in enumerate(found)
        if (n := marks.count("came"))
    ]
    came += [f"居民{residents}人"] if residents else []
    rest = [
        f"{ATTENDANCE[k]}{n}"
        for k in ("leave", "absent")
        if (n := sum(marks.count(k) for marks in found))
    ]
    return "，".join([f"到会{'、'.join(came) or '没有人'}", *rest])


def check_times(start: datetime, end: datetime, now: datetime) -> dict[str, str]:
    """What is wrong with when it really began and ended, by field."""
    if end <= start:
        return {"end_at": "结束要晚于开始。"}
    if end > now + timedelta(minutes=1):
        return {"end_at": "还没有结束。请填实际结束的时间。"}
    if end - start > MAX_SPAN:
        return {"end_at": "一次议事最多12小时。请核对时间。"}
    return {}


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """Those of `names` that a public text would tell."""
    return sorted({n for n in names if len(n) > 1 and n in text})

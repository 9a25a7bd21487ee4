"""The order's flow, who may take which step, deadlines and channel (domain 6.7).

Two foldings against the table of domain 6.7, both so that no state exists in which
nobody has anything to do: a draft lives in the browser, not here; a rating closes
the order at once. One addition: "accepted" stands between 党员接单 and the start of
service, because the source counts 党员接单 as a step of its own (A13).

Nobody is ever trapped: whoever holds an order may give it back, whoever handed it out
may take it back, and every end that was not the resident's own word leaves the
resident a way to say so."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import CENTRE, COMMUNITY, GRID, MEMBER, REQUESTER, SYSTEM, UNIT
from baodao.core.clock import local

KINDS = {
    "dream": "微梦想",
    "wish": "微心愿",
    "appeal": "微诉求",
    "problem": "急难愁盼",
}
WISH_KINDS = ("dream", "wish", "appeal")
URGENCIES = {
    "life_safety": "紧急 2 小时",
    "urgent": "加急 24 小时",
    "normal": "普通 7 天",
    "complex": "复杂 15 天",
}
# Their time is short enough to be counted, and lengthened, by the hour.
BY_HOURS = ("life_safety", "urgent")
CARES = {"thought": "思想上关心", "life": "生活上照顾", "spirit": "精神上关怀"}
SOURCES = {
    "online": "网上提交",
    "desk": "来访登记",
    "phone": "电话代登",
    "visit": "走访发现",
    "survey": "摸底发现",
    "meeting": "会议提出",
    "inspection": "督查发现",
    "import": "表格导入",
}
# Residents who came by phone or to the desk do not open the link: the community asks.
BY_CALL = ("desk", "phone", "visit", "survey", "meeting", "inspection")
RESULTS = {
    "solved": "解决",
    "partly": "部分解决",
    "not_solved": "没解决",
    "cannot": "办不了",
    "no_answer": "没有答复",
}
CONFIRMED_HOW = {"requester": "居民本人确认", "call": "电话回访", "desk": "当面确认"}
# How a resident who has somebody do it for them said so.
SAID_HOW = {"call": "电话里说的", "desk": "当面说的"}
# How a resident was told what the community has decided.
TOLD_HOW = {"call": "打电话说了", "desk": "当面说了", "link": "请居民在查询页看"}
SEEN_HOW = {
    "online": "提交时看过",
    "link": "在链接里同意",
    "phone": "在电话里听过",
    "desk": "当面看过",
}
ROUTES = {"pool": "公开认领", "dispatch": "派单"}
REJECT_REASONS = {
    "not_real": "核实不属实",
    "outside": "不属于服务范围",
    "unlawful": "违反规定，不能办",
    "resident_handled": "居民已自行解决",
    "over_limit": "超过实物心愿限额",
}
RETURN_REASONS = {
    "not_our_function": "不在职能范围",
    "no_capacity": "暂时没有人手或工具",
    "wrong_place": "不在服务地点",
    "needs_info": "情况不清，需要补充",
}
DECLINE_REASONS = {
    "time": "时间安排不开",
    "skill": "不会做这一项",
    "health": "身体原因",
    "away": "在外地",
    "other": "其他",
}
CANNOT_REASONS = {
    "policy": "政策不允许",
    "other_duty": "要由别的部门办",
    "resident_changed": "居民改了主意",
    "unsafe": "现场不安全",
    "no_means": "没有条件办",
}
RECALL_REASONS = {
    "silent": "到期没有答复",
    "wrong": "派错了，要换一家",
    "resident": "居民要求换人来办",
    "urgent": "情况变急，要另外安排",
    "sent_back": "转过去以后没有办，又退回来了",
}
# Why a mark is looked at again (domain 8.16).
MARK_REASONS = {
    "not_ours": "说的不是这一单",
    "typed": "分数记错了",
    "no_service": "打分的人没有得到这次服务",
    "own_people": "打分的人和服务的人是一家或同事",
    "other": "其他",
}
MARK_DAYS = 15  # working days in which a mark may be questioned
TRANSFER_TO = {"12345": "12345 热线", "department": "职能部门"}
TOWNSHIP = "乡镇（街道）"

STATES: Mapping[str, State] = {
    "submitted": State("待核实", "community", "核实", "idle", "clock"),
    "verified": State("待发布", "community", "派单", "idle", "send"),
    "published": State("可认领", "member", "认领", "idle", "hand-stop"),
    "claimed": State("已认领", "member", "开始服务", "go", "user-check"),
    "dispatched": State("待单位接单", "unit", "接单", "soon", "clock"),
    "unit_accepted": State("待派党员", "unit", "派给党员", "go", "building"),
    "assigned": State("待党员接单", "member", "接单", "go", "user-check"),
    "accepted": State("待开始", "member", "开始服务", "go", "user-check"),
    "in_service": State("服务中", "member", "办理", "go", "walk"),
    "done_reported": State(
        "待居民确认", "resident", "说办好没有", "go", "message-circle"
    ),
    "confirmed": State("待评价", "resident", "评价", "ok", "circle-check"),
    "closed": State("已办结", "", "", "ok", "check"),
    "mark_check": State("评价在核对", "community", "核对评价", "soon", "search"),
    "rejected": State("不受理", "", "", "idle", "x"),
    "merged": State("已合并", "", "", "idle", "git-merge"),
    "withdrawn": State("已撤回", "", "", "idle", "arrow-back-up"),
    "expired": State("已过期", "community", "电话核对", "soon", "hourglass"),
    "transferred": State("已转办", "community", "问结果", "idle", "external-link"),
}
OPEN = tuple(s for s, state in STATES.items() if state.side)
SETTLED = tuple(s for s, state in STATES.items() if not state.side)
BEFORE_SERVICE = (
    "submitted", "verified", "published", "claimed", "dispatched", "unit_accepted",
    "assigned", "accepted", "expired",
)  # fmt: skip
# A unit has it and nobody has begun; all that a unit has; and all in whose hands an
# order can be.
AT_UNIT = ("dispatched", "unit_accepted", "assigned", "accepted")
WITH_UNIT = (*AT_UNIT, "in_service")
HELD = ("claimed", *WITH_UNIT)
# With whoever of the community or the level above has to find the next hands.
UNPLACED = ("verified", "published", "expired", "transferred")
# Late here, the level above is told.
TO_SUPERIOR = ("submitted", "verified", "dispatched", "transferred", "mark_check")
# These start the clock anew although the state may stay.
ANEW = ("assign", "hand_over", "transfer_news")
# Somebody says it is over; the resident may say that it is not.
ENDED = ("done_reported", "confirmed", "closed", "mark_check")

# While these last, the member who serves may reveal telephone and address.
CONTACT_STATES = ("claimed", "accepted", "in_service", "done_reported")

FLOW = Flow.of(
    "orders",
    STATES,
    [
        ("", "place", "submitted"),
        ("submitted", "verify", "verified"),
        ("submitted", "reject", "rejected"),
        ("submitted", "merge", "merged"),
        ("merged", "unmerge", "submitted"),
        ("verified", "publish", "published"),
        ("verified", "dispatch", "dispatched"),
        ("published", "dispatch", "dispatched"),
        ("verified", "transfer", "transferred"),
        ("transferred", "transfer_done", "done_reported"),
        ("published", "claim", "claimed"),
        ("published", "unit_claim", "unit_accepted"),
        ("published", "expire", "expired"),
        ("expired", "republish", "published"),
        ("dispatched", "unit_accept", "unit_accepted"),
        *((state, "return", "verified") for state in AT_UNIT),
        *((state, "assign", "assigned") for state in (*AT_UNIT[1:], "in_service")),
        ("assigned", "accept", "accepted"),
        ("assigned", "decline", "unit_accepted"),
        *(
            (state, "hand_back", "unit_accepted")
            for state in ("accepted", "in_service")
        ),
        *((state, "release", "published") for state in ("claimed", "in_service")),
        *((state, "recall", "verified") for state in (*HELD, "transferred")),
        *((state, "start", "in_service") for state in ("claimed", "accepted")),
        ("in_service", "report_done", "done_reported"),
        ("in_service", "cannot_do", "verified"),
        *((state, "answer_cannot", "closed") for state in UNPLACED),
        ("done_reported", "confirm", "confirmed"),
        ("closed", "confirm", "confirmed"),
        ("done_reported", "unreachable", "closed"),
        *((state, "reopen", "in_service") for state in ENDED),
        *((state, "ask_again", "verified") for state in ENDED),
        ("withdrawn", "ask_again", "submitted"),
        ("in_service", "take_back", "done_reported"),
        ("confirmed", "rate", "closed"),
        ("confirmed", "close_unrated", "closed"),
        ("closed", "question_mark", "mark_check"),
        ("mark_check", "keep_mark", "closed"),
        ("mark_check", "strike_mark", "closed"),
        *(
            (state, "withdraw", "withdrawn")
            for state in (*BEFORE_SERVICE, "in_service", "transferred")
        ),
        *((state, "unit_gone", "verified") for state in WITH_UNIT),
        *((state, "to_unit", "unit_accepted") for state in WITH_UNIT[2:]),
        *((state, "to_pool", "published") for state in ("claimed", "in_service")),
    ],
)


def fits(event: str, row: Mapping[str, Any]) -> bool:
    """Whether an order's hands let `event` happen, beyond its state: a unit's order
    goes back to the unit, a claim to the board; what somebody served goes back to
    them, what nobody served to the community; who was not reached may still speak; a mark is
    there to be questioned."""
    if event in ("return", "assign", "hand_back"):
        return row["unit_id"] is not None
    if event == "release":
        return row["unit_id"] is None
    if event == "reopen":
        return row["member_id"] is not None
    if event == "ask_again":
        return bool(row["state"] == "withdrawn") or row["member_id"] is None
    if event == "confirm":
        return bool(row["state"] != "closed" or row["result"] == "no_answer")
    if event == "question_mark":
        return row["rating"] is not None
    return True


# The eight steps people see on top of an order (design 5, step strip).
STRIP = ("登记", "核实", "派单", "单位接单", "党员接单", "服务", "居民确认", "评价")
STRIP_AT = {
    "submitted": 1, "verified": 2, "published": 2, "expired": 2, "dispatched": 3,
    "unit_accepted": 4, "assigned": 4, "claimed": 5, "accepted": 5, "in_service": 5,
    "done_reported": 6, "confirmed": 7, "closed": 8,
    "mark_check": 7,
}  # fmt: skip
# Public pages use four words only (design 5.2).
PUBLIC_STATES = {
    "可认领": ("published",),
    "派单中": ("dispatched", "verified"),
    "已有人接": (
        "claimed",
        "unit_accepted",
        "assigned",
        "accepted",
        "in_service",
        "done_reported",
    ),
    "居民确认解决": ("confirmed", "closed", "mark_check"),
}

_HANDLERS = {**COMMUNITY, **CENTRE}

ACTIONS = {
    "view": (
        "查看点单",
        {
            **COMMUNITY, **CENTRE, **GRID, **UNIT, **MEMBER, **REQUESTER,
            "county_org": Scope.PLACE, "county_social_work": Scope.PLACE,
            "prefecture_org": Scope.PLACE, "inspector": Scope.PLACE,
        },
    ),
    "figures": (
        "看点单统计",
        {
            **COMMUNITY, **CENTRE, "county_org": Scope.PLACE,
            "county_social_work": Scope.PLACE, "prefecture_org": Scope.PLACE,
            "inspector": Scope.PLACE,
        },
    ),
    "find_phone": ("按电话找点单", {**COMMUNITY, **CENTRE, **GRID}),
    "view_private": (
        "查看居民原话",
        {**COMMUNITY, **CENTRE, **GRID, **UNIT, **MEMBER, **REQUESTER},
    ),
    "reveal": ("显示联系信息", {**COMMUNITY, **GRID, **MEMBER}),
    # Code and link speak for the resident: only those near who look after the resident,
    # and whoever registered it, hand them out.
    "slip": (
        "打印查询小条",
        {
            **COMMUNITY, **GRID,
            "practice_center": Scope.MADE, "township_party": Scope.MADE,
        },
    ),
    "follow_own": ("看自己提的", {"member": Scope.MADE}),
    "place": ("登记", {"anonymous": Scope.ALL, "member": Scope.ALL, **_HANDLERS, **GRID}),
    "edit": ("修改", {**COMMUNITY, **CENTRE}),
    "verify": ("核实", _HANDLERS),
    "reject": ("不受理", _HANDLERS),
    "merge": ("合并", _HANDLERS),
    "follow": ("改随另一单", _HANDLERS),
    "unmerge": ("分开办", {**_HANDLERS, **REQUESTER, **SYSTEM}),
    "publish": ("放到公开认领", _HANDLERS),
    "dispatch": ("派单", _HANDLERS),
    "transfer": ("转办", _HANDLERS),
    "transfer_news": ("问过转办进展", _HANDLERS),
    "transfer_done": ("转办结果", _HANDLERS),
    "hand_over": ("交给上级或交回社区", _HANDLERS),
    "answer_cannot": ("答复办不了", _HANDLERS),
    "claim": ("认领", {"member": Scope.ALL}),
    "unit_claim": ("单位认领", {"unit_secretary": Scope.ALL, "unit_liaison": Scope.ALL}),
    "release": ("退回公开认领", MEMBER),
    "recall": ("收回改派", _HANDLERS),
    "expire": ("到期", SYSTEM),
    "republish": ("重新公开", _HANDLERS),
    "unit_accept": ("单位接单", UNIT),
    "return": ("单位退回", UNIT),
    "assign": ("派给党员", UNIT),
    "accept": ("党员接单", MEMBER),
    "decline": ("接不了", MEMBER),
    "hand_back": ("交回单位", MEMBER),
    "start": ("开始服务", {**MEMBER, **COMMUNITY, **GRID}),
    "hand_on": ("转给承接单位", SYSTEM),
    "unit_gone": ("单位撤销，退回社区", SYSTEM),
    "to_unit": ("党员离开，交回单位", SYSTEM),
    "to_pool": ("党员离开，重新公开", SYSTEM),
    "ask_extension": ("申请延期", {**MEMBER, **UNIT}),
    "extend": ("同意延期", _HANDLERS),
    "refuse_extension": ("不同意延期", _HANDLERS),
    "report_done": ("办完了", {**MEMBER, **UNIT, **COMMUNITY}),
    "cannot_do": ("办不了", {**MEMBER, **COMMUNITY}),
    "call": ("打电话没接通", {**COMMUNITY, **GRID}),
    "confirm": ("居民确认", {**REQUESTER, **COMMUNITY, **GRID}),
    "reopen": ("重新办理", {**REQUESTER, **COMMUNITY, **GRID}),
    "ask_again": ("请再办", {**REQUESTER, **COMMUNITY, **GRID}),
    "take_back": ("改成办好了", REQUESTER),
    "unreachable": ("联系不上", COMMUNITY),
    "rate": ("评价", {**REQUESTER, **COMMUNITY, **GRID}),
    "thank": ("公布感谢的话", COMMUNITY),
    "close_unrated": ("未评办结", SYSTEM),
    "question_mark": ("提出核对评价", {**UNIT, **MEMBER, **COMMUNITY, **GRID}),
    "keep_mark": ("核对后维持评价", _HANDLERS),
    "strike_mark": ("核对后评价不算数", _HANDLERS),
    "withdraw": ("撤回", {**REQUESTER, **COMMUNITY, **GRID}),
    "approve_text": ("同意公开文字", REQUESTER),
    "ask_call": ("请社区打电话", REQUESTER),
    "pause": ("时限暂停", {**_HANDLERS, **SYSTEM}),
    "resume": ("恢复计时", {**_HANDLERS, **SYSTEM}),
    "note": ("补记", {**_HANDLERS, **GRID, **UNIT, **MEMBER, **REQUESTER}),
    "remind": ("提醒", SYSTEM),
    "escalate": ("报上级", SYSTEM),
    "follow_place": (
        "随区划调整",
        {"prefecture_org": Scope.PLACE, "county_org": Scope.PLACE,
         "system_admin": Scope.ALL, **SYSTEM},
    ),
}  # fmt: skip
# The helper never speaks for the resident (idea 2, domain 5).
_SERVED_BY_ME = {"member_id": "member_id", "served_by_person": "person_id"}
CONFLICTS: dict[str, dict[str, str]] = {
    **dict.fromkeys(
        (
            "confirm",
            "rate",
            "unreachable",
            "reopen",
            "thank",
            "keep_mark",
            "strike_mark",
        ),
        _SERVED_BY_ME,
    ),
    "claim": {"placed_by": "account_id"},
}
MESSAGES = {
    "verify": "核实要由社区专干或书记来做。可以先补记一条说明。",
    "dispatch": "派单要由社区、实践中心或街道来做。",
    "extend": "同意延期要由社区或街道来做。",
    "refuse_extension": "答复延期要由社区或街道来做。",
    "recall": "收回改派要由社区、实践中心或街道来做。",
    "slip": "小条上有居民的查询码，由登记的人或社区、网格来打印。",
    "confirm": "服务的人不能替居民确认。请居民本人说，或由社区其他同事回访。",
    "rate": "服务的人不能替居民评价。",
    "unreachable": "这一步要由社区专干或书记来做。",
    "keep_mark": "服务的人不能核对自己得的评价，由别的同事来核对。",
    "strike_mark": "服务的人不能核对自己得的评价，由别的同事来核对。",
}


class WorkCalendar(Protocol):
    """What deadlines need of a place's calendar."""

    def add_workdays(self, start: datetime, n: int) -> datetime: ...
    def is_work_time(self, at: datetime) -> bool: ...


_STEP_DAYS = {
    "submitted": "orders.verify_days",
    "verified": "orders.publish_days",
    "dispatched": "orders.unit_accept_days",
    "unit_accepted": "orders.assign_days",
    "assigned": "orders.member_accept_days",
    "expired": "orders.publish_days",
    "transferred": "orders.follow_days",
    "mark_check": "orders.mark_days",
}
_CALENDAR_DAYS = {
    "published": "orders.expire_days",
    "done_reported": "orders.confirm_days",
    "confirmed": "orders.rate_days",
}


def service_span(urgency: str, settings: Mapping[str, Any]) -> timedelta:
    """How long the service itself may take, by urgency class."""
    return {
        "life_safety": timedelta(hours=settings["orders.life_safety_hours"]),
        "urgent": timedelta(hours=settings["orders.urgent_hours"]),
        "normal": timedelta(days=settings["orders.normal_days"]),
        "complex": timedelta(days=settings["orders.complex_days"]),
    }[urgency]


def due(
    state: str,
    urgency: str,
    now: datetime,
    calendar: WorkCalendar,
    settings: Mapping[str, Any],
    overall: datetime | None = None,
) -> datetime | None:
    """When the step that `state` waits for must be taken. Danger and urgent orders
    (`overall`: the end of their 2 or 24 hours, running from placing) leave no step
    but the resident's own more time than that: once it has passed, every step is
    late from its start. What comes after the service has its own time."""
    side = STATES[state].side
    if not side:
        return None
    if state in _STEP_DAYS:
        found = calendar.add_workdays(now, settings[_STEP_DAYS[state]])
    elif state in _CALENDAR_DAYS:
        found = now + timedelta(days=settings[_CALENDAR_DAYS[state]])
    else:
        found = now + service_span(urgency, settings)
    return min(found, overall) if overall and state not in ENDED else found


def overall_due(
    urgency: str, placed: datetime, settings: Mapping[str, Any]
) -> datetime | None:
    """The end of the whole order's time for danger and urgent orders, else None."""
    if urgency not in BY_HOURS:
        return None
    return placed + service_span(urgency, settings)


def word_until(row: Mapping[str, Any], settings: Mapping[str, Any]) -> datetime | None:
    """Until when the resident may say that it is not (or after all is) done: so many
    days from the helper's report, or from an end that was not their own word (not
    reached, 办不了, withdrawn). None while it waits for their word: no limit."""
    if row["state"] == "done_reported":
        return None
    start: datetime | None
    not_theirs = row["state"] in ("closed", "withdrawn") and not row["confirmed_at"]
    start = row["closed_at"] if not_theirs else row["done_at"]
    return start + timedelta(days=settings["orders.reopen_days"]) if start else None


def mark_until(closed_at: datetime, calendar: WorkCalendar) -> datetime:
    """Until when a mark may be questioned."""
    return calendar.add_workdays(closed_at, MARK_DAYS)


def unreachable_from(
    row: Mapping[str, Any], settings: Mapping[str, Any]
) -> datetime | None:
    """From when on an order may be closed as 联系不上: enough calls, not all on one
    day, and the resident's own days to answer over. None while calls are missing."""
    first, last = row["first_call_at"], row["last_call_at"]
    if row["calls"] < settings["orders.calls"] or first is None or last is None:
        return None
    if local(first).date() == local(last).date():
        return None
    found: datetime = max(last, row["due_at"] or last)
    return found


def channel(place_path: str, residence_path: str | None, dispatched: bool) -> str:
    """The channel a service counts in (A19, A24): dispatched to a unit is the
    unit's; claimed at the member's own residence is residence; else the unit's."""
    if not dispatched and residence_path and place_path.startswith(residence_path):
        return "residence"
    return "unit"

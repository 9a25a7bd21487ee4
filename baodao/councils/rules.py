"""The flows of councils, who may take which step, and their sums (domain 5, 6.6, 6.13;
L19–L23, A26, A27)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, COUNTY, ORG, SYSTEM, TOWN, UNIT

TOPIC_DAYS = 3  # topics are in so many days ahead (domain 6.6)
BACKFILL_DAYS = 30  # a meeting held without the system is entered within these
TERM_YEARS = 3  # of a part-time member, an estate role, a federation's head
SUGGESTED = (7, 9)  # part-time members of a community (domain 6.6)
SOON_DAYS = 60  # a term that ends within these is shown as ending
MOST_UNITS = 400  # units a community invites; more is a mistake in the ties

REPLIES = {"self": "负责人参加", "substitute": "委托代会", "leave": "请假"}
ATTENDANCE = {
    "self": "本人到会",
    "substitute": "代会",
    "leave": "请假",
    "absent": "没来",
}
CAME = ("self", "substitute")

MEETING_STATES: Mapping[str, State] = {
    "collecting": State("征集议题", "community", "发通知", "go", "message-circle"),
    "called": State("已发通知", "community", "开会", "go", "calendar-event"),
    "held": State("已开会，待定纪要", "community", "定下纪要", "soon", "edit"),
    "closed": State("已定纪要", "", "", "ok", "circle-check"),
    "cancelled": State("不开了", "", "", "idle", "x"),
}
AHEAD = ("collecting", "called")
MEETING_FLOW = Flow.of(
    "meetings",
    MEETING_STATES,
    [
        ("", "plan", "collecting"),
        ("collecting", "call", "called"),
        *((s, "move", s) for s in AHEAD),
        *((s, "cancel", "cancelled") for s in AHEAD),
        # Held on paper, or without an invitation in the system.
        *((s, "hold", "held") for s in (*AHEAD, "held")),
        ("held", "close", "closed"),
    ],
)

TOPIC_STATES: Mapping[str, State] = {
    "handed_in": State("待社区列入", "community", "列入议程", "soon", "clock"),
    "agenda": State("已列入议程", "", "", "ok", "list-check"),
    "declined": State("没有列入", "", "", "idle", "x"),
    "withdrawn": State("已撤回", "", "", "idle", "arrow-back-up"),
}
TOPIC_FLOW = Flow.of(
    "meeting_topics",
    TOPIC_STATES,
    [
        ("", "hand_in", "handed_in"),
        ("", "add", "agenda"),
        ("handed_in", "take", "agenda"),
        ("handed_in", "decline", "declined"),
        ("agenda", "decline", "declined"),
        ("handed_in", "withdraw", "withdrawn"),
        ("agenda", "withdraw", "withdrawn"),
    ],
)

RESOLUTION_STATES: Mapping[str, State] = {
    "draft": State("拟定，未生效", "community", "定下纪要", "note", "edit"),
    "open": State("在办", "unit", "办好后报办结", "go", "clock"),
    "done": State("报了办结，待确认", "community", "确认", "soon", "hourglass"),
    "confirmed": State("已办成", "", "", "ok", "circle-check"),
    "dropped": State("不再办", "", "", "idle", "x"),
}
RUNNING = ("open", "done")
ASSIGNED = ("draft", "open")  # may be given to another unit
RESOLUTION_FLOW = Flow.of(
    "resolutions",
    RESOLUTION_STATES,
    [
        ("", "record", "draft"),
        ("draft", "edit", "draft"),
        ("draft", "agree", "open"),
        ("draft", "drop", "dropped"),
        ("open", "drop", "dropped"),
        ("open", "report", "done"),
        ("done", "confirm", "confirmed"),
        ("done", "send_back", "open"),
    ],
)

PART_TIME_STATES: Mapping[str, State] = {
    "recommended": State("已推荐", "community", "研究确定人选", "soon", "user-plus"),
    "selected": State("已确定人选", "superior", "乡镇（街道）审批", "go", "clock"),
    "approved": State("乡镇已批准", "superior", "县（区）备案", "go", "clock"),
    "filed": State("已备案", "community", "聘任", "soon", "clipboard-check"),
    "appointed": State("在任", "", "", "ok", "user-check"),
    "declined": State("没有通过", "", "", "idle", "x"),
    "ended": State("已卸任", "", "", "idle", "check"),
}
COMING = ("recommended", "selected", "approved", "filed")
PART_TIME_FLOW = Flow.of(
    "part_time",
    PART_TIME_STATES,
    [
        ("", "recommend", "recommended"),
        ("recommended", "select", "selected"),
        ("selected", "approve", "approved"),
        ("approved", "file", "filed"),
        ("filed", "appoint", "appointed"),
        *((s, "decline", "declined") for s in ("recommended", "selected", "approved")),
        *((s, "drop", "declined") for s in COMING),
        ("appointed", "end", "ended"),
        ("appointed", "expire", "ended"),
    ],
)
END_REASONS = {
    "term_over": "任期届满",
    "left_post": "离开原单位岗位",
    "retired": "退休",
    "own_wish": "本人提出",
    "replaced": "改选他人",
    "place_merged": "社区合并",
    "other": "其他",
}

ESTATE_ROLES = {
    "instructor": "党建工作指导员",
    "compound_branch_secretary": "小区党支部书记",
    "building_group_leader": "楼栋党小组长",
    "center_household": "党员中心户",
}
# Duty list of each role (L22), as it stands on the page and on the letter.
ESTATE_TASKS = {
    "instructor": "每月到小区一次，指导组织生活和议事，帮助解决难题",
    "compound_branch_secretary": "主持小区党支部，召集三会一课，牵头小区议事",
    "building_group_leader": "联系本楼党员和住户，收集需求，带头参加志愿服务",
    "center_household": "以家为点，组织邻里学习、调解和互助",
}
NOTE_KINDS = {
    "members": "支部党员大会",
    "committee": "支部委员会",
    "group": "党小组会",
    "lecture": "党课",
    "theme_day": "主题党日",
    "life": "组织生活会",
    "guidance": "到小区指导",
}
NOTE_STATES: Mapping[str, State] = {
    "noted": State("待社区确认", "community", "确认", "soon", "hourglass"),
    "confirmed": State("已确认", "", "", "ok", "circle-check"),
    "returned": State("退回补充", "unit", "补充", "soon", "arrow-back-up"),
}
NOTE_FLOW = Flow.of(
    "estate_notes",
    NOTE_STATES,
    [
        ("", "note", "noted"),
        ("noted", "confirm", "confirmed"),
        ("noted", "return", "returned"),
        ("returned", "amend", "noted"),
    ],
)

LEADER_RANKS = {"prefecture": "地（市）级", "county": "县（区）级"}
VISIT_STATES: Mapping[str, State] = {
    "noted": State("待确认", "community", "确认", "soon", "hourglass"),
    "confirmed": State("已确认", "", "", "ok", "circle-check"),
    "voided": State("作废", "", "", "idle", "x"),
}
VISIT_FLOW = Flow.of(
    "leader_visits",
    VISIT_STATES,
    [
        ("", "note", "noted"),
        ("noted", "confirm", "confirmed"),
        ("noted", "void", "voided"),
        ("confirmed", "follow_up", "confirmed"),
    ],
)

# --- access -------------------------------------------------------------------------

_SECRETARY = {"community_secretary": Scope.PLACE}
_PREFECTURE = {"prefecture_org": Scope.PLACE}
_PART = {"part_time_member": Scope.PLACE}
_WATCH = {**TOWN, **ORG, "inspector": Scope.PLACE}
_FOLLOW = {
    "follow_place": (
        "随区划调整",
        {"prefecture_org": Scope.PLACE, "county_org": Scope.PLACE,
         "system_admin": Scope.ALL, **SYSTEM},
    )
}  # fmt: skip
_ESTATE = dict.fromkeys(("instructor", "compound_branch_secretary"), Scope.PLACE)
Rows = Mapping[str, tuple[str, Mapping[str, Scope]]]

MEETINGS: Rows = {
    **_FOLLOW,
    "view": ("查看联席会议", {**COMMUNITY, **_WATCH, **_PART}),
    "plan": ("安排会议", {**COMMUNITY, **SYSTEM}),
    "call": ("发通知", COMMUNITY),
    "move": ("改时间", COMMUNITY),
    "cancel": ("不开了", COMMUNITY),
    "hold": ("记会议", COMMUNITY),
    "close": ("定下纪要", _SECRETARY),
}
SEATS: Rows = {
    **_FOLLOW,
    "view": ("查看会议席位", {**COMMUNITY, **UNIT, **_WATCH, **_PART}),
    "add": ("邀请", {**COMMUNITY, **SYSTEM}),
    "reply": ("回复通知", {**UNIT, **COMMUNITY, "part_time_member": Scope.OWN}),
    "attend": ("记到会", COMMUNITY),
    "follow_unit": ("随单位转出", SYSTEM),
}
TOPICS: Rows = {
    **_FOLLOW,
    "view": ("查看议题", {**COMMUNITY, **UNIT, **_WATCH, **_PART}),
    "hand_in": ("交议题", {**UNIT, **_PART}),
    "add": ("加议题", COMMUNITY),
    "take": ("列入议程", COMMUNITY),
    "decline": ("不列入", COMMUNITY),
    "withdraw": ("撤回议题", {**UNIT, **COMMUNITY}),
}
RESOLUTIONS: Rows = {
    **_FOLLOW,
    "view": ("查看议定事项", {**COMMUNITY, **UNIT, **_WATCH, **_PART}),
    "record": ("记议定事项", COMMUNITY),
    "edit": ("改议定事项", COMMUNITY),
    "agree": ("定下纪要", {**_SECRETARY, **SYSTEM}),
    "drop": ("不再办", _SECRETARY),
    "report": ("报办结", {**UNIT, **COMMUNITY}),
    "confirm": ("确认办成", COMMUNITY),
    "send_back": ("退回再办", COMMUNITY),
    "review": ("会上看过", COMMUNITY),
    "reassign": ("换承办单位", {**COMMUNITY, **SYSTEM}),
}
PART_TIME: Rows = {
    **_FOLLOW,
    "view": ("查看兼职委员", {**COMMUNITY, **UNIT, **_WATCH, **_PART}),
    "recommend": ("推荐", {"unit_secretary": Scope.UNIT, **COMMUNITY}),
    "select": ("确定人选", _SECRETARY),
    "approve": ("批准", TOWN),
    "file": ("备案", COUNTY),
    "appoint": ("聘任", {**_SECRETARY, **TOWN}),
    "decline": ("不通过", {**_SECRETARY, **TOWN, **COUNTY}),
    "end": ("卸任", {**_SECRETARY, **TOWN, **SYSTEM}),
    "expire": ("任期届满", SYSTEM),
    "drop": ("不再进行", SYSTEM),
}
FEDERATIONS: Rows = {
    **_FOLLOW,
    "view": ("查看党建联合体", {**COMMUNITY, **_WATCH, **_PART}),
    "form": ("组建联合体", {**_SECRETARY, **TOWN}),
    "edit": ("修改联合体", {**_SECRETARY, **TOWN}),
    "dissolve": ("撤销联合体", {**_SECRETARY, **TOWN}),
}
FEDERATED: Rows = {
    **_FOLLOW,
    "view": ("查看成员单位", {**COMMUNITY, **UNIT, **_WATCH, **_PART}),
    "join": ("加入联合体", {**_SECRETARY, **TOWN, **SYSTEM}),
    "leave": ("退出联合体", {**_SECRETARY, **TOWN, **SYSTEM}),
}
NOTES: Rows = {
    **_FOLLOW,
    "view": ("查看组织生活记录", {**COMMUNITY, **TOWN, **ORG, **_ESTATE}),
    "note": ("记组织生活", {**_ESTATE, **COMMUNITY}),
    "amend": ("补充", {**_ESTATE, **COMMUNITY}),
    "confirm": ("确认", COMMUNITY),
    "return": ("退回补充", COMMUNITY),
}
LEADERS: Rows = {
    **_FOLLOW,
    "view": ("查看领导联系点", {**ORG, **TOWN, **COMMUNITY, "inspector": Scope.PLACE}),
    "assign": ("确定领导联系点", {**_PREFECTURE, **COUNTY}),
    "end": ("结束联系", {**_PREFECTURE, **COUNTY}),
}  # fmt: skip
LEADER_VISITS: Rows = {
    **_FOLLOW,
    "view": ("查看领导走访", {**ORG, **TOWN, **COMMUNITY, "inspector": Scope.PLACE}),
    "note": ("记领导走访", {**ORG, **COMMUNITY}),
    "confirm": ("确认走访", {**_PREFECTURE, **COUNTY, **COMMUNITY}),
    "void": ("作废", {**_PREFECTURE, **COUNTY, **COMMUNITY}),
    "follow_up": ("记后续", {**ORG, **COMMUNITY}),
}  # fmt: skip

_MADE = {"made_by": "person_id"}
# Nobody confirms what they or their unit did, or their own appointment (domain 5).
RESOLUTION_CONFLICTS = {"confirm": {"done_by": "person_id", "unit_id": "unit_id"}}
_SELF = {"person_id": "person_id"}
PART_TIME_CONFLICTS = dict.fromkeys(
    ("select", "approve", "file", "appoint", "end"), _SELF
)
NOTE_CONFLICTS = {"confirm": _MADE, "return": _MADE}
VISIT_CONFLICTS = {"confirm": _MADE}
MEETING_MESSAGES = {"close": "定下纪要要由社区党组织书记来做。会议记好以后请告诉书记。"}
RESOLUTION_MESSAGES = {
    "confirm": "自己报的办结要由别人确认。请社区的同事来办。",
    "drop": "不再办要由社区党组织书记来定。",
}
PART_TIME_MESSAGES = {
    "select": "人选由社区党组织书记确定，本人的请同事来办。",
    "approve": "批准由乡镇（街道）党委来做，本人的请同事来办。",
    "file": "备案由县（区）委组织部或社会工作部来做，本人的请同事来办。",
    "appoint": "聘任由社区书记或乡镇（街道）党委来做，本人的请同事来办。",
    "end": "卸任由社区书记或乡镇（街道）党委来办，本人的请同事来办。",
}
NOTE_MESSAGES = {"confirm": "自己记的要由别人确认。请社区的同事来办。"}
VISIT_MESSAGES = {"confirm": "自己记的走访要由别人确认。请社区或组织部的同事来办。"}


# --- sums ---------------------------------------------------------------------------


class Span(NamedTuple):
    """One part of a year: its key, its words, first and last day."""

    key: str
    words: str
    first: date
    last: date


PARTS = {1: "年", 2: "半年", 3: "期", 4: "季度", 6: "期", 12: "月"}
_HALVES = ("上半年", "下半年")
_QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")


def spans(year: int, n: int) -> list[Span]:
    """The year in `n` parts of whole months; n that do not divide twelve are taken as
    the next one that does, so that nobody owes less than was set."""
    n = next((k for k in PARTS if k >= n), 12)
    months = 12 // n
    found = []
    for i in range(n):
        first = date(year, i * months + 1, 1)
        after = date(year + (i + 1) * months // 12, (i + 1) * months % 12 + 1, 1)
        key = f"{year}" if n == 1 else f"{year}-{n}-{i + 1}"
        found.append(Span(key, f"{year}年{_part(n, i)}", first, after - timedelta(1)))
    return found


def _part(n: int, i: int) -> str:
    if n == 1:
        return ""
    names = {2: _HALVES, 4: _QUARTERS}.get(n)
    if names:
        return names[i]
    return f"{i + 1}月" if n == 12 else f"第{i + 1}期"


def quarter_words(day: date) -> str:
    """2026年第四季度."""
    return f"{day.year}年{_QUARTERS[(day.month - 1) // 3]}"


def topics_until(day: date) -> date:
    """The last day for topics of a meeting on `day`."""
    return day - timedelta(days=TOPIC_DAYS)


def part_time_warning(n: int) -> str:
    """What to say of a number of part-time members; "" when it is as suggested."""
    low, high = SUGGESTED
    if n < low:
        return f"现有{n}名，建议{low}–{high}名，还可以再聘{low - n}名。"
    return f"现有{n}名，建议不超过{high}名。" if n > high else ""


def term_end(start: date, years: int = TERM_YEARS) -> date:
    """The first day after a term; one that begins on 29 February ends on 1 March."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def attendance_words(marks: Iterable[str]) -> str:
    """应到 9 家，到会 7 家（代会 2 家），请假 1 家，没来 1 家."""
    found = list(marks)
    n = {code: found.count(code) for code in ATTENDANCE}
    stood = f"（其中代会{n['substitute']}家）" if n["substitute"] else ""
    return (
        f"应到{len(found)}家，到会{n['self'] + n['substitute']}家{stood}，"
        f"请假{n['leave']}家，没来{n['absent']}家"
    )

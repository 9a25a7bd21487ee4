"""The flows of an activity and of a person's part in it, who may take which step, and
what late entry asks for (domain 6.8, 8.10, 8.23–8.26, 8.31, 8.35)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import CENTRE, COMMUNITY, MEMBER, MOVERS, ORG, SYSTEM, UNIT
from baodao.core.clock import local

CHANNELS = {"unit": "单位联系点", "residence": "居住地"}
# The five kinds of doing something together (L27), and everything else.
JOINT_TYPES = {
    "party": "党建工作联创",
    "welfare": "公益事业联办",
    "culture": "文体活动联谊",
    "service": "服务资源联用",
    "environment": "环境卫生联保",
    "other": "不属于五联",
}
OCCASIONS = {
    "party_day": "每月主题党日",
    "special_month": "特殊月份",
    "festival": "节日",
    "daily": "平时",
}
# Carriers that are the same everywhere; local brands are rows (L35).
CARRIERS = {"party_day": "主题党日", "three_meetings": "三会一课"}
VENUE_KINDS = {
    "center": "新时代文明实践中心",
    "institute": "新时代文明实践所",
    "station": "新时代文明实践站",
    "room": "党群活动室、会议室",
    "outdoor": "广场、小区空地",
}
WEEKDAYS = {str(n): f"周{c}" for n, c in enumerate("一二三四五六日")}

STATES: Mapping[str, State] = {
    "draft": State("计划中", "community", "发布", "idle", "edit"),
    "published": State("已发布", "community", "记名单", "go", "calendar-event"),
    "finished": State("待确认", "community", "确认名单", "soon", "hourglass"),
    "confirmed": State("已确认", "", "", "ok", "circle-check"),
    "archived": State("已归档", "", "", "idle", "folder"),
    "cancelled": State("已取消", "", "", "idle", "circle-x"),
}
COUNTED = ("confirmed", "archived")  # 场次
PLANNED = ("draft", "published")
STANDING = ("published", "finished", "confirmed", "archived")  # takes place, or did
ARCHIVE_AFTER = timedelta(days=90)

FLOW = Flow.of(
    "activities",
    STATES,
    [
        ("", "plan", "draft"),
        ("", "draft", "draft"),
        *((s, "revise", s) for s in PLANNED),
        ("draft", "publish", "published"),
        ("published", "show_code", "published"),
        ("published", "hide_code", "published"),
        *((s, "finish", "finished") for s in (*PLANNED, "finished")),
        ("finished", "send_back", "published"),
        ("finished", "confirm", "confirmed"),
        ("confirmed", "correct", "finished"),
        ("confirmed", "archive", "archived"),
        *((s, "cancel", "cancelled") for s in PLANNED),
    ],
)

PART_STATES: Mapping[str, State] = {
    "signed_up": State("已报名", "", "", "go", "check"),
    "waitlisted": State("候补", "", "", "soon", "hourglass"),
    "withdrawn": State("已取消", "", "", "idle", "x"),
    "attended": State("到场", "", "", "ok", "circle-check"),
    "excused": State("请假", "", "", "idle", "minus"),
    "no_show": State("没来", "", "", "late", "x"),
}
COMING = ("signed_up", "waitlisted")
_ANY = tuple(PART_STATES)

PART_FLOW = Flow.of(
    "participations",
    PART_STATES,
    [
        *((s, "sign_up", "signed_up") for s in ("", "withdrawn")),
        *((s, "wait", "waitlisted") for s in ("", "withdrawn")),
        ("waitlisted", "move_up", "signed_up"),
        *((s, "check_in", "signed_up") for s in ("", "withdrawn", "signed_up")),
        ("waitlisted", "check_in", "waitlisted"),
        *((s, "withdraw", "withdrawn") for s in COMING),
        *((s, "attend", "attended") for s in ("", *_ANY)),
        *((s, "excuse", "excused") for s in _ANY),
        *((s, "miss", "no_show") for s in _ANY),
        ("attended", "drop", "withdrawn"),
    ],
)
# What the list says of somebody, and the act that notes it.
MARKS = {"attended": "attend", "excused": "excuse", "no_show": "miss"}

_HOSTS = {**COMMUNITY, **CENTRE, **UNIT}
_CONFIRMERS = {**COMMUNITY, "township_party": Scope.PLACE}
FOLLOW_UNIT = ("随单位合并", SYSTEM)

ACTIONS = {
    # A published activity is a notice that everybody may read (domain 9.1); lists
    # show what concerns the reader, and a plan only its host and the place.
    "view": (
        "查看活动",
        {**COMMUNITY, **CENTRE, **ORG, "inspector": Scope.PLACE,
         **dict.fromkeys(("unit_secretary", "unit_liaison", "member", "grid_worker"),
                         Scope.ALL)},
    ),
    "plan": ("计划活动", {**_HOSTS, **SYSTEM}),
    "draft": ("起草活动", SYSTEM),
    "revise": ("改活动", _HOSTS),
    "publish": ("发布活动", _HOSTS),
    "invite": ("请人来", _HOSTS),
    "show_code": ("开签到码", _HOSTS),
    "hide_code": ("关签到码", _HOSTS),
    "cancel": ("取消活动", {**_HOSTS, **SYSTEM}),
    "finish": ("记到场名单", _HOSTS),
    "confirm": ("确认名单", _CONFIRMERS),
    "send_back": ("退回名单", _CONFIRMERS),
    "correct": (
        "更正名单",
        {"community_secretary": Scope.PLACE, "township_party": Scope.PLACE},
    ),
    "archive": ("归档", SYSTEM),
    "follow_place": ("随区划调整", MOVERS),
    "follow_unit": FOLLOW_UNIT,
}  # fmt: skip
# Nobody confirms the list they made (domain 5, 6.8).
_THEIRS = {"made_by": "account_id", "recorded_by": "account_id"}
CONFLICTS = {"confirm": _THEIRS, "send_back": _THEIRS}
MESSAGES = {
    "confirm": "名单要由别人确认：不能是计划活动的人、记名单的人，也不能是到场的党员。请社区的同事来办。",
    "send_back": "名单要由别人来看。请社区的同事来办。",
    "correct": "更正确认过的名单要由社区书记或乡镇（街道）来做。",
}
PART_ACTIONS = {
    "view": (
        "查看参加名单",
        {**_HOSTS, **ORG, **MEMBER, "inspector": Scope.PLACE},
    ),
    "sign_up": ("报名", {**_HOSTS, **MEMBER}),
    "wait": ("候补", {**_HOSTS, **MEMBER}),
    "check_in": ("输签到码", MEMBER),
    "move_up": ("候补转报名", SYSTEM),
    "withdraw": ("取消报名", {**_HOSTS, **MEMBER, **SYSTEM}),
    "attend": ("记到场", _HOSTS),
    "excuse": ("记请假", _HOSTS),
    "miss": ("记没来", _HOSTS),
    "drop": ("从名单去掉", _HOSTS),
    "follow_unit": FOLLOW_UNIT,
}
PRIORITY_ACTIONS = {
    "view": ("查看中心工作", {**_HOSTS, **ORG, "inspector": Scope.PLACE}),
    "add": ("加中心工作", ORG),
    "edit": ("改中心工作", ORG),
}
TARGET_ACTIONS = {
    "view": ("查看年度计划", {**_HOSTS, **ORG, "inspector": Scope.PLACE}),
    "set": ("定年度计划", {**COMMUNITY, "township_party": Scope.PLACE, **UNIT}),
    "change": ("改年度计划", {**COMMUNITY, "township_party": Scope.PLACE, **UNIT}),
}
SET_UP = {**COMMUNITY, **CENTRE, **ORG}
VENUE_ACTIONS = {
    "view": (
        "查看场地",
        {
            **SET_UP,
            "grid_worker": Scope.PLACE,
            **dict.fromkeys(("unit_secretary", "unit_liaison"), Scope.ALL),
        },
    ),
    "add": ("加场地", SET_UP),
    "edit": ("改场地", SET_UP),
    "follow_place": ("随区划调整", MOVERS),
}
CARRIER_ACTIONS = {
    "view": ("查看活动载体", {**ORG, **COMMUNITY, **CENTRE}),
    "add": ("加活动载体", ORG),
    "edit": ("改活动载体", ORG),
}

USUAL_DAYS = 7  # entered within a week: as usual
LATE_DAYS = 30  # later than this: marked as entered afterwards
MAX_SPAN = timedelta(days=3)


def lateness(ended: datetime, now: datetime) -> str:
    """How late a list is confirmed (domain 8.23), by local days: "" up to 7, "late" up
    to 30 (a reason, and the secretary), "backfill" beyond (marked 补录 as well)."""
    days = (local(now).date() - local(ended).date()).days
    return "" if days <= USUAL_DAYS else "late" if days <= LATE_DAYS else "backfill"


def secretary_only(how_late: str, role: str) -> bool:
    """Whether so late a list needs somebody else than `role`."""
    return bool(how_late) and role == "community_worker"


def code_runs(start: datetime, end: datetime, now: datetime) -> bool:
    """Whether the code of an activity counts now: while it takes place only."""
    return start <= now <= end


def overlaps(a: tuple[datetime, datetime], b: tuple[datetime, datetime]) -> bool:
    """Whether two stretches share a moment; one may begin when the other ends."""
    return a[0] < b[1] and b[0] < a[1]


def month_key(day: date) -> str:
    """The window of a monthly duty: 2026-11."""
    return f"{day:%Y-%m}"


def month(day: date) -> tuple[date, date]:
    """The first and the last day of the month around `day`."""
    first = day.replace(day=1)
    return first, next_month(day) - timedelta(days=1)


def next_month(day: date) -> date:
    """The first day of the month after `day`."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


# --- volunteer posts 认岗 (L06, L28; domain 6.9) ------------------------------------------

MODES = {"fixed": "定岗", "team": "组团", "lead": "领办", "pledge": "承诺"}
MODE_NOTES = {
    "fixed": "一个岗位，固定的人，固定的时间",
    "team": "几个人组成一队，一起来",
    "lead": "一件事交给一个人牵头办到底",
    "pledge": "写明到哪天做成什么",
}
END_REASONS = {
    "resigned": "本人辞岗",
    "term": "任期满了",
    "done": "办成了",
    "moved": "搬家或调离",
    "review": "评议后不再担任",
    "closed": "岗位撤销",
}
POST_STATES: Mapping[str, State] = {
    "open": State("招人中", "", "", "go", "hand-stop"),
    "ended": State("已撤销", "", "", "idle", "circle-x"),
}
HOLD_STATES: Mapping[str, State] = {
    "held": State("在岗", "", "", "ok", "circle-check"),
    "ended": State("已结束", "", "", "idle", "x"),
}
TURN_STATES: Mapping[str, State] = {
    "told": State("待确认", "community", "确认", "soon", "hourglass"),
    "confirmed": State("已确认", "", "", "ok", "circle-check"),
    "refused": State("不认可", "", "", "idle", "x"),
}
POST_FLOW = Flow.of(
    "posts", POST_STATES,
    [("", "add", "open"), ("open", "edit", "open"), ("open", "close", "ended")],
)  # fmt: skip
HOLD_FLOW = Flow.of(
    "holdings", HOLD_STATES,
    [("", "claim", "held"), ("held", "end", "ended"), ("held", "review", "held")],
)  # fmt: skip
TURN_FLOW = Flow.of(
    "turns", TURN_STATES,
    [("", "tell", "told"), ("told", "confirm", "confirmed"),
     ("told", "refuse", "refused")],
)  # fmt: skip
_VIEWERS = {
    **COMMUNITY, **CENTRE, **ORG, **UNIT, **MEMBER, "grid_worker": Scope.PLACE,
    "inspector": Scope.PLACE,
}  # fmt: skip
POST_ACTIONS = {
    # The wall of posts is a notice, like an activity.
    "view": (
        "查看岗位",
        {**COMMUNITY, **CENTRE, **ORG, "inspector": Scope.PLACE,
         **dict.fromkeys(("unit_secretary", "unit_liaison", "member", "grid_worker"),
                         Scope.ALL)},
    ),
    "add": ("设岗位", COMMUNITY),
    "edit": ("改岗位", COMMUNITY),
    "close": ("撤岗位", COMMUNITY),
    "invite": ("请人认岗", COMMUNITY),
    "follow_place": ("随区划调整", MOVERS),
}  # fmt: skip
HOLD_ACTIONS = {
    "view": ("查看认岗", _VIEWERS),
    "claim": ("认岗", {**MEMBER, **COMMUNITY}),
    "end": ("辞岗、结束", {**MEMBER, **COMMUNITY, **SYSTEM}),
    "review": ("半年评议", COMMUNITY),
    "follow_place": ("随区划调整", MOVERS),
    "follow_unit": FOLLOW_UNIT,
}
TURN_ACTIONS = {
    "view": ("查看岗位服务", _VIEWERS),
    "tell": ("记一次岗位服务", {**MEMBER, **COMMUNITY}),
    "confirm": ("确认岗位服务", COMMUNITY),
    "refuse": ("不认可岗位服务", COMMUNITY),
}
_NOT_OWN = {"member_id": "member_id", "told_by": "account_id"}
TURN_CONFLICTS = {"confirm": _NOT_OWN, "refuse": _NOT_OWN}
HOLD_CONFLICTS = {"review": {"member_id": "member_id"}}
POST_MESSAGES = {
    "confirm": "自己做的、自己记的岗位服务要由别人确认。请社区的同事来办。",
    "review": "评议由社区来做，不能评自己。",
}

_FEED = dict.fromkeys(
    ("member", *_HOSTS, "grid_worker", "county_org", "county_social_work",
     "prefecture_org", "inspector"),
    Scope.MADE,
)  # fmt: skip
FEED_ACTIONS = {
    "view": ("查看日历订阅", _FEED),
    "add": ("订阅活动日历", _FEED),
    "revoke": ("停用日历订阅", _FEED),
}

"""Agreements and deeds: flows, grants, and which windows a cadence gives (L15, L18)."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.exchange import rules as shared

CADENCES = {
    "once": "期内一次",
    "monthly": "每月一次",
    "quarterly": "每季度一次",
}
MAX_ITEMS = 12
REMIND_DAYS = (60, 30)  # before the end (domain 7.4)
TERM_DAYS = 365
LONGEST = 3 * 366
END_REASONS = {
    "agreed": "双方商定终止",
    "unit_gone": "单位撤销",
    "point_changed": "单位的联系点换了",
    "not_kept": "长期没有履行",
    "error": "登记有误",
    "renewed": "已续签",
    "over": "到期",
}
# What a person may choose; the others come from acts of their own.
END_CHOICES = {
    k: v for k, v in END_REASONS.items() if k not in ("renewed", "over", "unit_gone")
}
STATES: Mapping[str, State] = {
    "draft": State("待单位签", "unit", "签署", "soon", "edit"),
    "unit_signed": State("待社区签", "community", "签署", "soon", "clock"),
    "both_signed": State("待备案", "superior", "备案", "soon", "clock"),
    "filed": State("已备案，待生效", "", "", "go", "hourglass"),
    "effective": State("履行中", "", "", "ok", "circle-check"),
    "expired": State("已到期", "", "", "idle", "check"),
    "terminated": State("已终止", "", "", "idle", "x"),
    "dropped": State("没有签成", "", "", "idle", "x"),
}
OPEN = ("draft", "unit_signed", "both_signed", "filed", "effective")
SIGNED = ("both_signed", "filed", "effective")

FLOW = Flow.of(
    "agreements",
    STATES,
    [
        ("", "draft", "draft"),
        ("draft", "revise", "draft"),
        ("unit_signed", "revise", "draft"),
        ("draft", "sign", "draft"),
        ("draft", "unit_sign", "unit_signed"),
        ("unit_signed", "community_sign", "both_signed"),
        ("both_signed", "file", "filed"),
        ("both_signed", "send_back", "draft"),
        ("filed", "take_effect", "effective"),
        ("effective", "remind", "effective"),
        ("effective", "expire", "expired"),
        *((s, "drop", "dropped") for s in ("draft", "unit_signed")),
        *((s, "terminate", "terminated") for s in SIGNED),
        *((s, "unit_gone", "terminated") for s in OPEN),
    ],
)

_SIDES = {**shared.COMMUNITY, **shared.UNIT}
ACTIONS = {
    "view": ("查看共建协议", shared.READERS),
    "draft": ("起草", _SIDES),
    "revise": ("改协议", _SIDES),
    "sign": ("单位签署", shared.UNIT_HEAD),
    "unit_sign": ("单位签署", shared.UNIT_HEAD),
    "community_sign": ("社区签署", shared.SECRETARY),
    "file": ("备案", shared.TOWN),
    "send_back": ("退回修改", shared.TOWN),
    "drop": ("不签了", _SIDES),
    "terminate": ("终止", {**shared.SECRETARY, **shared.UNIT_HEAD}),
    "attach": ("存扫描件", {**_SIDES, **shared.TOWN}),
    "read_scan": ("查看扫描件", {**_SIDES, **shared.TOWN, **shared.ORG}),
    "take_effect": ("生效", shared.SYSTEM),
    "remind": ("提醒续签", shared.SYSTEM),
    "expire": ("到期", shared.SYSTEM),
    "unit_gone": ("因单位撤销终止", shared.SYSTEM),
    "follow_unit": shared.FOLLOW_UNIT,
    "follow_place": shared.FOLLOW_PLACE,
}
MESSAGES = {
    "unit_sign": "协议由单位书记签署。请交给书记。",
    "sign": "协议由单位书记签署。请交给书记。",
    "community_sign": "协议由社区党组织书记签署。请交给书记。",
    "file": "备案由乡镇（街道）党委来办。",
    "send_back": "退回由乡镇（街道）党委来办。",
    "terminate": "终止协议由社区书记或单位书记来办。",
}

DEED_STATES: Mapping[str, State] = {
    "reported": State("做了，待社区确认", "community", "确认", "soon", "hourglass"),
    "confirmed": State("已确认", "", "", "ok", "circle-check"),
    "refused": State("社区不认可", "unit", "重做或说明", "late", "x"),
}
DEED_FLOW = Flow.of(
    "deeds",
    DEED_STATES,
    [
        ("", "report", "reported"),
        ("reported", "confirm", "confirmed"),
        ("reported", "refuse", "refused"),
    ],
)
DEED_ACTIONS = {
    "view": ("查看履行情况", shared.READERS),
    "report": ("记完成", _SIDES),
    "confirm": ("确认", shared.COMMUNITY),
    "refuse": ("不认可", shared.COMMUNITY),
    "hear": ("听居民说，代记一句", shared.COMMUNITY),
    "follow_place": shared.FOLLOW_PLACE,
    "follow_unit": shared.FOLLOW_UNIT,
}
# Nobody confirms what they entered themselves (domain 5).
_ENTERED = {"reported_by": "person_id"}
DEED_CONFLICTS = {"confirm": _ENTERED, "refuse": _ENTERED}
DEED_MESSAGES = {
    "confirm": "自己代记的要由同事确认。单位做的事由社区确认。",
    "refuse": "自己代记的要由同事处理。",
}
# What residents say of it; the community still decides (L18).
SAID = {"seen": "看到了", "not_seen": "没看到"}
SAID_HOW = {"scan": "扫告示上的码", "told": "说给社区听，社区代记"}
VOICE_ACTIONS = {
    "view": ("查看居民说的", shared.COMMUNITY),
    "say": ("说看到没看到", {"requester": Scope.OWN}),
    "note": ("代居民记看到没看到", shared.COMMUNITY),
}
# What is due within so many days is shown beforehand, and as long afterwards.
VOICE_DAYS = 31
CONFIRMED_HOW = {
    "seen": "社区到场看到了",
    "residents": "居民说看到了",
    "paper": "有签到表等书面凭据",
}


class Span(NamedTuple):
    """One window that a cadence gives: its key and words, and [first, last]."""

    key: str
    words: str
    first: date
    last: date


def spans(cadence: str, start: date, end: date) -> list[Span]:
    """The windows of a cadence within [start, end). A month or quarter of which less
    than a third lies inside is not owed, so that nobody owes a show on the day after
    signing."""
    last = end - timedelta(days=1)
    if cadence == "once":
        return [Span("once", "", start, last)]
    months = 1 if cadence == "monthly" else 3
    found, day = [], date(start.year, (start.month - 1) // months * months + 1, 1)
    while day <= last:
        stop = _last_day(day, months)
        first, until = max(day, start), min(stop, last)
        if (until - first).days + 1 >= ((stop - day).days + 1) / 3:
            found.append(Span(_key(day, months), _words(day, months), first, until))
        day = stop + timedelta(days=1)
    return found


def _last_day(first: date, months: int) -> date:
    n = first.month + months - 1
    return date(first.year, n, monthrange(first.year, n)[1])


def _key(day: date, months: int) -> str:
    quarter = f"{day.year}-Q{(day.month + 2) // 3}"
    return f"{day:%Y-%m}" if months == 1 else quarter


def _words(day: date, months: int) -> str:
    if months == 1:
        return f"{day.year}年{day.month}月"
    return f"{day.year}年第{'一二三四'[(day.month - 1) // 3]}季度"


def file_due(
    now: datetime, calendar: shared.WorkCalendar, settings: Mapping[str, Any]
) -> datetime:
    """When the township must have filed or returned (domain 6.6: 5 working days)."""
    return calendar.add_workdays(now, settings["exchange.filing_days"])


def next_reminder(reminded: int, end: date, today: date) -> int:
    """How many of the reminders of the end are due by today: 0, 1 (T-60) or 2 (T-30);
    `reminded` when none is new."""
    due = sum(today >= end - timedelta(days=n) for n in REMIND_DAYS)
    return max(due, reminded)


def term_problem(start: date, end: date) -> str:
    """Why a term [start, end) cannot be, as a sentence; "" when it can."""
    if end <= start:
        return "结束要在开始以后。"
    if (end - start).days > LONGEST:
        return "一份协议最长三年，到期可以续签。"
    return ""

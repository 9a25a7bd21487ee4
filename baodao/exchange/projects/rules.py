"""Cooperation projects, key problems, and the year's quota: flows, grants, deadlines
(L09, L10, L36; state_machines.csv)."""

from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import pairwise

from baodao.acts import grants
from baodao.acts.flow import Flow, State
from baodao.core.clock import at_local, local
from baodao.exchange import rules as shared

PROJECT_QUOTA, PROBLEM_QUOTA = "project_quota", "problem_quota"
WAIVED_FROM = (7, 1)  # a unit that comes later owes from the next year on
PROBLEM_KINDS = {
    "dispute": "矛盾纠纷",
    "environment": "环境整治",
    "governance": "小区治理",
    "facility": "公共设施",
    "service": "公共服务",
    "other": "其他",
}
REOPEN_DAYS = 90
FOLLOW_DAYS = 30

PROJECT_STATES: Mapping[str, State] = {
    "proposed": State("待协商", "community", "协商", "soon", "clock"),
    "negotiated": State("协商好，待确定", "community", "确定", "soon", "clock"),
    "approved": State("已确定，待开始", "unit", "开始", "go", "clock"),
    "in_progress": State("在办", "unit", "办完", "go", "clock"),
    "completed": State("办完，待验收", "community", "验收", "soon", "hourglass"),
    "accepted": State("已验收", "", "", "ok", "circle-check"),
    "rejected": State("没有采纳", "", "", "idle", "x"),
    "terminated": State("中止", "", "", "idle", "x"),
}
PROJECT_OPEN = ("proposed", "negotiated", "approved", "in_progress", "completed")
PROJECT_RUNS = PROJECT_OPEN[:-1]  # not done yet
PROJECT_FLOW = Flow.of(
    "coprojects",
    PROJECT_STATES,
    [
        ("", "propose", "proposed"),
        ("proposed", "negotiate", "negotiated"),
        ("proposed", "reject", "rejected"),
        ("negotiated", "approve", "approved"),
        ("approved", "start", "in_progress"),
        ("in_progress", "reach", "in_progress"),
        ("in_progress", "complete", "completed"),
        ("in_progress", "terminate", "terminated"),
        ("completed", "accept", "accepted"),
        ("completed", "send_back", "in_progress"),
        *((s, "unit_gone", "terminated") for s in PROJECT_RUNS),
    ],
)
_SECRETARIES = {**shared.SECRETARY, **shared.UNIT_HEAD}
PROJECT_ACTIONS = {
    "view": ("查看年度项目", shared.READERS),
    "propose": ("提出", _SECRETARIES),
    "negotiate": ("协商", _SECRETARIES),
    "reject": ("不采纳", shared.SECRETARY),
    "approve": ("确定", shared.SECRETARY),
    "start": ("开始", grants.UNIT),
    "reach": ("记进度", {**grants.UNIT, **grants.COMMUNITY}),
    "complete": ("办完", shared.UNIT_HEAD),
    "terminate": ("中止", _SECRETARIES),
    "accept": ("验收", shared.SECRETARY),
    "send_back": ("退回接着办", shared.SECRETARY),
    "follow_unit": shared.FOLLOW_UNIT,
    "unit_gone": shared.UNIT_GONE,
    "follow_place": shared.FOLLOW_PLACE,
}
PROJECT_MESSAGES = {
    "accept": "年度项目由社区书记验收。请交给书记。",
    "approve": "年度项目由社区书记确定。请交给书记。",
    "complete": "办完由单位书记来报。请交给书记。",
}

PROBLEM_STATES: Mapping[str, State] = {
    "registered": State("待认领", "unit", "认领", "soon", "clock"),
    "claimed": State("已认领", "unit", "开始", "go", "clock"),
    "in_progress": State("在办", "unit", "解决", "go", "clock"),
    "resolved_reported": State(
        "单位说解决了", "community", "核实", "soon", "hourglass"
    ),
    "community_confirmed": State(
        "社区核实了", "community", "回访居民", "soon", "clock"
    ),
    "followed_up": State("回访过", "community", "销号", "soon", "clock"),
    "closed": State("已销号", "", "", "ok", "circle-check"),
}
PROBLEM_OPEN = tuple(s for s in PROBLEM_STATES if s != "closed")
PROBLEM_WITH_UNIT = ("registered", "claimed", "in_progress")
PROBLEM_FLOW = Flow.of(
    "problems",
    PROBLEM_STATES,
    [
        ("", "register", "registered"),
        ("registered", "ask", "registered"),
        ("registered", "claim", "claimed"),
        ("claimed", "start", "in_progress"),
        ("claimed", "release", "registered"),
        ("in_progress", "report", "resolved_reported"),
        ("resolved_reported", "confirm", "community_confirmed"),
        ("resolved_reported", "send_back", "in_progress"),
        ("community_confirmed", "follow_up", "followed_up"),
        ("followed_up", "close", "closed"),
        ("closed", "reopen", "in_progress"),
        *((s, "unit_gone", "registered") for s in PROBLEM_WITH_UNIT),
    ],
)
PROBLEM_ACTIONS = {
    "view": ("查看难点问题", shared.READERS),
    "register": ("登记", grants.COMMUNITY),
    "ask": ("请单位认领", grants.COMMUNITY),
    "claim": ("认领", shared.UNIT_HEAD),
    "start": ("开始办", grants.UNIT),
    "release": ("退回", shared.UNIT_HEAD),
    "report": ("报已解决", grants.UNIT),
    "confirm": ("核实", shared.SECRETARY),
    "send_back": ("没解决，接着办", shared.SECRETARY),
    "follow_up": ("回访居民", grants.COMMUNITY),
    "close": ("销号", shared.SECRETARY),
    "reopen": ("重新办", shared.SECRETARY),
    "follow_unit": shared.FOLLOW_UNIT,
    "unit_gone": shared.UNIT_GONE,
    "follow_place": shared.FOLLOW_PLACE,
}
PROBLEM_MESSAGES = {
    "claim": "认领由单位书记来定。请交给书记。",
    "confirm": "核实由社区书记来做。请交给书记。",
    "close": "销号由社区书记来做。请交给书记。",
}


def by_day(month: int, day: int, now: datetime) -> datetime:
    """The evening of this day of the year; of its last day when that has passed."""
    here = local(now).date()
    due = date(here.year, month, day)
    return at_local(due if due >= here else date(here.year, 12, 31), time(18))


def owed_until(year: int) -> date:
    """The last day on which a unit that is assigned still owes this year's."""
    return date(year, *WAIVED_FROM)


def steps_in_order(days: list[date]) -> bool:
    """Whether milestones stand in the order of their days."""
    return all(a <= b for a, b in pairwise(days))

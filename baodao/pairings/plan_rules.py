"""The flows of a suggested plan 结对方案, of a community and of a whole district at
once, who may take which step, and why a pair is left out (A15, L08, L34, L37)."""

from collections.abc import Mapping

from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, ORG, SYSTEM
from baodao.pairings.rules import APART

PLAN_STATES: Mapping[str, State] = {
    "draft": State("待确认", "community", "看过再确认", "soon", "eye"),
    "confirmed": State("已提出结对", "", "", "ok", "check"),
    "dropped": State("已放弃", "", "", "idle", "x"),
}
PLAN_FLOW = Flow.of(
    "pair_plans",
    PLAN_STATES,
    [
        ("", "compute", "draft"),
        ("draft", "adjust", "draft"),
        ("draft", "confirm", "confirmed"),
        ("draft", "drop", "dropped"),
    ],
)
RUN_STATES: Mapping[str, State] = {
    "computing": State("正在试算", "", "", "go", "clock"),
    "ready": State("各社区确认", "community", "看过再确认", "soon", "eye"),
    "failed": State("没有算成", "superior", "再试算一次", "late", "alert-triangle"),
    "dropped": State("已收回", "", "", "idle", "x"),
}
RUN_FLOW = Flow.of(
    "pair_runs",
    RUN_STATES,
    [
        ("", "start", "computing"),
        ("computing", "finish", "ready"),
        ("computing", "fail", "failed"),
        ("ready", "confirm_rest", "ready"),
        ("ready", "drop", "dropped"),
    ],
)
# Why a suggested pair is left out. The first four keep the two apart for good.
DROPS = {
    **APART,
    "household_later": "这一户这次先不问",
    "member_asks": "党员有困难，这次先不排",
    "wrong": "住户情况有变，要先核实",
}
# Whose word makes bonds of a plan: a district may let itself do it too.
SUPERIOR = "pairings.confirmed_by"


RUN_ACTIONS = {
    "view": ("查看全县试算结对", ORG),
    "start": ("试算全县结对", ORG),
    "finish": ("试算完成", SYSTEM),
    "fail": ("没有算成", SYSTEM),
    "confirm_rest": ("一次确认各社区的方案", ORG),
    "drop": ("收回各社区没确认的方案", ORG),
}
PLAN_ACTIONS = {
    # Numbers only above the community; the pairs themselves are `planned.view`.
    "view": ("查看结对方案", {**COMMUNITY, **ORG}),
    "compute": ("试算结对", {**COMMUNITY, **SYSTEM}),
    "adjust": ("调整结对方案", COMMUNITY),
    "confirm": ("确认结对方案", {**COMMUNITY, **SYSTEM}),
    "drop": ("放弃结对方案", {**COMMUNITY, **SYSTEM}),
}
PLAN_MESSAGES = {
    "adjust": "是哪些户、配了谁，只有社区看得到。这里只有各社区的数。",
    "confirm": "这份方案由社区自己确认。",
}
PAIR_ACTIONS = {
    "view": ("查看方案里的一对", COMMUNITY),
    "change": ("给一户换党员", COMMUNITY),
    "leave_out": ("从方案里去掉一对", COMMUNITY),
    "put_back": ("放回一对", COMMUNITY),
}

"""The report-in's flow, who may take which step, deadlines, and which places may be
reported to (domain 6.4, 8.1–8.5; L04–L06, L17)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, MEMBER, ORG, SYSTEM, TOWN, UNIT

CHANNELS = {"unit": "单位联系点", "residence": "居住地"}
METHODS = {
    "self": "本人填报",
    "on_behalf": "代为登记",
    "paper": "纸质补录",
    "import": "表格导入",
    "carried": "随单位转入",
}
SUBJECTS = {"member": "党员", "unit": "单位"}
END_REASONS = {
    "moved": "搬家，已转到别处",
    "moved_out": "搬出本地区",
    "unit_changed": "调到别的单位",
    "point_changed": "单位的联系点换了",
    "retired": "退休",
    "unit_dissolved": "单位合并或撤销",
    "deceased": "去世",
    "exempt": "进入免责期",
    "error": "登记有误",
    "withdrawn": "报到人撤回",
    "places_merged": "区划调整，并到同一个联系点",
    "not_resubmitted": "退回以后没有改好",
    "transfer_lapsed": "转出满30天，原社区不再负责",
}
# What a community may choose; the others come from acts of their own.
_BY_ACT = (
    "withdrawn", "point_changed", "places_merged", "not_resubmitted", "transfer_lapsed",
)  # fmt: skip
END_CHOICES = {k: v for k, v in END_REASONS.items() if k not in _BY_ACT}
RETURN_REASONS = {
    "wrong_community": "不属于本社区",
    "wrong_details": "单位或姓名不对",
    "needs_info": "情况不清，需要补充",
    "duplicate": "已在本社区报到过",
}
POSTS = {
    "policy": "政策宣传岗",
    "order": "平安巡防岗",
    "mediation": "矛盾调解岗",
    "environment": "环境卫生岗",
    "care": "助老助残岗",
    "youth": "课业辅导岗",
    "culture": "文体活动岗",
    "emergency": "应急救援岗",
}
ITEM_KINDS = {"need": "需求", "resource": "资源"}
MAX_ITEMS = 12
RESUBMIT_DAYS = 10  # working days after a return (state_machines.csv)
TRANSFER_DAYS = 30  # until then the old community keeps the duties (domain 8.1)
REMIND_BEFORE = timedelta(days=7)  # of a confirmation, and of the end of a transfer

STATES: Mapping[str, State] = {
    "draft": State("草稿", "unit", "报到", "idle", "edit"),
    "submitted": State("待接收", "community", "接收", "soon", "clock"),
    "returned": State("已退回", "member", "改好再报", "soon", "arrow-back-up"),
    "active": State("在岗", "", "", "ok", "circle-check"),
    "transfer_pending": State(
        "转出中", "community", "新社区接收", "go", "arrows-exchange"
    ),
    "ended": State("已结束", "", "", "idle", "check"),
}
WAITING = ("draft", "submitted", "returned")
LIVE = ("active", "transfer_pending")
# Where silence ends it: asked once, then over (domain 8.1).
TIMED = ("returned", "transfer_pending")

FLOW = Flow.of(
    "reporting",
    STATES,
    [
        ("", "draft", "draft"),
        ("", "submit", "submitted"),
        ("", "carry_over", "active"),
        ("draft", "submit", "submitted"),
        ("submitted", "accept", "active"),
        ("submitted", "return", "returned"),
        ("submitted", "escalate", "submitted"),
        ("returned", "resubmit", "submitted"),
        ("active", "start_transfer", "transfer_pending"),
        ("transfer_pending", "cancel_transfer", "active"),
        ("active", "revise", "active"),
        *((state, "chase", state) for state in TIMED),
        *((state, "lapse", "ended") for state in TIMED),
        *((state, "withdraw", "ended") for state in WAITING),
        *((state, "replace", "ended") for state in LIVE),
        *((state, "end", "ended") for state in LIVE),
        *((state, "reconfirm", state) for state in LIVE),
    ],
)

_REPORTERS = {**MEMBER, **UNIT, **COMMUNITY}

ACTIONS = {
    "view": (
        "查看报到",
        {**_REPORTERS, **TOWN, **ORG, "practice_center": Scope.PLACE,
         "grid_worker": Scope.PLACE, "inspector": Scope.PLACE},
    ),
    "coverage": (
        "查看报到覆盖面",
        {**COMMUNITY, **TOWN, **ORG, **UNIT, "inspector": Scope.PLACE},
    ),
    "draft": ("存草稿", UNIT),
    "submit": ("报到", {**_REPORTERS, **SYSTEM}),
    "accept": ("接收", {**COMMUNITY, **TOWN}),
    "return": ("退回", {**COMMUNITY, **TOWN}),
    "resubmit": ("改好再报", _REPORTERS),
    "revise": ("改报到单", {**UNIT, **COMMUNITY}),
    "withdraw": ("撤回", {**_REPORTERS, **SYSTEM}),
    "start_transfer": (
        "转出",
        {**MEMBER, **COMMUNITY, "unit_secretary": Scope.UNIT, **SYSTEM},
    ),
    "cancel_transfer": ("取消转出", {**MEMBER, **COMMUNITY, **SYSTEM}),
    "replace": ("转入新的报到地", SYSTEM),
    "carry_over": ("随单位转入", SYSTEM),
    "end": ("结束", {**COMMUNITY, **TOWN, **SYSTEM}),
    "reconfirm": ("再次确认", _REPORTERS),
    "escalate": ("超时报上级", SYSTEM),
    "chase": ("到期前催办", SYSTEM),
    "lapse": ("到期结束", SYSTEM),
    "follow_unit": ("更新所在单位", SYSTEM),
    "follow_place": (
        "随区划调整",
        {"prefecture_org": Scope.PLACE, "county_org": Scope.PLACE,
         "system_admin": Scope.ALL, **SYSTEM},
    ),
}  # fmt: skip
_OWN = {"member_id": "member_id", "subject_unit_id": "unit_id"}
# Nobody accepts, returns or ends their own report-in (domain 5).
CONFLICTS = dict.fromkeys(("accept", "return", "end"), _OWN)
MESSAGES = {
    "accept": "接收报到要由社区专干或书记来做，本人和本单位的报到请同事接收。",
    "return": "退回报到要由社区专干或书记来做，本人和本单位的报到请同事处理。",
    "end": "结束报到要由社区专干或书记来做，本人的请同事处理。",
    "start_transfer": "转出要由党员本人、单位书记或社区来办。",
}
# Steps with a page of their own; the others are buttons, in this order.
PAGES = ("revise",)
BUTTONS = (
    "accept", "return", "resubmit", "reconfirm", "start_transfer", "cancel_transfer",
    "end", "withdraw",
)  # fmt: skip


class WorkCalendar(Protocol):
    """What deadlines need of a place's calendar."""

    def add_workdays(self, start: datetime, n: int) -> datetime: ...


def accept_due(
    now: datetime, calendar: WorkCalendar, settings: Mapping[str, Any]
) -> datetime:
    """When a community must have accepted or returned; after it the township is told."""
    return calendar.add_workdays(now, settings["reporting.accept_days"])


def reconfirm_due(day: date, settings: Mapping[str, Any]) -> date:
    """The last day for the next confirmation (L17: twice a year)."""
    return day + timedelta(days=settings["reporting.reconfirm_days"])


def report_due(joined: date, settings: Mapping[str, Any]) -> date:
    """By when a member reports after joining a unit or moving (domain 6.4)."""
    return joined + timedelta(days=settings["reporting.deadline_days"])


def place_problem(
    channel: str, level: int, kind: str, *, is_contact_point: bool, is_tied: bool,
    community_level: int = 5, grid_level: int = 6,
) -> str:  # fmt: skip
    """Why one cannot report in at a place of this level and kind, as a sentence; ""
    when one can. `is_tied`: the place is a contact point of the unit concerned."""
    if kind == "virtual":
        return "虚拟社区不能报到。请选居住的社区（村）。"
    if channel == "residence":
        return "" if level == community_level else "居住地报到请选到社区（村）。"
    if not is_contact_point or level not in (community_level, grid_level):
        return "单位报到只能选联系点（社区、村或网格）。"
    return (
        ""
        if is_tied
        else "这里不是您单位的联系点。请选名单里的联系点，或请县委组织部先确定联系点。"
    )

"""The flow of a bond between a member and a household, who may take which step, and
the words people choose from (L07, L08, L34, L37; domain 6.10, 9.2,
state_machines.csv: pairing)."""

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import (
    COMMUNITY,
    GRID,
    MEMBER,
    MOVERS,
    ORG,
    REQUESTER,
    SYSTEM,
    TOWN,
    UNIT,
)

# One word of the household's groups: what festivals and terms go by.
FOCUS = {
    "minor": "未成年人",
    "elder": "老年人",
    "disabled": "残疾人",
    "hardship": "困难家庭",
    "other": "其他",
}
CHANNELS = {"unit": "单位联系点", "residence": "居住地"}
APART = {
    "own": "本人的家",
    "relative": "亲属",
    "subordinate": "下属",
    "other": "有其他利害关系",
}
PAUSE_REASONS = {
    "household_away": "住户不在家",
    "household_asks": "住户想停一段时间",
    "household_moved": "住户搬家",
    "member_away": "党员请假、出差",
    "consent_over": "同意书到期，还没有续",
    "road_closed": "道路不通",
    "other": "其他",
}
# What people choose; `consent_over` and `household_moved` come from acts of their own.
PAUSE_CHOICES = {
    k: v
    for k, v in PAUSE_REASONS.items()
    if k not in ("consent_over", "household_moved")
}
END_REASONS = {
    "withdrawn": "住户撤回同意",
    "goal_met": "不再需要联系",
    "household_moved": "住户搬走",
    "care_home": "住进养老机构",
    "deceased": "住户去世",
    "handed_over": "换了联系党员",
    "member_left": "党员离开本地区",
    "member_retired": "党员退休",
    "member_moved": "党员转到别处",
    "cancelled": "没有征求同意就取消",
    "no_answer": "30 天没有答复",
    "paused_long": "暂停满 90 天",
    "error": "登记有误",
}
END_CHOICES = {
    k: END_REASONS[k] for k in ("goal_met", "care_home", "deceased", "error")
}
# Ended quietly: no thanks, no rating, no reminder (domain 8.9).
QUIET_ENDS = ("deceased", "care_home")
# The household is still there and wants somebody.
HAND_OVER_ENDS = ("member_left", "member_retired", "member_moved")
ESTATE_ENDS = {
    "changed": "改包联别的小区",
    "unit_gone": "单位合并或撤销",
    "unit_moved": "单位换了联系点",
    "estate_gone": "小区不再是重点",
    "places_merged": "区划调整，并到同一个小区",
    "error": "登记有误",
}
ESTATE_CHOICES = {k: ESTATE_ENDS[k] for k in ("changed", "estate_gone", "error")}
WAYS = {"written": "书面签字", "spoken": "口头同意，记录在案"}
LANGUAGES = {"zh": "汉语", "bo": "藏语"}

ANSWER_DAYS = 30  # a household that does not answer is not asked again by itself
PAUSE_DAYS = 90  # a longer pause is an end
RENEW_BEFORE = 30  # days before the year is over, in which it can be renewed
# Messages are silent from then on; no district may let people come later.
NEVER_AFTER = time(21, 0)
GUARDIAN_AGE = 14

STATES: Mapping[str, State] = {
    "proposed": State("待征求同意", "community", "征求同意", "soon", "clock"),
    "consent_pending": State("等住户答复", "resident", "答复", "soon", "hourglass"),
    "active": State("在联系", "member", "走访", "ok", "circle-check"),
    "paused": State("暂停", "community", "恢复或结束", "note", "player-pause"),
    "declined": State("住户不同意", "", "", "idle", "circle-x"),
    "ended": State("已结束", "", "", "idle", "check"),
}
LIVE = ("proposed", "consent_pending", "active", "paused")
AGREED = ("active", "paused")  # the household has said yes

FLOW = Flow.of(
    "pairings",
    STATES,
    [
        ("", "propose", "proposed"),
        ("proposed", "ask", "consent_pending"),
        ("consent_pending", "consent", "active"),
        ("consent_pending", "decline", "declined"),
        ("consent_pending", "lapse", "ended"),
        *((s, "cancel", "ended") for s in ("proposed", "consent_pending")),
        *((s, "renew", "active") for s in AGREED),
        ("active", "pause", "paused"),
        ("paused", "resume", "active"),
        ("paused", "expire", "ended"),
        *((s, "withdraw", "ended") for s in AGREED),
        *((s, "end", "ended") for s in AGREED),
        *((s, "hand_over", "ended") for s in AGREED),
        *((s, "set_terms", s) for s in LIVE),
        ("active", "remind", "active"),
    ],
)


ACTIONS = {
    "view": (
        "查看联系户",
        {**MEMBER, **UNIT, **COMMUNITY, **GRID, **TOWN, **ORG, **REQUESTER},
    ),
    # Group, terms, consent: only who works with the household (domain 9.5).
    "view_private": (
        "查看联系户的情况", {**MEMBER, **COMMUNITY, **GRID, **REQUESTER},
    ),
    "reveal": ("看称呼、住处和电话", {**MEMBER, **COMMUNITY, **GRID}),
    "propose": ("提出结对", {**COMMUNITY, **SYSTEM}),
    "ask": ("征求同意", {**COMMUNITY, **GRID}),
    "consent": ("记下同意", {**COMMUNITY, **GRID}),
    "decline": ("记下不同意", {**COMMUNITY, **GRID, **REQUESTER}),
    "lapse": ("到期没有答复", SYSTEM),
    "cancel": ("取消", {**COMMUNITY, **SYSTEM}),
    "renew": ("续签同意", {**COMMUNITY, **GRID}),
    "pause": ("暂停", {**COMMUNITY, **REQUESTER, **SYSTEM}),
    "resume": ("恢复", {**COMMUNITY, **REQUESTER}),
    "expire": ("暂停满 90 天", SYSTEM),
    "withdraw": ("撤回同意", {**COMMUNITY, **GRID, **REQUESTER}),
    "end": ("结束", {**COMMUNITY, **SYSTEM}),
    "hand_over": ("换人联系", COMMUNITY),
    "set_terms": ("改约定", {**COMMUNITY, **GRID}),
    "remind": ("提醒续签", SYSTEM),
    "follow_unit": ("更新所在单位", SYSTEM),
    "follow_place": ("随区划调整", MOVERS),
}  # fmt: skip
# Nobody decides on the bond that is their own (domain 5).
_OWN = {"member_id": "member_id"}
CONFLICTS = dict.fromkeys(
    ("consent", "renew", "decline", "withdraw", "hand_over", "end"), _OWN
)
MESSAGES = {
    "consent": "自己的联系户要由同事去征求同意。",
    "renew": "自己的联系户要由同事去续签。",
    "hand_over": "自己的联系户要由同事来办交接。",
    "end": "结束结对由社区来办，自己的请同事办理。",
    "propose": "结对由社区统筹安排。",
    "reveal": "住户的称呼和住处只有社区和结对的党员能看。",
}

ESTATE_ACTIONS = {
    "view": (
        "查看包联小区",
        {**MEMBER, **UNIT, **COMMUNITY, **GRID, **TOWN, **ORG,
         "inspector": Scope.PLACE},
    ),
    "add": ("包联小区", {**COMMUNITY, **SYSTEM}),
    "end": ("结束包联", {**COMMUNITY, **SYSTEM}),
    "follow_place": ("随区划调整", MOVERS),
}  # fmt: skip
CONSENT_ACTIONS = {
    "view": ("查看同意书", {**COMMUNITY, **GRID, **REQUESTER}),
    "add": ("记下同意", {**COMMUNITY, **GRID}),
    "close": ("同意不再有效", {**COMMUNITY, **GRID, **REQUESTER, **SYSTEM}),
    "follow_place": ("随区划调整", MOVERS),
}
APART_ACTIONS = {
    "view": ("查看不能结对的", {**COMMUNITY, **GRID}),
    "add": ("标为不能结对", COMMUNITY),
    "remove": ("取消标记", COMMUNITY),
    "follow_place": ("随区划调整", MOVERS),
}


def main_focus(groups: Iterable[str]) -> str:
    """The one group that terms and festivals go by: a minor first, for whom the rules
    are strictest."""
    found = set(groups)
    return next((code for code in FOCUS if code in found), "other")


def answer_due(asked: date) -> date:
    """The last day on which a household may still answer."""
    return asked + timedelta(days=ANSWER_DAYS)


def consent_until(given: date) -> date:
    """The first day on which a consent of `given` no longer holds: one year on."""
    try:
        return given.replace(year=given.year + 1)
    except ValueError:  # 29 February
        return date(given.year + 1, 3, 1)


def renew_from(until: date) -> date:
    """From when on it can be renewed, and somebody is told to."""
    return until - timedelta(days=RENEW_BEFORE)


def pause_over(since: date) -> date:
    """The day on which a pause has become an end."""
    return since + timedelta(days=PAUSE_DAYS)


def needs_adult(focus: str, *, second: bool, guardian: bool) -> bool:
    """Whether a minor would be visited alone: never (L37)."""
    return focus == "minor" and not second and not guardian


def terms_problem(quiet_months: Iterable[int]) -> str:
    """Why these months cannot be, as a sentence; "" when they can."""
    months = set(quiet_months)
    if months - set(range(1, 13)):
        return "月份请从 1 到 12 月里选。"
    if len(months) > 9:
        return "一年至少留 3 个月可以联系；都不方便请用“暂停”。"
    return ""

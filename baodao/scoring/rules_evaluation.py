"""The yearly evaluation 综合评价 and its feedback cards 反馈卡: flows, who may take which
step, months and halves of a year, what stands in the way of a decision (L46, L47; domain
6.11, 7.5, 9.5, 9.6). Nothing here decides: a grade is proposed, people decide it, and 差
never without having heard the subject."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import (
    COMMUNITY,
    COUNTY,
    MEMBER,
    MOVERS,
    ORG,
    SYSTEM,
    TOWN,
    UNIT,
)
from baodao.scoring import rules_counting as counting

STATES: Mapping[str, State] = {
    "collecting": State("收集意见", "community", "写评语、起草", "go", "messages"),
    "drafted": State("起草", "community", "告知本人", "note", "edit"),
    "subject_notified": State("已告知本人", "member", "看，有异议就提", "go", "eye"),
    "objection": State("有异议", "community", "书面答复", "soon", "message-report"),
    "decided": State("已决定", "community", "发反馈卡", "soon", "gavel"),
    "issued": State("已发反馈卡", "", "", "ok", "circle-check"),
    "under_appeal": State("复核中", "superior", "复核", "soon", "scale"),
}
BEFORE = ("collecting", "drafted", "subject_notified", "objection")
SHOWN = ("subject_notified", "objection", "decided", "issued", "under_appeal")
FINAL = ("decided", "issued", "under_appeal")
FLOW = Flow.of(
    "evaluations",
    STATES,
    [
        ("", "open", "collecting"),
        ("collecting", "draft", "drafted"),
        ("drafted", "draft", "drafted"),
        ("drafted", "notify", "subject_notified"),
        # What was told has changed: it is told again, and the days run anew.
        ("subject_notified", "refresh", "subject_notified"),
        ("objection", "refresh", "objection"),
        ("decided", "refresh", "subject_notified"),
        ("subject_notified", "object", "objection"),
        # Who was told anew may object anew.
        ("objection", "object", "objection"),
        ("objection", "answer", "objection"),
        ("subject_notified", "decide", "decided"),
        ("objection", "decide", "decided"),
        ("decided", "issue", "issued"),
        ("issued", "suspend", "under_appeal"),
        ("under_appeal", "restore", "issued"),
        ("under_appeal", "change", "issued"),
        ("issued", "change", "issued"),
        # Its points have moved: told, heard and decided anew (8.18).
        ("issued", "reopen", "drafted"),
    ],
)
DELIVERY_STATES: Mapping[str, State] = {
    "waiting": State("待送达", "community", "打印送去", "soon", "send"),
    "delivered": State("已送达", "unit", "签收", "go", "bell"),
    "received": State("已签收", "", "", "ok", "circle-check"),
    "filed": State("已备案", "", "", "ok", "archive"),
    "replaced": State("已由新卡替代", "", "", "idle", "history"),
}
DELIVERY_FLOW = Flow.of(
    "card_deliveries",
    DELIVERY_STATES,
    [
        ("", "send", "delivered"),
        ("", "send_out", "waiting"),
        ("waiting", "hand_over", "delivered"),
        ("delivered", "receive", "received"),
        ("delivered", "file", "filed"),
        *((s, "replace", "replaced") for s in ("waiting", "delivered", "received", "filed")),
    ],
)  # fmt: skip
CARD_STATES: Mapping[str, State] = {
    "current": State("最新一版", "", "", "ok", "circle-check"),
    "superseded": State("已更正", "", "", "idle", "history"),
}
CARD_FLOW = Flow.of(
    "feedback_cards",
    CARD_STATES,
    [("", "issue", "current"), ("current", "supersede", "superseded")],
)
PRINT_KINDS = {"pdf": "一个 PDF", "zip": "按单位分开（ZIP）"}
PRINT_STATES: Mapping[str, State] = {
    "waiting": State("正在排版", "", "", "go", "hourglass"),
    "done": State("可以下载", "", "", "ok", "circle-check"),
    "failed": State("没有做成", "", "", "late", "alert-circle"),
    "gone": State("文件已删掉", "", "", "idle", "trash"),
}
PRINT_FLOW = Flow.of(
    "print_runs",
    PRINT_STATES,
    [
        ("", "start", "waiting"),
        ("waiting", "finish", "done"),
        ("waiting", "fail", "failed"),
        ("done", "forget", "gone"),
        ("failed", "forget", "gone"),
    ],
)
PRINT_MOST = 20_000  # cards of one run
_PRINTERS = {**MEMBER, **UNIT, **COMMUNITY, **TOWN, **COUNTY}
PRINTS = {
    "view": ("查看打印", dict.fromkeys(_PRINTERS, Scope.OWN)),
    "start": ("打印反馈卡", dict.fromkeys(_PRINTERS, Scope.OWN)),
    "finish": ("排好版", SYSTEM),
    "fail": ("没有做成", SYSTEM),
    "forget": ("删掉文件", SYSTEM),
}
RECIPIENTS = {"superior": "上级党组织", "unit": "所在单位", "filing": "组织部备案"}
HOWS = {
    "system": "系统送达",
    "paper": "当面送纸质件",
    "post": "寄送",
    "phone": "电话告知",
}
NONE_REASONS = {
    "exempt": "免除应办的月数达到规定",
    "short": "报到的月数少于规定",
    "retired": "退休当年在职的月数少于规定",
}
# Settings, in the order of `Months`.
MONTHS = ("scoring.exempt_months", "scoring.short_months", "scoring.on_duty_months")
ACTIVE_HALVES = "scoring.active_halves"

_SECRETARY = {"community_secretary": Scope.PLACE}
# The township decides what the community's own secretary may not: about themselves.
_DECIDERS = {**_SECRETARY, **TOWN}
ROUNDS = {
    "view": ("查看年度评价", {**COMMUNITY, **TOWN, **COUNTY}),
    "open": ("开始年度评价", {**_SECRETARY, **SYSTEM}),
    "notify": ("告知本人", _SECRETARY),
    "follow_place": ("随区划调整", MOVERS),
}
MEETINGS = {
    "view": ("查看会议记录", {**COMMUNITY, **TOWN}),
    "hold": ("记会议", _DECIDERS),
    "follow_place": ("随区划调整", MOVERS),
}
# Above the community names come with the feedback card; before it only sums (9.5).
EVALUATIONS = {
    "view": ("查看评价", {**MEMBER, **UNIT, **COMMUNITY, **TOWN}),
    "open": ("列入年度评价", {**_SECRETARY, **SYSTEM}),
    "word": ("写综合评语", COMMUNITY),
    "unit_word": ("写单位的话", {"unit_secretary": Scope.UNIT}),
    "draft": ("起草评价", _SECRETARY),
    "notify": ("告知本人", _SECRETARY),
    "refresh": ("按现在的积分重新核对", _SECRETARY),
    "see": ("本人已阅", {**MEMBER, "unit_secretary": Scope.UNIT, **COMMUNITY}),
    "object": ("提出异议", {**MEMBER, "unit_secretary": Scope.UNIT, **COMMUNITY}),
    "answer": ("书面答复", _DECIDERS),
    "hear": ("记听取意见", _DECIDERS),
    "decide": ("决定等次", _DECIDERS),
    "issue": ("发反馈卡", {**_SECRETARY, **SYSTEM}),
    "suspend": ("暂停等次，复核中", {**TOWN, **COUNTY, **SYSTEM}),
    "restore": ("维持等次", {**TOWN, **COUNTY, **SYSTEM}),
    "change": ("改等次", {**_DECIDERS, "county_org": Scope.PLACE, **SYSTEM}),
    "reopen": ("重新评价", {**_DECIDERS, **SYSTEM}),
    "figures": ("看等次分布", {**COMMUNITY, **TOWN, **ORG}),
    "follow_place": ("随区划调整", MOVERS),
}
_OWN = {"member_id": "member_id"}
CONFLICTS = dict.fromkeys(("word", "unit_word", "answer", "hear", "decide", "change", "reopen", "suspend", "restore"), _OWN)  # fmt: skip
MESSAGES = {
    "decide": "自己的等次由别人来定。请街道（乡镇）党委来办。",
    "reopen": "自己的评价由别人来办。请街道（乡镇）党委来办。",
    "unit_word": "自己的情况由别人来写。",
    "word": "自己的评语由别人来写。",
    "answer": "自己的异议由别人来答复。请街道（乡镇）党委来办。",
}
FEEDBACKS = {
    "view": ("查看反馈卡", {**MEMBER, **UNIT, **COMMUNITY, **TOWN, **COUNTY}),
    "issue": ("发反馈卡", {**_DECIDERS, **COUNTY, **SYSTEM}),
    "supersede": ("由新卡替代", {**_DECIDERS, **COUNTY, **SYSTEM}),
    "print": ("打印反馈卡", {**MEMBER, **UNIT, **COMMUNITY, **COUNTY}),
}
DELIVERIES = {
    "view": ("查看送达", {**UNIT, **COMMUNITY, **TOWN, **COUNTY}),
    "send": ("送达", {**_DECIDERS, **COUNTY, **SYSTEM}),
    "send_out": ("列为待送", {**_DECIDERS, **COUNTY, **SYSTEM}),
    "hand_over": ("记送达", COMMUNITY),
    "receive": ("签收", {"unit_secretary": Scope.UNIT, "unit_liaison": Scope.UNIT,
                       **COMMUNITY}),
    "file": ("备案", COUNTY),
    "replace": ("由新卡替代", {**_DECIDERS, **COUNTY, **SYSTEM}),
}  # fmt: skip


# --- a year ------------------------------------------------------------------------------

Span = tuple[date, date]  # [first, after last)


def months(spans: Iterable[Span], year: Span) -> int:
    """Full months that the days of these spans make within the year; days that two spans
    share count once, and a part of a month by its days."""
    parts = Fraction(0)
    for first, after in joined(spans, year):
        while first < after:
            begin = first.replace(day=1)
            following = (begin + timedelta(days=32)).replace(day=1)
            end = min(after, following)
            parts += Fraction((end - first).days, (following - begin).days)
            first = end
    return int(parts)


def joined(spans: Iterable[Span], year: Span) -> list[Span]:
    """The spans within the year, in order, those that touch as one."""
    found: list[Span] = []
    for first, after in sorted(spans):
        first, after = max(first, year[0]), min(after, year[1])
        if first >= after:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], after))
        else:
            found.append((first, after))
    return found


def half_of(day: date, year: Span) -> int:
    """0 or 1: the half of the evaluation year in which a day lies."""
    first = year[0]
    number = first.year * 12 + first.month - 1 + 6
    return int(day >= date(number // 12, number % 12 + 1, 1))


class Months(NamedTuple):
    """From how many exempt, below how many reported in or on duty there is no grade."""

    exempt: int = 6
    short: int = 3
    on_duty: int = 6


USUAL = Months()


def none_reason(
    reported: int, obliged: int, exempt: int, on_duty: int, *, retired: bool,
    limits: Months = USUAL,
) -> str:  # fmt: skip
    """Why there is no grade, "" where there is one (7.5, 8.1, 8.3, 8.5). Months: reported
    in here; since the person belonged to the unit; exempt; on duty before retiring. Who
    was obliged and never reported in is graded: that is what the deduction is for."""
    if exempt >= limits.exempt:
        return "exempt"
    if retired and on_duty < limits.on_duty:
        return "retired"
    if (reported or obliged) < limits.short:
        return "short"
    return ""


def primary(months_at: Mapping[str, int], residence: Iterable[str]) -> str:
    """Of the communities with a card the one with most months of report-in; where they
    are equal, the one in which the member lives (8.1, 13.5)."""
    home = set(residence)
    return min(months_at, key=lambda path: (-months_at[path], path not in home, path))


def combined(score: int, mark: int | None, weight: int) -> int:
    """The community's score with the unit's own mark (0 to 100) at its weight in percent
    (L42), tenths. Without a mark, or at weight 0, the community's alone."""
    if mark is None or not weight:
        return score
    return (score * (100 - weight) + mark * 10 * weight) // 100


# --- the decision --------------------------------------------------------------------------


@dataclass(frozen=True)
class Facts:
    """What a decision about one evaluation looks at. `until` is the last day to object;
    `moved`: a draft of today is no longer what the subject was told; `blocked`: open
    objections or deductions, in words."""

    state: str
    proposed: str
    none: str
    until: date | None
    answered: bool
    heard: bool
    moved: bool
    blocked: str
    own: bool


def why_not(
    f: Facts, grade: str, reason: str, today: date, known: Sequence[str]
) -> str:
    """Why the meeting may not decide this grade now; "" when it may."""
    if f.state not in ("subject_notified", "objection"):
        title = STATES[f.state].title if f.state in STATES else f.state
        return f"现在是“{title}”，还不能决定。"
    if f.own:
        return MESSAGES["decide"]
    if f.until is None or today <= f.until:
        day = f"{f.until.month}月{f.until.day}日" if f.until else "期限"
        return f"本人可以提异议到{day}，过后再决定。"
    if f.state == "objection" and not f.answered:
        return "本人的异议还没有书面答复。请先答复。"
    if f.moved:
        return "告知本人以后积分有变动。请先按现在的积分重新核对。"
    if f.blocked:
        return f.blocked
    return _why_not_grade(f, grade, reason, known)


def why_not_meeting(
    held: date, until: date | None, answered: date | None, drafted: date | None
) -> str:
    """Why a meeting may not have decided: it knew neither all that may be said against
    the draft, nor the answer, nor the draft as it is now."""
    if until is None or held <= until:
        return "这次会开在异议期满以前。请选期满以后开的会。"
    if answered and held < answered:
        return "这次会开在答复异议以前。请选答复以后开的会。"
    if drafted and held < drafted:
        return "这次会开在重新核对积分以前。请选核对以后开的会。"
    return ""


def _why_not_grade(f: Facts, grade: str, reason: str, known: Sequence[str]) -> str:
    if grade not in known:
        return "请选等次。"
    if f.none and grade != "none":
        return f"{NONE_REASONS[f.none]}，不定等次。"
    if grade != f.proposed and not reason.strip():
        return "和建议的等次不同，请写理由。"
    if grade == "poor" and not f.heard:
        return "定为差以前，要当面或书面听取本人意见，并记下来。"
    return ""


def better(before: str, after: str) -> bool:
    """Whether a grade is better than another. Of 不定等次 only 优秀 and 良好 are: whatever
    else may have consequences that nobody was told of."""
    order = counting.ORDER
    if before == "none":
        return after in ("excellent", "good")
    return after in order and order.index(after) < order.index(before)


def worse(before: str, after: str) -> bool:
    """Whether what is proposed now is worse than what was told; from or to 不定等次 it is
    something else, and told anew as well."""
    if before == after:
        return False
    return "none" in (before, after) or better(after, before)


def refresh_words(
    n: int, anew: int, undone: int, until: date | None
) -> tuple[str, str]:
    """(question, what follows) of refreshing all that have moved."""
    said = [f"{n}份都按现在的积分重新起草，每个人（单位）再告诉一次。"]
    if anew and until:
        day = f"{until.month}月{until.day}日"
        said.append(f"其中{anew}份比告知时差，异议期重新算，到{day}。")
    if undone:
        said.append(f"{undone}份已定的等次同时取消，要重新开会定。")
    return f"重新核对{n}份，并告诉本人？", "".join(said)


def may_again(objected: datetime | None, told: datetime | None) -> bool:
    """Whether somebody who has objected may object again: to what was told since."""
    return objected is None or (told is not None and told > objected)


def grade_in(grade: str, state: str) -> str:
    """A grade in words; while it is appealed against it has no effect and says so."""
    title = counting.GRADES.get(grade, "")
    return f"{title}（复核中）" if state == "under_appeal" else title


def may_in_bulk(proposed: str) -> bool:
    """差 is decided one by one, after a hearing; all else may be confirmed together."""
    return proposed not in ("", "poor")


def room_of(share: int, n: int) -> int:
    """How many of `n` may be 优秀 at a share in percent; at least one; no limit at 0."""
    return n if not share else max(1, n * share // 100)


# --- words ---------------------------------------------------------------------------------


def sentence(figures: Mapping[str, int], subject: str) -> str:
    """What the figures say, as a first draft of the community's words."""
    f = figures
    parts = []
    if f.get("activities"):
        parts.append(f"参加活动{f['activities']}次")
    if f.get("minutes"):
        parts.append(f"服务{hours(f['minutes'])}小时")
    if f.get("wishes"):
        parts.append(f"办成点单{f['wishes']}件")
    if f.get("visits"):
        parts.append(f"走访{f['visits']}次")
    if f.get("projects"):
        parts.append(f"共建项目{f['projects']}个")
    if f.get("problems"):
        parts.append(f"解决重点难点问题{f['problems']}个")
    if not parts:
        return "全年没有经确认的服务记录。"
    who = "单位和党员全年" if subject == "unit" else "全年"
    return f"{who}{'、'.join(parts)}。"


def hours(minutes: int) -> str:
    """14, 14.5"""
    whole, rest = divmod(minutes, 60)
    tenth = rest * 10 // 60
    return f"{whole}.{tenth}" if tenth else f"{whole}"

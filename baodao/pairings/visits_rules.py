"""What a visit is, how late it may be entered, when to try again, and what the member
should know before going (domain 6.10, 7.3, 8.11, 8.23, 9.2; L38–L41). Plain Python;
days are local dates, `today` is an argument."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from baodao.core.clock import local

# As chips on a phone; the official words are `visits_flow.TOPICS`.
CHIPS = {
    "policy": "惠民政策",
    "notice": "重要通知",
    "mediation": "调解矛盾",
    "needs": "听取需求",
    "care": "问候聊天",
    "errand": "帮忙做事",
}
USUAL_TOPICS = ("policy", "needs")
MINUTES = (0, 15, 30, 60, 120)
DAY = timedelta(days=1)


class Limits(NamedTuple):
    """What a district has set (`places.settings`, visits.*): days, hours, and the full
    hour after which nobody goes there. A link is good for `link_days`; then the
    community rings."""

    first_contact_days: int
    urgent_hours: int
    latest_hour: int
    normal_days: int
    late_days: int
    quarter_closes_days: int
    year_closes_days: int
    edit_hours: int
    retry_days: int
    link_days: int

    @property
    def latest(self) -> time:
        return time(self.latest_hour)

    def latest_of(self, wish: time | None) -> time:
        """Until when one may come to a household that wishes so."""
        return min(wish, self.latest) if wish else self.latest


def quarter_starts(day: date) -> date:
    """The first day of the quarter that has `day`."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def half_starts(day: date) -> date:
    """The first day of the half-year that has `day`."""
    return date(day.year, 1 if day.month <= 6 else 7, 1)


def lateness(on: date, today: date, limits: Limits) -> str:
    """How late a visit of `on` is entered `today` (domain 8.23): "" within the normal
    days, "late" (a reason, confirmed by the secretary) within the late ones, "backfill"
    beyond that or when its quarter is closed."""
    days, began = (today - on).days, quarter_starts(today)
    if on < began and today >= began + limits.quarter_closes_days * DAY:
        return "backfill"
    if days <= limits.normal_days:
        return ""
    return "late" if days <= limits.late_days else "backfill"


def day_problem(
    on: date, today: date, since: date, until: date | None, limits: Limits
) -> str:
    """Why a visit cannot be of this day, as a sentence; "" when it can."""
    if on > today:
        return "走访日期不能在今天以后。请选今天或以前。"
    if on < since:
        return f"结对从{since.month}月{since.day}日开始，请选那天或以后。"
    if until and on >= until:
        return "那时结对已经结束。请选结束以前的日子。"
    closed = date(on.year + 1, 1, 1) + limits.year_closes_days * DAY
    if today >= closed:
        return f"{on.year}年的评价已经定了，不能再补记。有不同意见请走申诉。"
    return ""


def wish_problem(
    on: date, at: time | None, method: str, *, quiet_months: Collection[int],
    not_after: time, phone_only: bool,
) -> tuple[str, str]:  # fmt: skip
    """What the household has asked for and this visit does not keep: (field, sentence);
    ("", "") when it does (domain 7.3)."""
    if on.month in quiet_months:
        return "day", f"这一户说过{on.month}月不要走访。请换个月再约。"
    if phone_only and method == "in_person":
        return "how", "这一户只愿意打电话，不要上门。请选电话。"
    if at and at > not_after and method == "in_person":
        return (
            "at",
            f"这一户上门不晚于{not_after:%H:%M}。请核对时间，下次早一点去。",
        )
    return "", ""


def retry_on(day: date, due_on: date, limits: Limits) -> date:
    """When to try again after nobody was at home: some days later, but while the
    window is open; on the last day, the day after (it can still be made up)."""
    wanted = day + limits.retry_days * DAY
    return wanted if wanted <= due_on else max(due_on, day + DAY)


def need_due(asked: datetime, limits: Limits, *, urgent: bool) -> date:
    """The last day of a visit somebody has asked for: some calendar days, or the day
    on which the hours of an urgent one are over (domain 7.3)."""
    hours = timedelta(hours=limits.urgent_hours)
    span = hours if urgent else limits.first_contact_days * DAY
    return local(asked + span).date()


def in_person_hint(seen_since: int, *, remote: bool) -> str:
    """电话、视频也算，本季度要有一次见面; what holds for this household (domain 7.3)."""
    span = "半年" if remote else "季度"
    if seen_since:
        return f"电话、视频也算，本{span}已见过面 {seen_since} 次。"
    return f"电话、视频也算，本{span}还要见一次面。"


def in_person_since(day: date, *, remote: bool) -> date:
    """From when on meetings in person count for that hint."""
    return half_starts(day) if remote else quarter_starts(day)


class Owed(NamedTuple):
    """One open duty as the list of what may be missed sees it."""

    due_on: date
    attempts: int
    retry_on: date | None
    stand_in: bool


def risk(owed: Owed, today: date) -> str:
    """Why this one may be missed, as a short word for the community."""
    left = (owed.due_on - today).days
    if left < 0:
        return "过了日子，还能补"
    if owed.attempts:
        return f"去过 {owed.attempts} 次没人在家"
    if left == 0:
        return "今天到期"
    return f"还剩 {left} 天"


def titles(codes: Iterable[str], known: Mapping[str, str]) -> str:
    """Codes in words, in the order of the table."""
    chosen = set(codes)
    return "、".join(t for c, t in known.items() if c in chosen)


def month_of(text: str, today: date) -> tuple[date, date]:
    """[first, first of the next) of a month written 2026-11; else of today's."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = today.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def months_back(today: date, n: int) -> Sequence[date]:
    """The firsts of this month and the `n` before it, newest first."""
    found, first = [], today.replace(day=1)
    for _ in range(n + 1):
        found.append(first)
        first = (first - DAY).replace(day=1)
    return found

"""How times, dates and numbers are written (design 5.4). Pure functions; `today`
and `now` are arguments, dates are local to Asia/Shanghai."""

from datetime import date, datetime, timedelta

from baodao.core.clock import ZONE

WEEKDAYS = "一二三四五六日"
HOUR, DAY = 60, 24 * 60


def local_day(value: date | datetime) -> date:
    """The local date of an instant; a plain date is local already."""
    return _local(value).date() if isinstance(value, datetime) else value


def _local(value: datetime) -> datetime:
    return value.astimezone(ZONE) if value.tzinfo else value.replace(tzinfo=ZONE)


def minutes_of(value: timedelta | int) -> int:
    """Whole minutes of a duration; a plain number is minutes already."""
    if isinstance(value, timedelta):
        return int(value.total_seconds() // 60)
    return int(value)


def span(value: timedelta | int) -> str:
    """The two largest units: 45 分, 3 小时 20 分, 1 天 4 小时."""
    total = max(0, minutes_of(value))
    if total < HOUR:
        return f"{total} 分"
    days, rest = divmod(total, DAY)
    hours, minutes = divmod(rest, HOUR)
    if days:
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    return f"{hours} 小时 {minutes} 分" if minutes else f"{hours} 小时"


def worked(minutes: int) -> str:
    """Time of service, which nobody counts in days: 45 分, 30 小时, 1 小时 30 分."""
    full, rest = divmod(max(0, minutes), HOUR)
    if not full:
        return f"{rest} 分"
    return f"{full:,} 小时 {rest} 分" if rest else f"{full:,} 小时"


def hours(n: int) -> str:
    """A number of hours as a span: 3 天, 2 小时."""
    return span(timedelta(hours=n))


def clock_span(value: timedelta | int) -> str:
    """As `span`, but below two hours only minutes: a clock about to run out."""
    total = max(0, minutes_of(value))
    return f"{total} 分钟" if total < 2 * HOUR else span(total)


def exact_span(value: timedelta | int) -> str:
    """All units down to the minute, for a total: 2 天 20 小时 40 分."""
    total = max(0, minutes_of(value))
    days, rest = divmod(total, DAY)
    if not days:
        return span(rest)
    return f"{days} 天 {span(rest)}" if rest else f"{days} 天"


def cdate(value: date | datetime, today: date) -> str:
    """11月23日 in the year of `today`, 2026年2月4日 in another."""
    day = local_day(value)
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def cdatetime(value: datetime, today: date) -> str:
    """11月23日 14:10."""
    return f"{cdate(value, today)} {_local(value):%H:%M}"


def weekday(value: date | datetime) -> str:
    """星期一."""
    return f"星期{WEEKDAYS[local_day(value).weekday()]}"


def deadline(value: date | datetime, now: datetime) -> str:
    """今天 17:30, 明天 10:00, 11月25日 18:00 前; a plain date has no time of day."""
    today, day = local_day(now), local_day(value)
    clock = f" {_local(value):%H:%M}" if isinstance(value, datetime) else ""
    near = {today: "今天", today + timedelta(days=1): "明天"}.get(day)
    if near:
        return near + clock
    return f"{cdate(day, today)}{clock}{' 前' if day > today else ''}"


def code8(value: str | int) -> str:
    """A lookup code in two groups: 3846 1207."""
    digits = "".join(c for c in str(value) if c.isdigit())
    return f"{digits[:4]} {digits[4:]}" if len(digits) == 8 else str(value)


def number(value: float) -> str:
    """Thousands with a comma: 19,655; decimals stay."""
    return f"{value:,}"


def yuan(fen: int) -> str:
    """Money kept in fen: 5,000元, 12.50元."""
    return f"{fen / 100:,.2f}".removesuffix(".00") + "元"


def percent(part: int, whole: int) -> str:
    """93.1 %, or — when there is nothing to divide by."""
    return f"{part * 100 / whole:.1f} %" if whole else "—"


def points(tenths: int) -> str:
    """Points kept as tenths: +1.5, −3, 0 (a true minus, U+2212)."""
    if not tenths:
        return "0"
    return ("+" if tenths > 0 else "\u2212") + score(tenths)


def score(tenths: int) -> str:
    """A sum of points kept as tenths, without a sign: 80, 92.5."""
    whole, tenth = divmod(abs(tenths), 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


def balance(tenths: int) -> str:
    """Points that somebody has: 12.5, 0, and −3 for who owes."""
    return ("\u2212" if tenths < 0 else "") + score(tenths)


def mask_phone(value: str) -> str:
    """138 **** 0000; anything shorter is hidden whole."""
    digits = "".join(c for c in value if c.isdigit())
    if not digits:
        return ""
    return f"{digits[:3]} **** {digits[-4:]}" if len(digits) >= 10 else "****"


def small(count: int, below: int = 5) -> str:
    """A count that may point at a person: 0, <5, 12."""
    return f"<{below}" if 0 < count < below else number(count)


def first_sentence(text: str) -> str:
    """The part before the first 。, for a heading (headings end without it)."""
    return text.partition("。")[0]


def after_first(text: str) -> str:
    """What follows the first sentence."""
    return text.partition("。")[2]

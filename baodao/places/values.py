"""What a person types for a setting, and how a setting is read out."""

import re
from collections.abc import Mapping
from typing import Any

from baodao.core.errors import Invalid
from baodao.places.settings import KEYS
from baodao.ui.words import yuan

WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
_SPAN = re.compile(
    r"^([01]?\d|2[0-3]):([0-5]\d)\s*[-–—至到]\s*([01]?\d|2[0-3]):([0-5]\d)$"
)
# Lower bounds that no district may undercut (domain 9.4: small numbers).
LEAST = {
    "orders.rate_threshold": 10,
    "visits.latest_hour": 17,
    "retention.look_days": 180,
    # The evaluation of the year and the appeals against it need their time.
    "retention.score_days": 365,
    "shop.expiry_years": 0,
    # What whoever is concerned has for an answer or an appeal (domain 9.6).
    "scoring.comment_days": 7,
    "scoring.answer_days": 5,
    "scoring.appeal_days": 15,
    "scoring.second_days": 10,
    "scoring.active_halves": 0,
    "scoring.excellent_share": 0,
    "scoring.unit_word_weight": 0,
}
MOST = 100_000
# Upper bounds of the same kind: nobody rings at a door when messages are silent, nobody
# waits longer for an answer than the rules promise.
AT_MOST = {
    "visits.latest_hour": 21, "scoring.sample_percent": 100, "shop.expiry_years": 9,
    "scoring.decide_days": 10, "scoring.admit_days": 3, "scoring.review_days": 10,
    "scoring.second_review_days": 15, "scoring.execute_days": 5,
    "scoring.exempt_months": 12, "scoring.short_months": 12, "scoring.on_duty_months": 12,
    "scoring.active_halves": 2, "scoring.agreement_month": 12,
    "scoring.excellent_share": 100, "scoring.unit_word_weight": 100,
    "scoring.year_from_month": 12,
}  # fmt: skip
MONEY = "元"


def parse(key: str, text: str) -> Any:
    """The value of `key` from what was typed. Raises Invalid (field "value")."""
    if key not in KEYS:
        raise Invalid(fields={"key": "没有这一项设置。请从列表里选。"})
    if key == "calendar.hours":
        return parse_hours(text)
    if key == "calendar.weekdays":
        return parse_weekdays(text)
    if choices := KEYS[key].choices:
        return parse_choices(text, choices)
    if KEYS[key].unit == MONEY:
        return parse_yuan(text)
    return _whole_number(key, text)


def _whole_number(key: str, text: str) -> int:
    least, most = LEAST.get(key, 1), AT_MOST.get(key, MOST)
    number = int(text) if re.fullmatch(r"\d{1,6}", text.strip()) else -1
    if not least <= number <= most:
        unit = KEYS[key].unit
        raise Invalid(fields={"value": f"请填{least}到{most}之间的整数（{unit}）。"})
    return number


def parse_yuan(text: str) -> int:
    """ "200", "12.50" → fen."""
    found = re.fullmatch(r"(\d{1,6})(?:\.(\d{1,2}))?\s*元?", text.strip())
    fen = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else 0
    if not 100 <= fen <= MOST * 100:
        raise Invalid(fields={"value": f"请填1到{MOST:,}元，例如 200 或 12.50。"})
    return fen


def parse_hours(text: str) -> list[list[str]]:
    """ "9:00-12:30，15:00-18:00" → [["09:00", "12:30"], ["15:00", "18:00"]]."""
    spans = []
    for part in re.split(r"[,，、;；\n]+", text.strip()):
        found = _SPAN.match(part.strip())
        if not found:
            raise Invalid(fields={"value": "请写成 09:00-12:30，15:00-18:00 这样。"})
        a, b, c, d = found.groups()
        spans.append([f"{int(a):02d}:{b}", f"{int(c):02d}:{d}"])
    flat = [t for span in spans for t in span]
    if flat != sorted(set(flat)):
        raise Invalid(fields={"value": "时间要从早到晚，不能重叠。请核对。"})
    return spans


def parse_weekdays(text: str) -> list[int]:
    """ "0,1,2" or ticked boxes joined by commas → [0, 1, 2]."""
    days = sorted({int(d) for d in re.findall(r"[0-6]", text)})
    if not days:
        raise Invalid(fields={"value": "一周至少要有一个工作日。请至少选一天。"})
    return days


def parse_choices(text: str, choices: Mapping[str, str]) -> list[str]:
    """Ticked boxes joined by commas → their keys, in the order of the table."""
    ticked = set(text.replace(" ", "").split(","))
    found = [key for key in choices if key in ticked]
    if not found:
        raise Invalid(fields={"value": "请至少选一项。"})
    return found


def shown(key: str, value: Any) -> str:
    """The value in words: 2个工作日, 09:00–12:30、15:00–18:00, 星期一至星期五."""
    if key == "calendar.hours":
        return "、".join(f"{a}–{b}" for a, b in value)
    if key == "calendar.weekdays":
        return _weekdays(list(value))
    if choices := KEYS[key].choices:
        return "、".join(choices[v] for v in value if v in choices)
    if KEYS[key].unit == MONEY:
        return yuan(value)
    return f"{value:,}{KEYS[key].unit}"


def _weekdays(days: list[int]) -> str:
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{WEEKDAYS[days[0]]}至{WEEKDAYS[days[-1]]}"
    return "、".join(WEEKDAYS[d] for d in days)


def typed(key: str, value: Any) -> str:
    """The value as it stands in the form."""
    if key == "calendar.hours":
        return "，".join(f"{a}-{b}" for a, b in value)
    if key == "calendar.weekdays":
        return ",".join(str(d) for d in value)
    if KEYS[key].choices:
        return ",".join(value)
    if KEYS[key].unit == MONEY:
        return f"{value / 100:.2f}".removesuffix(".00")
    return str(value)

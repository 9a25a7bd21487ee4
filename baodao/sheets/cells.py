"""One cell of a table as people fill it in, to the value it means. Plain functions:
each takes what the file holds (text, number, date) and returns the value, or raises
`Unclear` with a sentence for the person. Blank cells never come here."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, TypeAlias, TypeVar

from baodao.core.text import is_phone, private_numbers

Cell: TypeAlias = str | float | int | bool | date | datetime | time | timedelta | None
Clean: TypeAlias = Callable[[Cell], Any]
C = TypeVar("C", str, int)  # what a list of words has for codes

# Full-width letters and digits, and marks that stand in numbers and codes. Chinese
# punctuation (，。（）：) stays: it belongs to names.
_HALF = {
    **{0xFF10 + i: ord("0") + i for i in range(10)},
    **{0xFF21 + i: ord("A") + i for i in range(26)},
    **{0xFF41 + i: ord("a") + i for i in range(26)},
    **{
        ord(a): b
        for a, b in zip("－＿．／＠＃＋＝％　\xa0", "-_./@#+=%  ", strict=True)
    },
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)),
    # Left by broken exports; no text of the database may hold a zero character.
    **dict.fromkeys((*range(9), *range(14, 28), 127)),
}
_SPREAD = re.compile(r"\s*[、，,;；/／|\n]\s*|\s+")
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_POWER = re.compile(r"\d(\.\d+)?[Ee]\+?\d{1,3}", re.ASCII)
_EXACT = 1e15  # above this a number in a table is no longer exact
_EPOCH = date(1899, 12, 30)
_YES = {"是", "有", "对", "y", "yes", "true", "1", "√", "✓", "✔", "☑"}
_NO = {"否", "无", "没有", "不是", "不", "n", "no", "false", "0", "×", "✗", "x"}


class Unclear(ValueError):
    """A cell that nobody can take as it is. `options`: what it may have meant, as
    (value, label): choosing one writes `value` into the cell."""

    def __init__(self, message: str, options: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.options = tuple(options)


class Remark(NamedTuple):
    """A value that was taken, and what the person should know about it."""

    value: Any
    message: str


def tidy(text: str) -> str:
    """Half-width letters and digits, single spaces, none around; no apostrophe in
    front (office programs and our own exports write it before text)."""
    text = " ".join(text.translate(_HALF).split())
    return text[1:].lstrip() if text[:1] == "'" else text


def bare(text: str) -> str:
    """What two spellings of one word have in common: no width, case, space, bracket
    or point."""
    # Most words are plain Chinese: then nothing is to be done, which is quick to see.
    plain = unicodedata.is_normalized("NFKC", text)
    wide = (text if plain else unicodedata.normalize("NFKC", text)).casefold()
    return wide if wide.isalnum() else "".join(c for c in wide if c.isalnum())


def said(cell: Cell) -> str:
    """The cell as the person sees it in the table."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else str(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M}"
    return str(cell).strip()


def text(cell: Cell) -> str:
    """Any text; a number without its point."""
    return tidy(cell) if type(cell) is str else tidy(said(cell))


def words(cell: Cell) -> Any:
    """Free text. Numbers that may not be kept (domain 9.1 P4) are not taken."""
    found = text(cell)
    if any(c.isdigit() for c in found) and (kinds := private_numbers(found)):
        return Remark("", f"像是{'、'.join(kinds)}，本系统不存。已抹去，不会写入")
    return found


def code(digits: int = 0, prefix: str = "") -> Clean:
    """A code whose zeros count. `digits`: as long as it has to be when a table took it
    for a number and dropped the zeros in front; `prefix`: a word people write before
    it (户0312)."""

    def clean(cell: Cell) -> str:
        found = _digits(cell).removeprefix(prefix).strip()
        return found.zfill(digits) if _is_number(found) else found

    return clean


def _is_number(text: str) -> bool:
    """Nothing but 0 to 9: Python takes ² and ٣ for digits too."""
    return text.isascii() and text.isdigit()


def _digits(cell: Cell) -> str:
    """A code or telephone number as text. Raises Unclear when the table has lost
    digits of it."""
    if type(cell) is float or type(cell) is int:
        if abs(cell) >= _EXACT:
            raise Unclear(
                "位数太多，表格软件已经把后几位变成了 0。请把这一列设成文本，重新填"
            )
        if cell != int(cell):
            raise Unclear("这里要写编号，不是小数。请核对")
        return str(int(cell))
    found = text(cell)
    if "E" in found.upper() and _POWER.fullmatch(found):
        value = float(found)
        mantissa = re.sub(r"\D|[Ee].*", "", found.lower().split("e")[0])
        if len(f"{value:.0f}") > len(mantissa):
            raise Unclear(
                "表格软件把它写成了科学计数，后几位已经丢了。请把这一列设成文本，重新填"
            )
        return f"{value:.0f}"
    return found


def phone(cell: Cell) -> Any:
    """A telephone number as digits. Of several the first is taken."""
    written = _digits(cell)
    if _MOBILE.fullmatch(written):
        return written
    parts = [p for p in re.split(r"[、，,;；/|\n]|\s{2,}|或", written) if p.strip()]
    found = [_phone_digits(p, isinstance(cell, float)) for p in parts]
    good = [p for p in found if is_phone(p)]
    if not good:
        raise Unclear(_phone_problem(found[0] if found else ""))
    if len(parts) > 1:
        return Remark(good[0], "有几个号码，只登记第一个")
    return good[0]


def _phone_digits(written: str, number: bool) -> str:
    found = re.sub(r"[\s\-—–()（）]", "", written)
    found = re.sub(r"^(\+|00)?86(?=1[3-9]\d{9}$)", "", found)
    # 8972821234: the area code's zero went when the cell became a number.
    if number and len(found) in (10, 11) and not re.match(r"1[3-9]\d{9}$", found):
        return found.zfill(len(found) + 1)
    return found


def _phone_problem(found: str) -> str:
    if not _is_number(found):
        return "不像电话号码。请写数字，或留空"
    if found[0] == "1" and len(found) != 11:
        off = 11 - len(found)
        return (
            f"手机号是11位，这里{'少' if off > 0 else '多'}{abs(off)}位。请核对，或留空"
        )
    return "电话号码的位数不对。请核对，或留空"


def number(least: int = 0, most: int = 100_000_000) -> Clean:
    """A whole number; thousands separators and a measure word behind are fine."""

    def clean(cell: Cell) -> int:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            value = float(cell)
        else:
            found = text(cell).replace(",", "").replace("，", "")
            match = re.fullmatch(r"(-?\d+(?:\.0+)?)\s*[人户名个位岁年家%]?", found)
            if not match:
                raise Unclear("这里要写数字。请核对")
            value = float(match[1])
        if value != int(value):
            raise Unclear("这里要写整数。请核对")
        if not least <= value <= most:
            raise Unclear(f"应在{least}到{most}之间。请核对")
        return int(value)

    return clean


def decimal(least: float, most: float) -> Clean:
    """A number with a point, such as a longitude."""

    def clean(cell: Cell) -> float:
        try:
            value = float(cell if isinstance(cell, int | float) else text(cell))
        except ValueError:
            raise Unclear("这里要写数字。请核对") from None
        if not least <= value <= most:
            raise Unclear(f"应在{least:g}到{most:g}之间。请核对是否填反了")
        return value

    return clean


def yes(cell: Cell) -> bool:
    """是 or 否, however it is ticked."""
    if isinstance(cell, bool):
        return cell
    found = unicodedata.normalize("NFKC", text(cell)).casefold()
    if found in _YES:
        return True
    if found in _NO:
        return False
    raise Unclear("请写“是”或“否”", [("是", "是"), ("否", "否")])


# --- dates ------------------------------------------------------------------------

_YMD = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[T ]\s*\d{1,2}:\d{2}.*)?",
    re.ASCII,
)
_YM = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?", re.ASCII)
_LONG = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_CHINESE = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_HAND = re.compile(r"([0-9]{4})年([0-9十]{1,3})月([0-9十]{1,3})[日号]?")


def day(cell: Cell) -> Any:
    """A date in the ways people write it: 2026-02-04, 2026/2/4, 2026.2.4, 20260204,
    2026年2月4日, 二〇二六年二月四日, a date cell, a number of days as tables count."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _day_of_number(float(cell))
    return _day_of_text(text(cell))


def _day_of_number(value: float) -> Any:
    if 10_000 <= value <= 80_000:  # 1927 to 2119, as tables count days
        return _EPOCH + timedelta(days=int(value))
    if value.is_integer() and _LONG.fullmatch(str(int(value))):
        return _day_of_text(str(int(value)))
    raise Unclear("看不出是哪一天。请写成 2026-02-04 这样")


def _day_of_text(found: str) -> Any:
    found = found.translate(_CHINESE) if "年" in found else found
    if hand := _HAND.fullmatch(found):
        return _real(int(hand[1]), _tens(hand[2]), _tens(hand[3]))
    if match := _YMD.fullmatch(found) or _LONG.fullmatch(found):
        return _real(*(int(x) for x in match.groups()))
    if match := _YM.fullmatch(found):
        first = _real(int(match[1]), int(match[2]), 1)
        return Remark(first, f"没写哪一天，按{first.month}月1日登记")
    if re.fullmatch(r"\d{5}(\.\d+)?", found):
        return _day_of_number(float(found))
    raise Unclear("看不出是哪一天。请写成 2026-02-04 这样")


def _tens(found: str) -> int:
    """十 between digits: 二十四 has become 2十4."""
    if "十" not in found:
        return int(found)
    high, low = found.split("十", 1)
    return 10 * int(high or 1) + int(low or 0)


def _real(year: int, month: int, number_of_day: int) -> date:
    if not 1 <= month <= 12:
        raise Unclear(f"没有{month}月。请核对")
    try:
        found = date(year, month, number_of_day)
    except ValueError:
        raise Unclear(f"{month}月没有{number_of_day}日。请核对") from None
    if not 1900 <= year <= 2100:
        raise Unclear("年份不对。请核对")
    return found


# --- words from a list ------------------------------------------------------------


def one_of(choices: Mapping[C, str], also: Mapping[str, C] | None = None) -> Clean:
    """A word from a list to its code. `choices`: code → title; `also`: other words
    people use → code."""
    known = _words(choices, also)
    options = [(title, title) for title in choices.values()]

    def clean(cell: Cell) -> C:
        found = known.get(bare(text(cell)))
        if found is None:
            raise Unclear("没有这一项。请从列表里选", options)
        return found

    return clean


def many_of(choices: Mapping[C, str], also: Mapping[str, C] | None = None) -> Clean:
    """Several words of a list in one cell, in the order of the list."""
    known = _words(choices, also)
    options = [(title, title) for title in choices.values()]

    def clean(cell: Cell) -> list[C]:
        written = text(cell)
        whole = known.get(bare(written))
        if whole is not None:
            return [whole]
        parts = [p for p in _SPREAD.split(written) if p]
        found = {p: known.get(bare(p)) for p in parts}
        wrong = [p for p, c in found.items() if c is None]
        if wrong:
            rest = "、".join(p for p in parts if p not in wrong)
            keep = [(rest, f"只留{rest}")] if rest else []
            raise Unclear(
                f"列表里没有“{'”“'.join(wrong)}”。请从列表里选", keep or options
            )
        chosen = set(found.values())
        return [c for c in choices if c in chosen]

    return clean


def _words(choices: Mapping[C, str], also: Mapping[str, C] | None) -> dict[str, C]:
    known = {bare(word): c for word, c in (also or {}).items()}
    return known | {bare(title): c for c, title in choices.items()}

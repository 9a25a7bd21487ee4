"""Checks of what people type, without a database: credit codes, phones, codes from
lists, periods. Each raises Invalid with a sentence under its field."""

import re
from collections.abc import Collection, Iterable
from datetime import date

from stdnum.cn import uscc as stdnum_uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from baodao.core.errors import Invalid
from baodao.core.text import is_phone, pinyin_key
from baodao.people.roles import YEARS


def named(name: str, field: str = "name", what: str = "名称") -> str:
    """The name without outer spaces; it must not be empty."""
    name = name.strip()
    if not name:
        raise Invalid(fields={field: f"请写{what}。"})
    return name


def credit_code(text: str) -> str:
    """A unified social credit code in capitals, or "" (domain 3.3: optional).
    Raises Invalid and names the right last character when only that is wrong."""
    code = re.sub(r"[\s-]", "", text).upper()
    if not code:
        return ""
    if len(code) != 18:
        raise Invalid(
            fields={"uscc": f"统一社会信用代码是18位，现在是{len(code)}位。请核对。"}
        )
    try:
        return str(stdnum_uscc.validate(code))
    except InvalidChecksum as error:
        right = stdnum_uscc.calc_check_digit(code[:-1])
        sentence = (
            f"校验位对不上：前17位没错的话，最后一位应是{right}。请对照证书核对。"
        )
        raise Invalid(fields={"uscc": sentence}) from error
    except ValidationError as error:
        sentence = "代码里有不会出现的字符（字母I、O、S、V、Z不用）。请对照证书核对。"
        raise Invalid(fields={"uscc": sentence}) from error


def phone(text: str, field: str = "phone") -> str:
    """A Chinese mobile or fixed number without spaces, or ""."""
    digits = re.sub(r"[\s-]", "", text).removeprefix("+86")
    if digits and not is_phone(digits):
        raise Invalid(fields={field: "电话号码的位数不对。请核对后再填。"})
    return digits


def codes(field: str, chosen: Iterable[str], known: Collection[str]) -> list[str]:
    """Codes from a list, each once, in the order of the list."""
    wanted = set(chosen)
    if wanted - set(known):
        raise Invalid(fields={field: "请从列表里选。"})
    return [code for code in known if code in wanted]


def unit_keys(name: str, short_name: str, former: Iterable[str] = ()) -> str:
    """What a unit is found and sorted by: the pinyin of its name, then the short
    name as people say it (住建局) with its pinyin, then the names it had."""
    keys = f"{pinyin_key(name)} {short_name} {pinyin_key(short_name)}".strip()
    return " ".join([keys, *(f"{old} {pinyin_key(old)}" for old in former)])


def period(start: date, end: date | None, *, must_end: bool = False) -> None:
    """A period [start, end): roles end within five years (domain 5)."""
    if end is None:
        if must_end:
            raise Invalid(fields={"valid_to": f"请写到哪一天为止，最长{YEARS}年。"})
        return
    if end <= start:
        raise Invalid(fields={"valid_to": "结束日期要在开始日期以后。"})
    if must_end and end > years_later(start, YEARS):
        raise Invalid(fields={"valid_to": f"角色最长授予{YEARS}年，到期可以再授。"})


def years_later(day: date, years: int) -> date:
    """The same day some years on; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)

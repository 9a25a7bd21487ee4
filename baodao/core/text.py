"""Plain text: pinyin keys for sorting and search, and a look for numbers that do
not belong in free text (domain 9.1 P4)."""

import re
from collections.abc import Iterable

_ID = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_CARD = re.compile(r"(?<!\d)\d{16,19}(?!\d)")
_CHINESE = re.compile("[\u4e00-\u9fa5]+")
# A mobile number, a fixed one with its area code, a fixed one without.
_ANY_PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[2-9]\d{6,7}", re.ASCII)


def is_phone(digits: str) -> bool:
    """Whether these digits can be a Chinese telephone number."""
    return bool(_ANY_PHONE.fullmatch(digits))


def pinyin_key(name: str) -> str:
    """Full pinyin and initials, for sorting and for search by letters:
    "森格" gives "sen ge sg"."""
    # Its dictionary takes half a second to load, which most processes never need.
    from pypinyin import Style, lazy_pinyin

    full = lazy_pinyin(name)
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return f"{' '.join(full)} {initials}".lower()


def pinyin_keys(names: Iterable[str]) -> list[str]:
    """`pinyin_key` of many names. Chinese names are put together from their words and
    characters, each of which is looked up once."""
    from pypinyin.seg.mmseg import seg

    keys: dict[str, str] = {}
    parts: dict[str, tuple[str, str]] = {}
    found = []
    for name in names:
        key = keys.get(name)
        if key is None:
            words = seg.cut(name) if _CHINESE.fullmatch(name) else ()
            spelt = [parts.get(w) or _spell(w, parts) for w in words]
            # The few characters without a pinyin stay as they are, and run together.
            if spelt and all(full for full, _ in spelt):
                full, initials = zip(*spelt, strict=True)
                key = f"{' '.join(full)} {''.join(initials)}"
            else:
                key = pinyin_key(name)
            keys[name] = key
        found.append(key)
    return found


def _spell(word: str, known: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Pinyin and initials of one word; two empty texts when it has none."""
    full, _, initials = pinyin_key(word).rpartition(" ")
    known[word] = ("", "") if full == word else (full, initials)
    return known[word]


def private_numbers(text: str) -> list[str]:
    """What kinds of private number `text` holds, as Chinese words, in reading
    order: 身份证号, 手机号, 银行卡号. Spaces and hyphens inside are ignored."""
    tight = re.sub(r"(?<=\d)[\s-](?=\d)", "", text)
    found = []
    if _ID.search(tight):
        found.append("身份证号")
        tight = _ID.sub("", tight)
    if _PHONE.search(tight):
        found.append("手机号")
    if _CARD.search(tight):
        found.append("银行卡号")
    return found


# What is asked for nowhere (domain 9.1 P4), by the words that give it away.
_NOT_ASKED = (
    ("身份证号", ("身份证", "证件号", "护照号")),
    ("宗教信仰", ("宗教", "信仰", "信教", "信奉")),
    ("民族", ("民族", "族别")),
    ("银行账户", ("银行卡", "银行账", "存折", "卡号")),
    (
        "收入证明、低保证",
        ("低保证", "收入证明", "低保卡", "救助证", "工资条", "收入卡"),
    ),
    ("病历、诊断", ("病历", "诊断书", "化验单", "病史")),
    ("指纹、人脸", ("指纹", "人脸", "虹膜")),
    ("照片、定位", ("照片", "拍照", "定位", "经纬度")),
)


def not_to_be_asked(text: str) -> list[str]:
    """What of the things that may not be collected `text` seems to ask for, as Chinese
    words. A guess: "帮您办身份证" asks for nothing, so whoever writes it decides."""
    return [what for what, words in _NOT_ASKED if any(w in text for w in words)]

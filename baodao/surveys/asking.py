"""Questions and answers, without a database: how they are kept, what an answer has to
be, and which questions are not to be asked (A06, domain 9.1 P4)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import orjson

from baodao.core.errors import Invalid
from baodao.core.text import not_to_be_asked, private_numbers
from baodao.surveys import rules

YESNO = (("yes", "是"), ("no", "否"))
TEXT_CHARS = 300
LABEL_CHARS = 60
MOST = 99_999_999
Answers = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """One question. `key` never changes, so that answers of two editions and of two
    rounds can be compared. `only_if`: (key, code) of the answer that it follows."""

    key: str
    kind: str
    label: str
    help: str = ""
    required: bool = False
    options: tuple[tuple[str, str], ...] = ()
    only_if: tuple[str, str] | None = None

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """(code, words) of the answers to choose from; none for numbers and text."""
        return YESNO if self.kind == "yesno" else self.options

    @property
    def kind_title(self) -> str:
        return rules.KINDS[self.kind]

    def words(self, answer: Any) -> str:
        """An answer as people read it."""
        known = dict(self.choices)
        if answer in (None, "", []):
            return ""
        if self.kind == "many":
            return "、".join(known.get(code, code) for code in answer)
        if self.kind == "date":
            return _date_words(answer)
        return known.get(str(answer), str(answer))

    def asked(self, answers: Mapping[str, Any]) -> bool:
        """Whether it is asked after these answers."""
        if self.only_if is None:
            return True
        key, code = self.only_if
        given = answers.get(key)
        return code in given if isinstance(given, list) else given == code


def _date_words(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.year}年{day.month}月{day.day}日"


def kept(column: str | None) -> list[dict[str, Any]] | None:
    """Questions in a row that an act has read: there a JSON column is text."""
    return None if column is None else list(orjson.loads(column))


def load(kept: Iterable[Mapping[str, Any]] | None) -> list[Question]:
    """Questions as they are kept in a row."""
    return [
        Question(
            key=q["key"], kind=q["kind"], label=q["label"], help=q.get("help", ""),
            required=bool(q.get("required")),
            options=tuple((c, t) for c, t in q.get("options", ())),
            only_if=(q["only_if"][0], q["only_if"][1]) if q.get("only_if") else None,
        )
        for q in kept or ()
    ]  # fmt: skip


def dump(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """The reverse of `load`; what is empty is left out."""
    found = []
    for q in questions:
        row: dict[str, Any] = {"key": q.key, "kind": q.kind, "label": q.label}
        if q.help:
            row["help"] = q.help
        if q.required:
            row["required"] = True
        if q.options:
            row["options"] = [list(o) for o in q.options]
        if q.only_if:
            row["only_if"] = list(q.only_if)
        found.append(row)
    return found


@dataclass(frozen=True)
class Wording:
    """A question as somebody types it. `options`: one a line; `only_if`: "key:code" or
    ""; `sure`: it looks as if it asked for what may not be collected, and does not."""

    kind: str
    label: str
    help: str = ""
    required: bool = False
    options: str = ""
    only_if: str = ""
    sure: bool = False


def worded(w: Wording, others: Sequence[Question], old: Question | None) -> Question:
    """The question that is meant. `others`: those that stand before it; `old`: what it
    was, whose key and codes it keeps. Raises Invalid."""
    label, help_text = " ".join(w.label.split()), " ".join(w.help.split())
    if w.kind not in rules.KINDS:
        raise Invalid(fields={"kind": "请选一种。"})
    if not label:
        raise Invalid(fields={"label": "请写问什么，一句话。"})
    if len(label) > LABEL_CHARS:
        raise Invalid(fields={"label": f"最多{LABEL_CHARS}个字，请写短一点。"})
    if not w.sure and (found := not_to_be_asked(f"{label}{help_text}{w.options}")):
        raise Invalid(
            fields={
                "label": f"这像是在问{'、'.join(found)}，这些不能收集。请改问法；"
                "确实不收集这些的，请勾选“不收集这些”。"
            },
            code="not_to_be_asked",
        )
    options = _options(w, old) if w.kind in ("one", "many") else ()
    return Question(
        key=old.key if old else "", kind=w.kind, label=label, help=help_text,
        required=w.required, options=options, only_if=_only_if(w.only_if, others),
    )  # fmt: skip


def _options(w: Wording, old: Question | None) -> tuple[tuple[str, str], ...]:
    lines = [" ".join(line.split()) for line in w.options.splitlines()]
    texts = list(dict.fromkeys(line for line in lines if line))
    if len(texts) < 2:
        raise Invalid(fields={"options": "请至少写两个选项，一行一个。"})
    if len(texts) > rules.MAX_OPTIONS:
        raise Invalid(
            fields={"options": f"最多{rules.MAX_OPTIONS}个选项，请合并几个。"}
        )
    codes = {text: code for code, text in old.options} if old else {}
    n = max((int(c[1:]) for c in codes.values()), default=0)
    found = []
    for text in texts:
        if text not in codes:
            n += 1
            codes[text] = f"o{n}"
        found.append((codes[text], text))
    return tuple(found)


def _only_if(text: str, others: Sequence[Question]) -> tuple[str, str] | None:
    if not text:
        return None
    key, _, code = text.partition(":")
    for q in others:
        # One level only: nobody can fill in a tree at a door.
        if q.key == key and q.only_if is None and code in dict(q.choices):
            return key, code
    raise Invalid(fields={"only_if": "请从列表里选，只能跟着前面的选择题。"})


def conditions(before: Iterable[Question]) -> list[tuple[str, str]]:
    """What a question can depend on: ("q1:o2", "家里有没有老人 → 有")."""
    return [
        (f"{q.key}:{code}", f"{q.label} → {text}")
        for q in before
        if q.only_if is None
        for code, text in q.choices
    ]


def next_key(questions: Iterable[Question], used: Iterable[str] = ()) -> str:
    """A key that no question has, nor had in an earlier edition."""
    keys = [q.key for q in questions] + list(used)
    return f"q{max((int(k[1:]) for k in keys), default=0) + 1}"


def moved(questions: Sequence[Question], key: str, step: int) -> list[Question]:
    """In another order; one that depends on an answer stays behind its question.
    Raises Invalid."""
    found = list(questions)
    i = _index(found, key)
    j = i + step
    if not 0 <= j < len(found):
        return found
    found[i], found[j] = found[j], found[i]
    seen: set[str] = set()
    for q in found:
        if q.only_if and q.only_if[0] not in seen:
            raise Invalid("跟着别的问题的，要排在那个问题后面。请先移另一题。")
        seen.add(q.key)
    return found


def without(questions: Sequence[Question], key: str) -> list[Question]:
    """Without one; what followed from it is always asked then."""
    _index(questions, key)
    kept = [q for q in questions if q.key != key]
    return [
        replace(q, only_if=None) if q.only_if and q.only_if[0] == key else q
        for q in kept
    ]  # fmt: skip


def mended(questions: Sequence[Question], new: Question) -> list[Question]:
    """With one of them changed; a condition whose answer has gone falls away."""
    codes = set(dict(new.choices))
    found = []
    for q in questions:
        lost = q.only_if and q.only_if[0] == new.key
        if lost and (new.only_if or (q.only_if and q.only_if[1] not in codes)):
            q = replace(q, only_if=None)
        found.append(new if q.key == new.key else q)
    return found


def _index(questions: Sequence[Question], key: str) -> int:
    for i, q in enumerate(questions):
        if q.key == key:
            return i
    raise Invalid("这个问题已经不在了。请看最新的问题。")


# --- answers ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """Checked answers: codes, numbers and days apart from text, which is sealed."""

    answers: Answers = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


_NUMBER = re.compile(r"\d{1,8}")


def checked(questions: Sequence[Question], raw: Mapping[str, Any]) -> Given:
    """The answers of one household. What is not asked after the answers before it is
    left out. Raises Invalid with a sentence per question."""
    given, wrong = Given(), dict[str, str]()
    for q in questions:
        if not q.asked(given.answers):
            continue
        value = raw.get(q.key)
        try:
            _take(q, value, given)
        except Invalid as error:
            wrong[q.key] = error.message
    if wrong:
        raise Invalid(fields=wrong)
    if not given.answers and not given.texts:
        raise Invalid("一个问题都没有答。请至少记一项，或选“不愿意”。")
    return given


def _take(q: Question, value: Any, given: Given) -> None:
    if value in (None, "", []) or (isinstance(value, str) and not value.strip()):
        if q.required:
            raise Invalid("这一题要答。")
        return
    if q.kind == "text":
        given.texts[q.key] = _text(str(value))
    elif q.kind == "many":
        codes = dict(q.choices)
        if not isinstance(value, list) or set(value) - set(codes):
            raise Invalid("请从列表里选。")
        given.answers[q.key] = [c for c in codes if c in value]
    elif q.kind == "number":
        text = str(value).strip()
        if not _NUMBER.fullmatch(text):
            raise Invalid("请写整数，最多8位。")
        given.answers[q.key] = int(text)
    elif q.kind == "date":
        given.answers[q.key] = _day(value)
    elif value not in dict(q.choices):
        raise Invalid("请从列表里选一项。")
    else:
        given.answers[q.key] = value


def _text(text: str) -> str:
    text = text.strip()
    if len(text) > TEXT_CHARS:
        raise Invalid(f"最多{TEXT_CHARS}字，请留最要紧的。")
    if found := private_numbers(text):
        raise Invalid(f"里面有{'、'.join(found)}，这里用不着，请去掉再记。")
    return text


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise Invalid("日期不对。请按 2026-11-23 这样写。") from error


def merged(editions: Sequence[Sequence[Question]]) -> list[Question]:
    """All questions of several editions, the newest wording first; options that were
    taken out stay readable for those who chose them."""
    found: dict[str, Question] = {}
    for questions in editions:  # newest first
        for q in questions:
            known = found.get(q.key)
            if known is None:
                found[q.key] = q
            elif known.options:
                there = dict(known.options)
                more = tuple(o for o in q.options if o[0] not in there)
                found[q.key] = replace(known, options=known.options + more)
    return list(found.values())

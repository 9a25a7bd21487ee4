"""Feedback cards as PDF: one page each, by typst. One card comes with the tags that a
screen reader needs; many come without them and in parts, each set by a process of its own
so that memory stays small, and are then put together (L47)."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import segno
import typst

from baodao.core.clock import local
from baodao.scoring import rules_counting as counting
from baodao.scoring.services.pdf_parts import join
from baodao.scoring.services.words import elsewhere
from baodao.ui import words

HERE = Path(__file__).resolve().parent.parent
FONTS = HERE.parent / "ui" / "fonts"
PART, WORKERS, ALONE = 500, 2, 60  # cards a part; processes; so many need no other
TURN = 3_000  # cards that one pair of processes sets before new ones take over
Card = Mapping[str, Any]
Told = Callable[[int], None]
# Chinese and Tibetan labels. The Tibetan awaits review by a native speaker: it says so.
WORDS = {
    "member": ("姓　　名", "མིང་།"),
    "unit": ("单　　位", "ལས་ཁུངས།"),
    "org": ("所在单位\n党 组 织", "ལས་ཁུངས་ཀྱི་ཏང་གི་རྩ་འཛུགས།"),
    "own_org": ("党 组 织", "ཏང་གི་རྩ་འཛུགས།"),
    "reported": ("报到情况", "སྙན་ཐོ་བྱས་པའི་གནས་ཚུལ།"),
    "served": ("服务情况", "ཞབས་ཞུའི་གནས་ཚུལ།"),
    "points": ("积　　分", "སྐར་གྲངས།"),
    "grade": ("等　　次", "རིམ་པ།"),
    "words": ("综合评语", "སྤྱིའི་གདེང་འཇོག"),
    "opinion": ("社区党组织\n意　　　见", "སྡེ་ཁུལ་ཏང་གི་རྩ་འཛུགས་ཀྱི་བསམ་འཆར།"),
    "subject": ("本人知悉\n与 异 议", "རང་ཉིད་ཀྱིས་ཤེས་པ།"),
    "subject_unit": ("单位知悉\n与 异 议", "ལས་ཁུངས་ཀྱིས་ཤེས་པ།"),
    "delivery": ("送　　达", "བསྐུར་བ།"),
}
TITLES_BO = {"member": "ཏང་ཡོན་གྱི་ཞབས་ཞུའི་ལན་འདེབས་བྱང་བུ།", "unit": "ལས་ཁུངས་ཀྱི་ལན་འདེབས་བྱང་བུ།"}
_ROLES = {"superior": "主送", "unit": "主送", "filing": "备案"}


@cache
def _compiler() -> Any:
    """One for the process: fonts are read once."""
    fonts: list[Any] = [str(FONTS)]
    return typst.Compiler(
        HERE / "typst" / "card.typ", root=HERE / "typst", font_paths=fonts,
        ignore_system_fonts=True,
    )  # fmt: skip


def pdf_of(cards: Sequence[Card], *, two: bool, site: str, tags: bool = True) -> bytes:
    """The PDF of these cards, in this process."""
    data = {
        "two": two,
        "words": WORDS,
        "site": site,
        "cards": [_with_code(c) for c in cards],
    }
    found: bytes = _compiler().compile(
        format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_tags=tags, **({} if tags else {"pdf_standards": "1.4"}),
    )  # fmt: skip
    return found


def one_pdf(
    cards: Sequence[Card], *, two: bool, site: str, told: Told = lambda n: None
) -> bytes:
    """One PDF of many cards."""
    if len(cards) <= ALONE:
        return pdf_of(cards, two=two, site=site)
    groups = [cards[i : i + PART] for i in range(0, len(cards), PART)]
    return join(list(_parts(groups, two, site, told)))


def zip_of(
    groups: Mapping[str, Sequence[Card]], *, two: bool, site: str,
    told: Told = lambda n: None,
) -> bytes:  # fmt: skip
    """A ZIP with a PDF for each name."""
    names, out = list(groups), io.BytesIO()
    sets = [groups[n] for n in names]
    if sum(map(len, sets)) <= ALONE:
        parts: Iterator[bytes] = (pdf_of(s, two=two, site=site) for s in sets)
    else:
        parts = _parts(sets, two, site, told)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as book:
        for name, part in zip(names, parts, strict=True):
            book.writestr(f"{name}.pdf", part)
    return out.getvalue()


def _parts(
    groups: Sequence[Sequence[Card]], two: bool, site: str, told: Told
) -> Iterator[bytes]:
    """The groups in order, by processes that are new every few groups: the compiler keeps
    what it has set, for documents that are changed and set again."""
    done = 0
    for some in _turns(groups):
        with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
            made = pool.map(_part, [(g, two, site) for g in some])
            for group, part in zip(some, made, strict=True):
                done += len(group)
                told(done)
                yield part


def _turns(groups: Sequence[Sequence[Card]]) -> Iterator[list[Sequence[Card]]]:
    """What one pair of processes sets before new ones take over."""
    some: list[Sequence[Card]] = []
    for group in groups:
        some.append(group)
        if sum(map(len, some)) >= TURN:
            yield some
            some = []
    if some:
        yield some


def _part(given: tuple[Sequence[Card], bool, str]) -> bytes:
    cards, two, site = given
    return pdf_of(cards, two=two, site=site, tags=False)


def _with_code(card: Card) -> Card:
    return {**card, "qr": qr(card["link"])} if "qr" not in card else card


# --- a card as the template wants it -----------------------------------------------------------


def qr(text: str) -> tuple[str, str]:
    """Side and dark runs of a QR code. The mask is given: to try all eight costs four
    times as much and every one of them can be read."""
    code = segno.make(text, error="l", micro=False, mask=3, boost_error=False)
    runs = [
        f"M{m.start()} {y}.5h{m.end() - m.start()}"
        for y, row in enumerate(code.matrix)
        for m in _DARK.finditer(bytes(row))
    ]
    return str(len(code.matrix)), "".join(runs)


_DARK = re.compile(rb"\x01+")


def card_data(
    it: Any, facts: Sequence[tuple[str, str]], *, link: str, printed: str
) -> dict[str, Any]:
    """One card (`FeedbackCard`) with its frozen content, as plain values."""
    c, own = it.content, it.subject == "unit"
    p = words.score
    lines = [
        f"{x['title']} {'+' if x['sign'] > 0 else '−'}{p(x['points'])}"
        for x in c["lines"]
    ]
    lines += [elsewhere(x) for x in c.get("others", ())]
    return {
        "issuer": c["issuer"], "title": c["title"], "title_bo": TITLES_BO[it.subject],
        "period": c["period"], "number": it.number, "edition": str(it.edition),
        "code": it.code, "name_label": it.subject, "org_label": "own_org" if own else "org",
        "subject_label": "subject_unit" if own else "subject",
        "name": c["name"], "org": c["org"] or "社区党员",
        "reported": c["reported"] + (f"；{c['former']}" if c["former"] else ""),
        "facts": [list(f) for f in facts], "base": p(c["base"]), "adds": p(c["adds"]),
        "deducts": p(c["deducts"]), "score": p(c["score"]),
        "lines": "；".join(lines) or "没有加分和扣分。",
        "grades": [[t, k == c["grade"]] for k, t in counting.GRADES.items()],
        "decided": _decided(it),
        "words": c["words"] + (f"　单位的话：{c['unit_words']}" if c["unit_words"] else ""),
        "opinion": _opinion(it), "subject": _subject(c), "signer": "单位" if own else "本人",
        "recipients": [
            {"role": _ROLES[k], "name": n, "sign": "经办" if k == "filing" else "签收"}
            for k, n in c["recipients"]
        ],
        "foot": f"收到本卡之日起 {c.get('appeal_days', 15)} 个工作日内，可以向{c['appeal']}申诉；对复核结果不服的，可以再向"
                f"{c['second']}提出。申诉期间等次标注“复核中”，复核结果不重于原结果。积分只是参考之一。"
                "本卡不含居民姓名和家庭信息。",
        "link": link, "printed": printed,
    }  # fmt: skip


def cut(text: str, most: int) -> str:
    """The paper has one page: what does not fit says where the rest is."""
    text = " ".join(text.splitlines())
    return text if len(text) <= most else f"{text[:most]}……（全文见系统）"


def _decided(it: Any) -> str:
    """Who gave the grade, when and why; of an appeal that nothing is final yet."""
    c = it.content
    text = _changed(it) if c.get("changed") else _by_meeting(c)
    return f"复核中，等次暂不作数。{text}" if in_review(it) else text


def in_review(it: Any) -> bool:
    """Whether the grade of a card stands aside while an appeal is heard."""
    return bool(it.evaluation.state == "under_appeal")


def _changed(it: Any) -> str:
    day = local(it.issued_at)
    why = cut(it.content["changed"], 60)
    return f"{day.year}年{day.month}月{day.day}日复核后改定：{why}"


def _by_meeting(c: Card) -> str:
    year, month, day = (int(x) for x in c["meeting"].split("-"))
    text = f"{year}年{month}月{day}日社区党组织会议研究决定"
    if c["none"]:
        return f"{text}；{c['none']}，不定等次"
    if c["grade"] != c["proposed"] and c["reason"]:
        known = counting.GRADES.get(c["proposed"], "")
        return f"{text}；建议{known}，{cut(c['reason'], 60)}"
    return f"{text}；积分为参考之一"


def _opinion(it: Any) -> str:
    to = "、".join(n for k, n in it.content["recipients"] if k != "filing" and n)
    given = it.content["grade"]
    grade = "不定等次" if given == "none" else f"评为{counting.GRADES[given]}"
    if it.content.get("changed"):
        grade = f"复核后{grade}"
    back = f"反馈{to}，并" if to else ""
    return f"同意{grade}，{back}报{it.content['second']}备案。"


def _subject(c: Card) -> str:
    if c["objection"]:
        return f"异议：{cut(c['objection'], 55)}　答复：{cut(c['answer'], 55)}"
    if c["seen"]:
        year, month, day = (int(x) for x in c["seen"].split("-"))
        return f"{year}年{month}月{day}日已阅，没有提出异议。"
    return "已告知，期限内没有提出异议。"


def printed_by(at: Any, role: str) -> str:
    """The foot: when, by which role."""
    return f"打印于 {local(at):%Y-%m-%d %H:%M} · {role}"

"""Feedback cards as PDF: 10,000 as one document and as a ZIP with one for each of 374
units, by the product's own code. No database: a card is what is frozen in it."""

import random
import resource
from collections import defaultdict
from collections.abc import Iterator
from time import perf_counter
from types import SimpleNamespace
from typing import Any

from bench.figures import Figure

N, UNITS, SECONDS = 10_000, 374, 60.0
SITE = "https://baodao.example.cn/scores/check/"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
NAMES = "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚次仁卓玛"


def main() -> Iterator[Figure]:
    from baodao.scoring.services import printing
    from baodao.scoring.services.pdf_parts import objects

    rng = random.Random(1)
    units: dict[str, list[Any]] = defaultdict(list)
    cards = []
    for i in range(N):
        unit = f"泸州市第{rng.randrange(UNITS) + 1}单位党支部"
        cards.append(_card(printing, rng, i, unit))
        units[unit].append(cards[-1])
    site = SITE.split("://", 1)[1]
    begun = perf_counter()
    one = printing.one_pdf(cards, two=False, site=site)
    yield Figure(
        "feedback_cards_10000_pdf", perf_counter() - begun, SECONDS,
        note=f"s, {len(one) / 1e6:.0f} MB, {_megabytes()} MB a process at most",
    )  # fmt: skip
    pages = sum(b"/Type/Page/" in body for body in objects(one))
    yield Figure("feedback_cards_pages", pages, N, most=False)
    del one
    begun = perf_counter()
    book = printing.zip_of(units, two=False, site=site)
    yield Figure(
        "feedback_cards_10000_zip", perf_counter() - begun, SECONDS,
        note=f"s, {len(units)} units, {len(book) / 1e6:.0f} MB, {_megabytes()} MB",
    )  # fmt: skip


def _megabytes() -> int:
    usage = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(u).ru_maxrss for u in usage) // 1024


def _card(printing: Any, rng: random.Random, i: int, unit: str) -> dict[str, Any]:
    adds, deducts = rng.randrange(200), rng.randrange(40)
    content = {
        "issuer": "莲花池街道星光社区党组织", "title": "在职党员报到服务反馈卡",
        "period": "2025年度（2025年1月1日至2025年12月31日）",
        "name": "".join((rng.choice(SURNAMES), rng.choice(NAMES), rng.choice(NAMES))),
        "org": unit, "former": "", "base": 800, "adds": adds, "deducts": deducts,
        "reported": "居住地报到：2025年2月4日，星光社区；单位联系点报到：2025年1月20日，莲花社区",
        "score": min(1000, 800 + adds - deducts), "grade": "good", "none": "",
        "lines": [{"title": "志愿服务时长", "sign": 1, "points": adds}],
        "proposed": "good", "reason": "", "unit_words": "",
        "words": f"全年参加活动{i % 9}次、服务{i % 40}小时、办成点单{i % 5}件，走访实在。",
        "meeting": "2026-01-08", "seen": "2026-01-06", "objection": "", "answer": "",
        "recipients": [["unit", unit], ["filing", "江阳区委组织部"]],
        "appeal": "莲花池街道党工委", "second": "江阳区委组织部",
    }  # fmt: skip
    it = SimpleNamespace(
        content=content, subject="member", number=f"反2025-510502001001-{i:04d}",
        edition=1, code=f"{rng.getrandbits(48):012X}", grade="good",
    )  # fmt: skip
    facts = [
        ("参加活动", f"{i % 9} 次"),
        ("服务时长", f"{i % 40} 小时"),
        ("走访", "12 次"),
    ]
    link = f"{SITE}?n=2025-510502001001-{i:04d}&c={it.code}"
    found: dict[str, Any] = printing.card_data(it, facts, link=link, printed="打印")
    return found

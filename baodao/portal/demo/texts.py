"""Wordings of orders: themes with alternatives, filled in by chance."""

import random
import re
from functools import cache
from typing import NamedTuple

from baodao.portal.demo.world import table

_GROUP = re.compile(r"\{([^{}]*\|[^{}]*)\}")
ENDINGS = (
    "", "白天都在家。", "下午方便一些。", "来之前请先打个电话。", "周末也可以。", "不着急，能办就行。",
    "家里一般都有人。", "晚上七点以后在家。", "有空来看看就好。", "麻烦了。",
)  # fmt: skip


class Theme(NamedTuple):
    """One row of the texts file. `{a|b}` is an alternative, `{1}` the first chosen."""

    category: str
    where: str
    kinds: tuple[str, ...]
    urgency: str
    goods: int
    title: str
    detail: str
    done: str
    thanks: str


class Text(NamedTuple):
    """What one order says. `title` is public; the rest is not, but `thanks` may be."""

    category: str
    urgency: str
    goods: int
    title: str
    detail: str
    done: str
    thanks: str


@cache
def themes() -> tuple[Theme, ...]:
    """All themes of the file."""
    return tuple(
        Theme(
            r["category"], r["where"], tuple(r["kinds"].split()), r["urgency"],
            int(r["goods"]), r["title"], r["detail"], r["done"], r["thanks"],
        )
        for r in table("texts.csv")
    )  # fmt: skip


@cache
def _fitting(preset: str, kind: str) -> tuple[Theme, ...]:
    return tuple(t for t in themes() if t.where in ("", preset) and kind in t.kinds)


def write(rng: random.Random, preset: str, kind: str) -> Text:
    """A wording for an order of a kind; categories come up equally often."""
    found = _fitting(preset, kind)
    category = rng.choice(sorted({t.category for t in found}))
    theme = rng.choice([t for t in found if t.category == category])
    chosen: list[str] = []

    def pick(match: re.Match[str]) -> str:
        chosen.append(rng.choice(match[1].split("|")))
        return chosen[-1]

    title = _GROUP.sub(pick, theme.title)
    detail, done, thanks = (
        re.sub(r"\{(\d)\}", lambda m: chosen[int(m[1]) - 1], part)
        for part in (theme.detail, theme.done, theme.thanks)
    )
    detail += rng.choice(ENDINGS)
    return Text(category, theme.urgency, theme.goods, title, detail, done, thanks)

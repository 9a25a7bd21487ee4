"""How alike two short Chinese texts are.

Trigrams of the database hardly help here: two phrases of six characters that mean
the same share one trigram or none. Pairs of characters do."""

from collections.abc import Iterable

# Characters that say nothing about what a wish is about.
_EMPTY = set(
    "的了是在有要我你他她您们一个不这那请把被和与就都也很吧吗呢啊一位居民户需要希望帮忙"
)


# Pairs that stand in half of all wishes and prove nothing.
_COMMON = {"老人", "家里", "想找", "想学", "方面", "没人", "住户"}


def pairs(text: str) -> frozenset[str]:
    """All neighbouring pairs of the characters that carry meaning."""
    kept = "".join(c if c.isalnum() and c not in _EMPTY else " " for c in text.lower())
    found = {part[i : i + 2] for part in kept.split() for i in range(len(part) - 1)}
    return frozenset(found - _COMMON)


def likeness(one: str, other: str) -> float:
    """0 to 1: the share of the shorter text's pairs that the longer one has too. A
    text without two pairs is like nothing."""
    a, b = pairs(one), pairs(other)
    if min(len(a), len(b)) < 2:
        return 0.0
    return len(a & b) / min(len(a), len(b))


def best(text: str, others: Iterable[str]) -> float:
    """The likeness to whichever of `others` is closest."""
    return max((likeness(text, other) for other in others), default=0.0)

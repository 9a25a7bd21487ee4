"""Invented names, Tibetan and Han style."""

import random
from functools import cache

from baodao.portal.demo.world import table


@cache
def words(kind: str) -> tuple[str, ...]:
    """One list of the names file."""
    found = {row["kind"]: tuple(row["words"].split()) for row in table("names.csv")}
    return found[kind]


def name(rng: random.Random, tibetan: int) -> str:
    """A full name; `tibetan` is the share in per cent."""
    woman = rng.random() < 0.48
    if rng.randrange(100) < tibetan:
        return _tibetan(rng, "_f" if woman else "")
    return rng.choice(words("han_surname")) + rng.choice(words("han_given"))


def _tibetan(rng: random.Random, ending: str) -> str:
    first = rng.choice(words("tibetan_first" + (ending if rng.random() < 0.5 else "")))
    if rng.random() < 0.14:
        return first
    second = rng.choice(words("tibetan_second" + ending))
    return first + (
        second if second != first else rng.choice(words("tibetan_second")[:6])
    )


def call_name(rng: random.Random, tibetan: int) -> str:
    """How a resident is addressed."""
    full = name(rng, tibetan)
    if len(full) < 4 and full[0] in words("han_surname"):
        return full[0] + rng.choice(("大爷", "阿姨", "叔叔", "大姐", "奶奶", "师傅"))
    return full[:2] + rng.choice(("阿佳", "大叔", "奶奶", "爷爷", "大姐", "师傅"))

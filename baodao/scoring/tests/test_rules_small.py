"""Small numbers in tables: no hidden one can be worked out from what is shown."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baodao.scoring.rules_small import (
    DASH,
    hidden,
    hidden_in_tree,
    shown,
    shown_in_tree,
)

FEW = 3  # small, so that every table that may be meant can be tried
Words = Sequence[Sequence[str]]


def summed(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """With the sums of rows and columns, as tables have them."""
    wide = [[*row, sum(row)] if len(row) > 1 else list(row) for row in rows]
    if len(wide) == 1:
        return wide
    return [*wide, [sum(column) for column in zip(*wide, strict=True)]]


def meant(words: Words, most: int) -> Iterator[list[list[int]]]:
    """Every table that shows these words: "<3" is one or two, "—" is three or more, or
    anything where nothing says "<3"."""
    vague = not any(w.startswith("<") for row in words for w in row)
    lines = words[:-1] if len(words) > 1 else words
    inner = [row[:-1] if len(row) > 1 else row for row in lines]
    can = {DASH: range(0 if vague else FEW, most), f"<{FEW}": range(1, FEW)}
    choices = [can.get(w) or [int(w)] for row in inner for w in row]
    for some in product(*choices):
        rows = [
            list(some[i * len(inner[0]) : (i + 1) * len(inner[0])])
            for i in range(len(inner))
        ]
        table = summed(rows)
        if all(
            n in can[w] or (w == DASH and n >= most) if w in can else n == int(w)
            for row, said in zip(table, words, strict=True)
            for n, w in zip(row, said, strict=True)
        ):
            yield table


def check(rows: Sequence[Sequence[int]]) -> None:
    table = summed(rows)
    words, hid = shown(table, few=FEW), hidden(table, few=FEW)
    assert {
        (i, j) for i, r in enumerate(table) for j, n in enumerate(r) if 0 < n < FEW
    } <= hid
    tables = list(meant(words, max(map(max, rows)) + FEW + 2))
    assert table in tables
    for i, j in hid:
        assert len({t[i][j] for t in tables}) > 1, (table, words, (i, j))
    lines = [[(i, j) for j in range(len(table[0]))] for i in range(len(table))]
    lines += [[(i, j) for i in range(len(table))] for j in range(len(table[0]))]
    for *parts, end in lines:
        some = [table[i][j] for i, j in parts if (i, j) in hid]
        assert not some or end in hid or sum(some) >= FEW, (table, words)


@pytest.mark.req("L45")
@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 2).flatmap(
        lambda n: st.lists(
            st.lists(st.integers(0, 5), min_size=n, max_size=n), min_size=1, max_size=2
        )
    )
)
def test_no_hidden_number_can_be_computed_from_what_is_shown(
    rows: list[list[int]],
) -> None:
    check(rows)


@pytest.mark.parametrize(("rows", "words"), [
    # One small number: another of its row, and the same two of another row.
    ([[1, 9], [8, 7]], [["<3", "—", "10"], ["—", "—", "15"], ["9", "16", "25"]]),
    # "<3" twice with a sum of two would be one and one.
    ([[1, 1, 9]], [["<3", "<3", "—", "11"]]),
    ([[0, 2]], [["0", "<3", "<3"]]),
    ([[2], [2]], [["<3"], ["<3"], ["—"]]),
    ([[20, 9], [8, 70]], [["20", "9", "29"], ["8", "70", "78"], ["28", "79", "107"]]),
])  # fmt: skip
def test_what_is_hidden_with_a_small_number(
    rows: list[list[int]], words: list[list[str]]
) -> None:
    assert shown(summed(rows), few=FEW) == words


def test_what_stands_elsewhere_too_is_hidden_only_when_it_is_small() -> None:
    column = [[3], [20], [9], [32]]
    assert shown(column, keep={(3, 0)}) == [["<5"], ["20"], ["—"], ["32"]]
    # Nothing else is left: then not even "<5" is said, which would give four and four.
    assert shown([[4], [4], [8]], keep={(2, 0)}) == [["—"], ["—"], ["8"]]


def test_a_county_is_quick() -> None:
    rows = [[(i * 7 + j * 3) % 11 for j in range(4)] for i in range(100)]
    assert len(hidden(summed(rows))) > 100


# --- pages above and below --------------------------------------------------------------------


Leaf = Sequence[int]


def forest(
    parts: Sequence[Sequence[Leaf]],
) -> tuple[list[list[int]], list[int | None]]:
    """A county of towns, each with rows of communities: the tables of its pages, the
    whole first, and which row is a part of which."""
    table, above = [[0]], list[int | None]([None])
    for town in parts:
        above.append(0)
        here = len(table)
        rows = [[*r, sum(r)] if len(r) > 1 else list(r) for r in town]
        table += [[sum(column) for column in zip(*rows, strict=True)], *rows]
        above += [here] * len(rows)
    towns = [row for row, whole in zip(table, above, strict=True) if whole == 0]
    table[0] = [sum(column) for column in zip(*towns, strict=True)]
    return table, above


def counties(words: Words, sizes: Sequence[int], most: int) -> Iterator[Any]:
    """Every county that shows these words on all of its pages."""
    vague = not any(w.startswith("<") for row in words for w in row)
    can = {DASH: range(0 if vague else FEW, most), f"<{FEW}": range(1, FEW)}
    width = max(1, len(words[0]) - 1)
    inner, at = [], 2
    for size in sizes:
        for row in words[at : at + size]:
            inner += [can.get(w) or [int(w)] for w in row[:width]]
        at += size + 1
    for some in product(*inner):
        rows = [some[i : i + width] for i in range(0, len(some), width)]
        ends = list(accumulate(sizes))
        its = [rows[end - n : end] for n, end in zip(sizes, ends, strict=True)]
        found, _ = forest(its)
        if all(
            n in can[w] or (w == DASH and n >= most) if w in can else n == int(w)
            for row, said in zip(found, words, strict=True)
            for n, w in zip(row, said, strict=True)
        ):
            yield found


def towns(width: int, most: int) -> Any:
    row = st.lists(st.integers(0, 5), min_size=width, max_size=width)
    return st.lists(st.lists(row, min_size=1, max_size=most), min_size=1, max_size=2)


@pytest.mark.req("L45", "L46")
@settings(max_examples=120, deadline=None)
@given(
    towns(1, 3)
    | towns(2, 1)
    | st.lists(towns(2, 2).map(lambda t: t[0]), min_size=1, max_size=1)
)
def test_no_hidden_number_can_be_computed_from_the_pages_above_and_below(
    parts: list[list[list[int]]],
) -> None:
    table, above = forest(parts)
    words, hid = shown_in_tree(table, above, FEW), hidden_in_tree(table, above, FEW)
    tables = list(counties(words, [len(t) for t in parts], 7))
    assert table in tables
    for i, j in hid:
        assert len({t[i][j] for t in tables}) > 1, (parts, words, (i, j))
    for i, row in enumerate(table):
        for j, n in enumerate(row):
            assert not 0 < n < FEW or (i, j) in hid
            assert words[i][j] in (str(n), DASH, f"<{FEW}")


def test_what_was_hidden_for_the_sake_of_another_is_hidden_one_level_down_too() -> None:
    """A county of 3 and one of 20 in two communities: the 20 would give the 3 away, on
    the page of the prefecture or on its own."""
    table, above = forest([[[3]], [[9], [11]], [[40], [50]]])
    alone = [[3], [20], [90], [113]]
    assert shown(alone) == [["<5"], ["—"], ["90"], ["113"]]
    assert shown([[9], [11], [20]]) == [["9"], ["11"], ["20"]], "by itself it may be"
    words = [row[0] for row in shown_in_tree(table, above)]
    assert words == ["113", "<5", "<5", "—", "—", "11", "90", "40", "50"]


def test_a_tree_with_bands_is_a_table_on_every_page() -> None:
    table, above = forest([[[2, 9], [8, 7]], [[30, 40]]])
    said = shown_in_tree(table, above)
    assert said[2:4] == [["<5", "—", "11"], ["—", "—", "15"]]
    assert said[:2] == [["40", "56", "96"], ["10", "16", "26"]]


def test_a_prefecture_of_many_communities_is_quick() -> None:
    """1,700 communities in 120 towns of 7 counties."""
    leaf = [[(i * 7 + j * 3) % 13 for j in range(4)] for i in range(1_700)]
    rows: list[list[int]] = [[*r, sum(r)] for r in leaf]
    town, county = [i % 120 for i in range(1_700)], [t % 7 for t in range(120)]
    above: list[int | None] = [None, *[0] * 7, *(1 + c for c in county)]
    above += [8 + t for t in town]
    table = [[0] * 5 for _ in range(8 + 120)] + rows
    for i in range(len(table) - 1, 0, -1):
        whole = above[i]
        assert whole is not None
        table[whole] = [a + b for a, b in zip(table[whole], table[i], strict=True)]
    assert len(hidden_in_tree(table, above)) > 1_000

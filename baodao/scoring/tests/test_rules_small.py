"""Small numbers in tables: no hidden one can be worked out from what is shown."""

from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baodao.scoring.rules_small import DASH, hidden, shown

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

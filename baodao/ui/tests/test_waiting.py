"""The who-waited bar adds up and leaves nobody out."""

from hypothesis import given
from hypothesis import strategies as st

from baodao.ui.shapes import Part, Side
from baodao.ui.waiting import LABELS, sentence, waiting

PARTS = [
    Part("community", 550),
    Part("resident", 90),
    Part("unit", 2640, 1200),
    Part("pause", 840, label="夜间暂停"),
]


def test_the_legend_is_longest_first_and_pause_last() -> None:
    bar = waiting(PARTS)
    assert [key.side for key in bar.keys] == ["unit", "community", "resident", "pause"]
    assert bar.keys[0].late == "超时 20 小时"
    assert bar.idle == "党员、上级"


def test_narrow_segments_have_no_words() -> None:
    assert [bool(s.text) for s in waiting(PARTS).segments] == [True, False, True, True]


def test_the_sentence_above_names_the_pause() -> None:
    assert sentence(PARTS) == "已用 2 天 20 小时 40 分，其中暂停不计 14 小时"
    assert sentence(PARTS[:1]) == "已用 9 小时 10 分"


sides = st.sampled_from(list(LABELS))


@given(st.lists(st.tuples(sides, st.integers(0, 100_000)), max_size=12))
def test_every_share_has_a_class_in_the_stylesheet(
    rows: list[tuple[Side, int]],
) -> None:
    bar = waiting([Part(side, minutes) for side, minutes in rows])
    assert all(1 <= s.share <= 100 for s in bar.segments)
    assert len(bar.segments) == sum(1 for _, minutes in rows if minutes)

"""What people write in a cell, and what it means."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.sheets import cells
from baodao.sheets.cells import Remark, Unclear, day, phone, said, tidy, yes

# Cells know no zone.
MIDNIGHT = datetime.combine(date(2026, 2, 4), time())
MORNING = datetime.combine(date(2026, 2, 4), time(8, 30))
NUMBERS = {"repair": "家电维修", "medical": "医护", "law": "法律咨询"}


def refused(clean: Callable[[Any], Any], cell: Any) -> str:
    with pytest.raises(Unclear) as unclear:
        clean(cell)
    return unclear.value.message


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("２０２６年２月４日", date(2026, 2, 4)),
        ("2026-02-04", date(2026, 2, 4)),
        ("2026/2/4", date(2026, 2, 4)),
        ("2026.2.4", date(2026, 2, 4)),
        ("2026．2．4", date(2026, 2, 4)),
        ("20260204", date(2026, 2, 4)),
        (20260204.0, date(2026, 2, 4)),
        ("2026年2月4日", date(2026, 2, 4)),
        ("2026 年 2 月 4 日", date(2026, 2, 4)),
        ("2026年2月4号", date(2026, 2, 4)),
        ("二〇二六年二月四日", date(2026, 2, 4)),
        ("二○二六年十二月三十一日", date(2026, 12, 31)),
        ("二零二六年十月二十日", date(2026, 10, 20)),
        ("2026-02-04 00:00:00", date(2026, 2, 4)),
        ("2026-02-04T09:30", date(2026, 2, 4)),
        (46057.0, date(2026, 2, 4)),
        ("46057", date(2026, 2, 4)),
        (MORNING, date(2026, 2, 4)),
        (date(2026, 2, 4), date(2026, 2, 4)),
    ],
)
def test_dates_in_the_ways_people_write_them(cell: Any, wanted: date) -> None:
    assert day(cell) == wanted


def test_a_month_without_a_day_is_its_first_and_says_so() -> None:
    assert day("2019年7月") == Remark(date(2019, 7, 1), "没写哪一天，按7月1日登记")
    assert day("2019.07").value == date(2019, 7, 1)


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ("2026/2/30", "2月没有30日"),
        ("2026-13-01", "没有13月"),
        ("20260230", "2月没有30日"),
        ("26.2.4", "看不出是哪一天"),
        (2026.1, "看不出是哪一天"),
        (2026.0, "看不出是哪一天"),
        ("不详", "看不出是哪一天"),
        ("1026-02-04", "年份不对"),
    ],
)
def test_a_date_that_is_none_says_why(cell: Any, part: str) -> None:
    assert part in refused(day, cell)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (13800000000.0, "13800000000"),
        ("13800000000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("138-0000-0000", "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("+86 13800000000", "13800000000"),
        ("008613800000000", "13800000000"),
        ("'13800000000", "13800000000"),
        ("1.38E+10", "13800000000"),
        ("0897-2821234", "08972821234"),
        ("（0897）2821234", "08972821234"),
        (8972821234.0, "08972821234"),
        ("2821234", "2821234"),
    ],
)
def test_telephone_numbers_however_a_table_keeps_them(cell: Any, wanted: str) -> None:
    if cell == "1.38E+10":
        # Three digits are left of eleven: which number it was nobody knows.
        assert "科学计数" in refused(phone, cell)
    else:
        assert phone(cell) == wanted


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ("13800 00", "少4位"),
        ("138000000001", "多1位"),
        ("没有", "不像电话号码"),
        ("12", "手机号是11位"),
        (1.38e15, "后几位变成了 0"),
    ],
)
def test_a_telephone_number_that_is_none_says_why(cell: Any, part: str) -> None:
    assert part in refused(phone, cell)


def test_of_two_telephone_numbers_the_first_good_one_is_taken() -> None:
    assert phone("13800000000/13900000000") == Remark(
        "13800000000", "有几个号码，只登记第一个"
    )
    assert phone("无；13900000000").value == "13900000000"


def test_codes_keep_their_zeros() -> None:
    number = cells.code(4, "户")
    assert [
        number(c) for c in (312.0, "312", "户312", "0312", "户 0312", "３１２")
    ] == ["0312"] * 6
    assert cells.code()(542523100001.0) == "542523100001"
    assert cells.code()("5425-000123") == "5425-000123"
    assert "科学计数" in refused(cells.code(), "5.42523E+11")
    assert "后几位变成了 0" in refused(cells.code(), 540102199001011234.0)
    assert "不是小数" in refused(cells.code(), 3.5)


def test_words_from_a_list_by_title_or_by_what_people_say() -> None:
    one = cells.one_of(NUMBERS, {"修家电": "repair"})
    assert one("家电维修") == one(" 家电 维修 ") == one("修家电") == "repair"
    with pytest.raises(Unclear) as unclear:
        one("修电脑")
    assert ("医护", "医护") in unclear.value.options


@pytest.mark.parametrize(
    "cell",
    [
        "医护、家电维修",
        "医护，家电维修",
        "医护,家电维修；",
        "医护/家电维修",
        "医护 家电维修",
        "医护\n家电维修",
    ],
)
def test_several_words_in_one_cell_are_taken_apart(cell: str) -> None:
    assert cells.many_of(NUMBERS)(cell) == ["repair", "medical"]


def test_an_unknown_word_among_known_ones_is_named() -> None:
    with pytest.raises(Unclear) as unclear:
        cells.many_of(NUMBERS)("医护、修电脑")
    assert "“修电脑”" in unclear.value.message
    assert unclear.value.options == (("医护", "只留医护"),)


def test_yes_and_no_however_they_are_ticked() -> None:
    assert [yes(c) for c in ("是", "√", "Y", 1.0, True, "有", "TRUE")] == [True] * 7
    assert [yes(c) for c in ("否", "×", "n", 0.0, False, "无", "false")] == [False] * 7
    assert "是”或“否" in refused(yes, "也许")


def test_numbers_with_separators_and_measure_words() -> None:
    number = cells.number(0, 10_000)
    assert [number(c) for c in ("1,234", "1234人", 1234.0, "１２３４", "1234.0")] == [
        1234
    ] * 5
    assert "整数" in refused(number, 1.5)
    assert "0到10000" in refused(number, "20000")
    assert "写数字" in refused(number, "很多")


def test_numbers_that_may_not_be_kept_are_wiped_out_of_free_text() -> None:
    found = cells.words("张三，540102199001011239")
    assert found == Remark("", "像是身份证号，本系统不存。已抹去，不会写入")
    assert cells.words("2单元301") == "2单元301"


def test_characters_that_no_text_may_hold_are_dropped() -> None:
    assert tidy("王\x00小\x0b明\x7f\x1f") == "王小 明"


def test_a_cell_is_shown_as_it_stands_in_the_table() -> None:
    shown = [said(c) for c in (13800000000.0, 3.5, True, None, " 甲 ", MIDNIGHT)]
    assert shown == ["13800000000", "3.5", "是", "", "甲", "2026-02-04"]


# --- what holds for any cell ----------------------------------------------------------

ANY_TEXT = st.text(max_size=40)


@given(ANY_TEXT)
def test_tidying_twice_changes_nothing(text: str) -> None:
    once = tidy(text)
    # An apostrophe goes once at a time: only a cell that began with several differs.
    assert tidy(once) == once or once.startswith("'")


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_date_reads_back_from_every_way_of_writing_it(d: date) -> None:
    ways = [
        d.isoformat(), f"{d.year}/{d.month}/{d.day}", f"{d.year}.{d.month}.{d.day}",
        f"{d:%Y%m%d}", f"{d.year}年{d.month}月{d.day}日", said(datetime.combine(d, time())),
    ]  # fmt: skip
    assert {day(way) for way in ways} == {d}
    serial = (d - date(1899, 12, 30)) / timedelta(days=1)
    if serial >= 10_000:
        assert day(serial) == d


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mobile_number_reads_back_from_every_way_of_writing_it(number: str) -> None:
    ways: list[Any] = [
        number, float(number), f"+86{number}", f"{number[:3]}-{number[3:7]}-{number[7:]}",
        "".join(chr(ord(c) + 0xFEE0) for c in number),
    ]  # fmt: skip
    assert {phone(way) for way in ways} == {number}
    assert phone(phone(number)) == number


@given(st.lists(st.sampled_from(sorted(NUMBERS)), unique=True, min_size=1))
def test_chosen_words_written_out_read_back_the_same(codes: list[str]) -> None:
    written = "、".join(NUMBERS[c] for c in codes)
    assert sorted(cells.many_of(NUMBERS)(written)) == sorted(codes)


@given(
    st.one_of(ANY_TEXT, st.floats(allow_nan=False, allow_infinity=False), st.booleans())
)
def test_no_cell_breaks_the_cleaning(cell: Any) -> None:
    """Whatever is in the file: a value, or a sentence for the person."""
    for clean in (
        cells.text, cells.words, phone, day, yes, cells.code(4, "户"), cells.number(),
        cells.decimal(0, 90), cells.one_of(NUMBERS), cells.many_of(NUMBERS),
    ):  # fmt: skip
        try:
            clean(cell)
        except Unclear as unclear:
            assert unclear.message and not unclear.message.endswith("。")

"""Flows, windows and terms, without a database."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.core.errors import Conflict, Invalid
from baodao.exchange import rules as shared
from baodao.exchange.agreements import rules
from baodao.exchange.agreements.scans import cleaned, without_exif

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


@pytest.mark.req("L18")
def test_a_monthly_item_of_a_year_gives_twelve_windows() -> None:
    found = rules.spans("monthly", date(2026, 11, 1), date(2027, 11, 1))
    assert len(found) == 12
    assert found[0] == ("2026-11", "2026年11月", date(2026, 11, 1), date(2026, 11, 30))


def test_a_month_that_has_hardly_begun_or_ended_is_not_owed() -> None:
    found = rules.spans("monthly", date(2026, 11, 25), date(2027, 2, 5))
    assert [s.key for s in found] == ["2026-12", "2027-01"]
    quarters = rules.spans("quarterly", date(2026, 11, 25), date(2027, 11, 25))
    assert [s.key for s in quarters] == [
        "2026-Q4", "2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4",
    ]  # fmt: skip
    assert quarters[0].words == "2026年第四季度"


@given(st.sampled_from(sorted(rules.CADENCES)), DAYS, st.integers(1, 1000))
def test_windows_lie_within_the_term_and_do_not_overlap(
    cadence: str, start: date, days: int
) -> None:
    end = start + timedelta(days=days)
    found = rules.spans(cadence, start, end)
    assert len({s.key for s in found}) == len(found)
    for s in found:
        assert start <= s.first <= s.last < end
    for a, b in itertools.pairwise(found):
        assert a.last < b.first


def test_the_end_is_announced_twice_and_never_a_second_time() -> None:
    end = date(2027, 3, 1)
    asked = [
        rules.next_reminder(0, end, end - timedelta(days=n)) for n in (61, 60, 31, 30)
    ]
    assert asked == [0, 1, 1, 2]
    assert rules.next_reminder(2, end, end - timedelta(days=50)) == 2


def test_a_term_has_an_end_after_its_start_within_three_years() -> None:
    day = date(2026, 1, 1)
    assert rules.term_problem(day, day)
    assert rules.term_problem(day, date(2030, 1, 1))
    assert not rules.term_problem(day, date(2027, 1, 1))


def test_both_sides_sign_before_anybody_files() -> None:
    with pytest.raises(Conflict):
        rules.FLOW.step("unit_signed", "file")
    assert rules.FLOW.step("both_signed", "file") == "filed"


@pytest.mark.req("L19", "L27")
def test_every_joint_type_has_a_usual_mechanism() -> None:
    assert set(shared.USUAL) == set(shared.JOINT_TYPES)
    assert set(shared.USUAL.values()) <= set(shared.MECHANISMS)


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def test_a_photographed_page_keeps_its_picture_and_loses_place_and_device() -> None:
    picture = _segment(0xDA, b"\x01") + b"pixels\xff\x00more\xff\xd9"
    data = (
        b"\xff\xd8" + _segment(0xE0, b"JFIF") + _segment(0xE1, b"Exif GPS 80.1 32.5")
        + _segment(0xFE, b"phone of A") + _segment(0xDB, b"table") + picture
    )  # fmt: skip
    kept = without_exif(data + b"a film behind the picture")
    assert kept == (
        b"\xff\xd8" + _segment(0xE0, b"JFIF") + _segment(0xDB, b"table") + picture
    )
    assert cleaned(data)[0] == "image/jpeg"


@pytest.mark.parametrize(
    "data",
    [b"GIF89a", b"<html>", b"\xff\xd8\xff\xe1\x00", b"%PDF-" + b"0" * 4_194_304],
)
def test_only_a_whole_pdf_or_jpeg_of_four_megabytes_is_kept(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        cleaned(data)
    assert "file" in refused.value.fields

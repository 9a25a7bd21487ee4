"""The windows of a year against an independent calculation, day by day."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.core.errors import Invalid
from baodao.duties import cadence
from baodao.places.festivals import FOCUS, festivals, regional
from baodao.places.settings import FESTIVALS, KEYS

DAY = timedelta(days=1)
NATION = set(KEYS["visits.festivals"].default)
TIBET = NATION | set(regional("54/25/"))
YEARS = st.integers(2024, 2035)
GROUPS = st.sets(st.sampled_from(["elder", "minor", "disabled", "hardship"]))
RANK = [
    "spring_festival", "losar", "children_day", "disabled_day", "double_ninth",
    "national_day", "mid_autumn", "shoton", "dragon_boat", "party_day", "new_year",
    "qingming", "labour_day",
]  # fmt: skip


def feasts(
    year: int, kept: set[str], focus: set[str], **more: object
) -> list[cadence.Window]:
    return cadence.feasts(festivals(year), kept, focus, **more)  # type: ignore[arg-type]


def by_hand(year: int, kept: set[str], focus: set[str]) -> set[tuple[date, date]]:
    """Walks through the ranks and paints calendar days: (first, last) of each visit."""
    days, taken, found = festivals(year), set[str](), list[set[date]]()
    for key in RANK:
        if key in taken or key not in kept or FOCUS.get(key, "") not in ("", *focus):
            continue
        mine = {key}
        for other in RANK:
            if (
                other in kept
                and FOCUS.get(other, "") in ("", *focus)
                and other not in taken
            ):
                a, b = days[key], days[other]
                both = {key, other}
                if (
                    both == {"spring_festival", "losar"}
                    and abs((a.first - b.first).days) < 10
                ):
                    mine.add(other)
                if "national_day" in both:
                    big, small = (a, b) if key == "national_day" else (b, a)
                    if big.first <= small.first <= big.last:
                        mine.add(other)
        taken |= mine
        painted = set[date]()
        start = min(days[k].first for k in mine) - 7 * DAY
        end = max(days[k].last for k in mine)
        while start <= end:
            painted.add(start)
            start += DAY
        found.append(painted)
    return {(min(p), max(p)) for p in found[:5]}


@pytest.mark.req("L39")
@given(YEARS, st.booleans(), GROUPS)
def test_the_festivals_of_a_year_are_those_of_the_rule(
    year: int, in_tibet: bool, focus: set[str]
) -> None:
    kept = TIBET if in_tibet else NATION
    windows = feasts(year, kept, focus)
    assert {(w.opens_on, w.due_on) for w in windows} == by_hand(year, kept, focus)
    assert len(windows) <= 5 and len({w.key for w in windows}) == len(windows)


@pytest.mark.parametrize(
    ("year", "together"), [(2025, False), (2026, True), (2027, True), (2028, False)]
)
def test_case_29_losar_and_spring_festival_are_one_visit_only_when_close(
    year: int, together: bool
) -> None:
    keys = [w.key for w in feasts(year, TIBET, set())]
    assert (f"{year}-spring_festival+losar" in keys) is together
    assert (f"{year}-losar" in keys) is not together


def test_in_2026_one_window_reaches_from_before_the_spring_festival_over_losar() -> (
    None
):
    window = feasts(2026, TIBET, set())[0]
    assert window.title == "春节、藏历新年走访"
    assert (window.opens_on, window.due_on) == (date(2026, 2, 10), date(2026, 2, 24))


@pytest.mark.parametrize(
    ("year", "key"),
    [(2025, "mid_autumn"), (2028, "mid_autumn"), (2031, "mid_autumn"),
     (2030, "double_ninth"), (2033, "double_ninth")],
)  # fmt: skip
def test_case_28_what_lies_in_the_national_holiday_is_the_same_visit(
    year: int, key: str
) -> None:
    windows = feasts(year, NATION, {"elder"})
    merged = [w for w in windows if "national_day" in w.key]
    assert len(merged) == 1 and key in merged[0].key


@pytest.mark.parametrize(
    ("year", "day"), [(2025, date(2025, 10, 6)), (2028, date(2028, 10, 3)), (2033, date(2033, 9, 8))]
)  # fmt: skip
def test_case_27_festivals_are_bound_to_the_month_that_is_no_leap_month(
    year: int, day: date
) -> None:
    assert festivals(year)["mid_autumn"].first == day


def test_a_groups_own_day_is_for_that_group_only() -> None:
    for focus, key in (("elder", "double_ninth"), ("minor", "children_day")):
        assert any(key in w.key for w in feasts(2026, NATION, {focus}))
        assert not any(key in w.key for w in feasts(2026, NATION, set()))


@given(YEARS, st.sets(st.integers(1, 12)), GROUPS)
def test_nobody_comes_in_a_month_in_which_the_household_wants_no_visit(
    year: int, quiet: set[int], focus: set[str]
) -> None:
    assert {w.opens_on.month for w in cadence.months(year, quiet)}.isdisjoint(quiet)
    days = {w.owed_from for w in feasts(year, TIBET, focus, quiet=quiet)}
    assert {d.month for d in days if d}.isdisjoint(quiet)


@given(YEARS, st.sampled_from(sorted(cadence.PERIODS)))
def test_the_periods_of_a_year_cover_each_day_once(year: int, name: str) -> None:
    covered: Counter[date] = Counter()
    for w in cadence.periods(name, year, "例会"):
        day = w.opens_on
        while day <= w.due_on:
            covered[day] += 1
            day += DAY
    assert set(covered.values()) == {1}
    assert len(covered) == (date(year + 1, 1, 1) - date(year, 1, 1)).days


def test_a_year_that_the_table_does_not_have_is_refused_in_words() -> None:
    with pytest.raises(Invalid, match="2050年"):
        festivals(2050)


def test_every_festival_that_can_be_chosen_has_a_rank() -> None:
    assert set(RANK) == set(FESTIVALS)
    assert {*cadence.ORDER, *cadence.FOCUS} - {"focus"} == set(FESTIVALS)

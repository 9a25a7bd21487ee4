from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.matching.ranking import (
    MemberCandidate,
    Suggestion,
    UnitCandidate,
    Wanted,
    km,
    rank_members,
    rank_units,
)
from baodao.matching.words import best, likeness

HERE = (80.10, 32.50)
WANTED = Wanted(
    functions={"housing": "住房城建", "fire_safety": "消防应急"},
    skills={"repair": "家电维修", "plumbing": "水暖管道"},
    at=HERE,
    local_now=datetime(2026, 11, 23, 14, 10, tzinfo=ZoneInfo("Asia/Shanghai")),
)


def texts(suggestion: Suggestion) -> list[tuple[str, str]]:
    return [(r.tone, r.text) for r in suggestion.reasons]


@pytest.mark.req("A15")
def test_a_fitting_contact_unit_close_by_comes_first_and_says_why() -> None:
    housing = UnitCandidate(
        "1", "地区住建局", ["housing"], (80.11, 32.505), True, "森格社区", 31, 2, 2, 1
    )
    heating = UnitCandidate("2", "供暖公司", [], None, False, "康乐新居社区", 18)
    first, second = rank_units(WANTED, [heating, housing])
    assert first.name == "地区住建局"
    assert first.under == "联系点：森格社区 · 在职党员 31 人"
    assert texts(first) == [
        ("ok", "职能相符：住房城建"),
        ("ok", "会家电维修、水暖管道的党员 2 人"),
        ("ok", "相距 1.1 公里"),
        ("warn", "本月已超时 1 次"),
    ]
    assert ("warn", "不是本社区联系单位") in texts(second)


def test_distance_does_not_matter_for_what_a_phone_call_settles() -> None:
    far = UnitCandidate("1", "司法局", ["justice"], (85.0, 33.0), True)
    by_phone = Wanted(functions={"justice": "司法公安"}, at=HERE, by_phone=True)
    at_the_door = Wanted(functions={"justice": "司法公安"}, at=HERE)
    assert not any("公里" in r.text for r in rank_units(by_phone, [far])[0].reasons)
    assert (
        rank_units(by_phone, [far])[0].score > rank_units(at_the_door, [far])[0].score
    )


def test_a_unit_that_returned_this_order_goes_to_the_end() -> None:
    wanted = Wanted(functions={"housing": "住房城建"}, returned_by=["地区住建局"])
    again = UnitCandidate("1", "地区住建局", ["housing"], contact=True)
    other = UnitCandidate("2", "县林草局", contact=True)
    assert [s.name for s in rank_units(wanted, [again, other])] == [
        "县林草局",
        "地区住建局",
    ]


def test_load_and_late_answers_move_a_unit_down() -> None:
    free = UnitCandidate("1", "乙局", ["housing"])
    busy = UnitCandidate("2", "甲局", ["housing"], load=4, late=2)
    ranked = rank_units(WANTED, [busy, free])
    assert [s.name for s in ranked] == ["乙局", "甲局"]
    assert ("warn", "手头已有 4 单") in texts(ranked[1])


def test_members_with_the_skill_who_live_here_and_are_free_tonight_come_first() -> None:
    fit = MemberCandidate("1", "张伟", ["repair"], ["weekday_evening"], True)
    plain = MemberCandidate("2", "陈静", [], ["weekend_day"])
    first, second = rank_members(WANTED, [plain, fit])
    assert texts(first) == [
        ("ok", "会家电维修"),
        ("ok", "住在本社区"),
        ("ok", "今天晚上有空"),
    ]
    assert texts(second) == [("plain", "周末白天有空")]


@given(st.permutations(list(range(8))))
def test_the_order_does_not_depend_on_the_order_of_the_candidates(
    order: list[int],
) -> None:
    units = [UnitCandidate(str(i), f"单位{i % 3}", load=i % 2) for i in range(8)]
    expected = [s.id for s in rank_units(WANTED, units)]
    assert [s.id for s in rank_units(WANTED, [units[i] for i in order])] == expected


def test_kilometres_between_two_towns() -> None:
    assert km(HERE, HERE) == 0
    assert 100 < km((80.10, 32.50), (81.17, 32.50)) < 101


def test_the_same_need_in_other_words_is_alike_and_another_need_is_not() -> None:
    one = "烟道两年没清，最近生火倒烟"
    assert likeness(one, "炉子倒烟，烟道该清了") > 0.3
    assert likeness(one, "孩子放学后没人照看") == 0
    assert likeness("修", "修") == 0
    assert best(one, ["门前路灯不亮", "家里烟道堵了倒烟"]) > 0.3
    assert best(one, []) == 0

"""Questions, answers, sums and small numbers, without a database."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baodao.core.errors import Invalid
from baodao.core.text import not_to_be_asked
from baodao.surveys import asking, rules, starters, summing
from baodao.surveys.asking import Question, Wording

HAS = Question("q1", "yesno", "家里有老人吗", required=True)
WHO = Question(
    "q2", "one", "和谁住", required=True, options=(("o1", "自己"), ("o2", "儿女")),
    only_if=("q1", "yes"),
)  # fmt: skip
MANY = Question("q3", "many", "需要什么", options=(("o1", "送餐"), ("o2", "打扫")))
N = Question("q4", "number", "几口人")
TEXT = Question("q5", "text", "还有什么")
ALL = [HAS, WHO, MANY, N, TEXT]


def refused(do: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        do()
    return error.value.fields


@pytest.mark.req("A06")
def test_questions_are_kept_and_read_as_they_were() -> None:
    assert asking.load(asking.dump(ALL)) == ALL
    for _, _, _, rows in starters.ROWS:
        assert asking.dump(asking.load(rows)) == [
            {k: rows_[k] for k in rows_} for rows_ in rows
        ]


@pytest.mark.parametrize(
    ("label", "what"),
    [
        ("您的身份证号码", "身份证号"), ("有没有宗教信仰", "宗教信仰"), ("是什么民族", "民族"),
        ("低保证编号", "收入证明、低保证"), ("银行卡在哪家行", "银行账户"), ("请拍照留存", "照片、定位"),
    ],
)  # fmt: skip
def test_a_question_for_what_may_not_be_collected_is_asked_about(
    label: str, what: str
) -> None:
    assert not_to_be_asked(label) == [what]
    said = refused(lambda: asking.worded(Wording("text", label), [], None))
    assert what in said["label"] and "不能收集" in said["label"]
    assert asking.worded(Wording("text", label, sure=True), [], None).label == label


def test_the_templates_ask_for_nothing_of_the_kind() -> None:
    for _, _, why, rows in starters.ROWS:
        for q in asking.load(rows):
            text = f"{why}{q.label}{''.join(t for _, t in q.options)}"
            assert not_to_be_asked(text) == [], q.label


def test_a_choice_has_two_options_and_keeps_their_codes() -> None:
    one = Wording("one", "和谁住", options="自己\n\n儿女\n自己")
    q = asking.worded(one, [], None)
    assert q.options == (("o1", "自己"), ("o2", "儿女"))
    again = asking.worded(Wording("one", "和谁住", options="儿女\n别人"), [], q)
    assert again.options == (("o2", "儿女"), ("o3", "别人"))
    assert (
        "两个选项"
        in refused(
            lambda: asking.worded(Wording("many", "什么", options="一个"), [], None)
        )["options"]
    )


def test_a_condition_goes_one_level_deep_and_stays_behind_its_question() -> None:
    assert ("q1:yes", "家里有老人吗 → 是") in asking.conditions(ALL)
    assert all(not c.startswith("q2") for c, _ in asking.conditions(ALL))
    deep = Wording("text", "为什么", only_if="q2:o1")
    assert "only_if" in refused(lambda: asking.worded(deep, ALL, None))
    with pytest.raises(Invalid):
        asking.moved(ALL, "q2", -1)
    assert [q.key for q in asking.moved(ALL, "q2", 1)][:3] == ["q1", "q3", "q2"]
    assert asking.without(ALL, "q1")[0].only_if is None
    assert asking.next_key(ALL, {"q9"}) == "q10"


def test_what_is_not_asked_is_neither_wanted_nor_kept() -> None:
    given_ = asking.checked(ALL, {"q1": "no", "q2": "o1", "q4": "3", "q5": " 没有 "})
    assert given_.answers == {"q1": "no", "q4": 3} and given_.texts == {"q5": "没有"}
    assert "q2" in refused(lambda: asking.checked(ALL, {"q1": "yes"}))


@pytest.mark.parametrize(
    ("key", "value"),
    [("q1", "也许"), ("q3", ["o9"]), ("q4", "三"), ("q4", "-1"), ("q5", "13900000000")],
)
def test_answers_that_cannot_be_are_refused(key: str, value: Any) -> None:
    raw = {"q1": "no", key: value}
    assert key in refused(lambda: asking.checked(ALL, raw))


def test_nothing_at_all_is_not_an_answer() -> None:
    with pytest.raises(Invalid):
        asking.checked([N, TEXT], {"q4": "", "q5": " "})


def test_an_old_option_stays_readable_after_a_new_edition() -> None:
    newer = Question(
        "q3", "many", "最需要什么", options=(("o2", "打扫"), ("o3", "陪诊"))
    )
    found = asking.merged([[newer], [MANY, N]])
    assert (
        found[0].label == "最需要什么" and found[0].words(["o1", "o3"]) == "送餐、陪诊"
    )
    assert [q.key for q in found] == ["q3", "q4"]


@pytest.mark.req("A06")
def test_sums_count_each_answer_and_find_the_middle() -> None:
    rows = [({"q1": "yes", "q3": ["o1", "o2"], "q4": n}, ["q5"]) for n in (1, 2, 9)]
    sums = summing.sums(ALL, rows)
    assert sums["q1"] == {"n": 3, "counts": {"yes": 3, "no": 0}}
    assert sums["q3"]["counts"] == {"o1": 3, "o2": 3} and sums["q5"] == {"n": 3}
    assert (sums["q4"]["median"], sums["q4"]["sum"], sums["q4"]["most"]) == (2, 12, 9)


@pytest.mark.parametrize(
    ("before", "now", "there", "kind"),
    [
        ({"q1": "yes"}, {"q1": "no"}, True, "changed"), ({"q1": "no"}, {"q1": "no"}, True, "same"),
        # A question that is new this time is no change.
        ({"q1": "no"}, {"q1": "no", "q4": 2}, True, "same"),
        (None, {"q1": "no"}, True, "new"), ({"q1": "no"}, None, True, "left"),
        ({"q1": "no"}, None, False, "gone"), (None, None, True, ""),
    ],
)  # fmt: skip
def test_what_became_of_a_household_since_last_time(
    before: Any, now: Any, there: bool, kind: str
) -> None:
    assert summing.change_of(before, now, there=there) == kind


def test_a_difference_says_both_answers_in_words() -> None:
    steps = summing.differences(ALL, {"q1": "yes", "q2": "o1"}, {"q1": "no"})
    assert [(s.before, s.now) for s in steps] == [("是", "否"), ("自己", "没有答")]


tables = st.integers(1, 5).flatmap(
    lambda wide: st.lists(
        st.lists(st.integers(0, 30), min_size=wide, max_size=wide),
        min_size=1,
        max_size=8,
    )
)


@given(tables)
def test_no_small_number_is_shown_nor_can_be_worked_out(table: list[list[int]]) -> None:
    shown = rules.protected(table)
    for row, kept in zip(table, shown, strict=True):
        assert all(k is None or k == v for v, k in zip(row, kept, strict=True))
        assert all(k is None or k == 0 or k >= rules.K for k in kept)
    for line in [*shown, *zip(*shown, strict=True)]:
        # One alone in a row or column would follow from the sum.
        assert sum(k is None for k in line) != 1 or len(line) == 1

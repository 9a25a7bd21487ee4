"""What a set of rules may not do: take points, or limit a grade, by what nobody decided."""

from dataclasses import replace

import pytest

from baodao.records.models import Record
from baodao.scoring import rules
from baodao.scoring.defaults import plain_rules
from baodao.scoring.rules_counting import ADD, DEDUCT, Rule

KINDS = Record.KINDS
UNDECIDED = sorted(set(KINDS) - set(rules.DECIDED))
VISIT = Rule("1", "M_X", "member", ADD, 30, "each", ("visit",))


def wrong(rule: Rule) -> str:
    return rules.wrong_rules([rule], KINDS).get(rule.code, "")


@pytest.mark.req("L43")
def test_the_defaults_are_right_by_the_same_checks() -> None:
    assert rules.wrong_rules(plain_rules(), KINDS) == {}


@pytest.mark.req("L43", "L44")
@pytest.mark.parametrize("kind", UNDECIDED)
def test_nothing_that_nobody_decided_takes_points(kind: str) -> None:
    taking = replace(VISIT, sign=DEDUCT, selects=("breach:no_show", kind))
    assert "先告知本人" in wrong(taking)
    assert "先告知本人" in wrong(replace(taking, selects=(f"{kind}:any",)))
    gap = replace(taking, measure="shortfall", selects=(kind,), per=50, threshold=950)
    assert "先告知本人" in wrong(gap), "not even by how far a rate is off"
    assert wrong(replace(VISIT, selects=(kind,))) == ""
    assert "限定等次" in wrong(replace(VISIT, selects=(kind,), ceiling="fair"))


@pytest.mark.req("L43", "L44")
@pytest.mark.parametrize("select", ["breach", "breach:complaint", "duty_missed:lists"])
def test_what_was_decided_takes_points_and_gives_none(select: str) -> None:
    assert "不能加分" in wrong(replace(VISIT, selects=("visit", select)))
    taking = replace(VISIT, sign=DEDUCT, selects=(select,), ceiling="fair")
    assert wrong(taking) == ""


@pytest.mark.req("L43")
def test_a_low_rate_is_counted_by_how_low_it_is_and_nothing_else_is() -> None:
    low = replace(
        VISIT, sign=DEDUCT, measure="shortfall", per=50, threshold=950,
        selects=("breach:low_reported",),
    )  # fmt: skip
    assert wrong(low) == ""
    assert "按差距" in wrong(replace(low, measure="each"))
    assert "按差距" in wrong(replace(low, selects=("breach:complaint",)))
    assert "低于百分之几" in wrong(replace(low, threshold=0))

"""Days, months and gates are the district's to set, where they are read (domain 7)."""

from datetime import date, timedelta
from typing import Any

import pytest

from baodao.acts.bulk import copy_rows
from baodao.core.clock import local
from baodao.core.errors import Invalid
from baodao.people.models import Exemption
from baodao.people.tests.make import World, world
from baodao.places import values
from baodao.places.calendars import ground
from baodao.places.models import Setting
from baodao.places.settings import KEYS
from baodao.scoring import rules, rules_appeals, rules_deductions, rules_evaluation
from baodao.scoring import rules_merits as merits
from baodao.scoring.models import Appeal
from baodao.scoring.services import setting
from baodao.scoring.services.gathering import gather
from baodao.scoring.tests import due
from baodao.scoring.tests import make_evaluation as make
from baodao.scoring.tests.test_setting import NOW, drafted

db = pytest.mark.django_db
LIMITS = (
    rules.COMMENT_DAYS, rules_deductions.ANSWER_DAYS, rules_deductions.DECIDE_DAYS,
    rules_deductions.APPEAL_DAYS, rules_appeals.ADMIT_DAYS, rules_appeals.FIRST_DAYS,
    rules_appeals.SECOND_FILE_DAYS, rules_appeals.SECOND_DAYS,
    rules_appeals.EXECUTE_DAYS, *rules_evaluation.MONTHS, rules_evaluation.ACTIVE_HALVES,
    merits.MEDIATION_DAYS, merits.POST_DAYS,
)  # fmt: skip


@pytest.fixture
def w() -> World:
    return world()


def put(w: World, **given: Any) -> None:
    path = w.places.district.path
    copy_rows(
        Setting,
        [
            Setting(path=path, key=f"scoring.{k}", value=v, set_at=NOW)
            for k, v in given.items()
        ],
    )


@pytest.mark.req("L43")
def test_the_defaults_are_those_of_the_rule_book() -> None:
    found = [KEYS[k].default for k in LIMITS]
    assert found == [7, 5, 10, 15, 3, 10, 10, 15, 5, 6, 3, 6, 2, 30, 182]


@pytest.mark.req("L43", "L44")
@pytest.mark.parametrize(
    ("key", "wrong", "right"),
    [
        ("answer_days", "4", "8"), ("appeal_days", "14", "20"),
        ("comment_days", "6", "14"), ("review_days", "11", "7"),
        ("active_halves", "3", "0"),
    ],
)  # fmt: skip
def test_nobody_gets_less_time_and_no_office_takes_more_than_the_rule_book_says(
    key: str, wrong: str, right: str
) -> None:
    assert values.parse(f"scoring.{key}", right) == int(right)
    with pytest.raises(Invalid):
        values.parse(f"scoring.{key}", wrong)


@db
@pytest.mark.req("L44")
def test_the_days_of_a_deduction_and_an_appeal_are_those_of_the_place(w: World) -> None:
    put(w, answer_days=8, appeal_days=20, review_days=4)
    d = due.proposed(w)
    calendar = ground(d.path).calendar
    assert d.answer_until == calendar.add_workdays(due.NOW, 8)
    at = d.answer_until + timedelta(hours=1)
    d = due.posted(w, d, at)
    assert d.appeal_until == calendar.add_workdays(at, 20)
    appeal = due.admitted(w, due.appealed(w, d, at), at)
    assert Appeal.objects.get(pk=appeal.pk).due_at == calendar.add_workdays(at, 4)


@db
@pytest.mark.req("L43")
def test_rules_are_open_for_comment_as_long_as_the_place_wants(w: World) -> None:
    put(w, comment_days=14)
    it = drafted(w)
    setting.open_comment(actor=w.actors["county_org"], set_id=it.pk, now=NOW)
    it.refresh_from_db()
    assert it.comment_until == local(NOW).date() + timedelta(days=14)


@db
@pytest.mark.req("L46")
def test_months_without_a_grade_and_the_gate_of_the_best_are_those_of_the_place(
    w: World,
) -> None:
    make.year_of(w)
    make.opened(w)
    e = make.of(w)
    copy_rows(
        Exemption,
        [
            Exemption(
                member=w.members.member, kind="illness",
                valid_from=date(2025, 2, 1), valid_to=date(2025, 6, 1),
            )
        ],
    )  # fmt: skip
    year = (date(2025, 1, 1), date(2026, 1, 1))
    before = gather([e], year)[e.pk]
    assert (before.none, before.halves_needed) == ("", 2)
    put(w, exempt_months=4, active_halves=0)
    after = gather([e], year)[e.pk]
    assert after.none == "exempt" and after.active


@db
@pytest.mark.req("L43")
def test_how_long_a_dispute_has_to_stay_settled_is_the_place_s_to_say(w: World) -> None:
    given: dict[str, Any] = {
        "kind": "mediation",
        "level": None,
        "on": date(2026, 11, 6),
    }
    with pytest.raises(Invalid) as error:
        due.merit(w, **given)
    assert "满30天" in error.value.fields["on"]
    put(w, mediation_days=10)
    assert due.merit(w, **given).state == "registered"

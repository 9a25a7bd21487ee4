"""Deductions and the card: decided years, units that are gone, services found false."""

import pytest

from baodao.acts.actor import SYSTEM
from baodao.acts.bulk import copy_rows
from baodao.core.errors import Conflict, Invalid
from baodao.people.models import Unit
from baodao.people.tests.make import World, uid, world
from baodao.records.models import Record, reversal
from baodao.scoring.models import Card
from baodao.scoring.services import appealing, deducting, opening_cards
from baodao.scoring.services.facts import Fact
from baodao.scoring.services.posting import post
from baodao.scoring.tests import due
from baodao.scoring.tests.due import AFTER, DAY, NOW
from baodao.scoring.tests.test_posting import served

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def score() -> int:
    post(Record.objects.all())
    return Card.objects.get(subject="member", year=2026).score


@pytest.mark.req("L12", "L44", "L48")
def test_a_dismissed_appeal_leaves_the_deduction_on_a_card_that_was_decided(
    w: World,
) -> None:
    """9.6.3: suspended while it is looked at, in effect again where it was right; also
    where the year was decided in between. Nothing new comes to such a card."""
    d = due.posted(w)
    assert score() == 770
    Card.objects.update(state="decided")
    a = due.admitted(w, due.appealed(w, d))
    assert score() == 800
    appealing.decide(
        actor=w.actors["township_party"], appeal_id=a.pk, event="dismiss",
        answer="记录属实", now=AFTER + 3 * DAY,
    )  # fmt: skip
    appealing.sweep(AFTER + 60 * DAY)
    assert due.fresh(d.pk).state == "posted" and score() == 770


@pytest.mark.req("L12", "L44")
def test_what_was_decided_takes_no_new_deduction(w: World) -> None:
    """Neither by hand nor by the system, and what is open cannot be posted: nobody is
    told of points that count nowhere."""
    d = due.proposed(w)
    served(w)
    score()
    Card.objects.update(state="decided")
    with pytest.raises(Conflict, match="评价已经定了"):
        due.posted(w, d)
    with pytest.raises(Invalid) as found:
        due.proposed(w, occurred_on=due.ON - DAY)
    assert "评价已经定了" in found.value.fields["occurred_on"]
    m = w.members.member
    fact = Fact(
        "duty_missed:visit_month", "member", m.pk, w.places.community.path, due.ON,
        "没有去", "duties.duty", uid("duty"),
    )  # fmt: skip
    assert deducting.propose_all(SYSTEM, [fact], NOW) == 0


@pytest.mark.req("L44")
def test_the_points_of_a_unit_that_is_gone_stand_still(w: World) -> None:
    """8.7."""
    unit = w.units.unit
    served(w, member_id=None, kind="resource", channel="unit")
    post(Record.objects.all())
    card = Card.objects.get(subject="unit")
    assert opening_cards.freeze() == 0
    Unit.objects.filter(pk=unit.pk).update(status="dissolved")
    assert opening_cards.freeze() == 1
    served(w, member_id=None, kind="resource", channel="unit")
    post(Record.objects.all())
    after = Card.objects.get(pk=card.pk)
    assert (after.state, after.score) == ("frozen", card.score) and card.adds == 10


@pytest.mark.req("L12", "L44")
def test_what_was_found_false_goes_with_the_deduction_and_comes_back_with_it(
    w: World,
) -> None:
    """7.1 M_DED_FALSE: the entry is reversed, after notice and answer; suspended while it
    is appealed; back again where the appeal was right or the decision is taken back."""
    false = served(w, occurred_on=due.ON)
    assert score() == 810
    d = due.proposed(w, code="M_DED_FALSE", false_id=false.pk, words="那天没有去")
    assert score() == 810, "a proposal is nothing yet"
    d = due.posted(w, d)
    assert score() == 700
    a = due.admitted(w, due.appealed(w, d))
    assert score() == 810
    appealing.decide(
        actor=w.actors["township_party"], appeal_id=a.pk, event="dismiss",
        answer="签到表上没有", now=AFTER + 3 * DAY,
    )  # fmt: skip
    appealing.sweep(AFTER + 60 * DAY)
    assert score() == 700
    deducting.reverse_one(
        actor=w.actors["community_secretary"], deduction_id=d.pk, reason="找到签到表",
        now=AFTER + 61 * DAY,
    )  # fmt: skip
    assert score() == 810


@pytest.mark.req("L12")
def test_only_their_own_standing_record_is_said_to_be_false(w: World) -> None:
    false = served(w, occurred_on=due.ON)
    with pytest.raises(Invalid, match="记录不实"):
        due.proposed(w, false_id=false.pk)
    other = served(w, occurred_on=due.ON, member_id=w.members.colleague.id)
    with pytest.raises(Invalid, match="不是这一位"):
        due.proposed(w, code="M_DED_FALSE", false_id=other.pk)
    copy_rows(Record, [reversal(false, NOW)])
    with pytest.raises(Invalid, match="已经不算"):
        due.proposed(w, code="M_DED_FALSE", false_id=false.pk)

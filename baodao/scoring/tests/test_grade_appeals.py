"""A grade that is appealed: set aside at once, heard by others, never worse (domain 9.6);
an open deduction stands in the way of a grade."""

from datetime import timedelta

import pytest

from baodao.people.tests.make import World, world
from baodao.scoring.models import Appeal, Card
from baodao.scoring.models_evaluation import Evaluation, FeedbackCard
from baodao.scoring.services import appealing
from baodao.scoring.services.appealing_grades import undecided
from baodao.scoring.tests import due
from baodao.scoring.tests import make_evaluation as make
from baodao.scoring.tests.make_evaluation import ISSUED

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    w = world()
    make.year_of(w)
    make.issued(w)
    return w


def filed(w: World) -> tuple[Evaluation, Appeal]:
    """The neighbour, who has 良好, appeals by the worker who writes it down."""
    e = make.of(w, "neighbour")
    done = appealing.file(
        actor=w.actors["community_worker"], kind="grade", object_id=e.pk,
        grounds=["fact"], text="两次夜里帮忙没有记进来。", now=ISSUED + DAY,
    )  # fmt: skip
    e.refresh_from_db()
    return e, Appeal.objects.get(pk=done.id)


@pytest.mark.req("L46", "L47")
def test_an_appeal_sets_the_grade_aside_and_leads_to_a_new_card_for_all(
    w: World,
) -> None:
    e, a = filed(w)
    assert e.state == "under_appeal"
    town, at = w.actors["township_party"], ISSUED + 3 * DAY
    appealing.admit(actor=town, appeal_id=a.pk, now=at)
    appealing.decide(
        actor=town, appeal_id=a.pk, event="uphold", answer="查了值班本，属实。", now=at + DAY
    )  # fmt: skip
    appealing.execute(
        actor=w.actors["community_secretary"], appeal_id=a.pk, now=at + 2 * DAY
    )
    e.refresh_from_db()
    assert (e.state, e.grade) == ("issued", "excellent")
    editions = FeedbackCard.objects.filter(evaluation=e).order_by("edition")
    assert [c.state for c in editions] == ["superseded", "current"]
    first, second = editions
    assert {d.kind for d in second.deliveries.all()} == {
        d.kind for d in first.deliveries.all()
    }


@pytest.mark.req("L46")
def test_a_dismissed_appeal_leaves_the_grade_as_it_was_and_never_worse(
    w: World,
) -> None:
    e, a = filed(w)
    town, at = w.actors["township_party"], ISSUED + 3 * DAY
    appealing.admit(actor=town, appeal_id=a.pk, now=at)
    appealing.decide(
        actor=town, appeal_id=a.pk, event="dismiss", answer="值班本上没有。", now=at + DAY
    )  # fmt: skip
    appealing.sweep(now=at + 60 * DAY)
    e.refresh_from_db()
    assert (e.state, e.grade) == ("issued", "good")
    assert FeedbackCard.objects.filter(evaluation=e).count() == 1


@pytest.mark.req("L44", "L46")
def test_a_deduction_that_nobody_decided_stands_in_the_way(w: World) -> None:
    d = due.proposed(w)
    card = Card.objects.filter(
        place=d.place_id, subject=d.subject, member=d.member_id, year=d.occurred_on.year
    ).first()
    if card is None:
        card = Card.objects.create(
            place=d.place, path=d.path, subject=d.subject, member=d.member,
            year=d.occurred_on.year,
        )  # fmt: skip
    assert "先有结果再定等次" in undecided([card.pk])[card.pk]
    assert undecided([]) == {}

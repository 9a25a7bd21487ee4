"""A grade that is appealed: set aside at once, heard by others, never worse (domain 9.6);
an open deduction stands in the way of a grade."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.acts.actor import SYSTEM
from baodao.core.clock import now
from baodao.core.errors import Conflict, Forbidden, Invalid
from baodao.people.models import Person
from baodao.people.tests.make import World, world
from baodao.records.models import Record
from baodao.scoring.models import Appeal, Card
from baodao.scoring.models_evaluation import Evaluation, FeedbackCard, Meeting
from baodao.scoring.queries_deductions import appeal_events
from baodao.scoring.services import (
    appealing,
    appealing_grades,
    objecting,
    posting,
    revising,
)
from baodao.scoring.services.appealing_grades import undecided
from baodao.scoring.services.drafting import drafts
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


def uphold(w: World, a: Appeal) -> None:
    """Taken up, found right and carried out."""
    town, at = w.actors["township_party"], ISSUED + 3 * DAY
    appealing.admit(actor=town, appeal_id=a.pk, now=at)
    appealing.decide(
        actor=town, appeal_id=a.pk, event="uphold", answer="查了值班本，属实。", now=at + DAY
    )  # fmt: skip
    appealing.execute(
        actor=w.actors["community_secretary"], appeal_id=a.pk, now=at + 2 * DAY
    )


@pytest.mark.req("L46", "L47")
def test_an_appeal_sets_the_grade_aside_and_leads_to_a_new_card_for_all(
    w: World,
) -> None:
    e, a = filed(w)
    assert e.state == "under_appeal"
    uphold(w, a)
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


@pytest.mark.req("L46")
@pytest.mark.parametrize(("proposed", "grade"), [("good", "good"), ("poor", "fair")])
def test_an_appeal_against_no_grade_leads_to_the_one_that_is_due(
    w: World, monkeypatch: pytest.MonkeyPatch, proposed: str, grade: str
) -> None:
    pk = make.of(w, "neighbour").pk
    Evaluation.objects.filter(pk=pk).update(grade="none")
    codes = [code for code, _ in appealing_grades.KIND.remedies(pk)]
    assert codes == ["excellent", "good", "fair"]
    e, a = filed(w)

    def draft(rows: Any, path: str, year: int) -> Any:
        found = drafts(rows, path, year)
        return {k: {**v, "proposed": proposed} for k, v in found.items()}

    monkeypatch.setattr(f"{appealing_grades.__name__}.drafts", draft)
    uphold(w, a)
    e.refresh_from_db()
    assert (e.state, e.grade) == ("issued", grade)


@pytest.mark.req("L46")
def test_nothing_is_better_than_the_best_and_the_days_run_from_the_delivery(
    w: World,
) -> None:
    e = make.of(w, "neighbour")
    card = FeedbackCard.objects.get(evaluation=e)
    sent = card.deliveries.exclude(kind="filing")
    assert sent.update(delivered_at=ISSUED + 9 * DAY)
    assert appealing.about("grade", e.pk).notified_at == ISSUED + 9 * DAY
    sent.update(state="waiting", delivered_at=None)
    assert appealing.about("grade", e.pk).notified_at > now() - DAY
    Evaluation.objects.filter(pk=e.pk).update(grade="excellent")
    with pytest.raises(Conflict, match="已经是最好的"):
        filed(w)


@pytest.mark.req("L46")
def test_nobody_changes_a_grade_while_it_is_appealed(w: World) -> None:
    e, a = filed(w)
    with pytest.raises(Conflict, match="正在复核"):
        revising.change_grade(
            w.actors["community_secretary"], e.pk, "fair", "再看一遍", now=ISSUED + DAY
        )
    uphold(w, a)
    e.refresh_from_db()
    assert e.grade == "excellent"


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


@pytest.mark.req("L46")
def test_an_appeal_that_cannot_be_settled_keeps_no_other_from_its_end(
    w: World,
) -> None:
    d = due.posted(w)
    appeals = [filed(w)[1], due.appealed(w, d)]
    for a in appeals:
        appealing.not_admit(
            actor=w.actors["township_party"], appeal_id=a.pk, answer="不属实",
            now=a.filed_at + DAY,
        )  # fmt: skip
    Evaluation.objects.filter(pk=appeals[0].object_id).update(state="issued")
    with pytest.raises(Conflict):
        appealing.sweep(now=due.AFTER + 90 * DAY)
    for a in appeals:
        a.refresh_from_db()
    assert [bool(a.settled_at) for a in appeals] == [False, True]


@pytest.mark.req("L46")
def test_who_hears_an_appeal_reads_what_is_theirs_of_the_grade(w: World) -> None:
    e, a = filed(w)
    url = reverse("scoring:appeal", args=[a.pk])
    own = str(w.client("neighbour").get(url).content.decode())
    assert reverse("scoring:evaluation", args=[e.pk]) in own and "会议决定" not in own
    desk = str(w.client("township_party").get(url).content.decode())
    assert reverse("scoring:evaluation", args=[e.pk]) in desk and "会议决定" in desk
    assert "evaluations." not in desk
    county = str(w.client("county_org").get(url).content.decode())
    card = FeedbackCard.objects.get(evaluation=e)
    assert reverse("scoring:feedback", args=[card.pk]) in county
    assert reverse("scoring:evaluation", args=[e.pk]) not in county


@pytest.mark.req("L46")
def test_what_is_wholly_right_gives_at_least_what_the_points_propose(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    e = make.of(w)
    Evaluation.objects.filter(pk=e.pk).update(grade="fair", reason="会议改定")
    appealing_grades.KIND.suspend(SYSTEM, e.pk, ISSUED + DAY)
    assert drafts([e], e.path, e.year)[e.pk]["proposed"] == "excellent"
    appealing_grades.KIND.carry_out(SYSTEM, e.pk, "", ISSUED + 2 * DAY)
    e.refresh_from_db()
    assert e.grade == "excellent", "not one better than 一般 only"


@pytest.mark.req("L46")
@pytest.mark.parametrize("how", ["heard", "answered", "attended"])
def test_who_had_any_part_in_the_grade_does_not_hear_the_appeal(
    w: World, how: str
) -> None:
    e, town = make.of(w, "neighbour"), w.actors["township_party"]
    assert town.person_id
    if how == "attended":
        assert town.person_id
        name = Person.objects.get(pk=town.person_id).name
        Meeting.objects.update(attended=f"达瓦、{name}")
    else:
        action = {"heard": "hear", "answered": "answer"}[how]
        Evaluation.objects.filter(pk=e.pk).update(state="objection", grade="")
        step = getattr(objecting, action)
        step(actor=town, evaluation_id=e.pk, text="谈过", now=ISSUED)
        Evaluation.objects.filter(pk=e.pk).update(state="issued", grade="good")
    _, a = filed(w)
    for act in (appealing.admit, appealing.not_admit):
        more = {"answer": "x"} if act is appealing.not_admit else {}
        with pytest.raises(Forbidden, match="要回避"):
            act(actor=town, appeal_id=a.pk, now=ISSUED + 2 * DAY, **more)
    a.refresh_from_db()
    assert a.state == "filed" and town.person_id in a.took_part
    assert "admit" not in appeal_events(a, town, ISSUED + 2 * DAY)
    appealing.pass_up(actor=town, appeal_id=a.pk, now=ISSUED + 2 * DAY)


@pytest.mark.req("L46")
def test_case_23_what_was_confirmed_after_the_decision_counts_by_appeal(
    w: World,
) -> None:
    e = make.of(w, "neighbour")
    late = make.served(
        w, "neighbour", kind="merit", source_class="mediation", on=date(2025, 12, 20),
        minutes=0,
    )  # fmt: skip
    posting.post(Record.objects.all())
    card = Card.objects.get(pk=e.card_id)
    assert (card.score, posting.uncounted(card)) == (800, [late])
    url = reverse("scoring:appeal_new", args=["grade", e.pk])
    for name, pk in (("card", card.pk), ("evaluation", e.pk)):
        page = w.client("neighbour").get(reverse(f"scoring:{name}", args=[pk]))
        body = str(page.content.decode())
        assert "定了以后才确认" in body and url in body and "12月20日" in body
    assert "uncounted" in str(w.client("neighbour").get(url).content.decode())
    done = appealing.file(
        actor=w.actors["neighbour"], kind="grade", object_id=e.pk,
        grounds=["uncounted"], text="12月的调解没有算。", now=ISSUED + DAY,
    )  # fmt: skip
    uphold(w, Appeal.objects.get(pk=done.id))
    e.refresh_from_db()
    card.refresh_from_db()
    assert (e.state, e.grade, e.score) == ("issued", "good", 810)
    assert (card.state, card.score, posting.uncounted(card)) == ("decided", 810, [])
    assert make.card_of(e).content["score"] == 810 and make.card_of(e).edition == 2
    d = due.posted(w)
    with pytest.raises(Invalid, match="理由"):
        appealing.file(
            actor=w.actors["member"], kind="deduction", object_id=d.pk,
            grounds=["uncounted"], text="x", now=due.AFTER,
        )  # fmt: skip


@pytest.mark.req("L46")
def test_a_later_edition_with_another_grade_can_be_appealed_anew(w: World) -> None:
    e, a = filed(w)
    at = ISSUED + 3 * DAY
    town = w.actors["township_party"]
    appealing.not_admit(actor=town, appeal_id=a.pk, answer="没有", now=at)
    appealing.sweep(now=at + 30 * DAY)
    again: Any = {
        "actor": w.actors["community_worker"], "kind": "grade", "object_id": e.pk,
        "grounds": ["fact"], "text": "还是不对",
    }  # fmt: skip
    with pytest.raises(Conflict, match="申诉过了"):
        appealing.file(**again, now=at + 31 * DAY, cause="病了")
    revising.change_grade(SYSTEM, e.pk, "fair", "重新评价", now=at + 32 * DAY)
    done = appealing.file(**again, now=at + 33 * DAY)
    assert Appeal.objects.filter(object_id=e.pk).count() == 2
    page: Any = w.client("neighbour").get(
        reverse("scoring:appeal_new", args=["grade", e.pk])
    )
    assert page.url == reverse("scoring:appeal", args=[done.id])

"""A grade whose points have moved after its card went out: what one person may do about it,
and the way back through notice and meeting (domain 8.18, 8.23, 9.6.8)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.acts.bulk import copy_rows
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.notifications.models import Message
from baodao.people.tests.make import World, world
from baodao.records.models import Record, reversal
from baodao.scoring import rules_revising as rules
from baodao.scoring.models import Card
from baodao.scoring.models_evaluation import Evaluation, FeedbackCard
from baodao.scoring.rules_revising import Stands
from baodao.scoring.services import (
    deciding,
    drafting,
    issuing,
    reopening,
    revising,
)
from baodao.scoring.services.posting import post, uncounted
from baodao.scoring.tests import make_evaluation as make
from baodao.scoring.tests.make_evaluation import ISSUED, LATER

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ANEW = LATER + 30 * DAY  # after all days to object


@pytest.fixture
def w() -> World:
    w = world()
    make.year_of(w)
    return w


def back(*taken: Record) -> None:
    """Taken back after the card went out."""
    copy_rows(Record, [reversal(r, ISSUED) for r in taken])
    post(Record.objects.all())


def again(w: World, e: Evaluation, grade: str = "", reason: str = "") -> None:
    """From the draft on: told, decided by a meeting after the days, sent."""
    by, r = w.actors["community_secretary"], e.round
    drafting.notify_all(actor=by, round_id=r.pk, now=LATER + DAY)
    held = deciding.hold(
        actor=by, round_id=r.pk, held_on=date(2026, 4, 1), attended="达瓦", text="再议",
        now=ANEW + DAY,
    ).id  # fmt: skip
    e.refresh_from_db()
    deciding.decide(
        actor=by, evaluation_id=e.pk, meeting_id=held, grade=grade or e.proposed,
        reason=reason, now=ANEW + DAY,
    )  # fmt: skip
    issuing.issue_all(actor=by, round_id=r.pk, now=ANEW + DAY)


@pytest.mark.req("L46")
def test_one_person_gives_no_more_than_the_points_propose_and_never_the_best(
    w: World,
) -> None:
    taken = make.deducted(w, times=2)
    make.issued(w)
    back(*taken)
    e, secretary = make.of(w), w.actors["community_secretary"]
    assert (e.grade, revising.by_hand(e)) == ("good", ["good"])
    url = reverse("scoring:evaluation", args=[e.pk])
    page = w.client("community_secretary").get(url).content.decode()
    assert "按现在的记录是 94 分，建议优秀" in page
    for key in ("community_secretary", "township_party", "county_org"):
        with pytest.raises(Conflict, match="优秀由会议研究决定"):
            revising.change_grade(w.actors[key], e.pk, "excellent", "不实", now=LATER)
    new = revising.change_grade(secretary, e.pk, "good", "差评查明不实", now=LATER)
    assert (new.edition, new.grade) == (2, "good")
    assert new.content["score"] == 940 and "差评查明不实" in new.content["changed"]
    assert not revising.moved(make.of(w)) and revising.by_hand(make.of(w)) == []


@pytest.mark.req("L46")
@pytest.mark.parametrize(
    ("before", "after", "was", "now", "why"),
    [
        ("fair", "good", (790, "fair"), (820, "good"), ""),
        ("fair", "fair", (790, "fair"), (820, "good"), ""),
        ("poor", "good", (590, "poor"), (620, "fair"), "不能高过建议"),
        ("good", "excellent", (870, "good"), (940, "excellent"), "会议研究"),
        ("good", "good", (880, "good"), (870, "good"), "比原来差"),
        ("good", "good", (880, "good"), (880, "none"), "比原来差"),
        ("good", "fair", (880, "good"), (890, "good"), "只能改好"),
        ("none", "good", (880, "none"), (880, "good"), ""),
    ],
)
def test_what_one_person_may_give_by_hand(
    before: str, after: str, was: tuple[int, str], now: tuple[int, str], why: str
) -> None:
    said = rules.why_not_by_hand(before, after, Stands(*was), Stands(*now))
    assert why in said and bool(why) == bool(said)


@pytest.mark.req("L46", "L47")
def test_case_18_what_moved_is_told_and_decided_anew_and_sent_to_all_who_had_it(
    w: World,
) -> None:
    taken = make.deducted(w, times=2)
    make.issued(w)
    e, secretary = make.of(w), w.actors["community_secretary"]
    old = make.card_of(e)
    say: Any = {"evaluation_id": e.pk, "text": "差评查明不实"}
    with pytest.raises(Conflict, match="积分没有变动"):
        reopening.reopen(actor=secretary, now=LATER, **say)
    back(*taken)
    late = make.served(
        w, kind="merit", source_class="mediation", on=date(2025, 12, 20), minutes=0
    )
    post(Record.objects.all())
    card = Card.objects.get(pk=e.card_id)
    assert (card.state, uncounted(card)) == ("decided", [late])
    with pytest.raises(Forbidden):
        reopening.reopen(actor=w.actors["community_worker"], now=LATER, **say)
    with pytest.raises(NotFound):
        reopening.reopen(actor=w.actors["county_org"], now=LATER, **say)
    with pytest.raises(Invalid, match="为什么"):
        reopening.reopen(actor=secretary, evaluation_id=e.pk, text=" ", now=LATER)
    done = reopening.reopen(actor=secretary, now=LATER, **say)
    e.refresh_from_db()
    card.refresh_from_db()
    assert (e.state, e.grade, e.meeting_id, card.state) == ("drafted", "", None, "open")
    assert e.score == 950 == card.score and not uncounted(card), "what came late"
    told = Message.objects.get(event_id=done.event_id)
    assert told.url == reverse("scoring:feedback", args=[old.pk])
    page = w.client("member").get(told.url).content.decode()
    assert "正在重新评价" in page
    asked = {"n": old.number, "c": old.code}
    checked = w.client("member").get(reverse("scoring:check"), asked)
    assert "是真的，正在重新评价" in checked.content.decode()
    again(w, e)
    assert e.member
    said = Message.objects.filter(person=e.member.person, title__endswith="起草好了")
    assert said.count() == 2, "told anew"
    e.refresh_from_db()
    card.refresh_from_db()
    new = make.card_of(e)
    assert (e.state, e.grade, card.state) == ("issued", "excellent", "decided")
    assert (new.number, new.edition, new.replaces_id) == (old.number, 2, old.pk)
    assert "差评查明不实" in new.content["changed"]
    assert set(old.deliveries.values_list("state", flat=True)) == {"replaced"}
    assert {d.kind for d in new.deliveries.all()} == {
        d.kind for d in old.deliveries.all()
    }


@pytest.mark.req("L46", "L47")
def test_case_18_what_gets_worse_goes_the_full_way(w: World) -> None:
    make.issued(w)
    e, secretary = make.of(w), w.actors["community_secretary"]
    assert e.grade == "excellent"
    back(*Record.objects.filter(kind="activity", member_id=w.members.member.pk))
    with pytest.raises(Conflict, match="比原来差"):
        revising.change_grade(secretary, e.pk, "excellent", "x", now=LATER)
    page = w.client("community_secretary").get(
        reverse("scoring:evaluation", args=[e.pk])
    )
    assert "重新评价…" in page.content.decode()
    assert "重新发卡" not in page.content.decode()
    url = reverse("scoring:evaluation_act", args=[e.pk, "reopen"])
    for key, status in (("community_worker", 403), ("outsider", 404)):
        assert w.client(key).post(url, {"reopen-text": "x"}).status_code == status
    assert w.client("community_secretary").post(url, {}).status_code == 422
    reopening.reopen(
        actor=secretary, evaluation_id=e.pk, text="两次活动不实", now=LATER
    )
    e.refresh_from_db()
    assert (e.state, e.proposed) == ("drafted", "good")
    again(w, e)
    new = make.card_of(e)
    assert (new.edition, new.grade) == (2, "good")
    assert FeedbackCard.objects.filter(evaluation=e, state="current").count() == 1

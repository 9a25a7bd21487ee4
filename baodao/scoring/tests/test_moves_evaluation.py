"""Communities are merged while the year is being evaluated (domain 8.22)."""

from dataclasses import replace
from datetime import date

import pytest

from baodao.acts.actor import Actor
from baodao.acts.bulk import copy_rows
from baodao.people.middleware import actors_of
from baodao.people.tests.make import World, world
from baodao.places.tests.changing import carried_out
from baodao.scoring import queries_evaluation as queries
from baodao.scoring.models import Appeal, Card, Deduction
from baodao.scoring.models_evaluation import Evaluation, Meeting, Round
from baodao.scoring.queries_deductions import appeals_seen
from baodao.scoring.services import (
    appealing,
    deciding,
    drafting,
    issuing,
    opening,
)
from baodao.scoring.services.appealing_grades import undecided
from baodao.scoring.tests import due
from baodao.scoring.tests import make_evaluation as make
from baodao.scoring.tests.make_evaluation import DECIDED, ISSUED, LATER, TOLD, YEAR

pytestmark = pytest.mark.django_db
HERE, THERE = "542523100001", "542523100002"


@pytest.fixture
def w() -> World:
    w = world()
    make.year_of(w)
    return w


def merged(w: World, into: str = THERE) -> None:
    row = carried_out(w.actors["county_org"], "merge", HERE, into=into, now=DECIDED)
    assert row.state == "done", row.left


def there(w: World, key: str = "community_secretary") -> Actor:
    """As the role is read anew: its place is the receiving community."""
    return actors_of(w.accounts[key])[0]


@pytest.mark.req("L46", "L47")
def test_edge_case_22_a_community_is_merged_in_the_middle_of_its_evaluation(
    w: World,
) -> None:
    r, unit = make.told(w), make.of_unit(w)
    secretary = w.actors["community_secretary"]
    meeting = make.meeting(w, r)
    deciding.decide_all(
        actor=secretary, round_id=r.pk, meeting_id=meeting,
        ids=[make.of(w, "neighbour").pk], now=DECIDED,
    )  # fmt: skip
    issuing.issue_all(actor=secretary, round_id=r.pk, now=DECIDED)
    sent = make.of(w, "neighbour")
    paper, old = make.card_of(sent), w.places.community
    filed = appealing.file(
        actor=w.actors["community_worker"], kind="grade", object_id=sent.pk,
        grounds=["fact"], text="少记了一次。", now=DECIDED,
    ).id  # fmt: skip
    before = make.of(w)
    merged(w)

    new = w.places.second_community
    r.refresh_from_db()
    assert (r.path, r.place_id) == (new.path, new.pk)
    mine = make.of(w)
    assert (mine.path, mine.round_id, mine.state) == (new.path, r.pk, before.state)
    assert (mine.score, mine.until) == (before.score, before.until)
    assert r.evaluations.count() == 3, "whole"
    # The subject still sees the draft, and it is not told to have moved.
    assert queries.evaluation(w.actors["member"], mine.pk).words == before.words
    assert drafting.moved_of([mine, make.of_unit(w)]) == set()
    fresh = drafting.drafts([mine], mine.path, YEAR)[mine.pk]
    assert (fresh["months"], fresh["none"]) == (before.months, "")
    its = make.of_unit(w)
    again = drafting.drafts([its], its.path, YEAR)[its.pk]
    assert again["figures"]["activities"] == unit.figures["activities"] > 0

    # The card keeps the place of its date, and the appeal reaches the township.
    paper.refresh_from_db()
    assert (paper.path, paper.place_id) == (old.path, old.pk)
    assert paper.content["community"] == "森格社区" and issuing.genuine(paper)
    appeal = Appeal.objects.get(pk=filed)
    assert appeal.path == new.path
    town = there(w, "township_party")
    assert appeals_seen(town).get() == appeal
    appealing.admit(actor=town, appeal_id=filed, now=DECIDED)
    appealing.decide(
        actor=town, appeal_id=filed, event="uphold", answer="属实。", now=DECIDED
    )
    by = there(w)
    appealing.execute(actor=by, appeal_id=filed, now=ISSUED)
    reissued = make.card_of(sent)
    assert (reissued.edition, reissued.content["community"]) == (2, "森格社区")
    assert reissued.content["months"] == paper.content["months"]

    # The receiving community goes on where the other stopped.
    assert queries.round_at(by, YEAR) == r
    held = deciding.hold(
        actor=by, round_id=r.pk, held_on=date(2026, 1, 28), attended="达瓦", text="研究",
        now=ISSUED,
    ).id  # fmt: skip
    done, skipped = deciding.decide_all(
        actor=by, round_id=r.pk, meeting_id=held, now=ISSUED
    )
    assert {mine.pk, its.pk} == set(done) and not skipped
    cards, _ = issuing.issue_all(actor=by, round_id=r.pk, now=LATER)
    assert len(cards) == 2 and make.card_of(mine).content["community"] == "藏布社区"


@pytest.mark.req("L46")
def test_edge_case_22_two_rounds_of_a_year_become_one(w: World) -> None:
    """Where the receiving community has begun too, all goes on in its round; minutes of
    what was decided stay with it."""
    r = make.decided(w)
    sent = make.of(w, "neighbour")
    issuing.issue_all(
        actor=w.actors["community_secretary"], round_id=r.pk, ids=[sent.pk], now=ISSUED
    )
    new = w.places.second_community
    other = opening.open_round(
        actor=replace(w.actors["community_secretary"], path=new.path),
        place_id=new.pk, year=YEAR, now=TOLD,
    )  # fmt: skip
    idle = make.meeting(w, r)
    merged(w)
    where = dict(Evaluation.objects.values_list("pk", "round_id"))
    sent.refresh_from_db()
    assert where.pop(sent.pk) == r.pk and sent.path == w.places.community.path
    assert set(where.values()) == {other.pk}
    assert Meeting.objects.get(pk=idle).round_id == other.pk
    assert Round.objects.get(pk=r.pk).path == w.places.community.path
    cards, held = issuing.issue_all(actor=there(w), round_id=other.pk, now=LATER)
    assert (len(cards), held) == (2, 0)


@pytest.mark.req("L43", "L46")
def test_edge_case_22_a_year_with_a_merger_in_it_is_evaluated_once(w: World) -> None:
    """What was recorded before the merger counts at the receiving community, for months,
    activities and open deductions alike."""
    new = w.places.second_community
    posted, other = (
        Card(subject="unit", unit=w.units.unit, place=p, path=p.path, year=YEAR)
        for p in (w.places.community, new)
    )
    copy_rows(Card, [posted, other])
    d = due.proposed(w, occurred_on=date(2025, 11, 3), now=TOLD)
    merged(w)
    posted.refresh_from_db()
    assert posted.path == w.places.community.path, "the other has one already"
    assert Deduction.objects.get(pk=d.pk).path == new.path
    mine = Card.objects.get(member=w.members.member)
    assert undecided([mine.pk]), "wherever the card is"
    n = opening.open_year(year=YEAR, now=LATER)
    assert n == 3 and Round.objects.get().path == new.path
    its = make.of_unit(w)
    assert (its.card_id, its.attached) == (other.pk, [posted.pk])
    fresh = drafting.drafts([its], its.path, YEAR)[its.pk]
    assert fresh["figures"]["activities"] == 2 and not fresh["why"]
    assert fresh["months"] == its.months > 9
    assert opening.open_year(year=YEAR, now=LATER) == 0

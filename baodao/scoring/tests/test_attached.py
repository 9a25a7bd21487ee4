"""Cards of a member at other communities: shown to the meeting and on the card, and what
was deducted there counts (domain 8.1, 7.1)."""

from datetime import date

import pytest
from django.urls import reverse

from baodao.people.tests.make import World, world
from baodao.scoring import blocking
from baodao.scoring.models import Card
from baodao.scoring.models_evaluation import Evaluation
from baodao.scoring.services import (
    deciding,
    drafting,
    issuing,
    opening,
    printing,
)
from baodao.scoring.tests import make_evaluation as make
from baodao.scoring.tests.make_evaluation import (
    DECIDED,
    ISSUED,
    OPENED,
    TOLD,
    YEAR,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    w = world()
    make.year_of(w)
    return w


def away(w: World) -> Card:
    """The colleague was not reported in; the unit's contact point is elsewhere."""
    at = w.places.other_community
    for code in ("M_DED_NOT_REPORTED", "M_DED_NOT_REPORTED_MONTH"):
        make.deducted(w, "colleague", code=code, path=at.path, place_id=at.pk)
    return Card.objects.get(member=w.members.colleague, path=at.path)


def opened(w: World) -> Evaluation:
    opening.open_year(year=YEAR, now=OPENED)
    e = Evaluation.objects.get(member=w.members.colleague)
    draft = drafting.drafts([e], e.path, YEAR)[e.pk]
    Evaluation.objects.filter(pk=e.pk).update(**draft)
    e.refresh_from_db()
    return e


@pytest.mark.req("L46")
def test_case_1_what_was_deducted_elsewhere_counts_and_everybody_reads_it(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = away(w)
    assert there.deducts == 120
    make.stay(w, "colleague", since=date(2025, 6, 1))
    e = opened(w)
    place = w.places.other_community.name
    assert (e.path, e.attached) == (w.places.community.path, [there.pk])
    assert (e.score, e.deducts, e.proposed, e.none) == (680, 120, "fair", "")
    assert [x["place"] for x in e.others] == [place]
    assert {x["title"] for x in e.lines} == {
        f"没有报到（{place}）", f"没有报到（每多一个月）（{place}）",
    }  # fmt: skip
    secretary, r = w.actors["community_secretary"], e.round
    drafting.draft_all(actor=secretary, round_id=r.pk, now=OPENED)
    drafting.notify_all(actor=secretary, round_id=r.pk, now=TOLD)
    url = reverse("scoring:evaluation", args=[e.pk])
    listed = reverse("scoring:evaluations") + f"?year={YEAR}"
    for key, address in (
        ("community_secretary", url), ("colleague", url), ("community_secretary", listed),
    ):  # fmt: skip
        page = str(w.client(key).get(address).content.decode())
        assert f"附卡（{place}）" in page, (key, address)
    held = make.meeting(w, r)
    with monkeypatch.context() as m:
        open_one = [
            lambda cards: {there.pk: "有一笔拟扣没有定。"} if there.pk in cards else {}
        ]
        m.setattr(blocking, "open_objections", open_one)
        f = deciding.facts_of([e], secretary, now=DECIDED)[e.pk]
        assert f.blocked == "有一笔拟扣没有定。", "also what is open elsewhere"
    deciding.decide_all(actor=secretary, round_id=r.pk, meeting_id=held, now=DECIDED)
    there.refresh_from_db()
    assert there.state == "decided"
    issuing.issue_all(actor=secretary, round_id=r.pk, now=ISSUED)
    card = make.card_of(e)
    paper = printing.card_data(card, [], link="", printed="")
    assert f"附卡（{place}）：加分 0，扣分 12，算进本卡" in paper["lines"]
    shown = w.client("community_secretary").get(
        reverse("scoring:feedback", args=[card.pk])
    )
    assert f"附卡（{place}）" in str(shown.content.decode())


@pytest.mark.req("L46")
def test_turning_up_in_november_is_no_way_out(w: World) -> None:
    there = away(w)
    make.stay(w, "colleague", since=date(2025, 11, 5))
    e = opened(w)
    assert (e.card_id, e.attached) == (there.pk, [])
    assert (e.score, e.proposed, e.none) == (680, "fair", "")


@pytest.mark.req("L46")
def test_a_deduction_that_came_after_the_opening_counts_as_well(w: World) -> None:
    make.stay(w, "colleague", since=date(2025, 11, 5))
    e = opened(w)
    assert (e.path, e.none) == (w.places.community.path, "short")
    there = away(w)
    fresh = drafting.drafts([e], e.path, YEAR)[e.pk]
    assert (fresh["none"], fresh["proposed"]) == ("", "fair")
    assert fresh["attached"] == [there.pk] and fresh["deducts"] == 120

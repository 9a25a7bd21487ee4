"""What changes about a yearly evaluation after its subject was told: points that move, an
objection, a deduction taken back after the card went out (9.6, domain 8.18)."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from baodao.acts.actor import SYSTEM
from baodao.acts.bulk import copy_rows
from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.notifications.models import Message
from baodao.people.models import Exemption, Member
from baodao.people.tests.make import World, world
from baodao.places.models import Pause
from baodao.records.models import Record, reversal
from baodao.scoring import blocking
from baodao.scoring.models_evaluation import Evaluation, FeedbackCard
from baodao.scoring.services import (
    deciding,
    drafting,
    issuing,
    objecting,
    printing,
    refreshing,
    revising,
)
from baodao.scoring.services.posting import post
from baodao.scoring.tests import make_evaluation as make
from baodao.scoring.tests.make_evaluation import (
    DECIDED,
    ISSUED,
    LATER,
    OPENED,
    TOLD,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    w = world()
    make.year_of(w)
    return w


@pytest.mark.req("L47")
def test_case_18_a_deduction_taken_back_leads_to_a_new_card_for_all_who_had_it(
    w: World,
) -> None:
    taken = make.deducted(w, times=2)
    make.issued(w)
    make.received(w)
    e = make.of(w)
    old, county = make.card_of(e), w.actors["county_org"]
    assert (e.score, e.grade) == (880, "good") and not revising.moved(e)
    with pytest.raises(Conflict, match="走申诉"):
        revising.change_grade(county, e.pk, "good", "看错了", now=LATER)
    copy_rows(Record, [reversal(r, ISSUED) for r in taken])
    post(Record.objects.all())
    Member.objects.filter(pk=w.members.member.pk).update(unit=w.units.other)
    with pytest.raises(Invalid, match="为什么改"):
        revising.change_grade(county, e.pk, "good", " ", now=LATER)
    new = revising.change_grade(county, e.pk, "good", "差评查明不实", now=LATER)
    old.refresh_from_db()
    assert (old.state, new.edition, new.number) == ("superseded", 2, old.number)
    assert new.replaces_id == old.pk and new.code != old.code
    assert (new.content["score"], new.content["lines"]) != (880, old.content["lines"])
    assert set(old.deliveries.values_list("state", flat=True)) == {"replaced"}
    assert {(d.kind, d.unit_id) for d in new.deliveries.all()} == {
        ("unit", w.units.unit.pk), ("filing", None),
    }  # fmt: skip
    assert FeedbackCard.objects.filter(evaluation=e).count() == 2
    paper = printing.card_data(new, [], link="", printed="")
    assert "复核后改定：差评查明不实" in paper["decided"]
    assert "复核后评为良好" in paper["opinion"]


@pytest.mark.req("L46")
def test_case_18_nothing_gets_worse_by_hand_once_the_card_is_out(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = make.deducted(w, times=2)
    make.issued(w)
    copy_rows(Record, [reversal(r, ISSUED) for r in taken])
    post(Record.objects.all())
    e, county = make.of(w), w.actors["county_org"]
    Evaluation.objects.filter(pk=e.pk).update(hearing="谈过")
    for grade in ("poor", "fair", "none"):
        with pytest.raises(Conflict, match="重新评价"):
            revising.change_grade(county, e.pk, grade, "x", now=LATER)
    with pytest.raises(NotFound):
        social = w.actors["county_social_work"]
        revising.change_grade(social, e.pk, "excellent", "x", now=LATER)
    with monkeypatch.context() as m:
        open_one = [lambda cards: {e.card_id: "有一笔拟扣没有定。"}]
        m.setattr(blocking, "open_objections", open_one)
        with pytest.raises(Conflict, match="有一笔拟扣"):
            revising.change_grade(county, e.pk, "good", "x", now=LATER)
    revising.suspend_grade(SYSTEM, e.pk, now=ISSUED)
    with pytest.raises(Conflict, match="正在复核"):
        revising.change_grade(county, e.pk, "excellent", "x", now=LATER)
    card = make.card_of(make.of(w))
    assert "复核中" in printing.card_data(card, [], link="", printed="")["decided"]
    revising.restore_grade(SYSTEM, e.pk, now=ISSUED)
    assert FeedbackCard.objects.filter(evaluation=e).count() == 1


def test_points_that_changed_after_telling_are_told_again(w: World) -> None:
    r = make.told(w)
    e = make.of(w)
    with pytest.raises(Conflict, match="不用重新核对"):
        refreshing.refresh(
            actor=w.actors["community_secretary"], evaluation_id=e.pk, now=DECIDED
        )
    one = Record.objects.filter(kind="order_served").first()
    assert one
    copy_rows(Record, [reversal(one, OPENED)])
    post(Record.objects.all())
    _, skipped = deciding.decide_all(
        actor=w.actors["community_secretary"], round_id=r.pk,
        meeting_id=make.meeting(w, r), ids=[e.pk], now=DECIDED,
    )  # fmt: skip
    assert "重新核对" in skipped[0].why
    refreshing.refresh(
        actor=w.actors["community_secretary"], evaluation_id=e.pk, now=DECIDED
    )
    fresh = make.of(w)
    assert fresh.until and e.until and fresh.until > e.until, "worse runs anew"
    assert fresh.score == 920


@pytest.mark.req("L46")
def test_whoever_is_told_anew_may_object_anew_and_is_answered_anew(w: World) -> None:
    r, member = make.told(w), w.actors["member"]
    secretary, e = w.actors["community_secretary"], make.of(w)
    objecting.object_to(actor=member, evaluation_id=e.pk, text="少记一次", now=TOLD)
    objecting.answer(actor=secretary, evaluation_id=e.pk, text="没有少记", now=TOLD)
    objecting.hear(actor=secretary, evaluation_id=e.pk, text="谈过", now=TOLD)
    early = deciding.hold(
        actor=secretary, round_id=r.pk, held_on=date(2026, 1, 8), attended="达瓦",
        text="x", now=DECIDED,
    ).id  # fmt: skip
    with pytest.raises(Conflict, match="异议期满以前"):
        deciding.decide(
            actor=secretary, evaluation_id=e.pk, meeting_id=early, grade="excellent",
            now=DECIDED,
        )  # fmt: skip
    make.deducted(w, times=2)
    refreshing.refresh(actor=secretary, evaluation_id=e.pk, now=DECIDED)
    e.refresh_from_db()
    assert (e.state, e.proposed, e.answer, e.hearing) == ("objection", "good", "", "")
    assert e.answered_at is None and e.seen_at is None
    assert e.until and e.until > date(2026, 1, 28)
    objecting.object_to(actor=member, evaluation_id=e.pk, text="扣错了", now=ISSUED)
    e.refresh_from_db()
    assert e.objection.startswith("少记一次") and e.objection.endswith("扣错了")


@pytest.mark.req("L46", "L47")
def test_points_that_move_after_the_decision_undo_it_before_a_card_goes_out(
    w: World,
) -> None:
    taken = make.deducted(w, times=2)
    r = make.decided(w)
    secretary, e = w.actors["community_secretary"], make.of(w)
    copy_rows(Record, [reversal(x, DECIDED) for x in taken])
    post(Record.objects.all())
    make.score(e, e.score)  # the copy on the card is not what is asked
    _cards, held = issuing.issue_all(actor=secretary, round_id=r.pk, now=ISSUED)
    assert held == 1 and not FeedbackCard.objects.filter(evaluation=e).exists()
    refreshing.refresh(actor=secretary, evaluation_id=e.pk, now=ISSUED)
    again = make.of(w)
    assert (again.state, again.grade, again.proposed) == (
        "subject_notified", "", "excellent",
    )  # fmt: skip
    assert again.meeting_id is None and again.until == e.until, "better: no new days"
    assert e.meeting_id
    with pytest.raises(Conflict, match="重新核对积分以前"):
        deciding.decide(
            actor=secretary, evaluation_id=e.pk, meeting_id=e.meeting_id,
            grade="excellent", now=ISSUED,
        )  # fmt: skip


@pytest.mark.req("L46")
def test_a_reason_for_no_grade_that_came_later_is_told_anew(w: World) -> None:
    make.told(w)
    e = make.of(w)
    copied = Exemption(
        member=w.members.member, kind="study", valid_from=date(2025, 3, 1),
        valid_to=date(2025, 9, 15),
    )  # fmt: skip
    Exemption.objects.bulk_create([copied])
    assert drafting.moved_of([make.of(w, "neighbour"), e]) == {e.pk}


@pytest.mark.req("L46")
def test_a_sentence_of_figures_follows_them_and_own_words_stay(w: World) -> None:
    r, secretary = make.opened(w), w.actors["community_secretary"]
    other = make.of(w, "neighbour")
    drafting.write_words(
        actor=secretary, evaluation_id=other.pk, words="肯干。", now=OPENED
    )
    drafting.draft_all(actor=secretary, round_id=r.pk, now=OPENED)
    for member in ("member", "neighbour"):
        make.served(w, member, on=date(2025, 11, 5))
    post(Record.objects.all())
    drafting.draft_all(actor=secretary, round_id=r.pk, now=OPENED)
    assert "参加活动3次" in make.of(w).words
    assert make.of(w, "neighbour").words == "肯干。"


@pytest.mark.req("L46")
def test_all_that_moved_are_refreshed_together_as_one_by_one(w: World) -> None:
    taken = make.deducted(w, "neighbour", times=2)
    r, secretary = make.told(w), w.actors["community_secretary"]
    copy_rows(Record, [reversal(x, TOLD) for x in taken])
    make.deducted(w, times=2)
    rows = refreshing.told(r)
    moved = drafting.moved_drafts(rows)
    before = {e.pk: e for e in rows}
    worse, better, same = make.of(w), make.of(w, "neighbour"), make.of_unit(w)
    assert set(moved) == {worse.pk, better.pk}
    said = refreshing.moved_in(r, moved, rows, DECIDED)
    assert (said.n, said.anew, said.undone) == (2, 1, 0)
    for actor in (w.actors["township_party"], w.actors["community_worker"]):
        with pytest.raises(Forbidden):
            refreshing.refresh_all(actor=actor, round_id=r.pk, now=DECIDED)
    done, left = refreshing.refresh_all(actor=secretary, round_id=r.pk, now=DECIDED)
    assert set(done) == set(moved) and not left
    for e in (worse, better, same):
        e.refresh_from_db()
    assert worse.score < before[worse.pk].score and worse.until == said.until
    assert better.score > before[better.pk].score
    assert better.until == before[better.pk].until, "better keeps its days"
    assert same.version == before[same.pk].version
    acts = Event.objects.filter(action="evaluations.refresh")
    assert {a.object_id for a in acts} == set(done)
    news = Message.objects.filter(title="2025年度评价有变动")
    assert {m.event_id for m in news} == {a.pk for a in acts}
    assert drafting.moved_of(refreshing.told(r)) == set()
    with pytest.raises(Conflict, match="不用重新核对"):
        refreshing.refresh_all(actor=secretary, round_id=r.pk, now=DECIDED)


@pytest.mark.req("L46")
def test_the_page_says_how_many_are_told_anew_before_all_are_refreshed(
    w: World,
) -> None:
    taken = make.deducted(w, times=2)
    r = make.decided(w)
    copy_rows(Record, [reversal(x, DECIDED) for x in taken])
    post(Record.objects.all())
    client, url = w.client("community_secretary"), reverse("scoring:evaluations")
    url += "?year=2025"
    page = client.get(url).content.decode()
    assert "全部按现在的积分核对" in page and "重新核对1份，并告诉本人？" in page
    assert "1份已定的等次同时取消" in page
    act = reverse("scoring:round_act", args=[r.pk, "refresh"])
    assert w.client("community_worker").post(act).status_code == 403
    assert w.client("outsider").post(act).status_code == 404
    assert "全部按现在" not in w.client("community_worker").get(url).content.decode()
    assert "核对了1份" in client.post(act, follow=True).content.decode()
    assert make.of(w).state == "subject_notified"
    assert "全部按现在的积分核对" not in client.get(url).content.decode()


@pytest.mark.req("L46")
def test_an_emergency_pause_moves_the_days_to_object(w: World) -> None:
    r = make.told(w)
    secretary, e = w.actors["community_secretary"], make.of(w, "neighbour")
    assert e.until == date(2026, 1, 20)
    pause = Pause(
        path=w.places.street.path, start=TOLD + make.DAY, end=TOLD + 8 * make.DAY,
        reason="大雪",
    )  # fmt: skip
    copy_rows(Pause, [pause])
    assert drafting.until_of([e], DECIDED) == {e.pk: date(2026, 1, 27)}
    early: Any = {
        "actor": secretary, "evaluation_id": e.pk, "grade": "good",
        "meeting_id": make.meeting(w, r, on=date(2026, 1, 27)),
    }  # fmt: skip
    with pytest.raises(Conflict, match="可以提异议到1月27日"):
        deciding.decide(**early, now=DECIDED - make.DAY)
    with pytest.raises(Conflict, match="异议期满以前"):
        deciding.decide(**early, now=DECIDED)
    later = {**early, "meeting_id": make.meeting(w, r, on=date(2026, 1, 28))}
    deciding.decide(**later, now=DECIDED)
    url = reverse("scoring:evaluations") + "?year=2025"
    page = w.client("community_secretary").get(url).content.decode()
    assert "1月27日前可提异议" in page

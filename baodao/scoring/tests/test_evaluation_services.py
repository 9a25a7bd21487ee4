"""What the product promises of the yearly evaluation, by its services on PostgreSQL."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from baodao.acts.bulk import copy_rows
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.notifications.models import Message
from baodao.people.models import Exemption, Member, PartyOrg
from baodao.people.tests.make import World, world
from baodao.places.models import Setting
from baodao.records.models import Record, reversal
from baodao.scoring import blocking
from baodao.scoring.models import Card
from baodao.scoring.models_evaluation import Delivery, Evaluation
from baodao.scoring.services import (
    deciding,
    delivering,
    drafting,
    issuing,
    objecting,
    opening,
)
from baodao.scoring.services.posting import post
from baodao.scoring.tests import make_evaluation as make
from baodao.scoring.tests.make_evaluation import (
    DAY,
    DECIDED,
    ISSUED,
    LATER,
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


def set_to(w: World, key: str, value: int) -> None:
    """A setting of the county."""
    Setting.objects.bulk_create(
        [Setting(path=w.places.district.path, key=key, value=value, set_at=OPENED)]
    )


@pytest.mark.req("L46", "L47")
def test_a_year_goes_from_opening_to_the_filed_card(w: World) -> None:
    secretary = w.actors["community_secretary"]
    r = make.opened(w)
    assert sorted(r.evaluations.values_list("name", flat=True)) == [
        "张伟", "杨帆", w.units.unit.name,
    ]  # fmt: skip
    drafting.draft_all(actor=secretary, round_id=r.pk, now=OPENED)
    e = make.of(w)
    assert (e.state, e.proposed, e.score) == ("drafted", "excellent", 940)
    assert "参加活动2次" in e.words and "办成点单3件" in e.words
    assert make.of(w, "neighbour").proposed == "good", "duties done, nothing more"
    drafting.notify_all(actor=secretary, round_id=r.pk, now=TOLD)
    person = w.people["member"].pk
    assert Message.objects.filter(person_id=person, title__contains="年度评价").exists()
    meeting = make.meeting(w, r)
    early, skipped = deciding.decide_all(
        actor=secretary, round_id=r.pk, meeting_id=meeting, now=TOLD + DAY
    )
    assert early == [] and all("过后再决定" in s.why for s in skipped)
    done, skipped = deciding.decide_all(
        actor=secretary, round_id=r.pk, meeting_id=meeting, now=DECIDED
    )
    assert (len(done), skipped) == (3, [])
    e.refresh_from_db()
    assert (e.state, e.grade) == ("decided", "excellent")
    assert Card.objects.get(pk=e.card_id).state == "decided"
    cards, held = issuing.issue_all(actor=secretary, round_id=r.pk, now=ISSUED)
    assert (len(cards), held) == (3, 0)
    card = make.card_of(e)
    assert card.number.startswith("反2025-542523100001-") and issuing.genuine(card)
    to = {d.kind: d for d in card.deliveries.all()}
    assert set(to) == {"unit", "filing"} and to["unit"].unit_id == w.units.unit.pk
    county = w.actors["county_org"]
    with pytest.raises(Conflict, match="还没有可以备案的"):
        delivering.file_all(actor=county, now=ISSUED)
    make.received(w)
    filed, waiting = delivering.file_all(actor=county, now=ISSUED)
    assert filed == [to["filing"].pk] and waiting == 2
    to["filing"].refresh_from_db()
    assert to["filing"].number == "备2025-542523-00001" and to["filing"].note == ""


@pytest.mark.req("L47")
def test_what_nobody_received_is_filed_after_its_days_with_a_note(w: World) -> None:
    make.issued(w)
    d = make.card_of(make.of(w)).deliveries.get(kind="filing")
    with pytest.raises(Conflict):
        delivering.file_all(actor=w.actors["county_org"], ids=[d.pk], now=ISSUED + DAY)
    delivering.file_all(actor=w.actors["county_org"], ids=[d.pk], now=LATER)
    d.refresh_from_db()
    assert d.state == "filed" and d.note == delivering.NOT_RECEIVED


@pytest.mark.req("L47")
def test_case_37_a_superior_outside_the_system_gets_the_card_on_paper(w: World) -> None:
    PartyOrg.objects.filter(unit=w.units.unit).update(superior_external="国家电网党组")
    make.issued(w)
    d = make.card_of(make.of_unit(w)).deliveries.get(kind="superior")
    assert (d.state, d.to, d.unit_id) == ("waiting", "国家电网党组", None)
    worker = w.actors["community_worker"]
    delivering.hand_over(actor=worker, delivery_id=d.pk, how="post", now=ISSUED)
    with pytest.raises(Invalid, match="签收人"):
        delivering.receive(actor=worker, ids=[d.pk], now=ISSUED + DAY)
    delivering.receive(actor=worker, ids=[d.pk], by="收发室小李", now=ISSUED + DAY)
    d.refresh_from_db()
    assert (d.state, d.received_by) == ("received", "收发室小李")
    mine = make.card_of(make.of(w)).deliveries.get(kind="unit")
    with pytest.raises(Forbidden, match="由收到的单位"):
        delivering.receive(actor=worker, ids=[mine.pk], by="x", now=ISSUED)


@pytest.mark.req("L47")
def test_a_unit_card_goes_to_the_superior_organisation(w: World) -> None:
    PartyOrg.objects.filter(unit=w.units.unit).update(superior=w.orgs["other"])
    make.issued(w)
    card = make.card_of(make.of_unit(w))
    d = card.deliveries.get(kind="superior")
    assert (d.unit_id, d.state) == (w.units.other.pk, "delivered")
    assert card.receivers == [w.units.other.pk]
    superior = w.actors["other_unit_secretary"]
    delivering.receive(actor=superior, ids=[d.pk], now=ISSUED)


@pytest.mark.req("L46")
def test_an_objection_is_answered_before_anything_is_decided(w: World) -> None:
    r, member = make.told(w), w.actors["member"]
    e = make.of(w)
    with pytest.raises(Invalid, match="哪里不对"):
        objecting.object_to(actor=member, evaluation_id=e.pk, text=" ", now=TOLD)
    objecting.object_to(actor=member, evaluation_id=e.pk, text="少记一次", now=TOLD)
    with pytest.raises(NotFound):
        objecting.object_to(
            actor=w.actors["neighbour"], evaluation_id=e.pk, text="x", now=TOLD
        )
    secretary, meeting = w.actors["community_secretary"], make.meeting(w, r)
    _, skipped = deciding.decide_all(
        actor=secretary, round_id=r.pk, meeting_id=meeting, ids=[e.pk], now=DECIDED
    )
    assert "书面答复" in skipped[0].why
    with pytest.raises(Conflict, match="已经提交了"):
        objecting.object_to(actor=member, evaluation_id=e.pk, text="再说", now=TOLD)
    objecting.answer(
        actor=secretary, evaluation_id=e.pk, text="已核对，无误", now=DECIDED
    )
    _, skipped = deciding.decide_all(
        actor=secretary, round_id=r.pk, meeting_id=meeting, ids=[e.pk], now=DECIDED
    )
    assert "答复异议以前" in skipped[0].why
    meeting = make.meeting(w, r, date(2026, 1, 28))
    told = Message.objects.filter(person_id=w.people["member"].pk)
    assert told.filter(title__contains="有答复").exists()
    done, _ = deciding.decide_all(
        actor=secretary, round_id=r.pk, meeting_id=meeting, ids=[e.pk], now=DECIDED
    )
    assert done == [e.pk]


@pytest.mark.req("L46")
def test_poor_is_proposed_heard_and_then_decided_one_by_one(w: World) -> None:
    for code in ("M_DED_COMPLAINT", "M_DED_ABANDON", "M_DED_FALSE"):
        make.deducted(w, "neighbour", times=3, code=code)
    r = make.opened(w)
    e = make.of(w, "neighbour")
    secretary = w.actors["community_secretary"]
    drafting.draft_all(actor=secretary, round_id=r.pk, now=OPENED)
    assert make.of(w, "neighbour").proposed == "poor"
    drafting.notify_all(actor=secretary, round_id=r.pk, now=TOLD)
    meeting = make.meeting(w, r)
    _, skipped = deciding.decide_all(
        actor=secretary, round_id=r.pk, meeting_id=meeting, now=DECIDED
    )
    assert [s.evaluation.pk for s in skipped] == [e.pk]
    assert "须听取本人意见" in skipped[0].why

    def decide(grade: str, reason: str = "") -> None:
        deciding.decide(
            actor=secretary, evaluation_id=e.pk, meeting_id=meeting, grade=grade,
            reason=reason, now=DECIDED,
        )  # fmt: skip

    with pytest.raises(Conflict, match="听取本人意见"):
        decide("poor")
    with pytest.raises(Invalid, match="请写理由"):
        decide("fair")
    objecting.hear(
        actor=secretary, evaluation_id=e.pk, text="1月20日当面谈过", now=DECIDED
    )
    decide("poor")
    e.refresh_from_db()
    assert (e.grade, e.state) == ("poor", "decided")


@pytest.mark.req("L46")
def test_open_objections_and_complaints_of_others_stand_in_the_way(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    r = make.told(w)
    e = make.of(w)
    monkeypatch.setattr(
        blocking, "open_objections", [lambda cards: {e.card_id: "有一笔拟扣没有定。"}]
    )
    secretary, meeting = w.actors["community_secretary"], make.meeting(w, r)
    _, skipped = deciding.decide_all(
        actor=secretary, round_id=r.pk, meeting_id=meeting, now=DECIDED
    )
    assert [(s.evaluation.pk, s.why) for s in skipped] == [(e.pk, "有一笔拟扣没有定。")]
    monkeypatch.setattr(blocking, "open_objections", [])
    blocking.open_complaints.append(lambda cards: {e.card_id: "有核实的差评。"})
    try:
        found = drafting.drafts([e], r.path, YEAR)[e.pk]
    finally:
        blocking.open_complaints.pop()
    assert found["proposed"] == "good" and "差评" in found["why"][0]


@pytest.mark.req("L46")
def test_excellent_needs_an_activity_in_each_half_and_no_open_complaint(
    w: World,
) -> None:
    r = make.opened(w)
    e = make.of(w)
    late = Record.objects.get(kind="activity", occurred_on=date(2025, 3, 10))
    copy_rows(Record, [reversal(late, OPENED)])
    make.score(e, 950)
    found = drafting.drafts([e], r.path, YEAR)[e.pk]
    assert found["proposed"] == "good" and "上半年" in found["why"][0]


@pytest.mark.req("L46")
def test_nobody_decides_about_themselves_and_the_township_does_it(w: World) -> None:
    r = make.told(w)
    e = make.of(w)
    own = replace(w.actors["community_secretary"], member_id=w.members.member.pk)
    meeting = make.meeting(w, r)
    _, skipped = deciding.decide_all(
        actor=own, round_id=r.pk, meeting_id=meeting, ids=[e.pk], now=DECIDED
    )
    assert "别人来定" in skipped[0].why
    with pytest.raises(Forbidden, match="街道"):
        deciding.decide(
            actor=own, evaluation_id=e.pk, meeting_id=meeting, grade="excellent",
            now=DECIDED,
        )  # fmt: skip
    deciding.decide(
        actor=w.actors["township_party"], evaluation_id=e.pk, meeting_id=meeting,
        grade="excellent", now=DECIDED,
    )  # fmt: skip


def test_a_share_of_excellent_leaves_the_choice_to_the_meeting(w: World) -> None:
    set_to(w, "scoring.excellent_share", 10)
    make.stay(w, "newcomer")
    make.good_year(w, "newcomer")
    post(Record.objects.all())
    r = make.told(w)
    done, skipped = deciding.decide_all(
        actor=w.actors["community_secretary"], round_id=r.pk,
        meeting_id=make.meeting(w, r), now=DECIDED,
    )  # fmt: skip
    grades = Evaluation.objects.filter(pk__in=done).values_list("grade", flat=True)
    assert "excellent" not in grades, "the order of names gives nobody a grade"
    assert len(skipped) == 2 and all("一个一个定" in s.why for s in skipped)
    meeting = make.meeting(w, r)

    def excellent(e: Evaluation) -> None:
        deciding.decide(
            actor=w.actors["community_secretary"], evaluation_id=e.pk,
            meeting_id=meeting, grade="excellent", now=DECIDED,
        )  # fmt: skip

    excellent(make.of(w, "newcomer"))
    with pytest.raises(Conflict, match="比例"):
        excellent(make.of(w))


@pytest.mark.req("L42")
def test_the_units_word_stands_beside_and_counts_only_where_it_is_set(w: World) -> None:
    r = make.opened(w)
    e, unit = make.of(w), w.actors["unit_secretary"]
    drafting.write_unit_words(
        actor=unit, evaluation_id=e.pk, words="工作扎实", mark=60, now=OPENED
    )
    with pytest.raises(Invalid, match="0 到 100"):
        drafting.write_unit_words(
            actor=unit, evaluation_id=e.pk, words="好", mark=101, now=OPENED
        )
    assert drafting.drafts([make.of(w)], r.path, YEAR)[e.pk]["score"] == 940
    set_to(w, "scoring.unit_word_weight", 20)
    assert drafting.drafts([make.of(w)], r.path, YEAR)[e.pk]["score"] == 872
    with pytest.raises(NotFound):
        drafting.write_unit_words(
            actor=w.actors["other_unit_secretary"], evaluation_id=e.pk, words="x",
            now=OPENED,
        )  # fmt: skip


def test_case_1_the_community_with_most_months_is_primary(w: World) -> None:
    make.stay(w, "colleague", since=date(2025, 1, 1), until=date(2025, 4, 1))
    make.stay(w, "colleague", place="other_community", since=date(2025, 4, 1))
    for place in ("community", "other_community"):
        at = getattr(w.places, place)
        make.served(w, "colleague", path=at.path, place_id=at.pk)
    post(Record.objects.all())
    make.opened(w)
    assert not Evaluation.objects.filter(member=w.members.colleague).exists()
    opening.open_year(year=YEAR, now=OPENED)
    e = Evaluation.objects.get(member=w.members.colleague)
    assert e.path == w.places.other_community.path and e.months == 9
    other = Card.objects.get(member=w.members.colleague, path=w.places.community.path)
    assert e.attached == [other.pk]


def test_case_3_and_5_who_was_exempt_or_retired_early_has_no_grade(w: World) -> None:
    copied = Exemption(
        member=w.members.member, kind="study", valid_from=date(2025, 3, 1),
        valid_to=date(2025, 9, 15),
    )  # fmt: skip
    Exemption.objects.bulk_create([copied])
    Member.objects.filter(pk=w.members.neighbour.pk).update(
        joined_on=date(2020, 1, 1), retires_on=date(2025, 5, 1)
    )
    make.told(w)
    assert (make.of(w).proposed, make.of(w).none) == ("none", "exempt")
    assert make.of(w, "neighbour").none == "retired"


def test_case_4_the_card_goes_to_the_unit_on_the_day_of_the_decision(w: World) -> None:
    make.stay(
        w, "member", since=date(2025, 1, 10), until=date(2025, 6, 1), channel="unit"
    )
    make.told(w)
    Member.objects.filter(pk=w.members.member.pk).update(unit=w.units.other)
    r = make.of(w).round
    secretary = w.actors["community_secretary"]
    deciding.decide_all(
        actor=secretary, round_id=r.pk, meeting_id=make.meeting(w, r), now=DECIDED
    )
    issuing.issue_all(actor=secretary, round_id=r.pk, now=ISSUED)
    card = make.card_of(make.of(w))
    assert card.unit_id == w.units.other.pk
    assert card.deliveries.get(kind="unit").unit_id == w.units.other.pk
    assert card.content["former"] == f"1月至5月在{w.units.unit.name}"


def test_case_40_the_year_is_opened_when_it_is_over_and_only_once(w: World) -> None:
    with pytest.raises(Conflict, match="才结束"):
        make.opened(w, OPENED - timedelta(days=10))
    make.opened(w)
    n = Evaluation.objects.count()
    assert opening.open_year(year=YEAR, now=OPENED) == 0
    make.opened(w, OPENED + DAY)
    assert Evaluation.objects.count() == n


def test_a_card_is_what_was_issued_and_a_changed_word_shows(w: World) -> None:
    make.issued(w)
    card = make.card_of(make.of(w))
    assert issuing.genuine(card)
    card.content["score"] = 1000
    assert not issuing.genuine(card)
    assert Delivery.objects.filter(card=card).count() == 2

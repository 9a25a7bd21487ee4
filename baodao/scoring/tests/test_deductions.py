"""Deductions in effect: notice, answer, a person's decision, appeal."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from baodao.acts.actor import Actor
from baodao.acts.bulk import copy_rows
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.notifications.models import Message
from baodao.people.tests.make import World, uid, world
from baodao.places.models import Pause
from baodao.records.models import Record
from baodao.scoring.models import Appeal, Card, Deduction
from baodao.scoring.queries_deductions import (
    Wanted,
    appeal_events,
    appeals,
    deductions,
    events,
)
from baodao.scoring.services import (
    appealing,
    deducting,
    deducting_late,
)
from baodao.scoring.services.appealing_grades import undecided
from baodao.scoring.services.posting import post
from baodao.scoring.tests import due
from baodao.scoring.tests.due import AFTER, DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def score() -> int:
    post(Record.objects.all())
    return Card.objects.get(subject="member", year=2026).score


def standing() -> int:
    return Record.objects.filter(
        kind__in=("breach", "duty_missed"), reversal_of=None, reversals=None
    ).count()


@pytest.mark.req("L12", "L44")
def test_a_deduction_is_told_answered_and_only_then_decided(w: World) -> None:
    d = due.proposed(w)
    told = Message.objects.get(event_id__isnull=False, person=w.people["member"])
    assert "还没有扣分" in told.text and "11月23日前" in told.text
    assert standing() == 0
    with pytest.raises(Conflict, match="11月23日以后再定"):
        due.posted(w, d, now=NOW + DAY)
    deducting.answer(
        actor=w.actors["member"], deduction_id=d.pk, text="那天临时开会", now=NOW + DAY
    )
    deducting.answer(
        actor=w.actors["member"],
        deduction_id=d.pk,
        text="第二天去了",
        now=NOW + 2 * DAY,
    )
    with pytest.raises(Conflict):
        due.posted(w, d, now=NOW + 2 * DAY)
    d = due.posted(w, d)
    assert [a.text for a in d.answers.all()] == ["那天临时开会", "第二天去了"]
    assert d.state == "posted" and score() == 770
    with pytest.raises(Conflict):
        deducting.answer(
            actor=w.actors["member"], deduction_id=d.pk, text="晚了", now=AFTER + DAY
        )


@pytest.mark.req("L12", "L44")
def test_unanswered_is_no_consent_and_the_secretary_may_still_drop_it(w: World) -> None:
    d = due.proposed(w)
    deducting.drop(
        actor=w.actors["community_secretary"], deduction_id=d.pk, reason="住户改了时间",
        now=AFTER,
    )  # fmt: skip
    assert due.fresh(d.pk).state == "dropped" and not Record.objects.exists()


def test_who_has_nothing_more_to_say_need_not_wait(w: World) -> None:
    d = due.proposed(w)
    deducting.answer(
        actor=w.actors["member"], deduction_id=d.pk, said_all=True, now=NOW + DAY
    )
    assert due.posted(w, d, now=NOW + DAY).state == "posted"


@pytest.mark.req("L12", "L44")
def test_nobody_says_for_another_that_it_is_all(w: World) -> None:
    d = due.proposed(w)
    for key in ("community_worker", "community_secretary"):
        with pytest.raises(Invalid) as error:
            deducting.answer(
                actor=w.actors[key], deduction_id=d.pk, text="说是开会", said_all=True,
                now=NOW + DAY,
            )  # fmt: skip
        assert "said_all" in error.value.fields
    deducting.answer(
        actor=w.actors["community_worker"], deduction_id=d.pk, text="说是开会",
        now=NOW + DAY,
    )  # fmt: skip
    with pytest.raises(Conflict, match="还没有过"):
        due.posted(w, d, now=NOW + DAY)
    assert not due.fresh(d.pk).said_all


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"occurred_on": NOW.date() + DAY}, "occurred_on"),
        ({"code": "M_ADD_WISH"}, "code"),
        ({"words": ""}, "words"),
        ({"words": "电话13800001234"}, "words"),
        ({"whose": uid("nobody")}, "whose"),
        ({"occurred_on": due.ON - 400 * DAY}, "occurred_on"),
    ],
)
def test_what_is_wrong_with_a_proposal_is_said(
    w: World, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as error:
        due.proposed(w, **given)
    assert field in error.value.fields


def test_edge_case_19_nothing_is_deducted_during_an_emergency(w: World) -> None:
    copy_rows(
        Pause,
        [Pause(path=w.places.street.path, start=NOW, end=None, reason="大雪")],
    )
    d = due.proposed(w)
    assert d.answer_until > AFTER, "the days stand still with the place"
    deducting.answer(
        actor=w.actors["member"], deduction_id=d.pk, said_all=True, now=NOW + DAY
    )
    with pytest.raises(Conflict, match="应急期间"):
        due.posted(w, d, now=NOW + 100 * DAY)


def stand_still(w: World, start: datetime, end: datetime | None) -> None:
    pause = Pause(path=w.places.street.path, start=start, end=end, reason="大雪")
    copy_rows(Pause, [pause])


@pytest.mark.req("L12", "L44")
def test_edge_case_19_a_pause_that_comes_later_moves_the_days_to_answer(
    w: World,
) -> None:
    d, member = due.proposed(w), w.actors["member"]
    stand_still(w, NOW + DAY, NOW + 21 * DAY)
    late = NOW + 24 * DAY
    assert d.answer_until < late and "answer" in events(d, member, late)
    secretary = w.actors["community_secretary"]
    assert "decide_post" not in events(d, secretary, late)
    with pytest.raises(Conflict, match="12月13日以后再定"):
        due.posted(w, d, now=late)
    deducting.answer(actor=member, deduction_id=d.pk, text="村里断了路", now=late)
    assert deducting_late.tell_late(NOW + 35 * DAY) == 0
    assert deducting_late.tell_late(NOW + 60 * DAY) == 1
    assert due.posted(w, d, now=NOW + 29 * DAY).state == "posted"


@pytest.mark.req("L44")
def test_edge_case_19_a_pause_moves_the_days_to_the_second_instance(w: World) -> None:
    a, town = due.admitted(w), w.actors["township_party"]
    at = AFTER + 2 * DAY
    stand_still(w, at + 5 * DAY, None)
    assert appealing.sweep(at + 90 * DAY)["escalated"] == 0
    appealing.decide(
        actor=town, appeal_id=a.pk, event="dismiss", answer="记录属实", now=at
    )
    late = at + 90 * DAY
    assert appealing.sweep(late)["settled"] == 0
    a.refresh_from_db()
    assert "second" in appeal_events(a, w.actors["member"], late)
    appealing.second(actor=w.actors["member"], appeal_id=a.pk, text="不服", now=late)
    a.refresh_from_db()
    assert a.state == "second_review"


@pytest.mark.req("L44")
def test_an_appeal_sent_twice_is_one(w: World) -> None:
    d = due.posted(w)
    one = due.appealed(w, d, client_id="form-1")
    assert due.appealed(w, d, client_id="form-1").pk == one.pk
    with pytest.raises(Conflict, match="申诉过了"):
        due.appealed(w, d, client_id="form-2")


@pytest.mark.req("L44")
def test_only_the_organisation_department_has_the_last_word(w: World) -> None:
    a = due.admitted(w)
    appealing.decide(
        actor=w.actors["township_party"], appeal_id=a.pk, event="dismiss",
        answer="记录属实", now=AFTER + 2 * DAY,
    )  # fmt: skip
    at = AFTER + 3 * DAY
    appealing.second(actor=w.actors["member"], appeal_id=a.pk, text="不服", now=at)
    given: Any = {
        "appeal_id": a.pk, "event": "final_dismiss", "answer": "维持", "now": at,
    }  # fmt: skip
    other = replace(w.actors["county_org"], role="county_social_work")
    with pytest.raises(Forbidden, match="组织部"):
        appealing.decide_finally(actor=other, **given)
    appealing.decide_finally(actor=w.actors["county_org"], **given)


@pytest.mark.req("L44")
def test_above_the_community_entries_are_seen_on_appeal_only(w: World) -> None:
    town, county, prefecture = (
        w.actors[key] for key in ("township_party", "county_org", "prefecture_org")
    )
    d = due.proposed(w, "community_secretary")  # for the township to decide

    def seen(actor: Actor) -> bool:
        return deductions(actor, Wanted()).filter(pk=d.pk).exists()

    assert [seen(a) for a in (town, county, prefecture)] == [True, False, False]
    late = AFTER + 40 * DAY
    deducting_late.tell_late(late)
    told = Message.objects.get(role="county_org")
    assert not told.url and not seen(county)
    own = due.proposed(w, code="M_DED_NOSHOW", now=NOW)
    assert not deductions(town, Wanted()).filter(pk=own.pk).exists()
    deducting_late.tell_late(late)
    assert deductions(town, Wanted()).filter(pk=own.pk).exists()
    assert "drop" not in events(due.fresh(own.pk), town, late)
    deducting.decide_post(actor=town, deduction_id=d.pk, reason="属实", now=late)
    a = due.appealed(w, d, now=late)
    assert [seen(x) for x in (town, county, prefecture)] == [True, True, False]
    Appeal.objects.filter(pk=a.pk).update(state="second_review")
    assert not appeals(prefecture, Wanted()).exists() and not seen(prefecture)
    assert appealing.sweep(late + 60 * DAY)["escalated"] == 1
    assert appeals(prefecture, Wanted()).exists() and seen(prefecture)


@pytest.mark.req("L44")
def test_an_appeal_suspends_at_once_and_success_leaves_nothing(w: World) -> None:
    d = due.posted(w)
    assert score() == 770
    a = due.appealed(w, d)
    assert due.fresh(d.pk).state == "suspended" and score() == 800
    due.admitted(w, a)
    appealing.decide(
        actor=w.actors["township_party"], appeal_id=a.pk, event="uphold",
        answer="住户说约的是周四", now=AFTER + 2 * DAY,
    )  # fmt: skip
    appealing.execute(
        actor=w.actors["community_secretary"], appeal_id=a.pk, now=AFTER + 3 * DAY
    )
    assert due.fresh(d.pk).state == "reversed" and score() == 800 and standing() == 0


@pytest.mark.req("L44")
def test_a_dismissed_appeal_counts_again_after_the_way_to_the_second_is_over(
    w: World,
) -> None:
    a = due.admitted(w)
    appealing.decide(
        actor=w.actors["township_party"], appeal_id=a.pk, event="dismiss",
        answer="记录属实", now=AFTER + 2 * DAY,
    )  # fmt: skip
    assert standing() == 0 and appealing.sweep(AFTER + 3 * DAY)["settled"] == 0
    assert appealing.sweep(AFTER + 30 * DAY)["settled"] == 1
    assert standing() == 1 and score() == 770
    assert appealing.sweep(AFTER + 31 * DAY)["settled"] == 0


@pytest.mark.req("L44")
def test_in_part_is_a_milder_rule_and_the_second_instance_takes_nothing_back(
    w: World,
) -> None:
    a = due.admitted(w)
    town, at = w.actors["township_party"], AFTER + 2 * DAY
    with pytest.raises(Invalid):
        appealing.decide(
            actor=town, appeal_id=a.pk, event="partly", answer="轻", now=at,
            remedy="M_DED_FALSE",
        )  # fmt: skip
    appealing.decide(
        actor=town, appeal_id=a.pk, event="partly", answer="晚了一天", now=at,
        remedy="M_DED_NOSHOW",
    )  # fmt: skip
    with pytest.raises(Conflict, match="还可以申请二审"):
        appealing.execute(
            actor=w.actors["community_secretary"], appeal_id=a.pk, now=at + DAY
        )
    appealing.second(
        actor=w.actors["member"], appeal_id=a.pk, text="全都不该扣", now=at + DAY
    )
    appealing.decide_finally(
        actor=w.actors["county_org"], appeal_id=a.pk, event="final_dismiss",
        answer="维持一审", now=at + 5 * DAY,
    )  # fmt: skip
    d = Deduction.objects.get()
    assert d.rule.code == "M_DED_NOSHOW" and d.code == "M_DED_COMPLAINT"
    assert d.state == "posted" and standing() == 1 and score() == 800, (
        "the first is free"
    )


@pytest.mark.req("L44")
def test_edge_case_34_a_worker_writes_down_what_was_said(w: World) -> None:
    a = due.appealed(w, actor=w.actors["community_worker"])
    assert a.oral and a.noted_by == "卓玛" and a.member_id == w.members.member.pk


@pytest.mark.req("L44")
def test_only_who_appeals_takes_an_appeal_back_and_is_told(w: World) -> None:
    a = due.admitted(w)
    for key in ("community_worker", "community_secretary"):
        with pytest.raises(Forbidden, match="自己撤回"):
            appealing.withdraw(actor=w.actors[key], appeal_id=a.pk, now=AFTER + DAY)
    assert standing() == 0
    appealing.withdraw(actor=w.actors["member"], appeal_id=a.pk, now=AFTER + DAY)
    told = Message.objects.get(title="申诉撤回了")
    assert told.person == w.people["member"] and "恢复" in told.text


def test_withdrawing_gives_back_the_effect_and_late_steps_are_told_above(
    w: World,
) -> None:
    a = due.admitted(w)
    assert appealing.sweep(AFTER + 40 * DAY)["escalated"] == 1
    assert Message.objects.filter(role="county_org").count() == 1
    assert appealing.sweep(AFTER + 40 * DAY)["escalated"] == 0
    appealing.withdraw(actor=w.actors["member"], appeal_id=a.pk, now=AFTER + 40 * DAY)
    assert standing() == 1


@pytest.mark.req("L44")
def test_no_card_is_issued_with_an_open_objection(w: World) -> None:
    d = due.posted(w)
    score()
    card = Card.objects.get(subject="member")
    assert undecided([card.pk]) == {}
    due.appealed(w, d)
    assert "申诉中" in undecided([card.pk])[card.pk]
    Deduction.objects.update(state="dropped", record_id=None)
    due.proposed(w, code="M_DED_NOSHOW")
    assert "等本人说明" in undecided([card.pk])[card.pk]


def test_others_see_nothing(w: World) -> None:
    d = due.proposed(w)
    for key in ("colleague", "unit_secretary", "outsider", "other_community_worker"):
        with pytest.raises(NotFound):
            deducting.answer(actor=w.actors[key], deduction_id=d.pk, text="x", now=NOW)
    assert Appeal.objects.count() == 0


def test_the_secretary_takes_back_what_was_wrong(w: World) -> None:
    """Edge case 18: the card loses it whatever its state."""
    d = due.posted(w)
    score()
    Card.objects.update(state="decided")
    deducting.reverse_one(
        actor=w.actors["community_secretary"], deduction_id=d.pk, reason="认错了人",
        now=AFTER + DAY,
    )  # fmt: skip
    assert score() == 800 and due.fresh(d.pk).state == "reversed"


def test_a_late_decision_is_told_and_decides_nothing(w: World) -> None:
    d = due.proposed(w)
    assert deducting_late.tell_late(AFTER) == 0
    late = AFTER + 40 * DAY
    assert deducting_late.tell_late(late) == 1 and deducting_late.tell_late(late) == 0
    assert due.fresh(d.pk).state == "proposed"
    roles = Message.objects.exclude(role="").values_list("role", flat=True)
    assert set(roles) == {"community_secretary", "township_party"}


def test_the_same_thing_is_not_proposed_twice_while_it_stands(w: World) -> None:
    d = due.proposed(w, client_id="a")
    assert due.proposed(w, client_id="a").pk == d.pk, "sent twice"
    with pytest.raises(Invalid) as found:
        due.proposed(w)
    assert "已经提过" in found.value.fields["occurred_on"]
    deducting.drop(
        actor=w.actors["community_secretary"],
        deduction_id=d.pk,
        reason="没有这事",
        now=NOW,
    )
    assert due.proposed(w).pk != d.pk

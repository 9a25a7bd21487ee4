"""Any sequence of acts, by anybody, at any time, keeps an order true: the story is a
chain, the clock runs exactly while somebody has to move, the record book agrees with
the resident's word."""

import itertools
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baodao.acts.access import can
from baodao.acts.actor import SYSTEM, Actor, link_holder
from baodao.acts.models import Event
from baodao.acts.timeline import events_of, moments, waits
from baodao.core.errors import BaodaoError
from baodao.orders import rules
from baodao.orders import services as s
from baodao.orders.models import Order, Service
from baodao.orders.sweeps import sweep
from baodao.orders.tests.make import TITLE, place, stretch
from baodao.people.tests.make import World, world
from baodao.records.models import Record

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
WHO = (
    "community_worker", "community_secretary", "grid_worker", "unit_secretary",
    "other_unit_secretary", "member", "neighbour", "outsider",
)  # fmt: skip
WORDS: dict[str, dict[str, Any]] = {
    "verify": {"title": TITLE, "urgency": "urgent", "category": "repair", "seen_how": "phone"},
    "reject": {"reason": "not_real", "note": "核实过了"},
    "publish": {}, "transfer": {"to": "12345", "note": "转热线"},
    "transfer_news": {"note": "还在办"}, "transfer_done": {"note": "办好了"},
    "hand_over": {"up": True, "note": "请镇里办"},
    "answer_cannot": {"reason": "policy", "note": "没有政策", "told": "call"},
    "recall": {"reason": "silent", "note": "没回音"}, "ask_again": {"what": "还要"},
    "dispatch": {}, "claim": {}, "unit_claim": {}, "unit_accept": {},
    "return": {"reason": "no_capacity", "note": "没人"},
    "assign": {}, "accept": {}, "decline": {"reason": "time"}, "hand_back": {"reason": "time"},
    "release": {"reason": "away"}, "start": {}, "report_done": {},
    "cannot_do": {"reason": "unsafe", "note": "有风险"}, "extend": {"hours": 24},
    "confirm": {"result": "solved", "how": "call"}, "reopen": {"result": "partly", "what": "还差"},
    "call": {}, "unreachable": {}, "rate": {"rating": 4, "how": "call"},
    "withdraw": {"how": "call", "note": "不用了"}, "pause": {"reason": "外出"}, "resume": {},
    "question_mark": {"reason": "typed"}, "keep_mark": {"note": "问过，属实"},
    "strike_mark": {"note": "说的是别的单"},
    "note": {"text": "看过", "audience": "staff"}, "ask_call": {}, "approve_text": {},
}  # fmt: skip
VERBS: dict[str, Callable[..., Any]] = {
    "verify": s.verify_order, "reject": s.reject_order, "publish": s.publish_order,
    "transfer": s.transfer_order, "transfer_news": s.transfer_news,
    "transfer_done": s.transfer_done, "hand_over": s.hand_over_order,
    "answer_cannot": s.answer_cannot, "recall": s.recall_order,
    "ask_again": s.ask_again, "dispatch": s.dispatch_order, "claim": s.claim_order,
    "unit_claim": s.unit_claim_order, "unit_accept": s.unit_accept_order,
    "return": s.return_order, "assign": s.assign_order, "accept": s.accept_order,
    "decline": s.decline_order, "hand_back": s.hand_back_order, "release": s.release_order,
    "start": s.start_order, "report_done": s.report_done, "cannot_do": s.cannot_do_order,
    "extend": s.extend_order, "confirm": s.confirm_order, "reopen": s.reopen_order,
    "call": s.log_call, "unreachable": s.close_unreachable, "rate": s.rate_order,
    "withdraw": s.withdraw_order, "pause": s.pause_order, "resume": s.resume_order,
    "question_mark": s.question_mark, "keep_mark": s.keep_mark,
    "strike_mark": s.strike_mark, "note": s.add_note, "ask_call": s.ask_call, "approve_text": s.approve_text,
}  # fmt: skip


def _try(w: World, order: Order, event: str, actor: Actor, at: datetime) -> None:
    words = dict(WORDS[event])
    if event == "dispatch":
        words["unit_id"] = w.units.unit.id
    elif event == "assign":
        busy = order.member_id == w.members.member.id
        words["member_id"] = (w.members.colleague if busy else w.members.member).id
    elif event == "pause":
        words["until"] = (at + timedelta(days=3)).date()
    elif event == "report_done":
        words |= {"stretches": [stretch(w, at, 20)], "note": "办了"}
    if event == "confirm" and actor.role == "requester":
        words["how"] = "requester"
    before = Event.objects.count()
    try:
        VERBS[event](actor=actor, order_id=order.id, now=at, **words)
    except BaodaoError:
        assert Event.objects.count() == before, "a refused act left a trace"


_ENDS = ("withdraw", "reject", "transfer", "answer_cannot")


def _likely(order: Order) -> st.SearchStrategy[str]:
    """Mostly a step that leads on, sometimes anything."""
    steps = [e for e in rules.FLOW.events(order.state) if e in WORDS and e not in _ENDS]
    anything = st.sampled_from(sorted(WORDS))
    return st.one_of(*[st.sampled_from(steps)] * 4, anything) if steps else anything


def _fitting(w: World, order: Order, event: str) -> st.SearchStrategy[Actor]:
    """Mostly somebody who may, sometimes anybody."""
    everybody = [*(w.actors[key] for key in WHO), link_holder(order.id)]
    fit = [a for a in everybody if can(a, f"orders.{event}", order)]
    anybody = st.sampled_from(everybody)
    return st.one_of(*[st.sampled_from(fit)] * 4, anybody) if fit else anybody


def _check(order: Order, at: datetime) -> None:
    order.refresh_from_db()
    story = events_of(order.id)
    for earlier, later in itertools.pairwise(story):
        assert later.from_state == earlier.to_state
    assert story[-1].to_state == order.state and order.version == len(story)
    assert (order.due_at is not None) == (order.state in rules.OPEN)
    assert (order.result_at is not None) == (order.result != "")
    if order.state in rules.UNPLACED or order.state == "submitted":
        assert order.unit_id is order.member_id is order.served_by_person is None
    before_the_end = order.state in rules.OPEN and order.state not in rules.ENDED
    if order.overall_due_at and before_the_end:
        assert order.due_at and (order.extended or order.due_at <= order.overall_due_at)
    assert order.paused_at is None or order.state in rules.OPEN
    end = max(at, story[-1].at)
    found = waits(moments(story), rules.FLOW, end, rules.ANEW)
    for one, two in itertools.pairwise(found):
        assert one.end <= two.start
    if order.state in rules.OPEN:
        at_rest = sum(
            (two.at - one.at for one, two in itertools.pairwise(story)
             if one.to_state not in rules.OPEN),
            timedelta(),
        )  # fmt: skip
        assert sum((x.span for x in found), at_rest) == end - story[0].at
    standing = Record.objects.filter(
        source_id=order.id, reversal_of=None, reversals=None
    )
    over = order.state in ("confirmed", "closed", "mark_check")
    solved = over and order.result in ("solved", "partly")
    served = Service.objects.filter(order=order, round=order.reopened).count()
    kinds = Counter(standing.values_list("kind", flat=True))
    assert kinds["order_served"] == (served if solved else 0)
    assert kinds["rating"] == (served if solved and order.rating else 0)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_sequence_of_acts_keeps_an_order_true(data: st.DataObject) -> None:
    from django.db import transaction

    with transaction.atomic():
        w = world()
        order = place(w, at=AT)
        at = AT
        for _ in range(18):
            event = data.draw(_likely(order))
            actor = data.draw(_fitting(w, order, event))
            at += timedelta(minutes=data.draw(st.integers(25, 2000)))
            _try(w, order, event, actor, at)
            _check(order, at)
        sweep(now=at + timedelta(days=90))
        _check(order, at + timedelta(days=90))
        transaction.set_rollback(True)


def test_the_system_has_no_word_in_the_residents_place() -> None:
    for event in ("confirm", "rate", "reopen", "unreachable", "thank"):
        assert SYSTEM.role not in rules.ACTIONS[event][1]

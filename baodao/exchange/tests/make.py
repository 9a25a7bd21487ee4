"""Agreements and the rest of exchange for tests, brought to a state by the services."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from baodao.core.clock import today
from baodao.duties.models import Duty
from baodao.exchange.agreements import deeds
from baodao.exchange.agreements import services as s
from baodao.exchange.agreements.plans import Item, Text
from baodao.exchange.lists import duties as quarterly
from baodao.exchange.lists import projects as matching
from baodao.exchange.lists import services as lists
from baodao.exchange.lists.plans import Said
from baodao.exchange.models import Agreement, Need, Resource
from baodao.exchange.pool import services as pool
from baodao.exchange.projects import quotas
from baodao.exchange.projects import services as yearly
from baodao.people.tests.make import World

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 local
SHOW = Item("戏曲演出一场", "culture", "activities", "monthly")


def text(w: World, **fields: Any) -> Text:
    """A year from the start of November with a monthly show at the estate (L18)."""
    show = Item(
        SHOW.title, SHOW.joint_type, SHOW.mechanism, SHOW.cadence,
        estate_id=w.places.estate.id,
    )  # fmt: skip
    chosen: dict[str, Any] = {
        "title": "共驻共建协议", "valid_from": date(2026, 11, 1),
        "valid_to": date(2027, 11, 1), "items": (show,), "unit_side": "保证人员和设备",
    }  # fmt: skip
    return Text(**{**chosen, **fields})


def drafted(w: World, **fields: Any) -> Agreement:
    chosen: dict[str, Any] = {
        "actor": w.actors["community_worker"], "place_id": w.places.community.id,
        "unit_ids": [w.units.unit.id], "text": text(w), "now": AT,
    }  # fmt: skip
    return s.draft(**{**chosen, **fields})


def agreement_in(state: str, w: World, **fields: Any) -> Agreement:
    """An agreement of `units.unit` brought to `state` on AT."""
    it = drafted(w, **fields)
    steps = (
        ("unit_signed", s.sign, "unit_secretary"),
        ("both_signed", s.sign, "community_secretary"),
        ("effective", s.file, "township_party"),
    )
    for reached, verb, who in steps:
        if it.state == state:
            break
        verb(actor=w.actors[who], agreement_id=it.id, now=fields.get("now", AT))
        it.refresh_from_db()
        assert reached == it.state or it.state == "filed"
    return it


def published(w: World, **fields: Any) -> Need:
    """A need of the community on its list."""
    worker = w.actors["community_worker"]
    chosen: dict[str, Any] = {
        "actor": worker, "place_id": w.places.community.id, "now": AT,
        "said": Said("放学后给孩子辅导功课", "resources", "每周两次"),
    }  # fmt: skip
    need = lists.add_need(**{**chosen, **fields})
    lists.publish_need(actor=worker, pk=need.id, now=AT)
    need.refresh_from_db()
    return need


def resource(w: World, **fields: Any) -> Resource:
    """A resource of `units.unit` on the list."""
    chosen: dict[str, Any] = {
        "actor": w.actors["community_worker"], "place_id": w.places.community.id,
        "unit_id": w.units.unit.id, "kind": "expert", "now": AT,
        "said": Said("课后辅导教师", "resources", "3 人", "周末"),
    }  # fmt: skip
    return lists.offer(**{**chosen, **fields})


def exchanged(w: World) -> dict[str, Any]:
    """One of everything: the first words of its routes → its id; "scan" apart."""
    it, need, given = agreement_in("effective", w), published(w), resource(w)
    scan = s.attach(
        actor=w.actors["community_worker"], agreement_id=it.id, name="a.pdf",
        data=b"%PDF-1.4", now=AT,
    )  # fmt: skip
    duty = Duty.objects.filter(source_id=it.items.get().id).order_by("due_on")[0]
    deed = deeds.report(
        actor=w.actors["unit_secretary"], duty_id=duty.id, done_on=AT.date(),
        said="演了一场", now=AT,
    )  # fmt: skip
    booking = lists.book(
        actor=w.actors["community_worker"], resource_id=given.id, purpose="辅导",
        start_at=AT + timedelta(days=1), end_at=AT + timedelta(days=2), now=AT,
    )  # fmt: skip
    project = matching.match(
        actor=w.actors["community_worker"], needs=[need.id], resources=[given.id],
        title="辅导", due_on=AT.date() + timedelta(days=60), now=AT,
    )  # fmt: skip
    quarterly.owe(AT - timedelta(days=40))
    quotas.owe(AT)
    year = Duty.objects.get(kind="project_quota", unit_id=w.units.unit.id)
    quarter = Duty.objects.get(kind="lists", unit_id=w.units.unit.id)
    # Whatever day it is, the pages have something to hand in.
    due_on = max(quarter.due_on, today() + timedelta(days=5))
    Duty.objects.filter(pk=quarter.pk).update(due_on=due_on)
    edition = matching.freeze(
        actor=w.actors["community_worker"], place_id=w.places.community.id, now=AT
    )
    together = yearly.propose(
        actor=w.actors["unit_secretary"], place_id=w.places.community.id, now=AT,
        tasks={w.units.unit.id: ""}, title="亮灯", joint_type="welfare",
        mechanism="urgent",
    )  # fmt: skip
    problem = yearly.register(
        actor=w.actors["community_worker"], place_id=w.places.community.id, now=AT,
        title="下水堵塞", kind="facility", unit_id=w.units.unit.id,
    )  # fmt: skip
    given_fund = pool.commit(
        actor=w.actors["township_party"], place_id=w.places.community.id, kind="fund",
        title="党建经费", purpose="修活动室", due_on=AT.date(), amount_fen=500_000,
        source="县财政", now=AT,
    )  # fmt: skip
    return {
        "exchange:pool": given_fund.id, "scan": scan.id, "exchange:agreement": it.id,
        "exchange:notices": it.id, "exchange:deed": deed.id,
        "exchange:duty": duty.id, "exchange:booking": booking.id,
        "exchange:need": need.id, "exchange:resource": given.id, "exchange:book": given.id,
        "exchange:listproject": project.id, "exchange:edition": edition.id,
        "exchange:hand_in": quarter.id, "exchange:quota": year.id,
        "exchange:coproject": together.id, "exchange:problem": problem.id,
    }  # fmt: skip

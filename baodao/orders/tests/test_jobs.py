"""Messages and sweeps, run as the worker runs them: by the jobs that the acts left."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from baodao.acts.actor import link_holder
from baodao.acts.models import Event
from baodao.notifications.models import Message
from baodao.orders import jobs, sweeps, telling
from baodao.orders import services as s
from baodao.orders.models import Order
from baodao.orders.tests.make import advance, order_in, place, place_online
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 local


@pytest.fixture
def w() -> World:
    return world()


def work() -> None:
    """Do the jobs that wait, as the worker would."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs RETURNING id, task_name, args")
        found = sorted(cursor.fetchall())
    assert {name for _, name, _ in found} <= {"orders.tell", "records.follow"}
    told = [a for _, name, a in found if name == "orders.tell"]
    given = [json.loads(a) if isinstance(a, str) else a for a in told]
    jobs.after([UUID(args["event_id"]) for args in given])


def told(w: World, order: Order) -> list[tuple[str, str]]:
    """(action, addressee) of all messages of an order, by name."""
    names = {str(p.id): key for key, p in w.people.items()}
    names |= {str(getattr(w.units, k).id): k for k in ("unit", "other", "far", "loose")}
    names |= {
        f"{role}@{getattr(w.places, key).path}": f"{role}@{key}"
        for role in (
            "community_worker",
            "community_secretary",
            "grid_worker",
            "township_party",
        )
        for key in ("street", "community", "grid", "other_community")
    }
    action = dict(Event.objects.filter(object_id=order.id).values_list("id", "action"))
    sent = Message.objects.filter(event_id__in=action).order_by("event_id", "addressee")
    return [
        (action[m.event_id].split(".")[1], names.get(m.addressee, m.addressee))
        for m in sent
    ]


@pytest.mark.req("A13", "A16", "L38")
def test_a_job_is_left_only_where_somebody_is_told(w: World) -> None:
    for state in ("closed", "in_service", "dispatched"):
        order_in(state, w)
    pool = order_in("published", w)
    s.claim_order(actor=w.actors["member"], order_id=pool.id)
    s.start_order(actor=w.actors["member"], order_id=pool.id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'event_id' FROM procrastinate_jobs "
            "WHERE task_name = 'orders.tell'"
        )
        left = {UUID(row[0]) for row in cursor.fetchall()}
    events = dict(Event.objects.values_list("id", "action"))
    mine = {events[e].split(".")[1] for e in left if e in events}
    assert mine and mine <= set(telling.TELLS)


def test_a_whole_lifecycle_reaches_the_right_desks_and_nobody_else(w: World) -> None:
    order = place_online(w)
    advance(w, order, "closed")
    work()
    assert sorted(told(w, order)) == [
        ("assign", "member"), ("confirm", "member"), ("confirm", "unit"),
        ("dispatch", "unit"), ("place", "community_worker@community"),
    ]  # fmt: skip
    assert not Message.objects.filter(text__contains="烟道两年没清").exists()


def test_a_wish_told_at_the_desk_needs_a_call_when_it_is_done(w: World) -> None:
    order = order_in("done_reported", w)
    work()
    assert ("report_done", "community_worker@community") in told(w, order)
    assert ("place", "community_worker@community") not in told(w, order)


@pytest.mark.req("A13")
def test_a_return_goes_to_the_community_and_a_decline_to_the_unit(w: World) -> None:
    order = order_in("assigned", w)
    member, unit = w.actors["member"], w.actors["unit_secretary"]
    s.decline_order(actor=member, order_id=order.id, reason="away")
    other = order_in("dispatched", w)
    s.return_order(
        actor=unit, order_id=other.id, reason="no_capacity", note="请找供电公司"
    )
    work()
    assert told(w, order)[-1] == ("decline", "unit")
    assert told(w, other)[-1] == ("return", "community_worker@community")
    back = Message.objects.get(unit=w.units.unit, title__contains="接不了")
    assert "在外地" in back.text and back.url.endswith(f"/orders/unit/{order.id}/")


@pytest.mark.req("L38")
def test_a_refused_extension_reaches_those_who_serve(w: World) -> None:
    order = order_in("in_service", w)
    s.ask_extension(
        actor=w.actors["member"], order_id=order.id, hours=48, note="等零件"
    )
    worker = w.actors["community_worker"]
    s.refuse_extension(actor=worker, order_id=order.id, note="邻居家急等")
    work()
    reached = {to for action, to in told(w, order) if action == "refuse_extension"}
    assert reached == {"member", "unit"}


def test_a_withdrawn_wish_is_told_to_whoever_had_taken_it(w: World) -> None:
    order = order_in("in_service", w)
    Message.objects.all().delete()
    s.withdraw_order(actor=link_holder(order.id), order_id=order.id)
    work()
    assert [t for t in told(w, order) if t[0] == "withdraw"] in (
        [("withdraw", "unit"), ("withdraw", "member")],
        [("withdraw", "member"), ("withdraw", "unit")],
    )


def test_the_second_reopening_reaches_the_street(w: World) -> None:
    order = order_in("done_reported", w)
    holder = link_holder(order.id)
    s.reopen_order(actor=holder, order_id=order.id, result="partly", what="还漏")
    work()
    assert ("reopen", "township_party@street") not in told(w, order)
    Order.objects.filter(id=order.id).update(state="done_reported")
    s.reopen_order(actor=holder, order_id=order.id, result="not_solved", what="还漏")
    work()
    assert ("reopen", "township_party@street") in told(w, order)


def test_danger_is_told_to_the_secretary_and_the_grid_as_well(w: World) -> None:
    order = place_online(w, urgency="life_safety")
    work()
    assert {who for _, who in told(w, order)} == {
        "community_worker@community", "community_secretary@community", "grid_worker@grid",
    }  # fmt: skip
    assert Message.objects.filter(urgent=True).count() == 3


def test_a_retried_job_tells_nobody_twice(w: World) -> None:
    order_in("dispatched", w)
    event = Event.objects.get(action="orders.dispatch")
    for _ in range(3):
        telling.tell_all([event.id])
    assert Message.objects.filter(event_id=event.id).count() == 1


def test_a_job_whose_event_is_gone_does_nothing() -> None:
    assert telling.tell_all([UUID(int=7)]) == 0
    assert not Message.objects.exists()


# --- sweeps -----------------------------------------------------------------------


def _marks(order: Order) -> list[int]:
    found = Event.objects.filter(object_id=order.id, action="orders.remind")
    return list(found.order_by("at", "id").values_list("data__at", flat=True))


@pytest.mark.req("A15", "L40")
def test_each_threshold_reminds_once_however_often_the_sweep_runs(w: World) -> None:
    order = order_in("in_service", w, at=AT)
    for hours in range(0, 24 * 7 + 1, 6):
        for _ in range(2):
            sweeps.sweep(AT + timedelta(hours=hours))
    assert _marks(order) == [50, 80, 100]
    order.refresh_from_db()
    assert order.reminded == 100 and order.state == "in_service"
    work()
    reminders = [who for what, who in told(w, order) if what == "remind"]
    assert sorted(reminders) == ["member", "member", "member", "unit"]


def test_a_worker_that_stood_still_sends_the_highest_reminder_only(w: World) -> None:
    order = order_in("in_service", w, at=AT)
    sweeps.sweep(AT + timedelta(days=6))
    assert _marks(order) == [80]


def test_a_pause_is_left_out_of_the_span(w: World) -> None:
    order = order_in("in_service", w, at=AT)
    worker = w.actors["community_worker"]
    s.pause_order(
        actor=worker, order_id=order.id, until=(AT + timedelta(days=10)).date(),
        reason="居民外出", now=AT + timedelta(days=1),
    )  # fmt: skip
    assert sweeps.sweep(AT + timedelta(days=9))["reminded"] == 0
    assert sweeps.sweep(AT + timedelta(days=10))["resumed"] == 1
    sweeps.sweep(AT + timedelta(days=12))
    assert _marks(order) == []
    sweeps.sweep(AT + timedelta(days=13))
    assert _marks(order) == [50]


@pytest.mark.req("A15")
def test_an_unanswered_dispatch_goes_to_the_street_once(w: World) -> None:
    order = order_in("dispatched", w, at=AT)
    late = AT + timedelta(days=3)
    runs = [sweeps.sweep(late + timedelta(hours=i))["escalated"] for i in range(4)]
    assert runs == [1, 0, 0, 0]
    work()
    assert ("escalate", "township_party@street") in told(w, order)
    event = Event.objects.get(object_id=order.id, action="orders.escalate")
    assert (event.from_state, event.actor_role) == ("dispatched", "system")
    assert event.path == order.path


def test_a_late_check_by_the_community_goes_to_the_street_too(w: World) -> None:
    order = place(w, at=AT)
    assert sweeps.sweep(AT + timedelta(days=1))["escalated"] == 0
    assert sweeps.sweep(AT + timedelta(days=3))["escalated"] == 1
    work()
    assert ("escalate", "township_party@street") in told(w, order)


def test_the_unit_hears_of_an_order_late_by_a_working_day(w: World) -> None:
    order = order_in("in_service", w, at=AT)
    due = Order.objects.get(pk=order.pk).due_at
    assert due  # Monday 30 November, 10:00 local
    sweeps.sweep(due + timedelta(minutes=5))
    assert sweeps.sweep(due + timedelta(hours=20))["noticed"] == 0
    assert sweeps.sweep(due + timedelta(hours=33))["noticed"] == 1
    assert sweeps.sweep(due + timedelta(hours=34))["noticed"] == 0
    assert _marks(order)[-1] == 101


def test_a_reminder_that_came_too_late_says_nothing(w: World) -> None:
    order = order_in("dispatched", w, at=AT)
    sweeps.sweep(AT + timedelta(days=2))
    s.unit_accept_order(actor=w.actors["unit_secretary"], order_id=order.id)
    work()
    assert "remind" not in [what for what, _ in told(w, order)]


def test_silence_expires_and_closes_but_never_confirms(w: World) -> None:
    waiting = order_in("published", w, at=AT)
    done = order_in("done_reported", w, at=AT)
    unrated = order_in("confirmed", w, at=AT + timedelta(hours=5))
    for _ in range(2):
        sweeps.sweep(AT + timedelta(days=61))
    states = dict(Order.objects.values_list("id", "state"))
    assert [states[o.id] for o in (waiting, done, unrated)] == [
        "expired", "done_reported", "closed",
    ]  # fmt: skip
    unrated.refresh_from_db()
    assert unrated.rating is None
    work()
    assert ("remind", "community_worker@community") in told(w, done)
    assert not [t for t in told(w, unrated) if t[0] == "remind"]


def test_two_sweeps_that_saw_the_same_row_act_once(w: World) -> None:
    from baodao.acts.actor import SYSTEM
    from baodao.acts.many import act_many
    from baodao.acts.writing import Write

    order = order_in("dispatched", w, at=AT)
    order.refresh_from_db()
    seen = [order.version]
    write = Write(set={"reminded": 50}, data={"at": 50}, job=("orders.tell", {}))
    first = act_many(SYSTEM, "orders.remind", [order.id], write, versions=seen)
    second = act_many(SYSTEM, "orders.remind", [order.id], write, versions=seen)
    assert (first, second) == ([order.id], [])
    assert _marks(order) == [50]


def test_the_sweep_asks_few_questions(
    w: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        order_in("in_service", w, at=AT)
    with django_assert_max_num_queries(12):
        sweeps.sweep()


def test_what_the_resident_adds_reaches_whoever_is_at_it(db: None) -> None:
    w = world()
    order = order_in("in_service", w)
    s.add_note(
        actor=link_holder(order.id),
        order_id=order.id,
        text="下午在家",
        audience="requester",
    )
    added = Event.objects.filter(object_id=order.id, action="orders.note").latest("at")
    telling.tell_all([added.id])
    told = Message.objects.filter(event_id=added.id)
    assert {m.person_id or m.unit_id for m in told} == {
        w.members.member.person_id, w.units.unit.id,
    }  # fmt: skip
    assert all("下午" not in m.title + m.text for m in told)
    s.add_note(
        actor=w.actors["grid_worker"],
        order_id=order.id,
        text="看过了",
        audience="staff",
    )
    quiet = Event.objects.filter(object_id=order.id, action="orders.note").latest("at")
    assert telling.tell_all([quiet.id]) == 0


def _run_worker() -> None:
    """The real worker, in a process of its own, until nothing is left to do now."""
    name = str(connection.settings_dict["NAME"])
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    argv = [sys.executable, "-m", "baodao.cli", "manage", "procrastinate", "worker"]
    argv += ["--one-shot", "--delete-jobs", "successful"]
    subprocess.run(argv, env={**os.environ, "DATABASE_URL": url}, check=True)


@pytest.fixture
def no_jobs(transactional_db: None) -> None:
    """Jobs are no model's table: what other tests committed is still there."""
    connection.cursor().execute("DELETE FROM procrastinate_jobs")


def _waiting() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status, attempts FROM procrastinate_jobs ORDER BY id")
        return list(cursor.fetchall())


def test_jobs_that_wait_are_done_together_and_each_once(no_jobs: None) -> None:
    w = world()
    for _ in range(7):
        place_online(w)
    assert len(_waiting()) == 7
    _run_worker()
    events = Event.objects.filter(action="orders.place").values_list("id", flat=True)
    assert set(events) == set(Message.objects.values_list("event_id", flat=True))
    assert _waiting() == []


def test_a_job_that_cannot_be_done_spoils_no_other(no_jobs: None) -> None:
    w = world()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'orders.tell', 0, "
            'NULL, NULL, \'{"event_id": "spoilt"}\', NULL)'
            "::procrastinate_job_to_defer_v1])"
        )
    for _ in range(3):
        place_online(w)
    _run_worker()
    with connection.cursor() as cursor:  # what waits for its second try, now
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    _run_worker()
    events = set(Event.objects.values_list("id", flat=True))
    assert set(Message.objects.values_list("event_id", flat=True)) == events
    assert [attempts for _, attempts in _waiting()] == [2]

"""One act is one transaction; a hundred thousand acts write the same rows."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, models, transaction
from django.db.utils import DatabaseError

from baodao.acts.actor import SYSTEM
from baodao.acts.bulk import Batch
from baodao.acts.engine import act, read
from baodao.acts.many import act_many, act_rows
from baodao.acts.models import Event, Note
from baodao.acts.timeline import by_side, events_of, moments, waits
from baodao.acts.writing import Write, db_value, field_of, setter
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.ids import uuid7
from baodao.orders import plans
from baodao.orders import services as s
from baodao.orders.models import Order
from baodao.orders.tests.make import TITLE, order_in, place, stretch
from baodao.people.models import Member
from baodao.people.tests.make import World, world
from baodao.places.models import LocalDay

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def w(db: None) -> World:
    return world()


def test_an_act_is_one_read_and_one_writing_statement(
    w: World, django_assert_num_queries: Any
) -> None:
    order = place(w)
    with django_assert_num_queries(2):
        act(SYSTEM, "orders.remind", order.id, lambda r: Write(set={"reminded": 50}))


def test_an_act_that_fails_writes_nothing(w: World) -> None:
    order = order_in("in_service", w)
    before = Event.objects.count()
    with pytest.raises(Invalid):
        s.report_done(
            actor=w.actors["member"], order_id=order.id, stretches=[], note=""
        )
    assert Event.objects.count() == before
    assert Order.objects.get(pk=order.pk).state == "in_service"


def test_values_go_to_the_database_as_django_would_send_them() -> None:
    """Most columns take what they are given; sealed ones and JSON never do."""
    samples: list[tuple[Any, Any]] = [
        (models.TextField, "字"), (models.UUIDField, uuid7()),
        (models.DateTimeField, AT), (models.DateField, AT.date()),
        (models.BooleanField, True), (models.IntegerField, 3),
    ]  # fmt: skip
    for f in (*Order._meta.concrete_fields, *Member._meta.concrete_fields):
        if setter(f) is None:
            kind: Any = getattr(f, "target_field", f)
            value = next(v for c, v in samples if isinstance(kind, c))
            assert db_value(f, value) == value and db_value(f, None) is None
    phone, data = field_of(Order, "phone"), field_of(Event, "data")
    assert setter(phone) and db_value(phone, "1") != "1"
    assert setter(data)


def test_an_act_on_nothing_is_not_found(w: World) -> None:
    with pytest.raises(NotFound):
        act(SYSTEM, "orders.remind", uuid7())


def test_what_was_judged_is_what_is_written(w: World) -> None:
    order = place(w)
    version = read("orders.edit", order.id)["version"]
    act(SYSTEM, "orders.remind", order.id, lambda r: Write(set={"reminded": 50}))
    with pytest.raises(Conflict):
        act(SYSTEM, "orders.remind", order.id, version=version)


def test_somebody_between_read_and_write_is_a_conflict(w: World) -> None:
    order = place(w)

    def decide(row: Any) -> Write:
        Order.objects.filter(pk=order.pk).update(version=row["version"] + 1)
        return Write(set={"reminded": 50})

    with pytest.raises(Conflict):
        act(SYSTEM, "orders.remind", order.id, decide)
    assert not Event.objects.filter(action="orders.remind").exists()


def test_the_event_log_cannot_be_changed_or_cut(w: World) -> None:
    place(w)
    for statement in ("UPDATE acts_event SET action = 'x'", "DELETE FROM acts_event"):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as c,
        ):
            c.execute(statement)


def test_free_text_is_in_sealed_notes_and_not_in_the_event(w: World) -> None:
    order = order_in("dispatched", w)
    s.return_order(
        actor=w.actors["unit_secretary"], order_id=order.id, reason="no_capacity",
        note="这几天人手不够",
    )  # fmt: skip
    event = Event.objects.get(object_id=order.id, action="orders.return")
    assert "人手" not in str(event.data) and event.reason == "no_capacity"
    assert [n.text for n in event.notes.all()] == ["这几天人手不够"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM acts_note")
        assert all("人手".encode() not in bytes(row[0]) for row in cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_forty_orders_and_eight_threads_each_published_once() -> None:
    w = world()
    ids = [order_in("verified", w).id for _ in range(10)]
    actor = w.actors["community_worker"]
    outcomes: list[str] = []

    def publish_all() -> None:
        for pk in ids:
            try:
                s.publish_order(actor=actor, order_id=pk)
                outcomes.append("done")
            except Conflict:
                outcomes.append("refused")
        connections["default"].close()

    threads = [threading.Thread(target=publish_all) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert outcomes.count("done") == 10 and outcomes.count("refused") == 30
    assert Event.objects.filter(action="orders.publish").count() == 10


def _rows(order: Order) -> list[Any]:
    skip = {"id", "no", "code", "token", "created_at", "place", "household"}
    mine = {
        f.name: getattr(order, f.attname)
        for f in Order._meta.fields
        if f.name not in skip
    }
    story = [
        (e.action, e.at, e.from_state, e.to_state, e.reason, e.actor_role, e.path,
         {k: v for k, v in e.data.items() if k != "source"},
         sorted((n.audience, n.text) for n in e.notes.all()))
        for e in events_of(order.id)
    ]  # fmt: skip
    return [mine, story]


def test_acts_in_a_batch_write_what_single_acts_write(w: World) -> None:
    single = order_in("done_reported", w, at=AT)
    ctx = s.context(w.places.grid.path, AT)
    twin = Order(
        no="1123-99", place=w.places.grid, path=w.places.grid.path, kind="wish",
        category_id="repair", urgency="normal", source="desk", title=TITLE,
        detail="烟道两年没清，最近生火倒烟。", call_name="阿佳", phone="13800000000",
        phone_hash=single.phone_hash, address="3 栋 2 单元", seen_how="desk",
        consent_public=True, placed_by=w.actors["community_worker"].account_id,
    )  # fmt: skip
    for name, value in plans.placed(twin, ctx).items():
        setattr(twin, name, value)
    worker, unit, member = (
        w.actors[k] for k in ("community_worker", "unit_secretary", "member")
    )
    batch = Batch()
    batch.create(
        worker.for_someone("居民（来访登记）"), "orders.place", twin,
        Write(data={"source": "desk", "kind": "wish"}), at=AT,
    )  # fmt: skip

    def do(actor: Any, event: str, write: Write) -> None:
        batch.act(actor, f"orders.{event}", twin, write, at=AT)

    do(
        worker,
        "verify",
        plans.verify(
            vars(twin),
            ctx,
            title=TITLE,
            urgency="normal",
            category="repair",
            seen_how="phone",
        ),
    )
    do(
        worker,
        "dispatch",
        plans.dispatch(
            vars(twin), ctx, unit_id=w.units.unit.id, unit_name=str(w.units.unit)
        ),
    )
    do(unit, "unit_accept", plans.unit_accept(vars(twin), ctx))
    do(
        unit,
        "assign",
        plans.assign(
            vars(twin),
            ctx,
            member_id=w.members.member.id,
            person_id=w.members.member.person_id,
            member_name=w.members.member.person.name,
        ),
    )
    do(member, "accept", plans.accept(vars(twin), ctx))
    do(member, "start", plans.start(vars(twin), ctx))
    do(member, "report_done", plans.report_done(
        vars(twin), ctx, stretches=[stretch(w, AT - timedelta(hours=2))],
        note="烟道清好了，试过火。"))  # fmt: skip
    batch.flush()
    twin.refresh_from_db()
    assert _rows(twin) == _rows(single)


def test_one_decision_for_many_rows_writes_what_single_acts_write(w: World) -> None:
    single, first, second = (order_in("verified", w, at=AT) for _ in range(3))
    gone = order_in("published", w, at=AT)
    write = Write(set={"reminded": 80, "seen_how": "desk"}, data={"percent": 80})
    act(SYSTEM, "orders.remind", single.id, lambda r: write, now=AT)
    moved = act_many(SYSTEM, "orders.remind", [first.id, second.id], write, now=AT)
    assert set(moved) == {first.id, second.id}
    for order in (single, first, second):
        order.refresh_from_db()
    assert _rows(first) == _rows(single) == _rows(second)
    closed = act_many(SYSTEM, "orders.expire", [gone.id, first.id], Write(), now=AT)
    assert closed == [gone.id]
    gone.refresh_from_db()
    assert gone.state == "expired" and gone.version == 4
    with pytest.raises(PermissionError):
        act_many(w.actors["member"], "orders.expire", [gone.id])


def test_many_decisions_write_the_same_as_single_ones(w: World) -> None:
    one, two, single = (order_in("verified", w, at=AT) for _ in range(3))
    worker = w.actors["community_worker"]

    def write(n: int) -> Write:
        return Write(
            set={"seen_how": "desk", "reminded": n}, reason="wording",
            notes=[("staff", f"第{n}条")],
        )  # fmt: skip

    act(worker, "orders.edit", single.id, lambda r: write(1), now=AT)
    moved = act_rows(
        worker, "orders.edit", {one.id: write(1), two.id: write(2)}, now=AT
    )
    assert set(moved) == {one.id, two.id}
    for order in (single, one, two):
        order.refresh_from_db()
    assert _rows(one) == _rows(single) and two.reminded == 2
    assert events_of(two.id)[-1].notes.get().text == "第2条"


def test_what_a_decision_adds_is_written_with_its_own_row_only(w: World) -> None:
    kept, changed = (order_in("verified", w, at=AT) for _ in range(2))
    seen = {o.id: Order.objects.get(pk=o.id).version for o in (kept, changed)}
    act(SYSTEM, "orders.remind", changed.id, lambda r: Write(set={"reminded": 50}))
    days = {
        o.id: LocalDay(path=o.path, day=date(2026, 5, n), kind="holiday", name="试")
        for n, o in enumerate((kept, changed), 1)
    }
    writes = {pk: Write(set={"reminded": 80}, adds=[day]) for pk, day in days.items()}
    act_rows(SYSTEM, "orders.remind", writes, versions=seen)
    assert LocalDay.objects.get().id == days[kept.id].id


def test_many_decisions_leave_alone_what_has_changed(w: World) -> None:
    kept, changed = order_in("verified", w, at=AT), order_in("verified", w, at=AT)
    seen = {o.id: Order.objects.get(pk=o.id).version for o in (kept, changed)}
    act(SYSTEM, "orders.remind", changed.id, lambda r: Write(set={"reminded": 50}))
    same = Write(set={"reminded": 80}, notes=[("staff", "补")])
    notes = Note.objects.count()
    moved = act_rows(SYSTEM, "orders.remind", dict.fromkeys(seen, same), versions=seen)
    assert moved == [kept.id] and Note.objects.count() == notes + 1
    with pytest.raises(ValueError, match="one shape"):
        act_rows(SYSTEM, "orders.remind", {kept.id: same, changed.id: Write()})


def test_the_split_of_time_adds_up_to_what_has_passed(w: World) -> None:
    order = order_in("dispatched", w, at=AT)
    s.pause_order(
        actor=w.actors["community_worker"], order_id=order.id, until=(AT + timedelta(days=3)).date(), reason="居民外出",
        now=AT + timedelta(hours=5),
    )  # fmt: skip
    s.resume_order(
        actor=w.actors["community_worker"],
        order_id=order.id,
        now=AT + timedelta(hours=8),
    )
    s.unit_accept_order(
        actor=w.actors["unit_secretary"], order_id=order.id, now=AT + timedelta(hours=9)
    )
    found = waits(moments(events_of(order.id)), Order.FLOW, AT + timedelta(hours=10))
    assert by_side(found) == {
        "unit": timedelta(hours=7),
        "pause": timedelta(hours=3),
    }
    assert sum((x.span for x in found), timedelta()) == timedelta(hours=10)


def test_notes_are_written_with_their_event(w: World) -> None:
    order = place(w)
    s.add_note(
        actor=w.actors["grid_worker"],
        order_id=order.id,
        text="下午再去看",
        audience="staff",
    )
    assert Note.objects.get().event.action == "orders.note"

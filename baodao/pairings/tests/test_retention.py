"""What is kept no longer than its time (domain 8.8, 9.3)."""

from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse

from baodao.acts.models import Event, Note
from baodao.core.clock import at_local
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.notifications import expiring
from baodao.notifications.models import Message
from baodao.orders.models import Order
from baodao.orders.tests.make import order_in
from baodao.pairings import private, services
from baodao.pairings.models import Consent, HouseholdPairing, PlannedPair, Visit
from baodao.pairings.tests.make import planned
from baodao.pairings.tests.visiting import DAY, NOW, bond, visit
from baodao.people import retention
from baodao.people.models import RetentionRun
from baodao.people.tests.make import World, world
from baodao.places.services import set_setting
from baodao.records.models import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def after(days: int) -> datetime:
    return at_local(DAY + timedelta(days=days), time(3))


def ended(w: World) -> HouseholdPairing:
    it = bond(w, quiet_months=[7], phone_only=True)
    services.end(
        actor=w.actors["community_worker"], pairing_id=it.pk, reason="goal_met",
        note="孩子接走了", now=NOW,
    )  # fmt: skip
    it.refresh_from_db()
    return it


def test_edge_case_8_detail_of_a_bond_is_gone_ninety_days_after_its_end(
    w: World,
) -> None:
    it = ended(w)
    assert Note.objects.filter(event__object_id=it.pk).exists()
    assert retention.run(after(90)) is None
    done = retention.run(after(91))
    assert done and done.counts == {"bonds": 1}
    it.refresh_from_db()
    assert (it.parts, it.quiet_months, it.phone_only, it.focus) == (
        [],
        [],
        False,
        "other",
    )
    assert it.state == "ended" and it.end_reason == "goal_met"
    assert not Note.objects.filter(event__object_id=it.pk).exists()
    assert Event.objects.filter(object_id=it.pk).exists()
    event = Event.objects.get(action="retention.run")
    assert event.data == {"bonds": 1} and event.actor_role == "system"
    assert retention.run(after(92)) is None
    client = w.client("community_worker")
    url = reverse("pairings:detail", args=[it.pk])
    assert client.get(url).status_code == 404
    assert "户0312" not in client.get("/pairings/?show=over").content.decode()
    # Its consent is the proof that it was agreed to, for three years more.
    assert Consent.objects.filter(pairing=it).exists()
    assert retention.run(after(1097)) and not Consent.objects.exists()


def test_a_visit_is_one_day_in_a_list_after_a_year(w: World) -> None:
    made = visit(w, bond(w), follow="想要一副老花镜", topics=("needs",), at=time(9))
    assert retention.run(after(365)) is None
    done = retention.run(after(366))
    assert done and done.counts["visits"] == 1
    made = Visit.objects.get()
    assert (made.note, made.topics, made.started_at) == ("", [], None)
    assert made.visited_on == DAY
    assert not Record.objects.exists()


def test_what_somebody_has_appealed_about_stays(w: World) -> None:
    it = ended(w)
    secretary = w.actors["community_secretary"]
    given = {"object_id": it.pk, "path": it.home_path, "what": "户0312的结对"}
    with pytest.raises(Invalid):
        retention.hold(actor=secretary, why=" ", **given)
    with pytest.raises(NotFound):
        retention.hold(actor=w.actors["outsider"], why="申诉", **given)
    held = retention.hold(actor=secretary, why="有申诉", **given)
    with pytest.raises(Conflict):
        retention.hold(actor=secretary, why="有申诉", **given)
    assert retention.run(after(100)) is None
    county = w.actors["county_org"]
    lines = {ln.it.kind: ln for ln in retention.preview(county, after(100).date())}
    assert (lines["bonds"].n, lines["bonds"].held) == (0, 1)
    retention.release(actor=secretary, hold_id=held.id)
    assert retention.run(after(100))


def test_a_district_may_keep_less_long(w: World) -> None:
    it = ended(w)
    set_setting(
        actor=w.actors["county_org"], path=w.places.district.path, value="30",
        key="retention.pairing_days", reason="群众要求",
    )  # fmt: skip
    spans = retention.spans_of("retention.pairing_days")
    assert spans == {"": 90, w.places.district.path: 30}
    assert retention.run(after(31))
    it.refresh_from_db()
    assert it.forgotten_on


def test_orders_looks_and_suggested_pairs_have_their_time_too(w: World) -> None:
    order = order_in("closed", w)
    closed = Order.objects.get(pk=order.pk)
    title, category = closed.title, closed.category_id
    assert closed.detail and closed.closed_at
    it = bond(w)
    private.look_at(
        actor=w.actors["member"], pairing_id=it.pk, purpose="visit", now=NOW
    )
    plan = planned(w)
    day = max(closed.closed_at, NOW)
    assert Event.objects.filter(action="pairings.reveal").exists()
    done = retention.run(day + timedelta(days=1200))
    assert done and {"orders", "looks"} <= done.counts.keys()
    closed.refresh_from_db()
    assert (closed.detail, closed.phone, closed.call_name) == ("", "", "")
    assert (closed.title, closed.category_id, closed.household_id) == (
        title, category, None,
    )  # fmt: skip
    assert not Event.objects.filter(action="pairings.reveal").exists()
    assert PlannedPair.objects.filter(plan=plan).exists()  # still a draft
    # The log is append-only for everybody else, also right after.
    from django.db import Error, transaction

    with pytest.raises(Error), transaction.atomic():
        Event.objects.filter(action="pairings.ask").delete()


def test_it_is_told_on_the_first_and_done_on_the_tenth(w: World) -> None:
    ended(w)
    first = at_local(date(2026, 7, 1), time(9))
    assert expiring.tell(first) == 1
    told = Message.objects.get(role="privacy_officer")
    assert "7月10日要删除到期的1条" in told.title
    assert RetentionRun.objects.get().dry
    assert retention.run(at_local(date(2026, 7, 10), time(3)))


def test_the_page_says_how_many_and_not_whom(w: World) -> None:
    it = ended(w)
    HouseholdPairing.objects.filter(pk=it.pk).update(ended_on=date(2024, 1, 1))
    url = reverse("people:retention")
    for key in ("privacy_officer", "county_org", "audit_admin"):
        page = w.client(key).get(url, {"kind": "bonds"})
        assert page.status_code == 200
        text = page.content.decode()
        assert "结束了的结对的情况" in text and "0312" not in text
    sheet = w.client("privacy_officer").post(
        "/exports/retention/?kind=bonds", {"kind": "csv"}
    )
    rows = b"".join(sheet.streaming_content)  # type: ignore[attr-defined]
    assert "森格社区" in rows.decode()
    for key in ("community_worker", "unit_secretary", "member", "anonymous"):
        assert w.client(key).get(url).status_code in (302, 404)
    client = w.client("community_secretary")
    hold = reverse("pairings:hold", args=[it.pk])
    detail = reverse("pairings:detail", args=[it.pk])
    assert "先不删" in client.get(detail).content.decode()
    assert client.post(hold, {"why": "有申诉"}).status_code == 302
    assert w.client("community_worker").post(hold, {"why": "x"}).status_code == 403
    page = w.client("privacy_officer").get(url)
    assert "有申诉" in page.content.decode()
    held = page.context["holds"][0]
    release = reverse("people:retention_release", args=[held.pk])
    assert w.client("far_county_org").post(release).status_code == 404
    assert w.client("privacy_officer").post(release).status_code == 302
    assert w.client("privacy_officer").get(release).status_code == 405

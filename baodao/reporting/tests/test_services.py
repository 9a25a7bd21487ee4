"""What the product promises of a report-in, by its services on PostgreSQL."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from baodao.acts.bulk import Batch
from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.duties.models import Duty
from baodao.notifications.models import Message
from baodao.people.models import ContactTie, Member, RoleTie
from baodao.people.tests.make import World, world
from baodao.places.calendars import calendar_for
from baodao.places.models import Place
from baodao.reporting import jobs, plans
from baodao.reporting import services as s
from baodao.reporting.models import ReportIn, ReportInItem
from baodao.reporting.tests.make import (
    AT,
    MEMBER_SAID,
    UNIT_SAID,
    accepted,
    at_point,
    home,
    of_unit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def _state(report_in: ReportIn) -> str:
    return str(ReportIn.objects.values_list("state", flat=True).get(pk=report_in.pk))


def _story(report_in: ReportIn) -> list[str]:
    found = Event.objects.filter(object_id=report_in.id).order_by("at", "id")
    return [a.split(".")[1] for a in found.values_list("action", flat=True)]


@pytest.mark.req("A09")
def test_a_member_reports_in_at_two_places_each_with_its_own_state(w: World) -> None:
    residence, unit = home(w), at_point(w)
    accepted(w, residence)
    assert (_state(residence), _state(unit)) == ("active", "submitted")
    member = Member.objects.get(id=w.members.newcomer.id)
    assert member.residence_id == w.places.community.id
    assert (member.point_id, member.skills) == (None, ["repair"])
    accepted(w, unit)
    member.refresh_from_db()
    assert member.point_path == w.places.community.path


def test_accepting_sets_the_half_year_and_the_receipt_runs_per_community(
    w: World,
) -> None:
    first = accepted(w, home(w))
    second = home(w, "neighbour")
    assert (first.receipt_no, second.receipt_no) == ("0001", "0002")
    assert (first.confirmed_on, first.reconfirm_due) == (
        date(2026, 11, 23),
        date(2027, 5, 25),
    )
    assert first.due_at is None


@pytest.mark.req("L04", "L05")
def test_a_unit_reports_in_with_head_liaison_and_lists(w: World) -> None:
    report_in = accepted(w, of_unit(w))
    assert (report_in.head_name, report_in.liaison_name) == ("王建国", "李秀英")
    kinds = list(report_in.items.values_list("kind", flat=True))
    assert kinds == ["need", "resource", "resource"]
    assert _story(report_in) == ["submit", "accept"]


@pytest.mark.req("L05")
def test_new_lists_after_a_return_are_a_new_edition(w: World) -> None:
    report_in = of_unit(w)
    s.return_report_in(
        actor=w.actors["community_worker"], report_in_id=report_in.id,
        reason="needs_info", note="会议室写一下地址", now=AT,
    )  # fmt: skip
    s.resubmit(
        actor=w.actors["unit_liaison"],
        report_in_id=report_in.id,
        said=UNIT_SAID,
        now=AT,
    )
    report_in.refresh_from_db()
    assert (report_in.state, report_in.edition) == ("submitted", 2)
    assert ReportInItem.objects.filter(report_in=report_in).count() == 6


def test_a_draft_belongs_to_the_unit_until_it_is_sent(w: World) -> None:
    report_in = of_unit(w, draft=True, said=plans.Statement())
    assert (report_in.state, report_in.due_at) == ("draft", None)
    s.resubmit(
        actor=w.actors["unit_secretary"],
        report_in_id=report_in.id,
        said=UNIT_SAID,
        now=AT,
    )
    assert _story(report_in) == ["draft", "submit"]


@pytest.mark.req("A02")
def test_a_worker_reports_somebody_in_on_behalf_and_from_paper(w: World) -> None:
    worker = w.actors["community_worker"]
    report_in = home(w, actor=worker, method="paper", reported_on=date(2026, 11, 2))
    event = Event.objects.get(object_id=report_in.id)
    assert (report_in.reported_on, event.on_behalf_of) == (
        date(2026, 11, 2),
        "党员本人",
    )
    with pytest.raises(Invalid):
        home(
            w, "neighbour", actor=worker, method="paper", reported_on=date(2026, 11, 24)
        )


@pytest.mark.parametrize(
    "key", ["second_community_worker", "outsider", "anonymous", "resident"]
)
def test_others_report_nobody_in_here(w: World, key: str) -> None:
    with pytest.raises(NotFound):
        home(w, actor=w.actors[key], method="on_behalf")


def test_a_member_reports_in_nobody_else(w: World) -> None:
    with pytest.raises(NotFound):
        home(w, actor=w.actors["colleague"])


def test_only_fitting_places_are_accepted(w: World) -> None:
    virtual = Place.objects.get(id=w.places.second_community.id)
    virtual.kind = "virtual"
    virtual.save()
    for channel, place in (
        ("residence", w.places.second_community), ("residence", w.places.grid),
        ("residence", w.places.street), ("unit", w.places.other_community),
        ("unit", w.places.second_community), ("unit", w.places.estate),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            home(w, channel=channel, place_id=place.id)
        assert "place" in refused.value.fields


def test_a_grid_may_be_the_contact_point(w: World) -> None:
    ContactTie.objects.create(
        unit=w.units.unit, point=w.places.grid, path=w.places.grid.path,
        valid_from=date(2026, 1, 1),
    )  # fmt: skip
    report_in = of_unit(w, place_id=w.places.grid.id)
    accepted(w, report_in)
    assert accepted(w, of_unit(w)).state == "active"  # two points, both allowed (8.36)


@pytest.mark.parametrize(
    "key", ["second_community_worker", "outsider", "far_county_org"]
)
def test_another_community_does_not_find_it(w: World, key: str) -> None:
    with pytest.raises(NotFound):
        s.accept(actor=w.actors[key], report_in_id=home(w).id, now=AT)


@pytest.mark.parametrize(
    "key", ["practice_center", "grid_worker", "newcomer", "unit_secretary"]
)
def test_who_may_look_but_not_accept_is_told_so(w: World, key: str) -> None:
    report_in = of_unit(w) if key == "unit_secretary" else home(w)
    error = NotFound if key == "grid_worker" else Forbidden
    with pytest.raises(error):
        s.accept(actor=w.actors[key], report_in_id=report_in.id, now=AT)


def test_nobody_accepts_their_own(w: World) -> None:
    RoleTie.objects.create(
        person=w.members.newcomer.person, role="community_worker", place=w.places.community,
        path=w.places.community.path,
    )  # fmt: skip
    from dataclasses import replace

    both = replace(w.actors["community_worker"], member_id=w.members.newcomer.id)
    report_in = home(w)
    with pytest.raises(Forbidden):
        s.accept(actor=both, report_in_id=report_in.id, now=AT)
    with pytest.raises(Forbidden):
        s.return_report_in(
            actor=both, report_in_id=report_in.id, reason="duplicate", note="x", now=AT
        )


def test_the_same_person_reports_once_per_channel(w: World) -> None:
    home(w)
    with pytest.raises(Conflict, match="已经有一份"):
        home(w, place_id=w.places.second_community.id)
    accepted(w, at_point(w))
    with pytest.raises(Conflict, match="已经在这里"):
        at_point(w)
    of_unit(w)
    with pytest.raises(Conflict, match="本单位已经"):
        of_unit(w)


def test_the_database_keeps_one_live_report_in_per_channel(w: World) -> None:
    first, second = accepted(w, home(w)), home(w, place_id=w.places.second_community.id)
    fields = {"accepted_at": AT, "reconfirm_due": date(2027, 1, 1), "state": "active"}
    with pytest.raises(IntegrityError, match="one_live"), transaction.atomic():
        ReportIn.objects.filter(id=second.id).update(**fields)
    with pytest.raises(IntegrityError, match="one_subject"), transaction.atomic():
        ReportIn.objects.filter(id=first.id).update(subject_unit=w.units.unit)


def test_one_client_id_is_one_report_in(w: World) -> None:
    first = home(w, client_id="tap-1")
    s.withdraw(actor=w.actors["newcomer"], report_in_id=first.id, now=AT)
    assert home(w, client_id="tap-1").id == first.id
    assert ReportIn.objects.count() == 1


# --- moving -----------------------------------------------------------------------


@pytest.mark.req("A09")
def test_moving_ends_the_old_report_in_when_the_new_place_accepts(w: World) -> None:
    old = accepted(w, home(w))
    new = home(w, place_id=w.places.second_community.id)
    assert (_state(old), new.previous_id) == ("transfer_pending", old.id)
    member = Member.objects.get(id=w.members.newcomer.id)
    assert member.residence_id == w.places.community.id  # duties stay for now
    accepted(w, new, "second_community_worker")
    old.refresh_from_db()
    member.refresh_from_db()
    assert (old.state, old.end_reason, old.ended_on) == (
        "ended",
        "moved",
        date(2026, 11, 23),
    )
    assert member.residence_id == w.places.second_community.id
    assert _story(old) == ["submit", "accept", "start_transfer", "replace"]


@pytest.mark.parametrize("key", ["newcomer", "community_worker", "unit_secretary"])
def test_member_old_community_and_unit_may_start_a_transfer(w: World, key: str) -> None:
    old = accepted(w, home(w))
    new = s.start_transfer(
        actor=w.actors[key],
        report_in_id=old.id,
        place_id=w.places.second_community.id,
        now=AT,
    )
    assert (_state(old), new.state, new.posts) == (
        "transfer_pending",
        "submitted",
        ["care"],
    )


def test_a_worker_of_the_new_place_reports_in_who_is_still_elsewhere(w: World) -> None:
    old = accepted(w, home(w))
    home(
        w, actor=w.actors["second_community_worker"], method="on_behalf",
        place_id=w.places.second_community.id,
    )  # fmt: skip
    assert _state(old) == "transfer_pending"
    event = Event.objects.get(object_id=old.id, action="reporting.start_transfer")
    assert (event.actor_role, event.on_behalf_of) == ("system", "党员本人")


def test_cancelling_a_transfer_takes_back_the_new_report_in_and_the_reverse(
    w: World,
) -> None:
    old = accepted(w, home(w))
    member = w.actors["newcomer"]
    new = home(w, place_id=w.places.second_community.id)
    s.cancel_transfer(actor=member, report_in_id=old.id, now=AT)
    assert (_state(old), _state(new)) == ("active", "ended")
    again = home(w, place_id=w.places.second_community.id)
    s.withdraw(actor=member, report_in_id=again.id, now=AT)
    assert (_state(old), _state(again)) == ("active", "ended")


def test_a_returned_move_leaves_the_old_place_in_charge(w: World) -> None:
    old = accepted(w, home(w))
    new = home(w, place_id=w.places.second_community.id)
    s.return_report_in(
        actor=w.actors["second_community_worker"], report_in_id=new.id,
        reason="wrong_community", note="住在康乐新居，请报到森格社区", now=AT,
    )  # fmt: skip
    assert (_state(old), _state(new)) == ("transfer_pending", "returned")
    new.refresh_from_db()
    assert new.due_at == plans.Context(AT, calendar_for(""), {}).calendar.add_workdays(
        AT, 10
    )


@pytest.mark.parametrize(
    "reason", ["retired", "deceased", "error", "unit_changed", "exempt"]
)
def test_ending_asks_for_a_reason_and_clears_the_place(w: World, reason: str) -> None:
    report_in = accepted(w, home(w))
    worker = w.actors["community_worker"]
    with pytest.raises(Invalid):
        s.end(actor=worker, report_in_id=report_in.id, reason="withdrawn", now=AT)
    s.end(actor=worker, report_in_id=report_in.id, reason=reason, now=AT)
    member = Member.objects.get(id=w.members.newcomer.id)
    assert (_state(report_in), member.residence_id, member.residence_path) == (
        "ended",
        None,
        None,
    )


def test_a_report_in_may_follow_one_that_ended(w: World) -> None:
    report_in = accepted(w, home(w))
    s.end(
        actor=w.actors["community_worker"],
        report_in_id=report_in.id,
        reason="error",
        now=AT,
    )
    assert accepted(w, home(w)).state == "active"


# --- staying ----------------------------------------------------------------------


@pytest.mark.req("L06", "L17")
@pytest.mark.parametrize("key", ["newcomer", "community_worker", "unit_secretary"])
def test_member_worker_and_unit_confirm_again(w: World, key: str) -> None:
    report_in = accepted(w, home(w))
    later = AT + timedelta(days=180)
    s.reconfirm(actor=w.actors[key], report_in_id=report_in.id, now=later)
    report_in.refresh_from_db()
    assert report_in.confirmed_on == date(2027, 5, 22)
    assert report_in.reconfirm_due == date(2027, 11, 21)


@pytest.mark.req("L17")
def test_confirming_again_is_owed_from_thirty_days_before(w: World) -> None:
    report_in = accepted(w, home(w))
    owed = [s.sweep(AT + timedelta(days=d))["owed"] for d in (150, 153, 154, 190)]
    assert owed == [0, 1, 0, 0]
    duty = Duty.objects.get(source_id=report_in.id)
    assert (duty.member_id, duty.due_on) == (
        report_in.member_id,
        report_in.reconfirm_due,
    )
    at = AT + timedelta(days=190)
    s.reconfirm(actor=w.actors["newcomer"], report_in_id=report_in.id, now=at)
    duty.refresh_from_db()
    assert (duty.state, duty.made_up) == ("confirmed", True)
    s.sweep(at + timedelta(days=183))
    assert Duty.objects.filter(source_id=report_in.id).count() == 2


@pytest.mark.req("L17")
def test_who_is_no_longer_here_owes_no_confirmation(w: World) -> None:
    report_in = accepted(w, home(w))
    s.sweep(AT + timedelta(days=160))
    worker = w.actors["community_worker"]
    s.end(actor=worker, report_in_id=report_in.id, reason="moved_out")
    assert s.sweep(AT + timedelta(days=161))["no_longer_owed"] == 1
    assert Duty.objects.get(source_id=report_in.id).state == "cancelled"


def test_a_late_acceptance_goes_to_the_township_and_is_never_automatic(
    w: World,
) -> None:
    report_in = home(w)
    assert s.sweep(AT + timedelta(days=3))["escalated"] == 0
    assert s.sweep(AT + timedelta(days=4))["escalated"] == 1
    assert s.sweep(AT + timedelta(days=60))["escalated"] == 0
    report_in.refresh_from_db()
    assert report_in.state == "submitted"
    assert report_in.escalated_at is not None
    event = Event.objects.get(object_id=report_in.id, action="reporting.escalate")
    jobs.tell(str(event.id))
    told = Message.objects.get(event_id=event.id)
    assert (told.role, told.path) == ("township_party", w.places.street.path)
    accepted(w, report_in, "township_party")


@pytest.mark.req("A02")
def test_everybody_concerned_is_told(w: World) -> None:
    report_in = home(w)
    accepted(w, report_in)
    for event in Event.objects.filter(object_id=report_in.id):
        jobs.tell(str(event.id))
        jobs.tell(str(event.id))
    told = Message.objects.order_by("at")
    assert [(m.role, m.person_id) for m in told] == [
        ("community_worker", None),
        ("", w.members.newcomer.person_id),
    ]


def test_a_batch_takes_the_same_decisions_as_single_acts(w: World) -> None:
    single = accepted(w, home(w))
    context = s.context(w.places.community.path, AT)
    twin = ReportIn(
        channel="residence", member=w.members.colleague, unit_id=w.units.unit.id,
        receipt_no="0002", point=w.places.community, path=w.places.community.path,
        state="submitted", method="self", reported_on=context.day,
        **plans.begun("submitted", context), **MEMBER_SAID.columns(),
    )  # fmt: skip
    batch = Batch()
    batch.create(
        w.actors["colleague"], "reporting.submit", twin,
        plans.created(twin.id, MEMBER_SAID, "self", "submitted"), at=AT,
    )  # fmt: skip
    row = vars(twin)
    batch.act(
        w.actors["community_worker"],
        "reporting.accept",
        twin,
        plans.accept(row, context),
        at=AT,
    )
    with transaction.atomic():
        batch.flush()
    twin = ReportIn.objects.get(id=twin.id)
    for name in (
        "state",
        "due_at",
        "accepted_at",
        "confirmed_on",
        "reconfirm_due",
        "version",
    ):
        assert getattr(twin, name) == getattr(single, name), name
    assert _story(twin) == _story(single)

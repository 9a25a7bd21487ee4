"""What the product promises of bonds, by its services on PostgreSQL."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from baodao.acts.actor import link_holder
from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.departures import services as departures
from baodao.duties.models import Duty
from baodao.notifications.models import Message
from baodao.orders.tests.make import order_in
from baodao.pairings import (
    estates,
    fitting,
    jobs,
    plan_services,
    planning,
    private,
    rules,
    suggesting,
    sweeps,
)
from baodao.pairings import services as s
from baodao.pairings.models import Apart, Consent, EstatePairing, HouseholdPairing
from baodao.pairings.plans import Given, Terms
from baodao.pairings.tests.make import (
    AT,
    SIGNED,
    active,
    another_home,
    asked,
    fresh,
    proposed,
)
from baodao.people.models import Member
from baodao.people.tests.make import World, world
from baodao.places.models import Household
from baodao.places.tests.changing import carried_out

pytestmark = pytest.mark.django_db
DAY = AT.date()


@pytest.fixture
def w() -> World:
    return world()


def _owed(it: HouseholdPairing, state: str = "due") -> list[str]:
    found = Duty.objects.filter(source_id=it.pk, state=state)
    return sorted(found.values_list("key", flat=True))


@pytest.mark.req("L08", "L37")
def test_from_proposal_to_consent_the_year_is_owed(w: World) -> None:
    it = active(w)
    assert it.state == "active" and it.since == DAY
    assert it.consent_until == date(2027, 11, 3)
    assert it.focus == "elder" and it.channel == "residence"
    assert it.path == w.places.community.path and it.unit_id == w.units.other.id
    paper = Consent.objects.get(pairing=it)
    assert paper.collector == "卓玛" and len(paper.digest) == 16
    assert "2026-11" in _owed(it)
    assert all(d.path == w.places.community.path for d in Duty.objects.all())


@pytest.mark.req("L08")
def test_before_the_household_agrees_the_member_sees_nothing_of_it(w: World) -> None:
    it = asked(w)
    me = w.actors["neighbour"]
    with pytest.raises(Conflict):
        private.look_at(actor=me, pairing_id=it.pk, purpose="visit", now=AT)
    assert not Duty.objects.exists()


def test_a_look_is_on_record_and_needs_a_purpose(w: World) -> None:
    it = active(w)
    me = w.actors["neighbour"]
    with pytest.raises(Invalid):
        private.look_at(actor=me, pairing_id=it.pk, purpose="")
    shown = private.look_at(actor=me, pairing_id=it.pk, purpose="visit")
    assert shown["call_name"] == "赵阿姨"
    event = Event.objects.get(action="pairings.reveal")
    assert event.reason == "visit" and event.actor_person == me.person_id
    for key, error in (("unit_secretary", NotFound), ("township_party", Forbidden)):
        with pytest.raises(error):
            private.look_at(actor=w.actors[key], pairing_id=it.pk, purpose="visit")


@pytest.mark.req("L37")
def test_spoken_consent_needs_a_witness_and_a_minor_a_guardian(w: World) -> None:
    it = asked(w)
    worker = w.actors["community_worker"]
    with pytest.raises(Invalid) as error:
        s.consent(actor=worker, pairing_id=it.pk, given=Given("spoken"), now=AT)
    assert "witness" in error.value.fields
    home = another_home(w, focus=("minor", "elder"))
    child = asked(w, "member", household_id=home.pk)
    assert child.focus == "minor" and child.guardian_present
    with pytest.raises(Invalid) as error:
        s.consent(actor=worker, pairing_id=child.pk, given=SIGNED, now=AT)
    assert "by_guardian" in error.value.fields
    given = Given("spoken", "bo", DAY, "次仁", by_guardian=True, signer="外婆")
    s.consent(actor=worker, pairing_id=child.pk, given=given, now=AT)
    # domain 8.34: spoken, in Tibetan, noted with a witness.
    paper = Consent.objects.get(pairing=child)
    assert (paper.way, paper.language, paper.witness) == ("spoken", "bo", "次仁")


@pytest.mark.req("L37")
def test_nobody_visits_a_minor_alone(w: World) -> None:
    home = another_home(w, focus=("minor",))
    alone = Terms(guardian_present=False)
    with pytest.raises(Invalid) as error:
        proposed(w, household_id=home.pk, terms=alone)
    assert "guardian_present" in error.value.fields
    two = Terms(second_id=w.members.member.id)
    it = proposed(w, household_id=home.pk, terms=two)
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseholdPairing.objects.filter(pk=it.pk).update(
            state="active", second=None, since=DAY, consent_until=date(2027, 1, 1)
        )


def test_edge_10_nobody_is_paired_with_their_own_home(w: World) -> None:
    """domain 8.10: marked, or known by the telephone number."""
    worker, member = w.actors["community_worker"], w.members.neighbour
    fitting.set_apart(
        actor=worker, member_id=member.id, household_id=w.household.id, why="relative"
    )
    with pytest.raises(Invalid) as error:
        proposed(w)
    assert error.value.code == "apart"
    # Whatever way it is written.
    it = proposed(w, "member")
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseholdPairing.objects.filter(pk=it.pk).update(member=member)
    mine = another_home(w, phone=w.members.member.person.phone)
    s.cancel(actor=worker, pairing_id=it.pk, now=AT)
    with pytest.raises(Invalid):
        proposed(w, "member", household_id=mine.pk)
    fitting.unset_apart(actor=worker, apart_id=Apart.objects.get().pk)
    assert proposed(w).state == "proposed"


def test_edge_11_a_member_has_one_household_a_household_may_have_two(w: World) -> None:
    active(w)
    home = another_home(w)
    with pytest.raises(Invalid):
        proposed(w, household_id=home.pk)
    assert active(w, "member").state == "active"
    assert HouseholdPairing.objects.filter(state="active").count() == 2


def test_only_members_who_reported_here(w: World) -> None:
    for key in ("far", "newcomer"):
        with pytest.raises(Invalid) as error:
            proposed(w, key)
        assert "member" in error.value.fields


def test_nobody_decides_on_their_own(w: World) -> None:
    """domain 8.38: the worker who is also the paired member."""
    from dataclasses import replace

    it = asked(w)
    both = replace(w.actors["community_worker"], member_id=w.members.neighbour.id)
    with pytest.raises(Forbidden):
        s.consent(actor=both, pairing_id=it.pk, given=SIGNED, now=AT)


@pytest.mark.req("L08")
def test_withdrawal_stops_everything_the_same_day(w: World) -> None:
    it = active(w)
    s.withdraw(actor=link_holder(it.pk), pairing_id=it.pk, now=AT)
    assert fresh(it).state == "ended" and fresh(it).ended_on == DAY
    assert _owed(it) == [] and _owed(it, "cancelled")
    paper = Consent.objects.get(pairing=it)
    assert paper.withdrawn_on == DAY and paper.closed_why == "withdrawn"
    jobs.tell(str(Event.objects.get(action="pairings.withdraw").id))
    titles = list(Message.objects.values_list("title", flat=True))
    assert any("不用再联系" in t for t in titles)
    # Nobody else may, by the link of another.
    other = active(w, "member")
    with pytest.raises(NotFound):
        s.withdraw(actor=link_holder(it.pk), pairing_id=other.pk, now=AT)


def test_a_no_is_enough_and_is_not_asked_again(w: World) -> None:
    it = asked(w)
    s.decline(actor=link_holder(it.pk), pairing_id=it.pk, now=AT)
    assert fresh(it).state == "declined"
    event = Event.objects.get(action="pairings.decline")
    assert event.reason == "" and not event.notes.exists()
    assert not suggesting.suggest(w.places.community.path)


def test_silence_ends_after_thirty_days(w: World) -> None:
    it = asked(w)
    sweeps.sweep(AT + timedelta(days=30))
    assert fresh(it).state == "consent_pending"
    sweeps.sweep(AT + timedelta(days=31))
    assert (fresh(it).state, fresh(it).end_reason) == ("ended", "no_answer")


def test_a_pause_calls_visits_off_and_going_on_owes_the_rest(w: World) -> None:
    it = active(w)
    before = _owed(it)
    worker = w.actors["community_worker"]
    s.pause(actor=worker, pairing_id=it.pk, reason="household_away", now=AT)
    assert _owed(it) == []
    later = AT + timedelta(days=10)
    s.resume(actor=worker, pairing_id=it.pk, now=later)
    assert [k.split("~")[0] for k in _owed(it)] == before
    s.pause(actor=worker, pairing_id=it.pk, reason="other", now=later)
    assert sweeps.sweep(later + timedelta(days=89))["paused_long"] == 0
    sweeps.sweep(later + timedelta(days=90))
    assert fresh(it).end_reason == "paused_long"


def test_a_consent_that_is_over_stops_visits_until_it_is_renewed(w: World) -> None:
    it = active(w)
    worker = w.actors["community_worker"]
    with pytest.raises(Conflict):
        s.renew(actor=worker, pairing_id=it.pk, given=SIGNED, now=AT)
    soon = AT + timedelta(days=340)
    assert sweeps.sweep(soon)["reminded"] == 1
    assert sweeps.sweep(soon)["reminded"] == 0
    over = AT + timedelta(days=365)
    sweeps.sweep(over)
    assert (fresh(it).state, fresh(it).pause_reason) == ("paused", "consent_over")
    again = Given("written", given_on=over.date())
    s.renew(actor=worker, pairing_id=it.pk, given=again, now=over)
    assert fresh(it).state == "active" and fresh(it).consent_until == date(2028, 11, 3)
    assert Consent.objects.filter(pairing=it, closed_on=None).count() == 1
    assert Consent.objects.get(pairing=it, closed_why="renewed")


@pytest.mark.req("L08")
def test_handing_over_asks_the_household_anew(w: World) -> None:
    it = active(w)
    new = s.hand_over(
        actor=w.actors["community_secretary"], pairing_id=it.pk,
        member_id=w.members.member.id, why="住得近", now=AT,
    )  # fmt: skip
    assert fresh(it).end_reason == "handed_over" and _owed(it) == []
    assert new.state == "proposed" and new.previous_id == it.pk
    assert not Consent.objects.filter(pairing=new).exists()


def test_edge_8_a_household_that_moves_is_never_carried_over(w: World) -> None:
    it = active(w)
    private.household_moved(
        actor=w.actors["community_worker"], pairing_id=it.pk,
        community_id=w.places.other_community.id, now=AT,
    )  # fmt: skip
    assert (fresh(it).state, fresh(it).pause_reason) == ("paused", "household_moved")
    assert _owed(it) == [] and fresh(it).path == w.places.community.path
    told = Message.objects.get(path=w.places.other_community.path)
    assert "赵阿姨" not in told.title + told.text


def test_edge_9_a_death_ends_it_quietly(w: World) -> None:
    it = active(w)
    s.end(
        actor=w.actors["community_worker"], pairing_id=it.pk, reason="deceased", now=AT
    )
    assert _owed(it) == []
    event = Event.objects.get(action="pairings.end")
    jobs.tell(str(event.id))
    told = Message.objects.get()
    assert told.person_id == w.members.neighbour.person_id and "去世" not in told.text


def test_edges_2_3_members_who_go_leave_a_household_that_waits(w: World) -> None:
    it = active(w)
    Member.objects.filter(pk=w.members.neighbour.pk).update(duty_status="left")
    assert sweeps.follow(AT) == 1
    assert fresh(it).end_reason == "member_left" and _owed(it) == []
    assert Consent.objects.get(pairing=it).closed_why == "ended"
    homes = suggesting.open_homes(w.places.community.path)
    assert [h.pk for h in homes] == [w.household.pk]
    again = s.hand_over(
        actor=w.actors["community_worker"], pairing_id=it.pk,
        member_id=w.members.member.id, now=AT,
    )  # fmt: skip
    assert again.state == "proposed"


def test_edge_2_leaving_the_region_ends_the_bond_the_same_moment(w: World) -> None:
    it = active(w)
    departures.leave(
        actor=w.actors["other_unit_secretary"], member_id=w.members.neighbour.pk,
        why="moved_out", now=AT,
    )  # fmt: skip
    assert fresh(it).end_reason == "member_left" and _owed(it) == []


def test_edge_22_bonds_go_along_when_places_merge(w: World) -> None:
    it = active(w)
    street, other = w.places.street, w.places.other_street
    carried_out(w.actors["county_org"], "merge", "542523100", into="542523200")
    now = fresh(it)
    assert not now.path.startswith(street.path) and now.path.startswith(other.path)
    assert now.home_path == Household.objects.get(pk=it.household_id).path
    assert Consent.objects.get(pairing=it).home_path == now.home_path


def test_edge_1_a_member_who_has_moved_elsewhere(w: World) -> None:
    it = active(w)
    there = w.places.far_community
    Member.objects.filter(pk=w.members.neighbour.pk).update(
        residence=there, residence_path=there.path
    )
    assert sweeps.follow(AT) == 1 and fresh(it).end_reason == "member_moved"


def test_edge_4_a_member_of_another_unit_keeps_the_household(w: World) -> None:
    it = active(w)
    Member.objects.filter(pk=w.members.neighbour.pk).update(unit=w.units.unit)
    assert sweeps.follow(AT) == 1
    assert fresh(it).unit_id == w.units.unit.id and fresh(it).state == "active"
    assert set(Duty.objects.values_list("unit_id", flat=True)) == {w.units.unit.id}


def test_terms_change_what_is_owed(w: World) -> None:
    it = active(w)
    worker = w.actors["community_worker"]
    terms = Terms(quiet_months=[12], phone_only=True, not_after=time(18))
    s.set_terms(actor=worker, pairing_id=it.pk, terms=terms, now=AT)
    assert not any(k.startswith("2026-12") for k in _owed(it))
    assert any(k.startswith("2026-11") for k in _owed(it))
    with pytest.raises(Invalid):
        late = Terms(not_after=time(21))
        s.set_terms(actor=worker, pairing_id=it.pk, terms=late, now=AT)


def test_the_next_year_is_owed_from_the_middle_of_december(w: World) -> None:
    it = active(w)
    december = AT.replace(month=12, day=16)
    assert sweeps.sweep(december)["owed"] > 0
    assert sweeps.sweep(december)["owed"] == 0
    assert any(k.startswith("2027") for k in _owed(it))


# --- suggestion -----------------------------------------------------------------------------


@pytest.mark.req("A15", "L08")
def test_a_whole_community_is_suggested_and_nothing_is_written(w: World) -> None:
    Household.objects.filter(pk=w.household.pk).update(focus=["elder"])
    home = another_home(w)
    community = w.places.community.path
    found = suggesting.suggest(community)
    assert {m.household.pk for m in found} == {w.household.pk, home.pk}
    assert len({m.member.pk for m in found}) == 2
    assert all(p.text for m in found for p in m.parts)
    assert not HouseholdPairing.objects.exists()


def test_bulk_and_single_proposals_are_alike(w: World) -> None:
    match = suggesting.suggest(w.places.community.path)[0]
    worker, path = w.actors["community_worker"], w.places.community.path
    plan = planning.compute_plan(actor=worker, path=path, now=AT)
    plan_services.confirm(actor=worker, plan_id=plan.pk, seen=1, now=AT)
    many = HouseholdPairing.objects.get()
    s.cancel(actor=worker, pairing_id=many.pk, now=AT)
    one = s.propose(
        actor=worker, member_id=match.member.pk, household_id=match.household.pk,
        parts=match.parts, now=AT,
    )  # fmt: skip
    names = [
        f.attname
        for f in HouseholdPairing._meta.concrete_fields
        if f.attname
        not in (
            "id",
            "version",
            "created_at",
            "token",
            "state",
            "ended_on",
            "end_reason",
        )
    ]
    assert [getattr(many, n) for n in names] == [getattr(one, n) for n in names]


@pytest.mark.req("A15")
def test_load_and_marks_count(w: World) -> None:
    order_in("in_service", w)  # in the hands of the member
    found = {m.member.pk: m for m in suggesting.best_for(w.household, 9)}
    busy = found[w.members.member.pk]
    assert any("1 件点单在办" in p.text for p in busy.parts)
    fitting.set_apart(
        actor=w.actors["community_worker"], member_id=w.members.neighbour.id,
        household_id=w.household.id, why="subordinate",
    )  # fmt: skip
    left = {m.member.pk for m in suggesting.best_for(w.household, 9)}
    assert w.members.neighbour.pk not in left


# --- estates ------------------------------------------------------------------------------------


@pytest.mark.req("L07", "L34", "L51")
def test_a_unit_has_one_estate_by_suggestion_or_by_hand(w: World) -> None:
    path, worker = w.places.community.path, w.actors["community_worker"]
    found = estates.suggest(path)
    assert [(m.unit.pk, m.estate.pk) for m in found] == [
        (w.units.unit.pk, w.places.estate.pk)
    ]
    assert any("1998" in p[3] or "消防" in p[3] for p in found[0].parts)
    chosen = {w.units.unit.pk: w.places.estate.pk}
    assert estates.confirm_estates(actor=worker, path=path, chosen=chosen, now=AT) == 1
    assert estates.suggest(path) == []
    with pytest.raises(Conflict):
        estates.confirm_estates(actor=worker, path=path, chosen=chosen, now=AT)
    with pytest.raises(Invalid):
        estates.pair_estate(
            actor=worker, unit_id=w.units.unit.pk, estate_id=w.places.estate.pk,
            why="离得近", now=AT,
        )  # fmt: skip
    row = EstatePairing.objects.get()
    estates.end_estate(actor=worker, pairing_id=row.pk, reason="changed", now=AT)
    with pytest.raises(Conflict):
        estates.end_estate(actor=worker, pairing_id=row.pk, reason="changed", now=AT)
    with pytest.raises(Invalid) as error:
        estates.pair_estate(
            actor=worker, unit_id=w.units.far.pk, estate_id=w.places.estate.pk, why="x"
        )
    assert "unit" in error.value.fields


def test_edge_7_a_unit_that_is_gone_leaves_its_estate(w: World) -> None:
    path, worker = w.places.community.path, w.actors["community_worker"]
    chosen = {w.units.unit.pk: w.places.estate.pk}
    estates.confirm_estates(actor=worker, path=path, chosen=chosen, now=AT)
    assert sweeps.follow_estates(AT) == 0
    w.units.unit.contact_ties.update(valid_to=DAY)
    assert sweeps.follow_estates(AT) == 1
    assert EstatePairing.objects.get().end_reason == "unit_moved"


def test_every_end_has_words() -> None:
    assert set(rules.END_CHOICES) <= set(rules.END_REASONS)

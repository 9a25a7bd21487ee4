"""What the product promises of an agreement, by its services on PostgreSQL."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.departures import services as departures
from baodao.duties.models import Duty
from baodao.exchange import jobs
from baodao.exchange.agreements import deeds, queries
from baodao.exchange.agreements import services as s
from baodao.exchange.models import Agreement, AgreementItem, Deed
from baodao.exchange.tests.make import AT, SHOW, agreement_in, drafted, text
from baodao.notifications.models import Message
from baodao.people import services as people
from baodao.people.models import ContactTie, Member
from baodao.people.tests.make import World, world
from baodao.records.models import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def _duties(it: Agreement) -> list[Duty]:
    items = it.items.values("id")
    return list(Duty.objects.filter(source_id__in=items).order_by("due_on"))


def _told(event: str) -> list[str]:
    found = Event.objects.get(action=event)
    jobs.tell(str(found.id))
    return [m.addressee for m in Message.objects.filter(event_id=found.id)]


@pytest.mark.req("L15")
def test_an_agreement_is_signed_by_both_filed_and_in_force(w: World) -> None:
    it = agreement_in("effective", w)
    story = Event.objects.filter(object_id=it.id).order_by("at", "id")
    assert [e.action.split(".")[1] for e in story] == [
        "draft", "unit_sign", "community_sign", "file", "take_effect",
    ]  # fmt: skip
    assert it.filing_no == "共备〔2026〕1号" and it.filed_on == date(2026, 11, 23)
    hands = it.signatures.values_list("party", "signer").order_by("at")
    assert list(hands) == [
        ("阿里地区住房和城乡建设局", "王建国"), ("森格社区党组织", "达瓦"),
    ]  # fmt: skip
    assert queries.coverage(w.places.district.path, date(2026, 11, 23)) == (1, 2)


@pytest.mark.req("L15")
def test_the_township_has_five_working_days_to_file(w: World) -> None:
    it = agreement_in("both_signed", w)
    assert it.due_at is not None
    assert (it.due_at.date() - AT.date()).days == 7
    assert _told("agreements.community_sign") == [
        f"township_party@{w.places.street.path}"
    ]


@pytest.mark.req("L18")
def test_an_item_becomes_a_duty_a_month_of_the_unit(w: World) -> None:
    it = agreement_in("effective", w)
    owed = _duties(it)
    assert len(owed) == 12
    first = owed[0]
    assert first.title == "2026年11月：戏曲演出一场（象雄小区）"
    assert (first.unit_id, first.place_id) == (w.units.unit.id, w.places.community.id)
    assert (first.opens_on, first.due_on) == (date(2026, 11, 1), date(2026, 11, 30))
    assert s.owe(it, now=AT) == 0


@pytest.mark.req("L18")
def test_a_deed_is_confirmed_by_the_community_and_becomes_a_record(w: World) -> None:
    it = agreement_in("effective", w)
    duty = _duties(it)[0]
    deed = deeds.report(
        actor=w.actors["unit_liaison"], duty_id=duty.id, done_on=date(2026, 11, 22),
        said="在小区广场演了一场", people=120, now=AT,
    )  # fmt: skip
    duty.refresh_from_db()
    assert (duty.state, duty.done_id) == ("done", deed.id)
    assert _told("deeds.report") == [f"community_worker@{w.places.community.path}"]
    with pytest.raises(Conflict):
        deeds.report(
            actor=w.actors["unit_secretary"], duty_id=duty.id,
            done_on=date(2026, 11, 22), said="再记一次", now=AT,
        )  # fmt: skip
    deeds.confirm(
        actor=w.actors["community_worker"], deed_id=deed.id, how="residents", now=AT
    )
    duty.refresh_from_db()
    assert duty.state == "confirmed"
    record = Record.objects.get(source_id=deed.id)
    assert (record.kind, record.channel, record.source_class) == (
        "agreement_item", "unit", "culture",
    )  # fmt: skip
    assert (record.unit_id, record.occurred_on) == (
        w.units.unit.id, date(2026, 11, 22),
    )  # fmt: skip
    assert record.confirmed_by == w.actors["community_worker"].person_id


def test_what_the_community_does_not_believe_is_owed_again(w: World) -> None:
    duty = _duties(agreement_in("effective", w))[0]
    deed = deeds.report(
        actor=w.actors["unit_secretary"], duty_id=duty.id, done_on=date(2026, 11, 22),
        said="演了一场", now=AT,
    )  # fmt: skip
    with pytest.raises(Invalid):
        deeds.refuse(
            actor=w.actors["community_worker"], deed_id=deed.id, note="", now=AT
        )
    deeds.refuse(
        actor=w.actors["community_worker"], deed_id=deed.id, note="当天没有人来", now=AT
    )
    duty.refresh_from_db()
    assert duty.state == "due"
    again = deeds.report(
        actor=w.actors["unit_secretary"], duty_id=duty.id, done_on=date(2026, 11, 23),
        said="补演了一场", now=AT,
    )  # fmt: skip
    assert Deed.objects.get(id=again.id).state == "reported"
    assert not Record.objects.exists()


def test_who_entered_a_deed_for_the_unit_does_not_confirm_it(w: World) -> None:
    duty = _duties(agreement_in("effective", w))[0]
    worker = w.actors["community_worker"]
    deed = deeds.report(
        actor=worker, duty_id=duty.id, done_on=date(2026, 11, 22), said="打电话说的",
        now=AT,
    )  # fmt: skip
    with pytest.raises(Forbidden):
        deeds.confirm(actor=worker, deed_id=deed.id, how="seen", now=AT)
    deeds.confirm(
        actor=w.actors["community_secretary"], deed_id=deed.id, how="seen", now=AT
    )


def test_a_deed_of_tomorrow_or_with_a_telephone_number_is_refused(w: World) -> None:
    duty = _duties(agreement_in("effective", w))[0]
    for day, said in (
        (date(2026, 11, 24), "演出"),
        (date(2026, 11, 20), "找 13900000000"),
    ):
        with pytest.raises(Invalid):
            deeds.report(
                actor=w.actors["unit_secretary"], duty_id=duty.id, done_on=day,
                said=said, now=AT,
            )  # fmt: skip


@pytest.mark.req("L15")
def test_several_units_sign_one_agreement_and_each_owes_its_own(w: World) -> None:
    ContactTie.objects.bulk_create(
        [ContactTie(unit=w.units.other, point=w.places.grid, path=w.places.grid.path,
                    valid_from=date(2026, 1, 1))]
    )  # fmt: skip
    units = [w.units.unit.id, w.units.other.id]
    item = type(SHOW)(
        "义诊", "welfare", "urgent", "quarterly", unit_id=w.units.other.id
    )
    it = drafted(w, unit_ids=units, text=text(w, items=(SHOW, item)))
    assert (
        s.sign(actor=w.actors["unit_secretary"], agreement_id=it.id, now=AT).state
        == "draft"
    )
    with pytest.raises(Conflict):
        s.sign(actor=w.actors["unit_secretary"], agreement_id=it.id, now=AT)
    done = s.sign(actor=w.actors["other_unit_secretary"], agreement_id=it.id, now=AT)
    assert done.state == "unit_signed"
    s.sign(actor=w.actors["community_secretary"], agreement_id=it.id, now=AT)
    s.file(actor=w.actors["township_party"], agreement_id=it.id, now=AT)
    owed = {d.unit_id for d in _duties(it) if "义诊" in d.title}
    assert owed == {w.units.other.id}
    with pytest.raises(NotFound):
        s.sign(actor=w.actors["far_unit_secretary"], agreement_id=it.id, now=AT)


def test_another_text_is_another_edition_that_is_signed_anew(w: World) -> None:
    it = agreement_in("unit_signed", w)
    s.revise(
        actor=w.actors["community_worker"], agreement_id=it.id, now=AT,
        unit_ids=it.unit_ids, text=text(w, title="新的协议"),
    )  # fmt: skip
    it.refresh_from_db()
    assert (it.state, it.edition, it.signed_ids) == ("draft", 2, [])
    assert it.items.filter(edition=1).exists() and it.items.filter(edition=2).exists()


def test_what_the_township_returns_keeps_its_items(w: World) -> None:
    it = agreement_in("both_signed", w)
    s.send_back(
        actor=w.actors["township_party"], agreement_id=it.id, note="期限写错", now=AT
    )
    it.refresh_from_db()
    assert (it.state, it.edition) == ("draft", 2)
    assert it.items.filter(edition=2).count() == 1


def test_only_the_two_secretaries_sign_and_only_the_township_files(w: World) -> None:
    it = drafted(w)
    for key in ("unit_liaison", "community_secretary"):
        with pytest.raises((Forbidden, Conflict)):
            s.sign(actor=w.actors[key], agreement_id=it.id, now=AT)
    it = agreement_in("both_signed", w)
    with pytest.raises(Forbidden):
        s.file(actor=w.actors["community_secretary"], agreement_id=it.id, now=AT)
    with pytest.raises(NotFound):
        s.sign(actor=w.actors["far_community_secretary"], agreement_id=it.id, now=AT)


def test_only_units_with_a_point_in_the_community_are_parties(w: World) -> None:
    with pytest.raises(Invalid) as refused:
        drafted(w, unit_ids=[w.units.far.id])
    assert "units" in refused.value.fields
    with pytest.raises(Invalid):
        drafted(w, text=text(w, items=()))


def test_an_ended_agreement_owes_nothing_more(w: World) -> None:
    it = agreement_in("effective", w)
    with pytest.raises(Invalid):
        s.terminate(
            actor=w.actors["community_secretary"], agreement_id=it.id, reason="over",
            note="x", now=AT,
        )  # fmt: skip
    s.terminate(
        actor=w.actors["community_secretary"], agreement_id=it.id, reason="agreed",
        note="双方商定", now=AT,
    )  # fmt: skip
    assert {d.state for d in _duties(it)} == {"cancelled"}


@pytest.mark.req("L15")
def test_the_end_is_announced_and_a_renewal_takes_over(w: World) -> None:
    it = agreement_in("effective", w)
    early = AT + timedelta(days=285)  # 2027-09-04
    assert s.sweep(early)["reminded"] == 1
    assert s.sweep(early)["reminded"] == 0
    assert s.sweep(early + timedelta(days=30))["reminded"] == 1
    start = date(2027, 11, 1)
    new = agreement_in(
        "effective", w, renews=it.id, now=AT + timedelta(days=330),
        text=text(w, valid_from=start, valid_to=date(2028, 11, 1)),
    )  # fmt: skip
    assert new.state == "filed" and new.previous_id == it.id
    with pytest.raises(Conflict):
        drafted(w, renews=it.id)
    counts = s.sweep(AT + timedelta(days=344))  # 2027-11-02
    assert counts["begun"] == 1
    it.refresh_from_db()
    new.refresh_from_db()
    assert (it.state, new.state) == ("expired", "effective")
    assert len(_duties(new)) == 12


def test_case_6_a_renamed_unit_keeps_its_agreements(w: World) -> None:
    """Domain 8.6: the paper says the name of the day it was signed."""
    it = agreement_in("effective", w)
    people.rename_unit(
        actor=w.actors["county_org"], unit_id=w.units.unit.id, name="阿里地区住建委",
        short_name="地区住建委", now=AT,
    )  # fmt: skip
    assert queries.words([it])[it.id].units == "地区住建委"
    assert it.signatures.filter(party="阿里地区住房和城乡建设局").exists()


def test_case_7_what_a_merged_unit_promised_its_successor_owes(w: World) -> None:
    """Domain 8.7: agreements move, and so does what is open."""
    it = agreement_in("effective", w)
    departures.end_unit(
        actor=w.actors["county_org"],
        decided=people.Succession(
            unit_id=w.units.unit.id, successor_id=w.units.loose.id, reason="机构改革",
        ),
        now=AT,
    )  # fmt: skip
    it.refresh_from_db()
    assert it.unit_ids == [w.units.loose.id] and it.state == "effective"
    open_ = {
        d.unit_id for d in _duties(it) if d.state == "due" and d.due_on > AT.date()
    }
    assert open_ == {w.units.loose.id}


def test_case_7_an_agreement_of_a_dissolved_unit_ends_with_notice(w: World) -> None:
    it = agreement_in("effective", w)
    Member.objects.filter(unit=w.units.unit).update(duty_status="left")
    departures.end_unit(
        actor=w.actors["county_org"],
        decided=people.Succession(unit_id=w.units.unit.id, successor_id=None, reason="撤销"),
        now=AT,
    )  # fmt: skip
    it.refresh_from_db()
    assert (it.state, it.end_reason) == ("terminated", "unit_gone")
    assert {d.state for d in _duties(it) if d.due_on >= AT.date()} == {"cancelled"}
    assert f"community_worker@{w.places.community.path}" in _told(
        "agreements.unit_gone"
    )


def test_a_scan_is_kept_encrypted_and_every_opening_is_on_record(w: World) -> None:
    it = agreement_in("effective", w)
    scan = s.attach(
        actor=w.actors["community_worker"], agreement_id=it.id, name="协议.pdf",
        data=b"%PDF-1.4 signed", now=AT,
    )  # fmt: skip
    with transaction.atomic():
        found = s.open_scan(
            actor=w.actors["township_party"], agreement_id=it.id, scan_id=scan.id
        )
    assert bytes(found.body or b"") == b"%PDF-1.4 signed"
    assert Event.objects.filter(action="agreements.read_scan").count() == 1
    with pytest.raises(NotFound):
        s.open_scan(
            actor=w.actors["far_unit_secretary"], agreement_id=it.id, scan_id=scan.id
        )


def test_the_database_keeps_terms_and_parties_true(w: World) -> None:
    it = drafted(w)
    wrongs: tuple[dict[str, Any], ...] = (
        {"valid_to": it.valid_from},
        {"unit_ids": []},
        {"state": "effective"},
    )
    for wrong in wrongs:
        with pytest.raises(IntegrityError), transaction.atomic():
            Agreement.objects.filter(id=it.id).update(**wrong)
    assert AgreementItem.objects.count() == 1

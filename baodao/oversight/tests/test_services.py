"""What the product promises of a directive, by its services on PostgreSQL."""

from datetime import date, timedelta

import pytest

from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.duties.models import Duty
from baodao.notifications.models import Message
from baodao.oversight import queries, services
from baodao.oversight.models import Directive
from baodao.oversight.tests import make
from baodao.oversight.tests.make import DUE, NOW
from baodao.people.models import Unit
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def _duties(pk: object) -> list[tuple[str, str, date]]:
    found = Duty.objects.filter(source_id=pk).order_by("due_on")  # type: ignore[misc]
    return [(d.kind, d.state, d.due_on) for d in found]


@pytest.mark.req("A28")
def test_from_publication_to_receipt_report_and_confirmation(w: World) -> None:
    worker, county = w.actors["community_worker"], w.actors["county_org"]
    d = make.published(w)
    assert d.items.count() == 3 and d.issuer == "噶尔县委组织部"
    i = make.item(d, w.places.community.pk)
    assert _duties(i.pk) == [("directive", "due", DUE)]
    told = Message.objects.filter(role="community_secretary", path=i.path)
    assert told.filter(title__contains="冬季走访").exists()
    services.receive(actor=worker, item_id=i.pk, now=NOW + DAY)
    services.report(actor=worker, item_id=i.pk, text="走了42户", now=NOW + 2 * DAY)
    assert _duties(i.pk)[0][1] == "done"
    assert queries.cards([d], county)[0].n["reported"] == 1
    services.accept(actor=county, item_id=i.pk, now=NOW + 3 * DAY)
    assert _duties(i.pk)[0][1] == "confirmed"
    i.refresh_from_db()
    assert (i.state, i.received_by) == ("accepted", worker.name)


@pytest.mark.req("A28")
def test_not_good_enough_is_owed_again(w: World) -> None:
    county, worker = w.actors["county_org"], w.actors["community_worker"]
    i = make.item(make.published(w), w.places.community.pk)
    services.report(actor=worker, item_id=i.pk, text="走了", now=NOW)
    with pytest.raises(Invalid, match="还差什么"):
        services.send_back(actor=county, item_id=i.pk, reason="", now=NOW)
    services.send_back(actor=county, item_id=i.pk, reason="没有台账", now=NOW)
    assert _duties(i.pk) == [("directive", "due", DUE)]
    i.refresh_from_db()
    assert (i.state, i.answer) == ("received", "没有台账")
    services.report(actor=worker, item_id=i.pk, text="补了台账", now=NOW)
    assert _duties(i.pk)[0][1] == "done"


@pytest.mark.req("A28")
def test_more_time_is_asked_for_and_decided_and_the_duty_goes_along(w: World) -> None:
    county, unit = w.actors["county_org"], w.actors["unit_liaison"]
    d = make.published(w, to="unit", everyone=False, targets=[w.units.unit.pk])
    i = d.items.get()
    assert _duties(i.pk) == [("directive_unit", "due", DUE)]
    with pytest.raises(Invalid, match="比现在的时限晚"):
        services.ask_time(actor=unit, item_id=i.pk, until=DUE, reason="人手", now=NOW)
    later = DUE + 7 * DAY
    services.ask_time(actor=unit, item_id=i.pk, until=later, reason="人手", now=NOW)
    with pytest.raises(Invalid, match="为什么不同意"):
        services.refuse_time(actor=county, item_id=i.pk, reason=" ", now=NOW)
    services.refuse_time(actor=county, item_id=i.pk, reason="来得及", now=NOW)
    with pytest.raises(Conflict, match="没有等您答复"):
        services.give_time(actor=county, item_id=i.pk, now=NOW)
    services.ask_time(actor=unit, item_id=i.pk, until=later, reason="大雪", now=NOW)
    services.give_time(actor=county, item_id=i.pk, now=NOW)
    i.refresh_from_db()
    assert i.due_on == later
    assert _duties(i.pk) == [
        ("directive_unit", "cancelled", DUE), ("directive_unit", "due", later),
    ]  # fmt: skip


@pytest.mark.req("A28")
def test_only_a_draft_is_edited_and_a_withdrawn_one_is_owed_by_nobody(w: World) -> None:
    county = w.actors["county_org"]
    d = make.drafted(w)
    words = make.said()._replace(title="冬季大走访")
    services.edit(actor=county, directive_id=d.pk, said=words, now=NOW)
    services.publish(actor=county, directive_id=d.pk, now=NOW)
    with pytest.raises(Conflict):
        services.edit(actor=county, directive_id=d.pk, said=words, now=NOW)
    i = make.item(d, w.places.community.pk)
    with pytest.raises(Invalid, match="为什么撤回"):
        services.withdraw(actor=county, directive_id=d.pk, reason="", now=NOW)
    services.withdraw(actor=county, directive_id=d.pk, reason="合并到年底", now=NOW)
    assert _duties(i.pk)[0][1] == "cancelled"
    i.refresh_from_db()
    assert i.state == "released"
    assert not Duty.objects.filter(kind="directive", state="due").exists()


@pytest.mark.req("A34")
def test_the_chain_is_passed_on_rolled_up_and_ended_together(w: World) -> None:
    county, town = w.actors["county_org"], w.actors["township_party"]
    d = make.published(w, to="township")
    i = make.item(d, w.places.street.pk)
    assert _duties(i.pk)[0][0] == "directive_township"
    with pytest.raises(Invalid, match="不能更晚"):
        services.draft(
            actor=town, said=make.said(due_on=DUE + DAY), parent_id=i.pk, now=NOW
        )
    pk = services.draft(actor=town, said=make.said(), parent_id=i.pk, now=NOW).id
    services.publish(actor=town, directive_id=pk, now=NOW)
    child = Directive.objects.get(pk=pk)
    assert (child.parent_id, child.items.count()) == (i.pk, 2)
    services.report(
        actor=w.actors["community_worker"],
        item_id=make.item(child, w.places.community.pk).pk, text="走完了", now=NOW,
    )  # fmt: skip
    services.accept(
        actor=town, item_id=make.item(child, w.places.community.pk).pk, now=NOW
    )
    row = queries.of_directive(d, queries.Wanted()).get(pk=i.pk)
    assert (row.passed, row.passed_done) == (2, 1)  # type: ignore[attr-defined]
    services.withdraw(actor=county, directive_id=d.pk, reason="不办了", now=NOW)
    child.refresh_from_db()
    assert child.state == "withdrawn"
    assert not Duty.objects.filter(source_kind="directive_item", state="due").exists()


def test_only_the_addressee_acts_and_only_the_issuer_decides(w: World) -> None:
    d = make.published(w)
    i = make.item(d, w.places.community.pk)
    with pytest.raises(Forbidden, match="收到的"):
        services.receive(actor=w.actors["township_party"], item_id=i.pk, now=NOW)
    with pytest.raises(NotFound):
        services.receive(
            actor=w.actors["other_community_worker"], item_id=i.pk, now=NOW
        )
    services.report(
        actor=w.actors["community_worker"], item_id=i.pk, text="好了", now=NOW
    )
    for key in ("township_party", "prefecture_org"):
        with pytest.raises(Forbidden, match="噶尔县委组织部"):
            services.accept(actor=w.actors[key], item_id=i.pk, now=NOW)
    with pytest.raises(Forbidden):
        services.withdraw(
            actor=w.actors["prefecture_org"], directive_id=d.pk, reason="x", now=NOW
        )


def test_nobody_below_addresses_above_or_beside(w: World) -> None:
    with pytest.raises(Invalid, match="哪一级"):
        make.drafted(w, "township_party", "township")
    with pytest.raises(Invalid, match="不在您的范围"):
        make.drafted(w, everyone=False, targets=[w.places.far_community.pk])
    with pytest.raises(Invalid, match="手机号"):
        make.drafted(w, text="找13889970312")
    with pytest.raises(Invalid, match="今天以后"):
        make.drafted(w, due_on=NOW.date())
    with pytest.raises(NotFound):
        make.drafted(w, "community_worker")
    d = make.drafted(w)
    with pytest.raises(Conflict, match="今天以后"):
        services.publish(
            actor=w.actors["county_org"], directive_id=d.pk, now=NOW + 20 * DAY
        )


def test_ended_with_some_undone_says_why(w: World) -> None:
    d = make.published(w)
    county = w.actors["county_org"]
    with pytest.raises(Invalid, match="还有3家"):
        services.close(actor=county, directive_id=d.pk, now=NOW)
    services.close(actor=county, directive_id=d.pk, reason="并入督查", now=NOW)
    assert set(d.items.values_list("state", flat=True)) == {"released"}


def test_a_retry_drafts_once(w: World) -> None:
    for _ in range(2):
        services.draft(
            actor=w.actors["county_org"], said=make.said(), now=NOW, client_id="abc"
        )
    assert Directive.objects.count() == 1


def test_case_7_the_successor_does_what_a_merged_unit_was_asked(w: World) -> None:
    """Domain 8.7."""
    d = make.published(w, to="unit", everyone=False, targets=[w.units.unit.pk])
    i = d.items.get()
    unit = Unit.objects.filter(pk=w.units.unit.pk)
    unit.update(successor=w.units.other, status="dissolved", valid_to=NOW.date())
    assert services.follow_unit(w.units.unit.pk, NOW) == 1
    i.refresh_from_db()
    assert (i.unit_id, i.name) == (w.units.other.pk, w.units.other.name)
    assert Duty.objects.get(source_id=i.pk).unit_id == w.units.other.pk

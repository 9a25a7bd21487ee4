from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from baodao.acts.models import Event
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.people import queries, services
from baodao.people.models import (
    ContactTie,
    Exemption,
    Member,
    PartyOrg,
    Person,
    Resident,
    RoleTie,
    Unit,
)
from baodao.people.tests.make import World, world
from baodao.places.services import close_place

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def unit_fields(w: World, **changes: Any) -> dict[str, Any]:
    fields = {
        "name": "阿里地区审计局", "kind": "organ", "affiliation": "regional",
        "seat_id": w.places.community.id, "functions": ["finance"], "head_count": 12,
    }  # fmt: skip
    return fields | changes


@pytest.mark.req("A05")
def test_affiliation_is_apart_from_where_a_unit_sits(w: World) -> None:
    actor = w.actors["county_org"]
    done = services.add_unit(
        actor=actor,
        **unit_fields(w, affiliation="central_soe_branch", kind="state_enterprise"),
    )
    unit = Unit.objects.get(pk=done.id)
    assert unit.path == w.places.community.path
    found = queries.units(actor, queries.UnitFilter(affiliation="central_soe_branch"))
    assert {u.name for u in found} == {"阿里地区审计局", "国网阿里供电公司"}


def test_branches_share_a_code_only_with_different_branch_numbers(w: World) -> None:
    actor, code = w.actors["county_org"], "91350100M000100Y43"
    services.add_unit(actor=actor, **unit_fields(w, uscc=code))
    with pytest.raises(Invalid) as refused:
        services.add_unit(actor=actor, **unit_fields(w, name="分公司", uscc=code))
    assert "分支号" in refused.value.fields["uscc"]
    services.add_unit(
        actor=actor, **unit_fields(w, name="分公司", uscc=code, branch_no="01")
    )


def test_units_are_added_by_the_organisation_department_of_the_place(w: World) -> None:
    with pytest.raises(Forbidden):
        services.add_unit(actor=w.actors["community_secretary"], **unit_fields(w))
    with pytest.raises(NotFound):
        services.add_unit(actor=w.actors["far_county_org"], **unit_fields(w))


def edited(unit: Unit, **changes: Any) -> dict[str, Any]:
    fields = {
        "name": unit.name, "kind": unit.kind, "affiliation": unit.affiliation,
        "seat_id": unit.seat_id, "short_name": unit.short_name,
        "functions": unit.functions, "head_count": unit.head_count,
    }  # fmt: skip
    return fields | changes


def test_a_unit_mends_its_own_facts_but_does_not_move(w: World) -> None:
    actor, unit = w.actors["unit_secretary"], w.units.unit
    services.edit_unit(actor=actor, unit_id=unit.id, **edited(unit, head_count=33))
    assert Unit.objects.get(pk=unit.id).head_count == 33
    with pytest.raises(Invalid) as refused:
        services.edit_unit(
            actor=actor, unit_id=unit.id, **edited(unit, seat_id=w.places.street.id)
        )
    assert "seat" in refused.value.fields
    with pytest.raises(NotFound):
        services.edit_unit(actor=actor, unit_id=w.units.far.id, **edited(w.units.far))


def test_a_unit_that_moves_takes_its_people_along(w: World) -> None:
    unit, seat = w.units.unit, w.places.other_community
    services.edit_unit(
        actor=w.actors["county_org"], unit_id=unit.id, **edited(unit, seat_id=seat.id)
    )
    for model, column in ((Unit, "path"), (PartyOrg, "path"), (Member, "unit_path")):
        key = "pk" if model is Unit else "unit_id"
        assert set(
            model.objects.filter(**{key: unit.id}).values_list(column, flat=True)
        ) == {seat.path}
    assert RoleTie.objects.get(unit=unit, role="unit_secretary").path == seat.path
    assert Event.objects.filter(action="members.transfer").count() == 3


@pytest.mark.req("A08")
def test_a_tie_makes_the_unit_visible_to_the_contact_point(w: World) -> None:
    worker = w.actors["outsider"]
    assert not queries.units(worker, queries.UnitFilter()).filter(pk=w.units.loose.id)
    done = services.add_contact_tie(
        actor=w.actors["prefecture_org"], unit_id=w.units.loose.id,
        point_id=w.places.far_community.id, reason="按区域分配",
    )  # fmt: skip
    assert queries.units(worker, queries.UnitFilter()).filter(pk=w.units.loose.id)
    services.end_contact_tie(
        actor=w.actors["prefecture_org"], tie_id=done.id, reason="调整"
    )
    assert Unit.objects.get(pk=w.units.loose.id).point_path is None
    with pytest.raises(Invalid):
        services.end_contact_tie(
            actor=w.actors["prefecture_org"], tie_id=done.id, reason="调整"
        )


@pytest.mark.req("A08")
def test_several_points_keep_the_oldest_and_orphans_are_listed(w: World) -> None:
    county, loose = w.actors["county_org"], queries.UnitFilter(no_point=True)
    assert [u.pk for u in queries.units(county, loose)] == [w.units.loose.id]
    assert [p.pk for p in queries.points_without_unit(county)] == [w.places.grid.id]
    services.add_contact_tie(
        actor=county, unit_id=w.units.unit.id, point_id=w.places.grid.id
    )
    assert Unit.objects.get(pk=w.units.unit.id).point_path == w.places.community.path
    first = ContactTie.objects.get(unit=w.units.unit, point=w.places.community)
    services.end_contact_tie(actor=county, tie_id=first.pk, reason="改为网格")
    assert Unit.objects.get(pk=w.units.unit.id).point_path == w.places.grid.path
    assert queries.points_without_unit(county).get().pk == w.places.community.id


def test_a_tie_needs_a_contact_point_and_the_right_desk(w: World) -> None:
    county = w.actors["county_org"]
    with pytest.raises(Invalid) as refused:
        services.add_contact_tie(
            actor=county, unit_id=w.units.loose.id, point_id=w.places.street.id
        )
    assert "point" in refused.value.fields
    with pytest.raises(Invalid):
        services.add_contact_tie(
            actor=county, unit_id=w.units.unit.id, point_id=w.places.community.id
        )
    with pytest.raises(Forbidden):
        services.add_contact_tie(
            actor=w.actors["community_secretary"], unit_id=w.units.unit.id,
            point_id=w.places.community.id,
        )  # fmt: skip


def test_a_party_organisation_is_not_its_own_superior(w: World) -> None:
    county, org = w.actors["county_org"], w.orgs["unit"]
    below = services.add_org(
        actor=county, unit_id=w.units.unit.id, name="一支部", kind="branch",
        superior_id=org.id, is_main=False,
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        services.edit_org(
            actor=county,
            org_id=org.id,
            name=org.name,
            kind="branch",
            superior_id=below.id,
        )
    assert "superior" in refused.value.fields
    with pytest.raises(Invalid) as refused:
        services.add_org(
            actor=county, unit_id=w.units.unit.id, name="二支部", kind="branch"
        )
    assert "is_main" in refused.value.fields


def test_a_unit_with_members_needs_a_successor(w: World) -> None:
    county = w.actors["county_org"]
    with pytest.raises(Invalid) as refused:
        services.end_unit(
            actor=county,
            decided=services.Succession(w.units.unit.id, None, "机构改革"),
        )
    assert "3名党员" in refused.value.fields["successor"]
    services.end_unit(
        actor=county, decided=services.Succession(w.units.loose.id, None, "机构改革")
    )
    loose = Unit.objects.get(pk=w.units.loose.id)
    assert (loose.valid_to, loose.status) == (today(), "dissolved")


@pytest.mark.req("A09")
def test_a_unit_puts_its_members_on_the_books(w: World) -> None:
    done = services.add_member(
        actor=w.actors["unit_liaison"], name="旺姆", phone="138 0000 0001",
        unit_id=w.units.unit.id, skills=["tibetan", "repair"], availability=["noon"],
    )  # fmt: skip
    row = Member.objects.select_related("person").get(pk=done.id)
    assert row.volunteer_no == "5425-000001"
    assert (row.skills, row.person.phone) == (["repair", "tibetan"], "13800000001")
    assert row.unit_path == w.units.unit.path == row.person.path
    with pytest.raises(Invalid):
        services.add_member(
            actor=w.actors["unit_liaison"], name="旺姆", unit_id=w.units.far.id
        )


def test_a_community_registers_its_own_members_only(w: World) -> None:
    actor = w.actors["community_worker"]
    services.add_member(
        actor=actor, name="格列", kind="retired", residence_id=w.places.community.id
    )
    with pytest.raises(Invalid):
        services.add_member(actor=actor, name="格列", kind="in_service",
                            residence_id=w.places.community.id)  # fmt: skip
    with pytest.raises(NotFound):
        services.add_member(
            actor=actor,
            name="格列",
            kind="retired",
            residence_id=w.places.far_community.id,
        )


@pytest.mark.req("L45")
def test_the_community_notes_that_a_member_is_praised_no_more_but_never_yes(
    w: World,
) -> None:
    me, worker = w.members.member, w.actors["community_worker"]
    yes, no = {"praise_public": True}, {"praise_public": False}
    with pytest.raises(Forbidden, match="只能由党员本人"):
        services.edit_member(actor=worker, member_id=me.id, changes=yes)
    services.edit_member(actor=w.actors["member"], member_id=me.id, changes=yes)
    with pytest.raises(NotFound):
        services.edit_member(
            actor=w.actors["other_community_worker"], member_id=me.id, changes=no
        )
    services.edit_member(actor=worker, member_id=me.id, changes=no)
    assert not Member.objects.get(pk=me.id).praise_public


def test_members_change_what_is_their_own_to_say(w: World) -> None:
    me, actor = w.members.member, w.actors["member"]
    services.edit_member(
        actor=actor, member_id=me.id, changes={"skills": ["law"], "praise_public": True}
    )
    row = Member.objects.get(pk=me.id)
    assert (row.skills, row.praise_public) == (["law"], True)
    with pytest.raises(Forbidden):
        services.edit_member(actor=actor, member_id=me.id, changes={"kind": "retired"})
    with pytest.raises(Forbidden):
        services.edit_member(
            actor=w.actors["unit_secretary"],
            member_id=me.id,
            changes={"praise_public": False},
        )
    with pytest.raises(Forbidden):
        services.edit_member(
            actor=w.actors["county_org"],
            member_id=me.id,
            changes={"praise_public": False},
        )
    with pytest.raises(NotFound):
        services.edit_member(
            actor=w.actors["colleague"], member_id=me.id, changes={"skills": []}
        )
    with pytest.raises(Conflict):
        services.edit_member(
            actor=actor, member_id=me.id, changes={"skills": []}, version=1
        )


def test_a_member_moves_to_another_unit_with_the_person(w: World) -> None:
    services.transfer_member(
        actor=w.actors["county_org"],
        member_id=w.members.member.id,
        unit_id=w.units.other.id,
    )
    row = Member.objects.select_related("person").get(pk=w.members.member.id)
    assert row.unit_id == row.person.unit_id == w.units.other.id
    assert row.residence_id == w.places.community.id


def test_exemptions_have_dates_and_the_status_follows_them(w: World) -> None:
    actor, me = w.actors["unit_secretary"], w.members.member

    def status() -> str:
        return Member.objects.get(pk=me.id).duty_status

    day = today(NOW)
    services.add_exemption(
        actor=actor, member_id=me.id, kind="study", valid_from=day + 2 * DAY,
        valid_to=day + 5 * DAY, now=NOW,
    )  # fmt: skip
    assert status() == "on_duty"
    assert services.sync_duty_status(now=NOW + 2 * DAY) == 1
    assert status() == "exempt"
    assert services.sync_duty_status(now=NOW + 4 * DAY) == 0
    assert services.sync_duty_status(now=NOW + 5 * DAY) == 1
    assert status() == "on_duty"


def test_an_exemption_is_ended_by_hand_and_belongs_to_the_unit(w: World) -> None:
    actor, me = w.actors["unit_secretary"], w.members.member
    done = services.add_exemption(
        actor=actor, member_id=me.id, kind="illness", valid_from=today(NOW), now=NOW
    )
    assert Exemption.objects.get(pk=done.id).ticked_by == "王建国"
    assert Member.objects.get(pk=me.id).duty_status == "exempt"
    with pytest.raises(NotFound):
        services.end_exemption(
            actor=w.actors["other_unit_secretary"], exemption_id=done.id, now=NOW
        )
    services.end_exemption(actor=actor, exemption_id=done.id, now=NOW)
    assert Member.objects.get(pk=me.id).duty_status == "on_duty"
    with pytest.raises(Invalid):
        services.add_exemption(
            actor=actor, member_id=me.id, kind="illness", valid_from=today(NOW),
            valid_to=today(NOW), now=NOW,
        )  # fmt: skip


def test_a_members_phone_is_shown_for_a_purpose_and_on_record(w: World) -> None:
    phone = services.reveal_member(
        actor=w.actors["community_worker"],
        member_id=w.members.member.id, purpose="report_in",
    )  # fmt: skip
    assert phone == w.people["member"].phone
    event = Event.objects.get(action="members.reveal")
    assert (event.reason, event.data) == ("report_in", {"fields": ["phone"]})
    for key, error in (("outsider", NotFound), ("county_org", Forbidden)):
        with pytest.raises(error):
            services.reveal_member(
                actor=w.actors[key], member_id=w.members.member.id, purpose="visit"
            )


def test_residents_are_the_communitys_own(w: World) -> None:
    done = services.add_resident(
        actor=w.actors["grid_worker"], call_name="李奶奶", phone="13900000002",
        household_id=w.household.id, language="bo",
    )  # fmt: skip
    assert Resident.objects.get(pk=done.id).path == w.household.path
    for key in ("county_org", "unit_secretary", "member", "outsider"):
        assert not queries.residents(w.actors[key])
        with pytest.raises(NotFound):
            services.reveal_resident(
                actor=w.actors[key], resident_id=done.id, purpose="visit"
            )
    shown = services.reveal_resident(
        actor=w.actors["grid_worker"], resident_id=done.id, purpose="visit"
    )
    assert shown == {"call_name": "李奶奶", "phone": "13900000002"}
    found = queries.residents(w.actors["community_worker"], "13900000002")
    assert [r.pk for r in found] == [done.id]


def test_a_place_where_somebody_lives_or_works_is_not_closed(w: World) -> None:
    with pytest.raises(Invalid) as refused:
        close_place(
            actor=w.actors["county_org"],
            place_id=w.places.second_community.id,
            reason="并",
        )
    assert "1个单位" in refused.value.message


@pytest.mark.req("A09")
def test_lists_find_by_letters_phone_number_and_what_is_missing(w: World) -> None:
    county = w.actors["county_org"]

    def by(**f: Any) -> set[str]:
        found = queries.members(county, queries.MemberFilter(**f))
        return {m.person.name for m in found}

    assert by(text="zw") == by(text="zhangw") == by(text="张伟") == {"张伟"}
    assert by(text=w.people["member"].phone) == {"张伟"}
    assert by(reported="none") == {"陈静"}
    assert by(skill="medical") == {"杨帆"}
    assert by(residence=w.places.community.path) == {"张伟", "杨帆"}
    assert by(unit_id=w.units.unit.id) == {"张伟", "刘洋", "陈静"}
    assert by(status="exempt") == set()
    assert "黄磊" not in by()
    assert Person.objects.filter(pk=w.people["far_member"].id).exists()

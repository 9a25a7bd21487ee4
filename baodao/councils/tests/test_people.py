"""Part-time members, federations and estate roles, by their services."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from psycopg.errors import ExclusionViolation

from baodao.acts.bulk import copy_rows
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.councils import queries_people
from baodao.councils.models import EstateNote, FederationMember, PartTimeMember
from baodao.councils.queries import Wanted
from baodao.councils.services import estates, federations, following, part_time
from baodao.people.models import Member, RoleTie, Unit
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def _recommended(w: World) -> PartTimeMember:
    done = part_time.recommend(
        actor=w.actors["unit_secretary"], place_id=w.places.community.pk,
        person_id=w.members.member.person_id, post="党组成员、副局长", now=NOW,
    )  # fmt: skip
    return PartTimeMember.objects.get(pk=done.id)


def _appointed(w: World) -> PartTimeMember:
    p = _recommended(w)
    steps = (
        ("select", "community_secretary"), ("approve", "township_party"),
        ("file", "county_org"), ("appoint", "community_secretary"),
    )  # fmt: skip
    for event, who in steps:
        verb = getattr(part_time, event)
        verb(actor=w.actors[who], part_time_id=p.pk, now=NOW)
    return PartTimeMember.objects.get(pk=p.pk)


def _ties(w: World) -> list[RoleTie]:
    found = RoleTie.objects.filter(person=w.members.member.person_id)
    return list(found.filter(role="part_time_member"))


@pytest.mark.req("L20", "L21")
def test_recommended_selected_approved_filed_appointed_and_the_role_with_it(
    w: World,
) -> None:
    p = _appointed(w)
    assert (p.state, p.unit_id) == ("appointed", w.units.unit.pk)
    assert (p.valid_from, p.valid_to) == (date(2026, 11, 16), date(2029, 11, 16))
    tie = _ties(w)[0]
    assert (tie.path, tie.valid_to) == (w.places.community.path, p.valid_to)
    part_time.end(
        actor=w.actors["township_party"], part_time_id=p.pk, reason="left_post",
        now=NOW + 10 * DAY,
    )  # fmt: skip
    p.refresh_from_db()
    assert (p.state, p.valid_to) == ("ended", date(2026, 11, 26))
    assert _ties(w)[0].valid_to == p.valid_to


def test_each_step_is_somebody_elses_and_none_can_be_left_out(w: World) -> None:
    p = _recommended(w)
    with pytest.raises(Forbidden, match="书记确定"):
        part_time.select(actor=w.actors["community_worker"], part_time_id=p.pk, now=NOW)
    with pytest.raises(Conflict, match="不能再做这一步"):
        part_time.approve(actor=w.actors["township_party"], part_time_id=p.pk, now=NOW)
    with pytest.raises(NotFound):
        part_time.select(
            actor=w.actors["far_community_secretary"], part_time_id=p.pk, now=NOW
        )


def test_case_38_who_is_secretary_too_does_not_decide_on_herself(w: World) -> None:
    """Domain 8.38: one person, two roles, and an explicit switch between them."""
    secretary = w.actors["community_secretary"]
    assert secretary.person_id
    done = part_time.recommend(
        actor=w.actors["community_worker"], place_id=w.places.community.pk,
        person_id=secretary.person_id, post="书记", now=NOW,
    )  # fmt: skip
    with pytest.raises(Forbidden):
        part_time.select(actor=secretary, part_time_id=done.id, now=NOW)


def test_a_unit_recommends_its_own_people_at_its_own_points(w: World) -> None:
    unit = w.actors["unit_secretary"]
    with pytest.raises(Invalid, match="本单位"):
        part_time.recommend(
            actor=unit, place_id=w.places.community.pk, post="局长",
            person_id=w.members.neighbour.person_id, now=NOW,
        )  # fmt: skip
    with pytest.raises(Invalid, match="不是本单位的联系点"):
        part_time.recommend(
            actor=unit, place_id=w.places.other_community.pk, post="局长",
            person_id=w.members.member.person_id, now=NOW,
        )  # fmt: skip
    _recommended(w)
    with pytest.raises(Conflict, match="已经是兼职委员"):
        _recommended(w)


def test_case_3_and_4_leaving_the_post_is_shown_never_done(w: World) -> None:
    """Domain 8.3, 8.4: "while in post" is for the community to judge."""
    p = _appointed(w)
    assert part_time.left_post([p]) == {}
    mine = Member.objects.filter(pk=w.members.member.pk)
    mine.update(unit=w.units.other)
    assert part_time.left_post([p]) == {p.pk: "已不在原单位"}
    mine.update(duty_status="retired")
    assert part_time.left_post([p]) == {p.pk: "已退休"}
    assert PartTimeMember.objects.get(pk=p.pk).state == "appointed"


def test_a_term_that_is_over_ends_by_itself(w: World) -> None:
    p = _appointed(w)
    assert part_time.expire(NOW) == 0
    assert part_time.expire(datetime(2029, 11, 16, 2, tzinfo=UTC)) == 1
    p.refresh_from_db()
    assert (p.state, p.end_reason) == ("ended", "term_over")


@pytest.mark.req("L20")
def test_the_number_is_said_when_it_is_not_seven_to_nine(w: World) -> None:
    _appointed(w)
    found = queries_people.committees(w.actors["township_party"], "")
    assert [(c.place.pk, c.n) for c in found] == [(w.places.community.pk, 1)]
    assert "还可以再聘6名" in found[0].warning


# --- federations --------------------------------------------------------------------------


def _federation(w: World) -> FederationMember:
    done = federations.form(
        actor=w.actors["community_secretary"], place_id=w.places.community.pk,
        name="森格社区党建联合体", head="达瓦", units=[w.units.unit.pk], now=NOW,
    )  # fmt: skip
    return FederationMember.objects.get(federation=done.id, unit=w.units.unit.pk)


@pytest.mark.req("L20")
def test_a_federation_of_one_community_or_of_several(w: World) -> None:
    part = _federation(w)
    row = part.federation
    assert row.members.count() == 2 and row.valid_to == date(2029, 11, 16)
    with pytest.raises(Invalid, match="已经在里面"):
        federations.join(
            actor=w.actors["community_secretary"], federation_id=row.pk,
            unit_id=w.units.unit.pk, now=NOW,
        )  # fmt: skip
    with pytest.raises(Invalid, match="联系这里的单位"):
        federations.join(
            actor=w.actors["community_secretary"], federation_id=row.pk,
            unit_id=w.units.far.pk, now=NOW,
        )  # fmt: skip
    several = federations.form(
        actor=w.actors["township_party"], place_id=w.places.street.pk, name="狮泉河镇",
        head="尼玛", units=[w.units.unit.pk], now=NOW,
        communities=[w.places.community.pk, w.places.second_community.pk],
    )  # fmt: skip
    found = queries_people.federations(w.actors["township_party"], Wanted())
    one = found.get(pk=several.id)
    assert (one.communities, one.units) == (2, 1)


def test_a_unit_is_in_a_federation_once_at_a_time(w: World) -> None:
    part = _federation(w)
    twin = FederationMember(
        federation=part.federation, path=part.path, unit=part.unit,
        valid_from=part.valid_from,
    )  # fmt: skip
    with pytest.raises(ExclusionViolation), transaction.atomic():
        copy_rows(FederationMember, [twin])


def test_dissolved_is_over_for_all_of_them(w: World) -> None:
    part = _federation(w)
    federations.dissolve(
        actor=w.actors["township_party"], federation_id=part.federation_id,
        reason="并入大联合体", now=NOW + 5 * DAY,
    )  # fmt: skip
    part.refresh_from_db()
    assert part.valid_to == date(2026, 11, 21)
    with pytest.raises(Conflict, match="已经撤销"):
        federations.edit(
            actor=w.actors["township_party"], federation_id=part.federation_id,
            head="尼玛", now=NOW + 6 * DAY,
        )  # fmt: skip


def test_case_7_a_successor_takes_the_place_in_the_federation(w: World) -> None:
    """Domain 8.7."""
    part = _federation(w)
    Unit.objects.filter(pk=w.units.unit.pk).update(successor=w.units.other)
    following.follow_unit(w.units.unit.pk, NOW + DAY)
    mine = FederationMember.objects.filter(federation=part.federation_id)
    assert mine.get(unit=w.units.other.pk).valid_from == date(2026, 11, 17)
    assert mine.get(unit=w.units.unit.pk).valid_to == date(2026, 11, 17)


# --- estates --------------------------------------------------------------------------------


@pytest.mark.req("L22")
def test_vacancies_are_listed_and_filled_for_a_term(w: World) -> None:
    actor = w.actors["community_secretary"]
    line = queries_people.lines([w.places.estate])[0]
    assert line.vacant == []
    tie = RoleTie.objects.get(role="instructor")
    estates.end(actor=actor, tie_id=tie.pk)
    line = queries_people.lines([w.places.estate])[0]
    assert line.vacant == ["缺党建工作指导员"]
    found = queries_people.estates(actor, Wanted(state="instructor"))
    assert [p.pk for p in found] == [w.places.estate.pk]
    assert not queries_people.estates(actor, Wanted(state="center_household")).exists()
    estates.appoint(
        actor=actor, role="instructor", place_id=w.places.estate.pk,
        person_id=w.members.member.person_id,
    )  # fmt: skip
    assert not queries_people.estates(actor, Wanted(state="any")).exists()


@pytest.mark.req("L22")
def test_a_further_term_begins_when_the_first_one_ends(w: World) -> None:
    actor = w.actors["community_secretary"]
    tie = RoleTie.objects.get(role="building_group_leader")
    estates.renew(actor=actor, tie_id=tie.pk)
    later = RoleTie.objects.exclude(pk=tie.pk).get(role="building_group_leader")
    assert (later.valid_from, later.person_id) == (tie.valid_to, tie.person_id)
    with pytest.raises(Conflict, match="已经续任"):
        estates.renew(actor=actor, tie_id=tie.pk)
    estates.end(actor=actor, tie_id=tie.pk)
    later.refresh_from_db()
    assert later.valid_to == later.valid_from  # never begins


def test_a_worker_does_not_give_roles_and_a_role_has_its_level(w: World) -> None:
    with pytest.raises(Forbidden):
        estates.appoint(
            actor=w.actors["community_worker"], role="instructor",
            place_id=w.places.estate.pk, person_id=w.members.member.person_id,
        )  # fmt: skip
    with pytest.raises(Invalid, match="地方应是"):
        estates.appoint(
            actor=w.actors["community_secretary"], role="instructor",
            place_id=w.places.building.pk, person_id=w.members.member.person_id,
        )  # fmt: skip


@pytest.mark.req("L23")
def test_organised_life_is_noted_by_one_and_confirmed_by_another(w: World) -> None:
    instructor = w.actors["instructor"]
    done = estates.note(
        actor=instructor, place_id=w.places.estate.pk, kind="lecture",
        on=date(2026, 11, 10), attended=16, text="上党课", advice="会前先通知", now=NOW,
    )  # fmt: skip
    worker = w.actors["community_worker"]
    with pytest.raises(Invalid, match="要补充什么"):
        estates.give_back(actor=worker, note_id=done.id, reason="", now=NOW)
    estates.give_back(actor=worker, note_id=done.id, reason="人数不对", now=NOW)
    estates.amend(
        actor=instructor, note_id=done.id, kind="lecture", on=date(2026, 11, 10),
        attended=15, text="上党课", now=NOW,
    )  # fmt: skip
    estates.confirm(actor=worker, note_id=done.id, now=NOW)
    assert EstateNote.objects.get(pk=done.id).state == "confirmed"
    own = estates.note(
        actor=worker, place_id=w.places.estate.pk, kind="group", on=date(2026, 11, 12),
        attended=5, text="党小组会", now=NOW,
    )  # fmt: skip
    with pytest.raises(Forbidden, match="别人确认"):
        estates.confirm(actor=worker, note_id=own.id, now=NOW)
    with pytest.raises(NotFound):
        estates.confirm(actor=w.actors["outsider"], note_id=own.id, now=NOW)


def test_notes_carry_no_private_numbers_and_no_day_to_come(w: World) -> None:
    for on, text, why in (
        (date(2026, 11, 1), "找13889970312", "手机号"),
        (date(2026, 12, 1), "党小组会", "还没到"),
    ):
        with pytest.raises(Invalid, match=why):
            estates.note(
                actor=w.actors["instructor"], place_id=w.places.estate.pk, kind="group",
                on=on, attended=5, text=text, now=NOW,
            )  # fmt: skip

"""Plans: computed from what is there, changed by people, committed in one step."""

from datetime import timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from baodao.acts.models import Event
from baodao.allocation import services as s
from baodao.allocation.freshness import changes_since
from baodao.allocation.inputs import gather
from baodao.allocation.models import AllocationPair, AllocationPlan
from baodao.allocation.tests.make import pair_of, placed, plan
from baodao.core.clock import now, today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.notifications.models import Message
from baodao.orders.tests.make import place as place_order
from baodao.people import services as people
from baodao.people.models import ContactTie, Member, Unit
from baodao.people.queries import points_without_unit
from baodao.people.services import Succession
from baodao.people.tests.make import World, world
from baodao.reporting import jobs
from baodao.reporting.models import ReportIn
from baodao.reporting.tests.make import accepted, at_point, of_unit


@pytest.fixture
def w(db: None) -> World:
    return world()


def ties(w: World) -> dict[str, list[str]]:
    rows = ContactTie.objects.filter(valid_to=None).select_related("unit", "point")
    found: dict[str, list[str]] = {}
    for t in rows.order_by("path"):
        found.setdefault(t.unit.short_name, []).append(t.point.name)
    return found


@pytest.mark.req("A07", "A08")
def test_a_draft_places_every_unit_and_leaves_no_point_empty(w: World) -> None:
    before = ties(w)
    it = plan(w)
    assert placed(it) == {
        "地区住建局": "森格社区",
        "县卫健委": "第三网格",
        "县教育局": "日土村",
        "供电公司": "噶尔新村",
    }
    assert (it.state, it.round, it.changed) == ("draft", 1, 2)
    assert ties(w) == before
    health = pair_of(it, w.units.other)
    assert (health.was, health.moved, health.fits) == (
        w.places.other_community, True, True,
    )  # fmt: skip
    assert health.parts[0][:4] == [
        "function", "ok", "职能补缺", "1 个小区老年人多，原来没有这类单位",
    ]  # fmt: skip
    assert health.total == sum(p[4] for p in health.parts)
    event = Event.objects.get(action="allocation.compute")
    assert event.data == {"changed": 2, "units": 4}


@pytest.mark.req("A07")
def test_orders_of_twelve_months_say_what_a_point_needs(w: World) -> None:
    for _ in range(3):
        place_order(w, category="health")
    place_order(w, category="health", at=now() - timedelta(days=400))
    needs = gather(w.places.prefecture.path).needs[w.places.grid.id]["health"]
    assert needs.weight == 3 * 10 + 30 + 50
    assert needs.why == "一年来医疗健康方面点单 3 件，1 个小区老年人多"
    elsewhere = gather(w.places.prefecture.path).needs[w.places.far_community.id]
    assert elsewhere["health"] == (50, "周边医疗健康方面点单多", False)


def test_few_people_in_need_do_not_leave_the_community(w: World) -> None:
    """One household with an old person is nobody's figure above it (domain 9.4)."""
    whys = [
        n.why
        for needs in gather(w.places.prefecture.path).needs.values()
        for n in needs.values()
    ]
    assert whys and not any("住户" in why for why in whys)


def test_a_county_allocates_its_own_units_and_points_only(w: World) -> None:
    it = plan(w, "county_org")
    assert set(placed(it)) == {"地区住建局", "县卫健委", "供电公司"}
    assert it.points.filter(point=w.places.far_community).count() == 0
    for key, error in (("far_county_org", NotFound), ("community_secretary", NotFound)):
        with pytest.raises(error):
            s.drop(actor=w.actors[key], plan_id=it.id)
    with pytest.raises(NotFound):
        s.create_plan(
            actor=w.actors["county_org"], place_id=w.places.prefecture.id, name="全地区"
        )
    with pytest.raises(NotFound):
        s.override(
            actor=w.actors["far_county_org"], reason="要", point_id=w.places.grid.id,
            pair_id=pair_of(it, w.units.unit).id,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": " "}),
        ("most", {"weights": {"least": 5, "most": 2}}),
        ("near", {"weights": {"near": 500}}),
        ("least", {"weights": {"least": "3"}}),
    ],
)
def test_wrong_input_names_the_field_and_writes_nothing(
    w: World, field: str, given: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        plan(w, **given)
    assert set(refused.value.fields) == {field}
    assert not AllocationPlan.objects.exists()


def test_a_place_without_points_or_units_is_not_computed(w: World) -> None:
    for it in ContactTie.objects.filter(unit=w.units.far):
        people.end_contact_tie(
            actor=w.actors["prefecture_org"], tie_id=it.pk, reason="撤"
        )
    people.end_unit(
        actor=w.actors["prefecture_org"],
        decided=Succession(w.units.far.id, w.units.other.id, "并"),
    )
    with pytest.raises(Invalid) as refused:
        s.create_plan(
            actor=w.actors["far_county_org"], place_id=w.places.other_district.id,
            name="空",
        )  # fmt: skip
    assert "还没有单位" in refused.value.fields["place"]


def test_edge_case_36_further_points_are_counted_and_left_alone(w: World) -> None:
    people.add_contact_tie(
        actor=w.actors["county_org"], unit_id=w.units.unit.id, point_id=w.places.grid.id
    )
    it = plan(w)
    extra = it.pairs.get(extra=True)
    assert (extra.unit, extra.point) == (w.units.unit, w.places.grid)
    assert placed(it)["地区住建局"] == "森格社区"
    with pytest.raises(Invalid) as refused:
        s.override(
            actor=w.actors["prefecture_org"],
            pair_id=pair_of(it, w.units.unit).id, point_id=w.places.grid.id, reason="要",
        )  # fmt: skip
    assert "另外已经联系第三网格" in refused.value.fields["point"]
    s.commit(actor=w.actors["prefecture_org"], plan_id=it.id)
    assert ties(w)["地区住建局"] == ["森格社区", "第三网格"]


# --- what people decide ---------------------------------------------------------------


def override(w: World, it: AllocationPlan, unit: Unit, to: Any) -> AllocationPair:
    s.override(
        actor=w.actors["prefecture_org"], pair_id=pair_of(it, unit).id, point_id=to.id,
        reason="已经对接好了",
    )  # fmt: skip
    return pair_of(it, unit)


@pytest.mark.req("A07")
def test_an_override_needs_a_reason_stays_and_can_be_undone(w: World) -> None:
    it, boss = plan(w), w.actors["prefecture_org"]
    with pytest.raises(Invalid) as refused:
        s.override(
            actor=boss, pair_id=pair_of(it, w.units.loose).id, reason=" ",
            point_id=w.places.community.id,
        )  # fmt: skip
    assert "reason" in refused.value.fields
    pair = override(w, it, w.units.loose, w.places.community)
    assert (pair.point, pair.suggested) == (
        w.places.community,
        w.places.other_community,
    )
    assert (pair.fixed, pair.reason, pair.decided_by) == (True, "已经对接好了", "丹增")
    assert pair.parts[1][3] == "驻地同乡镇（街道）"
    s.recompute(actor=boss, plan_id=it.id)
    pair = pair_of(it, w.units.loose)
    assert (pair.round, pair.point, pair.reason) == (
        2, w.places.community, "已经对接好了",
    )  # fmt: skip
    # The point it left is filled by somebody else: nobody is without a unit.
    assert set(placed(it).values()) == {"森格社区", "第三网格", "噶尔新村", "日土村"}
    s.undo(actor=boss, pair_id=pair.id)
    pair = pair_of(it, w.units.loose)
    assert not pair.fixed and pair.reason == ""
    with pytest.raises(Conflict):
        s.undo(actor=boss, pair_id=pair.id)


def test_a_lock_keeps_a_unit_whatever_is_computed_again(w: World) -> None:
    it, boss = plan(w), w.actors["prefecture_org"]
    s.lock(actor=boss, pair_id=pair_of(it, w.units.other).id)
    for _ in range(3):
        place_order(
            w, category="health", place_id=w.places.other_community.id,
            actor=w.actors["other_community_worker"],
        )  # fmt: skip
    s.recompute(actor=boss, plan_id=it.id, weights={"least": 1, "most": 4, "stay": 90})
    assert placed(it)["县卫健委"] == "第三网格"
    s.unlock(actor=boss, pair_id=pair_of(it, w.units.other).id)
    s.recompute(actor=boss, plan_id=it.id)
    assert placed(it)["县卫健委"] == "噶尔新村"
    it.refresh_from_db()
    assert (it.round, it.weights["stay"], it.changed) == (3, 90, 1)


def test_rows_of_an_earlier_round_are_only_to_be_read(w: World) -> None:
    it, boss = plan(w), w.actors["prefecture_org"]
    old = pair_of(it, w.units.other)
    s.recompute(actor=boss, plan_id=it.id)
    for verb in (s.lock, s.undo, s.unlock):
        with pytest.raises(Conflict):
            verb(actor=boss, pair_id=old.id)
    assert it.pairs.filter(round=1).count() == 4


# --- commit -------------------------------------------------------------------------


@pytest.mark.req("A08")
def test_committing_ends_and_begins_ties_in_one_step(w: World) -> None:
    it, boss = plan(w), w.actors["prefecture_org"]
    override(w, it, w.units.loose, w.places.grid)
    s.recompute(actor=boss, plan_id=it.id)
    s.commit(actor=boss, plan_id=it.id)
    it.refresh_from_db()
    assert (it.state, it.decided_by) == ("committed", "丹增")
    assert ties(w) == {
        "地区住建局": ["森格社区"],
        "供电公司": ["第三网格"],
        "县卫健委": ["噶尔新村"],
        "县教育局": ["日土村"],
    }
    tie = ContactTie.objects.get(unit=w.units.loose)
    assert (tie.valid_from, tie.reason) == (today(), "2027 年度：已经对接好了")
    assert Unit.objects.get(pk=w.units.loose.id).point_path == w.places.grid.path
    assert not points_without_unit(boss)
    told = Message.objects.get(unit_id=w.units.loose.id)
    assert told.title == "本单位的联系点是第三网格"
    assert Message.objects.get(
        role="community_worker", path=w.places.community.path
    ).text.startswith("新来1家，转走0家")
    for verb in (s.commit, s.drop):
        with pytest.raises(Conflict):
            verb(actor=boss, plan_id=it.id)
    with pytest.raises(Conflict):
        s.lock(actor=boss, pair_id=pair_of(it, w.units.far).id)


@pytest.mark.req("A08", "A09")
def test_members_report_in_follows_and_the_head_reports_anew(w: World) -> None:
    at_old = accepted(
        w,
        at_point(w, "neighbour", place_id=w.places.other_community.id),
        "other_community_worker",
    )
    unit = of_unit(
        w, actor=w.actors["other_unit_secretary"], unit_id=w.units.other.id,
        place_id=w.places.other_community.id,
    )  # fmt: skip
    accepted(w, unit, "other_community_worker")
    it = plan(w)
    s.commit(actor=w.actors["prefecture_org"], plan_id=it.id)
    job = ProcrastinateJob.objects.get(task_name="reporting.follow")
    jobs.follow(**job.args)
    jobs.follow(**job.args)
    at_old.refresh_from_db()
    unit.refresh_from_db()
    assert (at_old.state, at_old.end_reason) == ("ended", "point_changed")
    assert (unit.state, unit.end_reason) == ("ended", "point_changed")
    new = ReportIn.objects.get(member=w.members.neighbour, state="active")
    assert (new.point_id, new.previous_id) == (w.places.grid.id, at_old.id)
    member = Member.objects.get(pk=w.members.neighbour.id)
    assert member.point_path == w.places.grid.path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("tie", "1个单位的联系点改了"),
        ("unit", "新增了1个单位"),
        ("gone", "少了1个单位"),
        ("function", "1个单位的驻地或职能改了"),
        ("point", "新增了1个联系点"),
    ],
)
def test_a_plan_that_has_grown_old_is_refused_until_computed_again(
    w: World, change: str, said: str
) -> None:
    it, boss = plan(w), w.actors["prefecture_org"]
    _change(w, change)
    before = ties(w)
    assert changes_since(it) == [said]
    with pytest.raises(Conflict) as refused:
        s.commit(actor=boss, plan_id=it.id)
    assert said in refused.value.message and "重新试算" in refused.value.message
    assert ties(w) == before
    it.refresh_from_db()
    assert it.state == "draft"
    s.recompute(actor=boss, plan_id=it.id)
    it.refresh_from_db()
    assert changes_since(it) == []
    s.commit(actor=boss, plan_id=it.id)


def _change(w: World, change: str) -> None:
    from baodao.places.services import set_contact_point

    boss = w.actors["prefecture_org"]
    if change == "tie":
        people.add_contact_tie(
            actor=boss, unit_id=w.units.loose.id, point_id=w.places.grid.id
        )
    elif change == "unit":
        people.add_unit(
            actor=boss, name="噶尔县水利局", kind="organ", seat_id=w.places.community.id
        )
    elif change == "gone":
        people.end_unit(actor=boss, decided=Succession(w.units.loose.id, None, "撤"))
    elif change == "function":
        people.edit_unit(
            actor=boss, unit_id=w.units.loose.id, name=w.units.loose.name,
            kind=w.units.loose.kind, seat_id=w.units.loose.seat_id,
            functions=["utilities", "housing"],
        )  # fmt: skip
    else:
        set_contact_point(
            actor=boss, place_id=w.places.second_grid.id, is_contact_point=True
        )


def test_two_people_do_not_commit_past_each_other(w: World) -> None:
    it = plan(w)
    seen = it.version
    override(w, it, w.units.loose, w.places.grid)
    with pytest.raises(Conflict):
        s.commit(actor=w.actors["prefecture_org"], plan_id=it.id, version=seen)
    assert ties(w)["县卫健委"] == ["噶尔新村"]


def test_a_dropped_plan_changes_nothing(w: World) -> None:
    it, before = plan(w), ties(w)
    s.drop(actor=w.actors["prefecture_org"], plan_id=it.id)
    it.refresh_from_db()
    assert (it.state, ties(w)) == ("dropped", before)
    with pytest.raises(Conflict):
        s.recompute(actor=w.actors["prefecture_org"], plan_id=it.id)
    with pytest.raises((Forbidden, NotFound)):
        s.drop(actor=w.actors["township_party"], plan_id=it.id)


def test_units_that_merge_or_have_ended_are_left_out(w: World) -> None:
    people.end_unit(
        actor=w.actors["county_org"],
        decided=Succession(w.units.unit.id, w.units.other.id, "机构改革"),
    )
    assert "地区住建局" not in placed(plan(w))


def test_a_unit_that_serves_a_point_outside_only_is_left_to_the_level_above(
    w: World,
) -> None:
    boss = w.actors["prefecture_org"]
    people.add_contact_tie(
        actor=boss, unit_id=w.units.loose.id, point_id=w.places.far_community.id
    )
    inputs = gather(w.places.district.path)
    assert inputs.elsewhere == [w.units.loose]
    there = gather(w.places.other_district.path)
    assert [(t.unit, t.point) for t in there.extras] == [
        (w.units.loose, w.places.far_community)
    ]

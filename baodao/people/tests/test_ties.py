"""Many ties in one decision: the same as one by one, all of it or nothing."""

import pytest

from baodao.acts.models import Event, Note
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.people import services
from baodao.people.models import ContactTie, Unit
from baodao.people.services import TieMove
from baodao.people.tests.make import World, world


@pytest.fixture
def w(db: None) -> World:
    return world()


def open_ties() -> set[tuple[str, str]]:
    rows = ContactTie.objects.filter(valid_to=None)
    return set(rows.values_list("unit__short_name", "point__name"))


def told(action: str) -> list[tuple[object, ...]]:
    """What an act left in the log, without ids and instants."""
    found = Event.objects.filter(action=action).order_by("id")
    return [
        (e.kind, e.path, e.actor_role, e.actor_name, e.data, e.from_state, e.to_state)
        for e in found
    ]


@pytest.mark.req("A08")
def test_many_ties_at_once_leave_what_single_acts_leave(w: World) -> None:
    county, unit = w.actors["county_org"], w.units.unit
    tie = ContactTie.objects.get(unit=unit)
    services.end_contact_tie(actor=county, tie_id=tie.pk, reason="改为网格")
    services.add_contact_tie(
        actor=county, unit_id=unit.id, point_id=w.places.grid.id, reason="改为网格"
    )
    single = {a: told(a) for a in ("ties.end", "ties.add")}
    other = ContactTie.objects.get(unit=w.units.other)
    move = TieMove(w.units.other.id, [other.pk], [w.places.community.id], "就近")
    assert services.move_contact_ties(actor=county, moves=[move]) == 2
    for action, before in single.items():
        first, second = told(action)
        assert [first] == before
        assert (first[0], first[2:]) == (second[0], second[2:])
    assert open_ties() == {
        ("地区住建局", "第三网格"), ("县卫健委", "森格社区"), ("县教育局", "日土村"),
    }  # fmt: skip
    other.refresh_from_db()
    assert other.valid_to == today()
    ended = Event.objects.get(action="ties.end", object_id=other.pk)
    assert Note.objects.get(event=ended).text == "就近"
    assert Unit.objects.get(pk=w.units.other.id).point_path == w.places.community.path


def test_several_moves_are_all_written_or_none(w: World) -> None:
    county, before = w.actors["county_org"], open_ties()
    good = TieMove(w.units.loose.id, points=[w.places.community.id], reason="就近")
    ended = ContactTie.objects.get(unit=w.units.other)
    for bad, error in (
        (TieMove(w.units.unit.id, points=[w.places.street.id]), Invalid),
        (TieMove(w.units.unit.id, [ended.pk], [w.places.grid.id]), Conflict),
        (TieMove(w.units.unit.id, points=[w.places.community.id]), Invalid),
        (TieMove(w.units.unit.id, points=[w.places.far_community.id]), NotFound),
    ):
        with pytest.raises(error):
            services.move_contact_ties(actor=county, moves=[good, bad])
        assert open_ties() == before
    assert (
        services.move_contact_ties(actor=county, moves=[TieMove(w.units.unit.id)]) == 0
    )


def test_the_oldest_tie_that_is_left_is_the_units_first_point(w: World) -> None:
    county, unit = w.actors["county_org"], w.units.unit
    add = TieMove(unit.id, points=[w.places.grid.id, w.places.other_community.id])
    services.move_contact_ties(actor=county, moves=[add])
    assert Unit.objects.get(pk=unit.id).point_path == w.places.community.path
    first = ContactTie.objects.get(unit=unit, point=w.places.community)
    services.move_contact_ties(actor=county, moves=[TieMove(unit.id, [first.pk])])
    assert Unit.objects.get(pk=unit.id).point_path == w.places.grid.path

"""The access table: what a list shows is what a click may do, for every action,
every role and every row of the standing cast."""

from dataclasses import replace

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baodao.acts.access import ACTIONS, can, columns, path_range, visible
from baodao.acts.actor import Actor, link_holder
from baodao.orders.models import Order
from baodao.orders.tests.make import order_in
from baodao.people.roles import GUESTS, ROLES
from baodao.people.tests.make import World, world
from baodao.places.areas import exactly
from baodao.places.models import Place


@pytest.mark.django_db
def test_a_row_is_visible_if_and_only_if_the_act_is_allowed() -> None:
    w = world()
    for state in ("submitted", "dispatched", "claimed", "in_service", "confirmed"):
        order_in(state, w)
    actors: list[Actor] = [*w.actors.values(), link_holder(Order.objects.first().id)]  # type: ignore[union-attr]
    assert {a.role for a in actors} >= set(ROLES) - {"member"} | {"member", "requester"}
    checked = 0
    for name, action in ACTIONS.items():
        model = apps.get_model(action.model)
        rows = list(model._default_manager.all())
        for actor in actors:
            seen = set(
                visible(model._default_manager.all(), actor, name).values_list(
                    "pk", flat=True
                )
            )
            assert seen == {r.pk for r in rows if can(actor, name, r)}, (
                name,
                actor.role,
            )
            checked += len(rows)
    assert checked > 10_000


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    former=st.lists(st.tuples(st.integers(0, 17), st.booleans()), max_size=4),
    role=st.sampled_from(
        ["county_org", "community_worker", "grid_worker", "inspector"]
    ),
    action=st.sampled_from(
        ["places.view", "places.edit", "units.view", "members.view", "roles.give"]
    ),
)
def test_whatever_a_place_took_over_lists_and_acts_agree(
    cast: World, former: list[tuple[int, bool]], role: str, action: str
) -> None:
    paths = sorted(Place.objects.values_list("path", flat=True))
    ranges = [path_range(paths[i]) if all_ else exactly(paths[i]) for i, all_ in former]
    actor = replace(cast.actors[role], former=tuple(ranges))
    model = apps.get_model(ACTIONS[action].model)
    seen = set(visible(model._default_manager.all(), actor, action))
    assert seen == {r for r in model._default_manager.all() if can(actor, action, r)}
    plain = set(visible(model._default_manager.all(), cast.actors[role], action))
    assert plain <= seen


@pytest.fixture
def cast(db: None) -> World:
    return world()


def test_every_grant_names_a_known_role() -> None:
    known = set(ROLES) | set(GUESTS)
    for action in ACTIONS.values():
        assert set(action.grants) <= known, action.name
        assert action.grants, action.name


def test_every_model_with_actions_declares_where_its_rows_belong() -> None:
    for action in ACTIONS.values():
        model = apps.get_model(action.model)
        names = {f.attname for f in model._meta.concrete_fields}
        assert set(columns(model).names) | set(action.conflict) <= names, action.name


def test_a_range_holds_the_subtree_and_nothing_beside_it() -> None:
    lo, hi = path_range("54/25/")
    assert lo <= "54/25/" < hi and lo <= "54/25/23/100/" < hi
    assert not lo <= "54/250/" < hi and not lo <= "54/26/" < hi
    lo, hi = path_range("")
    assert lo <= "" < hi and lo <= "99/zz/" < hi

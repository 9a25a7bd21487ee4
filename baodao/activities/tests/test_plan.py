"""The year's plan of joint activities against what was held (L27)."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from baodao.activities import planning, queries_plan
from baodao.activities.models import Activity, Priority, Target
from baodao.activities.planning import Key, Owner, owner_of
from baodao.activities.tests.make import confirmed, planned, published
from baodao.core.clock import today
from baodao.core.errors import Forbidden, Invalid, NotFound
from baodao.people.tests.make import World, world

pytestmark = [pytest.mark.django_db, pytest.mark.req("L27")]
ENVIRONMENT = Key(joint="environment")


@pytest.fixture
def w() -> World:
    return world()


def _aim(w: World, title: str = "创建文明城市") -> Priority:
    done = planning.add_priority(
        actor=w.actors["county_org"], year=today().year, title=title
    )
    return Priority.objects.get(pk=done.id)


def _set(w: World, key: str, counts: dict[Key, int]) -> int:
    return planning.set_targets(actor=w.actors[key], year=today().year, counts=counts)


def _owner(w: World, key: str) -> Owner:
    found = owner_of(w.actors[key])
    assert found
    return found


def _line(w: World, key: str, wanted: Key = ENVIRONMENT) -> queries_plan.Line:
    kinds, aims = queries_plan.lines(_owner(w, key), today().year)
    return next(line for line in (*kinds, *aims) if line.key == wanted)


def test_what_was_planned_stands_beside_what_was_confirmed_and_is_to_come(
    w: World,
) -> None:
    aim = _aim(w)
    assert _set(w, "community_worker", {ENVIRONMENT: 6, Key(aim=aim.pk): 2}) == 2
    confirmed(w, aim_id=aim.pk)
    published(w)
    planned(w, joint_type="culture")
    line = _line(w, "community_worker")
    assert (line.planned, line.done, line.coming, line.missing) == (6, 1, 1, 4)
    other = _line(w, "community_worker", Key(aim=aim.pk))
    assert (other.planned, other.done, other.coming) == (2, 1, 0)


def test_a_number_is_set_once_changed_and_taken_back(w: World) -> None:
    assert _set(w, "community_worker", {ENVIRONMENT: 6}) == 1
    assert _set(w, "community_secretary", {ENVIRONMENT: 6}) == 0
    assert _set(w, "community_secretary", {ENVIRONMENT: 0}) == 1
    assert Target.objects.get().count == 0
    with pytest.raises(Invalid):
        _set(w, "community_worker", {ENVIRONMENT: -1})
    with pytest.raises((Forbidden, NotFound)):
        _set(w, "county_org", {ENVIRONMENT: 3})


def test_a_township_sees_its_own_number_and_those_of_its_communities(w: World) -> None:
    _set(w, "township_party", {ENVIRONMENT: 10})
    _set(w, "community_worker", {ENVIRONMENT: 6})
    _set(w, "unit_secretary", {ENVIRONMENT: 4})
    line = _line(w, "township_party")
    assert (line.planned, line.below) == (10, 6)
    assert _line(w, "community_worker").below == 4
    owner = _owner(w, "township_party")
    rows = list(queries_plan.part_rows(owner))
    shown = queries_plan.parts(owner, today().year, ENVIRONMENT, rows)
    assert sum(p.planned for p in shown) == line.below


def test_a_unit_counts_what_it_hosts(w: World) -> None:
    confirmed(w)
    confirmed(
        w, by="unit_secretary", channel="unit", came=[w.members.colleague.id],
    )  # fmt: skip
    assert _line(w, "unit_secretary").done == 1
    assert _line(w, "community_worker").done == 2


def test_the_database_keeps_one_number_for_one_thing(w: World) -> None:
    _set(w, "community_worker", {ENVIRONMENT: 6})
    row = Target.objects.get()
    wrongs: tuple[dict[str, Any], ...] = (
        {"joint_type": ""}, {"unit_id": w.units.unit.id}, {"count": -1},
    )  # fmt: skip
    for wrong in wrongs:
        with pytest.raises(IntegrityError), transaction.atomic():
            Target.objects.filter(pk=row.pk).update(**wrong)


def test_every_number_of_the_plan_opens_its_list(w: World) -> None:
    aim = _aim(w)
    it = confirmed(w, aim_id=aim.pk)
    worker = w.client("community_worker")
    year = today().year
    page = worker.get(reverse("activities:plan")).content.decode()
    assert f"tab=done&amp;year={year}&amp;aim={aim.pk}" in page
    listed = worker.get(
        reverse("activities:list"),
        {"tab": "done", "year": str(year), "aim": str(aim.pk)},
    ).content.decode()
    assert "办过 1 场活动" in listed and it.title in listed
    before = {"tab": "done", "year": str(year - 1), "joint": "environment"}
    assert (
        "办过 0 场" in worker.get(reverse("activities:list"), before).content.decode()
    )
    parts = w.client("township_party").get(reverse("activities:plan_parts"))
    assert "森格社区" in parts.content.decode()
    assert w.client("unit_secretary").get(
        reverse("activities:plan_parts")
    ).status_code == 404  # fmt: skip


def test_the_plan_and_the_central_work_are_set_in_the_browser(w: World) -> None:
    county = w.client("county_org")
    new = reverse("activities:priority_new")
    assert county.post(new, {"title": "创建文明城市"}).status_code == 302
    assert county.post(new, {"title": "创建文明城市"}).status_code == 422
    assert w.client("community_worker").get(new).status_code == 403
    row = Priority.objects.get()
    here = reverse("activities:priority", args=[row.pk])
    assert county.post(here, {"title": "文明城市创建"}).status_code == 302
    worker = w.client("community_worker")
    edit = reverse("activities:plan_edit")
    assert "文明城市创建" in worker.get(edit).content.decode()
    assert (
        worker.post(edit, {"environment": "5", f"aim-{row.pk}": "2"}).status_code == 302
    )
    assert worker.post(edit, {"environment": "-5"}).status_code == 422
    assert {t.count for t in Target.objects.all()} == {5, 2}
    page = worker.get(reverse("activities:plan")).content.decode()
    assert "计划办 5 场，办了 0 场" in page
    assert county.get(edit).status_code == 403
    assert w.client("member").get(reverse("activities:plan")).status_code == 403
    # The form of an activity offers it, and the activity keeps it.
    form = worker.get(reverse("activities:new")).content.decode()
    assert "文明城市创建" in form and "对应的中心工作" in form
    assert Activity.objects.count() == 0

"""How far units and members are: every state is what the rows say."""

from datetime import date

import pytest
from django.urls import reverse

from baodao.core.clock import today
from baodao.people.tests.make import World, world
from baodao.progress import queries, rules
from baodao.progress.measures import MEMBER, OF, UNIT
from baodao.progress.rules import Count, together
from baodao.reporting.tests.make import accepted, at_point, home, of_unit


@pytest.mark.parametrize(
    ("have", "need", "state"),
    [(0, 1, "todo"), (1, 1, "done"), (3, 1, "done"), (2, 5, "going"), (0, 0, "later"), (2, 0, "later")],
)  # fmt: skip
def test_a_count_is_read_as_a_state(have: int, need: int, state: str) -> None:
    assert Count(have, need).state == state


@pytest.mark.parametrize(
    ("counts", "state"),
    [([], "later"), ([(0, 0)], "later"), ([(1, 1), (0, 0)], "done"), ([(0, 1), (0, 1)], "todo"),
     ([(1, 1), (0, 1)], "going"), ([(2, 5)], "going")],
)  # fmt: skip
def test_a_double_is_done_when_all_that_is_wanted_is(
    counts: list[tuple[int, int]], state: str
) -> None:
    assert together(Count(*c) for c in counts) == state


@pytest.mark.req("L01", "L02")
def test_every_measure_belongs_to_a_step_and_a_double() -> None:
    for m in (*UNIT, *MEMBER):
        assert m.step in rules.STEPS and m.double in rules.DOUBLES
        reverse(m.url)
    for who, table in OF.items():
        assert {m.double for m in table} == set(rules.DOUBLES) - {"judge"}, who


@pytest.fixture
def w(db: None) -> World:
    return world()


def states(w: World, who: str, pk: object) -> dict[str, str]:
    lines = queries.counts(who, [pk], today())[pk]  # type: ignore[list-item, index]
    return {line.measure.code: line.count.state for line in lines}


@pytest.mark.req("L01", "L02")
def test_reporting_in_moves_unit_and_member_on(w: World) -> None:
    unit, member = w.units.unit.pk, w.members.newcomer.pk
    assert states(w, "unit", unit)["reported"] == "todo"
    assert states(w, "member", member)["residence"] == "todo"
    accepted(w, of_unit(w))
    accepted(w, home(w))
    accepted(w, at_point(w))
    assert (
        states(w, "unit", unit)["reported"]
        == states(w, "unit", unit)["lists"]
        == "done"
    )
    found = states(w, "member", member)
    assert found["residence"] == found["unit_channel"] == "done"
    lines = queries.counts("member", [member], today())[member]
    following = queries.next_line(lines)
    assert following and following.measure.code == "household"


@pytest.mark.req("L02")
def test_the_list_says_who_has_not_reported(w: World) -> None:
    accepted(w, of_unit(w))
    client = w.client("community_worker")
    url = reverse("progress:list")
    assert w.units.unit.name in client.get(url).content.decode()
    lacking = client.get(f"{url}?lack=reported").content.decode()
    assert f">{w.units.unit.name}</a>" not in lacking
    assert client.get(f"{url}?lack=agreement").status_code == 200
    assert "没有找到" in client.get(f"{url}?q=没有这家单位").content.decode()


@pytest.mark.req("L02")
def test_everybody_sees_their_own_and_no_other_places(w: World) -> None:
    for key, name in (("member", "组织报到"), ("unit_secretary", "五个步骤")):
        page = w.client(key).get(reverse("progress:mine"), follow=True)
        assert page.status_code == 200 and name in page.content.decode(), key
    unit = reverse("progress:unit", args=[w.units.unit.pk])
    assert w.client("community_worker").get(unit).status_code == 200
    assert w.client("far_county_org").get(unit).status_code == 404
    assert w.client().get(reverse("progress:list")).status_code == 404
    assert w.client("community_worker").post(unit).status_code == 405


@pytest.mark.req("A34", "L52")
def test_each_gap_opens_a_list(w: World) -> None:
    client = w.client("community_worker")
    page = client.get(reverse("progress:gaps"))
    assert page.status_code == 200
    for gap in page.context["gaps"]:
        behind = client.get(gap.url)
        assert behind.status_code == 200, gap.title
        rows = behind.context["bare_points"] if "#bare" in gap.url else None
        n = behind.context["page"].paginator.count if rows is None else len(rows)
        assert n == gap.n, gap.title
        assert gap.whole is None or gap.n <= gap.whole
    assert w.client("unit_secretary").get(reverse("progress:gaps")).status_code == 403


def test_the_year_is_that_of_the_day(w: World) -> None:
    pk = w.members.member.pk
    for day in (date(2025, 6, 1), date(2026, 6, 1)):
        assert len(queries.counts("member", [pk], day)[pk]) == len(MEMBER)

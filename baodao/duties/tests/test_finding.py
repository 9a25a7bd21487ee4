"""Words of the due list, and what its tabs count and show."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models import Q
from django.urls import reverse

from baodao.core.clock import today
from baodao.duties import finding, queries, rules, views
from baodao.duties.cadence import Window
from baodao.duties.models import Duty, DutyTitle
from baodao.duties.tests.make import duties, kinds, source
from baodao.people.models import Unit
from baodao.people.tests.make import World, world
from baodao.ui import paging

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> Iterator[World]:
    with kinds():
        yield world()


def window(title: str, back: int = 5, on: int = 3) -> Window:
    day = today()
    return Window(title, title, day - back * DAY, day + on * DAY)


def looked_through(word: str) -> set[object]:
    """What has the word, found by going through all duties."""
    units = Unit.objects.filter(Q(name__icontains=word) | Q(short_name__icontains=word))
    found = Duty.objects.filter(
        Q(title__icontains=word)
        | Q(member__person__name__icontains=word)
        | Q(unit_id__in=units.values("id"))
    )
    return set(found.values_list("pk", flat=True))


@pytest.fixture
def many(w: World) -> list[Duty]:
    titles = ("11月走访", "50%_报表", "LED灯检修", "节日走访")
    every = [window(t) for t in titles]
    one, other = source(w), source(w, "colleague")
    nobody = source(w, member_id=None, unit_id=None)
    return [
        *duties(one, other, windows=every),
        *duties(nobody, kind="t_place", windows=every[:1]),
        *duties(source(w, member_id=None), kind="t_plain", windows=every[2:3]),
    ]


@pytest.mark.parametrize("most", [finding.MOST, 0])
def test_words_are_found_as_if_all_duties_were_looked_through(
    w: World, many: list[Duty], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(finding, "MOST", most)
    name, unit = w.members.member.person.name, w.units.unit
    words = ["走访", "走", "led", "灯检", "%", "_", "1", "11月", name, name[0], name[-1:],
             unit.name, unit.name[:2], "没有这个词", "a", "\x01"]  # fmt: skip
    for word in words:
        found = finding.worded(Duty.objects.all(), word)
        assert set(found.values_list("pk", flat=True)) == looked_through(word), word
    both = finding.worded(Duty.objects.all(), f" {name}  11月 ")
    assert set(both.values_list("pk", flat=True)) == (
        looked_through(name) & looked_through("11月")
    )
    assert len(looked_through(name)) and not len(looked_through("没有这个词"))


def test_each_wording_is_kept_once(w: World, many: list[Duty]) -> None:
    def kept() -> list[tuple[str, str]]:
        return sorted(DutyTitle.objects.values_list("kind", "title"))

    there = set(Duty.objects.values_list("kind", "title"))
    assert kept() == sorted(there)
    duties(source(w), windows=[window("11月走访"), window("12月走访")])
    assert kept() == sorted({*there, ("t_month", "12月走访")})


@pytest.mark.parametrize("tab", queries.TABS)
def test_a_page_shows_the_rows_of_its_tab_in_its_order(w: World, tab: str) -> None:
    state = {"soon": "due", "settled": "confirmed"}.get(tab, tab)
    for back in range(3):
        duties(source(w), source(w), windows=[window(f"{back}", 9, 5 - back)])
    duties(source(w), windows=[Window("later", "later", today() + DAY, today() + DAY)])
    every = Duty.objects.exclude(title="later")
    every.update(state=state, done_on=today())
    listed = queries.in_tab(queries.listed(w.actors["county_org"]), tab, today())
    wanted = sorted(every, key=lambda d: (d.due_on, d.pk), reverse=tab == "settled")
    assert list(listed.all()) == wanted
    shown = [*queries.on_page(listed[:4], tab), *queries.on_page(listed[4:], tab)]
    assert shown == wanted


def test_open_and_settled_are_all_there_is() -> None:
    """The lists' indexes are of these: a state in neither would be in none."""
    assert {*rules.LIVE, *rules.SETTLED} == set(rules.STATES)


def test_numbers_go_as_far_as_pages_and_the_page_says_so(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    duties(source(w), source(w), source(w), windows=[window("走访")])
    monkeypatch.setattr(views, "MOST", 2)
    client, url = w.client("community_worker"), reverse("duties:list")
    page = client.get(url).content.decode()
    assert "有 2+ 件应办的事快到期了" in page
    assert f"共 2 以上。{paging.SOONEST}" in page
    monkeypatch.setattr(views, "MOST", 3)
    monkeypatch.setattr(views, "FOUND", 1)
    page = client.get(url).content.decode()
    assert "有 3 件应办的事快到期了" in page and "以上" not in page
    assert "待办 1+ 件" in client.get(f"{url}?tab=due&q=走访").content.decode()
    Duty.objects.update(state="confirmed", done_on=today())
    page = client.get(f"{url}?tab=settled&q=走访").content.decode()
    assert f"共 1 以上。{paging.NEWEST}" in page

"""The pages of duties: work, refuse the wrong role, hide other places."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import reverse

from baodao.core.clock import today
from baodao.duties.cadence import Window
from baodao.duties.models import Duty
from baodao.duties.tests.make import duties, kinds, source
from baodao.people.tests.make import World, world
from baodao.sheets.tests.test_exports import take, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> Iterator[World]:
    with kinds():
        yield world()


@pytest.fixture
def owed(w: World) -> Duty:
    now = today()
    window = Window(
        "now", "本月走访", now - timedelta(days=10), now + timedelta(days=3)
    )
    return duties(source(w), windows=[window])[0]


def url(it: Duty, event: str = "") -> str:
    return (
        reverse("duties:do", args=[it.pk, event])
        if event
        else reverse("duties:duty", args=[it.pk])
    )


@pytest.mark.req("L39")
def test_the_community_sees_who_is_about_to_be_missed(w: World, owed: Duty) -> None:
    page = w.client("community_worker").get(reverse("duties:list"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "有 1 件应办的事快到期了" in text and owed.title in text
    assert w.members.member.person.name in text
    for key in ("unit_secretary", "township_party", "member"):
        assert (
            owed.title in w.client(key).get(reverse("duties:list")).content.decode()
        ), key


@pytest.mark.parametrize("key", ["far_county_org", "other_unit_secretary", "outsider"])
def test_other_places_find_nothing(w: World, owed: Duty, key: str) -> None:
    client = w.client(key)
    assert client.get(url(owed)).status_code == 404
    assert owed.title not in client.get(reverse("duties:list")).content.decode()


def test_a_visitor_finds_nothing_and_a_get_does_nothing(w: World, owed: Duty) -> None:
    assert w.client().get(reverse("duties:list")).status_code == 404
    assert w.client("community_worker").get(url(owed, "excuse")).status_code == 405
    assert w.client("community_worker").post(url(owed, "miss")).status_code == 404


@pytest.mark.parametrize(
    ("tab", "words"),
    [("due", "待办 1 件"), ("missed", "这一栏现在是空的"), ("done", "这一栏现在是空的"),
     ("settled", "这一栏现在是空的"), ("soon&q=没有这个人", "没有找到合条件的事"),
     ("soon&kind=t_feast", "没有找到合条件的事"), ("soon&month=2020-01", "没有找到合条件的事")],
)  # fmt: skip
def test_tabs_and_filters_are_in_the_address(
    w: World, owed: Duty, tab: str, words: str
) -> None:
    page = w.client("community_worker").get(f"{reverse('duties:list')}?tab={tab}")
    assert words in page.content.decode()


@pytest.mark.req("L39")
def test_excusing_and_taking_it_back_on_the_page(w: World, owed: Duty) -> None:
    client = w.client("community_worker")
    refused = client.post(url(owed, "excuse"), {"reason": "other"})
    assert refused.status_code == 422
    assert "写明是什么原因" in refused.content.decode()
    client.post(url(owed, "excuse"), {"reason": "trip", "note": "下乡一个月"})
    page = client.get(url(owed)).content.decode()
    assert "出差超过半个月" in page and "下乡一个月" in page and "撤回免办" in page
    client.post(url(owed, "restore"))
    owed.refresh_from_db()
    assert owed.state == "due"
    assert (
        w.client("member").post(url(owed, "excuse"), {"reason": "trip"}).status_code
        == 403
    )


@pytest.mark.req("L39")
def test_a_stand_in_is_found_by_number(w: World, owed: Duty) -> None:
    client = w.client("unit_secretary")
    wrong = client.post(url(owed, "stand_in"), {"number": "5425-0"})
    assert wrong.status_code == 422 and "没有这个志愿者编号" in wrong.content.decode()
    number = w.members.colleague.volunteer_no
    client.post(url(owed, "stand_in"), {"number": number})
    owed.refresh_from_db()
    assert owed.stand_in_id == w.members.colleague.pk
    assert "代办" in client.get(url(owed)).content.decode()


def test_what_a_member_notes_for_the_community_is_not_shown_to_the_unit(
    w: World, owed: Duty
) -> None:
    w.client("member").post(
        url(owed, "attempt"), {"on": today().isoformat(), "note": "邻居说去了医院"}
    )
    assert "邻居说" in w.client("community_worker").get(url(owed)).content.decode()
    assert "邻居说" not in w.client("unit_secretary").get(url(owed)).content.decode()


def test_what_nobody_in_person_owes_stands_in_the_list_too(w: World) -> None:
    now = today()
    window = Window("now", "本季度", now - timedelta(days=10), now + timedelta(days=3))
    one = source(w, member_id=None, unit_id=None)
    for kind, who in (("t_place", "轮到社区"), ("t_leader", "轮到领导")):
        it = duties(one, kind=kind, windows=[window])[0]
        for key in ("community_worker", "county_org"):
            assert who in w.client(key).get(reverse("duties:list")).content.decode()
            assert w.client(key).get(url(it)).status_code == 200


def test_the_list_can_be_taken_along(w: World, owed: Duty) -> None:
    text = text_of(take(w.client("community_worker"), "duties", "tab=soon"))
    assert owed.title in text and w.members.member.volunteer_no in text
    assert take(w.client(), "duties").status_code == 404

"""The pages: first what will happen, then one confirmed step."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from baodao.core.clock import today
from baodao.orders.tests.make import order_in
from baodao.people.models import ContactTie, Member, Unit
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
REFUSED = {
    "unit": {"unit_secretary": 403, "community_worker": 403, "far_county_org": 404,
             "outsider": 404, "anonymous": 404},
    "transfer": {"member": 403, "community_worker": 403, "outsider": 404},
    "retire": {"member": 403, "county_org": 403, "outsider": 404},
    "leave": {"member": 403, "county_org": 403, "far_unit_secretary": 404},
}  # fmt: skip


@pytest.fixture
def w() -> World:
    return world()


def address(w: World, name: str) -> str:
    pk = w.units.unit.pk if name == "unit" else w.members.member.pk
    return reverse(f"departures:{name}", args=[pk])


def see(client: Client, url: str, **query: Any) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200, url
    return str(answer.content.decode())


@pytest.mark.parametrize("name", REFUSED)
def test_the_page_refuses_who_has_no_business_there(w: World, name: str) -> None:
    for key, status in REFUSED[name].items():
        assert w.client(key).get(address(w, name)).status_code == status, key
        assert w.client(key).post(address(w, name)).status_code == status, key
    opener = "county_org" if name == "unit" else "unit_secretary"
    assert w.client(opener).put(address(w, name)).status_code == 405


def test_edge_case_07_a_merger_is_previewed_and_confirmed_in_one_step(
    w: World,
) -> None:
    order_in("dispatched", w)
    client, url = w.client("county_org"), address(w, "unit")
    assert "这一页什么都不改" in see(client, url)
    assert "并入这家" in see(client, url, q="县卫健委")
    into = f"{url}?into={w.units.other.pk}"
    page = see(client, url, into=w.units.other.pk)
    assert "预览，尚未生效" in page and "3 名" in page and "1 件" in page
    assert "转给县卫健委，办到哪一步不变" in page
    assert client.post(into, {"reason": ""}).status_code == 422
    assert client.post(into, {"reason": "改革", "keep_ties": ["x"]}).status_code == 422
    assert Unit.objects.get(pk=w.units.unit.pk).valid_to is None
    done = client.post(into, {"reason": "机构改革方案"})
    assert done["Location"] == reverse("people:unit", args=[w.units.other.pk])
    page = see(client, done["Location"])
    assert "并进来的" in page and w.units.unit.name in page
    old = see(client, reverse("people:unit", args=[w.units.unit.pk]))
    assert "并入" in old and w.units.other.name in old
    assert "单位合并或撤销" not in old
    closed = client.get(reverse("people:units"), {"closed": "1"}).content.decode()
    assert w.units.unit.name in closed and "并入县卫健委" in closed
    assert client.get(url).status_code == 409


def test_a_unit_with_members_is_not_dissolved_without_a_successor(w: World) -> None:
    client, url = w.client("county_org"), f"{address(w, 'unit')}?into=none"
    assert "名下还有3名党员" in see(client, url)
    assert client.post(url, {"reason": "撤销"}).status_code == 422
    loose = reverse("departures:unit", args=[w.units.loose.pk])
    assert client.post(f"{loose}?into=none", {"reason": "撤销"}).status_code == 302
    assert Unit.objects.get(pk=w.units.loose.pk).valid_to == today()


def test_ticked_ties_go_on_with_the_successor(w: World) -> None:
    tie = ContactTie.objects.get(unit=w.units.unit)
    url = f"{address(w, 'unit')}?into={w.units.loose.pk}"
    client = w.client("county_org")
    # The successor has no point yet: it takes over unless somebody unticks it.
    assert f'value="{tie.pk}" ' in see(client, url).replace("checked", "")
    client.post(url, {"reason": "并", "keep_ties": [tie.pk]})
    assert ContactTie.objects.get(unit=w.units.loose, valid_to=None).point == tie.point


def test_edge_case_04_a_member_is_transferred_from_the_page(w: World) -> None:
    client, url = w.client("unit_secretary"), address(w, "transfer")
    assert "居住地的报到不变" in see(client, url)
    assert client.post(url, {"unit": ""}).status_code == 422
    answer = client.post(url, {"unit": w.units.other.pk})
    assert answer["Location"] == reverse("people:members")
    assert Member.objects.get(pk=w.members.member.pk).unit_id == w.units.other.pk


def test_edge_case_03_retirement_is_noted_ahead_and_taken_back(w: World) -> None:
    client, url = w.client("unit_secretary"), address(w, "retire")
    page = see(client, reverse("people:member", args=[w.members.member.pk]))
    assert "登记退休" in page and "登记离开本地区" in page
    assert client.post(url, {"on": "2099-01-31", "stays": "on"}).status_code == 302
    page = see(client, reverse("people:member", args=[w.members.member.pk]))
    assert "2099-01-31" in page or "2099年1月31日" in page
    assert "愿意继续在社区服务" in page
    assert "取消退休登记" in see(client, url)
    cancel = reverse("departures:retire_cancel", args=[w.members.member.pk])
    assert client.get(cancel).status_code == 405
    assert client.post(cancel).status_code == 302
    assert Member.objects.get(pk=w.members.member.pk).retires_on is None
    assert client.post(url, {"on": "1999-01-31"}).status_code == 422
    assert client.post(url, {"on": str(today())}).status_code == 302
    assert Member.objects.get(pk=w.members.member.pk).duty_status == "retired"


def test_edge_case_02_leaving_the_region_is_one_page(w: World) -> None:
    client, url = w.client("community_secretary"), address(w, "leave")
    assert "两处报到都结束" in see(client, url)
    assert client.post(url, {"why": "moved_out", "on": "2099-01-01"}).status_code == 422
    assert client.post(url, {"why": "moved_out", "on": str(today())}).status_code == 302
    assert Member.objects.get(pk=w.members.member.pk).duty_status == "left"

"""Orders over the API: the same services, with problems that say what to do."""

import threading
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from baodao.acts.models import Event
from baodao.core.clock import at_local, today
from baodao.core.clock import now as clock_now
from baodao.core.middleware import FORM
from baodao.orders.models import Order
from baodao.orders.tests.make import categories, order_in, place
from baodao.people.tests.make import World, world
from baodao.records.models import Record
from baodao.tokens.tests.test_tokens import call, token_of

pytestmark = pytest.mark.django_db
WISH = {"category": "repair", "detail": "楼道的灯坏了", "source": "desk"}
VERIFY = {"title": "楼道灯坏了", "category": "repair", "seen_how": "phone"}


def done() -> dict[str, str]:
    """An hour of today that is over, as far as there is one."""
    end = clock_now() - timedelta(minutes=1)
    start = max(end - timedelta(hours=1), at_local(today(end), time.min))
    return {"start": start.isoformat(), "end": end.isoformat(), "note": "换了灯泡"}


@pytest.fixture
def w() -> World:
    categories()
    return world()


@pytest.fixture
def worker(w: World) -> str:
    return token_of(w, "community_worker")


def placed(w: World, token: str, **headers: str) -> Any:
    body = {**WISH, "place": w.places.community.code}
    return call(token, "/orders", body, **headers)


@pytest.mark.req("A13")
def test_the_whole_way_of_a_wish_in_seven_acts(w: World, worker: str) -> None:
    member = token_of(w, "member")
    order = placed(w, worker)
    assert order.status_code == 201 and len(order.json()["code"]) == 8
    acts: list[tuple[str, str, dict[str, Any]]] = [
        (worker, "verify", VERIFY), (worker, "publish", {}), (member, "claim", {}),
        (member, "start", {}), (member, "report_done", done()),
        (worker, "confirm", {"result": "solved"}),
    ]  # fmt: skip
    states = []
    for token, act, body in acts:
        answer = call(token, f"/orders/{order.json()['id']}/acts/{act}", body)
        assert answer.status_code == 200, (act, answer.json())
        states.append(answer.json()["state"])
    assert states == [
        "verified", "published", "claimed", "in_service", "done_reported", "confirmed",
    ]  # fmt: skip
    record = Record.objects.get()
    assert record.minutes == (record.end_at - record.start_at).seconds // 1800 * 30  # type: ignore[operator]


@pytest.mark.parametrize("way", ["place", "act"])
def test_a_retry_with_the_same_key_acts_once(w: World, worker: str, way: str) -> None:
    key = {"HTTP_IDEMPOTENCY_KEY": "kasse-17"}
    if way == "place":
        first, second = placed(w, worker, **key), placed(w, worker, **key)
        assert first.json()["id"] == second.json()["id"]
        assert Order.objects.count() == 1
        return
    order = place(w)
    url = f"/orders/{order.id}/acts/verify"
    first, second = (call(worker, url, VERIFY, **key).json() for _ in range(2))
    assert first == {**second, "repeated": False} and second["repeated"]
    assert Event.objects.filter(object_id=order.id).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_retry_outside_any_transaction_acts_once_too() -> None:
    """As on a real server, where the first try is not looked for but found in the way;
    eight at a time."""
    w = world()
    place(w)
    worker, order = token_of(w, "community_worker"), place(w)
    key = {"HTTP_IDEMPOTENCY_KEY": "kasse-17"}
    answers: list[Any] = []

    def knock() -> None:
        answers.append(placed(w, worker, **key))
        url = f"/orders/{order.id}/acts"
        answers.append(call(worker, f"{url}/verify", VERIFY, **key))
        answers.append(call(worker, f"{url}/note", {"text": "已打过电话"}, **key))
        connections["default"].close()

    threads = [threading.Thread(target=knock) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.status_code for a in answers} == {200, 201}
    assert Order.objects.count() == 3
    done = Event.objects.filter(object_id=order.id).values_list("action", flat=True)
    assert sorted(done) == ["orders.note", "orders.place", "orders.verify"]


def test_numbers_run_per_community_and_day_without_repeats(
    w: World, worker: str
) -> None:
    numbers = [placed(w, worker).json()["no"] for _ in range(3)]
    assert [n[-2:] for n in numbers] == ["01", "02", "03"]


def test_pages_go_by_cursor_through_every_order_once(w: World, worker: str) -> None:
    orders = {str(place(w).id) for _ in range(5)}
    seen, cursor = list[str](), ""
    while True:
        answer = call(worker, f"/orders?limit=2&cursor={cursor}").json()
        seen += [o["id"] for o in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break
        place(w)  # what comes in between is not mixed in
    assert len(seen) == len(set(seen)) == 5 and set(seen) == orders


def test_filters_hold_together(w: World, worker: str) -> None:
    inside = place(w, place_id=w.places.grid.id)
    place(w, place_id=w.places.community.id)
    code = w.places.grid.code
    found = call(worker, f"/orders?place={code}&state=submitted&kind=wish").json()
    assert [o["id"] for o in found["items"]] == [str(inside.id)]
    assert call(worker, "/orders?state=closed").json() == {"items": [], "next": None}


def test_the_words_of_a_resident_are_for_those_who_may_read_them(w: World) -> None:
    order = order_in("dispatched", w)
    detail = {
        key: call(token_of(w, key), f"/orders/{order.id}").json().get("detail")
        for key in ("community_worker", "county_org", "unit_secretary")
    }
    assert detail["community_worker"] == order.detail
    assert detail["county_org"] is None and detail["unit_secretary"] is None
    far = call(token_of(w, "other_community_worker"), f"/orders/{order.id}")
    assert far.status_code == 404 and far.json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({"title": 3}, "title", "文字"),
        ({"category": "repair"}, "title", "必须填"),
        ({**VERIFY, "x": 1}, "x", "没有这一项"),
        ({**VERIFY, "title": "x" * 300}, "title", "200"),
        ({**VERIFY, "urgency": "soon"}, "urgency", "请选"),
        ({**VERIFY, "title": "打 13800138000"}, "title", "手机号"),
    ],
)
def test_wrong_bodies_are_said_field_by_field(
    w: World, worker: str, body: dict[str, Any], field: str, says: str
) -> None:
    answer = call(worker, f"/orders/{place(w).id}/acts/verify", body)
    assert answer.status_code == 422
    assert says in answer.json()["fields"][field]


def test_what_is_no_json_is_a_problem_too(w: World, worker: str) -> None:
    answer = Client().post(
        "/api/v1/orders", b"{", content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {worker}",
    )  # fmt: skip
    assert answer.status_code == 400 and "JSON" in answer.json()["detail"]
    lost = call(worker, "/nowhere")
    assert lost.status_code == 404 and lost["Content-Type"].startswith(
        "application/pro"
    )


def test_zero_characters_are_sent_back_wherever_they_stand(
    w: World, worker: str
) -> None:
    place_ = {**WISH, "place": w.places.community.code, "detail": "灯\x00坏了"}
    assert call(worker, "/orders", place_).status_code == 400
    assert call(worker, "/orders?place=%00").status_code == 400
    browser = w.client("community_worker")
    assert browser.get("/search/?q=%00").status_code == 400
    form = browser.post("/orders/new/", "detail=%00", content_type=FORM)
    assert form.status_code == 400 and "不能用的字符" in form.content.decode()


def test_a_signed_in_browser_may_call_with_its_csrf_token(w: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(
        w.accounts["community_worker"], backend="baodao.people.auth.PhoneOrNameBackend"
    )
    assert browser.get("/api/v1/orders").status_code == 200
    order = place(w)
    url = f"/api/v1/orders/{order.id}/acts/verify"
    refused = browser.post(url, VERIFY, content_type="application/json")
    assert refused.status_code == 403 and refused.json()["code"] == "csrf"
    browser.get("/orders/new/")
    token = browser.cookies["csrftoken"].value
    answer = browser.post(
        url, VERIFY, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 200

"""What a first visit costs: bytes as they come over the wire (headers included, as
Chromium counts them) from the real server with an empty cache."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, CDPSession

from baodao.core.clock import now
from baodao.orders.models import Order
from baodao.orders.tests.make import order_in, place, place_online
from baodao.people.tests.make import World

pytestmark = pytest.mark.journey
KB = 1000
# Limits of the project: residents under 60 kB each; what staff open all day, 300.
RESIDENT, BOARD, STAFF = 60 * KB, 90 * KB, 300 * KB


@pytest.mark.req("L50")
def test_a_first_visit_is_light(browser: Browser, served: str, w: World) -> None:
    done, wish = fill(w)
    at = w.places.community.code
    pages = {
        "board": (f"/?place={at}", BOARD, {}),
        "all wishes": (f"/wishes/?place={at}", RESIDENT, {}),
        "wish": (f"/orders/wish/?place={at}", RESIDENT, {}),
        "wish, elder": (f"/orders/wish/?place={at}", RESIDENT, {"bd_mode": "elder"}),
        "placed": (f"/orders/wish/placed/{wish.token}/", RESIDENT, {}),
        "find": ("/orders/find/", RESIDENT, {}),
        "follow": (f"/orders/t/{done.token}/", RESIDENT, {}),
        "follow, elder": (f"/orders/t/{done.token}/", RESIDENT, {"bd_mode": "elder"}),
        "member": ("/me/", RESIDENT, {"sessionid": session(w, "member")}),
        "list": ("/orders/", STAFF, {"sessionid": session(w, "community_worker")}),
        "order": (
            f"/orders/{done.id}/", STAFF, {"sessionid": session(w, "community_worker")},
        ),
    }  # fmt: skip
    sent = {
        name: weigh(browser, served, path, cookies)
        for name, (path, _, cookies) in pages.items()
    }
    heavy = {n: b for n, b in sent.items() if b >= pages[n][1]}
    assert not heavy, sent


def fill(w: World) -> tuple[Order, Order]:
    """A page's worth of everything. The order that waits for its resident's word,
    and a new one."""
    for n in range(3):
        order_in("closed", w, at=now() - timedelta(days=n + 1))
        order_in("published", w)
        order_in("dispatched", w)
        place(w)
    order_in("assigned", w)
    return order_in("done_reported", w), place_online(w)


def session(w: World, key: str) -> str:
    return w.client(key).cookies["sessionid"].value


def weigh(browser: Browser, served: str, path: str, cookies: dict[str, str]) -> int:
    """Bytes until the page and all that it asks for has arrived."""
    context = browser.new_context(base_url=served, locale="zh-CN")
    context.add_cookies(
        [{"name": n, "value": v, "url": served} for n, v in cookies.items()]
    )
    page = context.new_page()
    sizes: list[float] = []
    watch: CDPSession = context.new_cdp_session(page)
    watch.send("Network.enable")
    watch.on("Network.loadingFinished", lambda e: sizes.append(e["encodedDataLength"]))
    answer = page.goto(path)
    assert answer and answer.status == 200, path
    assert answer.headers["content-encoding"] == "gzip", path
    page.wait_for_timeout(200)  # the last events come after the load
    assert len(sizes) > 2, path
    context.close()
    return int(sum(sizes))

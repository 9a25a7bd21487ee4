"""Sending staff forms and reading pages, for the tests of the staff pages."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from baodao.core.clock import local
from baodao.orders.models import Order
from baodao.people.tests.make import World

WORDS = "烟道两年没清"


def act(
    w: World, order: Order, event: str, who: str = "community_worker", **data: Any
) -> Any:
    """Send the act's form as `who`; a redirect is not followed."""
    address = reverse("orders:act", args=[order.id, event])
    return w.client(who).post(address, {"client_id": "a1", **data})


def after(w: World, order: Order, event: str, **data: Any) -> str:
    """The page that follows an act, with its toast."""
    address = reverse("orders:act", args=[order.id, event])
    return body(w.client("community_worker").post(address, data, follow=True))


def now_in(order: Order) -> str:
    order.refresh_from_db()
    return order.state


def stamp(at: datetime) -> str:
    """As the browser's own picker sends it."""
    return f"{local(at):%Y-%m-%dT%H:%M}"


def body(answer: Any) -> str:
    return str(answer.content.decode())

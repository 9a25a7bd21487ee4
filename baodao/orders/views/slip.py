"""The slip of paper a resident takes home: the same for what a worker registered and
for what they sent themselves."""

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from baodao.orders import residents
from baodao.orders.models import Order


def slip_page(request: HttpRequest, order: Order, back_url: str) -> HttpResponse:
    """In large type: number, code, what happens next, whom to call."""
    link = follow_link(request, order)
    context = {
        "order": order, "link": link, "qr": qr(link), "back_url": back_url,
        "community": residents.community_of(order.path) or order.place,
        "phone": residents.phone_of(order.path),
    }  # fmt: skip
    return render(request, "orders/slip.html", context)


def follow_link(request: HttpRequest, order: Order) -> str:
    """The address that opens the order without an account."""
    return request.build_absolute_uri(reverse("orders:follow", args=[order.token]))


def qr(text: str) -> SafeString:
    """The QR code as inline SVG; segno's own output, never input."""
    code = segno.make(text, error="m", micro=False)
    return mark_safe(code.svg_inline(border=2, omitsize=True))

"""Request id, and the one place where errors become answers."""

import logging
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from baodao.core.errors import BaodaoError, Invalid
from baodao.core.memory import one_page

Next = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("baodao")


ZERO = ("%00", "\x00")
FORM = "application/x-www-form-urlencoded"


def readable(request: HttpRequest) -> bool:
    """False when the address or the form holds a zero character, which fits in no text
    of PostgreSQL and in no name that people type."""
    if any(zero in request.META.get("QUERY_STRING", "") for zero in ZERO):
        return False
    return request.content_type != FORM or b"%00" not in request.body


class RequestId:
    """Every request has a short id: on its events, in the log, on the 500 page. What
    nobody can read is sent back before anybody tries."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = secrets.token_hex(4).upper()  # type: ignore[attr-defined]
        response = self.get_response(request) if readable(request) else _unread(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response


class OnePage:
    """What a page that only reads asks for several times is read once (`core.memory`)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with one_page():
            return self.get_response(request)


class Errors:
    """Our own errors become a page (or a toast, for HTMX) with their status."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if not isinstance(exception, BaodaoError):
            return None
        if getattr(request, "htmx", False):
            return render(
                request, "ui/_toast.html", {"error": exception}, status=exception.status
            )
        return render(
            request, "ui/error.html", {"error": exception}, status=exception.status
        )


def _unread(request: HttpRequest) -> HttpResponse:
    error = Invalid("地址或内容里有不能用的字符。请去掉后再试。")
    error.status = 400
    return render(request, "ui/error.html", {"error": error}, status=400)

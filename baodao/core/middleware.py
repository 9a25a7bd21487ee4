"""Request id, and the one place where errors become answers."""

import logging
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from baodao.core.errors import BaodaoError

Next = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("baodao")


class RequestId:
    """Every request has a short id: on its events, in the log, on the 500 page."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = secrets.token_hex(4).upper()  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response


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

"""The page of last resort. Nothing of it depends on the database, the session
or the menu, since any of them may be what broke."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`: the number on the page is the one in the log. A database that
    does not answer is told apart: it comes back by itself (503)."""
    number = getattr(request, "request_id", "")
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    if request.path_info.startswith("/api/"):
        answer = _problem(number, away)
    else:
        page = render_to_string("500.html", {"number": number, "away": away})
        answer = HttpResponse(page, status=503 if away else 500)
    if away:
        answer["Retry-After"] = "5"
    return answer


def _problem(number: str, away: bool) -> HttpResponse:
    """The same for programs (RFC 9457)."""
    again = "请用同一个 Idempotency-Key 再试，不会重复办"
    detail = f"没有写入。{again}；仍不行请报编号 E-{number}。"
    if away:
        detail = (
            f"数据库正在恢复，不知道有没有写入。请过几秒{again.removeprefix('请')}。"
        )
    status = 503 if away else 500
    body: dict[str, object] = {
        "type": "about:blank", "title": "系统正在恢复" if away else "系统出了问题",
        "status": status, "code": "unavailable" if away else "error",
        "detail": detail, "fields": {}, "request_id": number,
    }  # fmt: skip
    dumps = {"ensure_ascii": False}
    answer = JsonResponse(
        body, status=int(str(body["status"])), json_dumps_params=dumps
    )
    answer["Content-Type"] = "application/problem+json"
    return answer

"""The page of last resort. Nothing of it depends on the database, the session
or the menu, since any of them may be what broke."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`: the number on the page is the one in the log."""
    number = getattr(request, "request_id", "")
    if request.path_info.startswith("/api/"):
        return _problem(number)
    return HttpResponse(render_to_string("500.html", {"number": number}), status=500)


def _problem(number: str) -> HttpResponse:
    """The same for programs (RFC 9457)."""
    body = {
        "type": "about:blank", "title": "系统出了问题", "status": 500, "code": "error",
        "detail": f"没有写入。请用同一个 Idempotency-Key 再试；仍不行请报编号 E-{number}。",
        "request_id": number,
    }  # fmt: skip
    answer = JsonResponse(body, status=500, json_dumps_params={"ensure_ascii": False})
    answer["Content-Type"] = "application/problem+json"
    return answer

"""The short way for programs: a request with a token needs no session, no CSRF, no
messages and no language, and goes straight to its view."""

import secrets
from collections.abc import Callable
from functools import cache
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, URLResolver, get_resolver

from baodao.acts.engine import Stale
from baodao.api.answers import problem
from baodao.core.middleware import readable
from baodao.tokens.services import forget_token

Next = Callable[[HttpRequest], HttpResponse]
PREFIX = "api/v1/"
ROOT = f"/{PREFIX}"
BEARER = "Bearer "
UNREADABLE = "地址里有不能用的字符。请去掉后再试。"


class TokenRequests:
    """Stands right behind the security headers; everything without a token goes on
    through the other middlewares."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request.META.get("HTTP_AUTHORIZATION", "")
        if not token.startswith(BEARER) or not request.path_info.startswith(ROOT):
            return self.get_response(request)
        request.request_id = secrets.token_hex(4).upper()  # type: ignore[attr-defined]
        if readable(request):
            response = _fresh(request, token.removeprefix(BEARER))
        else:
            response = problem(request, 400, "bad_request", UNREADABLE)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        response["Content-Length"] = str(len(response.content))
        return response


def _fresh(request: HttpRequest, token: str) -> HttpResponse:
    """The answer; once more when settings or roles have changed since they were kept."""
    for _ in range(3):
        try:
            return _answer(request)
        except Stale:
            forget_token(token)
    return problem(request, 409, "busy", "角色或设置正在改动。请稍后再试。")


@cache
def _routes() -> URLResolver:
    """The part of the routes that is the API, so that no page is asked first."""
    found = (p for p in get_resolver().url_patterns if str(p.pattern) == PREFIX)
    return cast(URLResolver, next(found))


def _answer(request: HttpRequest) -> HttpResponse:
    try:
        match = _routes().resolve(request.path_info[1:])
    except Resolver404:
        return problem(request, 404, "not_found", "没有这个接口。请核对地址。")
    request.resolver_match = match
    answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return answer

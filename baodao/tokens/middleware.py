"""The short way for programs: a request with a token needs no session, no CSRF, no
messages and no language, and goes straight to its view."""

import re
import secrets
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.request import HttpHeaders
from django.urls import Resolver404, ResolverMatch, URLResolver, get_resolver

from baodao.acts.engine import Stale
from baodao.api.answers import problem
from baodao.core.middleware import readable
from baodao.tokens.services import forget_token

Next = Callable[[HttpRequest], HttpResponse]
PREFIX = "api/v1/"
ROOT = f"/{PREFIX}"
BEARER = "Bearer "
# An id in an address, and the one that stands for all of them.
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ANY_ID = "00000000-0000-0000-0000-000000000000"
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
        request.headers = _headers(request.META)
        request.request_id = secrets.token_hex(4).upper()  # type: ignore[attr-defined]
        if readable(request):
            response = _fresh(request, token.removeprefix(BEARER))
        else:
            response = problem(request, 400, "bad_request", UNREADABLE)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        response["Content-Length"] = str(len(response.content))
        return response


def _headers(environ: dict[str, Any]) -> HttpHeaders:
    """The headers alone: granian puts the whole environment of the process among them,
    and to look whether each of its names is a header's takes long."""
    return HttpHeaders(
        {k: v for k, v in environ.items() if k.startswith(("HTTP_", "CONTENT_"))}
    )


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


@lru_cache(maxsize=500)
def _match(shape: str) -> ResolverMatch:
    """The route of all addresses that differ by their ids alone: to ask a hundred
    patterns takes a tenth of an act."""
    return _routes().resolve(shape)


def resolve(path: str) -> tuple[Callable[..., HttpResponse], dict[str, str]]:
    """The view of an address and what it is called with. Raises Resolver404."""
    match = _match(ID.sub(ANY_ID, path))
    ids = iter(ID.findall(path))
    found = {k: next(ids) if v == ANY_ID else v for k, v in match.kwargs.items()}
    return match.func, found


def _answer(request: HttpRequest) -> HttpResponse:
    try:
        view, found = resolve(request.path_info[1:])
    except Resolver404:
        return problem(request, 404, "not_found", "没有这个接口。请核对地址。")
    return view(request, **found)

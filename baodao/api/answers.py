"""Answers of the API: problem JSON (RFC 9457) and pages by cursor."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic import Field

from baodao.core.errors import Invalid

T = TypeVar("T")
M = TypeVar("M", bound=Model)
PROBLEM = "application/problem+json"
MOST = 200


class Problem(Schema):
    """What went wrong and what to do. `code` is a stable word for programs, `detail` a
    sentence for people, `fields` a sentence by field, `request_id` is in our log."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    fields: dict[str, str] = {}
    request_id: str = ""


class JsonParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        # A zero character fits in no text of PostgreSQL.
        if b"\\u0000" in request.body:
            raise ValueError("zero character")
        return orjson.loads(request.body)


class JsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> Any:
        return orjson.dumps(data)


def answer(body: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """An answer of a known shape, not checked again (acts are many)."""
    return HttpResponse(
        orjson.dumps(body), status=status, content_type="application/json"
    )


TITLES = {
    400: "请求读不懂", 401: "没有登录", 403: "不由您来做", 404: "没有找到",
    405: "不支持这种请求", 409: "现在做不了", 413: "内容太大", 422: "有内容要改",
    429: "试得太频繁", 500: "系统出了问题",
}  # fmt: skip


def problem(
    request: HttpRequest, status: int, code: str, detail: str,
    fields: Mapping[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    """The answer that says no."""
    body = {
        "type": "about:blank", "title": TITLES.get(status, "没有做成"), "status": status,
        "code": code, "detail": detail, "fields": dict(fields or {}),
        "request_id": getattr(request, "request_id", ""),
    }  # fmt: skip
    return HttpResponse(orjson.dumps(body), status=status, content_type=PROBLEM)


def of_error(request: HttpRequest, error: Any) -> HttpResponse:
    """One of our own errors (BaodaoError)."""
    fields = error.fields if isinstance(error, Invalid) else {}
    return problem(request, error.status, error.code, error.message, fields)


def of_http_error(request: HttpRequest, error: Any) -> HttpResponse:
    """What ninja itself refuses (HttpError): no sign-in, a body that is no JSON."""
    if error.status_code == 401:
        detail = "请在请求头里带上 Authorization: Bearer 令牌，或先登录。令牌可能已到期或停用。"
        return problem(request, 401, "unauthorized", detail)
    if error.status_code == 403:
        detail = "浏览器里调用要带 X-CSRFToken。请刷新页面再试，或改用令牌。"
        return problem(request, 403, "csrf", detail)
    detail = "请求的内容不是正确的 JSON。请检查后再发。"
    return problem(request, error.status_code, "bad_request", detail)


# pydantic's kinds of error in words; `{…}` from its context.
_SENTENCES = {
    "missing": "这一项必须填。",
    "extra_forbidden": "没有这一项。请去掉。",
    "string_type": "这一项要填文字。",
    "string_too_long": "最多 {max_length} 个字。",
    "string_too_short": "至少 {min_length} 个字。",
    "string_pattern_mismatch": "写法不对。请看接口说明。",
    "int_type": "这一项要填整数。",
    "int_parsing": "这一项要填整数。",
    "int_from_float": "这一项要填整数。",
    "bool_type": "这一项填 true 或 false。",
    "bool_parsing": "这一项填 true 或 false。",
    "uuid_parsing": "编号的写法不对。请填完整的编号。",
    "uuid_type": "编号的写法不对。请填完整的编号。",
    "greater_than_equal": "不能小于 {ge}。",
    "less_than_equal": "不能大于 {le}。",
    "literal_error": "请从这些里选：{expected}。",
    "enum": "请从这些里选：{expected}。",
    "list_type": "这一项要填列表。",
    "too_long": "最多 {max_length} 项。",
    "too_short": "至少 {min_length} 项。",
    "timezone_aware": "时间要带时区，例如 2026-11-25T14:00:00+08:00。",
}


def of_validation(request: HttpRequest, error: Any) -> HttpResponse:
    """Fields that have the wrong shape (ValidationError), each with its sentence."""
    fields = {_field(e["loc"]): _sentence(e) for e in error.errors}
    return problem(request, 422, "invalid", "有些内容要改一下。", fields)


def _field(loc: Sequence[Any]) -> str:
    """("body", "said", "phone") → phone; items of lists keep their position."""
    names = [
        str(part) for part in loc if part not in ("body", "query", "path", "header")
    ]
    return ".".join(names[1:] or names) or "body"


def _sentence(error: Mapping[str, Any]) -> str:
    kind = str(error["type"])
    if kind.startswith(("datetime", "date_from", "date_type", "date_parsing")):
        return "日期时间的写法不对，例如 2026-11-25 或 2026-11-25T14:00:00+08:00。"
    text = _SENTENCES.get(kind, "这一项的内容不对。请看接口说明。")
    return text.format_map(
        {**dict.fromkeys(("expected",), ""), **(error.get("ctx") or {})}
    )


class Page(Schema, Generic[T]):
    """One page. `next` is the cursor of the page after it, null on the last one."""

    items: list[T]
    next: str | None


class Paging(Schema):
    """`limit` rows after `cursor` (what the page before gave as `next`)."""

    limit: int = Field(50, ge=1, le=MOST)
    cursor: str = Field("", max_length=100)


def page(found: QuerySet[M], paging: Paging, shape: Callable[[M], T]) -> dict[str, Any]:
    """Newest first, by id: ids are made in the order of time, so that rows which come
    while somebody pages are neither skipped nor repeated. Raises Invalid (cursor)."""
    if paging.cursor:
        found = found.filter(pk__lt=_after(paging.cursor))
    rows = list(found.order_by("-pk")[: paging.limit + 1])
    more = len(rows) > paging.limit
    rows = rows[: paging.limit]
    return {
        "items": [shape(row) for row in rows],
        "next": rows[-1].pk.hex if more else None,
    }


def _after(cursor: str) -> UUID:
    try:
        return UUID(hex=cursor)
    except ValueError as error:
        raise Invalid(
            fields={"cursor": "翻页的位置不对。请从第一页重新取。"}
        ) from error

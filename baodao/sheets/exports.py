"""Every list a person may see, as a file: the same rows by the same filters, without
contact data. A subject registers its list; the button, the route, the line on top and
the register are the same everywhere (domain 9.3, 9.4)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from baodao.acts.actor import Actor
from baodao.acts.engine import create
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Invalid, NotFound, TooMany
from baodao.core.limits import address_of, count_try
from baodao.sheets.actors import place_of
from baodao.sheets.models import Export
from baodao.sheets.writing import (
    CSV_TYPE,
    XLSX_TYPE,
    Value,
    csv_lines,
    shown,
    xlsx_file,
)

KINDS = {"xlsx": "Excel", "csv": "CSV"}
MOST = {"xlsx": 200_000, "csv": 1_000_000}
VISITOR = 20  # files for one address in ten minutes
BATCH = 2_000  # rows read from the database at a time


@dataclass(frozen=True)
class Listing:
    """One list by the filters of its address. `rows` is read once, row by row; `n`
    is how many there are; `filters` the conditions in words."""

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Value]]
    n: int
    filters: str = ""


# Reads the request's filters; raises what the page of the list raises.
Make = Callable[[HttpRequest], Listing]
_LISTINGS: dict[str, Make] = {}


def register(**listings: Make) -> None:
    """`register(members=member_listing)`, called by a subject's app."""
    _LISTINGS.update(listings)


def codes() -> list[str]:
    """All lists that can be exported."""
    return sorted(_LISTINGS)


def conditions(
    request: HttpRequest,
    *chips: tuple[str, str, Iterable[tuple[object, str]]],
    text: str = "q",
) -> str:
    """The filters of an address in words: (parameter, label, choices) of each chip,
    and what was searched for."""
    found = []
    if words := request.GET.get(text, "").strip()[:40]:
        # Lists are searched by whole telephone numbers too: those are not kept.
        digits = sum(c.isdigit() for c in words)
        found.append("按号码找" if digits > 6 else f"找“{words}”")
    for param, label, choices in chips:
        titles = {str(value): title for value, title in choices}
        chosen = [titles[v] for v in request.GET.getlist(param) if v in titles]
        if chosen:
            found.append(f"{label}：{'、'.join(chosen)}")
    return "；".join(found)


def answer(request: HttpRequest, code: str, kind: str) -> HttpResponseBase:
    """The file, after it was noted who takes it. Raises NotFound for no such list,
    Forbidden or NotFound as its page does, Invalid when it is too long."""
    if code not in _LISTINGS or kind not in KINDS:
        raise NotFound
    actor: Actor = request.actor  # type: ignore[attr-defined]
    listing = _LISTINGS[code](request)
    if actor.is_anonymous and count_try("export", address_of(request), 10) > VISITOR:
        raise TooMany
    if listing.n > MOST[kind]:
        raise Invalid(
            f"有{listing.n:,}行，一次最多导出{MOST[kind]:,}行。请加几个条件，分几次导出。"
        )
    note = _noted(actor, code, kind, listing)
    name = f"{listing.title}-{today(note.at):%Y%m%d}.{kind}"
    file: HttpResponseBase
    if kind == "csv":
        lines = csv_lines(_mark(note), listing.heads, listing.rows)
        file = StreamingHttpResponse(lines, content_type=CSV_TYPE)
        file["Content-Disposition"] = content_disposition_header(True, name) or ""
    else:
        book = xlsx_file(_mark(note), listing.heads, listing.rows, listing.title)
        file = FileResponse(
            book, as_attachment=True, filename=name, content_type=XLSX_TYPE
        )
    file["Cache-Control"] = "no-store"
    return file


def _noted(actor: Actor, code: str, kind: str, listing: Listing) -> Export:
    """On record before anything leaves."""
    note = Export(
        account_id=actor.account_id, who=actor.name, role=actor.role,
        path=place_of(actor), listing=code, title=listing.title,
        filters=listing.filters, kind=kind, rows=listing.n, at=clock_now(),
    )  # fmt: skip
    data = {"listing": code, "kind": kind, "rows": listing.n}
    create(actor, "exports.make", note, Write(data=data), now=note.at)
    return note


def _mark(note: Export) -> str:
    when = shown(note.at)
    return (
        f"导出人：{note.who}；时间：{when}；条件：{note.filters or '全部'}；共{note.rows:,}行；"
        "不含联系方式，仅供工作使用"
    )

"""Results for appraisals, honours and selection, taken out for one purpose."""

import io
from typing import Any
from uuid import UUID

import xlsxwriter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from baodao.acts.access import can
from baodao.acts.timeline import events_of
from baodao.core.clock import today
from baodao.people.views.asking import (
    form_page,
    get_only,
    get_or_post,
    paged,
    require_desk,
    require_role,
)
from baodao.places.forms import submitted
from baodao.scoring import rules_extracts as extracts
from baodao.scoring.forms_evaluation import ExtractForm
from baodao.scoring.models_evaluation import Extract
from baodao.scoring.services import extracting
from baodao.scoring.services.gathering import last_full_year
from baodao.scoring.views.cards import years
from baodao.scoring.views.lists import lists_of
from baodao.sheets.writing import XLSX_TYPE
from baodao.ui.toast import toast


@get_only
def extract_list(request: HttpRequest) -> HttpResponse:
    """What was taken out, for what, by whom, how long it is good."""
    actor = require_role(request, "extracts.view")
    page = paged(request, extracting.extracts_of(actor))
    context = {
        "page": page, "rows": [(e, extracts.PURPOSES[e.purpose]) for e in page],
        "may_new": can(actor, "extracts.make"), "today": today(),
        "here": "extracts", "lists": lists_of(actor),
        "purposes": extracts.purposes_for(actor.role).values(),
    }  # fmt: skip
    return render(request, "scoring/extracts.html", context)


@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """Take out the results of a year for a purpose."""
    actor = require_desk(request, "extracts.make", "extracts.view")
    form = ExtractForm(
        request.POST or None, purposes=extracts.purposes_for(actor.role), years=years(),
        initial={"year": last_full_year(actor.path or "")},
    )  # fmt: skip
    done = submitted(
        request, form,
        lambda d: extracting.take(
            actor=actor, client_id=request.POST.get("client_id", ""), **d
        ),
    )  # fmt: skip
    if done:
        toast(
            request,
            f"提取好了，编号{done.number}",
            "内容定在现在，以后更正的反馈卡不会改它。",
        )
        return redirect("scoring:extract", pk=done.id)
    crumbs = [(reverse("scoring:extracts"), "结果运用")]
    note = (
        "只能用于选的这一种用途。谁提取、谁打开都会记下来，到期不能再打开，三年后删除。"
    )
    return form_page(request, form, "提取评价结果", crumbs, note=note, submit="提取")


@get_only
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """About an extract; what is in it is shown by a look that is on record."""
    actor = require_role(request, "extracts.view")
    return _page(request, extracting.extract_of(actor, pk), can(actor, "extracts.look"))


def _page(
    request: HttpRequest, it: Extract, may_look: bool, *, opened: bool = False
) -> HttpResponse:
    looks = [
        (e, extracting.HOWS.get(str(e.data.get("how")), ""))
        for e in reversed(events_of(it.pk)) if e.action == "extracts.look"
    ]  # fmt: skip
    corrected, review = extracting.changed_since(it)
    context = {
        "corrected": corrected, "review": review,
        "it": it, "purpose": extracts.PURPOSES[it.purpose], "opened": opened,
        "heads": it.content["heads"] if opened else [],
        "rows": it.content["rows"] if opened else [], "looks": looks[:20],
        "may_look": may_look and today() <= it.valid_until, "over": today() > it.valid_until,
    }  # fmt: skip
    return render(request, "scoring/extract.html", context)


@require_POST
def look(request: HttpRequest, pk: UUID, how: str) -> HttpResponse:
    """Open, take as a table, or print: each on record."""
    actor = require_role(request, "extracts.look")
    it = extracting.look(actor=actor, extract_id=pk, how=how)
    if how == "xlsx":
        return _table(it, actor.name)
    if how == "print":
        context = {
            "it": it, "purpose": extracts.PURPOSES[it.purpose],
            "heads": it.content["heads"], "rows": it.content["rows"],
            "back_url": reverse("scoring:extract", args=[pk]), "who": actor.name,
        }  # fmt: skip
        return render(request, "scoring/extract_print.html", context)
    return _page(request, it, True, opened=True)


def _table(it: Extract, who: str) -> HttpResponse:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet("评价结果")
    bold: Any = book.add_format({"bold": True})
    page.write_string(0, 0, mark(it, who), bold)
    for i, head in enumerate(it.content["heads"]):
        page.write_string(1, i, head, bold)
        page.set_column(i, i, 16)
    for n, row in enumerate(it.content["rows"], 2):
        for i, value in enumerate(row):
            page.write_string(n, i, str(value))
    # The mark is on every printed page too.
    page.set_footer(f"&L{mark(it, who)}")
    book.close()
    answer = HttpResponse(out.getvalue(), content_type=XLSX_TYPE)
    name = f"{extracts.PURPOSES[it.purpose].title}-{it.number}.xlsx"
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    answer["Cache-Control"] = "no-store"
    return answer


def mark(it: Extract, who: str) -> str:
    """Who, when, for what, until when."""
    return (
        f"编号{it.number}；只用于{extracts.PURPOSES[it.purpose].title}；事由：{it.reason}；"
        f"提取人：{it.made_by}；下载人：{who}；{today():%Y-%m-%d}；有效期到{it.valid_until}；"
        f"核对码{it.code}"
    )

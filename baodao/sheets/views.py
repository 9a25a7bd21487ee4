"""Pages of import: choose, watch, mend, write; and the one answer of every export."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.sheets import blank, exports, marked, queries, rules, services
from baodao.sheets.columns import Sheet, sheet_for, sheets_for
from baodao.sheets.findings import Finding, Findings, parse_fixes
from baodao.sheets.fixes import Fix, Mended
from baodao.sheets.forms import UploadForm
from baodao.sheets.frames import read
from baodao.sheets.models import ImportRun
from baodao.sheets.writing import XLSX_TYPE
from baodao.ui.shapes import Step
from baodao.ui.toast import toast

PAGE = 25
SKIP = "__skip"


def actor_of(request: HttpRequest, action: str) -> Actor:
    """The actor, if the role has `action` at all."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not can(actor, action):
        raise NotFound
    return actor


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """Hand a file in; below, one's own runs."""
    actor = actor_of(request, "imports.start")
    sheets = sheets_for(actor)
    wanted = request.GET.get("sheet", "")
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(
        *given, sheets=sheets,
        initial={"sheet": wanted or (sheets[0].code if sheets else "")},
    )  # fmt: skip
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        run = services.start_import(
            actor=actor, sheet=data["sheet"], file_name=data["file"].name,
            data=data["data"],
        )  # fmt: skip
        return redirect("sheets:run", run_id=run.pk)
    titles = {s.code: s.title for s in sheets}
    page = Paginator(queries.runs(actor), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "sheets": sheets,
        "page": page,
        "rows": [
            (r, rules.STATES[r.state], titles.get(r.sheet, r.sheet)) for r in page
        ],
    }
    status = 422 if form.is_bound else 200
    return render(request, "sheets/runs.html", context, status=status)


@require_safe
def template(request: HttpRequest, sheet: str) -> HttpResponse:
    """The blank sheet with examples and drop-downs."""
    actor = actor_of(request, "imports.start")
    found = sheet_for(actor, sheet)
    return _file(blank.workbook(found, actor), f"{found.title}导入表.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX_TYPE)
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    answer["Cache-Control"] = "no-store"
    return answer


@never_cache
@require_safe
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: what was found, what is to be mended, or what became of it."""
    actor = actor_of(request, "imports.view")
    found = queries.run(actor, run_id)
    findings = Findings.parse(found.findings)
    tabs = _tabs(found, findings)
    tab = request.GET.get("tab", "")
    tab = tab if tab in queries.TABS else next((t for t, _, n in tabs if n), "fix")
    lines = _lines(findings, tab)
    context = {
        "run": found,
        "sheet": _sheet(actor, found),
        "state": rules.STATES[found.state],
        "steps": _steps(found),
        "busy": queries.busy(found),
        "shares": queries.shares(found.counts),
        "to_write": found.counts.get("new", 0) + found.counts.get("update", 0),
        "seconds": f"{max(found.millis, 100) / 1000:.1f}",
        "findings": findings,
        "tab": tab,
        "tabs": tabs,
        "listed": len(lines),
        "count_of_tab": next((n for t, _, n in tabs if t == tab), 0),
        "page": Paginator(lines, PAGE).get_page(request.GET.get("page")),
        "may_drop": found.state in rules.OPEN and can(actor, "imports.drop", found),
    }
    return render(request, "sheets/run.html", context)


def _sheet(actor: Actor, found: ImportRun) -> Sheet | None:
    return next((s for s in sheets_for(actor) if s.code == found.sheet), None)


def _tabs(found: ImportRun, findings: Findings) -> list[tuple[str, str, int]]:
    soon = len(queries.problems(findings, "soon"))
    n = {
        "fix": found.counts.get("bad", 0), "soon": soon,
        "update": found.counts.get("update", 0), "new": found.counts.get("new", 0),
    }  # fmt: skip
    return [
        (t, title, n[t]) for t, title in queries.TABS.items() if t != "soon" or soon
    ]


def _lines(findings: Findings, tab: str) -> list[Any]:
    if tab == "update":
        return findings.changed
    return findings.added if tab == "new" else queries.problems(findings, tab)


def _steps(found: ImportRun) -> list[Step]:
    """选文件 › 对列名 › 试导入 › 写入."""
    at = {"checking": 2, "checked": 2, "refused": 1, "loading": 3, "loaded": 4}
    now = at.get(found.state, 4)
    titles = ("选文件", "对列名", "试导入", "写入")
    return [
        Step(title, "done" if i < now else "now" if i == now else "later")
        for i, title in enumerate(titles)
    ]


@never_cache
@require_safe
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The bar, asked for again and again; the whole page anew when the job is over."""
    found = queries.run(actor_of(request, "imports.view"), run_id)
    state = queries.busy(found)
    answer = render(request, "sheets/_progress.html", {"run": found, "busy": state})
    if state is None:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def fix(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What was mended on the page: every field that was changed."""
    actor = actor_of(request, "imports.fix")
    found = queries.run(actor, run_id)
    version = _version(request)
    if version != found.version:
        raise Conflict
    findings = Findings.parse(found.findings)
    fixes = [
        made
        for i, finding in enumerate(findings.found)
        if (made := _fix_of(request, i, finding))
    ]
    try:
        services.fix_run(actor=actor, run_id=run_id, fixes=fixes, version=version)
    except Invalid as error:
        toast(request, error.message, tone="soon")
    return redirect("sheets:run", run_id=run_id)


def _fix_of(request: HttpRequest, i: int, finding: Finding) -> Fix | None:
    """One finding as the form has it; None when nothing was changed."""
    picked = request.POST.get(f"pick-{i}", "")
    if picked == SKIP or request.POST.get(f"skip-{i}"):
        return finding.skip()
    text = request.POST.get(f"text-{i}")
    if text is not None and text.strip() != finding.said:
        return finding.fix(text=text.strip())
    return finding.fix(choice=picked) if picked else None


def _version(request: HttpRequest) -> int:
    found = request.POST.get("version", "")
    return int(found) if found.isdecimal() else -1


@require_POST
def load(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Write what was checked."""
    actor = actor_of(request, "imports.load")
    queries.run(actor, run_id)
    try:
        services.start_load(
            actor=actor, run_id=run_id, version=_version(request),
            partly=request.POST.get("partly") == "1",
        )  # fmt: skip
    except Invalid as error:
        toast(request, error.message, tone="late")
    return redirect("sheets:run", run_id=run_id)


@require_POST
def drop(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Not to be imported: the file goes."""
    actor = actor_of(request, "imports.drop")
    queries.run(actor, run_id)
    services.drop_run(actor=actor, run_id=run_id)
    toast(request, "这份表没有写入。", "上传的文件已经删掉。")
    return redirect("sheets:runs")


@require_POST
def marked_table(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """The person's own table with what is wrong in it."""
    actor = actor_of(request, "imports.marked")
    found = queries.run(actor, run_id)
    if found.state != "checked" or found.body is None:
        raise NotFound("这份表已经不在了。请回到导入页看看。")
    frame = read(
        sheet_for(actor, found.sheet), bytes(found.body), found.file_name,
        Mended.of(parse_fixes(found.fixes)),
    )  # fmt: skip
    services.note_marked(actor=actor, run=found)
    book = marked.workbook(frame, Findings.parse(found.findings).notes(frame))
    name = f"{found.file_name.rsplit('.', 1)[0]}（有批注）.xlsx"
    answer = FileResponse(
        book, as_attachment=True, filename=name, content_type=XLSX_TYPE
    )
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def export(request: HttpRequest, code: str) -> HttpResponseBase:
    """A list as a file; its filters are in the address."""
    actor_of(request, "exports.make")
    return exports.answer(request, code, request.POST.get("kind", ""))


@never_cache
@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    """The register of exports, for those who answer for personal data."""
    actor = actor_of(request, "exports.view")
    page = Paginator(queries.exports(actor), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "kinds": exports.KINDS}
    return render(request, "sheets/exports.html", context)

"""Printing feedback cards: one at once, many by a job whose progress is seen."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from baodao.acts.access import require, visible
from baodao.acts.engine import note_event
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import NotFound
from baodao.core.progress import progress_of
from baodao.people.roles import ROLES
from baodao.people.views.asking import actor_of, get_only, require_role, word
from baodao.scoring import queries_evaluation as queries
from baodao.scoring import rules_evaluation as rules
from baodao.scoring.models_evaluation import FeedbackCard, PrintRun
from baodao.scoring.services import print_runs, printing
from baodao.scoring.services.words import facts_of
from baodao.scoring.views.evaluations import wanted_of


def site_of(request: HttpRequest) -> str:
    """The address of the check page."""
    return request.build_absolute_uri(reverse("scoring:check"))


def _file(body: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    answer["Cache-Control"] = "no-store"
    return answer


@get_only
def pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One card as PDF; `two` adds the Tibetan labels."""
    actor = require_role(request, "feedback_cards.view")
    it = queries.feedback(actor, pk)
    require(actor, "feedback_cards.print", it)
    site = site_of(request)
    role = ROLES[actor.role].title
    data = printing.card_data(
        it, facts_of(it.content["figures"]), link=print_runs.link_of(it, site),
        printed=printing.printed_by(clock_now(), role),
    )  # fmt: skip
    two = request.GET.get("two") == "1"
    body = printing.pdf_of([data], two=two, site=site.split("://", 1)[-1].rstrip("/"))
    return _file(body, f"{it.number}.pdf", "application/pdf")


def chosen(request: HttpRequest) -> QuerySet[FeedbackCard]:
    """The newest cards by the filters of the address."""
    wanted = wanted_of(request)
    found = visible(
        FeedbackCard.objects.all(), actor_of(request), "feedback_cards.print"
    )
    found = found.filter(year=wanted.year, state="current")
    if wanted.subject:
        found = found.filter(subject=wanted.subject)
    if wanted.grade:
        found = found.filter(grade=wanted.grade)
    return found


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """All cards of a year by the filters, as one file."""
    actor = require_role(request, "print_runs.start")
    rows = chosen(request)
    year = wanted_of(request).year
    pk = print_runs.start(
        actor=actor, ids=list(rows.values_list("pk", flat=True)[: rules.PRINT_MOST + 1]),
        kind=request.POST.get("kind", "pdf"), two=request.POST.get("two") == "1",
        title=f"{year}年度反馈卡", site=site_of(request),
        client_id=request.POST.get("client_id", ""),
    )  # fmt: skip
    return redirect("scoring:print_run", pk=pk)


def _run(request: HttpRequest, pk: UUID) -> PrintRun:
    actor = require_role(request, "print_runs.view")
    found = visible(PrintRun.objects.filter(pk=pk), actor, "print_runs.view")
    row = found.defer("body").first()
    if row is None:
        raise NotFound
    return row


@never_cache
@get_only
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far it is; the part of the page alone is asked for again and again."""
    row = _run(request, pk)
    part = word(request, "part", ("1",))
    context = {
        "run": row, "state": rules.PRINT_STATES[row.state],
        "progress": progress_of(f"cards:{pk}") if row.state == "waiting" else None,
        "seconds": f"{max(row.millis, 100) / 1000:.1f}",
        "megabytes": f"{row.size / 1_000_000:.1f}",
        "back_url": reverse("scoring:evaluations"),
    }  # fmt: skip
    name = "scoring/_print_run.html" if part else "scoring/print_run.html"
    answer = render(request, name, context)
    if part and row.state != "waiting":
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The file, on record who takes it."""
    row = _run(request, pk)
    if row.state != "done":
        raise NotFound("文件已经不在了。请再打印一次。")
    body = PrintRun.objects.values_list("body", flat=True).get(pk=pk)
    note_event(actor_of(request), "print_runs.view", row, Write(data={"n": row.n}))
    zipped = row.kind == "zip"
    kind = "application/zip" if zipped else "application/pdf"
    return _file(bytes(body or b""), f"{row.title}.{'zip' if zipped else 'pdf'}", kind)

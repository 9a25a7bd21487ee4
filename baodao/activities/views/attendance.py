"""The list on the day: print it, tick it or enter the paper afterwards (domain 0.1,
8.35), and a unit's group."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from baodao.activities import fitting, lists, plans, queries, rules, services
from baodao.activities.forms import RowForm, SheetForm
from baodao.activities.models import Activity, Participation
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid
from baodao.core.ids import uuid_of
from baodao.people.views.asking import actor_for
from baodao.places.forms import refuse
from baodao.ui.toast import toast

BLANK_ROWS = 16
ROWS = 22  # of one printed page
GROUP = 200


def _rows(it: Activity) -> list[Participation]:
    found = it.parts.exclude(state="withdrawn").select_related(
        "member__person", "member__unit"
    )
    return list(found.order_by("signed_at", "pk").defer("member__person__phone"))


@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One form for the whole list, also for a paper sheet entered later."""
    actor = actor_for(request, "activities.finish")
    it = queries.activity_for(actor, pk, "finish")
    rules.FLOW.step(it.state, "finish")
    data = request.POST if request.method == "POST" else None
    form = SheetForm(data, it=it)
    parts = _rows(it)
    by_code = any(p.checked_at for p in parts)
    rows = [RowForm(data, part=p, it=it, by_code=by_code) for p in parts]
    if data is not None and all([form.is_valid(), *(r.is_valid() for r in rows)]):
        try:
            services.finish(
                actor=actor, activity_id=pk, sheet=_sheet(it, form, rows),
                client_id=data.get("client_id", ""),
            )  # fmt: skip
            toast(request, "名单交上去了", "轮到别人确认，确认后才有服务记录。")
            return redirect("activities:detail", pk)
        except Invalid as error:
            refuse(form, error)
    return render(request, "activities/attendance.html", {
        "it": it, "form": form, "rows": rows, "when": queries.when(it, clock_now()),
        "where": queries.where(it), "early": it.end_at > clock_now(),
        "checked": sum(p.checked_at is not None for p in parts),
    }, status=422 if data is not None else 200)  # fmt: skip


def _sheet(it: Activity, form: SheetForm, rows: list[RowForm]) -> plans.Sheet:
    d: dict[str, Any] = form.cleaned_data
    marks = {r.part.member_id: r.mark(d["start_at"], d["end_at"]) for r in rows}
    for member in services.found_by_words(it, d["names"]):
        marks[member.pk] = plans.Mark(member.pk, "attended")
    return plans.Sheet(
        marks=list(marks.values()), start_at=d["start_at"], end_at=d["end_at"],
        break_minutes=d["break_minutes"] or 0, residents=d["residents"] or 0,
        on_paper=d["on_paper"], result=d["result"],
    )  # fmt: skip


@require_safe
def sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The sign-in sheet for pen and paper: names that are known, and empty rows."""
    actor = actor_for(request, "activities.finish")
    it = queries.activity_for(actor, pk, "finish")
    parts = [p for p in _rows(it) if p.state != "excused"]
    blank = max(BLANK_ROWS, ROWS - len(parts)) if len(parts) < ROWS else BLANK_ROWS
    return render(request, "activities/sheet.html", {
        "it": it, "parts": parts, "blank": range(len(parts) + 1, len(parts) + blank + 1),
        "when": queries.when(it, clock_now()), "where": queries.where(it),
        "back_url": reverse("activities:detail", args=[pk]),
    })  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A unit signs up a group of its members."""
    actor = actor_for(request, "participations.sign_up")
    if not actor.role.startswith("unit_"):
        raise Forbidden("集体报名由单位书记或联络员来办。")
    it = queries.activity_for(actor, pk)
    q = request.GET.get("q", "")
    rows = queries.named(queries.own_members(actor, it), q)[:GROUP]
    error = ""
    if request.method == "POST":
        ids = [i for v in request.POST.getlist("members") if (i := uuid_of(v))]
        try:
            done = lists.sign_up_all(actor=actor, activity_id=pk, member_ids=ids)
        except (Invalid, Conflict) as problem:
            error = problem.message
        else:
            waits = sum(d.state == "waitlisted" for d in done)
            text = f"其中{waits}人排候补。" if waits else queries.when(it, clock_now())
            toast(request, f"给{len(done)}人报了名", text)
            return redirect("activities:detail", pk)
    return render(request, "activities/group.html", {
        "it": it, "rows": [(m, fitting.words_of(it, m)) for m in rows], "limit": GROUP, "q": q, "error": error,
        "chosen": request.POST.getlist("members"),
        "when": queries.when(it, clock_now()), "where": queries.where(it),
        "free": None if it.slots is None else it.slots - queries.numbers(it)["signed_up"],
    }, status=422 if error else 200)  # fmt: skip

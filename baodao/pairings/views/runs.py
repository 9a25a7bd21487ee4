"""A district's suggestion: started once, computed by the worker, confirmed by each
community or, where the setting allows it, by the district."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.errors import BaodaoError
from baodao.core.progress import progress_of
from baodao.pairings import plan_queries, plan_rules, plan_services, planning
from baodao.pairings.forms import RunForm
from baodao.pairings.models import PairingPlan, PairingRun
from baodao.people.views.asking import (
    actor_of,
    get_only,
    get_or_post,
    require_role,
    word,
)
from baodao.places.forms import status_of, submitted
from baodao.places.queries import open_places
from baodao.places.rules import COUNTY, PREFECTURE
from baodao.ui.toast import toast

PAGE = 40


@get_or_post
def runs(request: HttpRequest) -> HttpResponse:
    """The latest runs, and a new one."""
    actor = require_role(request, "pair_runs.view")
    places = open_places(actor).filter(level__in=(PREFECTURE, COUNTY)).order_by("path")
    form = RunForm(
        request.POST or None, places=places, initial={"place": places.first()}
    )
    done = submitted(
        request, form,
        lambda d: planning.start_run(actor=actor, place_id=d["place"].pk, client_id=request.POST.get("client_id", "")),
    )  # fmt: skip
    if done:
        return redirect("pairings:run", pk=done.id)
    context = {
        "form": form, "may_start": can(actor, "pair_runs.start"),
        "rows": [(r, plan_rules.RUN_STATES[r.state]) for r in plan_queries.runs(actor)],
    }  # fmt: skip
    return render(request, "pairings/runs.html", context, status=status_of(form))


@get_only
def run_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The communities of a run; while it is computed, how far that is."""
    actor = actor_of(request)
    run = plan_queries.run(actor, pk)
    found = rows_of(request, run)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    computing = run.state == "computing"
    context = {
        "run": run, "state": plan_rules.RUN_STATES[run.state], "page": page,
        "rows": [(ln, plan_rules.PLAN_STATES[ln.plan.state])
                 for ln in plan_queries.lines(run, page)],
        "states": [(c, s.title) for c, s in plan_rules.PLAN_STATES.items()
                   if c != "dropped"],
        "q": request.GET.get("q", "")[:40], "computing": computing,
        "progress": progress_of(f"pairing:{run.pk}") if computing else None,
        "waiting": run.plans.filter(state="draft", suggested__gt=0).count(),
        "done": run.plans.filter(state="confirmed").count(),
        **_may(actor, run),
    }  # fmt: skip
    return render(request, "pairings/run.html", context)


def rows_of(request: HttpRequest, run: PairingRun) -> Any:
    state = word(request, "state", plan_rules.PLAN_STATES)
    return plan_queries.communities(run, request.GET.get("q", "")[:40], state)


def _may(actor: Actor, run: PairingRun) -> dict[str, Any]:
    ready = run.state == "ready"
    mine: list[PairingPlan] = []
    if ready and can(actor, "pair_runs.confirm_rest", run):
        mine = plan_services.may_superior(run)
    return {
        "confirmable": len(mine), "confirmable_pairs": sum(p.suggested for p in mine),
        "may_drop": ready and can(actor, "pair_runs.drop", run),
    }  # fmt: skip


@require_POST
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the communities have not decided, in one go."""
    actor = actor_of(request)
    run = plan_queries.run(actor, pk)
    seen = request.POST.get("seen", "")
    try:
        n = plan_services.confirm_rest(
            actor=actor, run_id=run.pk, seen=int(seen) if seen.isdigit() else -1
        )
    except BaodaoError as error:
        toast(request, error.message, tone="late")
    else:
        toast(request, f"{n} 户提出结对", "各社区都收到了通知，由社区征求同意。")
    return redirect("pairings:run", pk=run.pk)


@require_POST
def drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is not confirmed is taken back."""
    actor = actor_of(request)
    run = plan_queries.run(actor, pk)
    n = plan_services.drop_run(actor=actor, run_id=run.pk)
    toast(request, f"{n} 个社区的方案收回了", "已经确认的不变。")
    return redirect("pairings:run", pk=run.pk)

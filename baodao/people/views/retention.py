"""到期删除: what would go and what is held, for whoever protects personal data."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.people import retention
from baodao.people.models import RetentionRun
from baodao.people.views.asking import (
    actor_of,
    get_only,
    paged,
    require_role,
    word,
)
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.ui.toast import toast

RUNS = 12


def next_run() -> Any:
    """The day of the next run."""
    day = today()
    if day.day <= retention.RUN_ON:
        return day.replace(day=retention.RUN_ON)
    month = day.month % 12 + 1
    return day.replace(year=day.year + (month == 1), month=month, day=retention.RUN_ON)


@get_only
def page(request: HttpRequest) -> HttpResponse:
    """How many of each kind would go; with ?kind= which ones, by place and day only."""
    actor = require_role(request, "retention.view")
    kind = word(request, "kind", retention.REGISTRY)
    found = paged(request, rows(actor, kind)) if kind else None
    context = {
        "lines": retention.preview(actor, next_run()), "kind": retention.REGISTRY.get(kind),
        "page": found, "rows": shown(kind, found) if kind else [],
        "runs": [(r, retention.words(r.counts)) for r in _runs()],
        "holds": list(retention.holds(actor)[:50]) if may_hold(actor) else [],
        "may_release": can(actor, "retention_holds.release"), "next": next_run(),
    }  # fmt: skip
    return render(request, "people/retention.html", context)


def may_hold(actor: Actor) -> bool:
    return can(actor, "retention_holds.view")


def _runs() -> Any:
    return RetentionRun.objects.order_by("-on", "-created_at")[:RUNS]


def rows(actor: Actor, kind: str) -> QuerySet[Any]:
    """The rows of a kind that would go on the day of the next run."""
    return retention.REGISTRY[kind].due(next_run(), actor.path or "")


def shown(kind: str, found: Any) -> list[tuple[str, Any, str]]:
    """(community, since when, a short id) of each: nothing of whom it is about."""
    it = retention.REGISTRY[kind]
    listed = [(getattr(r, it.path) or "", it.since_of(r), r.pk) for r in found]
    paths = {"/".join(p.split("/")[:COMMUNITY]) + "/" for p, _, _ in listed if p}
    names = dict(Place.objects.filter(path__in=paths).values_list("path", "name"))
    return [
        (names.get("/".join(p.split("/")[:COMMUNITY]) + "/", ""), on, str(pk)[-8:])
        for p, on, pk in listed
    ]


@require_POST
def release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A hold is over."""
    actor = actor_of(request)
    retention.release(actor=actor, hold_id=pk)
    toast(request, "解除了", "到期就删除。")
    if can(actor, "retention.view"):
        return redirect("people:retention")
    return redirect(request.POST.get("next") or "portal:home")

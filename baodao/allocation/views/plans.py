"""Plans: what stands now, computing, before and after, commit."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.allocation import queries, rules, services
from baodao.allocation.forms import PlanForm, WeightsForm
from baodao.allocation.freshness import changes_since
from baodao.allocation.layout import layout
from baodao.allocation.models import AllocationPair, AllocationPlan
from baodao.allocation.views import shown
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.people.views.asking import (
    actor_of,
    get_only,
    get_or_post,
    paged,
    path_in,
    require_desk,
    require_role,
    word,
)
from baodao.places.forms import status_of, submitted
from baodao.places.models import Place
from baodao.places.queries import open_places
from baodao.places.rules import COUNTY, PREFECTURE
from baodao.ui.toast import toast

PAGE = 20
ROWS = 60


@get_only
def index(request: HttpRequest) -> HttpResponse:
    """What stands now, and the plans so far."""
    actor = require_role(request, "allocation.view")
    page = paged(request, queries.plans(actor))
    context = {
        "now_": queries.standing(actor, actor.path or ""),
        "page": page,
        "rows": [(p, rules.STATES[p.state]) for p in page],
        "may_compute": can(actor, "allocation.compute"),
    }
    return render(request, "allocation/index.html", context)


def _places(actor: Actor) -> Any:
    found = open_places(actor).filter(level__in=(PREFECTURE, COUNTY))
    return found.select_related("parent").order_by("path")


@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """Compute a draft. The numbers begin as the last plan's."""
    actor = require_desk(request, "allocation.compute", "allocation.view")
    places = _places(actor)
    last = queries.plans(actor).first()
    day = today()
    initial = {
        "place": places.first(), "name": f"{day.year}年{day.month}月试算",
        **(last.weights if last else {}),
    }  # fmt: skip
    form = PlanForm(request.POST or None, places=places, initial=initial)
    done = submitted(
        request,
        form,
        lambda d: services.create_plan(
            actor=actor,
            place_id=d["place"].pk,
            name=d["name"],
            weights=form.weights(),
            client_id=request.POST.get("client_id", ""),
        ),
    )
    if done:
        return redirect("allocation:plan", pk=done.id)
    context = {"form": form, "title": "试算一个方案", "submit": "试算"}
    template = "allocation/weights.html"
    return render(request, template, context, status=status_of(form))


@get_only
def plan_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Points before and after; one of them, or one unit's reasons, beside."""
    actor = actor_of(request)
    plan = queries.plan(actor, pk)
    found = queries.board(plan)
    wanted = wanted_of(request, queries.SHOW_POINTS)
    page = Paginator(queries.lines(found, wanted), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        **_frame(actor, plan, found),
        "page": page,
        "q": wanted.text,
        "rows": [
            (ln, shown.where(ln.place), shown.cells(ln, found.cells)) for ln in page
        ],
        "most": max([ln.after.n for ln in found.lines] + [10]),
        "wanted": shown.wanted_shorts(found),
        "shows": list(queries.SHOW_POINTS.items()),
        "counties": queries.counties(plan),
        "weights": shown.weight_lines(plan),
        **_beside(request, found, list(page)),
    }
    return render(request, "allocation/plan.html", context)


def wanted_of(request: HttpRequest, shows: Any) -> queries.Wanted:
    return queries.Wanted(
        text=request.GET.get("q", "")[:40],
        county=path_in(request, "county"),
        show=word(request, "show", shows),
    )


def _frame(actor: Actor, plan: AllocationPlan, found: queries.Board) -> dict[str, Any]:
    """Head, figures and what may be done, the same on the plan's pages."""
    return {
        "plan": plan,
        "state": rules.STATES[plan.state],
        "board": found,
        "figures": found.figures,
        "stale": changes_since(plan) if plan.state == "draft" else [],
        "may": shown.may(actor, plan),
    }


def _beside(
    request: HttpRequest, found: queries.Board, page: list[queries.Line]
) -> dict[str, Any]:
    """The chosen unit with its reasons, and the point it goes to; at first the first
    point with changes."""
    chosen = uuid_of(request.GET.get("pair"))
    pair = next((p for p in found.mine if p.pk == chosen), None)
    if pair:
        line = found.line(pair.point_id or pair.was_id or pair.pk)
    else:
        at = uuid_of(request.GET.get("at"))
        line = found.line(at) if at else next((ln for ln in page if ln.moves), None)
        pair = line.coming[0] if line and line.coming else None
    return {"line": line, **reasons(found, pair)}


def reasons(found: queries.Board, pair: AllocationPair | None) -> dict[str, Any]:
    """Why a unit is where it is."""
    if pair is None:
        return {"pair": None}
    runner = found.line(pair.runner_id) if pair.runner_id else None
    return {
        "pair": pair,
        "parts": shown.parts(pair),
        "runner": runner.place if runner else None,
        "functions": shown.function_words(pair),
    }


@get_only
def units(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The units of a plan, each with where it was, where it goes, and why."""
    actor = actor_of(request)
    plan = queries.plan(actor, pk)
    wanted = wanted_of(request, queries.SHOW_UNITS)
    page = paged(request, queries.pairs(plan, wanted))
    further = queries.further_points([p.unit_id for p in page], plan)
    context = {
        **_frame(actor, plan, queries.board(plan)),
        "page": page,
        "q": wanted.text,
        "rows": [
            (p, shown.where(p.was), shown.where(p.point), further.get(p.unit_id, ""),
             shown.parts(p)[:3])
            for p in page
        ],
        "shows": list(queries.SHOW_UNITS.items()),
        "counties": queries.counties(plan),
    }  # fmt: skip
    return render(request, "allocation/units.html", context)


@get_or_post
def recompute(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Other numbers, or the same on what is there now."""
    actor = actor_of(request)
    plan = queries.plan(actor, pk)
    require(actor, "allocation.recompute", plan)
    form = WeightsForm(request.POST or None, initial=plan.weights)
    done = submitted(
        request,
        form,
        lambda d: services.recompute(actor=actor, plan_id=pk, weights=form.weights()),
    )
    if done:
        row = AllocationPlan.objects.get(pk=pk)
        toast(
            request, f"重新试算好了，{row.changed}家要换联系点。", "人工固定的没有动。"
        )
        return redirect("allocation:plan", pk=pk)
    context = {
        "form": form,
        "plan": plan,
        "title": "改权重，重新试算",
        "submit": "重新试算",
    }
    template = "allocation/weights.html"
    return render(request, template, context, status=status_of(form))


@get_or_post
def commit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asked once more, with how many units change; then it holds."""
    actor = actor_of(request)
    plan = queries.plan(actor, pk)
    require(actor, "allocation.commit", plan)
    if request.method == "POST":
        version = request.POST.get("version", "")
        services.commit(
            actor=actor, plan_id=pk, version=int(version) if version.isdigit() else None
        )
        toast(
            request, f"方案已生效，{plan.changed}家单位换了联系点。",
            "单位和社区都收到了通知，党员单位一边的报到马上跟着转过去。",
        )  # fmt: skip
        return redirect("allocation:plan", pk=pk)
    found = queries.board(plan)
    context = {
        **_frame(actor, plan, found),
        "new": sum(p.moved and p.was_id is None for p in found.mine),
        "points": sum(ln.moves for ln in found.lines),
    }
    return render(request, "allocation/commit.html", context)


@get_or_post
def drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    plan = queries.plan(actor, pk)
    require(actor, "allocation.drop", plan)
    if request.method == "POST":
        services.drop(actor=actor, plan_id=pk)
        toast(request, f"方案“{plan.name}”已放弃。", "联系点都没有变。")
        return redirect("allocation:index")
    return render(request, "allocation/drop.html", {"plan": plan})


@get_only
def print_plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """On paper: every unit with its points before and after, in the order of points."""
    actor = actor_of(request)
    plan = queries.plan(actor, pk)
    found = queries.board(plan)
    context = {
        **_frame(actor, plan, found),
        "rows": [(ln, shown.where(ln.place)) for ln in found.lines],
        "lost": [p for p in found.mine if p.point_id is None],
        "back_url": reverse("allocation:plan", args=[pk]),
    }
    return render(request, "allocation/print.html", context)


@get_only
def layout_page(request: HttpRequest) -> HttpResponse:
    """布局图 as a table (A35), of today or of a plan; one township's points beside."""
    actor = require_role(request, "allocation.view")
    pk = uuid_of(request.GET.get("plan"))
    plan = queries.plan(actor, pk) if pk else None
    place = area_asked(actor, request)
    found = layout(place.path if place else "", plan)
    if request.GET.get("print"):
        query = request.GET.copy()
        del query["print"]
        back = f"{reverse('allocation:layout')}?{query.urlencode()}"
        paper = {"layout": found, "place": place, "plan": plan, "back_url": back}
        return render(request, "allocation/layout_print.html", paper)
    page = Paginator(found.rows, ROWS).get_page(request.GET.get("page"))
    at = request.GET.get("at", "")
    chosen = next((r for r in found.rows if r.place.code == at), None)
    context = {
        "layout": found,
        "page": page,
        "rows": [(r, r.cells(found.wanted)) for r in page],
        "place": place,
        "plan": plan,
        "chosen": chosen,
        "counties": [
            (p.path, p.name) for p in _places(actor).filter(level=COUNTY)[:80]
        ],
    }
    return render(request, "allocation/layout.html", context)


def area_asked(actor: Actor, request: HttpRequest) -> Place | None:
    """The actor's own place, or a county of it from the address."""
    path = path_in(request, "county") or actor.path or ""
    if not path:
        return None
    found = open_places(actor).filter(path=path).first()
    if found is None:
        raise NotFound
    return found

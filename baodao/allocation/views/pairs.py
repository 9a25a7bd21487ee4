"""One unit of a plan: another point with a reason, back, keep, let go."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import require
from baodao.acts.writing import Done
from baodao.allocation import queries, services
from baodao.allocation.forms import OverrideForm
from baodao.allocation.inputs import gather
from baodao.allocation.models import AllocationPair
from baodao.allocation.views import shown
from baodao.core.errors import Conflict
from baodao.people.views.asking import actor_of, get_or_post
from baodao.places.forms import status_of, submitted
from baodao.ui.shapes import Reason, Suggestion
from baodao.ui.toast import toast

BEST = 5


def _home(row: AllocationPair) -> str:
    """The plan with this unit chosen."""
    return f"{reverse('allocation:plan', args=[row.plan_id])}?pair={row.pk}"


@get_or_post
def override(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The best other points with their reasons, any other one, and why."""
    actor = actor_of(request)
    row = queries.pair(actor, pk)
    require(actor, "allocated.override", row)
    if row.plan.state != "draft":
        raise Conflict("方案已经不是草稿，不能再调整。要改，请另外试算一个方案。")
    best, points = _choices(row)
    form = OverrideForm(
        request.POST or None, best=[(s.value, s.name) for s in best], points=points
    )
    done = submitted(
        request,
        form,
        lambda d: services.override(
            actor=actor, pair_id=pk, point_id=UUID(form.chosen()), reason=d["reason"]
        ),
    )
    if done:
        row = queries.pair(actor, pk)
        toast(
            request, f"{row.unit}换到{row.point}，已固定。", "重新试算也不会再动它。",
            undo_url=reverse("allocation:undo", args=[pk]),
        )  # fmt: skip
        return redirect(_home(row))
    context = {
        "pair": row, "plan": row.plan, "form": form, "best": best,
        "parts": shown.parts(row), "functions": shown.function_words(row),
        "at": shown.where(row.point), "back": _home(row),
    }  # fmt: skip
    template = "allocation/override.html"
    return render(request, template, context, status=status_of(form))


def _choices(
    row: AllocationPair,
) -> tuple[list[Suggestion], list[tuple[str, str]]]:
    """The points where the unit would add most, with their reasons; and all others."""
    inputs = gather(row.path)
    explainer = services.explain(row.plan, inputs)
    unit = str(row.unit_id)
    if unit not in explainer.problem.unit_at:
        raise Conflict("这个单位已经不在这里。请重新试算。")
    ranked = explainer.best(unit, len(inputs.points))
    found = []
    for key in ranked[:BEST]:
        point = inputs.points[UUID(key)]
        told = explainer.at_point(unit, key)
        reasons = [Reason(f"{p.text}", p.tone) for p in told.parts]
        found.append(
            Suggestion(key, point.name, shown.where(point), f"{told.total} 分", reasons)
        )
    rest = sorted(ranked[BEST:], key=lambda k: inputs.points[UUID(k)].path)
    return found, [(k, _full(inputs.points[UUID(k)])) for k in rest]


def _full(point: Any) -> str:
    return f"{point.parent.name} · {point.name}" if point.parent else str(point)


def _simple(
    service: Callable[..., Done], said: str
) -> Callable[[HttpRequest, UUID], HttpResponse]:
    @require_POST
    def view(request: HttpRequest, pk: UUID) -> HttpResponse:
        actor = actor_of(request)
        row = queries.pair(actor, pk)
        service(actor=actor, pair_id=pk)
        toast(request, f"{row.unit}{said}")
        return redirect(_home(row))

    return view


undo = _simple(services.undo, "回到了试算的联系点。")
lock = _simple(services.lock, "固定在这里了，重新试算也不会动它。")
unlock = _simple(services.unlock, "不再固定，重新试算时可以换。")

"""A new cooperation project, a new key problem."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from baodao.core.errors import Invalid
from baodao.duties.models import Duty
from baodao.exchange.projects import forms, services
from baodao.exchange.projects.rules import PROBLEM_QUOTA
from baodao.exchange.views.lists import (
    POST_METHODS,
    answered,
    form_page,
    here,
    own_place,
)
from baodao.people.queries import units_at
from baodao.people.views.asking import actor_for
from baodao.places.models import Place
from baodao.ui.toast import toast


@require_safe
def quota(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a unit does what the year asks of it: the list of its projects, or of its
    problems."""
    actor_for(request, "duties.view")
    kind = Duty.objects.filter(id=pk).values_list("kind", flat=True).first()
    problem = kind == PROBLEM_QUOTA
    return redirect("exchange:problem_list" if problem else "exchange:coproject_list")


@require_http_methods(POST_METHODS)
def coproject_new(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request, "coprojects.propose")
    places, units = here(actor)
    data = request.POST if request.method == "POST" else None
    form = forms.CoProjectForm(data, places=places, units=units, fixed=actor.unit_id)

    def do() -> HttpResponse:
        place = form.place_id()
        if place is None:
            raise Invalid(fields={"place": "请选社区（村）。"})
        project = services.propose(
            actor=actor, place_id=place, tasks=form.tasks(),
            milestones=form.milestones(), **form.text(),
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip
        toast(request, f"{project}已提出", "轮到双方协商。")
        return redirect("exchange:coproject", project.pk)

    return answered(request, form, do) or form_page(
        request, form, title="提一个年度党建合作项目", submit="提出",
        sub="几家一起办的，每家写清做什么，验收后各算一个。",
        back=reverse("exchange:coproject_list"), back_title="年度项目",
    )  # fmt: skip


@require_http_methods(POST_METHODS)
def problem_new(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request, "problems.register")
    place = own_place(actor)
    estates = Place.objects.filter(path__startswith=place.path, level=7, valid_to=None)
    data = request.POST if request.method == "POST" else None
    form = forms.ProblemForm(
        data, units={u.id: u.name for u in units_at(place.path)},
        estates={e.id: e.name for e in estates.order_by("path")},
    )  # fmt: skip

    def do() -> HttpResponse:
        words = form.cleaned_data
        problem = services.register(
            actor=actor, place_id=place.id, title=words["title"], kind=words["kind"],
            detail=words["detail"], estate_id=form.chosen("estate"),
            unit_id=form.chosen("unit"),
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip
        toast(request, f"{problem}已登记", "轮到单位书记认领。")
        return redirect("exchange:problem", problem.pk)

    return answered(request, form, do) or form_page(
        request, form, title="登记一个重点难点问题", submit="登记",
        sub="居民最关切、社区自己办不了的。单位认领、解决，社区核实后销号。",
        back=reverse("exchange:problem_list"), back_title="难点问题",
    )  # fmt: skip

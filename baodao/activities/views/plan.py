"""The year's plan against what was held (L27): the page, setting the numbers, and the
communities or units behind each of them."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from baodao.activities import planning, queries_plan
from baodao.activities.models import Priority
from baodao.activities.planning import Key, Owner
from baodao.activities.queries_plan import JOINTS
from baodao.activities.sections import sections
from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.people.views.asking import actor_for, year_of
from baodao.places.forms import status_of, submitted
from baodao.places.rules import COMMUNITY
from baodao.ui.forms import Form
from baodao.ui.toast import toast

PAGE = 50


def _owner(actor: Actor) -> Owner:
    owner = planning.owner_of(actor)
    if owner is None:
        raise NotFound
    return owner


def _below(owner: Owner) -> str:
    """What the parts of a number are called; "" where there are none."""
    if owner.unit or owner.place is None:
        return ""
    return "单位" if owner.place.level >= COMMUNITY else "社区"


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """Planned, held, laid out, and what is still missing; each number opens its list."""
    actor = actor_for(request, "targets.view")
    owner, year = _owner(actor), year_of(request)
    kinds, aims = queries_plan.lines(owner, year)
    sets = can(actor, "targets.set")
    return render(request, "activities/plan.html", {
        "owner": owner, "year": year, "below": _below(owner), "now": today().year,
        "tables": [("五联", "joint", kinds), ("中心工作", "aim", aims)],
        # Above the township nobody sets a number: it is what the communities set.
        "sets": sets, "planned": sum(x.planned if sets else x.below for x in kinds),
        "done": sum(x.done for x in kinds),
        "may_set": can(actor, "targets.set") and year >= today().year,
        "may_list": can(actor, "priorities.add"),
        "sections": sections(actor, "plan"),
    })  # fmt: skip


class PlanForm(Form):
    """One number per kind and per piece of central work."""

    def __init__(self, *args: Any, lines: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = {line.key.name: line.key for line in lines}
        for line in lines:
            self.fields[line.key.name] = forms.IntegerField(
                label=line.title, min_value=0, max_value=planning.MOST, required=False,
                initial=line.planned or None,
            )  # fmt: skip

    def counts(self) -> dict[Key, int]:
        return {k: self.cleaned_data[name] or 0 for name, k in self.keys.items()}


@require_http_methods(["GET", "HEAD", "POST"])
def plan_edit(request: HttpRequest) -> HttpResponse:
    """The numbers of this year or the next."""
    actor = actor_for(request, "targets.set")
    owner, year = _owner(actor), max(year_of(request), today().year)
    kinds, aims = queries_plan.lines(owner, year)
    form = PlanForm(request.POST or None, lines=[*kinds, *aims])
    done = submitted(request, form, lambda _: (
        planning.set_targets(actor=actor, year=year, counts=form.counts()),
    ))  # fmt: skip
    back = f"{reverse('activities:plan')}?year={year}"
    if done:
        toast(request, f"{year}年的计划定好了", "办一场确认一场，计划页上会跟着变。")
        return redirect(back)
    return render(request, "activities/plan_edit.html", {
        "form": form, "owner": owner, "year": year, "back": back,
        "groups": [("五联", [form[x.key.name] for x in kinds]),
                   ("中心工作", [form[x.key.name] for x in aims])],
    }, status=status_of(form))  # fmt: skip


def asked(request: HttpRequest) -> tuple[Owner, int, Key, str]:
    """Whose, which year, which line, and what it is called. Raises NotFound."""
    owner = _owner(actor_for(request, "targets.view"))
    joint, aim = request.GET.get("joint", ""), uuid_of(request.GET.get("aim"))
    if not _below(owner):
        raise NotFound
    row = Priority.objects.filter(pk=aim).first() if aim else None
    if row:
        return owner, year_of(request), Key(aim=row.pk), row.title
    joint = joint if joint in JOINTS else next(iter(JOINTS))
    return owner, year_of(request), Key(joint=joint), JOINTS[joint]


@require_safe
def plan_parts(request: HttpRequest) -> HttpResponse:
    """The communities or units that one number is made of."""
    owner, year, key, title = asked(request)
    rows = queries_plan.part_rows(owner)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "activities/plan_parts.html", {
        "owner": owner, "year": year, "title": title, "below": _below(owner),
        "page": page, "parts": queries_plan.parts(owner, year, key, list(page.object_list)),
        "joint": key.joint, "aim": key.aim or "",
    })  # fmt: skip


@require_safe
def priority_list(request: HttpRequest) -> HttpResponse:
    """The district's central work of a year, as rows."""
    actor = actor_for(request, "priorities.view")
    owner, year = _owner(actor), year_of(request)
    rows = queries_plan.priorities(owner.path, year)
    return render(request, "activities/priorities.html", {
        "rows": [(r, can(actor, "priorities.edit", r)) for r in rows], "year": year,
        "may_add": can(actor, "priorities.add"),
    })  # fmt: skip

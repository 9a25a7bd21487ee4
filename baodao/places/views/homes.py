"""Households: registered by number; who and where is shown for a purpose only."""

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from baodao.acts.access import can, require
from baodao.core.errors import Invalid
from baodao.places import queries, rules, services
from baodao.places.forms import HouseholdForm, status_of, submitted
from baodao.places.models import FOCUS_GROUPS, Household
from baodao.places.views.tree import actor_of, get_only
from baodao.ui.toast import toast


@get_only
def household(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A household, masked."""
    return _page(request, queries.household(actor_of(request), pk), {})


@require_POST
def reveal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who and where, for a purpose; shown in this answer only."""
    actor = actor_of(request)
    row = queries.household(actor, pk)
    try:
        shown = services.reveal_household(
            actor=actor, household_id=row.pk, purpose=request.POST.get("purpose", "")
        )
    except Invalid as error:
        toast(request, error.message, tone="late")
        return redirect("places:household", pk=pk)
    answer = _page(request, row, shown)
    answer["Cache-Control"] = "no-store"
    return answer


def _page(request: HttpRequest, row: Household, shown: dict[str, str]) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "row": row,
        "shown": shown,
        "crumbs": queries.crumbs(actor, row.place),
        "community": queries.community_of(row.path),
        "focus": "、".join(FOCUS_GROUPS[f] for f in row.focus),
        "language": rules.LANGUAGES.get(row.language, row.language),
        "purposes": list(rules.PURPOSES.items()),
        "looks": queries.looks(row.pk, "households.reveal"),
        "may_edit": can(actor, "households.edit", row),
        "may_reveal": can(actor, "households.reveal", row),
    }
    return render(request, "places/household.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Register a household below a place."""
    actor = actor_of(request)
    parent = queries.place(actor, pk)
    require(actor, "households.add", Household(path=parent.path))
    form = HouseholdForm(request.POST or None)
    save = partial(services.add_household, actor=actor, parent_id=pk)
    done = submitted(request, form, lambda data: save(**data))
    if done:
        toast(request, "这一户登记好了。")
        return redirect(
            "places:household", pk=Household.objects.get(pk=done.id).place_id
        )
    context = {"form": form, "title": f"在{parent.name}登记一户", "place": parent}
    return render(request, "places/form.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a household without having to see who lives there."""
    actor = actor_of(request)
    row = queries.household(actor, pk)
    require(actor, "households.edit", row)
    initial = {"language": row.language, "remote": row.remote, "focus": row.focus}
    form = HouseholdForm(request.POST or None, initial=initial, editing=True)
    save = partial(services.edit_household, actor=actor, household_id=row.pk)
    if submitted(request, form, lambda data: save(changes=form.changes())):
        toast(request, "已保存。")
        return redirect("places:household", pk=pk)
    context = {"form": form, "title": f"修改户{row.number}", "place": row.place}
    return render(request, "places/form.html", context, status=status_of(form))

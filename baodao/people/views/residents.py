"""Residents known by name: for the staff of their own community only."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require, visible
from baodao.acts.writing import Done
from baodao.core.errors import Invalid
from baodao.people import queries, services
from baodao.people.forms import CHANNELS, ResidentAddForm, ResidentEditForm
from baodao.people.models import Resident
from baodao.people.views.asking import (
    actor_of,
    form_page,
    get_only,
    get_or_post,
    paged,
    require_role,
)
from baodao.places.forms import submitted
from baodao.places.models import Household
from baodao.places.queries import looks, start
from baodao.places.rules import BUILDING, LANGUAGES, PURPOSES
from baodao.ui.toast import toast


def _crumb() -> tuple[str, str]:
    return reverse("people:residents"), "居民"


@get_only
def resident_list(request: HttpRequest) -> HttpResponse:
    """By household number or whole phone number; names are sealed."""
    actor = require_role(request, "residents.view")
    text = request.GET.get("q", "")[:20]
    page = paged(request, queries.residents(actor, text))
    context = {
        "page": page,
        "q": text,
        "rows": [
            (r, _masked(r.call_name), where_lives(r), LANGUAGES.get(r.language, ""))
            for r in page
        ],
        "may_add": can(actor, "residents.add"),
    }
    return render(request, "people/residents.html", context)


def _masked(name: str) -> str:
    return name[:1] + "＊" * max(len(name) - 1, 1) if name else "没有登记"


def where_lives(row: Resident) -> str:
    """The place of the household; a building with its estate, for all have a No. 1."""
    place = row.household.place.parent if row.household else None
    if place is None:
        return ""
    above = place.parent if place.level == BUILDING else None
    return f"{above}{place}" if above else str(place)


@get_only
def resident(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, queries.resident(actor_of(request), pk), {})


@require_POST
def resident_reveal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Name and phone, for a purpose; shown in this answer only."""
    actor = actor_of(request)
    row = queries.resident(actor, pk)
    try:
        shown = services.reveal_resident(
            actor=actor, resident_id=pk, purpose=request.POST.get("purpose", "")
        )
    except Invalid as error:
        toast(request, error.message, tone="late")
        return redirect("people:resident", pk=pk)
    answer = _page(request, row, shown)
    answer["Cache-Control"] = "no-store"
    return answer


def _page(request: HttpRequest, row: Resident, shown: dict[str, str]) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "row": row,
        "shown": shown,
        "masked": _masked(row.call_name),
        "language": LANGUAGES.get(row.language, row.language),
        "channel": CHANNELS.get(row.channel, ""),
        "purposes": list(PURPOSES.items()),
        "looks": looks(row.pk, "residents.reveal"),
        "may_edit": can(actor, "residents.edit", row),
    }
    return render(request, "people/resident.html", context)


@get_or_post
def resident_add(request: HttpRequest) -> HttpResponse:
    require_role(request, "residents.add")
    number = request.GET.get("household", "")[:6]
    form = ResidentAddForm(request.POST or None, initial={"household_number": number})
    done = submitted(request, form, lambda d: _add(request, d))
    if done:
        toast(request, "居民登记好了。")
        return redirect("people:resident", pk=done.id)
    note = "居民不登记也能提心愿。本人愿意留名字、方便联系时才登记。"
    return form_page(request, form, "登记一位居民", [_crumb()], note=note)


def _add(request: HttpRequest, data: dict[str, Any]) -> Done:
    actor = actor_of(request)
    data["client_id"] = request.POST.get("client_id", "")
    number = data.pop("household_number").strip().removeprefix("户")
    if not number:
        here = start(actor)
        return services.add_resident(
            actor=actor, place_id=here.pk if here else None, **data
        )
    homes = visible(
        Household.objects.filter(number=number.zfill(4)), actor, "households.view"
    )
    found = list(homes.values_list("pk", flat=True)[:2])
    if len(found) != 1:
        raise Invalid(fields={"household_number": "没有找到这一户。请核对户号。"})
    return services.add_resident(actor=actor, household_id=found[0], **data)


@get_or_post
def resident_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = queries.resident(actor, pk)
    require(actor, "residents.edit", row)
    initial = {"language": row.language, "channel": row.channel}
    form = ResidentEditForm(request.POST or None, initial=initial)
    done = submitted(
        request,
        form,
        lambda d: services.edit_resident(
            actor=actor, resident_id=pk, changes=form.changes()
        ),
    )
    if done:
        toast(request, "已保存。")
        return redirect("people:resident", pk=pk)
    trail = [_crumb(), (reverse("people:resident", args=[pk]), "这位居民")]
    return form_page(request, form, "修改居民的联系方式", trail)

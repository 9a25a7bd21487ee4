"""Browse, search, add, edit and close places."""

from functools import partial
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.acts.writing import Done
from baodao.core.errors import Invalid, NotFound
from baodao.places import panels, queries, rules, services
from baodao.places.changes import preview as changes
from baodao.places.changes.plan import place_above
from baodao.places.forms import (
    AddPlaceForm,
    EstateForm,
    OfficialForm,
    PlaceForm,
    ReasonForm,
    status_of,
    submitted,
)
from baodao.places.models import Estate, Household, Place, PlaceChange
from baodao.places.services.names import former_names
from baodao.ui.toast import toast

PAGE = 25
SHOWN = 12  # places that this one came from
get_only = require_http_methods(["GET", "HEAD"])


def actor_of(request: HttpRequest) -> Actor:
    """Who is asking, in the role chosen on screen."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


@get_only
def browse(request: HttpRequest) -> HttpResponse:
    """The tree from the actor's own place."""
    actor = actor_of(request)
    if not actor.path and len(found := queries.tops(actor)) > 1:
        return render(request, "places/tops.html", {"places": found})
    top = queries.start(actor)
    if top:
        return _page(request, top)
    if not can(actor, "places.add"):
        raise NotFound
    return redirect("places:first")


@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest) -> HttpResponse:
    """The province of an empty deployment; everything else is added below it."""
    actor = actor_of(request)
    if not can(actor, "places.add") or actor.path != "" or queries.start(actor):
        raise NotFound
    form = OfficialForm(request.POST or None)
    done = submitted(
        request,
        form,
        lambda data: services.add_official_place(
            actor=actor, **data, client_id=request.POST.get("client_id", "")
        ),
    )
    if done:
        toast(request, "第一个地方登记好了。", "接着登记它下面的市（地区）和县（区）。")
        return redirect("places:detail", pk=done.id)
    context = {"form": form}
    return render(request, "places/first.html", context, status=status_of(form))


@get_only
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One place: what it is, what lies below it, who serves it."""
    place = queries.place(actor_of(request), pk)
    if place.level == rules.HOUSEHOLD:
        return redirect("places:household", pk=pk)
    return _page(request, place)


def _page(request: HttpRequest, place: Place) -> HttpResponse:
    actor = actor_of(request)
    counts = queries.counts(place.path)
    wanted = request.GET.get("level", "")
    level = int(wanted) if wanted.isdecimal() else None
    below = queries.children(actor, place, level)
    page = Paginator(below, PAGE).get_page(request.GET.get("page"))
    estate = (
        Estate.objects.filter(place=place).first()
        if place.level == rules.ESTATE
        else None
    )
    context = {
        "place": place,
        "crumbs": queries.crumbs(actor, place),
        "page": page,
        "opens": queries.with_children(actor, [row.pk for row in page]),
        "counts": _count_lines(actor, place, counts),
        "levels": [(x, rules.LEVELS[x]) for x in rules.BELOW[place.level]],
        "estate": estate,
        "estate_services": _words(
            estate.services if estate else [], rules.ESTATE_SERVICES
        ),
        "estate_risks": _words(estate.risks if estate else [], rules.ESTATE_RISKS),
        "panels": panels.panels(request, place),
        "may": _may(actor, place),
        "former": [n for n in queries.names(place) if not n.merged],
        "origins": changes.origins(place)[:SHOWN],
        "successors": changes.successors(place) if place.valid_to else [],
    }
    return render(request, "places/detail.html", context)


def _count_lines(
    actor: Actor, place: Place, counts: dict[int, int]
) -> list[tuple[str, int]]:
    hidden = (
        {place.level}
        if can(actor, "households.view")
        else {place.level, rules.HOUSEHOLD}
    )
    lines = [(rules.LEVELS[x], n) for x, n in counts.items() if x and x not in hidden]
    return [*lines, ("联系点", counts[0])] if counts[0] else lines


def _words(codes: list[str], known: dict[str, str]) -> str:
    return "、".join(known.get(code, code) for code in codes)


def _may(actor: Actor, place: Place) -> dict[str, bool | str]:
    """What the page offers: the same table that the acts ask."""
    below = set(rules.BELOW[place.level])
    local, homes = (
        below & {rules.GRID, rules.ESTATE, rules.BUILDING},
        rules.HOUSEHOLD in below,
    )
    is_open = place.valid_to is None
    point = place.level in (rules.COMMUNITY, rules.GRID) and place.kind != "virtual"
    home = Household(path=place.path)
    return {
        "add": is_open and bool(local) and can(actor, "places.add", place),
        "official": is_open
        and place.level < rules.COMMUNITY
        and can(actor, "places.add", place),
        "edit": is_open and can(actor, "places.edit", place),
        "close": is_open
        and place.path != actor.path
        and can(actor, "places.close", place),
        "point": is_open and point and can(actor, "places.point", place),
        "household": is_open and homes and can(actor, "households.add", home),
        "change": is_open
        and place.level in rules.CHANGE_LEVELS
        and can(actor, "changes.draft", PlaceChange(path=place_above([place.code]))),
        "settings": place.level <= rules.GRID and can(actor, "settings.view", place),
        "imports": _sheet_for(actor, place) if is_open else "",
    }  # fmt: skip


def _sheet_for(actor: Actor, place: Place) -> str:
    """Which sheet the button 导入 opens: households where there may be some."""
    if not can(actor, "imports.start"):
        return ""
    if rules.HOUSEHOLD in rules.BELOW[place.level] and can(
        actor, "households.add", Household(path=place.path)
    ):
        return "households"
    return "places" if can(actor, "places.add", place) else ""


@get_only
def search(request: HttpRequest) -> HttpResponse:
    """Places by name, pinyin or code."""
    text = request.GET.get("q", "").strip()[:40]
    wanted = request.GET.get("level", "")
    level = int(wanted) if wanted.isdecimal() else None
    found = queries.search_places(actor_of(request), text, level)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    # Former names stand in what a place is found by: most rows have none.
    former = former_names([row.pk for row in page if not row.pinyin.isascii()])
    context = {
        "q": text,
        "page": page,
        "rows": [(row, former.get(row.pk, [])) for row in page],
        "levels": list(rules.LEVELS.items()),
    }
    return render(request, "places/search.html", context)


def _form_page(
    request: HttpRequest, form: Any, title: str, place: Place, **extra: Any
) -> HttpResponse:
    context = {"form": form, "title": title, "place": place, **extra}
    return render(request, "places/form.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a grid, estate or building below a place."""
    actor = actor_of(request)
    parent = queries.place(actor, pk)
    require(actor, "places.add", parent)
    form = AddPlaceForm(request.POST or None, parent_level=parent.level)
    done = submitted(
        request,
        form,
        lambda data: services.add_place(
            actor=actor,
            parent_id=pk,
            **data,
            client_id=request.POST.get("client_id", ""),
        ),
    )
    if done:
        toast(request, f"已加在{parent.name}下面。")
        return redirect("places:detail", pk=done.id)
    return _form_page(request, form, f"在{parent.name}下面加一个地方", parent)


@require_http_methods(["GET", "POST"])
def add_official(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add the next official level with its code."""
    actor = actor_of(request)
    parent = queries.place(actor, pk)
    require(actor, "places.add", parent)
    form = OfficialForm(request.POST or None, initial={"code": parent.code})
    done = submitted(request, form, lambda data: _below(request, parent, data))
    if done:
        toast(request, f"已加在{parent.name}下面。")
        return redirect("places:detail", pk=done.id)
    return _form_page(request, form, f"登记{parent.name}的下级区划", parent)


def _below(request: HttpRequest, parent: Place, data: dict[str, Any]) -> Done:
    """The code decides what is above; it has to be the place of this page."""
    data["code"] = rules.short_code(data["code"])
    rules.level_of(data["code"])
    if rules.parent_code(data["code"]) != parent.code:
        raise Invalid(fields={"code": f"这个代码不是{parent.name}的下一级。请核对。"})
    return services.add_official_place(
        actor=actor_of(request), **data, client_id=request.POST.get("client_id", "")
    )


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a place's name and public facts."""
    actor = actor_of(request)
    place = queries.place(actor, pk)
    require(actor, "places.edit", place)
    names = ("name", "name_bo", "phone", "population", "households", "lon", "lat")
    form = PlaceForm(
        request.POST or None, initial={n: getattr(place, n) for n in names}
    )
    save = partial(services.edit_place, actor=actor, place_id=pk)
    if submitted(request, form, lambda data: save(**data)):
        toast(request, "已保存。")
        return redirect("places:detail", pk=pk)
    return _form_page(request, form, f"修改{place.name}", place)


@require_http_methods(["GET", "POST"])
def estate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The profile of an estate."""
    actor = actor_of(request)
    place = queries.place(actor, pk)
    row = Estate.objects.filter(place=place).first()
    if row is None:
        raise NotFound
    require(actor, "estates.edit", row)
    form = EstateForm(request.POST or None, initial=vars(row))
    save = partial(services.edit_estate, actor=actor, place_id=pk)
    if submitted(request, form, lambda data: save(**data)):
        toast(request, "小区情况已保存。")
        return redirect("places:detail", pk=pk)
    return _form_page(request, form, f"{place.name}的小区情况", place)


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a place, with a reason."""
    actor = actor_of(request)
    place = queries.place(actor, pk)
    require(actor, "places.close", place)
    form = ReasonForm(request.POST or None)
    shut = partial(services.close_place, actor=actor, place_id=pk)
    if submitted(request, form, lambda data: shut(**data)):
        toast(request, f"{place.name}从今天起停用。", "以前的记录都还在。")
        return redirect("places:detail", pk=place.parent_id or pk)
    note = "停用以后不能再选到它，以前的记录不变。下面还有在用的地方、单位或党员时停用不了。"
    return _form_page(
        request,
        form,
        f"停用{place.name}？",
        place,
        note=note,
        submit="停用",
        danger=True,
    )


@require_POST
def point(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a place a contact point, or no longer."""
    actor = actor_of(request)
    place = queries.place(actor, pk)
    on = request.POST.get("on") == "1"
    try:
        services.set_contact_point(actor=actor, place_id=pk, is_contact_point=on)
    except Invalid as error:
        toast(request, error.message, tone="late")
    else:
        toast(request, f"{place.name}{'已设为联系点' if on else '不再是联系点'}。")
    return redirect("places:detail", pk=pk)

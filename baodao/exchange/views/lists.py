"""Pages of the three lists that are not a plain list or detail: new entries, bookings,
matching, taking over from report-ins, what comes next month, frozen quarters."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from baodao.acts.access import can, require, visible
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.ids import uuid_of
from baodao.duties.models import Duty
from baodao.duties.rules import OPEN
from baodao.exchange.lists import (
    duties,
    forms,
    pages,
    printed,
    projects,
    queries,
    rules,
)
from baodao.exchange.lists import services as lists
from baodao.exchange.models import ListEdition, Need, Resource
from baodao.exchange.sections import sections
from baodao.exchange.subjects import one
from baodao.exchange.views.agreements import communities_of
from baodao.people.queries import units_at
from baodao.people.views.asking import actor_for
from baodao.places.forms import refuse
from baodao.places.models import Place
from baodao.ui.forms import Form
from baodao.ui.toast import toast

POST_METHODS = ["GET", "HEAD", "POST"]
PAGE = 50


def answered(
    request: HttpRequest, form: Form, do: Callable[[], HttpResponse]
) -> HttpResponse | None:
    """What `do` answers; None when there is nothing to do or something to mend."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return do()
    except Invalid as error:
        refuse(form, error)
        return None


def form_page(
    request: HttpRequest, form: Form, *, title: str, sub: str, submit: str,
    back: str, back_title: str, template: str = "exchange/form.html", **more: Any,
) -> HttpResponse:  # fmt: skip
    context = {"form": form, "title": title, "sub": sub, "submit": submit,
               "back": back, "back_title": back_title, **more}  # fmt: skip
    return render(request, template, context, status=422 if form.errors else 200)


def here(actor: Actor) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """(communities, units) to choose from: a unit its communities, a worker the units
    of the own community."""
    if actor.unit_id:
        places = communities_of(actor.unit_id)
        if not places:
            raise Conflict("本单位还没有联系点。请县委组织部先确定联系点。")
        return {p.id: p.name for p in places}, {}
    place = own_place(actor)
    return {place.id: place.name}, {u.id: u.name for u in units_at(place.path)}


def own_place(actor: Actor) -> Place:
    found = Place.objects.filter(path=actor.path, level=5, valid_to=None).first()
    if found is None:
        raise NotFound
    return found


@require_http_methods(POST_METHODS)
def need_new(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request, "needs.add", "needs.propose")
    places, units = here(actor)
    data = request.POST if request.method == "POST" else None
    form = forms.NeedForm(data, places=places, units=units)

    def do() -> HttpResponse:
        place = form.place_id()
        assert place
        need = lists.add_need(
            actor=actor, place_id=place, said=form.said(),
            unit_id=actor.unit_id or form.unit_id(),
            wanted_on=form.cleaned_data["wanted_on"],
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip
        toast(request, f"{need}已登记", "轮到社区核实、公布。")
        return redirect("exchange:need", need.pk)

    return answered(request, form, do) or form_page(
        request, form, title="登记一条需求", submit="登记",
        sub="写要什么、多少、什么时候。不写姓名和电话，单位都看得到。",
        back=reverse("exchange:need_list"), back_title="需求清单",
    )  # fmt: skip


@require_http_methods(POST_METHODS)
def resource_new(request: HttpRequest) -> HttpResponse:
    """A resource; `need` is the one it is offered for."""
    actor = actor_for(request, "resources.add", "resources.offer")
    places, units = here(actor)
    need = _asked(request, set(places))
    if need:
        places = {need.place_id: places[need.place_id]}
    start = {"joint_type": need.joint_type, "title": need.title} if need else {}
    data = request.POST if request.method == "POST" else None
    form = forms.ResourceForm(data, places=places, units=units, initial=start)

    def do() -> HttpResponse:
        place, unit = form.place_id(), actor.unit_id or form.unit_id()
        if unit is None or place is None:
            raise Invalid(fields={"unit": "请选是哪家单位的。"})
        words = {n: form.cleaned_data[n] for n in ("kind", "count", "until")}
        made = lists.offer(
            actor=actor, place_id=place, unit_id=unit, said=form.said(),
            need_id=need.pk if need else None, **words,
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip
        toast(request, f"{made}已登记", "社区收进清单以后就能对接、预约。")
        return redirect("exchange:resource", made.pk)

    return answered(request, form, do) or form_page(
        request, form, submit="登记",
        title=f"为“{need.title}”提供资源" if need else "登记一项资源",
        sub="场地、人才、设备、服务都行，写清什么时候能用、有什么条件。",
        back=reverse("exchange:resource_list"), back_title="资源清单",
    )  # fmt: skip


def _asked(request: HttpRequest, places: set[UUID]) -> Need | None:
    pk = uuid_of(request.GET.get("need"))
    if pk is None:
        return None
    found = Need.objects.filter(pk=pk, state="published", place__in=places).first()
    if found is None:
        raise NotFound
    return found


@require_http_methods(POST_METHODS)
def book(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose a time; it is held at once, the unit answers."""
    actor = actor_for(request, "bookings.ask")
    resource: Resource = one(pages.RESOURCE, actor, pk)
    form = forms.BookForm(request.POST if request.method == "POST" else None)

    def do() -> HttpResponse:
        booking = lists.book(
            actor=actor,
            resource_id=pk,
            **form.cleaned_data,
            client_id=request.POST.get("client_id", ""),
        )
        toast(request, "这段时间先留着", "轮到单位答复。")
        return redirect("exchange:booking", booking.pk)

    more = queries.resource_more(resource, actor)
    return answered(request, form, do) or form_page(
        request, form, title=f"预约{resource.title}", submit="预约",
        sub=f"{resource.unit}提供。{resource.conditions}",
        back=reverse("exchange:resource", args=[pk]), back_title=str(resource),
        bookings=more["bookings"], template="exchange/book.html",
    )  # fmt: skip


@require_http_methods(POST_METHODS)
def match(request: HttpRequest) -> HttpResponse:
    """Resources that fit a need, with reasons; a person chooses (L26)."""
    actor = actor_for(request, "listprojects.match")
    pk = uuid_of(request.GET.get("need"))
    if pk is None:
        raise NotFound
    need: Need = one(pages.NEED, actor, pk)
    require(actor, "needs.publish", need)
    found = queries.suggestions(need)
    notes = {str(s.resource.pk): s.reasons for s in found}
    choices = [
        (str(s.resource.pk), f"{s.resource.title}（{s.resource.unit}）") for s in found
    ]
    others = [(str(n.pk), n.title) for n in queries.similar_needs(need)]
    data = request.POST if request.method == "POST" else None
    form = forms.MatchForm(
        data, resources=choices, needs=others, initial={"title": need.title}
    )

    def do() -> HttpResponse:
        words = form.cleaned_data
        chosen = [UUID(x) for x in words["resources"]]
        project = projects.match(
            actor=actor, needs=[need.pk, *(UUID(x) for x in words.get("more", []))],
            resources=chosen, title=words["title"], due_on=words["due_on"],
            effect=words["effect"], reason="；".join(notes[str(x)] for x in chosen),
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip
        toast(request, f"{project}对接好了", "轮到单位开始办。")
        return redirect("exchange:listproject", project.pk)

    return answered(request, form, do) or form_page(
        request, form, title=f"为“{need.title}”找资源", submit="对接成项目",
        sub="建议只作参考，由您决定。", back=reverse("exchange:need", args=[pk]),
        back_title=str(need), template="exchange/match.html", notes=notes, need=need,
    )  # fmt: skip


@require_http_methods(POST_METHODS)
def take_over(request: HttpRequest) -> HttpResponse:
    """What units wrote at report-in, onto the lists with one tap (L05)."""
    actor = actor_for(request, "needs.add")
    place = own_place(actor)
    if request.method == "POST":
        pk = uuid_of(request.POST.get("item"))
        if pk is None:
            raise NotFound
        made = lists.take_over(actor=actor, item_id=pk)
        toast(request, f"已收进清单：{made.title}", f"编号 {made}。")
        return redirect("exchange:take_over")
    page = Paginator(queries.to_take_over(place.path), PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "exchange/take_over.html", {
        "page": page, "place": place, "sections": sections(actor, "need"),
    })  # fmt: skip


@require_safe
def ahead(request: HttpRequest) -> HttpResponse:
    """What the communities need until the end of next month (domain 6.5)."""
    actor = actor_for(request, "needs.view")
    day = today()
    page = Paginator(ahead_for(actor), PAGE).get_page(request.GET.get("page"))
    first, last = rules.next_month(day)
    return render(request, "exchange/ahead.html", {
        "page": page, "month": first, "last": last, "sections": sections(actor, "need"),
        "words": queries.need_words(list(page.object_list)),
        "may_offer": can(actor, "resources.offer"),
    })  # fmt: skip


def ahead_for(actor: Actor) -> Any:
    """A unit sees those of its communities; the others what they see anyway."""
    day = today()
    if actor.unit_id:
        return queries.ahead([p.path for p in communities_of(actor.unit_id)], day)
    mine = visible(Need.objects.all(), actor, "needs.view").order_by()
    paths = mine.filter(state="published").values_list("path", flat=True).distinct()
    return queries.ahead(list(paths), day)


@require_http_methods(POST_METHODS)
def hand_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The quarter's lists of a unit: look, add, and say that it is right."""
    actor = actor_for(request, "duties.view")
    duty = Duty.objects.filter(id=pk, kind=duties.KIND).first()
    if duty is None or not can(actor, "duties.view", duty):
        raise NotFound
    mine, over = can(actor, "duties.fulfil", duty), duties.over(duty, today())
    may = mine and duty.state in OPEN and not over
    if request.method == "POST":
        if not may and not (mine and over):  # too late is said by the service
            raise Forbidden("这个季度的清单由单位来报，或者已经报过了。")
        duties.hand_in(actor=actor, duty_id=pk)
        toast(request, "本季度清单报好了", "有变化随时可以再改。")
        return redirect("exchange:hand_in", pk)
    whose = {"unit": duty.unit_id, "path": duty.path}
    return render(request, "exchange/hand_in.html", {
        "duty": duty, "may": may, "over": over,
        "needs": Need.objects.filter(**whose, state__in=rules.NEED_OPEN).order_by("number"),
        "resources": Resource.objects.filter(**whose).exclude(state="retired").order_by("number"),
    })  # fmt: skip


@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    """Frozen quarters, the last first."""
    actor = actor_for(request, "editions.view")
    found = visible(ListEdition.objects.defer("rows"), actor, "editions.view")
    rows = found.select_related("place").order_by("-quarter", "path")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    now = rules.quarter_of(today())
    may = can(actor, "editions.freeze") and not rows.filter(quarter=now).exists()
    return render(request, "exchange/editions.html", {
        "rows": [(e, rules.quarter_words(e.quarter)) for e in page], "page": page,
        "may_freeze": may, "now": rules.quarter_words(now),
        "sections": sections(actor, "need"),
    })  # fmt: skip


@require_POST
def freeze(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request, "editions.freeze")
    edition = projects.freeze(actor=actor, place_id=own_place(actor).pk)
    toast(
        request,
        f"{rules.quarter_words(edition.quarter)}的清单定稿了",
        "可以打印，不会再变。",
    )
    return redirect("exchange:edition", edition.pk)


@require_safe
def edition(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One frozen quarter on paper."""
    actor = actor_for(request, "editions.view")
    found = ListEdition.objects.select_related("place").filter(pk=pk).first()
    if found is None or not can(actor, "editions.view", found):
        raise NotFound
    tables = [
        (printed.TITLES[k], printed.HEADS[k], found.rows.get(k, []))
        for k in printed.HEADS
    ]
    return render(request, "exchange/print_lists.html", {
        "it": found, "quarter": rules.quarter_words(found.quarter), "tables": tables,
        "back_url": reverse("exchange:editions"),
    })  # fmt: skip

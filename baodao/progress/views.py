"""Progress of units and members: the list, one of them, and what is uncovered."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import Forbidden, NotFound
from baodao.people import queries as people
from baodao.progress import queries, uncovered
from baodao.progress.measures import OF

PAGE = 50
WHO = {"unit": "单位", "member": "党员"}


def actor_for(request: HttpRequest) -> Actor:
    """Whoever sees units or members; a member sees their own."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.is_anonymous:
        raise NotFound
    if actor.role != "member" and not can(actor, "members.view"):
        raise Forbidden
    return actor


def chosen(request: HttpRequest, actor: Actor) -> tuple[str, QuerySet[Any]]:
    """Units or members, and which of them the address asks for."""
    who = request.GET.get("who", "")
    if who not in WHO:
        who = "member" if actor.unit_id else "unit"
    text, lack = request.GET.get("q", ""), request.GET.get("lack", "")
    found: QuerySet[Any]
    if who == "unit":
        found = people.units(actor, people.UnitFilter(text=text))
    else:
        wanted = people.MemberFilter(
            text=text, status="on_duty", unit_id=_unit(request)
        )
        found = people.members(actor, wanted)
    return who, queries.lacking(found, who, lack, today())


def _unit(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET["unit"]) if request.GET.get("unit") else None
    except ValueError:
        return None


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Units, or members, with their four doubles; filters live in the address."""
    actor = actor_for(request)
    if actor.role == "member":
        return redirect("progress:mine")
    who, found = chosen(request, actor)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    lines = queries.counts(who, [x.pk for x in page.object_list], today())
    rows = [
        (x, queries.tracks(lines[x.pk]), queries.next_line(lines[x.pk]))
        for x in page.object_list
    ]
    return render(request, "progress/list.html", {
        "who": who, "whos": WHO.items(), "page": page, "rows": rows,
        "lacks": [(m.code, f"还没有：{m.title}") for m in OF[who]],
        "doubles": [t.title for t in queries.tracks([])],
        "q": request.GET.get("q", ""),
        "filtered": any(request.GET.get(k) for k in ("q", "lack", "unit")),
        "is_unit": bool(actor.unit_id),
    })  # fmt: skip


@require_safe
def unit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One unit in the five steps and the four doubles."""
    actor = actor_for(request)
    return _one(request, actor, "unit", people.unit(actor, pk))


@require_safe
def member(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One member in the five steps and the four doubles."""
    actor = actor_for(request)
    return _one(request, actor, "member", people.member(actor, pk))


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The member's own, or the unit's own, progress."""
    actor = actor_for(request)
    if actor.role == "member" and actor.member_id:
        return _one(request, actor, "member", people.member(actor, actor.member_id))
    if actor.unit_id:
        return redirect("progress:unit", actor.unit_id)
    return redirect("progress:list")


def _one(request: HttpRequest, actor: Actor, who: str, it: Any) -> HttpResponse:
    lines = queries.counts(who, [it.pk], today())[it.pk]
    own = it.pk in (actor.member_id, actor.unit_id)
    light = actor.role == "member"
    return render(request, "progress/mine.html" if light else "progress/one.html", {
        "it": it, "who": who, "own": own, "name": it.person.name if who == "member" else it.name,
        "doubles": queries.tracks(lines), "steps": queries.tracks(lines, by="step"),
        "next": queries.next_line(lines), "year": today().year,
    })  # fmt: skip


@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """What is not covered yet in the actor's places, each number with its list."""
    actor = actor_for(request)
    if actor.path is None:
        raise Forbidden("这一页给社区和上级看。")
    return render(
        request, "progress/gaps.html", {"gaps": uncovered.gaps(actor, today())}
    )

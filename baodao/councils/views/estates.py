"""Estate roles with terms and vacancies (L22), and organised life in estates (L23)."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import Forbidden, NotFound
from baodao.core.ids import uuid_of
from baodao.councils import queries_people, rules
from baodao.councils.forms import NoteForm, ReasonForm, TermForm
from baodao.councils.models import EstateNote
from baodao.councils.queries import Wanted
from baodao.councils.services import estates
from baodao.councils.services.estates import LEVEL
from baodao.councils.views.choosing import choose_person
from baodao.councils.views.frame import paged, shared, wanted_of
from baodao.people import roles
from baodao.people.models import RoleTie
from baodao.people.views.asking import (
    actor_of,
    form_page,
    get_only,
    get_or_post,
    require_role,
)
from baodao.places.forms import apart, submitted, taken
from baodao.places.models import Place
from baodao.ui.forms import Form
from baodao.ui.toast import toast

VACANT = {"any": "缺任何一种", **rules.ESTATE_ROLES}
NOTE_STATES = {k: v.title for k, v in rules.NOTE_STATES.items()}


@get_only
def estate_list(request: HttpRequest) -> HttpResponse:
    """Estates with who holds which role, and what is vacant."""
    actor = require_role(request, "estate_notes.view")
    wanted = wanted_of(request, VACANT, queries_people.WHEN)
    page = paged(request, queries_people.estates(actor, wanted))
    vacant = queries_people.estates(actor, Wanted(path=wanted.path, state="any"))
    context = {
        **shared(request, "estates"), "page": page,
        "rows": queries_people.lines(list(page)), "states": VACANT.items(),
        "whens": queries_people.WHEN.items(), "vacant": vacant.count(),
        "n": page.paginator.count, "may_give": _may_give(actor),
        "waiting": queries_people.notes(actor, Wanted(state="noted")).count(),
        "filtered": any(request.GET.get(k) for k in ("q", "place", "state", "when")),
    }  # fmt: skip
    return render(request, "councils/estates.html", context)


def _may_give(actor: Actor) -> bool:
    """Who may give the four roles; a worker looks on."""
    return can(actor, "roles.give") and roles.may_give(actor.role, "instructor")


@get_only
def estate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One estate: its roles and buildings, terms, and the log of organised life."""
    actor = require_role(request, "estate_notes.view")
    place = queries_people.estate(actor, pk)
    return _page(request, actor, place)


def _page(
    request: HttpRequest, actor: Actor, place: Place,
    bad: tuple[UUID, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    found = queries_people.posts(place)
    page = paged(request, queries_people.notes(actor, Wanted(path=place.path)))
    line = queries_people.lines([place])[0]
    context = {
        **shared(request, "estates"), "place": place, "posts": found, "page": page,
        "vacant": line.vacant, "where": queries_people.where(place),
        "tasks": [(rules.ESTATE_ROLES[r], t) for r, t in rules.ESTATE_TASKS.items()],
        "may_give": _may_give(actor), "bad": bad and bad[0],
        "may_note": can(actor, "estate_notes.note", EstateNote(place=place, path=place.path)),
        "notes": [
            (n, rules.NOTE_STATES[n.state], queries_people.note_events(n, actor),
             apart(bad[1] if bad and bad[0] == n.pk else _back_form(), n.pk))
            for n in page
        ],
    }  # fmt: skip
    return render(request, "councils/estate.html", context, status=422 if bad else 200)


def _back_form(data: Any = None) -> ReasonForm:
    return ReasonForm(data, label="要补充什么", help_text="记录人看得到。")


@get_or_post
def appoint(request: HttpRequest, pk: UUID, role: str) -> HttpResponse:
    """Choose who takes a vacant role, then the term. `pk` is the estate or building."""
    actor = require_role(request, "estate_notes.view")
    place = Place.objects.select_related("parent").filter(pk=pk, valid_to=None).first()
    if role not in LEVEL or place is None or place.level != LEVEL[role]:
        raise NotFound
    require(actor, "estate_notes.view", EstateNote(path=place.path))
    if not _may_give(actor):
        raise Forbidden("这几个职务由社区书记或乡镇（街道）党委来定。请告诉书记。")
    title = rules.ESTATE_ROLES[role]
    home = place.pk if place.level == LEVEL["instructor"] else place.parent_id
    back = (reverse("councils:estate", args=[home]), "小区组织")
    person_id = uuid_of(request.GET.get("person"))
    if person_id is None:
        here = reverse("councils:appoint", args=[pk, role])
        return choose_person(request, f"谁任{place.name}{title}", here, back)
    person = queries_people.person_to_appoint(actor, person_id)
    day = today()
    initial = {"valid_from": day, "valid_to": rules.term_end(day)}
    form = TermForm(request.POST or None, initial=initial)
    done = submitted(
        request,
        form,
        lambda d: estates.appoint(
            actor=actor,
            role=role,
            place_id=pk,
            person_id=person.pk,
            **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )
    if done:
        toast(request, f"{person.name}现在是{place.name}{title}")
        return redirect("councils:estate", pk=home)
    return form_page(
        request, form, f"{person.name}任{place.name}{title}", [back], submit="任命"
    )


@require_POST
def tie_act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Another term, or the end of this one."""
    actor = actor_of(request)
    tie = RoleTie.objects.select_related("person", "place").filter(pk=pk).first()
    verbs: dict[str, tuple[Any, str]] = {
        "renew": (estates.renew, "续任了"),
        "end": (estates.end, "卸任了"),
    }
    if tie is None or tie.role not in LEVEL or event not in verbs:
        raise NotFound
    require(actor, "estate_notes.view", EstateNote(path=tie.path or ""))
    if not _may_give(actor):
        raise Forbidden("这几个职务由社区书记或乡镇（街道）党委来定。请告诉书记。")
    verb, words = verbs[event]
    verb(actor=actor, tie_id=pk)
    assert tie.place
    toast(
        request,
        f"{tie.person.name}{words}",
        f"{tie.place.name}{roles.title(tie.role)}。",
    )
    at_estate = tie.place.level == LEVEL["instructor"]
    home = tie.place_id if at_estate else tie.place.parent_id
    return redirect("councils:estate", pk=home)


# --- organised life ---------------------------------------------------------------------


@get_only
def note_list(request: HttpRequest) -> HttpResponse:
    """The log of all estates in sight."""
    actor = require_role(request, "estate_notes.view")
    wanted = wanted_of(request, NOTE_STATES)
    page = paged(request, queries_people.notes(actor, wanted))
    context = {
        **shared(request, "estates"), "page": page, "states": NOTE_STATES.items(),
        "rows": [(n, rules.NOTE_STATES[n.state]) for n in page],
        "n": page.paginator.count,
        "filtered": any(request.GET.get(k) for k in ("place", "state")),
    }  # fmt: skip
    return render(request, "councils/notes.html", context)


@get_or_post
def note_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down one occasion in an estate."""
    actor = require_role(request, "estate_notes.view")
    place = queries_people.estate(actor, pk)
    require(actor, "estate_notes.note", EstateNote(place=place, path=place.path))
    form = NoteForm(request.POST or None, initial={"on": today()})
    done = submitted(
        request,
        form,
        lambda d: estates.note(
            actor=actor, place_id=pk, **d, client_id=request.POST.get("client_id", "")
        ),
    )
    if done:
        toast(request, "记好了", "等社区确认。")
        return redirect("councils:estate", pk=pk)
    trail = [(reverse("councils:estate", args=[pk]), place.name)]
    return form_page(request, form, "记组织生活", trail, submit="记好了")


@get_or_post
def note_amend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a returned one again."""
    actor = require_role(request, "estate_notes.view")
    row = _note(actor, pk)
    require(actor, "estate_notes.amend", row)
    rules.NOTE_FLOW.step(row.state, "amend")
    initial = {k: getattr(row, k) for k in ("kind", "on", "attended", "text", "advice")}
    form = NoteForm(request.POST or None, initial=initial)
    done = submitted(
        request, form, lambda d: estates.amend(actor=actor, note_id=pk, **d)
    )
    if done:
        toast(request, "补充好了", "等社区确认。")
        return redirect("councils:estate", pk=row.place_id)
    trail = [(reverse("councils:estate", args=[row.place_id]), row.place.name)]
    return form_page(request, form, "补充组织生活记录", trail, submit="再报")


def _note(actor: Actor, pk: UUID) -> EstateNote:
    row = EstateNote.objects.select_related("place").filter(pk=pk).first()
    if row is None:
        raise NotFound
    require(actor, "estate_notes.view", row)
    return row


@require_POST
def note_act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Confirm, or ask for more."""
    actor = require_role(request, "estate_notes.view")
    row = _note(actor, pk)
    if event not in ("confirm", "return"):
        raise NotFound
    require(actor, f"estate_notes.{event}", row)
    if event == "confirm":
        estates.confirm(actor=actor, note_id=pk)
        toast(request, "确认了", row.get_kind_display())
    else:
        form = _back_form(request.POST)
        ok = taken(form, lambda d: estates.give_back(actor=actor, note_id=pk, **d))
        if not ok:
            place = queries_people.estate(actor, row.place_id)
            return _page(request, actor, place, (pk, form))
        toast(request, "退回补充", row.made_name)
    return redirect("councils:estate", pk=row.place_id)

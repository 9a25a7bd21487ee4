"""Part-time members 兼职委员 and federations 党建联合体 (L20, L21)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.councils import queries, queries_people, rules
from baodao.councils.forms import (
    EndForm,
    FederationEditForm,
    FederationForm,
    ReasonForm,
    RecommendForm,
    SelectForm,
    TermForm,
    WordForm,
)
from baodao.councils.models import Federation, FederationMember, PartTimeMember
from baodao.councils.services import federations, part_time
from baodao.councils.views.choosing import choose_person
from baodao.councils.views.frame import paged, shared, wanted_of
from baodao.people.models import Person
from baodao.people.queries import units_at
from baodao.people.views.asking import (
    form_page,
    get_only,
    get_or_post,
    require_desk,
    require_role,
)
from baodao.places.forms import apart, submitted, taken
from baodao.places.models import Place
from baodao.places.queries import open_places, start
from baodao.places.rules import COMMUNITY, TOWNSHIP, community_path
from baodao.ui.forms import Form
from baodao.ui.toast import toast

SAID = {
    "select": ("人选确定了", "已请乡镇（街道）审批。"),
    "approve": ("批准了", "已请县（区）备案。"),
    "file": ("备案了", "社区可以聘任了。"),
    "appoint": ("聘任了", "兼职委员的身份同时生效。"),
    "decline": ("没有通过", "已告诉推荐的单位。"),
    "end": ("卸任了", "兼职委员的身份同时结束。"),
}
PART_TIME_TRAIL = ("part_times", "兼职委员")


def part_time_tab(request: HttpRequest) -> str:
    tab = request.GET.get("tab", "appointed")
    return tab if tab in queries_people.PART_TIME_TABS else "appointed"


@get_only
def part_times(request: HttpRequest) -> HttpResponse:
    """Who sits in the committees, who is to; 7 to 9 are suggested for each."""
    actor = require_role(request, "part_time.view")
    wanted = wanted_of(request, whens=queries_people.WHEN)
    found = queries_people.part_times(actor, wanted)
    tab, counts = part_time_tab(request), queries_people.part_time_counts(found)
    page = paged(request, found.filter(state__in=queries_people.PART_TIME_TABS[tab][1]))
    committees = queries_people.committees(actor, wanted.path) if actor.path else []
    left = part_time.left_post(list(page))
    context = {
        **shared(request, "part_times"), "tab": tab, "page": page, "n": counts[tab],
        "tabs": [(k, v[0], counts[k]) for k, v in queries_people.PART_TIME_TABS.items()],
        "rows": [(p, rules.PART_TIME_STATES[p.state], left.get(p.pk, "")) for p in page],
        "committees": [c for c in committees if c.warning], "whens": queries_people.WHEN.items(),
        "may_recommend": can(actor, "part_time.recommend"),
        "filtered": any(request.GET.get(k) for k in ("q", "place", "when")),
    }  # fmt: skip
    return render(request, "councils/part_times.html", context)


@get_or_post
def recommend(request: HttpRequest) -> HttpResponse:
    """Choose the person, then the community and the post."""
    actor = require_desk(request, "part_time.recommend", "part_time.view")
    pk = uuid_of(request.GET.get("person"))
    back = (reverse("councils:part_times"), "兼职委员")
    if pk is None:
        return choose_person(
            request, "推荐谁任兼职委员", reverse("councils:part_time_new"), back
        )
    person = queries_people.person_to_appoint(actor, pk)
    form = RecommendForm(request.POST or None, places=_places(actor))
    done = submitted(
        request,
        form,
        lambda d: part_time.recommend(
            actor=actor, person_id=person.pk, place_id=d["place"].pk, post=d["post"],
            task=d["task"], unit_id=_unit_of(person),
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if done:
        toast(request, "推荐好了", "等社区研究确定人选。")
        return redirect("councils:part_time", pk=done.id)
    return form_page(
        request, form, f"推荐{person.name}任兼职委员", [back], submit="推荐"
    )


def _unit_of(person: Person) -> UUID | None:
    member = getattr(person, "member", None)
    found: UUID | None = member.unit_id if member else person.unit_id
    return found


def _places(actor: Actor) -> Any:
    """The communities where somebody may be recommended: one's own, or those with the
    unit's contact points."""
    if actor.path is not None:
        return open_places(actor).filter(level=COMMUNITY).select_related("parent")
    from baodao.people.models import ContactTie
    from baodao.people.queries import current

    ties = ContactTie.objects.filter(current(), unit=actor.unit_id)
    paths = {community_path(p) for p in ties.values_list("path", flat=True)}
    found = Place.objects.filter(path__in=paths, valid_to=None)
    return found.select_related("parent").order_by("path")


@get_only
def part_time_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "part_time.view")
    return _part_time(request, actor, queries_people.part_time(actor, pk))


def _forms(row: PartTimeMember, data: Any = None) -> dict[str, Callable[[], Form]]:
    day = today()
    term = {"valid_from": day, "valid_to": rules.term_end(day)}
    return {
        "select": lambda: SelectForm(data, initial={"task": row.task}),
        "approve": lambda: WordForm(data),
        "file": lambda: WordForm(data),
        "appoint": lambda: TermForm(data, initial=term),
        "decline": lambda: ReasonForm(
            data, label="为什么不通过", help_text="推荐的单位看得到。"
        ),
        "end": lambda: EndForm(data),
    }


def _part_time(
    request: HttpRequest, actor: Actor, row: PartTimeMember,
    bad: tuple[str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    events = queries_people.part_time_events(row, actor)
    bound = dict([bad]) if bad else {}
    forms = {
        e: apart(bound.get(e) or make(), e)
        for e, make in _forms(row).items()
        if e in events
    }
    state = rules.PART_TIME_STATES[row.state]
    whose = {"community": "社区", "superior": ""}.get(state.side, "")
    context = {
        **shared(request, "part_times"), "p": row, "state": state, "bad": bad and bad[0],
        "main": [(e, TITLES[e], forms[e]) for e in events if e not in ("decline", "end")],
        "other": [(e, TITLES[e], forms[e]) for e in events if e in ("decline", "end")],
        "left": part_time.left_post([row]).get(row.pk, ""),
        "story": queries.story(row.pk, state.verb and f"等{whose}{state.verb}", state.icon),
    }  # fmt: skip
    return render(
        request, "councils/part_time.html", context, status=422 if bad else 200
    )


TITLES = {
    "select": "确定人选", "approve": "批准", "file": "备案", "appoint": "聘任",
    "decline": "不通过", "end": "卸任",
}  # fmt: skip


@require_POST
def part_time_act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """One step of the appointment, or its end."""
    if event not in SAID:
        raise NotFound
    actor = require_role(request, "part_time.view")
    row = queries_people.part_time(actor, pk)
    require(actor, f"part_time.{event}", row)
    form = _forms(row, request.POST)[event]()
    verb: Any = getattr(part_time, event)
    if not taken(form, lambda d: verb(actor=actor, part_time_id=pk, **d)):
        return _part_time(request, actor, row, (event, form))
    toast(request, *SAID[event])
    return redirect("councils:part_time", pk=pk)


# --- federations ------------------------------------------------------------------------

STATES = {"over": "到期或撤销的"}


@get_only
def federation_list(request: HttpRequest) -> HttpResponse:
    """In the order of places."""
    actor = require_role(request, "federations.view")
    page = paged(request, queries_people.federations(actor, wanted_of(request, STATES)))
    context = {
        **shared(request, "federations"), "page": page, "states": STATES.items(),
        "may_form": can(actor, "federations.form"), "n": page.paginator.count,
        "filtered": any(request.GET.get(k) for k in ("q", "place", "state")),
    }  # fmt: skip
    return render(request, "councils/federations.html", context)


@get_or_post
def federation_new(request: HttpRequest) -> HttpResponse:
    """Of one's community, or of several of one's township."""
    actor = require_desk(request, "federations.form", "federations.view")
    place = start(actor)
    if place is None or place.level not in (TOWNSHIP, COMMUNITY):
        raise NotFound
    below = open_places(actor).filter(level=COMMUNITY)
    initial = {
        "name": f"{place.name}党建联合体",
        "valid_to": rules.term_end(today()),
    }
    form = FederationForm(
        request.POST or None, communities=below if place.level == TOWNSHIP else None,
        units=units_at(place.path), initial=initial,
    )  # fmt: skip
    done = submitted(
        request,
        form,
        lambda d: federations.form(
            actor=actor, place_id=place.pk, name=d["name"], head=d["head"],
            head_post=d["head_post"], about=d["about"], valid_to=d["valid_to"],
            communities=[p.pk for p in d.get("communities", ())],
            units=[u.pk for u in d["units"]],
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if done:
        toast(request, "联合体组建好了")
        return redirect("councils:federation", pk=done.id)
    trail = [(reverse("councils:federations"), "党建联合体")]
    return form_page(request, form, "组建党建联合体", trail, submit="组建")


@get_only
def federation(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "federations.view")
    return _federation(request, actor, queries_people.federation(actor, pk))


def _federation(
    request: HttpRequest, actor: Actor, row: Federation,
    bad: tuple[str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    places, units = queries_people.federated(row)
    live = not row.dissolved and row.valid_to > today()
    held = [m.unit_id for m in units if m.unit_id]
    bound = dict([bad]) if bad else {}
    initial = {k: getattr(row, k) for k in ("head", "head_post", "valid_to", "about")}
    may = not row.dissolved and can(actor, "federations.edit", row)
    context = {
        **shared(request, "federations"), "f": row, "live": live, "may": may,
        "in_places": places, "units": units, "bad": bad and bad[0],
        "free": units_at(row.path).exclude(pk__in=held) if may and live else [],
        "edit_form": apart(bound.get("edit") or FederationEditForm(initial=initial), "edit"),
        "dissolve_form": apart(
            bound.get("dissolve")
            or ReasonForm(label="为什么撤销", help_text="社区和上级看得到。"), "dissolve",
        ),
        "soon": live and (row.valid_to - today()).days <= rules.SOON_DAYS,
        "story": queries.story(row.pk),
    }  # fmt: skip
    return render(
        request, "councils/federation.html", context, status=422 if bad else 200
    )


@require_POST
def federation_act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Change head or term, take in a unit, let one go, dissolve."""
    actor = require_role(request, "federations.view")
    row = queries_people.federation(actor, pk)
    if event in ("join", "leave"):
        return _membership(request, actor, row, event)
    verbs: dict[str, tuple[Form, Callable[..., Any], str]] = {
        "edit": (FederationEditForm(request.POST), federations.edit, "改好了"),
        "dissolve": (ReasonForm(request.POST), federations.dissolve, "联合体撤销了"),
    }
    if event not in verbs:
        raise NotFound
    require(actor, f"federations.{event}", row)
    form, verb, words = verbs[event]
    if not taken(form, lambda d: verb(actor=actor, federation_id=pk, **d)):
        return _federation(request, actor, row, (event, form))
    toast(request, words)
    return redirect("councils:federation", pk=pk)


def _membership(
    request: HttpRequest, actor: Actor, row: Federation, event: str
) -> HttpResponse:
    which = uuid_of(request.POST.get("unit" if event == "join" else "member"))
    require(actor, "federations.edit", row)
    if which is None:
        toast(request, "还没有选单位", "请从名单里选一家。", tone="late")
    elif event == "join":
        federations.join(actor=actor, federation_id=row.pk, unit_id=which)
        toast(request, "加进来了")
    else:
        member = FederationMember.objects.filter(pk=which, federation=row).first()
        if member is None:
            raise NotFound
        federations.leave(actor=actor, member_id=which)
        toast(request, "退出了", "今天起不再是成员。")
    return redirect("councils:federation", pk=row.pk)

"""The issuer's side: the list, one directive with everybody who has it, writing,
choosing, publishing and ending it."""

from datetime import timedelta
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
from baodao.oversight import queries, rules, services
from baodao.oversight.forms import DirectiveForm, ReasonForm
from baodao.oversight.models import Directive
from baodao.oversight.views.frame import shared, wanted_of
from baodao.people.views.asking import (
    actor_of,
    form_page,
    get_only,
    get_or_post,
    paged,
    require_desk,
    require_role,
    word,
)
from baodao.places.forms import apart, submitted, taken
from baodao.ui.forms import Form
from baodao.ui.toast import toast

SAID = {
    "publish": ("发布了", "每一家都列为应办，签收、完成都看得到。"),
    "drop": ("不发了", ""),
    "withdraw": ("撤回了", "没办完的都不用办了，已告诉他们。"),
    "close": ("结束了", "没办完的不用再办。"),
}


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", queries.TABS) or "published"


@get_only
def directive_list(request: HttpRequest) -> HttpResponse:
    """What was issued here and below; who only receives has another page."""
    actor = actor_of(request)
    if not can(actor, "directives.view") and can(actor, "directive_items.receive"):
        return redirect("oversight:items")
    actor = require_role(request, "directives.view")
    found = queries.directives(actor, wanted_of(request))
    tab, counts = tab_of(request), queries.tab_counts(found)
    page = paged(request, queries.in_tab(found, tab))
    context = {
        **shared(request, "directives"), "tab": tab, "page": page, "n": counts[tab],
        "tabs": [(k, v[0], counts[k]) for k, v in queries.TABS.items()],
        "cards": queries.cards(page, actor), "states": rules.STATES,
        "may_new": can(actor, "directives.draft"),
        "filtered": any(request.GET.get(k) for k in ("q", "place", "year")),
    }  # fmt: skip
    return render(request, "oversight/directives.html", context)


@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """A draft; nobody is told yet."""
    actor = require_desk(request, "directives.draft", "directives.view")
    return write(request, actor)


def write(
    request: HttpRequest, actor: Actor, parent: Any = None, it: Directive | None = None
) -> HttpResponse:
    """The form of a draft, new, passed on from an item, or again."""
    until = parent.due_on if parent else None
    form = DirectiveForm(
        request.POST or None, role=actor.role, until=until, initial=_initial(parent, it)
    )

    def do(d: dict[str, Any]) -> Any:
        everyone = d.pop("how") == "all"
        kept = it.targets if it and it.to == d["to"] else ()
        said = services.Said(
            **d, everyone=everyone or not kept, targets=() if everyone else kept
        )
        if it:
            return services.edit(actor=actor, directive_id=it.pk, said=said)
        return services.draft(
            actor=actor, said=said, parent_id=parent.pk if parent else None,
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip

    done = submitted(request, form, do)
    if done:
        toast(request, "草稿存好了", "看过再发布。")
        some = form.data.get("how") == "some"
        return redirect(f"oversight:directive{'_choose' if some else ''}", pk=done.id)
    title = "改草稿" if it else "转办" if parent else "发一个工作要求"
    note = "先存草稿，看过再发布。发布以后不能改，只能撤回。"
    return form_page(
        request, form, title, _trail(it or parent), note=note, submit="存草稿"
    )


def _initial(parent: Any, it: Directive | None) -> dict[str, Any]:
    source = it or (parent.directive if parent else None)
    due_on = today() + timedelta(days=14)
    if source is None:
        return {"due_on": due_on, "how": "all"}
    return {
        "title": source.title, "text": source.text,
        "due_on": it.due_on if it else parent.due_on,
        "to": it.to if it else None, "how": "all" if not it or it.everyone else "some",
    }  # fmt: skip


def _trail(it: Any) -> list[tuple[str, str]]:
    found = [(reverse("oversight:directives"), "工作要求")]
    if isinstance(it, Directive):
        found.append((reverse("oversight:directive", args=[it.pk]), it.title))
    elif it is not None:
        found.append((reverse("oversight:item", args=[it.pk]), it.directive.title))
    return found


def _own(request: HttpRequest, pk: UUID, event: str) -> tuple[Actor, Directive]:
    actor = require_desk(request, f"directives.{event}", "directives.view")
    d = queries.directive(actor, pk)
    require(actor, f"directives.{event}", d)
    if not queries.is_own(actor, d):
        raise Forbidden(f"这一件由{d.issuer}来定。")
    return actor, d


@get_or_post
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Before it is published."""
    actor, d = _own(request, pk, "edit")
    rules.FLOW.step(d.state, "edit")
    return write(request, actor, d.parent, d)


@get_or_post
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """By list: tick whom it goes to."""
    actor, d = _own(request, pk, "edit")
    rules.FLOW.step(d.state, "edit")
    rows = list(services.addressees(d)[: rules.MOST])
    if request.method == "POST":
        chosen = [i for v in request.POST.getlist("to") if (i := uuid_of(v))]
        said = services.Said(
            d.title, d.text, d.due_on, d.to, everyone=not chosen, targets=chosen
        )
        services.edit(actor=actor, directive_id=pk, said=said)
        toast(request, f"选了{len(chosen)}家" if chosen else "没有勾选，发给全部")
        return redirect("oversight:directive", pk=pk)
    context = {
        **shared(request, "directives"), "d": d, "crumbs": _trail(d),
        "rows": [(r, r.pk in d.targets) for r in rows], "units": d.to == "unit",
    }  # fmt: skip
    return render(request, "oversight/choose.html", context)


@get_only
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "directives.view")
    return _page(request, actor, queries.directive(actor, pk))


def _page(
    request: HttpRequest, actor: Actor, d: Directive,
    bad: tuple[str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    wanted, day = wanted_of(request), today()
    n = queries.cards([d], actor)[0].n
    page = paged(request, queries.of_directive(d, wanted))
    state, bound = rules.STATES[d.state], dict([bad]) if bad else {}
    planned = services.addressees(d) if d.state == "draft" else None
    left = n["all"] - n["accepted"] - n["released"]
    context = {
        **shared(request, "directives"), "d": d, "state": state, "n": n, "page": page,
        "figures": [(k, v, n[k]) for k, v in rules.FIGURES.items() if n[k] or k == "all"],
        "figure": wanted.figure or "all", "events": queries.events(d, actor),
        "rows": [(i, queries.item_state(i, day)) for i in page], "left": left,
        "planned": planned.count() if planned is not None and d.everyone else len(d.targets),
        "story": queries.story(d.pk, state.verb and f"轮到{d.issuer}{state.verb}", state.icon),
        "bad": bad and bad[0],
        **{f"{e}_form": apart(bound.get(e) or _reason(e), e) for e in ("withdraw", "close")},
    }  # fmt: skip
    return render(
        request, "oversight/directive.html", context, status=422 if bad else 200
    )


def _reason(event: str, data: Any = None) -> ReasonForm:
    if event == "withdraw":
        return ReasonForm(data, label="为什么撤回")
    return ReasonForm(
        data,
        label="没办完的，为什么不再办",
        required=False,
        help_text="都办完了可以不写。",
    )


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Publish, drop, withdraw, close."""
    if event not in SAID:
        raise NotFound
    actor = require_role(request, "directives.view")
    d = queries.directive(actor, pk)
    require(actor, f"directives.{event}", d)
    form = _reason(event, request.POST) if event in ("withdraw", "close") else None
    verb: Any = getattr(services, event)
    if not taken(form, lambda data: verb(actor=actor, directive_id=pk, **data)):
        assert form
        return _page(request, actor, d, (event, form))
    toast(request, *SAID[event])
    return redirect("oversight:directive", pk=pk)


@get_only
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The directive with who has it, for the file."""
    actor = require_role(request, "directives.view")
    d = queries.directive(actor, pk)
    day = today()
    rows = queries.of_directive(d, queries.Wanted())
    context = {
        "d": d, "state": rules.STATES[d.state], "n": queries.cards([d], actor)[0].n,
        "rows": [(i, queries.item_state(i, day)) for i in rows],
        "back_url": reverse("oversight:directive", args=[pk]),
    }  # fmt: skip
    return render(request, "oversight/print.html", context)

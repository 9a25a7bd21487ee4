"""The list and the page of one thing, the same for every subject of exchange."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.errors import Invalid, NotFound
from baodao.exchange.sections import sections
from baodao.exchange.subjects import (
    Subject,
    card,
    cards,
    chosen,
    counts,
    in_tab,
    one,
    possible,
    story,
    subject,
)
from baodao.people.views.asking import actor_for
from baodao.places.forms import refuse
from baodao.ui.toast import toast

PAGE = 50
SOON = timedelta(days=1)


@require_safe
def listing(request: HttpRequest, code: str) -> HttpResponse:
    """One list by tabs; all filters live in the address."""
    s = subject(code)
    actor = actor_for(request, f"{s.prefix}.view")
    tab, found, filtered = chosen(s, request, actor)
    n = counts(s, found)
    page = Paginator(in_tab(s, found, tab), PAGE).get_page(request.GET.get("page"))
    return render(request, "exchange/list.html", {
        "s": s, "sections": sections(actor, s.code), "tab": tab, "page": page,
        "tabs": [(k, v[0], n[k]) for k, v in s.tabs.items()], "n": n[tab],
        "tab_title": s.tabs[tab][0], "cards": cards(s, list(page.object_list), actor, clock_now()),
        "filtered": filtered, "q": request.GET.get("q", ""),
        "chips": [(c.label, c.name, c.choices.items()) for c in s.chips],
        "route": f"exchange:{s.code}", "may_new": any(can(actor, a) for a in s.may_new),
        "links": s.links(actor), "summary": s.summary(actor),
    })  # fmt: skip


@require_safe
def detail(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    s = subject(code)
    actor = actor_for(request, f"{s.prefix}.view")
    return page_of(request, s, actor, one(s, actor, pk))


def page_of(
    request: HttpRequest, s: Subject, actor: Actor, it: Any,
    bad: tuple[str, Any] | None = None,
) -> HttpResponse:  # fmt: skip
    """The page of one thing with the steps this actor may take; `bad`: a step whose
    form has to be mended."""
    now = clock_now()
    steps = [
        (e, s.asks[e], _form(s, e, it, bad), reverse(f"exchange:{s.code}_act", args=[it.pk, e]))
        for e in possible(s, it, actor)
    ]  # fmt: skip
    return render(request, "exchange/detail.html", {
        "s": s, "it": it, "card": card(s, it, s.words([it])[it.pk], actor, now),
        "facts": s.facts(it), "story": story(s, it, now), "panels": s.panels,
        "due": [x for x in steps if x[1].look == "due"],
        "others": [x for x in steps if x[1].look != "due"],
        "bad": bad and bad[0], "back": reverse(f"exchange:{s.code}_list"),
        **s.more(it, actor),
    }, status=422 if bad else 200)  # fmt: skip


def _form(s: Subject, event: str, it: Any, bad: tuple[str, Any] | None) -> Any:
    if bad and bad[0] == event:
        return bad[1]
    make = s.asks[event].form
    return make(it=it, prefix=event) if make else None


@require_POST
def act(request: HttpRequest, pk: UUID, code: str, event: str) -> HttpResponse:
    """One step. Refused input comes back with the page, 422."""
    s = subject(code)
    if event not in s.asks:
        raise NotFound
    actor = actor_for(request, f"{s.prefix}.{event}")
    it, ask = one(s, actor, pk), s.asks[event]
    form = None
    if ask.form:
        form = ask.form(request.POST, request.FILES, it=it, prefix=event)
        if not form.is_valid():
            return page_of(request, s, actor, it, (event, form))
    try:
        ask.do(
            actor=actor, pk=it.pk, client_id=request.POST.get("client_id", ""),
            **(form.cleaned_data if form else {}),
        )  # fmt: skip
    except Invalid as error:
        if form is None:
            raise
        refuse(form, error)
        return page_of(request, s, actor, it, (event, form))
    toast(request, *ask.said)
    return redirect(f"exchange:{s.code}", it.pk)

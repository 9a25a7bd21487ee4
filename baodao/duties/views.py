"""The list of what is owed, and one duty with what may be done about it. Where it is
fulfilled is the page of its subject (`rules.Kind.url`)."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Invalid, NotFound
from baodao.duties import queries, rules, services
from baodao.duties.forms import FORMS
from baodao.duties.models import Duty
from baodao.people.models import Member
from baodao.people.views.asking import actor_for
from baodao.places import basis
from baodao.places.forms import refuse
from baodao.ui.forms import Form
from baodao.ui.paging import FOUND, MOST, NEWEST, SOONEST, UpTo, words_of
from baodao.ui.toast import toast

PAGE = 50
SAID = {
    "excuse": "已免办",
    "attempt": "记好了",
    "stand_in": "代办的人已记好",
    "restore": "已撤回免办",
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Duties by whose turn it is; all filters live in the address."""
    actor = actor_for(request, "duties.view")
    tab, found = chosen(request, actor)
    day = today()
    most = FOUND if request.GET.get("q", "").strip() else MOST
    counts = queries.numbers(found, day, most)
    said = NEWEST if tab == "settled" else SOONEST
    pages = UpTo(queries.in_tab(found, tab, day), PAGE, counts[tab], most, said)
    page = pages.get_page(request.GET.get("page"))
    rows = queries.on_page(page.object_list, tab) if counts[tab] else []
    light = actor.role == "member"
    return render(request, "duties/list_member.html" if light else "duties/list.html", {
        "tab": tab, "n": counts[tab], "page": page,
        "told": words_of(counts[tab], most),
        "tabs": [(k, t, words_of(counts[k], most)) for k, t in queries.TABS.items()],
        "cards": queries.cards(list(rows), clock_now()),
        "kinds": [(k.code, k.title) for k in rules.KINDS.values()],
        "q": request.GET.get("q", ""),
        "filtered": any(request.GET.get(k) for k in ("q", "kind", "month")),
        "is_unit": actor.role.startswith("unit_"),
    })  # fmt: skip


def chosen(request: HttpRequest, actor: Actor) -> tuple[str, QuerySet[Duty]]:
    """What the address asks for: the tab, and the rows of all tabs."""
    tab = request.GET.get("tab", "soon")
    words = {k: request.GET.get(k, "") for k in ("q", "kind", "month")}
    found = queries.narrowed(queries.listed(actor), **words)
    return (tab if tab in queries.TABS else "soon"), found


@require_safe
def duty(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_for(request, "duties.view")
    return _page(request, actor, _duty_for(actor, pk))


def _duty_for(actor: Actor, pk: UUID) -> Duty:
    related = ("member__person", "stand_in__person")
    found = Duty.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound
    require(actor, "duties.view", found)
    return found


def _page(
    request: HttpRequest, actor: Actor, it: Duty, bad: tuple[str, Form] | None = None
) -> HttpResponse:
    steps = queries.possible(it, actor)
    forms = {
        f"{e}_form": FORMS[e](initial={"on": today()}) for e in steps if e in FORMS
    }
    if bad:
        forms[f"{bad[0]}_form"] = bad[1]
    kind = rules.KINDS[it.kind]
    light = actor.role == "member"
    may_do = it.state in rules.OPEN and can(actor, "duties.fulfil", it)
    return render(
        request, "duties/duty_member.html" if light else "duties/duty.html",
        {
            "it": it, "card": queries.cards([it], clock_now())[0], "kind": kind,
            "state": rules.STATES[it.state], "steps": steps, "bad": bad and bad[0],
            "story": queries.timeline(it, actor),
            "do_url": reverse(kind.url, args=[it.pk]) if kind.url and may_do else "",
            "until": rules.make_up_until(it.kind, it.due_on),
            "rests": basis.of("duty", it.kind, it.path), **forms,
        },
        status=422 if bad else 200,
    )  # fmt: skip


@require_POST
def do(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Excuse, attempt, stand-in, restore. Refused input comes back with the page."""
    if event not in SAID:
        raise NotFound
    actor = actor_for(request, f"duties.{event}")
    it = _duty_for(actor, pk)
    form = FORMS[event](request.POST) if event in FORMS else None
    if form is not None and not form.is_valid():
        return _page(request, actor, it, (event, form))
    try:
        _take(actor, it, event, form.cleaned_data if form else {})
    except Invalid as error:
        if form is None:
            raise
        refuse(form, error)
        return _page(request, actor, it, (event, form))
    toast(request, f"{SAID[event]}：{it.title}。")
    return redirect("duties:duty", it.pk)


def _take(actor: Actor, it: Duty, event: str, words: dict[str, Any]) -> None:
    if event == "stand_in":
        number = words["number"].strip()
        services.stand_in(actor=actor, duty_id=it.pk, member_id=_member(number))
    elif event == "excuse":
        services.excuse(actor=actor, duty_id=it.pk, **words)
    elif event == "attempt":
        services.attempt(actor=actor, duty_id=it.pk, **words)
    else:
        services.restore(actor=actor, duty_id=it.pk)


def _member(number: str) -> UUID | None:
    if not number:
        return None
    found = (
        Member.objects.filter(volunteer_no=number).values_list("id", flat=True).first()
    )
    if found is None:
        raise Invalid(fields={"number": "没有这个志愿者编号。请到党员名册里核对。"})
    return found

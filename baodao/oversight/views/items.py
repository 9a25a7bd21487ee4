"""The addressee's side: what I am asked to do, one of them with its steps, passing it
on; and the issuer's answers to one addressee."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require, visible
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, NotFound
from baodao.duties.models import Duty
from baodao.oversight import queries, rules, services
from baodao.oversight.forms import AskForm, ReasonForm, ReportForm
from baodao.oversight.models import DirectiveItem
from baodao.oversight.views.directives import write
from baodao.oversight.views.frame import shared, wanted_of
from baodao.people.views.asking import (
    actor_of,
    get_only,
    get_or_post,
    paged,
    require_role,
    word,
)
from baodao.places.forms import apart, taken
from baodao.ui.forms import Form
from baodao.ui.toast import toast

SAID = {
    "receive": ("签收了", "发文单位看得到。办好后在这里报完成。"),
    "report": ("报了完成", "等发文单位确认。"),
    "ask_time": ("延期报上去了", "等发文单位答复，原来的时限还算数。"),
    "give_time": ("同意延期了", "时限和应办一起改了。"),
    "refuse_time": ("没有同意", "已告诉对方。"),
    "accept": ("确认完成了", "已告诉对方。"),
    "send_back": ("退回再办", "已告诉对方，重新列为应办。"),
}


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", queries.ITEM_TABS) or "todo"


@get_only
def item_list(request: HttpRequest) -> HttpResponse:
    """What this desk or unit is asked to do, the nearest deadline first."""
    actor = require_role(request, "directive_items.receive")
    tab, counts = tab_of(request), queries.mine_counts(actor)
    page = paged(request, queries.mine(actor, wanted_of(request), tab))
    day, now = today(), clock_now()
    context = {
        **shared(request, "items"), "tab": tab, "page": page, "n": counts[tab],
        "tabs": [(k, v[0], counts[k]) for k, v in queries.ITEM_TABS.items()],
        "rows": [(i, queries.item_state(i, day), queries.clock_of(i, now)) for i in page],
        "filtered": any(request.GET.get(k) for k in ("q", "figure")),
    }  # fmt: skip
    return render(request, "oversight/items.html", context)


@get_only
def item(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "directive_items.view")
    return _page(request, actor, queries.item(actor, pk))


def _forms(event: str, data: Any = None) -> Form | None:
    """The form of an act, if it has one."""
    if event == "report":
        return ReportForm(data)
    if event == "ask_time":
        return AskForm(data)
    if event == "give_time":
        return ReasonForm(data, label="说一句", required=False, help_text="可以不写。")
    labels = {"refuse_time": "为什么不同意", "send_back": "还差什么"}
    if event in labels:
        return ReasonForm(data, label=labels[event], help_text="对方看得到。")
    return None


def _page(
    request: HttpRequest, actor: Actor, i: DirectiveItem,
    bad: tuple[str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    events, bound = queries.item_events(i, actor), dict([bad]) if bad else {}
    forms = {
        f"{e}_form": apart(bound.get(e) or form, e)
        for e in events
        if (form := _forms(e)) is not None
    }
    state = rules.ITEM_STATES[i.state]
    whose = i.name if state.side == "unit" else i.directive.issuer
    expected = state.verb and f"轮到{whose}{state.verb}"
    if i.ask_until:
        expected = f"轮到{i.directive.issuer}答复延期"
    may_pass = (
        queries.is_mine(actor, i)
        and i.state in rules.RUNNING
        and can(actor, "directives.draft")
    )
    context = {
        **shared(request, "items" if queries.is_mine(actor, i) else "directives"),
        "i": i, "d": i.directive, "events": events, "bad": bad and bad[0],
        "mine": queries.is_mine(actor, i), "state": queries.item_state(i, today()),
        "clock": queries.clock_of(i, clock_now()), "passed": queries.passed_on(i),
        "may_pass": may_pass, "may_up": can(actor, "directives.view", i.directive),
        "story": queries.story(i.pk, expected, state.icon),
        **forms,
    }  # fmt: skip
    return render(request, "oversight/item.html", context, status=422 if bad else 200)


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Every step of an item, the addressee's and the issuer's."""
    if event not in SAID:
        raise NotFound
    actor = require_role(request, "directive_items.view")
    i = queries.item(actor, pk)
    require(actor, f"directive_items.{event}", i)
    form = _forms(event, request.POST)
    verb: Any = getattr(services, event)
    if not taken(form, lambda data: verb(actor=actor, item_id=pk, **data)):
        assert form
        return _page(request, actor, i, (event, form))
    toast(request, *SAID[event])
    return redirect("oversight:item", pk=pk)


@get_or_post
def pass_on(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A directive of one's own to those below, linked to what was asked for."""
    actor = require_role(request, "directive_items.view")
    i = queries.item(actor, pk)
    if not (queries.is_mine(actor, i) and can(actor, "directives.draft")):
        raise Forbidden("转办由收到的县（区）或乡镇（街道）来做。")
    if i.state not in rules.RUNNING:
        raise Conflict("这一件已经报了完成或了结，不用再转办。")
    return write(request, actor, i)


@get_only
def duty(request: HttpRequest, pk: UUID) -> HttpResponse:
    """From a duty to where one does it."""
    found = visible(
        Duty.objects.filter(pk=pk), actor_of(request), "duties.view"
    ).first()
    if found is None or found.source_kind != "directive_item":
        raise NotFound
    return redirect("oversight:item", pk=found.source_id)

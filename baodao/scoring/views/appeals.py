"""Appeals: filing, the desks of both instances, the paper."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.errors import NotFound
from baodao.people.views.asking import (
    form_page,
    get_only,
    get_or_post,
    paged,
    path_in,
    places_below,
    require_desk,
    require_role,
    word,
)
from baodao.places.forms import apart, submitted
from baodao.scoring import queries_deductions as queries
from baodao.scoring import rules_appeals as rules
from baodao.scoring.forms_deductions import FileForm, ReplyForm, SecondForm
from baodao.scoring.models import Appeal
from baodao.scoring.services import appealing
from baodao.scoring.services.appealing_parts import earlier, instead_of
from baodao.scoring.views.due import Bad, own, shown, stepped, tabs
from baodao.ui.forms import Form
from baodao.ui.toast import toast

SAID = {
    "admit": "受理了",
    "not_admit": "没有受理",
    "uphold": "一审：申诉成立",
    "partly": "一审：部分成立",
    "dismiss": "一审：不成立",
    "pass_up": "转到县（区）委组织部了",
    "withdraw": "撤回了",
    "second": "申请了二审",
    "final_uphold": "二审：成立",
    "final_dismiss": "二审：维持",
    "execute": "执行完了",
}
PLAIN = ("admit", "withdraw", "execute", "pass_up")  # nothing to fill in


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", queries.APPEAL_TABS) or "open"


def wanted_of(request: HttpRequest) -> queries.Wanted:
    return queries.Wanted(
        text=request.GET.get("q", "")[:40], path=path_in(request, "place")
    )


@get_only
def appeal_list(request: HttpRequest) -> HttpResponse:
    """The desks' and the own ones: what is due first stands first."""
    actor = require_role(request, "appeals.view")
    found, at = queries.appeals(actor, wanted_of(request)), clock_now()
    tab, counts = tab_of(request), queries.appeal_counts(found)
    page = paged(request, queries.appeals_in(found, tab))
    context = {
        **tabs(actor, "appeals"), "tab": tab, "page": page, "n": counts[tab],
        "tabs": [(k, v[0], counts[k]) for k, v in queries.APPEAL_TABS.items()],
        "rows": [
            (a, rules.STATES[a.state], queries.appeal_clock(a, at),
             bool(queries.appeal_events(a, actor, at)))
            for a in page
        ],
        "places": places_below(request), "q": request.GET.get("q", "")[:40],
        "filtered": any(request.GET.get(k) for k in ("q", "place")),
    }  # fmt: skip
    return shown(request, actor, "appeals", context)


@get_or_post
def new(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Appeal against one decision; a worker writes down what was said."""
    actor = require_desk(request, "appeals.file", "appeals.view")
    it = appealing.about(kind, pk)
    probe = Appeal(path=it.path, unit_id=it.unit_id, member_id=it.member_id)
    require(actor, "appeals.file", probe)
    if request.method == "GET":
        if there := earlier(pk, it.since):
            return redirect("scoring:appeal", pk=there.pk)
        appealing.check_open(it)
    at = clock_now()
    late = at > appealing.limit_of(it, at)
    form = FileForm(request.POST or None, late=late, kind=kind)
    done = submitted(
        request, form,
        lambda d: appealing.file(
            actor=actor, kind=kind, object_id=pk, **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if done:
        toast(request, "申诉交上去了", "复核期间暂不计入，有答复会发消息。")
        return redirect("scoring:appeal", pk=done.id)
    note = f"对“{it.title}”不服。乡镇（街道）复核，不会因为申诉而更重。"
    if not own(actor):
        note += "您在代写：照本人说的写，写完念给本人听。"
    return form_page(
        request, form, "申诉", [(it.url, it.title)], note=note, submit="提出申诉"
    )


@get_only
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "appeals.view")
    return _page(request, actor, queries.appeal(actor, pk))


def _forms(a: Appeal, data: Any = None) -> dict[str, Form]:
    """Of the events that ask for words."""
    remedies = appealing.KINDS[a.kind].remedies(a.object_id)
    return {
        **{
            e: ReplyForm(data)
            for e in ("not_admit", "uphold", "dismiss", "final_uphold", "final_dismiss")
        },
        **({"partly": ReplyForm(data, remedies=remedies)} if remedies else {}),
        "second": SecondForm(data),
    }


def _page(
    request: HttpRequest, actor: Actor, a: Appeal, bad: Bad | None = None
) -> HttpResponse:
    at = clock_now()
    bound, forms = dict([bad]) if bad else {}, _forms(a)
    may = queries.appeal_events(a, actor, at)
    context = {
        **tabs(actor, "appeals"), "a": a, "state": rules.STATES[a.state],
        "clock": queries.appeal_clock(a, at, exact=True),
        "plain": [(e, rules.APPEALS[e][0]) for e in may if e in PLAIN],
        "forms": [
            (e, rules.APPEALS[e][0], apart(bound.get(e) or forms[e], e))
            for e in may
            if e in forms
        ],
        "about_url": appealing.link_of(actor, a), "events": may,
        "instead": instead_of(a, actor),
        "story": queries.story(*_told(actor, a), staff=not own(actor)),
    }  # fmt: skip
    return shown(request, actor, "appeal", context, bad)


def _told(actor: Actor, a: Appeal) -> list[UUID]:
    """Whose events are read here: how a grade came about is read at the desks only."""
    if a.kind == "grade" and own(actor):
        return [a.pk]
    return [a.object_id, a.pk]


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Every step of an appeal."""
    actor = require_role(request, "appeals.view")
    if event not in SAID:
        raise NotFound
    a = queries.appeal(actor, pk)
    require(actor, f"appeals.{event}", a)
    form = _forms(a, request.POST).get(event)
    if form is None and event not in PLAIN:
        raise NotFound
    return stepped(
        request, event, form, lambda data: _do(actor, pk, event, data),
        lambda bad: _page(request, actor, a, bad),
        (SAID[event], "" if own(actor) else "已告诉申诉的人。"),
        reverse("scoring:appeal", args=[pk]),
    )  # fmt: skip


def _do(actor: Actor, pk: UUID, event: str, data: dict[str, Any]) -> object:
    if event in ("uphold", "partly", "dismiss"):
        return appealing.decide(actor=actor, appeal_id=pk, event=event, **data)
    if event.startswith("final"):
        return appealing.decide_finally(actor=actor, appeal_id=pk, event=event, **data)
    service: Any = getattr(appealing, event)
    return service(actor=actor, appeal_id=pk, **data)


@get_only
def paper(request: HttpRequest, pk: UUID, what: str) -> HttpResponse:
    """申诉书, and the answers of both instances."""
    if what not in ("filing", "answer"):
        raise NotFound
    actor = require_role(request, "appeals.view")
    a = queries.appeal(actor, pk)
    if what == "answer" and not (a.answer or a.final_answer):
        raise NotFound
    context = {
        "a": a, "back_url": reverse("scoring:appeal", args=[pk]), "what": what,
        "first": rules.STATES.get(a.first_state), "final": rules.STATES.get(a.final_state),
    }  # fmt: skip
    return render(request, "scoring/print_appeal.html", context)

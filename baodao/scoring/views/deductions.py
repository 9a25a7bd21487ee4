"""Deductions: what waits for a decision, one with its whole story, the own ones."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import BaodaoError, Invalid, NotFound
from baodao.core.ids import uuid_of
from baodao.people.queries import candidates, units_at
from baodao.people.views.asking import (
    actor_for,
    actor_of,
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
from baodao.places.forms import apart, refuse, submitted, taken
from baodao.places.models import Place
from baodao.scoring import queries_deductions as queries
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_deductions as rules
from baodao.scoring.forms_deductions import AnswerForm, ProposeForm, ReasonForm
from baodao.scoring.models import Deduction
from baodao.scoring.services import deducting
from baodao.scoring.standing import all_sets
from baodao.ui.forms import Form
from baodao.ui.toast import toast

CHOICE = 60  # offered at once; a name finds the others
SAID = {
    "answer": ("说明记下了", "决定的人看得到。说明的日子里可以补写。"),
    "decide_post": ("决定了，扣", "已告诉本人怎么申诉。"),
    "drop": ("决定了，不扣", "已告诉本人。"),
    "hand_up": ("请街道（乡镇）来定了", ""),
    "reverse": ("撤销了", "积分卡已经改好，已告诉本人。"),
}
SERVICES = {
    "answer": deducting.answer, "decide_post": deducting.decide_post,
    "drop": deducting.drop, "hand_up": deducting.hand_up,
    "reverse": deducting.reverse_one,
}  # fmt: skip


def own(actor: Actor) -> bool:
    """Members and units, who see what is about themselves."""
    return actor.path is None


def wanted_of(request: HttpRequest) -> queries.Wanted:
    """The filters of an address; unknown codes count as none."""
    month = request.GET.get("month", "")
    return queries.Wanted(
        text=request.GET.get("q", "")[:40], path=path_in(request, "place"),
        code=word(request, "code", dict(rule_titles())),
        subject=word(request, "subject", counting.SUBJECTS),
        month=word(request, "month", dict(months())) if month else "",
    )  # fmt: skip


def rule_titles() -> list[tuple[str, str]]:
    """The codes that take points, with the words of the newest set."""
    found: dict[str, str] = {}
    for s in all_sets():
        for r in s.rules:
            if r.sign == counting.DEDUCT:
                title = f"{r.title}（单位）" if r.subject == "unit" else r.title
                found.setdefault(r.code, title)
    return list(found.items())


def months() -> list[tuple[str, str]]:
    """The last twelve, the newest first."""
    day = today()
    count = [day.year * 12 + day.month - 1 - n for n in range(12)]
    return [(f"{n // 12}-{n % 12 + 1:02}", f"{n // 12}年{n % 12 + 1}月") for n in count]


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", queries.TABS) or "decide"


def mine_tab(request: HttpRequest) -> str:
    return word(request, "tab", queries.MINE) or "open"


# --- lists ------------------------------------------------------------------------------


@get_only
def deduction_list(request: HttpRequest) -> HttpResponse:
    """By how far they are; members and units have their own page."""
    actor = require_role(request, "deductions.view")
    if own(actor):
        return redirect("scoring:my_deductions")
    found = queries.deductions(actor, wanted_of(request))
    tab, counts, at = tab_of(request), queries.tab_counts(found), clock_now()
    page = paged(request, queries.in_tab(found, tab, at))
    context = {
        **tabs(actor, "deductions"), "tab": tab, "page": page, "n": counts[tab],
        "tabs": [(k, v[0], counts[k]) for k, v in queries.TABS.items()],
        "rows": [
            (d, rules.STATES[d.state], queries.clock_of(d, at), queries.cost(d)) for d in page
        ],
        "codes": rule_titles(), "subjects": counting.SUBJECTS.items(), "months": months(),
        "places": places_below(request), "q": request.GET.get("q", "")[:40],
        "may_new": can(actor, "deductions.propose"),
        "may_bulk": tab == "decide" and can(actor, "deductions.decide_post"),
        "filtered": any(
            request.GET.get(k) for k in ("q", "place", "code", "subject", "month")
        ),
    }  # fmt: skip
    return render(request, "scoring/deductions.html", context)


def tabs(actor: Actor, here: str) -> dict[str, Any]:
    """The pages that a unit has about itself, as tabs; staff have them in the menu."""
    found = (
        ("my_deductions", "扣分", "deductions.view"), ("appeals", "申诉", "appeals.view"),
        ("merits", "成绩", "merits.view"),
    )  # fmt: skip
    return {
        "due_tabs": [
            (name, reverse(f"scoring:{name}"), title)
            for name, title, action in found
            if own(actor) and can(actor, action)
        ],
        "here": here,
    }


@get_only
def my_deductions(request: HttpRequest) -> HttpResponse:
    """What was proposed about me or my unit, what I said, what was decided."""
    actor = own_actor(request)
    tab, at = mine_tab(request), clock_now()
    page = paged(request, queries.mine(actor, tab))
    context = {
        **tabs(actor, "my_deductions"), "tab": tab, "page": page,
        "tabs": [(k, v[0]) for k, v in queries.MINE.items()],
        "rows": [
            (d, rules.STATES[d.state], queries.clock_of(d, at), queries.cost(d)) for d in page
        ],
    }  # fmt: skip
    light = "_member" if actor.role == "member" else ""
    return render(request, f"scoring/my_deductions{light}.html", context)


def own_actor(request: HttpRequest) -> Actor:
    actor = require_role(request, "deductions.view")
    if not own(actor):
        raise NotFound
    return actor


# --- a proposal by hand -----------------------------------------------------------------------


@get_only
def new(request: HttpRequest) -> HttpResponse:
    """Whom it is about: who reported in here, or a unit tied to the community."""
    actor = require_desk(request, "deductions.propose", "deductions.view")
    context = {
        **choice_of(request, actor), "title": "提出扣分", "back_title": "扣分",
        "back": reverse("scoring:deductions"), "route": "scoring:deduction_form",
    }  # fmt: skip
    return render(request, "scoring/deduction_new.html", context)


def choice_of(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Members who reported in here, or units tied to the community, to choose from."""
    subject = word(request, "subject", counting.SUBJECTS) or "member"
    q, path = request.GET.get("q", "")[:40], actor.path or ""
    rows: list[tuple[UUID, str, str]]
    if subject == "member":
        found = candidates(path)
        for part in q.split():
            found = found.filter(person__name__icontains=part)
        people = found.select_related("person", "unit").order_by("person__pinyin", "pk")
        rows = [(m.pk, str(m), str(m.unit or "")) for m in people[:CHOICE]]
    else:
        units = units_at(path).filter(name__icontains=q)
        rows = [(u.pk, str(u), u.name) for u in units[:CHOICE]]
    return {
        "rows": rows, "q": q, "subject": subject, "limit": CHOICE,
        "subjects": counting.SUBJECTS.items(),
    }  # fmt: skip


@get_or_post
def new_form(request: HttpRequest, subject: str, pk: UUID) -> HttpResponse:
    """Rule, day, what happened."""
    actor = require_desk(request, "deductions.propose", "deductions.view")
    if subject not in counting.SUBJECTS:
        raise NotFound
    place = Place.objects.filter(path=actor.path or "").first()
    name = named(actor, subject, pk)
    if place is None or not name:
        raise NotFound
    form = ProposeForm(
        request.POST or None, rules=deducting.deducting(place.path, subject, today()),
        initial={"occurred_on": today()},
    )  # fmt: skip
    done = submitted(
        request, form,
        lambda d: deducting.propose(
            actor=actor, place_id=place.pk, subject=subject, whose=pk, **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if done:
        toast(request, "提出来了", f"已告诉{name}，5个工作日里可以说明。")
        return redirect("scoring:deduction", pk=done.id)
    trail = [
        (reverse("scoring:deductions"), "扣分"),
        (reverse("scoring:deduction_new"), "提出扣分"),
    ]
    note = "先告诉本人，听了说明再由书记定，现在不会扣分。"
    return form_page(
        request, form, f"对{name}提出扣分", trail, note=note, submit="提出来"
    )


def named(actor: Actor, subject: str, pk: UUID) -> str:
    path = actor.path or ""
    found: Any = (
        candidates(path).select_related("person") if subject == "member" else units_at(path)
    )  # fmt: skip
    row = found.filter(pk=pk).first()
    return str(row) if row else ""


# --- one ----------------------------------------------------------------------------------------


@get_only
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "deductions.view")
    return _page(request, actor, queries.deduction(actor, pk))


def _forms(actor: Actor, data: Any = None) -> dict[str, Form]:
    return {
        "answer": AnswerForm(data, noted=not own(actor)),
        **{e: ReasonForm(data) for e in ("decide_post", "drop", "hand_up", "reverse")},
    }


def _page(
    request: HttpRequest, actor: Actor, d: Deduction,
    bad: tuple[str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    at, appeal = clock_now(), queries.appeal_against(d.pk)
    bound = dict([bad]) if bad else {}
    ids = [d.pk, appeal.pk] if appeal else [d.pk]
    files = d.state == "posted" and appeal is None and can(actor, "appeals.file", d)
    context = {
        **tabs(actor, "deductions"), "d": d, "state": rules.STATES[d.state],
        "events": queries.events(d, actor, at), "clock": queries.clock_of(d, at),
        "cost": queries.cost(d), "answers": list(d.answers.all()), "appeal": appeal,
        "story": queries.story(*ids), "own": own(actor), "bad": bad and bad[0],
        "may_file": files, "late": d.appeal_until is not None and at > d.appeal_until,
        "source_url": queries.source_url(d, actor),
        **{f"{e}_form": apart(bound.get(e) or f, e) for e, f in _forms(actor).items()},
    }  # fmt: skip
    light = "_member" if actor.role == "member" else ""
    status = 422 if bad else 200
    return render(request, f"scoring/deduction{light}.html", context, status=status)


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Answer, decide, hand up, take back."""
    actor = require_role(request, "deductions.view")
    if event not in SERVICES:
        raise NotFound
    d = queries.deduction(actor, pk)
    require(actor, f"deductions.{event}", d)
    form = _forms(actor, request.POST)[event]
    service: Any = SERVICES[event]
    if not taken(form, lambda data: service(actor=actor, deduction_id=pk, **data)):
        return _page(request, actor, d, (event, form))
    toast(request, *SAID[event])
    return redirect("scoring:deduction", pk=pk)


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """One decision with one reason for what was looked through together; each is told
    and can be appealed by itself."""
    actor = actor_for(request, "deductions.decide_post")
    event = request.POST.get("do", "")
    if event not in ("decide_post", "drop"):
        raise NotFound
    ids = [i for v in request.POST.getlist("ids") if (i := uuid_of(v))]
    rows = list(queries.deductions(actor, queries.Wanted()).filter(pk__in=ids))
    if not rows:
        toast(request, "没有勾选", "请先勾选要一起决定的。", tone="soon")
        return redirect("scoring:deductions")
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if form.is_bound and form.is_valid():
        done, left = _decide_all(actor, event, rows, form)
        if done:
            toast(request, f"决定了{done}条", "已分别告诉本人。")
        for words in left[:5]:
            toast(request, "有一条没有定", words, tone="late")
        return redirect("scoring:deductions")
    title = "一起决定扣" if event == "decide_post" else "一起决定不扣"
    context = {
        "rows": [(d, queries.cost(d)) for d in rows], "form": form, "do": event,
        "title": title,
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "scoring/deduction_bulk.html", context, status=status)


def _decide_all(
    actor: Actor, event: str, rows: list[Deduction], form: Form
) -> tuple[int, list[str]]:
    done, left = 0, []
    service: Any = SERVICES[event]
    for d in rows:
        try:
            service(actor=actor, deduction_id=d.pk, reason=form.cleaned_data["reason"])
            done += 1
        except Invalid as error:
            refuse(form, error)
        except BaodaoError as error:
            left.append(f"{d.whose}：{error.message}")
    return done, left


@get_only
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """差评提醒书: the fact, the rule, until when to answer, the way to appeal (10)."""
    actor = actor_of(request)
    d = queries.deduction(require_role(request, "deductions.view"), pk)
    context = {
        "d": d, "back_url": reverse("scoring:deduction", args=[pk]), "actor": actor,
        "cost": queries.cost(d), "state": rules.STATES[d.state],
        "answers": list(d.answers.all()),
    }  # fmt: skip
    return render(request, "scoring/print_deduction.html", context)

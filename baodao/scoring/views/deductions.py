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
from baodao.core.errors import NotFound
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
from baodao.places.forms import apart, status_of, submitted, taken
from baodao.places.models import Place
from baodao.scoring import queries_deductions as queries
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_deductions as rules
from baodao.scoring.forms_complaints import HandUpForm
from baodao.scoring.forms_deductions import AnswerForm, ProposeForm, ReasonForm
from baodao.scoring.models import Deduction
from baodao.scoring.queries_complaints import complainer, complaint_url
from baodao.scoring.services import appealing, deducting, falsehood, handing_up
from baodao.scoring.services.one_by_one import each_it_can
from baodao.scoring.standing import all_sets
from baodao.scoring.views.due import Bad, own, shown, stepped, tabs
from baodao.ui.forms import Form
from baodao.ui.toast import toast
from baodao.ui.words import cdate

CHOICE = 60  # offered at once; a name finds the others
SAID = {
    "answer": ("说明记下了", "决定的人看得到。说明的日子里可以补写。"),
    "decide_post": ("决定了，扣", "已告诉本人怎么申诉。"),
    "drop": ("决定了，不扣", "已告诉本人。"),
    "hand_up": ("请上一级来定了", "上一级收到了消息。"),
    "reverse": ("撤销了", "积分卡已经改好，已告诉本人。"),
}
SERVICES = {
    "answer": deducting.answer, "decide_post": deducting.decide_post,
    "drop": deducting.drop, "hand_up": handing_up.hand_up,
    "reverse": deducting.reverse_one,
}  # fmt: skip


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
    may_bulk = tab == "decide" and can(actor, "deductions.decide_post")
    context = {
        **tabs(actor, "deductions"), "tab": tab, "page": page, "n": counts[tab],
        "tabs": [(k, v[0], counts[k]) for k, v in queries.TABS.items()],
        "rows": [
            (d, rules.STATES[d.state], queries.clock_of(d, at), queries.cost(d),
             may_bulk and d.desk == rules.desk_of(actor.role))
            for d in page
        ],
        "codes": rule_titles(), "subjects": counting.SUBJECTS.items(), "months": months(),
        "places": places_below(request), "q": request.GET.get("q", "")[:40],
        "may_new": can(actor, "deductions.propose"),
        "may_bulk": may_bulk,
        "filtered": any(
            request.GET.get(k) for k in ("q", "place", "code", "subject", "month")
        ),
    }  # fmt: skip
    return render(request, "scoring/deductions.html", context)


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
    return shown(request, actor, "my_deductions", context)


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
        **choice_of(request, actor.path or ""), "title": "提出扣分", "back_title": "扣分",
        "back": reverse("scoring:deductions"), "route": "scoring:deduction_form",
    }  # fmt: skip
    return render(request, "scoring/deduction_new.html", context)


def choice_of(request: HttpRequest, at: str) -> dict[str, Any]:
    """Members who reported in at a place, or units tied to it, to choose from."""
    subject = word(request, "subject", counting.SUBJECTS) or "member"
    q = request.GET.get("q", "")[:40]
    rows: list[tuple[UUID, str, str]]
    if subject == "member":
        found = candidates(at)
        for part in q.split():
            found = found.filter(person__name__icontains=part)
        people = found.select_related("person", "unit").order_by("person__pinyin", "pk")
        rows = [(m.pk, str(m), str(m.unit or "")) for m in people[:CHOICE]]
    else:
        units = units_at(at).filter(name__icontains=q)
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
    said = uuid_of(request.POST.get("false_id") or request.GET.get("false", ""))
    false = falsehood.of(said, subject, pk, actor.path or "") if said else None
    # Of a record that is here also somebody who has left since.
    name = false.whose if false else named(actor, subject, pk)
    if place is None or not name:
        raise NotFound
    known = deducting.deducting(place.path, subject, today())
    record = false.record if false else None
    form = ProposeForm(
        request.POST or None, rules=falsehood.about(known) if false else known,
        initial={
            "occurred_on": record.occurred_on if record else today(),
            "false_id": said,
        },
    )  # fmt: skip
    done = submitted(
        request, form,
        lambda d: deducting.propose(
            actor=actor, place_id=place.pk, subject=subject, whose=pk, **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if done:
        toast(request, "提出来了", f"已告诉{name}，通知里写了哪天以前可以说明。")
        return redirect("scoring:deduction", pk=done.id)
    trail = [
        (reverse("scoring:deductions"), "扣分"),
        (reverse("scoring:deduction_new"), "提出扣分"),
    ]
    note = "先告诉本人，听了说明再由书记定，现在不会扣分。"
    if record:
        day = cdate(record.occurred_on, today())
        what = f"{day}的“{record.get_kind_display()}”"
        note += f"定了以后，{what}这一笔一起冲回；撤销或者申诉成立，一起恢复。"
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
        "hand_up": HandUpForm(data),
        **{e: ReasonForm(data) for e in ("decide_post", "drop", "reverse")},
    }


def _page(
    request: HttpRequest, actor: Actor, d: Deduction, bad: Bad | None = None
) -> HttpResponse:
    at, appeal = clock_now(), queries.appeal_against(d.pk)
    ends = queries.ends_of(d, at)
    bound = dict([bad]) if bad else {}
    ids = [d.pk, appeal.pk] if appeal else [d.pk]
    files = d.state == "posted" and appeal is None and can(actor, "appeals.file", d)
    limit = appealing.limit_of(appealing.about("deduction", d.pk), at) if files else at
    context = {
        **tabs(actor, "deductions"), "d": d, "state": rules.STATES[d.state],
        "events": queries.events(d, actor, at, ends), "cost": queries.cost(d),
        "clock": queries.clock_of(d, at, ends),
        "answers": list(d.answers.all()), "appeal": appeal,
        "complainer": complainer(actor, d),
        "above": rules.DESKS.get(rules.ABOVE.get(d.desk, "")),
        "proposed": d.proposed_by == actor.person_id,
        "instead": handing_up.instead(actor, d) if d.open and not own(actor) else None,
        "story": queries.story(*ids, staff=not own(actor)), "may_file": files, "limit": limit,
        "ends": ends, "late": at > limit, "source": queries.source(d, actor),
        "complaint_url": complaint_url(actor, d),
        **{f"{e}_form": apart(bound.get(e) or f, e) for e, f in _forms(actor).items()},
    }  # fmt: skip
    return shown(request, actor, "deduction", context, bad)


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Answer, decide, hand up, take back."""
    actor = require_role(request, "deductions.view")
    if event not in SERVICES:
        raise NotFound
    d = queries.deduction(actor, pk)
    require(actor, f"deductions.{event}", d)
    service: Any = SERVICES[event]
    # A form that is sent twice leaves one answer; the other steps end their own way.
    once = {"client_id": request.POST.get("client_id", "")} if event == "answer" else {}
    return stepped(
        request, event, _forms(actor, request.POST)[event],
        lambda data: service(actor=actor, deduction_id=pk, **data, **once),
        lambda bad: _page(request, actor, d, bad), SAID[event],
        reverse("scoring:deduction", args=[pk]),
    )  # fmt: skip


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
    if form.is_bound and taken(
        form, lambda data: _all(request, actor, event, rows, data)
    ):
        return redirect("scoring:deductions")
    title = "一起决定扣" if event == "decide_post" else "一起决定不扣"
    context = {
        "rows": [(d, queries.cost(d)) for d in rows], "form": form, "do": event,
        "title": title,
    }  # fmt: skip
    return render(
        request, "scoring/deduction_bulk.html", context, status=status_of(form)
    )


def _all(
    request: HttpRequest, actor: Actor, event: str, rows: list[Deduction],
    data: dict[str, Any],
) -> None:  # fmt: skip
    service: Any = SERVICES[event]
    done, left = each_it_can(
        rows,
        lambda d: service(actor=actor, deduction_id=d.pk, **data),
        lambda d: d.whose,
    )
    if done:
        toast(request, f"决定了{done}条", "已分别告诉本人。")
    for words in left[:5]:
        toast(request, "有一条没有定", words, tone="late")


@get_only
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """差评提醒书: the fact, the rule, until when to answer, the way to appeal (10)."""
    actor = actor_of(request)
    d = queries.deduction(require_role(request, "deductions.view"), pk)
    context = {
        "d": d, "back_url": reverse("scoring:deduction", args=[pk]), "actor": actor,
        "source": queries.source(d, actor), "cost": queries.cost(d), "state": rules.STATES[d.state],
        "answers": list(d.answers.all()), "ends": queries.ends_of(d, clock_now()),
    }  # fmt: skip
    return render(request, "scoring/print_deduction.html", context)

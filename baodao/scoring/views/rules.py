"""Rule sets: what holds, drafting, comment, what a draft would change, publishing."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import Forbidden, NotFound
from baodao.people.views.asking import (
    form_page,
    get_only,
    get_or_post,
    paged,
    require_desk,
    require_role,
    year_in,
)
from baodao.places import basis
from baodao.places.forms import apart, submitted, taken
from baodao.scoring import queries_sets as queries
from baodao.scoring import rules
from baodao.scoring.forms import CommentForm, PublishForm, RuleForm, SetForm, YearForm
from baodao.scoring.models import RuleSet
from baodao.scoring.services import setting
from baodao.ui.forms import Form
from baodao.ui.toast import toast

SAID = {
    "open_comment": ("开始征求意见", "到期以前大家都看得到、都能提。"),
    "rework": ("收回来了", "改好再征求意见。"),
    "drop": ("这份草稿不用了", ""),
    "publish": ("公布了", "从执行那天起按新规则记，以前的不变。"),
}
SIMPLE = ("open_comment", "rework", "drop")


def _frame(actor: Actor, page: str) -> str:
    light = "_member" if actor.role == "member" else ""
    return f"scoring/{page}{light}.html"


@get_only
def rule_list(request: HttpRequest) -> HttpResponse:
    """Which rules hold where, and which are being made."""
    actor = require_role(request, "rule_sets.view")
    page = paged(request, queries.sets(actor))
    mine = can(actor, "rule_sets.draft")
    context = {
        "page": page, "states": rules.SET_STATES, "may_new": mine,
        "rows": [(s, rules.SET_STATES[s.state]) for s in page],
    }  # fmt: skip
    return render(request, _frame(actor, "rules"), context)


@get_only
def rule_set(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "rule_sets.view")
    return _page(request, actor, queries.rule_set(actor, pk))


def _page(
    request: HttpRequest, actor: Actor, it: RuleSet,
    bad: tuple[str, Form] | None = None,
) -> HttpResponse:  # fmt: skip
    bound, events = dict([bad]) if bad else {}, queries.events(actor, it)
    context = {
        "it": it, "state": rules.SET_STATES[it.state], "events": events,
        "sections": _sections(it),
        "wrong": setting.check_set(it) if "edit" in events else {},
        "comments": it.comments.order_by("-created_at") if it.path else [],
        "may_comment": it.state == "comment",
        "comment_form": apart(bound.get("comment") or CommentForm(), "comment"),
        "publish_form": apart(bound.get("publish") or PublishForm(), "publish"),
        "bad": bad and bad[0], "last_year": today().year - 1,
        "comment_days": setting.comment_days(it.path) if "open_comment" in events else 0,
    }  # fmt: skip
    return render(
        request, _frame(actor, "rule_set"), context, status=422 if bad else 200
    )


def _sections(it: RuleSet) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """Title → rule, how it is read aloud, the clauses it rests on."""
    found = queries.sections(it)
    codes = [r.code for _, rows in found for r in rows]
    clauses = basis.of_all("rule", codes, it.path) if it.path else {}
    return [
        (title, [(r, queries.said(r), clauses.get(r.code, [])) for r in rows])
        for title, rows in found
    ]


def _own(request: HttpRequest, pk: UUID) -> tuple[Actor, RuleSet]:
    """A draft of the actor's own desk."""
    actor = require_desk(request, "rule_sets.edit", "rule_sets.view")
    it = queries.rule_set(actor, pk)
    if it.path != actor.path:
        raise Forbidden("这份规则由制定它的组织部门来改。")
    rules.SET_FLOW.step(it.state, "edit")
    return actor, it


def _trail(it: RuleSet | None = None) -> list[tuple[str, str]]:
    found = [(reverse("scoring:rules"), "积分规则")]
    if it:
        found.append((reverse("scoring:rule_set", args=[it.pk]), it.title))
    return found


@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """A draft that begins as a copy of what holds here now."""
    actor = require_desk(request, "rule_sets.draft", "rule_sets.view")
    form = YearForm(request.POST or None, initial={"year": today().year})
    done = submitted(
        request, form,
        lambda d: setting.draft(
            actor=actor, year=d["year"], client_id=request.POST.get("client_id", "")
        ),
    )  # fmt: skip
    if done:
        toast(request, "草稿建好了", "和现在执行的一样，改好再征求意见。")
        return redirect("scoring:rule_set", pk=done.id)
    note = "先照现在执行的规则抄一份，一条一条改。公布以前，记分不受影响。"
    return form_page(
        request, form, "起草积分规则", _trail(), note=note, submit="建草稿"
    )


@get_or_post
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Title, reason, base and grade lines."""
    actor, it = _own(request, pk)
    names = ("title", "year", "reason", *setting.FRAME)
    initial = {k: getattr(it, k) for k in names}
    form = SetForm(request.POST or None, initial=initial)

    def do(d: dict[str, Any]) -> Any:
        frame = {k: d[k] for k in setting.FRAME}
        return setting.edit(
            actor=actor, set_id=pk, title=d["title"], year=d["year"],
            reason=d["reason"], frame=frame,
        )  # fmt: skip

    if submitted(request, form, do):
        toast(request, "改好了")
        return redirect("scoring:rule_set", pk=pk)
    return form_page(request, form, "改名称、理由和等次线", _trail(it), submit="保存")


@get_or_post
def rule(request: HttpRequest, pk: UUID, rule_pk: UUID) -> HttpResponse:
    """One line."""
    actor, it = _own(request, pk)
    one = it.rules.filter(pk=rule_pk).first()
    if one is None:
        raise NotFound
    names = list(RuleForm.base_fields)
    form = RuleForm(
        request.POST or None, initial={n: getattr(one, n) for n in names},
        subject=one.subject, groups=queries.groups(it, one),
    )  # fmt: skip
    done = submitted(
        request, form,
        lambda d: setting.edit_rule(actor=actor, rule_id=rule_pk, values=d),
    )  # fmt: skip
    if done:
        toast(request, f"“{form.cleaned_data['title']}”改好了")
        return redirect("scoring:rule_set", pk=pk)
    return form_page(request, form, f"改“{one.title}”", _trail(it), submit="保存")


@get_or_post
def rule_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, it = _own(request, pk)
    form = RuleForm(
        request.POST or None, fresh=True, groups=queries.groups(it),
        initial={
            "measure": "each", "per": 1, "cap": 0, "at_least": 0, "min_minutes": 0,
        },
    )  # fmt: skip
    done = submitted(
        request, form,
        lambda d: setting.add_rule(
            actor=actor, set_id=pk, values=d, client_id=request.POST.get("client_id", "")
        ),
    )  # fmt: skip
    if done:
        toast(request, "加好了一条")
        return redirect("scoring:rule_set", pk=pk)
    return form_page(request, form, "加一条规则", _trail(it), submit="加上")


@get_only
def what_if(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The draft on last year's records: who changes by how much, in bands."""
    actor = require_desk(request, "rule_sets.edit", "rule_sets.view")
    it = queries.rule_set(actor, pk)
    if it.path != actor.path:
        raise Forbidden("只能试算自己起草的规则。")
    chosen = year_in(request) or today().year - 1
    context = {
        "it": it, "found": queries.what_if(it, chosen), "year": chosen,
        "years": [(str(y), f"{y}年") for y in (today().year, today().year - 1)],
    }  # fmt: skip
    return render(request, "scoring/what_if.html", context)


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Open for comment, take back, drop, publish; and a comment."""
    actor = require_role(request, "rule_sets.view")
    it = queries.rule_set(actor, pk)
    form = _form(event, request)
    if not taken(form, lambda data: _do(actor, it, event, data, request)):
        assert form
        return _page(request, actor, it, (event, form))
    toast(request, *SAID.get(event, ("意见提交了", "谢谢，制定规则的同志看得到。")))
    if event == "drop":
        return redirect("scoring:rules")
    return redirect("scoring:rule_set", pk=pk)


def _form(event: str, request: HttpRequest) -> Form | None:
    if event == "publish":
        return PublishForm(request.POST)
    if event == "comment":
        return CommentForm(request.POST)
    if event not in SIMPLE:
        raise NotFound
    return None


def _do(
    actor: Actor, it: RuleSet, event: str, data: dict[str, Any], request: HttpRequest
) -> Any:
    if event == "comment":
        client_id = request.POST.get("client_id", "")
        return setting.comment(
            actor=actor, set_id=it.pk, text=data["text"], client_id=client_id
        )
    if event == "publish":
        return setting.publish(actor=actor, set_id=it.pk, **data)
    verb: Any = getattr(setting, event)
    return verb(actor=actor, set_id=it.pk)

"""A community's suggested plan on one page: its pairs with reasons, another member,
pairs left out, who is left over and why, and all of it confirmed at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.core.errors import Conflict, Invalid
from baodao.core.ids import uuid_of
from baodao.pairings import (
    plan_queries,
    plan_rules,
    plan_services,
    plan_stale,
    planning,
    rules,
)
from baodao.pairings.forms import ChangeForm, LeaveOutForm
from baodao.pairings.models import PairingPlan, PlannedPair
from baodao.pairings.plan_queries import ONLY, SHOWS, Wanted
from baodao.pairings.views.staff import actor_for
from baodao.people.views.asking import actor_of, get_only, word
from baodao.places.forms import refuse
from baodao.ui.forms import Form
from baodao.ui.toast import toast

PAGE = 40


@require_POST
def compute(request: HttpRequest) -> HttpResponse:
    """Compute a plan for the actor's community, or the draft anew."""
    actor = actor_for(request, "pair_plans.compute")
    try:
        plan = planning.compute_plan(actor=actor, path=actor.path or "")
    except Conflict as error:
        toast(request, error.message, tone="late")
        return redirect("pairings:suggest")
    toast(request, f"给 {plan.suggested} 户各配了一名党员", "还没有写入，看过再确认。")
    return redirect("pairings:plan", pk=plan.pk)


@get_only
def plan_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    return shown(request, plan_queries.plan(actor_of(request), pk))


def wanted_of(request: HttpRequest) -> Wanted:
    return Wanted(
        show=word(request, "show", SHOWS), text=request.GET.get("q", "")[:40],
        focus=word(request, "focus", rules.FOCUS), only=word(request, "only", ONLY),
    )  # fmt: skip


def rows_of(plan: PairingPlan, wanted: Wanted, gone: dict[UUID, str]) -> Sequence[Any]:
    """The rows of the tab that the address names."""
    if wanted.show == "left":
        return [
            ln for ln in plan_stale.left_homes(plan)
            if not wanted.focus or rules.main_focus(ln.household.focus) == wanted.focus
        ]  # fmt: skip
    if wanted.show == "members":
        return plan_stale.left_members(plan)  # type: ignore[return-value]
    return plan_queries.pairs(plan, wanted, gone)  # type: ignore[return-value]


def gone_of(plan: PairingPlan) -> dict[UUID, str]:
    """Pairs of a draft that are not possible any more."""
    if plan.state != "draft":
        return {}
    return plan_stale.stale(plan.pairs.filter(left_out=""))


def shown(
    request: HttpRequest, plan: PairingPlan, bad: tuple[str, Form, UUID] | None = None
) -> HttpResponse:
    """The page; `bad`: the form to mend and the pair it is for."""
    gone, wanted = gone_of(plan), wanted_of(request)
    page = Paginator(rows_of(plan, wanted, gone), PAGE).get_page(
        request.GET.get("page")
    )
    draft = plan.state == "draft"
    n = plan.pairs.filter(left_out="").count()
    context = {
        "plan": plan, "state": plan_rules.PLAN_STATES[plan.state], "draft": draft,
        "wanted": wanted, "page": page, "gone": gone, "n": n, "ready": n - len(gone),
        "counts": {
            "": n, "out": plan.pairs.exclude(left_out="").count(),
            "left": len(plan_stale.left_homes(plan)) if draft else 0,
            "members": plan_stale.left_members(plan).count() if draft else 0,
        },
        "not_asked": plan_stale.not_asked(plan.path), "shows": list(SHOWS.items()),
        "onlys": list(ONLY.items()), "focuses": list(rules.FOCUS.items()),
        "rows": _rows(page, gone) if wanted.show in ("", "out") else [],
        "bonds": plan_queries.progress(plan) if plan.state == "confirmed" else [],
        **_beside(request, plan, bad),
    }  # fmt: skip
    return render(request, "pairings/plan.html", context, status=422 if bad else 200)


def _rows(page: Any, gone: dict[UUID, str]) -> list[tuple[PlannedPair, str, str]]:
    """(pair, the household's group, why it is not possible any more)."""
    return [(p, _focus(p), gone.get(p.pk, "")) for p in page]


def _focus(pair: PlannedPair) -> str:
    return rules.FOCUS[rules.main_focus(pair.household.focus)]


def _beside(
    request: HttpRequest, plan: PairingPlan, bad: tuple[str, Form, UUID] | None
) -> dict[str, Any]:
    """The chosen pair with its reasons and what may be done about it."""
    pk = bad[2] if bad else uuid_of(request.GET.get("pair"))
    found = plan.pairs.select_related(*plan_queries.RELATED).defer(*plan_queries.SEALED)
    pair = found.filter(pk=pk).first() if pk else None
    if pair is None or plan.state != "draft":
        return {"pair": None}
    best, rest = plan_queries.others(plan, pair)
    members = [(s.value, s.name) for s in best] + rest
    forms: dict[str, Form] = {
        "change": ChangeForm(members=members), "leave_out": LeaveOutForm()
    }  # fmt: skip
    if bad:
        forms[bad[0]] = bad[1]
    return {
        "pair": pair, "best": best, "rest": rest, "pair_focus": _focus(pair),
        "change_form": forms["change"], "leave_form": forms["leave_out"],
    }  # fmt: skip


def back(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """To the plan as it was filtered, without the chosen pair."""
    query = request.GET.copy()
    query.pop("pair", None)
    url = reverse("pairings:plan", args=[plan_id])
    return redirect(f"{url}?{query.urlencode()}" if query else url)


@require_POST
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another member for one household of the plan."""
    actor = actor_of(request)
    pair = plan_services.pair_of(actor, "change", pk)
    best, rest = plan_queries.others(pair.plan, pair)
    members = [(s.value, s.name) for s in best] + rest
    form = ChangeForm(request.POST, members=members)
    if form.is_valid():
        try:
            plan_services.change(
                actor=actor, pair_id=pk, member_id=UUID(form.cleaned_data["member"]),
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except Invalid as error:
            refuse(form, error)
        else:
            toast(request, f"户{pair.household.number}换人了", "写明的理由记在方案里。")
            return back(request, pair.plan_id)
    plan = plan_queries.plan(actor, pair.plan_id)
    return shown(request, plan, ("change", form, pk))


@require_POST
def leave_out(request: HttpRequest, pk: UUID) -> HttpResponse:
    """This pair is not wanted."""
    actor = actor_of(request)
    pair = plan_services.pair_of(actor, "leave_out", pk)
    form = LeaveOutForm(request.POST)
    if not form.is_valid():
        plan = plan_queries.plan(actor, pair.plan_id)
        return shown(request, plan, ("leave_out", form, pk))
    why = form.cleaned_data["why"]
    plan_services.leave_out(actor=actor, pair_id=pk, why=why)
    for_good = "以后也不会给这两方建议结对。" if why in rules.APART else ""
    toast(request, f"户{pair.household.number}去掉了", for_good or "可以随时放回。")
    return back(request, pair.plan_id)


@require_POST
def put_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The pair counts again."""
    actor = actor_of(request)
    pair = plan_services.pair_of(actor, "put_back", pk)
    try:
        plan_services.put_back(actor=actor, pair_id=pk)
    except Conflict as error:
        toast(request, error.message, tone="late")
    else:
        toast(request, f"户{pair.household.number}放回来了")
    return back(request, pair.plan_id)


@require_POST
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All pairs of the plan at once."""
    actor = actor_of(request)
    plan = plan_queries.plan(actor, pk)
    seen, version = request.POST.get("seen", ""), request.POST.get("version", "")
    try:
        n = plan_services.confirm(
            actor=actor, plan_id=pk, seen=int(seen) if seen.isdigit() else -1,
            version=int(version) if version.isdigit() else None,
        )  # fmt: skip
    except Conflict as error:
        toast(request, error.message, tone="late")
        return redirect("pairings:plan", pk=plan.pk)
    toast(request, f"{n} 户提出结对", "还没有告诉任何人。下一步：征求住户同意。")
    return redirect("pairings:plan", pk=plan.pk)


@require_POST
def drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The plan is not wanted."""
    actor = actor_of(request)
    plan_queries.plan(actor, pk)
    plan_services.drop(actor=actor, plan_id=pk)
    toast(request, "方案放弃了", "什么都没有写入，随时可以再试算。")
    return redirect("pairings:suggest")


@require_POST
def ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All households of the confirmed plan are being asked."""
    actor = actor_for(request, "pairings.ask")
    plan = plan_queries.plan(actor, pk)
    n = plan_services.ask_everybody(actor=actor, plan=plan)
    if n:
        toast(request, f"{n} 户记为正在征求同意", "30 天内没有答复会自动结束。")
    else:
        toast(request, "没有还没问的户了", tone="late")
    return redirect("pairings:plan", pk=plan.pk)

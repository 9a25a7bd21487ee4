"""Pages: first what will happen, then one confirmed step."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid
from baodao.core.ids import uuid_of
from baodao.departures import queries, services
from baodao.departures.forms import EndUnitForm, LeaveForm, RetireForm, TransferForm
from baodao.people import queries as people
from baodao.people.models import Member, Unit
from baodao.people.services import Succession
from baodao.people.views.asking import actor_of, get_or_post
from baodao.places.forms import status_of, submitted
from baodao.ui.forms import Form
from baodao.ui.toast import toast
from baodao.ui.words import cdate

NOBODY = "none"


@get_or_post
def end_unit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A unit merges or is dissolved: choose who takes over, see what happens, do it."""
    actor = actor_of(request)
    unit = people.unit(actor, pk)
    require(actor, "units.close", unit)
    if unit.valid_to:
        raise Conflict("这个单位已经停用了。以前的记录都在单位页上。")
    wanted = request.GET.get("into", "")
    to = queries.successor(actor, unit, uuid_of(wanted))
    if to is None and wanted != NOBODY:
        return _choose(request, unit)
    return _preview(request, unit, to)


def _choose(request: HttpRequest, unit: Unit) -> HttpResponse:
    text = request.GET.get("q", "")[:40]
    found = queries.successors(actor_of(request), unit, text)
    context = {"unit": unit, "q": text, "found": found}
    return render(request, "departures/unit_choose.html", context)


def _preview(request: HttpRequest, unit: Unit, to: Unit | None) -> HttpResponse:
    actor = actor_of(request)
    seen = queries.preview_unit(actor, unit, to)
    form = EndUnitForm(request.POST or None, ties=seen.ties, to=to, held=seen.held)
    done = submitted(request, form, lambda d: _do_end(request, unit, to, d))
    if done:
        what = f"{unit}已并入{to}。" if to else f"{unit}已撤销。"
        toast(request, what, _said(done) if to else "以前的记录都还在。")
        return redirect("people:unit", pk=to.pk if to else unit.pk)
    context = {"unit": unit, "to": to, "seen": seen, "form": form}
    template = "departures/unit_preview.html"
    return render(request, template, context, status=status_of(form))


def _do_end(
    request: HttpRequest, unit: Unit, to: Unit | None, data: dict[str, Any]
) -> services.Moved:
    ties = [pk for pk in map(uuid_of, data.get("keep_ties", ())) if pk]
    decided = Succession(
        unit.pk, to.pk if to else None, data["reason"], ties,
        bool(data.get("keep_roles")),
    )  # fmt: skip
    return services.end_unit(actor=actor_of(request), decided=decided)


def _said(done: services.Moved) -> str:
    return (
        f"党员{done.members}名、没办完的点单{done.orders}件转了过来，"
        f"{done.report_ins}份报到跟着走。"
    )


# --- members ------------------------------------------------------------------------


def _member_page(
    request: HttpRequest, row: Member, form: Form, title: str, **extra: Any
) -> HttpResponse:
    context = {
        "row": row, "form": form, "title": title, "seen": queries.preview_member(row),
        **extra,
    }  # fmt: skip
    return render(request, "departures/member.html", context, status=status_of(form))


def _back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The member's page, while one may still see it."""
    if can(actor_of(request), "members.view", Member.objects.get(pk=pk)):
        return redirect("people:member", pk=pk)
    return redirect("people:members")


@get_or_post
def transfer(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = people.member(actor, pk)
    require(actor, "members.transfer", row)
    form = TransferForm(request.POST or None, now_at=row.unit_id)
    done = submitted(
        request,
        form,
        lambda d: services.transfer(
            actor=actor, member_id=pk, unit_id=d["unit"].pk, joined_on=d["joined_on"]
        ),
    )
    if done:
        text = "居住地的报到不变，单位一边的报到转到了新单位的联系点。"
        toast(request, f"{row.person.name}已转到{form.cleaned_data['unit']}。", text)
        return _back(request, pk)
    return _member_page(
        request, row, form, f"把{row.person.name}转到别的单位", submit="转走",
        note="转走以后由新单位管理，您可能看不到这名党员了。",
        happens=(
            "居住地的报到不变，只换由新单位管理。",
            "单位一边的报到转到新单位的联系点，不用重新报。",
            "还没开始办的点单交回原单位另派，已经开始的由本人办完。",
            "在原单位担任的书记、联络员到今天为止。",
            "以前的服务仍记在原单位名下。",
        ),
    )  # fmt: skip


@get_or_post
def retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = people.member(actor, pk)
    require(actor, "members.retire", row)
    initial = {"on": row.retires_on, "stays": row.stays_on}
    form = RetireForm(request.POST or None, initial=initial)
    done = submitted(request, form, lambda d: _do_retire(request, pk, d))
    if done:
        return _back(request, pk)
    may_cancel = row.retires_on is not None and row.kind == "in_service"
    return _member_page(
        request, row, form, f"登记{row.person.name}退休", submit="登记退休",
        cancel_url=reverse("departures:retire_cancel", args=[pk]) if may_cancel else "",
        happens=(
            "从那天起没有任务，以后的任务都取消，不扣分。",
            "单位一边的报到到那天结束。",
            "愿意继续的，转为居住社区的社区党员，居住地的报到不变；不愿意的，居住地的报到也结束。",
            "手里没办完的点单交回单位或重新公开。",
        ),
    )  # fmt: skip


def _do_retire(request: HttpRequest, pk: UUID, data: dict[str, Any]) -> bool:
    row = Member.objects.select_related("person").get(pk=pk)
    now = services.plan_retirement(
        actor=actor_of(request), member_id=pk, on=data["on"], stays=data["stays"]
    )
    name = row.person.name
    if now:
        toast(request, f"{name}已退休。", "任务和单位一边的报到都结束了。")
    else:
        day = cdate(data["on"], today())
        toast(request, f"{name}{day}起退休，已登记。", "到那天自动办，之前可以取消。")
    return True


@require_POST
def retire_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = people.member(actor, pk)
    try:
        services.plan_retirement(actor=actor, member_id=pk, on=None)
    except Invalid as error:
        toast(request, error.message, tone="late")
    else:
        toast(request, f"{row.person.name}的退休登记已取消。")
    return redirect("people:member", pk=pk)


@get_or_post
def leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = people.member(actor, pk)
    require(actor, "members.leave", row)
    form = LeaveForm(request.POST or None, initial={"on": today()})
    done = submitted(
        request, form, lambda d: services.leave(actor=actor, member_id=pk, **d)
    )
    if done:
        text = f"{done.report_ins}份报到结束了，手里的点单都交了回去。服务记录还在。"
        toast(request, f"{row.person.name}的离开已登记。", text)
        return _back(request, pk)
    return _member_page(
        request, row, form, f"登记{row.person.name}离开本地区", submit="登记离开",
        danger=True,
        happens=(
            "两处报到都结束，不再有任务和提醒。",
            "手里没办完的点单交回单位，或重新公开认领。",
            "担任的角色到今天为止。",
            "确认过的服务仍在记录里，本人以后要用还查得到。",
        ),
    )  # fmt: skip

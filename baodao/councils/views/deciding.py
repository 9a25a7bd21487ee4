"""The list of who came, the result, the order that follows, and the papers of a
deliberation."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from baodao.acts.access import require
from baodao.core.clock import today
from baodao.core.errors import Conflict, NotFound
from baodao.councils import queries
from baodao.councils import queries_deliberation as talks
from baodao.councils import rules_deliberation as rules
from baodao.councils.forms_deliberation import HeldForm, OrderForm, ResultForm
from baodao.councils.models import Deliberation, DeliberationSeat
from baodao.councils.services import deciding
from baodao.councils.views.deliberations import attendance_of, trail
from baodao.councils.views.frame import shared
from baodao.orders.models import Category
from baodao.people.views.asking import (
    form_page,
    get_only,
    get_or_post,
    require_desk,
    require_role,
)
from baodao.places.forms import status_of, submitted
from baodao.ui.toast import toast

PAPERS = {"signin": "签到表", "minutes": "议事记录"}
BLANK = 12


@get_or_post
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One list for everybody, from the screen or from paper, and what was said."""
    actor = require_desk(request, "deliberations.hold", "deliberations.view")
    d = talks.deliberation(actor, pk)
    require(actor, "deliberations.hold", d)
    rules.FLOW.step(d.state, "hold")
    if d.held_on is None or d.held_on > today():
        raise Conflict("还没到开会的日子。到那天再记，或先改时间。")
    initial = {
        k: getattr(d, k) for k in ("held_at", "end_at", "residents", "host", "recorder", "minutes")
    }  # fmt: skip
    form = HeldForm(request.POST or None, initial=initial)
    seats = list(d.seats.filter(removed=False).select_related("member__unit"))
    marks = _marks(request, seats)
    done = submitted(
        request, form,
        lambda data: deciding.hold(
            actor=actor, deliberation_id=pk, marks=marks, more=data.pop("more"),
            held=deciding.Held(**data),
        ),
    )  # fmt: skip
    if done:
        toast(request, "记好了", "接着记要办的事，再请书记定结果。")
        return redirect(reverse("councils:deliberation", args=[pk]) + "#resolved")
    posted = request.method == "POST"
    context = {
        **shared(request, "deliberations"), "d": d, "form": form, "crumbs": trail(d),
        "rows": [(s, *_shown(s, marks[s.pk], posted)) for s in seats],
        "choices": rules.ATTENDANCE.items(),
    }  # fmt: skip
    return render(request, "councils/talk_hold.html", context, status=status_of(form))


def _marks(
    request: HttpRequest, seats: list[DeliberationSeat]
) -> dict[UUID, deciding.Mark]:
    return {
        s.pk: deciding.Mark(
            request.POST.get(f"came-{s.pk}", ""),
            request.POST.get(f"who-{s.pk}", "")[:30],
        )
        for s in seats
    }


def _shown(
    seat: DeliberationSeat, mark: deciding.Mark, posted: bool
) -> tuple[str, str]:
    """What was posted, or noted, or what they replied."""
    if posted:
        return mark.attendance, mark.attendee
    replied = {"yes": "came", "no": "leave"}.get(seat.reply, "")
    return seat.attendance or replied, seat.attendee


@get_or_post
def conclude(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The secretary settles what came of it; everybody's time goes on record."""
    actor = require_desk(request, "deliberations.conclude", "deliberations.view")
    d = talks.deliberation(actor, pk)
    require(actor, "deliberations.conclude", d)
    rules.FLOW.step(d.state, "conclude")
    opinions = d.opinions.filter(state="noted").exclude(member=None)
    said = [
        (str(o.pk), f"{o.member}：{o.text[:60]}")
        for o in opinions.select_related("member__person")
        if o.by_person != actor.person_id
    ]
    form = ResultForm(
        request.POST or None, said=said, proposer=str(d.member) if d.member else "",
        initial={"public": ""},
    )  # fmt: skip
    done = submitted(
        request, form,
        lambda data: deciding.conclude(
            actor=actor, deliberation_id=pk,
            adopted=[UUID(x) for x in data.pop("adopted", [])],
            result=deciding.Result(**data),
        ),
    )  # fmt: skip
    if done:
        toast(request, "结果定了", "到会的已记入服务记录，要办的事已交给承办的。")
        return redirect("councils:deliberation", pk=pk)
    seats = list(d.seats.filter(removed=False))
    note = f"{attendance_of(d, seats)}。定了不能再改，参加的人都会收到。"
    return form_page(request, form, "定结果", trail(d), note=note, submit="定下来")


@get_or_post
def order(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was talked over becomes an order."""
    actor = require_desk(request, "deliberations.add_order", "deliberations.view")
    d = talks.deliberation(actor, pk)
    require(actor, "deliberations.add_order", d)
    if d.state not in ("held", "decided"):
        raise Conflict("议过以后才能从这里下点单。")
    form = OrderForm(
        request.POST or None, categories=Category.objects.order_by("position"),
        initial={"title": d.title, "detail": d.result or d.minutes},
    )  # fmt: skip
    done = submitted(
        request, form,
        lambda data: deciding.place_order(
            actor=actor, deliberation_id=pk, category=data.pop("category").pk, **data,
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if done:
        toast(request, "点单下好了", "和别的单一样核实、派单。")
        return redirect(reverse("councils:deliberation", args=[pk]) + "#orders")
    return form_page(request, form, "转成点单", trail(d), submit="下单")


@get_only
def paper(request: HttpRequest, pk: UUID, what: str) -> HttpResponse:
    """The sheet to sign on the day, and what was talked over."""
    actor = require_role(request, "deliberations.view")
    d = talks.deliberation(actor, pk)
    if what not in PAPERS or actor.path is None or d.held_at is None:
        raise NotFound
    if what == "minutes" and d.state not in rules.TALKED:
        raise NotFound
    return render(request, f"councils/print_talk_{what}.html", _paper(d, what))


def _paper(d: Deliberation, what: str) -> dict[str, object]:
    seats = list(d.seats.filter(removed=False).select_related("member__unit"))
    shown = d.resolutions.exclude(state="dropped").select_related("unit")
    return {
        "d": d, "title": PAPERS[what], "seats": seats, "blank": range(BLANK),
        "back_url": reverse("councils:deliberation", args=[d.pk]),
        "community": queries.community_of(d), "attendance": attendance_of(d, seats),
        "came": [s for s in seats if s.attendance == "came"],
        "opinions": list(d.opinions.filter(state="noted")),
        "resolved": list(shown.order_by("due_on", "pk")),
    }  # fmt: skip

"""A member's visits on a phone: what is due first, 记走访 with everything filled in
beforehand, the receipt, what was made (L39, L40)."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.duties.models import Duty
from baodao.orders.views.slip import qr
from baodao.pairings import visits_around, visits_queries, visits_services
from baodao.pairings import visits_links as links
from baodao.pairings import visits_member as queries
from baodao.pairings.models import HouseholdPairing
from baodao.pairings.views.visits_guard import actor_of, bond_for, member_of, visit_of
from baodao.pairings.visits_amending import may_amend
from baodao.pairings.visits_forms import NeedForm, VisitForm
from baodao.pairings.visits_limits import limits_at
from baodao.pairings.visits_services import visitors
from baodao.places.rules import PURPOSES
from baodao.ui.toast import toast

REVEAL_FOR = ("visit", "call_back", "order")


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The households to visit, the one that is due first in a frame; what was made."""
    actor, now = member_of(request), clock_now()
    cards = queries.cards(actor, now)
    found = queries.history(actor)
    page = queries.page_of(found, request.GET.get("page", "1"))
    return render(request, "pairings/visits_mine.html", {
        "cards": cards, "head": head_of(cards), "page": page,
        "made": visits_queries.of_visits(page.object_list, now),
        "year": queries.year_count(actor, today(now).year),
    })  # fmt: skip


def head_of(cards: list[queries.Card]) -> str:
    """这个月还差 1 次走访."""
    due = sum(c.duty is not None for c in cards)
    if due:
        return f"还有 {due} 户要走访"
    return "走访都做了" if cards else "还没有联系户"


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """记走访: one page, defaults chosen, sent with one tap."""
    actor, now = member_of(request), clock_now()
    bond = _own(actor, pairing_id)
    form = _form(request, bond, now)
    if form.is_bound and form.is_valid():
        try:
            visit = visits_services.record_visit(
                actor=actor, pairing_id=bond.pk, report=form.report(),
                client_id=_client(form, bond),
            )  # fmt: skip
        except (Invalid, Conflict) as error:
            form.refuse(error)
            return _page(request, form, bond, error.status)
        return redirect("pairings:visit_receipt", visit.pk)
    return _page(request, form, bond, 422 if form.is_bound else 200)


def _own(actor: Actor, pairing_id: UUID) -> HouseholdPairing:
    """A bond that is the member's own, or where they stand in: that is not in the
    access table's columns of the bond, but in the duty's."""
    found = HouseholdPairing.objects.filter(pk=pairing_id).select_related(
        "household", "member__person", "second__person"
    )
    bond = found.first()
    if bond is None or actor.member_id not in visitors(bond):
        raise NotFound
    return bond


def _form(request: HttpRequest, bond: HouseholdPairing, now: Any) -> VisitForm:
    data = request.POST if request.method == "POST" else None
    return VisitForm(
        data, today=today(now), minor=bond.focus == "minor", phone_only=bond.phone_only,
        partners=queries.partners(bond), initial={"companion": queries.companion_of(bond)},
    )  # fmt: skip


def _client(form: VisitForm, bond: HouseholdPairing) -> str:
    given = form.cleaned_data["client_id"]
    return f"{bond.pk}:{given}" if given else ""


def _page(
    request: HttpRequest, form: VisitForm, bond: HouseholdPairing, status: int
) -> HttpResponse:
    actor, now = member_of(request), clock_now()
    due = [d for d in queries.owed_by(actor, today(now)) if d.source_id == bond.pk]
    context = {
        "form": form, "bond": bond, "due": due, "wishes": queries.wishes(bond),
        "where": queries.where(bond.home_path), "late_hint": queries.late_hint(bond),
    }  # fmt: skip
    return render(request, "pairings/visit_new.html", context, status=status)


@require_safe
def receipt(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """这一笔记到了哪里, and the link for the household's own telephone."""
    actor, now = member_of(request), clock_now()
    visit = visit_of(actor, visit_id)
    context: dict[str, Any] = {
        "visit": visit, "lines": queries.receipt(visit, now),
        "under": visits_queries.under(visit, today(now)),
        "title": "记下了" if visit.state == "attempted" else "记好了",
        "story": visits_queries.story(visit),
        "may_amend": may_amend(actor, visit, now),
    }  # fmt: skip
    if visit.state == "done" and not visit.late and not links.expired(visit, now):
        path = reverse("pairings:visit_tap", args=[links.raw_token(visit.pk)])
        link = request.build_absolute_uri(path)
        days = limits_at(visit.home_path).link_days
        context |= {"link": link, "qr": qr(link), "code": visit.code, "link_days": days}
    return render(request, "pairings/visit_receipt.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Name, telephone and door of the household, for a purpose, on record."""
    actor = member_of(request)
    bond = _own(actor, pairing_id)
    shown: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        purpose = request.POST.get("purpose", "")
        try:
            shown = visits_around.reveal(
                actor=actor, pairing_id=bond.pk, field=request.POST.get("field", ""),
                purpose=purpose if purpose in REVEAL_FOR else "",
            )  # fmt: skip
        except Invalid as error:
            toast(request, error.message, tone="late")
            status = error.status
    context = {
        "bond": bond, "shown": shown, "where": queries.where(bond.home_path),
        "purposes": [(c, PURPOSES[c]) for c in REVEAL_FOR],
        "wishes": queries.wishes(bond), "form": NeedForm(),
        "fields": (("call_name", "称呼"), ("phone", "电话"), ("address", "住处")),
        "looks": visits_queries.looks(bond, 5),
    }  # fmt: skip
    answer = render(request, "pairings/visit_contact.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
def by_duty(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """From a duty of any list to where it is done."""
    actor = actor_of(request)
    duty = Duty.objects.filter(pk=duty_id, kind__in=visits_services.KINDS).first()
    if actor.is_anonymous or duty is None:
        raise NotFound
    if actor.role == "member":
        return redirect("pairings:my_visit_new", duty.source_id)
    if not can(actor, "visits.record"):
        raise Forbidden("走访由党员来做，由社区代记。")
    bond = bond_for(actor, duty.source_id)
    return redirect("pairings:visit_new", bond.pk)


@require_POST
def cannot(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """这个月去不了: the community is asked to find somebody or to excuse it."""
    actor = member_of(request)
    bond = _own(actor, pairing_id)
    visits_around.cannot_go(actor=actor, pairing_id=bond.pk)
    toast(request, "已告诉社区", "社区会请人代访，或记为免访。")
    return redirect("pairings:my_visits")

"""A unit's view: its members' visits in numbers and by name, never a household
(domain 9.5). And what is printed for people without a telephone (L50)."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Forbidden, NotFound
from baodao.core.ids import uuid_of
from baodao.duties.rules import STATES
from baodao.orders.residents import community_of
from baodao.orders.views.slip import qr
from baodao.pairings import visits_flow, visits_rules
from baodao.pairings import visits_member as wishes
from baodao.pairings import visits_queries as queries
from baodao.pairings.views.visits import months
from baodao.pairings.views.visits_guard import actor_of, bond_for, staff_of
from baodao.pairings.visits_limits import limits_at
from baodao.places.models import Place
from baodao.ui.paging import UpTo

PAGE = 50
MOST_ON_PAPER = 400


def unit_of(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if actor.is_anonymous:
        raise NotFound
    if not actor.role.startswith("unit_") or not actor.unit_id:
        raise Forbidden("这一页由单位书记和联络员使用。社区请到“走访”。")
    return actor


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The month's figures, each opens its list; members by name, no ranking."""
    actor, day = unit_of(request), today()
    month, state = asked(request, day)
    found = queries.unit_duties(actor, month, day)
    figures = queries.unit_figures(found)
    rows = queries.in_state(found, state).order_by(
        "member__person__pinyin", "due_on", "id"
    )
    rows = rows.select_related("member__person", "stand_in__person")
    page = UpTo(rows, PAGE, figures[state]).get_page(request.GET.get("page"))
    return render(request, "pairings/visits_unit.html", {
        "figures": [(k, t, figures[k]) for k, (t, _) in queries.UNIT_STATES.items()],
        "state": state, "month": month, "months": months(day), "page": page,
        "rows": [(d, STATES[d.state]) for d in page.object_list],
        "title": visits_rules.month_of(month, day)[0],
    })  # fmt: skip


def asked(request: HttpRequest, day: date) -> tuple[str, str]:
    """Month and figure of the address."""
    state = request.GET.get("state", "owed")
    state = state if state in queries.UNIT_STATES else "owed"
    first, _ = visits_rules.month_of(request.GET.get("month", ""), day)
    return f"{first:%Y-%m}", state


# --- paper ---------------------------------------------------------------------------


@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The month's sheet of a community (all households by number, to be ticked), or
    with ?pairing= the sheet of one member to take along. Never a name or a door."""
    actor, day = staff_of(request), today()
    pairing_id = uuid_of(request.GET.get("pairing"))
    if pairing_id:
        return _one(request, actor, pairing_id)
    first, after = visits_rules.month_of(request.GET.get("month", ""), day)
    rows = queries.owed(actor).filter(due_on__gte=first, due_on__lt=after)
    rows = rows.exclude(state="cancelled").order_by("due_on", "id")
    lines = queries.of_duties(
        rows.select_related("stand_in__person")[:MOST_ON_PAPER], clock_now()
    )
    place = Place.objects.filter(path=actor.path).first()
    return render(request, "pairings/visit_sheet_month.html", {
        "lines": sorted(lines, key=lambda x: (x.number, x.on)), "first": first,
        "place": place, "more": rows.count() > MOST_ON_PAPER,
        "back_url": request.GET.get("back", ""),
    })  # fmt: skip


def _one(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    bond = bond_for(actor, pk)
    due = queries.owed(actor).filter(source_id=bond.pk, state__in=("due", "missed"))
    return render(request, "pairings/visit_sheet.html", {
        "bond": bond, "due": due.order_by("due_on", "id")[:4], "where": wishes.where(bond.home_path),
        "place": community_of(bond.home_path), "topics": visits_flow.TOPICS.values(),
        "methods": visits_flow.METHODS.values(), "wishes": wishes.wishes(bond),
        "confirmed": ("签字", "按手印", "口头同意，社区回访"),
        "normal_days": limits_at(bond.home_path).normal_days,
    })  # fmt: skip


@require_safe
def card(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """The household's card: one code opens its page, the other side says what it may
    expect; in both scripts where Tibetan is spoken. Printed by who works there, handed
    over in person."""
    actor = staff_of(request)
    bond = bond_for(actor, pairing_id)
    script = request.GET.get("lang") or bond.household.language
    url = reverse("pairings:visit_home", args=[bond.token])
    link = request.build_absolute_uri(f"{url}?lang=bo" if script == "bo" else url)
    return render(request, "pairings/visit_card.html", {
        "bond": bond, "qr": qr(link), "link": link, "place": community_of(bond.home_path),
        "script": script, "limits": limits_at(bond.home_path),
    })  # fmt: skip

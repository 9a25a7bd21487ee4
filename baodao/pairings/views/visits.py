"""The community's desk: the list of visits by what has to happen, who is about to be
missed this month, one visit, and paper that is entered for a member."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import BaodaoError, Conflict, Invalid, NotFound
from baodao.duties.models import Duty
from baodao.orders.models import Order
from baodao.pairings import (
    visits_around,
    visits_flow,
    visits_links,
    visits_rules,
    visits_services,
)
from baodao.pairings import visits_member as wishes
from baodao.pairings import visits_queries as queries
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.views.visits_guard import actor_of, bond_for, staff_of, visit_of
from baodao.pairings.visits_amending import may_amend
from baodao.pairings.visits_forms import (
    ActForm,
    ConfirmForm,
    NeedForm,
    PaperForm,
    RefuseForm,
    VoidForm,
)
from baodao.pairings.visits_voiding import void_visit
from baodao.people.models import Member
from baodao.places.forms import apart
from baodao.ui.paging import UpTo, count_up_to, words_of
from baodao.ui.toast import toast

PAGE = 50
STAND_IN = {"1": "有人代访", "0": "本人去"}
FILTERS = ("q", "kind", "month", "stand_in")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """走访 for whoever asks: members and units have pages of their own."""
    role = actor_of(request).role
    if role == "member":
        return redirect("pairings:my_visits")
    if role.startswith("unit_"):
        return redirect("pairings:unit_visits")
    actor, now = staff_of(request), clock_now()
    tab, rows = chosen(request, actor, today(now))
    counts = {
        t: count_up_to(_rows(request, actor, t, today(now))) for t in queries.TABS
    }
    page = UpTo(rows, PAGE, counts[tab]).get_page(request.GET.get("page"))
    missing = count_up_to(queries.about_to_miss(actor, today(now)))
    return render(request, "pairings/visits.html", {
        "tab": tab, "tabs": [(k, t, words_of(counts[k])) for k, t in queries.TABS.items()],
        "n": counts[tab], "page": page, "lines": lines_of(page.object_list, tab, now),
        "kinds": KINDS, "months": months(today(now)), "stand_ins": STAND_IN.items(),
        "q": request.GET.get("q", ""), "missing": words_of(missing),
        "filtered": any(request.GET.get(k) for k in FILTERS),
        "may_excuse": can(actor, "duties.excuse"),
    })  # fmt: skip


KINDS = [
    ("visit_month", "每月走访"),
    ("visit_festival", "节日走访"),
    ("visit_need", "有事走访"),
]


def months(day: date) -> list[tuple[str, str]]:
    """This month and the twelve before it, as a filter."""
    return [
        (f"{m:%Y-%m}", f"{m.year}年{m.month}月")
        for m in visits_rules.months_back(day, 12)
    ]


def chosen(request: HttpRequest, actor: Actor, day: date) -> tuple[str, QuerySet[Any]]:
    """The tab of the address and its rows."""
    tab = request.GET.get("tab", "soon")
    tab = tab if tab in queries.TABS else "soon"
    return tab, _rows(request, actor, tab, day)


def _rows(request: HttpRequest, actor: Actor, tab: str, day: date) -> QuerySet[Any]:
    words = {k: request.GET.get(k, "") for k in FILTERS}
    make: Callable[..., QuerySet[Any]] = (
        queries.duty_rows if tab in queries.OF_DUTIES else queries.visit_rows
    )
    related = (
        ("stand_in__person",) if tab in queries.OF_DUTIES else queries.VISIT_JOINED
    )
    return make(actor, tab, day, **words).select_related(*related)


def lines_of(rows: Any, tab: str, now: datetime) -> list[queries.Line]:
    if tab in queries.OF_DUTIES:
        return queries.of_duties(rows, now)
    return queries.of_visits(rows, now)


# --- one visit -----------------------------------------------------------------------


@require_safe
def detail(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    actor = staff_of(request)
    return _detail(request, actor, visit_of(actor, visit_id))


def _detail(
    request: HttpRequest,
    actor: Actor,
    visit: Visit,
    bad: tuple[str, ActForm] | None = None,
) -> HttpResponse:
    now = clock_now()
    order = Order.objects.filter(pk=visit.order_id).first() if visit.order_id else None
    forms: dict[str, ActForm] = {
        "confirm_form": ConfirmForm(),
        "refuse_form": RefuseForm(),
        "void_form": apart(VoidForm(), "void"),
    }
    if bad:
        forms[f"{bad[0]}_form"] = bad[1]
    return render(request, "pairings/visit.html", {
        "bad": bad and bad[0],
        "visit": visit, "line": queries.of_visits([visit], now)[0],
        "may": queries.can_do(actor, visit), "story": queries.story(visit),
        "duties": queries.fulfilled(visit), "order": order,
        "topics": visits_rules.titles(visit.topics, visits_flow.TOPICS),
        "late": visits_flow.LATE.get(visit.late, ""),
        "may_amend": may_amend(actor, visit, now),
        "halves": visits_services.halves(visit), "where": wishes.where(visit.home_path),
        "code": visit.code if visit.state == "done" and not visits_links.expired(visit, now) else "",
        **forms,
    }, status=422 if bad else 200)  # fmt: skip


@require_POST
def act(request: HttpRequest, visit_id: UUID, event: str) -> HttpResponse:
    """Confirm after a call, or say that it was not so."""
    actor = staff_of(request)
    visit = visit_of(actor, visit_id)
    kinds: dict[str, type[ActForm]] = {
        "confirm": ConfirmForm, "refuse": RefuseForm, "void": VoidForm,
    }  # fmt: skip
    if event not in kinds:
        raise NotFound
    form = kinds[event](request.POST)
    if not form.is_valid():
        return _detail(request, actor, visit, (event, form))
    said = form.cleaned_data
    try:
        if event == "confirm":
            visits_services.confirm_visit(actor=actor, visit_id=visit.pk, **said)
            toast(
                request,
                "已确认",
                f"户 {visit.pairing.household.number} 的走访已计入服务记录。",
            )
        elif event == "void":
            void_visit(actor=actor, visit_id=visit.pk, **said)
            toast(request, "收回了确认", "记录已冲回，应访重新列为待办，已告诉党员。")
        else:
            visits_services.refuse_visit(actor=actor, visit_id=visit.pk, **said)
            toast(request, "已退回", "应访重新列为待办，党员会收到一条通知。")
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _detail(request, actor, visit, (event, form))
    return redirect("pairings:visit", visit.pk)


# --- paper ---------------------------------------------------------------------------


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Whose paper it is: by the member's name or the household's number."""
    actor = staff_of(request)
    q = request.GET.get("q", "").strip()
    found = queries.bonds(actor).filter(state="active")
    if q:
        found = found.filter(pk__in=queries.found_bonds(q).values("pk"))
    rows = found.select_related(*queries.WITH_HOME).order_by("household__number", "pk")
    page = UpTo(rows, PAGE, count_up_to(rows)).get_page(request.GET.get("page"))
    return render(request, "pairings/visit_choose.html", {"q": q, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Enter a paper, or what was told on the telephone, for a member (L50)."""
    actor, now = staff_of(request), clock_now()
    bond = bond_for(actor, pairing_id)
    form = _paper(request, bond, now)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            visit = _enter(actor, bond, form)
        except (Invalid, Conflict) as error:
            form.refuse(error)
            status = error.status
        else:
            state = visits_flow.STATES[visit.state].title
            toast(
                request,
                f"户 {bond.household.number} 的走访记好了",
                f"现在是“{state}”。",
            )
            return redirect("pairings:visit", visit.pk)
    return render(request, "pairings/visit_paper.html", {
        "form": form, "bond": bond, "wishes": wishes.wishes(bond),
        "where": wishes.where(bond.home_path), "need_form": NeedForm(),
        "late_hint": wishes.late_hint(bond),
        "due": list(_open_of(bond, today(now))),
    }, status=status)  # fmt: skip


def _open_of(bond: HouseholdPairing, day: date) -> QuerySet[Duty]:
    found = Duty.objects.filter(source_id=bond.pk, kind__in=visits_services.KINDS)
    return found.filter(state__in=("due", "missed"), opens_on__lte=day).order_by(
        "due_on"
    )


def _paper(request: HttpRequest, bond: HouseholdPairing, now: datetime) -> PaperForm:
    ids = visits_services.visitors(bond)
    people = Member.objects.select_related("person").in_bulk(ids)
    return PaperForm(
        request.POST if request.method == "POST" else None, today=today(now),
        minor=bond.focus == "minor", phone_only=bond.phone_only,
        partners=wishes.partners(bond), initial={"companion": wishes.companion_of(bond)},
        visitors=[(pk, people[pk].person.name) for pk in ids if pk in people],
    )  # fmt: skip


def _enter(actor: Actor, bond: HouseholdPairing, form: PaperForm) -> Visit:
    given = form.cleaned_data["client_id"]
    return visits_services.record_visit(
        actor=actor, pairing_id=bond.pk, report=form.report(), by_id=form.visitor_id,
        entry=form.cleaned_data["entry"], signed=form.cleaned_data["signed"],
        client_id=f"{bond.pk}:{given}" if given else "",
    )  # fmt: skip


@require_POST
def ask(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """居民有需求必访: a visit is asked for, by the worker or the member."""
    actor = actor_of(request)
    bond = bond_for(actor, pairing_id)
    form = NeedForm(request.POST)
    back = "pairings:my_visits" if actor.role == "member" else "pairings:visits"
    try:
        if not form.is_valid():
            raise Invalid("请写短一点，最多 400 字。")
        duty = visits_around.ask_visit(
            actor=actor, pairing_id=bond.pk, urgent=form.cleaned_data["urgent"],
            note=form.cleaned_data["note"], client_id=form.cleaned_data["client_id"],
        )  # fmt: skip
    except BaodaoError as error:
        if error.status not in (409, 422):
            raise
        toast(request, error.message, tone="late")
    else:
        day = duty.due_on
        toast(request, "已列为有事走访", f"{day.month}月{day.day}日前要联系上。")
    return redirect(back)

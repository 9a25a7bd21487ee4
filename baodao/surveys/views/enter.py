"""At the door: households that are left, one household, its sheet, the paper."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Invalid
from baodao.people.views.asking import actor_of, get_only, get_or_post
from baodao.places.forms import status_of, submitted
from baodao.places.models import Household
from baodao.places.rules import PURPOSES
from baodao.places.services import reveal_household
from baodao.surveys import asking, coverage, entering, queries, results, rules
from baodao.surveys.forms import NeedForm, SheetForm
from baodao.surveys.models import Sheet, Survey
from baodao.surveys.views.frame import at_the_door, paged, shared
from baodao.ui.toast import toast

ON_PAPER = 60  # households of a list on paper


def wanted(request: HttpRequest) -> dict[str, str]:
    """The filters of the list of households."""
    show = request.GET.get("show", "")
    number = request.GET.get("q", "").strip().removeprefix("户").strip()[:8]
    under = request.GET.get("under", "")
    return {
        "under": under if under.endswith("/") and len(under) < 80 else "",
        "show": show if show in coverage.SHOWS else "", "number": number,
    }  # fmt: skip


@get_only
def left(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Households that have not been reached; by filter also the others (L52)."""
    actor, it = at_the_door(request, pk)
    chosen = wanted(request)
    page = paged(request, coverage.doors(actor, it, **chosen))
    grids = coverage.grid_names(page.object_list)
    context = {
        **shared(request, it, "left"), "page": page, "shows": coverage.SHOWS.items(),
        "rows": [
            (h, coverage.where(h), _grid(h, grids), rules.OUTCOMES.get(h.outcome or "", ""))
            for h in page.object_list
        ],
        "buildings": coverage.buildings(actor, it), "q": chosen["number"], **chosen,
        "filtered": any(chosen.values()), "n": page.paginator.count,
    }  # fmt: skip
    return render(request, "surveys/left.html", context)


def _grid(home: Household, names: dict[str, str]) -> str:
    return names.get("/".join(home.path.split("/")[:6]) + "/", "")


def _back(it: Survey, chosen: dict[str, str]) -> str:
    query = urlencode({k: v for k, v in chosen.items() if v and k != "number"})
    url = reverse("surveys:left", args=[it.pk])
    return f"{url}?{query}" if query else url


@never_cache
@get_or_post
def fill(request: HttpRequest, pk: UUID, home: UUID) -> HttpResponse:
    """One household on one page; after saving the next one in the same building."""
    actor, it = at_the_door(request, pk)
    household = _home(actor, it, home)
    return _fill(request, actor, it, household, {})


def _home(actor: Actor, it: Survey, pk: UUID) -> Household:
    entering.running(it.pk, clock_now())
    return entering.home_in(actor, it, pk)


def _fill(
    request: HttpRequest,
    actor: Actor,
    it: Survey,
    home: Household,
    shown: dict[str, str],
) -> HttpResponse:
    chosen = wanted(request)
    old = Sheet.objects.filter(survey=coverage.root_of(it), household=home).first()
    questions = asking.load(it.questions)
    posted = request.method == "POST" and not shown
    form = SheetForm(
        request.POST if posted else None, questions=questions,
        initial=_initial(request, old),
    )  # fmt: skip
    done = submitted(request, form, lambda d: entering.fill(
        actor=actor, survey_id=it.pk, household_id=home.pk, said=form.said(),
        version=d["version"], client_id=d["client_id"],
    )) if posted else None  # fmt: skip
    if done:
        return _saved(request, actor, it, home, done, chosen["under"])
    context = {
        **shared(request, it, "left"), "form": form, "home": home, "old": old,
        "where": coverage.where(home), "shown": shown, "purposes": PURPOSES.items(),
        "back": _back(it, chosen), "notice": rules.NOTICE, "under": chosen["under"],
        "last_time": _last_time(it, home), "tally": coverage.total(it, chosen["under"] or coverage.reach(actor, it)),
        "reveal_url": _here("surveys:reveal", it, home, request),
        "may_reveal": can(actor, "households.reveal", home),
    }  # fmt: skip
    return render(request, "surveys/fill.html", context, status=status_of(form))


def _here(name: str, it: Survey, home: Household, request: HttpRequest) -> str:
    query = request.GET.urlencode()
    url = reverse(name, args=[it.pk, home.pk])
    return f"{url}?{query}" if query else url


def _initial(request: HttpRequest, old: Sheet | None) -> dict[str, Any]:
    how = request.GET.get("how", "visit")
    initial: dict[str, Any] = {
        "outcome": "answered", "how": how if how in rules.HOWS else "visit",
        "on": today(),
    }  # fmt: skip
    if old:
        initial["version"] = old.version
        if old.outcome == "answered":
            initial |= {
                **old.answers,
                **entering.texts_of(old),
                "how": old.how,
                "on": old.taken_on,
            }
    return initial


def _last_time(it: Survey, home: Household) -> list[tuple[str, str]]:
    """What this household said in the round before, for who asks again."""
    before = results.last_round(it)
    if before is None:
        return []
    found = Sheet.objects.filter(
        survey=coverage.root_of(before), household=home, outcome="answered"
    ).first()
    if found is None:
        return []
    known = results.questions_of(before)
    return [
        (q.label, q.words(found.answers[q.key]))
        for q in known
        if q.key in found.answers
    ]


def _saved(
    request: HttpRequest,
    actor: Actor,
    it: Survey,
    home: Household,
    sheet: Sheet,
    under: str,
) -> HttpResponse:
    order = sheet.needs.select_related("order").order_by("-id").first()
    made = order and request.POST.get("need", "").strip()
    text = (
        f"转成了单 {order.order.no}，社区核实后派单。"
        if order and made
        else rules.OUTCOMES[sheet.outcome]
    )
    toast(request, f"户 {home.number} 记好了", text)
    if "next" in request.POST:
        other = coverage.next_door(actor, it, home, under)
        if other:
            url = reverse("surveys:fill", args=[it.pk, other.pk])
            query = {"under": under, "how": request.POST.get("how", "visit")}
            return redirect(f"{url}?{urlencode({k: v for k, v in query.items() if v})}")
        toast(request, "这里都问过了", "没人在家的过几天再去。")
        return redirect(_back(it, {"under": under}))
    return redirect("surveys:sheet", pk=sheet.pk)


@never_cache
@require_POST
def reveal(request: HttpRequest, pk: UUID, home: UUID) -> HttpResponse:
    """Who lives there, for a purpose; shown in this answer only, and on record."""
    actor, it = at_the_door(request, pk)
    household = _home(actor, it, home)
    try:
        shown = reveal_household(
            actor=actor, household_id=household.pk,
            purpose=request.POST.get("purpose", ""),
        )  # fmt: skip
    except Invalid as error:
        toast(request, error.message, tone="late")
        return redirect(_here("surveys:fill", it, household, request))
    return _fill(request, actor, it, household, shown)


# --- one sheet ----------------------------------------------------------------------------


@get_or_post
def sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a household answered; each answer in words becomes an order with one tap."""
    actor = actor_of(request)
    if not can(actor, "survey_sheets.view"):
        # Who sees surveys at all is told why; for the others there is no such page.
        at_the_door(
            request,
            Sheet.objects.filter(pk=pk).values_list("survey", flat=True).first() or pk,
        )
    row = queries.sheet(actor, pk)
    it = queries.part_for(actor, row.survey, row.path)
    form = NeedForm(request.POST or None)
    done = submitted(request, form, lambda d: entering.place_need(
        actor=actor, sheet_id=pk, need=form.wanted(), client_id=d["client_id"]
    ))  # fmt: skip
    if done:
        toast(request, f"转成了单 {done.no}", "社区核实后派单。")
        return redirect("surveys:sheet", pk=pk)
    texts = entering.texts_of(row)
    given = {**row.answers, **texts}
    context = {
        **shared(request, it, "left"), "row": row, "home": row.household, "form": form,
        "where": coverage.where(row.household), "outcome": rules.OUTCOMES[row.outcome],
        "answers": [
            (q.label, q.words(given[q.key]), texts.get(q.key, ""))
            for q in results.questions_of(it) if q.key in given
        ],
        "orders": [n.order for n in row.needs.select_related("order").order_by("-id")],
        "cleared": bool(set(row.texted) - set(texts)),
    }  # fmt: skip
    return render(request, "surveys/sheet.html", context, status=status_of(form))


# --- on paper -----------------------------------------------------------------------------


@get_only
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A blank form in large type, and the list of a building's households by number."""
    actor, it = at_the_door(request, pk)
    under = wanted(request)["under"]
    rows = coverage.doors(actor, it, under=under)
    where = next((t for p, t in coverage.buildings(actor, it) if p == under), "")
    context = {
        "it": it, "questions": _on_paper(asking.load(it.questions or it.draft)),
        "notice": rules.NOTICE, "outcomes": rules.OUTCOMES.values(), "where": where,
        "homes": [(h.number, coverage.where(h)) for h in rows[:ON_PAPER]] if it.state != "draft" else [],
        "more": max(rows.count() - ON_PAPER, 0), "back_url": _back(it, {"under": under}),
        "community": it.place,
    }  # fmt: skip
    return render(request, "surveys/paper.html", context)


def _on_paper(
    questions: list[asking.Question],
) -> list[tuple[int, asking.Question, str]]:
    known = {q.key: (n, q) for n, q in enumerate(questions, 1)}
    found = []
    for n, q in enumerate(questions, 1):
        said = ""
        if q.only_if:
            m, before = known[q.only_if[0]]
            said = f"第{m}题选“{dict(before.choices)[q.only_if[1]]}”的答"
        found.append((n, q, said))
    return found

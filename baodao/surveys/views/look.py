"""What came of it: sums, answers by place, words, orders found, last time and this."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from baodao.acts.access import can, visible
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.orders import rules as order_rules
from baodao.orders.models import Order
from baodao.people.views.asking import get_only
from baodao.places.rules import COMMUNITY
from baodao.surveys import queries, results, rules, summing
from baodao.surveys.asking import Question
from baodao.surveys.models import Survey
from baodao.surveys.views.frame import at_the_door, opened, paged, shared


def reached(it: Survey) -> None:
    """A draft has nothing to look at."""
    if it.state == "draft":
        raise NotFound


def answers_for(actor: Actor, it: Survey, reach: str) -> list[results.Answer]:
    """The sums that this actor sees: of the own grid, or with small numbers hidden."""
    return results.answers_of(
        results.questions_of(it), results.sums_of(it, reach),
        above=queries.is_above(actor),
    )  # fmt: skip


@get_only
def answers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Question by question."""
    actor, it = opened(request, pk)
    reached(it)
    context = shared(request, it, "results")
    rows = answers_for(actor, it, context["reach"])
    context |= {
        "answers": rows, "k": rules.K, "rate_n": rules.RATE_N,
        "by_place": it.place.level < COMMUNITY,
        "answered": max((a.n for a in rows), default=0),
    }  # fmt: skip
    return render(request, "surveys/results.html", context)


def chosen_question(
    request: HttpRequest, it: Survey
) -> tuple[Question, list[Question]]:
    """The question that the address names, else the first with choices."""
    known = [q for q in results.questions_of(it) if q.choices]
    if not known:
        raise NotFound
    key = request.GET.get("question", "")
    return next((q for q in known if q.key == key), known[0]), known


@get_only
def places(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One question, community by community, small numbers hidden."""
    _, it = opened(request, pk)
    reached(it)
    if it.place.level >= COMMUNITY:
        raise NotFound
    question, known = chosen_question(request, it)
    page = paged(request, results.by_place(it, question))
    context = {
        **shared(request, it, "results"), "question": question, "page": page, "k": rules.K,
        "known": [(q.key, q.label) for q in known],
    }  # fmt: skip
    return render(request, "surveys/places.html", context)


@get_only
def words(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was said in words, for the community alone."""
    _, it = at_the_door(request, pk)
    reached(it)
    context = shared(request, it, "results")
    known = [(q.key, q.label) for q in results.questions_of(it) if q.kind == "text"]
    key = request.GET.get("question", "")
    wanted = key if key in dict(known) else ""
    page = paged(request, results.said_in_words(it, context["reach"], wanted))
    context |= {
        "known": known, "page": page, "n": page.paginator.count,
        "rows": results.words(it, page.object_list),
    }  # fmt: skip
    return render(request, "surveys/words.html", context)


@get_only
def needs(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The orders that were found, and how far they are (A10)."""
    actor, it = opened(request, pk)
    reached(it)
    context = shared(request, it, "needs")
    found = results.found_orders(it, context["reach"])
    states = results.needs_by_state(found)
    page = paged(request, found.select_related("category", "unit", "place"))
    open_ = sum(n for s, n in states.items() if s in order_rules.OPEN)
    mine = _mine(actor, page.object_list)
    context |= {
        "page": page, "n": sum(states.values()), "open": open_,
        "rows": [(o, order_rules.STATES[o.state], o.pk in mine) for o in page.object_list],
    }  # fmt: skip
    return render(request, "surveys/needs.html", context)


def _mine(actor: Actor, rows: object) -> set[UUID]:
    """Those whose page this actor may open."""
    if not can(actor, "orders.view"):
        return set()
    ids = [o.pk for o in rows]  # type: ignore[attr-defined]
    found = visible(Order.objects.filter(pk__in=ids), actor, "orders.view")
    return set(found.values_list("pk", flat=True))


def kind_of(request: HttpRequest) -> str:
    kind = request.GET.get("kind", "changed")
    return kind if kind in summing.CHANGES else "changed"


@get_only
def changes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Both rounds in sums; for the community also household by household."""
    _, it = opened(request, pk)
    reached(it)
    before = results.last_round(it)
    if before is None:
        raise NotFound
    context = shared(request, it, "changes")
    above, reach = context["above"], context["reach"]
    context |= {
        "before": before, "answers": results.compared(it, before, reach, above=above),
        "k": rules.K,
    }  # fmt: skip
    if not above and it.place.level >= COMMUNITY:
        kind = kind_of(request)
        rows = results.home_changes(it, before, reach)
        context |= {
            "kind": kind, "page": paged(request, [r for r in rows if r.kind == kind]),
            "kinds": [
                (k, t, sum(r.kind == k for r in rows)) for k, t in summing.CHANGES.items()
            ],
        }  # fmt: skip
    return render(request, "surveys/changes.html", context)

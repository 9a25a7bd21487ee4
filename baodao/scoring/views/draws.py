"""The workshop of sampled confirmations for the township, and its figures."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from baodao.acts.access import can, require
from baodao.core.clock import today
from baodao.people.views.asking import (
    actor_for,
    get_only,
    get_or_post,
    paged,
    path_in,
    places_below,
    require_role,
    word,
)
from baodao.places.forms import status_of, submitted
from baodao.scoring import queries_draw as queries
from baodao.scoring import rules_draw as rules
from baodao.scoring import rules_quarter
from baodao.scoring.forms_health import SampleForm
from baodao.scoring.queries_praise import months
from baodao.scoring.services import drawing
from baodao.scoring.views.frame import frame
from baodao.scoring.views.quarters import choices
from baodao.ui.toast import toast


def month_of(request: HttpRequest) -> str:
    return word(request, "month", dict(months(today())))


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", queries.TABS) or "drawn"


@get_only
def samples(request: HttpRequest) -> HttpResponse:
    """What the township has to look at."""
    actor = require_role(request, "samples.view")
    found = queries.listed(actor, month_of(request), path_in(request, "place"))
    counts = dict.fromkeys(queries.TABS, 0)
    for state in found.order_by().values_list("state", flat=True):
        counts[state] += 1
        counts["all"] += 1
    tab = tab_of(request)
    page = paged(request, queries.in_tab(found, tab))
    context = {
        **frame(request, "samples"), "page": page, "tab": tab, "counts": counts,
        "rows": [(s, rules.STATES[s.it.state]) for s in queries.shown(page)],
        "tabs": [(k, t, counts[k]) for k, t in queries.TABS.items()],
        "months": months(today()), "places": places_below(request),
        "filtered": bool(month_of(request) or path_in(request, "place")),
    }  # fmt: skip
    return render(request, "scoring/samples.html", context)


@get_or_post
def sample(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One confirmation: what it says, where it came from, what was found."""
    actor = require_role(request, "samples.view")
    it = queries.sample(actor, pk)
    (one,) = queries.shown([it])
    initial = {"outcome": it.outcome, "note": it.note}
    if request.method == "POST":
        require(actor, "samples.check", it)
    form = SampleForm(request.POST or None, initial=initial)
    done = submitted(
        request, form, lambda d: drawing.check(actor=actor, sample_id=pk, **d)
    )
    if done:
        toast(request, "核对记下了", "抽查情况里看得到合计。")
        return redirect("scoring:samples")
    context = {
        **frame(request, "samples"), "one": one, "it": it, "form": form,
        "state": rules.STATES[it.state], "may": can(actor, "samples.check", it),
        "again": queries.again(it.draw), "source_url": one.source_url(actor),
    }  # fmt: skip
    return render(request, "scoring/sample.html", context, status=status_of(form))


@get_only
def draws(request: HttpRequest) -> HttpResponse:
    """Figures of the workshop: each month and community."""
    actor = actor_for(request, "draws.view")
    found = queries.draws(actor, month_of(request), path_in(request, "place"))
    context = {
        **frame(request, "samples" if can(actor, "samples.view") else "draws"),
        "page": paged(request, found), "sums": queries.sums(found),
        "months": months(today()), "places": places_below(request),
        "outcomes": rules.OUTCOMES.items(), "mine": can(actor, "samples.view"),
        "filtered": bool(month_of(request) or path_in(request, "place")),
    }  # fmt: skip
    return render(request, "scoring/draws.html", context)


def quarter_of(request: HttpRequest) -> str:
    """The quarter asked for, else the present one."""
    return word(request, "quarter", dict(choices())) or rules_quarter.quarter_of(
        today()
    )


@get_only
def patterns(request: HttpRequest) -> HttpResponse:
    """The same hand for the same person, more than ten times in a quarter."""
    actor = require_role(request, "patterns.look")
    key = quarter_of(request)
    context = {
        **frame(request, "samples"), "choices": choices(),
        "words": rules_quarter.words(key),
        "rows": queries.patterns(actor, key, *rules_quarter.days_of(key)),
        "most": queries.MOST,
    }  # fmt: skip
    return render(request, "scoring/patterns.html", context)

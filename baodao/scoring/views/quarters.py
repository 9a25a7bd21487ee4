"""Quarterly summaries: a community's own, closing one, the report T7 above it."""

from collections.abc import Mapping
from datetime import time
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.clock import at_local, today
from baodao.core.clock import now as clock_now
from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.duties.models import Duty
from baodao.duties.rules import OPEN
from baodao.people.views.asking import (
    actor_for,
    get_only,
    path_in,
    require_desk,
    require_role,
    word,
)
from baodao.places.models import Place
from baodao.scoring import queries_quarter as queries
from baodao.scoring import rules_quarter as rules
from baodao.scoring.models import Quarter
from baodao.scoring.queries_scored import cards_of, scored
from baodao.scoring.rules_counting import SUBJECTS
from baodao.scoring.rules_small import FEW
from baodao.scoring.services import quartering
from baodao.scoring.views.frame import frame
from baodao.ui.clock import clock
from baodao.ui.toast import toast

QUARTERS = 8  # that the pages go back


def choices() -> list[tuple[str, str]]:
    return [(k, rules.words(k)) for k in rules.back(today(), QUARTERS)]


def key_of(request: HttpRequest) -> str:
    """The quarter asked for; without one the last that is over."""
    return word(request, "quarter", dict(choices())) or rules.before(
        rules.quarter_of(today())
    )


@get_only
def quarters(request: HttpRequest) -> HttpResponse:
    """Of a community its own quarters; above, the report of the last."""
    actor = actor_for(request, "quarters.view")
    if not can(actor, "letters.send"):
        return redirect("scoring:report")
    place, day = queries.place_of(actor), today()
    closed = {q.key: q for q in Quarter.objects.filter(place=place)}
    rows = [
        (k, t, closed.get(k), rules.days_of(k)[1] <= day, _duty(place, k))
        for k, t in choices()
    ]
    context = {
        **frame(request, "quarters"), "place": place, "rows": rows,
        "waiting": next((r for r in rows[1:2] if r[2] is None), None),
        "may_close": can(actor, "quarters.close", {"path": place.path}),
    }  # fmt: skip
    return render(request, "scoring/quarters.html", context)


def _duty(place: Place, key: str) -> Any:
    """The clock of the summary that is owed."""
    owed = queries.duty(place, key)
    if owed is None or owed.state not in OPEN:
        return None
    return clock(
        clock_now(), at_local(owed.opens_on, time.min), at_local(owed.due_on, time(18)),
        whose="社区书记：结账",
    )  # fmt: skip


@get_only
def duty(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where the duty of the summary is done."""
    actor = require_role(request, "duties.view")
    owed = Duty.objects.filter(pk=pk, kind=rules.DUTY).first()
    if owed is None:
        raise NotFound
    require(actor, "duties.view", owed)
    return redirect("scoring:quarter", owed.key)


@get_only
def quarter(request: HttpRequest, key: str) -> HttpResponse:
    """One quarter of a community: as it was frozen, or as it would be closed now."""
    actor = actor_for(request, "quarters.view")
    if not rules.is_quarter(key):
        raise NotFound
    if not can(actor, "letters.send"):
        return redirect(f"{reverse('scoring:report')}?quarter={key}")
    place = queries.place_of(actor)
    return _page(request, actor, place, key)


def _page(request: HttpRequest, actor: Actor, place: Place, key: str) -> HttpResponse:
    found = scored(cards_of(place, key), key)
    now = queries.figures(place, key, found)
    it = queries.closed(place, key)
    over = rules.days_of(key)[1] <= today()
    shown = it.figures if it else now
    context = {
        **frame(request, "quarters"), "place": place, "key": key,
        "words": rules.words(key), "it": it, "over": over, "figures": shown,
        "parts": [
            (t, p["n"], *_in_order(p)) for s, t in SUBJECTS.items() if (p := shown.get(s))
        ],
        "bands": rules.BANDS.items(),
        "remind": queries.to_remind(place, key, found) if over and not it else [],
        "cards": len(found),
        "differences": queries.differences(it, now) if it else [],
        "may_close": over and not it and can(actor, "quarters.close", {"path": place.path}),
    }  # fmt: skip
    return render(request, "scoring/quarter.html", context)


def _in_order(part: Mapping[str, Any]) -> tuple[list[int], list[Any]]:
    """Bands from the best down, adds before deducts: what was kept as JSON has lost its
    order."""
    rows = sorted(part["rules"].items(), key=lambda r: (-r[1]["sign"], r[0]))
    return [part["bands"][b] for b in rules.BANDS], [rule for _, rule in rows]


@require_POST
def close(request: HttpRequest, key: str) -> HttpResponse:
    """Freeze it and send the letters."""
    actor = require_desk(request, "quarters.close", "quarters.view")
    if not rules.is_quarter(key):
        raise NotFound
    place = queries.place_of(actor, "quarters.close")
    chosen = {i for v in request.POST.getlist("remind") if (i := uuid_of(v))}
    quartering.close(actor=actor, place=place, key=key, remind=chosen)
    toast(request, f"{rules.words(key)}结账了", "每张卡的明细通知已经发给本人。")
    return redirect("scoring:quarter", key)


@get_only
def idle(request: HttpRequest) -> HttpResponse:
    """Who may be urged in the running quarter."""
    actor = require_role(request, "letters.send")
    place = queries.place_of(actor)
    context = {
        **frame(request, "letters"), "place": place,
        "rows": queries.idle_now(place, today()),
        "words": rules.words(rules.quarter_of(today())),
        "fact": rules.URGE_FACT, "advice": rules.URGE_ADVICE,
    }  # fmt: skip
    return render(request, "scoring/idle.html", context)


@require_POST
def urge(request: HttpRequest) -> HttpResponse:
    actor = require_role(request, "letters.send")
    place = queries.place_of(actor)
    chosen = [i for v in request.POST.getlist("cards") if (i := uuid_of(v))]
    n = quartering.urge(actor=actor, place=place, cards=chosen)
    toast(request, f"发了{n}封", "只有本人看得到。看没看、怎么回的，在通知里看。")
    return redirect(f"{reverse('scoring:letters')}?kind=urge")


@get_only
def report(request: HttpRequest) -> HttpResponse:
    """T7: bands of a region, one row per place below."""
    actor = actor_for(request, "quarters.view")
    key = key_of(request)
    found = queries.report(actor, key, path_in(request, "place"))
    context = {
        **frame(request, "quarters"), "report": found, "key": key,
        "words": rules.words(key), "choices": choices(), "bands": rules.BANDS.items(),
        "region": Place.objects.filter(path=found.total.path).first(),
        "few": FEW, "back_url": f"{reverse('scoring:report')}?quarter={key}",
    }  # fmt: skip
    name = (
        "scoring/report_print.html" if "print" in request.GET else "scoring/report.html"
    )
    return render(request, name, context)

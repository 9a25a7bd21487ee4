"""账本封存码: what everybody may write down, so that nobody can change the past in
silence (idea 5, T12). No account."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from baodao.acts.models import Digest
from baodao.acts.sealing import REGISTRY, short
from baodao.acts.sealing import digests as last_digests
from baodao.core.memory import Brief

DAYS = 30


@dataclass(frozen=True)
class Line:
    """One day: its code and how much was under seal at its end."""

    day: date
    code: str
    counts: list[tuple[str, int]]


# Once a minute and process, however many look at the board.
_LAST: Brief[int, list[Line]] = Brief()


def last() -> list[Line]:
    """The last day's line; none before the first."""
    return _LAST.get(1, lambda: lines(1))


@require_safe
def digests(request: HttpRequest) -> HttpResponse:
    """每天的账封存一次，谁也不能悄悄改."""
    return render(request, "portal/digest.html", {"lines": lines(DAYS)})


@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """For the notice board."""
    return render(request, "portal/digest_print.html", {"lines": lines(DAYS)})


def lines(days: int) -> list[Line]:
    """The last days, the newest first."""
    return [_line(it) for it in last_digests(days)]


def _line(it: Digest) -> Line:
    known = [(r.label, it.counts.get(r.ledger, 0)) for r in REGISTRY.values()]
    return Line(it.day, short(it.hash), [(label, n) for label, n in known if n])

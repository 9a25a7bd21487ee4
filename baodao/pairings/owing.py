"""What a bond owes: monthly and festival visits of the year, as duties (L39; domain
7.3). The only place where bonds and duties meet."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.core.errors import Invalid
from baodao.duties import services as duties
from baodao.duties.models import Duty
from baodao.duties.services import Source, Window
from baodao.duties.visits import visit_windows
from baodao.pairings.models import HouseholdPairing
from baodao.places.models import Place

SOURCE = "household_pairing"
ANEW = "~"  # marks the windows of a bond that has been paused in between


def owe(
    *, actor: Actor, pairings: Iterable[HouseholdPairing], year: int, path: str = "",
    now: datetime | None = None,
) -> int:  # fmt: skip
    """The duties of these active bonds in a year, those that are not there yet;
    returns how many. A year whose festivals are not known has none yet."""
    found = list(pairings)
    points = _communities({p.path for p in found})
    patterns: dict[str, dict[str, list[Window]]] = {}
    sources = []
    for p in found:
        pattern = f"{p.path}|{p.focus}|{','.join(map(str, p.quiet_months))}"
        if pattern not in patterns:
            patterns[pattern] = _windows(p, year)
        sources.append(_source(p, pattern, points[p.path]))
    kinds = {kind for windows in patterns.values() for kind in windows}
    return sum(
        duties.generate(
            actor=actor, kind=kind, source_kind=SOURCE, sources=sources, path=path,
            windows={k: w.get(kind, []) for k, w in patterns.items()}, now=now,
        )
        for kind in sorted(kinds)
    )  # fmt: skip


def owe_again(
    *, actor: Actor, pairing: HouseholdPairing, day: date, now: datetime | None = None
) -> int:
    """After a pause: what is still ahead this year, but for the windows that are done
    with. The ones called off by the pause are owed under a key of their own."""
    held = dict[tuple[str, str], str]()
    for kind, key, state in Duty.objects.filter(source_id=pairing.pk).values_list(
        "kind", "key", "state"
    ):
        bare = key.split(ANEW, 1)[0]
        if held.get((kind, bare)) in (None, "cancelled"):
            held[kind, bare] = state
    rounds = (
        1
        + Duty.objects.filter(
            source_id=pairing.pk, key__contains=ANEW, state="cancelled"
        ).count()
    )
    point = _communities({pairing.path})[pairing.path]
    made = 0
    for kind, windows in _windows(pairing, day.year).items():
        again = [
            w._replace(key=f"{w.key}{ANEW}{rounds}" if (kind, w.key) in held else w.key)
            for w in windows
            if held.get((kind, w.key)) in (None, "cancelled")
        ]
        source = _source(pairing, "again", point)._replace(valid_from=day)
        made += duties.generate(
            actor=actor, kind=kind, source_kind=SOURCE, sources=[source],
            windows={"again": again}, path=pairing.path, now=now,
        )  # fmt: skip
    return made


def call_off(
    *, actor: Actor, ids: Iterable[UUID], day: date, reason: str,
    now: datetime | None = None,
) -> int:  # fmt: skip
    """These bonds have ended or pause: nothing of them is owed from today on, and
    nobody is reminded (domain 8.9, 9.2: the same day)."""
    return duties.cancel_all(
        actor=actor, source_ids=list(ids), since=day, reason=reason, now=now
    )


def _windows(p: HouseholdPairing, year: int) -> dict[str, list[Window]]:
    try:
        return visit_windows(p.path, [p.focus], p.quiet_months, year)
    except Invalid:
        return {}


def _source(p: HouseholdPairing, pattern: str, place_id: UUID) -> Source:
    assert p.since
    return Source(
        p.pk, pattern, p.path, place_id, p.member_id, p.unit_id, valid_from=p.since
    )


def _communities(paths: Iterable[str]) -> dict[str, Any]:
    return dict(Place.objects.filter(path__in=list(paths)).values_list("path", "id"))

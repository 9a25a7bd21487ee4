"""Once a quarter a unit hands its lists in (L24; domain 7.4): a duty per unit and
community, done with one tap when what stands on the lists is right."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from baodao.acts.access import require
from baodao.acts.actor import SYSTEM, Actor
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, NotFound
from baodao.duties import services as duties
from baodao.duties.models import Duty
from baodao.duties.rules import OPEN
from baodao.exchange.lists import rules
from baodao.people.models import ContactTie
from baodao.people.queries import current
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY

KIND = "lists"
SOURCE = "people.contacttie"
LATE_DAYS = 45  # a unit that comes later hands in from the next quarter on


def owe(now: datetime | None = None, *, path: str = "") -> int:
    """Write this quarter's duties that are not there yet, and cancel those of ties
    that have ended. Returns how many are new."""
    at = now or clock_now()
    day = local(at).date()
    quarter = rules.quarter_of(day)
    first, last = rules.quarter_days(quarter)
    window = duties.Window(
        key=quarter, title=f"{rules.quarter_words(quarter)}的需求和资源清单",
        opens_on=first, due_on=last, owed_from=first + timedelta(days=LATE_DAYS),
    )  # fmt: skip
    _cancel_ended(day, at)
    return duties.generate(
        actor=SYSTEM, kind=KIND, source_kind=SOURCE, sources=_sources(day, path),
        windows={"quarter": [window]}, path=path, now=at,
    )  # fmt: skip


def _sources(day: date, path: str) -> list[duties.Source]:
    """One tie per unit and community, the oldest."""
    ties = ContactTie.objects.filter(current(day), path__startswith=path)
    rows = list(ties.order_by("valid_from", "id"))
    places = communities(t.path for t in rows)
    found: dict[tuple[UUID, str], duties.Source] = {}
    for tie in rows:
        place = places.get("/".join(tie.path.split("/")[:COMMUNITY]) + "/")
        if place:
            found.setdefault(
                (tie.unit_id, place.path),
                duties.Source(
                    id=tie.id, pattern="quarter", path=place.path, place_id=place.id,
                    unit_id=tie.unit_id, valid_from=tie.valid_from,
                ),
            )  # fmt: skip
    return list(found.values())


def communities(paths: Iterable[str]) -> dict[str, Place]:
    """The communities at or above these paths, by path."""
    wanted = {"/".join(p.split("/")[:COMMUNITY]) + "/" for p in paths}
    found = Place.objects.filter(path__in=wanted, level=COMMUNITY, valid_to=None)
    return {p.path: p for p in found}


def _cancel_ended(day: date, at: datetime) -> None:
    open_ = Duty.objects.filter(kind=KIND, state__in=OPEN).values("source_id")
    ended = ContactTie.objects.filter(id__in=open_, valid_to__lte=day)
    if ids := list(ended.values_list("id", flat=True)):
        duties.cancel_all(
            actor=SYSTEM, source_ids=ids, since=day, reason="tie_ended", now=at
        )


def hand_in(*, actor: Actor, duty_id: UUID, now: datetime | None = None) -> None:
    """What stands on the lists is right for this quarter, says the unit."""
    at = now or clock_now()
    duty = Duty.objects.filter(id=duty_id, kind=KIND).first()
    if duty is None:
        raise NotFound
    require(actor, "duties.fulfil", duty)
    if duty.state not in OPEN:
        raise Conflict("这个季度的清单已经报过了。")
    duties.fulfil(
        actor=actor, duty_id=duty_id, on=local(at).date(), by_kind="exchange.lists",
        by_id=duty.source_id, now=at,
    )  # fmt: skip

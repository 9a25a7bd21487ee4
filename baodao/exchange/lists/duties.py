"""Once a quarter a unit hands its lists in (L24; domain 7.4): a duty per unit and
community, done with one tap when what stands on the lists is right."""

from collections import defaultdict
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
from baodao.places.settings import at_each

KIND = "lists"
SOURCE = "people.contacttie"
DAYS = "exchange.lists_days"


def owe(now: datetime | None = None, *, path: str = "") -> int:
    """Write this quarter's duties that are not there yet, and cancel those of ties
    that have ended. Returns how many are new."""
    at = now or clock_now()
    day = local(at).date()
    quarter = rules.quarter_of(day)
    windows: dict[str, list[duties.Window]] = defaultdict(list)
    sources = _sources(day, path)
    for days in {s.pattern for s in sources}:
        window = _window(quarter, int(days))
        # Nobody is late with what nobody has asked for in time.
        if day <= window.due_on:
            windows[days].append(window)
    _cancel_ended(day, at)
    return duties.generate(
        actor=SYSTEM, kind=KIND, source_kind=SOURCE, sources=sources, windows=windows,
        path=path, now=at,
    )  # fmt: skip


def _window(quarter: str, days: int) -> duties.Window:
    """So many days from the quarter's beginning (7.2 U_DED_LISTS); a unit that comes in
    their second half hands in from the next quarter on."""
    first, last = rules.quarter_days(quarter)
    return duties.Window(
        key=quarter, title=f"{rules.quarter_words(quarter)}的需求和资源清单",
        opens_on=first, due_on=min(last, first + timedelta(days=days)),
        owed_from=first + timedelta(days=days // 2),
    )  # fmt: skip


def _sources(day: date, path: str) -> list[duties.Source]:
    """One tie per unit and community, the oldest; the pattern is the days to hand in."""
    ties = ContactTie.objects.filter(current(day), path__startswith=path)
    rows = list(ties.order_by("valid_from", "id"))
    places = communities(t.path for t in rows)
    days = at_each(places, DAYS)
    found: dict[tuple[UUID, str], duties.Source] = {}
    for tie in rows:
        place = places.get("/".join(tie.path.split("/")[:COMMUNITY]) + "/")
        if place:
            found.setdefault(
                (tie.unit_id, place.path),
                duties.Source(
                    id=tie.id, pattern=str(days[place.path]), path=place.path, place_id=place.id,
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


def over(duty: Duty, day: date) -> bool:
    """Not handed in, and the days to do so are gone."""
    return duty.state == "lapsed" or (duty.state in OPEN and day > duty.due_on)


def hand_in(*, actor: Actor, duty_id: UUID, now: datetime | None = None) -> None:
    """What stands on the lists is right for this quarter, says the unit."""
    at = now or clock_now()
    duty = Duty.objects.filter(id=duty_id, kind=KIND).first()
    if duty is None:
        raise NotFound
    require(actor, "duties.fulfil", duty)
    if over(duty, local(at).date()):
        until = f"{duty.due_on.month}月{duty.due_on.day}日"
        raise Conflict(f"这个季度报清单到{until}为止。清单随时可以改，下个季度再报。")
    if duty.state not in OPEN:
        raise Conflict("这个季度的清单已经报过了。")
    duties.fulfil(
        actor=actor, duty_id=duty_id, on=local(at).date(), by_kind="exchange.lists",
        by_id=duty.source_id, now=at,
    )  # fmt: skip

"""One project and one key problem a year (L09, L10; domain 7.4): two duties per unit,
whatever number of communities it has; a unit that is assigned after the first of July
owes them from the next year on."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID

from baodao.acts.actor import SYSTEM
from baodao.core.clock import local, year_days, year_of
from baodao.core.clock import now as clock_now
from baodao.duties import services as duties
from baodao.exchange.lists.duties import communities
from baodao.exchange.projects import rules
from baodao.people.models import ContactTie
from baodao.people.queries import current
from baodao.places.rules import COMMUNITY
from baodao.places.settings import at_each

SOURCE = "people.unit"
YEAR_BEGINS = "scoring.year_from_month"
TITLES = {
    rules.PROJECT_QUOTA: "{}年度党建合作项目（至少1个，社区验收）",
    rules.PROBLEM_QUOTA: "{}年重点难点问题（至少1个，社区销号）",
}


def owe(now: datetime | None = None) -> int:
    """Write the duties of the year that runs that are not there yet; returns how many.
    It is the year of the evaluation, which may begin in December."""
    at = now or clock_now()
    day = local(at).date()
    by_month: dict[int, list[duties.Source]] = defaultdict(list)
    sources = _sources(day)
    first = at_each({s.path for s in sources}, YEAR_BEGINS)
    for s in sources:
        by_month[first[s.path]].append(s)
    return sum(
        duties.generate(
            actor=SYSTEM, kind=kind, source_kind=SOURCE, sources=some, now=at,
            windows={"year": [_window(title, year_of(day, month), month)]},
        )
        for month, some in by_month.items()
        for kind, title in TITLES.items()
    )  # fmt: skip


def _window(title: str, year: int, month: int) -> duties.Window:
    first, after = year_days(year, month)
    return duties.Window(
        key=str(year), title=title.format(year), opens_on=first,
        due_on=after - timedelta(days=1), owed_from=rules.owed_until(year),
    )  # fmt: skip


def _sources(day: date) -> list[duties.Source]:
    """Every unit once, at its oldest contact point."""
    ties = ContactTie.objects.filter(current(day), unit__valid_to=None)
    rows = list(ties.order_by("valid_from", "id"))
    places = communities(t.path for t in rows)
    found: dict[UUID, duties.Source] = {}
    for tie in rows:
        place = places.get("/".join(tie.path.split("/")[:COMMUNITY]) + "/")
        if place:
            found.setdefault(
                tie.unit_id,
                duties.Source(
                    id=tie.unit_id, pattern="year", path=place.path, place_id=place.id,
                    unit_id=tie.unit_id, valid_from=tie.valid_from,
                ),
            )  # fmt: skip
    return list(found.values())


def end_of_unit(unit_id: UUID, now: datetime | None = None) -> int:
    """The unit is gone: its successor owes one set, not two (domain 8.7)."""
    at = now or clock_now()
    return duties.cancel_all(
        actor=SYSTEM, source_ids=[unit_id], since=local(at).date(), reason="unit_gone",
        now=at,
    )  # fmt: skip

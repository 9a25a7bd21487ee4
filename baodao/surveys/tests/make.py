"""Surveys for tests, brought to a state by the real services."""

from datetime import date, datetime, time, timedelta
from typing import Any

from baodao.core.clock import at_local
from baodao.core.clock import now as clock_now
from baodao.orders.tests.make import categories
from baodao.people.tests.make import World
from baodao.places.models import Household, Place
from baodao.places.services import add_household
from baodao.surveys import entering, services
from baodao.surveys.entering import Said
from baodao.surveys.models import Sheet, Survey, Template
from baodao.surveys.starters import seed

NOW = at_local(date(2026, 3, 16), time(10))
DAY = timedelta(days=1)
# What an easy household says to the first template.
ANSWERS: dict[str, Any] = {"q1": "3", "q3": ["o1", "o4"], "q4": "o1"}


def templates() -> None:
    """Those of the migration; a test with real transactions empties all tables."""
    categories()
    if not Template.objects.exists():
        seed(Template)


def drafted(
    w: World, who: str = "community_worker", *, now: datetime = NOW, **said: Any
) -> Survey:
    """A draft of one's own place, from the first template."""
    templates()
    day = now.date()
    chosen = {
        "title": "居民需求摸底", "why": "了解每一户需要什么。", "starts_on": day,
        "ends_on": day + 30 * DAY, "template": "needs",
    }  # fmt: skip
    if said.keys() & {"copy_of", "again"}:
        del chosen["template"]
    done = services.draft_survey(actor=w.actors[who], now=now, **{**chosen, **said})
    return Survey.objects.get(pk=done.id)


def published(
    w: World, who: str = "community_worker", *, now: datetime = NOW, **said: Any
) -> Survey:
    it = drafted(w, who, now=now, **said)
    services.publish(actor=w.actors[who], survey_id=it.pk, now=now)
    it.refresh_from_db()
    return it


def part_of(it: Survey, place: Place) -> Survey:
    return it.parts.get(path=place.path)


def home(w: World, number: int, at: Place | None = None) -> Household:
    """One more household of the community, at the building."""
    done = add_household(
        actor=w.actors["community_worker"], number=number, call_name="钱大爷",
        parent_id=(at or w.places.building).pk, address="2单元", phone="",
    )  # fmt: skip
    return Household.objects.get(pk=done.id)


def asked(
    w: World, it: Survey, household: Household | None = None, *, who: str = "community_worker",
    now: datetime = NOW + DAY, outcome: str = "answered", client_id: str = "",
    need: entering.Need | None = None, how: str = "visit", **answers: Any,
) -> Sheet:  # fmt: skip
    """A household that has answered (or was not at home); `q1="4"` changes an answer."""
    said = Said(
        outcome, how, need=need or entering.Need(),
        raw={**ANSWERS, **answers} if outcome == "answered" else {},
    )  # fmt: skip
    return entering.fill(
        actor=w.actors[who], survey_id=it.pk, household_id=(household or w.household).pk,
        said=said, now=now, client_id=client_id,
    )  # fmt: skip


def rounds(w: World) -> tuple[Survey, Survey, Survey]:
    """A draft, the second round of one in which the household has answered, and one
    of the township."""
    worker = w.actors["community_worker"]
    first = published(w, now=clock_now() - 9 * DAY)
    services.close(actor=worker, survey_id=first.pk)
    again = published(w, again=first.pk, now=clock_now() - DAY)
    asked(w, again, now=clock_now())
    wide = published(w, "township_party", now=clock_now() - DAY)
    return drafted(w, now=clock_now(), title="还在写的摸底"), again, wide

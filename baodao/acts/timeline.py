"""The event log read back as a story: who did what, when, and which side kept the
thing waiting for how long."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from baodao.acts.flow import Flow
from baodao.acts.models import Event


class Wait(NamedTuple):
    """One stretch of time: which side it waited on ("pause" counts for nobody)."""

    side: str
    start: datetime
    end: datetime

    @property
    def span(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True)
class Moment:
    """What the split needs of an event."""

    at: datetime
    event: str
    state: str


def events_of(object_id: UUID) -> list[Event]:
    """All events of one object with their notes, oldest first."""
    found = Event.objects.filter(object_id=object_id).order_by("at", "id")
    return list(found.prefetch_related("notes"))


def moments(events: Iterable[Event]) -> list[Moment]:
    """Events reduced to what `waits` looks at."""
    return [Moment(e.at, e.action.split(".", 1)[1], e.to_state) for e in events]


def waits(
    story: Sequence[Moment], flow: Flow, now: datetime, anew: Container[str] = ()
) -> list[Wait]:
    """Cut the time from the first event to now (or to the end of the flow) into
    stretches by side. Events "pause" and "resume" open and close a pause; `anew`
    names events that end it without moving the state. The
    stretches follow each other without gap, but for the time in which a closed thing
    rested before it was reopened: that was nobody's."""
    found: list[Wait] = []
    paused = False
    for i, moment in enumerate(story):
        if moment.event == "pause":
            paused = True
        elif moment.event == "resume" or moment.event in anew or _moved(story, i):
            paused = False
        end = story[i + 1].at if i + 1 < len(story) else now
        state = flow.states.get(moment.state)
        side = "pause" if paused else (state.side if state else "")
        if not side or end <= moment.at:
            continue
        if found and found[-1].side == side and found[-1].end == moment.at:
            found[-1] = Wait(side, found[-1].start, end)
        else:
            found.append(Wait(side, moment.at, end))
    return found


def _moved(story: Sequence[Moment], i: int) -> bool:
    return i > 0 and story[i].state != story[i - 1].state


def by_side(found: Iterable[Wait]) -> dict[str, timedelta]:
    """Total per side, in order of first appearance."""
    totals: dict[str, timedelta] = {}
    for wait in found:
        totals[wait.side] = totals.get(wait.side, timedelta()) + wait.span
    return totals

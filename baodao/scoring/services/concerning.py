"""What deductions, appeals and merits share: until when, at a place that may stand still,
and whom to tell."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from baodao.notifications.models import Message
from baodao.notifications.services import message
from baodao.people.models import RoleTie
from baodao.people.queries import current
from baodao.places.calendars import ground, shift
from baodao.places.queries import pauses_over
from baodao.scoring.models_deductions import Concerns

PREFECTURE, DISTRICT, TOWN, COMMUNITY = 2, 3, 4, 5  # parts of a path


def cut(path: str, parts: int) -> str:
    """The place above, or the community itself, by how many parts its path has."""
    return "/".join(path.split("/")[:parts]) + "/"


def after(
    path: str, start: datetime, days: int | str, at: datetime | None = None
) -> datetime:
    """The end of so many working days at a place, or of as many as a setting of it says;
    a pause of the place adds to it. Seen from a later instant `at`, also what of a pause
    has passed since the end was told."""
    here = ground(path)
    n = here.settings[days] if isinstance(days, str) else days
    due = here.calendar.add_workdays(start, n)
    until = max(due, at) if at else due
    return shift(start, due, pauses_over(path, start, until))


def later(
    told: datetime, path: str, start: datetime, days: int | str, at: datetime,
    since: datetime | None = None,
) -> datetime:  # fmt: skip
    """The end that was told, or a later one, if the place has stood still since it was
    told: at the `start` of the days, or before, when the start itself has moved."""
    if not pauses_over(path, since or start, at):
        return told
    return max(told, after(path, start, days, at))


def colleagues(role: str, path: str, took_part: Collection[UUID | None]) -> list[str]:
    """Who else has a role at a place, can sign in, and took no part."""
    there = RoleTie.objects.filter(current(), role=role, path=path)
    others = there.filter(person__account__is_active=True).exclude(
        person_id__in=[p for p in took_part if p]
    )
    return sorted(set(others.values_list("person__name", flat=True)))


def to_subject(
    row: Concerns, event_id: UUID, title: str, text: str, url: str
) -> Message:
    """To the member, or to the unit's desk; to nobody else."""
    unit = row.subject == "unit"
    return message(
        event_id=event_id, title=title, text=text, url=url,
        unit_id=row.unit_id if unit else None,
        person_id=None if unit else row.about_person,
    )  # fmt: skip

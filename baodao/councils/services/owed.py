"""What follows from councils as duties: the quarterly meeting of a community, coming to
it, what was resolved, and a leader's visits (domain 7.4). The system writes them, as a
consequence of what a person did or of the calendar."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from baodao.acts.actor import SYSTEM, Actor, consequence_of
from baodao.core.clock import today
from baodao.councils import rules
from baodao.councils.models import (
    Deliberation,
    JointMeeting,
    LeaderContact,
    MeetingSeat,
    Resolution,
)
from baodao.duties import services as duties
from baodao.duties.models import Duty
from baodao.duties.rules import OPEN
from baodao.people.models import ContactTie
from baodao.people.queries import current
from baodao.places.models import Place
from baodao.places.queries import names_of
from baodao.places.rules import COMMUNITY, community_path
from baodao.places.settings import values

MEETINGS_A_YEAR = "councils.meetings_per_year"
VISITS_A_YEAR = "councils.leader_visits_per_year"


# --- from acts ------------------------------------------------------------------------


def call(actor: Actor, meeting: JointMeeting, calls: int, now: datetime | None) -> int:
    """Units owe to come, each invitation anew."""
    day = min(today(now), meeting.held_on)
    key = f"{meeting.held_on.isoformat()}/{calls}"
    window = duties.Window(
        key, f"参加{meeting.place.name}{meeting.title}", day, meeting.held_on
    )
    sources = [
        duties.Source(
            s.pk, key, meeting.path, meeting.place_id, unit_id=s.unit_id, valid_from=day
        )
        for s in meeting.seats.exclude(unit=None)
    ]
    return duties.generate(
        actor=consequence_of(actor), kind="meeting_attendance", source_kind="meeting_seat",
        sources=sources, windows={key: [window]}, path=meeting.path, now=now,
    )  # fmt: skip


def uncall(
    actor: Actor, meeting: JointMeeting, reason: str, now: datetime | None
) -> None:
    """The meeting is not on that day: nobody owes to come."""
    ids = list(meeting.seats.values_list("id", flat=True))
    duties.cancel_all(
        actor=consequence_of(actor),
        source_ids=ids,
        since=date.min,
        reason=reason,
        now=now,
    )


def came(
    actor: Actor, meeting: JointMeeting, seats: Sequence[MeetingSeat],
    now: datetime | None,
) -> None:  # fmt: skip
    """The list is settled: who came has done it, who was excused need not; who did not
    come is left to the sweep."""
    by = consequence_of(actor)
    on_leave = {s.pk for s in seats if s.attendance == "leave"}
    owed = Duty.objects.filter(source_id__in=on_leave, state__in=OPEN)
    for duty_id in list(owed.values_list("id", flat=True)):
        duties.excuse(actor=by, duty_id=duty_id, reason="leave", now=now)
    for s in seats:
        if s.unit_id and s.attendance in rules.CAME:
            duties.fulfil_all(
                actor=by, source_ids=[s.pk], on=meeting.held_on, by_kind="meeting_seat",
                by_id=s.pk, kinds=("meeting_attendance",), member_id=s.member_id,
                settled=True, now=now,
            )  # fmt: skip


def met(actor: Actor, meeting: JointMeeting, now: datetime | None) -> None:
    """The community has had the meeting of its quarter."""
    duties.fulfil_all(
        actor=consequence_of(actor), source_ids=[meeting.place_id], on=meeting.held_on,
        by_kind="joint_meeting", by_id=meeting.pk, kinds=("joint_meeting",),
        settled=True, now=now,
    )  # fmt: skip


def agree(
    actor: Actor, meeting: JointMeeting | Deliberation, rows: Sequence[Resolution],
    now: datetime | None,
) -> int:  # fmt: skip
    """What was resolved is owed by its units until the day that was set."""
    windows: dict[str, list[duties.Window]] = {}
    sources, held_on = [], meeting.held_on or today(now)
    for r in rows:
        if r.unit_id is None:
            continue
        key = str(r.pk)
        windows[key] = [duties.Window("once", r.text, held_on, r.due_on)]
        sources.append(
            duties.Source(
                r.pk, key, r.path, meeting.place_id, unit_id=r.unit_id,
                valid_from=held_on,
            )
        )  # fmt: skip
    if not sources:
        return 0
    return duties.generate(
        actor=consequence_of(actor), kind="resolution", source_kind="resolution",
        sources=sources, windows=windows, path=meeting.path, now=now,
    )  # fmt: skip


def reported(actor: Actor, pk: UUID, on: date, now: datetime | None) -> None:
    duties.fulfil_all(
        actor=consequence_of(actor), source_ids=[pk], on=on, by_kind="resolution",
        by_id=pk, kinds=("resolution",), now=now,
    )  # fmt: skip


# --- from the calendar ----------------------------------------------------------------


def plan_meetings(now: datetime | None = None) -> int:
    """This and the next part of the year for every community that units are tied to;
    how many parts a year is the county's to set (default: quarterly)."""
    day = today(now)
    tied = ContactTie.objects.filter(current(day)).values_list("path", flat=True)
    paths = {community_path(p) for p in tied.distinct()}
    places = Place.objects.filter(path__in=paths, level=COMMUNITY, valid_to=None)
    windows: dict[str, list[duties.Window]] = {}
    sources = []
    for pk, path, since in places.values_list("id", "path", "valid_from"):
        n = _times(path, MEETINGS_A_YEAR)
        windows.setdefault(str(n), _windows(day, n, "召开联席会议"))
        sources.append(
            duties.Source(pk, str(n), path, pk, valid_from=max(since, _this(day, n)))
        )
    if not sources:
        return 0
    return duties.generate(
        actor=SYSTEM, kind="joint_meeting", source_kind="place", sources=sources,
        windows=windows, now=now,
    )  # fmt: skip


def plan_visits(now: datetime | None = None) -> int:
    """This and the next part of the year for every leader's contact point (A27)."""
    day = today(now)
    contacts = list(LeaderContact.objects.filter(current(day)).select_related("point"))
    above = names_of([community_path(c.path) for c in contacts])
    windows: dict[str, list[duties.Window]] = {}
    sources = []
    for c in contacts:
        n = _times(c.path, VISITS_A_YEAR)
        key = f"{c.origin}/{n}"
        where = _where(c.point, above)
        windows[key] = _windows(day, n, f"{c}到{where}")
        sources.append(
            duties.Source(
                c.origin, key, c.path, c.point_id,
                valid_from=max(c.valid_from, _this(day, n)),
                valid_to=c.valid_to or date.max,
            )
        )  # fmt: skip
    if not sources:
        return 0
    return duties.generate(
        actor=SYSTEM, kind="leader_visit", source_kind="leader_contact",
        sources=sources, windows=windows, now=now,
    )  # fmt: skip


def _where(point: Place, above: dict[str, str]) -> str:
    name = above.get(community_path(point.path), "")
    return point.name if name == point.name else f"{name}{point.name}"


def _times(path: str, key: str) -> int:
    return int(values(path, [key])[key])


def _this(day: date, n: int) -> date:
    """The first day of the part that has `day`: the past is not owed afterwards."""
    return next(s.first for s in rules.spans(day.year, n) if s.last >= day)


def _windows(day: date, n: int, verb: str) -> list[duties.Window]:
    found = [s for y in (day.year, day.year + 1) for s in rules.spans(y, n)]
    found = [s for s in found if s.last >= day][:2]
    return [
        duties.Window(s.key, f"{s.words}{verb}", s.first, s.last, owed_from=s.last)
        for s in found
    ]

"""What time itself does to duties, a few times a day: windows that stood still move on,
who is exempt is excused, what nobody did is missed and in the end lapsed, and debtors
are reminded (domain 7.3, 7.4, 8.5, 8.12, 8.19). All set-based."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from baodao.acts.actor import SYSTEM
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Write
from baodao.core.clock import at_local, today
from baodao.core.clock import now as clock_now
from baodao.duties import rules
from baodao.duties.models import Duty
from baodao.people.models import Exemption
from baodao.places.calendars import Interval, shift
from baodao.places.queries import pauses_over

LIMIT = 20_000  # rows of one run
DAY = timedelta(days=1)
_EXEMPT = Exemption.objects.filter(
    Q(valid_to=None) | Q(valid_to__gt=OuterRef("due_on")),
    member_id=OuterRef("member_id"), valid_from__lte=OuterRef("due_on"),
)  # fmt: skip


def sweep(now: datetime | None = None) -> dict[str, int]:
    """Once an hour; harmless at any time. Returns how many of each."""
    at = now or clock_now()
    day = today(at)
    return {
        "shifted": _shift(day, at),
        "excused": _excuse_exempt(day, at),
        "missed": _miss(day, at),
        "lapsed": _lapse(day, at),
    }


def _shift(day: date, at: datetime) -> int:
    """Windows that a pause of their place lengthens. Pauses are a union; `shifted`
    keeps how many days were given already (8.19, 8.20)."""
    writes: dict[UUID, Write] = {}
    for path, duties in _by_path(_over(day)).items():
        since = at_local(min(d.opens_on for d in duties), time())
        pauses = [(a, min(b, at)) for a, b in pauses_over(path, since, at)]
        for d in duties if pauses else ():
            days = _paused_days(d, pauses)
            if days > d.shifted:
                due = d.due_on + (days - d.shifted) * DAY
                writes[d.pk] = Write(set={"due_on": due, "shifted": days})
    return len(act_rows(SYSTEM, "duties.shift", writes, now=at))


def _over(day: date) -> QuerySet[Duty]:
    return Duty.objects.filter(state="due", due_on__lt=day).order_by("due_on")[:LIMIT]


def _by_path(duties: Iterable[Duty]) -> Mapping[str, list[Duty]]:
    found = defaultdict(list)
    for d in duties:
        found[d.path].append(d)
    return found


def _paused_days(d: Duty, pauses: Sequence[Interval]) -> int:
    """Days by which pauses lengthen the window as it was planned; a pause without an
    end counts up to now, so the window stays open with it."""
    start = at_local(d.opens_on, time())
    end = at_local(d.due_on - d.shifted * DAY + DAY, time())
    moved = shift(start, end, pauses) - end
    return -(-moved // DAY)  # a part of a day is a day


def _excuse_exempt(day: date, at: datetime) -> int:
    """Nobody owes anything in a time of exemption (8.5, 8.12)."""
    found = Duty.objects.filter(
        Exists(_EXEMPT), state="due", due_on__lt=day, stand_in=None
    )
    write = Write(set={"excuse": "leave"}, reason="exempt")
    return len(act_many(SYSTEM, "duties.excuse", _ids(found), write, now=at))


def _miss(day: date, at: datetime) -> int:
    ids = [d.pk for d in _over(day)]
    return len(act_many(SYSTEM, "duties.miss", ids, now=at))


def _lapse(day: date, at: datetime) -> int:
    """The days for making up are over, too."""
    ids = list[UUID]()
    for code, kind in rules.KINDS.items():
        before = day - kind.make_up_days * DAY
        late = Duty.objects.filter(kind=code, state="missed", due_on__lt=before)
        ids += _ids(late)
    return len(act_many(SYSTEM, "duties.lapse", ids, now=at))


def _ids(found: QuerySet[Duty]) -> list[UUID]:
    return list(found.order_by("due_on").values_list("id", flat=True)[:LIMIT])


def to_remind(day: date) -> QuerySet[Duty]:
    """Duties whose debtor is reminded on `day`: so many days before the end as their
    kind says, on the first day where it says so, and when to try again. Nobody who is exempt (7.4)."""
    wanted = Q(retry_on=day)
    for code, kind in rules.KINDS.items():
        ends = [day + n * DAY for n in kind.remind]
        wanted |= Q(kind=code, due_on__in=ends)
        if kind.opening:
            wanted |= Q(kind=code, opens_on=day)
    open_now = Duty.objects.filter(wanted, state="due", opens_on__lte=day)
    fresh = open_now.filter(Q(reminded_on=None) | Q(reminded_on__lt=day))
    exempt = Exemption.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day),
        member_id=OuterRef("member_id"), valid_from__lte=day,
    )  # fmt: skip
    return fresh.exclude(Exists(exempt))


def remind(now: datetime | None = None) -> Iterator[list[Duty]]:
    """Mark what is reminded of today; yields the duties of each debtor, so that each
    gets one message a day at most."""
    at = now or clock_now()
    day = today(at)
    duties = list(to_remind(day).order_by("due_on", "id")[:LIMIT])
    moved = set(
        act_many(
            SYSTEM, "duties.remind", [d.pk for d in duties],
            Write(set={"reminded_on": day}), now=at,
        )
    )  # fmt: skip
    of: dict[object, list[Duty]] = defaultdict(list)
    for d in duties:
        if d.pk in moved:
            of[_debtor(d)].append(d)
    yield from of.values()


def _debtor(d: Duty) -> object:
    one = d.stand_in_id or d.member_id or d.unit_id
    return one or (rules.KINDS[d.kind].debtor, d.path)

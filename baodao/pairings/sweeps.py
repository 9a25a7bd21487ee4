"""What time and what happens elsewhere do to bonds: silence ends, a consent runs out,
members leave, retire, move or change their unit, households are gone (domain 8.1–8.4,
8.7–8.9, 9.2). Set-based, harmless at any time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from baodao.acts.actor import SYSTEM
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.duties import services as duties
from baodao.pairings import plans, rules
from baodao.pairings.fitting import community_of
from baodao.pairings.models import EstatePairing, HouseholdPairing
from baodao.pairings.owing import call_off, owe
from baodao.pairings.services import end_many
from baodao.people.models import ContactTie

LIMIT = 5_000
NEXT_YEAR = 15  # of December: from then on the next year's visits are owed


def sweep(now: datetime | None = None) -> dict[str, int]:
    """Once an hour. Returns how many of each."""
    at = now or clock_now()
    day = today(at)
    with transaction.atomic():
        return {
            "unanswered": _lapse(day, at),
            "paused_long": _expire(day, at),
            "consent_over": _consent_over(day, at),
            "reminded": _remind(day, at),
            "followed": follow(at),
            "estates": follow_estates(at),
            "owed": _next_year(day, at),
        }


def _ids(found: QuerySet[HouseholdPairing]) -> list[UUID]:
    return list(found.order_by("pk").values_list("pk", flat=True)[:LIMIT])


def _lapse(day: date, at: datetime) -> int:
    silent = HouseholdPairing.objects.filter(state="consent_pending", due_on__lt=day)
    write = plans.ended("no_answer", day)
    return len(act_many(SYSTEM, "pairings.lapse", _ids(silent), write, now=at))


def _expire(day: date, at: datetime) -> int:
    since = day - timedelta(days=rules.PAUSE_DAYS)
    long = HouseholdPairing.objects.filter(state="paused", paused_on__lte=since)
    return end_many(SYSTEM, _ids(long), "paused_long", event="expire", day=day, at=at)


def _consent_over(day: date, at: datetime) -> int:
    """No visit without a consent that holds (domain 9.2)."""
    over = HouseholdPairing.objects.filter(state="active", consent_until__lte=day)
    write = plans.pause("consent_over", day)
    moved = act_many(SYSTEM, "pairings.pause", _ids(over), write, now=at)
    call_off(actor=SYSTEM, ids=moved, day=day, reason="consent_over", now=at)
    return len(moved)


def _remind(day: date, at: datetime) -> int:
    soon = HouseholdPairing.objects.filter(
        state="active", reminded=0,
        consent_until__lte=day + timedelta(days=rules.RENEW_BEFORE),
    )  # fmt: skip
    return len(act_many(SYSTEM, "pairings.remind", _ids(soon), plans.remind(), now=at))


# --- bonds follow their members and households -------------------------------------------


def follow(now: datetime | None = None, members: Iterable[UUID] | None = None) -> int:
    """Bonds of members who have left, retired or reported elsewhere end, and their
    households stand on the list of those that want somebody else; bonds of members who
    changed unit go to the new unit's desk. `members`: only theirs."""
    at = now or clock_now()
    found = HouseholdPairing.objects.filter(state__in=rules.LIVE)
    if members is not None:
        found = found.filter(member_id__in=list(members))
    n = 0
    for reason, which in _GONE.items():
        n += _over(found.filter(which), reason, at)
    return n + _household_gone(found, at) + _of_other_unit(found, at)


# Still reported in the bond's community, in one channel or the other.
_HERE = Q(member__residence_path__startswith=F("path"))
_HERE |= Q(member__point_path__startswith=F("path"))
_GONE: Mapping[str, Q] = {
    "member_left": Q(member__duty_status="left"),
    "member_retired": Q(member__duty_status="retired", member__stays_on=False),
    "member_moved": ~_HERE,
}


def _over(found: QuerySet[HouseholdPairing], reason: str, at: datetime) -> int:
    """End what the household had agreed to; drop what it had not been asked."""
    day = today(at)
    agreed, asked = (
        found.filter(state__in=rules.AGREED),
        found.exclude(state__in=rules.AGREED),
    )
    n = end_many(SYSTEM, _ids(agreed), reason, day=day, at=at)
    write = plans.ended(reason, day, told=False)
    return n + len(act_many(SYSTEM, "pairings.cancel", _ids(asked), write, now=at))


def _household_gone(found: QuerySet[HouseholdPairing], at: datetime) -> int:
    """A household that is no longer on the map has moved: it pauses, and is never
    carried over in silence (domain 8.8)."""
    gone = found.filter(household__place__valid_to__isnull=False)
    write = plans.pause("household_moved", today(at))
    ids = _ids(gone.filter(state="active"))
    moved = act_many(SYSTEM, "pairings.pause", ids, write, now=at)
    call_off(actor=SYSTEM, ids=moved, day=today(at), reason="household_moved", now=at)
    asked = gone.filter(state__in=("proposed", "consent_pending"))
    end = plans.ended("household_moved", today(at), told=False)
    return len(moved) + len(
        act_many(SYSTEM, "pairings.cancel", _ids(asked), end, now=at)
    )


def _of_other_unit(found: QuerySet[HouseholdPairing], at: datetime) -> int:
    other = found.exclude(unit_id=F("member__unit_id"))
    other = other | found.filter(unit_id=None, member__unit_id__isnull=False)
    rows = list(other.values_list("pk", "member_id", "member__unit_id")[:LIMIT])
    writes = {pk: Write(set={"unit_id": unit}) for pk, _, unit in rows}
    moved = act_rows(SYSTEM, "pairings.follow_unit", writes, now=at)
    for pk, member, unit in rows:
        duties.hand_over(
            actor=SYSTEM, source_id=pk, member_id=member, unit_id=unit,
            since=today(at), now=at,
        )  # fmt: skip
    return len(moved)


def follow_estates(now: datetime | None = None) -> int:
    """Units that have ended, or no longer serve the community, and estates that are
    gone: the pairing ends (domain 8.7)."""
    at = now or clock_now()
    day = today(at)
    found = EstatePairing.objects.filter(valid_to=None).select_related("unit", "estate")
    ties = defaultdict[UUID, list[str]](list)
    for unit, path in ContactTie.objects.filter(valid_to=None).values_list(
        "unit_id", "path"
    ):
        ties[unit].append(path)
    writes = dict[UUID, Write]()
    for row in found:
        if reason := _estate_over(row, ties[row.unit_id]):
            end = max(day, row.valid_from)
            writes[row.pk] = Write(
                set={"valid_to": end, "end_reason": reason}, reason=reason
            )
    return len(act_rows(SYSTEM, "estates_paired.end", writes, now=at))


def _estate_over(row: EstatePairing, ties: Iterable[str]) -> str:
    if row.unit.valid_to is not None or row.unit.status == "dissolved":
        return "unit_gone"
    if row.estate.valid_to is not None:
        return "estate_gone"
    community = community_of(row.path)
    return "" if any(path.startswith(community) for path in ties) else "unit_moved"


def _next_year(day: date, at: datetime) -> int:
    """From the middle of December the next year's visits are owed."""
    if day.month != 12 or day.day < NEXT_YEAR:
        return 0
    found = HouseholdPairing.objects.filter(state="active")
    return owe(actor=SYSTEM, pairings=found, year=day.year + 1, now=at)

"""Drawing the confirmations of a month that the township looks at, and what it finds
(A22; domain 8.32)."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce

from baodao.acts.access import path_range, within
from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.bulk import create_rows
from baodao.acts.engine import act
from baodao.acts.writing import Done, Write
from baodao.core.clock import at_local, today
from baodao.core.clock import now as clock_now
from baodao.people.models import Account
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.places.settings import at_each
from baodao.records.models import SERVICES, Record
from baodao.scoring import rules_draw as rules
from baodao.scoring.models import Draw, Sample

# Who confirmed, as a person: some older records keep the id of an account.
HAND = Coalesce(
    Subquery(
        Account.objects.filter(pk=OuterRef("confirmed_by")).values("person_id")[:1]
    ),
    "confirmed_by",
    output_field=UUIDField(),
)


def month_before(day: date) -> str:
    first = day.replace(day=1)
    last = date.fromordinal(first.toordinal() - 1)
    return f"{last:%Y-%m}"


def confirmed_in(path: str, month: str) -> QuerySet[Record]:
    """What was confirmed in a month by somebody of the community and stands; what the
    resident said by link or code needs nobody to look at it."""
    first = date(int(month[:4]), int(month[5:]), 1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Record.objects.filter(
        within("path", [path_range(path)]), kind__in=SERVICES, reversal_of=None,
        reversals=None, confirmed_by__isnull=False,
        confirmed_at__gte=at_local(first, time.min),
        confirmed_at__lt=at_local(after, time.min),
    )  # fmt: skip


def draw_all(month: str = "", path: str = "", now: datetime | None = None) -> int:
    """The draws of all communities that have none for the month yet (default: the last
    one). Returns how many confirmations were drawn."""
    at = now or clock_now()
    month = month or month_before(today(at))
    places = Place.objects.filter(
        within("path", [path_range(path)]), level=COMMUNITY, valid_to=None
    ).order_by("path")
    known = set(Draw.objects.filter(month=month).values_list("place_id", flat=True))
    fresh = [p for p in places if p.pk not in known]
    percents = at_each([p.path for p in fresh], "scoring.sample_percent")
    return sum(_draw(p, month, percents[p.path], at) for p in fresh)


def _draw(place: Place, month: str, percent: int, at: datetime) -> int:
    """One community. Where nothing was confirmed there is no draw; it is asked again the
    next night."""
    rows = confirmed_in(place.path, month).order_by("pk")
    found = {
        str(pk): (pk, member, hand)
        for pk, member, hand in rows.annotate(hand=HAND).values_list(
            "pk", "member_id", "hand"
        )
    }
    if not found:
        return 0
    seed = rules.seed_of(month, place.code)
    chosen = [found[i] for i in rules.draw(found, seed, percent)]
    with transaction.atomic():
        (pk,) = create_rows(
            SYSTEM, "draws.draw", Draw,
            {
                "place_id": [place.pk], "path": place.path, "month": month, "seed": seed,
                "percent": percent, "whole": len(found), "created_at": at,
            },
            data={"month": month, "seed": seed, "n": len(chosen)}, at=at,
        )  # fmt: skip
        create_rows(
            SYSTEM, "samples.draw", Sample,
            {
                "draw_id": pk, "record_id": [pk for pk, _, _ in chosen],
                "position": list(range(1, len(chosen) + 1)), "path": place.path,
                "state": "drawn", "member_id": [member for _, member, _ in chosen],
                "confirmed_by": [hand for *_, hand in chosen], "created_at": at,
            },
            data={"seed": seed}, at=at,
        )  # fmt: skip
    return len(chosen)


def check(
    *, actor: Actor, sample_id: UUID, outcome: str, note: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """What the township found; it may look again. Errors: outcome, note."""
    said, at = rules.check_outcome(outcome, note), now or clock_now()
    changed: Mapping[str, Any] = {
        "outcome": outcome, "note": said, "checked_at": at, "checked_by": actor.name,
    }  # fmt: skip
    write = Write(set=changed, data={"outcome": outcome})
    return act(actor, "samples.check", sample_id, lambda row: write, now=at)

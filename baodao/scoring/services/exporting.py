"""What the expression for many cards (`scoring.bulk`) reads: the records of a place and
year as a file written by the database, the rules as small tables."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Extract, Floor, Least, Left

from baodao.acts.access import path_range
from baodao.core.clock import at_local
from baodao.core.exporting import copy_out
from baodao.places.models import Place, Succession
from baodao.places.rules import COMMUNITY, COMMUNITY_PATH
from baodao.records.models import Record
from baodao.scoring import bulk
from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Card
from baodao.scoring.standing import Standing, set_at

_FAR = date(9999, 1, 1)


def export_facts(path: str, year: int, first_month: int, file: Path) -> None:
    """Records of the place that count in the year, with the minutes of the year: of a
    service over midnight of its last day only those before, and those after in the next
    year's (`whole` is False: nothing but time is divided)."""
    copy_out(facts_of(path, year, first_month), file)


def facts_of(path: str, year: int, first_month: int = 1) -> QuerySet[Any, Any]:
    """Rows with the columns of `bulk.FACTS`."""
    first, after = counting.year_days(year, first_month)
    lo, hi = path_range(path)
    here = Record.objects.filter(path__gte=lo, path__lt=hi).order_by()
    within = here.filter(occurred_on__gte=first, occurred_on__lt=after)
    # The day before, never further: a service has at most 24 hours.
    over = here.filter(
        occurred_on__lt=first, occurred_on__gte=date.fromordinal(first.toordinal() - 2),
        end_at__gt=at_local(first, time.min),
    )  # fmt: skip
    return _rows(within, _before(after), whole=True).union(
        _rows(over, F("minutes") - _before(first), whole=False), all=True
    )


def _before(day: date) -> Any:
    """Minutes of a record before the local midnight at which `day` begins."""
    edge = at_local(day, time.min)
    gone = ExpressionWrapper(Value(edge) - F("start_at"), output_field=DurationField())
    share = Least(F("minutes"), Floor(Extract(gone, "epoch") / 60.0))
    return Case(
        When(Q(start_at__lt=edge, end_at__gt=edge), then=share),
        default=F("minutes"), output_field=IntegerField(),
    )  # fmt: skip


def _rows(rows: QuerySet[Record], minutes: Any, *, whole: bool) -> QuerySet[Any, Any]:
    sign = Case(
        When(reversal_of=None, then=Value(1)), default=Value(-1),
        output_field=IntegerField(),
    )  # fmt: skip
    return rows.annotate(
        community=Left("path", COMMUNITY_PATH), shared=minutes, sign=sign,
        whole=Value(whole, BooleanField()),
    ).values_list(
        "community", "member_id", "unit_id", "kind", "source_class", "channel", "shared",
        "minutes", "quantity", "occurred_on", "source_id", "sign", "whole",
    )  # fmt: skip


def communities(path: str) -> list[str]:
    """Paths of the communities of a place, those among them that are gone."""
    lo, hi = path_range(path)
    found = Place.objects.filter(path__gte=lo, path__lt=hi, level=COMMUNITY)
    return list(found.values_list("path", flat=True))


def rule_tables(
    paths: Iterable[str], year: int, first_month: int, sets: Sequence[Standing]
) -> dict[str, list[dict[str, Any]]]:
    """`scopes`, `rules`, `selects` and `frames` of these communities in a year under
    `sets` (nearest places and latest first, as `standing.all_sets`)."""
    first, after = counting.year_days(year, first_month)
    scopes, frames, used = [], [], set()
    for path in paths:
        frame = set_at(path, first, sets).frame
        frames.append(
            {"community": path, "base": frame.base, "adds_most": frame.adds_most}
        )
        for s, since, until in spans(path, first, after, sets):
            used.add(s.id)
            scopes.append(
                {"community": path, "rule_set": s.id, "since": since, "until": until}
            )
    ours = sorted((s for s in sets if s.id in used), key=lambda s: s.since)
    rules = [(s.id, r) for s in ours for r in s.rules]
    return {"scopes": scopes, "frames": frames, "moved": [], **bulk.of_rules(rules)}


def moved_cards(path: str, year: int) -> list[dict[str, str]]:
    """Cards that followed their place when divisions changed: whoever has none at the old
    one has it all at the new one (`moves_cards`)."""
    lo, hi = path_range(path)
    steps = Succession.objects.filter(main=True, new_path__gte=lo, new_path__lt=hi)
    came = list(steps.values_list("old_path", "new_path"))
    paths = {p for step in came for p in step}
    rows = Card.objects.filter(year=year, path__in=paths).order_by()
    owners: dict[str, set[UUID]] = defaultdict(set)
    for subject, member, unit, at in rows.values_list(
        "subject", "member_id", "unit_id", "path"
    ):
        owners[at].add(member if subject == "member" else unit)
    return [
        {"who": str(who), "community": old, "at": new}
        for old, new in came
        for who in owners[new] - owners[old]
    ]


def spans(
    path: str, first: date, after: date, sets: Sequence[Standing]
) -> list[tuple[Standing, date, date]]:
    """Which set holds at a place from when until when, over [first − 2 days, after)."""
    day, found = date.fromordinal(first.toordinal() - 2), []
    edges = sorted(
        {d for s in sets if path.startswith(s.path) for d in (s.since, s.until)}
    )
    while day < after:
        until = min([d for d in edges if d > day] + [after, _FAR])
        found.append((set_at(path, day, sets), day, until))
        day = until
    return found

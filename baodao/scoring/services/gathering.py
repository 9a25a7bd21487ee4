"""What an evaluation looks at beside the card: how long somebody was reported in, whether
they were exempt, what they did in the year. Set-based: a community or a prefecture in the
same few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum, prefetch_related_objects
from django.db.models.functions import TruncMonth

from baodao.core.clock import today
from baodao.duties.models import Duty
from baodao.people.models import ContactTie, Exemption
from baodao.places.rules import community_path
from baodao.places.settings import all_at_each, at_each
from baodao.places.succeeding import around, now_of
from baodao.records.models import CHANNELS, Record
from baodao.reporting.models import ReportIn
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_evaluation as rules
from baodao.scoring.models_evaluation import Evaluation
from baodao.scoring.rules_evaluation import Span

FIGURES = {
    "activity": "activities", "order_served": "wishes", "visit": "visits", "post": "posts",
    "project": "projects", "key_problem": "problems", "resource": "resources",
    "meeting": "meetings", "rating": "ratings", "emergency": "shifts",
}  # fmt: skip
VISITS = ("visit_month", "visit_festival", "visit_need")
_FAR = date(9999, 12, 31)


@dataclass
class Stay:
    """Where a member or a unit was reported in: community of today → spans; `homes`:
    those that were a residence; `told`: each report-in in words."""

    at: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    homes: set[str] = field(default_factory=set)
    told: list[tuple[date, str]] = field(default_factory=list)

    def months(self, path: str, year: Span) -> int:
        return rules.months(self.at.get(path, ()), year)


@dataclass
class Gathered:
    """Of one evaluation. `halves`: a confirmed activity in each half of the year."""

    months: int = 0
    none: str = ""
    reported: str = ""
    figures: dict[str, int] = field(default_factory=dict)
    halves: list[bool] = field(default_factory=lambda: [False, False])
    halves_needed: int = 2

    @property
    def active(self) -> bool:
        """Whether there was enough for 优秀 in the halves of the year."""
        return sum(self.halves) >= self.halves_needed


def spans(paths: Collection[str], year: int) -> dict[str, Span]:
    """The evaluation year of each community."""
    first = at_each(paths, "scoring.year_from_month")
    return {p: counting.year_days(year, first[p]) for p in paths}


def stays(who: Q, year: Span) -> dict[UUID, Stay]:
    """Member or unit → where it was reported in during the year."""
    rows = list(
        ReportIn.objects.filter(
            who, Q(ended_on=None) | Q(ended_on__gt=year[0]), accepted_at__isnull=False,
            reported_on__lt=year[1],
        ).select_related("point")
    )  # fmt: skip
    today_ = now_of([(community_path(r.path), r.point) for r in rows])
    found: dict[UUID, Stay] = defaultdict(Stay)
    for r in rows:
        stay = found[r.member_id or r.subject_unit_id]  # type: ignore[index]
        path = today_[community_path(r.path)]
        stay.at[path].append((r.reported_on, r.ended_on or _FAR))
        if r.channel == "residence":
            stay.homes.add(path)
        where = f"{CHANNELS[r.channel]}报到"
        until = f"，{cday(r.ended_on)}结束" if r.ended_on else ""
        stay.told.append(
            (r.reported_on, f"{where}：{cday(r.reported_on)}，{r.point.name}{until}")
        )
    return found


def cday(day: date) -> str:
    """2026年2月4日"""
    return f"{day.year}年{day.month}月{day.day}日"


def gather(
    rows: Sequence[Evaluation], year: Span, *, visits: bool = True
) -> dict[UUID, Gathered]:
    """For evaluations of one year's span; without `visits` where figures do not matter."""
    limits = all_at_each({e.path for e in rows}, (*rules.MONTHS, rules.ACTIVE_HALVES))
    found = {
        e.pk: Gathered(halves_needed=limits[e.path][rules.ACTIVE_HALVES]) for e in rows
    }
    months = {
        path: rules.Months(*(here[k] for k in rules.MONTHS))
        for path, here in limits.items()
    }
    members = [e for e in rows if e.subject == "member"]
    units = [e for e in rows if e.subject == "unit"]
    went = around({e.path for e in rows})
    _members(members, year, found, months, went)
    if visits:
        _visits({e.member_id: e for e in members if e.member_id}, year, found)
    _units(units, year, found, months, went)
    return found


def _members(
    rows: Sequence[Evaluation], year: Span, found: Mapping[UUID, Gathered],
    limits: Mapping[str, rules.Months], went: Mapping[str, str],
) -> None:  # fmt: skip
    by_member = {e.member_id: e for e in rows if e.member_id}
    known = stays(Q(member__in=list(by_member)), year)
    prefetch_related_objects(rows, "member")  # those that are not at hand yet
    exempt = _exempt(by_member)
    for pk, e in by_member.items():
        stay, member, g = known.get(pk, Stay()), e.member, found[e.pk]
        assert member
        g.months = stay.months(went.get(e.path, e.path), year)
        first = min([member.joined_on, *(day for day, _ in stay.told)])
        ends = [d for d in (member.retires_on, member.left_on) if d]
        last = min(ends) if ends and not member.stays_on else _FAR
        on_duty = rules.months([(first, last)], year)
        g.none = rules.none_reason(
            g.months, rules.months([(first, _FAR)], year),
            rules.months(exempt.get(pk, ()), year), on_duty,
            retired=year[0] <= last < year[1], limits=limits[e.path],
        )  # fmt: skip
        g.reported = _told(stay)
    records = Record.objects.filter(member_id__in=list(by_member))
    for pk, kind, month, n, minutes in _by_month(records, ["member_id"], year):
        _add(found[by_member[pk].pk], kind, month, n, minutes, year)


def _told(stay: Stay) -> str:
    return "；".join(text for _, text in sorted(stay.told)) or "没有报到记录"


def _exempt(members: Iterable[UUID]) -> dict[UUID, list[Span]]:
    found: dict[UUID, list[Span]] = defaultdict(list)
    for x in Exemption.objects.filter(member__in=list(members)):
        found[x.member_id].append((x.valid_from, x.valid_to or _FAR))
    return found


def _by_month(
    records: QuerySet[Record], keys: Sequence[str], year: Span
) -> QuerySet[Record, Any]:
    """(…keys, kind, month, how many things, minutes): what stands, by month. What several
    did together is one for the unit."""
    rows = records.filter(
        reversal_of=None, reversals=None, occurred_on__gte=year[0],
        occurred_on__lt=year[1],
    )  # fmt: skip
    months = rows.annotate(month=TruncMonth("occurred_on")).order_by()
    return months.values_list(*keys, "kind", "month").annotate(
        n=Count("source_id", distinct=True), m=Sum("minutes")
    )


def _add(g: Gathered, kind: str, month: date, n: int, minutes: int, year: Span) -> None:
    name = FIGURES.get(kind)
    if name:
        g.figures[name] = g.figures.get(name, 0) + n
    if kind != "rating":
        g.figures["minutes"] = g.figures.get("minutes", 0) + minutes
    if kind == "activity":
        g.halves[rules.half_of(month, year)] = True


def _visits(
    by_member: Mapping[UUID, Evaluation], year: Span, found: Mapping[UUID, Gathered]
) -> None:
    owed = Duty.objects.filter(
        member__in=list(by_member), kind__in=VISITS,
        due_on__gte=year[0], due_on__lt=year[1],
    ).exclude(state="cancelled").order_by()  # fmt: skip
    for pk, state, n in owed.values_list("member_id", "state").annotate(n=Count("pk")):
        f = found[by_member[pk].pk].figures
        f["owed"] = f.get("owed", 0) + n
        if state in ("confirmed", "excused"):
            f[f"visits_{state}"] = n


def _units(
    rows: Sequence[Evaluation], year: Span, found: Mapping[UUID, Gathered],
    limits: Mapping[str, rules.Months], went: Mapping[str, str],
) -> None:  # fmt: skip
    ids = {e.unit_id for e in rows}
    known = stays(Q(subject_unit__in=list(ids)), year)
    ties: dict[UUID, list[Span]] = defaultdict(list)
    for t in ContactTie.objects.filter(unit__in=list(ids)):
        ties[t.unit_id].append((t.valid_from, t.valid_to or _FAR))
    records = Record.objects.filter(unit_id__in=list(ids))
    done: dict[tuple[UUID, str], list[tuple[str, date, int, int]]] = defaultdict(list)
    for pk, path, *of in _by_month(records, ["unit_id", "path"], year):
        at = community_path(path)
        for where in {at, went.get(at, at)}:  # as recorded, and where it belongs today
            done[pk, where].append(tuple(of))
    for e in rows:
        assert e.unit_id
        g, stay = found[e.pk], known.get(e.unit_id, Stay())
        g.months = stay.months(went.get(e.path, e.path), year)
        tied = rules.months(ties.get(e.unit_id, ()), year)
        g.none = rules.none_reason(
            g.months, tied, 0, 12, retired=False, limits=limits[e.path]
        )
        g.reported = _told(stay)
        for kind, month, n, minutes in done[e.unit_id, e.path]:
            _add(g, kind, month, n, minutes, year)


def last_full_year(path: str) -> int:
    """The evaluation year that ended last, for the default of pages."""
    first = at_each([path], "scoring.year_from_month")[path]
    return counting.year_of(today(), first) - 1


def year_end(year: Span) -> date:
    """The last day of a span."""
    return year[1] - timedelta(days=1)

"""The figures of activities (A19, A24; domain 11 T2): 场次, 人次, 人数 of a place and a
period, by channel, for each place below it, and by kind, occasion and carrier. Each is
the length of the list that it opens; what one unit organises in a residence community
counts once, in the channel it was planned in (domain 8.31)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Func, Q, QuerySet, Sum, Value

from baodao.activities import carriers, rules
from baodao.activities.models import Activity
from baodao.core.clock import now as clock_now
from baodao.records.models import CHANNELS, Record
from baodao.stats.definitions import Definition
from baodao.stats.orders import Counts, Line, lines_below
from baodao.stats.periods import Period
from baodao.stats.scope import Scope

DEFINITIONS: Mapping[str, Definition] = {
    "sessions": Definition(
        "活动场次", "场", "办过、名单已由别人确认的活动，一场算一次。", "社区办的、单位办的；归到开始的那一天",
        "还没有确认的、取消的；挂几个载体也只算一场", "activities", "start_at",
    ),
    "person_times": Definition(
        "参加人次", "人次", "确认过的名单上，每场每个到场的党员记一人次。", "到场的党员",
        "请假的、没来的、到场居民、冲回的记录", "records", "occurred_on",
    ),
    "people": Definition(
        "参加人数", "人", "参加过的党员，一个人去几场都只数一个。", "同“参加人次”", "同“参加人次”",
        "members", "occurred_on",
    ),
}  # fmt: skip
GROUPS = {"joint": "五联分类", "occasion": "结合什么时机", "carrier": "载体"}


@dataclass(frozen=True)
class Group:
    """Sessions by one property: (code, title, number)."""

    key: str
    title: str
    rows: Sequence[tuple[str, str, int]]


@dataclass(frozen=True)
class Figures:
    """All activity figures of a scope and period. `minutes`: of the records."""

    scope: Scope
    period: Period
    now: datetime
    total: Counts
    minutes: int
    lines: Sequence[Line] = ()
    groups: Sequence[Group] = field(default=())


def figures(
    scope: Scope, period: Period, *, channel: str = "", now: datetime | None = None,
    by_place: bool = False,
) -> Figures:  # fmt: skip
    """Two aggregates, one more for each group and for the rows. `channel` narrows the
    groups and the minutes; counts always come with both."""
    total, minutes = Counts(), 0
    for line in _grouped(scope, period, Value("")):
        _add(total, line)
    served = records_in(scope, period, channel).order_by()
    minutes = served.aggregate(n=Sum("minutes"))["n"] or 0
    rows: dict[str, Counts] = {}
    if by_place:
        for line in _grouped(scope, period, scope.row_of()):
            _add(rows.setdefault(scope.key(line["row"]), Counts()), line)
    lines = lines_below(scope, rows) if by_place and not scope.is_leaf else ()
    groups = _groups(scope, period, channel) if by_place else ()
    return Figures(scope, period, now or clock_now(), total, minutes, lines, groups)


def _grouped(scope: Scope, period: Period, row: Any) -> list[dict[str, Any]]:
    held: Any = _held(scope, period).annotate(row=row)
    served: Any = _served(scope, period).annotate(row=row)
    wanted: dict[str, Count] = {"n_sessions": Count("pk")}
    parts: dict[str, Count] = {
        "n_person_times": Count("pk"), "n_people": Count("member_id", distinct=True),
    }  # fmt: skip
    for channel in CHANNELS:
        here = Q(channel=channel)
        wanted[f"n_sessions_{channel}"] = Count("pk", filter=here)
        parts[f"n_person_times_{channel}"] = Count("pk", filter=here)
        parts[f"n_people_{channel}"] = Count("member_id", distinct=True, filter=here)
    return [
        *held.values("row").annotate(**wanted), *served.values("row").annotate(**parts)
    ]  # fmt: skip


def _add(counts: Counts, line: Mapping[str, Any]) -> None:
    """Written over, not added: a person in both channels is one person."""
    for name in DEFINITIONS:
        if f"n_{name}" in line:
            counts.all[name] = line[f"n_{name}"]
            for channel in CHANNELS:
                counts.by_channel[name, channel] = line[f"n_{name}_{channel}"]


def _held(scope: Scope, period: Period) -> QuerySet[Activity]:
    return Activity.objects.filter(
        scope.within(), period.within("start_at"), state__in=rules.COUNTED
    ).order_by()


def _served(scope: Scope, period: Period) -> QuerySet[Record]:
    """Standing records of activities."""
    return Record.objects.filter(
        scope.within(), period.on("occurred_on"), kind="activity", reversal_of=None,
        reversals=None,
    ).order_by()  # fmt: skip


def _groups(scope: Scope, period: Period, channel: str) -> list[Group]:
    held = sessions_in(scope, period, channel).order_by()
    found = []
    for key, column, titles in (
        ("joint", "joint_type", rules.JOINT_TYPES),
        ("occasion", "occasion", rules.OCCASIONS),
    ):
        n: dict[str, int] = dict(held.values_list(column).annotate(n=Count("pk")))
        rows = [(c, t, n.get(c, 0)) for c, t in titles.items()]
        found.append(Group(key, GROUPS[key], rows))
    each: Any = held.annotate(code=Func(F("carriers"), function="unnest"))
    n = dict(each.values_list("code").annotate(n=Count("pk", distinct=True)))
    known = carriers.names()
    rows = [(c, t, n[c]) for c, t in known.items() if n.get(c)]
    return [*found, Group("carrier", GROUPS["carrier"], rows)]


# --- the lists ------------------------------------------------------------------------


def sessions_in(
    scope: Scope, period: Period, channel: str = "", group: tuple[str, str] = ("", "")
) -> QuerySet[Activity]:
    """The activities behind 场次; `group` is one of a Group, such as
    ("joint", "party")."""
    found = _held(scope, period)
    found = found.filter(channel=channel) if channel else found
    key, code = group
    if key == "joint":
        found = found.filter(joint_type=code)
    elif key == "occasion":
        found = found.filter(occasion=code)
    elif key == "carrier":
        found = found.filter(carriers__contains=[code])
    return found.order_by("-start_at", "pk")


def records_in(scope: Scope, period: Period, channel: str = "") -> QuerySet[Record]:
    """The records behind 人次."""
    found = _served(scope, period)
    found = found.filter(channel=channel) if channel else found
    return found.order_by("-occurred_on", "pk")


def people_in(scope: Scope, period: Period, channel: str = "") -> QuerySet[Any, Any]:
    """The members behind 人数, and how often each took part."""
    found = records_in(scope, period, channel).order_by()
    return found.values("member_id").annotate(n=Count("id")).order_by("member_id")

"""What is kept no longer than its time (domain 9.3). Subjects register a row each: what
it is, from which day its time runs, and how it is forgotten. Once a month the list of
what would go is told to whoever protects personal data; some days later it goes, in
one act that writes how many of each. What is held for an appeal stays."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from baodao.acts import forgetting
from baodao.acts.access import ACTIONS, path_range, require, visible, within
from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.engine import act, create
from baodao.acts.models import Event
from baodao.acts.writing import Done, Write
from baodao.core.clock import at_local, today
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.people.models import RetentionHold, RetentionRun
from baodao.places.models import Setting
from baodao.places.settings import KEYS

CHUNK = 2_000
RUN_ON = 10  # day of the month; the list of what would go is told on the first


# Setting → path → days, as from `spans`.
Spans = Mapping[str, Mapping[str, int]]


def _nothing() -> Q:
    return Q(pk__in=[])


@dataclass(frozen=True)
class Retention:
    """One kind of thing with a time. `since`: the column its time runs from, a day or
    (`instant`) a moment; `key`: the setting that says how many days; `ready`: which
    rows are over and still hold something; `remains`: what is left, in words;
    `needs`: further settings that say when it is over;
    `held_by`: columns that a hold may name; `kept`: rows that are held without anybody
    saying so, by an appeal that is open; `forget` gets the ids."""

    kind: str
    label: str
    remains: str
    key: str
    model: str
    path: str
    since: str
    forget: Callable[[list[UUID]], object]
    ready: Callable[[], Q] = Q
    instant: bool = False
    held_by: tuple[str, ...] = ("pk",)
    kept: Callable[[], Q] = _nothing
    needs: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The settings that say when it is over."""
        return (self.key, *self.needs)

    def due(self, day: date, path: str = "") -> QuerySet[Any]:
        """Rows at and below a place whose time is over, but for those that are held."""
        found: QuerySet[Any] = apps.get_model(self.model)._default_manager.all()
        found = found.filter(self.ready(), self.over(day, spans(self.keys)))
        if path:
            found = found.filter(within(self.path, [path_range(path)]))
        return found.exclude(self._held()).order_by(self.since, "pk")

    def counted(self, day: date, path: str, spans: Spans) -> tuple[int, int]:
        """(how many would go, how many are held) at and below a place; one query."""
        found: QuerySet[Any] = apps.get_model(self.model)._default_manager.all()
        found = found.filter(self.ready(), self.over(day, spans))
        if path:
            found = found.filter(within(self.path, [path_range(path)]))
        n = found.aggregate(every=Count("pk"), held=Count("pk", filter=self._held()))
        return n["every"] - n["held"], n["held"]

    def _held(self) -> Q:
        held = RetentionHold.objects.filter(released_on=None).values("object_id")
        found = self.kept()
        for column in self.held_by:
            found |= Q(**{f"{column}__in": held})
        return found

    def since_of(self, row: Any) -> Any:
        """The day or moment from which the time of a row runs."""
        return getattr(row, self.since)

    def over(self, day: date, spans: Spans) -> Q:
        """By the days that are set where the row is."""
        found, mine = Q(pk__in=[]), spans[self.key]
        for path, days in mine.items():
            last = day - timedelta(days=days)
            limit = at_local(last, time(0)) if self.instant else last
            before = Q(**{f"{self.since}__lt": limit})
            found |= right_below(self.path, path, mine) & before
        return found


def right_below(column: str, path: str, paths: Collection[str]) -> Q:
    """Rows at and below a path, but for those of a deeper one of `paths`."""
    deeper = [path_range(p) for p in paths if p != path and p.startswith(path)]
    inside = within(column, [path_range(path)])
    return inside & ~within(column, deeper) if deeper else inside


def spans_of(key: str) -> dict[str, int]:
    """path → days, for every place that has set them; "" for all others."""
    return spans([key])[key]


def spans(keys: Iterable[str]) -> dict[str, dict[str, int]]:
    """The same for several settings, one query."""
    found = {key: {"": int(KEYS[key].default)} for key in keys}
    rows = Setting.objects.filter(key__in=list(found), removed=False).order_by("path")
    for key, path, value in rows.values_list("key", "path", "value"):
        found[key][path] = int(value)
    return found


REGISTRY: dict[str, Retention] = {}


def register(*kinds: Retention) -> None:
    """Add kinds, in the order in which they are shown and forgotten."""
    REGISTRY.update({k.kind: k for k in kinds})


# --- the log of who looked and who took a list away ------------------------------------------


def _looks() -> Q:
    return Q(action__in=[a for a in ACTIONS if a.endswith(".reveal")])


LOGS = (
    Retention(
        "looks", "谁看过联系方式的记录", "不再留", "retention.look_days", "acts.Event",
        "path", "at", forgetting.events, ready=_looks, instant=True,
        held_by=("object_id",),
    ),
    Retention(
        "exports", "谁导出过名单的记录", "不再留", "retention.look_days", "sheets.Export",
        "path", "at", lambda ids: forgetting.delete("sheets.Export", ids), instant=True,
    ),
)  # fmt: skip


# --- the monthly run ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One kind on the list of what would go. `days`: where nobody has set another."""

    it: Retention
    days: int
    n: int
    held: int


def preview(actor: Actor, day: date | None = None) -> list[Line]:
    """What would go on a day at and below the actor's place, how many per kind."""
    on, path = day or today(), actor.path or ""
    set_ = spans({key for it in REGISTRY.values() for key in it.keys})
    return [
        Line(it, set_[it.key][""], *it.counted(on, path, set_))
        for it in REGISTRY.values()
    ]


def announce(now: datetime | None = None) -> RetentionRun | None:
    """Write down what will go on the day of the run, how many of each, so that whoever
    protects personal data can look and hold something. None when nothing would."""
    at = now or clock_now()
    day = today(at).replace(day=RUN_ON)
    counts = {it.kind: n for it in REGISTRY.values() if (n := it.due(day).count())}
    if not counts:
        return None
    told = RetentionRun(on=day, counts=counts, dry=True)
    create(SYSTEM, "retention.announce", told, Write(data=counts), now=at)
    return told


def event_of(row: RetentionRun) -> UUID:
    """The act that wrote a run or its announcement."""
    return Event.objects.filter(object_id=row.pk).values_list("pk", flat=True)[0]


def run(now: datetime | None = None) -> RetentionRun | None:
    """Forget what is due everywhere; writes how many of each as one act. Returns None
    when there was nothing. Harmless when run again."""
    at = now or clock_now()
    day, counts = today(at), dict[str, int]()
    with transaction.atomic():
        for it in REGISTRY.values():
            ids = list(it.due(day).values_list("pk", flat=True))
            for start in range(0, len(ids), CHUNK):
                it.forget(ids[start : start + CHUNK])
            if ids:
                counts[it.kind] = len(ids)
        if not counts:
            return None
        done = RetentionRun(on=day, counts=counts)
        create(SYSTEM, "retention.run", done, Write(data=counts), now=at)
    return done


def words(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """(label, how many) of a run, kinds that are gone by their code."""
    return [(REGISTRY[k].label if k in REGISTRY else k, n) for k, n in counts.items()]


# --- what is held --------------------------------------------------------------------------------


def hold_of(object_id: UUID) -> RetentionHold | None:
    return RetentionHold.objects.filter(object_id=object_id, released_on=None).first()


def hold(
    *, actor: Actor, object_id: UUID, path: str, what: str, why: str,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Keep something beyond its time. Errors: why."""
    if not why.strip():
        raise Invalid(fields={"why": "请写为什么先不删，比如“有申诉”。"})
    if found := private_numbers(why):
        raise Invalid(fields={"why": f"里面有{'、'.join(found)}，请去掉。"})
    if hold_of(object_id):
        raise Conflict("已经标了先不删。")
    row = RetentionHold(
        object_id=object_id, path=path, what=what, why=why.strip(), held_by=actor.name,
        held_on=today(now or clock_now()),
    )  # fmt: skip
    return create(actor, "retention_holds.add", row, now=now)


def release(*, actor: Actor, hold_id: UUID, now: datetime | None = None) -> Done:
    """It may go when its time is over."""
    at = now or clock_now()
    row = RetentionHold.objects.filter(pk=hold_id).first()
    if row is None:
        raise NotFound
    require(actor, "retention_holds.release", row)
    if row.released_on:
        raise Conflict("已经解除了。")
    write = Write(set={"released_on": today(at)})
    return act(actor, "retention_holds.release", row.pk, lambda r: write, now=at)


def holds(actor: Actor) -> QuerySet[RetentionHold]:
    """What is held at and below the actor's place, the newest first."""
    found = visible(RetentionHold.objects.all(), actor, "retention_holds.view")
    return found.filter(released_on=None).order_by("-held_on", "-pk")

"""What hangs on places goes where its place goes. Each table that keeps a path says
which of its rows still live; rows that are over stay as they were recorded. The
layers above register theirs, so places knows none of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.apps import apps
from django.db.models import Count, Q, QuerySet, Value

from baodao.acts.access import path_range, within
from baodao.acts.actor import Actor
from baodao.acts.bulk import Batch
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.progress import Tell, nobody
from baodao.places.areas import Ranges


class Target(NamedTuple):
    """Where a path goes; `id` is None while the place is only planned. `fresh`: the
    place is made by the change out of this one alone, so that it is just what the
    old one was."""

    path: str
    id: UUID | None = None
    fresh: bool = False


@dataclass(frozen=True)
class Moves:
    """Old path → target, for everything that the change moves. `partly`: paths of
    places that are divided: what hangs right on them goes to the main part."""

    on: date
    at: datetime
    to: Mapping[str, Target]
    partly: frozenset[str] = frozenset()
    data: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def ranges(self) -> Ranges:
        """The subtrees and single places that move, none inside another."""
        found: list[tuple[str, str]] = []
        for path in sorted(self.to):
            if not found or path >= found[-1][1]:
                one = (path, path + "\x01")
                found.append(one if path in self.partly else path_range(path))
        return tuple(found)

    def target(self, path: str | None) -> Target | None:
        """Where a row of `path` goes: with its own place, or with the closest one
        above that is known. None when it stays."""
        parts = (path or "").split("/")[:-1]
        for n in range(len(parts), 0, -1):
            above = "/".join(parts[:n]) + "/"
            if above in self.to and (n == len(parts) or above not in self.partly):
                return self.to[above]
        return None


class Line(NamedTuple):
    """A number of things, in words: 个单位随驻地或联系点."""

    words: str
    n: int


class Look(NamedTuple):
    """What there is to move, and what is left to do by hand."""

    n: int
    left: list[Line]


class Mover(Protocol):
    """One kind of thing that follows its place. `words` begin with the measure word:
    个住户. `look`: how many live ones there are, and what somebody has to look after by
    hand, said before anything moves; `move`: do it, returns how many moved."""

    @property
    def words(self) -> str: ...
    def look(self, moves: Moves) -> Look: ...
    def move(self, actor: Actor, moves: Moves) -> int: ...


MOVERS: list[Mover] = []


def register(*movers: Mover) -> None:
    """Add movers, in the order in which they shall move."""
    MOVERS.extend(m for m in movers if m not in MOVERS)


@dataclass(frozen=True)
class Follow:
    """Rows that are re-pointed in place, each by an act. `live`: which rows; `columns`:
    a path column and the foreign key to the place that goes with it, or ""; `alone`:
    foreign keys to a place that have no path beside them. `divided`: what to say when
    rows hang right on a place that is divided, or ""; `quiet`: they only carry what
    other rows say, and nobody is told how many there are."""

    words: str
    model: str
    action: str
    live: Q
    columns: Mapping[str, str]
    alone: tuple[str, ...] = ()
    divided: str = ""
    quiet: bool = False

    def rows(self, moves: Moves) -> QuerySet[Any]:
        """The live rows that the change touches."""
        inside = Q(pk__in=[])
        for column in self.columns:
            inside |= within(column, moves.ranges)
        for key in self.alone:
            inside |= within(f"{key}__path", moves.ranges)
        found: QuerySet[Any] = apps.get_model(self.model)._default_manager.all()
        return found.filter(self.live).filter(inside)

    def look(self, moves: Moves) -> Look:
        return Look(self.rows(moves).count(), self.by_hand(moves))

    def by_hand(self, moves: Moves) -> list[Line]:
        """What somebody has to decide: rows that hang right on a divided place."""
        if not self.divided or not moves.partly:
            return []
        rows = self.rows(moves)
        at = Q(pk__in=[])
        for column in self.columns:
            at |= Q(**{f"{column}__in": moves.partly})
        n = rows.filter(at).count()
        return [Line(self.divided, n)] if n else []

    def move(self, actor: Actor, moves: Moves) -> int:
        names = [*self.columns, *(f"{k}_id" for k in self.columns.values() if k)]
        names += [*(f"{key}_id" for key in self.alone), *self._also()]
        paths = {f"{key}_id": f"{key}__path" for key in self.alone}
        rows = self.rows(moves).values("pk", "version", *names, *paths.values())
        writes, versions = dict[UUID, Write](), dict[UUID, int]()
        for row in rows:
            writes[row["pk"]] = Write(set=self._set(row, moves), data=moves.data)
            versions[row["pk"]] = row["version"]
        return len(
            act_rows(actor, self.action, writes, versions=versions, now=moves.at)
        )

    def _also(self) -> tuple[str, ...]:
        """More columns that `_set` looks at."""
        return ()

    def _set(self, row: Mapping[str, Any], moves: Moves) -> dict[str, Any]:
        changed: dict[str, Any] = {}
        for column, key in self.columns.items():
            target = moves.target(row[column])
            changed[column] = target.path if target else row[column]
            if key:
                changed[key] = target.id if target else row[f"{key}_id"]
        for key in self.alone:
            target = moves.target(row[f"{key}__path"])
            changed[key] = target.id if target else row[f"{key}_id"]
        return changed


@dataclass(frozen=True)
class Dated:
    """Ties with dates: the old one ends on the day of the change and a new one begins
    at the successor, so that last year's ties stay what they were. `place`: the foreign
    key beside `path`; `same`: what makes two ties at one place the same; `kept`: what
    the new one takes over; `twice`: what to say of a tie that is there already."""

    words: str
    twice: str
    model: str
    action: str
    live: Q
    place: str
    same: tuple[str, ...]
    kept: tuple[str, ...]
    divided: str = ""

    def rows(self, moves: Moves) -> QuerySet[Any]:
        found: QuerySet[Any] = apps.get_model(self.model)._default_manager.all()
        found = found.filter(self.live).filter(within("path", moves.ranges))
        return found.filter(Q(valid_to=None) | Q(valid_to__gt=moves.on)).order_by("pk")

    def _sorted(self, moves: Moves) -> tuple[list[tuple[Any, Target]], list[Any]]:
        """(rows that go on, with their target; rows that are there already)."""
        rows = [(r, t) for r in self.rows(moves) if (t := moves.target(r.path))]
        if not rows:
            return [], []
        manager = apps.get_model(self.model)._default_manager
        there = manager.filter(self.live, path__in={t.path for _, t in rows})
        there = there.filter(Q(valid_to=None) | Q(valid_to__gt=moves.on))
        # Of one place several may go on: the one in force, and what comes after it.
        held = {(r.path, *self._same(r)): r.path for r in there}
        goes, twice = [], []
        for row, target in rows:
            key = (target.path, *self._same(row))
            if held.setdefault(key, row.path) == row.path:
                goes.append((row, target))
            else:
                twice.append(row)
        return goes, twice

    def _same(self, row: Any) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self.same)

    def look(self, moves: Moves) -> Look:
        goes, twice = self._sorted(moves)
        n = sum(row.path in moves.partly for row, _ in goes)
        said = ((self.twice, len(twice)), (self.divided, n))
        return Look(len(goes), [Line(words, n) for words, n in said if n and words])

    def move(self, actor: Actor, moves: Moves) -> int:
        goes, twice = self._sorted(moves)
        batch = Batch()
        ended = {r.pk: self._ended(r, moves) for r in twice}
        again, versions = dict[UUID, Write](), {r.pk: r.version for r in twice}
        for row, target in goes:
            versions[row.pk] = row.version
            to = {self.place: target.id, "path": target.path}
            if row.valid_from >= moves.on:  # it has not begun yet elsewhere
                again[row.pk] = Write(set=to, data=moves.data)
                continue
            ended[row.pk] = self._ended(row, moves)
            new = type(row)(
                valid_from=moves.on, path=target.path, **{f"{self.place}_id": target.id},
                **{name: getattr(row, name) for name in self.kept},
            )  # fmt: skip
            batch.create(actor, self.action, new, Write(data=moves.data), at=moves.at)
        for writes in (ended, again):
            act_rows(actor, self.action, writes, versions=versions, now=moves.at)
        batch.flush()
        return len(goes)

    def _ended(self, row: Any, moves: Moves) -> Write:
        day = max(moves.on, row.valid_from)
        return Write(set={"valid_to": day}, data=moves.data)


def _told() -> list[Mover]:
    return [m for m in MOVERS if not getattr(m, "quiet", False)]


def preview(moves: Moves) -> tuple[list[Line], list[Line]]:
    """(what will follow, what is left to do by hand) of all registered kinds. Their
    rows are counted by one statement; only where there are some is more asked."""
    told = _told()
    plain: list[Follow | Dated] = [
        m for m in told if isinstance(m, Follow | Dated) and _counts(m)
    ]
    numbers = _numbers(plain, moves)
    looks = [(m, _look(m, moves, numbers)) for m in told]
    counted = [Line(m.words, look.n) for m, look in looks if look.n]
    return counted, [line for _, look in looks for line in look.left]


def _counts(mover: Mover) -> bool:
    """What it looks at are its rows; without any it has nothing to say."""
    return getattr(type(mover), "look", None) in (Follow.look, Dated.look)


def _look(mover: Mover, moves: Moves, numbers: Mapping[str, int]) -> Look:
    n = numbers.get(mover.words)
    if n is None:
        return mover.look(moves)
    if isinstance(mover, Follow):
        return Look(n, mover.by_hand(moves) if n else [])
    return mover.look(moves) if n else Look(0, [])


def _numbers(kinds: Sequence[Follow | Dated], moves: Moves) -> dict[str, int]:
    """How many rows of each kind a change touches."""
    parts = [
        kind.rows(moves).order_by().annotate(kind_=Value(kind.words)).values("kind_")
        .annotate(n=Count("pk")).values_list("kind_", "n")
        for kind in kinds
    ]  # fmt: skip
    found = dict(parts[0].union(*parts[1:], all=True)) if parts else {}
    return {kind.words: found.get(kind.words, 0) for kind in kinds}


def move_all(
    actor: Actor, moves: Moves, tell: Tell = nobody
) -> tuple[list[Line], list[Line]]:
    """Move everything; (what followed, what is left to do by hand)."""
    left = [line for m in _told() for line in m.look(moves).left]
    moved = dict[str, int]()
    for n, mover in enumerate(MOVERS, 1):
        tell(mover.words[1:], n, len(MOVERS) + 1)  # without the measure word
        moved[mover.words] = mover.move(actor, moves)
    return [Line(m.words, moved[m.words]) for m in _told() if moved[m.words]], left

"""What places itself keeps at a path: estates and households go along; settings, days
of the calendar and pauses are copied to a place that is just what the old one was.
Where two places become one, the one that goes on keeps its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from baodao.acts.access import within
from baodao.acts.actor import Actor
from baodao.acts.bulk import Batch
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.places.changes.moves import Follow, Line, Look, Moves, Target
from baodao.places.models import LocalDay, Pause, Setting

ESTATES = Follow(
    "个小区的情况",
    "places.Estate",
    "estates.follow_place",
    Q(),
    {"path": "place"},
    quiet=True,
)


class _Homes(Follow):
    """A household is called by the number of its place, which may be another one in
    the community that it comes to."""

    def _set(self, row: Mapping[str, Any], moves: Moves) -> dict[str, Any]:
        changed = super()._set(row, moves)
        last = changed["path"].rstrip("/").rsplit("/", 1)[-1]
        number = last[1:] if last.startswith("H") else row["number"]
        return {**changed, "number": number}

    def _also(self) -> tuple[str, ...]:
        return ("number",)


HOUSEHOLDS = _Homes(
    "个住户", "places.Household", "households.follow_place", Q(), {"path": "place"}
)


@dataclass(frozen=True)
class Copied:
    """Rows that hold for a path and below. The old ones stay, for what still hangs on
    the old place; a place that is just what the old one was gets rows of its own with
    the same `kept` columns. `coming`: only days that are still to come."""

    words: str
    lost: str
    action: str
    model: type[Setting] | type[LocalDay]
    kept: tuple[str, ...]
    coming: bool = False

    def _split(self, moves: Moves) -> tuple[list[tuple[Any, Target]], int]:
        """(rows to copy with their target, how many are not)."""
        found: QuerySet[Any] = self.model._default_manager.all()
        found = found.filter(within("path", moves.ranges))
        found = found.filter(removed=False).order_by("path", "pk")
        if self.coming:
            found = found.filter(day__gte=moves.on)
        rows = [(row, moves.target(row.path)) for row in found]
        fits = [(r, t) for r, t in rows if t and t.fresh and r.path not in moves.partly]
        return fits, len(rows) - len(fits)

    def look(self, moves: Moves) -> Look:
        fits, n = self._split(moves)
        return Look(len(fits), [Line(self.lost, n)] if n else [])

    def move(self, actor: Actor, moves: Moves) -> int:
        batch, fits = Batch(), self._split(moves)[0]
        for row, target in fits:
            values = {name: getattr(row, name) for name in self.kept}
            new = self.model(path=target.path, **values)
            batch.create(actor, self.action, new, Write(data=moves.data), at=moves.at)
        batch.flush()
        return len(fits)


SETTINGS = Copied(
    "项本地设置", "项本地设置没有带过去，按接收的地方的规定", "settings.follow_place",
    Setting, ("key", "value", "set_by", "reason", "set_at"),
)  # fmt: skip
DAYS = Copied(
    "个本地工作日历的日子", "个本地工作日历的日子没有带过去，按接收的地方的安排",
    "days.follow_place", LocalDay, ("day", "kind", "name"), coming=True,
)  # fmt: skip


class Pauses:
    """A pause that holds ends with the old place and begins at the same instant at
    the places that take over, so that no time is lost or counted twice. A place that
    goes into a larger one must not stop that one's clocks: its pause goes to what
    came along from below it, else somebody opens a new one."""

    words = "个时限暂停"

    def rows(self, moves: Moves) -> list[Pause]:
        found = Pause.objects.filter(Q(end=None) | Q(end__gt=moves.at))
        return list(
            found.filter(within("path", moves.ranges)).order_by("path", "start")
        )

    def _targets(self, pause: Pause, moves: Moves) -> list[str]:
        target = moves.to.get(pause.path)
        if target and target.fresh and pause.path not in moves.partly:
            return [target.path]
        below = pause.path.count("/") + 1
        return [
            t.path for path, t in moves.to.items()
            if path.startswith(pause.path) and path.count("/") == below and t.fresh
        ]  # fmt: skip

    def look(self, moves: Moves) -> Look:
        rows = self.rows(moves)
        lost = sum(not self._targets(p, moves) for p in rows)
        words = "个进行中的时限暂停随原来的地方结束；需要的话请在新地方重新暂停"
        return Look(len(rows) - lost, [Line(words, lost)] if lost else [])

    def move(self, actor: Actor, moves: Moves) -> int:
        rows, batch, n = self.rows(moves), Batch(), 0
        for pause in rows:
            start, targets = max(pause.start, moves.at), self._targets(pause, moves)
            for path in targets:
                new = Pause(path=path, start=start, end=pause.end, reason=pause.reason)
                batch.create(
                    actor,
                    "pauses.follow_place",
                    new,
                    Write(data=moves.data),
                    at=moves.at,
                )
            n += bool(targets)
        running = {p.pk: self._ended(p, moves) for p in rows}
        versions = {p.pk: p.version for p in rows}
        act_rows(actor, "pauses.follow_place", running, versions=versions, now=moves.at)
        batch.flush()
        return n

    def _ended(self, pause: Pause, moves: Moves) -> Write:
        """A pause has a length: one that has not begun keeps a second of it."""
        end = max(moves.at, pause.start + timedelta(seconds=1))
        return Write(set={"end": end}, data=moves.data)

"""The verbs of duties. All keyword-only, with `now`; call several of them, and the
subject's own act, inside one `transaction.atomic()`. Errors: NotFound outside the
actor's scope, Forbidden inside it, Conflict when the state or somebody else was
first, Invalid with the field."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.acts.writing import Done


class Source(NamedTuple):
    """What duties follow from. `pattern` names its list of windows; only windows that
    end on or after `valid_from` and begin before `valid_to` are owed."""

    id: UUID
    pattern: str
    path: str
    place_id: UUID
    member_id: UUID | None = None
    unit_id: UUID | None = None
    valid_from: date = date.min
    valid_to: date = date.max


class Window(NamedTuple):
    """One window of a pattern. `owed_from`: a source that begins after this day does
    not owe it yet (a pairing of the 20th begins next month)."""

    key: str
    title: str
    opens_on: date
    due_on: date
    owed_from: date | None = None


def generate(
    *, actor: Actor, kind: str, source_kind: str, sources: Sequence[Source],
    windows: Mapping[str, Sequence[Window]], path: str = "", now: datetime | None = None,
) -> int:  # fmt: skip
    """Write the duties that are not there yet; returns how many. Set-based and
    idempotent: the same call again writes nothing."""
    raise AssertionError


def fulfil(
    *, actor: Actor, duty_id: UUID, on: date, by_kind: str, by_id: UUID,
    member_id: UUID | None = None, settled: bool = False, now: datetime | None = None,
) -> Done:  # fmt: skip
    """It was done on `on` by `by_kind`/`by_id` (a visit, an activity, a project), by
    `member_id` when not the debtor. `settled`: that is confirmed already. Before the
    window opens it cannot be done (Invalid); after it, within the make-up days, it
    counts as made up. A kind that needs no confirmation is settled at once."""
    raise AssertionError


def fulfil_all(
    *, actor: Actor, source_ids: Iterable[UUID], on: date, by_kind: str, by_id: UUID,
    kinds: Iterable[str] = (), member_id: UUID | None = None, settled: bool = False,
    now: datetime | None = None,
) -> list[UUID]:  # fmt: skip
    """Every open duty of these sources whose window (with its make-up days, the oldest
    missed one per kind) has the day `on`: a visit in a festival window is the month's
    too (domain 7.3)."""
    raise AssertionError


def confirm(*, actor: Actor, by_id: UUID, now: datetime | None = None) -> list[UUID]:
    """What `by_id` fulfilled is confirmed: all its duties that wait for it."""
    raise AssertionError


def refuse(
    *, actor: Actor, by_id: UUID, reason: str, now: datetime | None = None
) -> list[UUID]:
    """What `by_id` fulfilled was not so: its duties are owed again."""
    raise AssertionError


def attempt(
    *, actor: Actor, duty_id: UUID, on: date, retry_on: date | None = None,
    note: str = "", now: datetime | None = None,
) -> Done:  # fmt: skip
    """Nobody was at home: an attempt, and when to try again."""
    raise AssertionError


def excuse(
    *, actor: Actor, duty_id: UUID, reason: str, note: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Need not be done; `reason` of `rules.EXCUSES`."""
    raise AssertionError


def stand_in(
    *, actor: Actor, duty_id: UUID, member_id: UUID | None, now: datetime | None = None
) -> Done:
    """Another member does it this time; None takes it back."""
    raise AssertionError


def cancel_all(
    *, actor: Actor, source_ids: Iterable[UUID], since: date, reason: str,
    now: datetime | None = None,
) -> int:  # fmt: skip
    """The sources have ended or pause: what is open and ends on or after `since` is
    owed no longer, and nobody is reminded of it."""
    raise AssertionError


def hand_over(
    *, actor: Actor, source_id: UUID, member_id: UUID | None, unit_id: UUID | None,
    since: date, now: datetime | None = None,
) -> int:  # fmt: skip
    """Open duties of a source that end on or after `since` go to somebody else."""
    raise AssertionError

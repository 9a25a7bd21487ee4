"""Access is one table: action → role → scope. `can`, `require` and `visible` are
made from the same row, so that what a list shows and what a click may do cannot
drift apart. Permission says who and where; the flow says when."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from baodao.acts.actor import Actor
from baodao.core.errors import Forbidden, NotFound

M = TypeVar("M", bound=Model)
Row = Mapping[str, Any]
Range = tuple[str, str]  # [lo, hi) of paths under collation "C"


class Scope(StrEnum):
    """How far a grant reaches."""

    ALL = "all"  # every row
    PLACE = "place"  # my place and below
    UNIT = "unit"  # my unit's
    OWN = "own"  # my own
    MADE = "made"  # what I entered myself


@dataclass(frozen=True)
class Columns:
    """Which columns of a model the scopes look at. `own` and `conflict` map a
    column to the actor's attribute it is compared with; `made` is the column with
    the account that entered the row; `units` are array columns with the ids of all
    units that a row belongs to (the parties of an agreement)."""

    path: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    own: Mapping[str, str] = field(default_factory=dict)
    made: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        made = (self.made,) if self.made else ()
        return (*self.path, *self.unit, *self.units, *self.own, *made)


@dataclass(frozen=True)
class Action:
    """One row of the table. `title` is the verb people read. `conflict`: columns
    that must not be the actor's own (nobody confirms their own service);
    `message`: what to tell somebody inside the scope who may not."""

    name: str
    title: str
    model: str
    grants: Mapping[str, Scope]
    conflict: Mapping[str, str] = field(default_factory=dict)
    message: str = ""


ACTIONS: dict[str, Action] = {}
VIEWS: dict[str, str] = {}


def register(
    model: str,
    prefix: str,
    rows: Mapping[str, tuple[str, Mapping[str, Scope]]],
    *,
    conflicts: Mapping[str, Mapping[str, str]] | None = None,
    messages: Mapping[str, str] | None = None,
) -> None:
    """Add a subject's rows: {event: (title, {role: scope})}. The action's name is
    `prefix.event`; the event "view" decides between 404 and 403."""
    for event, (title, grants) in rows.items():
        name = f"{prefix}.{event}"
        if name in ACTIONS:
            raise ValueError(f"action {name} is registered twice")
        ACTIONS[name] = Action(
            name,
            title,
            model,
            grants,
            (conflicts or {}).get(event, {}),
            (messages or {}).get(event, ""),
        )
    if "view" in rows:
        VIEWS[model] = f"{prefix}.view"


def columns(model: type[Model]) -> Columns:
    """The model's declaration `ACCESS`."""
    declared: Columns = model.ACCESS  # type: ignore[attr-defined]
    return declared


def path_range(path: str) -> Range:
    """[lo, hi) of all paths at and below `path` under collation "C"."""
    if not path:
        return "", "\U0010ffff"
    return path, path[:-1] + chr(ord(path[-1]) + 1)


def within(column: str, ranges: Iterable[Range]) -> Q:
    """That a path column lies in one of `ranges`; of none, nothing does."""
    found = Q(pk__in=[])
    for lo, hi in ranges:
        found |= Q(**{f"{column}__gte": lo, f"{column}__lt": hi})
    return found


def _tests(scope: Scope, cols: Columns, actor: Actor) -> list[tuple[str, str, Any]]:
    """The scope as (column, operator, value), any of which suffices."""
    if scope is Scope.ALL:
        return [("", "all", None)]
    if scope is Scope.PLACE:
        if actor.path is None:
            return []
        ranges = (path_range(actor.path), *actor.former)
        return [(c, "range", r) for c in cols.path for r in ranges]
    if scope is Scope.UNIT:
        if actor.unit_id is None:
            return []
        return [
            *((c, "is", actor.unit_id) for c in cols.unit),
            *((c, "has", actor.unit_id) for c in cols.units),
        ]
    if scope is Scope.MADE:
        made = actor.account_id if cols.made else None
        return [(cols.made, "is", made)] if made else []
    own = [(c, "is", getattr(actor, attribute)) for c, attribute in cols.own.items()]
    return [t for t in own if t[2] is not None]


_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "all": lambda have, want: True,
    "is": lambda have, want: have == want,
    "has": lambda have, want: want in (have or ()),
    "range": lambda have, want: have is not None and want[0] <= have < want[1],
}


def _q(column: str, operator: str, value: Any) -> Q:
    if operator == "all":
        return Q()
    if operator == "range":
        return Q(**{f"{column}__gte": value[0], f"{column}__lt": value[1]})
    if operator == "has":
        return Q(**{f"{column}__contains": [value]})
    return Q(**{column: value})


def _own_columns(action: Action, actor: Actor) -> list[tuple[str, Any]]:
    pairs = [(c, getattr(actor, a)) for c, a in action.conflict.items()]
    return [p for p in pairs if p[1] is not None]


def _get(row: Row | Model, column: str) -> Any:
    return row[column] if isinstance(row, Mapping) else getattr(row, column)


def can(actor: Actor, action: str, row: Row | Model | None = None) -> bool:
    """Whether `actor` may do `action` on `row` (a model instance or a mapping of
    its columns). Without a row: whether the role may do it anywhere at all."""
    rule = ACTIONS[action]
    scope = rule.grants.get(actor.role)
    if scope is None:
        return False
    if row is None:
        return True
    cols = columns(apps.get_model(rule.model))
    if any(_get(row, c) == value for c, value in _own_columns(rule, actor)):
        return False
    return any(
        _HOLDS[op](_get(row, c) if c else None, value)
        for c, op, value in _tests(scope, cols, actor)
    )


def require(actor: Actor, action: str, row: Row | Model) -> None:
    """Raise `NotFound` outside the actor's scope, `Forbidden` inside it when the
    act is not the actor's."""
    if can(actor, action, row):
        return
    rule = ACTIONS[action]
    view = VIEWS.get(rule.model)
    if view and can(actor, view, row):
        raise Forbidden(rule.message)
    raise NotFound


def visible(queryset: QuerySet[M], actor: Actor, action: str) -> QuerySet[M]:
    """The rows of `queryset` on which `actor` may do `action`: the same row of the
    table as `can`, as a condition of the database."""
    rule = ACTIONS[action]
    scope = rule.grants.get(actor.role)
    if scope is None:
        return queryset.none()
    tests = _tests(scope, columns(queryset.model), actor)
    if not tests:
        return queryset.none()
    condition = Q()
    for test in tests:
        condition |= _q(*test)
    for column, value in _own_columns(rule, actor):
        condition &= ~Q(**{column: value}) | Q(**{f"{column}__isnull": True})
    return queryset.filter(condition)

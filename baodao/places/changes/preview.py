"""Reading for a change: the ground its plan stands on, what will happen, and the list
of changes."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from baodao.acts.access import path_range, visible, within
from baodao.acts.actor import Actor
from baodao.core.errors import Invalid, NotFound
from baodao.places import rules
from baodao.places.areas import recorded
from baodao.places.changes.moves import Line, Moves, Target, preview
from baodao.places.changes.plan import Ground, Node, Plan, Spec, derive
from baodao.places.models import Place, PlaceChange, Succession

_COLUMNS = ("id", "code", "level", "kind", "official_name", "name", "version")


def changes(actor: Actor, path: str = "") -> QuerySet[PlaceChange]:
    """Changes in the actor's sight, the newest first; with `path` those there and
    below."""
    found = visible(PlaceChange.objects.all(), actor, "changes.view")
    return found.filter(within("path", recorded(path))).order_by("-created_at")


def change(actor: Actor, change_id: UUID) -> PlaceChange:
    """One change. Raises NotFound outside the actor's sight."""
    found = visible(PlaceChange.objects.filter(pk=change_id), actor, "changes.view")
    row = found.first()
    if row is None:
        raise NotFound
    return row


def spec_of(row: PlaceChange) -> Spec:
    """What was decided."""
    return Spec.of(row.kind, row.plan)


def ground_of(spec: Spec) -> Ground:
    """What the plan of `spec` has to look at: three queries whatever its size."""
    roots = [rules.path_of(code) for code in spec.olds]
    subtrees = [path_range(path) for path in roots]
    nodes = _nodes(Place.objects.filter(within("path", subtrees), valid_to=None))
    named = {spec.into, *(rules.parent_code(p.code) for p in spec.parts if p.code)}
    # Their parents are named too: 省直辖… is shown with the name of the province.
    named |= {rules.parent_code(code) for code in (*named, *spec.olds) if code} - {""}
    targets = _nodes(Place.objects.filter(code__in=named - {""}, valid_to=None))
    return Ground(nodes, targets, _taken(spec))


def _nodes(found: QuerySet[Place]) -> dict[str, Node]:
    rows = found.order_by("path").values_list(*_COLUMNS)
    return {row[1]: Node(*row) for row in rows}


def _taken(spec: Spec) -> frozenset[str]:
    """Codes used at any time at and below what takes the places in. Below a new place
    nothing can be, unless its code is taken itself."""
    heads = [spec.into] if spec.into else []
    heads += [p.code.strip() for p in spec.parts if p.code.strip()]
    ranges = [path_range(rules.path_of(code)) for code in heads]
    communities = {c.split("-")[0] for c in heads if "-" in c}
    ranges += [path_range(rules.path_of(code)) for code in communities]
    if not ranges:
        return frozenset()
    found = Place.objects.filter(within("path", ranges))
    return frozenset(found.values_list("code", flat=True))


def moves_of(
    plan: Plan, *, on: date, at: datetime, ids: Mapping[str, UUID] | None = None,
    data: Mapping[str, str] | None = None,
) -> Moves:  # fmt: skip
    """The plan as paths. `ids`: the ids of the successors by code, once there are."""
    ids = ids or {}
    main = [s for s in plan.steps if s.main]
    sources: dict[str, int] = {}
    for step in main:
        sources[step.code] = sources.get(step.code, 0) + 1
    to = {
        s.old.path: Target(
            rules.path_of(s.code), ids.get(s.code),
            fresh=s.code in plan.made and s.whole and sources[s.code] == 1,
        )
        for s in main
    }  # fmt: skip
    partly = frozenset(s.old.path for s in main if not s.whole)
    return Moves(on, at, to, partly, data or {})


@dataclass(frozen=True)
class Preview:
    """What a draft will do. `problem`: what has to be decided first; then the rest is
    empty. `digest` changes when anything that is shown would."""

    spec: Spec
    plan: Plan
    moved: list[Line]
    left: list[Line]
    problem: Invalid | None = None

    @property
    def digest(self) -> str:
        told = [[s.old.code, s.code, s.main] for s in self.plan.steps]
        text = json.dumps([self.spec.stored(), told], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def size(self) -> int:
        """Roughly how many rows will be written."""
        return 3 * len(self.plan.steps) + sum(line.n for line in self.moved)


def preview_of(row: PlaceChange, at: datetime) -> Preview:
    """Work the draft out and count what will follow."""
    spec = spec_of(row)
    try:
        plan = derive(spec, ground_of(spec))
    except Invalid as problem:
        return Preview(spec, Plan({}, ()), [], [], problem)
    moved, left = preview(moves_of(plan, on=row.on, at=at))
    if plan.renumbered:
        left = [Line("户的户号在新的社区里重复，换了新号", plan.renumbered), *left]
    return Preview(spec, plan, moved, left)


def names_of_codes(codes: Iterable[str]) -> dict[str, str]:
    """Code → name of places in use."""
    found = Place.objects.filter(code__in=[c for c in codes if c], valid_to=None)
    return dict(found.values_list("code", "name"))


def successors(place: Place) -> list[Succession]:
    """What became of a closed place, the main part first."""
    found = Succession.objects.filter(old=place, new__valid_to=None)
    return list(found.select_related("new", "change").order_by("-main", "new_path"))


def origins(place: Place) -> list[Succession]:
    """What a place came from or has taken in, directly."""
    found = Succession.objects.filter(new=place, direct=True)
    return list(
        found.select_related("old", "change").order_by("-change__on", "old_path")
    )

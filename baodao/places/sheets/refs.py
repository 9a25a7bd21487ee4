"""A cell that names a place: its code, its name, or its name with what lies above it
(狮泉河镇 森格社区). Names repeat inside one county (domain 3.1), so a name alone is
taken only when it is one in the actor's sight; else the candidates are named."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from baodao.acts.access import path_range
from baodao.acts.actor import Actor
from baodao.places import rules
from baodao.places.models import Place
from baodao.places.queries import open_places
from baodao.places.settings import ancestors
from baodao.sheets.cells import Unclear, bare, tidy

_PARTS = re.compile(r"[\s·•>›/／、,，\-—–]+")
_CODE = re.compile(r"\d{2,12}(-[GEBH]\d+)*", re.ASCII)
CANDIDATES = 12


class Spot(NamedTuple):
    """What a row needs of a place. `above`: the names over it, nearest first."""

    id: UUID
    code: str
    path: str
    level: int
    kind: str
    name: str
    official: str
    is_contact_point: bool
    above: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The name with what tells it from its namesakes."""
        return f"{self.above[0]} {self.name}" if self.above else self.name


@dataclass
class Spots:
    """The places that some cells name, looked up in two queries."""

    by_code: dict[str, Spot]
    by_name: dict[str, list[Spot]]
    what: str

    def find(self, word: str) -> Spot:
        """The one place a cell means. Raises Unclear, with the candidates to choose
        from when there are several."""
        code = code_of(word)
        if code:
            if found := self.by_code.get(code):
                return found
            raise Unclear(f"没有找到代码{code}，可能不在您负责的范围。请核对")
        *over, last = _words(word)
        named = self.by_name.get(bare(last), [])
        found_here = [s for s in named if _is_below(s, over)]
        if len(found_here) == 1:
            return found_here[0]
        options = [(s.code, s.shown) for s in (found_here or named)[:CANDIDATES]]
        if found_here:
            where = "、".join(label for _, label in options)
            raise Unclear(
                f"有{len(found_here)}个“{last}”：{where}。请选是哪一个", options
            )
        if named:
            raise Unclear("上级和名称对不上。请核对，或从这几个里选", options)
        raise Unclear(
            f"没有找到这个{self.what}，可能不在您负责的范围。请核对名称，或写代码"
        )


def code_of(word: str) -> str:
    """The code in a cell (542523100001, 542523100001-G3 as -G003), or ""."""
    found = tidy(word).upper().replace(" ", "")
    if not _CODE.fullmatch(found):
        return ""
    official, *local = found.split("-")
    if len(official) not in rules.LEVEL_OF_LENGTH:
        return ""
    levels = {letter: level for level, letter in rules.LETTER.items()}
    return "-".join(
        [
            official,
            *(f"{p[0]}{int(p[1:]):0{rules.DIGITS[levels[p[0]]]}d}" for p in local),
        ]
    )


def _words(word: str) -> list[str]:
    return [p for p in _PARTS.split(tidy(word)) if p] or [word]


def _is_below(spot: Spot, over: Sequence[str]) -> bool:
    above = {bare(name) for name in spot.above}
    return all(bare(name) in above for name in over)


def look_up(
    actor: Actor, words: Iterable[str | None], levels: Sequence[int], *,
    what: str = "地方", everywhere: bool = False,
) -> Spots:  # fmt: skip
    """All places of `levels` that the cells may mean, in the actor's sight, or in the
    whole deployment (`everywhere`: where people live is nobody's scope)."""
    distinct = {w for w in words if w}
    codes = {c for w in distinct if (c := code_of(w))}
    names = {_words(w)[-1] for w in distinct if not code_of(w)}
    found = Place.objects.filter(valid_to=None) if everywhere else open_places(actor)
    found = found.filter(level__in=levels).exclude(kind="virtual")
    by_code = list(found.filter(code__any=codes)) if codes else []
    called = Q(name__any=names) | Q(official_name__any=names)
    by_name = list(found.filter(called)) if names else []
    above = _names_above([*by_code, *by_name])
    spots = Spots({p.code: _spot(p, above) for p in by_code}, {}, what)
    for place in by_name:
        spot = _spot(place, above)
        for name in {bare(place.name), bare(place.official_name)}:
            spots.by_name.setdefault(name, []).append(spot)
    return spots


def _names_above(places: Iterable[Place]) -> dict[str, str]:
    paths = {a for p in places for a in ancestors(p.path)[1:-1]}
    rows = Place.objects.filter(path__any=paths) if paths else Place.objects.none()
    return dict(rows.values_list("path", "name"))


def _spot(place: Place, above: dict[str, str]) -> Spot:
    over = [above[a] for a in reversed(ancestors(place.path)[1:-1]) if a in above]
    return Spot(
        place.pk, place.code, place.path, place.level, place.kind, place.name,
        place.official_name, place.is_contact_point, tuple(over),
    )  # fmt: skip


def names_in(actor: Actor, level: int, most: int = 300) -> list[str]:
    """What a drop-down offers: the places of a level in the actor's own place, with
    what tells namesakes apart; nothing when there are too many to choose from."""
    if actor.path is None:
        return []
    lo, hi = path_range(actor.path)
    found = open_places(actor).filter(level=level, path__gte=lo, path__lt=hi)
    rows = list(found.exclude(kind="virtual").select_related("parent")[: most + 1])
    if len(rows) > most:
        return []
    names = Counter(p.name for p in rows)
    return [
        p.name
        if names[p.name] == 1 or p.parent is None
        else f"{p.parent.name} {p.name}"
        for p in sorted(rows, key=lambda p: p.path)
    ]

"""What a setting, a kind of duty or a rule rests on: 依据, the clause of a document
(A04). Who owns the thing says what there is of its kind; who keeps the documents says
what they rest on. Places knows neither."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple


class Basis(NamedTuple):
    """One clause: 《…》第三条, and where it can be read."""

    words: str
    url: str


class Kind(NamedTuple):
    """What may rest on a clause. `names`: code → title, asked when it is needed."""

    title: str
    names: Callable[[], Mapping[str, str]]


# (kind, codes, path) → code → clauses in force at the place, the closest issuer first.
Ask = Callable[[str, Collection[str], str], Mapping[str, list[Basis]]]
KINDS: dict[str, Kind] = {}
_ASKED: list[Ask] = []


def register_kind(code: str, kind: Kind) -> None:
    """Add a kind of thing; called by the `ready` of the subject that owns it."""
    KINDS[code] = kind


def register(ask: Ask) -> None:
    """Add who knows what things rest on."""
    if ask not in _ASKED:
        _ASKED.append(ask)


def of_all(kind: str, codes: Collection[str], path: str) -> dict[str, list[Basis]]:
    """What each of `codes` rests on at a place; codes without a clause are left out."""
    found: dict[str, list[Basis]] = {}
    for ask in _ASKED:
        for code, given in ask(kind, codes, path).items():
            found.setdefault(code, []).extend(given)
    return found


def of(kind: str, code: str, path: str) -> list[Basis]:
    """What one setting, kind of duty or rule rests on at a place."""
    return of_all(kind, [code], path).get(code, [])

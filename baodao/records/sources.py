"""What a record came from, in words and with a link, for the pages that show records
(score cards, wallets, the seal). A subject registers its own `source_kind`; who asks
never knows the subject."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.records.models import Record


class Source(NamedTuple):
    """`words`: "单 1120-05 楼道灯坏了", nothing private; `url`: the actor's own page of
    it, "" where they have none."""

    words: str
    url: str = ""


Describe = Callable[[Actor, Iterable[UUID]], Mapping[UUID, Source]]
_KNOWN: dict[str, Describe] = {}


def register(source_kind: str, describe: Describe) -> None:
    """`describe` names all ids at once; what it leaves out is shown by its kind."""
    _KNOWN[source_kind] = describe


def source_of(actor: Actor, kind: str, source_id: UUID) -> Source | None:
    """Where one thing is recorded; None where no subject tells."""
    return _KNOWN[kind](actor, [source_id]).get(source_id) if kind in _KNOWN else None


def sources_of(actor: Actor, records: Iterable[Record]) -> dict[UUID, Source]:
    """Record → where it came from; one query for each kind of source."""
    rows = list(records)
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for r in rows:
        wanted[r.source_kind].add(r.source_id)
    found: dict[tuple[str, UUID], Source] = {}
    for kind, ids in wanted.items():
        if kind in _KNOWN:
            found |= {(kind, k): s for k, s in _KNOWN[kind](actor, ids).items()}
    return {
        r.pk: found.get((r.source_kind, r.source_id), Source(Record.KINDS[r.kind]))
        for r in rows
    }

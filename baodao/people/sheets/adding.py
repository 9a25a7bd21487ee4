"""New members of a table, written column by column: person, member and event of each
by COPY, as `services.add_member` writes them one by one (a test holds them equal)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from baodao.acts.bulk import create_rows
from baodao.acts.copying import sending
from baodao.core.clock import today
from baodao.core.ids import uuid7s
from baodao.core.models import next_numbers
from baodao.core.text import pinyin_keys
from baodao.people.models import Member, Person
from baodao.people.services.members import volunteer_prefix
from baodao.people.sheets.refs import Body
from baodao.places.sheets.refs import Spot
from baodao.sheets.cases import Case

PART = 10_000  # rows written between two reports of progress


class New(NamedTuple):
    """A member to be, of one row."""

    row: int
    name: str
    phone: str
    hashed: str
    unit: Body | None
    home: Spot | None
    org: UUID | None
    kind: str

    @property
    def path(self) -> str:
        """Where the person belongs: the unit's seat, else the community."""
        return self.unit.path if self.unit else self.home.path if self.home else ""


def source(case: Case) -> dict[str, str]:
    """What the events of a run carry, so that a history says where it came from."""
    return {"import": str(case.run_id)} if case.run_id else {}


def create(case: Case, new: Sequence[New]) -> None:
    """Write all of them. Call inside `atomic`."""
    numbers = list(_numbers([m.path for m in new]))
    with sending():
        for start in range(0, len(new), PART):
            part = new[start : start + PART]
            _create(case, part, numbers[start : start + PART])
            case.wrote(len(part))


def _create(case: Case, new: Sequence[New], numbers: list[str]) -> None:
    ids, paths = uuid7s(len(new)), [m.path for m in new]
    unit_ids = [m.unit.id if m.unit else None for m in new]
    names = [m.name for m in new]
    persons = {
        "id": ids, "name": names, "pinyin": pinyin_keys(names),
        "phone": [m.phone for m in new], "phone_hash": [m.hashed for m in new],
        "path": paths, "unit_id": unit_ids,
    }  # fmt: skip
    members = {
        "person_id": ids, "volunteer_no": numbers, "unit_id": unit_ids,
        "unit_path": [m.unit.path if m.unit else None for m in new],
        "party_org_id": [m.org for m in new], "kind": [m.kind for m in new],
        "residence_id": [m.home.id if m.home else None for m in new],
        "residence_path": [m.home.path if m.home else None for m in new],
        "joined_on": _given(case, "joined_on", new, today(case.now)),
        **{f: _given(case, f, new, []) for f in ("skills", "service_classes", "availability")},
    }  # fmt: skip
    create_rows(
        case.actor, "members.add", Member, members, adds=[(Person, persons)],
        data=source(case), at=case.now,
    )  # fmt: skip


def _given(case: Case, name: str, new: Sequence[New], blank: object) -> list[object]:
    column = case.column(name)
    return [blank if column[m.row] is None else column[m.row] for m in new]


def _numbers(paths: Sequence[str]) -> Iterator[str]:
    """A volunteer number for each, running per prefecture."""
    prefixes = [volunteer_prefix(path) for path in paths]
    series = {
        prefix: iter(next_numbers(f"volunteer:{prefix}", n))
        for prefix, n in Counter(prefixes).items()
    }
    return (f"{prefix}-{next(series[prefix]):06d}" for prefix in prefixes)

"""A cell that names a unit: its full or short name, or its credit code (with the branch
number behind it); and members by number, by telephone, by name and unit. Everything is
looked up at once, however many rows there are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from baodao.acts.access import can, visible
from baodao.acts.actor import Actor
from baodao.people.auth import phone_hash
from baodao.people.models import Member, Unit
from baodao.places.queries import names_of
from baodao.sheets.cells import Unclear, bare

CLOSE = 5  # similar names offered


class Body(NamedTuple):
    """What a row needs of a unit."""

    id: UUID
    name: str
    short_name: str
    uscc: str
    branch_no: str
    path: str

    @property
    def shown(self) -> str:
        """As people call it."""
        return self.short_name or self.name


@dataclass
class Units:
    """Units by everything they are called."""

    by_word: dict[str, list[Body]]
    seats: dict[str, str]

    @classmethod
    def of(cls, found: QuerySet[Unit]) -> "Units":
        """Those in somebody's reach, at most two queries."""
        rows = found.exclude(status="dissolved").values_list(
            "id", "name", "short_name", "uscc", "branch_no", "path"
        )
        units = cls({}, {})
        for row in rows.iterator(5_000):
            unit = Body(*row)
            code = f"{unit.uscc}{unit.branch_no}" if unit.uscc else ""
            for word in {bare(unit.name), bare(unit.short_name), bare(code)} - {""}:
                units.by_word.setdefault(word, []).append(unit)
        units._tell_apart()
        return units

    def _tell_apart(self) -> None:
        """Namesakes are called by their seat too: 县医院（日土县）."""
        namesakes = {
            u for found in self.by_word.values() if len(found) > 1 for u in found
        }
        self.seats = names_of([u.path for u in namesakes]) if namesakes else {}
        for unit in namesakes:
            self.by_word.setdefault(bare(self.full(unit)), []).append(unit)

    def full(self, unit: Body) -> str:
        """The name that is the unit's alone."""
        seat = self.seats.get(unit.path, "")
        return f"{unit.name}（{seat}）" if seat else unit.name

    def find(self, word: str) -> Body:
        """The one unit a cell means. Raises Unclear with what it may be."""
        found = self.by_word.get(bare(word), [])
        if len(found) == 1:
            return found[0]
        if found:
            options = [(self.full(u), self.full(u)) for u in found]
            where = "、".join(label for _, label in options)
            raise Unclear(
                f"有{len(found)}个单位叫这个名字：{where}。请选是哪一个", options
            )
        close = get_close_matches(bare(word), self.by_word, CLOSE, 0.5)
        names = dict.fromkeys(self.full(u) for w in close for u in self.by_word[w])
        raise Unclear(
            "没有找到这个单位，可能不在您负责的范围。请核对名称，或写信用代码",
            [(name, name) for name in names],
        )


class Known(NamedTuple):
    """A member as rows are compared with."""

    id: UUID
    version: int
    person_id: UUID
    person_version: int
    name: str
    phone_hash: str
    volunteer_no: str
    unit_id: UUID | None
    unit_path: str | None
    residence_id: UUID | None
    residence_path: str | None
    point_id: UUID | None
    point_path: str | None
    party_org_id: UUID | None
    kind: str
    duty_status: str
    skills: list[str]
    service_classes: list[str]
    availability: list[str]
    joined_on: Any
    person_path: str | None
    person_unit_id: UUID | None

    @property
    def access(self) -> dict[str, Any]:
        """The member's row as the access table judges it."""
        return {
            "id": self.id, "residence_path": self.residence_path,
            "point_path": self.point_path, "unit_path": self.unit_path,
            "unit_id": self.unit_id,
        }  # fmt: skip

    @property
    def person_access(self) -> dict[str, Any]:
        """The person's row as the access table judges it."""
        return {
            "id": self.person_id, "path": self.person_path, "unit_id": self.person_unit_id,
        }  # fmt: skip


_COLUMNS = (
    "id", "version", "person_id", "person__version", "person__name", "person__phone_hash",
    "volunteer_no", "unit_id", "unit_path", "residence_id", "residence_path", "point_id",
    "point_path", "party_org_id", "kind", "duty_status", "skills", "service_classes",
    "availability", "joined_on", "person__path", "person__unit_id",
)  # fmt: skip


@dataclass
class Members:
    """Members that some rows may mean. `hidden`: telephone hashes of members out of
    the actor's sight: to be counted once, but not to be named."""

    by_no: dict[str, Known] = field(default_factory=dict)
    by_phone: dict[str, list[Known]] = field(default_factory=dict)
    by_name: dict[tuple[UUID, str], list[Known]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    def add(self, found: Iterable[Known]) -> None:
        """File rows under everything they are found by; each once."""
        for m in found:
            if m.volunteer_no in self.by_no:
                continue
            self.by_no[m.volunteer_no] = m
            if m.phone_hash:
                self.by_phone.setdefault(m.phone_hash, []).append(m)
            if m.unit_id:
                self.by_name.setdefault((m.unit_id, bare(m.name)), []).append(m)


class Wanted(NamedTuple):
    """What rows find their members by: numbers, telephone hashes, and names in
    units."""

    numbers: Sequence[str]
    hashes: Sequence[str]
    unit_ids: Sequence[UUID]
    names: Sequence[str]


def look_up(reach: QuerySet[Member], wanted: Wanted) -> Members:
    """All members of `reach` that the rows may mean: three queries."""
    members = Members()
    if wanted.hashes:
        members.add(known(reach.filter(person__phone_hash__any=wanted.hashes)))
    if wanted.numbers:
        members.add(known(reach.filter(volunteer_no__any=wanted.numbers)))
    if wanted.unit_ids and wanted.names:
        here = reach.filter(unit__id__any=wanted.unit_ids)
        members.add(known(here.filter(person__name__any=wanted.names)))
    return members


def look_up_all(actor: Actor, wanted: Wanted) -> Members:
    """The same in the actor's sight; telephones of members out of it are noted as
    `hidden`, so that the same person is not entered twice."""
    seen = visible(Member.objects.all(), actor, "members.view")
    members = look_up(seen, wanted._replace(hashes=()))
    if wanted.hashes:
        rows = list(known(Member.objects.filter(person__phone_hash__any=wanted.hashes)))
        mine = [m for m in rows if can(actor, "members.view", m.access)]
        members.add(mine)
        ids = {m.id for m in mine}
        members.hidden = frozenset(
            m.phone_hash for m in rows if m.id not in ids and m.duty_status != "left"
        )
    return members


def known(found: QuerySet[Member]) -> Iterable[Known]:
    """Rows as comparisons need them, without building models."""
    rows = found.order_by("volunteer_no").values_list(*_COLUMNS)
    return (Known(*row) for row in rows.iterator(5_000))


def hashed(phones: Sequence[str | None]) -> list[str]:
    """The look-up keys of a column of telephone numbers; "" where there is none."""
    return [phone_hash(p) if p else "" for p in phones]


def unit_column(
    units: Units, words: Sequence[str | None], wrong: Callable[[int, Unclear], None]
) -> list[Body | None]:
    """A column of cells as units, each distinct word looked for once."""
    answers: dict[str, Body | Unclear] = {}
    found: list[Body | None] = []
    for row, word in enumerate(words):
        if not word:
            found.append(None)
            continue
        if word not in answers:
            try:
                answers[word] = units.find(word)
            except Unclear as unclear:
                answers[word] = unclear
        hit = answers[word]
        if isinstance(hit, Unclear):
            wrong(row, hit)
            found.append(None)
        else:
            found.append(hit)
    return found


def titled(titles: Mapping[str, str]) -> Callable[[Sequence[str]], str]:
    """Codes read out: 家电维修、水暖管道."""
    return lambda codes: "、".join(titles.get(c, c) for c in codes)

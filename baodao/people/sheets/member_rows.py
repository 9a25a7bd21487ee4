"""Rows of members (A09): found by their volunteer number, else by telephone, else by
name in their unit. What may be somebody else is asked, never guessed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, NamedTuple
from uuid import UUID

from baodao.acts.access import can, visible
from baodao.acts.actor import Actor
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.text import pinyin_key
from baodao.people.choices import AVAILABILITY, MEMBER_KINDS, SERVICE_CLASSES, SKILLS
from baodao.people.models import PartyOrg, Unit
from baodao.people.sheets import adding
from baodao.people.sheets.refs import (
    Body,
    Known,
    Members,
    Units,
    Wanted,
    hashed,
    look_up_all,
    titled,
    unit_column,
)
from baodao.places import rules as levels
from baodao.places.sheets import refs as places
from baodao.sheets.cases import Case, Change
from baodao.sheets.cells import Unclear, bare
from baodao.sheets.columns import Load

Show = Callable[[Any], str]
_LISTS: Mapping[str, Mapping[str, str]] = {
    "skills": SKILLS,
    "service_classes": SERVICE_CLASSES,
    "availability": AVAILABILITY,
}
# What an update compares: column → (title, how a value is read out).
_FIELDS: Mapping[str, tuple[str, Show]] = {
    "kind": ("类别", MEMBER_KINDS.__getitem__),
    "skills": ("特长", titled(SKILLS)),
    "service_classes": ("服务类别", titled(SERVICE_CLASSES)),
    "availability": ("可服务时间", titled(AVAILABILITY)),
    "joined_on": ("到本单位日期", str),
}


class _Cells(NamedTuple):
    """The cells of one row as values."""

    no: str | None
    name: str | None
    phone: str | None
    hashed: str
    unit: Body | None
    home: "places.Spot | None"
    org: UUID | None


@dataclass
class _Work:
    """What is to be written, filled while the rows are judged."""

    case: Case
    members: Members
    rows: dict[int, _Cells]
    seen: dict[object, int] = field(default_factory=dict)
    new: list[adding.New] = field(default_factory=list)
    member: dict[tuple[str, ...], dict[UUID, Write]] = field(default_factory=dict)
    person: dict[tuple[str, ...], dict[UUID, Write]] = field(default_factory=dict)
    moved: dict[UUID, Write] = field(default_factory=dict)
    moved_persons: dict[UUID, Write] = field(default_factory=dict)
    versions: dict[UUID, int] = field(default_factory=dict)


def plan(case: Case) -> Load:
    """Judge every row against members, units and communities looked up at once."""
    rows = _cells(case)
    wanted = Wanted(
        sorted({c.no for c in rows.values() if c.no}),
        sorted({c.hashed for c in rows.values() if c.hashed}),
        sorted({c.unit.id for c in rows.values() if c.unit}),
        sorted({c.name for c in rows.values() if c.name}),
    )
    members = look_up_all(case.actor, wanted)
    work = _Work(case, members, rows)
    allowed = _allowed(case.actor)
    for row, cells in rows.items():
        _judge(work, row, cells, allowed)
    return partial(_load, work)


def _cells(case: Case) -> dict[int, _Cells]:
    units = unit_column(
        Units.of(visible(Unit.objects.all(), case.actor, "units.view")),
        case.column("unit"),
        lambda row, u: case.wrong(row, "unit", u.message, u.options),
    )  # fmt: skip
    homes = _homes(case)
    orgs = _orgs(case, units)
    phones = case.column("phone")
    columns = zip(
        case.column("no"), case.column("name"), phones, hashed(phones), units, homes, orgs,
        strict=True,
    )  # fmt: skip
    found = [_Cells(*cells) for cells in columns]
    return {row: found[row] for row in case.rows}


def _homes(case: Case) -> "list[places.Spot | None]":
    words = case.column("residence")
    if not case.has("residence"):
        return words
    spots = places.look_up(
        case.actor, words, [levels.COMMUNITY], what="社区（村）", everywhere=True
    )
    known: dict[str, Any] = {}
    found = []
    for row, word in enumerate(words):
        if word and word not in known:
            try:
                known[word] = spots.find(word)
            except Unclear as unclear:
                known[word] = unclear
        hit = known.get(word) if word else None
        if isinstance(hit, Unclear):
            case.wrong(row, "residence", hit.message, hit.options)
            hit = None
        found.append(hit)
    return found


def _orgs(case: Case, units: Sequence[Body | None]) -> list[UUID | None]:
    """Party organisations by their name in the row's unit."""
    words = case.column("party_org")
    if not case.has("party_org"):
        return words
    ids = {u.id for u in units if u}
    rows = visible(PartyOrg.objects.all(), case.actor, "orgs.view").filter(
        unit__id__any=ids
    )
    known = {(u, bare(n)): pk for pk, u, n in rows.values_list("id", "unit_id", "name")}
    names: dict[UUID, list[str]] = {}
    for unit_id, name in rows.values_list("unit_id", "name"):
        names.setdefault(unit_id, []).append(name)
    found: list[UUID | None] = []
    for row, (word, unit) in enumerate(zip(words, units, strict=True)):
        org = known.get((unit.id, bare(word))) if word and unit else None
        if word and unit and org is None:
            options = [(n, n) for n in names.get(unit.id, ())]
            words_ = f"{unit.shown}没有这个党组织。请核对，或留空"
            case.wrong(row, "party_org", words_, options)
        found.append(org)
    return found


Allowed = Callable[[UUID | None, str | None, str | None], bool]


def _allowed(actor: Actor) -> Allowed:
    """Whether a new member of this unit and home is the actor's to enter; rows that
    are alike to the table are asked for once."""

    @cache
    def ask(unit_id: UUID | None, unit_path: str | None, home: str | None) -> bool:
        row = {
            "id": None, "unit_id": unit_id, "unit_path": unit_path,
            "residence_path": home, "point_path": None,
        }  # fmt: skip
        return can(actor, "members.add", row)

    return ask


# --- which member a row means -----------------------------------------------------


def _judge(work: _Work, row: int, cells: _Cells, allowed: Allowed) -> None:
    case = work.case
    if cells.no:
        found = work.members.by_no.get(cells.no)
        if found is None:
            words = "没有这个志愿者编号，可能不在您负责的范围。请核对；新增的请留空"
            case.wrong(row, "no", words)
        else:
            _compare(work, row, cells, found)
        return
    known = _match(work, row, cells)
    if isinstance(known, Known):
        _compare(work, row, cells, known)
    elif known:
        _add(work, row, cells, allowed)


def _match(work: _Work, row: int, cells: _Cells) -> Known | bool:
    """The member a row means; True for a new one; False when it has to be asked."""
    case, members = work.case, work.members
    if cells.hashed in members.hidden:
        words = "这个号码的党员登记在您负责的范围以外。人调来了，请原单位先办转出"
        case.wrong(row, "phone", words)
        return False
    same_phone = members.by_phone.get(cells.hashed, []) if cells.hashed else []
    called = [m for m in same_phone if cells.name and bare(m.name) == bare(cells.name)]
    if len(called) == 1:
        return called[0]
    answer = case.choice(row, "name")
    if same_phone and answer != "new":
        picked = next((m for m in same_phone if answer == str(m.id)), None)
        return picked or _ask_phone(work, row, same_phone, cells.name)
    if not (cells.unit and cells.name):
        return True
    return _by_name(work, row, cells, answer)


def _ask_phone(work: _Work, row: int, same: Sequence[Known], name: str | None) -> bool:
    who = "、".join(f"{m.name}（{m.volunteer_no}）" for m in same)
    options = [(str(m.id), f"就是{m.name}，{m.volunteer_no}") for m in same]
    if name:
        options.append(("new", f"是另一个人，新增{name}"))
    work.case.wrong(row, "name", f"这个号码已登记给{who}，请您认", options, ask=True)
    return False


def _by_name(work: _Work, row: int, cells: _Cells, answer: str) -> Known | bool:
    """By name in the unit. Another telephone makes it a question."""
    assert cells.unit and cells.name
    same = work.members.by_name.get((cells.unit.id, bare(cells.name)), [])
    if not same or answer == "new":
        return True
    picked = next((m for m in same if answer == str(m.id)), None)
    if picked:
        return picked
    alone = same[0] if len(same) == 1 else None
    if alone and not (cells.hashed and alone.phone_hash):
        return alone
    numbers = "、".join(m.volunteer_no for m in same)
    words = (
        f"{cells.unit.shown}已有一位{cells.name}，电话不一样，请您认"
        if alone
        else f"{cells.unit.shown}有{len(same)}位{cells.name}（{numbers}），请您认"
    )
    options = [(str(m.id), f"就是{m.volunteer_no}，更新电话") for m in same]
    options.append(("new", "是同名的另一个人，新增"))
    work.case.wrong(row, "name", words, options, ask=True)
    return False


def _is_first(work: _Work, row: int, key: object) -> bool:
    first = work.seen.setdefault(key, row)
    if first != row:
        line = work.case.frame.numbers[first]
        work.case.wrong(row, "name", f"和第{line}行是同一个人。请只留一行")
    return first == row


# --- new --------------------------------------------------------------------------


def _add(work: _Work, row: int, cells: _Cells, allowed: Allowed) -> None:
    case, unit, home = work.case, cells.unit, cells.home
    kind = case.column("kind")[row] or "in_service"
    if column := _missing(case, row, cells, kind):
        words = "在职党员要写单位" if column == "unit" else "没有单位的要写居住社区"
        case.wrong(row, column, f"{words}。请补上")
    elif (unit or home) and not allowed(
        unit.id if unit else None,
        unit.path if unit else None,
        home.path if home else None,
    ):
        words = "这里不在您负责的范围。请删掉这一行，或交给那里登记"
        case.wrong(row, "unit" if unit else "residence", words)
    key = (cells.hashed or (unit.id if unit else home and home.id), cells.name)
    if cells.name and not _is_first(work, row, key):
        return
    if cells.hashed and work.seen.setdefault(cells.hashed, row) != row:
        line = case.frame.numbers[work.seen[cells.hashed]]
        case.remark(row, "phone", f"和第{line}行是同一个号码，两个人都会登记")
    # Numbers, for they are quick to write down: one for each of the rows.
    if case.new(row, (unit.id.int if unit else 0, home.id.int if home else 0)):
        work.new.append(
            adding.New(row, str(cells.name), cells.phone or "", cells.hashed, unit, home,
                       cells.org, kind)
        )  # fmt: skip


def _missing(case: Case, row: int, cells: _Cells, kind: str) -> str:
    """The column a new member lacks to belong somewhere, ""; a cell that was not
    understood is a matter of its own."""
    if cells.unit or case.column("unit")[row]:
        return ""
    if kind == "in_service":
        return "unit"
    return "" if cells.home or case.column("residence")[row] else "residence"


# --- changed ----------------------------------------------------------------------


def _compare(work: _Work, row: int, cells: _Cells, known: Known) -> None:
    case, actor = work.case, work.case.actor
    if not _is_first(work, row, known.id):
        return
    moves = _moves(work, row, cells, known)
    member = _member_changes(case, row, cells, known, moves)
    person: dict[str, Any] = {}
    if cells.name and bare(cells.name) != bare(known.name):
        person["name"] = cells.name
    if cells.hashed and cells.hashed != known.phone_hash:
        person["phone"] = cells.phone
    if member and not can(actor, "members.edit", known.access):
        case.wrong(row, "name", "这名党员不由您来改。请删掉这一行")
    if person and not can(actor, "persons.edit", known.person_access):
        case.wrong(row, "name", "这名党员的姓名和电话不由您来改。请删掉这一行")
    if cells.home and known.residence_id != cells.home.id:
        case.remark(row, "residence", "居住社区随报到更新，不在这里改。请用报到表")
    changes = _changes(cells, known, member, person, moves)
    if case.update(row, changes, known.id):
        _note(work, known, member, person, moves)


def _moves(work: _Work, row: int, cells: _Cells, known: Known) -> Body | None:
    """The unit a member goes to; asked, because rosters are often old (domain 8.4)."""
    case, unit = work.case, cells.unit
    if unit is None or unit.id == known.unit_id:
        return None
    answer = case.choice(row, "unit")
    if answer == "keep":
        return None
    if answer == "move":
        if can(case.actor, "members.transfer", known.access):
            return unit
        case.wrong(
            row, "unit", "转单位要由原单位或组织部门来办。请保留原单位，或交给他们"
        )
        return None
    options = [("move", f"转到{unit.shown}"), ("keep", "保留原单位，只改别的")]
    case.wrong(
        row, "unit", "这名党员登记在别的单位。是调来了，还是表旧了？", options, ask=True
    )
    return None


def _member_changes(
    case: Case, row: int, cells: _Cells, known: Known, moves: Body | None
) -> dict[str, Any]:
    given = {f: v for f in _FIELDS if (v := case.column(f)[row]) is not None}
    changed = {f: v for f, v in given.items() if v != getattr(known, f)}
    at_home = moves is None and (cells.unit is None or cells.unit.id == known.unit_id)
    if cells.org and cells.org != known.party_org_id and at_home:
        changed["party_org"] = cells.org
    if moves:
        changed.pop("joined_on", None)
    return changed


def _changes(
    cells: _Cells, known: Known, member: Mapping[str, Any], person: Mapping[str, Any],
    moves: Body | None,
) -> list[Change]:  # fmt: skip
    """What the page shows; telephone numbers are not read out."""
    found = [Change("单位", "原单位", moves.name)] if moves else []
    if "name" in person:
        found.append(Change("姓名", known.name, person["name"]))
    if "phone" in person:
        old = "有" if known.phone_hash else "没有"
        found.append(Change("手机号", old, "按表里的改"))
    for name, value in member.items():
        title, show = _FIELDS.get(name, ("党组织", lambda v: "按表里的改"))
        old = show(getattr(known, name)) if name in _FIELDS else ""
        found.append(Change(title, old, show(value)))
    return found


def _note(
    work: _Work, known: Known, member: dict[str, Any], person: dict[str, Any],
    moves: Body | None,
) -> None:  # fmt: skip
    source = adding.source(work.case)
    work.versions[known.id] = known.version
    work.versions[known.person_id] = known.person_version
    if member:
        data = {"fields": sorted(member), **source}
        write = Write(set=member, data=data)
        work.member.setdefault(tuple(sorted(member)), {})[known.id] = write
    if person:
        if "name" in person:
            person["pinyin"] = pinyin_key(person["name"])
        if "phone" in person:
            person["phone_hash"] = hashed([person["phone"]])[0]
        write = Write(set=person, data={"fields": sorted(person), **source})
        work.person.setdefault(tuple(sorted(person)), {})[known.person_id] = write
    if moves:
        _note_move(work, known, moves, source)


def _note_move(
    work: _Work, known: Known, unit: Body, source: Mapping[str, str]
) -> None:
    row = work.seen[known.id]
    joined = work.case.column("joined_on")[row] or work.case.now.date()
    there = {
        "unit": unit.id, "unit_path": unit.path, "party_org": work.rows[row].org,
        "joined_on": joined,
    }  # fmt: skip
    data = {"from": str(known.unit_id), "to": str(unit.id), **source}
    work.moved[known.id] = Write(set=there, data=data)
    where = {"path": unit.path, "unit_id": unit.id}
    work.moved_persons[known.person_id] = Write(set=where, data=dict(source))


def _load(work: _Work) -> None:
    case = work.case
    adding.create(case, work.new)
    for writes in work.member.values():
        _act(work, "members.edit", writes)
    for writes in work.person.values():
        _act(work, "persons.edit", writes)
    _act(work, "members.transfer", work.moved)
    _act(work, "persons.move", work.moved_persons)


def _act(work: _Work, action: str, writes: Mapping[UUID, Write]) -> None:
    act_rows(work.case.actor, action, writes, now=work.case.now)

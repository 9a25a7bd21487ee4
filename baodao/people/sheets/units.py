"""Units as a table (A05, A07): found by credit code and branch number, else by their
name in the county of their seat."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from baodao.acts.access import can, visible
from baodao.acts.bulk import create_rows
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.core.errors import Invalid
from baodao.people import checks
from baodao.people.choices import AFFILIATIONS, FUNCTIONS, UNIT_KINDS
from baodao.people.models import Unit
from baodao.people.services.units import take_along
from baodao.people.sheets.adding import source
from baodao.people.sheets.refs import titled
from baodao.places import rules as levels
from baodao.places.sheets import refs as places
from baodao.sheets.cases import Case, Change
from baodao.sheets.cells import (
    Cell,
    Unclear,
    bare,
    code,
    decimal,
    many_of,
    number,
    one_of,
    phone,
    text,
)
from baodao.sheets.columns import Column, Load, Sheet

Spot = places.Spot
SEATS = (levels.COUNTY, levels.TOWNSHIP, levels.COMMUNITY, levels.GRID)
# What an update compares: column → (title, how a value is read out).
_FIELDS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "name": ("单位名称", str),
    "short_name": ("简称", str),
    "uscc": ("统一社会信用代码", str),
    "branch_no": ("分支号", str),
    "kind": ("性质", lambda v: UNIT_KINDS.get(v, v)),
    "affiliation": ("隶属", lambda v: AFFILIATIONS.get(v, v)),
    "functions": ("职能", titled(FUNCTIONS)),
    "head_count": ("在职党员数", str),
    "phone": ("办公电话", str),
    "lon": ("经度", str),
    "lat": ("纬度", str),
}
_BLANK: Mapping[str, Any] = {
    "short_name": "", "uscc": "", "branch_no": "", "affiliation": "local", "functions": [],
    "head_count": 0, "phone": "", "lon": None, "lat": None,
}  # fmt: skip


def _uscc(cell: Cell) -> str:
    """A credit code with its check digit (domain 3.3)."""
    written = code()(cell)
    try:
        return checks.credit_code(written)
    except Invalid as error:
        raise Unclear(error.fields["uscc"].rstrip("。")) from error


@dataclass
class _Work:
    """What is to be written, filled while the rows are judged."""

    case: Case
    by_code: dict[tuple[str, str], Unit]
    by_name: dict[str, list[Unit]]
    seen: dict[object, int] = field(default_factory=dict)
    new: list[tuple[int, Spot]] = field(default_factory=list)
    changed: dict[tuple[str, ...], dict[UUID, Write]] = field(default_factory=dict)
    seats: dict[UUID, Spot] = field(default_factory=dict)


def plan(case: Case) -> Load:
    """Judge every row against the units and seats looked up at once."""
    spots = places.look_up(case.actor, case.column("seat"), SEATS, what="驻地")
    work = _look_up(case)
    for row in case.rows:
        _judge(work, row, spots)
    return partial(_load, work)


def _look_up(case: Case) -> _Work:
    """The units that rows may mean. Codes are looked for everywhere: two units never
    share one, whoever sees them."""
    found = Unit.objects.exclude(status="dissolved")
    codes = {c for c in case.column("uscc") if c}
    coded = found.filter(uscc__any=codes) if codes else Unit.objects.none()
    by_code = {(u.uscc, u.branch_no): u for u in coded}
    names = {n for n in case.column("name") if n}
    seen = visible(found, case.actor, "units.view").filter(name__any=names)
    by_name: dict[str, list[Unit]] = {}
    for unit in seen:
        by_name.setdefault(bare(unit.name), []).append(unit)
    return _Work(case, by_code, by_name)


def _judge(work: _Work, row: int, spots: places.Spots) -> None:
    case = work.case
    spot, word = None, case.column("seat")[row]
    try:
        spot = spots.find(word) if word else None
    except Unclear as unclear:
        case.wrong(row, "seat", unclear.message, unclear.options)
    uscc, branch = case.column("uscc")[row], case.column("branch_no")[row] or ""
    name = case.column("name")[row]
    if not uscc and not name:
        case.wrong(row, "name", "没写单位名称，也没写信用代码。请补上一样")
        return
    key = (uscc, branch) if uscc else (bare(name), _county(spot.path) if spot else "")
    if (first := work.seen.setdefault(key, row)) != row:
        line = case.frame.numbers[first]
        case.wrong(row, "name", f"和第{line}行是同一个单位。分支机构请填分支号")
        return
    unit = work.by_code.get((uscc, branch)) if uscc else None
    unit = unit or _by_name(work, row, uscc, name, spot)
    if unit is not None:
        _compare(work, row, unit, spot)
    elif not case.frame.said(row, "seat") or spot:
        _add(work, row, spot)


def _county(path: str) -> str:
    return "/".join(path.split("/")[: levels.COUNTY])


def _by_name(
    work: _Work, row: int, uscc: str | None, name: str | None, spot: Spot | None
) -> Unit | None:
    """The unit of that name in the county of the seat; with a code only one that has
    none yet."""
    named = work.by_name.get(bare(name or ""), [])
    if uscc:
        named = [u for u in named if not u.uscc]
    if spot:
        named = [u for u in named if _county(u.path) == _county(spot.path)]
    answer = work.case.choice(row, "name")
    if len(named) < 2 or answer:
        return next((u for u in named if not answer or str(u.pk) == answer), None)
    options = [(str(u.pk), f"{u.name}（{u.uscc or '没有代码'}）") for u in named]
    words = f"有{len(named)}个单位叫{name}，请您认是哪一个"
    work.case.wrong(row, "name", words, options, ask=True)
    return None


def _add(work: _Work, row: int, spot: Spot | None) -> None:
    case = work.case
    if spot is None:
        case.new(row)  # says that the seat is missing
        return
    if not can(
        case.actor, "units.add", {"id": None, "path": spot.path, "point_path": None}
    ):
        words = (
            "登记单位要由组织部门来办，驻地要在负责的范围里。请删掉这一行，或交给他们"
        )
        case.wrong(row, "seat", words)
    if case.new(row, spot.id):
        work.new.append((row, spot))


def _compare(work: _Work, row: int, unit: Unit, spot: Spot | None) -> None:
    case, actor = work.case, work.case.actor
    if (first := work.seen.setdefault(unit.pk, row)) != row:
        line = case.frame.numbers[first]
        case.wrong(row, "name", f"和第{line}行是同一个单位。请只留一行")
        return
    if not can(actor, "units.view", unit):
        words = "这个信用代码已有单位在用，不在您负责的范围。分支机构请填分支号"
        case.wrong(row, "uscc", words)
        return
    given = {f: v for f in _FIELDS if (v := case.column(f)[row]) is not None}
    changed = {f: v for f, v in given.items() if v != getattr(unit, f)}
    if changed and not can(actor, "units.edit", unit):
        case.wrong(row, "name", "这个单位不由您来改。请删掉这一行")
    moves = spot if spot and spot.id != unit.seat_id else None
    if moves and not can(actor, "units.add", {**vars(unit), "path": moves.path}):
        case.wrong(row, "seat", "驻地要由组织部门来改。请留空，或交给他们")
    changes = [
        Change(_FIELDS[f][0], _shown(f, getattr(unit, f)), _shown(f, v))
        for f, v in changed.items()
    ]
    if moves:
        changes.append(Change("驻地", str(unit.seat_id and "原驻地"), moves.shown))
    if case.update(row, changes, unit.pk):
        _note(work, unit, changed, moves)


def _shown(name: str, value: Any) -> str:
    return "" if value in (None, "") else _FIELDS[name][1](value)


def _note(work: _Work, unit: Unit, changed: dict[str, Any], moves: Spot | None) -> None:
    if {"name", "short_name"} & set(changed):
        name = changed.get("name", unit.name)
        short = changed.get("short_name", unit.short_name)
        changed["pinyin"] = checks.unit_keys(name, short)
    if moves:
        changed |= {"seat": moves.id, "path": moves.path}
        work.seats[unit.pk] = moves
    write = Write(set=changed, data=source(work.case))
    work.changed.setdefault(tuple(sorted(changed)), {})[unit.pk] = write


def _load(work: _Work) -> None:
    case = work.case
    _create(work)
    for writes in work.changed.values():
        act_rows(case.actor, "units.edit", writes, now=case.now)
    for path in {s.path for s in work.seats.values()}:
        ids = [pk for pk, s in work.seats.items() if s.path == path]
        take_along(case.actor, ids, path, case.now)


def _create(work: _Work) -> None:
    case, new = work.case, work.new
    if not new:
        return
    given: dict[str, list[Any]] = {name: _column(case, name, new) for name in _FIELDS}
    keys = zip(given["name"], given["short_name"], strict=True)
    units = {
        **given, "pinyin": [checks.unit_keys(name, short) for name, short in keys],
        "seat_id": [spot.id for _, spot in new], "path": [spot.path for _, spot in new],
        "valid_from": today(case.now),
    }  # fmt: skip
    create_rows(case.actor, "units.add", Unit, units, data=source(case), at=case.now)


def _column(case: Case, name: str, new: Sequence[tuple[int, Spot]]) -> list[Any]:
    column, blank = case.column(name), _BLANK.get(name)
    return [blank if column[row] is None else column[row] for row, _ in new]


UNITS = Sheet(
    code="units",
    title="单位",
    measure="个单位",
    columns=(
        Column("name", "单位名称", text, also=("单位", "名称", "单位全称", "机构名称", "单位（党组织）名称"),
               required=True, examples=("阿里地区审计局", "国网阿里供电公司"), width=28),
        Column("short_name", "简称", text, also=("单位简称",), examples=("地区审计局", "供电公司")),
        Column("uscc", "统一社会信用代码", _uscc, also=("信用代码", "社会信用代码", "组织机构代码"),
               examples=("11540000MB00001A9Y", ""), width=22, note="18位。没有的留空。"),
        Column("branch_no", "分支号", code(), also=("分支机构号", "分支编号"), examples=("", "01"),
               note="几个分支机构共用一个代码时，用它区分。"),
        Column("kind", "性质", one_of(UNIT_KINDS, {"国企": "state_enterprise", "企业": "state_enterprise",
                                                "事业": "institution", "群团": "mass", "行政机关": "organ",
                                                "党政机关": "organ"}),
               also=("单位性质", "单位类型", "类别"), required=True, examples=("机关", "国有企业"),
               options=tuple(UNIT_KINDS.values())),
        Column("affiliation", "隶属", one_of(AFFILIATIONS, {"区直": "regional", "省直": "regional", "地直": "local",
                                                         "县直": "local", "市直": "local", "央企": "central_soe_branch",
                                                         "中央": "central", "中央单位": "central"}),
               also=("隶属关系", "单位隶属", "管理层级"), examples=("地方直属", "央企分支机构"),
               options=tuple(AFFILIATIONS.values()), note="不写的算地方直属。"),
        Column("functions", "职能", many_of(FUNCTIONS, {"住建": "housing", "卫健": "health", "水电": "utilities",
                                                     "公安": "justice", "司法": "justice", "税务": "finance"}),
               also=("业务职能", "主要职能"), examples=("财税金融", "水电气暖"),
               options=tuple(FUNCTIONS.values()), width=20, note="几样的用顿号隔开。派单时按它推荐。"),
        Column("seat", "驻地", text, also=("驻地社区", "所在地", "驻地村（社区）", "驻地代码", "办公地点"),
               required=True, examples=("狮泉河镇 森格社区", "542523100001"), width=22,
               options=lambda actor: places.names_in(actor, levels.COMMUNITY),
               note="县、乡镇、社区或网格的名称或代码，同名的在前面写上级。"),
        Column("head_count", "在职党员数", number(), also=("党员数", "党员人数", "在职党员", "在职党员人数"),
               examples=("12", "30")),
        Column("phone", "办公电话", phone, also=("电话", "联系电话", "单位电话"), examples=("0897-2821234", "")),
        Column("lon", "经度", decimal(73, 136)),
        Column("lat", "纬度", decimal(3, 54)),
    ),
    keys=(("uscc",), ("name",)),
    actions=("units.add", "units.edit"),
    plan=plan,
    list_url="people:units",
    not_here={"联系点": "联系点在“确定联系点”里定", "党员": "党员用党员表导入", "备注": "不导入"},
)  # fmt: skip

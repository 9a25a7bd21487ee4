"""Places as a table: official ones by their code, grids, estates and buildings by
theirs or by parent and name (domain 3.1). A place may stand in the same file as what
lies below it, in any order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from baodao.acts.access import can
from baodao.acts.bulk import create_rows
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.core.errors import Invalid
from baodao.core.text import pinyin_key
from baodao.places import rules
from baodao.places.models import Estate, Place
from baodao.places.sheets.refs import code_of
from baodao.sheets.cases import Case, Change
from baodao.sheets.cells import bare, code, decimal, number, one_of, phone, text, yes
from baodao.sheets.columns import Column, Load, Sheet

LOCAL = {
    level: rules.LEVELS[level] for level in (rules.GRID, rules.ESTATE, rules.BUILDING)
}
_FACTS: Mapping[str, str] = {
    "name_bo": "藏文名称",
    "phone": "公开电话",
    "population": "人口",
    "households": "户数",
    "lon": "经度",
    "lat": "纬度",
}
_BLANK = {"name_bo": "", "phone": "", "population": 0, "households": 0}


@dataclass
class _Work:
    """`by_code`: places that are there or will be. `named`: local ones by parent,
    level and name. `numbers`: the last number used per parent and level."""

    case: Case
    by_code: dict[str, Place]
    closed: set[str]
    named: dict[tuple[UUID, int, str], Place]
    numbers: dict[tuple[UUID, int], int]
    seen: dict[str, int] = field(default_factory=dict)
    new: list[Place] = field(default_factory=list)
    points: list[UUID] = field(default_factory=list)
    changed: dict[tuple[str, ...], dict[Any, Write]] = field(default_factory=dict)


def plan(case: Case) -> Load:
    """Judge every row, parents first; the load adds and changes places."""
    codes = [code_of(c or "") for c in case.column("code")]
    parents = [code_of(p or "") for p in case.column("parent")]
    work = _look_up(case, codes, parents)
    # What lies above has the shorter code: a township before its villages.
    order = sorted(case.rows, key=lambda r: (len(codes[r] or f"{parents[r]}-X000"), r))
    for row in order:
        _judge(work, row, codes[row], parents[row])
    return partial(_load, work)


def _look_up(case: Case, codes: list[str], parents: list[str]) -> _Work:
    wanted = {c for c in (*codes, *parents) if c}
    wanted |= {rules.parent_code(c) for c in codes if c} - {""}
    found = list(Place.objects.filter(code__any=wanted))
    by_code = {p.code: p for p in found if p.valid_to is None}
    closed = {p.code for p in found} - set(by_code)
    over = [by_code[p].pk for p in set(parents) if p in by_code]
    below = Place.objects.filter(parent__id__any=over, level__in=list(LOCAL))
    work = _Work(case, by_code, closed, {}, {})
    for place in below if over else ():
        assert place.parent_id
        at = (place.parent_id, place.level)
        work.numbers[at] = max(work.numbers.get(at, 0), rules.number_of(place.code))
        if place.valid_to is None:
            work.named[*at, bare(place.name)] = place
    return work


def _judge(work: _Work, row: int, given: str, parent: str) -> None:
    case = work.case
    if not given and case.column("code")[row]:
        words = "代码应为2、4、6、9或12位数字，网格等写成 542523100001-G003 这样"
        case.wrong(row, "code", words)
    elif not given:
        _judge_local(work, row, parent)
    elif _is_first(work, row, given):
        if place := work.by_code.get(given):
            _compare(work, row, place)
        else:
            _add_official(work, row, given)


def _is_first(work: _Work, row: int, key: str) -> bool:
    first = work.seen.setdefault(key, row)
    if first != row:
        line = work.case.frame.numbers[first]
        work.case.wrong(row, "code", f"和第{line}行是同一个地方。请只留一行")
    return first == row


def _judge_local(work: _Work, row: int, parent_code: str) -> None:
    """A grid, estate or building without a code: there already by its name, or new
    with the next number."""
    case = work.case
    level, name = case.column("level")[row], case.column("name")[row]
    parent = work.by_code.get(parent_code)
    if level is None or not parent_code:
        words = "没写代码。网格、小区、楼栋可以不写代码，但要写上级代码和层级"
        case.wrong(row, "code", words)
    elif parent is None:
        case.wrong(row, "parent", f"没有找到上级{parent_code}。请核对代码")
    elif not name:
        case.wrong(row, "name", "没写名称。请补上")
    elif _is_first(work, row, f"{parent_code} {level} {bare(name)}"):
        if found := work.named.get((parent.pk, level, bare(name))):
            _compare(work, row, found)
            return
        at = (parent.pk, level)
        work.numbers[at] = work.numbers.get(at, 0) + 1
        code_here = rules.local_code(parent.code, level, work.numbers[at])
        if place := _new(work, row, code_here, parent, level):
            _settle_new(work, row, place)


def _add_official(work: _Work, row: int, given: str) -> None:
    """A place whose code says everything; local codes name their parent too."""
    case, above = work.case, rules.parent_code(given)
    parent = work.by_code.get(above)
    if given in work.closed:
        case.wrong(row, "code", "这个代码以前用过，已停用的也不能重用。请换一个")
        return
    if parent is None and above:
        case.wrong(row, "code", f"还没有上级{above}。请先加上级，或放在同一张表里")
        return
    try:
        level = _level(given)
    except Invalid as error:
        case.wrong(row, "code", error.message.rstrip("。"))
        return
    if place := _new(work, row, given, parent, level):
        _settle_new(work, row, place)


def _level(given: str) -> int:
    letters = {letter: level for level, letter in rules.LETTER.items()}
    if "-" not in given:
        return rules.level_of(given)
    level = letters[given.rsplit("-", 1)[1][0]]
    if level == rules.HOUSEHOLD:
        raise Invalid("住户请用住户表导入。")
    return level


def _new(
    work: _Work, row: int, given: str, parent: Place | None, level: int
) -> Place | None:
    case = work.case
    name = case.column("name")[row] or ""
    if parent and level not in rules.BELOW[parent.level]:
        what = f"{rules.LEVELS[parent.level]}下面不能直接设{rules.LEVELS[level]}"
        case.wrong(row, "code", f"{what}。请核对上级")
        return None
    shown = rules.display_name(name)
    place = Place(
        code=given, path=(parent.path if parent else "") + rules.segment(given) + "/",
        level=level, kind=rules.kind_of(given, name) if given.isdigit() else "",
        parent=parent, official_name=name, name=shown, pinyin="",
        valid_from=today(case.now),
        **{f: v for f in _FACTS if (v := case.column(f)[row]) is not None},
    )  # fmt: skip
    work.new.append(place)
    return place


def _settle_new(work: _Work, row: int, place: Place) -> None:
    case = work.case
    fine = case.new(row, place.path)
    if not can(case.actor, "places.add", place):
        case.wrong(row, "code", "这里不在您负责的范围。请删掉这一行，或交给上级")
        fine = False
    if case.column("point")[row]:
        fine = _check_point(work, row, place) and fine
    if not fine:
        work.new.pop()
        return
    place.pinyin = pinyin_key(place.name)
    work.by_code[place.code] = place
    if case.column("point")[row]:
        work.points.append(place.pk)


def _check_point(work: _Work, row: int, place: Place) -> bool:
    case = work.case
    try:
        rules.check_contact_point(place.level, place.kind)
    except Invalid as error:
        case.wrong(row, "point", error.message.rstrip("。"))
        return False
    if not can(case.actor, "places.point", place):
        case.wrong(row, "point", "联系点由组织部门来定。请留空")
        return False
    return True


def _compare(work: _Work, row: int, place: Place) -> None:
    case = work.case
    values = {f: v for f in _FACTS if (v := case.column(f)[row]) is not None}
    changed = {f: v for f, v in values.items() if v != getattr(place, f)}
    name = case.column("name")[row]
    here = {bare(place.name), bare(place.official_name)}
    if name and not {bare(name), bare(rules.display_name(name))} & here:
        changed["name"] = name
    titles = {"name": "名称", **_FACTS}
    changes = [
        Change(titles[f], str(getattr(place, f) or ""), str(v))
        for f, v in changed.items()
    ]
    point = case.column("point")[row]
    turns = point is not None and point != place.is_contact_point
    if turns and point and _check_point(work, row, place):
        changes.append(Change("联系点", "不是", "是"))
    elif turns and not point:
        case.wrong(
            row, "point", "取消联系点请在这个地方的页面上办，要先把单位转走。这里请留空"
        )
    if changed and not can(case.actor, "places.edit", place):
        case.wrong(row, "code", "这个地方不由您来改。请删掉这一行")
    if case.update(row, changes, place.pk):
        _note_changes(work, place, changed)
        if turns:
            work.points.append(place.pk)


def _note_changes(work: _Work, place: Place, changed: dict[str, Any]) -> None:
    if not changed:
        return
    if "name" in changed:
        changed["pinyin"] = pinyin_key(changed["name"])
    write = Write(set=changed, data=_source(work.case))
    work.changed.setdefault(tuple(changed), {})[place.pk] = write


def _source(case: Case) -> dict[str, str]:
    return {"import": str(case.run_id)} if case.run_id else {}


def _load(work: _Work) -> None:
    case, new = work.case, work.new
    if new:
        names = [
            f.attname for f in Place._meta.concrete_fields if f.attname != "version"
        ]
        places = {name: [getattr(p, name) for p in new] for name in names}
        estates = [p for p in new if p.level == rules.ESTATE]
        profile = {
            "place_id": [p.pk for p in estates],
            "path": [p.path for p in estates],
        }
        create_rows(
            case.actor, "places.add", Place, places,
            adds=[(Estate, profile)] if estates else [], data=_source(case), at=case.now,
        )  # fmt: skip
    for writes in work.changed.values():
        act_rows(case.actor, "places.edit", writes, now=case.now)
    turn = Write(set={"is_contact_point": True}, data={"on": True, **_source(case)})
    act_rows(case.actor, "places.point", dict.fromkeys(work.points, turn), now=case.now)


PLACES = Sheet(
    code="places",
    title="地方",
    measure="个",
    columns=(
        Column("code", "代码", code(), also=("区划代码", "统计用区划代码", "行政区划代码", "编码", "地方代码"),
               examples=("542523100001", ""), width=20,
               note="统计用区划代码2、4、6、9或12位；网格、小区、楼栋可以留空，由系统编。"),
        Column("name", "名称", text, also=("区划名称", "地名", "法定名称", "网格名称", "小区名称", "地方名称"),
               required=True, examples=("森格社区居委会", "第三网格"), width=22),
        Column("parent", "上级代码", code(), also=("上级", "父级代码", "所属代码", "所属社区代码"),
               examples=("", "542523100001"), width=20, note="没写代码的网格、小区、楼栋，要写在哪个地方下面。"),
        Column("level", "层级", one_of(LOCAL, {"居民小区": rules.ESTATE, "楼": rules.BUILDING}),
               also=("类型", "级别"), examples=("", "网格"), options=tuple(LOCAL.values()),
               note="只有没写代码的才要写。"),
        Column("name_bo", "藏文名称", text, also=("藏文名", "藏文")),
        Column("population", "人口", number(), also=("人口数", "常住人口", "总人口"), examples=("4200", "")),
        Column("households", "户数", number(), also=("总户数", "家庭户数"), examples=("1300", "320")),
        Column("phone", "公开电话", phone, also=("办公电话", "服务电话", "值班电话"), examples=("0897-2821234", "")),
        Column("lon", "经度", decimal(73, 136), examples=("80.105", "")),
        Column("lat", "纬度", decimal(3, 54), examples=("32.501", "")),
        Column("point", "联系点", yes, also=("是否联系点",), examples=("是", ""), options=("是", "否"),
               note="由组织部门确定。社区、村和网格可以作联系点。"),
    ),
    keys=(("code",), ("parent", "level", "name")),
    actions=("places.add",),
    plan=plan,
    list_url="places:browse",
    not_here={"拼音": "由系统生成", "类别": "由代码得出", "层级代码": "由代码得出"},
)  # fmt: skip

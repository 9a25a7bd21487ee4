"""Households as a table (domain 9.1): entered by their community, found by their number
in it. Names, addresses and phones are sealed as they are when entered by hand, and
never leave again as a table."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from baodao.acts.access import can, visible
from baodao.acts.bulk import create_rows
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.core.ids import uuid7s
from baodao.core.text import pinyin_key
from baodao.places import rules
from baodao.places.models import FOCUS_GROUPS, Household, Place
from baodao.places.rules import community_path
from baodao.places.sheets.refs import Spot, Spots, look_up, names_in
from baodao.sheets.cases import Case, Change
from baodao.sheets.cells import Unclear, code, many_of, one_of, phone, text, words, yes
from baodao.sheets.columns import Column, Load, Sheet

PARENTS = (rules.COMMUNITY, rules.GRID, rules.ESTATE, rules.BUILDING)
DIGITS = rules.DIGITS[rules.HOUSEHOLD]
# column → (title, how its values are read out; None: not read out)
_FIELDS: Mapping[str, tuple[str, Callable[[Any], str] | None]] = {
    "call_name": ("称呼", None),
    "address": ("住处", None),
    "phone": ("电话", None),
    "focus": ("重点人群", lambda v: "、".join(FOCUS_GROUPS[c] for c in v)),
    "language": ("语言", lambda v: rules.LANGUAGES.get(v, v)),
    "remote": ("牧区或路远", lambda v: "是" if v else "否"),
}


@dataclass
class _Work:
    """What is to be written, filled while the rows are judged."""

    case: Case
    spots: Spots
    known: dict[tuple[str, str], Household]
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    new: list[tuple[int, Spot]] = field(default_factory=list)
    changed: dict[tuple[str, ...], dict[Any, Write]] = field(default_factory=dict)


def plan(case: Case) -> Load:
    """Judge every row; the load adds places and households, and changes what differs."""
    spots = look_up(case.actor, case.column("place"), PARENTS, what="地方")
    work = _Work(case, spots, {})
    rows = [(row, spot) for row in case.rows if (spot := _spot(work, row))]
    work.known = _known(case, [spot for _, spot in rows])
    for row, spot in rows:
        _judge(work, row, spot)
    return partial(_load, work)


def _spot(work: _Work, row: int) -> Spot | None:
    word = work.case.column("place")[row]
    try:
        if word:
            return work.spots.find(word)
        work.case.wrong(
            row, "place", "没写所在地。请写社区、网格、小区或楼栋的名称或代码"
        )
    except Unclear as unclear:
        work.case.wrong(row, "place", unclear.message, unclear.options)
    return None


def _known(case: Case, spots: Sequence[Spot]) -> dict[tuple[str, str], Household]:
    """Households of the communities concerned, by community and number."""
    numbers = {n for n in case.column("number") if n}
    paths = {community_path(s.path) for s in spots}
    found = visible(Household.objects.all(), case.actor, "households.view")
    rows = found.filter(number__any=numbers).select_related("place__parent")
    keyed = ((community_path(h.path), h) for h in rows)
    return {(path, h.number): h for path, h in keyed if path in paths}


def _judge(work: _Work, row: int, spot: Spot) -> None:
    case, number = work.case, work.case.column("number")[row]
    if not number:
        case.wrong(row, "number", "没写户号。没有户号的，从1往下编就行")
        return
    if not re.fullmatch(r"[0-9]+", number) or len(number) > DIGITS or not int(number):
        case.wrong(row, "number", f"户号应是{DIGITS}位以内的数字，如0312。请核对")
        return
    key = (community_path(spot.path), number)
    if (first := work.seen.setdefault(key, row)) != row:
        line = case.frame.numbers[first]
        case.wrong(row, "number", f"和第{line}行是同一户。请只留一行")
    elif household := work.known.get(key):
        _compare(work, row, spot, household)
    else:
        _add(work, row, spot, number)


def _add(work: _Work, row: int, spot: Spot, number: str) -> None:
    segment = f"{rules.LETTER[rules.HOUSEHOLD]}{number}"
    if not can(work.case.actor, "households.add", {"path": f"{spot.path}{segment}/"}):
        work.case.wrong(
            row, "place", "这里不在您负责的范围。请删掉这一行，或交给当地社区"
        )
    elif work.case.new(row, spot.path):
        work.new.append((row, spot))


def _compare(work: _Work, row: int, spot: Spot, household: Household) -> None:
    case = work.case
    parent = household.place.parent
    if parent and parent.path != spot.path:
        where = f"户{household.number}登记在{parent.name}，所在地不在这里改"
        case.remark(row, "place", where)
    values = {f: v for f in _FIELDS if (v := case.column(f)[row]) is not None}
    changed = {f: v for f, v in values.items() if v != getattr(household, f)}
    if changed and not can(case.actor, "households.edit", household):
        case.wrong(row, "number", "这一户不由您来改。请删掉这一行")
    elif case.update(row, _changes(household, changed), household.pk):
        write = Write(set=changed, data={"fields": sorted(changed), **_source(case)})
        work.changed.setdefault(tuple(changed), {})[household.pk] = write


def _source(case: Case) -> dict[str, str]:
    return {"import": str(case.run_id)} if case.run_id else {}


def _changes(household: Household, changed: Mapping[str, Any]) -> list[Change]:
    """What is sealed is named, not read out."""
    found = []
    for name, value in changed.items():
        title, show = _FIELDS[name]
        old = getattr(household, name)
        if show is None:
            found.append(Change(title, "有" if old else "没有", "按表里的改"))
        else:
            found.append(Change(title, show(old), show(value)))
    return found


def _load(work: _Work) -> None:
    case = work.case
    _create(work)
    for writes in work.changed.values():
        act_rows(case.actor, "households.edit", writes, now=case.now)


def _create(work: _Work) -> None:
    case, rows, spots = work.case, [r for r, _ in work.new], [s for _, s in work.new]
    if not rows:
        return
    numbers = [case.column("number")[row] for row in rows]
    ids = uuid7s(len(rows))
    paths = [
        f"{s.path}{rules.LETTER[rules.HOUSEHOLD]}{n}/"
        for s, n in zip(spots, numbers, strict=True)
    ]
    names = [f"户{n}" for n in numbers]
    places = {
        "id": ids, "path": paths, "level": rules.HOUSEHOLD, "valid_from": today(case.now),
        "code": [rules.local_code(s.code, rules.HOUSEHOLD, int(n))
                 for s, n in zip(spots, numbers, strict=True)],
        "parent_id": [s.id for s in spots], "official_name": names, "name": names,
        "pinyin": [pinyin_key(n) for n in names],
    }  # fmt: skip
    defaults = {"focus": [], "language": "zh", "remote": False}
    homes = {"place_id": ids, "path": paths, "number": numbers}
    for name in _FIELDS:
        given = case.column(name)
        blank = defaults.get(name, "")
        homes[name] = [blank if given[r] is None else given[r] for r in rows]
    create_rows(
        case.actor, "households.add", Household, homes, adds=[(Place, places)],
        data=_source(case), at=case.now,
    )  # fmt: skip


HOUSEHOLDS = Sheet(
    code="households",
    title="住户",
    measure="户",
    columns=(
        Column(
            "place", "所在地", also=("小区", "楼栋", "网格", "所属小区", "所属网格", "社区", "地址所在"),
            required=True, examples=("象雄小区 1号楼", "542523100001-G003"), width=22,
            note="社区、网格、小区或楼栋的名称或代码。同名的在前面写上级，如：象雄小区 1号楼。",
            options=lambda actor: names_in(actor, rules.ESTATE),
        ),
        Column(
            "number", "户号", code(DIGITS, "户"), also=("户编号", "门牌号", "住户编号"),
            required=True, examples=("0312", "0313"),
            note="本社区里的编号，一户一个。没有的从1往下编。",
        ),
        Column("call_name", "称呼", words, also=("户主", "姓名", "户主姓名", "联系人"),
               examples=("赵阿姨", ""), private=True, note="加密存放，点开才看得到。"),
        Column("address", "住处", text, also=("地址", "住址", "家庭住址", "门牌"),
               examples=("2单元301", ""), private=True, width=22, note="加密存放，点开才看得到。"),
        Column("phone", "电话", phone, also=("联系电话", "手机", "手机号", "联系方式", "电话号码"),
               examples=("13800000000", ""), private=True, note="加密存放，点开才看得到。"),
        Column("focus", "重点人群", many_of(FOCUS_GROUPS, {"老人": "elder", "儿童": "minor",
                                                       "残疾": "disabled", "困难": "hardship"}),
               also=("人群", "类别", "人群类别"), examples=("老年人、残疾人", ""),
               options=tuple(FOCUS_GROUPS.values()), private=True,
               note="几样的用顿号隔开。只有本社区看得到，不导出。"),
        Column("language", "语言", one_of(rules.LANGUAGES, {"汉": "zh", "藏": "bo", "双语": "zh_bo",
                                                          "国通语": "zh", "普通话": "zh"}),
               examples=("汉语", "藏语"), options=tuple(rules.LANGUAGES.values())),
        Column("remote", "牧区或路远", yes, also=("牧区", "偏远", "路程两小时以上"),
               examples=("否", "是"), options=("是", "否"), note="路上要走2小时以上的写“是”。"),
    ),
    keys=(("place", "number"),),
    actions=("households.add",),
    plan=plan,
    list_url="places:browse",
    note="住户的称呼、住处和电话加密存放，每看一次都有记录。",
)  # fmt: skip

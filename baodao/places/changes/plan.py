"""What follows from a change of divisions: which place ends, what takes its place,
with which code. Pure: the same decision on the same tree gives the same plan."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from baodao.core.errors import Invalid
from baodao.places import rules

MAX_PARTS = 4


class Node(NamedTuple):
    """A place in use."""

    id: UUID
    code: str
    level: int
    kind: str
    official: str
    name: str
    version: int = 1

    @property
    def path(self) -> str:
        return rules.path_of(self.code)


class Part(NamedTuple):
    """A place that somebody decided to make."""

    code: str = ""
    name: str = ""


@dataclass(frozen=True)
class Spec:
    """What somebody decided. `olds`: codes of the places that change; `into`: the
    place they are merged into, or "" for `parts[0]`; `parts`: new places; `keep`: a
    split place goes on beside its parts, as number 0 of `assign`, else `parts` begin
    at 0; `main`: the part that inherits what cannot be divided; `assign`: child's code
    → part; `codes`: old code → a new code other than the proposed one."""

    kind: str
    olds: tuple[str, ...] = ()
    into: str = ""
    parts: tuple[Part, ...] = ()
    keep: bool = False
    main: int = 0
    assign: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """As JSON, for `PlaceChange.plan`."""
        return {
            "olds": list(self.olds), "into": self.into, "keep": self.keep,
            "parts": [list(p) for p in self.parts], "main": self.main,
            "assign": dict(self.assign), "codes": dict(self.codes),
        }  # fmt: skip

    @classmethod
    def of(cls, kind: str, data: Mapping[str, Any]) -> "Spec":
        """Back from JSON."""
        parts = tuple(Part(*p) for p in data.get("parts", ()))
        more = {
            k: data[k] for k in ("into", "keep", "main", "assign", "codes") if k in data
        }
        return cls(kind, tuple(data.get("olds", ())), parts=parts, **more)


class Made(NamedTuple):
    """A place to be made; `like`: the place whose facts it takes over."""

    code: str
    level: int
    official: str
    name: str
    like: str = ""

    @property
    def path(self) -> str:
        return rules.path_of(self.code)


class Step(NamedTuple):
    """`old` is followed by the place `code`. `main`, `whole`: as in `Succession`;
    `ends`: the old place is closed; `above`: the successor of the place above, where
    this step follows from that one's."""

    old: Node
    code: str
    main: bool = True
    whole: bool = True
    ends: bool = True
    above: str = ""


@dataclass(frozen=True)
class Plan:
    """`made`: new places by code, parents first; `steps`: in the order of the old
    codes, parents first; `renumbered`: households whose number was taken."""

    made: Mapping[str, Made]
    steps: Sequence[Step]
    renumbered: int = 0


@dataclass(frozen=True)
class Ground:
    """What the plan looks at. `nodes`: the places at and below `olds`; `targets`:
    other places that are named, and the parents of new ones; `taken`: codes that were
    ever used at or below the places where something is to be hung."""

    nodes: Mapping[str, Node]
    targets: Mapping[str, Node]
    taken: frozenset[str]


class _Numbers:
    """Gives out codes that nobody has had. `moving`: codes of what goes along, whose
    household numbers are not in their own way."""

    def __init__(self, taken: Iterable[str], moving: Iterable[str]) -> None:
        self.taken = set(taken)
        self.homes = {h for c in self.taken - set(moving) if (h := _home(c))}
        self.renumbered = 0

    def take(self, code: str) -> str:
        if code in self.taken:
            raise Invalid(f"代码{code}已经用过，停用的也不能再用。请换一个。")
        self.taken.add(code)
        if home := _home(code):
            self.homes.add(home)
        return code

    def below(self, above: str, node: Node) -> str:
        """The node's own number below another place, else the next free one of its
        kind. A household's number is one of its whole community."""
        wanted = _joined(above, rules.segment(node.code))
        if self._free(wanted):
            return self.take(wanted)
        if node.level == rules.HOUSEHOLD:
            self.renumbered += 1
        for number in _candidates(node):
            code = _joined(above, number)
            if self._free(code):
                return self.take(code)
        raise Invalid(f"{above}下面没有空号可以给{node.name}。请先在表里给它一个代码。")

    def _free(self, code: str) -> bool:
        return code not in self.taken and _home(code) not in self.homes


def _home(code: str) -> tuple[str, str] | None:
    """(community, number) of a household's code."""
    last = rules.segment(code)
    return (code.split("-")[0], last) if "-" in code and last[0] == "H" else None


def _joined(above: str, segment: str) -> str:
    return f"{above}{segment}" if segment.isdigit() else f"{above}-{segment}"


# First and last number of each kind of place (domain 3.1).
_SPANS = {
    "subdistrict": (1, 99), "town": (100, 199), "township": (200, 399), "zone": (400, 599),
    "neighbourhood": (1, 199), "village": (200, 399), "neighbourhood_like": (400, 497),
    "virtual": (498, 499), "village_like": (500, 599),
}  # fmt: skip


def _candidates(node: Node) -> Iterable[str]:
    if node.level in rules.LETTER:
        width = rules.DIGITS[node.level]
        return (f"{rules.LETTER[node.level]}{n:0{width}d}" for n in range(1, 10**width))
    width = len(rules.segment(node.code))
    first, last = _SPANS.get(node.kind, (1, 99))
    own = int(rules.segment(node.code))
    order = [*range(own + 1, last + 1), *range(first, own)]
    return (f"{n:0{width}d}" for n in order)


class _Working:
    """Builds a plan step by step."""

    def __init__(self, spec: Spec, ground: Ground) -> None:
        self.spec, self.ground = spec, ground
        self.numbers = _Numbers(ground.taken, ground.nodes)
        self.made: dict[str, Made] = {}
        self.steps: list[Step] = []
        self.below: dict[str, list[Node]] = {}
        for node in ground.nodes.values():
            self.below.setdefault(rules.parent_code(node.code), []).append(node)

    def plan(self) -> Plan:
        return Plan(self.made, self.steps, self.numbers.renumbered)

    def new(self, part: Part, level: int, like: str = "") -> str:
        """A place that was decided, with its code."""
        code, name = part.code.strip(), part.name.strip()
        if not name:
            raise Invalid(fields={"parts": "新设的地方请写法定名称。"})
        upper = self.parent(code, level)
        self.made[self.numbers.take(code)] = Made(
            code, level, name, rules.shown_name(code, name, upper.official), like
        )
        return code

    def parent(self, code: str, level: int) -> Node:
        """What will be above a new place. Raises Invalid when that is not there."""
        _check_code(code, level)
        above = rules.parent_code(code)
        upper = self.ground.targets.get(above)
        if upper is None:
            raise Invalid(fields={"parts": f"{code}的上级{above}不在用。请核对代码。"})
        if above in self.ground.nodes:
            raise Invalid(fields={"parts": "新的地方不能放在要停用的地方下面。"})
        return upper

    def along(self, node: Node, above: str, follows: bool) -> None:
        """A child goes along below `above`, and all that is below it."""
        wanted = self.spec.codes.get(node.code, "")
        if wanted:
            _check_below(wanted, above, node)
        code = self.numbers.take(wanted) if wanted else self.numbers.below(above, node)
        name = _numbered(node, code)
        self.made[code] = Made(
            code, node.level, name or node.official, name or node.name, node.code
        )
        self.steps.append(Step(node, code, above=above if follows else ""))
        self.children(node, code, follows=True)

    def children(self, node: Node, above: str, *, follows: bool) -> None:
        for child in self.below.get(node.code, ()):
            self.along(child, above, follows)


def _numbered(node: Node, code: str) -> str:
    """A household is called by its number; "" when that stays."""
    if node.level != rules.HOUSEHOLD or rules.segment(code) == rules.segment(node.code):
        return ""
    return node.name.replace(rules.segment(node.code)[1:], rules.segment(code)[1:])


def _check_code(code: str, level: int) -> None:
    if level == rules.GRID:
        if not re.fullmatch(r"\d{12}-G\d{3}", code):
            raise Invalid(fields={"parts": "网格的代码写成社区代码加-G和三位数字。"})
        return
    if not code.isdigit() or rules.LEVEL_OF_LENGTH.get(len(code)) != level:
        n = next(n for n, x in rules.LEVEL_OF_LENGTH.items() if x == level)
        raise Invalid(
            fields={
                "parts": f"{rules.LEVELS[level]}的代码是{n}位数字。请核对“{code}”。"
            }
        )


def _check_below(code: str, above: str, node: Node) -> None:
    fits = rules.is_code(code) and rules.parent_code(code) == above
    if not fits or not _shaped(code, node):
        raise Invalid(
            fields={node.code: f"{node.name}的新代码应以{above}开头，位数和原来一样。"}
        )


def _shaped(code: str, node: Node) -> bool:
    mine, its = rules.segment(code), rules.segment(node.code)
    return (
        len(mine) == len(its)
        and mine[:1].isdigit() == its[:1].isdigit()
        and (mine.isdigit() or (mine[0] == its[0] and mine[1:].isdigit()))
    )


def derive(spec: Spec, ground: Ground) -> Plan:
    """The whole plan. Raises Invalid (fields: olds, into, parts, main, or an old code)
    with what has to be decided otherwise."""
    olds = [ground.nodes[code] for code in spec.olds if code in ground.nodes]
    if not olds or len(olds) != len(spec.olds):
        raise Invalid(fields={"olds": "有的地方已经停用。请重新选要调整的地方。"})
    levels = {node.level for node in olds}
    if len(levels) > 1 or olds[0].level not in rules.CHANGE_LEVELS:
        raise Invalid(
            fields={
                "olds": "一次只能调整同一级的地方：地市、县、乡镇、社区（村）或网格。"
            }
        )
    working = _Working(spec, ground)
    _HOW[spec.kind](working, olds)
    return working.plan()


def _merge(w: _Working, olds: Sequence[Node]) -> None:
    level, into = olds[0].level, w.spec.into
    if into:
        target = w.ground.targets.get(into)
        if target is None or target.level != level or into in w.spec.olds:
            raise Invalid(fields={"into": "请选并到哪里：同一级、在用的另一个地方。"})
        code = target.code
    elif not w.spec.parts:
        raise Invalid(fields={"into": "请选并到哪里，或写新设的地方。"})
    else:
        if len(olds) < 2:
            raise Invalid(fields={"olds": "并成一个新的地方，至少要选两个。"})
        code = w.new(w.spec.parts[0], level)
    for old in olds:
        w.steps.append(Step(old, code))
        w.children(old, code, follows=True)


def _split(w: _Working, olds: Sequence[Node]) -> None:
    old, spec = olds[0], w.spec
    least = 1 if spec.keep else 2
    if not least <= len(spec.parts) <= MAX_PARTS:
        raise Invalid(fields={"parts": f"请写{least}到{MAX_PARTS}个新设的地方。"})
    if not 0 <= spec.main < len(spec.parts):
        raise Invalid(fields={"main": "请选不能分的归哪一部分。"})
    first = old.code if not spec.keep else ""
    codes = [
        w.new(part, old.level, first if i == spec.main else "")
        for i, part in enumerate(spec.parts)
    ]
    for i, code in enumerate(codes):
        is_main = not spec.keep and i == spec.main
        w.steps.append(Step(old, code, main=is_main, whole=False, ends=not spec.keep))
    goes = ([""] if spec.keep else []) + codes
    default = 0 if spec.keep else spec.main
    for child in w.below.get(old.code, ()):
        number = spec.assign.get(child.code, default)
        target = goes[number] if 0 <= number < len(goes) else goes[default]
        if target:
            w.along(child, target, follows=False)


def _recode(w: _Working, olds: Sequence[Node]) -> None:
    if len(olds) != 1 or len(w.spec.parts) != 1:
        raise Invalid(fields={"parts": "请写新的代码和名称。"})
    old, part = olds[0], w.spec.parts[0]
    code = w.new(part, old.level, old.code)
    w.steps.append(Step(old, code))
    w.children(old, code, follows=True)


def _rename(w: _Working, olds: Sequence[Node]) -> None:
    name = w.spec.parts[0].name.strip() if w.spec.parts else ""
    if len(olds) != 1 or not name:
        raise Invalid(fields={"parts": "请写新的法定名称。"})
    if name == olds[0].official:
        raise Invalid(fields={"parts": f"现在就叫{name}。请写新的名称。"})


_HOW = {"merge": _merge, "split": _split, "recode": _recode, "rename": _rename}


def title(spec: Spec, names: Mapping[str, str]) -> str:
    """The change as one sentence: 措勤县并入改则县, 加木村改为加木社区."""
    olds = "、".join(names.get(code, code) for code in spec.olds[:3])
    if len(spec.olds) > 3:
        olds += f"等{len(spec.olds)}个"
    new = "、".join(
        rules.display_name(p.name.strip()) for p in spec.parts if p.name.strip()
    )
    if spec.kind == "merge":
        if spec.into:
            return f"{olds}并入{names.get(spec.into, spec.into)}"
        return f"{olds}合并为{new}" if new else f"{olds}撤并"
    if spec.kind == "split":
        if not new:
            return f"{olds}拆分"
        return f"{olds}析出{new}" if spec.keep else f"{olds}拆分为{new}"
    if spec.kind == "recode":
        return (
            f"{olds}改为{new}，代码变更" if new and new != olds else f"{olds}代码变更"
        )
    return f"{olds}更名为{new}" if new else f"{olds}更名"


def place_above(codes: Iterable[str]) -> str:
    """The path of whose people may decide: the closest place above all of `codes`."""
    above = [
        rules.path_of(rules.parent_code(c)) if rules.parent_code(c) else ""
        for c in codes
    ]
    return rules.common_path(*above) if above else ""

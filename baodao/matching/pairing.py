"""Which member for which household, for a community or a whole district at once (A15,
L08, L37). One household each; who is own home, relative or subordinate is left out.

What a pair is worth is a few whole points: skills that such a household needs, language,
nearness, less what the member has in hand. `solve` finds the plan worth most among the
candidates as a min-cost flow: first as many households as possible, those that need it
most before others, then the points. A household's candidates are its best members and,
so that not all want the same, a further window of them that moves on from household to
household; what is left over at the end is paired in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from baodao.matching.ranking import Tone

Ints = NDArray[np.int64]
CANDIDATES = 24  # members looked at per household
# What helps a household of a group, best first; words as on the members' cards.
HELPS: Mapping[str, tuple[str, ...]] = {
    "minor": ("tutoring", "counsel", "sports", "law"),
    "elder": ("medical", "phone_help", "repair", "cooking", "cleaning", "plumbing"),
    "disabled": ("medical", "driving", "counsel", "repair", "cleaning"),
    "hardship": ("policy", "law", "repair", "electric", "writing"),
    "other": ("mediation", "policy", "repair", "phone_help"),
}
NEEDS: Mapping[str, int] = {
    "minor": 5, "disabled": 4, "elder": 3, "hardship": 3, "other": 1,
}  # fmt: skip
# Service classes that members tick, by group.
CLASSES: Mapping[str, tuple[str, ...]] = {
    "minor": ("study",), "elder": ("elder", "health"), "disabled": ("disabled", "health"),
    "hardship": ("policy", "jobs", "law"), "other": ("repair", "mediation"),
}  # fmt: skip
SKILL, SECOND, CLASS, LANGUAGE, NEAR, HOME, BUSY, MOST_BUSY = 12, 4, 6, 10, 6, 4, 3, 12


class Part(NamedTuple):
    """One reason with what it counts."""

    kind: str
    tone: Tone
    title: str
    text: str
    points: int


@dataclass(frozen=True, slots=True)
class Helper:
    """A member. `at`: communities where the member has reported → whether they live
    there (else their unit serves there); `grid`: the contact point's path when it is a
    grid; `apart`: households that must not be theirs; `load`: orders in hand."""

    key: str
    at: Mapping[str, bool]
    skills: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    load: int = 0
    grid: str = ""
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Home:
    """A household. `community` and `grid` are paths."""

    key: str
    community: str
    path: str = ""
    grid: str = ""
    focus: str = "other"
    language: str = "zh"
    remote: bool = False


class _Class(NamedTuple):
    """What the worth of a pair depends on, on the household's side."""

    community: str
    focus: str
    language: str
    grid: str


@dataclass
class Problem:
    """Members and households in the order of their keys, so that the order in which
    they are given says nothing."""

    helpers: Sequence[Helper]
    homes: Sequence[Home]
    candidates: int = CANDIDATES
    by_community: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.helpers = sorted(self.helpers, key=lambda h: h.key)
        self.homes = sorted(self.homes, key=lambda h: (h.community, h.path, h.key))
        self.by_community = {}
        for i, helper in enumerate(self.helpers):
            for path in helper.at:
                self.by_community.setdefault(path, []).append(i)

    @cached_property
    def helps(self) -> Mapping[str, Ints]:
        """Points of every member for each group, and for a language."""
        found = {
            focus: np.array([_fit(h, focus) for h in self.helpers], np.int64)
            for focus in HELPS
        }
        speaks = [LANGUAGE * ("tibetan" in h.skills) for h in self.helpers]
        busy = [-min(BUSY * h.load, MOST_BUSY) for h in self.helpers]
        found["bo"] = np.array(speaks, np.int64)
        found["load"] = np.array(busy, np.int64)
        return found

    @cached_property
    def _here(self) -> Mapping[str, tuple[Ints, Ints]]:
        """community → its members, and the points of those who live there."""
        return {
            path: (
                np.array(members),
                np.array([HOME * self.helpers[i].at[path] for i in members], np.int64),
            )
            for path, members in self.by_community.items()
        }

    @cached_property
    def _grids(self) -> tuple[Mapping[str, int], Ints]:
        """Grids by number, and each member's; -1 for none."""
        known = {
            g: i for i, g in enumerate(sorted({h.grid for h in self.homes} - {""}))
        }
        return known, np.array([known.get(h.grid, -1) for h in self.helpers], np.int64)

    def worth(self, kind: _Class) -> Ints:
        """Points of a community's members for a household of a kind."""
        members, points = self._here[kind.community]
        points = points + self.helps[kind.focus][members] + self.helps["load"][members]
        if kind.language == "bo":
            points = points + self.helps["bo"][members]
        known, grids = self._grids
        if kind.grid:
            points = points + NEAR * (grids[members] == known[kind.grid])
        return points

    def pairs(self) -> tuple[Ints, Ints, Ints]:
        """(member, household, points) of all candidates."""
        groups: dict[_Class, list[int]] = {}
        for j, home in enumerate(self.homes):
            language = "bo" if home.language == "bo" else "zh"
            kind = _Class(home.community, home.focus, language, home.grid)
            groups.setdefault(kind, []).append(j)
        blocks = [
            self._candidates(kind, np.array(js))
            for kind, js in groups.items()
            if kind.community in self.by_community
        ]
        if not blocks:
            none = np.zeros(0, np.int64)
            return none, none, none
        us, hs, ps = (np.concatenate(x) for x in zip(*blocks, strict=True))
        return self._allowed(us, hs, ps)

    def _candidates(self, kind: _Class, js: Ints) -> tuple[Ints, Ints, Ints]:
        members, points = self._here[kind.community][0], self.worth(kind)
        order = np.lexsort((members, -points))
        n, k = len(members), min(len(members), self.candidates)
        best = k if k == n else k // 2
        # The best ones, and a window behind them that moves on.
        first = np.broadcast_to(np.arange(best), (len(js), best))
        step = (
            np.arange(k - best)[None, :] + (js * (k - best) % max(1, n - best))[:, None]
        )
        moving = best + step % max(1, n - best)
        at = order[np.concatenate([first, moving], axis=1)]
        homes = np.repeat(js, k)
        return members[at].ravel(), homes, points[at].ravel()

    def _allowed(self, us: Ints, hs: Ints, ps: Ints) -> tuple[Ints, Ints, Ints]:
        where = {h.key: j for j, h in enumerate(self.homes)}
        barred = [
            i * len(self.homes) + where[key]
            for i, h in enumerate(self.helpers)
            for key in h.apart
            if key in where
        ]
        if not barred:
            return us, hs, ps
        may = ~np.isin(us * len(self.homes) + hs, np.array(barred))
        return us[may], hs[may], ps[may]


def _fit(helper: Helper, focus: str) -> int:
    known = [s for s in HELPS[focus] if s in helper.skills]
    points = SKILL * bool(known) + SECOND * (len(known) > 1)
    return points + CLASS * any(c in helper.classes for c in CLASSES[focus])


def _near(helper: Helper, community: str, grid: str) -> int:
    same = NEAR if grid and helper.grid == grid else 0
    return same + HOME * helper.at.get(community, False)


def arcs(problem: Problem) -> tuple[Ints, int]:
    """The flow's arcs as rows (tail, head, capacity, cost), and how many are pairs.
    Nodes: members, households, the end."""
    n, m = len(problem.helpers), len(problem.homes)
    us, hs, ps = problem.pairs()
    end, big = n + m, 1_000
    need = np.array([NEEDS[h.focus] for h in problem.homes], np.int64)
    # Every household more is worth more than all points; those in need come first.
    pair = np.stack([us, n + hs, np.ones_like(us), -ps])
    out = np.stack(
        [n + np.arange(m), np.full(m, end), np.ones(m, np.int64), -need * 50]
    )
    none = np.stack(
        [np.arange(n), np.full(n, end), np.ones(n, np.int64), np.full(n, big)]
    )
    return np.concatenate([pair, out, none], axis=1), len(us)


def flow(table: Ints, n: int, end: int) -> Any:
    """The solved flow of a table of arcs: `n` members, one each."""
    # Its stub gives no array the type it has.
    found: Any = min_cost_flow.SimpleMinCostFlow()
    found.add_arcs_with_capacity_and_unit_cost(
        table[0].astype(np.int32), table[1].astype(np.int32), table[2], table[3]
    )
    nodes = np.append(np.arange(n), end).astype(np.int32)
    found.set_nodes_supplies(nodes, np.append(np.ones(n), -n).astype(np.int64))
    status = found.solve()
    if status != found.OPTIMAL:  # every member has an arc to the end
        raise ArithmeticError(f"pairing: {status}")
    return found


def solve(problem: Problem) -> dict[str, str]:
    """The best plan: household → member. The same for the same members and households
    in whatever order they are given."""
    n, m = len(problem.helpers), len(problem.homes)
    if not n or not m:
        return {}
    table, pairs = arcs(problem)
    solved = flow(table, n, n + m)
    used = np.nonzero(solved.flows(np.arange(pairs, dtype=np.int32)))[0]
    members, homes = table[0][used].tolist(), (table[1][used] - n).tolist()
    taken = dict(zip(homes, members, strict=True))
    _left_over(problem, taken)
    return {
        problem.homes[j].key: problem.helpers[i].key for j, i in sorted(taken.items())
    }


def _left_over(problem: Problem, taken: dict[int, int]) -> None:
    """Households whose candidates have all gone get whoever is free there."""
    busy = set(taken.values())
    for j, home in enumerate(problem.homes):
        if j in taken:
            continue
        for i in problem.by_community.get(home.community, ()):
            if i not in busy and home.key not in problem.helpers[i].apart:
                taken[j] = i
                busy.add(i)
                break


def worth(helper: Helper, home: Home) -> int:
    """What a pair counts for."""
    return sum(p.points for p in parts(helper, home, {}))


def parts(helper: Helper, home: Home, words: Mapping[str, str]) -> tuple[Part, ...]:
    """Why these two, in words with points. `words`: what skills are called."""
    known = [s for s in HELPS[home.focus] if s in helper.skills]
    found = []
    if known:
        said = "、".join(words.get(s, s) for s in known[:3])
        points = SKILL + SECOND * (len(known) > 1)
        found.append(Part("skill", "ok", "特长对得上", f"会{said}", points))
    else:
        found.append(Part("skill", "plain", "特长", "没有登记这一户用得上的特长", 0))
    if any(c in helper.classes for c in CLASSES[home.focus]):
        found.append(Part("class", "ok", "愿意做", "报到时选了这类服务", CLASS))
    if home.language == "bo":
        if "tibetan" in helper.skills:
            found.append(Part("language", "ok", "语言", "会藏语", LANGUAGE))
        else:
            text = "这一户说藏语，没有登记会藏语"
            found.append(Part("language", "warn", "语言", text, 0))
    found.append(_place_part(helper, home))
    found.append(_load_part(helper))
    return tuple(found)


def _place_part(helper: Helper, home: Home) -> Part:
    points = _near(helper, home.community, home.grid)
    if home.grid and helper.grid == home.grid:
        return Part("near", "ok", "离得近", "单位联系的就是这个网格", points)
    if helper.at.get(home.community):
        return Part("near", "ok", "离得近", "住在本社区", points)
    return Part("near", "plain", "联系点", "单位联系本社区", points)


def _load_part(helper: Helper) -> Part:
    points = -min(BUSY * helper.load, MOST_BUSY)
    if not helper.load:
        return Part("load", "ok", "手头", "没有在办的点单", 0)
    tone: Tone = "plain" if helper.load < 3 else "warn"
    return Part("load", tone, "手头", f"有 {helper.load} 件点单在办", points)


def ranked(
    homes: Iterable[Home], helpers: Iterable[Helper], n: int
) -> list[tuple[str, str, int]]:
    """The best `n` free members for each of a few homes: for a person who chooses."""
    found = []
    pool = list(helpers)
    for home in homes:
        fit = [h for h in pool if home.community in h.at and home.key not in h.apart]
        best = sorted(fit, key=lambda h: (-worth(h, home), h.key))[:n]
        found += [(home.key, h.key, worth(h, home)) for h in best]
    return found

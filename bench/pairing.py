"""How long the pairing of a whole district takes: 9,500 members and as many households
in 50 communities, made up, the same every time. `pairing_ratio`: the whole suggestion
(candidates, flow, reasons in words) against the bare solver on the same arcs; each the
best of three runs in turn."""

import random
from time import perf_counter

from baodao.matching.pairing import (
    HELPS,
    Helper,
    Home,
    Problem,
    arcs,
    flow,
    parts,
    solve,
)
from bench.figures import Figure

N, COMMUNITIES, BAR, RATIO = 9_500, 50, 10.0, 1.5
SKILLS = sorted({s for helps in HELPS.values() for s in helps} | {"tibetan"})


def problem() -> Problem:
    """A district as large as Luzhou's largest."""
    rng = random.Random(20260101)
    paths = [f"51/05/02/{100 + n % 9}/{n:03d}/" for n in range(COMMUNITIES)]
    helpers, homes = [], []
    for i in range(N):
        at = {paths[rng.randrange(COMMUNITIES)]: True}
        at.setdefault(paths[rng.randrange(COMMUNITIES)], False)
        skills = frozenset(rng.sample(SKILLS, rng.randrange(4)))
        helpers.append(Helper(f"m{i:05d}", at, skills, load=rng.randrange(4)))
        community = paths[rng.randrange(COMMUNITIES)]
        path = f"{community}G{rng.randrange(4):03d}/H{i:05d}/"
        focus = rng.choice(list(HELPS))
        homes.append(Home(f"h{i:05d}", community, path, path[:-7], focus))
    return Problem(helpers, homes)


def suggest(it: Problem) -> int:
    """All of it: who with whom, and why."""
    mine = {h.key: h for h in it.helpers}
    found = solve(it)
    return sum(
        len(parts(mine[found[h.key]], h, {})) for h in it.homes if h.key in found
    )


def main() -> list[Figure]:
    whole, bare = [], []
    for _ in range(3):
        it = problem()
        begin = perf_counter()
        suggest(it)
        whole.append(perf_counter() - begin)
        table, _ = arcs(problem())
        begin = perf_counter()
        flow(table, N, 2 * N)
        bare.append(perf_counter() - begin)
    note = f"{N:,} × {N:,}"
    ratio = min(whole) / min(bare)
    return [
        Figure("pairing_s", min(whole), BAR, note=note),
        Figure("pairing_ratio", ratio, RATIO, note="against the bare solver"),
    ]


if __name__ == "__main__":
    for figure in main():
        print(figure.line())

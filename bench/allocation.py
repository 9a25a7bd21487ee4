"""How long the allocation of a prefecture takes: 374 units and 81 contact points of 7
counties, made up, the same every time; every unit may go to every point, which is the
hardest case. The best of five runs."""

import random
from time import perf_counter

from baodao.matching.allocation import Need, Point, Problem, Unit, Weights, solve
from bench.figures import Figure

UNITS, POINTS, COUNTIES, BAR = 374, 81, 7, 1.0
FUNCTIONS = [f"f{n}" for n in range(16)]


def problem() -> Problem:
    """A prefecture as large as Ali."""
    rng = random.Random(20260101)

    def where(n: int) -> tuple[str, tuple[float, float]]:
        county = n % COUNTIES
        at = (80 + 1.5 * county + rng.random() / 3, 32 + rng.random() / 3)
        return f"54/25/{21 + county}/{100 + n % 5}/{n % 9:03d}/", at

    points = []
    for j in range(POINTS):
        path, at = where(j)
        needs = {f: Need(rng.randrange(1, 60)) for f in rng.sample(FUNCTIONS, 8)}
        points.append(
            Point(f"p{j}", path, "", rng.randrange(200, 7000), at, needs=needs)
        )
    units = []
    for i in range(UNITS):
        path, at = where(i * 13)
        functions = rng.sample(FUNCTIONS, rng.randrange(3))
        now = f"p{rng.randrange(POINTS)}"
        units.append(Unit(f"u{i}", path, "", functions, at, now=now))
    return Problem(units, points, Weights(across=True))


def main() -> list[Figure]:
    seconds = []
    for _ in range(5):
        it = problem()
        begin = perf_counter()
        placed = solve(it)
        seconds.append(perf_counter() - begin)
        assert len(placed) == UNITS and "" not in placed.values()
    return [Figure("allocation_s", min(seconds), BAR, note=f"{UNITS} × {POINTS}")]


if __name__ == "__main__":
    for figure in main():
        print(figure.line())

"""`make bench`, `make bench ONLY=name`: a line for each figure, and the same as JSON in
var/bench/figures.json. The exit code is 0 however the figures come out."""

import importlib
import json
import os
import sys
from datetime import UTC, datetime

from bench.deployment import VAR
from bench.figures import Figure

ALL = (
    "lifecycle",
    "pages",
    "weight",
    "imports",
    "nation",
    "allocation",
    "pairing",
    "duties",
    "closing",
    "scores",
    "shop",
    "faults",
    "cards",
)


def main() -> int:
    wanted = [n for n in os.environ.get("ONLY", "").replace(",", " ").split() if n]
    unknown = [n for n in wanted if n not in ALL]
    if unknown:
        print(f"没有 {'、'.join(unknown)}。可以选：{'、'.join(ALL)}", file=sys.stderr)
        return 2
    found = list[Figure]()
    try:
        for name in wanted or ALL:
            print(f"== {name}", flush=True)
            for figure in importlib.import_module(f"bench.{name}").main():
                print(figure.line(), flush=True)
                found.append(figure)
    finally:  # what was measured before something broke
        _keep(found)
    return 0


def _keep(found: list[Figure]) -> None:
    VAR.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    rows = {"at": at, "figures": [f.row() for f in found]}
    path = VAR / "figures.json"
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    print(f"{path}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""Score cards with ten times the data: p95 of a card page and of the lists where nine
earlier years of cards, records and entries stand beside this one's, divided by that of
the demo alone. Two deployments stand side by side, as in `bench.pages`."""

import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import sleep

from bench.deployment import HISTORY, Deployment, django
from bench.figures import Figure
from bench.pages import SETTLE, Browser, p95, side_by_side

YEARS = {"scores-few": 0, "scores-many": 9}
# name, demo account, page; "card" is the first of the account's list.
PAGES = [
    ("card", "demo-worker", "card"),
    ("card_own", "demo-member", "card"),
    ("card_list", "demo-worker", "/scores/"),
    ("card_list_county", "demo-county", "/scores/"),
    ("card_list_words", "demo-county", "/scores/?q=扎西"),
]
_CARD = re.compile(r"/scores/cards/[0-9a-f-]{36}/")


def main() -> Iterator[Figure]:
    grow = [sys.executable, "-m", "bench.scores"]
    with ExitStack() as stack:
        few, many = (
            side_by_side(stack, HISTORY / name, [*grow, str(n)])
            for name, n in YEARS.items()
        )
        sleep(SETTLE)
        for name, who, page in PAGES:
            pages = [page if page != "card" else _card(d, who) for d in (few, many)]
            before, after = p95(few, many, who, *pages)
            yield Figure(
                f"p95_{name}_10_times", after / before, 1.3,
                note=f"{before * 1000:.0f} ms, then {after * 1000:.0f} ms",
            )  # fmt: skip


def _card(deployment: Deployment, who: str) -> str:
    """The first card of the list; members have one of their own."""
    browser = Browser(deployment.port)
    browser.sign_in(who)
    browser.get("/scores/mine/")
    if found := _CARD.search(browser.location):
        return found.group()
    found = _CARD.search(browser.plain("/scores/"))
    assert found, who
    return found.group()


def grow(years: int) -> None:
    """The demo's cards, records and entries again for each of so many earlier years."""
    from django.db import connection, transaction

    from baodao.acts.sealing import seal_all
    from baodao.acts.stream import rebuilt
    from baodao.records.models import Record
    from baodao.scoring.models import Card, Entry

    with transaction.atomic(), connection.cursor() as cursor:
        # Whoever counts the book has counted these already.
        cursor.execute("SELECT FROM records_follower FOR UPDATE")
        with rebuilt(Record, Card, Entry):
            # Last year the demo has an evaluation of its own.
            for back in range(2, years + 2):
                for model in (Record, Card, Entry):
                    cursor.execute(_copy(model, back))
        cursor.execute(
            "UPDATE records_follower SET upto = pg_current_xact_id()::text::bigint + 1"
        )
    seal_all()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE records_record, scoring_card, scoring_entry")


# Days and years go back; ids become others, the same wherever they stand.
_IDS = ("id", "record_id", "card_id", "source_id", "reversal_of_id")
_DAYS = ("occurred_on", "start_at", "end_at", "confirmed_at", "created_at", "posted_at")


def _copy(model: type, back: int) -> str:
    from baodao.acts.writing import column, written_fields

    names = [column(f) for f in written_fields(model)]
    listed = ", ".join(f'"{name}"' for name in names)
    chosen = ", ".join(_value(name, back) for name in names)
    table, first = model._meta.db_table, _THIS[model.__name__]  # type: ignore[attr-defined]
    return (
        f"INSERT INTO {table} ({listed}) SELECT {chosen} FROM {table} t WHERE {first}"
    )


_ON = "extract(year FROM occurred_on) = extract(year FROM current_date)"
_NOW = "year = extract(year FROM current_date)"
_THIS = {
    "Record": _ON,
    "Card": _NOW,
    "Entry": f"{_ON} AND EXISTS (SELECT FROM scoring_card c "
    f"WHERE c.id = t.card_id AND c.{_NOW})",
}


def _value(name: str, back: int) -> str:
    if name in _IDS:
        return f"md5({name}::text || '{back}')::uuid"
    if name in _DAYS:
        return f"{name} - interval '{back} years'"
    return f"year - {back}" if name == "year" else f'"{name}"'


if __name__ == "__main__" and len(sys.argv) == 3:
    django(Path(sys.argv[1]))
    grow(int(sys.argv[2]))
elif __name__ == "__main__":
    for figure in main():
        print(figure.line(), flush=True)

"""A sealed ledger with all guards set aside, and what is found in it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection, models

from baodao.acts import ledger, sealing, verifying
from baodao.acts.models import Digest, Event, Forgotten, Leaves, Seal
from baodao.acts.sealing import REGISTRY, seal_all, short, write_digest
from baodao.records.models import Record
from baodao.scoring.models import Entry
from baodao.shop.models import StockMove, WalletEntry

AT = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)  # one o'clock at night in Shanghai
SCRIPT = Path(__file__).parents[3] / "scripts" / "verify_ledger.py"
SECRET = "扎西顿珠"
N = 10  # rows of each table, in batches of four


def event(i: int) -> Event:
    return Event(
        at=AT, action="retention.run", kind="orders.order", object_id=uuid4(),
        path=f"54/25/23/100/001/{SECRET}/", actor_name=SECRET, reason=SECRET,
        data={"was": SECRET}, xid=10 + i,
    )  # fmt: skip


def record(i: int) -> Record:
    return Record(
        kind="activity", channel="unit", path="54/25/23/100/001/", place_id=uuid4(),
        member_id=uuid4(), occurred_on=AT.date(), minutes=60, source_kind="x",
        source_id=uuid4(), confirmed_at=AT, confirmed_how="list", xid=10 + i,
    )  # fmt: skip


def forgotten(i: int) -> Forgotten:
    return Forgotten(seq=0, ledger="acts_event", positions=[i], xid=10 + i)


def entry(i: int) -> Entry:
    return Entry(
        card_id=uuid4(), rule_id=uuid4(), code="M01", record_id=uuid4(),
        source_id=uuid4(), quantity=1, occurred_on=AT.date(), xid=10 + i,
    )  # fmt: skip


def wallet_entry(i: int) -> WalletEntry:
    return WalletEntry(
        wallet_id=uuid4(), kind="expire", source="wallet", target="expired", tenths=10,
        on=AT.date(), at=AT, xid=10 + i,
    )  # fmt: skip


def stock_move(i: int) -> StockMove:
    return StockMove(
        prize_id=uuid4(), kind="loss", n=-1, at=AT, by_name=SECRET, xid=10 + i
    )


MAKERS: dict[str, tuple[Callable[[int], models.Model], str]] = {
    "acts_event": (event, "to_state = 'done'"),
    "records_record": (record, "minutes = 61"),
    "scoring_entry": (entry, "quantity = 2"),
    "acts_forgotten": (forgotten, "seq = 1"),
    "shop_walletentry": (wallet_entry, "tenths = 20"),
    "shop_stockmove": (stock_move, "n = -2"),
}
# Their cards, rules, wallets and prizes were never there.
HANGING = ("scoring_entry", "shop_walletentry", "shop_stockmove")


def write(model: type[models.Model], rows: list[models.Model]) -> None:
    """With numbers of transactions that ended long ago: a test's own never does."""
    for row in rows:
        fields = list(model._meta.concrete_fields)
        values = [
            f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields
        ]
        names = ", ".join(f'"{f.column}"' for f in fields)
        marks = ", ".join("%s" for _ in fields)
        sql(f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})", *values)


def sql(text: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return cursor.fetchall() if cursor.description else []


def model_of(table: str) -> Any:
    return next(m for m in apps.get_models() if m._meta.db_table == table)


def ids(table: str) -> list[UUID]:
    return [row[0] for row in sql(f"SELECT id FROM {table} ORDER BY xid, id")]


def all_guards() -> str:
    """The triggers of all these tables, for a transaction that steps over them."""
    models = (*map(model_of, MAKERS), Seal, Leaves, Digest)
    found = [t.get_pgid(m) for m in models for t in m._meta.triggers]
    return f"{{{','.join(found)}}}"


def up_to(monkeypatch: pytest.MonkeyPatch, upto: int) -> None:
    """All transactions below have ended."""
    here = sealing.moment()._replace(upto=upto)
    monkeypatch.setattr(sealing, "moment", lambda: here)
    monkeypatch.setattr(verifying, "moment", lambda: here)


@pytest.fixture
def book(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """All tables sealed, the day's digest taken, all guards away; gives the code
    that stands on the notice board."""
    monkeypatch.setattr(sealing, "SIZE", 4)
    only = {name: REGISTRY[name] for name in MAKERS}
    monkeypatch.setattr(sealing, "REGISTRY", only)
    monkeypatch.setattr(verifying, "REGISTRY", only)
    monkeypatch.setattr(ledger, "REGISTRY", only)
    for name, (make, _) in MAKERS.items():
        write(model_of(name), [make(i) for i in range(N)])
    up_to(monkeypatch, 50)
    assert seal_all(AT) == len(MAKERS) * N
    digest = write_digest(AT)
    assert digest and digest.day == date(2026, 11, 25)
    sql("SELECT set_config('pgtrigger.ignore', %s, true)", all_guards())
    yield short(digest.hash)
    for table in HANGING:
        sql(f"DELETE FROM {table}")


def load() -> Any:
    spec = spec_from_file_location("verify_ledger", SCRIPT)
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def offline(path: Path, *codes: str) -> list[str]:
    """What the script finds in an export of now."""
    ledger.export(path)
    found = load().Ledger(path)
    found.check_chain()
    found.read_forgotten()
    found.check_rows()
    found.check_rest()
    found.check_digests(codes)
    return list(found.faults)


def found(*codes: str) -> list[tuple[str, str, int | None, UUID | None]]:
    report = verifying.verify(codes=codes)
    return [(f.kind, f.ledger, f.seq, f.row) for f in report.faults]


def batches(table: str) -> list[int]:
    return list(Seal.objects.filter(ledger=table).values_list("seq", flat=True))

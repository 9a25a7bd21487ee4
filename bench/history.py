"""Years of history: closed orders copied from the demo's own closed ones, each moved
back by some days, with the answers of the units. What is open stays as it is: a place
has no more open orders because it is old."""

import sys
from pathlib import Path

from bench.deployment import django

# Everything but ids, look-up code and link is copied; instants move back together.
MOVED = (
    "created_at", "placed_at", "clock_from", "ticking_since", "dispatched_at", "done_at",
    "confirmed_at", "closed_at", "result_at", "due_at", "overall_due_at", "escalated_at",
)  # fmt: skip
CHUNK = 100_000


def grow(total: int, years: int = 10) -> None:
    """Until there are `total` orders."""
    from django.db import connection, transaction

    from baodao.acts.stream import rebuilt
    from baodao.orders.models import Answer, Order

    have = Order.objects.count()
    with transaction.atomic(), rebuilt(Order, Answer), connection.cursor() as cursor:
        while have < total:
            n = min(CHUNK, total - have)
            cursor.execute(_orders(), [years * 365, have + 1, have + n])
            have += n
        cursor.execute(_ANSWERS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE orders_order, orders_answer")


def _orders() -> str:
    from baodao.acts.writing import column, written_fields
    from baodao.orders.models import Order

    names = [column(f) for f in written_fields(Order)]
    chosen = ", ".join(_value(name) for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        "WITH old AS (SELECT *, row_number() OVER (ORDER BY id) AS r, "
        "count(*) OVER () AS rs FROM orders_order WHERE state = 'closed' "
        "AND code NOT LIKE 'H%%'), "
        "g AS (SELECT i, (random() * %s::int)::int * interval '1 day' AS back, "
        "md5(random()::text || i) AS h FROM generate_series(%s::int, %s::int) i) "
        f"INSERT INTO orders_order ({listed}) SELECT {chosen} "
        "FROM g JOIN old ON old.r = 1 + g.i %% old.rs"
    )


def _value(name: str) -> str:
    if name == "id":
        ms = "to_hex((extract(epoch FROM old.placed_at - g.back) * 1000)::bigint)"
        return f"(lpad({ms}, 12, '0') || '7' || substr(g.h, 1, 3) || '8' || substr(g.h, 4, 15))::uuid"
    if name == "code":
        return "'H' || g.i"
    if name == "token":
        return "g.h"
    return f"old.{name} - g.back" if name in MOVED else f'old."{name}"'


_ANSWERS = """
INSERT INTO orders_answer (id, order_id, unit_id, path, dispatched_at, at, outcome, in_time)
SELECT gen_random_uuid(), o.id, o.unit_id, o.path, o.dispatched_at,
  o.dispatched_at + interval '5 hours', 'accepted', true
FROM orders_order o WHERE o.code LIKE 'H%' AND o.unit_id IS NOT NULL
  AND o.dispatched_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM orders_answer a WHERE a.order_id = o.id)
"""


if __name__ == "__main__":
    django(Path(sys.argv[1]))
    grow(int(sys.argv[2]))

"""The proof of the ledger: what the wallets and the stock say is the sum of what moved.
Read by `baodao check` and by tests."""

from collections import Counter
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Sum

from baodao.shop import rules
from baodao.shop.models import Prize, Redemption, StockMove, Wallet, WalletEntry

COLUMNS = {
    "wallet": "tenths", "reserved": "reserved", "spent": "redeemed",
    "expired": "expired", "donated": "donated",
}  # fmt: skip


class Proof(NamedTuple):
    """How many were looked at, and the ids of those that are not in balance."""

    wallets: int
    prizes: int
    wrong_wallets: list[UUID]
    wrong_prizes: list[UUID]

    @property
    def ok(self) -> bool:
        return not (self.wrong_wallets or self.wrong_prizes)


def proof() -> Proof:
    """Every wallet against its entries, every prize against its moves and what is set
    aside. Four queries."""
    sums: dict[UUID, Counter[str]] = {}
    for account, sign in (("target", 1), ("source", -1)):
        rows = WalletEntry.objects.order_by().values_list("wallet", account)
        for pk, name, n in rows.annotate(n=Sum("tenths")):
            sums.setdefault(pk, Counter())[name] += sign * n
    wrong, wallets = [], 0
    names = ("pk", *COLUMNS.values(), "issued", "written_off")
    for pk, *have in Wallet.objects.values_list(*names).iterator(5_000):
        found, wallets = sums.get(pk, Counter()), wallets + 1
        want = [found[a] for a in COLUMNS]
        want += [-found["issue"], -found["written_off"]]
        if have != want:
            wrong.append(pk)
    return Proof(wallets, Prize.objects.count(), wrong, _wrong_prizes())


def _wrong_prizes() -> list[UUID]:
    moved = dict(StockMove.objects.order_by().values_list("prize").annotate(n=Sum("n")))
    open_ = Redemption.objects.filter(state__in=rules.OPEN).order_by()
    held = dict(open_.values_list("prize").annotate(n=Count("pk")))
    rows = Prize.objects.values_list("pk", "stock", "held")
    return [
        pk for pk, stock, aside in rows
        if (stock, aside) != (moved.get(pk, 0), held.get(pk, 0))
    ]  # fmt: skip

"""The only way points move: the wallet is locked, its accounts and its entries are
written by one act, and the database holds the sum (A21). Call inside `atomic`."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from baodao.acts.actor import Actor, consequence_of
from baodao.acts.engine import act
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.shop.models import Donation, Redemption, Wallet, WalletEntry
from baodao.shop.rules import Moved, Purse

# Who locks many wallets takes this first: their rows may come in any order then, also
# over several statements of one transaction. Who locks one does not need it.
MANY = "shop.earn"
KIND = {
    "hold": "reserve", "free": "release", "spend": "spend", "give": "donate",
    "expire": "expire", "write_off": "write_off",
}  # fmt: skip


def lock(wallet_id: UUID) -> Wallet:
    """Nobody else moves its points until this transaction ends. Raises NotFound."""
    found = Wallet.objects.select_for_update().filter(pk=wallet_id).first()
    if found is None:
        raise NotFound
    return found


def lock_all(ids: Iterable[UUID]) -> dict[UUID, Wallet]:
    """The same for many, in the order of their ids, so that two never wait for each
    other."""
    rows = Wallet.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk")
    return {w.pk: w for w in rows}


def columns(purse: Purse) -> dict[str, Any]:
    """What an act sets on the wallet."""
    return {name: getattr(purse, name) for name in Purse.__dataclass_fields__}


def entries(
    wallet: Wallet, kind: str, moved: Sequence[Moved], on: date, at: datetime, **of: Any
) -> list[WalletEntry]:
    """The rows of one movement."""
    return [
        WalletEntry(
            wallet=wallet, kind=kind, source=m.source, target=m.target, tenths=m.tenths,
            on=on, at=at, **of,
        )
        for m in moved
    ]  # fmt: skip


def move(
    actor: Actor, event: str, wallet: Wallet, to: tuple[Purse, list[Moved]],
    at: datetime, *, redemption: Redemption | None = None,
    donation: Donation | None = None,
) -> Done:  # fmt: skip
    """One step that follows from somebody's act on a locked wallet."""
    purse, moved = to
    write = Write(
        set=columns(purse),
        data={"tenths": sum(m.tenths for m in moved)},
        adds=entries(
            wallet, KIND[event], moved, today(at), at,
            redemption=redemption, donation=donation,
        ),
    )  # fmt: skip
    done = act(
        consequence_of(actor), f"wallets.{event}", wallet.pk, lambda row: write, now=at
    )
    for name, value in columns(purse).items():
        setattr(wallet, name, value)
    return done

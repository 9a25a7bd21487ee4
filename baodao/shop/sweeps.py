"""What time itself does in the shop: what was handed out is closed, what nobody came
for goes back, points run out, wallets follow their members (A20, domain 7.6)."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from baodao.acts.actor import SYSTEM
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Write
from baodao.core.clock import at_local, today
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict
from baodao.core.locks import one_at_a_time
from baodao.places.settings import at_each
from baodao.shop import ledger, redeeming, rules
from baodao.shop.models import Redemption, Wallet, WalletEntry

CHUNK = 1_000


def nightly(now: datetime | None = None) -> dict[str, int]:
    """After midnight: the day before is closed, and what is over its time goes back."""
    at = now or clock_now()
    return {
        "closed": close_days(at),
        "expired": expire_held(at),
        "left": cancel_left(at),
        "followed": follow_members(at),
    }


def close_days(at: datetime) -> int:
    """What was handed out before today."""
    midnight = at_local(today(at), datetime.min.time())
    over = Redemption.objects.filter(state="handed_over", handed_at__lt=midnight)
    ids = list(over.values_list("pk", flat=True))
    write = Write(set={"ended_at": at})
    return len(act_many(SYSTEM, "redemptions.close", ids, write, now=at)) if ids else 0


def expire_held(at: datetime) -> int:
    """Each in a transaction of its own; who fetches it at this moment was first."""
    over = Redemption.objects.filter(state="reserved", hold_until__lt=today(at))
    n = 0
    for pk in list(over.values_list("pk", flat=True)):
        with suppress(Conflict):
            redeeming.expire(pk, at)
            n += 1
    return n


def cancel_left(at: datetime) -> int:
    """Members who have left ask for nothing any more."""
    gone = Redemption.objects.filter(
        state__in=rules.OPEN, member__duty_status="left"
    ).select_related("shop", "prize", "wallet", "member__person")
    n = 0
    for r in list(gone):
        with suppress(Conflict), transaction.atomic():
            redeeming.cancel_locked(SYSTEM, r, ledger.lock(r.wallet_id), "left", at)
            n += 1
    return n


def follow_members(at: datetime) -> int:
    """A wallet is where its member lives, so that their community sees it."""
    moved = Wallet.objects.annotate(
        home=Coalesce(F("member__residence_path"), F("member__point_path"))
    ).filter(home__isnull=False)
    rows = moved.exclude(path=F("home")).values_list("pk", "home")
    writes = {pk: Write(set={"path": home}) for pk, home in rows}
    with transaction.atomic():
        one_at_a_time(ledger.MANY)
        return len(act_rows(SYSTEM, "wallets.follow", writes, now=at))


def expire_points(now: datetime | None = None) -> int:
    """Points of service before the last day that still counts, of which the oldest are
    used first. Once a month, so that what comes back to a wallet later runs out too."""
    at = now or clock_now()
    day, n = today(at), 0
    years = at_each(_paths(), "shop.expiry_years")
    for path, span in years.items():
        until = rules.too_old_until(day, span)
        if until:
            n += _expire_at(path, until, day, at)
    return n


def _paths() -> list[str]:
    held = Wallet.objects.filter(tenths__gt=0).order_by("path")
    return list(held.values_list("path", flat=True).distinct())


def _expire_at(path: str, until: date, day: date, at: datetime) -> int:
    old = _old(until, Wallet.objects.filter(path=path, tenths__gt=0))
    rows = Wallet.objects.filter(pk__in=list(old)).order_by("pk")
    ids = [w.pk for w in rows if w.purse.too_old(old[w.pk])]
    return sum(
        _expire(ids[k : k + CHUNK], until, day, at) for k in range(0, len(ids), CHUNK)
    )


def _expire(ids: Sequence[UUID], until: date, day: date, at: datetime) -> int:
    """Reckoned again with the wallets locked."""
    with transaction.atomic():
        one_at_a_time(ledger.MANY)
        locked = ledger.lock_all(ids)
        old = _old(until, list(locked))
        writes = {}
        for pk, w in locked.items():
            if over := w.purse.too_old(old.get(pk, 0)):
                purse, moved = w.purse.expire(over)
                writes[pk] = Write(
                    set=ledger.columns(purse), data={"tenths": over},
                    adds=ledger.entries(w, "expire", moved, day, at),
                )  # fmt: skip
        return len(act_rows(SYSTEM, "wallets.expire", writes, now=at))


def _old(until: date, wallets: QuerySet[Wallet] | Iterable[UUID]) -> dict[UUID, int]:
    """Wallet → what came from records of days up to `until`, less what was taken back
    of it."""
    sign = Case(
        When(source="issue", then=F("tenths")),
        When(target="issue", then=Value(0) - F("tenths")),
        default=Value(0), output_field=IntegerField(),
    )  # fmt: skip
    rows = WalletEntry.objects.filter(on__lte=until)
    rows = rows.filter(Q(source="issue") | Q(target="issue"))
    sums = rows.filter(wallet__in=wallets).order_by().values("wallet")
    return dict(sums.annotate(n=Sum(sign)).values_list("wallet", "n"))

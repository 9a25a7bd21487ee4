"""What the points have brought about (A25), and the report of the shop (T12): numbers
only, small ones hidden (domain 9.4). Before and after are two spans of equal length;
that one followed the other does not say that one caused it."""

from dataclasses import dataclass
from datetime import date, time

from django.db.models import Count, F, Q, Sum

from baodao.acts.access import path_range
from baodao.acts.actor import Actor
from baodao.core.clock import at_local, today
from baodao.records.models import services
from baodao.shop import rules
from baodao.shop.models import Prize, Redemption, Shop, Wallet

PUBLIC = 10  # people, below which a number is not told (domain 9.4)


@dataclass(frozen=True)
class Span:
    """Service in a span of days."""

    start: date
    end: date
    people: int
    times: int
    minutes: int


@dataclass(frozen=True)
class Effect:
    """Before and after the shop opened, over two spans of equal length, and what the
    prizes cost that were fetched in the second."""

    before: Span
    after: Span
    given: int
    fen: int
    redeemers: int

    @property
    def fen_per_hour(self) -> int | None:
        minutes = self.after.minutes
        return (
            self.fen * 60 // minutes
            if minutes and self.after.people >= PUBLIC
            else None
        )


def effect(s: Shop) -> Effect | None:
    """None while the shop has not been open for a day."""
    w = rules.windows(s.opened_on, today())
    if w is None:
        return None
    start, end = at_local(w.opened, time()), at_local(w.after, time())
    given = Redemption.objects.filter(
        shop=s, state__in=rules.GIVEN, handed_at__gte=start, handed_at__lt=end
    )
    sums = given.aggregate(
        n=Count("pk"), fen=Sum("fen"), people=Count("member", distinct=True)
    )
    return Effect(
        _span(s, w.before, w.opened), _span(s, w.opened, w.after), sums["n"],
        sums["fen"] or 0, sums["people"],
    )  # fmt: skip


def _span(s: Shop, start: date, end: date) -> Span:
    """Services at the shop's place and below: 人数 distinct people, 人次 records."""
    lo, hi = path_range(s.path)
    found = services().filter(
        path__gte=lo, path__lt=hi, occurred_on__gte=start, occurred_on__lt=end,
        member_id__isnull=False,
    )  # fmt: skip
    n = found.aggregate(
        people=Count("member_id", distinct=True), times=Count("pk"), minutes=Sum("minutes")
    )  # fmt: skip
    return Span(start, end, n["people"], n["times"], n["minutes"] or 0)


def report(actor: Actor) -> dict[str, int]:
    """T12 over all shops in sight: pieces, redemptions, wallets below zero."""
    lo, hi = path_range(actor.path or "")
    here = Q(path__gte=lo, path__lt=hi)
    open_ = Q(state__in=rules.OPEN)
    n = Redemption.objects.filter(here).aggregate(
        open=Count("pk", filter=open_),
        given=Count("pk", filter=Q(state__in=rules.GIVEN)),
        fen=Sum("fen", filter=Q(state__in=rules.GIVEN)),
    )
    stock = Prize.objects.filter(here).aggregate(n=Sum("stock"), fen=Sum(F("stock") * F("fen")))  # fmt: skip
    below = Wallet.objects.filter(here, tenths__lt=0).count()
    return {
        "open": n["open"], "given": n["given"], "fen": n["fen"] or 0,
        "stock": stock["n"] or 0, "stock_fen": stock["fen"] or 0, "below": below,
    }  # fmt: skip


def rows(e: Effect | None) -> list[tuple[str, str, str, str]]:
    """(what, before, after, difference) in words; of fewer than ten people nothing but
    that they are few."""
    if e is None:
        return []
    few = [span.people < PUBLIC for span in (e.before, e.after)]
    found = [("参与人数（不同的人）", *_shown(e.before.people, e.after.people, few))]
    found.append(("服务人次", *_shown(e.before.times, e.after.times, few)))
    hours = [span.minutes // 60 for span in (e.before, e.after)]
    found.append(("服务时长（小时）", *_shown(hours[0], hours[1], few)))
    return found


def _shown(before: int, after: int, few: list[bool]) -> tuple[str, str, str]:
    told = [
        f"<{PUBLIC}人" if hidden else f"{n:,}"
        for n, hidden in zip((before, after), few, strict=True)
    ]
    n = after - before
    sign = "+" if n > 0 else "−" if n < 0 else ""
    return told[0], told[1], "" if any(few) else f"{sign}{abs(n):,}"

"""The shop when places change (domain 8.22). Where two places with a shop become one,
the shop of the receiving one stays: prizes with their stock, and what is open, go
there."""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from baodao.acts.actor import Actor
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Write
from baodao.core.locks import one_at_a_time
from baodao.places.changes.moves import Dated, Follow, Line, Moves
from baodao.shop import ledger, rules
from baodao.shop.models import Redemption, Shop

_LIVE = ~Q(state="merged")


class Shops(Follow):
    """One shop a place."""

    def by_hand(self, moves: Moves) -> list[Line]:
        n = len(list(self._twice(moves, self._mine(moves))))
        words = "家积分超市并入接收的一方的，奖品和库存一起过去，同名的请核对"
        return [*([Line(words, n)] if n else []), *super().by_hand(moves)]

    def move(self, actor: Actor, moves: Moves) -> int:
        for old, to in list(self._twice(moves, self._mine(moves))):
            self._into(actor, moves, old, to)
        return super().move(actor, moves)

    def _into(self, actor: Actor, moves: Moves, old: Shop, to: Shop) -> None:
        prizes: list[UUID] = list(old.prizes.values_list("pk", flat=True))
        names = set(to.prizes.filter(state="offered").values_list("name", flat=True))
        both = old.prizes.filter(state="offered", name__in=names)
        # Of the same name: it is given out, and counted together by hand.
        for p in both:
            again = Write(set={"name": f"{p.name}（{old.name}）"}, data=moves.data)
            act_rows(actor, "prizes.follow_place", {p.pk: again}, now=moves.at)
        shop = Write(set={"shop": to.pk}, data=moves.data)
        if prizes:
            act_many(actor, "prizes.follow_place", prizes, shop, now=moves.at)
        held = Redemption.objects.filter(shop=old, state__in=rules.OPEN)
        ids = list(held.values_list("pk", flat=True))
        if ids:
            act_many(actor, "redemptions.follow_place", ids, shop, now=moves.at)
        over = Write(reason="place_merged", data=moves.data)
        act_many(actor, "shops.merge", [old.pk], over, now=moves.at)

    def _mine(self, moves: Moves) -> list[Shop]:
        return list(self.rows(moves).order_by("created_at", "pk"))

    def _twice(self, moves: Moves, mine: list[Shop]) -> Iterator[tuple[Shop, Shop]]:
        """(a shop that moves, the one that is at its target already)."""
        if not mine:
            return
        goes = {s.pk: t.path if (t := moves.target(s.path)) else s.path for s in mine}
        found = Shop.objects.filter(self.live, path__in=set(goes.values()))
        there = {s.path: s for s in found.exclude(pk__in=list(goes))}
        for s in mine:
            path = goes[s.pk]
            if path in there:
                yield s, there[path]
            else:
                there[path] = s


class Wallets(Follow):
    """Many at once, as the follower of the records locks them."""

    def move(self, actor: Actor, moves: Moves) -> int:
        with transaction.atomic():
            one_at_a_time(ledger.MANY)
            return super().move(actor, moves)


SHOPS = Shops(
    "家积分超市", "shop.Shop", "shops.follow_place", _LIVE, {"path": "place"},
    divided="家积分超市在要分开的地方，先归主要的一方，请核对",
)  # fmt: skip
PRIZES = Follow(
    "样奖品", "shop.Prize", "prizes.follow_place", Q(), {"path": ""}, quiet=True
)
WALLETS = Wallets("个积分账户", "shop.Wallet", "wallets.follow", Q(), {"path": ""})
REDEMPTIONS = Follow(
    "件没了结的兑换", "shop.Redemption", "redemptions.follow_place",
    Q(state__in=rules.OPEN), {"path": "", "home_path": ""},
)  # fmt: skip
DONATIONS = Follow(
    "笔没答谢的转赠", "shop.Donation", "donations.follow_place", Q(state="given"),
    {"path": ""}, quiet=True,
)  # fmt: skip
RULES = Dated(
    "条积分规定", "条积分规定两边都有，用接收的一方的", "shop.EarnRule",
    "earn_rules.follow_place", ~Q(path=""), "place", ("code",),
    ("code", "title", "measure", "kinds", "classes", "tenths", "per_minutes", "reason",
     "valid_to"),
)  # fmt: skip
# Wallets first: who redeems locks the wallet, then the prize.
ALL = (WALLETS, SHOPS, PRIZES, REDEMPTIONS, DONATIONS, RULES)

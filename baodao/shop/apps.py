from django.apps import AppConfig

from baodao.acts.access import register


class ShopConfig(AppConfig):
    name = "baodao.shop"
    verbose_name = "积分超市"

    def ready(self) -> None:
        _access()
        from baodao.people import panels, retention
        from baodao.places.changes.moves import register as register_movers
        from baodao.records import following
        from baodao.sheets import exports
        from baodao.shop import earning, links, moves, retaining, sheets

        following.register("shop", earning.follow)
        _sealed()
        register_movers(*moves.ALL)
        retention.register(*retaining.ALL)
        panels.MEMBER_LINKS.append(links.of_member)
        exports.register(**sheets.ALL)


def _sealed() -> None:
    from baodao.acts import sealing
    from baodao.shop.models import StockMove, WalletEntry

    sealing.register(
        WalletEntry, "积分超市账", at="at",
        open=("wallet_id", "kind", "source", "target", "tenths", "on", "at", "record_id",
              "rule_id", "rule_code", "redemption_id", "donation_id", "reversal_of_id"),
    )  # fmt: skip
    sealing.register(
        StockMove, "奖品收发存", at="at",
        open=("prize_id", "kind", "n", "counted", "at", "source", "redemption_id"),
        # Names and words have their time (domain 9.3).
        blankable=("giver", "by_name", "second_name", "note"),
    )  # fmt: skip


def _access() -> None:
    from baodao.shop import rules as r

    register("shop.Shop", "shops", r.SHOPS)
    register("shop.Prize", "prizes", r.PRIZES)
    register(
        "shop.Wallet", "wallets", r.WALLETS,
        conflicts=r.WALLET_CONFLICTS, messages=r.WALLET_MESSAGES,
    )  # fmt: skip
    register(
        "shop.Redemption", "redemptions", r.REDEMPTIONS,
        conflicts=r.CONFLICTS, messages=r.MESSAGES,
    )  # fmt: skip
    register("shop.Donation", "donations", r.DONATIONS)
    register("shop.EarnRule", "earn_rules", r.EARN_RULES)

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "baodao.exchange"
    verbose_name = "共建"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.duties import rules as duties
        from baodao.exchange import moves
        from baodao.exchange.agreements import rules as agreements
        from baodao.places.changes.moves import register as register_movers

        register(
            "exchange.Agreement", "agreements", agreements.ACTIONS,
            messages=agreements.MESSAGES,
        )  # fmt: skip
        register(
            "exchange.Deed", "deeds", agreements.DEED_ACTIONS,
            conflicts=agreements.DEED_CONFLICTS, messages=agreements.DEED_MESSAGES,
        )  # fmt: skip
        duties.register(
            duties.Kind(
                "agreement_item", "共建协议事项", "unit", "记完成", make_up_days=30,
                url="exchange:duty",
            )
        )  # fmt: skip
        register_movers(*moves.ALL)

        from baodao.exchange import exports, subjects
        from baodao.exchange.agreements import pages as agreement_pages
        from baodao.sheets import exports as listings

        subjects.register(agreement_pages.AGREEMENT, agreement_pages.DEED)
        listings.register(**exports.ALL)

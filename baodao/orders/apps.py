from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "baodao.orders"
    verbose_name = "点单"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.orders import rules

        register(
            "orders.Order",
            "orders",
            rules.ACTIONS,
            conflicts=rules.CONFLICTS,
            messages=rules.MESSAGES,
        )
        from baodao.orders.sources import describe
        from baodao.records.sources import register as register_source

        register_source("orders.order", describe)
        from baodao.orders.moves import ORDERS
        from baodao.places.changes.moves import register as register_movers

        register_movers(ORDERS)
        from baodao.orders.retaining import PRIVATE_TEXT
        from baodao.people import retention

        retention.register(PRIVATE_TEXT)

        from baodao.orders import sheets
        from baodao.sheets import exports

        exports.register(**sheets.ALL)
        from baodao.orders.place_pauses import would_stop
        from baodao.places.effects import register as register_effect

        register_effect(would_stop)

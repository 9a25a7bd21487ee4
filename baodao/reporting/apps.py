from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "baodao.reporting"
    verbose_name = "报到"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.reporting import rules

        register(
            "reporting.ReportIn",
            "reporting",
            rules.ACTIONS,
            conflicts=rules.CONFLICTS,
            messages=rules.MESSAGES,
        )
        from baodao.duties import rules as duty_rules
        from baodao.reporting.owing import KIND

        duty_rules.register(KIND)

        from baodao.places.changes.moves import register as register_movers
        from baodao.reporting.moves import REPORT_INS

        register_movers(REPORT_INS)

        from baodao.reporting import sheets
        from baodao.reporting.sheets import listings
        from baodao.sheets import columns, exports

        columns.register(sheets.REPORT_INS)
        exports.register(**listings.ALL)

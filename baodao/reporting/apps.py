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

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "baodao.duties"
    verbose_name = "应办"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.duties import rules

        register(
            "duties.Duty",
            "duties",
            rules.ACTIONS,
            conflicts=rules.CONFLICTS,
            messages=rules.MESSAGES,
        )
        register("duties.DutyRun", "duty_runs", rules.RUN_ACTIONS)

        from baodao.duties import sheets
        from baodao.places import basis
        from baodao.sheets import exports

        exports.register(**sheets.ALL)
        basis.register_kind("duty", basis.Kind("应办", rules.titles))

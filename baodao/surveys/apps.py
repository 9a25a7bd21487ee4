from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "baodao.surveys"
    verbose_name = "摸底"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.people import retention
        from baodao.places.changes.moves import register as register_movers
        from baodao.sheets import exports
        from baodao.surveys import rules
        from baodao.surveys.moves import ALL as MOVERS
        from baodao.surveys.retaining import WORDS
        from baodao.surveys.sheets import ALL as LISTINGS

        register("surveys.Survey", "surveys", rules.ACTIONS, messages=rules.MESSAGES)
        register("surveys.Sheet", "survey_sheets", rules.SHEETS)
        register_movers(*MOVERS)
        exports.register(**LISTINGS)
        retention.register(WORDS)

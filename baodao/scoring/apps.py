from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "baodao.scoring"
    verbose_name = "积分"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.records import following
        from baodao.scoring import rules

        register("scoring.RuleSet", "rule_sets", rules.SETS)
        register("scoring.Rule", "rules", rules.RULES)
        register("scoring.RuleComment", "rule_comments", rules.COMMENTS)
        register("scoring.Card", "cards", rules.CARDS)

        from baodao.scoring.due_process import ready as due_process_ready

        due_process_ready()

        from baodao.scoring.services import posting

        following.register("scoring", posting.post)

        from baodao.scoring import sheets
        from baodao.sheets import exports

        exports.register(**sheets.ALL)

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "baodao.scoring"
    verbose_name = "积分"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.records import following
        from baodao.scoring import rules

        register("scoring.RuleSet", "rule_sets", rules.SETS)
        register("scoring.Card", "cards", rules.CARDS)

        from baodao.scoring.services import posting

        following.register("scoring", posting.post)

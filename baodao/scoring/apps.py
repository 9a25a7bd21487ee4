from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "baodao.scoring"
    verbose_name = "积分"

    def ready(self) -> None:
        from baodao.acts import sealing
        from baodao.acts.access import register
        from baodao.records import following
        from baodao.scoring import rules

        register("scoring.RuleSet", "rule_sets", rules.SETS)
        register("scoring.Rule", "rules", rules.RULES)
        register("scoring.RuleComment", "rule_comments", rules.COMMENTS)
        register("scoring.Card", "cards", rules.CARDS)
        from baodao.scoring.wiring_evaluation import wire

        wire()

        from baodao.scoring.due_process import ready as due_process_ready
        from baodao.scoring.models import Entry

        due_process_ready()

        from baodao.scoring.services import posting

        sealing.register(
            Entry, "积分", at="posted_at",
            open=("card_id", "rule_id", "code", "record_id", "source_id", "quantity",
                  "occurred_on", "posted_at", "late"),
            forgotten_by="retention.run",
        )  # fmt: skip

        following.register("scoring", posting.post)

        from baodao.places.changes.moves import register as register_movers
        from baodao.scoring.moves_cards import CARDS

        register_movers(CARDS)

        from baodao.places import basis
        from baodao.scoring import defaults

        basis.register_kind("rule", basis.Kind("积分规则", defaults.titles))

        from baodao.scoring import sheets
        from baodao.sheets import exports

        exports.register(**sheets.ALL)

        from baodao.scoring import ready_health

        ready_health.ready()

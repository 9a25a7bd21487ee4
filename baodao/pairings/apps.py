from django.apps import AppConfig


class PairingsConfig(AppConfig):
    name = "baodao.pairings"
    verbose_name = "包联"

    def ready(self) -> None:
        self._bonds()
        self._visits()

    def _bonds(self) -> None:
        from baodao.acts.access import register
        from baodao.pairings import rules

        register(
            "pairings.HouseholdPairing",
            "pairings",
            rules.ACTIONS,
            conflicts=rules.CONFLICTS,
            messages=rules.MESSAGES,
        )
        register("pairings.EstatePairing", "estates_paired", rules.ESTATE_ACTIONS)
        register("pairings.Consent", "consents", rules.CONSENT_ACTIONS)
        register("pairings.Apart", "apart", rules.APART_ACTIONS)

    def _visits(self) -> None:
        from baodao.acts.access import register
        from baodao.pairings import visit_rules

        register(
            "pairings.Visit",
            "visits",
            visit_rules.ACTIONS,
            conflicts=visit_rules.CONFLICTS,
            messages=visit_rules.MESSAGES,
        )

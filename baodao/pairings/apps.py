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
        self._plans()

        from baodao.pairings import moves, panels, retaining, sheets
        from baodao.people import retention
        from baodao.people.panels import MEMBER_LINKS, UNIT_LINKS
        from baodao.places import panels as place_panels
        from baodao.places.changes.moves import register as register_movers
        from baodao.sheets import exports

        register_movers(*moves.ALL)
        retention.register(*retaining.ALL)
        place_panels.register(panels.at_place)
        UNIT_LINKS.append(panels.of_unit)
        MEMBER_LINKS.append(panels.of_member)
        exports.register(**sheets.ALL)

    def _plans(self) -> None:
        from baodao.acts.access import register
        from baodao.pairings import plan_rules

        register("pairings.PairingRun", "pair_runs", plan_rules.RUN_ACTIONS)
        register(
            "pairings.PairingPlan", "pair_plans", plan_rules.PLAN_ACTIONS,
            messages=plan_rules.PLAN_MESSAGES,
        )  # fmt: skip
        register("pairings.PlannedPair", "planned", plan_rules.PAIR_ACTIONS)

    def _visits(self) -> None:
        from baodao.acts.access import register
        from baodao.duties import rules as duties
        from baodao.pairings import visits_flow

        register(
            "pairings.Visit",
            "visits",
            visits_flow.ACTIONS,
            conflicts=visits_flow.CONFLICTS,
            messages=visits_flow.MESSAGES,
        )
        register("pairings.HouseholdPairing", "pairings", visits_flow.AROUND)
        duties.register(
            duties.Kind(
                "visit_month", "每月走访", "member", "记走访", remind=(20, 10, 3),
                meets=True, url="pairings:visit_duty",
            ),
            duties.Kind(
                "visit_festival", "节日走访", "member", "记走访", remind=(2,), opening=True,
                meets=True, url="pairings:visit_duty",
            ),
            duties.Kind(
                # Two reminders, and three days after the second (7.1 M_DED_IGNORED).
                "visit_need", "有事走访", "member", "记走访", make_up_days=3, remind=(1, 0),
                meets=True, url="pairings:visit_duty",
            ),
        )  # fmt: skip
        from baodao.pairings import visits_sheets
        from baodao.sheets import exports

        exports.register(**visits_sheets.ALL)

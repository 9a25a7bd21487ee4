from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "baodao.people"
    verbose_name = "单位与党员"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.people import rules

        register("people.Unit", "units", rules.UNIT_ACTIONS)
        register("people.PartyOrg", "orgs", rules.ORG_ACTIONS)
        register("people.ContactTie", "ties", rules.TIE_ACTIONS)
        register("people.Person", "persons", rules.PERSON_ACTIONS)
        register("people.Member", "members", rules.MEMBER_ACTIONS)
        register("people.Exemption", "exemptions", rules.EXEMPTION_ACTIONS)
        register("people.Resident", "residents", rules.RESIDENT_ACTIONS)
        register(
            "people.RoleTie",
            "roles",
            rules.ROLE_ACTIONS,
            conflicts=rules.ROLE_CONFLICTS,
            messages=rules.ROLE_MESSAGES,
        )
        register(
            "people.Account",
            "accounts",
            rules.ACCOUNT_ACTIONS,
            conflicts=rules.ACCOUNT_CONFLICTS,
        )
        register("people.RetentionHold", "retention_holds", rules.HOLD_ACTIONS)
        register("people.RetentionRun", "retention", rules.RUN_ACTIONS)
        from baodao.people import retention

        retention.register(*retention.LOGS)
        from baodao.people import middleware, moves, panels, queries, sheets
        from baodao.places.changes.moves import register as register_movers
        from baodao.places.panels import register as register_panel
        from baodao.places.services import ASK_BEFORE

        ASK_BEFORE["close"].append(queries.why_not_close)
        ASK_BEFORE["unpoint"].append(queries.why_not_unpoint)
        register_panel(panels.at_place)
        register_movers(*moves.ALL)

        from baodao.people.sheets import listings
        from baodao.sheets import actors, columns, exports

        columns.register(sheets.UNITS, sheets.MEMBERS)
        exports.register(**listings.ALL)
        actors.register(
            middleware.actor_again, queries.place_of, middleware.actors_named
        )

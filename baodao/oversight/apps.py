from django.apps import AppConfig

from baodao.acts.access import register


class OversightConfig(AppConfig):
    name = "baodao.oversight"
    verbose_name = "督办督查"

    def ready(self) -> None:
        _access()
        from baodao.duties.rules import Kind
        from baodao.duties.rules import register as register_kinds
        from baodao.oversight.moves import ALL as MOVERS
        from baodao.oversight.policies import queries
        from baodao.oversight.policies.sheets import ALL as POLICY_LISTINGS
        from baodao.oversight.sheets import ALL as LISTINGS
        from baodao.places import basis
        from baodao.places.changes.moves import register as register_movers
        from baodao.sheets import exports

        # What is late is owed for a year still: a directive does not lapse by itself.
        register_kinds(
            *(
                Kind(code, "工作要求", debtor, "去办", 365, True, "oversight:duty", (3, 1))
                for code, debtor in (
                    ("directive", "community"), ("directive_unit", "unit"),
                    ("directive_township", "township"), ("directive_county", "county"),
                )
            )
        )  # fmt: skip
        register_movers(*MOVERS)
        basis.register(queries.basis)
        exports.register(**LISTINGS, **POLICY_LISTINGS)


def _access() -> None:
    from baodao.oversight import rules as r
    from baodao.oversight.policies import rules as p

    register("oversight.Directive", "directives", r.DIRECTIVES)
    register(
        "oversight.DirectiveItem",
        "directive_items",
        r.ITEMS,
        conflicts=r.CONFLICTS,
        messages=r.MESSAGES,
    )
    register("oversight.Policy", "policies", p.POLICIES)
    register("oversight.PolicyReceipt", "policy_receipts", p.RECEIPTS)
    register("oversight.ClauseLink", "policy_links", p.LINKS)

from django.apps import AppConfig


class AllocationConfig(AppConfig):
    name = "baodao.allocation"
    verbose_name = "联系点分配"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.allocation import rules

        register(
            "allocation.AllocationPlan",
            "allocation",
            rules.PLAN_ACTIONS,
            messages=rules.MESSAGES,
        )
        register("allocation.AllocationPair", "allocated", rules.PAIR_ACTIONS)

        from baodao.allocation import sheets
        from baodao.sheets import exports

        exports.register(**sheets.ALL)

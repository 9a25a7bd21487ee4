from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "baodao.exchange"
    verbose_name = "共建"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.duties import rules as duties
        from baodao.exchange import moves, retaining
        from baodao.exchange.agreements import rules as agreements
        from baodao.exchange.lists import rules as lists
        from baodao.exchange.pool import rules as pool
        from baodao.exchange.projects import rules as projects
        from baodao.people import retention
        from baodao.places.changes.moves import register as register_movers

        register(
            "exchange.Agreement", "agreements", agreements.ACTIONS,
            messages=agreements.MESSAGES,
        )  # fmt: skip
        register(
            "exchange.Deed", "deeds", agreements.DEED_ACTIONS,
            conflicts=agreements.DEED_CONFLICTS, messages=agreements.DEED_MESSAGES,
        )  # fmt: skip
        register("exchange.Voice", "voices", agreements.VOICE_ACTIONS)
        for model, prefix, rows in (
            ("Need", "needs", lists.NEED_ACTIONS),
            ("Resource", "resources", lists.RESOURCE_ACTIONS),
            ("Booking", "bookings", lists.BOOKING_ACTIONS),
            ("ListProject", "listprojects", lists.PROJECT_ACTIONS),
            ("ListEdition", "editions", lists.EDITION_ACTIONS),
        ):
            register(f"exchange.{model}", prefix, rows)
        register(
            "exchange.CoProject", "coprojects", projects.PROJECT_ACTIONS,
            messages=projects.PROJECT_MESSAGES,
        )  # fmt: skip
        register(
            "exchange.KeyProblem", "problems", projects.PROBLEM_ACTIONS,
            messages=projects.PROBLEM_MESSAGES,
        )  # fmt: skip
        register(
            "exchange.PoolEntry", "pool", pool.ACTIONS, conflicts=pool.CONFLICTS,
            messages=pool.MESSAGES,
        )  # fmt: skip
        duties.register(
            duties.Kind(
                projects.PROJECT_QUOTA, "年度合作项目", "unit", "看年度项目",
                make_up_days=0, confirms=False, url="exchange:quota",
            ),
            duties.Kind(
                projects.PROBLEM_QUOTA, "年度难点问题", "unit", "看难点问题",
                make_up_days=0, confirms=False, url="exchange:quota",
            ),
            duties.Kind(
                "lists", "季度清单", "unit", "报清单", make_up_days=0, confirms=False,
                url="exchange:hand_in",
            ),
            duties.Kind(
                "agreement_item", "共建协议事项", "unit", "记完成", make_up_days=30,
                url="exchange:duty",
            )
        )  # fmt: skip
        register_movers(*moves.ALL)
        retention.register(*retaining.ALL)

        from baodao.exchange import exports, subjects
        from baodao.exchange.agreements import pages as agreement_pages
        from baodao.exchange.lists import pages as list_pages
        from baodao.exchange.pool import pages as pool_pages
        from baodao.exchange.projects import pages as project_pages
        from baodao.sheets import exports as listings

        subjects.register(
            agreement_pages.AGREEMENT, agreement_pages.DEED, list_pages.NEED,
            list_pages.RESOURCE, list_pages.BOOKING, list_pages.PROJECT,
            project_pages.PROJECT, project_pages.PROBLEM, pool_pages.POOL,
        )  # fmt: skip
        listings.register(**exports.ALL)

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "baodao.activities"
    verbose_name = "活动"

    def ready(self) -> None:
        from baodao.activities import rules
        from baodao.acts.access import register

        register(
            "activities.Activity", "activities", rules.ACTIONS,
            conflicts=rules.CONFLICTS, messages=rules.MESSAGES,
        )  # fmt: skip
        from baodao.activities import sources
        from baodao.records.sources import register as register_source

        register_source("activities.activity", sources.describe)
        register_source("activities.participation", sources.describe_parts)
        register_source("activities.turn", sources.describe_turns)
        register("activities.Participation", "participations", rules.PART_ACTIONS)
        register("activities.Venue", "venues", rules.VENUE_ACTIONS)
        register("activities.Carrier", "carriers", rules.CARRIER_ACTIONS)
        register("activities.Priority", "priorities", rules.PRIORITY_ACTIONS)
        register("activities.Target", "targets", rules.TARGET_ACTIONS)
        register("activities.Feed", "feeds", rules.FEED_ACTIONS)
        said = rules.POST_MESSAGES
        register("activities.Post", "posts", rules.POST_ACTIONS)
        register(
            "activities.Holding", "holdings", rules.HOLD_ACTIONS,
            conflicts=rules.HOLD_CONFLICTS, messages=said,
        )  # fmt: skip
        register(
            "activities.Turn", "turns", rules.TURN_ACTIONS,
            conflicts=rules.TURN_CONFLICTS, messages=said,
        )  # fmt: skip

        from baodao.activities.moves import ACTIVITIES, HOLDINGS, POSTS, VENUES
        from baodao.places.changes.moves import register as register_movers

        register_movers(VENUES, ACTIVITIES, POSTS, HOLDINGS)

        from baodao.activities.party_days import PARTY_DAY, REVIEW
        from baodao.duties import rules as duty_rules

        duty_rules.register(PARTY_DAY, REVIEW)

        from baodao.activities import sheets
        from baodao.sheets import exports

        exports.register(**sheets.ALL)

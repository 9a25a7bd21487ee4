from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "baodao.places"
    verbose_name = "地方"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.places import rules

        register("places.Place", "places", rules.PLACE_ACTIONS)
        register("places.PlaceChange", "changes", rules.CHANGE_ACTIONS)
        register("places.Estate", "estates", rules.ESTATE_ACTIONS)
        register("places.Household", "households", rules.HOUSEHOLD_ACTIONS)
        register("places.Setting", "settings", rules.SETTING_ACTIONS)
        register("places.LocalDay", "days", rules.DAY_ACTIONS)
        register("places.Pause", "pauses", rules.PAUSE_ACTIONS)

        from baodao.places.changes import moves, own

        moves.register(
            own.ESTATES, own.HOUSEHOLDS, own.SETTINGS, own.DAYS, own.Pauses()
        )

        from baodao.places import basis, settings, sheets
        from baodao.places.sheets import listings, nation
        from baodao.sheets import columns, console, exports

        basis.register_kind("setting", basis.Kind("设置", settings.titles))
        columns.register(sheets.PLACES, sheets.HOUSEHOLDS)
        exports.register(**listings.ALL)
        console.SOURCES.append(nation.NATION)

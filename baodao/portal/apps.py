from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "baodao.portal"

    def ready(self) -> None:
        from baodao.portal import nav

        nav.register()

        from baodao.portal import sheets
        from baodao.sheets import exports

        exports.register(**sheets.ALL)

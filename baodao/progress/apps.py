from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "baodao.progress"
    verbose_name = "进展"

    def ready(self) -> None:
        from baodao.progress import sheets
        from baodao.sheets import exports

        exports.register(**sheets.ALL)

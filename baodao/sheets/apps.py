from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "baodao.sheets"
    verbose_name = "导入导出"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.sheets import exports, listings, rules

        register("sheets.ImportRun", "imports", rules.IMPORT_ACTIONS)
        register("sheets.Export", "exports", rules.EXPORT_ACTIONS)
        exports.register(**listings.ALL)

from django.apps import AppConfig


class StatsConfig(AppConfig):
    name = "baodao.stats"
    verbose_name = "统计"

    def ready(self) -> None:
        from baodao.sheets import exports
        from baodao.stats.sheets import figure_rows
        from baodao.stats.sheets_activities import activity_rows
        from baodao.stats.sheets_participation import participation_rows

        exports.register(
            order_figure=figure_rows,
            activity_figure=activity_rows,
            participation=participation_rows,
        )

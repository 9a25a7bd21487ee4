from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "baodao.activities"
    verbose_name = "活动"

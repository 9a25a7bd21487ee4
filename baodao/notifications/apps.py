from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "baodao.notifications"

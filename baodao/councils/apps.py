from django.apps import AppConfig


class CouncilsConfig(AppConfig):
    name = "baodao.councils"
    verbose_name = "共商共治"

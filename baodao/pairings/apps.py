from django.apps import AppConfig


class PairingsConfig(AppConfig):
    name = "baodao.pairings"
    verbose_name = "包联"

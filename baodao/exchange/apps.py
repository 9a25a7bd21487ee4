from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "baodao.exchange"
    verbose_name = "共建"

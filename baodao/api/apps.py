from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "baodao.api"
    verbose_name = "接口"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.api import rules

        register("api.ApiToken", "tokens", rules.TOKEN_ACTIONS)

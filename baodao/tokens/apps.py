from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "baodao.tokens"
    verbose_name = "接口令牌"

    def ready(self) -> None:
        from baodao.acts.access import register
        from baodao.tokens import rules

        register("tokens.ApiToken", "tokens", rules.TOKEN_ACTIONS)

from django.apps import AppConfig


class ActsConfig(AppConfig):
    name = "baodao.acts"

    def ready(self) -> None:
        from baodao.acts.models import Event, Forgotten
        from baodao.acts.sealing import register

        # Names, reasons, old values and the path (which may end at a door) stay closed.
        register(
            Event, "办理经过", at="at",
            open=("at", "action", "kind", "object_id", "from_state", "to_state",
                  "actor_account", "actor_person", "actor_unit", "actor_role"),
            forgotten_by="retention.run",
        )  # fmt: skip
        register(
            Forgotten, "到期删除", at="at", open=("at", "seq", "ledger", "positions")
        )

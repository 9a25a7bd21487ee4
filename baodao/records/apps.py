from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "baodao.records"

    def ready(self) -> None:
        from baodao.acts.sealing import register
        from baodao.records.models import Record

        register(
            Record, "服务记录",
            open=("kind", "channel", "member_id", "unit_id", "occurred_on", "minutes",
                  "quantity", "source_kind", "source_id", "source_round",
                  "confirmed_at", "confirmed_how", "reversal_of_id"),
        )  # fmt: skip

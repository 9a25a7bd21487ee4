from django.db import models
from django.db.models import F, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import now
from baodao.core.fields import CText
from baodao.core.ids import uuid7
from baodao.exchange.pool import rules
from baodao.people.models import Unit
from baodao.places.models import Place


class PoolEntry(Acted):
    """A fund, a resource or a project in a township's pool (A32). `place` is the
    community it is for, or the township; money in fen, of which never more is used
    than there is. `source` names who gives it when that is no unit known here."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))
    FLOW = rules.FLOW

    number = models.TextField("编号")
    kind = models.TextField("种类", choices=list(rules.KINDS.items()))
    title = models.TextField("名称")
    state = models.TextField("状态", default="committed")
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name="用在哪里", db_index=False
    )
    path = CText()
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_index=False
    )
    source = models.TextField("来源", default="", blank=True)
    purpose = models.TextField("用途")
    amount_fen = models.BigIntegerField("金额", default=0)
    used_fen = models.BigIntegerField("已用", default=0)
    quantity = models.TextField("数量或内容", default="", blank=True)
    due_on = models.DateField("答应到位的日期")
    delivered_on = models.DateField("到位日期", null=True)
    delivered_by = models.UUIDField(null=True)
    clock_from = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="pool_state_known"
            ),
            models.CheckConstraint(
                condition=Q(used_fen__gte=0, used_fen__lte=F("amount_fen")),
                name="pool_never_below_zero",
            ),
            models.CheckConstraint(
                condition=~Q(kind="fund") | Q(amount_fen__gt=0),
                name="pool_fund_has_amount",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="pool_by_place"),
            models.Index(fields=["unit"], name="pool_by_unit"),
        ]

    def __str__(self) -> str:
        return f"池 {self.number}"


class PoolUse(models.Model):
    """What was used of an entry, once: when, how much, for what. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(PoolEntry, models.PROTECT, related_name="uses")
    used_on = models.DateField("日期")
    amount_fen = models.BigIntegerField("金额", default=0)
    use = models.TextField("用在哪里")
    by = models.TextField("经手", default="")

    class Meta:
        ordering = ["used_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gte=0), name="pool_use_amount"
            )
        ]

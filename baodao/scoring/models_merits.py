"""Merits that a community registers."""

from django.db import models
from django.db.models import F, Q

from baodao.acts.access import Columns
from baodao.core.clock import local
from baodao.scoring import rules_merits as rules
from baodao.scoring.models_deductions import Concerns
from baodao.scoring.rules_rates import RATES, said


class Merit(Concerns):
    """A merit of a member or a unit. `deed`: of several commendations for one deed only
    the highest counts. `quantity`: the level of a commendation, the months of a role, a
    rate in per mille. `source_id` and `key`: a role and its half-year, a tie and the rate
    of its year, which are there once. `start_at`, `end_at`: of a shift."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})
    FLOW = rules.FLOW

    state = models.TextField("状态", default="registered")
    kind = models.TextField("种类", choices=list(rules.KINDS.items()))
    deed = models.TextField("哪件事")
    document = models.TextField("文件和文号", default="", blank=True)
    quantity = models.SmallIntegerField(default=1)
    occurred_on = models.DateField("日期")
    start_at = models.DateTimeField("到岗", null=True)
    end_at = models.DateTimeField("离岗", null=True)
    source_id = models.UUIDField(null=True)
    key = models.TextField(default="", blank=True)
    registered_by = models.UUIDField(null=True)
    registrar = models.TextField("登记", default="系统")
    decider = models.TextField("确认", default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField("不确认的原因", default="", blank=True)
    record_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="merit_state_known"
            ),
            models.CheckConstraint(
                condition=Q(subject="unit", member=None, unit__isnull=False)
                | Q(subject="member", member__isnull=False, unit=None),
                name="merit_has_its_subject",
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", record_id__isnull=False)
                | ~Q(state="confirmed") & Q(record_id=None),
                name="merit_counts_while_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(kind="emergency", end_at__gt=F("start_at"))
                | ~Q(kind="emergency") & Q(start_at=None, end_at=None),
                name="merit_shift_has_its_time",
            ),
            models.UniqueConstraint(
                fields=["source_id", "key"],
                condition=Q(source_id__isnull=False),
                name="merit_once_per_role_and_half",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="merit_by_place"),
            models.Index(fields=["member"], name="merit_by_member"),
            models.Index(fields=["unit"], name="merit_by_unit"),
        ]

    def __str__(self) -> str:
        return self.deed

    @property
    def says(self) -> str:
        """街道（乡镇）级; 6个月; 96.2%; 20:00–02:30."""
        if self.kind == "commendation":
            return f"{rules.LEVELS[self.quantity]}级"
        if self.kind in RATES:
            return said(self.quantity)
        if self.start_at and self.end_at:
            return f"{local(self.start_at):%H:%M}–{local(self.end_at):%H:%M}"
        return f"{self.quantity}个月" if self.kind == "role" else ""


__all__ = ["Merit"]

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import today
from baodao.core.fields import CText
from baodao.core.ids import uuid7
from baodao.people.models import Member, Unit
from baodao.places.models import Place
from baodao.reporting import rules


class ReportIn(Acted):
    """One report-in 报到 of a member or a unit at one place, in one channel.

    `unit_id` is whose unit desk it belongs to: the member's unit, or the reporting
    unit itself. Clock: `due_at` belongs to the present state and started at
    `clock_from`. `previous` is the report-in that this one moves away from."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})
    FLOW = rules.FLOW

    receipt_no = models.TextField("报到编号")
    state = models.TextField("状态", default="submitted")
    channel = models.TextField("渠道", choices=list(rules.CHANNELS.items()))
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="report_ins",
        db_index=False,
    )  # fmt: skip
    subject_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="report_ins",
        db_index=False,
    )  # fmt: skip
    unit_id = models.UUIDField(null=True)
    point = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name="报到地", db_index=False
    )
    path = CText()
    method = models.TextField(
        "方式", choices=list(rules.METHODS.items()), default="self"
    )
    reported_on = models.DateField("报到日期", default=today)

    head_name = models.TextField("党组织负责人", default="", blank=True)
    liaison_name = models.TextField("联络员", default="", blank=True)
    head_count = models.IntegerField("在职党员数", default=0)
    edition = models.SmallIntegerField("清单版次", default=1)
    skills = ArrayField(models.TextField(), default=list, blank=True)
    posts = ArrayField(models.TextField(), default=list, blank=True)
    service_classes = ArrayField(models.TextField(), default=list, blank=True)
    availability = ArrayField(models.TextField(), default=list, blank=True)

    clock_from = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    chased_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    confirmed_on = models.DateField("最近确认", null=True)
    reconfirm_due = models.DateField("下次确认", null=True)
    transfer_to = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="转往",
        db_index=False,
    )
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    ended_on = models.DateField(null=True)
    end_reason = models.TextField(
        "结束原因", choices=list(rules.END_REASONS.items()), default="", blank=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="report_in_state_known"
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=False, subject_unit=None)
                | Q(member=None, subject_unit__isnull=False, channel="unit"),
                name="report_in_one_subject",
            ),
            models.CheckConstraint(
                condition=~Q(state="ended")
                | (~Q(end_reason="") & Q(ended_on__isnull=False)),
                name="report_in_end_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=rules.LIVE)
                | Q(accepted_at__isnull=False, reconfirm_due__isnull=False),
                name="report_in_live_was_accepted",
            ),
            models.CheckConstraint(
                condition=~Q(state="transfer_pending") | Q(transfer_to__isnull=False),
                name="report_in_transfer_has_target",
            ),
            models.UniqueConstraint(
                fields=["member", "channel"],
                condition=Q(state__in=rules.LIVE),
                name="report_in_one_live_per_channel",
            ),
            models.UniqueConstraint(
                fields=["member", "channel"],
                condition=Q(state__in=rules.WAITING),
                name="report_in_one_waiting_per_channel",
            ),
            models.UniqueConstraint(
                fields=["subject_unit", "point"],
                condition=~Q(state="ended"),
                name="report_in_one_per_unit_and_point",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state", "due_at"], name="report_in_by_place"),
            models.Index(fields=["unit_id", "state"], name="report_in_by_unit"),
            models.Index(fields=["member", "channel"], name="report_in_by_member"),
            models.Index(
                fields=["due_at"],
                name="report_in_overdue",
                condition=Q(state="submitted"),
            ),
            models.Index(
                fields=["due_at"],
                name="report_in_to_chase",
                condition=Q(state__in=rules.TIMED),
            ),
            models.Index(
                fields=["reconfirm_due"],
                name="report_in_to_confirm",
                condition=Q(state__in=rules.LIVE),
            ),
        ]

    def __str__(self) -> str:
        return f"报 {self.receipt_no}"


class ReportInItem(models.Model):
    """A need or a resource that a unit brought along (L05). Rows are never changed:
    handing in anew writes the next edition, `ReportIn.edition` names the present."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    report_in = models.ForeignKey(ReportIn, models.PROTECT, related_name="items")
    edition = models.SmallIntegerField(default=1)
    position = models.SmallIntegerField(default=0)
    kind = models.TextField(choices=list(rules.ITEM_KINDS.items()))
    title = models.TextField("名称")
    quantity = models.TextField("数量或内容", default="", blank=True)
    conditions = models.TextField("时间、条件", default="", blank=True)

    class Meta:
        ordering = ["kind", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["report_in", "edition", "kind", "position"],
                name="report_in_item_once",
            )
        ]

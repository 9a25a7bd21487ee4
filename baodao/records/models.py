import pgtrigger
from django.db import models
from django.db.models import F, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.fields import CText

CHANNELS = {"unit": "单位联系点", "residence": "居住地"}


class Record(Acted):
    """One person's confirmed outcome. `source_kind` and `source_id` name what it
    came from (an order, later a visit or an activity), `source_round` counts how often
    it was reopened; `unit_id` is the person's
    unit on that day. A record without a member is a unit's own."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})
    KINDS = {
        "order_served": "办成点单",
        "visit": "走访",
        "activity": "参加活动",
        "post": "认岗服务",
        "project": "共建项目",
        "key_problem": "重点难点问题",
        "agreement_item": "共建协议事项",
        "meeting": "联席会议",
        "resource": "提供资源",
        "duty_missed": "应办没做",
    }

    kind = models.TextField(choices=list(KINDS.items()))
    channel = models.TextField(choices=list(CHANNELS.items()))
    path = CText()
    place_id = models.UUIDField()
    member_id = models.UUIDField(null=True)
    unit_id = models.UUIDField(null=True)
    occurred_on = models.DateField()
    start_at = models.DateTimeField(null=True)
    end_at = models.DateTimeField(null=True)
    minutes = models.IntegerField(default=0)
    work_time = models.BooleanField(default=False)
    source_kind = models.TextField()
    source_id = models.UUIDField()
    source_round = models.SmallIntegerField(default=0)
    source_class = models.TextField(default="")
    confirmed_at = models.DateTimeField()
    confirmed_how = models.TextField()
    confirmed_by = models.UUIDField(null=True)
    reversal_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="reversals", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=0), name="record_minutes"),
            models.UniqueConstraint(
                fields=["reversal_of"], name="record_reversed_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "source_id", "source_round", "member_id"],
                condition=Q(reversal_of=None),
                name="record_once_per_source",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["path", "occurred_on"], name="record_by_place"),
            models.Index(fields=["member_id", "occurred_on"], name="record_by_member"),
            models.Index(fields=["unit_id", "occurred_on"], name="record_by_unit"),
            models.Index(F("source_id"), name="record_by_source"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

from datetime import datetime
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Func, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.fields import CText, TransactionId
from baodao.core.jobs import wakes

CHANNELS = {"unit": "单位联系点", "residence": "居住地"}


class Record(Acted):
    """One person's confirmed outcome. `source_kind` and `source_id` name what it
    came from (an order, a visit, an activity), `source_round` counts how often it was
    reopened, below 0 where it was taken back and `restored`; `unit_id` is the person's unit on that day. A record without a member is a
    unit's own. `quantity` is what is counted besides minutes: a rating 1–5, the months
    of a post, the level of a commendation, a rate in per mille; 1 where once is once."""

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
        "rating": "居民评价",
        "role": "小区任职",
        "merit": "登记的成绩",
        "emergency": "应急值守",
        "rate": "全年比率",
        "duty_missed": "应办没做",
        "breach": "核实的问题",
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
    quantity = models.IntegerField(default=1)
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
    xid = TransactionId(db_default=Func(function="pg_current_xact_id"), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=0), name="record_minutes"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0), name="record_quantity"
            ),
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
            models.Index(fields=["xid", "id"], name="record_in_commit_order"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            wakes("follow_records", "records.follow"),
        ]


# What somebody did for somebody; the other kinds say something about it.
SERVICES = (
    "order_served", "visit", "activity", "post", "project", "key_problem",
    "agreement_item", "meeting", "resource", "emergency",
)  # fmt: skip


def services() -> models.QuerySet[Record]:
    """Services that stand: neither reversals nor what was reversed."""
    return Record.objects.filter(reversal_of=None, reversals=None, kind__in=SERVICES)


def reversal(record: Record, now: datetime) -> Record:
    """The row that takes a record back."""
    return _again(record, reversal_of_id=record.id, confirmed_at=now)


def restored(record: Record) -> Record:
    """The row that puts a record back which was taken back while it was checked, and was
    found right: of its own day, confirmed when it was. Every time its round is another
    one below 0."""
    n = record.source_round
    return _again(record, source_round=-1 - n if n >= 0 else n - 100)


def _again(record: Record, **changes: Any) -> Record:
    left = ("id", "version", "created_at", "reversal_of_id", "xid")
    kept = {
        f.attname: getattr(record, f.attname)
        for f in Record._meta.concrete_fields
        if f.attname not in left
    }
    return Record(**kept | changes)


class Follower(models.Model):
    """How far a sum has read the record book: every record of a transaction before
    `upto` is in it."""

    name = models.TextField(primary_key=True)
    upto = models.BigIntegerField(default=0)

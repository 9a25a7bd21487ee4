from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import now
from baodao.core.fields import CText, SealedBytes
from baodao.core.ids import uuid7
from baodao.exchange.agreements import rules
from baodao.exchange.rules import JOINT_TYPES, MECHANISMS
from baodao.people.models import Unit
from baodao.places.models import Place


class Agreement(Acted):
    """One agreement 共建协议 of a community with one or more units (L15), in force for
    [valid_from, valid_to). `unit_ids` are its parties, in order; `signed_ids` those
    whose secretary has signed the present edition. Clock: `due_at` belongs to the
    present state. `previous` is the agreement that this one renews."""

    ACCESS = Columns(path=("path",), units=("unit_ids",))
    FLOW = rules.FLOW

    number = models.TextField("编号")
    title = models.TextField("名称")
    state = models.TextField("状态", default="draft")
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name="社区", db_index=False
    )
    path = CText()
    unit_ids = ArrayField(models.UUIDField(), verbose_name="单位")
    signed_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    edition = models.SmallIntegerField(default=1)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止")
    community_contact = models.TextField("社区联系人", default="", blank=True)
    unit_contact = models.TextField("单位联系人", default="", blank=True)
    community_side = models.TextField("社区的责任", default="", blank=True)
    unit_side = models.TextField("单位的责任", default="", blank=True)
    project = models.TextField("年度项目", default="", blank=True)
    clock_from = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True)
    filing_no = models.TextField("备案号", default="", blank=True)
    filed_on = models.DateField("备案日期", null=True)
    reminded = models.SmallIntegerField(default=0)
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="renewals"
    )
    ended_on = models.DateField("结束日期", null=True)
    end_reason = models.TextField(
        "结束原因", choices=list(rules.END_REASONS.items()), default="", blank=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="agreement_state_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")), name="agreement_term"
            ),
            models.CheckConstraint(
                condition=~Q(unit_ids=[]), name="agreement_has_a_unit"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("filed", "effective", "expired"))
                | Q(filed_on__isnull=False),
                name="agreement_in_force_was_filed",
            ),
            models.UniqueConstraint(
                fields=["previous"],
                condition=~Q(state__in=("dropped", "terminated")),
                name="agreement_renewed_once",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="agreement_by_place"),
            GinIndex(fields=["unit_ids"], name="agreement_by_unit"),
            models.Index(
                fields=["valid_to"],
                name="agreement_to_end",
                condition=Q(state="effective"),
            ),
        ]

    def __str__(self) -> str:
        return f"共 {self.number}"


class Signature(models.Model):
    """One party's hand under one edition; without a unit it is the community's. The
    name is the one of that day (domain 8.6)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="signatures")
    edition = models.SmallIntegerField()
    unit_id = models.UUIDField(null=True)
    party = models.TextField("一方")
    signer = models.TextField("签署人")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "edition", "unit_id"],
                name="agreement_signed_once",
                nulls_distinct=False,
            )
        ]


class AgreementItem(models.Model):
    """One thing that is agreed on: what, how often, by which unit, at which estate
    (L18). Rows are never changed: a revision writes the next edition, so that a duty's
    source stays what was signed. `unit_id` is the unit that signed it; its successor
    owes it afterwards."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="items")
    edition = models.SmallIntegerField(default=1)
    position = models.SmallIntegerField(default=0)
    title = models.TextField("内容")
    joint_type = models.TextField("五联", choices=list(JOINT_TYPES.items()))
    mechanism = models.TextField("四共", choices=list(MECHANISMS.items()))
    cadence = models.TextField("多久一次", choices=list(rules.CADENCES.items()))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    estate = models.ForeignKey(
        Place, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "edition", "position"], name="agreement_item_once"
            )
        ]


class Scan(models.Model):
    """The signed paper as a file, encrypted in its row, without the data that a camera
    writes into it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="scans")
    name = models.TextField("文件名")
    kind = models.TextField()
    size = models.IntegerField()
    body = SealedBytes("文件内容")
    added_at = models.DateTimeField(default=now)
    added_by = models.TextField(default="")


class Deed(Acted):
    """That an item was done once: the unit says so, the community confirms, and the
    duty and the record follow (L18). `reported_by`: the person who entered it. `nth`:
    one more than the community has refused for this duty before."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))
    FLOW = rules.DEED_FLOW

    state = models.TextField("状态", default="reported")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="deeds")
    item = models.ForeignKey(AgreementItem, models.PROTECT, related_name="deeds")
    duty_id = models.UUIDField()
    nth = models.SmallIntegerField("第几次记", default=1)
    unit_id = models.UUIDField()
    place_id = models.UUIDField()
    path = CText()
    done_on = models.DateField("哪天做的")
    people = models.IntegerField("到场居民", default=0)
    said = models.TextField("做了什么")
    reported_by = models.UUIDField(null=True)
    how = models.TextField(
        "怎么确认的", choices=list(rules.CONFIRMED_HOW.items()), default="", blank=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.DEED_STATES)), name="deed_state_known"
            ),
            models.CheckConstraint(condition=Q(people__gte=0), name="deed_people"),
            models.UniqueConstraint(
                fields=["duty_id"],
                condition=~Q(state="refused"),
                name="deed_one_live_per_duty",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="deed_by_place"),
            models.Index(fields=["unit_id", "state"], name="deed_by_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.done_on.month}月{self.done_on.day}日做的"


class Voice(Acted):
    """看到了 or 没看到: one resident's word on one time of an item (L18), for the `nth`
    try of the unit. Nobody is named: `holder` is a hash that is another one for every
    duty, so that two words of one telephone cannot be put together. `where`: the
    estate, or the community, whose notice was scanned."""

    ACCESS = Columns(path=("path",), own={"where_id": "link_id"})

    item = models.ForeignKey(
        AgreementItem, models.PROTECT, related_name="+", db_index=False
    )
    duty_id = models.UUIDField()
    nth = models.SmallIntegerField(default=1)
    where = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    said = models.TextField("看到没有", choices=list(rules.SAID.items()))
    how = models.TextField(choices=list(rules.SAID_HOW.items()))
    words = models.TextField("想说的话", default="", blank=True)
    holder = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["duty_id", "nth", "holder"], name="voice_once"
            ),
            models.CheckConstraint(
                condition=Q(said__in=list(rules.SAID)), name="voice_said_known"
            ),
        ]

"""Deductions with notice and answer, and appeals."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import now
from baodao.core.fields import CText
from baodao.core.ids import uuid7
from baodao.people.models import Member, Unit
from baodao.places.models import Place
from baodao.scoring import rules_appeals, rules_deductions
from baodao.scoring import rules_counting as counting


class Concerns(Acted):
    """Whom it concerns and where. `unit` is set of a unit's own only: what a member is
    told is not their unit's business until it stands on the card. `about_person`: of
    a member, the person, so that nobody decides about themselves."""

    subject = models.TextField("对象", choices=list(counting.SUBJECTS.items()))
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_index=False
    )
    about_person = models.UUIDField(null=True)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()

    class Meta:
        abstract = True

    @property
    def whose(self) -> str:
        return str(self.member or self.unit)


class Deduction(Concerns):
    """A deduction proposed with its rule, fact and day; `proposed_by` None is the system.
    `desk` says who decides. `kind`, `source_class` and `quantity` are what the record
    will be; `record_id` is the one that stands, `round` how many there were: each appeal
    that ends without success makes the next. `false_id`: the service that was found
    false, which is taken back with it (M_DED_FALSE)."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})
    FLOW = rules_deductions.FLOW

    state = models.TextField("状态", default="proposed")
    rule = models.ForeignKey(
        "scoring.Rule", models.PROTECT, related_name="+", db_index=False
    )
    code = models.TextField()
    kind = models.TextField()
    source_class = models.TextField(default="", blank=True)
    channel = models.TextField()
    quantity = models.IntegerField(default=1)
    source_kind = models.TextField()
    source_id = models.UUIDField()
    key = models.TextField(default="", blank=True)
    occurred_on = models.DateField("哪天的事")
    words = models.TextField("事实")
    evidence = models.TextField("依据", default="", blank=True)
    warning = models.BooleanField("只提醒", default=False)
    proposed_by = models.UUIDField(null=True)
    proposer = models.TextField("提出", default="系统")
    proposed_at = models.DateTimeField(default=now)
    answer_until = models.DateTimeField("说明截止")
    decide_until = models.DateTimeField("决定截止")
    said_all = models.BooleanField("说完了", default=False)
    desk = models.TextField(
        "谁决定", choices=list(rules_deductions.DESKS.items()), default="community"
    )
    late_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decider = models.TextField("决定", default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField("理由", default="", blank=True)
    appeal_until = models.DateTimeField("申诉截止", null=True)
    record_id = models.UUIDField(null=True)
    false_id = models.UUIDField(null=True)
    round = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules_deductions.STATES)),
                name="deduction_state_known",
            ),
            models.CheckConstraint(
                condition=Q(subject="unit", member=None, unit__isnull=False)
                | Q(subject="member", member__isnull=False, unit=None),
                name="deduction_has_its_subject",
            ),
            # Something counts exactly while it is posted.
            models.CheckConstraint(
                condition=Q(state="posted", record_id__isnull=False)
                | ~Q(state="posted") & Q(record_id=None),
                name="deduction_counts_while_posted",
            ),
            models.CheckConstraint(
                condition=Q(state__in=rules_deductions.OPEN)
                | Q(decided_at__isnull=False) & ~Q(reason=""),
                name="deduction_decided_says_why",
            ),
            models.UniqueConstraint(
                fields=["source_id", "code", "key"], name="deduction_once_per_fact"
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="deduction_by_place"),
            models.Index(fields=["member", "state"], name="deduction_by_member"),
            models.Index(fields=["unit", "state"], name="deduction_by_unit"),
            models.Index(
                fields=["decide_until"],
                name="deduction_open_by_day",
                condition=Q(state__in=rules_deductions.OPEN),
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def open(self) -> bool:
        return self.state in rules_deductions.OPEN

    @property
    def tenths(self) -> int:
        """What it takes by itself, with nothing else under the rule."""
        rule = self.rule.plain
        n = counting.award(rule, counting.quantity(rule, 0, self.quantity))
        return min(n, rule.cap or n)


class Answer(models.Model):
    """What who is concerned says of a deduction; kept beside it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    deduction = models.ForeignKey(Deduction, models.CASCADE, related_name="answers")
    at = models.DateTimeField(default=now)
    text = models.TextField("说明")
    name = models.TextField()
    noted_for = models.TextField("代记", default="", blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text


class Appeal(Concerns):
    """An appeal 申诉 against a decision: `kind` and `object_id` name what it is about
    (`services.appealing.register`). `proposed_by`, `decided_by`, `first_by` and all of
    `took_part` are the persons who took part and may not hear it. `remedy` is what is left of it when it is
    upheld in part. `settled_at`: its outcome has been carried out; until then what it is
    about has no effect."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})
    FLOW = rules_appeals.FLOW

    kind = models.TextField()
    object_id = models.UUIDField()
    title = models.TextField("对什么不服")
    state = models.TextField("状态", default="filed")
    grounds = ArrayField(models.TextField(), verbose_name="理由")
    text = models.TextField("怎么说的")
    late = models.BooleanField("过了期限", default=False)
    cause = models.TextField("迟的原因", default="", blank=True)
    oral = models.BooleanField("口头提出，社区代写", default=False)
    noted_by = models.TextField("代写人", default="", blank=True)
    filed_at = models.DateTimeField(default=now)
    proposed_by = models.UUIDField(null=True)
    decided_by = models.UUIDField(null=True)
    took_part = ArrayField(models.UUIDField(), default=list, blank=True)
    clock_from = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True)
    late_at = models.DateTimeField(null=True)
    first_by = models.UUIDField(null=True)
    first_name = models.TextField("一审", default="", blank=True)
    first_state = models.TextField(default="", blank=True)
    first_at = models.DateTimeField(null=True)
    answer = models.TextField("一审答复", default="", blank=True)
    remedy = models.TextField(default="", blank=True)
    second_until = models.DateTimeField(null=True)
    second_text = models.TextField("二审理由", default="", blank=True)
    second_at = models.DateTimeField(null=True)
    final_name = models.TextField("二审", default="", blank=True)
    final_state = models.TextField(default="", blank=True)
    final_at = models.DateTimeField(null=True)
    final_answer = models.TextField("二审答复", default="", blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules_appeals.STATES)),
                name="appeal_state_known",
            ),
            # One appeal at a time: its second instance is the same row.
            models.UniqueConstraint(
                fields=["object_id"], condition=Q(settled_at=None), name="appeal_once"
            ),
            models.CheckConstraint(
                condition=Q(first_state="") | Q(first_at__isnull=False) & ~Q(answer=""),
                name="appeal_first_says_why",
            ),
            models.CheckConstraint(
                condition=Q(final_state="")
                | Q(final_at__isnull=False) & ~Q(final_answer=""),
                name="appeal_final_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="appeal_by_place"),
            models.Index(fields=["member"], name="appeal_by_member"),
            models.Index(fields=["unit"], name="appeal_by_unit"),
            models.Index(fields=["object_id"], name="appeal_by_object"),
            models.Index(
                fields=["due_at"],
                name="appeal_unsettled",
                condition=Q(settled_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ground_words(self) -> str:
        return "、".join(rules_appeals.GROUNDS.get(g, g) for g in self.grounds)


__all__ = ["Answer", "Appeal", "Deduction"]

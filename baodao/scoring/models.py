from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import now
from baodao.core.fields import CText, TransactionId
from baodao.core.ids import uuid7
from baodao.core.memory import bump
from baodao.people.models import Member, Unit
from baodao.places.models import Place
from baodao.records.models import Record
from baodao.scoring import (
    models_evaluation,  # noqa: F401
    rules,
)
from baodao.scoring import rules_counting as counting


class RuleSet(Acted):
    """The rules of a place and all below it from `effective_from` on, until the next set
    of the same place takes over (`effective_to`). The nearest place above a community
    that has a set decides. Without a place (`path` "") it is the product's own default.
    Points are tenths."""

    ACCESS = Columns(path=("path",))
    FLOW = rules.SET_FLOW

    place = models.ForeignKey(
        Place, models.PROTECT, null=True, related_name="+", db_index=False
    )
    path = CText()
    year = models.SmallIntegerField("年度")
    number = models.SmallIntegerField("版次", default=1)
    title = models.TextField("名称")
    state = models.TextField("状态", default="draft")
    reason = models.TextField("改了什么、为什么", default="", blank=True)
    effective_from = models.DateField("执行日期", null=True)
    effective_to = models.DateField(null=True)
    comment_until = models.DateField("意见收到", null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.TextField("公布", default="", blank=True)
    base = models.SmallIntegerField("基准分", default=800)
    adds_most = models.SmallIntegerField("加分合计最多", default=200)
    excellent = models.SmallIntegerField("优秀", default=900)
    good = models.SmallIntegerField("良好", default=800)
    fair = models.SmallIntegerField("一般", default=600)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.SET_STATES)),
                name="rule_set_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=rules.IN_FORCE)
                | Q(effective_from__isnull=False),
                name="rule_set_in_force_since",
            ),
            models.CheckConstraint(
                condition=Q(fair__lt=F("good"), good__lt=F("excellent")),
                name="rule_set_grades_descend",
            ),
            # One set of a place at a time: the next one ends it.
            models.UniqueConstraint(
                fields=["path"],
                condition=Q(state="published", effective_to=None),
                name="rule_set_one_open_end",
            ),
        ]
        indexes = [models.Index(fields=["path", "state"], name="rule_set_by_place")]
        triggers = [bump("rule_sets_are_kept")]

    def __str__(self) -> str:
        return self.title

    @property
    def frame(self) -> counting.Frame:
        return counting.Frame(
            self.base, self.adds_most, self.excellent, self.good, self.fair
        )


class Rule(Acted):
    """A line of a rule set, changed while the set is a draft; once it is public nobody
    changes it. `off`: struck from this set."""

    ACCESS = Columns(path=("path",))

    path = CText(default="")
    off = models.BooleanField("不用这一条", default=False)
    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="rules")
    position = models.SmallIntegerField()
    code = models.TextField("编号")
    subject = models.TextField("对象", choices=list(counting.SUBJECTS.items()))
    sign = models.SmallIntegerField("加减", choices=[(1, "加分"), (-1, "减分")])
    title = models.TextField("事项")
    text = models.TextField("怎么算", default="", blank=True)
    tenths = models.IntegerField("分值")
    measure = models.TextField(
        "计法", choices=[(k, m.title) for k, m in counting.MEASURES.items()]
    )
    selects = ArrayField(models.TextField(), verbose_name="数哪种记录")
    per = models.IntegerField("每", default=1)
    threshold = models.IntegerField("低于", default=0)
    at_least = models.IntegerField("至少", default=0)
    min_minutes = models.IntegerField("时长至少", default=0)
    channel = models.TextField("渠道", default="", blank=True)
    own = models.BooleanField("只数单位自己的", default=False)
    period = models.TextField(
        "次数", choices=list(counting.PERIODS.items()), default="year"
    )
    first_free = models.SmallIntegerField("前几次不计", default=0)
    cap = models.IntegerField("一年最多", default=0)
    cap_group = models.TextField("合并封顶", default="", blank=True)
    ceiling = models.TextField(
        "等次最高", choices=list(counting.GRADES.items()), default="", blank=True
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "subject", "code"], name="rule_code_once"
            ),
            models.CheckConstraint(
                condition=Q(tenths__gt=0, per__gt=0), name="rule_counts_something"
            ),
            models.CheckConstraint(
                condition=Q(cap=0) | Q(cap__gte=F("tenths")), name="rule_cap_fits_one"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="public_rules_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Insert,
                func=(
                    "IF EXISTS (SELECT FROM scoring_ruleset s WHERE s.id = "
                    "coalesce(NEW.rule_set_id, OLD.rule_set_id) AND s.state <> 'draft') "
                    "THEN RAISE EXCEPTION 'rules of a public set do not change'; END IF; "
                    "RETURN coalesce(NEW, OLD);"
                ),
            ),
            bump("rules_are_kept"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def plain(self) -> counting.Rule:
        return counting.Rule(
            id=str(self.id), code=self.code, subject=self.subject, sign=self.sign,
            tenths=self.tenths, measure=self.measure, selects=tuple(self.selects),
            per=self.per, threshold=self.threshold, at_least=self.at_least,
            min_minutes=self.min_minutes, channel=self.channel, own=self.own,
            period=self.period,
            first_free=self.first_free, cap=self.cap, cap_group=self.cap_group,
            ceiling=self.ceiling, title=self.title,
        )  # fmt: skip


class RuleComment(Acted):
    """What somebody says about rules that are open for comment."""

    ACCESS = Columns(path=("path",))

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="comments")
    path = CText()
    code = models.TextField("哪一条", default="", blank=True)
    text = models.TextField("意见")
    name = models.TextField("谁")
    role = models.TextField()


class Card(Acted):
    """The score card 积分卡 of a member or a unit at a community in a year. `adds`,
    `deducts` and `score` are what its entries come to (tenths), kept for lists;
    `state`: open, decided with the year's evaluation, or frozen with the unit's end. `unit` of a member's card is
    the member's unit, whose secretary sees it."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})
    STATES = {"open": "记分中", "decided": "年度已定", "frozen": "单位已撤销，不再变动"}

    subject = models.TextField(choices=list(counting.SUBJECTS.items()))
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="score_cards", db_index=False
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="score_cards", db_index=False
    )
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    year = models.SmallIntegerField()
    state = models.TextField(choices=list(STATES.items()), default="open")
    adds = models.SmallIntegerField(default=0)
    deducts = models.SmallIntegerField(default=0)
    score = models.SmallIntegerField(default=800)
    ceiling = models.TextField(default="", blank=True)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(subject="unit", member=None, unit__isnull=False)
                | Q(subject="member", member__isnull=False),
                name="card_has_its_subject",
            ),
            models.UniqueConstraint(
                fields=["place", "year", "member"],
                condition=Q(subject="member"),
                name="card_once_per_member",
            ),
            models.UniqueConstraint(
                fields=["place", "year", "unit"],
                condition=Q(subject="unit"),
                name="card_once_per_unit",
            ),
        ]
        indexes = [
            models.Index(
                fields=["path", "year", "subject", "score"], name="card_by_place"
            ),
            models.Index(fields=["member", "year"], name="card_by_member"),
            models.Index(fields=["unit", "year", "subject"], name="card_by_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.member or self.unit} {self.year}"


class Entry(models.Model):
    """One record under one rule on one card: how much of the rule's measure. Never
    changed: what was wrong is taken back by the entry of the record's reversal, with
    the quantity negative. `late`: entered after its quarter was closed or 30 days after
    the day (补录, domain 8.23)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    card = models.ForeignKey(Card, models.PROTECT, related_name="entries")
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="+", db_index=False)
    code = models.TextField()
    record = models.ForeignKey(Record, models.PROTECT, related_name="+", db_index=False)
    source_id = models.UUIDField()
    quantity = models.IntegerField()
    occurred_on = models.DateField()
    posted_at = models.DateTimeField(default=now)
    late = models.BooleanField(default=False)
    xid = TransactionId(db_default=Func(function="pg_current_xact_id"), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record", "rule", "card"], name="entry_once_per_record"
            )
        ]
        indexes = [
            models.Index(fields=["card", "posted_at"], name="entry_by_card"),
            models.Index(fields=["xid", "id"], name="entry_in_commit_order"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.quantity}"


def rule_rows(rule_set: Any) -> list[counting.Rule]:
    """The rules of a set as plain values, in their order."""
    return [rule.plain for rule in rule_set.rules.all() if not rule.off]


# They name the card: at the end, when it is there.
from baodao.scoring.models_complaints import Complaint
from baodao.scoring.models_deductions import Answer, Appeal, Deduction
from baodao.scoring.models_health import Checkup, Draw, Letter, Quarter, Sample
from baodao.scoring.models_merits import Merit

__all__ = [
    "Answer", "Appeal", "Card", "Checkup", "Complaint", "Deduction", "Draw", "Entry", "Letter", "Merit",
    "Quarter", "Rule", "RuleComment", "RuleSet", "Sample", "rule_rows",
]  # fmt: skip

from django.db import models
from django.db.models import F, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import now, today
from baodao.core.fields import CText, SealedText
from baodao.core.ids import uuid7
from baodao.orders.models import Order
from baodao.places.models import Household, Place
from baodao.surveys import rules


class Template(models.Model):
    """A survey to start from (A06): rows, so that a district may have its own."""

    code = models.TextField(primary_key=True)
    title = models.TextField("名称")
    why = models.TextField("为什么问")
    questions = models.JSONField(default=list)
    position = models.SmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.title


class Survey(Acted):
    """A survey 摸底 of one place, or the part of one that was sent from above (`parent`).
    `questions` are frozen once it is published; `draft` is what is being written: the
    first questions, or those of the next edition. `previous`: the round before it.
    `sums`: what came of it, kept when it is closed."""

    ACCESS = Columns(path=("path",), own={"path": "community"})
    FLOW = rules.FLOW

    title = models.TextField("名称")
    why = models.TextField("为什么问")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    state = models.TextField("状态", default="draft")
    starts_on = models.DateField("开始", default=today)
    ends_on = models.DateField("截止")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts"
    )
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="later"
    )
    round = models.SmallIntegerField("轮次", default=1)
    edition = models.SmallIntegerField("版次", default=0)
    questions = models.JSONField(default=list)
    draft = models.JSONField(null=True, blank=True)
    sums = models.JSONField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    by_name = models.TextField("发起人", default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="survey_state_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="survey_has_length"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["running", "closed"]) | Q(edition__gte=1),
                name="survey_running_has_questions",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(closed_on__isnull=False, sums__isnull=False),
                name="survey_closed_has_sums",
            ),
            models.UniqueConstraint(
                fields=["parent", "path"],
                condition=Q(parent__isnull=False) & ~Q(state="dropped"),
                name="survey_one_part_per_place",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="survey_by_place"),
        ]

    def __str__(self) -> str:
        return self.title


class Edition(models.Model):
    """The questions as they were published; never changed, so that an old sheet can be
    read as it was asked."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="editions")
    number = models.SmallIntegerField()
    questions = models.JSONField(default=list)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="edition_once")
        ]


class Sheet(Acted):
    """What became of one household in a survey (of the one that was sent, not of its
    part: a household stays counted when communities merge). `answers` are codes,
    numbers and days; what was said in words is sealed (`texts`, JSON)."""

    ACCESS = Columns(path=("path",))

    survey = models.ForeignKey(
        Survey, models.PROTECT, related_name="sheets", db_index=False
    )
    household = models.ForeignKey(Household, models.PROTECT, related_name="sheets")
    path = CText()
    outcome = models.TextField("结果", choices=list(rules.OUTCOMES.items()))
    how = models.TextField("怎么答的", choices=list(rules.HOWS.items()))
    answers = models.JSONField(default=dict)
    texts = SealedText("文字")
    texted = models.JSONField(default=list)  # keys of the questions answered in words
    edition = models.SmallIntegerField(default=1)
    taken_on = models.DateField("哪天", default=today)
    tries = models.SmallIntegerField("去了几次", default=1)
    by_name = models.TextField("登记人", default="")
    by_account = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=list(rules.OUTCOMES)),
                name="sheet_outcome_known",
            ),
            models.UniqueConstraint(
                fields=["survey", "household"], name="sheet_one_per_household"
            ),
        ]
        indexes = [models.Index(fields=["survey", "path"], name="sheet_by_place")]


class FoundNeed(models.Model):
    """An order that a survey has found (A10)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="needs")
    order = models.OneToOneField(Order, models.PROTECT, related_name="survey_find")

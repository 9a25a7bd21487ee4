from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import now
from baodao.core.fields import CText
from baodao.exchange.projects import rules
from baodao.exchange.rules import JOINT_TYPES, MECHANISMS
from baodao.people.models import Unit
from baodao.places.models import Place


class CoProject(Acted):
    """A yearly cooperation project 年度党建合作项目 (L09). `tasks`: unit id → what this
    unit does; it counts for each unit with a task. `milestones`: {title, due, done}."""

    ACCESS = Columns(path=("path",), units=("unit_ids",))
    FLOW = rules.PROJECT_FLOW

    number = models.TextField("编号")
    title = models.TextField("名称")
    year = models.SmallIntegerField("年度")
    state = models.TextField("状态", default="proposed")
    joint_type = models.TextField("五联", choices=list(JOINT_TYPES.items()))
    mechanism = models.TextField("四共", choices=list(MECHANISMS.items()))
    priority = models.TextField("对应的中心工作", default="", blank=True)
    goal = models.TextField("目标", default="", blank=True)
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name="社区", db_index=False
    )
    path = CText()
    unit_ids = ArrayField(models.UUIDField())
    tasks = models.JSONField(default=dict)
    milestones = models.JSONField(default=list)
    negotiated_on = models.DateField("协商日期", null=True)
    result = models.TextField("完成情况", default="", blank=True)
    completed_on = models.DateField("办完日期", null=True)
    accepted_on = models.DateField("验收日期", null=True)
    clock_from = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.PROJECT_STATES)),
                name="coproject_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(unit_ids=[]), name="coproject_has_a_unit"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted")
                | (Q(accepted_on__isnull=False) & ~Q(result="")),
                name="coproject_accepted_with_result",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="coproject_by_place"),
            GinIndex(fields=["unit_ids"], name="coproject_by_unit"),
        ]

    def __str__(self) -> str:
        return f"联 {self.number}"


class KeyProblem(Acted):
    """A key problem 重点难点问题 (L10, L36): registered by the community, claimed by a
    unit, followed up with residents, closed; `round` counts how often it came back."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))
    FLOW = rules.PROBLEM_FLOW

    number = models.TextField("编号")
    title = models.TextField("问题")
    state = models.TextField("状态", default="registered")
    kind = models.TextField("类别", choices=list(rules.PROBLEM_KINDS.items()))
    detail = models.TextField("情况", default="", blank=True)
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name="社区", db_index=False
    )
    path = CText()
    estate = models.ForeignKey(
        Place, models.PROTECT, null=True, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_index=False
    )
    result = models.TextField("怎么解决的", default="", blank=True)
    asked = models.SmallIntegerField("回访居民", default=0)
    content = models.SmallIntegerField("其中认可的", default=0)
    round = models.SmallIntegerField(default=0)
    closed_on = models.DateField("销号日期", null=True)
    clock_from = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.PROBLEM_STATES)),
                name="problem_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="registered") | Q(unit__isnull=False),
                name="problem_in_hand_has_unit",
            ),
            models.CheckConstraint(
                condition=Q(content__gte=0, content__lte=models.F("asked")),
                name="problem_follow_up",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_on__isnull=False),
                name="problem_closed_has_day",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="problem_by_place"),
            models.Index(fields=["unit", "state"], name="problem_by_unit"),
        ]

    def __str__(self) -> str:
        return f"难 {self.number}"

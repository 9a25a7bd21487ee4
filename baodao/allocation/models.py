from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.allocation import rules
from baodao.core.fields import CText
from baodao.core.ids import uuid7
from baodao.people.models import Unit
from baodao.places.models import Place


class AllocationPlan(Acted):
    """One plan 方案 for the units and contact points of a prefecture or a county.
    `round` is the present computing; rows of earlier ones stay. `weights`: the numbers
    of `rules.WEIGHTS`, and `across`."""

    ACCESS = Columns(path=("path",))
    FLOW = rules.FLOW

    state = models.TextField("状态", default="draft")
    name = models.TextField("名称")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    path = CText()
    round = models.SmallIntegerField("试算", default=1)
    weights = models.JSONField(default=dict)
    computed_at = models.DateTimeField()
    milliseconds = models.IntegerField("试算用时", default=0)
    made_by = models.TextField("试算人", default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField("审定人", default="")
    changed = models.IntegerField("调整的单位数", default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="plan_state_known"
            )
        ]
        indexes = [models.Index(fields=["path", "computed_at"], name="plan_by_place")]

    def __str__(self) -> str:
        return self.name


class AllocationPoint(models.Model):
    """A contact point as a round saw it. `needs`: [function, weight, why, own] with
    the weight in tenths of an order, the largest first; `expected`: tenths of a unit."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(AllocationPlan, models.PROTECT, related_name="points")
    round = models.SmallIntegerField()
    point = models.ForeignKey(Place, models.PROTECT, related_name="+")
    path = CText()
    population = models.IntegerField("人口", default=0)
    expected = models.IntegerField("应有单位数（十分之一家）", default=0)
    needs = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "round", "point"], name="plan_point_once"
            )
        ]
        indexes = [
            models.Index(fields=["plan", "round", "path"], name="plan_points_in_order")
        ]


class AllocationPair(Acted):
    """Where one unit goes in one round, and where it was. `suggested` is what was
    computed; `point` differs from it when a person decided (`fixed`, with `reason` and
    `decided_by`). No `point`: there is none it may have, a person has to look.

    `extra` rows are ties that the plan leaves alone but counts: a unit's further
    points (domain 8.36), and units from outside the area. `parts`: the reasons as
    [kind, tone, title, text, points]; distances in metres; `unit_path` and `functions`
    as they were, to see whether the plan has grown old."""

    ACCESS = Columns(path=("path",))

    plan = models.ForeignKey(AllocationPlan, models.PROTECT, related_name="pairs")
    round = models.SmallIntegerField()
    path = CText()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    unit_path = CText()
    functions = ArrayField(models.TextField(), default=list)
    extra = models.BooleanField(default=False)
    was = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    suggested = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    point = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    point_path = CText(null=True)
    moved = models.BooleanField("换联系点", default=False)
    fits = models.BooleanField("职能对口", default=False)
    fixed = models.BooleanField("人工固定", default=False)
    reason = models.TextField("理由", default="", blank=True)
    decided_by = models.TextField("谁定的", default="", blank=True)
    metres = models.IntegerField(null=True)
    metres_was = models.IntegerField(null=True)
    parts = models.JSONField(default=list)
    total = models.IntegerField(default=0)
    runner = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    runner_total = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "round", "unit"],
                condition=Q(extra=False),
                name="plan_unit_once",
            ),
            models.CheckConstraint(
                condition=Q(fixed=False) | Q(point__isnull=False),
                name="pair_fixed_has_point",
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "round", "point_path"], name="pairs_by_point"),
        ]

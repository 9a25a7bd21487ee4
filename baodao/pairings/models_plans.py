"""Tables of suggested plans: one run over a district, one plan for each community, its
pairs. What stands here is only proposed; bonds are `HouseholdPairing`."""

from django.db import models
from django.db.models import Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.fields import CText
from baodao.pairings import plan_rules
from baodao.people.models import Member
from baodao.places.models import Household, Place


class PairingRun(Acted):
    """One suggestion over all communities of a county or a prefecture (L08, L37),
    computed by the worker. It knows numbers; who and which household is in the plans,
    which only the communities open."""

    ACCESS = Columns(path=("path",))
    FLOW = plan_rules.RUN_FLOW

    state = models.TextField("状态", default="computing")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    path = CText()
    made_by = models.TextField("试算人", default="")
    problem = models.TextField("没有算成的原因", default="", blank=True)
    communities = models.IntegerField("社区", default=0)
    pairs = models.IntegerField("建议", default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(plan_rules.RUN_STATES)),
                name="pair_run_state_known",
            ),
            models.UniqueConstraint(
                fields=["path"],
                condition=Q(state="computing"),
                name="pair_run_one_at_once",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "created_at"], name="pair_run_by_place")
        ]

    def __str__(self) -> str:
        return f"{self.place.name}结对试算"


class PairingPlan(Acted):
    """The suggested pairs of one community, by its own people or out of a `run`. One
    draft at a time. `homes`, `free`: households without anybody and members without
    one when it was computed; `proposed`: pairs that became bonds."""

    ACCESS = Columns(path=("path",))
    FLOW = plan_rules.PLAN_FLOW

    state = models.TextField("状态", default="draft")
    run = models.ForeignKey(
        PairingRun, models.PROTECT, null=True, blank=True, related_name="plans"
    )
    path = CText()
    made_by = models.TextField("试算人", default="")
    homes = models.IntegerField("没有人联系的户", default=0)
    free = models.IntegerField("没有联系户的党员", default=0)
    suggested = models.IntegerField("建议", default=0)
    proposed = models.IntegerField("提出结对", default=0)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.TextField("确认人", default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(plan_rules.PLAN_STATES)),
                name="pair_plan_state_known",
            ),
            models.UniqueConstraint(
                fields=["path"], condition=Q(state="draft"), name="pair_plan_one_draft"
            ),
        ]
        indexes = [
            models.Index(fields=["path", "created_at"], name="pair_plan_by_place")
        ]

    def __str__(self) -> str:
        return "结对方案"


class PlannedPair(Acted):
    """One household of a plan and the member for it. `suggested` is who was computed;
    another `member` was chosen by a person, who says why (`reason`, `decided_by`).
    `left_out`: no bond is to come of it, for one of `plan_rules.DROPS`. `parts`: the
    reasons as [kind, tone, title, text, points]."""

    ACCESS = Columns(path=("home_path",))

    plan = models.ForeignKey(
        PairingPlan, models.PROTECT, related_name="pairs", db_index=False
    )
    household = models.ForeignKey(Household, models.PROTECT, related_name="+")
    home_path = CText()
    suggested = models.ForeignKey(
        Member, models.PROTECT, related_name="+", db_index=False
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    parts = models.JSONField(default=list)
    total = models.IntegerField("分", default=0)
    reason = models.TextField("理由", default="", blank=True)
    decided_by = models.TextField("谁定的", default="", blank=True)
    left_out = models.TextField(
        "去掉的原因", choices=list(plan_rules.DROPS.items()), default="", blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "household"], name="planned_household_once"
            ),
            models.UniqueConstraint(
                fields=["plan", "member"],
                condition=Q(left_out=""),
                name="planned_member_once",
            ),
        ]

    def __str__(self) -> str:
        return f"户{self.household.number}"

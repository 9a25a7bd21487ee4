import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import today
from baodao.core.fields import CText, SealedText
from baodao.core.ids import link_token, lookup_code
from baodao.pairings import rules, visits_flow
from baodao.pairings.models_plans import PairingPlan, PairingRun, PlannedPair
from baodao.people.models import Member, Unit, period
from baodao.places.models import Household, Place

__all__ = [
    "Apart", "Consent", "EstatePairing", "HouseholdPairing", "PairingPlan", "PairingRun",
    "PlannedPair", "Visit",
]  # fmt: skip


class EstatePairing(Acted):
    """A unit looks after one key estate 重点小区 (L07, L34): one at a time, dated; an
    estate may have several units. `parts`: the reasons of the suggestion as [kind,
    tone, title, text, points]; `why`: what a person wrote who chose otherwise."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="estate_pairings", verbose_name="单位"
    )
    estate = models.ForeignKey(
        Place, models.PROTECT, related_name="estate_pairings", verbose_name="小区"
    )
    path = CText()
    parts = models.JSONField(default=list)
    why = models.TextField("理由", default="", blank=True)
    decided_by = models.TextField("谁定的", default="", blank=True)
    valid_from = models.DateField("起", default=today)
    valid_to = models.DateField("止", null=True, blank=True)
    end_reason = models.TextField(
        "结束原因", choices=list(rules.ESTATE_ENDS.items()), default="", blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(valid_to=None), name="estate_one_per_unit"
            ),
            ExclusionConstraint(
                name="estate_pairing_no_overlap",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["path", "valid_to"], name="estate_pairing_by_place")
        ]

    def __str__(self) -> str:
        return f"{self.unit} 包联 {self.estate}"


class Apart(Acted):
    """A member and a household that must not be paired: the member's own home, a
    relative's, a subordinate's (domain 6.10, 8.10)."""

    ACCESS = Columns(path=("home_path",))

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="apart", db_index=False
    )
    household = models.ForeignKey(Household, models.PROTECT, related_name="apart")
    home_path = CText()
    why = models.TextField("原因", choices=list(rules.APART.items()))
    removed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "household"],
                condition=Q(removed=False),
                name="apart_once",
            )
        ]


# Whatever way a row came in, an import or a change of divisions: not one's own home.
_NOT_APART = """
IF NEW.state IN ('proposed', 'consent_pending', 'active', 'paused') AND EXISTS (
  SELECT 1 FROM pairings_apart a WHERE a.household_id = NEW.household_id
  AND a.member_id IN (NEW.member_id, NEW.second_id) AND NOT a.removed
) THEN
  RAISE EXCEPTION 'pairing_not_apart' USING
    ERRCODE = 'check_violation', CONSTRAINT = 'pairing_not_apart';
END IF;
RETURN NEW;
"""


class HouseholdPairing(Acted):
    """A member keeps in touch with one key household 联系户 (L08, L37). `path` is the
    community's, which units and members read; `home_path` the household's own, for
    who works there. `focus` is need-to-know (domain 9.5).

    `since`: the day the household agreed; `consent_until`: the first day on which that
    no longer holds. `not_after`: the household's own hour, earlier than the district's;
    None when that one is enough. `second` goes along to a minor, or the guardian is there. The
    household comes by `token`, without an account."""

    ACCESS = Columns(
        path=("home_path",),
        unit=("unit_id",),
        own={"id": "link_id", "member_id": "member_id", "second_id": "member_id"},
    )
    FLOW = rules.FLOW

    state = models.TextField("状态", default="proposed")
    token = models.TextField("链接", default=link_token)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="pairings", verbose_name="党员",
        db_index=False,
    )  # fmt: skip
    second = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="一同走访的党员", db_index=False,
    )  # fmt: skip
    unit_id = models.UUIDField(null=True)
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="pairings", verbose_name="住户"
    )
    path = CText()
    home_path = CText()
    channel = models.TextField(
        "渠道", choices=list(rules.CHANNELS.items()), default="residence"
    )
    focus = models.TextField(
        "重点人群", choices=list(rules.FOCUS.items()), default="other"
    )
    remote = models.BooleanField("牧区或路程 2 小时以上", default=False)
    quiet_months = ArrayField(
        models.SmallIntegerField(),
        verbose_name="不走访的月份",
        default=list,
        blank=True,
    )
    phone_only = models.BooleanField("只打电话", default=False)
    not_after = models.TimeField("不晚于", null=True, blank=True)
    guardian_present = models.BooleanField("监护人在场才走访", default=False)
    parts = models.JSONField(default=list)
    why = models.TextField("理由", default="", blank=True)

    due_on = models.DateField("答复期限", null=True, blank=True)
    since = models.DateField("开始联系", null=True, blank=True)
    consent_until = models.DateField("同意有效到", null=True, blank=True)
    paused_on = models.DateField(null=True, blank=True)
    pause_reason = models.TextField(
        "暂停原因", choices=list(rules.PAUSE_REASONS.items()), default="", blank=True
    )
    reminded = models.SmallIntegerField(default=0)
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.TextField(
        "结束原因", choices=list(rules.END_REASONS.items()), default="", blank=True
    )
    # Since when nothing but the count is left of it (domain 9.3).
    forgotten_on = models.DateField(null=True, blank=True)
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="pairing_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="ended")
                | (~Q(end_reason="") & Q(ended_on__isnull=False)),
                name="pairing_end_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=rules.AGREED)
                | Q(since__isnull=False, consent_until__gt=F("since")),
                name="pairing_agreed_has_consent",
            ),
            models.CheckConstraint(
                condition=~Q(state="consent_pending") | Q(due_on__isnull=False),
                name="pairing_asked_has_limit",
            ),
            models.CheckConstraint(
                condition=~Q(state="paused")
                | (~Q(pause_reason="") & Q(paused_on__isnull=False)),
                name="pairing_pause_has_reason",
            ),
            # Minors are never visited alone (L37).
            models.CheckConstraint(
                condition=~Q(focus="minor")
                | ~Q(state__in=rules.AGREED)
                | Q(second__isnull=False)
                | Q(guardian_present=True),
                name="pairing_minor_with_adult",
            ),
            models.CheckConstraint(
                condition=Q(second=None) | ~Q(second=F("member")),
                name="pairing_second_is_another",
            ),
            models.CheckConstraint(
                condition=Q(not_after__lte=rules.NEVER_AFTER), name="pairing_not_late"
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=rules.LIVE),
                name="pairing_one_live_per_member",
            ),
            models.UniqueConstraint(fields=["token"], name="pairing_token_once"),
        ]
        indexes = [
            models.Index(fields=["home_path", "state"], name="pairing_by_place"),
            models.Index(fields=["path", "state"], name="pairing_by_community"),
            models.Index(fields=["unit_id", "state"], name="pairing_by_unit"),
            models.Index(fields=["member", "state"], name="pairing_by_member"),
            models.Index(
                fields=["second"],
                name="pairing_by_second",
                condition=Q(second__isnull=False),
            ),
            models.Index(
                fields=["due_on"],
                name="pairing_unanswered",
                condition=Q(state="consent_pending"),
            ),
            models.Index(
                fields=["consent_until"],
                name="pairing_to_renew",
                condition=Q(state__in=rules.AGREED),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="not_apart",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_NOT_APART,
            )
        ]

    def __str__(self) -> str:
        return f"户{self.household.number}"


class Consent(Acted):
    """What a household agreed to (domain 9.2): which wording (`edition`, `digest` of
    the text), in which language, written or spoken before a witness, who asked, for one
    year. `by_guardian` for a minor, `by_proxy` when a relative spoke. One that was
    withdrawn, renewed or ended is kept as the proof that it was."""

    ACCESS = Columns(path=("home_path",), own={"pairing_id": "link_id"})
    CLOSED = {
        "withdrawn": "住户撤回",
        "renewed": "已续签",
        "handed_over": "换了联系党员",
        "ended": "结对已结束",
    }

    pairing = models.ForeignKey(
        HouseholdPairing, models.PROTECT, related_name="consents"
    )
    household_id = models.UUIDField()
    member_id = models.UUIDField()
    home_path = CText()
    edition = models.TextField("文本版次")
    digest = models.TextField("文本校验码")
    language = models.TextField("语言", choices=list(rules.LANGUAGES.items()))
    way = models.TextField("方式", choices=list(rules.WAYS.items()))
    witness = SealedText("见证人")
    by_guardian = models.BooleanField("监护人代为同意", default=False)
    by_proxy = models.BooleanField("亲属代为转达", default=False)
    signer = SealedText("监护人或亲属")
    collector = models.TextField("征求人")
    collected_by = models.UUIDField(null=True)
    given_on = models.DateField("日期", default=today)
    valid_until = models.DateField("有效到")
    withdrawn_on = models.DateField("撤回日期", null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    closed_why = models.TextField(
        "为什么不再有效", choices=list(CLOSED.items()), default="", blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pairing"],
                condition=Q(closed_on=None),
                name="consent_one_open",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("given_on")), name="consent_has_length"
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | ~Q(closed_why=""),
                name="consent_closed_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["home_path"], name="consent_by_place")]


class Visit(Acted):
    """One contact of a member with the household (L39, L40), under the pairing it
    comes from. `stand_in` went instead of `member`. `order_id`: the order placed for a
    need that was found. The household confirms by a link, of which only the hash is
    kept (`token`), or by `code`. `joint_id`: two members went together, each has a
    visit of their own (8.11). `companion`: the other adult at a minor's. There is no
    photo and no position (domain 9.1)."""

    ACCESS = Columns(
        path=("home_path",),
        unit=("unit_id",),
        own={"id": "link_id", "member_id": "member_id", "stand_in_id": "member_id"},
    )
    FLOW = visits_flow.FLOW

    state = models.TextField("状态", default="done")
    pairing = models.ForeignKey(
        HouseholdPairing, models.PROTECT, related_name="visits", db_index=False
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="visits", verbose_name="党员",
        db_index=False,
    )  # fmt: skip
    stand_in = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="代为走访", db_index=False,
    )  # fmt: skip
    unit_id = models.UUIDField(null=True)
    path = CText()
    home_path = CText()
    kind = models.TextField("种类", choices=list(visits_flow.KINDS.items()))
    method = models.TextField("方式", choices=list(visits_flow.METHODS.items()))
    visited_on = models.DateField("日期", default=today)
    started_at = models.TimeField("几点", null=True, blank=True)
    minutes = models.SmallIntegerField("多久（分钟）", default=0)
    topics = ArrayField(
        models.TextField(), verbose_name="谈到的事", default=list, blank=True
    )
    household_present = models.BooleanField("住户在家", default=True)
    outcome = models.TextField(
        "结果", choices=list(visits_flow.OUTCOMES.items()), default="met"
    )
    with_adult = models.BooleanField("有监护人或另一位党员在场", default=False)
    companion = SealedText("同去的大人")
    entry = models.TextField(
        "怎样记的", choices=list(visits_flow.ENTRIES.items()), default="self"
    )
    late = models.TextField(
        "晚记", choices=list(visits_flow.LATE.items()), default="", blank=True
    )
    joint_id = models.UUIDField(null=True)
    order_id = models.UUIDField(null=True)
    note = SealedText("情况")
    # Since when only the day is left of it (domain 9.3).
    forgotten_on = models.DateField(null=True, blank=True)
    token = models.TextField("链接", default=link_token)
    code = models.TextField("确认码", default=lookup_code)
    confirmed_how = models.TextField(
        "怎样确认", choices=list(visits_flow.CONFIRMED_HOW.items()),
        default="", blank=True,
    )  # fmt: skip
    confirmed_by = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(visits_flow.STATES)),
                name="visit_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | (Q(confirmed_at__isnull=False) & ~Q(confirmed_how="")),
                name="visit_confirmed_how",
            ),
            models.CheckConstraint(
                condition=Q(stand_in=None) | ~Q(stand_in=F("member")),
                name="visit_stand_in_is_another",
            ),
            models.CheckConstraint(condition=Q(minutes__gte=0), name="visit_minutes"),
            models.CheckConstraint(
                condition=Q(state="attempted", outcome="nobody_home")
                | (~Q(state="attempted") & ~Q(outcome="nobody_home")),
                name="visit_nobody_home_is_attempt",
            ),
            models.UniqueConstraint(fields=["token"], name="visit_token_once"),
        ]
        indexes = [
            models.Index(fields=["pairing", "visited_on"], name="visit_by_pairing"),
            models.Index(
                fields=["home_path", "state", "visited_on"], name="visit_by_place"
            ),
            models.Index(fields=["member", "visited_on"], name="visit_by_member"),
            models.Index(fields=["unit_id", "visited_on"], name="visit_by_unit"),
            models.Index(
                fields=["stand_in"],
                name="visit_by_stand_in",
                condition=Q(stand_in__isnull=False),
            ),
            models.Index(
                fields=["code"],
                name="visit_by_code",
                condition=Q(state="done"),
            ),
        ]

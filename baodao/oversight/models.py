from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import now
from baodao.core.fields import CText, SealedBytes
from baodao.core.ids import uuid7
from baodao.oversight import rules
from baodao.oversight.policies import rules as policy_rules
from baodao.people.models import Unit
from baodao.places.models import Place


class Directive(Acted):
    """A directive 工作要求 (A28): what is to be done until when, issued at `place`.
    Before publication `everyone` and `targets` say to whom; from then on its items do.
    `parent` is the item that it passes on to those below (A34)."""

    ACCESS = Columns(path=("path",))
    FLOW = rules.FLOW

    title = models.TextField("标题")
    text = models.TextField("要做什么")
    state = models.TextField("状态", default="draft")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    issuer = models.TextField("发文")
    role = models.TextField()
    to = models.TextField("发给", choices=list(rules.TO.items()))
    everyone = models.BooleanField("全部", default=True)
    targets = ArrayField(models.UUIDField(), default=list, blank=True)
    due_on = models.DateField("完成时限")
    parent = models.ForeignKey(
        "DirectiveItem", models.PROTECT, null=True, related_name="passed_on"
    )
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="directive_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("published", "closed"))
                | Q(published_at__isnull=False),
                name="directive_published_when",
            ),
        ]
        indexes = [models.Index(fields=["path", "state"], name="directive_by_place")]

    def __str__(self) -> str:
        return self.title


class DirectiveItem(Acted):
    """What one addressee does about a directive: a place (`place`), or a unit, whose
    `path` and `place` are the issuer's, so that it is nobody else's business."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))
    FLOW = rules.ITEM_FLOW

    directive = models.ForeignKey(Directive, models.PROTECT, related_name="items")
    state = models.TextField("状态", default="sent")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    name = models.TextField("发给")
    due_on = models.DateField("完成时限")
    received_at = models.DateTimeField("签收时间", null=True)
    received_by = models.TextField("签收人", default="", blank=True)
    report = models.TextField("完成情况", default="", blank=True)
    reported_at = models.DateTimeField("报完成时间", null=True)
    reported_by = models.UUIDField(null=True)
    ask_until = models.DateField("要延到", null=True)
    ask_reason = models.TextField("延期原因", default="", blank=True)
    answer = models.TextField("发文单位的话", default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.ITEM_STATES)),
                name="directive_item_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("reported", "accepted")) | ~Q(report=""),
                name="directive_item_says_what",
            ),
            models.CheckConstraint(
                condition=Q(ask_until=None) | ~Q(ask_reason=""),
                name="directive_item_asks_why",
            ),
            models.UniqueConstraint(
                fields=["directive", "place", "unit"],
                condition=~Q(state="released"),
                name="directive_item_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(
                fields=["path", "state", "due_on"], name="directive_item_by_place"
            ),
            models.Index(
                fields=["unit", "state", "due_on"], name="directive_item_by_unit"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Policy(Acted):
    """One version of a policy document 文件 (A04, L03), issued at `place`, for `scope`
    and all below. `line`: the id of its first version; `edition` counts them. While it
    is a draft its clauses stand in `drafted`, from publication on they are rows. It
    holds on [effective_on, valid_to)."""

    ACCESS = Columns(path=("path",))
    FLOW = policy_rules.FLOW

    title = models.TextField("标题")
    doc_no = models.TextField("文号", default="", blank=True)
    kind = models.TextField("种类", choices=list(policy_rules.KINDS.items()))
    state = models.TextField("状态", default="draft")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    issuer = models.TextField("发文")
    role = models.TextField()
    scope = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    scope_path = CText()
    line = models.UUIDField()
    edition = models.SmallIntegerField("版次", default=1)
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="following", db_index=False
    )
    effective_on = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True)
    summary = models.TextField("摘要")
    text = models.TextField("正文开头", default="", blank=True)
    drafted = models.JSONField(default=list)
    to = ArrayField(models.TextField(), default=list, blank=True)
    is_public = models.BooleanField("对外公开", default=False)
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField("废止原因", default="", blank=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(policy_rules.STATES)),
                name="policy_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=policy_rules.ISSUED)
                | Q(published_at__isnull=False, drafted=[]),
                name="policy_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("effective_on")),
                name="policy_dates_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("superseded", "repealed"))
                | Q(valid_to__isnull=False),
                name="policy_ended_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="repealed") | ~Q(end_reason=""),
                name="policy_repealed_why",
            ),
            models.UniqueConstraint(
                fields=["line", "edition"],
                condition=~Q(state="dropped"),
                name="policy_edition_once",
            ),
            models.UniqueConstraint(
                fields=["line"], condition=Q(state="draft"), name="policy_one_draft"
            ),
            ExclusionConstraint(
                name="policy_one_version_a_day",
                expressions=[
                    ("line", RangeOperators.EQUAL),
                    (
                        Func(F("effective_on"), F("valid_to"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state__in=policy_rules.ISSUED),
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="policy_by_place"),
            models.Index(fields=["scope_path", "effective_on"], name="policy_by_scope"),
        ]

    def __str__(self) -> str:
        return self.title


class Clause(models.Model):
    """A numbered clause 条款 of a published document, with who is responsible: in words,
    and as a role or a unit where there is one. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="clauses")
    number = models.SmallIntegerField("第几条")
    title = models.TextField("小标题", default="", blank=True)
    text = models.TextField("内容")
    body = models.TextField("责任单位", default="", blank=True)
    person = models.TextField("责任人", default="", blank=True)
    role = models.TextField("责任角色", default="", blank=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "number"], name="clause_number_once"
            )
        ]

    @property
    def ordinal(self) -> str:
        return policy_rules.ordinal(self.number)


class ClauseLink(Acted):
    """That a setting, a kind of duty or a rule rests on a clause (A04)."""

    ACCESS = Columns(path=("path",))
    FLOW = policy_rules.LINK_FLOW

    state = models.TextField(default="linked")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="links")
    kind = models.TextField()
    code = models.TextField()
    path = CText()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(policy_rules.LINK_STATES)),
                name="clause_link_state_known",
            ),
            models.UniqueConstraint(
                fields=["clause", "kind", "code"],
                condition=Q(state="linked"),
                name="clause_link_once",
            ),
        ]
        indexes = [models.Index(fields=["kind", "code"], name="clause_link_by_code")]


class PolicyReceipt(Acted):
    """That one place or unit has read a document 签收: who and when. A unit's carries the
    issuer's path, as items of directives do."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))
    FLOW = policy_rules.RECEIPT_FLOW

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="receipts")
    state = models.TextField("状态", default="waiting")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    name = models.TextField("发给")
    read_at = models.DateTimeField("签收时间", null=True)
    read_by = models.TextField("签收人", default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(policy_rules.RECEIPT_STATES)),
                name="policy_receipt_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="read") | Q(read_at__isnull=False) & ~Q(read_by=""),
                name="policy_receipt_says_who",
            ),
            models.UniqueConstraint(
                fields=["policy", "place", "unit"],
                condition=~Q(state="released"),
                name="policy_receipt_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="policy_receipt_by_place"),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyFile(models.Model):
    """The document itself as a PDF, encrypted in its row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="files")
    name = models.TextField("文件名")
    size = models.IntegerField()
    body = SealedBytes("文件内容")
    added_at = models.DateTimeField(default=now)
    added_by = models.TextField(default="")

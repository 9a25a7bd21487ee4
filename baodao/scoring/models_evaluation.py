"""Tables of the yearly evaluation, its feedback cards, print runs and extracts."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.fields import CText, SealedBytes
from baodao.people.models import Member, Unit
from baodao.places.models import Place
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_evaluation as rules
from baodao.scoring import rules_extracts as extracts

GRADES = list(counting.GRADES.items())


class Round(Acted):
    """The evaluation of one year in one community."""

    ACCESS = Columns(path=("path",))

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    year = models.SmallIntegerField("年度")
    notified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "year"], name="round_once"),
        ]
        indexes = [models.Index(fields=["path", "year"], name="round_by_place")]

    def __str__(self) -> str:
        return f"{self.place} {self.year}"


class Meeting(Acted):
    """The meeting 会议 of the community's party committee that decides grades."""

    ACCESS = Columns(path=("path",))

    round = models.ForeignKey(Round, models.PROTECT, related_name="meetings")
    path = CText()
    held_on = models.DateField("日期")
    attended = models.TextField("到会")
    text = models.TextField("会议记录")
    by_name = models.TextField("记录人")

    def __str__(self) -> str:
        return f"{self.held_on}"


class Evaluation(Acted):
    """The evaluation of one subject: its card at the primary community. `attached`: the
    person's cards elsewhere in that year (domain 8.1), `others` what they come to: what was
    deducted there is in `deducts`. What is told to the subject is frozen when drafted:
    score (tenths), lines, figures and the grade proposed; `none` says why there is none.
    `reopened`: why it is evaluated anew after its card went out. `until`: the last day to object."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})
    FLOW = rules.FLOW

    round = models.ForeignKey(Round, models.PROTECT, related_name="evaluations")
    card = models.OneToOneField(
        "scoring.Card", models.PROTECT, related_name="evaluation"
    )
    attached = ArrayField(models.UUIDField(), default=list, blank=True)
    subject = models.TextField(choices=list(counting.SUBJECTS.items()))
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="evaluations", db_index=False
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="evaluations", db_index=False
    )
    name = models.TextField("对象")
    path = CText()
    year = models.SmallIntegerField("年度")
    state = models.TextField("状态", default="collecting")
    months = models.SmallIntegerField("报到月数", default=0)
    none = models.TextField("不定等次的原因", default="", blank=True)

    words = models.TextField("综合评语", default="", blank=True)
    unit_words = models.TextField("单位的话", default="", blank=True)
    unit_mark = models.SmallIntegerField("单位打分", null=True)
    base = models.SmallIntegerField(default=800)
    adds = models.SmallIntegerField(default=0)
    deducts = models.SmallIntegerField(default=0)
    score = models.SmallIntegerField("得分", default=800)
    proposed = models.TextField("建议等次", choices=GRADES, default="", blank=True)
    why = ArrayField(models.TextField(), default=list, blank=True)
    figures = models.JSONField(default=dict)
    lines = models.JSONField(default=list)
    others = models.JSONField("别的社区的积分卡", default=list)
    drafted_at = models.DateTimeField(null=True)

    notified_at = models.DateTimeField(null=True)
    until = models.DateField("异议期到", null=True)
    seen_at = models.DateTimeField("本人已阅", null=True)
    seen_how = models.TextField(default="", blank=True)
    objection = models.TextField("异议", default="", blank=True)
    objected_at = models.DateTimeField(null=True)
    answer = models.TextField("答复", default="", blank=True)
    answered_at = models.DateTimeField(null=True)
    hearing = models.TextField("听取意见记录", default="", blank=True)

    grade = models.TextField("等次", choices=GRADES, default="", blank=True)
    reason = models.TextField("和建议不同的理由", default="", blank=True)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, related_name="decided"
    )
    decided_at = models.DateTimeField(null=True)
    reopened = models.TextField("重新评价的原因", default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="evaluation_state_known"
            ),
            models.CheckConstraint(
                condition=Q(subject="unit", member=None, unit__isnull=False)
                | Q(subject="member", member__isnull=False),
                name="evaluation_has_its_subject",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=rules.FINAL)
                | (~Q(grade="") & Q(meeting__isnull=False)),
                name="evaluation_decided_by_a_meeting",
            ),
            models.CheckConstraint(
                condition=Q(state__in=rules.FINAL) | Q(grade=""),
                name="evaluation_no_grade_before",
            ),
            models.CheckConstraint(
                condition=~Q(grade="poor") | ~Q(hearing=""),
                name="evaluation_poor_was_heard",
            ),
            models.CheckConstraint(
                condition=~Q(state="subject_notified") | Q(until__isnull=False),
                name="evaluation_told_until",
            ),
            models.CheckConstraint(
                condition=Q(unit_mark=None) | Q(unit_mark__range=(0, 100)),
                name="evaluation_mark_in_range",
            ),
            models.UniqueConstraint(
                fields=["member", "year"],
                condition=Q(subject="member"),
                name="evaluation_once_per_member",
            ),
        ]
        indexes = [
            models.Index(
                fields=["path", "year", "subject", "state"], name="evaluation_by_place"
            ),
            models.Index(fields=["unit", "year", "subject"], name="evaluation_by_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"


class FeedbackCard(Acted):
    """A feedback card 反馈卡 as it was sent: `content` is all that stands on it and is
    never changed; a changed grade is a new `edition`. `unit` of a member's card is the
    member's unit on the day of the decision (domain 8.4), `receivers` the units that were
    sent this card."""

    ACCESS = Columns(
        path=("path",), unit=("unit_id",), units=("receivers",),
        own={"member_id": "member_id"},
    )  # fmt: skip
    FLOW = rules.CARD_FLOW

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="cards")
    edition = models.SmallIntegerField("版次", default=1)
    number = models.TextField("编号")
    code = models.TextField("验真码")
    state = models.TextField("状态", default="current")
    subject = models.TextField(choices=list(counting.SUBJECTS.items()))
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="feedback_cards", db_index=False
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="feedback_cards", db_index=False
    )
    receivers = ArrayField(models.UUIDField(), default=list, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    year = models.SmallIntegerField("年度")
    name = models.TextField("对象")
    grade = models.TextField("等次", choices=GRADES)
    content = models.JSONField()
    issued_at = models.DateTimeField("发出")
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.CARD_STATES)),
                name="feedback_state_known",
            ),
            models.CheckConstraint(
                condition=Q(edition=1, replaces=None)
                | Q(edition__gt=1, replaces__isnull=False),
                name="feedback_replaces_the_earlier",
            ),
            models.UniqueConstraint(
                fields=["number", "edition"], name="feedback_number_once"
            ),
            models.UniqueConstraint(
                fields=["evaluation", "edition"], name="feedback_edition_once"
            ),
            models.UniqueConstraint(
                fields=["evaluation"],
                condition=Q(state="current"),
                name="feedback_one_current",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "year", "state"], name="feedback_by_place"),
            models.Index(fields=["unit", "year"], name="feedback_by_unit"),
            models.Index(fields=["member", "year"], name="feedback_by_member"),
        ]

    def __str__(self) -> str:
        return self.number


class Delivery(Acted):
    """One addressee of one feedback card with its receipt (L47). `unit_id`: the unit in
    the system that gets it; without one `to` names who is outside it (domain 8.37)."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))
    FLOW = rules.DELIVERY_FLOW

    card = models.ForeignKey(FeedbackCard, models.PROTECT, related_name="deliveries")
    kind = models.TextField("送给", choices=list(rules.RECIPIENTS.items()))
    to = models.TextField("收件方", default="", blank=True)
    unit_id = models.UUIDField(null=True)
    path = CText()
    state = models.TextField("状态", default="delivered")
    how = models.TextField(
        "怎么送的", choices=list(rules.HOWS.items()), default="", blank=True
    )
    delivered_at = models.DateTimeField("送达", null=True)
    due_on = models.DateField("签收期限", null=True)
    received_at = models.DateTimeField("签收", null=True)
    received_by = models.TextField("签收人", default="", blank=True)
    number = models.TextField("备案号", default="", blank=True)
    filed_at = models.DateTimeField("备案时间", null=True)
    note = models.TextField("说明", default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.DELIVERY_STATES)),
                name="delivery_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="delivered") | Q(delivered_at__isnull=False),
                name="delivery_delivered_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(received_at__isnull=False),
                name="delivery_received_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="filed") | (~Q(number="") & Q(kind="filing")),
                name="delivery_filed_with_number",
            ),
            models.UniqueConstraint(
                fields=["card", "kind", "unit_id", "to"], nulls_distinct=False,
                name="delivery_once_per_addressee",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["path", "kind", "state"], name="delivery_by_place"),
            models.Index(fields=["unit_id", "state"], name="delivery_by_unit"),
        ]

    def __str__(self) -> str:
        return self.to


class PrintRun(Acted):
    """Cards printed together by a job: one PDF, or a ZIP with one for each unit. The
    file is kept sealed for a day."""

    ACCESS = Columns(own={"account_id": "account_id"})
    FLOW = rules.PRINT_FLOW

    account_id = models.UUIDField(null=True)
    who = models.TextField("谁", default="")
    role = models.TextField(default="")
    state = models.TextField("状态", default="waiting")
    kind = models.TextField("格式", choices=list(rules.PRINT_KINDS.items()))
    two = models.BooleanField("汉藏双语", default=False)
    ids = ArrayField(models.UUIDField(), default=list, blank=True)
    title = models.TextField("内容")
    n = models.IntegerField("张数")
    body = SealedBytes("文件")
    size = models.IntegerField("字节", default=0)
    millis = models.IntegerField("用时（毫秒）", default=0)
    message = models.TextField("说明", default="", blank=True)
    changed_at = models.DateTimeField("最近")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.PRINT_STATES)), name="print_run_state"
            ),
        ]
        indexes = [
            models.Index(fields=["account_id", "-created_at"], name="print_run_mine"),
        ]

    def __str__(self) -> str:
        return self.title


class Extract(Acted):
    """Results taken out for one purpose 用途 (A31, L13, L14, L48, L49): what was so on
    that day, signed, for as long as the purpose needs. Every look is on record."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))

    number = models.TextField("编号")
    purpose = models.TextField(
        "用途", choices=[(k, p.title) for k, p in extracts.PURPOSES.items()]
    )
    path = CText(default="", blank=True)
    unit_id = models.UUIDField(null=True)
    place_name = models.TextField("范围")
    year = models.SmallIntegerField("年度")
    reason = models.TextField("事由")
    made_by = models.TextField("提取人")
    made_role = models.TextField()
    made_at = models.DateTimeField("提取时间")
    valid_until = models.DateField("有效期到")
    n = models.IntegerField("行数")
    content = models.JSONField()
    code = models.TextField("核对码")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="extract_number_once"),
            models.CheckConstraint(
                condition=~Q(reason="") & Q(n__gt=0), name="extract_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["path", "made_at"], name="extract_by_place"),
            models.Index(fields=["unit_id", "made_at"], name="extract_by_unit"),
            models.Index(F("made_at"), name="extract_by_age"),
        ]

    def __str__(self) -> str:
        return self.number


__all__ = [
    "Delivery", "Evaluation", "Extract", "FeedbackCard", "Meeting", "PrintRun", "Round",
]  # fmt: skip

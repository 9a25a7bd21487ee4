"""A topic that a community talks over: the deliberation, who is invited, opinions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.fields import CText
from baodao.councils import rules_deliberation as rules
from baodao.people.models import Member, Unit
from baodao.places.models import Place


class Deliberation(Acted):
    """协商议事 (L11) from the proposal to its result. `member` proposed it, or said it
    to staff; `proposed_by` is the person who brought it in. `topic_public` and
    `result_public` are what the community reviewed for everybody to read; they are
    public from `topic_at` and `result_at`."""

    ACCESS = Columns(path=("path",), own={"member_id": "member_id"})
    FLOW = rules.FLOW

    title = models.TextField("议题")
    kind = models.TextField("类别", choices=list(rules.KINDS.items()))
    text = models.TextField("情况和建议", default="", blank=True)
    state = models.TextField("状态", default="proposed")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    source = models.TextField("谁提出", choices=list(rules.SOURCES.items()))
    member = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    proposed_by = models.UUIDField(null=True)
    by_name = models.TextField("提出人", default="", blank=True)
    answer = models.TextField("没有列入的原因", default="", blank=True)
    topic_public = models.TextField("公开的议题", default="", blank=True)
    topic_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField("时间", null=True)
    held_on = models.DateField("日期", null=True)
    end_at = models.DateTimeField("结束", null=True)
    room = models.TextField("地点", default="", blank=True)
    residents_asked = models.TextField("请哪些居民", default="", blank=True)
    residents = models.IntegerField("到会居民", default=0)
    host = models.TextField("主持", default="", blank=True)
    recorder = models.TextField("记录", default="", blank=True)
    minutes = models.TextField("商量的情况", default="", blank=True)
    outcome = models.TextField(
        "结果", choices=list(rules.OUTCOMES.items()), default="", blank=True
    )
    result = models.TextField("结果说明", default="", blank=True)
    reason = models.TextField("原因", default="", blank=True)
    suggestion_adopted = models.BooleanField("提出的建议被采纳", default=False)
    result_public = models.TextField("公开的结果", default="", blank=True)
    result_at = models.DateTimeField(null=True)
    orders = ArrayField(models.UUIDField(), default=list, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)),
                name="deliberation_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("arranged", *rules.TALKED))
                | Q(held_at__isnull=False, held_on__isnull=False),
                name="deliberation_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("decided", "closed"))
                | (~Q(outcome="") & ~Q(result="")),
                name="deliberation_decided_says_what",
            ),
            models.CheckConstraint(
                condition=Q(end_at=None) | Q(end_at__gt=F("held_at")),
                name="deliberation_ends_later",
            ),
            models.CheckConstraint(
                condition=Q(residents__gte=0), name="deliberation_residents"
            ),
            models.CheckConstraint(
                condition=Q(topic_at=None) | ~Q(topic_public=""),
                name="deliberation_topic_has_words",
            ),
            models.CheckConstraint(
                condition=Q(result_at=None) | ~Q(result_public=""),
                name="deliberation_result_has_words",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="deliberation_by_place"),
            models.Index(
                fields=["path", "result_at"],
                name="deliberation_public",
                condition=Q(result_at__isnull=False) | Q(topic_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DeliberationSeat(Acted):
    """Who is invited: a member, or a unit. Residents are invited by what they are and
    counted, never listed. `came_by` is who came for a unit when on the books."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})

    deliberation = models.ForeignKey(Deliberation, models.PROTECT, related_name="seats")
    path = CText()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    name = models.TextField("邀请")
    removed = models.BooleanField(default=False)
    reply = models.TextField(
        "回复", choices=list(rules.REPLIES.items()), default="", blank=True
    )
    note = models.TextField("不参加的原因", default="", blank=True)
    attendance = models.TextField(
        "到会", choices=list(rules.ATTENDANCE.items()), default="", blank=True
    )
    attendee = models.TextField("参加人", default="", blank=True)
    came_by = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["unit_id", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit=None) ^ Q(member=None), name="deliberation_seat_whose"
            ),
            models.UniqueConstraint(
                fields=["deliberation", "unit"], name="deliberation_seat_unit_once"
            ),
            models.UniqueConstraint(
                fields=["deliberation", "member"], name="deliberation_seat_member_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Opinion(Acted):
    """What somebody said of a topic. `by_person` is the member's who said it, so that
    nobody adopts their own; a resident is never named. `adopted`: it went into the
    result (M_ADD_SUGGEST)."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})
    FLOW = rules.OPINION_FLOW

    deliberation = models.ForeignKey(
        Deliberation, models.PROTECT, related_name="opinions"
    )
    path = CText()
    state = models.TextField("状态", default="noted")
    how = models.TextField("怎么来的", choices=list(rules.HOW.items()))
    text = models.TextField("意见")
    member = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    by_person = models.UUIDField(null=True)
    adopted = models.BooleanField("采纳", default=False)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.OPINION_STATES)),
                name="opinion_state_known",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="opinion_has_words"),
        ]

    def __str__(self) -> str:
        return self.text


__all__ = ["Deliberation", "DeliberationSeat", "Opinion"]

"""Checkups for lists, closed quarters, letters, sampled confirmations."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import now
from baodao.core.fields import CText
from baodao.people.models import Member, Unit
from baodao.places.models import Place
from baodao.records.models import Record
from baodao.scoring import rules_draw as draws
from baodao.scoring import rules_health as health
from baodao.scoring import rules_quarter as quarters
from baodao.scoring.models import Card


class Checkup(models.Model):
    """What the health check of a card came to last night, for lists; the page of one
    card looks anew. `marks`: "idle:red" and so on; `path`, `member_id`, `unit_id` are
    the card's, for its reader's scope."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})

    card = models.OneToOneField(
        Card, models.CASCADE, primary_key=True, related_name="checkup"
    )
    subject = models.TextField()
    path = CText()
    member_id = models.UUIDField(null=True)
    unit_id = models.UUIDField(null=True)
    sort = models.TextField(default="")
    name = models.TextField(default="")
    colour = models.TextField(choices=list(health.WORDS.items()))
    marks = ArrayField(models.TextField(), default=list)
    services = models.IntegerField(default=0)
    last_on = models.DateField(null=True)
    counted_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [
            models.Index(fields=["path", "subject", "sort"], name="checkup_by_place"),
            models.Index(fields=["unit_id", "subject"], name="checkup_by_unit"),
        ]

    def __str__(self) -> str:
        return self.name


class Quarter(Acted):
    """A quarter that a community has closed: its figures as they were then, naming
    nobody. What is corrected later shows as a difference."""

    ACCESS = Columns(path=("path",))

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    key = models.TextField("季度")
    figures = models.JSONField(default=dict)
    closed_at = models.DateTimeField("结账时间")
    closed_by = models.TextField("结账人", default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "key"], name="quarter_closed_once")
        ]
        indexes = [models.Index(fields=["path", "key"], name="quarter_by_place")]

    def __str__(self) -> str:
        return quarters.words(self.key)


class Letter(Acted):
    """A letter of the community to the subject of a card, and to nobody else: of a
    member's `unit_id` is empty, so that the unit does not read it. A statement is what
    the card's entries came to at `as_of`, with the quarter's `services` as they were
    then; `facts` and `advice` are the words of a reminder. `paper`: there is no account
    to read it with."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})
    FLOW = quarters.FLOW

    card = models.ForeignKey(Card, models.PROTECT, related_name="letters")
    kind = models.TextField("种类", choices=list(quarters.KINDS.items()))
    key = models.TextField("季度")
    state = models.TextField("状态", default="sent")
    subject = models.TextField()
    path = CText()
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="score_letters"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="score_letters"
    )
    score = models.SmallIntegerField(default=0)
    services = models.IntegerField("确认过的服务", null=True)
    as_of = models.DateTimeField()
    facts = ArrayField(models.TextField(), default=list)
    advice = models.TextField("建议", default="")
    improve_by = models.DateField("什么时候前", null=True)
    object_by = models.DateField("异议期限", null=True)
    paper = models.BooleanField("要纸质送达", default=False)
    sent_at = models.DateTimeField(default=now)
    sent_by = models.TextField(default="")
    read_at = models.DateTimeField(null=True)
    read_how = models.TextField(
        "怎么送达", choices=list(quarters.HOWS.items()), default="", blank=True
    )
    read_by = models.TextField(default="", blank=True)
    reply = models.TextField("回复", default="", blank=True)
    replied_at = models.DateTimeField(null=True)
    replied_by = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(quarters.STATES)), name="letter_state_known"
            ),
            models.CheckConstraint(
                condition=Q(subject="unit", member=None, unit__isnull=False)
                | Q(subject="member", member__isnull=False, unit=None),
                name="letter_has_its_subject",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | ~Q(reply=""),
                name="letter_answered_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(state="read") | Q(read_at__isnull=False),
                name="letter_read_when",
            ),
            models.UniqueConstraint(
                fields=["card", "kind", "key"], name="letter_once_a_quarter"
            ),
        ]
        indexes = [
            models.Index(fields=["path", "key", "kind"], name="letter_by_place"),
            models.Index(fields=["member", "sent_at"], name="letter_by_member"),
            models.Index(fields=["unit", "sent_at"], name="letter_by_unit"),
        ]

    def __str__(self) -> str:
        return f"{quarters.words(self.key)}{quarters.TITLES[self.kind]}"

    @property
    def words(self) -> str:
        """The quarter in words."""
        return quarters.words(self.key)


class Draw(Acted):
    """The confirmations of a community in a month that were drawn to be looked at. The
    same `seed`, `percent` and list give the same draw (rules_draw)."""

    ACCESS = Columns(path=("path",))

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    month = models.TextField("月份")
    seed = models.TextField("种子")
    percent = models.SmallIntegerField("比例")
    whole = models.IntegerField("确认了多少")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "month"], name="draw_once_a_month")
        ]
        indexes = [models.Index(fields=["path", "month"], name="draw_by_place")]

    def __str__(self) -> str:
        return f"{self.place.name} {self.month}"


class Sample(Acted):
    """One confirmation that was drawn, and what the township found."""

    ACCESS = Columns(path=("path",))
    FLOW = draws.FLOW

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="samples")
    record = models.ForeignKey(Record, models.PROTECT, related_name="+", db_index=False)
    position = models.SmallIntegerField()
    state = models.TextField("状态", default="drawn")
    path = CText()
    member_id = models.UUIDField(null=True)
    confirmed_by = models.UUIDField(null=True)
    outcome = models.TextField(
        "结果", choices=list(draws.OUTCOMES.items()), default="", blank=True
    )
    note = models.TextField("怎么核对的", default="", blank=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.TextField("核对人", default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(draws.STATES)), name="sample_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="checked") | Q(outcome__in=list(draws.OUTCOMES)),
                name="sample_checked_has_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="differs") | ~Q(note=""),
                name="sample_differs_says_how",
            ),
            models.UniqueConstraint(fields=["draw", "record"], name="sample_once"),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="sample_by_place"),
            models.Index(fields=["draw", "position"], name="sample_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.position}"

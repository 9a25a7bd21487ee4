from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import today
from baodao.core.fields import CText
from baodao.core.ids import uuid7
from baodao.councils import rules
from baodao.councils.models_deliberation import Deliberation, DeliberationSeat, Opinion
from baodao.people.models import Member, Person, Unit, period
from baodao.places.models import Place


def _known(name: str, states: object) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(state__in=list(states)), name=name)  # type: ignore[call-overload]


class JointMeeting(Acted):
    """A joint meeting 党建联席会议 of a community (L21). `held_at` is when it is to be, or
    was; `calls` counts the invitations sent, so that each has duties of its own."""

    ACCESS = Columns(path=("path",))
    FLOW = rules.MEETING_FLOW

    title = models.TextField("会议")
    state = models.TextField("状态", default="collecting")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    held_at = models.DateTimeField("时间")
    held_on = models.DateField("日期")
    room = models.TextField("地点", default="", blank=True)
    topics_until = models.DateField("议题截止")
    calls = models.SmallIntegerField(default=0)
    host = models.TextField("主持", default="", blank=True)
    recorder = models.TextField("记录", default="", blank=True)
    guests = models.TextField("列席", default="", blank=True)
    minutes = models.TextField("纪要", default="", blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            _known("meeting_state_known", rules.MEETING_STATES),
            models.CheckConstraint(
                condition=Q(topics_until__lte=F("held_on")), name="meeting_topics_first"
            ),
        ]
        indexes = [models.Index(fields=["path", "held_on"], name="meeting_by_place")]

    def __str__(self) -> str:
        return self.title


class MeetingSeat(Acted):
    """Who is invited: a unit tied to the community, or a part-time member who comes for
    no such unit (`person`). `reply` is what they said, `attendance` what was noted on
    the list; `attendee` is who came, `member` the same when on the books."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"person_id": "person_id"})

    meeting = models.ForeignKey(JointMeeting, models.PROTECT, related_name="seats")
    path = CText()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    name = models.TextField("席位")
    reply = models.TextField(
        "回复", choices=list(rules.REPLIES.items()), default="", blank=True
    )
    attendance = models.TextField(
        "到会", choices=list(rules.ATTENDANCE.items()), default="", blank=True
    )
    attendee = models.TextField("参加人", default="", blank=True)
    member = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    reason = models.TextField("请假原因", default="", blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit=None) ^ Q(person=None), name="seat_unit_or_person"
            ),
            models.CheckConstraint(
                condition=~Q(attendance="substitute") | ~Q(attendee=""),
                name="seat_substitute_named",
            ),
            models.UniqueConstraint(
                fields=["meeting", "unit"], name="seat_once_per_unit"
            ),
            models.UniqueConstraint(
                fields=["meeting", "person"], name="seat_once_per_person"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MeetingTopic(Acted):
    """A topic handed in by a unit, or put on the agenda by the community itself."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))
    FLOW = rules.TOPIC_FLOW

    meeting = models.ForeignKey(JointMeeting, models.PROTECT, related_name="topics")
    path = CText()
    state = models.TextField("状态", default="handed_in")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    title = models.TextField("议题")
    text = models.TextField("情况和建议", default="", blank=True)
    by_name = models.TextField("提出人", default="")
    answer = models.TextField("没有列入的原因", default="", blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [_known("topic_state_known", rules.TOPIC_STATES)]

    def __str__(self) -> str:
        return self.title


class Resolution(Acted):
    """What a meeting or a deliberation resolved 议定事项: who does it by when. Without a
    unit it is the community's own. It is a duty of the unit from the day the minutes or
    the result are settled."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))
    FLOW = rules.RESOLUTION_FLOW

    meeting = models.ForeignKey(
        JointMeeting, models.PROTECT, null=True, related_name="resolutions"
    )
    deliberation = models.ForeignKey(
        Deliberation, models.PROTECT, null=True, related_name="resolutions"
    )
    topic = models.ForeignKey(
        MeetingTopic, models.PROTECT, null=True, related_name="resolutions"
    )
    path = CText()
    state = models.TextField("状态", default="draft")
    text = models.TextField("议定的事")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField("完成时限")
    done_on = models.DateField("办结日期", null=True)
    done_by = models.UUIDField(null=True)
    result = models.TextField("办理结果", default="", blank=True)
    reviewed_on = models.DateField("会上看过", null=True)
    settled_on = models.DateField(null=True)

    class Meta:
        constraints = [
            _known("resolution_state_known", rules.RESOLUTION_STATES),
            models.CheckConstraint(
                condition=~Q(state__in=("done", "confirmed"))
                | (Q(done_on__isnull=False) & ~Q(result="")),
                name="resolution_done_says_what",
            ),
            models.CheckConstraint(
                condition=Q(meeting=None) ^ Q(deliberation=None),
                name="resolution_of_one",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state", "due_on"], name="resolved_by_place"),
            models.Index(
                fields=["unit_id", "state", "due_on"], name="resolved_by_unit"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def origin(self) -> JointMeeting | Deliberation:
        """Where it was resolved."""
        found = self.meeting or self.deliberation
        assert found
        return found


class PartTimeMember(Acted):
    """A part-time member 兼职委员 of a community's committee (L20, L21), from the
    recommendation on. The role itself is a role tie, which begins and ends with this."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"person_id": "person_id"})
    FLOW = rules.PART_TIME_FLOW

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    state = models.TextField("状态", default="recommended")
    post = models.TextField("单位职务", default="", blank=True)
    task = models.TextField("分工", default="", blank=True)
    valid_from = models.DateField("起", null=True)
    valid_to = models.DateField("止", null=True)
    end_reason = models.TextField(
        "卸任原因", choices=list(rules.END_REASONS.items()), default="", blank=True
    )

    class Meta:
        constraints = [
            _known("part_time_state_known", rules.PART_TIME_STATES),
            models.CheckConstraint(
                condition=~Q(state__in=("appointed", "ended"))
                | Q(valid_from__isnull=False, valid_to__isnull=False),
                name="part_time_has_term",
            ),
            models.UniqueConstraint(
                fields=["place", "person"],
                condition=~Q(state__in=("ended", "declined")),
                name="part_time_once",
            ),
        ]
        indexes = [models.Index(fields=["path", "state"], name="part_time_by_place")]


class Federation(Acted):
    """A federation 党建联合体 (L20): one or several communities and the units that belong
    to it, with a head for a term. `place` is the community, or the township above
    several of them."""

    ACCESS = Columns(path=("path",))

    name = models.TextField("名称")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    head = models.TextField("召集人")
    head_post = models.TextField("召集人职务", default="", blank=True)
    about = models.TextField("共同做什么", default="", blank=True)
    valid_from = models.DateField("起", default=today)
    valid_to = models.DateField("止")
    dissolved = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from"))
                | Q(dissolved=True, valid_to__gte=F("valid_from")),
                name="federation_term",
            )
        ]
        indexes = [models.Index(fields=["path", "valid_to"], name="federation_by")]

    def __str__(self) -> str:
        return self.name


class FederationMember(Acted):
    """A unit, or a community, in a federation, in [valid_from, valid_to)."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))

    federation = models.ForeignKey(
        Federation, models.PROTECT, related_name="members", db_index=False
    )
    path = CText()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    community = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField("起", default=today)
    valid_to = models.DateField("止", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unit=None) ^ Q(community=None), name="federated_one_kind"
            ),
            ExclusionConstraint(
                name="federated_unit_no_overlap",
                expressions=[
                    ("federation", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="federated_place_no_overlap",
                expressions=[
                    ("federation", RangeOperators.EQUAL),
                    ("community", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class EstateNote(Acted):
    """One occasion of organised life in an estate, or of guidance there (L23)."""

    ACCESS = Columns(path=("path",), own={"made_by": "person_id"})
    FLOW = rules.NOTE_FLOW

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    state = models.TextField("状态", default="noted")
    kind = models.TextField("种类", choices=list(rules.NOTE_KINDS.items()))
    on = models.DateField("日期")
    attended = models.IntegerField("参加人数", default=0)
    text = models.TextField("内容")
    advice = models.TextField("指导意见", default="", blank=True)
    made_by = models.UUIDField(null=True)
    made_name = models.TextField("记录人", default="")

    class Meta:
        constraints = [
            _known("estate_note_state_known", rules.NOTE_STATES),
            models.CheckConstraint(
                condition=Q(attended__gte=0), name="estate_note_attended"
            ),
        ]
        indexes = [models.Index(fields=["path", "on"], name="estate_note_by_place")]


class LeaderContact(Acted):
    """A leader's contact point (A26): the post, who holds it now, and the point, dated.
    A post may have several points; a point several leaders. `origin` stays when the
    point becomes another place, so that a year's visits are owed once."""

    ACCESS = Columns(path=("path",))

    origin = models.UUIDField(default=uuid7)
    rank = models.TextField("级别", choices=list(rules.LEADER_RANKS.items()))
    post = models.TextField("职务")
    name = models.TextField("姓名", default="", blank=True)
    point = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    valid_from = models.DateField("起", default=today)
    valid_to = models.DateField("止", null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="leader_contact_no_overlap",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    ("point", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
            )
        ]
        indexes = [models.Index(fields=["path", "valid_to"], name="leader_by_point")]

    def __str__(self) -> str:
        return f"{self.name}（{self.post}）" if self.name else self.post


class LeaderVisit(Acted):
    """A leader's visit to the contact point (A27): what was publicised, what was found,
    what comes of it. `order_no` names the order that was placed for it."""

    ACCESS = Columns(path=("path",))
    FLOW = rules.VISIT_FLOW

    contact = models.ForeignKey(LeaderContact, models.PROTECT, related_name="visits")
    path = CText()
    state = models.TextField("状态", default="noted")
    on = models.DateField("日期")
    policy = models.TextField("宣传的政策", default="", blank=True)
    issues = models.TextField("发现的问题", default="", blank=True)
    order_no = models.TextField("转成的点单", default="", blank=True)
    follow_up = models.TextField("后续", default="", blank=True)
    made_by = models.UUIDField(null=True)
    made_name = models.TextField("记录人", default="")

    class Meta:
        constraints = [
            _known("leader_visit_state_known", rules.VISIT_STATES),
            models.CheckConstraint(
                condition=~Q(policy="") | ~Q(issues=""), name="leader_visit_says_what"
            ),
        ]
        indexes = [models.Index(fields=["path", "on"], name="leader_visit_by_place")]


__all__ = [
    "Deliberation", "DeliberationSeat", "EstateNote", "Federation", "FederationMember",
    "JointMeeting", "LeaderContact", "LeaderVisit", "MeetingSeat", "MeetingTopic",
    "Opinion", "PartTimeMember", "Resolution",
]  # fmt: skip

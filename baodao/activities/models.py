from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q

from baodao.activities import rules
from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.fields import CText
from baodao.people.models import Member, Unit
from baodao.places.models import Place


def _stretch() -> Func:
    """[start_at, end_at) as a range of instants."""
    return Func(F("start_at"), F("end_at"), function="tstzrange")


class Carrier(Acted):
    """A local brand under which activities are held (L35): 新晋邻 …; it is offered at
    its place and below. The carriers that are the same everywhere are in `rules`."""

    ACCESS = Columns(path=("path",))

    path = CText(default="", blank=True)
    code = models.TextField()
    name = models.TextField("名称")
    note = models.TextField("说明", default="", blank=True)
    retired = models.BooleanField("停用", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="carrier_code_once"),
            models.UniqueConstraint(
                fields=["path", "name"], name="carrier_name_once_per_place"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Venue(Acted):
    """A place to meet: a practice centre 中心 所 站 (A14), a room, a square. Open on
    `weekdays` (0 is Monday) from `opens` to `closes`."""

    ACCESS = Columns(path=("path",))

    place = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name="所在地", db_index=False
    )
    path = CText()
    name = models.TextField("名称")
    kind = models.TextField("类别", choices=list(rules.VENUE_KINDS.items()))
    address = models.TextField("位置", default="", blank=True)
    capacity = models.IntegerField("能容纳", null=True, blank=True)
    weekdays = ArrayField(models.SmallIntegerField(), verbose_name="开放日")
    opens = models.TimeField("开门")
    closes = models.TimeField("关门")
    phone = models.TextField("公开电话", default="", blank=True)
    retired = models.BooleanField("停用", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["path", "name"], name="venue_name_once_per_place"
            ),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")), name="venue_hours"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Priority(Acted):
    """A piece of the district's central work 中心工作 in one year (L27), for its place
    and below."""

    ACCESS = Columns(path=("path",))

    path = CText(default="", blank=True)
    year = models.SmallIntegerField("年份")
    title = models.TextField("中心工作")
    note = models.TextField("说明", default="", blank=True)
    retired = models.BooleanField("停用", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["path", "year", "title"], name="priority_once"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Target(Acted):
    """How many activities a place or a unit means to hold in a year (L27): of one of
    the five kinds, or for one piece of central work."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))

    year = models.SmallIntegerField("年份")
    path = CText(default="", blank=True)
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_index=False
    )
    joint_type = models.TextField("五联类别", default="", blank=True)
    aim = models.ForeignKey(
        Priority, models.PROTECT, null=True, related_name="+", db_index=False
    )
    count = models.SmallIntegerField("计划几场")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(place=None) ^ Q(unit=None), name="target_has_one_owner"
            ),
            models.CheckConstraint(
                condition=Q(joint_type="") ^ Q(aim=None), name="target_is_of_one_thing"
            ),
            models.CheckConstraint(condition=Q(count__gte=0), name="target_count"),
            models.UniqueConstraint(
                fields=["year", "place", "unit", "joint_type", "aim"],
                name="target_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["year", "path"], name="target_by_place")]


class Activity(Acted):
    """One activity 活动. `channel` is chosen when it is planned and never changes: what
    a unit organises in a residence community counts once (domain 8.31). `unit` is the
    hosting unit, None when the community hosts. `check_code`: four digits the host shows on
    the spot, "" while it is off. `made_by` and `recorded_by` are the
    accounts that planned it and that handed in the list; `round` counts corrections."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))
    FLOW = rules.FLOW

    no = models.TextField("编号", default="", editable=True)
    title = models.TextField("名称")
    state = models.TextField("状态", default="draft")
    channel = models.TextField("渠道", choices=list(rules.CHANNELS.items()))
    joint_type = models.TextField("五联类别", choices=list(rules.JOINT_TYPES.items()))
    occasion = models.TextField("时机", choices=list(rules.OCCASIONS.items()))
    occasion_name = models.TextField("什么月份、节日", default="", blank=True)
    carriers = ArrayField(
        models.TextField(), verbose_name="载体", default=list, blank=True
    )
    priority = models.TextField("对应的中心工作", default="", blank=True)
    aim = models.ForeignKey(
        Priority, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="中心工作", db_index=False,
    )  # fmt: skip
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name="社区", db_index=False
    )
    path = CText()
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="主办单位", db_index=False,
    )  # fmt: skip
    venue = models.ForeignKey(
        Venue, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="场地", db_index=False,
    )  # fmt: skip
    spot = models.TextField("地点", default="", blank=True)
    start_at = models.DateTimeField("开始")
    end_at = models.DateTimeField("结束")
    break_minutes = models.IntegerField("中间休息（分钟）", default=0)
    slots = models.IntegerField("名额", null=True, blank=True)
    skills = ArrayField(
        models.TextField(), verbose_name="最好会", default=list, blank=True
    )
    min_age = models.SmallIntegerField("年龄下限", null=True, blank=True)
    risky = models.BooleanField("有一定风险", default=False)
    insured = models.BooleanField("已买保险", default=False)
    about = models.TextField("内容", default="", blank=True)
    contact = models.TextField("联系人", default="", blank=True)
    phone = models.TextField("联系电话", default="", blank=True)
    public = models.BooleanField("居民也可以参加", default=False)
    check_code = models.TextField("签到码", default="", blank=True)
    residents = models.IntegerField("到场居民", default=0)
    made_by = models.UUIDField(null=True)
    made_by_name = models.TextField(default="")
    recorded_by = models.UUIDField(null=True)
    recorded_by_name = models.TextField(default="")
    recorded_at = models.DateTimeField(null=True)
    on_paper = models.BooleanField("纸质签到", default=False)
    result = models.TextField("办得怎么样", default="", blank=True)
    round = models.SmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by_name = models.TextField(default="")
    backfilled = models.BooleanField("补录", default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="activity_state_known"
            ),
            models.CheckConstraint(
                condition=Q(end_at__gt=F("start_at")), name="activity_has_length"
            ),
            models.CheckConstraint(
                condition=Q(slots=None) | Q(slots__gt=0), name="activity_slots"
            ),
            models.CheckConstraint(
                condition=Q(check_code="") | Q(state="published"),
                name="activity_check_code_live",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=rules.COUNTED) | Q(confirmed_at__isnull=False),
                name="activity_confirmed_has_time",
            ),
            ExclusionConstraint(
                name="activity_venue_no_overlap",
                expressions=[
                    ("venue", RangeOperators.EQUAL),
                    (_stretch(), RangeOperators.OVERLAPS),
                ],
                condition=Q(venue__isnull=False, state__in=rules.STANDING),
            ),
        ]
        indexes = [
            models.Index(fields=["path", "start_at"], name="activity_by_place"),
            models.Index(fields=["unit", "start_at"], name="activity_by_unit"),
            models.Index(fields=["state", "end_at"], name="activity_by_state"),
            GinIndex(fields=["carriers"], name="activity_carriers"),
        ]

    def __str__(self) -> str:
        return self.title


class Participation(Acted):
    """One member's part in one activity. `unit_id` is their unit on that day,
    `host_unit_id` the hosting unit; the times are the person's own. `checked_at`: when
    the person typed the code, which only marks the list beforehand. Residents are only
    counted, never listed."""

    ACCESS = Columns(
        path=("path",), unit=("unit_id", "host_unit_id"),
        own={"member_id": "member_id"},
    )  # fmt: skip
    FLOW = rules.PART_FLOW

    activity = models.ForeignKey(
        Activity, models.PROTECT, related_name="parts", db_index=False
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="activity_parts", db_index=False
    )
    path = CText()
    unit_id = models.UUIDField(null=True)
    host_unit_id = models.UUIDField(null=True)
    state = models.TextField("状态", default="signed_up")
    by_unit = models.BooleanField("单位集体报名", default=False)
    checked_at = models.DateTimeField("输签到码", null=True)
    signed_at = models.DateTimeField()
    start_at = models.DateTimeField(null=True)
    end_at = models.DateTimeField(null=True)
    break_minutes = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.PART_STATES)), name="part_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="attended")
                | Q(start_at__isnull=False, end_at__gt=F("start_at")),
                name="part_attended_has_times",
            ),
            models.UniqueConstraint(fields=["activity", "member"], name="part_once"),
            # Nobody is at two places at once (domain 8.25).
            ExclusionConstraint(
                name="part_no_overlap",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (_stretch(), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="attended"),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "state"], name="part_by_member"),
            models.Index(fields=["unit_id", "state"], name="part_by_unit"),
        ]


class Post(Acted):
    """A volunteer post 志愿岗位 of a community (L06, L28; domain 6.9): a fixed one, a
    team, an item somebody takes charge of, or a pledge. `quota` is how many hold it at
    once, `hours_a_month` what is expected."""

    ACCESS = Columns(path=("path",))
    FLOW = rules.POST_FLOW

    no = models.TextField("编号", default="", editable=True)
    title = models.TextField("岗位")
    mode = models.TextField("方式", choices=list(rules.MODES.items()))
    state = models.TextField("状态", default="open")
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name="社区", db_index=False
    )
    path = CText()
    about = models.TextField("做什么", default="", blank=True)
    spot = models.TextField("在哪里", default="", blank=True)
    schedule = models.TextField("什么时候", default="", blank=True)
    quota = models.SmallIntegerField("人数", default=1)
    term_months = models.SmallIntegerField("任期（月）", default=12)
    due_on = models.DateField("完成日期", null=True, blank=True)
    skills = ArrayField(
        models.TextField(), verbose_name="最好会", default=list, blank=True
    )
    min_age = models.SmallIntegerField("年龄下限", null=True, blank=True)
    risky = models.BooleanField("有一定风险", default=False)
    insured = models.BooleanField("已买保险", default=False)
    contact = models.TextField("联系人", default="", blank=True)
    phone = models.TextField("联系电话", default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.POST_STATES)), name="post_state_known"
            ),
            models.CheckConstraint(
                condition=Q(quota__gt=0, term_months__gt=0), name="post_numbers"
            ),
        ]
        indexes = [models.Index(fields=["path", "state"], name="post_by_place")]

    def __str__(self) -> str:
        return self.title


class Holding(Acted):
    """One member holds one post in [valid_from, valid_to). `promise` is what they said
    they would do; `reviewed_on` the last half-yearly review."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})
    FLOW = rules.HOLD_FLOW

    post = models.ForeignKey(
        Post, models.PROTECT, related_name="holdings", db_index=False
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="holdings", db_index=False
    )
    path = CText()
    unit_id = models.UUIDField(null=True)
    state = models.TextField("状态", default="held")
    promise = models.TextField("承诺", default="", blank=True)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止")
    reviewed_on = models.DateField("最近评议", null=True)
    review = models.TextField("评议", default="", blank=True)
    end_reason = models.TextField(
        "结束原因", choices=list(rules.END_REASONS.items()), default="", blank=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.HOLD_STATES)),
                name="holding_state_known",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="holding_period"
            ),
            models.UniqueConstraint(
                fields=["post", "member"],
                condition=Q(state="held"),
                name="holding_once",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "state"], name="holding_by_member"),
            models.Index(fields=["path", "state"], name="holding_by_place"),
        ]


class Turn(Acted):
    """One turn served on a post, told by the holder, confirmed by the community."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})
    FLOW = rules.TURN_FLOW

    holding = models.ForeignKey(
        Holding, models.PROTECT, related_name="turns", db_index=False
    )
    member_id = models.UUIDField()
    path = CText()
    place_id = models.UUIDField()
    unit_id = models.UUIDField(null=True)
    state = models.TextField("状态", default="told")
    start_at = models.DateTimeField("开始")
    end_at = models.DateTimeField("结束")
    note = models.TextField("做了什么", default="", blank=True)
    told_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.TURN_STATES)), name="turn_state_known"
            ),
            # Nobody is at two places at once (domain 8.25).
            ExclusionConstraint(
                name="turn_no_overlap",
                expressions=[
                    ("member_id", RangeOperators.EQUAL),
                    (_stretch(), RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="refused"),
            ),
        ]
        indexes = [
            models.Index(fields=["holding", "start_at"], name="turn_by_holding"),
            models.Index(fields=["path", "state"], name="turn_by_place"),
        ]


class Feed(Acted):
    """An address under which a calendar program reads what concerns one account in one
    role. Kept as a hash, shown once; making a new one or revoking closes it. Not kept:
    when it was read (domain 0.1)."""

    ACCESS = Columns(made="account_id")

    account_id = models.UUIDField()
    role_key = models.TextField("角色")
    hashed = models.TextField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hashed"], name="feed_hash_once"),
            models.UniqueConstraint(
                fields=["account_id", "role_key"],
                condition=Q(revoked_at=None),
                name="feed_one_open_per_role",
            ),
        ]

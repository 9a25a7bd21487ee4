from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import now as clock_now
from baodao.core.fields import CText, SealedText
from baodao.core.ids import link_token, lookup_code, uuid7
from baodao.core.memory import bump
from baodao.orders import rules
from baodao.people.models import Member, Unit
from baodao.places.models import Household, Place
from baodao.places.search import TitleKeys
from baodao.records.models import CHANNELS


class Category(models.Model):
    """A kind of service (A11, L36, L40): a row, not code. `care` is one of the three
    cares of A03; `functions` and `skills` are what suggestions look for."""

    code = models.TextField(primary_key=True)
    title = models.TextField("名称")
    care = models.TextField(choices=list(rules.CARES.items()))
    functions = ArrayField(models.TextField(), default=list)
    skills = ArrayField(models.TextField(), default=list)
    icon = models.TextField(default="list")
    resident_word = models.TextField("居民说法", default="")
    by_phone = models.BooleanField("电话里能办", default=False)
    position = models.SmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        triggers = [bump("category_kept")]

    def __str__(self) -> str:
        return self.title


class Order(Acted):
    """One order 点单. Public wording (`title`) and private wording (`detail`) are
    apart; the requester's contact is sealed and revealed one field at a time.

    Clock: `due_at` belongs to the present state and started at `clock_from`;
    `overall_due_at` is the end of a danger or urgent order's whole time. While
    `paused_at` is set nothing runs; resuming moves both on."""

    ACCESS = Columns(
        path=("path",),
        unit=("unit_id",),
        own={"id": "link_id", "member_id": "member_id"},
        made="placed_by",
    )
    FLOW = rules.FLOW

    no = models.TextField("单号")
    code = models.TextField("查询码", default=lookup_code)
    token = models.TextField("链接", default=link_token)
    state = models.TextField("状态", default="submitted")
    kind = models.TextField("类型", choices=list(rules.KINDS.items()))
    category = models.ForeignKey(
        Category, models.PROTECT, verbose_name="类别", db_index=False
    )
    urgency = models.TextField(
        "急不急", choices=list(rules.URGENCIES.items()), default="normal"
    )
    source = models.TextField("来源", choices=list(rules.SOURCES.items()))
    route = models.TextField(
        "办理方式", choices=list(rules.ROUTES.items()), default="", blank=True
    )
    # Found by their paths, or by the indexes below: one more each would be written
    # with every act.
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name="地方", db_index=False
    )
    path = CText()
    # Where it was placed, when a change of divisions has moved it since: figures "as
    # recorded" count it there.
    placed_path = CText(null=True, blank=True)
    title = models.TextField("对外文字")
    detail = SealedText("居民原话")
    call_name = SealedText("称呼")
    phone = SealedText("电话")
    phone_hash = models.TextField(default="")
    address = SealedText("住处")
    household = models.ForeignKey(Household, models.PROTECT, null=True, blank=True)
    language = models.TextField(default="zh")
    seen_how = models.TextField("居民看过对外文字", default="", blank=True)
    consent_public = models.BooleanField("同意公开", default=False)
    goods_fen = models.IntegerField("实物金额（分）", default=0)
    # The account that registered it, for somebody or for oneself.
    placed_by = models.UUIDField(null=True)

    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, verbose_name="承办单位",
        db_index=False,
    )  # fmt: skip
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, verbose_name="承办党员",
        db_index=False,
    )  # fmt: skip
    served_by_person = models.UUIDField(null=True)
    channel = models.TextField(choices=list(CHANNELS.items()), default="", blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False
    )
    transferred_to = models.TextField(default="", blank=True)
    returned_by = models.TextField("上次退回的单位", default="", blank=True)
    # With the township, which has taken it on from its community.
    at_township = models.BooleanField(default=False)

    placed_at = models.DateTimeField()
    clock_from = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    overall_due_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_until = models.DateField(null=True)
    pause_reason = models.TextField(default="", blank=True)
    # Who stopped the clock: a person for this order, or a pause of the whole place.
    paused_by = models.TextField(default="", blank=True)
    # Since when it runs without a stop: the last move or resume.
    ticking_since = models.DateTimeField(default=clock_now)
    reminded = models.SmallIntegerField(default=0)
    escalated_at = models.DateTimeField(null=True)
    extension_hours = models.SmallIntegerField(default=0)
    extended = models.BooleanField(default=False)
    dispatched_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reopened = models.SmallIntegerField(default=0)
    withdrawn_how = models.TextField(default="", blank=True)
    calls = models.SmallIntegerField(default=0)
    first_call_at = models.DateTimeField(null=True)
    last_call_at = models.DateTimeField(null=True)
    call_wanted = models.BooleanField(default=False)
    result = models.TextField(
        choices=list(rules.RESULTS.items()), default="", blank=True
    )
    # When the result came about: confirmed, not reached, or answered as 办不了.
    result_at = models.DateTimeField(null=True)
    confirmed_how = models.TextField(default="", blank=True)
    rating = models.SmallIntegerField(null=True)
    # A mark that is being checked, or was found not to count: in no rate (domain 8.16).
    mark_aside = models.SmallIntegerField(null=True)
    thanks = models.TextField("感谢的话（已核）", default="", blank=True)
    rating_text = SealedText("评价的话")
    rating_public = models.BooleanField(default=False)

    class Meta:
        constraints = [
            # As constraints: `unique=True` of a text makes a second index, for LIKE.
            models.UniqueConstraint(fields=["code"], name="order_code_once"),
            models.UniqueConstraint(fields=["token"], name="order_token_once"),
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="order_state_known"
            ),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__range=(1, 5)),
                name="order_rating_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(mark_aside=None) | Q(mark_aside__range=(1, 5), rating=None),
                name="order_one_mark",
            ),
            models.CheckConstraint(
                condition=~Q(state="mark_check") | Q(mark_aside__isnull=False),
                name="order_checked_has_mark",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=["dispatched", "unit_accepted", "assigned", "accepted"]
                )
                | Q(unit__isnull=False),
                name="order_at_unit_has_unit",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["assigned", "accepted", "claimed"])
                | Q(member__isnull=False),
                name="order_at_member_has_member",
            ),
            models.CheckConstraint(
                condition=~Q(state="merged") | Q(merged_into__isnull=False),
                name="order_merged_has_target",
            ),
            models.CheckConstraint(
                condition=Q(result="", result_at=None)
                | (~Q(result="") & Q(result_at__isnull=False)),
                name="order_result_has_date",
            ),
        ]
        indexes = [
            # What is open is few; what is closed is years and found by its time.
            models.Index(
                fields=["path", "state", "due_at"],
                name="order_open_by_place",
                condition=Q(state__in=list(rules.OPEN)),
            ),
            # What figures look at is carried along: they read no rows (stats).
            models.Index(
                fields=["path", "placed_at"],
                include=["state", "channel", "withdrawn_how"],
                name="order_by_place_newest",
            ),
            models.Index(
                fields=["placed_path"],
                name="order_by_first_place",
                condition=Q(placed_path__isnull=False),
            ),
            models.Index(fields=["unit", "state", "due_at"], name="order_by_unit"),
            models.Index(fields=["member", "state", "due_at"], name="order_by_member"),
            models.Index(
                fields=["due_at"],
                name="order_open_due",
                condition=Q(state__in=list(rules.OPEN)),
            ),
            models.Index(fields=["merged_into"], name="order_merged_into"),
            models.Index(
                fields=["path", "result_at"],
                include=[
                    "result",
                    "kind",
                    "channel",
                    "rating",
                    "mark_aside",
                    "confirmed_at",
                ],
                name="order_by_result",
                condition=Q(result_at__isnull=False),
            ),
            models.Index(
                fields=["placed_by", "placed_at"],
                name="order_by_account",
                condition=Q(placed_by__isnull=False),
            ),
            models.Index(OpClass("no", name="text_pattern_ops"), name="order_by_no"),
            # Years of history, from the newest back (lists, board).
            models.Index(fields=["-placed_at", "path"], name="order_newest"),
            models.Index(
                fields=["-closed_at", "path"],
                name="order_newest_closed",
                condition=Q(closed_at__isnull=False),
            ),
            models.Index(
                fields=["-closed_at", "path"],
                name="order_thanks",
                condition=Q(rating_public=True) & ~Q(thanks=""),
            ),
            models.Index(
                fields=["phone_hash", "placed_at"],
                name="order_by_phone",
                condition=~Q(phone_hash=""),
            ),
            GinIndex(TitleKeys(F("title")), name="order_search"),
        ]

    def __str__(self) -> str:
        return f"单 {self.no}"

    @property
    def state_title(self) -> str:
        return rules.STATES[self.state].title


class Service(models.Model):
    """One person's stretch of service for an order, as reported; it becomes a record
    when the resident has confirmed (A16). Minutes leave travel out (domain 6.8)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="services", db_index=False
    )
    round = models.SmallIntegerField(default=0)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    unit_id = models.UUIDField(null=True)
    start_at = models.DateTimeField("开始")
    end_at = models.DateTimeField("结束")
    break_minutes = models.IntegerField("休息（分钟）", default=0)
    minutes = models.IntegerField("时长（分钟）")
    work_time = models.BooleanField("在上班时间", default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(end_at__gt=F("start_at")), name="service_has_length"
            ),
            models.CheckConstraint(condition=Q(minutes__gte=0), name="service_minutes"),
            models.UniqueConstraint(
                fields=["order", "round", "member"], name="service_once_per_round"
            ),
            # Nobody serves in two places at once (domain 6.8, 8.25).
            ExclusionConstraint(
                name="service_no_overlap",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (
                        models.Func(F("start_at"), F("end_at"), function="tstzrange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]


class Answer(models.Model):
    """How a unit answered one dispatch (响应率, domain 6.7): written by the act that
    answered it, or by the one that took it away after the limit. An order that was
    dispatched three times has three."""

    OUTCOMES = {"accepted": "接单", "returned": "退回", "silent": "没有答复"}

    id = models.UUIDField(primary_key=True, default=uuid7)
    order = models.ForeignKey(Order, models.PROTECT, related_name="answers")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    dispatched_at = models.DateTimeField()
    at = models.DateTimeField()
    outcome = models.TextField(choices=list(OUTCOMES.items()))
    in_time = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(
                fields=["path", "at"],
                include=["outcome", "in_time"],
                name="answer_by_place",
            ),
            models.Index(fields=["unit", "at"], name="answer_by_unit"),
        ]

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import local, now
from baodao.core.fields import CText
from baodao.exchange.lists import rules
from baodao.exchange.rules import JOINT_TYPES
from baodao.people.models import Unit
from baodao.places.models import Place


class Listed(Acted):
    """What needs and resources have in common. `unit` is null for a need of the
    community itself; `item_id` is the line of a report-in it was taken over from."""

    number = models.TextField("编号")
    title = models.TextField("名称")
    joint_type = models.TextField("五联", choices=list(JOINT_TYPES.items()))
    quantity = models.TextField("数量或内容", default="", blank=True)
    conditions = models.TextField("时间、条件", default="", blank=True)
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name="社区", db_index=False
    )
    path = CText()
    item_id = models.UUIDField(null=True)
    clock_from = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Need(Listed):
    """A need 需求 of a community or of a unit (L24). `published_on` starts the days it
    waits for a match; after `EXPIRE_DAYS` it leaves the list."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))
    FLOW = rules.NEED_FLOW

    state = models.TextField("状态", default="draft")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_index=False
    )
    wanted_on = models.DateField("最好在哪天前", null=True)
    published_on = models.DateField("公布日期", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.NEED_STATES)), name="need_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "confirmed", "withdrawn"))
                | Q(published_on__isnull=False),
                name="need_published_has_day",
            ),
            models.UniqueConstraint(fields=["item_id"], name="need_taken_over_once"),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="need_by_place"),
            models.Index(fields=["unit", "state"], name="need_by_unit"),
        ]

    def __str__(self) -> str:
        return f"需 {self.number}"


class Resource(Listed):
    """A resource 资源 that a unit provides (L25): `count` of them may be booked at the
    same time. `need` is the need it was offered for."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))
    FLOW = rules.RESOURCE_FLOW

    state = models.TextField("状态", default="offered")
    kind = models.TextField("种类", choices=list(rules.RESOURCE_KINDS.items()))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    count = models.SmallIntegerField("同时可以约几份", default=1)
    until = models.DateField("提供到哪天", null=True)
    need = models.ForeignKey(
        Need, models.PROTECT, null=True, related_name="offers", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.RESOURCE_STATES)),
                name="resource_state_known",
            ),
            models.CheckConstraint(
                condition=Q(count__gte=1, count__lte=99), name="resource_count"
            ),
            models.UniqueConstraint(
                fields=["item_id"], name="resource_taken_over_once"
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="resource_by_place"),
            models.Index(fields=["unit", "state"], name="resource_by_unit"),
        ]

    def __str__(self) -> str:
        return f"资 {self.number}"


class Booking(Acted):
    """One use of a resource from `start_at` to `end_at`; `nth` of those that can be
    used at the same time. Two bookings of one of them never overlap."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))
    FLOW = rules.BOOKING_FLOW

    state = models.TextField("状态", default="asked")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="bookings")
    nth = models.SmallIntegerField(default=1)
    unit_id = models.UUIDField()
    place_id = models.UUIDField()
    path = CText()
    purpose = models.TextField("用来做什么")
    start_at = models.DateTimeField("从")
    end_at = models.DateTimeField("到")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.BOOKING_STATES)),
                name="booking_state_known",
            ),
            models.CheckConstraint(
                condition=Q(end_at__gt=F("start_at")), name="booking_span"
            ),
            ExclusionConstraint(
                name="booking_no_overlap",
                expressions=[
                    ("resource", RangeOperators.EQUAL),
                    ("nth", RangeOperators.EQUAL),
                    (
                        Func(F("start_at"), F("end_at"), function="tstzrange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state__in=rules.HELD),
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="booking_by_place"),
            models.Index(fields=["unit_id", "state"], name="booking_by_unit"),
        ]

    def __str__(self) -> str:
        day = local(self.start_at)
        return f"{day.month}月{day.day}日的预约"


class ListProject(Acted):
    """A line of the project list 项目清单 (L26): at least one need and one resource,
    brought together for a reason."""

    ACCESS = Columns(path=("path",), units=("unit_ids",))
    FLOW = rules.PROJECT_FLOW

    number = models.TextField("编号")
    title = models.TextField("名称")
    state = models.TextField("状态", default="planned")
    joint_type = models.TextField("五联", choices=list(JOINT_TYPES.items()))
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="+", verbose_name="社区", db_index=False
    )
    path = CText()
    unit_ids = ArrayField(models.UUIDField(), default=list)
    needs = ArrayField(models.UUIDField())
    resources = ArrayField(models.UUIDField())
    reason = models.TextField("为什么对得上", default="", blank=True)
    effect = models.TextField("预期成效", default="", blank=True)
    due_on = models.DateField("完成时限")
    result = models.TextField("完成情况", default="", blank=True)
    finished_on = models.DateField("办完日期", null=True)
    clock_from = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.PROJECT_STATES)),
                name="list_project_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(needs=[]) & ~Q(resources=[]),
                name="list_project_brings_together",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "state"], name="list_project_by_place"),
            GinIndex(fields=["unit_ids"], name="list_project_by_unit"),
            GinIndex(fields=["needs"], name="list_project_by_need"),
            GinIndex(fields=["resources"], name="list_project_by_resource"),
        ]

    def __str__(self) -> str:
        return f"项 {self.number}"


class ListEdition(Acted):
    """The three lists of a community as they stood in one quarter, frozen: the rows
    are kept as they were printed (domain 6.5)."""

    ACCESS = Columns(path=("path",))

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    path = CText()
    quarter = models.TextField("季度")
    frozen_at = models.DateTimeField()
    frozen_by = models.TextField(default="")
    rows = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "quarter"], name="list_edition_once"
            )
        ]
        indexes = [models.Index(fields=["path", "quarter"], name="edition_by_place")]

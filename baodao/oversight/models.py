from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.fields import CText
from baodao.oversight import rules
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

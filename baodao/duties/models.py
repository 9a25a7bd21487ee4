from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.distinct import kept_once
from baodao.core.fields import CText
from baodao.duties import rules
from baodao.people.models import Member
from baodao.places.search import TitleKeys


class Duty(Acted):
    """One thing owed within [opens_on, due_on], both days included.

    `source_kind` and `source_id` name what it follows from (a pairing, an agreement
    item, a unit's tie …), `key` the window of that source ("2026-03", "2026-losar"):
    together they are there once, so generating again changes nothing. `path` is the
    community's (never a household's: units and members read it). `done_kind` and
    `done_id` name what fulfilled it (a visit, an activity, a project)."""

    ACCESS = Columns(
        path=("path",),
        unit=("unit_id",),
        own={"member_id": "member_id", "stand_in_id": "member_id"},
    )
    FLOW = rules.FLOW

    kind = models.TextField("种类")
    title = models.TextField("应办")
    state = models.TextField("状态", default="due")
    source_kind = models.TextField()
    source_id = models.UUIDField()
    key = models.TextField()
    path = CText()
    place_id = models.UUIDField("社区")
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="duties", db_index=False
    )
    unit_id = models.UUIDField(null=True)
    opens_on = models.DateField("起")
    due_on = models.DateField("止")
    stand_in = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_index=False
    )
    attempts = models.SmallIntegerField(default=0)
    retry_on = models.DateField(null=True)
    reminded_on = models.DateField(null=True)
    shifted = models.SmallIntegerField("顺延天数", default=0)
    done_on = models.DateField("完成日期", null=True)
    done_by_id = models.UUIDField(null=True)
    done_kind = models.TextField(default="")
    done_id = models.UUIDField(null=True)
    made_up = models.BooleanField("补办", default=False)
    excuse = models.TextField(
        "免办原因", choices=list(rules.EXCUSES.items()), default="", blank=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(rules.STATES)), name="duty_state_known"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on")), name="duty_window"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("done", "confirmed"))
                | Q(done_on__isnull=False),
                name="duty_done_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="excused") | ~Q(excuse=""),
                name="duty_excuse_has_reason",
            ),
            models.UniqueConstraint(
                fields=["source_id", "kind", "key"], name="duty_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["path", "state", "due_on", "opens_on"], name="duty_by_place"
            ),
            models.Index(fields=["member", "state", "due_on"], name="duty_by_member"),
            models.Index(fields=["unit_id", "state", "due_on"], name="duty_by_unit"),
            models.Index(
                fields=["stand_in"],
                name="duty_by_stand_in",
                condition=Q(stand_in__isnull=False),
            ),
            # A list is read in its order, and what decides who sees a row is carried
            # along. A month's visits end on one day: without the id, a page would have
            # to sort them all.
            models.Index(
                fields=["state", "due_on", "id"],
                include=["path", "opens_on"],
                name="duty_open_in_order",
                condition=Q(state__in=rules.LIVE),
            ),
            models.Index(
                fields=["due_on", "id"],
                include=["path", "unit_id"],
                name="duty_settled_in_order",
                condition=Q(state__in=rules.SETTLED),
            ),
            # A kind, or wording, of which there are few among millions.
            models.Index(fields=["kind", "title"], name="duty_by_title"),
            models.Index(
                fields=["done_id"],
                name="duty_by_deed",
                condition=Q(done_id__isnull=False),
            ),
        ]
        triggers = [kept_once("duty_title_kept", "duties_dutytitle", "kind", "title")]

    def __str__(self) -> str:
        return self.title


class DutyTitle(models.Model):
    """The wordings there are: a few hundred of a million duties. The database keeps
    them (`Duty.Meta.triggers`); no act changes the kind or title of a duty."""

    kind = models.TextField()
    title = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "title"], name="duty_title_once")
        ]
        indexes = [GinIndex(TitleKeys(F("title")), name="duty_title_search")]

    def __str__(self) -> str:
        return self.title


class DutyRun(Acted):
    """One run of the generator: what it wrote is told by its event."""

    ACCESS = Columns(path=("path",))

    kind = models.TextField()
    path = CText(default="", blank=True)
    first = models.DateField()
    last = models.DateField()
    sources = models.IntegerField()
    made = models.IntegerField()

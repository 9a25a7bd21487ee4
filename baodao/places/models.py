from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import today
from baodao.core.fields import CText, SealedText
from baodao.core.ids import uuid7
from baodao.core.memory import bump
from baodao.places import rules
from baodao.places.search import SearchKeys

FOCUS_GROUPS = {
    "elder": "老年人",
    "minor": "未成年人",
    "disabled": "残疾人",
    "hardship": "困难家庭",
    "other": "其他",
}


class Place(Acted):
    """A node of the tree. Official places carry their code of 2 to 12 digits, local
    ones their parent's code and a letter: 542523100001-G003, …-E012, …-H0312."""

    ACCESS = Columns(path=("path",))

    code = models.TextField("代码")
    path = CText("路径")
    level = models.SmallIntegerField("层级", choices=list(rules.LEVELS.items()))
    kind = models.TextField(
        "类型", choices=list(rules.KINDS.items()), default="", blank=True
    )
    # `place_children` begins with it.
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children",
        verbose_name="上级", db_index=False,
    )  # fmt: skip
    official_name = models.TextField("法定名称")
    name = models.TextField("名称")
    name_bo = models.TextField("藏文名称", default="", blank=True)
    pinyin = models.TextField("拼音", default="", editable=True)
    population = models.IntegerField("人口", default=0)
    households = models.IntegerField("户数", default=0)
    phone = models.TextField("公开电话", default="", blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    is_contact_point = models.BooleanField("联系点", default=False)
    valid_from = models.DateField("起", default=today)
    valid_to = models.DateField("止", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to=None), name="place_code_once"
            ),
            # Not `unique=True`: that would bring a second index for LIKE, which a
            # range under collation "C" has no use for.
            models.UniqueConstraint(fields=["path"], name="place_path_once"),
            models.CheckConstraint(
                condition=Q(is_contact_point=False)
                | Q(level__in=[rules.COMMUNITY, rules.GRID]) & ~Q(kind="virtual"),
                name="contact_point_is_community_or_grid",
            ),
        ]
        indexes = [
            models.Index(fields=["parent", "path"], name="place_children"),
            models.Index(fields=["level", "path"], name="place_by_level"),
            GinIndex(SearchKeys(F("name"), F("pinyin")), name="place_search"),
            models.Index(
                OpClass("code", name="text_pattern_ops"), name="place_code_prefix"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlaceName(models.Model):
    """What a place was called before, written with the act that changed it.
    `merged`: the name of another place that has gone into this one."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    place = models.ForeignKey(Place, models.PROTECT, related_name="names")
    name = models.TextField("名称")
    official_name = models.TextField("法定名称")
    valid_from = models.DateField("起")
    valid_to = models.DateField("止")
    merged = models.BooleanField(default=False)

    class Meta:
        ordering = ["-valid_to", "-valid_from", "id"]


class PlaceChange(Acted):
    """One change of divisions 区划调整 (domain 6.1, 8.22). While it is a draft only
    `plan` is kept, what somebody decided (`changes.plan.Spec`); what follows from it
    is worked out anew each time. `path` is the place whose people may do it: the
    closest one above everything that is touched."""

    ACCESS = Columns(path=("path",))
    FLOW = rules.CHANGE_FLOW

    kind = models.TextField("种类", choices=list(rules.CHANGE_KINDS.items()))
    state = models.TextField("状态", default="draft")
    path = CText(default="", blank=True)
    on = models.DateField("生效日期", default=today)
    reason = models.TextField("依据", default="", blank=True)
    title = models.TextField("调整", default="")
    plan = models.JSONField(default=dict)
    by_name = models.TextField("经办", default="")
    done_at = models.DateTimeField(null=True)
    # What was moved and what is left to do by hand: [[words, number], …]
    moved = models.JSONField(default=list)
    left = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["path", "-created_at"], name="change_by_place"),
        ]

    def __str__(self) -> str:
        return self.title


class Succession(models.Model):
    """What became of a place: written when a change is carried out, never altered.
    `main`: what was recorded right at `old_path` belongs to `new_path` now; `whole`:
    so does everything below it; `above`: the new path of the place above, where the
    step follows from that one's (so that a county's thousand steps count as one).
    Not `direct`: the step of an earlier change, carried on by this one."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    change = models.ForeignKey(PlaceChange, models.PROTECT, related_name="steps")
    old = models.ForeignKey(Place, models.PROTECT, related_name="successions")
    new = models.ForeignKey(Place, models.PROTECT, related_name="origins")
    old_path = CText()
    new_path = CText()
    main = models.BooleanField(default=True)
    whole = models.BooleanField(default=True)
    above = CText(default="", blank=True)
    direct = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["change", "old", "new"], name="succession_once"
            ),
        ]
        indexes = [
            models.Index(fields=["new_path"], name="succession_new"),
            models.Index(fields=["old_path"], name="succession_old"),
        ]
        triggers = [bump("succession_kept")]


class Estate(Acted):
    """The profile of an estate 小区 (L34, L51): what pairing and weighting look at."""

    ACCESS = Columns(path=("path",))

    place = models.OneToOneField(Place, models.PROTECT, related_name="estate")
    path = CText()
    built_year = models.IntegerField("建成年份", null=True, blank=True)
    homes = models.IntegerField("户数", default=0)
    elder_share = models.IntegerField("60 岁以上占比（%）", default=0)
    has_lift = models.BooleanField("有电梯", default=False)
    services = ArrayField(
        models.TextField(), verbose_name="现有服务", default=list, blank=True
    )
    risks = ArrayField(
        models.TextField(), verbose_name="风险", default=list, blank=True
    )
    is_key = models.BooleanField("重点小区", default=False)


class Household(Acted):
    """A household 户. Shown by number (户 0312) outside the need-to-know; who and
    where are encrypted and every reveal is an event (domain 9.1, 9.5)."""

    ACCESS = Columns(path=("path",))

    place = models.OneToOneField(Place, models.PROTECT, related_name="household")
    path = CText()
    number = models.TextField("户号")
    call_name = SealedText("称呼")
    address = SealedText("住处")
    phone = SealedText("电话")
    focus = ArrayField(
        models.TextField(), verbose_name="重点人群", default=list, blank=True
    )
    language = models.TextField("语言", default="zh")
    remote = models.BooleanField("牧区或路程 2 小时以上", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["path"], name="household_path_once")
        ]


class Setting(Acted):
    """One value of one key at one place; it holds for the place and below until a
    lower place sets its own. `key` and its default: `places.settings.KEYS`."""

    ACCESS = Columns(path=("path",))

    path = CText(default="", blank=True)
    key = models.TextField()
    value = models.JSONField()
    set_by = models.TextField(default="")
    reason = models.TextField("理由", default="")
    set_at = models.DateTimeField()
    # Taken back: the value of the place above holds again.
    removed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["path", "key"], name="setting_once_per_place"
            )
        ]
        triggers = [bump("setting_kept")]


class LocalDay(Acted):
    """A day on which a place's calendar differs from the package's: a local
    festival, a make-up workday, a year the package does not know yet."""

    ACCESS = Columns(path=("path",))
    KINDS = {"holiday": "休息", "workday": "上班"}

    path = CText(default="", blank=True)
    day = models.DateField("日期")
    kind = models.TextField("安排", choices=list(KINDS.items()))
    name = models.TextField("说明")
    removed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["path", "day"],
                condition=Q(removed=False),
                name="local_day_once",
            )
        ]
        triggers = [bump("local_day_kept")]


class Pause(Acted):
    """An interval in which clocks stand still for a place and below. Pauses of
    nested places overlap; they are counted as a union (domain 8.20)."""

    ACCESS = Columns(path=("path",))

    path = CText(default="", blank=True)
    start = models.DateTimeField("起")
    end = models.DateTimeField("止", null=True, blank=True)
    reason = models.TextField("理由")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(end=None) | Q(end__gt=F("start")), name="pause_has_length"
            ),
            ExclusionConstraint(
                name="pause_no_overlap_at_one_place",
                expressions=[
                    ("path", RangeOperators.EQUAL),
                    (
                        models.Func(F("start"), F("end"), function="tstzrange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce

from baodao.acts.access import Columns
from baodao.acts.models import Acted
from baodao.core.clock import now, today
from baodao.core.fields import CText, SealedText
from baodao.core.ids import uuid7
from baodao.core.memory import bump, changed
from baodao.people.choices import (
    AFFILIATIONS,
    DUTY_STATUS,
    EXEMPTION_KINDS,
    MEMBER_KINDS,
    ORG_KINDS,
    UNIT_KINDS,
    UNIT_STATUS,
)
from baodao.people.roles import ROLES
from baodao.places.models import Place
from baodao.places.search import SearchKeys


def period() -> Func:
    """[valid_from, valid_to) as a range of dates."""
    return Func(F("valid_from"), F("valid_to"), function="daterange")


class Unit(Acted):
    """A unit 单位. Affiliation is kept apart from the place tree (A05). `path` is
    the seat's, `point_path` that of its (first) contact point, for scope."""

    ACCESS = Columns(path=("path", "point_path"), unit=("id",))

    name = models.TextField("名称")
    short_name = models.TextField("简称", default="", blank=True)
    pinyin = models.TextField(default="")
    uscc = models.TextField("统一社会信用代码", default="", blank=True)
    branch_no = models.TextField("分支号", default="", blank=True)
    kind = models.TextField("性质", choices=list(UNIT_KINDS.items()))
    affiliation = models.TextField(
        "隶属", choices=list(AFFILIATIONS.items()), default="local"
    )
    functions = ArrayField(
        models.TextField(), verbose_name="职能", default=list, blank=True
    )
    seat = models.ForeignKey(
        Place, models.PROTECT, verbose_name="驻地", related_name="+"
    )
    path = CText()
    point_path = CText(null=True, blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    head_count = models.IntegerField("在职党员数", default=0)
    phone = models.TextField("办公电话", default="", blank=True)
    status = models.TextField(choices=list(UNIT_STATUS.items()), default="active")
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+"
    )
    valid_from = models.DateField(default=today)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            # Branches of one legal person share its code (domain 3.3).
            models.UniqueConstraint(
                fields=["uscc", "branch_no"],
                condition=~Q(uscc=""),
                name="unit_uscc_branch_once",
            )
        ]
        indexes = [
            models.Index(fields=["path", "name"], name="unit_by_seat"),
            models.Index(fields=["point_path"], name="unit_by_point"),
            GinIndex(fields=["functions"], name="unit_functions"),
            GinIndex(SearchKeys(F("name"), F("pinyin")), name="unit_search"),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name


class UnitName(models.Model):
    """A name that a unit had, in [valid_from, valid_to). The unit keeps its id, code,
    ties and agreements when it is renamed (domain 8.6); it is still found by this
    name. Written with the act that gives the new one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="former_names")
    name = models.TextField("名称")
    short_name = models.TextField("简称", default="", blank=True)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止")
    reason = models.TextField("依据", default="", blank=True)

    class Meta:
        ordering = ["-valid_to"]
        constraints = [
            ExclusionConstraint(
                name="unit_name_no_overlap",
                expressions=[("unit", RangeOperators.EQUAL), (period(), RangeOperators.OVERLAPS)],
            )
        ]  # fmt: skip


class PartyOrg(Acted):
    """A party organisation of a unit. Its superior may be outside the system: then
    `superior_external` is its name and address for printed cards (domain 8.37)."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="party_orgs", verbose_name="单位"
    )
    path = CText()
    name = models.TextField("党组织名称")
    kind = models.TextField("类别", choices=list(ORG_KINDS.items()))
    superior = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="below",
        verbose_name="上级党组织",
    )
    superior_external = models.TextField("系统外的上级党组织", default="", blank=True)
    is_main = models.BooleanField("单位的主要党组织", default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(is_main=True), name="party_org_one_main"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ContactTie(Acted):
    """Unit ↔ contact point (A08): many units a point, dated. More than one point a
    unit is allowed and listed (domain 8.36)."""

    ACCESS = Columns(path=("path",), unit=("unit_id",))

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="contact_ties")
    point = models.ForeignKey(Place, models.PROTECT, related_name="contact_ties")
    path = CText()
    reason = models.TextField("理由", default="", blank=True)
    valid_from = models.DateField(default=today)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="contact_tie_no_overlap",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("point", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
            )
        ]
        indexes = [models.Index(fields=["path", "valid_to"], name="tie_by_point")]


class Person(Acted):
    """A person who works with the system or serves. Not stored: ID number, party
    age, ethnicity, religion, photo (domain 9.1)."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"id": "person_id"})

    name = models.TextField("姓名")
    pinyin = models.TextField(default="")
    phone = SealedText("电话")
    phone_hash = models.TextField(default="")
    path = CText(null=True, blank=True)
    unit_id = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [
            GinIndex(SearchKeys(F("name"), F("pinyin")), name="person_search"),
            models.Index(
                fields=["phone_hash"],
                name="person_by_phone",
                condition=~Q(phone_hash=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Member(Acted):
    """A party member (A09): one unit, up to two communities. `residence` and
    `point` are set by the report-in that a community accepted. `retires_on`: the first
    day without duties, known beforehand; `stays_on`: the member has agreed to go on
    as a community member (domain 8.3)."""

    ACCESS = Columns(
        path=("residence_path", "point_path", "unit_path"),
        unit=("unit_id",),
        own={"id": "member_id"},
    )

    person = models.OneToOneField(Person, models.PROTECT, related_name="member")
    volunteer_no = models.TextField("志愿者编号")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="members",
        db_index=False,
    )  # fmt: skip
    party_org = models.ForeignKey(
        PartyOrg, models.PROTECT, null=True, blank=True, related_name="members"
    )
    unit_path = CText(null=True, blank=True)
    kind = models.TextField(
        "类别", choices=list(MEMBER_KINDS.items()), default="in_service"
    )
    skills = ArrayField(
        models.TextField(), verbose_name="特长", default=list, blank=True
    )
    service_classes = ArrayField(
        models.TextField(), verbose_name="服务类别", default=list, blank=True
    )
    availability = ArrayField(
        models.TextField(), verbose_name="可服务时间", default=list, blank=True
    )
    duty_status = models.TextField(
        "状态", choices=list(DUTY_STATUS.items()), default="on_duty"
    )
    residence = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="居住社区",
        db_index=False,
    )
    residence_path = CText(null=True, blank=True)
    point = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="单位联系点",
        db_index=False,
    )
    point_path = CText(null=True, blank=True)
    praise_public = models.BooleanField("同意公布姓名的好评", default=False)
    joined_on = models.DateField("到本单位日期", default=today)
    retires_on = models.DateField("退休日期", null=True, blank=True)
    stays_on = models.BooleanField("退休后愿意继续在社区服务", default=False)
    left_on = models.DateField("离开日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer_no"], name="member_volunteer_no_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["retires_on"],
                name="member_to_retire",
                condition=Q(retires_on__isnull=False),
            ),
            models.Index(fields=["unit", "duty_status"], name="member_by_unit"),
            models.Index(fields=["residence_path"], name="member_by_residence"),
            models.Index(fields=["point_path"], name="member_by_point"),
            GinIndex(fields=["skills"], name="member_skills"),
        ]
        # What an actor is made of; a new member is nobody's actor yet.
        triggers = [bump("member_kept", changed("unit_id", "duty_status"))]

    def __str__(self) -> str:
        return self.person.name


class Exemption(Acted):
    """A dated reason why a member has no duties; the proof is a tick, never a
    medical paper (domain 8.5, 8.12)."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"member_id": "member_id"})

    member = models.ForeignKey(Member, models.PROTECT, related_name="exemptions")
    unit_id = models.UUIDField(null=True)
    path = CText(null=True)
    kind = models.TextField("原因", choices=list(EXEMPTION_KINDS.items()))
    valid_from = models.DateField("起", default=today)
    valid_to = models.DateField("止", null=True, blank=True)
    ticked_by = models.TextField("单位核实人", default="")


class Resident(Acted):
    """A resident who is known by name: a requester who wants to be, or a household's
    contact. Nobody needs to be one to place an order (L50)."""

    ACCESS = Columns(path=("path",))

    path = CText()
    household = models.ForeignKey(
        "places.Household",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="residents",
    )
    call_name = SealedText("称呼")
    phone = SealedText("电话")
    phone_hash = models.TextField(default="")
    language = models.TextField("语言", default="zh")
    channel = models.TextField("联系方式", default="phone")

    class Meta:
        indexes = [models.Index(fields=["phone_hash"], name="resident_by_phone")]


class RoleTie(Acted):
    """A role held by a person for a place or a unit, with dates. No role is for
    ever: `valid_to` is asked for, at most five years ahead."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"person_id": "person_id"})

    person = models.ForeignKey(Person, models.PROTECT, related_name="role_ties")
    role = models.TextField("角色", choices=[(c, r.title) for c, r in ROLES.items()])
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="role_ties",
        verbose_name="地方",
    )
    path = CText(null=True, blank=True)
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="role_ties",
        verbose_name="单位",
    )
    valid_from = models.DateField("起", default=today)
    valid_to = models.DateField("止", null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="role_tie_no_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (Coalesce("path", models.Value("")), RangeOperators.EQUAL),
                    (
                        Coalesce(
                            "unit",
                            models.Value(
                                "00000000-0000-0000-0000-000000000000",
                                output_field=models.UUIDField(),
                            ),
                        ),
                        RangeOperators.EQUAL,
                    ),
                    (period(), RangeOperators.OVERLAPS),
                ],
            )
        ]
        indexes = [models.Index(fields=["role", "path"], name="role_by_place")]
        triggers = [bump("role_kept")]


class AccountManager(BaseUserManager["Account"]):
    def create_user(
        self, username: str, password: str | None = None, **fields: Any
    ) -> "Account":
        """Used by tests and allauth; the product makes accounts through acts."""
        account = self.model(username=username, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username=username)


class Account(AbstractBaseUser):
    """A sign-in. Business rights come from the person's role ties alone; Django's
    own permissions are not used."""

    ACCESS = Columns(path=("path",), unit=("unit_id",), own={"person_id": "person_id"})

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.IntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)
    username = models.TextField("账号", unique=True)
    email = models.TextField("邮箱", default="", blank=True)
    person = models.OneToOneField(Person, models.PROTECT, related_name="account")
    path = CText(null=True, blank=True)
    unit_id = models.UUIDField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    # No log-in statistic exists in the product (domain 0.1).
    last_login = None

    objects = AccountManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        triggers = [bump("account_kept", changed("is_active", "must_change_password"))]

    def __str__(self) -> str:
        return self.username


class RetentionHold(Acted):
    """Something that is kept beyond its time, because somebody has appealed or it is
    asked for by law (domain 9.3). `object_id`: the bond, visit, order …"""

    ACCESS = Columns(path=("path",))

    object_id = models.UUIDField()
    path = CText(default="")
    what = models.TextField("什么")
    why = models.TextField("为什么先不删")
    held_by = models.TextField("谁定的", default="")
    held_on = models.DateField("哪天起", default=today)
    released_on = models.DateField("哪天解除", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object_id"],
                condition=Q(released_on=None),
                name="retention_held_once",
            )
        ]

    def __str__(self) -> str:
        return self.what


class RetentionRun(Acted):
    """One monthly deletion, or its announcement: how many of each kind, and nothing of
    what it was."""

    ACCESS = Columns(path=("path",))

    path = CText(default="")
    on = models.DateField("哪天", default=today)
    # Only told: what would go on that day.
    dry = models.BooleanField("预告", default=False)
    counts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}"

"""Forms of people. What may be chosen is what the actor may see."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Model

from baodao.acts.access import visible
from baodao.acts.actor import Actor
from baodao.people import choices, models, queries
from baodao.people.roles import ROLES
from baodao.places import queries as place_queries
from baodao.places import rules as place_rules
from baodao.places.models import Place
from baodao.ui.forms import DateInput, Form, PhoneInput

if TYPE_CHECKING:
    Choice = forms.ModelChoiceField[Any]
else:
    Choice = forms.ModelChoiceField


PLEASE = "请选"


class PlaceChoice(Choice):
    """A place with the one above it: names repeat (domain 3.1)."""

    def label_from_instance(self, obj: Model) -> str:
        assert isinstance(obj, Place)
        return f"{obj.parent.name} · {obj.name}" if obj.parent else obj.name


class UnitChoice(Choice):
    def label_from_instance(self, obj: Model) -> str:
        assert isinstance(obj, models.Unit)
        return obj.name


def _chips(label: str, known: dict[str, str]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, choices=list(known.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


def _levels(actor: Actor, *levels: int) -> Any:
    found = place_queries.open_places(actor).filter(level__in=levels)
    return found.select_related("parent").order_by("path")


def _units(actor: Actor) -> Any:
    found = visible(models.Unit.objects.all(), actor, "units.view")
    return found.filter(valid_to=None).order_by("pinyin")


class UnitForm(Form):
    name = forms.CharField(
        label="单位名称", max_length=80,
        help_text="这里只改错别字。批文改名请用“单位改名”，旧名称会留下来。",
    )  # fmt: skip
    short_name = forms.CharField(label="简称", max_length=30, required=False)
    kind = forms.ChoiceField(label="性质", choices=list(choices.UNIT_KINDS.items()))
    affiliation = forms.ChoiceField(
        label="隶属", choices=list(choices.AFFILIATIONS.items()),
        help_text="隶属和驻地分开：中直、区直单位也驻在某个社区。",
    )  # fmt: skip
    seat = PlaceChoice(label="驻地", queryset=Place.objects.none(), empty_label=PLEASE)
    uscc = forms.CharField(
        label="统一社会信用代码", max_length=24, required=False,
        help_text="18位，可以不填；党组织和一些分支机构没有。",
    )  # fmt: skip
    branch_no = forms.CharField(
        label="分支号", max_length=10, required=False,
        help_text="几个分支共用一个代码时才填。",
    )  # fmt: skip
    head_count = forms.IntegerField(label="在职党员数", min_value=0, initial=0)
    phone = forms.CharField(
        label="办公电话", max_length=20, required=False, widget=PhoneInput()
    )
    lon = forms.FloatField(label="经度", required=False)
    lat = forms.FloatField(label="纬度", required=False)
    functions = _chips("职能", choices.FUNCTIONS)
    field_order = (
        "name", "short_name", "kind", "affiliation", "seat", "phone", "uscc",
        "branch_no", "lon", "lat", "head_count", "functions",
    )  # fmt: skip

    def __init__(
        self, *args: Any, actor: Actor, seat: Place | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        seats = _levels(
            actor, place_rules.COUNTY, place_rules.TOWNSHIP, place_rules.COMMUNITY
        )
        # A unit's own people see their seat even when it is all they see.
        mine = Place.objects.filter(pk=seat.pk) if seat else Place.objects.none()
        choices = (seats if actor.path is not None else mine).select_related("parent")
        self.fields["seat"].queryset = choices  # type: ignore[attr-defined]


class OrgForm(Form):
    name = forms.CharField(label="党组织名称", max_length=60)
    kind = forms.ChoiceField(label="类别", choices=list(choices.ORG_KINDS.items()))
    superior = forms.ModelChoiceField(
        label="上级党组织", queryset=models.PartyOrg.objects.none(), required=False,
        empty_label="系统里没有",
    )  # fmt: skip
    superior_external = forms.CharField(
        label="系统外的上级党组织", max_length=80, required=False,
        help_text="上级不在系统里时填全称，打印反馈卡时用。",
    )  # fmt: skip
    is_main = forms.BooleanField(label="这个单位的主要党组织", required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["superior"].queryset = queries.orgs_for_superior(actor)  # type: ignore[attr-defined]


class TieForm(Form):
    point = PlaceChoice(
        label="联系点", queryset=Place.objects.none(), empty_label=PLEASE
    )
    valid_from = forms.DateField(label="从哪天起", widget=DateInput(), required=False)
    reason = forms.CharField(label="理由", max_length=100, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"].queryset = place_queries.contact_points(actor)  # type: ignore[attr-defined]


class EndForm(Form):
    on = forms.DateField(
        label="从哪天起没有了",
        widget=DateInput(),
        required=False,
        help_text="不填就是今天。",
    )
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea)


class RenameForm(Form):
    name = forms.CharField(label="新名称", max_length=80)
    short_name = forms.CharField(label="新简称", max_length=30, required=False)
    on = forms.DateField(
        label="从哪天起", widget=DateInput(), help_text="按批文的日期，不晚于今天。"
    )
    reason = forms.CharField(
        label="依据", max_length=100, required=False, help_text="如批文的文号。"
    )


class AbilityForm(Form):
    """What a member can do; the only form members have of their own."""

    skills = _chips("特长", choices.SKILLS)
    service_classes = _chips("愿意做的服务", choices.SERVICE_CLASSES)
    availability = _chips("可服务时间", choices.AVAILABILITY)


class OwnForm(AbilityForm):
    praise_public = forms.BooleanField(
        label="同意在感谢栏公布我的姓名和单位", required=False,
        help_text="随时可以改回来。不同意没有任何影响。",
    )  # fmt: skip


class MemberEditForm(AbilityForm):
    kind = forms.ChoiceField(label="类别", choices=list(choices.MEMBER_KINDS.items()))
    party_org = forms.ModelChoiceField(
        label="所在党组织", queryset=models.PartyOrg.objects.none(), required=False
    )
    joined_on = forms.DateField(label="到本单位日期", widget=DateInput())
    field_order = ("kind", "party_org", "joined_on")

    def __init__(self, *args: Any, unit: models.Unit | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        orgs = (
            models.PartyOrg.objects.filter(unit=unit)
            if unit
            else models.PartyOrg.objects.none()
        )
        self.fields["party_org"].queryset = orgs  # type: ignore[attr-defined]


class MemberAddForm(AbilityForm):
    name = forms.CharField(label="姓名", max_length=30)
    phone = forms.CharField(
        label="电话", max_length=20, required=False, widget=PhoneInput(),
        help_text="加密保存，查看要选用途。",
    )  # fmt: skip
    kind = forms.ChoiceField(label="类别", choices=list(choices.MEMBER_KINDS.items()))
    unit = UnitChoice(
        label="单位",
        queryset=models.Unit.objects.none(),
        required=False,
        empty_label="没有",
    )
    residence = PlaceChoice(
        label="所在社区", queryset=Place.objects.none(), required=False, empty_label="没有",
        help_text="社区、退休、流动党员选；在职党员报到以后自动有。",
    )  # fmt: skip
    field_order = ("name", "phone", "kind", "unit", "residence")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = _units(actor)  # type: ignore[attr-defined]
        if actor.path is None:
            del self.fields["residence"]
        else:
            homes = _levels(actor, place_rules.COMMUNITY)
            self.fields["residence"].queryset = homes  # type: ignore[attr-defined]


class PersonForm(Form):
    name = forms.CharField(label="姓名", max_length=30)
    phone = forms.CharField(
        label="新电话", max_length=20, required=False, widget=PhoneInput(),
        help_text="留空就不改。",
    )  # fmt: skip


class ExemptionForm(Form):
    kind = forms.ChoiceField(
        label="原因", choices=list(choices.EXEMPTION_KINDS.items())
    )
    valid_from = forms.DateField(label="从哪天起", widget=DateInput())
    valid_to = forms.DateField(
        label="到哪天为止", widget=DateInput(), required=False,
        help_text="这一天起恢复任务。说不准就不填。",
    )  # fmt: skip


CHANNELS = {"phone": "打电话", "visit": "上门", "neighbour": "托邻居转告"}


class ResidentForm(Form):
    call_name = forms.CharField(label="称呼", max_length=20)
    phone = forms.CharField(
        label="电话", max_length=20, required=False, widget=PhoneInput()
    )
    language = forms.ChoiceField(
        label="语言", choices=list(place_rules.LANGUAGES.items())
    )
    channel = forms.ChoiceField(
        label="怎么联系",
        choices=list(CHANNELS.items()),
    )


class ResidentAddForm(ResidentForm):
    household_number = forms.CharField(
        label="户号", max_length=6, required=False,
        help_text="如0312。不填就记在您负责的地方。",
    )  # fmt: skip
    field_order = ("call_name", "phone", "household_number")


class ResidentEditForm(ResidentForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("call_name", "phone"):
            self.fields[name].required = False
            self.fields[name].help_text = "留空就不改。"

    def changes(self) -> dict[str, Any]:
        return {k: v for k, v in self.cleaned_data.items() if v}


class RoleForm(Form):
    """`role` decides whether a place or a unit is asked; the service checks."""

    role = forms.ChoiceField(label="角色")
    place = PlaceChoice(
        label="负责的地方",
        queryset=Place.objects.none(),
        required=False,
        empty_label="不选",
    )
    unit = UnitChoice(
        label="单位", queryset=models.Unit.objects.none(), required=False,
        empty_label="不选", help_text="单位书记、联络员选单位，其他角色选地方。",
    )  # fmt: skip
    valid_from = forms.DateField(label="从哪天起", widget=DateInput(), required=False)
    valid_to = forms.DateField(
        label="到哪天为止", widget=DateInput(), help_text="最长5年，到期可以再授。"
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = queries.givable(actor)
        self.fields["role"].choices = choices  # type: ignore[attr-defined]
        levels = {x for code, _ in choices for x in ROLES[code].levels if x}
        if levels and actor.path is not None:
            self.fields["place"].queryset = _levels(actor, *levels)  # type: ignore[attr-defined]
        else:
            del self.fields["place"]
        if any(ROLES[code].bound == "unit" for code, _ in choices):
            self.fields["unit"].queryset = _units(actor)  # type: ignore[attr-defined]
        else:
            del self.fields["unit"]


class NewPersonForm(Form):
    name = forms.CharField(label="姓名", max_length=30)
    phone = forms.CharField(
        label="电话", max_length=20, required=False, widget=PhoneInput()
    )


class AccountForm(Form):
    username = forms.CharField(
        label="账号", max_length=32, help_text="3到32个小写字母、数字，以字母开头。"
    )

"""Forms of places, and how an act answers a form: an `Invalid` of the service
stands under the field it names."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest

from baodao.core.errors import Invalid
from baodao.places import rules
from baodao.places.models import FOCUS_GROUPS, LocalDay
from baodao.places.settings import KEYS
from baodao.places.values import MONEY, WEEKDAYS
from baodao.ui.forms import DateInput, DateTimeInput, Form, PhoneInput

T = TypeVar("T")
F = TypeVar("F", bound=Form)


def submitted(
    request: HttpRequest, form: Form, do: Callable[[dict[str, Any]], T]
) -> T | None:
    """The outcome of `do` on the cleaned data of a posted form; None when there
    was nothing to do or something to mend, which the form then says."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return do(form.cleaned_data)
    except Invalid as error:
        refuse(form, error)
        return None


def apart(form: F, key: object) -> F:
    """The form with ids of its own, on a page that has several."""
    form.auto_id = f"{key}_%s"
    return form


def taken(form: Form | None, do: Callable[[dict[str, Any]], Any]) -> bool:
    """Whether the act of a posted form was done; if not, the form says what to mend.
    Without a form there is nothing to mend: Invalid is for the error page."""
    if form is None:
        do({})
        return True
    if not form.is_valid():
        return False
    try:
        do(form.cleaned_data)
    except Invalid as error:
        refuse(form, error)
        return False
    return True


def refuse(form: forms.Form, error: Invalid) -> None:
    """Put what a service refused under the fields of the form."""
    for name, sentence in error.fields.items():
        form.add_error(name if name in form.fields else None, sentence)
    if not error.fields:
        form.add_error(None, error.message)


def status_of(form: Form) -> int:
    """422 when a posted form has to be mended, so that a swap shows it."""
    return 422 if form.is_bound and form.errors else 200


class PlaceForm(Form):
    name = forms.CharField(label="名称", max_length=60)
    name_bo = forms.CharField(label="藏文名称", max_length=120, required=False)
    phone = forms.CharField(
        label="公开电话", max_length=20, required=False, widget=PhoneInput(),
        help_text="居民看得到，请填办公电话。",
    )  # fmt: skip
    population = forms.IntegerField(label="人口", min_value=0, initial=0)
    households = forms.IntegerField(label="户数", min_value=0, initial=0)
    lon = forms.FloatField(label="经度", required=False)
    lat = forms.FloatField(label="纬度", required=False)


class AddPlaceForm(Form):
    level = forms.TypedChoiceField(label="加什么", coerce=int, widget=forms.RadioSelect)
    name = forms.CharField(label="名称", max_length=60)
    number = forms.IntegerField(
        label="编号", required=False, min_value=1,
        help_text="不填就用下一个空的号。编号定了不能改。",
    )  # fmt: skip

    def __init__(self, *args: Any, parent_level: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        below = [x for x in rules.BELOW[parent_level] if x in rules.LETTER]
        choices = [(x, rules.LEVELS[x]) for x in below if x != rules.HOUSEHOLD]
        field = self.fields["level"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class OfficialForm(Form):
    code = forms.CharField(
        label="区划代码",
        max_length=12,
        help_text="统计用区划代码，2、4、6、9 或 12 位，后面补的 0 写不写都行。前几位要和上级一致。",
    )
    name = forms.CharField(label="法定名称", max_length=60)
    phone = forms.CharField(
        label="公开电话", max_length=20, required=False, widget=PhoneInput()
    )


class EstateForm(Form):
    built_year = forms.IntegerField(label="建成年份", required=False)
    homes = forms.IntegerField(label="户数", min_value=0, initial=0)
    elder_share = forms.IntegerField(
        label="60岁以上占比（%）", min_value=0, max_value=100, initial=0
    )
    has_lift = forms.BooleanField(label="有电梯", required=False)
    is_key = forms.BooleanField(label="重点小区", required=False)
    services = forms.MultipleChoiceField(
        label="现有服务", required=False, choices=list(rules.ESTATE_SERVICES.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    risks = forms.MultipleChoiceField(
        label="风险", required=False, choices=list(rules.ESTATE_RISKS.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class HouseholdForm(Form):
    """`editing`: who and where stay as they are when their field is left empty."""

    number = forms.IntegerField(
        label="户号", required=False, min_value=1, max_value=9999,
        help_text="不填就用本社区下一个空的户号。",
    )  # fmt: skip
    call_name = forms.CharField(label="称呼", max_length=20, required=False)
    phone = forms.CharField(
        label="电话", max_length=20, required=False, widget=PhoneInput()
    )
    address = forms.CharField(label="住处", max_length=80, required=False)
    language = forms.ChoiceField(label="语言", choices=list(rules.LANGUAGES.items()))
    remote = forms.BooleanField(label="牧区，或单程2小时以上", required=False)
    focus = forms.MultipleChoiceField(
        label="重点人群", required=False, choices=list(FOCUS_GROUPS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="只有本社区的工作人员看得到。",
    )  # fmt: skip

    def __init__(self, *args: Any, editing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if editing:
            del self.fields["number"]
            for name in ("call_name", "phone", "address"):
                self.fields[name].help_text = "留空就不改。"

    def changes(self) -> dict[str, Any]:
        """What to write when editing."""
        kept = ("call_name", "phone", "address")
        data = self.cleaned_data
        return {k: v for k, v in data.items() if k not in kept or v}


class ReasonForm(Form):
    reason = forms.CharField(
        label="理由", max_length=200, widget=forms.Textarea,
        help_text="社区和上级看得到。",
    )  # fmt: skip


class SettingForm(Form):
    """One setting: a number, spans of hours, or ticked boxes."""

    value = forms.CharField(label="值", max_length=200)
    reason = forms.CharField(
        label="理由", max_length=200, help_text="留给以后的同事看：为什么这样定。"
    )

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, (title, _, unit, note, choices) = self.fields["value"], KEYS[key]
        if key == "calendar.weekdays":
            choices = {str(i): word for i, word in enumerate(WEEKDAYS)}
        if choices:
            self.fields["value"] = forms.MultipleChoiceField(
                label=title, choices=list(choices.items()), help_text=note,
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
        elif key == "calendar.hours":
            field.label = "办公时间"
            field.help_text = "写成 09:00-12:30，15:00-18:00 这样，可以几段。"
        else:
            field.label = f"值（{unit}）" if unit else "值"
            money = unit == MONEY
            field.widget = forms.NumberInput(attrs={"step": "0.01"} if money else {})
            field.help_text = note

    def text(self) -> str:
        """The value as `values.parse` takes it."""
        value = self.cleaned_data["value"]
        return ",".join(value) if isinstance(value, list) else str(value)


class DayForm(Form):
    day = forms.DateField(label="日期", widget=DateInput())
    kind = forms.ChoiceField(
        label="安排", choices=list(LocalDay.KINDS.items()), widget=forms.RadioSelect
    )
    name = forms.CharField(label="说明", max_length=40, help_text="如：望果节、补班。")


class PauseForm(Form):
    start = forms.DateTimeField(label="从", widget=DateTimeInput())
    end = forms.DateTimeField(
        label="到", widget=DateTimeInput(), required=False,
        help_text="说不准就不填，以后手工恢复。",
    )  # fmt: skip
    reason = forms.CharField(label="理由", max_length=100, help_text="居民也看得到。")

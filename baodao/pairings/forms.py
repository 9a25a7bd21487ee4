"""Forms of bonds: shape of input only."""

from datetime import time
from typing import Any

from django import forms

from baodao.core.clock import today
from baodao.core.ids import uuid_of
from baodao.pairings import plan_rules, rules
from baodao.pairings.plans import Given, Terms
from baodao.places.models import Place
from baodao.ui.forms import DateInput, Form

MONTHS = [(str(m), f"{m}月") for m in range(1, 13)]
EARLIEST = 17  # the earliest hour a household may choose


class GivenForm(Form):
    """How the household said yes."""

    way = forms.ChoiceField(
        label="怎样同意的", choices=list(rules.WAYS.items()), widget=forms.RadioSelect,
        initial="written",
    )  # fmt: skip
    language = forms.ChoiceField(
        label="用哪种语言说的", choices=list(rules.LANGUAGES.items()),
        widget=forms.RadioSelect, initial="zh",
    )  # fmt: skip
    given_on = forms.DateField(label="日期", widget=DateInput(), initial=today)
    witness = forms.CharField(
        label="见证人", max_length=20, required=False,
        help_text="口头同意时要有：写称呼就行，比如网格员次仁。",
    )  # fmt: skip
    by_guardian = forms.BooleanField(label="由监护人同意", required=False)
    by_proxy = forms.BooleanField(label="由亲属代为转达", required=False)
    signer = forms.CharField(
        label="监护人或亲属怎么称呼", max_length=20, required=False
    )

    def given(self) -> Given:
        return Given(**self.cleaned_data)


class TermsForm(Form):
    """What the household has set."""

    quiet_months = forms.MultipleChoiceField(
        label="哪几个月不走访", choices=MONTHS, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    not_after = forms.ChoiceField(label="晚上不晚于", required=False)
    phone_only = forms.BooleanField(label="只打电话，不上门", required=False)
    guardian_present = forms.BooleanField(
        label="监护人在场才走访", required=False,
        help_text="有未成年人的家庭：监护人在场，或两名党员一起，至少选一样。",
    )  # fmt: skip
    second = forms.ChoiceField(label="一同走访的党员", required=False)

    def __init__(
        self, *args: Any, members: list[tuple[str, str]], latest: time, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field, hour = self.fields["second"], self.fields["not_after"]
        assert isinstance(field, forms.ChoiceField)
        assert isinstance(hour, forms.ChoiceField)
        field.choices = [("", "不用"), *members]
        earlier = [f"{h}:00" for h in range(latest.hour - 1, EARLIEST - 1, -1)]
        hour.choices = [("", f"{latest:%H:%M}"), *((h, h) for h in earlier)]

    def terms(self) -> Terms:
        d = self.cleaned_data
        return Terms(
            [int(m) for m in d["quiet_months"]], d["phone_only"],
            time.fromisoformat(d["not_after"]) if d["not_after"] else None,
            d["guardian_present"], uuid_of(d["second"]),
        )  # fmt: skip


class PauseForm(Form):
    reason = forms.ChoiceField(
        label="为什么暂停", choices=list(rules.PAUSE_CHOICES.items())
    )
    note = forms.CharField(
        label="说明（可不填）", max_length=200, required=False, widget=forms.Textarea,
        help_text="只有社区看得到。",
    )  # fmt: skip


class EndForm(Form):
    reason = forms.ChoiceField(
        label="为什么结束", choices=list(rules.END_CHOICES.items())
    )
    note = forms.CharField(
        label="说明（可不填）", max_length=200, required=False, widget=forms.Textarea,
        help_text="只有社区看得到。不写病情。",
    )  # fmt: skip


class MovedForm(Form):
    """A household that has moved (domain 8.8)."""

    community = forms.CharField(
        label="搬到了哪个社区（可不填）", max_length=40, required=False,
        help_text="写社区名。填了就告诉那边有一户可以去问，不带姓名和住处。",
    )  # fmt: skip


class ApartForm(Form):
    member = forms.ChoiceField(label="党员")
    why = forms.ChoiceField(label="什么关系", choices=list(rules.APART.items()))

    def __init__(
        self, *args: Any, members: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["member"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = members


class ChooseForm(Form):
    """Another member than the suggested one needs a reason."""

    member = forms.ChoiceField(label="党员", widget=forms.RadioSelect)
    why = forms.CharField(
        label="为什么选这一位", max_length=200, required=False, widget=forms.Textarea,
        help_text="选的不是排第一的，请写一句。社区看得到。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, best: list[tuple[str, str]], rest: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.first = best[0][0] if best else ""
        field = self.fields["member"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*best, *rest]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        other = data.get("member") and data["member"] != self.first
        if other and not data.get("why", "").strip():
            self.add_error("why", "选的不是排第一的。请写为什么。")
        return data


class EstateForm(Form):
    """A unit for an estate, by hand."""

    unit = forms.ChoiceField(label="单位")
    why = forms.CharField(
        label="为什么选这个单位", max_length=200, widget=forms.Textarea,
        help_text="单位看得到。",
    )  # fmt: skip

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = units


class EstateEndForm(Form):
    reason = forms.ChoiceField(
        label="为什么结束", choices=list(rules.ESTATE_CHOICES.items())
    )


class ChangeForm(Form):
    """Another member for a household of a plan; who is chosen against the suggestion
    is chosen for a reason."""

    member = forms.ChoiceField(label="换成谁", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="为什么换", max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="社区看得到，不写病情。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, members: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["member"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = members


class LeaveOutForm(Form):
    why = forms.ChoiceField(
        label="为什么去掉", choices=[("", "请选原因"), *plan_rules.DROPS.items()]
    )


class RunForm(Form):
    """Where to compute."""

    place = forms.ModelChoiceField(label="哪里", queryset=Place.objects.none())

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = places
        field.empty_label = None

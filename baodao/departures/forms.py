"""Forms of departures: the shape of input only."""

from collections.abc import Sequence
from typing import Any

from django import forms

from baodao.people.forms import PLEASE, UnitChoice
from baodao.people.models import ContactTie, Unit
from baodao.people.rules import LEAVING
from baodao.ui.forms import DateInput, Form


class EndUnitForm(Form):
    """`ties`: the open ties of the unit that ends; without a successor nothing of it
    can be kept."""

    keep_ties = forms.MultipleChoiceField(
        label="哪些联系点由承接单位接着联系", required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="没有勾的今天结束。承接单位已经联系的不用再勾，不会算两次。",
    )  # fmt: skip
    keep_roles = forms.BooleanField(
        label="书记、联络员到承接单位继续担任同样的角色", required=False
    )
    reason = forms.CharField(
        label="依据或理由", max_length=200, widget=forms.Textarea,
        help_text="如机构改革批文。社区和上级看得到。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, ties: Sequence[ContactTie], to: Unit | None, held: Any,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        if to is None or not ties:
            del self.fields["keep_ties"]
        else:
            choices = [(str(t.pk), _named(t)) for t in ties]
            self.fields["keep_ties"].choices = choices  # type: ignore[attr-defined]
            free = [str(t.pk) for t in ties if t.point_id not in held]
            # One set of points, not two: what the successor has comes first.
            self.initial.setdefault("keep_ties", [] if held else free)
        if to is None:
            del self.fields["keep_roles"]


def _named(tie: ContactTie) -> str:
    above = tie.point.parent
    return f"{above.name} · {tie.point.name}" if above else tie.point.name


class TransferForm(Form):
    unit = UnitChoice(
        label="转到哪个单位", queryset=Unit.objects.none(), empty_label=PLEASE
    )
    joined_on = forms.DateField(
        label="到新单位日期",
        widget=DateInput(),
        required=False,
        help_text="不填就是今天。",
    )

    def __init__(self, *args: Any, now_at: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(valid_to=None).exclude(pk=now_at)
        self.fields["unit"].queryset = units.order_by("pinyin")  # type: ignore[attr-defined]


class RetireForm(Form):
    on = forms.DateField(
        label="从哪天起退休", widget=DateInput(),
        help_text="这一天起没有任务。可以提前登记，到那天自动办。",
    )  # fmt: skip
    stays = forms.BooleanField(
        label="本人愿意退休后继续在居住社区服务（转为社区党员）", required=False
    )


class LeaveForm(Form):
    why = forms.ChoiceField(
        label="原因", choices=list(LEAVING.items()), widget=forms.RadioSelect
    )
    on = forms.DateField(label="哪一天", widget=DateInput(), help_text="不能晚于今天。")

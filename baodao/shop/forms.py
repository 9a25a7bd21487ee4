"""Forms of the shop: the shape of input only."""

from typing import Any

from django import forms

from baodao.places.values import WEEKDAYS
from baodao.shop import rules
from baodao.ui.forms import DateInput, Form


def _points(label: str, help_text: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_value=1000, decimal_places=1, help_text=help_text,
        widget=forms.NumberInput(attrs={"step": "0.1", "inputmode": "decimal"}),
    )  # fmt: skip


def tenths(form: Form) -> int:
    """Points as they are typed, in tenths."""
    return int(form.cleaned_data["tenths"] * 10)


def fen_of(form: Form) -> int:
    """Yuan as they are typed, in fen."""
    return int(form.cleaned_data["fen"] * 100)


class ShopForm(Form):
    name = forms.CharField(label="名称", max_length=40)
    where = forms.CharField(
        label="在哪里", max_length=60, help_text="党员要来领，写得找得到。"
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="哪几天开门", choices=list(enumerate(WEEKDAYS)), coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    opens = forms.CharField(label="开门", max_length=5, initial="10:00")
    closes = forms.CharField(label="关门", max_length=5, initial="12:00")


class NewShopForm(ShopForm):
    earns_from = forms.DateField(
        label="哪天起的服务计积分", widget=DateInput(),
        help_text="可以选以前的一天，那以后经确认的服务都会补计。",
    )  # fmt: skip


class PrizeForm(Form):
    """`fen` is typed in yuan: `fen_of`."""

    name = forms.CharField(
        label="名称", max_length=30, help_text="不能是现金、卡、券。"
    )
    fen = forms.DecimalField(
        label="值多少（元）", min_value=0, max_value=100_000, decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )  # fmt: skip
    note = forms.CharField(label="说明", max_length=60, required=False)

    def __init__(self, *args: Any, point: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if point:
            self.fields["fen"].help_text = f"按1积分{point}折算积分，等额兑换。"


class InForm(Form):
    n = forms.IntegerField(label="入库几件", min_value=1)
    source = forms.ChoiceField(
        label="从哪里来", choices=list(rules.SOURCES.items()), widget=forms.RadioSelect
    )
    giver = forms.CharField(label="谁捐的，或哪一项经费", max_length=60)
    note = forms.CharField(label="说明", max_length=100, required=False)


class LossForm(Form):
    n = forms.IntegerField(label="少了几件", min_value=1)
    note = forms.CharField(label="怎么损坏或丢失的", max_length=100)


class CountForm(Form):
    n = forms.IntegerField(label="数出来几件", min_value=0)
    second_name = forms.CharField(label="一起盘点的另一位", max_length=20)
    note = forms.CharField(label="说明", max_length=100, required=False)


class HandForm(Form):
    second_name = forms.CharField(
        label="在单子上签字的第二人", max_length=20, required=False,
        help_text="另一位在系统里点过“我在场”的，不用写。",
    )  # fmt: skip


class ReasonForm(Form):
    reason = forms.CharField(
        label="原因", max_length=200, widget=forms.Textarea, required=False
    )

    def __init__(self, *args: Any, label: str = "", help_text: str = "", **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label or "原因"
        self.fields["reason"].help_text = help_text


class ThankForm(Form):
    text = forms.CharField(
        label="答谢的话", max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="转赠的党员看得到，不写住户的情况。",
    )  # fmt: skip


class GiveForm(Form):
    tenths = _points("转赠多少分")


class RequestForm(Form):
    """For a member who has no phone at hand."""

    number = forms.CharField(
        label="志愿者编号", max_length=20, help_text="写在党员的报到单和积分公示表上。"
    )


class RuleForm(Form):
    tenths = _points("多少分")
    per_minutes = forms.IntegerField(label="每多少分钟", min_value=1, required=False)
    valid_from = forms.DateField(
        label="从哪天起", widget=DateInput(), help_text="明天或以后；以前得的不变。"
    )
    reason = forms.CharField(
        label="依据", max_length=100, help_text="哪次会议、哪个文件定的，党员看得到。"
    )

"""Forms of directives: the shape of input only."""

from datetime import date
from typing import Any

from django import forms

from baodao.oversight import rules
from baodao.ui.forms import DateInput, Form

HOW = {"all": "全部", "some": "按名单选"}


def _text(label: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=2000, required=required, widget=forms.Textarea,
        help_text=help_text,
    )  # fmt: skip


class DirectiveForm(Form):
    """`role`: whose desk, which decides whom it may address; `until`: the deadline of
    what it passes on."""

    title = forms.CharField(label="标题", max_length=80)
    text = _text("要做什么", help_text="写清做什么、做到什么样、怎么报。不写个人信息。")
    due_on = forms.DateField(label="完成时限", widget=DateInput())
    to = forms.ChoiceField(label="发给哪一级", widget=forms.RadioSelect)
    how = forms.ChoiceField(
        label="发给谁", choices=list(HOW.items()), widget=forms.RadioSelect,
        initial="all", help_text="按名单选的，下一步勾选。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, role: str, until: date | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(k, rules.TO[k]) for k in rules.BELOW.get(role, ())]
        if until:
            self.fields["due_on"].help_text = f"上级要求{until:%-m月%-d日}前完成。"


class ReportForm(Form):
    text = _text("做了什么、结果怎么样", help_text="发文单位看得到，不写个人信息。")


class AskForm(Form):
    until = forms.DateField(label="要延到", widget=DateInput())
    reason = _text("为什么来不及")


class ReasonForm(Form):
    """`required`: False where a word may be added but need not."""

    reason = _text("原因")

    def __init__(
        self, *args: Any, label: str = "原因", required: bool = True,
        help_text: str = "收到的都看得到。", **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].required = required
        self.fields["reason"].help_text = help_text

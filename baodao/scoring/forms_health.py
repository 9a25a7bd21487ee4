"""Forms of letters and samples."""

from django import forms

from baodao.scoring import rules_draw, rules_quarter
from baodao.ui.forms import Form


class ReplyForm(Form):
    text = forms.CharField(
        label="回一句", max_length=rules_quarter.TEXT_MOST,
        widget=forms.Textarea(attrs={"rows": 3, "data-pii": ""}),
        help_text="只有社区看得到。有不同意见也可以写在这里。",
    )  # fmt: skip


class HandForm(Form):
    how = forms.ChoiceField(
        label="怎么告诉本人的", widget=forms.RadioSelect,
        choices=[(k, rules_quarter.HOWS[k]) for k in rules_quarter.ON_BEHALF],
    )  # fmt: skip


class SampleForm(Form):
    outcome = forms.ChoiceField(
        label="核对的结果", choices=list(rules_draw.OUTCOMES.items()),
        widget=forms.RadioSelect,
    )  # fmt: skip
    note = forms.CharField(
        label="怎么核对的", required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "data-pii": ""}),
        help_text="看了什么、问了谁（不写姓名和电话）。有出入的要写明。",
    )  # fmt: skip

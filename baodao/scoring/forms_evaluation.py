"""Forms of the yearly evaluation: the shape of input only."""

from typing import Any

from django import forms

from baodao.core.clock import today
from baodao.scoring import rules_counting as counting
from baodao.scoring.rules_extracts import Purpose
from baodao.ui.forms import DateInput, Form


def _text(
    label: str, most: int, *, required: bool = True, help_text: str = ""
) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=required, widget=forms.Textarea,
        help_text=help_text,
    )  # fmt: skip


class WordsForm(Form):
    words = _text(
        "综合评语", 120, help_text="印在反馈卡上，最多120字，不写住户和病情。"
    )


class UnitWordsForm(Form):
    words = _text("单位的话", 120, help_text="和社区的评语并列，本人看得到。")
    mark = forms.IntegerField(
        label="单位打分", min_value=0, max_value=100, required=False,
        help_text="0 到 100，可以不打。默认只作参考，不算进得分。",
    )  # fmt: skip


class TextForm(Form):
    text = _text("内容", 500)

    def __init__(self, *args: Any, label: str = "内容", help_text: str = "", **kw: Any):
        super().__init__(*args, **kw)
        self.fields["text"].label = label
        self.fields["text"].help_text = help_text


class MeetingForm(Form):
    held_on = forms.DateField(label="开会日期", widget=DateInput(), initial=today)
    attended = forms.CharField(label="到会的人", max_length=200)
    text = _text("会议记录", 2000, help_text="研究了什么、不同意见、怎么定的。")


class DecideForm(Form):
    meeting = forms.ChoiceField(label="哪次会议")
    grade = forms.ChoiceField(
        label="等次", choices=list(counting.GRADES.items()), widget=forms.RadioSelect
    )
    reason = _text(
        "和建议不同的理由", 200, required=False, help_text="和建议一样可以不写。"
    )

    def __init__(self, *args: Any, meetings: list[tuple[str, str]], **kw: Any):
        super().__init__(*args, **kw)
        field = self.fields["meeting"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = self.meetings = meetings


class HandOverForm(Form):
    to = forms.CharField(label="送给哪里", max_length=80, required=False)
    how = forms.ChoiceField(
        label="怎么送的", choices=[("paper", "当面送"), ("post", "寄送")],
        widget=forms.RadioSelect,
    )  # fmt: skip


class ChangeForm(Form):
    grade = forms.ChoiceField(label="等次", widget=forms.RadioSelect)
    reason = _text("为什么改", 200, help_text="印在新卡上，说明积分为什么有变动。")

    def __init__(self, *args: Any, before: str, known: list[str], **kw: Any):
        super().__init__(*args, **kw)
        field = self.fields["grade"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (g, f"{counting.GRADES[g]}{'（不变，只更新积分）' if g == before else ''}")
            for g in known
        ]


class CheckForm(Form):
    n = forms.CharField(label="编号", max_length=60, help_text="印在卡的右上角")
    c = forms.CharField(label="验真码", max_length=20, help_text="印在卡的左下角")
    name = forms.CharField(label="姓名或单位", max_length=80, required=False)
    grade = forms.ChoiceField(
        label="等次", required=False,
        choices=[("", "不核对"), *counting.GRADES.items()],
    )  # fmt: skip
    score = forms.CharField(label="积分", max_length=6, required=False)


class ExtractForm(Form):
    purpose = forms.ChoiceField(label="用途", widget=forms.RadioSelect)
    year = forms.TypedChoiceField(label="哪一年", coerce=int)
    reason = forms.CharField(
        label="事由", max_length=120, help_text="会议、文件或任务的名称，写进提取记录。"
    )

    def __init__(
        self, *args: Any, purposes: dict[str, Purpose], years: list[tuple[str, str]],
        **kw: Any,
    ):  # fmt: skip
        super().__init__(*args, **kw)
        for name, choices in (
            ("purpose", [(k, p.title) for k, p in purposes.items()]), ("year", years),
        ):  # fmt: skip
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

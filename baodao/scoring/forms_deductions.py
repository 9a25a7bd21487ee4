"""Forms of deductions and appeals: the shape of input only."""

from collections.abc import Iterable
from typing import Any

from django import forms

from baodao.scoring import rules_appeals
from baodao.scoring import rules_counting as counting
from baodao.ui import words
from baodao.ui.forms import DateInput, Form


def text_field(
    label: str, *, required: bool = True, help_text: str = ""
) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=1000, required=required, widget=forms.Textarea,
        help_text=help_text,
    )  # fmt: skip


def _choices(form: Form, name: str, choices: Iterable[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class ProposeForm(Form):
    code = forms.ChoiceField(label="哪一条规则")
    occurred_on = forms.DateField(label="哪天的事", widget=DateInput())
    words = forms.CharField(
        label="发生了什么", max_length=120,
        help_text="本人看得到，写事实，不写居民的姓名和住处。",
    )  # fmt: skip
    evidence = text_field(
        "依据", required=False, help_text="哪份记录、谁核对过，本人看得到。"
    )
    false_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, rules: Iterable[counting.Rule], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        found = [(r.code, f"{r.title}（减{words.score(r.tenths)}分）") for r in rules]
        _choices(self, "code", found)


class AnswerForm(Form):
    """`noted`: a worker writes down what was said; that it is all only the one
    concerned says."""

    text = text_field(
        "我的说明", required=False, help_text="写当时的情况，可以补写，不写电话和住处。"
    )
    said_all = forms.BooleanField(label="说完了，没有别的要说", required=False)

    def __init__(self, *args: Any, noted: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if noted:
            self.fields["text"].label = "对方怎么说的"
            del self.fields["said_all"]


class ReasonForm(Form):
    reason = forms.CharField(
        label="理由", max_length=300, widget=forms.Textarea, help_text="本人看得到。"
    )


class FileForm(Form):
    """`kind`: of the decision; `late`: the days are over, and why has to be said."""

    grounds = forms.MultipleChoiceField(
        label="理由", choices=list(rules_appeals.GROUNDS.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    text = text_field("为什么不服", help_text="写事实和材料，不写电话和住处。")
    cause = forms.CharField(
        label="为什么迟了", max_length=200, required=False,
        help_text="过了申诉的日子，有正当原因的也可以申诉。",
    )  # fmt: skip

    def __init__(self, *args: Any, late: bool, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grounds = self.fields["grounds"]
        assert isinstance(grounds, forms.MultipleChoiceField)
        grounds.choices = list(rules_appeals.grounds_of(kind).items())
        if not late:
            del self.fields["cause"]


class ReplyForm(Form):
    """The answer of who hears an appeal; `remedies`: of one upheld in part."""

    remedy = forms.ChoiceField(label="改成什么", widget=forms.RadioSelect)
    answer = text_field("答复", help_text="写查明的事实和理由，申诉的人看得到。")

    def __init__(
        self, *args: Any, remedies: Iterable[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        found = list(remedies)
        if not found:
            del self.fields["remedy"]
            return
        _choices(self, "remedy", found)


class SecondForm(Form):
    text = text_field(
        "对一审哪里不服", help_text="县（区）委组织部复核，是最后的答复。"
    )

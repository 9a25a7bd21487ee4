"""Shape of what is typed on the page of a duty."""

from django import forms

from baodao.duties import rules
from baodao.ui.forms import DateInput, Form


class ExcuseForm(Form):
    reason = forms.ChoiceField(
        label="为什么可以不办", choices=list(rules.EXCUSES.items())
    )
    note = forms.CharField(
        label="说明", max_length=200, required=False, widget=forms.Textarea,
        help_text="单位和本人看得到。不写住户的姓名和病情。",
    )  # fmt: skip


class AttemptForm(Form):
    on = forms.DateField(label="哪天去的", widget=DateInput())
    retry_on = forms.DateField(label="打算哪天再去", widget=DateInput(), required=False)
    note = forms.CharField(
        label="说明", max_length=200, required=False, help_text="只有社区看得到。"
    )


class StandInForm(Form):
    number = forms.CharField(
        label="代办党员的志愿者编号", max_length=20, required=False,
        help_text="在党员名册里能查到。不填就是不请人代办了。",
    )  # fmt: skip


FORMS = {"excuse": ExcuseForm, "attempt": AttemptForm, "stand_in": StandInForm}

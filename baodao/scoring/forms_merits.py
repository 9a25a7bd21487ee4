"""Forms of merits: the shape of input only."""

from typing import Any

from django import forms

from baodao.scoring import rules_merits as rules
from baodao.ui.forms import DateInput, Form


class TimeInput(forms.TimeInput):
    """The browser's own time picker."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class MeritForm(Form):
    """`unit`: of a unit, which has fewer kinds."""

    kind = forms.ChoiceField(
        label="哪一种", widget=forms.RadioSelect,
        choices=[(k, rules.KINDS[k]) for k in rules.BY_HAND],
    )  # fmt: skip
    deed = forms.CharField(
        label="哪件事",
        max_length=80,
        help_text="同一件事写一样的名称，表扬只记最高的一级。不写居民姓名。",
    )
    on = forms.DateField(
        label="日期", widget=DateInput(), help_text="应急值守填到岗那天。"
    )
    level = forms.TypedChoiceField(
        label="表扬的级别", coerce=int, required=False, empty_value=None,
        choices=[("", "不是表扬"), *rules.LEVELS.items()],
    )  # fmt: skip
    document = forms.CharField(
        label="文件和文号", max_length=80, required=False, help_text="表扬表彰要填。"
    )

    begun = forms.TimeField(
        label="几点到岗", widget=TimeInput(), required=False,
        help_text="应急值守要填。演练不算。",
    )  # fmt: skip
    ended = forms.TimeField(
        label="几点离岗", widget=TimeInput(), required=False,
        help_text="比到岗早的，算第二天。",
    )  # fmt: skip

    def __init__(self, *args: Any, unit: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if unit:
            field = self.fields["kind"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(k, rules.KINDS[k]) for k in rules.OF_UNITS]
            field.initial = rules.OF_UNITS[0]

"""Shape of input of the lists."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms

from baodao.exchange.forms import StepForm, choice, day, select, words
from baodao.exchange.lists import rules
from baodao.exchange.lists.plans import Said
from baodao.exchange.rules import JOINT_TYPES
from baodao.ui.forms import DateTimeInput, Form


class ListedForm(Form):
    """What needs and resources have in common. `places`: communities to choose from;
    `units`: for a worker, whose it is."""

    title = forms.CharField(label="名称", max_length=60)
    joint_type = select("五联类别", JOINT_TYPES)
    quantity = forms.CharField(label="数量或内容", max_length=60, required=False)
    conditions = forms.CharField(label="时间、条件", max_length=100, required=False)

    def __init__(
        self, *args: Any, places: Mapping[UUID, str], units: Mapping[UUID, str],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        if len(places) > 1:
            self.fields["place"] = select(
                "哪个社区", {str(k): v for k, v in places.items()}
            )
        if units:
            self.fields["unit"] = self._unit(units)
        self.only = next(iter(places), None)

    def _unit(self, units: Mapping[UUID, str]) -> forms.ChoiceField:
        return select("哪家单位", {str(k): v for k, v in units.items()}, "请选")

    def said(self) -> Said:
        names = ("title", "joint_type", "quantity", "conditions")
        return Said(**{n: self.cleaned_data[n] for n in names})

    def place_id(self) -> UUID | None:
        chosen = self.cleaned_data.get("place")
        return UUID(chosen) if chosen else self.only

    def unit_id(self) -> UUID | None:
        chosen = self.cleaned_data.get("unit")
        return UUID(chosen) if chosen else None


class NeedForm(ListedForm):
    wanted_on = day("最好在哪天前", required=False)

    def _unit(self, units: Mapping[UUID, str]) -> forms.ChoiceField:
        known = {str(k): v for k, v in units.items()}
        return select("谁提的", known, "社区自己的需求", required=False)


class ResourceForm(ListedForm):
    kind = select("种类", rules.RESOURCE_KINDS)
    count = forms.IntegerField(
        label="同时可以约几份", min_value=1, max_value=99, initial=1,
        help_text="比如 2 间会议室写 2。",
    )  # fmt: skip
    until = day("提供到哪天", required=False, help_text="一直提供的不填。")


class BookForm(Form):
    start_at = forms.DateTimeField(label="从", widget=DateTimeInput)
    end_at = forms.DateTimeField(label="到", widget=DateTimeInput)
    purpose = forms.CharField(
        label="用来做什么", max_length=80, help_text="单位看得到，好做准备。"
    )


class MatchForm(Form):
    """Which resources for which needs. The notes of `resources` are the reasons."""

    resources = forms.MultipleChoiceField(
        label="用哪些资源", widget=forms.CheckboxSelectMultiple
    )
    more = forms.MultipleChoiceField(
        label="一起解决的别的需求", required=False, widget=forms.CheckboxSelectMultiple
    )
    title = forms.CharField(label="项目名称", max_length=60)
    due_on = day("完成时限")
    effect = words("预期成效", required=False, rows=2, max_length=200)

    def __init__(
        self, *args: Any, resources: Sequence[tuple[str, str]],
        needs: Sequence[tuple[str, str]], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        for name, choices in (("resources", resources), ("more", needs)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = list(choices)
        if not needs:
            del self.fields["more"]


class ResultForm(StepForm):
    result = words("办成了什么", help_text="社区看了好验收。", max_length=300)


class QuarterForm(Form):
    quarter = choice("哪个季度", {})

    def __init__(self, *args: Any, quarters: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["quarter"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(q, rules.quarter_words(q)) for q in quarters]

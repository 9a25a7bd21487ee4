"""Shape of input of projects and key problems."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from baodao.core.clock import today
from baodao.exchange.forms import StepForm, day, select, words
from baodao.exchange.projects import rules
from baodao.exchange.rules import JOINT_TYPES, MECHANISMS
from baodao.people.queries import units_at
from baodao.ui.forms import DateInput, Form

STEPS = 3
MORE_UNITS = 2


class CoProjectForm(Form):
    """A yearly project: what, for what, who does what, by when."""

    title = forms.CharField(label="项目名称", max_length=60)
    joint_type = select("五联", JOINT_TYPES)
    mechanism = select("四共", MECHANISMS)
    priority = forms.CharField(
        label="对应的中心工作", max_length=60, required=False,
        help_text="比如“老旧小区改造”“文明城市创建”。",
    )  # fmt: skip
    goal = words("目标", required=False, rows=2, max_length=200)

    def __init__(
        self, *args: Any, places: Mapping[UUID, str], units: Mapping[UUID, str],
        fixed: UUID | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fixed, self.only = fixed, next(iter(places), None)
        if len(places) > 1:
            self.fields["place"] = select(
                "哪个社区", {str(k): v for k, v in places.items()}
            )
        if not fixed:
            known = {str(k): v for k, v in units.items()}
            for n in range(1 + MORE_UNITS):
                label = "哪家单位" if n == 0 else f"第 {n + 1} 家（可不填）"
                self.fields[f"unit{n}"] = select(label, known, "请选", required=n == 0)
                self.fields[f"task{n}"] = forms.CharField(
                    label="这家做什么", max_length=80, required=False
                )
        for n in range(STEPS):
            self.fields[f"step{n}"] = forms.CharField(
                label=f"节点 {n + 1}", max_length=40, required=False
            )
            self.fields[f"by{n}"] = forms.DateField(
                label="到哪天", widget=DateInput, required=False
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for n in range(STEPS):
            if data.get(f"step{n}") and not data.get(f"by{n}"):
                self.add_error(f"by{n}", "请写到哪天。")
        return data

    def place_id(self) -> UUID | None:
        chosen = self.cleaned_data.get("place")
        return UUID(chosen) if chosen else self.only

    def tasks(self) -> dict[UUID, str]:
        if self.fixed:
            return {self.fixed: ""}
        data = self.cleaned_data
        return {
            UUID(data[f"unit{n}"]): data[f"task{n}"]
            for n in range(1 + MORE_UNITS)
            if data.get(f"unit{n}")
        }

    def milestones(self) -> list[tuple[str, date]]:
        data = self.cleaned_data
        return [
            (data[f"step{n}"], data[f"by{n}"]) for n in range(STEPS) if data[f"step{n}"]
        ]

    def text(self) -> dict[str, Any]:
        names = ("title", "joint_type", "mechanism", "priority", "goal")
        return {n: self.cleaned_data[n] for n in names}


class NegotiateForm(StepForm):
    negotiated_on = day("哪天协商的", initial=today)
    record = words("协商记录", help_text="谁和谁谈的、定了什么。双方看得到。")


class ReachForm(StepForm):
    nth = select("做到了哪个节点", {})
    note = words("情况", required=False, rows=2, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["nth"]
        assert isinstance(field, forms.ChoiceField)
        steps = self.it.milestones if self.it else []
        field.choices = [
            (str(n), f"{m['title']}（{m['due']}）")
            for n, m in enumerate(steps)
            if not m.get("done")
        ]

    def clean_nth(self) -> int:
        return int(self.cleaned_data["nth"])


class CompleteForm(StepForm):
    result = words("完成情况", help_text="社区书记看了好验收。")


class ProblemForm(Form):
    title = forms.CharField(label="什么问题", max_length=60)
    kind = select("类别", rules.PROBLEM_KINDS)
    detail = words("情况", required=False, help_text="不写居民的姓名和电话。")

    def __init__(
        self, *args: Any, units: Mapping[UUID, str], estates: Mapping[UUID, str],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["estate"] = select(
            "哪个小区",
            {str(k): v for k, v in estates.items()},
            "不在小区里",
            required=False,
        )
        self.fields["unit"] = select(
            "请哪家单位认领",
            {str(k): v for k, v in units.items()},
            "以后再定",
            required=False,
        )

    def chosen(self, name: str) -> UUID | None:
        value = self.cleaned_data.get(name)
        return UUID(value) if value else None


class AskForm(StepForm):
    """Which unit of the community is asked to claim it."""

    unit = select("哪家单位", {}, "请选")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        units = units_at(self.it.path) if self.it else ()
        field.choices = [("", "请选"), *((str(u.pk), u.name) for u in units)]

    def clean_unit(self) -> UUID:
        return UUID(self.cleaned_data["unit"])


class FollowForm(StepForm):
    asked = forms.IntegerField(label="问了几位居民", min_value=1, max_value=999)
    content = forms.IntegerField(label="其中几位认可", min_value=0, max_value=999)
    note = words("居民怎么说", required=False, rows=2, max_length=200)

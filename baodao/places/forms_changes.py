"""Forms of changes of divisions: what is to be done, in the fields of its kind."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from baodao.places import rules
from baodao.places.changes.plan import MAX_PARTS, Part, Spec
from baodao.ui.forms import DateInput, Form

KIND_NOTES = {
    "merge": "一个或几个地方并到另一个，或合成一个新的；下级一起过去。",
    "split": "一个地方分成几个，或分出一个新的；下级分到各部分。",
    "rename": "只改名称，代码不变；原来的名称还能查到。",
    "recode": "村改居、换代码、划给别的上级；人和事都跟着走。",
}
NEW = "new"


class NewChangeForm(Form):
    kind = forms.ChoiceField(
        label="怎么调整", choices=list(rules.CHANGE_KINDS.items()),
        widget=forms.RadioSelect,
    )  # fmt: skip


class Decide(Form):
    """What every kind asks for; `spec` is what it makes of the kind's own fields."""

    on = forms.DateField(
        label="生效日期",
        widget=DateInput(),
        help_text="批复写的日期；这一天起按新的区划。",
    )
    reason = forms.CharField(
        label="依据",
        max_length=120,
        required=False,
        help_text="批复的文号。执行前要写。",
    )

    def __init__(
        self, data: Any, *, spec: Spec, on: date, reason: str,
        near: Sequence[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        initial = {"on": on, "reason": reason, **self.initial_of(spec, dict(near))}
        super().__init__(data, initial=initial)
        self.before, self.near = spec, list(near)
        self.order_fields([n for n in self.fields if n not in ("on", "reason")])

    def initial_of(self, spec: Spec, near: Mapping[str, str]) -> dict[str, Any]:
        part = spec.parts[0] if spec.parts else Part()
        return {"code": part.code, "name": part.name}

    def spec(self) -> Spec:
        data = self.cleaned_data
        part = Part(data.get("code", "").strip(), data["name"].strip())
        return Spec(
            self.before.kind,
            self.before.olds[:1],
            parts=(part,),
            codes=self.before.codes,
        )


def _code(label: str, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=17, **more)


class RenameForm(Decide):
    name = forms.CharField(label="新的法定名称", max_length=60)


class RecodeForm(Decide):
    code = _code(
        "新的区划代码", help_text="前几位决定上级：换了前几位，就是划给别的上级。"
    )
    name = forms.CharField(
        label="法定名称", max_length=60, help_text="名称不变就照原来的写。"
    )


class MergeForm(Decide):
    also = forms.MultipleChoiceField(
        label="一起撤并的", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="同一个上级下面的。",
    )  # fmt: skip
    more = forms.CharField(
        label="还有别处的", max_length=200, required=False,
        help_text="写区划代码，几个用逗号分开。",
    )  # fmt: skip
    into = forms.ChoiceField(label="并到哪里", required=False)
    into_code = _code(
        "并到别处的", required=False, help_text="不在上面名单里的写区划代码。"
    )
    code = _code("新设的代码", required=False, help_text="并成一个新的地方时才写。")
    name = forms.CharField(label="新设的法定名称", max_length=60, required=False)

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        also, into = self.fields["also"], self.fields["into"]
        assert isinstance(also, forms.ChoiceField) and isinstance(
            into, forms.ChoiceField
        )
        also.choices = self.near
        into.choices = [("", "请选"), *self.near, (NEW, "并成一个新的地方")]
        if not self.near:
            del self.fields["also"]
        kept = ("into", "into_code", "code", "name", "also", "more", "on", "reason")
        self.order_fields(kept)

    def initial_of(self, spec: Spec, near: Mapping[str, str]) -> dict[str, Any]:
        others = spec.olds[1:]
        return {
            **super().initial_of(spec, near),
            "also": [c for c in others if c in near],
            "more": "，".join(c for c in others if c not in near),
            "into": spec.into if spec.into in near else NEW if spec.parts else "",
            "into_code": "" if spec.into in near else spec.into,
        }

    def spec(self) -> Spec:
        data = self.cleaned_data
        more = data["more"].replace("，", ",").replace("、", ",").replace(" ", ",")
        into = data["into_code"].strip() or data["into"]
        others = [*data.get("also", ()), *(c for c in more.split(",") if c)]
        olds = dict.fromkeys([*self.before.olds[:1], *(c for c in others if c != into)])
        new = Part(data["code"].strip(), data["name"].strip())
        return Spec(
            "merge", tuple(olds), into="" if into == NEW else into,
            parts=(new,) if into == NEW else (), codes=self.before.codes,
        )  # fmt: skip


class SplitForm(Decide):
    keep = forms.BooleanField(
        label="原来的地方继续，只分出新的", required=False,
        help_text="勾上：原代码不变，分出去的才有新代码。",
    )  # fmt: skip
    main = forms.TypedChoiceField(
        label="不能分的归哪一部分", coerce=int, required=False, empty_value=None,
        choices=[(i, f"第{i + 1}部分") for i in range(MAX_PARTS)],
        help_text="驻在本级的单位、管本级的角色、没有分开的住户。原来的地方继续时都留在原处。",
    )  # fmt: skip

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for i in range(MAX_PARTS):
            self.fields[f"code{i}"] = _code(f"第{i + 1}部分的代码", required=False)
            self.fields[f"name{i}"] = forms.CharField(
                label=f"第{i + 1}部分的法定名称", max_length=60, required=False
            )
        self.order_fields(["keep", "main", *self._parts(), "on", "reason"])

    def _parts(self) -> list[str]:
        return [f"{n}{i}" for i in range(MAX_PARTS) for n in ("code", "name")]

    def initial_of(self, spec: Spec, near: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {"keep": spec.keep, "main": spec.main}
        for i, part in enumerate(spec.parts):
            found |= {f"code{i}": part.code, f"name{i}": part.name}
        return found

    def spec(self) -> Spec:
        data = self.cleaned_data
        parts = [
            Part(data[f"code{i}"].strip(), data[f"name{i}"].strip())
            for i in range(MAX_PARTS)
        ]
        return Spec(
            "split", self.before.olds[:1], parts=tuple(p for p in parts if any(p)),
            keep=data["keep"], main=data["main"] or 0, assign=self.before.assign,
            codes=self.before.codes,
        )  # fmt: skip


FORMS: dict[str, type[Decide]] = {
    "merge": MergeForm,
    "split": SplitForm,
    "rename": RenameForm,
    "recode": RecodeForm,
}

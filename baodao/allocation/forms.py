"""Forms of an allocation: the shape of input only."""

from collections.abc import Sequence
from typing import Any

from django import forms

from baodao.allocation import rules
from baodao.people.forms import PLEASE, PlaceChoice
from baodao.places.models import Place
from baodao.ui.forms import Form


class WeightsForm(Form):
    """The numbers of a plan, as in `rules.WEIGHTS`."""

    across = forms.BooleanField(label="单位可以跨县（区）联系", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, known in rules.WEIGHTS.items():
            self.fields[name] = forms.IntegerField(
                label=known.title, min_value=known.low, max_value=known.high,
                initial=known.default, help_text=known.note,
                error_messages={
                    "required": "这里要填一个数。",
                    "invalid": "这里要填整数。",
                    "min_value": f"最小是{known.low}。",
                    "max_value": f"最大是{known.high}。",
                },
            )  # fmt: skip
        self.order_fields([*rules.WEIGHTS, "across"])

    def weights(self) -> dict[str, Any]:
        names = (*rules.WEIGHTS, "across")
        return {name: self.cleaned_data[name] for name in names}


class PlanForm(WeightsForm):
    name = forms.CharField(
        label="方案名称", max_length=40, help_text="如“2027 年度”，审定和打印时看得到。"
    )
    place = PlaceChoice(
        label="分配哪里的单位", queryset=Place.objects.none(), empty_label=PLEASE
    )

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        self.order_fields(["name", "place", *rules.WEIGHTS, "across"])


class OverrideForm(Form):
    """`points`: (id, name) of every contact point of the area but the present one."""

    point = forms.ChoiceField(label="换到哪里", widget=forms.RadioSelect)
    other = forms.ChoiceField(label="别的联系点", required=False)
    reason = forms.CharField(
        label="为什么换", max_length=200, widget=forms.Textarea,
        help_text="审定的人看得到，生效以后留在联系点的理由里。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, best: Sequence[tuple[str, str]],
        points: Sequence[tuple[str, str]], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["point"].choices = [*best, ("other", "别的联系点")]  # type: ignore[attr-defined]
        self.fields["other"].choices = [("", PLEASE), *points]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("point") == "other" and not data.get("other"):
            self.add_error("other", "还没有选。请选一个联系点。")
        return data

    def chosen(self) -> str:
        """The id of the chosen point, as text."""
        data = self.cleaned_data
        return str(data["other"] if data["point"] == "other" else data["point"])

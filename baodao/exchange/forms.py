"""Shape of input only; what is right or wrong is said by the services."""

from collections.abc import Mapping
from typing import Any

from django import forms

from baodao.ui.forms import DateInput, Form


class StepForm(Form):
    """The form of a step; `it` is what it is about."""

    def __init__(self, *args: Any, it: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.it = it


def note(
    label: str, help_text: str = "", *, required: bool = True, name: str = "note"
) -> type[StepForm]:
    """A step that asks for one sentence."""
    field = forms.CharField(
        label=label, max_length=300, required=required, help_text=help_text,
        widget=forms.Textarea,
    )  # fmt: skip
    return type("NoteForm", (StepForm,), {name: field})


def choice(label: str, known: Mapping[str, str], **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=list(known.items()), widget=forms.RadioSelect, **more
    )


def select(
    label: str, known: Mapping[Any, str], empty: str = "", **more: Any
) -> forms.ChoiceField:
    choices = [("", empty), *known.items()] if empty else list(known.items())
    return forms.ChoiceField(label=label, choices=choices, **more)


def day(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DateInput, **more)


def words(label: str, rows: int = 3, **more: Any) -> forms.CharField:
    more.setdefault("max_length", 500)
    return forms.CharField(
        label=label, widget=forms.Textarea(attrs={"rows": rows}), **more
    )

"""How a bound field is drawn, and the widgets that browsers help with."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

CHOICE_WIDGETS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


class DateInput(forms.DateInput):
    """The browser's own date picker; the value is ISO as it asks."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class PhoneInput(forms.TextInput):
    """Brings up the digits on a phone."""

    input_type = "tel"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "tel", "inputmode": "tel", **(attrs or {})})


class CodeInput(forms.TextInput):
    """Eight digits of a lookup code or six of a second factor."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {"autocomplete": "off", "inputmode": "numeric", **(attrs or {})}
        )


def kind_of(field: BoundField) -> str:
    """ "choices", "box" or "line": what the template has to draw."""
    widget = field.field.widget
    if isinstance(widget, CHOICE_WIDGETS):
        return "choices"
    return "box" if isinstance(widget, forms.CheckboxInput) else "line"


def control(field: BoundField) -> SafeString:
    """The control with our class; Django adds aria-describedby and aria-invalid."""
    own = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"inp {own}".strip()})


def options(
    field: BoundField, notes: Mapping[str, str] | None
) -> Iterable[dict[str, Any]]:
    """The radio or checkbox options of a field, each with its second line."""
    for option in field.subwidgets:
        value = str(option.data["value"])
        yield {
            "tag": option.tag(),
            "label": option.choice_label,
            "id": option.id_for_label,
            "note": (notes or {}).get(value, ""),
        }


def error_links(form: forms.BaseForm) -> list[tuple[str, str]]:
    """(anchor, sentence) of every error, those of the form as a whole first."""
    found = [("", str(error)) for error in form.non_field_errors()]
    for name in form.errors:
        if name in form.fields:
            field = form[name]
            anchor = field.id_for_label or f"{field.auto_id}_0"
            found += [(anchor, f"{field.label}：{error}") for error in field.errors]
    return found

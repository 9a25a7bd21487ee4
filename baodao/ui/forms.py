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
    widget = field.field.widget
    own = str(widget.attrs.get("class", ""))
    attrs = {} if isinstance(widget, forms.CheckboxInput) else {"class": f"inp {own}"}
    if isinstance(widget, forms.Textarea) and widget.attrs.get("rows") == "10":
        attrs["rows"] = "3"  # Django's default of ten lines asks for an essay
    return field.as_widget(attrs={k: v.strip() for k, v in attrs.items()})


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
            anchor = field.id_for_label or field.auto_id
            label = field.label.rstrip("？：")
            found += [(anchor, f"{label}：{error}") for error in field.errors]
    return found


class Form(forms.Form):
    """A form whose built-in errors say what to do (design 5.3); a field's own
    `error_messages` win. Labels carry no colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name in self.fields:
            _speak(self.fields[name])


_OWN_WORDS: tuple[tuple[type[forms.Field], dict[str, str]], ...] = (
    (forms.BooleanField, {"required": "这一项要勾上才能继续。"}),
    (forms.MultipleChoiceField, {"required": "请至少选一项。"}),
    (forms.ChoiceField, {"required": "还没有选。请选一项。"}),
    (forms.ModelChoiceField, {"required": "还没有选。请选一项。"}),
    (forms.FileField, {"required": "还没有选文件。请选一个。"}),
    (forms.DateTimeField, {"invalid": "时间不对。请按 2026-11-23 14:10 这样写。"}),
    (forms.DateField, {"invalid": "日期不对。请按 2026-11-23 这样写。"}),
    (forms.IntegerField, {"invalid": "这里要写数字。"}),
)
_COMMON_WORDS = {
    "required": "这里还没有填。请填写。",
    "invalid_choice": "没有这一项。请从列表里选。",
}


def _speak(field: forms.Field) -> None:
    words = dict(_COMMON_WORDS)
    for kind, own in reversed(_OWN_WORDS):
        if isinstance(field, kind):
            words.update(own)
    defaults: dict[str, Any] = {}
    for cls in reversed(type(field).__mro__):
        defaults.update(getattr(cls, "default_error_messages", {}))
    for code, sentence in words.items():
        if field.error_messages.get(code) == defaults.get(code):
            field.error_messages[code] = sentence

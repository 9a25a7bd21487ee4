"""Tags and filters of the design system; builtins, so no page needs `load`.
`COMPONENTS.md` shows each with an example."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from baodao.ui import forms, icons, waiting, words
from baodao.ui.clock import Clock
from baodao.ui.query import Chip, changed, chip
from baodao.ui.shapes import Entry, Line, Part, Step, Suggestion
from baodao.ui.toast import Toast, read

register = template.Library()
STATUS_ICONS = {
    "late": "alert-circle",
    "soon": "clock",
    "ok": "check",
    "go": "user-check",
    "note": "flask",
}


def _now() -> datetime:
    return datetime.now(UTC)


# --- words ---------------------------------------------------------------------

register.filter("span", words.span)
register.filter("exact_span", words.exact_span)
register.filter("hours", words.hours)
register.filter("worked", words.worked)
register.filter("yuan", words.yuan)
register.filter("weekday", words.weekday)
register.filter("code8", words.code8)
register.filter("number", words.number)
register.filter("points", words.points)
register.filter("score", words.score)
register.filter("balance", words.balance)
register.filter("mask_phone", words.mask_phone)
register.filter("small", words.small)
register.filter("first_sentence", words.first_sentence)
register.filter("after_first", words.after_first)


@register.filter
def cdate(value: date | datetime | None) -> str:
    return words.cdate(value, words.local_day(_now())) if value else ""


@register.filter
def cdatetime(value: datetime | None) -> str:
    return words.cdatetime(value, words.local_day(_now())) if value else ""


@register.filter
def deadline(value: date | datetime | None) -> str:
    return words.deadline(value, _now()) if value else ""


@register.filter
def since(value: datetime | None) -> timedelta:
    """How long ago, for |span: {{ order.placed_at|since|span }}."""
    return max(_now() - value, timedelta(0)) if value else timedelta(0)


@register.simple_tag
def percent(part: int, whole: int) -> str:
    return words.percent(part, whole)


# --- small marks ----------------------------------------------------------------


@register.simple_tag
def once() -> SafeString:
    """What makes sending a form twice harmless: its act is found by this word, whatever
    happened to the first answer."""
    return format_html('<input type="hidden" name="client_id" value="{}">', uuid4().hex)


@register.simple_tag
def icon(name: str) -> SafeString:
    return icons.svg(name)


@register.inclusion_tag("ui/_status.html")
def status(tone: str, label: str, icon: str = "") -> dict[str, Any]:
    return {
        "tone": tone,
        "label": label,
        "icon": icon or STATUS_ICONS.get(tone, ""),
    }


@register.inclusion_tag("ui/_clock.html")
def clock(clock: Clock | None, big: bool = False) -> dict[str, Any]:
    return {"clock": clock, "big": big}


@register.inclusion_tag("ui/_clock_tag.html")
def clock_tag(clock: Clock | None) -> dict[str, Any]:
    """The clock as one status word, for cards on light pages."""
    return {"clock": clock}


@register.inclusion_tag("ui/_bar.html")
def bar(value: float, whole: float, mark: float | None = None) -> dict[str, Any]:
    """A measure in a table, with the expected amount as a line. Never a race."""
    return {
        "width": _share(value, whole),
        "mark": None if mark is None else _share(mark, whole),
        "value": value,
        "whole": whole,
    }


def _share(value: float, whole: float) -> int:
    return min(100, max(0, round(value * 100 / whole))) if whole else 0


# --- blocks ----------------------------------------------------------------------


@register.inclusion_tag("ui/_timeline.html")
def timeline(entries: Iterable[Entry]) -> dict[str, Any]:
    return {"entries": entries}


@register.inclusion_tag("ui/_who_waited.html")
def who_waited(parts: Sequence[Part]) -> dict[str, Any]:
    return {"waiting": waiting.waiting(parts)}


@register.simple_tag
def who_waited_line(parts: Sequence[Part]) -> str:
    return waiting.sentence(parts)


@register.inclusion_tag("ui/_steps.html")
def steps(steps: Iterable[Step], numbered: bool = False) -> dict[str, Any]:
    return {"steps": list(steps), "numbered": numbered}


@register.inclusion_tag("ui/_receipt.html")
def receipt(lines: Iterable[Line]) -> dict[str, Any]:
    return {"lines": lines}


@register.inclusion_tag("ui/_suggestion.html")
def suggestions(
    name: str, items: Iterable[Suggestion], chosen: str = ""
) -> dict[str, Any]:
    """Radio cards; `name` is the form field they fill."""
    return {"name": name, "items": items, "chosen": chosen}


@register.inclusion_tag("ui/_empty.html")
def empty_state(
    title: str, text: str = "", url: str = "", label: str = ""
) -> dict[str, Any]:
    return {"title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("ui/_toasts.html", takes_context=True)
def toasts(context: template.RequestContext, error: object = None) -> dict[str, Any]:
    """The waiting messages, and an error that an HTMX answer carries."""
    said = [read(message) for message in context.get("messages") or ()]
    message = str(getattr(error, "message", error or ""))
    if message:
        said.append(
            Toast(words.first_sentence(message), words.after_first(message), "late")
        )
    return {"toasts": said, "csrf_token": context.get("csrf_token")}


# --- forms -----------------------------------------------------------------------


@register.inclusion_tag("ui/_field.html")
def field(
    field: BoundField,
    look: str = "picks",
    notes: Mapping[str, str] | None = None,
    hint: str = "",
) -> dict[str, Any]:
    """`look`: picks or chips for radio and checkbox groups; `hint` stands beside
    the label; `notes`: value → second line of an option."""
    kind = forms.kind_of(field)
    return {
        "field": field,
        "kind": kind,
        "look": look,
        "hint": hint,
        "options": forms.options(field, notes) if kind == "choices" else (),
        "control": "" if kind == "choices" else forms.control(field),
        "error_id": f"{field.auto_id}_error",
        "help_id": f"{field.auto_id}_helptext",
    }


@register.inclusion_tag("ui/_form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    found = forms.error_links(form) if form.is_bound else []
    alone = len(found) == 1 and bool(found[0][0])
    return {"errors": [] if alone else found}


# --- lists -----------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def query_with(context: template.RequestContext, **changes: object) -> str:
    """This address with other GET parameters; None drops one."""
    request = context.get("request")
    return changed(request, changes) if request else ""


@register.inclusion_tag("ui/_paging.html", takes_context=True)
def paging(context: template.RequestContext, page: Page[Any]) -> dict[str, Any]:
    return {"page": page, "request": context["request"]}


@register.inclusion_tag("ui/_filter_chip.html", takes_context=True)
def filter_chip(
    context: template.RequestContext,
    label: str,
    param: str,
    choices: Iterable[tuple[object, str]],
    icon: str = "",
    many: bool = False,
) -> dict[str, Any]:
    drawn: Chip = chip(cast(HttpRequest, context["request"]), param, choices, many)
    return {"label": label, "chip": drawn, "icon": icon}


@register.simple_block_tag(takes_context=True)
def filters(
    context: template.RequestContext, content: str, export: str = "", **more: object
) -> SafeString:
    """The filter row of a list; ends with the link to this very view and, with
    `export`, the button that takes the list along."""
    drawn = {"content": content, "button": _export(context, export, more)}
    return SafeString(render_to_string("ui/_filters.html", drawn))


@register.simple_tag(takes_context=True)
def export(
    context: template.RequestContext, listing: str, **more: object
) -> SafeString:
    """The button 导出 of a list by its code; the file follows this address's filters
    and `more`."""
    return _export(context, listing, more)


def _export(
    context: template.RequestContext, listing: str, more: Mapping[str, object]
) -> SafeString:
    request = context.get("request")
    if not listing or request is None:
        return SafeString("")
    here = changed(request, {"page": None, **more}).partition("?")[2]
    action = reverse("sheets:export", args=[listing])
    drawn = {
        "action": f"{action}?{here}" if here else action,
        "csrf_token": context.get("csrf_token"),
    }
    return SafeString(render_to_string("ui/_export.html", drawn))


@register.simple_block_tag
def bulk(content: str, unit: str = "件", note: str = "") -> SafeString:
    """The dark strip with what can be done to all chosen rows at once."""
    return SafeString(
        render_to_string(
            "ui/_bulk.html", {"content": content, "unit": unit, "note": note}
        )
    )

"""What a page says after an act: what happened, whose turn it is now, how to
undo. Carried by Django's messages, shown by the base templates."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

Tone = Literal["ok", "soon", "late"]
_LEVELS = {"ok": messages.SUCCESS, "soon": messages.WARNING, "late": messages.ERROR}
_TONES: dict[int, Tone] = {messages.WARNING: "soon", messages.ERROR: "late"}


@dataclass(frozen=True, slots=True)
class Toast:
    """`undo_url` takes a POST, `link_url` a GET. Failures (late) stay until closed."""

    title: str
    text: str = ""
    tone: Tone = "ok"
    undo_url: str = ""
    undo_label: str = "撤销"
    link_url: str = ""
    link_label: str = ""


def toast(
    request: HttpRequest,
    title: str,
    text: str = "",
    *,
    tone: Tone = "ok",
    undo_url: str = "",
    undo_label: str = "撤销",
    link_url: str = "",
    link_label: str = "",
) -> None:
    """Shows this on the next page, or in this answer if it is an HTMX swap that
    includes ui/_toast.html."""
    said = Toast(title, text, tone, undo_url, undo_label, link_url, link_label)
    messages.add_message(request, _LEVELS[tone], json.dumps(asdict(said)), "toast")


def read(message: Message) -> Toast:
    """A message as a toast; a plain message becomes its title."""
    body = str(message.message)
    if message.extra_tags == "toast":
        return Toast(**json.loads(body))
    return Toast(body, tone=_TONES.get(message.level, "ok"))

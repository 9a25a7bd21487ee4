"""What the pages of summaries, letters, checks and samples share: their tabs."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.people.views.asking import actor_of

TABS = (
    ("quarters", "scoring:quarters", "季度汇总", "quarters.view"),
    ("letters", "scoring:letters", "通知", "letters.view"),
    ("checkups", "scoring:checkups", "体检", "checkups.view"),
    ("praise", "scoring:praise", "好评张榜", "quarters.view"),
    ("samples", "scoring:samples", "抽查", "samples.view"),
    ("draws", "scoring:draws", "抽查情况", "draws.view"),
)


def frame(request: HttpRequest, here: str) -> dict[str, Any]:
    """The tabs that the actor's role opens."""
    return {"score_tabs": tabs(actor_of(request)), "here": here}


def tabs(actor: Actor) -> list[tuple[str, str, str]]:
    """(code, address, words)."""
    # Above the community there is nothing to close: the report of the last quarter.
    first = "scoring:quarters" if can(actor, "letters.send") else "scoring:report"
    return [
        (code, reverse(first if code == "quarters" else route), words)
        for code, route, words, action in TABS
        if can(actor, action) and not (code == "draws" and can(actor, "samples.view"))
    ]

"""What the pages of deductions, appeals and merits share."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.places.forms import taken
from baodao.ui.forms import Form
from baodao.ui.toast import toast

Bad = tuple[str, Form]  # the event whose form has to be mended


def own(actor: Actor) -> bool:
    """Members and units, who see what is about themselves."""
    return actor.path is None


def tabs(actor: Actor, here: str) -> dict[str, Any]:
    """The pages that a unit has about itself, as tabs; staff have them in the menu."""
    found = (
        ("my_deductions", "扣分", "deductions.view"), ("appeals", "申诉", "appeals.view"),
        ("merits", "成绩", "merits.view"),
    )  # fmt: skip
    return {
        "due_tabs": [
            (name, reverse(f"scoring:{name}"), title)
            for name, title, action in found
            if own(actor) and can(actor, action)
        ],
        "here": here,
    }


def shown(
    request: HttpRequest, actor: Actor, name: str, context: Mapping[str, Any],
    bad: Bad | None = None,
) -> HttpResponse:  # fmt: skip
    """A page; a member's is the light one. With a form to be mended it is a 422."""
    light = "_member" if actor.role == "member" else ""
    given = {**context, "own": own(actor), "bad": bad and bad[0]}
    status = 422 if bad else 200
    return render(request, f"scoring/{name}{light}.html", given, status=status)


def stepped(
    request: HttpRequest, event: str, form: Form | None,
    do: Callable[[dict[str, Any]], object], again: Callable[[Bad], HttpResponse],
    said: tuple[str, str], back: str,
) -> HttpResponse:  # fmt: skip
    """One step that was posted: done, told and back at `back`; or the page once more with
    what to mend."""
    if not taken(form, do):
        assert form
        return again((event, form))
    toast(request, *said)
    return redirect(back)

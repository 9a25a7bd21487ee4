"""What the layers above show on the page of a place: units tied to it, who holds a
role there. Each registers a function; places itself knows none of them."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from baodao.places.models import Place

Panel = Callable[[HttpRequest, Place], SafeString]
_PANELS: list[Panel] = []


def register(panel: Panel) -> None:
    """Add a panel; it answers with a rendered fragment, or "" for nothing."""
    if panel not in _PANELS:
        _PANELS.append(panel)


def panels(request: HttpRequest, place: Place) -> list[SafeString]:
    """The panels of a place, in the order of registration, empty ones left out."""
    return [shown for panel in _PANELS if (shown := panel(request, place))]

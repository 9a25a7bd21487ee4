"""What every template may use. Nothing here asks the database unless the
template reads it, and nothing fails on an error page without an actor."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from baodao.ui import nav
from baodao.ui.display import font_of, lang_of, mode_of


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: bars, footers and display settings of this request."""
    return {
        "actor": getattr(request, "actor", None),
        "account": SimpleLazyObject(lambda: nav.account(request)),
        "nav": SimpleLazyObject(lambda: nav.menu(request)),
        "footer_links": SimpleLazyObject(lambda: nav.links(request, "footer")),
        "head_links": SimpleLazyObject(lambda: nav.links(request, "head")),
        "public_links": SimpleLazyObject(lambda: nav.links(request, "public")),
        "error_base": nav.error_base(request),
        "demo": getattr(settings, "DEMO", False),
        "mode": mode_of(request),
        "lang": lang_of(request),
        "font_size": font_of(request),
        "now": datetime.now(UTC),
    }

"""Routes of exchange."""

from typing import Any

from django.urls import URLPattern, path

from baodao.exchange.views import agreements, generic

app_name = "exchange"


def _of(code: str, at: str) -> list[URLPattern]:
    """List, page and steps of one subject."""
    kind: dict[str, Any] = {"code": code}
    return [
        path(f"{at}/", generic.listing, kind, name=f"{code}_list"),
        path(f"{at}/<uuid:pk>/", generic.detail, kind, name=code),
        path(f"{at}/<uuid:pk>/<slug:event>/", generic.act, kind, name=f"{code}_act"),
    ]


urlpatterns = [
    path("agreements/new/", agreements.new, name="agreement_new"),
    path("agreements/<uuid:pk>/edit/", agreements.edit, name="agreement_edit"),
    path("agreements/<uuid:pk>/print/", agreements.paper, name="agreement_print"),
    path("agreements/<uuid:pk>/scans/<uuid:scan_id>/", agreements.scan, name="agreement_scan"),
    path("duties/<uuid:pk>/", agreements.duty, name="duty"),
    *_of("agreement", "agreements"),
    *_of("deed", "deeds"),
]  # fmt: skip

"""All routes: each subject's `urls.py`, then the process checks."""

from django.urls import URLPattern, URLResolver, include, path

from baodao.config.api import api
from baodao.core.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("baodao.portal.urls")),
    path("", include("baodao.ui.urls")),
    path("", include("baodao.sheets.urls")),
    path("account/", include("baodao.portal.account_urls")),
    path("places/", include("baodao.places.urls")),
    path("people/", include("baodao.people.urls")),
    path("report-ins/", include("baodao.reporting.urls")),
    path("orders/", include("baodao.orders.urls")),
    path("duties/", include("baodao.duties.urls")),
    path("pairings/", include("baodao.pairings.urls")),
    path("exchange/", include("baodao.exchange.urls")),
    path("councils/", include("baodao.councils.urls")),
    path("directives/", include("baodao.oversight.urls")),
    path("policies/", include("baodao.oversight.policies.urls")),
    path("activities/", include("baodao.activities.urls")),
    path("surveys/", include("baodao.surveys.urls")),
    path("scores/", include("baodao.scoring.urls")),
    path("shop/", include("baodao.shop.urls")),
    path("stats/", include("baodao.stats.urls")),
    path("progress/", include("baodao.progress.urls")),
    path("api/v1/", api.urls),
    path("allocation/", include("baodao.allocation.urls")),
    path("departures/", include("baodao.departures.urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]

handler500 = "baodao.ui.errors.server_error"

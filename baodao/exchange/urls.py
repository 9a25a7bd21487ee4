"""Routes of exchange."""

from typing import Any

from django.urls import URLPattern, path

from baodao.exchange.views import agreements, generic, lists, pool, projects, voices

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
    path("balance/", agreements.balance, name="balance"),
    path("agreements/new/", agreements.new, name="agreement_new"),
    path("agreements/<uuid:pk>/edit/", agreements.edit, name="agreement_edit"),
    path("agreements/<uuid:pk>/print/", agreements.paper, name="agreement_print"),
    path("agreements/<uuid:pk>/scans/<uuid:scan_id>/", agreements.scan, name="agreement_scan"),
    path("agreements/<uuid:pk>/notices/", voices.notices, name="notices"),
    path("seen/<str:spot_token>/", voices.seen, name="seen"),
    path("duties/<uuid:pk>/", agreements.duty, name="duty"),
    path("needs/new/", lists.need_new, name="need_new"),
    path("needs/take-over/", lists.take_over, name="take_over"),
    path("needs/ahead/", lists.ahead, name="ahead"),
    path("needs/match/", lists.match, name="match"),
    path("resources/new/", lists.resource_new, name="resource_new"),
    path("resources/<uuid:pk>/book/", lists.book, name="book"),
    path("lists/", lists.editions, name="editions"),
    path("lists/freeze/", lists.freeze, name="freeze"),
    path("lists/<uuid:pk>/", lists.edition, name="edition"),
    path("lists/hand-in/<uuid:pk>/", lists.hand_in, name="hand_in"),
    path("quotas/<uuid:pk>/", projects.quota, name="quota"),
    path("projects/new/", projects.coproject_new, name="coproject_new"),
    path("problems/new/", projects.problem_new, name="problem_new"),
    *_of("coproject", "projects"),
    *_of("problem", "problems"),
    path("pool/new/", pool.pool_new, name="pool_new"),
    *_of("pool", "pool"),
    *_of("need", "needs"),
    *_of("resource", "resources"),
    *_of("booking", "bookings"),
    *_of("listproject", "list-projects"),
    *_of("agreement", "agreements"),
    *_of("deed", "deeds"),
]  # fmt: skip

"""A password that somebody else set is changed before anything else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

Next = Callable[[HttpRequest], HttpResponse]
# What stays open: the change itself, the way out, and what everybody may see.
OPEN = {"portal:password", "portal:sign_out", "portal:sign_in", "ui:display"}


class OwnPassword:
    """Leads from every page to the change of a one-time password."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_: object
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.view_name in OPEN:
            return None
        if getattr(request.user, "must_change_password", False):
            return redirect("portal:password")
        return None

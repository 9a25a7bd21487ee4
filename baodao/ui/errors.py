"""The page of last resort. Nothing of it depends on the database, the session
or the menu, since any of them may be what broke."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`: the number on the page is the one in the log."""
    number = getattr(request, "request_id", "")
    return HttpResponse(render_to_string("500.html", {"number": number}), status=500)

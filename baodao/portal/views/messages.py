"""The inbox of the acting role. Opening a message goes to the page it is about."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from baodao.core.errors import NotFound
from baodao.notifications.services import inbox, mark_read, unread
from baodao.portal.nav import frame_of

A_PAGE = 30


@login_required
@never_cache
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """消息, newest first."""
    actor = request.actor  # type: ignore[attr-defined]
    page = Paginator(inbox(actor), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "waiting": unread(actor),
        **frame_of(actor),
    }
    return render(request, "portal/messages.html", context)


@login_required
@require_POST
def open_message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Read, then on to what it is about."""
    actor = request.actor  # type: ignore[attr-defined]
    found = inbox(actor).filter(id=message_id).first()
    if found is None:
        raise NotFound
    mark_read(actor=actor, ids=[found.id])
    inside = url_has_allowed_host_and_scheme(found.url, {request.get_host()})
    return redirect(found.url if found.url and inside else "portal:messages")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """全部标为已读."""
    mark_read(actor=request.actor)  # type: ignore[attr-defined]
    return redirect("portal:messages")

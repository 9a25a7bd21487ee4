"""What every staff page of orders needs: who reads, and that they are staff."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from baodao.acts.actor import Actor
from baodao.core.errors import Forbidden
from baodao.orders.filters import is_staff

View = Callable[..., HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    """Who is acting; the middleware has set it."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def staff_page(view: View) -> View:
    """For roles that see orders by place. Visitors are asked to sign in; units and
    members have pages of their own."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        if actor.is_anonymous:
            return redirect_to_login(request.get_full_path())
        if not is_staff(actor):
            raise Forbidden(
                "这一页由社区和街道使用。单位请到“接单”，党员请到“接单”看自己的单。"
            )
        return view(request, *args, **kwargs)

    return asked

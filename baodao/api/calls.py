"""The caller of an operation."""

from django.http import HttpRequest

from baodao.acts.actor import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The caller of an API operation."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor

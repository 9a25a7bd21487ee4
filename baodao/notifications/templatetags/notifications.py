"""The bell: how many messages are unread, and the way to them."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from baodao.notifications.services import unread

register = template.Library()
INBOX = "portal:inbox"


@register.inclusion_tag("notifications/_bell.html", takes_context=True)
def bell(context: template.Context) -> dict[str, Any]:
    """`{% load notifications %}{% bell %}`; draws nothing for visitors, or while the
    page of messages does not exist."""
    actor = context.get("actor")
    if actor is None or actor.person_id is None:
        return {}
    try:
        url = reverse(INBOX)
    except NoReverseMatch:
        return {}
    return {"inbox_url": url, "unread": unread(actor)}

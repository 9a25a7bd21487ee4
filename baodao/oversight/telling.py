"""Messages of directives: to the unit or the desk of a place, and back to the issuer."""

from uuid import UUID

from django.urls import reverse

from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.oversight.models import Directive, DirectiveItem

# The desk that is told of an item of a place.
DESKS = {
    "county": "county_org",
    "township": "township_party",
    "community": "community_secretary",
}


def to_item(
    item: DirectiveItem, d: Directive, event_id: UUID, title: str, text: str
) -> Message:
    """The unit, or the desk of the place."""
    url = reverse("oversight:item", args=[item.pk])
    if item.unit_id:
        return message(
            event_id=event_id, title=title, text=text, url=url, unit_id=item.unit_id
        )
    return message(
        event_id=event_id, title=title, text=text, url=url, role=DESKS[d.to],
        path=item.path,
    )  # fmt: skip


def tell(item: DirectiveItem, event_id: UUID, title: str, text: str) -> None:
    """What the issuer decided about one item, to its addressee."""
    d = item.directive
    send([to_item(item, d, event_id, f"“{d.title}”{title}", text)])


def to_issuer(item: DirectiveItem, event_id: UUID, title: str, text: str) -> Message:
    """What the addressee did, to the desk that issued it."""
    d = item.directive
    return message(
        event_id=event_id, title=f"{item.name}{title}", text=f"{d.title}：{text}"[:200],
        role=d.role, path=d.path, url=reverse("oversight:item", args=[item.pk]),
    )  # fmt: skip

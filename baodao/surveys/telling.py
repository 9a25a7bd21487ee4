"""Who is told what: each community that a survey has come to it, and for how long."""

from baodao.acts.models import Event
from baodao.core.clock import today
from baodao.notifications.models import Message
from baodao.notifications.services import message
from baodao.places.rules import COMMUNITY
from baodao.surveys.models import Survey
from baodao.ui.words import cdate

ROLES = ("community_worker", "community_secretary")


def messages_for(event: Event, it: Survey) -> list[Message]:
    """To the staff of every community that has a part of it, when it is published or
    its questions have changed."""
    parts = it.parts.filter(state="running", place__level=COMMUNITY)
    new = event.action == "surveys.publish"
    title = "有一次摸底要做" if new else "摸底的问题换了新版"
    text = (
        f"“{it.title}”，{cdate(it.ends_on, today(event.at))}前问完。"
        if new
        else f"“{it.title}”第{it.edition}版，没问过的住户按新版问。"
    )
    return [
        message(
            event_id=event.id, role=role, path=part.path, title=title, text=text,
            url=f"/surveys/{part.pk}/",
        )
        for part in parts
        for role in ROLES
    ]  # fmt: skip

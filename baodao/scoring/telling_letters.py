"""Messages of letters: to the subject that there is one (what it says stands on its page
alone), to the community that there is an answer."""

from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from baodao.acts.models import Event
from baodao.notifications.models import Message
from baodao.notifications.services import message
from baodao.scoring import rules_quarter as rules
from baodao.scoring.models import Letter

SAID = {
    "statement": "请看一下这一季度记了哪些。有不对的，在期限内说。",
    "urge": "社区给您留了一句话。忙不开的，回一句就行。",
    "remind": "只有您和社区看得到。里面有事实、建议，也可以回复、提出异议。",
}


def messages_for(letters: QuerySet[Letter]) -> list[Message]:
    """One message a letter, tied to the event that sent it."""
    rows = list(letters.select_related("member"))
    sent = Event.objects.filter(
        object_id__in=[it.pk for it in rows], action="letters.send"
    )
    events = dict(sent.values_list("object_id", "id"))
    return [_message(it, events[it.pk]) for it in rows]


def _message(it: Letter, event_id: UUID) -> Message:
    return message(
        event_id=event_id, title=str(it), text=SAID[it.kind],
        url=reverse("scoring:letter", args=[it.pk]),
        person_id=it.member.person_id if it.member else None, unit_id=it.unit_id,
    )  # fmt: skip


def replied(it: Letter, event: Event) -> list[Message]:
    """To the community's desk."""
    if event.actor_role.startswith("community_"):
        return []
    who = it.member.person.name if it.member else str(it.unit)
    return [
        message(
            event_id=event.id, title=f"{who}回复了{rules.KINDS[it.kind]}", text=it.reply[:80],
            role="community_secretary", path=it.path,
            url=reverse("scoring:letter", args=[it.pk]),
        )
    ]  # fmt: skip

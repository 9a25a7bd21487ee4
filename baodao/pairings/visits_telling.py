"""Who is told what around visits: one line, whose turn it is, a link. Messages name a
household by its number only. Pure: the job hands in the event and the bond."""

from datetime import date
from uuid import UUID

from django.urls import reverse

from baodao.acts.models import Event
from baodao.notifications.models import Message
from baodao.notifications.services import message
from baodao.pairings import visits_flow
from baodao.pairings.models import HouseholdPairing
from baodao.ui.words import cdate, local_day

STAFF = "community_worker"


def messages_for(
    event: Event, p: HouseholdPairing, went: UUID | None = None
) -> list[Message]:
    """What to send for this event; an empty list for events nobody waits for. `went`:
    who stood in for the member on the visit."""
    name = event.action.split(".", 1)[1]
    home = f"户 {p.household.number}"
    if name == "ask_visit":
        return _asked(event, p, home)
    if name == "remind_visit":
        return [
            _to_member(
                event,
                p,
                f"{home}还没有走访",
                "快到期了。电话、视频也算，去不了请告诉社区。",
            )
        ]
    if name == "refuse":
        why = visits_flow.REFUSED.get(event.reason, "")
        text = f"{why}。应访重新列为待办；记错了或有不同意见，请联系社区。"
        return _to_both(event, p, went, f"{home}的走访没有得到确认", text)
    if name == "void":
        why = visits_flow.REFUSED.get(event.reason, "")
        text = f"查明{why}，服务记录已冲回，应访重新列为待办。有不同意见请联系社区。"
        return _to_both(event, p, went, f"{home}的走访收回了确认", text)
    if name == "cannot_go":
        who = p.member.person.name
        return [
            message(
                event_id=event.id, title=f"{who}这次去不了{home}",
                text="请安排人代访，或记为免访。", url=reverse("pairings:visits_missing"),
                role=STAFF, path=p.path,
            )
        ]  # fmt: skip
    return []


def _asked(event: Event, p: HouseholdPairing, home: str) -> list[Message]:
    urgent = bool(event.data.get("urgent"))
    due = event.data.get("due_on", "")
    day = cdate(date.fromisoformat(due), local_day(event.at)) if due else ""
    by = "住户" if event.actor_role == "requester" else event.actor_name
    text = f"{by}请您走访，{day}以前联系上。先打个电话也行。"
    told = [_to_member(event, p, f"{home}有事找您", text, urgent=urgent)]
    if event.actor_role == "requester":
        told.append(
            message(
                event_id=event.id, title=f"{home}请人走访",
                text=f"已告诉{p.member.person.name}，{day}以前要联系上。",
                url=reverse("pairings:visits"), role=STAFF, path=p.path, urgent=urgent,
            )
        )  # fmt: skip
    return told


def _to_both(
    event: Event, p: HouseholdPairing, went: UUID | None, title: str, text: str
) -> list[Message]:
    """Whose deed it was learns why it does not stand; where that is a stand-in, the
    member only that it is owed again."""
    if went is None or went == p.member.person_id:
        return [_to_member(event, p, title, text)]
    again = f"户 {p.household.number}要再走访一次"
    said = "请人代访的那一次没有算上，应访重新列为待办。"
    return [
        message(
            event_id=event.id, title=title, text=text,
            url=reverse("pairings:my_visits"), person_id=went,
        ),
        _to_member(event, p, again, said),
    ]  # fmt: skip


def _to_member(
    event: Event, p: HouseholdPairing, title: str, text: str, urgent: bool = False
) -> Message:
    return message(
        event_id=event.id, title=title, text=text, url=reverse("pairings:my_visits"),
        person_id=p.member.person_id, urgent=urgent,
    )  # fmt: skip

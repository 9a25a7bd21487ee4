"""Who is told what after a step: one line what happened, whose turn it is, a link."""

from collections.abc import Iterable

from django.urls import reverse

from baodao.activities.models import Activity, Participation, Post
from baodao.acts.models import Event
from baodao.core.clock import local
from baodao.notifications.models import Message
from baodao.notifications.services import message
from baodao.people.models import Member
from baodao.ui.words import cdatetime


def messages_for(event: Event) -> list[Message]:
    """What to send for this event; an empty list for events nobody waits for."""
    subject, name = event.action.split(".", 1)
    if subject == "participations":
        part = Participation.objects.select_related("activity", "member").get(
            pk=event.object_id
        )
        return _to_members(
            event, part.activity, [part.member.person_id],
            f"“{part.activity}”有名额了，您已从候补转为报名",
            "不能来请早点取消，让给下一位。",
        )  # fmt: skip
    if subject == "posts":
        return _asked_for_post(event)
    it = Activity.objects.select_related("place", "unit", "venue").get(
        pk=event.object_id
    )
    tell = _TELL.get(name)
    return tell(event, it) if tell else []


def _finished(event: Event, it: Activity) -> list[Message]:
    """The community confirms; who planned it cannot."""
    n = it.parts.filter(state="attended").count()
    return [
        message(
            event_id=event.id, title=f"“{it}”的到场名单等社区确认",
            text=f"活 {it.no}，{n}人到场，{event.actor_name}记的。要由别人来确认。",
            url=_url(it), role=role, path=it.path,
        )
        for role in ("community_worker", "community_secretary")
    ]  # fmt: skip


def _sent_back(event: Event, it: Activity) -> list[Message]:
    return _to_host(
        event, it, f"“{it}”的到场名单退回来了", "请看退回的说明，改好再交。"
    )


def _confirmed(event: Event, it: Activity) -> list[Message]:
    return _to_host(event, it, f"“{it}”的名单确认好了", "到场的人都有了服务记录。")


def _corrected(event: Event, it: Activity) -> list[Message]:
    return _to_host(
        event, it, f"“{it}”的名单要更正", "原来的记录已冲回，改好后重新确认。"
    )


def _cancelled(event: Event, it: Activity) -> list[Message]:
    quote = "；".join(n.text for n in event.notes.all())
    return _to_coming(event, it, f"“{it}”取消了", quote)


def _moved(event: Event, it: Activity) -> list[Message]:
    when = cdatetime(it.start_at, local(event.at).date())
    where = it.venue.name if it.venue else it.spot or it.place.name
    text = f"现在是{when}，在{where}。不能来请取消报名。"
    return _to_coming(event, it, f"“{it}”的时间或地点变了", text)


def _invited(event: Event, it: Activity) -> list[Message]:
    when = cdatetime(it.start_at, local(event.at).date())
    where = it.venue.name if it.venue else it.spot or it.place.name
    text = f"{when}，在{where}。来得了请报名，来不了不用回。"
    people = _people(event)
    return _to_members(event, it, people, f"请您参加“{it}”", text)


def _people(event: Event) -> list[object]:
    ids = event.data.get("members", [])
    found = Member.objects.filter(pk__in=ids).values_list("person_id", flat=True)
    return list(found)


def _asked_for_post(event: Event) -> list[Message]:
    post = Post.objects.select_related("place").get(pk=event.object_id)
    url = reverse("activities:post", args=[post.pk])
    where = " · ".join(filter(None, (post.place.name, post.spot, post.schedule)))
    return [
        message(
            event_id=event.id, title=f"请您来当“{post}”", url=url,
            text=f"{where}。愿意的话点“我来”，来不了不用回。",
            person_id=pk,  # type: ignore[arg-type]
        )
        for pk in _people(event)
    ]  # fmt: skip


_TELL = {
    "finish": _finished, "send_back": _sent_back, "confirm": _confirmed,
    "correct": _corrected, "cancel": _cancelled, "revise": _moved,
    "invite": _invited,
}  # fmt: skip


def _url(it: Activity) -> str:
    return reverse("activities:detail", args=[it.pk])


def _to_host(event: Event, it: Activity, title: str, text: str) -> list[Message]:
    to_unit = it.unit_id is not None
    return [
        message(
            event_id=event.id, title=title, text=text, url=_url(it),
            unit_id=it.unit_id, role="" if to_unit else "community_worker",
            path="" if to_unit else it.path,
        )
    ]  # fmt: skip


def _to_coming(event: Event, it: Activity, title: str, text: str) -> list[Message]:
    coming = it.parts.filter(state__in=("signed_up", "waitlisted"))
    people = coming.values_list("member__person_id", flat=True)
    return _to_members(event, it, people, title, text)


def _to_members(
    event: Event, it: Activity, people: Iterable[object], title: str, text: str
) -> list[Message]:
    return [
        message(
            event_id=event.id, title=title, text=text, url=_url(it),
            person_id=pk,  # type: ignore[arg-type]
        )
        for pk in people
    ]  # fmt: skip

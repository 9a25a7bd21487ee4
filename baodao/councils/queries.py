"""Meetings and what they resolved, read back under one's own access."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from baodao.acts.access import can, path_range, visible
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.councils import rules
from baodao.councils.models import (
    Deliberation,
    JointMeeting,
    MeetingSeat,
    MeetingTopic,
    Resolution,
)
from baodao.people.models import Unit
from baodao.ui.clock import Clock, clock
from baodao.ui.shapes import Entry

MEETING_TABS = {
    "ahead": ("在筹备", rules.AHEAD),
    "held": ("待定纪要", ("held",)),
    "closed": ("已定纪要", ("closed",)),
    "cancelled": ("不开了", ("cancelled",)),
}


@dataclass(frozen=True)
class Wanted:
    """What the address of a list says; `path`: at or below a place."""

    text: str = ""
    path: str = ""
    state: str = ""
    year: str = ""
    when: str = ""


def below(found: QuerySet[Any], path: str, column: str = "path") -> QuerySet[Any]:
    """Those at or below a path; all without one."""
    if not path:
        return found
    lo, hi = path_range(path)
    return found.filter(**{f"{column}__gte": lo, f"{column}__lt": hi})


# --- meetings ---------------------------------------------------------------------------


def meetings(actor: Actor, wanted: Wanted) -> QuerySet[JointMeeting]:
    """Of all tabs, those to come first, then the newest."""
    found = below(
        visible(JointMeeting.objects.all(), actor, "meetings.view"), wanted.path
    )
    if wanted.text.strip():
        text = wanted.text.strip()
        found = found.filter(
            Q(title__icontains=text)
            | Q(place__name__icontains=text)
            | Q(place__pinyin__icontains=text.lower())
        )
    if wanted.year.isdigit():
        found = found.filter(held_on__year=int(wanted.year))
    return found.select_related("place__parent").order_by("-held_on", "path", "pk")


def in_tab(found: QuerySet[JointMeeting], tab: str) -> Any:
    states = MEETING_TABS[tab][1]
    order = ("held_on", "path", "pk") if tab == "ahead" else ("-held_on", "path", "pk")
    came = Count("seats", filter=Q(seats__attendance__in=rules.CAME), distinct=True)
    return (
        found.filter(state__in=states)
        .annotate(
            invited=Count("seats", distinct=True),
            came=came,
            resolved=Count(
                "resolutions",
                filter=~Q(resolutions__state="dropped"),
                distinct=True,
            ),
        )
        .order_by(*order)
    )


def tab_counts(found: QuerySet[JointMeeting]) -> dict[str, int]:
    n = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    return {
        tab: sum(n.get(s, 0) for s in states)
        for tab, (_, states) in MEETING_TABS.items()
    }


def meeting(actor: Actor, pk: UUID) -> JointMeeting:
    """One meeting. Raises NotFound."""
    found = visible(JointMeeting.objects.filter(pk=pk), actor, "meetings.view")
    row = found.select_related("place__parent").first()
    if row is None:
        raise NotFound
    return row


def last_time(m: JointMeeting) -> list[Resolution]:
    """上次议定的事: what the meeting before this one resolved, and what is still to be
    done of those before it and of what was talked over since."""
    earlier = JointMeeting.objects.filter(
        path=m.path, state="closed", held_on__lt=m.held_on
    )
    last = earlier.order_by("-held_on", "-pk").first()
    talks = below(Deliberation.objects.filter(held_on__lt=m.held_on), m.path)
    found = Resolution.objects.filter(
        Q(meeting=last)
        | Q(meeting__in=earlier, state__in=rules.RUNNING)
        | Q(deliberation__in=talks, state__in=rules.RUNNING)
    ).exclude(state="draft")
    related = found.select_related("unit", "meeting", "deliberation")
    return list(related.order_by("meeting__held_on", "due_on", "pk"))


def community_of(m: JointMeeting | Deliberation) -> str:
    above = m.place.parent.name if m.place.parent else ""
    return f"{above} · {m.place.name}" if above else m.place.name


def meeting_clock(m: JointMeeting, now: datetime) -> Clock | None:
    """Whose turn it is and until when."""
    if m.state == "closed":
        return None
    if m.state in rules.AHEAD:
        state = rules.MEETING_STATES[m.state]
        return clock(now, m.created_at, m.held_at, whose=f"社区：{state.verb}")
    return None


# --- a unit's side ------------------------------------------------------------------------


def seats(actor: Actor, tab: str) -> QuerySet[MeetingSeat]:
    """One's own invitations: those to come first, or those that are over."""
    found = visible(MeetingSeat.objects.all(), actor, "meeting_seats.view")
    ahead = tab == "ahead"
    states = Q(meeting__state__in=rules.AHEAD)
    found = found.filter(states if ahead else ~states)
    order = "meeting__held_on" if ahead else "-meeting__held_on"
    return found.select_related("meeting__place").order_by(order, "pk")


def seat(actor: Actor, pk: UUID) -> MeetingSeat:
    """One seat, for the unit whose it is. Raises NotFound."""
    found = visible(MeetingSeat.objects.filter(pk=pk), actor, "meeting_seats.view")
    row = found.select_related(
        "meeting__place__parent", "unit", "member__person"
    ).first()
    if row is None:
        raise NotFound
    return row


def agenda(m: JointMeeting, unit_id: UUID | None = None) -> list[MeetingTopic]:
    """Topics on the agenda; a unit sees its own too whatever became of them."""
    shown = Q(state="agenda") | (Q(unit=unit_id) if unit_id else Q(pk=None))
    return list(m.topics.filter(shown).select_related("unit"))


# --- resolutions --------------------------------------------------------------------------

LATE = {"late": "超过时限", "soon": "7天内到期"}


def resolutions(actor: Actor, wanted: Wanted) -> QuerySet[Resolution]:
    """What was resolved, by the day it is due; drafts stand on their meeting's page."""
    found = below(
        visible(Resolution.objects.all(), actor, "resolutions.view"), wanted.path
    ).exclude(state="draft")
    if wanted.state:
        found = found.filter(state=wanted.state)
    day = today()
    if wanted.when == "late":
        found = found.filter(state="open", due_on__lt=day)
    elif wanted.when == "soon":
        found = found.filter(
            state="open",
            due_on__gte=day,
            due_on__lte=date.fromordinal(day.toordinal() + 7),
        )
    if text := wanted.text.strip():
        found = found.filter(
            Q(text__icontains=text)
            | Q(unit__name__icontains=text)
            | Q(unit__short_name__icontains=text)
        )
    related = found.select_related("unit", "meeting__place", "deliberation__place")
    return related.order_by("-state", "due_on", "path", "pk")


def resolution(actor: Actor, pk: UUID) -> Resolution:
    """One thing resolved. Raises NotFound."""
    found = visible(Resolution.objects.filter(pk=pk), actor, "resolutions.view")
    row = found.select_related(
        "unit", "topic", "meeting__place__parent", "deliberation__place__parent"
    ).first()
    if row is None or (row.state == "draft" and actor.unit_id):
        raise NotFound
    return row


def resolution_state(r: Resolution, day: date | None = None) -> tuple[str, str, str]:
    """(tone, word, icon) of its status word; late ones say so."""
    if r.state == "open" and r.due_on < (day or today()):
        return "late", "超过时限", "alert-circle"
    state = rules.RESOLUTION_STATES[r.state]
    word = "社区在办" if r.state == "open" and r.unit_id is None else state.title
    tone = "" if state.tone == "idle" else state.tone
    return tone, word, state.icon


def resolution_lines(
    rows: Iterable[Resolution],
) -> list[tuple[Resolution, tuple[str, str, str]]]:
    day = today()
    return [(r, resolution_state(r, day)) for r in rows]


def resolution_counts(found: QuerySet[Resolution]) -> dict[str, int]:
    return dict(found.order_by().values_list("state").annotate(n=Count("pk")))


def resolution_events(r: Resolution, actor: Actor) -> tuple[str, ...]:
    """What this person may do now."""
    events = [e for e in rules.RESOLUTION_FLOW.events(r.state) if e != "agree"]
    if r.state in rules.ASSIGNED:
        events.append("reassign")
    return tuple(e for e in events if can(actor, f"resolutions.{e}", r))


def owners(m: JointMeeting) -> QuerySet[Unit]:
    """Units that may be given something to do: those on the list."""
    return Unit.objects.filter(
        pk__in=m.seats.exclude(unit=None).values("unit")
    ).order_by("pinyin")


# --- the story ------------------------------------------------------------------------------

_TITLES: Mapping[str, Mapping[str, str]] = {
    "councils.jointmeeting": {
        "plan": "安排会议", "call": "发了通知", "move": "改了时间", "cancel": "不开了",
        "hold": "记了会议", "close": "定下纪要", "follow_place": "随区划调整",
    },
    "councils.resolution": {
        "record": "记入议定事项", "edit": "修改", "agree": "定下纪要，开始办",
        "report": "报办结", "confirm": "确认办成", "send_back": "退回再办",
        "drop": "不再办", "review": "会上看过", "reassign": "换了承办单位",
        "follow_place": "随区划调整",
    },
    "councils.deliberation": {
        "propose": "提出议题", "open": "社区提出议题", "take": "列入协商",
        "decline": "没有列入", "withdraw": "撤回", "edit": "改了议题",
        "publish_topic": "公开征求意见", "hide_topic": "不再公开征求",
        "arrange": "定了时间地点", "cancel": "不议了", "hold": "开会商量，记了到会和意见",
        "conclude": "定了结果", "add_order": "转成点单", "publish_result": "改了公开的结果",
        "close": "办完了", "follow_place": "随区划调整",
    },
    "councils.parttimemember": {
        "recommend": "推荐", "select": "确定人选", "approve": "批准", "file": "备案",
        "appoint": "聘任", "decline": "没有通过", "end": "卸任", "expire": "任期届满",
        "drop": "不再进行", "follow_place": "随区划调整",
    },
    "councils.federation": {
        "form": "组建", "edit": "修改", "dissolve": "撤销", "follow_place": "随区划调整",
    },
}  # fmt: skip


def story(object_id: UUID, expected: str = "", icon: str = "clock") -> list[Entry]:
    """What happened, newest first; on top what is expected."""
    entries = [entry_of(e) for e in reversed(events_of(object_id))]
    if expected:
        entries.insert(0, Entry(expected, icon=icon, tone="go", now=True))
    return entries


def entry_of(event: Event, before: str = "") -> Entry:
    """One event of councils; `before` says what it happened to."""
    name = event.action.split(".", 1)[1]
    by = event.actor_name
    if event.on_behalf_of:
        by = f"{by}（代{event.on_behalf_of}）"
    quote = "；".join(n.text for n in event.notes.all())
    title = _TITLES.get(event.kind, {}).get(name, name)
    return Entry(f"{before}{title}", at=event.at, who=by, quote=quote)

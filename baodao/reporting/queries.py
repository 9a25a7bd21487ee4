"""Reading report-ins: the list, one report-in with its story, and what comes next
for a person or a unit (A02). Everything stays inside the actor's scope."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from baodao.acts.access import can, path_range, visible, within
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.core.clock import at_local, local
from baodao.core.clock import now as clock_now
from baodao.people.models import Member, Person, Unit
from baodao.people.queries import units_at
from baodao.places import areas
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.places.search import matching
from baodao.reporting import rules
from baodao.reporting.models import ReportIn
from baodao.reporting.next_steps import NextStep, next_steps
from baodao.reporting.standing import (
    RELATED,
    asks_confirmation,
    method_title,
    of_member,
    of_unit,
    place_name,
    tied_points,
)
from baodao.reporting.telling import who
from baodao.ui.clock import Clock, clock
from baodao.ui.shapes import Entry, Tone

Tabs = dict[str, tuple[str, tuple[str, ...]]]
TABS: Tabs = {
    "waiting": ("待接收", ("submitted",)),
    "returned": ("已退回", ("returned",)),
    "active": ("在岗", ("active",)),
    "moving": ("转出中", ("transfer_pending",)),
    "ended": ("已结束", ("ended",)),
}
DRAFTS = ("草稿", ("draft",))
SORTS = {"active": "reconfirm_due", "ended": "-ended_on"}
TITLES = {
    "draft": "存了草稿",
    "submit": "报到",
    "accept": "社区已接收",
    "return": "社区退回",
    "resubmit": "改好再报",
    "withdraw": "撤回",
    "escalate": "超时未接收，已报乡镇（街道）",
    "start_transfer": "开始转出",
    "cancel_transfer": "取消转出",
    "replace": "新社区已接收，这里结束",
    "end": "结束报到",
    "reconfirm": "再次确认：还在这里",
    "follow_unit": "所在单位已更新",
    "revise": "改了报到单",
    "chase": "快到期了，提醒一次",
    "lapse": "到期结束",
    "carry_over": "随单位转入",
    "follow_place": "随区划调整到新的地方",
}
_ICONS: dict[str, tuple[str, Tone]] = {
    "accept": ("circle-check", "ok"),
    "return": ("arrow-back-up", "soon"),
    "escalate": ("alert-circle", "late"),
    "start_transfer": ("arrows-exchange", "go"),
    "reconfirm": ("check", "ok"),
    "end": ("x", ""),
    "replace": ("x", ""),
    "withdraw": ("arrow-back-up", ""),
    "revise": ("pencil", ""),
    "chase": ("bell", ""),
    "lapse": ("x", ""),
}


@dataclass(frozen=True)
class Card:
    """One report-in as pages show it. `next`: the verb of the step that waits for
    this actor, or ""."""

    it: ReportIn
    name: str
    under: str
    place: str
    clock: Clock | None
    next: str
    state: str
    tone: str
    icon: str


def tabs_for(actor: Actor) -> Tabs:
    """The tabs of the list; a unit sees its drafts first."""
    return {"draft": DRAFTS, **TABS} if actor.role.startswith("unit_") else TABS


def listed(actor: Actor) -> QuerySet[ReportIn]:
    """What the actor may see in a list. A draft is the unit's alone."""
    found = visible(ReportIn.objects.all(), actor, "reporting.view")
    return found if actor.role.startswith("unit_") else found.exclude(state="draft")


def narrowed(
    found: QuerySet[ReportIn], now: datetime, *, q: str = "", channel: str = "",
    subject: str = "", method: str = "", late: str = "", under: Place | None = None,
) -> QuerySet[ReportIn]:  # fmt: skip
    """The filters of the list; unknown values filter nothing."""
    if channel in rules.CHANNELS:
        found = found.filter(channel=channel)
    if method in rules.METHODS:
        found = found.filter(method=method)
    if subject in rules.SUBJECTS:
        found = found.filter(member__isnull=subject == "unit")
    if late == "accept":
        found = found.filter(state="submitted", due_at__lte=now)
    if late == "confirm":
        found = found.filter(state__in=rules.LIVE, reconfirm_due__lt=local(now).date())
    if under:
        found = found.filter(within("path", areas.today(under.path)))
    if q.strip():
        found = found.filter(_named(q.strip()))
    return found


def _named(q: str) -> Q:
    return (
        Q(member__person__in=matching(Person.objects.all(), q))
        | Q(subject_unit__in=matching(Unit.objects.all(), q))
        | Q(receipt_no=q.removeprefix("报").strip())
    )


def tab_counts(found: QuerySet[ReportIn], actor: Actor) -> dict[str, int]:
    """How many stand in each tab, one query."""
    counted = dict(found.order_by().values_list("state").annotate(n=Count("id")))
    return {
        key: sum(counted.get(s, 0) for s in states)
        for key, (_, states) in tabs_for(actor).items()
    }


def in_tab(found: QuerySet[ReportIn], actor: Actor, tab: str) -> QuerySet[ReportIn]:
    """One tab, those that wait longest first."""
    states = tabs_for(actor)[tab][1]
    order = SORTS.get(tab, "due_at")
    return found.filter(state__in=states).select_related(*RELATED).order_by(order, "id")


def card(it: ReportIn, actor: Actor, now: datetime) -> Card:
    """A report-in with its clock and the step that waits for this actor."""
    state = rules.STATES[it.state]
    steps = possible(it, actor)
    step = next((e for e in ("accept", "resubmit", "reconfirm") if e in steps), "")
    if step == "reconfirm" and not asks_confirmation(it, now):
        step = ""
    return Card(
        it=it, name=who(it), place=place_name(it.point),
        under=f"报 {it.receipt_no} · {rules.CHANNELS[it.channel]} · {method_title(it)}",
        clock=clock_of(it, actor, now, mine=bool(step)), next=step, state=state.title,
        tone=state.tone, icon=state.icon,
    )  # fmt: skip


def possible(it: ReportIn, actor: Actor) -> list[str]:
    """The steps this actor may take now, in the order of the buttons."""
    now_possible = rules.FLOW.events(it.state)
    return [
        event
        for event in (*rules.BUTTONS, *rules.PAGES)
        if event in now_possible
        and can(actor, f"reporting.{event}", it)
        and not (event == "start_transfer" and it.member_id is None)
        and not (event == "revise" and it.member_id is not None)
        and not (event == "withdraw" and _others_own(it, actor))
    ]


def _others_own(it: ReportIn, actor: Actor) -> bool:
    """What somebody handed in themselves a community returns, it does not withdraw."""
    return actor.path is not None and it.method == "self"


def clock_of(it: ReportIn, actor: Actor, now: datetime, *, mine: bool) -> Clock | None:
    """Whose turn it is and until when; None when nobody's."""
    reporter = "单位" if it.subject_unit_id else "党员"
    if it.state == "submitted":
        turn = f"轮到{'您' if mine else '社区'}：接收"
        return clock(now, it.clock_from, it.due_at, whose=turn)
    if it.state == "returned":
        turn = f"轮到{'您' if mine else reporter}：改好再报"
        return clock(now, it.clock_from, it.due_at, whose=turn)
    if it.state == "transfer_pending":
        return clock(now, it.clock_from, it.due_at, whose="轮到新社区：接收")
    if asks_confirmation(it, now) and it.confirmed_on and it.reconfirm_due:
        start = at_local(it.confirmed_on, time(0))
        due = at_local(it.reconfirm_due, time(23, 59))
        return clock(
            now, start, due, whose=f"轮到{'您' if mine else reporter}：再次确认"
        )
    return None


# --- one report-in ------------------------------------------------------------------


def timeline(it: ReportIn, actor: Actor, now: datetime) -> list[Entry]:
    """The story, newest first; on top what is expected."""
    entries = [_entry(e, it) for e in reversed(events_of(it.id))]
    state = rules.STATES[it.state]
    if state.side:
        shown = clock_of(it, actor, now, mine=False)
        text = f"{shown.whose}，{shown.text}" if shown and shown.whose else ""
        entries.insert(
            0, Entry(state.title, icon=state.icon, tone="go", text=text, now=True)
        )
    return entries


def _entry(event: Event, it: ReportIn) -> Entry:
    name = event.action.split(".", 1)[1]
    icon, tone = _ICONS.get(name, ("point", ""))
    by = event.actor_name
    if event.on_behalf_of:
        by = f"{by}（代{event.on_behalf_of}）"
    quote = "；".join(n.text for n in event.notes.all())
    return Entry(
        TITLES.get(name, name), at=event.at, who=by, icon=icon, tone=tone,
        text=_reason(name, event, it), quote=quote,
    )  # fmt: skip


def _reason(name: str, event: Event, it: ReportIn) -> str:
    if name == "return":
        return rules.RETURN_REASONS.get(event.reason, "")
    if name in ("end", "withdraw", "replace", "lapse"):
        return rules.END_REASONS.get(event.reason, "")
    if name == "revise":
        return f"清单第 {event.data.get('edition', '')} 版"
    if name == "start_transfer":
        return f"转往{event.data.get('to_name', '')}"
    if name in ("submit", "draft"):
        return method_title(it) if "method" in event.data else ""
    return ""


# --- places and people to choose from -------------------------------------------------


def communities(q: str, near: str = "") -> QuerySet[Place]:
    """Communities one may live in, by Chinese name, pinyin or code; without a query
    those of the township around `near`."""
    found = Place.objects.filter(level=COMMUNITY, valid_to=None).exclude(kind="virtual")
    q = q.strip()
    if q.isdigit():
        found = found.filter(code__startswith=q)
    elif q:
        found = matching(found, q)
    else:
        found = found.filter(path__startswith="/".join(near.split("/")[:4]) + "/")
    return found.select_related("parent__parent").order_by("path")


def members_in_reach(actor: Actor) -> QuerySet[Member]:
    """Members a worker or a unit may report in on behalf. A worker looks among all
    members of the county: newcomers are in nobody's place."""
    found = Member.objects.exclude(duty_status="left")
    if actor.role.startswith("unit_") and actor.unit_id:
        return found.filter(unit_id=actor.unit_id)
    if actor.path is None:
        return found
    lo, hi = path_range(county_of(actor.path))
    near = Q(unit_path__gte=lo, unit_path__lt=hi)
    return found.filter(near | Q(residence_path__gte=lo, residence_path__lt=hi))


def county_of(path: str) -> str:
    """The part of a path down to the county."""
    parts = path.split("/")[:3]
    return "/".join(parts).rstrip("/") + "/" if any(parts) else ""


def members_named(actor: Actor, q: str) -> QuerySet[Member]:
    """These by name, pinyin or number."""
    q = q.strip()
    if not q:
        return Member.objects.none()
    found = members_in_reach(actor)
    if any(c.isdigit() for c in q):
        found = found.filter(volunteer_no=q)
    else:
        found = matching(found, q, name="person__name", pinyin="person__pinyin")
    return found.select_related("person", "unit").order_by("person__pinyin", "pk")


def units_within(actor: Actor) -> QuerySet[Unit]:
    """Units whose slip the actor may enter: a worker those with a contact point in
    the own place; nobody else enters one for another."""
    return units_at(actor.path) if actor.path is not None else Unit.objects.none()


def units_named(actor: Actor, q: str) -> QuerySet[Unit]:
    """These by name, short name or pinyin; `held`: whether each has reported in at a
    point of the actor's place already."""
    if not q.strip() or actor.path is None:
        return Unit.objects.none()
    here = ReportIn.objects.filter(path__startswith=actor.path)
    held = here.exclude(state="ended").filter(subject_unit=OuterRef("pk"))
    return matching(units_within(actor), q).annotate(held=Exists(held))


def open_points(
    unit_id: UUID, held: Iterable[ReportIn], within: str = ""
) -> list[Place]:
    """Contact points of a unit where it has not reported in."""
    taken = {r.point_id for r in held}
    return [
        p
        for p in tied_points(unit_id)
        if p.id not in taken and p.path.startswith(within)
    ]


def cards(
    found: Iterable[ReportIn], actor: Actor, now: datetime | None = None
) -> list[Card]:
    """The report-ins of one page as cards."""
    at = now or clock_now()
    return [card(it, actor, at) for it in found]


__all__ = [
    "Card",
    "NextStep",
    "asks_confirmation",
    "card",
    "cards",
    "communities",
    "county_of",
    "in_tab",
    "listed",
    "members_in_reach",
    "members_named",
    "method_title",
    "narrowed",
    "next_steps",
    "of_member",
    "of_unit",
    "open_points",
    "place_name",
    "possible",
    "tab_counts",
    "tabs_for",
    "timeline",
    "units_named",
    "units_within",
    "who",
]  # fmt: skip

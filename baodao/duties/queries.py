"""Reading duties, inside the actor's scope: the list by whose turn it is, one duty with
its story, and who is about to be missed."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from baodao.acts.access import can, visible
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.core.clock import at_local, today
from baodao.duties import rules
from baodao.duties.finding import worded
from baodao.duties.models import Duty
from baodao.people.models import Unit
from baodao.places.models import Place
from baodao.ui.clock import Clock, clock
from baodao.ui.paging import count_up_to
from baodao.ui.shapes import Entry, Tone

DAY = timedelta(days=1)
SOON = 7  # days before the end: about to be missed
TABS = {
    "soon": "快到期",
    "due": "待办",
    "missed": "没做，还能补",
    "done": "待确认",
    "settled": "已了结",
}
TITLES = {
    "fulfil": "做了，等确认",
    "settle": "做了",
    "confirm": "已确认",
    "refuse": "没有得到认可，重新列为待办",
    "miss": "到期没有做",
    "lapse": "补办期已过",
    "excuse": "免办",
    "restore": "撤回免办",
    "cancel": "不用做了",
    "attempt": "没见到人",
    "stand_in": "请人代办",
    "shift": "时限顺延",
    "remind": "提醒",
    "reopen": "重新列为待办",
    "hand_over": "交给别人",
}
_ICONS: dict[str, tuple[str, Tone]] = {
    "fulfil": ("hourglass", "go"),
    "settle": ("circle-check", "ok"),
    "confirm": ("circle-check", "ok"),
    "refuse": ("arrow-back-up", "soon"),
    "miss": ("alert-circle", "late"),
    "lapse": ("x", ""),
    "remind": ("bell", ""),
    "cancel": ("x", ""),
}


@dataclass(frozen=True)
class Card:
    """A duty as pages show it."""

    it: Duty
    who: str
    place: str
    clock: Clock | None
    verb: str


def listed(actor: Actor) -> QuerySet[Duty]:
    """What the actor may see."""
    return visible(Duty.objects.all(), actor, "duties.view")


def in_tab(found: QuerySet[Duty], tab: str, day: date) -> QuerySet[Duty]:
    """The rows of a tab, the most urgent first; what has not begun yet is in none."""
    found = found.order_by(*order_of(tab))
    if tab == "soon":
        near = Q(state="due", opens_on__lte=day, due_on__lte=day + SOON * DAY)
        return found.filter(near)
    if tab == "due":
        return found.filter(state="due", opens_on__lte=day)
    if tab == "settled":
        return found.filter(state__in=rules.SETTLED)
    return found.filter(state=tab)


def order_of(tab: str) -> tuple[str, str]:
    """What runs out first; of what is over, the newest first."""
    return ("-due_on", "-id") if tab == "settled" else ("due_on", "id")


def numbers(found: QuerySet[Duty], day: date, most: int) -> dict[str, int]:
    """Tab → its rows, counted up to one more than `most`; whichever come first, so that
    any index may find them."""
    return {tab: count_up_to(in_tab(found, tab, day).order_by(), most) for tab in TABS}


def on_page(rows: Any, tab: str) -> QuerySet[Duty]:
    """The rows of one page, a slice of a tab, with whom they name: the slice is found by
    its ids, in an index, and only its rows are read and joined."""
    found = Duty.objects.filter(pk__in=rows.values("pk")).order_by(*order_of(tab))
    return found.select_related("member__person", "stand_in__person")


def narrowed(
    found: QuerySet[Duty], *, kind: str = "", q: str = "", month: str = ""
) -> QuerySet[Duty]:
    """The filters of the list; unknown values filter nothing."""
    if kind in rules.KINDS:
        found = found.filter(kind=kind)
    if first := month_of(month):
        _, last = monthrange(first.year, first.month)
        found = found.filter(due_on__range=(first, first.replace(day=last)))
    return worded(found, q)


def month_of(text: str) -> date | None:
    """The first day of "2026-11"; None for what is no month."""
    try:
        return date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        return None


def cards(rows: list[Duty], now: datetime) -> list[Card]:
    """Rows with the names a list shows, three queries for all of them. Call with
    `member__person` and `stand_in__person` selected."""
    units = dict(
        Unit.objects.filter(pk__in={d.unit_id for d in rows}).values_list("id", "name")
    )
    places = dict(
        Place.objects.filter(pk__in={d.place_id for d in rows}).values_list(
            "id", "name"
        )
    )
    return [
        Card(
            d, _who(d, units), places.get(d.place_id, ""), _clock(d, now),
            rules.KINDS[d.kind].verb if d.kind in rules.KINDS else "",
        )
        for d in rows
    ]  # fmt: skip


def _who(d: Duty, units: dict[UUID, str]) -> str:
    unit = units.get(d.unit_id, "") if d.unit_id else ""
    if d.member is None:
        return unit or rules.DEBTORS[rules.KINDS[d.kind].debtor]
    name = f"{d.member.person.name}（{unit}）" if unit else d.member.person.name
    return f"{name}，由{d.stand_in.person.name}代办" if d.stand_in else name


def _clock(d: Duty, now: datetime) -> Clock | None:
    if d.state not in rules.OPEN:
        return None
    due = rules.make_up_until(d.kind, d.due_on) if d.state == "missed" else d.due_on
    kind = rules.KINDS[d.kind]
    start = d.due_on + DAY if d.state == "missed" else d.opens_on
    return clock(
        now, at_local(start, time()), at_local(due + DAY, time()) - timedelta(seconds=1),
        whose=f"轮到{rules.DEBTORS[kind.debtor]}：{kind.verb}",
    )  # fmt: skip


def possible(duty: Duty, actor: Actor) -> set[str]:
    """The acts that this actor may take on this duty now."""
    open_acts = {"attempt", "excuse", "stand_in"} if duty.state in rules.OPEN else set()
    if duty.state == "excused":
        open_acts = {"restore"}
    if not rules.KINDS[duty.kind].meets:
        open_acts -= {"stand_in", "attempt"}
    return {e for e in open_acts if can(actor, f"duties.{e}", duty)}


def timeline(duty: Duty, actor: Actor) -> list[Entry]:
    """What happened to it, newest first; on top what is expected. What was noted for
    the community stays with it."""
    staff = not (actor.role == "member" or actor.role.startswith("unit_"))
    entries = [_entry(e, staff) for e in reversed(events_of(duty.pk))]
    state = rules.STATES[duty.state]
    if state.side:
        entries.insert(0, Entry(state.title, icon=state.icon, tone="go", now=True))
    return entries


def _entry(event: Event, staff: bool) -> Entry:
    name = event.action.split(".", 1)[1]
    icon, tone = _ICONS.get(name, ("point", ""))
    notes = [n.text for n in event.notes.all() if staff or n.audience != "staff"]
    return Entry(
        TITLES.get(name, name), at=event.at, who=event.actor_name, icon=icon, tone=tone,
        text=rules.EXCUSES.get(event.reason, ""), quote="；".join(notes),
    )  # fmt: skip


def open_count(actor: Actor) -> int:
    """How many are about to be missed, for the desk."""
    return in_tab(listed(actor), "soon", today()).count()

"""Reading visits, inside the actor's scope: the desk's four tabs, who is about to be
missed, what a unit may know (no household), one visit with its story. A household is
its number here; who and where is revealed one by one (domain 9.1, 9.5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from baodao.acts.access import can, visible
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.core.clock import at_local, today
from baodao.duties import rules as duty_rules
from baodao.duties.models import Duty
from baodao.pairings import visits_flow, visits_rules
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.visits_services import KINDS
from baodao.people.models import Member
from baodao.people.roles import title as role_title
from baodao.places import rules as levels
from baodao.places.search import matching
from baodao.ui.clock import Clock, clock
from baodao.ui.shapes import Entry, Tone
from baodao.ui.words import cdate

DAY = timedelta(days=1)
SOON = 10  # days before the end of a window
TABS = {"soon": "快到期", "waiting": "待确认", "missed": "没做", "done": "已完成"}
OF_DUTIES = ("soon", "missed")
WITH_HOME = ("household", "member__person", "member__unit")
VISIT_JOINED = (
    "pairing__household", "member__person", "member__unit", "stand_in__person",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One row of the desk, of a duty or of a visit. `risk`: why it may be missed."""

    key: UUID
    number: str
    member: str
    unit: str
    title: str
    under: str
    tone: str
    state: str
    icon: str
    clock: Clock | None
    on: date
    pairing_id: UUID
    duty: Duty | None = None
    visit: Visit | None = None
    risk: str = ""


def bonds(actor: Actor) -> QuerySet[HouseholdPairing]:
    """The bonds whose visits the actor may see."""
    return visible(HouseholdPairing.objects.all(), actor, "pairings.view")


def visits(actor: Actor) -> QuerySet[Visit]:
    return visible(Visit.objects.all(), actor, "visits.view")


def owed(actor: Actor) -> QuerySet[Duty]:
    """Visits that are owed, by the bonds in reach: a grid worker's duties are kept
    under the community's path, the bonds under the household's."""
    return Duty.objects.filter(kind__in=KINDS, source_id__in=bonds(actor).values("id"))


def found_bonds(q: str) -> QuerySet[HouseholdPairing]:
    """Bonds by the member's name, pinyin or number, or the household's number."""
    q = q.strip().removeprefix("户").strip()
    if q.isdigit():
        return HouseholdPairing.objects.filter(household__number=q.zfill(4))
    if any(c.isdigit() for c in q):
        return HouseholdPairing.objects.filter(member__volunteer_no=q)
    people = matching(
        Member.objects.all(), q, name="person__name", pinyin="person__pinyin"
    )
    return HouseholdPairing.objects.filter(member__in=people)


def duty_rows(
    actor: Actor, tab: str, day: date, *, q: str = "", kind: str = "", month: str = "",
    stand_in: str = "",
) -> QuerySet[Duty]:  # fmt: skip
    """The duties of a tab, the most urgent first. Unknown filters filter nothing."""
    found = owed(actor)
    if q.strip():
        found = found.filter(source_id__in=found_bonds(q).values("id"))
    if kind in KINDS:
        found = found.filter(kind=kind)
    if month:
        first, after = visits_rules.month_of(month, day)
        found = found.filter(due_on__gte=first, due_on__lt=after)
    if stand_in:
        found = found.filter(stand_in__isnull=stand_in != "1")
    if tab == "missed":
        return found.filter(state__in=("missed", "lapsed")).order_by(
            "-state", "-due_on", "id"
        )
    near = Q(due_on__lte=day + SOON * DAY) | Q(attempts__gt=0)
    return found.filter(near, state="due", opens_on__lte=day).order_by("due_on", "id")


def visit_rows(
    actor: Actor, tab: str, day: date, *, q: str = "", kind: str = "", month: str = "",
    stand_in: str = "",
) -> QuerySet[Visit]:  # fmt: skip
    """The visits of a tab: those that wait longest first, the newest done first."""
    found = visits(actor)
    if q.strip():
        found = found.filter(pairing__in=found_bonds(q))
    if kind in KINDS:
        found = found.filter(kind=visits_flow.DUTIES[kind])
    if month:
        first, after = visits_rules.month_of(month, day)
        found = found.filter(visited_on__gte=first, visited_on__lt=after)
    if stand_in:
        found = found.filter(stand_in__isnull=stand_in != "1")
    if tab == "waiting":
        return found.filter(state="done").order_by("visited_on", "id")
    return found.filter(state="confirmed").order_by("-visited_on", "-id")


def about_to_miss(actor: Actor, day: date) -> QuerySet[Duty]:
    """本月快要漏访的 (section 3 idea 7): open this month and not done, with the festival
    windows that end in it, and what can still be made up."""
    after = (day.replace(day=1) + 32 * DAY).replace(day=1)
    open_now = Q(state="due", opens_on__lte=day, due_on__lt=after) | Q(state="missed")
    return owed(actor).filter(open_now).order_by("due_on", "id")


# --- lines ---------------------------------------------------------------------------


def of_duties(rows: Iterable[Duty], now: datetime) -> list[Line]:
    """Duties as lines, with their bonds in one query. Call with `stand_in__person`."""
    duties = list(rows)
    ids = {d.source_id for d in duties}
    found = HouseholdPairing.objects.filter(pk__in=ids).select_related(*WITH_HOME)
    by_id = {p.pk: p for p in found}
    return [
        _of_duty(d, by_id[d.source_id], now) for d in duties if d.source_id in by_id
    ]


def _of_duty(d: Duty, p: HouseholdPairing, now: datetime) -> Line:
    state = duty_rules.STATES[d.state]
    day = today(now)
    under = [f"{cdate(d.opens_on, day)}–{cdate(d.due_on, day)}"]
    if d.stand_in:
        under.append(f"请 {d.stand_in.person.name} 代访")
    if d.attempts:
        again = f"，{cdate(d.retry_on, day)}再去" if d.retry_on else ""
        under.append(f"去过 {d.attempts} 次没人在家{again}")
    owed_now = visits_rules.Owed(
        d.due_on, d.attempts, d.retry_on, d.stand_in_id is not None
    )
    return Line(
        key=d.pk, number=p.household.number, member=p.member.person.name,
        unit=str(p.member.unit or ""), title=d.title, under=" · ".join(under),
        tone=state.tone, state=state.title, icon=state.icon,
        clock=duty_clock(d, now) if d.state in duty_rules.OPEN else None, on=d.due_on,
        pairing_id=p.pk, duty=d, risk=visits_rules.risk(owed_now, day),
    )  # fmt: skip


def duty_clock(d: Duty, now: datetime, whose: str = "轮到党员：走访") -> Clock:
    """The window as a clock; a missed one runs to the end of its make-up days."""
    start, due = at_local(d.opens_on, time.min), at_local(d.due_on, time(23, 59, 59))
    return clock(now, start, due, whose=whose)


def of_visits(rows: Iterable[Visit], now: datetime) -> list[Line]:
    """Visits as lines; call with `VISIT_JOINED` selected."""
    return [_of_visit(v, today(now)) for v in rows]


def _of_visit(v: Visit, day: date) -> Line:
    state = visits_flow.STATES[v.state]
    return Line(
        key=v.pk, number=v.pairing.household.number, member=went(v),
        unit=str(v.member.unit or ""), title=v.get_kind_display(), under=under(v, day),
        tone=state.tone, state=state.title, icon=state.icon, clock=None, on=v.visited_on,
        pairing_id=v.pairing_id, visit=v,
    )  # fmt: skip


def went(v: Visit) -> str:
    """Who went; a stand-in for whom."""
    if v.stand_in:
        return f"{v.stand_in.person.name}（代{v.member.person.name}）"
    return str(v.member.person.name)


def under(v: Visit, day: date) -> str:
    """上门见面 · 11月23日 · 惠民政策、听取需求 · 补录."""
    how = v.get_method_display() if v.outcome == "met" else v.get_outcome_display()
    parts = [
        how, cdate(v.visited_on, day),
        visits_rules.titles(v.topics, visits_rules.CHIPS),
        "转了一单" if v.order_id else "", visits_flow.LATE.get(v.late, ""),
        "" if v.entry == "self" else v.get_entry_display(),
    ]  # fmt: skip
    return " · ".join(p for p in parts if p)


# --- one visit -----------------------------------------------------------------------

_STORY: dict[str, tuple[str, str, Tone]] = {
    "visits.record": ("记了走访", "home-heart", "go"),
    "visits.attempt": ("去了，没人在家", "door-exit", "soon"),
    "visits.amend": ("改了记错的", "pencil", ""),
    "visits.confirm": ("确认了", "circle-check", "ok"),
    "visits.refuse": ("没有得到确认", "x", "late"),
    "visits.void": ("查明不实，收回了确认", "arrow-back-up", "late"),
}


def visit_for(actor: Actor, pk: UUID) -> Visit | None:
    """One visit in the actor's scope."""
    return visits(actor).filter(pk=pk).select_related(*VISIT_JOINED).first()


def story(visit: Visit) -> list[Entry]:
    """What happened to it, newest first."""
    entries = [
        _entry(e, visit) for e in reversed(events_of(visit.pk)) if e.action in _STORY
    ]
    state = visits_flow.STATES[visit.state]
    if visit.state == "done":
        entries.insert(
            0, Entry("等住户或社区确认", icon=state.icon, tone="go", now=True)
        )
    return entries


def _entry(event: Event, visit: Visit) -> Entry:
    title, icon, tone = _STORY[event.action]
    by = event.actor_name
    if event.on_behalf_of:
        by = f"{by}（代{event.on_behalf_of}）"
    text = visits_flow.REFUSED.get(event.reason, "")
    if event.action == "visits.confirm":
        text = visit.get_confirmed_how_display()
    if event.action == "visits.amend":
        text = _was(event.data.get("was", {}))
    quote = "；".join(n.text for n in event.notes.all())
    return Entry(
        title, at=event.at, who=by, icon=icon, tone=tone, text=text, quote=quote
    )


def _was(before: Mapping[str, Any]) -> str:
    """What a visit said before it was put right."""
    day, method = before.get("visited_on"), before.get("method", "")
    found = [
        cdate(date.fromisoformat(day), today()) if day else "",
        visits_flow.METHODS.get(method, ""),
        visits_flow.OUTCOMES.get(before.get("outcome", ""), ""),
    ]
    said = "、".join(word for word in found if word)
    return f"原来记的是：{said}" if said else ""


def can_do(actor: Actor, visit: Visit) -> set[str]:
    """The steps this actor may take on a visit now."""
    found = set()
    for event in ("confirm", "refuse", "void"):
        possible = event in visits_flow.FLOW.events(visit.state)
        if possible and can(actor, f"visits.{event}", visit):
            found.add(event)
    if visit.late and actor.role != "community_secretary":
        found.discard("confirm")
    return found


def fulfilled(visit: Visit) -> list[Duty]:
    """The duties this visit has fulfilled."""
    return list(Duty.objects.filter(done_id=visit.pk).order_by("due_on"))


# --- a unit's view: people and numbers, no household ---------------------------------

UNIT_STATES = {
    "owed": ("应访", ()),
    "done": ("已访", ("done", "confirmed")),
    "made_up": ("补访", ("done", "confirmed")),
    "excused": ("免访", ("excused",)),
    "open": ("还没访", ("due",)),
    "missed": ("没做", ("missed", "lapsed")),
}


def unit_duties(actor: Actor, month: str, day: date) -> QuerySet[Duty]:
    """The unit's members' visits whose window ends in the month."""
    first, after = visits_rules.month_of(month, day)
    found = visible(Duty.objects.all(), actor, "duties.view").filter(
        kind__in=KINDS, due_on__gte=first, due_on__lt=after
    )
    return found.exclude(state="cancelled")


def in_state(found: QuerySet[Duty], state: str) -> QuerySet[Duty]:
    """The list behind one figure."""
    if state not in UNIT_STATES or state == "owed":
        return found
    found = found.filter(state__in=UNIT_STATES[state][1])
    if state in ("done", "made_up"):
        return found.filter(made_up=state == "made_up")
    return found


def unit_figures(found: QuerySet[Duty]) -> Mapping[str, int]:
    """Each figure is the length of its list."""
    counts: dict[str, Any] = {
        key: Count("pk", filter=Q(pk__in=in_state(found, key).values("pk")))
        for key in UNIT_STATES
    }
    return found.order_by().aggregate(**counts)


# --- who looked ----------------------------------------------------------------------


@dataclass(frozen=True)
class Look:
    who: str
    at: datetime
    purpose: str


LOOKS = ("pairings.reveal", "households.reveal")


def looks(pairing: HouseholdPairing, most: int = 50) -> Sequence[Look]:
    """Who opened this household's name, address or telephone: by role, the paired
    member as such, newest first (section 3 idea 13)."""
    ids = [pairing.pk, pairing.household_id]
    found = Event.objects.filter(object_id__in=ids, action__in=LOOKS).order_by("-at")
    return [
        Look(
            "结对党员" if e.actor_role == "member" else role_title(e.actor_role), e.at,
            levels.PURPOSES.get(code := e.reason or str(e.data.get("purpose", "")), code),
        )
        for e in found[:most]
    ]  # fmt: skip

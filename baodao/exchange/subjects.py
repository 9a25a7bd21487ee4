"""How each kind of thing is shown: what its list, its page and its steps say. The pages
in `views` are the same for all; each area declares its own `Subject` (`*/pages.py`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest

from baodao.acts.access import can, visible
from baodao.acts.actor import Actor
from baodao.acts.flow import Flow
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.acts.writing import Done
from baodao.core.errors import NotFound
from baodao.sheets.writing import Value
from baodao.ui.clock import Clock, clock
from baodao.ui.forms import Form
from baodao.ui.shapes import Entry, Tone

Tabs = Mapping[str, tuple[str, tuple[str, ...]]]
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Ask:
    """One step as its page offers it. `label`: the button; `head` and `text` what
    stands above it; `form` what is asked; `look`: due (the next thing to do), plain,
    or late (it ends something); `said`: what happened and whose turn it is; `told`:
    how the story calls it; `do`: the service, given actor, pk and the form's words."""

    label: str
    said: tuple[str, str]
    told: str
    do: Callable[..., Done | None]
    head: str = ""
    text: str = ""
    form: Callable[..., Form] | None = None
    look: str = "plain"
    icon: str = "point"
    tone: Tone = ""


@dataclass(frozen=True)
class Chip:
    """One filter of a list: parameter, words, choices, and its condition."""

    name: str
    label: str
    choices: Mapping[str, str]
    where: Callable[[str], Q]


@dataclass(frozen=True)
class Words:
    """One row of a list in words; `when` stands where there is no clock, `said` is
    what residents say of it."""

    title: str
    under: str
    units: str = ""
    place: str = ""
    when: str = ""
    said: str = ""


@dataclass(frozen=True)
class Subject:
    """`code` names its routes: exchange:<code>, exchange:<code>_list, …_act. `words`
    gets the rows of one page and returns theirs, so that names are read at once;
    `hides`: a step that is possible by state and right but not for this actor."""

    code: str
    title: str
    measure: str
    flow: Flow
    rows: Callable[[], QuerySet[Any]]
    tabs: Tabs
    asks: Mapping[str, Ask]
    words: Callable[[Sequence[Any]], Mapping[UUID, Words]]
    facts: Callable[[Any], Pairs]
    search: Callable[[str], Q]
    told: Mapping[str, str]
    heads: Sequence[str]
    line: Callable[[Any, Words], Sequence[Value]]
    intro: str
    empty: tuple[str, str]
    chips: Sequence[Chip] = ()
    panels: str = ""
    more: Callable[[Any, Actor], dict[str, Any]] = lambda it, actor: {}
    hides: Callable[[Any, Actor, str], bool] = lambda it, actor, event: False
    new: str = ""
    new_label: str = ""
    may_new: Sequence[str] = ()
    summary: Callable[[Actor], str] = lambda actor: ""
    links: Callable[[Actor], Sequence[tuple[str, str, str]]] = lambda actor: ()
    order: Sequence[str] = ("-created_at", "id")
    reasons: Mapping[str, str] = field(default_factory=dict)
    noun: str = ""

    @property
    def one(self) -> str:
        """What a single row is called, where that is not the list's own name."""
        return self.noun or self.title

    @property
    def prefix(self) -> str:
        return self.flow.name


@dataclass(frozen=True)
class Card:
    """One row as pages show it. `next`: the button of the step that waits for this
    actor, or ""."""

    it: Any
    words: Words
    clock: Clock | None
    state: str
    tone: str
    icon: str
    next: str


SUBJECTS: dict[str, Subject] = {}
# How the story calls what happened to a place or a unit.
FOLLOWS = {
    "follow_place": "随区划调整", "follow_unit": "随单位合并",
    "unit_gone": "单位撤销了，没有接收的单位",
}  # fmt: skip


def register(*subjects: Subject) -> None:
    """Called by the app's `ready`."""
    SUBJECTS.update({s.code: s for s in subjects})


def subject(code: str) -> Subject:
    return SUBJECTS[code]


def listed(s: Subject, actor: Actor) -> QuerySet[Any]:
    """What the actor may see."""
    return visible(s.rows(), actor, f"{s.prefix}.view")


def one(s: Subject, actor: Actor, pk: UUID) -> Any:
    """One of them. Raises NotFound outside the actor's scope."""
    found = s.rows().filter(pk=pk).first()
    if found is None or not can(actor, f"{s.prefix}.view", found):
        raise NotFound
    return found


def chosen(
    s: Subject, request: HttpRequest, actor: Actor
) -> tuple[str, QuerySet[Any], bool]:
    """What the address asks for: the tab, the rows of all tabs, whether filtered. An
    address without a tab opens the first in which there is something."""
    found, filtered = listed(s, actor), False
    for chip in s.chips:
        value = request.GET.get(chip.name, "")
        if value in chip.choices:
            found, filtered = found.filter(chip.where(value)), True
    if q := request.GET.get("q", "").strip()[:40]:
        found, filtered = found.filter(s.search(q)), True
    tab = request.GET.get("tab", "")
    if tab not in s.tabs:
        n = counts(s, found)
        tab = next((k for k in s.tabs if n[k]), next(iter(s.tabs)))
    return tab, found, filtered


def counts(s: Subject, found: QuerySet[Any]) -> dict[str, int]:
    """How many stand in each tab, one query."""
    counted = dict(found.order_by().values_list("state").annotate(n=Count("id")))
    return {
        key: sum(counted.get(state, 0) for state in states)
        for key, (_, states) in s.tabs.items()
    }


def in_tab(s: Subject, found: QuerySet[Any], tab: str) -> QuerySet[Any]:
    """The rows of one tab in their order."""
    return found.filter(state__in=s.tabs[tab][1]).order_by(*s.order)


def possible(s: Subject, it: Model, actor: Actor) -> list[str]:
    """The steps this actor may take now, in the order in which they are declared."""
    events = s.flow.events(it.state)  # type: ignore[attr-defined]
    return [
        event
        for event in s.asks
        if (event in events or not s.flow.moves(event))
        and can(actor, f"{s.prefix}.{event}", it)
        and not s.hides(it, actor, event)
    ]


def cards(s: Subject, rows: Sequence[Any], actor: Actor, now: datetime) -> list[Card]:
    """The rows of one page."""
    words = s.words(rows)
    return [card(s, it, words[it.pk], actor, now) for it in rows]


def card(s: Subject, it: Any, words: Words, actor: Actor, now: datetime) -> Card:
    state = s.flow.states[it.state]
    due = [e for e in possible(s, it, actor) if s.asks[e].look == "due"]
    return Card(
        it=it, words=words, clock=clock_of(s, it, now, mine=bool(due)),
        state=state.title, tone=state.tone, icon=state.icon,
        next=s.asks[due[0]].label if due else "",
    )  # fmt: skip


SIDES = {
    "unit": "单位", "community": "社区", "superior": "乡镇（街道）", "member": "党员",
    "resident": "居民",
}  # fmt: skip


def clock_of(s: Subject, it: Any, now: datetime, *, mine: bool) -> Clock | None:
    """Whose turn it is and until when; None when nobody's."""
    state = s.flow.states[it.state]
    if not state.side:
        return None
    turn = f"轮到{'您' if mine else SIDES[state.side]}：{state.verb}"
    start = getattr(it, "clock_from", it.created_at)
    return clock(now, start, getattr(it, "due_at", None), whose=turn)


def story(s: Subject, it: Any, now: datetime) -> list[Entry]:
    """The timeline, newest first; on top what is expected."""
    entries = [_entry(s, e) for e in reversed(events_of(it.pk))]
    state = s.flow.states[it.state]
    if state.side:
        shown = clock_of(s, it, now, mine=False)
        text = f"{shown.whose}，{shown.text}" if shown else ""
        entries.insert(
            0, Entry(state.title, icon=state.icon, tone="go", text=text, now=True)
        )
    return entries


def _entry(s: Subject, event: Event) -> Entry:
    name = event.action.split(".", 1)[1]
    ask = s.asks.get(name)
    by = event.actor_name
    if event.on_behalf_of:
        by = f"{by}（代{event.on_behalf_of}）"
    return Entry(
        ask.told if ask else s.told.get(name, name), at=event.at, who=by,
        icon=ask.icon if ask else "point", tone=ask.tone if ask else "",
        text=s.reasons.get(event.reason, ""),
        quote="；".join(n.text for n in event.notes.all()),
    )  # fmt: skip

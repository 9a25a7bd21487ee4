"""Directives and their items read back inside one's own access. A directive is the
desk's that issued it and of those above it; an item its addressee's and of those above."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from baodao.acts.access import can, path_range, visible
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.core.clock import at_local, today
from baodao.core.errors import NotFound
from baodao.oversight import rules
from baodao.oversight.models import Directive, DirectiveItem
from baodao.ui.clock import Clock, clock
from baodao.ui.shapes import Entry

TABS = {
    "published": ("在办的", ("published",)),
    "draft": ("草稿", ("draft",)),
    "ended": ("结束的", ("closed", "withdrawn", "dropped")),
}
ITEM_TABS = {
    "todo": ("要办的", rules.RUNNING),
    "reported": ("报了完成", ("reported",)),
    "over": ("了结的", ("accepted", "released")),
}


@dataclass(frozen=True)
class Wanted:
    """What the address of a list says; `path`: at or below a place."""

    text: str = ""
    path: str = ""
    year: str = ""
    figure: str = ""


@dataclass(frozen=True)
class Card:
    """A directive with its numbers."""

    it: Directive
    n: dict[str, int]
    own: bool


def _below(found: "QuerySet[Directive]", path: str) -> "QuerySet[Directive]":
    if not path:
        return found
    lo, hi = path_range(path)
    return found.filter(path__gte=lo, path__lt=hi)


def directives(actor: Actor, wanted: Wanted) -> QuerySet[Directive]:
    """What I issued, and those below me: others' drafts are nobody else's business."""
    found = visible(Directive.objects.all(), actor, "directives.view")
    found = found.exclude(~Q(path=actor.path or "", role=actor.role), state="draft")
    found = _below(found, wanted.path)
    if wanted.year.isdigit():
        found = found.filter(created_at__year=int(wanted.year))
    if text := wanted.text.strip():
        found = found.filter(
            Q(title__icontains=text)
            | Q(text__icontains=text)
            | Q(issuer__icontains=text)
        )
    return found.select_related("place")


def in_tab(found: QuerySet[Directive], tab: str) -> QuerySet[Directive]:
    """The nearest deadline first; what is over, the newest."""
    rows = found.filter(state__in=TABS[tab][1])
    if tab == "ended":
        return rows.order_by("-ended_at", "-created_at", "pk")
    return rows.order_by("due_on", "path", "pk")


def tab_counts(found: QuerySet[Directive]) -> dict[str, int]:
    n = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    return {t: sum(n.get(s, 0) for s in states) for t, (_, states) in TABS.items()}


def cards(rows: Iterable[Directive], actor: Actor) -> list[Card]:
    """With the numbers of each, in one query."""
    found = list(rows)
    mine: dict[UUID, list[tuple[str, date]]] = {d.pk: [] for d in found}
    items = DirectiveItem.objects.filter(directive__in=list(mine))
    for pk, state, due_on in items.values_list("directive_id", "state", "due_on"):
        mine[pk].append((state, due_on))
    day = today()
    return [Card(d, rules.sums(mine[d.pk], day), is_own(actor, d)) for d in found]


def is_own(actor: Actor, d: Directive) -> bool:
    return (actor.role, actor.path) == (d.role, d.path)


def directive(actor: Actor, pk: UUID) -> Directive:
    """One of them. Raises NotFound."""
    found = visible(Directive.objects.filter(pk=pk), actor, "directives.view")
    row = found.select_related("place", "parent__directive").first()
    if row is None or (row.state == "draft" and not is_own(actor, row)):
        raise NotFound
    return row


def events(d: Directive, actor: Actor) -> list[str]:
    """What this person may do now."""
    if not is_own(actor, d):
        return []
    return [e for e in rules.FLOW.events(d.state) if can(actor, f"directives.{e}", d)]


# --- items --------------------------------------------------------------------------------


def of_directive(d: Directive, wanted: Wanted) -> QuerySet[DirectiveItem]:
    """Who has it, by a figure of the page and by name."""
    found = with_figure(d.items.all(), wanted.figure)
    if text := wanted.text.strip():
        found = found.filter(
            Q(name__icontains=text) | Q(place__parent__name__icontains=text)
        )
    found = found.annotate(
        passed=Count(
            "passed_on__items", filter=~Q(passed_on__items__state="released"),
            distinct=True,
        ),
        passed_done=Count(
            "passed_on__items", filter=Q(passed_on__items__state="accepted"),
            distinct=True,
        ),
    )  # fmt: skip
    return found.select_related("place__parent", "unit").order_by("path", "name", "pk")


def with_figure(
    found: "QuerySet[DirectiveItem]", figure: str
) -> "QuerySet[DirectiveItem]":
    """The rows behind a number: the same rule as `rules.counts`."""
    if figure == "late":
        return found.filter(state__in=rules.RUNNING, due_on__lt=today())
    if figure in rules.FIGURES and figure != "all":
        state = {"unreceived": "sent", "doing": "received"}.get(figure, figure)
        return found.filter(state=state)
    return found


def addressed_to(actor: Actor) -> QuerySet[DirectiveItem]:
    """What this desk or unit has been asked to do itself."""
    found = visible(DirectiveItem.objects.all(), actor, "directive_items.view")
    mine = (
        Q(unit=actor.unit_id) if actor.path is None else Q(path=actor.path, unit=None)
    )
    return found.filter(mine).select_related("directive", "place")


def mine(actor: Actor, wanted: Wanted, tab: str) -> QuerySet[DirectiveItem]:
    """One tab of what I have been asked to do, the nearest deadline first."""
    found = addressed_to(actor).filter(state__in=ITEM_TABS[tab][1])
    if text := wanted.text.strip():
        found = found.filter(
            Q(directive__title__icontains=text) | Q(directive__issuer__icontains=text)
        )
    if wanted.figure:
        found = with_figure(found, wanted.figure)
    return found.order_by("-due_on" if tab == "over" else "due_on", "pk")


def mine_counts(actor: Actor) -> dict[str, int]:
    n = dict(
        addressed_to(actor).order_by().values_list("state").annotate(n=Count("pk"))
    )
    return {t: sum(n.get(s, 0) for s in states) for t, (_, states) in ITEM_TABS.items()}


def item(actor: Actor, pk: UUID) -> DirectiveItem:
    """One item, for its addressee and those above. Raises NotFound."""
    found = visible(DirectiveItem.objects.filter(pk=pk), actor, "directive_items.view")
    row = found.select_related(
        "directive__place", "directive__parent", "place__parent", "unit"
    ).first()
    if row is None:
        raise NotFound
    return row


def is_mine(actor: Actor, i: DirectiveItem) -> bool:
    """Whether it is this desk's or unit's to do."""
    if i.unit_id:
        return bool(actor.unit_id == i.unit_id and actor.path is None)
    return bool(actor.path == i.path)


def item_events(i: DirectiveItem, actor: Actor) -> list[str]:
    """What this person may do with it now."""
    found = [e for e in rules.ITEM_FLOW.events(i.state) if e != "release"]
    if i.ask_until is None:
        found = [e for e in found if e not in ("give_time", "refuse_time")]
    else:
        found = [e for e in found if e != "ask_time"]
    own, issued = is_mine(actor, i), is_own(actor, i.directive)
    addressee = ("receive", "report", "ask_time")
    found = [e for e in found if (own if e in addressee else issued)]
    return [e for e in found if can(actor, f"directive_items.{e}", i)]


def passed_on(i: DirectiveItem) -> list[Card]:
    """What it was passed on as, with its numbers."""
    rows = Directive.objects.filter(parent=i).exclude(state__in=("draft", "dropped"))
    found = list(rows.order_by("created_at"))
    items = DirectiveItem.objects.filter(directive__in=found)
    states = list(items.values_list("directive_id", "state", "due_on"))
    day = today()
    return [
        Card(
            d, rules.sums([(s, due) for pk, s, due in states if pk == d.pk], day), False
        )
        for d in found
    ]


def clock_of(i: DirectiveItem, now: datetime) -> Clock | None:
    """How long its addressee has."""
    if i.state not in rules.RUNNING:
        return None
    end = at_local(i.due_on + timedelta(days=1), time()) - timedelta(seconds=1)
    verb = rules.ITEM_STATES[i.state].verb
    return clock(now, i.created_at, end, whose=f"{i.name}：{verb}")


def item_state(i: DirectiveItem, day: date) -> tuple[str, str, str]:
    """(tone, word, icon) of its status word; late ones say so."""
    state = rules.ITEM_STATES[i.state]
    if rules.overdue(i.state, i.due_on, day):
        word = "超过时限，没签收" if i.state == "sent" else "超过时限"
        return "late", word, "alert-circle"
    return "" if state.tone == "idle" else state.tone, state.title, state.icon


_TITLES = {
    "draft": "起草", "edit": "修改", "publish": "发布", "drop": "不发了",
    "withdraw": "撤回", "close": "结束", "send": "收到", "receive": "签收",
    "report": "报完成", "ask_time": "要更多时间", "give_time": "同意延期",
    "refuse_time": "不同意延期", "accept": "确认完成", "send_back": "退回再办",
    "release": "不用办了", "follow_unit": "转给接手的单位", "follow_place": "随区划调整",
}  # fmt: skip


def story(object_id: UUID, expected: str = "", icon: str = "clock") -> list[Entry]:
    """What happened, newest first; on top what is expected."""
    entries = [_entry(e) for e in reversed(events_of(object_id))]
    if expected:
        entries.insert(0, Entry(expected, icon=icon, tone="go", now=True))
    return entries


def _entry(event: Event) -> Entry:
    name = event.action.split(".", 1)[1]
    quote = "；".join(n.text for n in event.notes.all())
    return Entry(
        _TITLES.get(name, name), at=event.at, who=event.actor_name, quote=quote
    )

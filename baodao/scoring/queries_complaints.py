"""Complaints read back under one's own access. Nothing here holds who complained."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from baodao.acts.access import can, path_range, visible
from baodao.acts.actor import Actor
from baodao.acts.grants import COMMUNITY
from baodao.acts.timeline import events_of
from baodao.core.errors import NotFound
from baodao.scoring import rules_complaints as rules
from baodao.scoring.models import Complaint, Deduction
from baodao.scoring.queries_deductions import appeals_seen
from baodao.scoring.services.complaining import SOURCE, check_end
from baodao.ui.clock import Clock, clock
from baodao.ui.shapes import Entry

RELATED = ("place__parent", "member__person", "member__unit", "unit")
SEALED = ("author", "phone")
TABS = {
    "open": ("待查", Q(state__in=rules.OPEN)),
    "upheld": ("查实的", Q(state="upheld")),
    "over": ("没有查实的", Q(state__in=("not_upheld", "unclear"))),
}


@dataclass(frozen=True)
class Wanted:
    """The filters of a list."""

    text: str = ""
    path: str = ""
    about: str = ""
    source: str = ""


def complaints_seen(actor: Actor) -> QuerySet[Complaint]:
    """What one's own desk checks; above the community besides, what a deduction came of
    that is appealed there (domain 9.5: appeal only)."""
    found = visible(Complaint.objects.defer(*SEALED), actor, "complaints.view")
    seen = Q(desk=rules.desk_of(actor.role))
    if actor.role not in COMMUNITY and can(actor, "appeals.view"):
        heard = appeals_seen(actor).filter(kind="deduction").values("object_id")
        proposed = Deduction.objects.filter(pk__in=heard, source_kind=SOURCE)
        seen |= Q(pk__in=proposed.values("source_id"))
    return found.filter(seen)


def complaints(actor: Actor, wanted: Wanted) -> QuerySet[Complaint]:
    """Of all tabs."""
    found = complaints_seen(actor)
    if wanted.path:
        lo, hi = path_range(wanted.path)
        found = found.filter(path__gte=lo, path__lt=hi)
    if wanted.about:
        found = found.filter(about=wanted.about)
    if wanted.source:
        found = found.filter(source=wanted.source)
    for part in wanted.text.split():
        found = found.filter(
            Q(no__icontains=part)
            | Q(words__icontains=part)
            | Q(about_words__icontains=part)
            | Q(member__person__name__icontains=part)
            | Q(unit__name__icontains=part)
            | Q(unit__short_name__icontains=part)
        )
    return found.select_related(*RELATED)


def in_tab(found: QuerySet[Complaint], tab: str) -> QuerySet[Complaint]:
    order = ("due_at", "pk") if tab == "open" else ("-decided_at", "pk")
    return found.filter(TABS[tab][1]).order_by(*order)


def tab_counts(found: QuerySet[Complaint]) -> dict[str, int]:
    asked = {t: Count("pk", filter=q) for t, (_, q) in TABS.items()}
    counted: dict[str, int] = found.order_by().aggregate(**asked)
    return counted


def complaint(actor: Actor, pk: UUID) -> Complaint:
    """Raises NotFound."""
    row = complaints_seen(actor).filter(pk=pk).select_related(*RELATED).first()
    if row is None:
        raise NotFound
    return row


def complaint_url(actor: Actor, d: Deduction) -> str:
    """Where a deduction came from, for those who may read the complaint itself."""
    if d.source_kind != SOURCE or actor.path is None:
        return ""
    if not complaints_seen(actor).filter(pk=d.source_id).exists():
        return ""
    return reverse("scoring:complaint", args=[d.source_id])


def complainer(actor: Actor, d: Deduction) -> str:
    """Who complained, for whom a deduction is about and nobody else, while the resident
    agrees to it (domain 8.16). Not for paper, which no withdrawal reaches."""
    if actor.path is not None or d.source_kind != SOURCE:
        return ""
    agreed = Complaint.objects.filter(agreed_at__isnull=False, withdrawn_at=None)
    c = agreed.filter(pk=d.source_id).first()
    return str(c.author) if c else ""


def by_token(token: str) -> Complaint:
    """The resident's own page. Raises NotFound."""
    found = Complaint.objects.defer(*SEALED).select_related("place")
    row = found.filter(token=token).first()
    if row is None:
        raise NotFound
    return row


def by_code(no: str, code: str) -> Complaint | None:
    """What number and code open together."""
    return Complaint.objects.defer(*SEALED).filter(no=no, code=code).first()


def events(c: Complaint, actor: Actor) -> list[str]:
    """What this person may do now."""
    if c.desk != rules.desk_of(actor.role):
        return []
    left = set() if c.names_author else {"withdraw"}
    if rules.needs_name(c.about):
        if not c.subject:
            left |= {"hear", "uphold"}
        elif not c.heard:
            left.add("uphold")
        left.add("step_aside")
    else:
        left.add("name")
    return [
        e
        for e in dict.fromkeys((*rules.FLOW.events(c.state), "reveal", "withdraw"))
        if e not in left and can(actor, f"complaints.{e}", c)
    ]


def clock_of(c: Complaint, at: datetime, *, exact: bool = False) -> Clock | None:
    """Until when it has to be checked. `exact`: with the pauses since it came in."""
    if not c.open:
        return None
    due = check_end(c, at) if exact else c.due_at
    return clock(at, c.received_at, due, whose=f"{rules.DESKS[c.desk]}：查")


WORDS: Mapping[str, tuple[str, str]] = {
    "receive": ("登记了", "edit"), "send": ("网上收到", "message-circle"),
    "check": ("开始查", "search"), "name": ("写明了是谁", "user-circle"),
    "hear": ("问了对方，记下来了", "message-circle"),
    "hand_up": ("请街道（乡镇）来查", "scale"),
    "step_aside": ("说的是查的人，换别人来查", "scale"), "uphold": ("查实了", "alert-circle"),
    "reject": ("没有查实", "circle-check"), "unclear": ("查不清", "help"),
    "reveal": ("看了反映人的称呼和电话", "eye"),
    "withdraw": ("居民撤回了同意，不再告诉对方", "arrow-back-up"),
    "escalate": ("超过时限，报了上级", "alert-circle"),
    "follow_place": ("随区划调整", "refresh"),
}  # fmt: skip


def story(c: Complaint) -> list[Entry]:
    """All that happened, the newest first: why it was handed up, and what somebody said
    who was asked before, stand beside it for the desk."""
    lines = []
    for e in reversed(events_of(c.pk)):
        title, icon = WORDS.get(e.action.partition(".")[2], ("有变动", "point"))
        text = "；".join(n.text for n in e.notes.all())
        lines.append(Entry(title, e.at, e.actor_name, icon, text=text))
    return lines

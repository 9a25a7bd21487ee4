"""Deliberations read back under one's own access: the lists, one of them with its whole
story (T23), one's own invitations and proposals, and what everybody may read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from baodao.acts.access import Range, can, visible, within
from baodao.acts.actor import Actor
from baodao.acts.timeline import events_of
from baodao.core.errors import NotFound
from baodao.councils import rules_deliberation as rules
from baodao.councils.models import Deliberation, DeliberationSeat, Opinion
from baodao.councils.queries import Wanted, below, entry_of
from baodao.orders.models import Order
from baodao.ui.clock import Clock, clock
from baodao.ui.shapes import Entry

TABS = {
    "answer": ("待答复", ("proposed",)),
    "ahead": ("在筹备", rules.AHEAD),
    "held": ("待定结果", ("held",)),
    "doing": ("在办", ("decided",)),
    "over": ("了结的", ("closed", "declined", "withdrawn", "cancelled")),
}
MINE = {"ahead": "请我的", "past": "议过的", "own": "我提的"}
RELATED = ("place__parent", "member__person")


def deliberations(
    actor: Actor, wanted: Wanted, kind: str = ""
) -> QuerySet[Deliberation]:
    """Of all tabs, by the filters of the list."""
    found = below(
        visible(Deliberation.objects.all(), actor, "deliberations.view"), wanted.path
    )
    if kind:
        found = found.filter(kind=kind)
    if wanted.year.isdigit():
        found = found.filter(created_at__year=int(wanted.year))
    if text := wanted.text.strip():
        found = found.filter(
            Q(title__icontains=text)
            | Q(text__icontains=text)
            | Q(place__name__icontains=text)
        )
    return found.select_related(*RELATED)


def in_tab(found: QuerySet[Deliberation], tab: str) -> Any:
    """What waits longest first; what is over, the newest first."""
    came = Q(seats__attendance="came")
    rows = found.filter(state__in=TABS[tab][1]).annotate(
        invited=Count("seats", filter=Q(seats__removed=False), distinct=True),
        came=Count("seats", filter=came, distinct=True),
        said=Count("opinions", filter=Q(opinions__state="noted"), distinct=True),
    )
    if tab == "over":
        return rows.order_by("-created_at", "pk")
    return rows.order_by("held_at", "created_at", "pk")


def tab_counts(found: QuerySet[Deliberation]) -> dict[str, int]:
    n = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    return {t: sum(n.get(s, 0) for s in states) for t, (_, states) in TABS.items()}


def deliberation(actor: Actor, pk: UUID) -> Deliberation:
    """One of them. Raises NotFound."""
    found = visible(Deliberation.objects.filter(pk=pk), actor, "deliberations.view")
    row = found.select_related(*RELATED).first()
    if row is None:
        raise NotFound
    return row


def events(d: Deliberation, actor: Actor) -> list[str]:
    """What this person may do now."""
    found = list(rules.FLOW.events(d.state))
    if d.state in ("proposed", *rules.AHEAD):
        found.append("edit")
    if d.state in rules.AHEAD:
        found.append("hide_topic" if d.topic_at else "publish_topic")
    if d.state in ("held", "decided"):
        found.append("add_order")
    if d.state in ("decided", "closed"):
        found.append("publish_result")
    return [e for e in found if can(actor, f"deliberations.{e}", d)]


def clock_of(d: Deliberation, now: datetime) -> Clock | None:
    """Whose turn it is, and until when there is a day."""
    if d.state == "arranged" and d.held_at:
        return clock(now, d.created_at, d.held_at, whose="社区：开会")
    return None


def story(d: Deliberation, expected: str, icon: str) -> list[Entry]:
    """From the proposal to what was done, on one line of time (T23)."""
    found = [(e.at, entry_of(e)) for e in events_of(d.pk)]
    for r in d.resolutions.all():
        found += [(e.at, entry_of(e, f"{r.text}：")) for e in events_of(r.pk)]
    entries = [e for _, e in sorted(found, key=lambda x: x[0], reverse=True)]
    if expected:
        entries.insert(0, Entry(expected, icon=icon, tone="go", now=True))
    return entries


def orders_of(d: Deliberation) -> list[Order]:
    found = Order.objects.filter(pk__in=d.orders).only("id", "no", "title", "state")
    return list(found.order_by("placed_at"))


# --- one's own side -----------------------------------------------------------------------


def invitations(actor: Actor, tab: str) -> QuerySet[DeliberationSeat]:
    """What I, or my unit, am asked to: to come first, or what is over."""
    found = visible(
        DeliberationSeat.objects.filter(removed=False), actor, "deliberation_seats.view"
    )
    ahead = Q(deliberation__state__in=rules.AHEAD)
    found = found.filter(ahead if tab == "ahead" else ~ahead)
    order = "deliberation__held_at" if tab == "ahead" else "-deliberation__held_at"
    return found.select_related("deliberation__place__parent").order_by(order, "pk")


def proposals(actor: Actor) -> QuerySet[Deliberation]:
    """What a member has proposed, the newest first."""
    found = visible(Deliberation.objects.all(), actor, "deliberations.view")
    return found.select_related("place__parent").order_by("-created_at", "pk")


def invitation(actor: Actor, pk: UUID) -> DeliberationSeat:
    """One invitation, for whose it is and for the community. Raises NotFound."""
    found = visible(
        DeliberationSeat.objects.filter(pk=pk, removed=False), actor,
        "deliberation_seats.view",
    )  # fmt: skip
    row = found.select_related(
        "deliberation__place__parent", "unit", "member__person"
    ).first()
    if row is None:
        raise NotFound
    return row


def own_opinions(actor: Actor, d: Deliberation) -> list[Opinion]:
    """What this member or unit has said of it."""
    mine = Q(member=actor.member_id) if actor.member_id else Q(pk=None)
    if actor.role.startswith("unit_"):
        mine = Q(unit=actor.unit_id)
    return list(d.opinions.filter(mine))


def waiting_for(actor: Actor) -> list[DeliberationSeat]:
    """Invitations that a member has not answered yet, for the day's page."""
    if actor.member_id is None:
        return []
    found = invitations(actor, "ahead").filter(
        reply="", deliberation__state="arranged", member=actor.member_id
    )
    return list(found[:3])


# --- for everybody ------------------------------------------------------------------------


def public(ranges: tuple[Range, ...]) -> QuerySet[Deliberation]:
    """Topics that opinions are asked for, and results, that the community has
    published; the newest first."""
    shown = Q(topic_at__isnull=False, state__in=rules.AHEAD) | Q(
        result_at__isnull=False
    )
    found = Deliberation.objects.filter(shown, within("path", ranges))
    return found.select_related("place__parent").order_by("-result_at", "-topic_at")


def public_one(pk: UUID) -> Deliberation:
    """Raises NotFound for what is not public."""
    row = public((("", "\U0010ffff"),)).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row

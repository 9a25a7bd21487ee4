"""Orders follow the pauses of their place (emergency, blocked roads). However late the
sweep comes, an order is paused from the instant the pause began, or its own clock
did, and goes on from the instant it ended: nested and overlapping pauses count as
their union (domain 6.12, 8.19, 8.20)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from django.db.models import Count, Q

from baodao.acts.access import Range, path_range, within
from baodao.acts.actor import SYSTEM
from baodao.acts.engine import act
from baodao.acts.writing import Write
from baodao.core.clock import today
from baodao.core.errors import Conflict
from baodao.orders import plans, rules
from baodao.orders.models import Order
from baodao.orders.services import context
from baodao.places.calendars import Interval, union
from baodao.places.models import Pause
from baodao.places.queries import pauses_now, pauses_over


def would_stop(path: str, start: datetime, now: datetime) -> str:
    """What a pause of a place would do to its orders, for the question before it."""
    lo, hi = path_range(path)
    running = Order.objects.filter(
        path__gte=lo, path__lt=hi, state__in=rules.OPEN, paused_at=None
    )
    late = Q(due_at__lt=now)
    n = running.aggregate(
        all=Count("id"), late=Count("id", filter=late),
        excused=Count("id", filter=late & Q(due_at__gte=start)),
    )  # fmt: skip
    if not n["all"]:
        return "现在没有在计时的点单。"
    said = f"{n['all']} 单在计时，会一起停下，恢复后剩多少还是多少。"
    if n["late"]:
        said += f"其中 {n['late']} 单已经超时，超时照常算。"
    if n["excused"]:
        said += f"有 {n['excused']} 单是在您填的开始时间以后才到期的，不再算超时。"
    return said


def follow(at: datetime) -> tuple[int, int]:
    """(paused, resumed): resumes first, so that a pause that follows another finds
    the clock running from the end of the first."""
    holding = pauses_now(at)
    resumed = _resume(at, [pause.path for pause in holding])
    return sum(_pause(pause) for pause in holding), resumed


def _pause(pause: Pause) -> int:
    lo, hi = path_range(pause.path)
    found = Order.objects.filter(
        path__gte=lo, path__lt=hi, state__in=rules.OPEN, paused_at=None
    )
    until = today(pause.end) if pause.end else None

    def plan(row: plans.Row, ctx: plans.Context) -> Write:
        return plans.pause_place(row, ctx, until=until, reason=pause.reason)

    moments = found.values_list("id", "path", "ticking_since")
    return _each("pause", [(i, p, max(pause.start, t)) for i, p, t in moments], plan)


def resume_in(ranges: Iterable[Range], at: datetime) -> int:
    """Let all orders there whose pause has ended go on, before they go elsewhere."""
    return _resume(at, [], within("path", ranges))


def _resume(at: datetime, holding: Sequence[str], where: Q | None = None) -> int:
    """`holding`: the places whose clocks stand still now."""

    @cache
    def over(path: str, since: datetime) -> list[Interval]:
        return union(pauses_over(path, since, at))

    due = []
    found = Order.objects.filter(paused_by="place", paused_at__isnull=False)
    found = found.filter(where) if where else found
    for order_id, path, since in found.values_list("id", "path", "paused_at"):
        assert since
        ends = [end for start, end in over(path, since) if start <= since < end]
        end = ends[0] if ends else since
        if end < at or not any(path.startswith(above) for above in holding):
            due.append((order_id, path, end))
    return _each("resume", due, plans.resumed)


def _each(
    event: str,
    rows: Iterable[tuple[UUID, str, datetime]],
    plan: Callable[[plans.Row, plans.Context], Write],
) -> int:
    n = 0
    for order_id, path, at in rows:
        ctx = context(path, at)

        def decide(row: plans.Row, ctx: plans.Context = ctx) -> Write:
            return plan(row, ctx)

        try:
            act(SYSTEM, f"orders.{event}", order_id, decide, reads=plans.READS, now=at)
        except Conflict:
            continue
        n += 1
    return n

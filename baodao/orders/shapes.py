"""An order as components draw it: clock, status word, step strip, list row, and how
the time was spent. No query is made here."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.timeline import Wait, moments, waits
from baodao.core.clock import at_local, today
from baodao.matching import ranking
from baodao.orders import rules
from baodao.orders.models import Order
from baodao.orders.plans import Context
from baodao.ui import shapes
from baodao.ui.clock import Clock, clock
from baodao.ui.waiting import LABELS
from baodao.ui.words import cdate, deadline, hours

# The next act of a row: state → (event that must be allowed, label, verb).
NEXT = {
    "submitted": ("verify", "核实", "核实"),
    "verified": ("dispatch", "派单", "派单"),
    "published": ("dispatch", "派单", "派单"),
    "expired": ("republish", "打电话核对", "电话核对"),
    "transferred": ("transfer_done", "问结果", "问结果"),
    "done_reported": ("confirm", "打电话回访", "回访"),
}
ANSWER = ("extend", "答复延期", "答复延期")


def next_of(order: Order, actor: Actor) -> tuple[str, str]:
    """(label, verb) of what the actor has to do with an order that waits for them;
    empty when it was only reported to them and others have to move."""
    asked = order.state == "in_service" and order.extension_hours > 0
    event, label, verb = ANSWER if asked else NEXT.get(order.state, ("", "", ""))
    may = bool(event) and can(actor, f"orders.{event}", order)
    return (label, verb) if may else ("", "")


def clock_of(order: Order, now: datetime, whose: str = "") -> Clock | None:
    """The clock of an open order; None when nobody has to move any more."""
    if order.state not in rules.OPEN:
        return None
    until = order.paused_until
    return clock(
        now, order.clock_from, order.due_at,
        at_local(until, time.min) if until else None, whose=whose or turn_words(order),
        paused=order.paused_at is not None, note=order.pause_reason,
    )  # fmt: skip


def mark_words(order: Order) -> str:
    """5 分; what does not count says so. "" where nobody gave one."""
    if order.rating:
        return f"{order.rating} 分"
    if order.mark_aside is None:
        return ""
    why = "核对中，先不算" if order.state == "mark_check" else "核对后不算数"
    return f"{order.mark_aside} 分（{why}）"


def turn_words(order: Order) -> str:
    """轮到单位：接单."""
    state = rules.STATES[order.state]
    return f"轮到{LABELS[state.side]}：{state.verb}" if state.side else ""  # type: ignore[index]


def after_words(order: Order, now: datetime) -> str:
    """What comes next, for the toast after an act."""
    state = rules.STATES[order.state]
    if not state.side:
        return f"这一单{state.title}。"
    if order.paused_at:
        until = order.paused_until
        return f"{cdate(until, today(now))}自动续计。" if until else "恢复后接着计时。"
    if order.due_at and order.due_at < now and state.side != "resident":
        return f"{turn_words(order)}。时限已经过了，请盯紧。"
    when = (
        f"{deadline(order.due_at, now).removesuffix(' 前')}前" if order.due_at else ""
    )
    if order.state == "published":
        return f"{when}没人认领，会提醒您打电话核对。"
    side = LABELS[state.side]  # type: ignore[index]
    if order.at_township and state.side == "community":
        return f"轮到镇（街道）{state.verb}，{when}。"
    if state.side in ("unit", "member"):
        return f"{side}{when}要{state.verb}，到时没办会自动提醒。"
    if state.side == "resident":
        return f"轮到居民{state.verb}。{when}没有答复，请打电话回访。"
    return f"轮到社区{state.verb}，{when}。" if when else f"轮到社区{state.verb}。"


def status_of(order: Order) -> tuple[str, str, str]:
    """Tone, word and icon of the status."""
    state = rules.STATES[order.state]
    if order.state == "verified" and order.returned_by:
        return "soon", "退回后重新派单", "refresh"
    if order.at_township and order.state in ("submitted", "verified", "expired"):
        return "soon", "镇（街道）在安排", "building"
    if order.state in ("in_service", "verified") and order.reopened:
        return "soon", "重新办理", "refresh"
    if order.state == "done_reported" and order.call_wanted:
        return "soon", "居民请社区打电话", "phone-call"
    if order.state == "closed" and order.result:
        tone = "ok" if order.result in ("solved", "partly") else ""
        return tone, f"已办结 · {rules.RESULTS[order.result]}", state.icon
    return "" if state.tone == "idle" else state.tone, state.title, state.icon


def steps_of(order: Order) -> list[shapes.Step]:
    """The strip of eight; empty for an order that left the way."""
    at = rules.STRIP_AT.get(order.state)
    if at is None:
        return []
    return [
        shapes.Step(label, "done" if i < at else "now" if i == at else "later")
        for i, label in enumerate(rules.STRIP)
    ]


@dataclass(frozen=True)
class Row:
    """One line of the staff list."""

    order: Order
    clock: Clock | None
    meta: str
    grid: str
    handler: str
    handler_under: str
    next: str
    urgent: bool
    status: tuple[str, str, str]


def row_of(
    order: Order, actor: Actor, now: datetime, grids: Sequence[tuple[str, str]]
) -> Row:
    """`order` carries `turn` and `bucket`. `grids`: (path, name) of what the place
    column names."""
    turn, soon = getattr(order, "turn", ""), getattr(order, "bucket", "")
    label, verb = next_of(order, actor) if turn == "mine" else ("", "")
    look = "督办" if turn == "mine" else "查看"
    return Row(
        order, clock_of(order, now, _whose(order, turn, verb)), _meta(order, now),
        _grid(order, grids), *_handler(order), label or look,
        bool(label) and soon in ("late", "today"), status_of(order),
    )  # fmt: skip


def _whose(order: Order, turn: str, verb: str) -> str:
    """轮到您：核实. What was reported upwards and others have to do: 已报上级 · 轮到单位：
    接单, also for those who are the level above and may take it back."""
    if verb:
        return f"轮到您：{verb}"
    if turn == "superior" and order.at_township and not order.escalated_at:
        return f"已交街道 · {rules.STATES[order.state].verb}"
    told = {"mine": "已报到您这里 · ", "superior": "已报上级 · "}.get(turn, "")
    return f"{told}{turn_words(order)}"


def _meta(order: Order, now: datetime) -> str:
    day = today(now)
    parts = [rules.SOURCES[order.source]]
    if order.paused_at:
        days = (day - today(order.paused_at)).days
        parts = [f"已暂停 {days} 天" if days > 0 else "今天暂停", "不计入超时"]
    elif order.state == "done_reported":
        said = "居民请社区打电话" if order.call_wanted else "居民还没答复"
        parts = ["承办说已办完", said]
    elif order.state == "in_service" and order.extension_hours:
        parts = [f"申请延期 {hours(order.extension_hours)}"]
    elif order.state in ("closed", "confirmed") and order.result:
        parts = [f"居民说：{rules.RESULTS[order.result]}"]
        parts += [mark] if (mark := mark_words(order)) else []
    elif order.urgency != "normal":
        parts.append(rules.URGENCIES[order.urgency])
    return " · ".join([*parts, cdate(order.placed_at, day)])


def _grid(order: Order, grids: Sequence[tuple[str, str]]) -> str:
    found = [name for path, name in grids if order.path.startswith(path)]
    return found[-1] if found else order.place.name


def _handler(order: Order) -> tuple[str, str]:
    if order.member_id and order.member:
        return str(order.member), str(order.unit or "本人认领")
    if order.unit_id and order.unit:
        return str(order.unit), ""
    if order.state == "published":
        return "公开认领中", ""
    if order.state == "transferred":
        return rules.TRANSFER_TO.get(order.transferred_to, rules.TOWNSHIP), "已转办"
    if order.at_township and order.state in rules.OPEN:
        return "镇（街道）在安排", ""
    if order.state == "verified" and order.returned_by:
        return "尚未派出", f"{order.returned_by}退回"
    return ("尚未派出", "") if order.state in rules.OPEN else ("—", "")


def cards(found: Sequence[ranking.Suggestion]) -> list[shapes.Suggestion]:
    """Ranked candidates as radio cards."""
    return [
        shapes.Suggestion(
            s.id, s.name, s.under, f"手头 {s.load} 单",
            [shapes.Reason(r.text, r.tone) for r in s.reasons],
        )
        for s in found
    ]  # fmt: skip


def shortlist(
    found: Sequence[ranking.Suggestion], chosen: str = "", top: int = 3
) -> dict[str, Any]:
    """The best few as cards, the first one chosen unless another is; the others
    folded away. Drawn by orders/_suggested.html."""
    all_cards = cards(found)
    chosen = chosen or (all_cards[0].value if all_cards else "")
    more = all_cards[top:]
    return {
        "cards": all_cards[:top], "more": more, "chosen": chosen,
        "more_open": any(c.value == chosen for c in more),
    }  # fmt: skip


Due = Callable[[str, datetime], datetime | None]


def parts_of(
    order: Order, events: Sequence[Event], now: datetime, ctx: Context
) -> list[shapes.Part]:
    """时间花在哪里: stretches by side in order of time, each with its overdue part by
    the limits of the order's place."""

    def due(state: str, since: datetime) -> datetime | None:
        return rules.due(
            state,
            order.urgency,
            since,
            ctx.calendar,
            ctx.settings,
            order.overall_due_at,
        )

    late = _late_stretches(order, events, now, due)
    found = []
    spent = waits(moments(events), rules.FLOW, now, rules.ANEW)
    for wait in _above(spent, events, now):
        over = sum(
            (max(timedelta(), min(wait.end, e) - max(wait.start, s)) for s, e in late),
            timedelta(),
        )
        minutes = int(wait.span.total_seconds() // 60)
        side = wait.side
        found.append(shapes.Part(side, minutes, int(over.total_seconds() // 60)))  # type: ignore[arg-type]
    return found


def _above(
    spent: Sequence[Wait], events: Sequence[Event], now: datetime
) -> Iterator[Wait]:
    """What an order waited for its desk while that was the township's is the
    superior's time."""
    turns = [e for e in events if e.action == "orders.hand_over"]
    ends = [e.at for e in turns[1:]] + [now]
    above = [
        (e.at, end) for e, end in zip(turns, ends, strict=False) if e.data.get("up")
    ]
    for wait in spent:
        at = wait.start
        for start, end in above if wait.side == "community" else ():
            start, end = max(start, at), min(end, wait.end)
            if start >= end:
                continue
            if at < start:
                yield Wait("community", at, start)
            yield Wait("superior", start, end)
            at = end
        if at < wait.end:
            yield Wait(wait.side, at, wait.end)


def _late_stretches(
    order: Order, events: Sequence[Event], now: datetime, due: Due
) -> list[tuple[datetime, datetime]]:
    """From when to when the order was over the limit of the step it was in."""
    limit: datetime | None = None
    paused: datetime | None = None
    found = []
    for i, e in enumerate(events):
        name = e.action.split(".", 1)[1]
        if e.from_state != e.to_state or name in rules.ANEW:
            paused = None
            limit = limit if name == "start" else due(e.to_state, e.at)
        elif name == "extend" and limit:
            limit += timedelta(hours=int(e.data.get("hours", 0)))
        elif name == "pause":
            paused = e.at
        elif name == "resume" and paused:
            limit = limit + (e.at - paused) if limit else None
            paused = None
        last = i + 1 == len(events)
        end = now if last else events[i + 1].at
        here = order.due_at if last and order.state in rules.OPEN else limit
        if here and not paused and end > here and rules.STATES[e.to_state].side:
            found.append((max(e.at, here), end))
    return found

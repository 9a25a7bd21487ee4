"""What a resident is told about an order: the story in six steps and everyday words,
whose turn it is and until when. Names of units only, never of a person who serves."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from baodao.acts.access import path_range
from baodao.acts.models import Event, Note
from baodao.acts.timeline import events_of
from baodao.core.clock import now as clock_now
from baodao.core.errors import TooMany
from baodao.matching import words
from baodao.orders import rules
from baodao.orders.models import Order
from baodao.orders.shapes import mark_words
from baodao.orders.wording import public_wording
from baodao.people.auth import phone_hash
from baodao.people.models import Unit
from baodao.people.roles import title as role_title
from baodao.places import rules as levels
from baodao.places.models import Place
from baodao.places.settings import ancestors
from baodao.ui.clock import Clock, clock
from baodao.ui.shapes import Line, Mark
from baodao.ui.words import cdate, cdatetime, deadline, local_day, span

ORDERS_A_DAY = 10
MOST_PAIRS = 30
STEPS = ("您提出", "社区核实", "有人接了", "来人办了", "您说办好没有", "您打个分")
# Which of the six steps is the present one; the ones before it are done.
STAGE = {
    "submitted": 1, "verified": 2, "published": 2, "expired": 2, "dispatched": 2,
    "transferred": 3, "unit_accepted": 3, "assigned": 3, "claimed": 3, "accepted": 3, "in_service": 3,
    "done_reported": 4, "confirmed": 5, "closed": 6, "mark_check": 6,
}  # fmt: skip
NOW_TITLES = {
    1: "社区正在核实", 2: "正在找人来办", 3: "正在办",
    4: "现在请您说一句：办好了吗？", 5: "愿意的话，请您打个分",
}  # fmt: skip
BY_STEP = {
    1: ("verify",), 2: ("unit_accept", "claim", "unit_claim", "transfer"),
    3: ("report_done", "transfer_done"), 4: ("confirm",), 5: ("rate",),
}  # fmt: skip
SOURCES = {
    "online": "网上", "desk": "到社区说的", "phone": "打电话说的", "visit": "上门时说的", "survey": "摸底时说的",
    "meeting": "会上说的", "inspection": "检查时发现的", "import": "社区登记的",
}  # fmt: skip
SIDES = {
    "community": "社区", "unit": "单位", "member": "来办的人", "resident": "您",
    "superior": "上级",
}  # fmt: skip
SAID = {
    "verify": "社区核实时说", "reject": "不受理的理由", "transfer": "转办时说",
    "ask_extension": "来办的人想晚几天", "extend": "社区同意晚几天",
    "report_done": "来办的人说", "confirm": "回访时说", "reopen": "您说还差",
    "withdraw": "撤回时说", "note": "补充", "transfer_news": "社区问到的进展",
    "transfer_done": "社区问到的结果", "hand_over": "社区说", "answer_cannot": "办不了的理由",
    "unmerge": "为什么分开办", "ask_again": "您说还要办",
    "keep_mark": "核对了您的打分，照算", "strike_mark": "核对了您的打分，不算数",
}  # fmt: skip
RESULTS = {
    "solved": "您说办好了", "partly": "办了一部分，您同意就此办结",
    "not_solved": "没办好，理由写在下面", "cannot": "办不了，理由写在下面",
    "no_answer": "没有答复：打了几次电话没有打通",
}  # fmt: skip
LONGEST = 24  # of a heading made of the resident's own words
ANSWERED = "orders.answer_cannot"
FIELDS = {
    "phone": "电话", "address": "住处", "call_name": "称呼",
    "code": "查询码，打印了小条",
}  # fmt: skip
LOOKS = ("orders.reveal", "orders.slip")


@dataclass(frozen=True)
class Said:
    """Words meant for the requester. `own`: the requester's, hidden from a code."""

    title: str
    text: str
    at: datetime
    own: bool


@dataclass(frozen=True)
class Look:
    """Somebody opened one piece of the requester's information."""

    who: str
    at: datetime
    field: str
    purpose: str


@dataclass(frozen=True)
class Story:
    """`late`: a sentence when what was promised is overdue; `ended`: what became of
    an order that left the six steps; `redone`: sent back for the so-manieth time."""

    steps: Sequence[Line]
    who: str
    clock: Clock | None
    late: str
    ended: str
    said: Sequence[Said]
    redone: int


def story(order: Order, now: datetime | None = None) -> Story:
    """The order for its requester; three queries at most."""
    at = now or clock_now()
    events = events_of(order.id)
    told = order.merged_into if order.state == "merged" and order.merged_into else order
    shown = events if told is order else events_of(told.id)
    return Story(
        steps=_steps(order, told, shown, at),
        who=handler(told),
        clock=_clock(told, at),
        late=_late(told, at),
        ended=_ended(order, events),
        said=_said(events),
        redone=order.reopened,
    )


def heading(order: Order, by_code: bool) -> str:
    """What a resident recognises: the public wording, or while that is still the
    general one their own first words, where the link proves that they are theirs."""
    if by_code or order.title != public_wording(order.category):
        return order.title
    first = re.split(r"[。！？.!?\n]", order.detail.strip(), maxsplit=1)[0]
    first = first.replace(",", "，")
    while len(first) > LONGEST and "，" in first:
        first = first.rpartition("，")[0]
    return first if 2 <= len(first) <= LONGEST else order.title


def _away(order: Order) -> str:
    """已转给职能部门办; "" when it was not passed on."""
    if not order.transferred_to:
        return ""
    return f"已转给{rules.TRANSFER_TO.get(order.transferred_to, rules.TOWNSHIP)}办"


def handler(order: Order) -> str:
    """Who handles it, as a resident may know: the unit, or a member without name."""
    if order.unit is not None:
        return order.unit.short_name or order.unit.name
    return "一位在职党员" if order.member_id else ""


def by(due: datetime | None, now: datetime) -> str:
    """11月25日 18:00 前, 今天 17:30 前."""
    if due is None:
        return ""
    text = deadline(due, now)
    return text if text.endswith("前") else f"{text} 前"


def _steps(
    asked: Order, order: Order, events: Sequence[Event], now: datetime
) -> list[Line]:
    """`asked` is the requester's own, `order` the one they follow since a merger: its
    own requester has the last word there and rates it."""
    own = asked is order
    stage = STAGE.get(order.state, 0)
    day = local_day(now)
    last = {e.action.split(".", 1)[1]: e for e in events}
    source = SOURCES.get(asked.source, "")
    lines = [Line(STEPS[0], f"{cdatetime(asked.placed_at, day)} {source}".strip())]
    if order.state in ("rejected", "withdrawn", "merged"):
        return lines
    if order.state == "closed" and order.confirmed_at is None:
        return [*lines, *_unspoken(order, last, now)]
    for i in range(1, 6 if own else 5):
        happened = [last[name] for name in BY_STEP[i] if name in last]
        event = max(happened, key=lambda e: (e.at, e.id)) if happened else None
        if i < stage:
            lines.append(_done(i, order, event, now, own))
        elif i == 4 and not own:
            waits: Mark = "wait" if i == stage else "later"
            lines.append(Line("那一单的居民说办好没有", "", waits))
        elif i == stage:
            icon = "message-2-question" if i == 4 else "star" if i == 5 else ""
            lines.append(Line(NOW_TITLES[i], _expected(order, now), "wait", icon))
        else:
            lines.append(Line(STEPS[i], "", "later"))
    return lines


def _unspoken(order: Order, last: Mapping[str, Event], now: datetime) -> Iterator[Line]:
    """An end that was not the resident's word: only what really happened."""
    for i in (1, 2, 3):
        happened = [last[name] for name in BY_STEP[i] if name in last]
        if happened and (i == 1 or order.member_id or order.transferred_to):
            yield _done(i, order, max(happened, key=lambda e: (e.at, e.id)), now, True)
    when = cdatetime(order.closed_at, local_day(now)) if order.closed_at else ""
    if order.result == "cannot":
        yield Line("社区的答复", f"办不了，{when}", "later")
    else:
        yield Line("您还没有说", f"{RESULTS['no_answer']}，{when}", "later")


def _done(i: int, order: Order, event: Event | None, now: datetime, own: bool) -> Line:
    day = local_day(now)
    when = cdatetime(event.at, day) if event else ""
    if i == 1 and event:
        spent = event.at - order.placed_at
        text = f"{when}，用了 {span(spent)}" if spent >= timedelta(minutes=1) else when
        return Line(STEPS[1], text)
    if i == 2:
        who = handler(order) or _away(order) or "有人接了"
        return Line(STEPS[2], f"{who}，{cdate(event.at, day)}" if event else who)
    if i == 3:
        note = next((n.text for n in _notes(event) if n.audience == "requester"), "")
        return Line(STEPS[3], f"{when} {note}".strip())
    if i == 4:
        text = (RESULTS if own else rules.RESULTS).get(order.result, "")
        title = "您的答复" if own else "那一单居民的答复"
        return Line(title, f"{text}，{when}" if when and text else text or when)
    if mark := mark_words(order):
        return Line("您的打分", f"{mark}，{when}" if when else mark)
    return Line("没有打分", "没打分就是没打分，不会算成好评", "later")


def _expected(order: Order, now: datetime) -> str:
    """One sentence: what is to be expected, and by when."""
    if order.paused_at:
        return f"先停一停：{order.pause_reason}{_goes_on(order, now)}"
    until = by(order.due_at, now) if order.due_at and order.due_at > now else ""
    who = handler(order)
    looking = "社区正在安排谁来办"
    if order.returned_by:
        looking = "上一家办不了，社区正在另找一家"
    wall = "已经贴在心愿墙上，等人认领" if order.consent_public else "社区正在找人认领"
    away = f"{_away(order)}，社区{until}问结果", f"{_away(order)}，社区会问结果"
    if order.at_township:
        looking = "街道（乡镇）正在安排谁来办"
    if order.reopened:
        looking = f"按您说的接着办，{looking}"
    unit = (f"{who}接了，{until}定下谁来", f"{who}接了，正在定谁来")
    visit = (f"来之前会先给您打电话，最晚{until}", "来之前会先给您打电话")
    redo = (f"已退回{who}重办，最晚{until}", f"已退回{who}重办")
    timed, untimed = {
        "submitted": (f"{until}给您回话", "社区会给您回话"),
        "verified": (f"{looking}，{until}定下", looking),
        "published": (wall, wall),
        "transferred": away,
        "expired": ("还没有人认领。社区会打电话问您还要不要",) * 2,
        "dispatched": (f"已请{who}来办，{until}答复", f"已请{who}来办，等它答复"),
        "unit_accepted": unit,
        "assigned": unit,
        "claimed": visit,
        "accepted": visit,
        "in_service": redo if order.reopened else visit,
        "done_reported": ("您不说，就一直算“没有答复”，不会自动算满意",) * 2,
        "confirmed": ("打不打都行，不打分不会算成好评",) * 2,
    }.get(order.state, ("", ""))
    return timed if until else untimed


def _goes_on(order: Order, now: datetime) -> str:
    until = order.paused_until
    return f"，{cdate(until, local_day(now))}接着办" if until else ""


def _clock(order: Order, now: datetime) -> Clock | None:
    state = rules.STATES[order.state]
    if not state.side or state.side == "resident":
        return None
    above = order.at_township and state.side == "community"
    whose = f"轮到{rules.TOWNSHIP if above else SIDES[state.side]}：{state.verb}"
    if order.state == "published":
        whose = "等人认领"
    return clock(
        now, order.clock_from, order.due_at, whose=whose,
        paused=order.paused_at is not None, note=f"{order.pause_reason}{_goes_on(order, now)}",
    )  # fmt: skip


def _late(order: Order, now: datetime) -> str:
    side = rules.STATES[order.state].side
    if (
        side in ("", "resident")
        or order.paused_at
        or not order.due_at
        or order.due_at >= now
    ):
        return ""
    told = "已经报给上级。" if order.escalated_at else ""
    return f"比说好的时间晚了 {span(now - order.due_at)}。{told}社区会催，您也可以打电话问。"


def _ended(order: Order, events: Sequence[Event]) -> str:
    if order.state == "rejected":
        reason = next(
            (e.reason for e in reversed(events) if e.action == "orders.reject"), ""
        )
        return f"这件事没有受理：{rules.REJECT_REASONS.get(reason, '')}。"
    if order.state == "merged" and order.merged_into:
        return (
            f"这件事和单 {order.merged_into.no} 是同一件，一起办。下面是那一单的进度。"
        )
    if order.state == "closed" and order.confirmed_at is None:
        if order.result == "cannot":
            reason = next(
                (e.reason for e in reversed(events) if e.action == ANSWERED), ""
            )
            return f"社区答复：这件事办不了。{rules.CANNOT_REASONS.get(reason, '')}。"
        return "没有联系上您，这件事按“没有答复”办结，不算满意，也不算不满意。"
    if order.state != "withdrawn":
        return ""
    how = rules.SAID_HOW.get(order.withdrawn_how)
    if how is None:
        return "您已经撤回了这件事。"
    return f"社区代您撤回了这件事，登记的是您{how}。不是您的意思，请告诉社区再办。"


def _notes(event: Event | None) -> list[Note]:
    return [] if event is None else list(event.notes.all())


def _said(events: Sequence[Event]) -> list[Said]:
    """Newest first. What the helper said on being done stands in the steps too."""
    found = []
    for event in events:
        name = event.action.split(".", 1)[1]
        own = event.actor_role == "requester"
        title = "您补充的" if own and name == "note" else SAID.get(name, "社区说")
        found += [
            Said(title, note.text, event.at, own)
            for note in event.notes.all()
            if note.audience == "requester"
        ]
    return found[::-1]


def looks(order: Order) -> list[Look]:
    """我的信息谁看过: every reveal of this order, newest first, by role and unit or
    community, not by name."""
    events = list(
        Event.objects.filter(object_id=order.id, action__in=LOOKS).order_by("-at")
    )
    units = Unit.objects.in_bulk([e.actor_unit for e in events if e.actor_unit])
    place = community_of(order.path)
    here = place.name if place else ""
    return [
        Look(
            who=f"{units[e.actor_unit].name if e.actor_unit in units else here}{role_title(e.actor_role)}",
            at=e.at,
            field=FIELDS.get(str(e.data.get("field")), "联系信息"),
            purpose=levels.PURPOSES.get(code := str(e.data.get("purpose", "")), code),
        )
        for e in events
    ]


def community_of(path: str) -> Place | None:
    """The community a place of any lower level belongs to."""
    above = Place.objects.filter(
        path__in=ancestors(path)[1:], level__lte=levels.COMMUNITY
    )
    return above.order_by("-level").first()


def phone_of(path: str) -> str:
    """The public phone to call: the place's own, else of the nearest place above."""
    above = Place.objects.filter(path__in=ancestors(path)[1:]).exclude(phone="")
    return above.order_by("-level").values_list("phone", flat=True).first() or ""


def similar(path: str, category: str, text: str) -> QuerySet[Order]:
    """Open wishes of the same community and category that are on the wall already;
    public wording only, so it tells nothing about anybody."""
    lo, hi = path_range("/".join(path.split("/")[:5]) + "/")
    found = Order.objects.filter(
        public(), path__gte=lo, path__lt=hi, category=category, state__in=rules.OPEN
    )
    alike = Q(pk=None)
    for pair in sorted(words.pairs(text))[:MOST_PAIRS]:
        alike |= Q(title__contains=pair)
    return found.filter(alike).order_by("-placed_at")[:3]


def public() -> Q:
    """What the public may see of an order: the requester agreed, has seen the words,
    a worker has checked them, and nobody is in danger (domain 9.4)."""
    shown = [s for group in rules.PUBLIC_STATES.values() for s in group]
    over = Q(state__in=rules.PUBLIC_STATES["居民确认解决"])
    return (
        Q(state__in=shown, consent_public=True)
        & ~Q(seen_how="")
        & ~Q(urgency="life_safety")
        & (~over | Q(result="solved"))
    )


def check_daily(phone: str, now: datetime | None = None) -> None:
    """One phone places at most ten orders in a day. Raises TooMany."""
    hashed = phone_hash(phone)
    since = (now or clock_now()) - timedelta(days=1)
    placed = Order.objects.filter(
        phone_hash=hashed, placed_at__gte=since, source="online"
    )
    if hashed and placed.count() >= ORDERS_A_DAY:
        raise TooMany(
            f"这个电话今天已经提了{ORDERS_A_DAY}件。请明天再提，着急的请给社区打电话。"
        )


def by_token(token: str) -> Order | None:
    """The order that a link opens."""
    return _full().filter(token=token).first()


def by_code(code: str) -> Order | None:
    """The order that eight digits open."""
    return _full().filter(code=code).first()


def _full() -> QuerySet[Order]:
    return Order.objects.select_related(
        "place", "category", "unit", "merged_into", "merged_into__unit", "member"
    )


def last_reopening(order: Order) -> Event | None:
    """The event with which the order was last sent back."""
    sent_back = ("orders.reopen", "orders.ask_again")
    found = Event.objects.filter(object_id=order.id, action__in=sent_back)
    return found.order_by("-at", "-id").first()

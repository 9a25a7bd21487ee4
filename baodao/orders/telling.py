"""Who is told what after an act. A message goes to the side whose turn it has become,
and to whoever loses something by it; never to the one who did it. It carries codes
and public words only: what people wrote stays in the order. Residents are told by
their follow page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from baodao.acts.models import Event
from baodao.core.clock import today
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.orders import rules
from baodao.orders.filters import SEALED
from baodao.orders.models import Order, Service
from baodao.people.models import Member
from baodao.places.rules import COMMUNITY, COUNTY, GRID, TOWNSHIP
from baodao.ui.words import cdatetime, hours

AT_COMMUNITY = ("community_worker", "community_secretary")
LEFT = {50: "时间过半", 80: "快到期了", 100: "已到期", 101: "超时一个工作日"}


@dataclass(frozen=True)
class To:
    """One addressee with the page that the message opens."""

    page: str
    person_id: UUID | None = None
    unit_id: UUID | None = None
    role: str = ""
    path: str = ""


@dataclass(frozen=True)
class Said:
    """What is said to one addressee."""

    to: To
    title: str
    text: str = ""


def tell_all(event_ids: Sequence[UUID]) -> int:
    """Write the messages of these events; returns how many are new. Told twice, it
    writes once."""
    events = list(Event.objects.filter(id__in=event_ids).order_by("at", "id"))
    orders = Order.objects.select_related("unit", "place").defer(*SEALED)
    found = orders.in_bulk({e.object_id for e in events})
    return send(
        m
        for event in events
        if event.object_id in found
        for m in messages(event, found[event.object_id])
    )


def messages(event: Event, order: Order) -> list[Message]:
    """The messages of an event, not yet written."""
    say = TELLS.get(event.action.split(".", 1)[1])
    said = [s for s in say(event, order) if not _did_it(event, s.to)] if say else []
    return [
        message(
            event_id=event.id, title=s.title, text=s.text, urgent=_urgent(order),
            url=reverse(f"orders:{s.to.page}", args=[order.id]),
            person_id=s.to.person_id, unit_id=s.to.unit_id, role=s.to.role, path=s.to.path,
        )
        for s in said
    ]  # fmt: skip


def _did_it(event: Event, to: To) -> bool:
    if to.person_id:
        return to.person_id == event.actor_person
    if to.unit_id:
        return to.unit_id == event.actor_unit and event.actor_role.startswith("unit_")
    return event.actor_role == to.role or (
        to.role in AT_COMMUNITY and event.actor_role in AT_COMMUNITY
    )


def _urgent(order: Order) -> bool:
    return order.urgency in ("life_safety", "urgent")


# --- addressees -------------------------------------------------------------------


def at_level(path: str, level: int) -> str:
    """The part of a path down to a level: the community or street of an order."""
    return "/".join(path.split("/")[:-1][:level]) + "/"


def _community(order: Order, role: str = "community_worker") -> To:
    return To("detail", role=role, path=at_level(order.path, COMMUNITY))


def _street(order: Order) -> To:
    return To("detail", role="township_party", path=at_level(order.path, TOWNSHIP))


def _county(order: Order) -> To:
    return To("detail", role="county_org", path=at_level(order.path, COUNTY))


def _desk(order: Order) -> To:
    """Whose desk the order is on: the community's, or the township's that has taken
    it on."""
    return _street(order) if order.at_township else _community(order)


def _grid(order: Order) -> list[To]:
    """The grid an order lies in; none when it is the whole community's, which no
    grid worker sees."""
    grid = order.path.split("/")[GRID - 1]
    if not grid.startswith("G"):
        return []
    return [To("detail", role="grid_worker", path=at_level(order.path, GRID))]


def _units(order: Order, event: Event) -> list[To]:
    """The unit of the order, or the one that an act has just taken it from."""
    unit_id = event.data.get("unit") or order.unit_id
    return [To("unit_order", unit_id=UUID(str(unit_id)))] if unit_id else []


def _members(order: Order, event: Event) -> list[To]:
    return _people({event.data.get("member") or order.member_id})


def _served(order: Order) -> list[To]:
    """Everybody who served in the last round, the one in charge among them."""
    rows = Service.objects.filter(order=order)
    served = list(rows.values_list("round", "member__person_id"))
    last = max((n for n, _ in served), default=0)
    people = {person for n, person in served if n == last} | {order.served_by_person}
    return [To("my_order", person_id=p) for p in people if p]


def _people(member_ids: set[UUID | None]) -> list[To]:
    known = [m for m in member_ids if m]
    people = Member.objects.filter(id__in=known).values_list("person_id", flat=True)
    return [To("my_order", person_id=p) for p in people] if known else []


# --- words ------------------------------------------------------------------------


def _line(order: Order, what: str = "") -> str:
    """单1120-05，11月23日 17:30 前接单。"""
    if what and order.due_at:
        return f"单{order.no}，{cdatetime(order.due_at, today())} 前{what}。"
    return f"单{order.no}。"


def _each(to: Iterable[To], title: str, text: str = "") -> list[Said]:
    return [Said(t, title, text) for t in to]


def _placed(event: Event, order: Order) -> list[Said]:
    danger = order.urgency == "life_safety"
    title = f"{'紧急：' if danger else ''}新登记一单，等核实：{order.title}"
    to = [_community(order)]
    if danger:
        to += [_community(order, "community_secretary"), *_grid(order)]
    return _each(to, title, _line(order, "核实"))


def _dispatched(event: Event, order: Order) -> list[Said]:
    return _each(
        _units(order, event),
        f"派给本单位一单：{order.title}",
        _line(order, "接单或退回"),
    )


def _returned(event: Event, order: Order) -> list[Said]:
    unit = event.data.get("unit_name", "单位")
    why = rules.RETURN_REASONS.get(event.reason, "")
    text = f"单{order.no}。理由：{why}。"
    return [
        Said(_desk(order), f"{unit}退回，请改派：{order.title}", text),
        *_each(_taken_from(event), f"单位已退回社区，不用再办：{order.title}", text),
    ]


def _taken_from(event: Event) -> list[To]:
    """The member whom an act took the order from."""
    member = event.data.get("member")
    return _people({UUID(str(member))}) if member else []


def _recalled(event: Event, order: Order) -> list[Said]:
    why = rules.RECALL_REASONS.get(event.reason, "")
    text = f"单{order.no}。理由：{why}。"
    units = _units(order, event) if event.data.get("unit") else []
    title = f"这一单收回了，另派别人：{order.title}"
    return _each([*_taken_from(event), *units], title, text)


def _assigned(event: Event, order: Order) -> list[Said]:
    was = event.data.get("was")
    return [
        *_each(
            _members(order, event),
            f"单位派给您一单：{order.title}",
            _line(order, "答复接不接"),
        ),
        *_each(
            _people({UUID(str(was))}) if was else [],
            f"单位改派了别人，不用再办：{order.title}",
            f"单{order.no}。",
        ),
    ]


def _back_to_unit(event: Event, order: Order) -> list[Said]:
    why = rules.DECLINE_REASONS.get(event.reason, "")
    title = f"{event.actor_name}接不了，请另派一位：{order.title}"
    return _each(_units(order, event), title, f"单{order.no}。理由：{why}。")


def _handed_on(event: Event, order: Order) -> list[Said]:
    title = f"承接原单位的一单：{order.title}"
    what = rules.STATES[order.state].verb if order.state == "dispatched" else ""
    return _each(_units(order, event), title, _line(order, what))


def _unit_gone(event: Event, order: Order) -> list[Said]:
    unit = event.data.get("unit_name", "单位")
    title = f"{unit}已撤销，请改派：{order.title}"
    return _each([_desk(order)], title, _line(order, "派单"))


def _member_gone(event: Event, order: Order) -> list[Said]:
    if order.unit_id and order.state == "unit_accepted":
        title = f"承办党员已离开，请另派一位：{order.title}"
        return _each(_units(order, event), title, _line(order, "派给党员"))
    title = f"认领人已离开，又可认领：{order.title}"
    return _each([_desk(order)], title, _line(order))


def _released(event: Event, order: Order) -> list[Said]:
    why = rules.DECLINE_REASONS.get(event.reason, "")
    text = f"单{order.no}。理由：{why}。"
    return [Said(_desk(order), f"认领人退回了，又可认领：{order.title}", text)]


def _expired(event: Event, order: Order) -> list[Said]:
    return _each(
        [_desk(order)],
        f"一直没人认领，请打电话核对：{order.title}",
        _line(order, "核对"),
    )


def _asked_extension(event: Event, order: Order) -> list[Said]:
    more = hours(int(event.data.get("hours", 0)))
    return _each(
        [_desk(order)],
        f"申请延期 {more}，请答复：{order.title}",
        _line(order, "要办完"),
    )


def _extended(event: Event, order: Order) -> list[Said]:
    return _each(
        [*_members(order, event), *_units(order, event)],
        f"社区同意延期：{order.title}", _line(order, "办完"),
    )  # fmt: skip


def _refused_extension(event: Event, order: Order) -> list[Said]:
    return _each(
        [*_members(order, event), *_units(order, event)],
        f"社区不同意延期，时限不变：{order.title}", _line(order, "办完"),
    )  # fmt: skip


def _reported(event: Event, order: Order) -> list[Said]:
    """A resident who came by phone or to the desk does not open the link: their
    word is asked for by a call."""
    return _each(
        [_community(order)],
        f"办完了，请打电话回访居民：{order.title}",
        _line(order, "回访"),
    )


def _cannot(event: Event, order: Order) -> list[Said]:
    why = rules.CANNOT_REASONS.get(event.reason, "")
    text = f"单{order.no}。理由：{why}。"
    return [
        Said(_desk(order), f"办不了，请改派或答复居民：{order.title}", text),
        *_each(_units(order, event), f"党员说办不了，已交回社区：{order.title}", text),
    ]


def _confirmed(event: Event, order: Order) -> list[Said]:
    result = rules.RESULTS.get(str(event.data.get("result")), "")
    counted = "已记入服务记录。" if event.data.get("records") else "没有记入服务记录。"
    return _each(
        [*_served(order), *_units(order, event)],
        f"居民确认（{result}）：{order.title}", f"单{order.no}，{counted}",
    )  # fmt: skip


def _reopened(event: Event, order: Order) -> list[Said]:
    said = "办了一部分" if event.data.get("result") == "partly" else "没办好"
    to = [*_members(order, event), *_units(order, event), _community(order)]
    if event.data.get("superior"):
        to.append(_street(order))
    return _each(to, f"居民说{said}，重新办理：{order.title}", _line(order, "办完"))


def _asked_again(event: Event, order: Order) -> list[Said]:
    """After an end that was not the resident's word."""
    verb = rules.STATES[event.to_state].verb
    to = [_desk(order), *([_street(order)] if event.data.get("superior") else [])]
    return _each(dict.fromkeys(to), f"居民请再办：{order.title}", _line(order, verb))


def _unmerged(event: Event, order: Order) -> list[Said]:
    why = "并入的那一单没有办成，" if event.reason == "target_ended" else ""
    return _each(
        [_desk(order)], f"{why}分开来办，等核实：{order.title}", _line(order, "核实")
    )


def _handed_over(event: Event, order: Order) -> list[Said]:
    if event.data.get("up"):
        title = f"{order.place}交上来一单，请接着办：{order.title}"
        return _each([_street(order)], title, _line(order, "办"))
    title = f"镇（街道）交回一单，请接着办：{order.title}"
    return _each([_community(order)], title, _line(order, "办"))


def _unreachable(event: Event, order: Order) -> list[Said]:
    return _each(
        [*_served(order), *_units(order, event)],
        f"没有联系上居民，按没有答复办结：{order.title}", f"单{order.no}，不算好评，也不算差评。",
    )  # fmt: skip


def _rated(event: Event, order: Order) -> list[Said]:
    """Scores are nobody's race; a low one is a reason for the community to ask."""
    return _each(
        [_community(order)], f"居民评价较低，请了解一下：{order.title}", _line(order)
    )


def _mark_questioned(event: Event, order: Order) -> list[Said]:
    """Who served learns that the mark does not count meanwhile, not who doubts it."""
    title = f"居民的评价在核对：{order.title}"
    return [
        *_each([_desk(order)], f"请核对居民的评价：{order.title}", _line(order, "核对")),
        *_each(
            [*_served(order), *_units(order, event)], title,
            f"单{order.no}，核对期间这个分不算。",
        ),
    ]  # fmt: skip


def _mark_decided(event: Event, order: Order) -> list[Said]:
    counts = "照算" if event.action == "orders.keep_mark" else "不算数"
    return _each(
        [*_served(order), *_units(order, event)],
        f"居民的评价核对过了，{counts}：{order.title}", f"单{order.no}。",
    )  # fmt: skip


def _withdrawn(event: Event, order: Order) -> list[Said]:
    """Whoever had taken it is told at once (domain 8.13)."""
    taken = [*_members(order, event), *_units(order, event)]
    who = "居民" if event.data.get("how") == "requester" else "社区代居民"
    return _each(
        taken or [_desk(order)],
        f"{who}撤回了，不用再办：{order.title}",
        _line(order),
    )


def _noted(event: Event, order: Order) -> list[Said]:
    """What the resident adds reaches whoever is at it; colleagues' notes do not."""
    if event.actor_role != "requester":
        return []
    at_it = [*_members(order, event), *_units(order, event)] or [_desk(order)]
    return _each(at_it, f"居民补充了一句：{order.title}", _line(order))


def _call_wanted(event: Event, order: Order) -> list[Said]:
    return _each(
        [_community(order)], f"居民想请社区打个电话：{order.title}", _line(order)
    )


def _escalated(event: Event, order: Order) -> list[Said]:
    if event.to_state == "dispatched":
        title = f"{order.unit or '单位'}到期没有答复：{order.title}"
    else:
        title = (
            f"{order.place}到期没有{rules.STATES[event.to_state].verb}：{order.title}"
        )
    to = _county(order) if order.at_township else _street(order)
    return _each([to], title, _line(order))


def _reminded(event: Event, order: Order) -> list[Said]:
    """Whose turn it is. A late order of a member's reaches the unit's desk too."""
    if order.state != event.to_state:
        return []
    percent = int(event.data["at"])
    state = rules.STATES[order.state]
    units, desk = _units(order, event), [_desk(order)]
    to = {
        "unit": units,
        "member": _members(order, event) or desk,
        "community": desk,
        "resident": [_community(order)],
    }[state.side]
    if percent == 101:
        to = units or desk
    elif percent == 100 and state.side == "member":
        to = [*to, *units]
    text = _line(order, "打电话回访" if state.side == "resident" else state.verb)
    if percent >= 100 and order.state in rules.TO_SUPERIOR:
        above = "县（区）" if order.at_township else "镇（街道）党委"
        text += f"已同时报{above}。"
    return _each(to, f"{LEFT[percent]}：{order.title}", text)


TELLS: dict[str, Callable[[Event, Order], list[Said]]] = {
    "place": _placed,
    "dispatch": _dispatched,
    "return": _returned,
    "recall": _recalled,
    "assign": _assigned,
    "decline": _back_to_unit,
    "hand_back": _back_to_unit,
    "release": _released,
    "hand_on": _handed_on,
    "unit_gone": _unit_gone,
    "to_unit": _member_gone,
    "to_pool": _member_gone,
    "expire": _expired,
    "ask_extension": _asked_extension,
    "extend": _extended,
    "refuse_extension": _refused_extension,
    "report_done": _reported,
    "cannot_do": _cannot,
    "confirm": _confirmed,
    "reopen": _reopened,
    "ask_again": _asked_again,
    "unmerge": _unmerged,
    "hand_over": _handed_over,
    "unreachable": _unreachable,
    "rate": _rated,
    "question_mark": _mark_questioned,
    "keep_mark": _mark_decided,
    "strike_mark": _mark_decided,
    "withdraw": _withdrawn,
    "ask_call": _call_wanted,
    "note": _noted,
    "transfer_done": _reported,
    "escalate": _escalated,
    "remind": _reminded,
}

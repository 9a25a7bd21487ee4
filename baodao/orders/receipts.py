"""这一笔记到了哪里: after a member's act, what is done and what still waits for a person
(design 5 "Receipt"). Made from the act's event alone, so that it can be opened again
after the order has gone into other hands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from baodao.acts.models import Event
from baodao.orders import rules
from baodao.orders.models import Order
from baodao.orders.plans import Context
from baodao.records.models import CHANNELS
from baodao.ui.shapes import Line
from baodao.ui.words import deadline, hours, worked


@dataclass(frozen=True)
class Receipt:
    """`title` is what the person did, `lines` where it went."""

    title: str
    text: str
    lines: list[Line]


def receipt(event: Event, order: Order, ctx: Context) -> Receipt:
    """The receipt of one act of a member's."""
    title, lines = _KINDS.get(event.action.split(".", 1)[1], _other)(event, order, ctx)
    return Receipt(title, f"单 {order.no} · {order.title}", lines)


def kinds() -> tuple[str, ...]:
    """The acts that leave a receipt."""
    return tuple(_KINDS)


def _due(event: Event, order: Order, ctx: Context, state: str) -> str:
    """The limit that the act set, in words: 11月25日 18:00 前."""
    start = event.at
    if state == "in_service" and order.state == state:
        return deadline(order.due_at, ctx.now) if order.due_at else ""
    due = rules.due(
        state, order.urgency, start, ctx.calendar, ctx.settings, order.overall_due_at
    )
    return deadline(due, ctx.now) if due else ""


def _other(event: Event, order: Order, ctx: Context) -> tuple[str, list[Line]]:
    return "记好了", [Line("已记下")]


def _accepted(event: Event, order: Order, ctx: Context) -> tuple[str, list[Line]]:
    return "接好了", [
        Line("单位和社区都看到您接了", "不用再打电话说"),
        Line("居民的查询页改成“有人接了”", "只写单位，不写您的姓名"),
        Line(
            "轮到您：约时间，去服务",
            f"{_due(event, order, ctx, 'accepted')}办完",
            "wait",
        ),
    ]


def _claimed(event: Event, order: Order, ctx: Context) -> tuple[str, list[Line]]:
    channel = CHANNELS.get(order.channel, "")
    return "认领好了", [
        Line("这一单归您办，别人不能再认领"),
        Line(f"办成后计入：{channel}", "按您住的地方和单位联系点自动分")
        if channel
        else Line("已记下"),
        Line(
            "轮到您：约时间，去服务",
            f"{_due(event, order, ctx, 'claimed')}办完",
            "wait",
        ),
    ]


def _given_back(event: Event, order: Order, ctx: Context) -> tuple[str, list[Line]]:
    why = rules.DECLINE_REASONS.get(event.reason, "")
    return "说好了", [
        Line("已告诉单位您接不了", f"理由：{why}，居民看不到"),
        Line(
            "等单位另派一位", f"{_due(event, order, ctx, 'unit_accepted')}派出", "wait"
        ),
    ]


def _released(event: Event, order: Order, ctx: Context) -> tuple[str, list[Line]]:
    why = rules.DECLINE_REASONS.get(event.reason, "")
    return "退回去了", [
        Line("这一单又可以认领了", f"理由：{why}，只有社区看得到"),
        Line("等别人认领", "也可能由社区派给一家单位", "wait"),
    ]


def _started(event: Event, order: Order, ctx: Context) -> tuple[str, list[Line]]:
    return "开始了", [
        Line("开始时间已记下", "办完时会自动填好，可以改"),
        Line("轮到您：办完点“办完了”", _due(event, order, ctx, "in_service"), "wait"),
    ]


def _done(event: Event, order: Order, ctx: Context) -> tuple[str, list[Line]]:
    minutes, people = (
        int(event.data.get("minutes", 0)),
        int(event.data.get("people", 1)),
    )
    who = f"{people} 人共 " if people > 1 else ""
    days = ctx.settings["orders.confirm_days"]
    by = deadline(event.at + timedelta(days=days), ctx.now)
    channel = CHANNELS.get(order.channel, "")
    return "办完了，辛苦", [
        Line("办理情况已写给居民", "居民在查询页看得到您写的那一句"),
        Line(f"服务时间已登记：{who}{worked(minutes)}", "路上的时间不算"),
        Line("等居民说办好没有", f"{by}。没答复由社区打电话问，不会自动算好评", "wait"),
        Line(
            "居民确认后，记入您的服务记录", f"{channel}渠道，各项统计自动更新", "later"
        ),
    ]


def _asked(event: Event, order: Order, ctx: Context) -> tuple[str, list[Line]]:
    return "申请送出了", [
        Line(f"申请延期 {hours(int(event.data.get('hours', 0)))}", "理由居民看得到"),
        Line("等社区答复", "答复前原来的时限不变", "wait"),
    ]


def _cannot(event: Event, order: Order, ctx: Context) -> tuple[str, list[Line]]:
    why = rules.CANNOT_REASONS.get(event.reason, "")
    return "交回社区了", [
        Line("已说明办不了", f"理由：{why}"),
        Line(
            "等社区改派，或答复居民", f"{_due(event, order, ctx, 'verified')}", "wait"
        ),
    ]


_KINDS: dict[str, Callable[[Event, Order, Context], tuple[str, list[Line]]]] = {
    "accept": _accepted,
    "claim": _claimed,
    "decline": _given_back,
    "hand_back": _given_back,
    "release": _released,
    "start": _started,
    "report_done": _done,
    "ask_extension": _asked,
    "cannot_do": _cannot,
}

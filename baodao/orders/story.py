"""The event log of one order as a story in Chinese: who did what, on whose behalf,
with which reason, and what they said, for those who may read it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.orders import rules
from baodao.orders.models import Order
from baodao.orders.private import may_read_words
from baodao.people.roles import title as role_title
from baodao.ui.shapes import Entry, Tone
from baodao.ui.waiting import LABELS
from baodao.ui.words import cdate, hours, local_day

Names = Mapping[str, str]
REASONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "reject": ("理由", rules.REJECT_REASONS),
    "return": ("退回理由", rules.RETURN_REASONS),
    "release": ("理由", rules.DECLINE_REASONS),
    "recall": ("理由", rules.RECALL_REASONS),
    "decline": ("理由", rules.DECLINE_REASONS),
    "hand_back": ("理由", {**rules.DECLINE_REASONS, **rules.RECALL_REASONS}),
    "cannot_do": ("理由", rules.CANNOT_REASONS),
    "answer_cannot": ("理由", rules.CANNOT_REASONS),
    "question_mark": ("理由", rules.MARK_REASONS),
}
# Words of the one who acts stand in a box; a remark of ours beside the act does not.
_PLAIN_NOTES = ("verify", "dispatch", "extend", "refuse_extension", "assign")
_HIDDEN = ("reveal", "slip")
_REMINDED = {50: "时限过半", 80: "快到时限", 100: "已到时限", 101: "超时一个工作日"}


def readable(actor: Actor, order: Order) -> tuple[str, ...]:
    """Audiences whose notes the actor may read on this order; "words" stands for
    the resident's own."""
    if not can(actor, "orders.view_private", order):
        return ()
    words = ("words",) if may_read_words(actor, order) else ()
    if actor.role == "requester":
        return ("requester", *words)
    if actor.role in ("member", "unit_secretary", "unit_liaison"):
        # Before they have taken it, only what the community wrote to them.
        taken = ("requester",) if words or order.state not in rules.OPEN else ()
        return (*taken, "unit", *words)
    return ("requester", "unit", "staff", *words)


def story(
    order: Order, events: Sequence[Event], actor: Actor, now: datetime,
    names: Names | None = None,
) -> list[Entry]:  # fmt: skip
    """Newest first. The first entry of an open order is "now" and says whose turn it
    is. `names`: unit id → name, for acts of units."""
    may_read = readable(actor, order)
    words = may_read_words(actor, order)
    told = [
        _entry(order, e, may_read, names or {}, words)
        for e in events
        if e.action.split(".", 1)[1] not in _HIDDEN
    ]
    told.reverse()
    waiting = _now(order, actor, now)
    return [waiting, *told] if waiting else told


def _now(order: Order, actor: Actor, now: datetime) -> Entry | None:
    state = rules.STATES[order.state]
    if not state.side:
        return None
    verb = state.verb
    if order.state == "verified":
        verb = "重新派单" if order.returned_by else "派单或放到公开认领"
    if order.paused_at:
        return Entry(
            "时限暂停", now, icon="player-pause", text=order.pause_reason, now=True
        )
    hint = _HINTS.get(order.state, "") if can(actor, "orders.note", order) else ""
    whom = LABELS[state.side]  # type: ignore[index]
    if order.at_township and state.side == "community":
        whom = "镇（街道）"
    return Entry(
        f"轮到{whom}{verb}",
        now, icon="player-play", tone="go", text=hint, now=True,
    )  # fmt: skip


_HINTS = {
    "submitted": "先核对对外文字，再定类别和急不急。",
    "verified": "建议已按职能、距离和手头单数排好。",
    "published": "也可以直接派给一家单位。",
    "expired": "先打电话问居民还要不要办。",
    "transferred": "谁先接的谁问到底：问到结果就记下来，居民看得到。",
    "done_reported": "居民在链接里说，或由社区打电话问。",
    "mark_check": "请没有参与的同事问一问居民和承办的人，再定。",
}


def who(event: Event, names: Names) -> str:
    """社区专干 卓玛，代居民（来访登记）."""
    role, name = event.actor_role, event.actor_name
    if role == "system":
        said = "系统"
    elif role in ("anonymous", "requester"):
        said = "居民"
    elif role in ("unit_secretary", "unit_liaison"):
        short = {"unit_secretary": "书记", "unit_liaison": "联络员"}[role]
        said = f"{names.get(str(event.actor_unit), '单位')} · {short} {name}"
    elif role == "member":
        unit = names.get(str(event.actor_unit), "")
        said = f"党员 {name}" + (f" · {unit}" if unit else "")
    else:
        said = f"{role_title(role)} {name}".strip()
    return f"{said}，代{event.on_behalf_of}" if event.on_behalf_of else said


def _entry(
    order: Order, event: Event, may_read: Sequence[str], names: Names, words: bool
) -> Entry:
    name = event.action.split(".", 1)[1]
    icon, tone, told = _TOLD.get(name, ("point", "", lambda e: (name, "")))
    title, text = told(event)
    notes = [n.text for n in event.notes.all() if n.audience in may_read]
    reason = _reason(name, event.reason)
    if name == "place" and "words" in may_read:
        return Entry(
            title, event.at, who(event, names), icon, tone, quote=order.detail,
            private_note=_public_words(order),
        )  # fmt: skip
    if name == "rate" and "words" in may_read and order.rating_text and order.rating:
        notes.append(order.rating_text)
    if notes and name in _PLAIN_NOTES:
        text = " ".join([text, *notes]).strip()
        notes = []
    quote = f"“{'；'.join(notes)}”" if notes else ""
    if reason and not quote:
        text = f"{text} {reason}".strip()
    return Entry(
        title, event.at, who(event, names), icon, tone, text, quote,
        (reason or _audience(event, may_read)) if quote else "",
    )  # fmt: skip


def _reason(event: str, code: str) -> str:
    label, table = REASONS.get(event, ("", {}))
    return f"{label}：{table[code]}" if code in table else ""


def _audience(event: Event, may_read: Sequence[str]) -> str:
    if event.action != "orders.note":
        return ""
    seen = {
        "requester": "居民看得到",
        "unit": "承办单位看得到",
        "staff": "只有社区看得到",
    }
    return next(
        (seen[n.audience] for n in event.notes.all() if n.audience in may_read), ""
    )


def _public_words(order: Order) -> str:
    seen = rules.SEEN_HOW.get(order.seen_how)
    said = f"居民{seen}。" if seen else "居民还没看过对外文字。"
    return f"{said}对外只公布：「{order.title}」"


Told = Callable[[Event], tuple[str, str]]


def _plain(title: str, text: str = "") -> Told:
    return lambda e: (title, text)


def _place(e: Event) -> tuple[str, str]:
    return "登记", rules.SOURCES.get(str(e.data.get("source")), "")


def _verify(e: Event) -> tuple[str, str]:
    urgency = rules.URGENCIES.get(str(e.data.get("urgency")), "")
    changed = "改写了对外文字。" if e.data.get("title_changed") else ""
    return f"核实属实，{urgency}", changed


def _dispatch(e: Event) -> tuple[str, str]:
    reasons = "；".join(e.data.get("reasons") or [])
    text = f"理由：{reasons}。" if reasons else ""
    return f"派给 {e.data.get('unit_name', '单位')}", text


def _in_time(title: str) -> Told:
    return lambda e: (title, "" if e.data.get("in_time", True) else "超过了时限。")


def _done(e: Event) -> tuple[str, str]:
    people, minutes = e.data.get("people", 1), e.data.get("minutes", 0)
    return "承办说办完了", f"{people} 人，服务 {minutes} 分钟"


def _confirm(e: Event) -> tuple[str, str]:
    result = rules.RESULTS.get(str(e.data.get("result")), "")
    how = rules.CONFIRMED_HOW.get(str(e.data.get("how")), "")
    records = e.data.get("records", 0)
    kept = f"，记入 {records} 人的服务记录" if records else "，不记服务记录"
    return f"居民说：{result}", f"{how}{kept}。"


def _reopen(e: Event) -> tuple[str, str]:
    said = "办了一部分" if e.data.get("result") == "partly" else "没办好"
    superior = "第二次退回，已同时报镇（街道）。" if e.data.get("superior") else ""
    return f"居民说{said}，重新办理", superior


def _remind(e: Event) -> tuple[str, str]:
    side = rules.STATES[e.to_state].side
    whom = LABELS.get(side, "")  # type: ignore[call-overload]
    return f"{_REMINDED.get(int(e.data.get('at', 0)), '时限提醒')}，提醒{whom}", ""


def _transfer(e: Event) -> tuple[str, str]:
    to = rules.TRANSFER_TO.get(e.reason, rules.TOWNSHIP)
    return f"转给 {to}", "单号不变，居民还用原来的查询码。"


def _assign(e: Event) -> tuple[str, str]:
    again = "改派给" if e.data.get("was") else "派给"
    return f"单位{again} {e.data.get('member_name', '党员')}", ""


def _extension(title: str) -> Told:
    return lambda e: (f"{title} {hours(int(e.data.get('hours', 0)))}", "")


def _hand_over(e: Event) -> tuple[str, str]:
    if e.data.get("up"):
        return f"交给{rules.TOWNSHIP}办", "单号不变，由乡镇（街道）接着派单。"
    return "交回社区办", ""


def _answer(e: Event) -> tuple[str, str]:
    told = rules.TOLD_HOW.get(str(e.data.get("told")), "")
    return "答复居民：办不了", f"{told}。居民不同意，可以请再办。"


def _unmerge(e: Event) -> tuple[str, str]:
    if e.reason == "target_ended":
        return "分开办", "并入的那一单撤回了或没有受理，这一单自己接着办。"
    return "分开办", ""


def _withdraw(e: Event) -> tuple[str, str]:
    how = rules.SAID_HOW.get(str(e.data.get("how")))
    return ("社区代居民撤回", f"居民{how}。") if how else ("居民撤回", "")


def _ask_again(e: Event) -> tuple[str, str]:
    superior = "第二次了，已同时报镇（街道）。" if e.data.get("superior") else ""
    return "居民请再办", superior


def _pause(e: Event) -> tuple[str, str]:
    until = str(e.data.get("until") or "")
    day = cdate(date.fromisoformat(until), local_day(e.at)) if until else ""
    return "时限暂停", f"{day}续计" if day else ""


def _call(e: Event) -> tuple[str, str]:
    return f"打电话没接通（第 {e.data.get('n', 1)} 次）", ""


def _rate(e: Event) -> tuple[str, str]:
    return f"评价 {e.data.get('rating')} 分", rules.CONFIRMED_HOW.get(
        str(e.data.get("how")), ""
    )


_TOLD: dict[str, tuple[str, Tone, Told]] = {
    "place": ("pencil", "", _place),
    "edit": ("edit", "", _plain("改了对外文字")),
    "verify": ("circle-check", "", _verify),
    "reject": ("x", "", _plain("不受理")),
    "merge": ("git-merge", "", lambda e: (f"合并到 单 {e.data.get('no', '')}", "居民会收到同样的答复。")),
    "publish": ("hand-stop", "", _plain("放到公开认领")),
    "dispatch": ("send", "", _dispatch),
    "transfer": ("external-link", "", _transfer),
    "transfer_news": ("message-circle", "", _plain("问过转办的进展")),
    "transfer_done": ("clipboard-check", "", _plain("对方说办好了", "等居民说办好没有。")),
    "hand_over": ("building", "", _hand_over),
    "recall": ("arrow-back-up", "late", _plain("收回，另派别人")),
    "answer_cannot": ("x", "late", _answer),
    "unmerge": ("git-merge", "", _unmerge),
    "follow": ("git-merge", "", lambda e: (f"改随 单 {e.data.get('no', '')} 一起办", "原来并入的那一单也并了过去。")),
    "claim": ("hand-grab", "", _plain("党员认领")),
    "unit_claim": ("building", "", _plain("单位认领")),
    "release": ("arrow-back-up", "late", _plain("退回公开认领")),
    "expire": ("hourglass", "soon", _plain("到期没有人认领")),
    "republish": ("refresh", "", _plain("重新公开")),
    "unit_accept": ("building", "", _in_time("单位接单")),
    "return": ("arrow-back-up", "late", _in_time("单位退回")),
    "assign": ("user-check", "", _assign),
    "accept": ("user-check", "", _plain("党员接单")),
    "decline": ("arrow-back-up", "late", _plain("党员接不了")),
    "hand_back": ("arrow-back-up", "late", _plain("党员交回单位")),
    "hand_on": ("building", "", lambda e: (f"转给承接单位{e.data.get('unit_name', '')}", "原单位已合并，办到哪一步不变。")),
    "unit_gone": ("arrow-back-up", "soon", _plain("承办单位已撤销，退回社区改派")),
    "to_unit": ("arrow-back-up", "", _plain("承办党员已离开本单位，由单位另派")),
    "to_pool": ("arrow-back-up", "", _plain("承办党员已离开，重新公开认领")),
    "start": ("walk", "", _plain("开始服务")),
    "ask_extension": ("hourglass", "soon", _extension("申请延期")),
    "extend": ("hourglass", "", _extension("同意延期")),
    "refuse_extension": ("hourglass", "", _plain("不同意延期", "原来的时限不变。")),
    "report_done": ("clipboard-check", "", _done),
    "cannot_do": ("x", "late", _plain("承办说办不了")),
    "call": ("phone-call", "", _call),
    "confirm": ("circle-check", "ok", _confirm),
    "reopen": ("refresh", "late", _reopen),
    "unreachable": ("phone", "", _plain("三次都没打通，按没有答复办结", "不算好评，也不算差评。")),
    "rate": ("star", "ok", _rate),
    "question_mark": ("search", "soon", _plain("提出核对评价", "核对期间，这个分不算满意率，也不计分。")),
    "keep_mark": ("circle-check", "", lambda e: (f"核对过，评价 {e.data.get('mark')} 分照算", "")),
    "strike_mark": ("x", "", lambda e: (f"核对过，评价 {e.data.get('mark')} 分不算数", "不算满意率，也不计分。")),
    "close_unrated": ("check", "", _plain("评价期过了，办结", "记为未评，不算好评。")),
    "withdraw": ("arrow-back-up", "", _withdraw),
    "ask_again": ("refresh", "late", _ask_again),
    "take_back": ("refresh", "", _plain("居民收回了“没办好”", "回到等居民确认。")),
    "thank": ("heart", "", _plain("核过要公布的感谢的话")),
    "approve_text": ("eye", "", _plain("居民看过对外文字，同意公开")),
    "ask_call": ("phone-call", "soon", _plain("居民请社区打电话")),
    "pause": ("player-pause", "", _pause),
    "resume": ("player-play", "", _plain("恢复计时")),
    "note": ("note", "", _plain("补记")),
    "remind": ("bell", "", _remind),
    "follow_place": ("map-2", "", _plain("随区划调整到新的地方")),
    "escalate": ("flag", "late", _plain("到期没有办，自动报上级")),
}  # fmt: skip

"""The staff's acts on an order as one table: event → form, words, service. The
detail page, the ask page and the dispatcher all read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.acts.writing import Done
from baodao.core.errors import Invalid
from baodao.orders import forms, rules, services
from baodao.orders.models import Order
from baodao.orders.plans import Stretch, row_of
from baodao.orders.queries_member import may_question
from baodao.orders.suggestions import unit_suggestions

Words = dict[str, Any]
Run = Callable[[Actor, Order, Words, str], Done]
Ready = Callable[[Order, datetime, Mapping[str, Any]], bool]
_EDITABLE = ("submitted", "verified", "published", "expired")


@dataclass(frozen=True)
class StaffAct:
    """`ask`: the act as a question, `{no}` is the number; `text`: what follows from
    it; `submit`, `keep`: the two buttons; `said`: the toast. `event` is the row of
    the access table, `ready` what must hold besides the flow."""

    event: str
    label: str
    ask: str
    text: str
    submit: str
    keep: str
    said: str
    run: Run
    form: type[forms.Act] = forms.Nothing
    icon: str = "edit"
    danger: bool = False
    ready: Ready = lambda o, now, settings: True


def possible(
    act: StaffAct,
    actor: Actor,
    order: Order,
    now: datetime,
    settings: Mapping[str, Any],
) -> bool:
    """Whether the actor may do this now: the access table, the flow, the clock."""
    if not can(actor, f"orders.{act.event}", order):
        return False
    if rules.FLOW.moves(act.event) and act.event not in rules.FLOW.events(order.state):
        return False
    if not rules.fits(act.event, row_of(order)):
        return False
    return act.ready(order, now, settings)


def _do(service: Callable[..., Any]) -> Run:
    """A service whose words are the form's own."""

    def run(actor: Actor, order: Order, words: Words, client_id: str) -> Done:
        done: Done = service(
            actor=actor, order_id=order.id, client_id=client_id, **words
        )
        return done

    return run


def _edit(actor: Actor, order: Order, words: Words, client_id: str) -> Done:
    return services.edit_order(actor=actor, order_id=order.id, **words)


def _transfer(actor: Actor, order: Order, words: Words, client_id: str) -> Done:
    """Outside it goes away, to the township it goes up."""
    if words["to"] != "township":
        return _do(services.transfer_order)(actor, order, words, client_id)
    up = {"up": True, "note": words["note"]}
    return _do(services.hand_over_order)(actor, order, up, client_id)


def _hand_down(actor: Actor, order: Order, words: Words, client_id: str) -> Done:
    return _do(services.hand_over_order)(
        actor, order, {**words, "up": False}, client_id
    )


def _outcome(actor: Actor, order: Order, words: Words, client_id: str) -> Done:
    """What the one it was passed to has said."""
    outcome = words.pop("outcome")
    if outcome == "back":
        words["reason"] = "sent_back"
    verbs: dict[str, Callable[..., Any]] = {
        "done": services.transfer_done, "news": services.transfer_news,
        "back": services.recall_order,
    }  # fmt: skip
    return _do(verbs[outcome])(actor, order, words, client_id)


def _dispatch(actor: Actor, order: Order, words: Words, client_id: str) -> Done:
    """The reasons shown for the chosen unit go on record with the act."""
    ranked = unit_suggestions(order)
    chosen = next((s for s in ranked if s.id == str(words["unit"])), None)
    reasons = [r.text for r in chosen.reasons] if chosen else []
    return services.dispatch_order(
        actor=actor, order_id=order.id, unit_id=words["unit"], note=words["note"],
        reasons=reasons, client_id=client_id,
    )  # fmt: skip


def _call_back(actor: Actor, order: Order, words: Words, client_id: str) -> Done:
    """What the resident said on the phone: confirmed, or back to the same hands."""
    if words["outcome"] == "not_solved":
        return services.reopen_order(
            actor=actor.for_someone(f"居民（{rules.CONFIRMED_HOW[words['how']]}）"),
            order_id=order.id, result="not_solved", what=words["note"], client_id=client_id,
        )  # fmt: skip
    return services.confirm_order(
        actor=actor, order_id=order.id, result=words["outcome"], how=words["how"],
        note=words["note"], client_id=client_id,
    )  # fmt: skip


def _for_resident(service: Callable[..., Any]) -> Run:
    def run(actor: Actor, order: Order, words: Words, client_id: str) -> Done:
        return _do(service)(actor.for_someone("居民"), order, words, client_id)

    return run


def _rate(actor: Actor, order: Order, words: Words, client_id: str) -> Done:
    whom = actor.for_someone(f"居民（{rules.CONFIRMED_HOW[words['how']]}）")
    return _do(services.rate_order)(whom, order, words, client_id)


def _decide_mark(actor: Actor, order: Order, words: Words, client_id: str) -> Done:
    verbs = {"keep": services.keep_mark, "strike": services.strike_mark}
    return _do(verbs[words.pop("outcome")])(actor, order, words, client_id)


def _for_member(service: Callable[..., Any]) -> Run:
    def run(actor: Actor, order: Order, words: Words, client_id: str) -> Done:
        return _do(service)(
            actor.for_someone(f"党员{order.member}"), order, words, client_id
        )

    return run


def _report_done(actor: Actor, order: Order, words: Words, client_id: str) -> Done:
    """The member who serves told us when; the service counts for that member."""
    if order.member is None:
        raise Invalid("还没有党员接这一单，不能记服务。请先由单位派给党员。")
    stretch = Stretch(
        order.member.id, order.member.unit_id, words["start"], words["end"],
        words["break_minutes"] or 0,
    )  # fmt: skip
    try:
        return services.report_done(
            actor=actor.for_someone(f"党员{order.member}"), order_id=order.id,
            stretches=[stretch], note=words["note"], client_id=client_id,
        )  # fmt: skip
    except Invalid as error:
        names = {"start_at": "start", "end_at": "end"}
        raise Invalid(
            fields={names.get(k, k): v for k, v in error.fields.items()}
        ) from error


def _may_extend(order: Order, now: datetime, settings: Mapping[str, Any]) -> bool:
    return (
        order.state == "in_service" and not order.extended and order.paused_at is None
        and order.due_at is not None
        and (now <= order.due_at or order.extension_hours > 0)
    )  # fmt: skip


def _extension_asked(order: Order, now: datetime, settings: Mapping[str, Any]) -> bool:
    return order.state == "in_service" and order.extension_hours > 0


def _may_speak(order: Order, now: datetime, settings: Mapping[str, Any]) -> bool:
    """The resident's days to say so are not over."""
    last = rules.word_until(row_of(order), settings)
    return last is None or now <= last


def _may_reopen(order: Order, now: datetime, settings: Mapping[str, Any]) -> bool:
    """While their word is asked for, the call-back form says it."""
    return order.state != "done_reported" and _may_speak(order, now, settings)


def _unreachable(order: Order, now: datetime, settings: Mapping[str, Any]) -> bool:
    begin = rules.unreachable_from(row_of(order), settings)
    return begin is not None and now >= begin


def _open(order: Order, now: datetime, settings: Mapping[str, Any]) -> bool:
    return order.state in rules.OPEN and order.paused_at is None


ACTS: dict[str, StaffAct] = {
    "verify": StaffAct(
        "verify", "核实", "核实单 {no}？", "核实后就可以派单或放到公开认领。",
        "核实属实", "先不核实", "已核实", _do(services.verify_order), forms.Verify, "circle-check",
    ),
    "edit": StaffAct(
        "edit", "改对外文字", "改单 {no} 的对外文字？", "改过的文字要让居民再看一次。",
        "保存", "先不改", "对外文字改好了", _edit, forms.Edit, "edit",
        ready=lambda o, now, s: o.state in _EDITABLE,
    ),
    "dispatch": StaffAct(
        "dispatch", "派单", "把单 {no} 派给谁？", "单位要在时限内接单或退回；到期没答复，自动报上级。",
        "派给这一家", "先不派", "已派给{unit}", _dispatch, forms.Dispatch, "send",
    ),
    "publish": StaffAct(
        "publish", "放到公开认领", "把单 {no} 放到公开认领？",
        "心愿墙上只公布对外文字，党员和单位都可以认领。",
        "放到公开认领", "先不放", "已放到公开认领", _do(services.publish_order), icon="hand-stop",
    ),
    "republish": StaffAct(
        "republish", "重新公开", "重新公开单 {no}？", "先打电话问过居民还要办，再放回心愿墙。",
        "重新公开", "先不公开", "已重新公开", _do(services.republish_order), forms.Republish, "refresh",
    ),
    "merge": StaffAct(
        "merge", "核对合并", "把单 {no} 合并到哪一单？",
        "合并后两家居民都会收到同样的答复，查询码照旧能用；并错了可以分开。",
        "合并", "先不合并", "已合并", _do(services.merge_order), forms.Merge, "git-merge",
    ),
    "transfer": StaffAct(
        "transfer", "转办…", "把单 {no} 转给别处办？",
        "单号和查询码不变，居民看得到转给了谁。转到外面的，由社区按时去问结果；交给乡镇（街道）的，由乡镇（街道）接着派单。",
        "转办", "先不转", "已转办", _transfer, forms.Transfer, "external-link",
    ),
    "transfer_done": StaffAct(
        "transfer_done", "转办结果", "单 {no} 问到什么结果？", "谁先接的谁问到底。问到的情况居民看得到。",
        "记下结果", "先不记", "转办结果记下了", _outcome, forms.TransferOutcome, "message-circle",
    ),
    "hand_down": StaffAct(
        "hand_over", "交回社区…", "把单 {no} 交回社区办？", "社区会收到一条通知，时限从现在重新算。",
        "交回社区", "先不交", "已交回社区", _hand_down, forms.HandDown, "arrow-back-up",
        ready=lambda o, now, s: o.at_township and o.state in ("submitted", "verified", "expired"),
    ),
    "recall": StaffAct(
        "recall", "收回改派…", "收回单 {no}，另派别人？", "原来承办的单位和党员会收到一条通知，这一单回到待派单。",
        "收回", "先不收回", "已收回，请另派", _do(services.recall_order), forms.Recall,
        "arrow-back-up", True, ready=lambda o, now, s: o.state != "transferred",
    ),
    "answer_cannot": StaffAct(
        "answer_cannot", "答复办不了…", "答复居民：单 {no} 办不了？",
        "居民会看到理由，不同意可以请社区再办。计入办结，不算解决。",
        "答复居民，办结", "再想想", "已答复居民办不了", _do(services.answer_cannot), forms.AnswerCannot,
        "x", True,
    ),
    "unmerge": StaffAct(
        "unmerge", "分开办…", "把单 {no} 分开来单独办？", "回到待核实，居民看得到为什么分开。",
        "分开办", "先不分", "已分开，请核实", _do(services.unmerge_order), forms.Unmerge, "git-merge",
    ),
    "reject": StaffAct(
        "reject", "不受理…", "不受理单 {no}？", "理由只告诉提出的居民，不对外公布。",
        "不受理这一单", "先不办", "已告知居民不受理", _do(services.reject_order), forms.Reject, "x", True,
    ),
    "start": StaffAct(
        "start", "代党员开始服务", "单 {no} 已经开始服务了？", "党员已经到场或已经动手，由您代记。",
        "开始服务", "还没开始", "已记开始服务", _for_member(services.start_order), icon="walk",
        ready=_open,
    ),
    "report_done": StaffAct(
        "report_done", "代党员报办完", "单 {no} 办完了？", "时长按开始到结束扣掉休息算，路上不算。",
        "办完了", "还没办完", "已记办完，等居民确认", _report_done, forms.ReportDone, "clipboard-check",
        ready=_open,
    ),
    "cannot_do": StaffAct(
        "cannot_do", "办不了…", "单 {no} 办不了？", "退回社区，由社区改派或答复居民。",
        "办不了", "先不退", "已退回社区", _for_member(services.cannot_do_order), forms.CannotDo, "x", True,
    ),
    "extend": StaffAct(
        "extend", "同意延期…", "同意单 {no} 延期？", "只能延一次，不超过原来的时限。承办打电话来说的，也在这里记。",
        "同意延期", "先不同意", "已同意延期", _do(services.extend_order), forms.Extend, "hourglass",
        ready=_may_extend,
    ),
    "refuse_extension": StaffAct(
        "refuse_extension", "不同意延期…", "不同意单 {no} 延期？", "原来的时限不变，申请的人会收到一条通知。",
        "不同意延期", "再想想", "已答复不同意延期", _do(services.refuse_extension),
        forms.RefuseExtension, "x", ready=_extension_asked,
    ),
    "callback": StaffAct(
        "confirm", "打电话回访", "居民怎么说单 {no}？", "照居民的话选，不替居民说好话。",
        "记下居民的话", "先不记", "已记下居民的话", _call_back, forms.CallBack, "phone-call",
        ready=_may_speak,
    ),
    "call": StaffAct(
        "call", "没打通", "单 {no} 这次没打通？", "隔几个小时再打才算一次，分两天打满三次都没打通，才能按没有答复办结。",
        "记一次没打通", "先不记", "已记一次没打通", _do(services.log_call), forms.Call, "phone",
        ready=lambda o, now, s: o.state == "done_reported",
    ),
    "unreachable": StaffAct(
        "unreachable", "联系不上，办结…", "单 {no} 按没有答复办结？",
        "没有答复不算好评，也不算差评；不记服务记录。",
        "按没有答复办结", "再打打看", "已按没有答复办结", _do(services.close_unreachable),
        icon="phone", danger=True, ready=_unreachable,
    ),
    "reopen": StaffAct(
        "reopen", "居民说没办好…", "单 {no} 退回重办？", "会退回原来办的人，第二次同时报镇（街道）。",
        "退回重办", "先不退", "已退回重办", _for_resident(services.reopen_order), forms.Reopen,
        "refresh", ready=_may_reopen,
    ),
    "ask_again": StaffAct(
        "ask_again", "居民请再办…", "单 {no} 请社区再办？", "回到社区重新安排，第二次同时报镇（街道）。",
        "接着办", "先不办", "已回到社区，接着办", _for_resident(services.ask_again), forms.AskAgain,
        "refresh", ready=_may_speak,
    ),
    "rate": StaffAct(
        "rate", "代居民评价", "居民给单 {no} 打几分？", "照居民的话记。居民不评就空着，到期记为未评。",
        "记下评价", "先不记", "已记下评价", _rate, forms.Rate, "star",
    ),
    "question_mark": StaffAct(
        "question_mark", "核对评价…", "核对居民给单 {no} 的评价？",
        "核对期间，这个分不算满意率，也不计分。由没有参与的同事来定，一个评价只核对一次。",
        "提出核对", "先不核对", "已提出核对评价", _do(services.question_mark),
        forms.QuestionMark, "search", ready=lambda o, now, s: may_question(o, now),
    ),
    "decide_mark": StaffAct(
        "keep_mark", "核对评价", "单 {no} 的评价核对得怎么样？",
        "问过居民和承办的人再定。照算的，和没有核对过一样；不算数的，不算满意率，也不计分。",
        "核对好了", "还没有核对好", "评价核对好了", _decide_mark, forms.DecideMark, "search",
    ),
    "pause": StaffAct(
        "pause", "时限暂停…", "暂停单 {no} 的时限？", "暂停的时间不算超时，到日子自动续计。",
        "暂停时限", "先不暂停", "时限已暂停", _do(services.pause_order), forms.Pause, "player-pause",
        ready=_open,
    ),
    "resume": StaffAct(
        "resume", "恢复计时", "恢复单 {no} 的计时？", "剩下多少时间，还是多少时间。",
        "恢复计时", "先不恢复", "已恢复计时", _do(services.resume_order), icon="player-play",
        ready=lambda o, now, s: o.paused_at is not None,
    ),
    "withdraw": StaffAct(
        "withdraw", "居民撤回…", "撤回单 {no}？", "撤回后不再派出，接了单的人会收到一条通知。居民看得到是社区代撤的、为什么，可以请再办。",
        "撤回这一单", "先不撤回", "已撤回", _do(services.withdraw_order), forms.Withdraw,
        "arrow-back-up", True,
    ),
    "thank": StaffAct(
        "thank", "公布感谢的话", "公布居民感谢的话？", "居民同意公开了。只公布您核过的文字，不写姓名、门牌；空着保存，就从心愿墙上取下。",
        "保存", "先不公布", "感谢的话保存好了", _do(services.thank_order), forms.Thank, "heart",
        ready=lambda o, now, s: o.rating_public,
    ),
    "note": StaffAct(
        "note", "补记一条", "给单 {no} 补记一条？", "补记的话留在经过里，不改状态和时限。",
        "补记", "先不记", "已补记", _do(services.add_note), forms.Note, "note",
    ),
}  # fmt: skip
# Shown as buttons where nothing is the actor's turn.
QUICK = (
    "start", "report_done", "extend", "resume", "callback", "reopen", "ask_again", "recall",
    "unmerge",
)  # fmt: skip
# What stands in the work panel; everything else possible is in the 更多 menu.
PANEL = {
    "submitted": "verify",
    "verified": "dispatch",
    "published": "dispatch",
    "expired": "republish",
    "transferred": "transfer_done",
    "done_reported": "callback",
    "confirmed": "rate",
    "closed": "thank",
    "mark_check": "decide_mark",
}


def panel_of(order: Order, now: datetime) -> str:
    """The event whose form stands in the work panel, or ""."""
    if _extension_asked(order, now, {}):
        return "extend"
    return PANEL.get(order.state, "")

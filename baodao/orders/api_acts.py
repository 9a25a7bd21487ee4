"""The acts on one order over the API: POST /orders/{id}/acts/{act}."""

from typing import Any
from uuid import UUID

from ninja import Router
from pydantic import Field

from baodao.acts.actor import Actor
from baodao.acts.writing import Done
from baodao.api.acts import Table, add_acts, once_only
from baodao.api.shapes import (
    Code,
    Day,
    Input,
    Instant,
    Line,
    Words,
    one_of,
)
from baodao.core.errors import Invalid
from baodao.orders import rules, services
from baodao.orders.models import Order
from baodao.orders.plans import Stretch
from baodao.tokens.auth import ONE_ACT

router = Router(tags=["点单"])


class Verify(Input):
    title: Line
    category: Code
    urgency: one_of(rules.URGENCIES) = "normal"  # type: ignore[valid-type]
    seen_how: one_of(("", *rules.SEEN_HOW)) = ""  # type: ignore[valid-type]
    note: Words = ""
    consent_public: bool | None = None


class Edit(Input):
    title: Line
    seen_how: one_of(("", *rules.SEEN_HOW)) = ""  # type: ignore[valid-type]
    consent_public: bool | None = None


class Note(Input):
    note: Words = ""


class Reject(Input):
    reason: one_of(rules.REJECT_REASONS)  # type: ignore[valid-type]
    note: Words


class Merge(Input):
    into: UUID


class Transfer(Input):
    to: one_of(rules.TRANSFER_TO)  # type: ignore[valid-type]
    note: Words


class Said(Input):
    note: Words


class HandOver(Input):
    """`up`: to the township; else back to the community."""

    up: bool
    note: Words


class AnswerCannot(Input):
    reason: one_of(rules.CANNOT_REASONS)  # type: ignore[valid-type]
    note: Words
    told: one_of(rules.TOLD_HOW)  # type: ignore[valid-type]


class Recall(Input):
    reason: one_of(rules.RECALL_REASONS)  # type: ignore[valid-type]
    note: Words


class AskAgain(Input):
    what: Words = ""


class Withdraw(Input):
    """How the resident said so, and why."""

    how: one_of(rules.SAID_HOW)  # type: ignore[valid-type]
    note: Words


class Dispatch(Input):
    unit: UUID
    note: Words = ""


class Return(Input):
    reason: one_of(rules.RETURN_REASONS)  # type: ignore[valid-type]
    note: Words


class Assign(Input):
    member: UUID
    note: Words = ""


class Decline(Input):
    reason: one_of(rules.DECLINE_REASONS)  # type: ignore[valid-type]
    note: Words = ""


class ReportDone(Input):
    """From when to when; travel does not count. For the order's own member."""

    start: Instant
    end: Instant
    break_minutes: int = Field(0, ge=0, le=480)
    note: Words


class CannotDo(Input):
    reason: one_of(rules.CANNOT_REASONS)  # type: ignore[valid-type]
    note: Words


class Extension(Input):
    """In hours: whole days but for danger and urgent orders."""

    hours: int = Field(ge=1, le=15 * 24)
    note: Words


class Confirm(Input):
    """What the resident said, and how they were asked."""

    result: one_of(("solved", "partly", "not_solved", "cannot"))  # type: ignore[valid-type]
    how: one_of(("call", "desk")) = "call"  # type: ignore[valid-type]
    note: Words = ""


class Reopen(Input):
    result: one_of(("partly", "not_solved"))  # type: ignore[valid-type]
    what: Words = ""


class Rate(Input):
    rating: int = Field(ge=1, le=5)
    text: Words = ""
    public: bool = False
    how: one_of(("call", "desk")) = "call"  # type: ignore[valid-type]


class Pause(Input):
    until: Day
    reason: Words


class Remark(Input):
    text: Words
    audience: one_of(("staff", "unit", "requester")) = "staff"  # type: ignore[valid-type]


def _dispatch(*, unit: UUID, **given: Any) -> Done:
    return services.dispatch_order(unit_id=unit, **given)


def _assign(*, member: UUID, **given: Any) -> Done:
    return services.assign_order(member_id=member, **given)


def _report_done(
    *,
    actor: Actor,
    order_id: UUID,
    start: Any,
    end: Any,
    break_minutes: int,
    **given: Any,
) -> Done:
    """By the member for themselves; by unit or community for the order's member."""
    member_id, unit_id = actor.member_id, actor.unit_id
    if actor.role != "member":
        found = Order.objects.filter(pk=order_id).values_list("member", "member__unit")
        member_id, unit_id = found.first() or (None, None)
    if member_id is None:
        raise Invalid("还没有党员接这一单，不能记服务。请先由单位派给党员。")
    try:
        return services.report_done(
            actor=actor, order_id=order_id,
            stretches=[Stretch(member_id, unit_id, start, end, break_minutes)], **given,
        )  # fmt: skip
    except Invalid as error:
        names = {"start_at": "start", "end_at": "end"}
        fields = {names.get(k, k): v for k, v in error.fields.items()}
        raise Invalid(error.message, fields=fields) from error


ACTS: Table = {
    "verify": ("核实", Verify, services.verify_order),
    "edit": ("改对外文字", Edit, once_only(services.edit_order)),
    "reject": ("不受理", Reject, services.reject_order),
    "merge": ("合并", Merge, services.merge_order),
    "unmerge": ("分开办", Note, services.unmerge_order),
    "publish": ("放到公开认领", None, services.publish_order),
    "republish": ("重新公开", Note, services.republish_order),
    "dispatch": ("派单", Dispatch, _dispatch),
    "transfer": ("转办", Transfer, services.transfer_order),
    "transfer_news": ("问过转办进展", Said, services.transfer_news),
    "transfer_done": ("转办结果：对方办好了", Said, services.transfer_done),
    "hand_over": ("交给上级或交回社区", HandOver, services.hand_over_order),
    "answer_cannot": ("答复办不了", AnswerCannot, services.answer_cannot),
    "recall": ("收回改派", Recall, services.recall_order),
    "claim": ("党员认领", None, services.claim_order),
    "unit_claim": ("单位认领", None, once_only(services.unit_claim_order)),
    "release": ("退回公开认领", Decline, services.release_order),
    "unit_accept": ("单位接单", None, services.unit_accept_order),
    "return": ("单位退回", Return, services.return_order),
    "assign": ("派给党员", Assign, _assign),
    "accept": ("党员接单", None, services.accept_order),
    "decline": ("接不了", Decline, services.decline_order),
    "hand_back": ("交回单位", Decline, services.hand_back_order),
    "start": ("开始服务", None, services.start_order),
    "report_done": ("办完了", ReportDone, _report_done),
    "cannot_do": ("办不了", CannotDo, services.cannot_do_order),
    "ask_extension": ("申请延期", Extension, services.ask_extension),
    "extend": ("同意延期", Extension, services.extend_order),
    "refuse_extension": ("不同意延期", Note, services.refuse_extension),
    "call": ("打电话没接通", Note, services.log_call),
    "confirm": ("居民确认", Confirm, services.confirm_order),
    "unreachable": ("联系不上", None, services.close_unreachable),
    "reopen": ("重新办理", Reopen, services.reopen_order),
    "rate": ("代居民评价", Rate, services.rate_order),
    "ask_again": ("居民请再办", AskAgain, services.ask_again),
    "withdraw": ("居民撤回", Withdraw, services.withdraw_order),
    "pause": ("时限暂停", Pause, services.pause_order),
    "resume": ("恢复计时", None, services.resume_order),
    "note": ("补记", Remark, services.add_note),
}

add_acts(router, "orders", "order_id", ACTS, ONE_ACT)

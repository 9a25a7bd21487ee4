"""Points given to a published wish (domain 7.6), and what is written off when a record
was taken back after its prize was fetched (domain 8.17): asked for by the secretary,
decided by the township. Errors as in `redeeming`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create, repeated
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.notifications.services import message, send
from baodao.orders.models import Order
from baodao.places.rules import COMMUNITY, TOWNSHIP
from baodao.shop import ledger, rules
from baodao.shop.models import Donation, Wallet

MOST = 1000  # tenths at once


def community_path(path: str) -> str:
    return "/".join(path.split("/")[:COMMUNITY]) + "/"


def give(
    *, actor: Actor, order_id: UUID, tenths: int, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """A member gives points to a wish that is published in their township. Errors:
    tenths."""
    at = now or clock_now()
    if done := repeated(actor, "donations.give", client_id):
        return done
    own = actor.member_id
    wallet = (
        Wallet.objects.select_related("member").filter(member_id=own).first()
        if own
        else None
    )
    order = Order.objects.filter(pk=order_id).first()
    if wallet is None or order is None or not _near(wallet, order):
        raise NotFound
    if wallet.member.duty_status == "left":
        raise Conflict(rules.LEFT)
    if order.state != "published":
        raise Conflict("这个心愿已经有人接了。请另选一个。")
    with transaction.atomic():
        wallet = ledger.lock(wallet.pk)
        if done := repeated(actor, "donations.give", client_id):
            return done
        if not 0 < tenths <= min(wallet.tenths, MOST):
            most = rules.said(max(0, min(wallet.tenths, MOST)))
            raise Invalid(fields={"tenths": f"请填0到{most}分之间的数，如 1 或 0.5。"})
        d = Donation(
            wallet=wallet, member_id=wallet.member_id, order=order, path=order.path,
            tenths=tenths, given_at=at,
        )  # fmt: skip
        done = create(actor, "donations.give", d, now=at, client_id=client_id)
        ledger.move(actor, "give", wallet, wallet.purse.give(tenths), at, donation=d)
        send([
            message(
                event_id=done.event_id, title="有党员把积分转赠给一个心愿",
                text=f"“{order.title}”收到{rules.said(tenths)}分。请看一看、答谢一句。",
                url=reverse("shop:donations"), role="community_worker",
                path=community_path(order.path),
            )
        ])  # fmt: skip
    return done


def _near(wallet: Wallet, order: Order) -> bool:
    """A wish of the same township: what the member may see on the list."""
    town = "/".join(wallet.path.split("/")[:TOWNSHIP]) + "/"
    return order.kind in ("wish", "dream") and order.path.startswith(town)


def thank(
    *, actor: Actor, donation_id: UUID, text: str, now: datetime | None = None
) -> Done:
    """The community's word of thanks, which the member reads. Errors: text."""
    d = (
        Donation.objects.select_related("member", "order")
        .filter(pk=donation_id)
        .first()
    )
    if d is None:
        raise NotFound
    at, text = now or clock_now(), text.strip()
    require(actor, "donations.thank", d)
    if not text or len(text) > 200:
        raise Invalid(fields={"text": "请写一句答谢的话，最多200字。"})
    if found := private_numbers(text):
        raise Invalid(fields={"text": f"里面有{'、'.join(found)}，请去掉。"})
    write = Write(set={"thanks": text, "thanked_at": at, "thanked_name": actor.name})
    with transaction.atomic():
        done = act(actor, "donations.thank", d.pk, lambda row: write, now=at)
        send([
            message(
                event_id=done.event_id, title="社区谢谢您的转赠", text=text,
                url=reverse("shop:mine"), person_id=d.member.person_id,
            )
        ])  # fmt: skip
    return done


# --- below zero -------------------------------------------------------------------------------


def wallet_of(pk: UUID) -> Wallet:
    """Raises NotFound."""
    found = Wallet.objects.select_related("member__person").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


NOT_ASKED: dict[str, Any] = {
    "asked_at": None, "asked_by": None, "asked_name": "", "ask_reason": "",
    "asked_tenths": 0,
}  # fmt: skip


def _locked(actor: Actor, event: str, wallet_id: UUID) -> Wallet:
    """The wallet under its lock; nobody asks for their own or decides about it. Call
    inside `atomic`."""
    w = wallet_of(wallet_id)
    require(actor, f"wallets.{event}", w)
    if w.member.person_id == actor.person_id:
        raise Forbidden(rules.OWN_WALLET)
    return ledger.lock(wallet_id)


def ask_write_off(
    *, actor: Actor, wallet_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """The first of two: the secretary asks the township to forgo what is below zero.
    When that has changed since, they ask anew. Errors: reason."""
    at = now or clock_now()
    with transaction.atomic():
        w = _locked(actor, "ask_write_off", wallet_id)
        if w.tenths >= 0:
            raise Conflict("积分不是负数，不用核销。")
        if w.is_asked:
            raise Conflict("已经提出过了，等乡镇（街道）来定。")
        if not reason.strip():
            raise Invalid(fields={"reason": "请写为什么核销。"})
        if found := private_numbers(reason):
            raise Invalid(fields={"reason": f"里面有{'、'.join(found)}，请去掉。"})
        write = Write(
            set={
                "asked_at": at, "asked_by": actor.person_id, "asked_name": actor.name,
                "ask_reason": reason.strip(), "asked_tenths": -w.tenths,
            },
            notes=[("staff", reason)],
        )  # fmt: skip
        done = act(actor, "wallets.ask_write_off", w.pk, lambda row: write, now=at)
        town = "/".join(w.path.split("/")[:TOWNSHIP]) + "/"
        send([
            message(
                event_id=done.event_id, title="有一笔积分负数要核销", text=reason[:200],
                url=reverse("shop:wallet", args=[w.pk]), role="township_party", path=town,
            )
        ])  # fmt: skip
    return done


def write_off(*, actor: Actor, wallet_id: UUID, now: datetime | None = None) -> Done:
    """The second: the township sets the wallet to zero, if it is where it was when the
    secretary asked."""
    at = now or clock_now()
    with transaction.atomic():
        w = _locked(actor, "write_off", wallet_id)
        if w.asked_at is None:
            raise Conflict("要社区书记先提出，再由乡镇（街道）核销。")
        if w.asked_by == actor.person_id:
            raise Forbidden(rules.WALLET_MESSAGES["write_off"])
        if w.tenths >= 0:
            raise Conflict("积分已经不是负数，不用核销了。")
        if not w.is_asked:
            raise Conflict("提出以后积分又变了。请书记按现在的数再提出。")
        purse, moved = w.purse.write_off()
        write = Write(
            set={**ledger.columns(purse), **NOT_ASKED},
            data={"tenths": moved[0].tenths},
            adds=ledger.entries(w, "write_off", moved, today(at), at),
        )
        done = act(actor, "wallets.write_off", wallet_id, lambda row: write, now=at)
        _tell(w, done.event_id, "积分负数核销了", "现在是0分，可以再积、再兑换。")
    return done


def refuse_write_off(
    *, actor: Actor, wallet_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """It stays below zero, and why. Errors: reason."""
    at = now or clock_now()
    with transaction.atomic():
        w = _locked(actor, "refuse_write_off", wallet_id)
        if not reason.strip():
            raise Invalid(fields={"reason": "请写为什么不核销，社区看得到。"})
        if w.asked_at is None:
            raise Conflict("没有等您定的核销。请看一下最新的情况。")
        write = Write(set=dict(NOT_ASKED), notes=[("staff", reason)])
        done = act(actor, "wallets.refuse_write_off", w.pk, lambda row: write, now=at)
        send([
            message(
                event_id=done.event_id, title="积分负数没有核销", text=reason[:200],
                url=reverse("shop:wallet", args=[w.pk]), role="community_secretary",
                path=community_path(w.path),
            )
        ])  # fmt: skip
    return done


def _tell(w: Wallet, event_id: UUID, title: str, text: str) -> None:
    send([
        message(
            event_id=event_id, title=title, text=text, url=reverse("shop:mine"),
            person_id=w.member.person_id,
        )
    ])  # fmt: skip

"""A member's redemption, from the request to the piece in the hand (A20, A21): asked
for, laid ready, handed over by two people, or given back. From the request on points
and one piece are set aside, so that nobody is promised what is gone. Locks are taken in
one order: wallet, then prize. Errors: NotFound outside one's scope, Forbidden inside it,
Conflict for the wrong moment, Invalid with the field."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import SYSTEM, Actor, consequence_of
from baodao.acts.engine import act, create, repeated
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.people.models import Member
from baodao.people.queries import on_roster
from baodao.places.calendars import ground
from baodao.places.rules import COMMUNITY
from baodao.places.values import WEEKDAYS
from baodao.shop import ledger, rules
from baodao.shop.models import Prize, Redemption, Shop, StockMove, Wallet
from baodao.shop.serving import (
    group_of,
    home_of,
    settings_at,
    shop_for,
    taken_in_quarter,
)
from baodao.ui.words import cdate


def redemption_of(pk: UUID) -> Redemption:
    """Raises NotFound."""
    related = ("shop", "prize", "wallet", "member__person")
    found = Redemption.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _member(pk: UUID | None) -> Member:
    related = ("person", "unit", "wallet")
    found = (
        Member.objects.select_related(*related).filter(pk=pk).first() if pk else None
    )
    if found is None:
        raise NotFound
    return found


def lock_prize(pk: UUID) -> Prize:
    """Nobody else takes a piece of it until this transaction ends. Raises NotFound."""
    found = Prize.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _prize(actor: Actor, event: str, prize: Prize, held: int, out: StockMove | None = None,
           at: datetime | None = None) -> None:  # fmt: skip
    """What follows for the stock: `held` pieces more or less set aside; one that went."""
    write = Write(
        set={"held": prize.held + held, "stock": prize.stock + (out.n if out else 0)},
        adds=[out] if out else [],
    )
    act(consequence_of(actor), f"prizes.{event}", prize.pk, lambda row: write, now=at)


# --- asked for ------------------------------------------------------------------------------


def request(
    *, actor: Actor, prize_id: UUID, member_id: UUID | None = None,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Ask for one piece, for oneself or (staff, `member_id`) for a member who has no
    phone at hand. Raises Conflict with why it cannot be."""
    if done := repeated(actor, "redemptions.request", client_id):
        return done
    at = now or clock_now()
    own = actor.member_id is not None and actor.role == "member"
    member = _member(actor.member_id if own else member_id)
    prize = Prize.objects.select_related("shop").filter(pk=prize_id).first()
    shop = shop_for(home_of(member))
    if prize is None or shop is None or prize.shop_id != shop.pk:
        raise NotFound
    # Judged before anything is said of the wallet.
    place = {"path": shop.path, "home_path": home_of(member), "member_id": member.pk}
    require(actor, "redemptions.request", place)
    by = actor if own else actor.for_someone(member.person.name)
    if not hasattr(member, "wallet"):
        raise Conflict("还没有积分。服务经社区确认后会计入积分。")
    with transaction.atomic():
        wallet = ledger.lock(member.wallet.pk)
        # The first try may have been at it a moment ago.
        if done := repeated(actor, "redemptions.request", client_id):
            return done
        r = _asked(by, member, wallet, shop, prize_id, at)
        done = create(by, "redemptions.request", r, now=at, client_id=client_id)
        ledger.move(
            by, "hold", r.wallet, r.wallet.purse.hold(r.tenths), at, redemption=r
        )
        _prize(by, "hold", r.prize, 1, at=at)
        send(_to_desk(r, done.event_id, f"有人要兑换“{r.prize}”"))
    return done


def _asked(
    actor: Actor, member: Member, wallet: Wallet, shop: Shop, prize_id: UUID,
    at: datetime,
) -> Redemption:  # fmt: skip
    """The row, judged under the locks of wallet and prize."""
    prize = lock_prize(prize_id)
    # Places may have changed while this waited.
    shop.refresh_from_db(fields=["state", "path"])
    member.refresh_from_db(fields=["residence_path", "point_path", "duty_status"])
    away = shop.state == "merged" or not home_of(member).startswith(shop.path)
    if away or prize.shop_id != shop.pk:
        raise Conflict("积分超市刚有变动。请返回，重新打开再申请。")
    set_, day = settings_at(shop.path), today(at)
    if member.duty_status == "left":
        raise Conflict(rules.LEFT)
    if prize.state != "offered":
        raise Conflict("这一样已经下架了。请换一样。")
    if why := rules.why_not(
        group=group_of(member), who=set_["shop.who"], tenths=wallet.tenths,
        needs=prize.tenths, taken=taken_in_quarter(member.pk, day),
        most=set_["shop.per_quarter"], left=prize.left, is_open=shop.state == "open",
    ):  # fmt: skip
        raise Conflict(why)
    due = ground(shop.path).calendar.add_workdays(at, set_["shop.answer_days"])
    return Redemption(
        shop=shop, prize=prize, wallet=wallet, member=member, person_id=member.person_id,
        path=shop.path, home_path=home_of(member), tenths=prize.tenths, fen=prize.fen,
        requested_at=at, requested_by="" if actor.role == "member" else actor.name,
        due_at=due,
    )  # fmt: skip


# --- laid ready and handed over ---------------------------------------------------------------


def reserve(*, actor: Actor, redemption_id: UUID, now: datetime | None = None) -> Done:
    """It lies ready; the member may come for it until a day."""
    r, at = redemption_of(redemption_id), now or clock_now()
    require(actor, "redemptions.reserve", r)
    days: int = settings_at(r.path)["shop.reserve_days"]
    until = today(at) + timedelta(days=days)
    write = Write(set={"reserved_at": at, "hold_until": until})
    with transaction.atomic():
        ledger.lock(r.wallet_id)
        done = act(actor, "redemptions.reserve", r.pk, lambda row: write, now=at)
        text = f"{cdate(until, today(at))}前来领：{r.shop.where}，{hours(r.shop)}。"
        send([_to_member(r, done.event_id, f"“{r.prize}”备好了", text)])
    return done


def witness(*, actor: Actor, redemption_id: UUID, now: datetime | None = None) -> Done:
    """The second person, signed in, is there when it is handed over."""
    r, at = redemption_of(redemption_id), now or clock_now()
    require(actor, "redemptions.witness", r)
    write = Write(
        set={"second_by": actor.person_id, "second_name": actor.name, "second_at": at}
    )
    with transaction.atomic():
        ledger.lock(r.wallet_id)
        return act(actor, "redemptions.witness", r.pk, lambda row: write, now=at)


def hand_over(
    *, actor: Actor, redemption_id: UUID, second_name: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Into the member's hands, by two: the operator, and who has said so the same day
    (`witness`) or signed the paper (`second_name`). Errors: second_name."""
    r, at = redemption_of(redemption_id), now or clock_now()
    require(actor, "redemptions.hand_over", r)
    with transaction.atomic():
        wallet = ledger.lock(r.wallet_id)
        prize = lock_prize(r.prize_id)
        r.refresh_from_db(fields=["state", "second_by", "second_name", "second_at"])
        rules.FLOW.step(r.state, "hand_over")
        if r.member.duty_status == "left":
            raise Conflict(rules.LEFT)
        second = _second(actor, r, second_name, today(at))
        write = Write(
            set={
                "handed_at": at, "handed_by": actor.person_id, "handed_name": actor.name,
                **second,
            }
        )  # fmt: skip
        done = act(actor, "redemptions.hand_over", r.pk, lambda row: write, now=at)
        ledger.move(
            actor, "spend", wallet, wallet.purse.spend(r.tenths), at, redemption=r
        )
        out = StockMove(
            prize=prize, kind="out", n=-1, at=at, by_name=actor.name,
            second_name=str(second["second_name"]), redemption=r,
        )  # fmt: skip
        _prize(actor, "give", prize, -1, out, at)
    return done


def _second(actor: Actor, r: Redemption, typed: str, day: date) -> dict[str, object]:
    there = r.second_by is not None and r.second_at and today(r.second_at) == day
    if there and r.second_by != actor.person_id and not typed.strip():
        return {"second_by": r.second_by, "second_name": r.second_name}
    if wrong := rules.second_person(typed, actor.name, r.member.person.name):
        raise Invalid(fields={"second_name": wrong})
    if not on_roster(r.path, typed.strip()):
        raise Invalid(fields={"second_name": rules.UNKNOWN})
    return {"second_by": None, "second_name": typed.strip()}


# --- given back -------------------------------------------------------------------------------


def cancel(
    *, actor: Actor, redemption_id: UUID, reason: str = "", now: datetime | None = None
) -> Done:
    """It is not redeemed after all: the member may say so without a reason, staff give
    one. Errors: reason."""
    r, at = redemption_of(redemption_id), now or clock_now()
    require(actor, "redemptions.cancel", r)
    if actor.role != "member" and not reason.strip():
        raise Invalid(fields={"reason": "请写为什么取消，本人看得到。"})
    if found := private_numbers(reason):
        raise Invalid(fields={"reason": f"里面有{'、'.join(found)}，请去掉。"})
    with transaction.atomic():
        wallet = ledger.lock(r.wallet_id)
        done = cancel_locked(actor, r, wallet, reason.strip(), at)
    return done


def cancel_locked(
    actor: Actor, r: Redemption, wallet: Wallet, reason: str, at: datetime
) -> Done:
    """The same, with the wallet locked already: points and piece go back."""
    said = REASONS.get(reason, reason)
    done = _back(actor, "cancel", r, wallet, said, at)
    if actor.role != "member":
        text = f"{said}积分退回了。" if said.endswith("。") else f"{said}。积分退回了。"
        send([_to_member(r, done.event_id, f"“{r.prize}”的兑换取消了", text)])
    return done


REASONS = {
    "points_taken_back": "有服务记录被更正，积分不够了",
    "left": "离开本地区",
}


def _back(
    actor: Actor, event: str, r: Redemption, wallet: Wallet, reason: str, at: datetime
) -> Done:
    prize = lock_prize(r.prize_id)
    write = Write(set={"ended_at": at, "reason": reason})
    done = act(actor, f"redemptions.{event}", r.pk, lambda row: write, now=at)
    ledger.move(actor, "free", wallet, wallet.purse.free(r.tenths), at, redemption=r)
    _prize(actor, "free", prize, -1, at=at)
    return done


def expire(redemption_id: UUID, now: datetime | None = None) -> Done:
    """Nobody came for it in time: points and piece go back."""
    r, at = redemption_of(redemption_id), now or clock_now()
    with transaction.atomic():
        wallet = ledger.lock(r.wallet_id)
        done = _back(SYSTEM, "expire", r, wallet, "过了来领的日子", at)
        send([_to_member(r, done.event_id, f"“{r.prize}”没来领，退回了", "积分退回了，可以再申请。")])  # fmt: skip
    return done


# --- whom it is told --------------------------------------------------------------------------


def hours(shop: Shop) -> str:
    """星期三、星期六 10:00–12:00."""
    days = "、".join(WEEKDAYS[d] for d in sorted(shop.weekdays))
    return f"{days} {shop.opens}–{shop.closes}"


def desks(shop: Shop) -> list[str]:
    """The roles at whose desk a shop is."""
    if shop.place.level == COMMUNITY:
        return ["community_worker", "practice_center"]
    return ["practice_center", "township_party"]


def _to_desk(r: Redemption, event_id: UUID, title: str) -> list[Message]:
    url = reverse("shop:redemption", args=[r.pk])
    text = f"志愿者编号 {r.member.volunteer_no}。请备货，备好后点“备好了”。"
    return [
        message(
            event_id=event_id, title=title, text=text, url=url, role=role, path=r.path
        )
        for role in desks(r.shop)
    ]  # fmt: skip


def _to_member(r: Redemption, event_id: UUID, title: str, text: str) -> Message:
    url = reverse("shop:my_redemption", args=[r.pk])
    return message(
        event_id=event_id, title=title, text=text, url=url, person_id=r.person_id
    )

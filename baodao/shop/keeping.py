"""Keeping a shop (A20): setting it up, its prizes and their stock, and the rules of how
points come. A count is done by two people; what is written is never changed. Errors:
NotFound outside one's scope, Forbidden inside it, Conflict for the wrong moment, Invalid
with the field."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import Row, act, create, repeated
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.people.queries import on_roster
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY, TOWNSHIP
from baodao.shop import rules
from baodao.shop.models import EarnRule, Prize, Shop, StockMove
from baodao.shop.redeeming import lock_prize
from baodao.shop.serving import settings_at
from baodao.ui.words import yuan

BACKFILL = "shop.backfill"
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Said(NamedTuple):
    """What is said of a shop: the columns of its form."""

    name: str
    where: str
    weekdays: Sequence[int]
    opens: str
    closes: str


def shop_of(pk: UUID) -> Shop:
    """Raises NotFound."""
    found = Shop.objects.select_related("place").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _checked(said: Said) -> dict[str, Any]:
    wrong = {}
    if not said.name.strip():
        wrong["name"] = "请写名称。"
    if not said.where.strip():
        wrong["where"] = "请写在哪里，党员要来领。"
    if not said.weekdays:
        wrong["weekdays"] = "一周至少开门一天。"
    if not (_CLOCK.fullmatch(said.opens) and _CLOCK.fullmatch(said.closes)):
        wrong["opens"] = "时间写成 10:00 这样。"
    elif said.opens >= said.closes:
        wrong["closes"] = "关门要比开门晚。"
    if found := private_numbers(f"{said.name} {said.where}"):
        wrong["where"] = f"里面有{'、'.join(found)}，请去掉。"
    if wrong:
        raise Invalid(fields=wrong)
    return {
        "name": said.name.strip(), "where": said.where.strip(),
        "weekdays": sorted(set(said.weekdays)), "opens": said.opens,
        "closes": said.closes,
    }  # fmt: skip


def set_up(
    *, actor: Actor, said: Said, earns_from: date | None = None,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """A shop at the actor's own place. Services since `earns_from` bring points, those
    of days before today as soon as the job has read them. Errors: earns_from."""
    at = now or clock_now()
    place = Place.objects.filter(path=actor.path, valid_to=None).first()
    if place is None or place.level not in (TOWNSHIP, COMMUNITY):
        raise Forbidden("积分超市由乡镇（街道）或社区设立。")
    require(actor, "shops.set_up", {"path": place.path})
    if done := repeated(actor, "shops.set_up", client_id):
        return done
    since = earns_from or today(at)
    if since > today(at) or since.year < today(at).year - 1:
        raise Invalid(fields={"earns_from": "请选去年1月1日以后、今天以前的一天。"})
    if Shop.objects.filter(place=place).exclude(state="merged").exists():
        raise Conflict("这里已经有积分超市了。请看已有的一家。")
    it = Shop(
        place=place, path=place.path, opened_on=today(at), earns_from=since,
        **_checked(said),
    )  # fmt: skip
    return create(
        actor, "shops.set_up", it, Write(job=(BACKFILL, {"shop_id": str(it.pk)})),
        now=at, client_id=client_id,
    )  # fmt: skip


def edit(
    *, actor: Actor, shop_id: UUID, said: Said, now: datetime | None = None
) -> Done:
    """Name, where it is, and when it is open."""
    require(actor, "shops.edit", shop_of(shop_id))
    write = Write(set=_checked(said))
    return act(actor, "shops.edit", shop_id, lambda row: write, now=now)


def close(*, actor: Actor, shop_id: UUID, now: datetime | None = None) -> Done:
    """No service brings points from today on. Raises Conflict while somebody waits for
    a prize."""
    s, at = shop_of(shop_id), now or clock_now()
    require(actor, "shops.close", s)
    if n := s.redemptions.filter(state__in=rules.OPEN).count():
        raise Conflict(f"还有{n}件兑换没有了结。请先发完或取消。")
    write = Write(set={"closed_on": today(at)})
    return act(actor, "shops.close", shop_id, lambda row: write, now=at)


def reopen(*, actor: Actor, shop_id: UUID, now: datetime | None = None) -> Done:
    """Open again; what was served in between brings nothing here. What was served
    before it closed and was confirmed meanwhile is read again."""
    at = now or clock_now()
    require(actor, "shops.reopen", shop_of(shop_id))

    def decide(row: Row) -> Write:
        closed, pauses = row["closed_on"], list(row["pauses"])
        if closed and closed < today(at):
            pauses.append([closed, today(at)])
        return Write(
            set={"closed_on": None, "pauses": pauses},
            job=(BACKFILL, {"shop_id": str(shop_id)}),
        )

    reads = ("closed_on", "pauses")
    return act(actor, "shops.reopen", shop_id, decide, reads=reads, now=at)


# --- prizes -----------------------------------------------------------------------------------


def prize_of(pk: UUID) -> Prize:
    """Raises NotFound."""
    found = Prize.objects.select_related("shop__place").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _prize_columns(path: str, name: str, fen: int, note: str) -> dict[str, Any]:
    """Name, value, and the points that follow from it (A21: of equal value)."""
    set_, wrong = settings_at(path), {}
    if not name.strip():
        wrong["name"] = "请写名称。"
    if rules.MONEY.search(name):
        wrong["name"] = "奖品不能是现金、卡、券一类。请换成实物。"
    if not 0 < fen <= set_["shop.prize_limit_fen"]:
        wrong["fen"] = f"一件最多值{yuan(set_['shop.prize_limit_fen'])}，也不能是0。"
    if found := private_numbers(note):
        wrong["note"] = f"里面有{'、'.join(found)}，请去掉。"
    if wrong:
        raise Invalid(fields=wrong)
    return {
        "name": name.strip(), "fen": fen, "note": note.strip(),
        "tenths": rules.price(fen, set_["shop.point_fen"]),
    }  # fmt: skip


def _named_once(shop: Shop, name: str, but: UUID | None = None) -> None:
    found = shop.prizes.filter(name=name, state="offered")
    if set(found.values_list("pk", flat=True)) - {but}:
        raise Invalid(fields={"name": "这里已经有一样同名的奖品。请到那一样里入库。"})


def add_prize(
    *, actor: Actor, shop_id: UUID, name: str, fen: int, note: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """A prize, still without a piece of it. Errors: name, fen, note."""
    if done := repeated(actor, "prizes.add", client_id):
        return done
    shop = shop_of(shop_id)
    it = Prize(shop=shop, path=shop.path, **_prize_columns(shop.path, name, fen, note))
    require(actor, "prizes.add", it)
    _named_once(shop, it.name)
    return create(actor, "prizes.add", it, now=now, client_id=client_id)


def edit_prize(
    *, actor: Actor, prize_id: UUID, name: str, fen: int, note: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """For requests from now on; open ones keep their points."""
    p = prize_of(prize_id)
    require(actor, "prizes.edit", p)
    write = Write(set=_prize_columns(p.path, name, fen, note))
    _named_once(p.shop, name.strip(), p.pk)
    return act(actor, "prizes.edit", prize_id, lambda row: write, now=now)


def withdraw(*, actor: Actor, prize_id: UUID, now: datetime | None = None) -> Done:
    """Not offered any longer; what is set aside may still be fetched."""
    require(actor, "prizes.withdraw", prize_of(prize_id))
    return act(actor, "prizes.withdraw", prize_id, now=now)


def offer(*, actor: Actor, prize_id: UUID, now: datetime | None = None) -> Done:
    """Offered again."""
    p = prize_of(prize_id)
    require(actor, "prizes.offer", p)
    _named_once(p.shop, p.name, p.pk)
    return act(actor, "prizes.offer", prize_id, now=now)


# --- stock ------------------------------------------------------------------------------------


def _move(
    actor: Actor, event: str, prize: Prize, m: StockMove, at: datetime,
    client_id: str = "",
) -> Done:  # fmt: skip
    """On a locked prize."""
    if prize.stock + m.n < prize.held:
        raise Invalid(
            fields={"n": f"有{prize.held}件已经留给申请的人，先取消那些申请再改。"}
        )
    write = Write(
        set={"stock": prize.stock + m.n}, data={"n": m.n}, adds=[m],
        reason=m.source or m.kind,
    )  # fmt: skip
    return act(
        actor, f"prizes.{event}", prize.pk, lambda row: write, now=at,
        client_id=client_id,
    )  # fmt: skip


def _clean(note: str) -> str:
    if found := private_numbers(note):
        raise Invalid(fields={"note": f"里面有{'、'.join(found)}，请去掉。"})
    return note.strip()


def take_in(
    *, actor: Actor, prize_id: UUID, n: int, source: str, giver: str, note: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Pieces that came, and from whom. Errors: n, source, giver, note."""
    at, wrong = now or clock_now(), {}
    require(actor, "prizes.take_in", prize_of(prize_id))
    if not 0 < n <= 10_000:
        wrong["n"] = "请填1到10000之间的整数。"
    if source not in rules.SOURCES:
        wrong["source"] = "请选从哪里来。"
    if not giver.strip():
        wrong["giver"] = "请写谁捐的，或哪一项经费。"
    if wrong:
        raise Invalid(fields=wrong)
    with transaction.atomic():
        prize = lock_prize(prize_id)
        if done := repeated(actor, "prizes.take_in", client_id, prize_id):
            return done
        m = StockMove(
            prize=prize, kind="in", n=n, at=at, source=source, giver=giver.strip(),
            by_name=actor.name, note=_clean(note),
        )  # fmt: skip
        return _move(actor, "take_in", prize, m, at, client_id)


def lose(
    *, actor: Actor, prize_id: UUID, n: int, note: str, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """Pieces that are broken or gone, and why. Errors: n, note."""
    at = now or clock_now()
    require(actor, "prizes.lose", prize_of(prize_id))
    if not note.strip():
        raise Invalid(fields={"note": "请写怎么损坏或丢失的。"})
    with transaction.atomic():
        prize = lock_prize(prize_id)
        if done := repeated(actor, "prizes.lose", client_id, prize_id):
            return done
        if not 0 < n <= prize.stock:
            raise Invalid(fields={"n": f"库存是{prize.stock}件，请核对。"})
        m = StockMove(
            prize=prize, kind="loss", n=-n, at=at, by_name=actor.name, note=_clean(note)
        )
        return _move(actor, "lose", prize, m, at, client_id)


def count(
    *, actor: Actor, prize_id: UUID, n: int, second_name: str, note: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """What two people counted; a difference from the book becomes a move. Errors: n,
    second_name, note."""
    at, second = now or clock_now(), second_name.strip()
    require(actor, "prizes.count", prize_of(prize_id))
    wrong = {}
    if n < 0:
        wrong["n"] = "数量不能是负数。"
    if not second or second == actor.name:
        wrong["second_name"] = "要两个人盘点。请写另一位同事的姓名。"
    elif not on_roster(actor.path or "", second):
        wrong["second_name"] = rules.UNKNOWN
    if wrong:
        raise Invalid(fields=wrong)
    with transaction.atomic():
        prize = lock_prize(prize_id)
        if done := repeated(actor, "prizes.count", client_id, prize_id):
            return done
        m = StockMove(
            prize=prize, kind="count", n=n - prize.stock, counted=n, at=at,
            by_name=actor.name, second_name=second, note=_clean(note),
        )  # fmt: skip
        return _move(actor, "count", prize, m, at, client_id)


# --- how points come --------------------------------------------------------------------------


def set_rule(
    *, actor: Actor, code: str, tenths: int, per_minutes: int, valid_from: date,
    reason: str, now: datetime | None = None,
) -> Done:  # fmt: skip
    """Another number for one rule at the actor's own place, from a day on that has not
    come yet: nothing is reckoned anew (domain 8.39). Errors: tenths, per_minutes,
    valid_from, reason."""
    day = today(now)
    place = Place.objects.filter(path=actor.path, valid_to=None).first()
    base = EarnRule.objects.filter(code=code, path="").order_by("valid_from").first()
    if place is None or base is None:
        raise NotFound
    wrong = {}
    if not 0 <= tenths <= 1000:
        wrong["tenths"] = "请填0到100分。0就是不给分。"
    if not 1 <= per_minutes <= 480:
        wrong["per_minutes"] = "请填1到480分钟。"
    if valid_from <= day:
        wrong["valid_from"] = "从明天或以后的一天起。以前得的不变。"
    if not reason.strip():
        wrong["reason"] = "请写依据，党员看得到。"
    if wrong:
        raise Invalid(fields=wrong)
    new = EarnRule(
        place=place, path=place.path, code=code, title=base.title, measure=base.measure,
        kinds=base.kinds, classes=base.classes, tenths=tenths, per_minutes=per_minutes,
        reason=reason.strip(), valid_from=valid_from,
    )  # fmt: skip
    require(actor, "earn_rules.set", new)
    with transaction.atomic():
        for old in EarnRule.objects.filter(code=code, path=place.path, valid_to=None):
            if old.valid_from >= valid_from:
                raise Invalid(
                    fields={"valid_from": f"{old.valid_from:%Y-%m-%d}起已有新的规定，请选更晚的一天。"}
                )  # fmt: skip
            ended = Write(set={"valid_to": valid_from})
            act(actor, "earn_rules.end", old.pk, lambda row, w=ended: w, now=now)  # type: ignore[misc]
        return create(actor, "earn_rules.set", new, now=now)

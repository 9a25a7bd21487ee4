"""The points shop in the demo: that of Shiquanhe town in Ali, a small one of the demo
community in Luzhou. Points by the product's own follower; prizes, redemptions in every
state, points given to wishes (A20, A21, A25)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.clock import at_local, local
from baodao.places import rules as levels
from baodao.places.models import Place, Setting
from baodao.places.settings import KEYS
from baodao.portal.demo.world import World
from baodao.shop import earning, ledger, rules
from baodao.shop.models import (
    Donation,
    Prize,
    Redemption,
    Shop,
    StockMove,
    Wallet,
)
from baodao.shop.serving import home_of

DAY = timedelta(days=1)
OPEN_DAYS = 75  # how long the shop has been open
# name, yuan, pieces, source, giver
GOODS = (
    ("毛巾", 8, 40, "budget", "党建活动经费"),
    ("牙膏", 10, 40, "donation", "爱心超市"),
    ("洗衣液", 15, 30, "donation", "供电公司"),
    ("保温杯", 25, 20, "budget", "党建活动经费"),
    ("食用油", 45, 12, "donation", "个体私营经济协会"),
    ("雨伞", 20, 15, "donation", "移动公司"),
    ("棉手套", 12, 1, "budget", "党建活动经费"),
)  # fmt: skip
THANKS = "谢谢您为心愿出的一份力。"


@dataclass
class Counter:
    """Where a demo's shop is, and who stands behind its counter."""

    w: World
    rng: random.Random
    shop: Shop
    staff: Sequence[Actor]
    today: date

    @property
    def one(self) -> Actor:
        return self.staff[0]

    @property
    def two(self) -> Actor:
        return self.staff[-1]


def build(w: World) -> int:
    """All of it; returns how many redemptions. Points come first: the records are
    written already, and followed as they are in the product."""
    ali = w.preset.code == "ali"
    place = w.places["542523100" if ali else w.preset.main]
    roles = ("township_party", "practice_center")
    if not ali:
        roles = ("community_secretary", "community_worker")
    staff = [a for r in roles for a in w.staff.get((r, place.path), [])]
    if len(staff) < 2:
        return 0
    c = Counter(
        w, w.rng("shop"), _shop(w, place, staff, ali), staff, local(w.now).date()
    )
    w.batch.flush()
    earning.backfill(c.shop.pk)
    if ali:
        _everybody(c)
    prizes = [_prize(c, *g) for g in GOODS]
    n = _redemptions(c, prizes)
    _donations(c)
    return n


def _shop(w: World, place: Place, staff: Sequence[Actor], ali: bool) -> Shop:
    opened = local(w.now).date() - OPEN_DAYS * DAY
    s = Shop(
        name="狮泉河镇党员积分超市" if ali else f"{place.name}积分超市", place=place,
        path=place.path, where="镇便民服务大厅一楼" if ali else "党群服务中心一楼",
        weekdays=[2, 5], opens="10:00", closes="12:30", opened_on=opened,
        earns_from=opened - (15 if ali else 60) * DAY,
    )  # fmt: skip
    w.create("shops.set_up", s, actor=staff[0], at=at_local(opened, time(9)))
    return s


def _everybody(c: Counter) -> None:
    """In Ali all members of the community redeem, as the source says (A21)."""
    county = c.w.above(c.shop.place, levels.COUNTY)
    desk = c.w.staff["county_org", county.path][0]
    at = at_local(c.shop.opened_on, time(9))
    key, why = "shop.who", "全体社区党员参与"
    value = list(KEYS[key].choices)
    row = Setting(
        path=c.shop.path, key=key, value=value, set_by=desk.name, reason=why, set_at=at
    )
    write = Write(data={"key": key, "value": value})
    c.w.create("settings.set", row, actor=desk, at=at, write=write)


def _prize(c: Counter, name: str, yuan: int, n: int, source: str, giver: str) -> Prize:
    at = at_local(c.shop.opened_on, time(9, 30))
    p = Prize(
        shop=c.shop, path=c.shop.path, name=name, fen=yuan * 100,
        tenths=rules.price(yuan * 100, 500),
    )  # fmt: skip
    c.w.create("prizes.add", p, actor=c.one, at=at)
    m = StockMove(
        prize=p, kind="in", n=n, at=at, source=source, giver=giver, by_name=c.one.name
    )
    c.w.act("prizes.take_in", p, Write(set={"stock": n}, adds=[m]), actor=c.one, at=at)
    return p


def _wallets(c: Counter) -> QuerySet[Wallet]:
    """Of those who may redeem, by number."""
    found = Wallet.objects.filter(path__startswith=c.shop.path, tenths__gte=16)
    if c.w.preset.code != "ali":
        found = found.exclude(member__kind="in_service", member__unit__kind="organ")
    related = found.select_related("member__person", "member__unit")
    return related.order_by("member__volunteer_no")


def _redemptions(c: Counter, prizes: Sequence[Prize]) -> int:
    """Fetched over the weeks, some waiting, some not fetched in time."""
    n = 0
    demo = Wallet.objects.filter(member=c.w.demo_member).first()
    wallets = [x for x in _wallets(c)[:90] if demo is None or x.pk != demo.pk]
    for k, wallet in enumerate(wallets):
        can = [p for p in prizes if p.tenths <= wallet.tenths and p.left > 1]
        if not can:
            continue
        prize = c.rng.choice(can)
        last = k % 12
        ago = c.rng.randrange(4, OPEN_DAYS - 5)
        if last == 0:
            ago = 1
        elif last == 1:
            ago = 3
        elif last == 2:
            ago = 30
        _one(c, wallet, prize, last, ago)
        n += 1
    return n


def _one(c: Counter, wallet: Wallet, prize: Prize, how: int, ago: int) -> None:
    at = at_local(c.today - ago * DAY, time(10, c.rng.randrange(60)))
    member = wallet.member
    r = Redemption(
        shop=c.shop, prize=prize, wallet=wallet, member=member,
        person_id=member.person_id, path=c.shop.path, home_path=home_of(member),
        tenths=prize.tenths, fen=prize.fen, requested_at=at,
        due_at=at_local(local(at).date() + 3 * DAY, time(18)),
    )  # fmt: skip
    by = c.w.actor_of(member)
    c.w.create("redemptions.request", r, actor=by, at=at)
    _points(wallet, "hold", wallet.purse.hold(r.tenths), at, redemption=r)
    _pieces(c, prize, "hold", at, 1)
    if how == 0:
        return
    at += timedelta(hours=5)
    until = local(at).date() + 14 * DAY
    ready = Write(set={"reserved_at": at, "hold_until": until})
    c.w.act("redemptions.reserve", r, ready, actor=c.one, at=at)
    if how == 1:
        return
    if how == 2:
        late = at_local(until + DAY, time(0, 10))
        over = Write(set={"ended_at": late, "reason": "过了来领的日子"})
        c.w.act("redemptions.expire", r, over, actor=SYSTEM, at=late)
        _points(wallet, "free", wallet.purse.free(r.tenths), late, redemption=r)
        _pieces(c, prize, "free", late, -1)
        return
    at += timedelta(days=1, hours=1)
    given = Write(
        set={
            "handed_at": at, "handed_by": c.one.person_id, "handed_name": c.one.name,
            "second_name": c.two.name,
        }
    )  # fmt: skip
    c.w.act("redemptions.hand_over", r, given, actor=c.one, at=at)
    _points(wallet, "spend", wallet.purse.spend(r.tenths), at, redemption=r)
    out = StockMove(
        prize=prize, kind="out", n=-1, at=at, by_name=c.one.name,
        second_name=c.two.name, redemption=r,
    )  # fmt: skip
    _pieces(c, prize, "give", at, -1, out)
    night = at_local(local(at).date() + DAY, time(0, 10))
    closed = Write(set={"ended_at": night})
    c.w.act("redemptions.close", r, closed, actor=SYSTEM, at=night)


def _points(
    wallet: Wallet, event: str, to: tuple[rules.Purse, list[rules.Moved]], at: datetime,
    **of: Any,
) -> None:  # fmt: skip
    """As `ledger.move`; the wallet is in the database already."""
    purse, moved = to
    adds = ledger.entries(wallet, ledger.KIND[event], moved, local(at).date(), at, **of)
    write = Write(set=ledger.columns(purse), adds=adds)
    act_rows(SYSTEM, f"wallets.{event}", {wallet.pk: write}, now=at)
    for name, value in ledger.columns(purse).items():
        setattr(wallet, name, value)


def _pieces(
    c: Counter, prize: Prize, event: str, at: datetime, held: int,
    out: StockMove | None = None,
) -> None:  # fmt: skip
    change = {"held": prize.held + held, "stock": prize.stock + (out.n if out else 0)}
    write = Write(set=change, adds=[out] if out else [])
    c.w.act(f"prizes.{event}", prize, write, actor=SYSTEM, at=at)


def _donations(c: Counter) -> None:
    """To wishes that are published near the demo community, two of three thanked."""
    near = [o for o in c.w.orders if o.path.startswith(c.shop.path)]
    wishes = [o for o in near if o.state == "published" and o.kind in ("wish", "dream")]
    found = Wallet.objects.filter(path__startswith=c.shop.path, tenths__gte=20)
    rows = found.select_related("member__person", "member__unit")
    for k, (wallet, wish) in enumerate(
        zip(rows.order_by("-member__volunteer_no")[:6], wishes, strict=False)
    ):
        at = at_local(c.today - (2 + k) * DAY, time(20, 5 * k))
        d = Donation(
            wallet=wallet, member=wallet.member, order=wish, path=wish.path, tenths=10,
            given_at=at,
        )  # fmt: skip
        c.w.create("donations.give", d, actor=c.w.actor_of(wallet.member), at=at)
        _points(wallet, "give", wallet.purse.give(10), at, donation=d)
        if k % 3:
            said = {
                "thanks": THANKS,
                "thanked_at": at + DAY,
                "thanked_name": c.one.name,
            }
            c.w.act("donations.thank", d, Write(set=said), actor=c.one, at=at + DAY)

"""Rows of the shop that the route tests ask for, by the first words of the route."""

from datetime import timedelta
from uuid import UUID

from baodao.core.clock import now, today
from baodao.orders.tests.make import order_in
from baodao.people.tests.make import World
from baodao.places.services import set_setting
from baodao.shop import giving
from baodao.shop.models import Redemption, Shop
from baodao.shop.tests import make


def shop_rows(w: World) -> dict[str, UUID]:
    """The standing community's shop, a prize, a request of the standing member for it,
    and points given to a wish."""
    set_setting(
        actor=w.actors["county_org"], path=w.places.district.path, key="shop.who",
        value="civil_servant", reason="试一试",
    )  # fmt: skip
    s = make.shop(w, now=now(), earns_from=today() - timedelta(days=30))
    p = make.prize(w, s, now=now())
    day = today() - timedelta(days=1)
    make.serve([make.record(w.members.member, 600, occurred_on=day)])
    r, wish = make.asked(w, p, now=now()), order_in("published", w)
    given = giving.give(actor=w.actors["member"], order_id=wish.pk, tenths=5)
    return {
        "shop:redemption": r.pk, "shop:my_": r.pk, "shop:prize": p.pk,
        "shop:wallet": r.wallet_id, "shop:thank": given.id, "shop:give": wish.pk,
        "shop:": s.pk,
    }  # fmt: skip


def shop_acts() -> dict[str, tuple[UUID, str]]:
    """An act that each of these rows may take."""
    r, s = Redemption.objects.get(), Shop.objects.get()
    return {
        "shop:redemption_act": (r.pk, "reserve"), "shop:shop_act": (s.pk, "close"),
        "shop:prize_act": (r.prize_id, "withdraw"),
        "shop:wallet_act": (r.wallet_id, "ask_write_off"),
    }  # fmt: skip

"""Placing an order: by a resident without an account, by a worker for somebody at
the desk or on the phone, by a member for themselves (A11, L50)."""

from contextlib import nullcontext
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from baodao.acts.actor import Actor
from baodao.acts.engine import Numbered, create, read, repeated
from baodao.acts.writing import Done, Write
from baodao.core.clock import local
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.ids import lookup_code
from baodao.core.memory import Kept
from baodao.orders import plans, rules
from baodao.orders.doing import context
from baodao.orders.models import Category, Order
from baodao.orders.wording import check_detail, clean_public, public_wording
from baodao.people.auth import phone_hash
from baodao.places import rules as levels
from baodao.ui.words import yuan

CODE_TRIES = 5


def place_order(
    *, actor: Actor, place_id: UUID, kind: str, category: str, detail: str,
    title: str = "", urgency: str = "normal", source: str = "online",
    call_name: str = "", phone: str = "", address: str = "",
    household_id: UUID | None = None, language: str = "zh", seen_how: str = "",
    consent_public: bool = False, goods_fen: int = 0, keep_numbers: bool = False,
    override_limit: bool = False, now: datetime | None = None, client_id: str = "",
) -> Order:  # fmt: skip
    """Place an order (A11). Anyone may, without an account; a worker does it on
    behalf of somebody at the desk or on the phone (L50), and asks whether it may be
    on the public wall. `goods_fen`: what a wish for goods costs, in fen. Returns the
    order, with its number, look-up code and link."""
    place = _orderable(place_id)
    chosen = categories(place["epoch"]).get(category)
    if chosen is None:
        raise Invalid(fields={"category": "请选一个类别。"})
    _check_choices(kind=kind, urgency=urgency, source=source)
    if actor.role in ("anonymous", "member") and not phone.strip():
        raise Invalid(
            fields={"phone": "请留一个电话，社区好回您。不方便留，可以直接打社区电话。"}
        )
    path = str(place["path"])
    ctx = context(path, now, place["epoch"])
    order = Order(
        no="", place_id=place_id, path=path, kind=kind, category=chosen, urgency=urgency,
        source=source, title=clean_public(title or public_wording(chosen)),
        detail=check_detail(detail, keep_numbers), call_name=call_name.strip(),
        phone=phone.strip(), phone_hash=phone_hash(phone), address=address.strip(),
        household_id=household_id, language=language, consent_public=consent_public,
        seen_how=seen_how, goods_fen=goods_fen, placed_by=actor.account_id,
    )  # fmt: skip
    for name, value in plans.placed(order, ctx).items():
        setattr(order, name, value)
    if goods_fen and not override_limit:
        if done := repeated(actor, "orders.place", client_id):
            return Order.objects.get(id=done.id)
        _check_goods(order, ctx)
    if source in ("desk", "phone", "visit", "survey"):
        actor = actor.for_someone(f"居民（{rules.SOURCES[source]}）")
    done = _write_new(actor, order, ctx.now, client_id)
    if done.repeated:
        return Order.objects.get(id=done.id)
    order.no = done.number
    return order


def _write_new(actor: Actor, order: Order, now: datetime, client_id: str) -> Done:
    """Write a new order. Of ninety million look-up codes one is taken now and then:
    then another one is drawn."""
    write = Write(
        data={"source": order.source, "kind": order.kind}, job=(plans.TELL, {})
    )
    for _ in range(CODE_TRIES):
        try:
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                return create(
                    actor, "orders.place", order, write, now=now, client_id=client_id,
                    numbered=order_number(order.path, now),
                )  # fmt: skip
        except IntegrityError as error:
            if "order_code_once" not in str(error):
                raise
            order.code = lookup_code()
    raise Conflict("查询码没有取到。请再提交一次。")


def _check_choices(**chosen: str) -> None:
    known = {
        "kind": rules.KINDS, "urgency": rules.URGENCIES, "source": rules.SOURCES,
    }  # fmt: skip
    for name, value in chosen.items():
        if value not in known[name]:
            raise Invalid(fields={name: "请选一项。"})


def _orderable(place_id: UUID) -> plans.Row:
    """The place of a new order, with the epoch of what is kept of it."""
    try:
        place = read("places.view", place_id, ("level", "kind", "valid_to"))
    except NotFound as error:
        raise Invalid(fields={"place": "请选一个社区（村）。"}) from error
    if place["valid_to"] or place["kind"] == "virtual":
        raise Invalid(fields={"place": "请选一个社区（村）。"})
    if not levels.COMMUNITY <= place["level"] <= levels.BUILDING:
        raise Invalid(fields={"place": "请选到社区（村）或网格。"})
    return place


_CATEGORIES: Kept[str, dict[str, Category]] = Kept()


def categories(epoch: int) -> dict[str, Category]:
    """All categories by code, kept as long as the epoch holds."""
    return _CATEGORIES.get(
        "", epoch, lambda: {c.code: c for c in Category.objects.all()}
    )


def order_number(path: str, now: datetime) -> Numbered:
    """MMDD-NN, running per community and day: 1120-05."""
    community = "/".join(path.split("/")[:5])
    day = local(now)
    return Numbered("no", f"order:{community}:{day:%Y%m%d}", f"{day:%m%d}-", 2)


def _check_goods(order: Order, ctx: plans.Context) -> None:
    """One goods wish per household and quarter (domain 8.15), and none above the
    limit; a worker may register it all the same. Above the limit the secretary
    verifies it (`plans.verify`)."""
    limit = ctx.settings["orders.goods_limit_fen"]
    if order.goods_fen > limit:
        raise Invalid(
            fields={
                "goods_fen": f"超过实物心愿{yuan(limit)}的限额，登记后要社区书记核实。"
                "确有需要，请勾选“仍要登记”。"
            },
            code="goods_limit",
        )
    if order.household_id is None:
        return
    day = local(ctx.now)
    start = day.replace(
        month=(day.month - 1) // 3 * 3 + 1, day=1, hour=0, minute=0, second=0
    )
    same = Order.objects.filter(
        household_id=order.household_id, goods_fen__gt=0, placed_at__gte=start
    ).exclude(state__in=["withdrawn", "rejected", "merged"])
    if same.count() >= ctx.settings["orders.goods_wishes_per_quarter"]:
        raise Invalid(
            fields={
                "goods_fen": "这一户本季度已提过实物心愿。确有需要，请勾选“仍要登记”。"
            },
            code="goods_limit",
        )

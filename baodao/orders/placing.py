"""Placing an order: by a resident without an account, by a worker for somebody at
the desk or on the phone, by a member for themselves (A11, L50)."""

from datetime import datetime
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.acts.engine import Numbered, create, read, repeated
from baodao.acts.writing import Write
from baodao.core.clock import local
from baodao.core.errors import Invalid, NotFound
from baodao.core.memory import Kept
from baodao.core.text import private_numbers
from baodao.orders import plans, rules
from baodao.orders.doing import context
from baodao.orders.models import Category, Order
from baodao.people.auth import phone_hash
from baodao.places import rules as levels
from baodao.ui.words import yuan


def clean_public(text: str, field: str = "title") -> str:
    """Public wording without private numbers. Raises Invalid."""
    text = " ".join(text.split())
    if not text:
        raise Invalid(fields={field: "请写对外文字，几个字就行。"})
    if len(text) > 40:
        raise Invalid(fields={field: "对外文字最多 40 个字，请写短一点。"})
    found = private_numbers(text)
    if found:
        raise Invalid(fields={field: f"对外文字里有{'、'.join(found)}，请去掉。"})
    return text


def public_wording(category: Category) -> str:
    """What stands on the board until a worker has found better words: general,
    without age, illness, name or door (domain 9.4)."""
    return f"一位居民有一件“{category.title}”方面的事要办"


def check_detail(detail: str, confirmed: bool) -> str:
    """The resident's own words; ID, phone and bank numbers are asked about once."""
    detail = detail.strip()
    if not detail:
        raise Invalid(fields={"detail": "请写一句话，说说是什么事。"})
    if len(detail) > 2000:
        raise Invalid(fields={"detail": "写得太长了，请留最要紧的 2000 字。"})
    found = private_numbers(detail)
    if "身份证号" in found or "银行卡号" in found:
        raise Invalid(
            fields={"detail": f"里面有{'、'.join(found)}，办事用不着，请去掉再交。"}
        )
    if found and not confirmed:
        raise Invalid(
            fields={
                "detail": "里面有手机号。联系电话请填在下面一格；一定要留在这里，请再点一次提交。"
            },
            code="private_number",
        )
    return detail


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
    if source in ("desk", "phone", "visit"):
        actor = actor.for_someone(f"居民（{rules.SOURCES[source]}）")
    done = create(
        actor, "orders.place", order,
        Write(data={"source": source, "kind": kind}, job=(plans.TELL, {})),
        now=ctx.now, client_id=client_id, numbered=order_number(path, ctx.now),
    )  # fmt: skip
    if done.repeated:
        return Order.objects.get(id=done.id)
    order.no = done.number
    return order


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

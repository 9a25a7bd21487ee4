"""The verbs of orders: each gives one plan to the engine. All keyword-only; `now`
and `client_id` (a retry is harmless) everywhere. Errors: NotFound outside the
actor's scope, Forbidden inside it, Conflict when the state or somebody else was
first, Invalid with the field."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Q

from baodao.acts.access import visible
from baodao.acts.actor import Actor
from baodao.acts.engine import Numbered, act, create, read, repeated
from baodao.acts.models import Event
from baodao.acts.writing import Done, Write
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.fixed import Fixed
from baodao.core.ids import lookup_code
from baodao.core.memory import Kept
from baodao.orders import plans, rules
from baodao.orders.models import Category, Order, Service
from baodao.orders.wording import check_detail, clean_public, public_wording
from baodao.people.auth import phone_hash
from baodao.people.models import Member, Unit
from baodao.places import rules as levels
from baodao.places.calendars import ground
from baodao.records.models import Record

CODE_TRIES = 5
Plan = Callable[[plans.Row, plans.Context], Write]


def context(
    path: str, now: datetime | None = None, epoch: int | None = None
) -> plans.Context:
    """What the plans need to know of a place: calendar and settings."""
    return plans.Context(now or clock_now(), *ground(path, epoch))


def _do(
    actor: Actor, event: str, order_id: UUID, plan: Plan, *, now: datetime | None,
    client_id: str = "", version: int | None = None,
) -> Done:  # fmt: skip
    def decide(row: plans.Row) -> Write:
        return plan(row, context(str(row["path"]), now, row["epoch"]))

    return act(
        actor, f"orders.{event}", order_id, decide,
        reads=plans.READS, now=now, client_id=client_id, version=version,
    )  # fmt: skip


def place_order(
    *, actor: Actor, place_id: UUID, kind: str, category: str, detail: str,
    title: str = "", urgency: str = "normal", source: str = "online",
    call_name: str = "", phone: str = "", address: str = "",
    household_id: UUID | None = None, language: str = "zh", seen_how: str = "",
    consent_public: bool = True, goods_fen: int = 0, keep_numbers: bool = False,
    override_limit: bool = False, now: datetime | None = None, client_id: str = "",
) -> Order:  # fmt: skip
    """Place an order (A11). Anyone may, without an account; a worker does it on
    behalf of somebody at the desk or on the phone (L50). Returns the order, with
    its number, look-up code and link."""
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
        seen_how=seen_how, goods_fen=goods_fen,
    )  # fmt: skip
    for name, value in plans.placed(order, ctx).items():
        setattr(order, name, value)
    if goods_fen and household_id and not override_limit:
        if done := repeated(actor, "orders.place", client_id):
            return Order.objects.get(id=done.id)
        _check_goods(order, household_id, ctx)
    if source in ("desk", "phone", "visit"):
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
            if "orders_order_code_key" not in str(error):
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


def _check_goods(order: Order, household_id: UUID, ctx: plans.Context) -> None:
    """One goods wish per household and quarter (domain 8.15); a worker may say yes
    all the same."""
    day = local(ctx.now)
    start = day.replace(
        month=(day.month - 1) // 3 * 3 + 1, day=1, hour=0, minute=0, second=0
    )
    same = Order.objects.filter(
        household_id=household_id, goods_fen__gt=0, placed_at__gte=start
    ).exclude(state__in=["withdrawn", "rejected", "merged"])
    if same.count() >= ctx.settings["orders.goods_wishes_per_quarter"]:
        raise Invalid(
            fields={
                "goods_fen": "这一户本季度已提过实物心愿。确有需要，请勾选“仍要登记”。"
            },
            code="goods_limit",
        )
    if order.goods_fen > ctx.settings["orders.goods_limit_fen"]:
        raise Invalid(
            fields={
                "goods_fen": "超过实物心愿限额，要社区书记核实。确有需要，请勾选“仍要登记”。"
            },
            code="goods_limit",
        )


def verify_order(
    *, actor: Actor, order_id: UUID, title: str, urgency: str, category: str,
    seen_how: str = "", note: str = "", now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Found to be true; wording, class and category set by the worker (A12)."""
    wording = clean_public(title)

    def plan(row: plans.Row, ctx: plans.Context) -> Write:
        if urgency not in rules.URGENCIES or category not in categories(row["epoch"]):
            raise Invalid(fields={"urgency": "请选急不急和类别。"})
        return plans.verify(
            row, ctx, title=wording, urgency=urgency, category=category,
            seen_how=seen_how, note=note,
        )  # fmt: skip

    return _do(actor, "verify", order_id, plan, now=now, client_id=client_id)


def edit_order(
    *, actor: Actor, order_id: UUID, title: str, seen_how: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Change the public wording; the resident is asked anew."""
    wording = clean_public(title)
    return _do(
        actor, "edit", order_id,
        lambda r, c: plans.edit(r, c, title=wording, seen_how=seen_how), now=now,
    )  # fmt: skip


def merge_order(
    *, actor: Actor, order_id: UUID, into: UUID, now: datetime | None = None
) -> Done:
    """Follow another open order of the actor's places (domain 8.14)."""
    found = visible(Order.objects.all(), actor, "orders.merge").filter(id=into)
    target = found.exclude(state__in=["merged", "rejected", "withdrawn"]).first()
    if target is None:
        raise Invalid(fields={"into": "没有找到要并到的那一单。请核对单号。"})
    return _do(
        actor, "merge", order_id,
        lambda r, c: plans.merge(r, c, into=target.id, into_no=target.no), now=now,
    )  # fmt: skip


def dispatch_order(
    *, actor: Actor, order_id: UUID, unit_id: UUID, reasons: Sequence[str] = (),
    note: str = "", now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """To one unit (A13). Raises Invalid for a unit that is gone."""
    unit = Unit.objects.filter(id=unit_id, status="active").first()
    if unit is None:
        raise Invalid(fields={"unit": "这家单位已经不在了，请另选一家。"})
    return _do(
        actor, "dispatch", order_id,
        lambda r, c: plans.dispatch(
            r, c, unit_id=unit.id, unit_name=str(unit), reasons=reasons, note=note
        ),
        now=now, client_id=client_id,
    )  # fmt: skip


_CLAIMER = Fixed(
    lambda pk: (
        Member.objects.filter(pk=pk)
        .annotate(
            open_claims=Count(
                "order",
                filter=Q(
                    order__route="pool", order__state__in=["claimed", "in_service"]
                ),
            )
        )
        .values_list("pk", "person_id", "residence_path", "duty_status", "open_claims")
    )
)


def claim_order(
    *, actor: Actor, order_id: UUID, now: datetime | None = None, client_id: str = ""
) -> Done:
    """A member takes a published order from the board."""
    if actor.member_id is None:
        raise NotFound
    me = next(iter(_CLAIMER(actor.member_id)), None)
    if me is None:
        raise NotFound
    member_id, person_id, home, duty_status, open_claims = me
    if duty_status in ("left", "retired"):
        raise Conflict("您已不在岗，不用再接单。想继续服务，请与社区联系。")
    return _do(
        actor, "claim", order_id,
        lambda r, c: plans.claim(
            r, c, member_id=member_id, person_id=person_id,
            residence_path=home, open_claims=open_claims,
        ),
        now=now, client_id=client_id,
    )  # fmt: skip


def unit_claim_order(
    *, actor: Actor, order_id: UUID, now: datetime | None = None
) -> Done:
    """A unit takes a published order from the board."""
    unit = _unit(actor)
    return _do(
        actor, "unit_claim", order_id,
        lambda r, c: plans.unit_claim(r, c, unit_id=unit.id, unit_name=str(unit)), now=now,
    )  # fmt: skip


def _unit(actor: Actor) -> Unit:
    unit = Unit.objects.filter(id=actor.unit_id).first() if actor.unit_id else None
    if unit is None:
        raise NotFound
    return unit


def return_order(
    *, actor: Actor, order_id: UUID, reason: str, note: str,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """A unit gives it back with a reason; no trace against it but the event."""
    unit = _unit(actor)
    return _do(
        actor, "return", order_id,
        lambda r, c: plans.return_(r, c, reason=reason, note=note, unit_name=str(unit)),
        now=now, client_id=client_id,
    )  # fmt: skip


def assign_order(
    *, actor: Actor, order_id: UUID, member_id: UUID, note: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """The unit names one of its own members on duty."""
    member = Member.objects.select_related("person").filter(id=member_id).first()
    if member is None or member.unit_id != actor.unit_id:
        raise Invalid(fields={"member": "请从本单位在职党员里选。"})
    if member.duty_status != "on_duty":
        raise Invalid(fields={"member": "这位党员现在不在岗，请换一位。"})
    return _do(
        actor, "assign", order_id,
        lambda r, c: plans.assign(
            r, c, member_id=member.id, person_id=member.person_id,
            member_name=member.person.name, note=note,
        ),
        now=now, client_id=client_id,
    )  # fmt: skip


def report_done(
    *, actor: Actor, order_id: UUID, stretches: Sequence[plans.Stretch], note: str,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Who served, from when to when; then the resident has the word (A16). That nobody
    serves in two places at once is the database's to refuse, so that it holds for two
    reports of the same moment too."""
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            return _do(
                actor, "report_done", order_id,
                lambda r, c: plans.report_done(r, c, stretches=stretches, note=note),
                now=now, client_id=client_id,
            )  # fmt: skip
    except IntegrityError as error:
        if "service_no_overlap" not in str(error):
            raise
        words = f"这段时间与{_clash(stretches)}的服务重叠。请改时间，或先更正那一单。"
        raise Invalid(fields={"start_at": words}) from error


def _clash(stretches: Sequence[plans.Stretch]) -> str:
    """The order that one of these people served in the same time."""
    for stretch in stretches:
        other = Service.objects.filter(
            member_id=stretch.member_id,
            start_at__lt=stretch.end_at,
            end_at__gt=stretch.start_at,
        )
        if no := other.values_list("order__no", flat=True).first():
            return f"单{no}"
    return "另一单"


_SERVED_BY = (
    "round", "member_id", "unit_id", "start_at", "end_at", "minutes", "work_time",
)  # fmt: skip
_SERVED = Fixed(
    lambda pk: Service.objects.filter(order_id=pk).values_list(
        "member__person_id", *_SERVED_BY
    )
)


def confirm_order(
    *, actor: Actor, order_id: UUID, result: str, how: str, note: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """The resident's last word; writes one record per person who served. Nobody who
    served may speak it for them."""
    rows = _SERVED(order_id)
    services = [Service(**dict(zip(_SERVED_BY, row[1:], strict=True))) for row in rows]

    def plan(row: plans.Row, ctx: plans.Context) -> Write:
        _not_own_service(actor, {row[0] for row in rows})
        now_served = [s for s in services if s.round == row["reopened"]]
        return plans.confirm(
            row, ctx, result=result, how=how, services=now_served,
            confirmed_by=actor.person_id, note=note,
        )  # fmt: skip

    if how != "requester":
        actor = actor.for_someone(f"居民（{rules.CONFIRMED_HOW.get(how, '')}）")
    return _do(actor, "confirm", order_id, plan, now=now, client_id=client_id)


def _not_own_service(actor: Actor, served: set[UUID]) -> None:
    if actor.person_id in served:
        raise Forbidden(rules.MESSAGES["confirm"])


def reopen_order(
    *, actor: Actor, order_id: UUID, result: str, what: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Partly or not solved: back to the same hands (T1). Records of the round are
    reversed."""
    records = Record.objects.filter(
        source_id=order_id, source_kind="orders.order", reversal_of=None, reversals=None
    )
    found = list(records)
    return _do(
        actor, "reopen", order_id,
        lambda r, c: plans.reopen(r, c, result=result, what=what, records=found),
        now=now, client_id=client_id,
    )  # fmt: skip


def take_back(
    *, actor: Actor, order_id: UUID, now: datetime | None = None, client_id: str = ""
) -> Done:
    """改成“办好了”: a "not done" that the resident takes back before anybody has
    acted on it. The order waits for their word again."""

    def plan(row: plans.Row, ctx: plans.Context) -> Write:
        moved = Event.objects.filter(object_id=order_id).exclude(
            action__in=["orders.reveal", "orders.remind", "orders.note"]
        )
        last = moved.order_by("-at", "-id").first()
        if (
            last is None
            or last.action != "orders.reopen"
            or last.from_state != "done_reported"
        ):
            raise Conflict("已经有人接着办了，办完后请您再说一次。")
        return plans.take_back(row, ctx)

    return _do(actor, "take_back", order_id, plan, now=now, client_id=client_id)


def _simple(event: str, name: str = "") -> Callable[..., Done]:
    """A verb whose plan takes nothing but the row, the context and its own words."""
    plan = getattr(plans, name or event)

    def verb(
        *, actor: Actor, order_id: UUID, now: datetime | None = None, client_id: str = "",
        **words: Any,
    ) -> Done:  # fmt: skip
        return _do(
            actor, event, order_id, lambda r, c: plan(r, c, **words),
            now=now, client_id=client_id,
        )  # fmt: skip

    verb.__name__ = f"{event}_order"
    verb.__doc__ = plan.__doc__
    return verb


reject_order = _simple("reject")  # reason, note
publish_order = _simple("publish")
transfer_order = _simple("transfer")  # to, note
release_order = _simple("release")  # reason, note
republish_order = _simple("republish")  # note
unit_accept_order = _simple("unit_accept")
accept_order = _simple("accept")
decline_order = _simple("decline", "back_to_unit")  # reason, note
hand_back_order = _simple("hand_back", "back_to_unit")  # reason, note
start_order = _simple("start")
ask_extension = _simple("ask_extension")  # days, note
extend_order = _simple("extend")  # days, note
refuse_extension = _simple("refuse_extension")  # note
cannot_do_order = _simple("cannot_do")  # reason, note
log_call = _simple("call")  # note
close_unreachable = _simple("unreachable")
rate_order = _simple("rate")  # rating, text, public, how
thank_order = _simple("thank")  # text
withdraw_order = _simple("withdraw")  # note
approve_text = _simple("approve_text")
ask_call = _simple("ask_call")
pause_order = _simple("pause")  # until, reason
resume_order = _simple("resume")
add_note = _simple("note")  # text, audience

"""The verbs of orders: each gives one plan to the engine. All keyword-only; `now`
and `client_id` (a retry is harmless) everywhere. Errors: NotFound outside the
actor's scope, Forbidden inside it, Conflict when the state or somebody else was
first, Invalid with the field."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from baodao.acts.access import path_range, within
from baodao.acts.actor import Actor
from baodao.acts.engine import note_event
from baodao.acts.models import Event
from baodao.acts.writing import Done, Write
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.fixed import Fixed
from baodao.orders import plans, rules
from baodao.orders.doing import Plan, context, do
from baodao.orders.marks import keep_mark, question_mark, strike_mark
from baodao.orders.merging import merge_order, unmerge_order
from baodao.orders.models import Order, Service
from baodao.orders.placing import categories, order_number, place_order
from baodao.orders.served import Served, services_of
from baodao.orders.suggestions import community_of
from baodao.orders.wording import clean_public
from baodao.people.models import Member, Unit
from baodao.records.models import Record


def verify_order(
    *, actor: Actor, order_id: UUID, title: str, urgency: str, category: str,
    seen_how: str = "", note: str = "", consent_public: bool | None = None,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Found to be true; wording, class and category set by the worker (A12). Goods
    above the limit are the secretary's to verify."""
    wording = clean_public(title)

    def plan(row: plans.Row, ctx: plans.Context) -> Write:
        if urgency not in rules.URGENCIES or category not in categories(row["epoch"]):
            raise Invalid(fields={"urgency": "请选急不急和类别。"})
        return plans.verify(
            row, ctx, title=wording, urgency=urgency, category=category,
            seen_how=seen_how, note=note, consent_public=consent_public,
            secretary=actor.role == "community_secretary",
        )  # fmt: skip

    return do(actor, "verify", order_id, plan, now=now, client_id=client_id)


def edit_order(
    *, actor: Actor, order_id: UUID, title: str, seen_how: str = "",
    consent_public: bool | None = None, now: datetime | None = None,
) -> Done:  # fmt: skip
    """Change the public wording; the resident is asked anew."""
    wording = clean_public(title)
    return do(
        actor, "edit", order_id,
        lambda r, c: plans.edit(
            r, c, title=wording, seen_how=seen_how, consent_public=consent_public
        ),
        now=now,
    )  # fmt: skip


def dispatch_order(
    *, actor: Actor, order_id: UUID, unit_id: UUID, reasons: Sequence[str] = (),
    note: str = "", now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """To one unit (A13). Raises Invalid for a unit that is gone."""
    unit = Unit.objects.filter(id=unit_id, status="active").first()
    if unit is None:
        raise Invalid(fields={"unit": "这家单位已经不在了，请另选一家。"})
    return do(
        actor, "dispatch", order_id,
        lambda r, c: plans.dispatch(
            r, c, unit_id=unit.id, unit_name=str(unit), reasons=reasons, note=note
        ),
        now=now, client_id=client_id,
    )  # fmt: skip


# Counted where they are few, among what is open: a join would go through all orders
# that the member ever had.
_OPEN_CLAIMS = (
    Order.objects.filter(
        member=OuterRef("pk"), route="pool", state__in=["claimed", "in_service"]
    )
    .order_by()
    .values("member")
    .annotate(n=Count("pk"))
    .values("n")
)
_CLAIMER = Fixed(
    lambda pk: (
        Member.objects.filter(pk=pk)
        .annotate(open_claims=Coalesce(Subquery(_OPEN_CLAIMS), 0))
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
    return do(
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
    return do(
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
    return do(
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
    return do(
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
            return do(
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


def confirm_order(
    *, actor: Actor, order_id: UUID, result: str, how: str, note: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """The resident's last word; writes one record per person who served. Nobody who
    served may speak it for them."""
    services = services_of(order_id)

    def plan(row: plans.Row, ctx: plans.Context) -> Write:
        _not_own_service(actor, services)
        now_served = [s for s in services if s.round == row["reopened"]]
        return plans.confirm(
            row, ctx, result=result, how=how, services=now_served,
            confirmed_by=actor.person_id, note=note,
        )  # fmt: skip

    if how != "requester":
        actor = actor.for_someone(f"居民（{rules.CONFIRMED_HOW.get(how, '')}）")
    return do(actor, "confirm", order_id, plan, now=now, client_id=client_id)


def _not_own_service(actor: Actor, services: Sequence[Served]) -> None:
    if actor.person_id and actor.person_id in (s.person_id for s in services):
        raise Forbidden(rules.MESSAGES["confirm"])


def reopen_order(
    *, actor: Actor, order_id: UUID, result: str, what: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Partly or not solved: back to the same hands (T1). Records of the round are
    reversed."""
    found = list(_on_record(order_id))
    return do(
        actor, "reopen", order_id,
        lambda r, c: plans.reopen(r, c, result=result, what=what, records=found),
        now=now, client_id=client_id,
    )  # fmt: skip


def _on_record(order_id: UUID) -> QuerySet[Record]:
    return Record.objects.filter(
        source_id=order_id, source_kind="orders.order", reversal_of=None, reversals=None
    )


def rate_order(
    *, actor: Actor, order_id: UUID, now: datetime | None = None, client_id: str = "",
    **words: Any,
) -> Done:  # fmt: skip
    """Rating, text, public, how: as `plans.rate`. A repeated best mark of the same
    resident for the same member in a quarter is on record as one."""
    served = list(_on_record(order_id).filter(kind="order_served"))
    again = _praised_before(order_id, served, today(now))
    return do(
        actor, "rate", order_id,
        lambda r, c: plans.rate(r, c, served=served, again=again, **words),
        now=now, client_id=client_id,
    )  # fmt: skip


def _praised_before(
    order_id: UUID, served: Sequence[Record], day: date
) -> set[UUID | None]:
    """Members to whom the same resident gave the best mark in this quarter. Who left
    neither phone nor household cannot be told from others of the place who did not:
    all their marks together count as one resident's."""
    whose = Order.objects.filter(pk=order_id).values_list(
        "phone_hash", "household_id", "path"
    )
    phone, household, path = next(iter(whose), ("", None, ""))
    if not served:
        return set()
    resident = Q(phone_hash=phone)
    if not phone:
        resident &= Q(household_id=household)
        if household is None:
            resident &= within("path", [path_range(community_of(path))])
    quarter = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    best = Record.objects.filter(
        kind="rating", quantity=5, reversal_of=None, reversals=None,
        member_id__in=[r.member_id for r in served], occurred_on__gte=quarter,
        source_id__in=Order.objects.filter(resident).values("pk"),
    )  # fmt: skip
    return set(best.values_list("member_id", flat=True))


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

    return do(actor, "take_back", order_id, plan, now=now, client_id=client_id)


def open_slip(*, actor: Actor, order_id: UUID, now: datetime | None = None) -> Order:
    """The order with code and link, to hand to its resident: whoever holds them speaks
    for the resident, so every look is an event anybody concerned may ask about."""
    order = Order.objects.filter(id=order_id).first()
    if order is None:
        raise NotFound
    note_event(actor, "orders.slip", order, Write(data={"field": "code"}), now=now)
    return order


def withdraw_order(
    *, actor: Actor, order_id: UUID, note: str = "", how: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """The resident no longer wants it: by their own link, or told to a worker, who
    says how and why."""
    own = actor.role == "requester"
    if not own:
        how = how if how in rules.SAID_HOW else ""
        actor = actor.for_someone(f"居民（{rules.SAID_HOW.get(how, '')}）")
    return do(
        actor, "withdraw", order_id,
        lambda r, c: plans.withdraw(r, c, note=note, how="requester" if own else how),
        now=now, client_id=client_id,
    )  # fmt: skip


def _simple(event: str, name: str = "") -> Callable[..., Done]:
    """A verb whose plan takes nothing but the row, the context and its own words."""
    plan = getattr(plans, name or event)

    def verb(
        *, actor: Actor, order_id: UUID, now: datetime | None = None, client_id: str = "",
        **words: Any,
    ) -> Done:  # fmt: skip
        return do(
            actor, event, order_id, lambda r, c: plan(r, c, **words),
            now=now, client_id=client_id,
        )  # fmt: skip

    verb.__name__ = f"{event}_order"
    verb.__doc__ = plan.__doc__
    return verb


reject_order = _simple("reject")  # reason, note
publish_order = _simple("publish")
transfer_order = _simple("transfer")  # to, note
transfer_news = _simple("transfer_news")  # note
transfer_done = _simple("transfer_done")  # note
hand_over_order = _simple("hand_over")  # up, note
answer_cannot = _simple("answer_cannot")  # reason, note, told
recall_order = _simple("recall")  # reason, note
release_order = _simple("release")  # reason, note
republish_order = _simple("republish")  # note
unit_accept_order = _simple("unit_accept")
accept_order = _simple("accept")
decline_order = _simple("decline", "back_to_unit")  # reason, note
hand_back_order = _simple("hand_back", "back_to_unit")  # reason, note
start_order = _simple("start")
ask_extension = _simple("ask_extension")  # hours, note
extend_order = _simple("extend")  # hours, note
refuse_extension = _simple("refuse_extension")  # note
cannot_do_order = _simple("cannot_do")  # reason, note
log_call = _simple("call")  # note
close_unreachable = _simple("unreachable")
thank_order = _simple("thank")  # text
ask_again = _simple("ask_again")  # what
approve_text = _simple("approve_text")
ask_call = _simple("ask_call")
pause_order = _simple("pause")  # until, reason
resume_order = _simple("resume")
add_note = _simple("note")  # text, audience

__all__ = [
    "Plan", "accept_order", "add_note", "answer_cannot", "approve_text", "ask_again",
    "ask_call", "ask_extension", "assign_order", "cannot_do_order", "categories",
    "claim_order", "close_unreachable",
    "confirm_order", "context", "decline_order", "dispatch_order", "edit_order",
    "extend_order", "hand_back_order", "hand_over_order", "keep_mark", "log_call", "merge_order",
    "open_slip", "order_number", "pause_order", "place_order",
    "publish_order", "question_mark", "rate_order", "recall_order", "refuse_extension", "reject_order",
    "release_order", "reopen_order", "report_done", "republish_order", "resume_order",
    "return_order", "start_order", "strike_mark", "take_back", "thank_order",
    "transfer_done", "transfer_news", "transfer_order", "unit_accept_order",
    "unit_claim_order", "unmerge_order", "verify_order", "withdraw_order",
]  # fmt: skip

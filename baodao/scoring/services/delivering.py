"""Cards on their way: handed over on paper where the addressee is outside the system,
received, filed with a number; what nobody received is filed after its days with a note
(L47)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from baodao.acts.access import require, visible
from baodao.acts.actor import Actor
from baodao.acts.engine import act
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.models import next_numbers
from baodao.places.calendars import ground
from baodao.places.models import Place
from baodao.scoring.models_evaluation import Delivery

NOT_RECEIVED = "送达后没有签收，到期备案"


def delivery_of(pk: UUID) -> Delivery:
    """Raises NotFound."""
    found = Delivery.objects.select_related("card").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def hand_over(
    *, actor: Actor, delivery_id: UUID, how: str, to: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Note that a printed card was taken to an addressee outside the system (8.37).
    Errors: to, how."""
    d, at = delivery_of(delivery_id), now or clock_now()
    require(actor, "card_deliveries.hand_over", d)
    if how not in ("paper", "post"):
        raise Invalid(fields={"how": "请选怎么送的。"})
    name = to.strip() or d.to
    if not name:
        raise Invalid(fields={"to": "没有登记上级党组织。请写送给了哪里。"})
    its = ground(d.path)
    due = today(its.calendar.add_workdays(at, its.settings["scoring.receipt_days"]))
    write = Write(set={"how": how, "to": name, "delivered_at": at, "due_on": due})
    return act(
        actor, "card_deliveries.hand_over", d.pk, lambda row: write, version=d.version,
        now=at,
    )  # fmt: skip


def receive(
    *, actor: Actor, ids: Collection[UUID], by: str = "", now: datetime | None = None
) -> list[UUID]:
    """Receipt 签收 of one card or many. A unit receives what came to it; the community
    notes the receipt of a printed one, with the name of who took it. Errors: by."""
    at = now or clock_now()
    rows = visible(
        Delivery.objects.filter(pk__in=list(ids)), actor, "card_deliveries.receive"
    )
    found = list(rows.filter(state="delivered").exclude(kind="filing"))
    if not found:
        raise Conflict("没有等签收的。请刷新再看。")
    if actor.path is not None:
        if any(d.unit_id for d in found):
            raise Forbidden("系统里送达的，由收到的单位来签收。")
        if not by.strip():
            raise Invalid(fields={"by": "请写签收人。"})
    name = by.strip() or actor.name
    write = Write(set={"received_at": at, "received_by": name})
    return act_many(
        actor, "card_deliveries.receive", [d.pk for d in found], write, now=at
    )


def to_file(actor: Actor) -> QuerySet[Delivery]:
    """What waits for its filing number in the actor's county."""
    rows = Delivery.objects.filter(kind="filing", state="delivered")
    return visible(rows, actor, "card_deliveries.file")


def ripe(at: datetime | None = None) -> Q:
    """Filing rows that may be filed: all other addressees have received, or their days
    are over."""
    waits = Delivery.objects.filter(
        Q(state="waiting") | Q(state="delivered", due_on__gte=today(at))
    ).exclude(kind="filing")  # fmt: skip
    return ~Q(card__in=waits.values("card"))


def file_all(
    *, actor: Actor, ids: Collection[UUID] | None = None, now: datetime | None = None
) -> tuple[list[UUID], int]:
    """File the chosen, or all that are ripe: each gets a number of the county's series;
    what was not received says so. Returns the ids and how many must wait."""
    at = now or clock_now()
    rows = to_file(actor)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    n = rows.count()
    ready = list(rows.filter(ripe(at)).select_related("card").order_by("card__number"))
    if not ready:
        raise Conflict(
            "还没有可以备案的。主送的签收以后，或送达满期限没有签收的，才能备案。"
        )
    with transaction.atomic():
        done = _file(actor, ready, at)
    return done, n - len(ready)


def _file(actor: Actor, rows: Sequence[Delivery], at: datetime) -> list[UUID]:
    missed = set(
        Delivery.objects.filter(
            card__in=[d.card_id for d in rows], state="delivered"
        ).exclude(kind="filing").values_list("card_id", flat=True)
    )  # fmt: skip
    series: dict[tuple[str, int], list[Delivery]] = {}
    for d in rows:
        county = "/".join(d.path.split("/")[:3]) + "/"
        series.setdefault((county, d.card.year), []).append(d)
    codes = dict(
        Place.objects.filter(path__in=[c for c, _ in series]).values_list(
            "path", "code"
        )
    )
    writes = {}
    for (county, year), those in series.items():
        numbers = next_numbers(f"filing:{county}:{year}", len(those))
        for d, n in zip(those, numbers, strict=True):
            note = NOT_RECEIVED if d.card_id in missed else ""
            number = f"备{year}-{codes.get(county, '')}-{n:05d}"
            writes[d.pk] = Write(
                set={"number": number, "filed_at": at, "note": note},
                reason="not_received" if note else "",
            )
    return act_rows(actor, "card_deliveries.file", writes, now=at)

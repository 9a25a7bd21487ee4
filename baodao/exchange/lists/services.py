"""The verbs of needs and resources (L05, L24, L25). All keyword-only, with `now` and
`client_id`; steps take `pk`. Errors: NotFound outside the actor's scope, Forbidden
inside it, Conflict when the state or somebody else was first, Invalid with the field."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from baodao.acts.access import require
from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.engine import create
from baodao.acts.many import act_many
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.exchange.lists import plans, rules
from baodao.exchange.models import Booking, Need, Resource
from baodao.exchange.steps import number, single, tell, verb
from baodao.people.models import ContactTie
from baodao.people.queries import current
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.reporting.models import ReportIn, ReportInItem
from baodao.reporting.rules import LIVE

M = TypeVar("M", Need, Resource)
SWEEP_LIMIT = 500
BUSY = "这段时间已经约出去了。请换个时间。"
TAKEN = "这一条已经收进清单了。"
# Words of a title that tell its kind, when it is taken over from a report-in.
_TELLING: Mapping[str, tuple[str, ...]] = {
    "culture": ("演出", "文艺", "图书", "文体", "球", "戏"),
    "environment": ("清扫", "绿化", "环境", "卫生", "苗木"),
    "party": ("党课", "宣讲", "主题党日", "会议室", "党员"),
    "welfare": ("义诊", "困难", "助学", "捐", "生活物资", "慰问"),
}
_KINDS: Mapping[str, tuple[str, ...]] = {
    "venue": ("会议室", "场地", "活动室", "球场"),
    "device": ("工具", "设备", "苗木", "车"),
    "expert": ("教师", "工程师", "医生", "律师", "宣讲员", "指导"),
    "internship": ("岗位", "实习"),
    "fund": ("资金", "经费"),
}


def _guess(title: str, known: Mapping[str, tuple[str, ...]], usual: str) -> str:
    return next((k for k, ws in known.items() if any(w in title for w in ws)), usual)


def _community(place_id: UUID) -> Place:
    place = Place.objects.filter(id=place_id, valid_to=None, level=COMMUNITY).first()
    if place is None:
        raise Invalid(fields={"place": "请选社区（村）。"})
    return place


def _tied(unit_id: UUID, place: Place) -> None:
    tie = ContactTie.objects.filter(
        current(), unit=unit_id, path__startswith=place.path
    )
    if not tie.exists():
        raise Invalid(fields={"place": "单位的联系点不在这个社区。"})


def add_need(
    *, actor: Actor, place_id: UUID, said: plans.Said, unit_id: UUID | None = None,
    wanted_on: date | None = None, item_id: UUID | None = None,
    now: datetime | None = None, client_id: str = "",
) -> Need:  # fmt: skip
    """A need: of the community itself, confirmed at once; of a unit, which a worker of
    the community looks at first unless the worker wrote it down."""
    plans.check(said)
    place = _community(place_id)
    if unit_id:
        _tied(unit_id, place)
    by_unit = actor.unit_id is not None
    need = Need(
        number=number("need", place.path), place=place, path=place.path,
        unit_id=unit_id, state="draft" if by_unit else "confirmed", wanted_on=wanted_on,
        item_id=item_id, clock_from=now or clock_now(), **said.columns(),
    )  # fmt: skip
    event = "propose" if by_unit else "add"
    return _made(actor, f"needs.{event}", need, now, client_id)


def offer(
    *, actor: Actor, place_id: UUID, unit_id: UUID, said: plans.Said, kind: str,
    count: int = 1, until: date | None = None, need_id: UUID | None = None,
    item_id: UUID | None = None, now: datetime | None = None, client_id: str = "",
) -> Resource:  # fmt: skip
    """A resource of a unit, for one of its communities; with `need_id` for a need that
    is on that community's list."""
    plans.check(said)
    place = _community(place_id)
    _tied(unit_id, place)
    if kind not in rules.RESOURCE_KINDS:
        raise Invalid(fields={"kind": "请选种类。"})
    if not 1 <= count <= 99:
        raise Invalid(fields={"count": "可以同时约 1 到 99 份。"})
    if (
        need_id
        and not Need.objects.filter(
            id=need_id, path=place.path, state="published"
        ).exists()
    ):
        raise Invalid(fields={"need": "这条需求已经不在等对接。请看一下最新的清单。"})
    by_unit = actor.unit_id is not None
    resource = Resource(
        number=number("resource", place.path), place=place, path=place.path,
        unit_id=unit_id, kind=kind, count=count, until=until, need_id=need_id,
        item_id=item_id, state="offered" if by_unit else "available",
        clock_from=now or clock_now(), **said.columns(),
    )  # fmt: skip
    event = "offer" if by_unit else "add"
    return _made(actor, f"resources.{event}", resource, now, client_id)


def _made(actor: Actor, action: str, row: M, now: datetime | None, client_id: str) -> M:
    model = type(row)
    with single(need_taken_over_once=TAKEN, resource_taken_over_once=TAKEN):
        done = create(
            actor, action, row, Write(job=tell()), now=now, client_id=client_id
        )
    return model._default_manager.get(pk=done.id) if done.repeated else row


def take_over(
    *, actor: Actor, item_id: UUID, now: datetime | None = None
) -> Need | Resource:
    """A line of a unit's report-in goes on the list as it is, with one tap (L05)."""
    item = ReportInItem.objects.select_related("report_in__point").filter(id=item_id)
    line = item.first()
    if line is None:
        raise NotFound
    report_in = line.report_in
    require(actor, "reporting.view", report_in)
    if report_in.state not in LIVE or report_in.edition != line.edition:
        raise Conflict("单位已经换了新的清单。请看最新的一版。")
    assert report_in.subject_unit_id
    place = _community_of(report_in)
    said = plans.Said(
        line.title, _guess(line.title, _TELLING, "resources"), line.quantity,
        line.conditions,
    )  # fmt: skip
    if line.kind == "need":
        return add_need(
            actor=actor, place_id=place.id, unit_id=report_in.subject_unit_id, said=said,
            item_id=line.id, now=now,
        )  # fmt: skip
    return offer(
        actor=actor, place_id=place.id, unit_id=report_in.subject_unit_id, said=said,
        kind=_guess(line.title, _KINDS, "service"), item_id=line.id, now=now,
    )  # fmt: skip


def _community_of(report_in: ReportIn) -> Place:
    place = report_in.point
    while place.level > COMMUNITY and place.parent:
        place = place.parent
    return place


# --- steps ------------------------------------------------------------------------


_need = partial(verb, "needs", plans.NEED_READS)
confirm_need = _need("confirm", plans.on)
publish_need = _need("publish", plans.publish)
renew_need = _need("renew", plans.publish)
withdraw_need = _need("withdraw", plans.off)
_resource = partial(verb, "resources", plans.RESOURCE_READS)
accept_resource = _resource("accept", plans.on)
reopen_resource = _resource("reopen", plans.on)
# What is booked stands: the unit cancels it with a reason, or keeps its word.
retire_resource = _resource("retire", plans.off)


def move_needs(needs: list[UUID], event: str, at: datetime) -> None:
    """What a project does to the needs it is made of."""
    step = _need(event, plans.unmatch if event == "unmatch" else plans.on)
    for pk in needs:
        step(actor=SYSTEM, pk=pk, now=at)


# --- bookings ---------------------------------------------------------------------


def book(
    *, actor: Actor, resource_id: UUID, start_at: datetime, end_at: datetime,
    purpose: str, now: datetime | None = None, client_id: str = "",
) -> Booking:  # fmt: skip
    """Ask for a resource for a time. It is held at once, the unit says whether it
    keeps it; nobody else can book the same one meanwhile."""
    at = now or clock_now()
    plans.check_booking(start_at, end_at, at, purpose)
    resource = Resource.objects.filter(id=resource_id).first()
    if resource is None:
        raise NotFound
    require(actor, "resources.view", resource)
    if resource.state != "available":
        raise Conflict("这项资源现在不能约。请看一下最新的清单。")
    booking = Booking(
        resource=resource, nth=_free(resource, start_at, end_at),
        unit_id=resource.unit_id, place_id=resource.place_id, path=resource.path,
        purpose=purpose.strip(), start_at=start_at, end_at=end_at,
    )  # fmt: skip
    with single(booking_no_overlap=BUSY):
        create(
            actor, "bookings.ask", booking, Write(job=tell()), now=at,
            client_id=client_id,
        )  # fmt: skip
    return booking


def _free(resource: Resource, start: datetime, end: datetime) -> int:
    """Which of those that can be used at the same time is free. Raises Conflict."""
    taken = set(
        Booking.objects.filter(
            resource=resource, state__in=rules.HELD, start_at__lt=end, end_at__gt=start
        ).values_list("nth", flat=True)
    )
    free = [n for n in range(1, resource.count + 1) if n not in taken]
    if not free:
        raise Conflict(BUSY)
    return free[0]


_booking = partial(verb, "bookings", plans.BOOKING_READS)
reserve = _booking("reserve", plans.reserve)
cancel_booking = _booking("cancel", plans.cancel_booking)
_use = _booking("use", plans.use)


def use(
    *, actor: Actor, pk: UUID, now: datetime | None = None, client_id: str = ""
) -> Done:
    """It was used: the unit's record."""
    booking = Booking.objects.select_related("resource").filter(id=pk).first()
    if booking is None:
        raise NotFound
    return _use(
        actor=actor, pk=pk, now=now, client_id=client_id, by=actor.person_id,
        joint_type=booking.resource.joint_type,
    )  # fmt: skip


# --- by themselves ----------------------------------------------------------------


def sweep(now: datetime | None = None) -> int:
    """Needs that nothing was found for in half a year leave the list, and who has them
    is told; returns how many."""
    at = now or clock_now()
    late = Need.objects.filter(state="published", due_at__lte=at).order_by("id")
    rows = list(late.values_list("id", "version")[:SWEEP_LIMIT])
    write = Write(set={"clock_from": at, "due_at": None}, job=tell())
    return len(
        act_many(
            SYSTEM, "needs.expire", [pk for pk, _ in rows], write,
            versions=[v for _, v in rows], now=at,
        )
    )  # fmt: skip

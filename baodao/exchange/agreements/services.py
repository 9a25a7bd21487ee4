"""The verbs of agreements (L15) and of what they promise (L18). All keyword-only, with
`now` and `client_id`. Errors: NotFound outside the actor's scope, Forbidden inside it,
Conflict when the state or somebody else was first, Invalid with the field."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from baodao.acts.access import require
from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.engine import create, note_event, read
from baodao.acts.writing import Done, Write
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.models import next_number
from baodao.duties import services as duties
from baodao.exchange.agreements import plans, rules
from baodao.exchange.agreements.scans import MOST_BYTES, cleaned
from baodao.exchange.models import Agreement, AgreementItem, Scan
from baodao.exchange.steps import (
    Context,
    Plan,
    Row,
    for_system,
    number,
    single,
    take,
    tell,
)
from baodao.people.models import Unit
from baodao.people.queries import units_at
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY

DUTY = "agreement_item"
SOURCE = "exchange.agreementitem"
SWEEP_LIMIT = 500
RENEWED = "这份协议已经有续签的一份在办。"


def _do(
    actor: Actor, event: str, pk: UUID, plan: Plan, now: datetime | None,
    client_id: str = "",
) -> Done:  # fmt: skip
    return take(
        actor, f"agreements.{event}", pk, plan, reads=plans.READS, now=now,
        client_id=client_id,
    )  # fmt: skip


# --- writing it down --------------------------------------------------------------


def draft(
    *, actor: Actor, place_id: UUID, unit_ids: Sequence[UUID], text: plans.Text,
    renews: UUID | None = None, now: datetime | None = None, client_id: str = "",
) -> Agreement:  # fmt: skip
    """A new agreement; with `renews` the one that follows another."""
    place = Place.objects.filter(id=place_id, valid_to=None, level=COMMUNITY).first()
    if place is None:
        raise Invalid(fields={"place": "请选协议的社区（村）。"})
    plans.check(text, unit_ids)
    _check_parties(place, unit_ids, text)
    at = now or clock_now()
    agreement = Agreement(
        number=number("agreement", place.path), place=place, path=place.path,
        unit_ids=list(unit_ids), clock_from=at, previous_id=_renewable(actor, renews),
        **text.columns(),
    )  # fmt: skip
    write = Write(
        adds=plans.items(agreement.id, text, unit_ids, 1),
        data={"items": len(text.items)}, job=tell(),
    )  # fmt: skip
    with single(agreement_renewed_once=RENEWED):
        done = create(
            actor, "agreements.draft", agreement, write, now=at, client_id=client_id
        )
    return Agreement.objects.get(id=done.id) if done.repeated else agreement


def _renewable(actor: Actor, renews: UUID | None) -> UUID | None:
    if renews is None:
        return None
    old = Agreement.objects.filter(id=renews).first()
    if old is None:
        raise NotFound
    require(actor, "agreements.view", old)
    if old.state not in ("effective", "expired"):
        raise Conflict("只有履行中或到期的协议可以续签。")
    return old.id


def _check_parties(place: Place, unit_ids: Sequence[UUID], text: plans.Text) -> None:
    """Units of this community (a tie to it or to a grid of it), estates of it."""
    here = set(units_at(place.path).values_list("id", flat=True))
    if set(unit_ids) - here:
        raise Invalid(fields={"units": "只能选联系点在本社区的单位。"})
    wanted = {i.estate_id for i in text.items if i.estate_id}
    inside = Place.objects.filter(id__in=wanted, path__startswith=place.path)
    if inside.count() != len(wanted):
        raise Invalid(fields={"items": "小区要在本社区里。"})


def revise(
    *, actor: Actor, agreement_id: UUID, unit_ids: Sequence[UUID], text: plans.Text,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Change what is not signed by both yet; the next edition is signed anew."""
    row = read("agreements.revise", agreement_id, plans.READS)
    require(actor, "agreements.revise", row)
    plans.check(text, unit_ids)
    _check_parties(Place.objects.get(id=row["place_id"]), unit_ids, text)
    return _do(
        actor, "revise", agreement_id,
        lambda r, c: plans.revise(r, c, text, unit_ids), now, client_id,
    )  # fmt: skip


# --- signing, filing --------------------------------------------------------------


def sign(
    *, actor: Actor, agreement_id: UUID, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """The hand of the actor's side: a unit's secretary, or the community's."""
    row = read("agreements.view", agreement_id, plans.READS)
    require(actor, "agreements.view", row)
    if not actor.unit_id:
        place = Place.objects.get(id=row["place_id"])
        return _do(
            actor, "community_sign", agreement_id,
            lambda r, c: plans.community_signs(
                r, c, party=f"{place.name}党组织", signer=actor.name
            ),
            now, client_id,
        )  # fmt: skip
    unit = Unit.objects.get(id=actor.unit_id)
    last = set(row["unit_ids"]) <= {*row["signed_ids"], unit.id}
    return _do(
        actor, "unit_sign" if last else "sign", agreement_id,
        lambda r, c: plans.unit_signs(
            r, c, unit_id=unit.id, party=unit.name, signer=actor.name, last=last
        ),
        now, client_id,
    )  # fmt: skip


def file(
    *, actor: Actor, agreement_id: UUID, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """The township files it; when its term has begun, it is in force at once."""
    at = now or clock_now()
    row = read("agreements.file", agreement_id, plans.READS)
    require(actor, "agreements.file", row)
    rules.FLOW.step(row["state"], "file")
    with transaction.atomic():
        no = _filing_number(str(row["path"]), at)
        done = _do(
            actor, "file", agreement_id,
            lambda r, c: plans.file(r, c, number=no), at, client_id,
        )  # fmt: skip
        if not done.repeated and row["valid_from"] <= local(at).date():
            take_effect(agreement_id, now=at, by=actor)
    return done


def _filing_number(path: str, at: datetime) -> str:
    year = local(at).year
    n = next_number(f"agreement-file:{'/'.join(path.split('/')[:4])}:{year}")
    return f"共备〔{year}〕{n}号"


def take_effect(
    agreement_id: UUID, *, now: datetime | None = None, by: Actor = SYSTEM
) -> int:
    """In force: every item becomes the duties of its windows (L18), the agreement it
    renews ends. Returns how many duties there are."""
    at = now or clock_now()
    with transaction.atomic():
        _do(
            for_system(by),
            "take_effect",
            agreement_id,
            lambda r, c: Write(job=tell()),
            at,
        )
        agreement = Agreement.objects.get(id=agreement_id)
        if agreement.previous_id:
            _renewed(agreement.previous_id, at)
        return owe(agreement, now=at)


def _renewed(previous_id: UUID, at: datetime) -> None:
    """What is renewed before its end is over with the new one's first day."""
    if Agreement.objects.filter(id=previous_id, state="effective").exists():
        _do(
            SYSTEM, "expire", previous_id,
            lambda r, c: plans.over(c, "renewed", tells=False), at,
        )  # fmt: skip
        _cancel(SYSTEM, previous_id, at, "renewed")


def owe(agreement: Agreement, *, now: datetime | None = None) -> int:
    """Write the duties of all items that are not there yet; the same call again
    writes nothing."""
    items = AgreementItem.objects.filter(
        agreement=agreement, edition=agreement.edition
    ).select_related("estate", "unit")
    windows, sources = {}, []
    for item in items:
        windows[str(item.id)] = duty_windows(item, agreement)
        sources.append(
            duties.Source(
                id=item.id, pattern=str(item.id), path=agreement.path,
                place_id=agreement.place_id, unit_id=owner_of(item),
                valid_from=agreement.valid_from, valid_to=agreement.valid_to,
            )
        )  # fmt: skip
    return duties.generate(
        actor=SYSTEM, kind=DUTY, source_kind=SOURCE, sources=sources, windows=windows,
        path=agreement.path, now=now,
    )  # fmt: skip


def duty_windows(item: AgreementItem, agreement: Agreement) -> list[duties.Window]:
    """The windows of one item, each with what is owed in it."""
    where = f"（{item.estate.name}）" if item.estate else ""
    return [
        duties.Window(
            key=s.key, title=f"{s.words}：{item.title}{where}" if s.words else
            f"{item.title}{where}", opens_on=s.first, due_on=s.last,
        )
        for s in rules.spans(item.cadence, agreement.valid_from, agreement.valid_to)
    ]  # fmt: skip


def owner_of(item: AgreementItem) -> UUID:
    """Who owes an item now: the unit that signed it, or where that went (8.7)."""
    unit: Unit = item.unit
    while unit.successor is not None:
        unit = unit.successor
    return unit.id


def send_back(
    *, actor: Actor, agreement_id: UUID, note: str, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """The township returns it; the next edition has the same items."""
    agreement = Agreement.objects.filter(id=agreement_id).first()
    if agreement is None:
        raise NotFound
    same = _same_items(agreement)

    def plan(row: Row, ctx: Context) -> Write:
        write = plans.send_back(row, ctx, note=note)
        write.adds = same
        return write

    return _do(actor, "send_back", agreement_id, plan, now, client_id)


def _same_items(agreement: Agreement) -> list[AgreementItem]:
    rows = agreement.items.filter(edition=agreement.edition)
    names = (
        "position",
        "title",
        "joint_type",
        "mechanism",
        "cadence",
        "unit_id",
        "estate_id",
    )
    return [
        AgreementItem(
            agreement=agreement, edition=agreement.edition + 1,
            **{n: getattr(row, n) for n in names},
        )
        for row in rows
    ]  # fmt: skip


# --- its end ----------------------------------------------------------------------


def drop(
    *, actor: Actor, agreement_id: UUID, note: str = "", now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """Not signed after all."""
    return _do(
        actor, "drop", agreement_id, lambda r, c: plans.over(c, "agreed", note), now,
        client_id,
    )  # fmt: skip


def terminate(
    *, actor: Actor, agreement_id: UUID, reason: str, note: str,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """End it before its time; what was open is owed no more."""
    at = now or clock_now()
    with transaction.atomic():
        done = _do(
            actor, "terminate", agreement_id,
            lambda r, c: plans.terminate(r, c, reason=reason, note=note), at, client_id,
        )  # fmt: skip
        if not done.repeated:
            _cancel(for_system(actor), agreement_id, at, reason)
    return done


def _cancel(actor: Actor, agreement_id: UUID, at: datetime, reason: str) -> None:
    items = AgreementItem.objects.filter(agreement=agreement_id)
    duties.cancel_all(
        actor=actor, source_ids=list(items.values_list("id", flat=True)),
        since=local(at).date(), reason=reason, now=at,
    )  # fmt: skip


def attach(
    *, actor: Actor, agreement_id: UUID, name: str, data: bytes,
    now: datetime | None = None,
) -> Scan:  # fmt: skip
    """Keep the signed paper as a file (PDF or JPEG), encrypted in its row, without
    what a camera wrote into it."""
    kind, body = cleaned(data)
    scan = Scan(
        agreement_id=agreement_id, name=name[-80:], kind=kind, size=len(body), body=body,
        added_at=now or clock_now(), added_by=actor.name,
    )  # fmt: skip
    _do(actor, "attach", agreement_id, lambda r, c: plans.attach(r, c, scan=scan), now)
    return scan


def open_scan(*, actor: Actor, agreement_id: UUID, scan_id: UUID) -> Scan:
    """The file, after it was noted who opens it."""
    scan = Scan.objects.filter(id=scan_id, agreement=agreement_id).first()
    agreement = Agreement.objects.filter(id=agreement_id).first()
    if scan is None or agreement is None:
        raise NotFound
    note_event(
        actor, "agreements.read_scan", agreement, Write(data={"scan": str(scan.id)})
    )
    return scan


# --- by themselves ----------------------------------------------------------------


def sweep(now: datetime | None = None) -> dict[str, int]:
    """The system's own acts (worker, every hour): filed ones take effect on their
    first day, the end is announced sixty and thirty days before, and comes."""
    at = now or clock_now()
    day = local(at).date()
    live = Agreement.objects.filter(state="effective")
    begun = Agreement.objects.filter(state="filed", valid_from__lte=day)
    ended = live.filter(valid_to__lte=day)
    soon = live.filter(valid_to__gt=day).filter(
        Q(reminded=0, valid_to__lte=day + timedelta(days=rules.REMIND_DAYS[0]))
        | Q(reminded__lt=2, valid_to__lte=day + timedelta(days=rules.REMIND_DAYS[1]))
    )
    counts = {"begun": 0, "ended": 0, "reminded": 0}
    for pk in _some(begun):
        take_effect(pk, now=at)
        counts["begun"] += 1
    for pk in _some(ended):
        _do(SYSTEM, "expire", pk, lambda r, c: plans.over(c, "over"), at)
        counts["ended"] += 1
    for pk in _some(soon):
        _do(SYSTEM, "remind", pk, plans.remind, at)
        counts["reminded"] += 1
    return counts


def _some(found: QuerySet[Agreement]) -> list[UUID]:
    return list(found.order_by("id").values_list("id", flat=True)[:SWEEP_LIMIT])


__all__ = [
    "MOST_BYTES", "attach", "draft", "drop", "file", "open_scan", "owe", "owner_of", "revise",
    "send_back", "sign", "sweep", "take_effect", "terminate",
]  # fmt: skip

"""The verbs of visits (L38–L41). A visit, the duties it fulfils and the order for a
need it found are one transaction; so are a confirmation, its record and the duties
(section 3 idea 1). All keyword-only. Errors: NotFound outside the actor's scope,
Forbidden inside it, Conflict when the state or somebody else was first, Invalid with
the field."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from baodao.acts.actor import SYSTEM, Actor, consequence_of
from baodao.acts.engine import act, create, repeated
from baodao.acts.writing import Done, Write
from baodao.core.clock import at_local, today
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.ids import uuid7
from baodao.core.text import private_numbers
from baodao.duties import services as duties
from baodao.duties.models import Duty
from baodao.duties.rules import OPEN
from baodao.orders import services as orders
from baodao.orders.guessing import category_of
from baodao.pairings import visits_flow, visits_rules
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.visits_again import settle_again
from baodao.pairings.visits_limits import limits_at
from baodao.pairings.visits_links import expired, raw_token, stored
from baodao.places.calendars import ground
from baodao.places.models import Place
from baodao.records.models import Record

TELL = "pairings.tell_visit"
SOURCE = "household_pairing"
KINDS = tuple(visits_flow.DUTIES)


@dataclass(frozen=True)
class Report:
    """What is said about one visit. `partner_id`: another paired member who went
    along; `companion`: the other adult at a minor's; `need`: what the household would
    like to have done, which becomes an order; `reason`: why it is entered late."""

    on: date
    method: str = "in_person"
    outcome: str = "met"
    topics: Sequence[str] = ()
    need: str = ""
    urgent: bool = False
    at: time | None = None
    minutes: int = 0
    companion: str = ""
    partner_id: UUID | None = None
    follow: str = ""
    reason: str = ""


def record_visit(
    *, actor: Actor, pairing_id: UUID, report: Report, by_id: UUID | None = None,
    entry: str = "self", signed: bool = False, now: datetime | None = None,
    client_id: str = "",
) -> Visit:  # fmt: skip
    """A visit as it was, by the member, whoever stands in, or a worker for them from
    paper (`entry`, `by_id`). Nobody at home is an attempt, and the duties are tried
    again. `signed`: the household has signed the paper, which confirms it."""
    now = now or clock_now()
    pairing = pairing_of(pairing_id)
    event = "attempt" if report.outcome == "nobody_home" else "record"
    with _once(actor, event, client_id) as before:
        if before:
            return before
        visitor = _visitor(actor, pairing, by_id)
        late = checked(pairing, report, visitor, now)
        visit = _new(pairing, report, visitor, entry, late)
        if entry != "self":
            actor = actor.for_someone(f"党员（{visits_flow.ENTRIES[entry]}）")
        if event == "record":
            visit.order_id = _order(actor, pairing, report, now, client_id)
        notes = [("staff", report.reason)]
        write = Write(data={"outcome": report.outcome}, notes=notes, reason=late)
        create(actor, f"visits.{event}", visit, write, now=now, client_id=client_id)
        if event == "attempt":
            _attempts(actor, pairing, report.on, now)
            return visit
        fulfil(actor, visit, now)
        if report.partner_id:
            _joint(actor, visit, pairing, report, now)
        if signed:
            confirm_visit(actor=actor, visit_id=visit.pk, how="paper", now=now)
            visit.refresh_from_db()
    return visit


@contextmanager
def _once(actor: Actor, event: str, client_id: str) -> Iterator[Visit | None]:
    """One transaction. Yields what the first try with this client id has written, if
    there was one; of two at the same moment the second is told to look again."""
    done = repeated(actor, f"visits.{event}", client_id)
    if done:
        yield Visit.objects.get(pk=done.id)
        return
    try:
        with transaction.atomic():
            yield None
    except IntegrityError as error:
        if "client_key" in str(error):
            raise Conflict("这一笔刚刚已经记下了。请看走访记录。") from error
        raise


def pairing_of(pairing_id: UUID) -> HouseholdPairing:
    rows = HouseholdPairing.objects.select_related("household", "member")
    found = rows.filter(pk=pairing_id).first()
    if found is None:
        raise NotFound
    return found


def _visitor(actor: Actor, pairing: HouseholdPairing, by_id: UUID | None) -> UUID:
    """Who went: the paired member, the second one of the pairing, or whoever stands in
    for an open duty. Others have no business there."""
    wanted = by_id or actor.member_id or pairing.member_id
    if wanted in visitors(pairing):
        return wanted
    if actor.role == "member":
        raise NotFound
    raise Invalid(fields={"by": "这一位不是结对党员，也没有请他代访。请先请人代访。"})


def visitors(pairing: HouseholdPairing) -> list[UUID]:
    """Members who may go to this household now, the paired one first."""
    asked = Duty.objects.filter(
        source_id=pairing.pk, state__in=OPEN, stand_in__isnull=False
    )
    found = [pairing.member_id, pairing.second_id]
    found += asked.values_list("stand_in_id", flat=True)
    return list(dict.fromkeys(pk for pk in found if pk))


def checked(
    pairing: HouseholdPairing, report: Report, visitor: UUID, now: datetime,
    but: UUID | None = None,
) -> str:  # fmt: skip
    """Raises Invalid or Conflict; returns how late it is entered. `but`: the visit
    itself, when it is written again."""
    day = today(now)
    if pairing.since is None or pairing.state in ("proposed", "consent_pending"):
        raise Conflict("这一户还没有同意结对，不能走访。同意以后社区会告诉您。")
    until = pairing.ended_on if pairing.state == "ended" else None
    if pairing.state == "paused":
        until = pairing.paused_on
    limits = limits_at(pairing.home_path)
    if problem := visits_rules.day_problem(
        report.on, day, pairing.since, until, limits
    ):
        raise Invalid(fields={"day": problem})
    _check_words(report)
    field, problem = visits_rules.wish_problem(
        report.on, report.at, report.method, quiet_months=pairing.quiet_months,
        not_after=limits.latest_of(pairing.not_after), phone_only=pairing.phone_only,
    )  # fmt: skip
    if problem and report.outcome != "nobody_home":
        raise Invalid(fields={field: problem})
    if _needs_adult(pairing, report):
        raise Invalid(
            fields={
                "companion": "去看未成年人要有另一位大人在场。请写同去的是谁（监护人、同事或社区）。"
            }
        )
    _check_overlap(report, visitor, but)
    late = visits_rules.lateness(report.on, day, limits)
    if late and not report.reason.strip():
        raise Invalid(
            fields={
                "reason": f"超过{limits.normal_days}天才记的，请写一句为什么。社区书记确认时会看。"
            }
        )
    return late


def _check_words(report: Report) -> None:
    if report.method not in visits_flow.METHODS:
        raise Invalid(fields={"how": "请选怎么访的。"})
    if report.outcome not in visits_flow.OUTCOMES:
        raise Invalid(fields={"how": "请选见到了没有。"})
    if set(report.topics) - set(visits_flow.TOPICS):
        raise Invalid(fields={"topics": "请从列表里选。"})
    words = {"need": report.need, "follow": report.follow, "reason": report.reason}
    for field, text in words.items():
        check_numbers(field, text)


def check_numbers(field: str, text: str) -> None:
    if found := private_numbers(text):
        raise Invalid(
            fields={field: f"里面有{'、'.join(found)}，这里用不着，请去掉再记。"}
        )


def _needs_adult(pairing: HouseholdPairing, report: Report) -> bool:
    """A minor is never met alone (L37)."""
    meets = report.method == "in_person" and report.outcome == "met"
    with_adult = report.companion.strip() or report.partner_id
    return pairing.focus == "minor" and meets and not with_adult


def _check_overlap(report: Report, visitor: UUID, but: UUID | None) -> None:
    """Nobody is in two homes at once (domain 8.25): where both times are known."""
    if not report.at or not report.minutes or report.method != "in_person":
        return
    start = datetime.combine(report.on, report.at)
    end = start + timedelta(minutes=report.minutes)
    same = Visit.objects.filter(
        Q(member_id=visitor, stand_in=None) | Q(stand_in_id=visitor),
        visited_on=report.on, started_at__isnull=False, minutes__gt=0, state__in=("done", "confirmed"),
    )  # fmt: skip
    if but:
        same = same.exclude(pk=but)
    for at, minutes in same.values_list("started_at", "minutes"):
        begun = datetime.combine(report.on, at or time.min)
        if begun < end and start < begun + timedelta(minutes=minutes):
            raise Invalid(
                fields={"at": "这个时间已经记了另一次走访。请核对几点、多久。"}
            )


def _new(
    pairing: HouseholdPairing, report: Report, visitor: UUID, entry: str, late: str
) -> Visit:
    pk = uuid7()
    return Visit(
        id=pk, token=stored(raw_token(pk)), pairing=pairing,
        state="attempted" if report.outcome == "nobody_home" else "done",
        member_id=pairing.member_id,
        stand_in_id=visitor if visitor != pairing.member_id else None,
        unit_id=pairing.unit_id, path=pairing.path, home_path=pairing.home_path,
        kind=_kind(pairing, report.on), method=report.method, visited_on=report.on,
        started_at=report.at, minutes=report.minutes, topics=list(report.topics),
        household_present=report.outcome != "nobody_home", outcome=report.outcome,
        with_adult=bool(report.companion.strip() or report.partner_id),
        companion=report.companion.strip(), note=report.follow.strip(),
        entry=entry, late=late,
    )  # fmt: skip


def _kind(pairing: HouseholdPairing, on: date) -> str:
    """What this visit was for: the need before the festival before the month."""
    found = Duty.objects.filter(
        source_id=pairing.pk, state__in=OPEN, kind__in=KINDS, opens_on__lte=on
    )
    open_kinds = set(found.values_list("kind", flat=True))
    first = next((k for k in KINDS if k in open_kinds), "visit_month")
    return visits_flow.DUTIES[first]


def fulfil(actor: Actor, visit: Visit, now: datetime) -> list[UUID]:
    return duties.fulfil_all(
        actor=actor, source_ids=[visit.pairing_id], on=visit.visited_on, by_kind="visit",
        by_id=visit.pk, kinds=KINDS, member_id=visit.stand_in_id or visit.member_id, now=now,
    )  # fmt: skip


def _order(
    actor: Actor,
    pairing: HouseholdPairing,
    report: Report,
    now: datetime,
    client_id: str,
) -> UUID | None:
    """A need becomes an order of the household, with one tap; whoever verifies it may
    correct class and wording."""
    need = report.need.strip()
    if not need:
        return None
    home, place = pairing.household, community(pairing.path)
    # A household without telephone is rung at the community.
    phone = home.phone or place.phone or "社区转"
    order = orders.place_order(
        actor=actor, place_id=place.pk, kind="appeal",
        category=category_of(need), detail=need, source="visit",
        urgency="urgent" if report.urgent else "normal", call_name=home.call_name,
        phone=phone, address=home.address, household_id=home.pk,
        language=home.language, now=now,
        client_id=f"{client_id}:need" if client_id else "",
    )  # fmt: skip
    return order.pk


def community(path: str) -> Place:
    return Place.objects.get(path=path, valid_to=None)


def _joint(
    actor: Actor, visit: Visit, pairing: HouseholdPairing, report: Report, now: datetime
) -> None:
    """The other member's half (domain 8.11): an own visit, own duties."""
    same = HouseholdPairing.objects.filter(
        household_id=pairing.household_id, state="active"
    )
    other = same.filter(member_id=report.partner_id or uuid7()).first()
    if other is None:
        raise Invalid(fields={"partner": "这一位没有和这一户结对。请重新选。"})
    half = _new(other, report, other.member_id, visit.entry, visit.late)
    half.joint_id = visit.pk
    whose = replace(SYSTEM, on_behalf_of=actor.name, request_id=actor.request_id)
    create(whose, "visits.record", half, Write(data={"joint": str(visit.pk)}), now=now)
    fulfil(actor, half, now)


def _attempts(actor: Actor, pairing: HouseholdPairing, on: date, now: datetime) -> None:
    """Nobody at home: every open duty of the day has one attempt more and a day on
    which to try again."""
    found = Duty.objects.filter(
        source_id=pairing.pk, kind__in=KINDS, state__in=OPEN, opens_on__lte=on
    )
    whose = replace(SYSTEM, on_behalf_of=actor.name, request_id=actor.request_id)
    limits = limits_at(pairing.home_path)
    for duty in found.order_by("due_on"):
        again = max(visits_rules.retry_on(on, duty.due_on, limits), today(now))
        again = again if again > on else on + timedelta(days=1)
        duties.attempt(actor=whose, duty_id=duty.pk, on=on, retry_on=again, now=now)


# --- the household's word -----------------------------------------------------------

_READS = (
    "pairing_id", "kind", "member_id", "stand_in_id", "unit_id", "path", "visited_on",
    "started_at", "minutes", "late", "joint_id", "method", "created_at", "outcome",
)  # fmt: skip


def confirm_visit(
    *, actor: Actor, visit_id: UUID, how: str, note: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """It was so: by the household's tap or digits, or told to the worker. The record
    is written and the duties are done; both halves of a joint visit at once. Late ones
    the secretary confirms (domain 8.23)."""
    now = now or clock_now()
    if how not in visits_flow.CONFIRMED_HOW:
        raise Invalid(fields={"how": "请选怎么确认的。"})
    visit = _visit(visit_id)
    _may_confirm(actor, visit, how, now)
    with transaction.atomic():
        done = _confirm(actor, visit, how, note, now, client_id)
        if not done.repeated:
            for half in halves(visit):
                whose = _for(actor, half)
                _confirm(whose, half, how, "", now, "")
    return done


def halves(visit: Visit) -> list[Visit]:
    """The other members' visits that were made together with this one and wait."""
    first = visit.joint_id or visit.pk
    same = Visit.objects.filter(Q(joint_id=first) | Q(pk=first), state="done")
    return list(same.exclude(pk=visit.pk))


def _for(actor: Actor, half: Visit) -> Actor:
    """A household holds the link of one half and speaks for both."""
    return replace(actor, link_id=half.pk) if actor.role == "requester" else actor


def _visit(visit_id: UUID) -> Visit:
    found = Visit.objects.select_related("pairing").filter(pk=visit_id).first()
    if found is None:
        raise NotFound
    return found


def _may_confirm(actor: Actor, visit: Visit, how: str, now: datetime) -> None:
    by_link = how in ("link", "code")
    if by_link != (actor.role == "requester"):
        raise Invalid(fields={"how": "请选怎么确认的。"})
    if by_link and visit.state == "done" and expired(visit, now):
        raise Conflict(
            "这个链接过期了，不能再用。社区会打电话问您，也可以给社区打电话。",
            code="expired",
        )
    if not visit.late:
        return
    if by_link:
        raise Conflict("这次走访是后来补记的，由社区书记来确认。书记会问您。")
    if actor.role != "community_secretary":
        raise Forbidden("后来补记的走访要由社区书记确认。可以请书记来办。")


def _confirm(
    actor: Actor, visit: Visit, how: str, note: str, now: datetime, client_id: str
) -> Done:
    record = _record(visit, actor, how, now)
    write = Write(
        set={"confirmed_how": how, "confirmed_by": actor.person_id, "confirmed_at": now},
        data={"how": how}, notes=[("staff", note)], adds=[record],
    )  # fmt: skip
    done = act(
        actor, "visits.confirm", visit.pk, lambda row: write, now=now, client_id=client_id
    )  # fmt: skip
    if not done.repeated:
        duties.confirm(actor=actor, by_id=visit.pk, now=now)
    return done


def _class(visit: Visit) -> str:
    """What it was for; a visit that somebody had asked for is told apart when it came
    after the limit (7.1 M_ADD_ONDEMAND)."""
    late = Duty.objects.filter(
        done_id=visit.pk, kind="visit_need", due_on__lt=visit.visited_on
    )
    late_too = visit.kind == "on_demand" and late.exists()
    return "on_demand_late" if late_too else visit.kind


def _record(visit: Visit, actor: Actor, how: str, now: datetime) -> Record:
    """One record on the day of the visit, in the pairing's channel; over midnight it
    is the day it began (domain 8.24)."""
    start = end = None
    at_work = False
    if visit.started_at:
        start = at_local(visit.visited_on, visit.started_at)
        end = start + timedelta(minutes=visit.minutes)
        at_work = ground(visit.path)[0].is_work_time(start)
    return Record(
        kind="visit", channel=visit.pairing.channel, path=visit.path,
        place_id=community(visit.path).pk, member_id=visit.stand_in_id or visit.member_id,
        unit_id=visit.unit_id, occurred_on=visit.visited_on, start_at=start, end_at=end,
        minutes=visit.minutes, work_time=at_work, source_kind="pairings.visit",
        source_id=visit.pk, source_class=_class(visit), confirmed_at=now, confirmed_how=how,
        confirmed_by=actor.person_id,
    )  # fmt: skip


def refuse_visit(
    *, actor: Actor, visit_id: UUID, reason: str, note: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Nobody came, or it is not as told: what it was to fulfil is owed again, and the
    member is told. Nothing is taken off anybody's card here."""
    if reason not in visits_flow.REFUSED:
        raise Invalid(fields={"reason": "请选怎么回事。"})
    visit = _visit(visit_id)
    with transaction.atomic():
        done = _refuse(actor, visit, reason, note, now, client_id)
        if not done.repeated:
            for half in halves(visit):
                _refuse(_for(actor, half), half, reason, "", now, "")
    return done


def _refuse(
    actor: Actor,
    visit: Visit,
    reason: str,
    note: str,
    now: datetime | None,
    client: str,
) -> Done:
    write = Write(reason=reason, notes=[("staff", note)], job=(TELL, {}))
    done = act(
        actor, "visits.refuse", visit.pk, lambda row: write, now=now, client_id=client
    )
    if not done.repeated:
        duties.refuse(actor=actor, by_id=visit.pk, reason=reason, now=now)
        settle_again(consequence_of(actor), visit, now or clock_now())
    return done

"""What the system proposes deductions for (domain 7.1, 7.2, 9.8): every night, once per
fact, and never more than a proposal. Which duties count is in the rules in force, not
here; who was exempt, what was excused and what fell into a pause of the place is left
out."""

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from baodao.activities.models import Participation
from baodao.acts.actor import SYSTEM
from baodao.acts.models import Event
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.duties.models import Duty
from baodao.exchange.agreements.rules import SIGNED
from baodao.exchange.models import Agreement
from baodao.orders.models import Answer, Order
from baodao.orders.rules import WITH_UNIT
from baodao.orders.sweeps import NOTICE
from baodao.people.models import ContactTie, Exemption, Member
from baodao.people.queries import current
from baodao.places.models import Pause
from baodao.places.rules import community_path
from baodao.places.settings import all_at_each, ancestors
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_deductions as rules
from baodao.scoring.models import Deduction
from baodao.scoring.services import reminding, yearly_rates
from baodao.scoring.services.deducting import propose_all
from baodao.scoring.services.facts import Fact
from baodao.scoring.services.one_by_one import one_by_one
from baodao.scoring.standing import all_sets

LOOK_BACK = timedelta(days=120)  # what is older is not brought up any more
# Nor ever what goes on that long: what was decided about it may be forgotten (9.3).
OLDEST = timedelta(days=730)
LIMIT = 2_000  # new ones of one source in one night, about
BATCH = 500  # looked through together
AGREEMENT_DAYS, AGREEMENT_MONTH = "scoring.agreement_days", "scoring.agreement_month"
# How an order comes into other hands; of a unit the event names it.
TAKEN = ("orders.unit_accept", "orders.unit_claim", "orders.hand_on", "orders.claim")
REMINDED = {"visit_need": 2}
WORDS = ("orders.ask_extension", "orders.note")  # with these an order is not let go of


class _Late(NamedTuple):
    """An order that is late at a unit."""

    order: UUID
    unit: UUID
    path: str
    day: date
    no: str
    title: str


class Source(NamedTuple):
    """Where facts come from. `find` gets the day from which on, and the instant."""

    code: str
    title: str
    find: Callable[[date, datetime], Iterable[Fact]]


def propose_found(now: datetime | None = None) -> dict[str, int]:
    """Go through all sources; returns how many proposals each made (worker, every
    night). A source that fails keeps no other from its turn."""
    at = now or clock_now()

    def remind() -> tuple[str, int]:
        with transaction.atomic():
            return "reminded", reminding.remind(at)

    turns: list[Callable[[], tuple[str, int]]] = [remind]
    turns += [partial(_go_through, s, at) for s in SOURCES]
    made = dict(one_by_one(turns, lambda turn: turn()))
    return {s.code: made[s.code] for s in SOURCES}


def _go_through(source: Source, at: datetime) -> tuple[str, int]:
    """Until there are enough new ones: what is unfair or under no rule, or was proposed
    before, takes no place of what comes after it."""
    made, oldest = 0, today(at) - OLDEST
    found = source.find(today(at) - LOOK_BACK, at)
    facts = (f for f in found if f.occurred_on >= oldest)
    while made < LIMIT and (some := list(islice(facts, BATCH))):
        made += propose_all(SYSTEM, _fair(some), at)
    return source.code, made


def classes(kind: str) -> set[str]:
    """The classes of a kind of record that some set in force takes points for."""
    found = {
        s
        for one in all_sets()
        for r in one.rules
        if r.sign == counting.DEDUCT
        for s in r.selects
    }
    return {s.split(":", 1)[1] for s in found if s.startswith(f"{kind}:")}


# --- what is found -------------------------------------------------------------------------


def lapsed(since: date, at: datetime) -> Iterator[Fact]:
    """Duties that were not done and not made up; what comes without a calendar only when
    the member was reminded of it as often as the rules say."""
    rows = Duty.objects.filter(
        ~_proposed("pk"), state="lapsed", kind__in=classes("duty_missed"),
        due_on__gte=since, due_on__lt=today(at),
    ).order_by("due_on", "pk").iterator(BATCH)  # fmt: skip
    while found := list(islice(rows, BATCH)):
        told = _reminders({d.pk for d in found if d.kind in REMINDED})
        for d in found:
            member, unit = d.member_id, d.unit_id
            whose, subject = (member, "member") if member else (unit, "unit")
            if whose and told[d.pk] >= REMINDED.get(d.kind, 0):
                yield Fact(
                    f"duty_missed:{d.kind}", subject, whose, d.path, d.due_on,
                    f"“{d.title}”到{_day(d.due_on)}没有做，也没有补", "duties.duty", d.pk,
                )  # fmt: skip


def _reminders(duties: set[UUID]) -> Counter[UUID]:
    sent = Event.objects.filter(action="duties.remind", object_id__in=duties)
    return Counter(sent.values_list("object_id", flat=True))


def no_shows(since: date, at: datetime) -> Iterator[Fact]:
    """Signed up, did not come, did not say."""
    rows = Participation.objects.filter(
        ~_proposed("pk"), state="no_show", activity__start_at__date__gte=since,
        activity__state__in=("confirmed", "archived"),
    )  # fmt: skip
    for p in rows.select_related("activity").order_by("pk").iterator(BATCH):
        yield Fact(
            "breach:no_show", "member", p.member_id, p.path, today(p.activity.start_at),
            f"报了名没有来：{p.activity.title}", "activities.participation", p.pk,
        )  # fmt: skip


def abandoned(since: date, at: datetime) -> Iterator[Fact]:
    """A member claimed an order, its limit ran out in their hands without a word, and
    the community took it back. Who puts a claim down says why, in time or late: that is
    no abandoning."""
    rows = Event.objects.filter(
        ~_proposed("pk"), action="orders.recall", reason="silent", data__has_key="member",
        from_state__in=("claimed", "in_service"), at__date__gte=since,
    ).exclude(data__has_key="unit").order_by("at").iterator(BATCH)  # fmt: skip
    while found := list(islice(rows, BATCH)):
        yield from _let_run_out(found)


def _let_run_out(found: list[Event]) -> Iterator[Fact]:
    orders = {e.object_id for e in found}
    titles = dict(Order.objects.filter(pk__in=orders).values_list("pk", "title"))
    before: dict[UUID, list[Event]] = defaultdict(list)
    wanted = ("orders.claim", "orders.remind", *WORDS)
    story = Event.objects.filter(object_id__in=orders, action__in=wanted)
    for e in story.order_by("at", "pk"):
        before[e.object_id].append(e)
    for e in found:
        past = [b for b in before[e.object_id] if b.at <= e.at]
        claims = [i for i, b in enumerate(past) if b.action == "orders.claim"]
        held = past[claims[-1] :] if claims else []
        over = any(b.data.get("at", 0) >= 100 for b in held)
        said_so = any(b.action in WORDS and b.actor_role == "member" for b in held)
        if over and not said_so:
            yield Fact(
                "breach:abandoned", "member", UUID(e.data["member"]), e.path, today(e.at),
                f"认领以后到期没有办，也没有说：{titles[e.object_id]}", "acts.event", e.pk,
                evidence=str(e.object_id),
            )  # fmt: skip


def overdue(since: date, at: datetime) -> Iterator[Fact]:
    """Orders that a unit did not take on in time, or took on and did not get done, once
    per order and unit. Who gives one back has said why; whether that is a reason is for
    people (by hand)."""
    seen: set[tuple[UUID, UUID]] = set()
    for order, unit, path, day, no, title in (
        *_answered_late(since), *_unanswered(since), *_undone(since),
    ):  # fmt: skip
        if (order, unit) not in seen:
            seen.add((order, unit))
            yield Fact(
                "breach:order_overdue", "unit", unit, path, day,
                f"派给单位的单超过时限：{no} {title}", "orders.order", order, key=str(unit),
            )  # fmt: skip


def _answered_late(since: date) -> Iterator[_Late]:
    """Answered, or taken away, after the limit (响应率 counts the same)."""
    rows = Answer.objects.filter(in_time=False, at__date__gte=since).order_by("at")
    for a in rows.select_related("order").iterator(BATCH):
        o = a.order
        yield _Late(o.pk, a.unit_id, o.path, today(a.at), o.no, o.title)


def _unanswered(since: date) -> Iterator[_Late]:
    """No answer yet, and the township was told."""
    rows = Order.objects.filter(
        unit__isnull=False, channel__in=("", "unit"), paused_at=None,
        state="dispatched", escalated_at__date__gte=since,
    )  # fmt: skip
    for o in rows.order_by("escalated_at").iterator(BATCH):
        assert o.unit_id and o.escalated_at
        yield _Late(o.pk, o.unit_id, o.path, today(o.escalated_at), o.no, o.title)


def _undone(since: date) -> Iterator[_Late]:
    """A working day over the limit of what the unit has to do, and it was told so."""
    rows = Event.objects.filter(
        action="orders.remind", from_state__in=WITH_UNIT, data__at=NOTICE,
        at__date__gte=since,
    ).order_by("at").iterator(BATCH)  # fmt: skip
    while found := list(islice(rows, BATCH)):
        ids = {e.object_id for e in found}
        orders = Order.objects.in_bulk(ids)
        taken: dict[UUID, list[Event]] = defaultdict(list)
        for t in Event.objects.filter(object_id__in=ids, action__in=TAKEN).order_by(
            "at", "pk"
        ):
            taken[t.object_id].append(t)
        for e in found:
            o = orders.get(e.object_id)
            last = next((t for t in reversed(taken[e.object_id]) if t.at <= e.at), None)
            if o and last and last.data.get("unit"):
                unit = UUID(last.data["unit"])
                yield _Late(o.pk, unit, o.path, today(e.at), o.no, o.title)


def not_reported(since: date, at: datetime) -> Iterator[Fact]:
    """Not reported in after the day and two reminders; then once a further month. An
    unregistered member has no community: the unit's contact point holds the card. A unit
    may have several points; it is to report in at each."""
    for r in reminding.ripe(at):
        yield Fact(
            "breach:not_reported", r.subject, r.whose, r.path, r.since,
            "到期并提醒两次以后，还没有报到", f"people.{r.subject}", r.whose,
            key=f"{r.since.year}:{r.path}",
        )  # fmt: skip
        if r.subject == "member":
            for n, day in enumerate(rules.months_after(r.since, today(at)), 1):
                yield Fact(
                    "breach:not_reported_month", "member", r.whose, r.path, day,
                    f"又过了满{n}个月，还没有报到", "people.member", r.whose,
                    key=f"{r.since}+{n}",
                )  # fmt: skip


def no_agreement(since: date, at: datetime) -> Iterator[Fact]:
    """No agreement with the community in force on the day by which there was to be one:
    in spring, or some days after the tie (8.36: for each community)."""
    day = today(at)
    rows = ContactTie.objects.filter(current(day)).order_by("pk").iterator(BATCH)
    while ties := list(islice(rows, BATCH)):
        limits = all_at_each({t.path for t in ties}, (AGREEMENT_MONTH, AGREEMENT_DAYS))
        due = {t.pk: _agreement_due(t, limits[t.path], day) for t in ties}
        ties = [t for t in ties if since <= due[t.pk] < day]
        signed = _agreements({community_path(t.path) for t in ties})
        for t in ties:
            on, here = due[t.pk], (t.unit_id, community_path(t.path))
            if not any(a <= on < b for a, b in signed[here]):
                yield Fact(
                    "breach:no_agreement", "unit", t.unit_id, t.path, on,
                    f"到{_day(on)}还没有和社区签共建协议", "people.contact_tie", t.pk,
                    key=str(on.year),
                )  # fmt: skip


def _agreement_due(t: ContactTie, limits: Mapping[str, int], day: date) -> date:
    month = limits[AGREEMENT_MONTH]
    spring = date(day.year, month, monthrange(day.year, month)[1])
    return max(spring, t.valid_from + timedelta(days=limits[AGREEMENT_DAYS]))


def _agreements(
    paths: set[str],
) -> Mapping[tuple[UUID, str], list[tuple[date, date]]]:
    """(Unit, community) → when agreements were there between them: from the day that
    both had signed, or on which they begin, to the end."""
    found: dict[tuple[UUID, str], list[tuple[date, date]]] = defaultdict(list)
    signed = Max("signatures__at", filter=Q(signatures__unit_id=None))
    rows = Agreement.objects.filter(
        Q(filed_on__isnull=False) | Q(state__in=SIGNED), path__in=paths
    ).annotate(signed_at=signed)
    for a in rows:
        begun = min(a.valid_from, today(a.signed_at)) if a.signed_at else a.valid_from
        for unit in a.unit_ids:
            found[unit, a.path].append((begun, a.ended_on or a.valid_to))
    return found


SOURCES = (
    Source("lapsed", "应办没做", lapsed),
    Source("no_show", "报了名没有来", no_shows),
    Source("abandoned", "认领了又放下", abandoned),
    Source("overdue", "点单超时", overdue),
    Source("not_reported", "没有报到", not_reported),
    Source("no_agreement", "没有签协议", no_agreement),
    Source("low_rates", "全年比率低", yearly_rates.low),
)


# --- what is left out ------------------------------------------------------------------------


def _proposed(outer: str) -> Exists:
    return Exists(Deduction.objects.filter(source_id=OuterRef(outer)))


def _fair(facts: list[Fact]) -> list[Fact]:
    """Without those who were exempt on the day or are not on duty, and without what fell
    into a pause of the place (domain 8.5, 8.12, 8.19)."""
    ids = {f.whose for f in facts if f.subject == "member"}
    on_duty = set(
        Member.objects.filter(pk__in=ids, duty_status="on_duty").values_list(
            "pk", flat=True
        )
    )
    away = list(
        Exemption.objects.filter(member__in=ids).values_list(
            "member_id", "valid_from", "valid_to"
        )
    )
    pauses = list(Pause.objects.values_list("path", "start", "end"))
    return [
        f
        for f in facts
        if (f.subject == "unit" or (f.whose in on_duty and not _exempt(f, away)))
        and not _paused(f, pauses)
    ]


def _exempt(fact: Fact, away: list[tuple[UUID, date, date | None]]) -> bool:
    day = fact.occurred_on
    return any(m == fact.whose and a <= day and (not b or day < b) for m, a, b in away)


def _paused(fact: Fact, pauses: list[tuple[str, datetime, datetime | None]]) -> bool:
    above, day = set(ancestors(fact.path)), fact.occurred_on
    return any(
        path in above and today(a) <= day and (b is None or day <= today(b))
        for path, a, b in pauses
    )


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"

"""What a member sees of visits: what is due first, the household's wishes, what they
have made. Nothing of it ranks or counts days of use."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.duties.models import Duty
from baodao.duties.rules import OPEN, make_up_until
from baodao.orders.models import Order
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.visits_limits import limits_at
from baodao.pairings.visits_queries import duty_clock, fulfilled
from baodao.pairings.visits_rules import in_person_hint, in_person_since
from baodao.pairings.visits_services import KINDS
from baodao.places.models import Place
from baodao.ui.clock import Clock
from baodao.ui.shapes import Line
from baodao.ui.words import cdate

PAGE = 20


@dataclass(frozen=True)
class Card:
    """One household. `duty` is what is due first, `others` what the same visit also
    fulfils; `hint` says what counts, `wishes` what the household has asked for."""

    pairing: HouseholdPairing
    duty: Duty | None
    others: list[Duty]
    clock: Clock | None
    where: str
    hint: str
    wishes: list[str]
    last: Visit | None
    stands_in: bool
    retry: str


def mine(actor: Actor) -> Q:
    return Q(member_id=actor.member_id) | Q(stand_in_id=actor.member_id)


def owed_by(actor: Actor, day: date) -> list[Duty]:
    """Open visits of the member, and those done for somebody else; not what was given
    to a stand-in; the one that ends first comes first."""
    found = Duty.objects.filter(
        mine(actor), kind__in=KINDS, state__in=OPEN, opens_on__lte=day
    )
    away = Q(stand_in__isnull=False) & ~Q(stand_in_id=actor.member_id)
    rows = found.exclude(away).order_by("due_on", "id")
    return [d for d in rows if day <= make_up_until(d.kind, d.due_on)]


def cards(actor: Actor, now: datetime) -> list[Card]:
    """The member's household, and those where they stand in: the most urgent first."""
    day = today(now)
    by_bond: dict[UUID, list[Duty]] = {}
    for duty in owed_by(actor, day):
        by_bond.setdefault(duty.source_id, []).append(duty)
    own = Q(member_id=actor.member_id, state="active") | Q(pk__in=list(by_bond))
    found = HouseholdPairing.objects.filter(own).select_related("household")
    made = [_card(p, by_bond.get(p.pk, []), actor, now) for p in found]
    return sorted(
        made, key=lambda c: (c.duty.due_on if c.duty else date.max, c.stands_in)
    )


def _card(p: HouseholdPairing, duties: list[Duty], actor: Actor, now: datetime) -> Card:
    day = today(now)
    first = duties[0] if duties else None
    since = in_person_since(day, remote=p.remote)
    met = p.visits.filter(
        state__in=("done", "confirmed"), method="in_person", outcome="met",
        visited_on__gte=since,
    ).count()  # fmt: skip
    last = p.visits.exclude(state="refused").order_by("-visited_on", "-id").first()
    retry = ""
    if first and first.attempts and first.retry_on:
        retry = (
            f"去过 {first.attempts} 次没人在家，{cdate(first.retry_on, day)}再去一次。"
        )
    return Card(
        p, first, duties[1:], duty_clock(first, now) if first else None,
        where(p.home_path), in_person_hint(met, remote=p.remote), wishes(p), last,
        p.member_id != actor.member_id, retry,
    )  # fmt: skip


def late_hint(p: HouseholdPairing) -> str:
    """From when on a visit is late, beside the field for why."""
    return f"超过{limits_at(p.home_path).normal_days}天才记的要写"


def where(home_path: str) -> str:
    """Community and grid, never the door."""
    parts = home_path.split("/")[:-1]
    above = ["/".join(parts[: n + 1]) + "/" for n in range(len(parts))]
    found = Place.objects.filter(path__in=above, level__in=(5, 6)).order_by("level")
    return " ".join(found.values_list("name", flat=True))


def wishes(p: HouseholdPairing) -> list[str]:
    """What the household has asked for, in words (domain 7.3)."""
    found = []
    if p.quiet_months:
        months = "、".join(f"{m}月" for m in sorted(p.quiet_months))
        found.append(f"{months}不走访")
    if p.phone_only:
        found.append("只打电话，不上门")
    if p.not_after:
        found.append(f"{p.not_after:%H:%M}以后不去")
    if p.focus == "minor":
        found.append("要有另一位大人在场")
    return found


def partners(p: HouseholdPairing) -> list[tuple[UUID, str]]:
    """Other members paired with the same household (domain 8.11)."""
    same = HouseholdPairing.objects.filter(household_id=p.household_id, state="active")
    rows = same.exclude(pk=p.pk).select_related("member__person")
    return [(o.member_id, o.member.person.name) for o in rows]


def companion_of(p: HouseholdPairing) -> str:
    """Who goes along by agreement, filled in beforehand."""
    if p.second_id and p.second:
        return str(p.second.person.name)
    return "监护人" if p.guardian_present else ""


def history(actor: Actor) -> QuerySet[Visit]:
    """Every visit the member made, the newest first."""
    rows = Visit.objects.filter(
        Q(member_id=actor.member_id, stand_in=None) | Q(stand_in_id=actor.member_id)
    )
    related = (
        "pairing__household",
        "member__person",
        "stand_in__person",
        "member__unit",
    )
    return rows.select_related(*related).order_by("-visited_on", "-id")


def page_of(found: QuerySet[Visit], number: str) -> Page[Visit]:
    return Paginator(found, PAGE).get_page(number)


def year_count(actor: Actor, year: int) -> int:
    """Confirmed visits of the year, for the member's own page."""
    return history(actor).filter(state="confirmed", visited_on__year=year).count()


# --- the receipt ---------------------------------------------------------------------


def receipt(visit: Visit, now: datetime) -> list[Line]:
    """这一笔记到了哪里: what is done and what waits for a person."""
    if visit.state == "attempted":
        return list(_attempt_lines(visit, today(now)))
    lines = [_duty_line(d) for d in fulfilled(visit)]
    if not lines:
        lines = [Line("多走了一次", "应访已经完成，这一次也记在走访记录里")]
    order = Order.objects.filter(pk=visit.order_id).first() if visit.order_id else None
    if order:
        lines.append(Line("转出一单", f"单 {order.no} · 轮到社区核实"))
    lines.append(_word_line(visit))
    return lines


def _attempt_lines(visit: Visit, day: date) -> Iterable[Line]:
    yield Line("记下了：去过，没人在家", "不算没走访，社区看得到您去过")
    tried = Duty.objects.filter(
        source_id=visit.pairing_id, kind__in=KINDS, state__in=OPEN, attempts__gt=0
    )
    for d in tried.order_by("due_on"):
        when = cdate(d.retry_on, day) if d.retry_on else ""
        yield Line(
            f"{d.title}：{when}再去一次",
            f"{cdate(d.due_on, day)}以前都行，打电话也算",
            "wait",
        )


def _duty_line(d: Duty) -> Line:
    if d.state == "confirmed":
        return Line(f"{d.title}：已完成", "补访" if d.made_up else "")
    return Line(f"{d.title}：做了", "补访，等确认" if d.made_up else "等确认")


def _word_line(visit: Visit) -> Line:
    if visit.state == "confirmed":
        return Line("已确认", f"{visit.get_confirmed_how_display()}，已计入服务记录")
    if visit.late:
        return Line("等社区书记确认", "后来补记的，由书记问过再确认", "wait")
    return Line(
        "等住户或社区确认", "确认后计入服务记录和社区统计。必访是分内事，不加分", "wait"
    )


__all__ = [
    "Card", "cards", "companion_of", "history", "late_hint", "page_of", "partners",
    "receipt", "where", "wishes", "year_count",
]  # fmt: skip

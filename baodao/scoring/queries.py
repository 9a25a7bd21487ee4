"""Cards read back inside one's own access: the list of a place, one card with its lines
and every entry behind them (L43–L45). Nothing here is in the order of points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from baodao.acts.access import can, path_range, visible
from baodao.acts.actor import Actor
from baodao.core.clock import at_local, today
from baodao.core.errors import NotFound
from baodao.people.models import Person
from baodao.records.models import SERVICES, Record
from baodao.records.sources import Source, sources_of
from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Appeal, Card, Entry
from baodao.scoring.models_evaluation import Evaluation
from baodao.scoring.services import falsehood
from baodao.scoring.services.recounting import total_of
from baodao.scoring.standing import Book, Standing, book

SUBJECTS = counting.SUBJECTS
# How a card stands, in bands: never a rank (domain 0.1).
BANDS = {
    "excellent": "优秀线以上",
    "good": "良好线以上",
    "fair": "一般",
    "poor": "低于一般线",
}
STATUS = {
    "standing": ("ok", "已生效", "check"),
    "back": ("", "已冲回", "arrow-back-up"),
    "reversal": ("ok", "冲回", "arrow-back-up"),
}


@dataclass(frozen=True)
class Wanted:
    """What the address of the list says."""

    year: int
    subject: str = "member"
    text: str = ""
    path: str = ""
    band: str = ""


@dataclass(frozen=True)
class Row:
    """An entry as the card shows it. `points` (tenths) where one entry is worth
    something by itself; minutes and months are worth it only together."""

    entry: Entry
    what: str
    source: Source
    rule: counting.Rule
    version: str
    points: int | None
    status: tuple[str, str, str]
    confirmed: str

    @property
    def doubtable(self) -> bool:
        """Whether somebody may say that what it counts is false."""
        kinds = (*SERVICES, *falsehood.MORE)
        return self.status == STATUS["standing"] and self.entry.record.kind in kinds


@dataclass(frozen=True)
class CapLine:
    """How far a line is under its cap (tenths)."""

    title: str
    points: int
    cap: int
    earned: int
    sign: int


@dataclass(frozen=True)
class View:
    """One card for a page, as of a moment."""

    card: Card
    total: counting.Total
    grade: str
    rows: Sequence[Row]
    caps: Sequence[CapLine]
    sets: Sequence[Standing]
    frame: counting.Frame


def cards(actor: Actor, wanted: Wanted) -> QuerySet[Card]:
    """Of a year, by name."""
    found = visible(Card.objects.all(), actor, "cards.view")
    found = found.filter(year=wanted.year, subject=wanted.subject)
    if wanted.path:
        lo, hi = path_range(wanted.path)
        found = found.filter(path__gte=lo, path__lt=hi)
    if wanted.band in BANDS:
        path = wanted.path or actor.path or ""
        found = found.filter(in_band(wanted.band, book().frame(path, wanted.year)))
    if text := wanted.text.strip():
        found = found.filter(
            Q(member__person__name__icontains=text)
            | Q(unit__name__icontains=text)
            | Q(unit__short_name__icontains=text)
        )
    found = found.select_related("member__person", "unit", "place")
    name = "unit__pinyin" if wanted.subject == "unit" else "member__person__pinyin"
    return found.order_by(name, "pk")


def in_band(band: str, frame: counting.Frame) -> Q:
    """Scores of a band by the lines of a place (tenths)."""
    edges = {
        "excellent": (frame.excellent, 1001),
        "good": (frame.good, frame.excellent),
        "fair": (frame.fair, frame.good),
        "poor": (-1, frame.fair),
    }
    lo, hi = edges[band]
    return Q(score__gte=lo, score__lt=hi)


def card_of(actor: Actor, pk: UUID) -> Card:
    """One card that the actor may see. Raises NotFound."""
    found = visible(Card.objects.filter(pk=pk), actor, "cards.view")
    card = found.select_related("member__person", "unit", "place__parent").first()
    if card is None:
        raise NotFound
    return card


def own_card(actor: Actor, year: int) -> Card | None:
    """The actor's own card of a year: the member's at home first, or the unit's."""
    mine = Q(member_id=actor.member_id, subject="member")
    if not actor.member_id:
        mine = Q(unit_id=actor.unit_id, subject="unit")
    found = visible(Card.objects.filter(mine, year=year), actor, "cards.view")
    cards = list(found.select_related("member", "place"))
    home = next(
        (c for c in cards if c.member and c.member.residence_id == c.place_id), None
    )
    return home or (cards[0] if cards else None)


def siblings(actor: Actor, card: Card) -> list[Card]:
    """The subject's other cards, of other years and other communities, as far as the
    actor may see them."""
    whose = {"member": card.member_id} if card.member_id else {"unit": card.unit_id}
    found = Card.objects.filter(**whose, subject=card.subject).exclude(pk=card.pk)
    found = visible(found, actor, "cards.view")
    return list(found.select_related("place").order_by("-year", "path"))


def grade_to_appeal(actor: Actor, card: Card) -> UUID | None:
    """The evaluation of a decided card whose grade this actor may appeal against."""
    if card.state != "decided":
        return None
    at_all = Q(card=card) | Q(attached__contains=[card.pk])
    rows = Evaluation.objects.filter(at_all, year=card.year, state="issued")
    e = rows.exclude(grade="excellent").first()
    if e is None:
        return None
    row = Appeal(path=e.path, unit_id=e.unit_id, member_id=e.member_id)
    return e.pk if can(actor, "appeals.file", row) else None


def view(actor: Actor, card: Card, on: date | None = None) -> View:
    """The card as of the end of a day (today's at this moment)."""
    until = _end_of(on) if on and on < today() else None
    entries = entries_of(card, until)
    counted = [
        counting.Counted(str(e.rule_id), e.quantity, e.occurred_on, str(e.source_id))
        for e in entries
    ]
    known = book()
    total = total_of(card, counted, known)
    frame = known.frame(card.path, card.year)
    shown = rows(actor, entries, known) if can(actor, "cards.entries", card) else []
    return View(
        card, total, counting.grade(total.score, frame, total.ceiling), shown,
        caps(total, known), sets_of(card, known), frame,
    )  # fmt: skip


def _end_of(day: date) -> datetime:
    return at_local(day + timedelta(days=1), time.min)


def entries_of(card: Card, until: datetime | None = None) -> list[Entry]:
    """Newest first."""
    found = card.entries.select_related("record").order_by("-occurred_on", "-id")
    if until:
        found = found.filter(posted_at__lt=until)
    return list(found)


def rows(actor: Actor, entries: Sequence[Entry], known: Book) -> list[Row]:
    """Entries with their source, rule and confirmer; a fixed number of queries."""
    sources = sources_of(actor, [e.record for e in entries])
    who = _confirmers(entries)
    back = {e.record.reversal_of_id for e in entries if e.record.reversal_of_id}
    versions = {
        r.id: f"{s.since.year}年{s.since.month}月{s.since.day}日起" if s.path else "系统默认"
        for s in known.sets
        for r in s.rules
    }  # fmt: skip
    return [
        Row(
            e, what(e.record, e.quantity), sources[e.record_id],
            known.rules[str(e.rule_id)], versions[str(e.rule_id)],
            _points(known.rules[str(e.rule_id)], e.quantity), STATUS[_status(e, back)],
            who.get(e.record_id, "社区"),
        )
        for e in entries
    ]  # fmt: skip


def _status(entry: Entry, back: set[UUID]) -> str:
    if entry.record.reversal_of_id:
        return "reversal"
    return "back" if entry.record_id in back else "standing"


def what(record: Record, quantity: int) -> str:
    """What an entry is, in words."""
    n = abs(quantity)
    words = Record.KINDS[record.kind]
    if record.kind == "rating":
        words = f"居民评 {record.quantity} 分"
    elif record.minutes and n == record.minutes:
        hours = n / 60
        words = f"{words} {hours:g} 小时"
    elif record.kind == "role":
        words = f"{words} {n} 个月"
    return f"冲回：{words}" if record.reversal_of_id else words


def _points(rule: counting.Rule, quantity: int) -> int | None:
    if rule.measure in ("minutes", "months"):
        return None
    sign = rule.sign if quantity >= 0 else -rule.sign
    return sign * counting.award(rule, abs(quantity))


def _confirmers(entries: Sequence[Entry]) -> Mapping[UUID, str]:
    ids = {e.record.confirmed_by for e in entries if e.record.confirmed_by}
    names = dict(Person.objects.filter(pk__in=ids).values_list("pk", "name"))
    found = {}
    for e in entries:
        by = e.record.confirmed_by
        if e.record.confirmed_how == "requester":
            found[e.record_id] = "居民"
        elif by in names:
            found[e.record_id] = names[by]
    return found


def caps(total: counting.Total, known: Book) -> list[CapLine]:
    """Lines in the order of the set, each with its cap."""
    return [
        CapLine(known.rules[line.rules[-1]].title, line.points, line.cap, line.earned, line.sign)
        for line in total.lines
        if line.earned
    ]  # fmt: skip


def sets_of(card: Card, known: Book) -> list[Standing]:
    """The rule sets that held for the card's place in its year, latest first."""
    first, last = known.year_days(card.path, card.year)
    found = []
    day = last - timedelta(days=1)
    while day >= first:
        s = known.at(card.path, day)
        found.append(s)
        day = max(s.since, first) - timedelta(days=1)
        if s.since <= first:
            break
    return found

"""What the health check looks at, read for many cards of one community at once; the list
of checkups and one of them (A22)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from baodao.acts.access import path_range, require, visible
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.duties.models import Duty
from baodao.people.choices import EXEMPTION_KINDS
from baodao.people.models import Exemption
from baodao.places.settings import at_each
from baodao.records.models import Record, services
from baodao.reporting.models import ReportIn
from baodao.scoring import rules_health as rules
from baodao.scoring.models import Card, Checkup, Deduction
from baodao.scoring.rules_counting import year_of
from baodao.scoring.rules_health import Check, Deed, Facts, Owed

Deeds = Mapping[UUID, Sequence[Deed]]
AWAY = "现在不在这里报到"


def _inside(path: str) -> Q:
    lo, hi = path_range(path)
    return Q(path__gte=lo, path__lt=hi)


def facts_of(cards: Sequence[Card], day: date) -> dict[UUID, Facts]:
    """Card → what is looked at. The cards are of one community; seven queries."""
    if not cards:
        return {}
    path = cards[0].path
    whose = {c.pk: c.member_id or c.unit_id for c in cards if c.subject == "member"}
    whose |= {c.pk: c.unit_id for c in cards if c.subject == "unit"}
    members = {c.member_id for c in cards if c.subject == "member" and c.member_id}
    units = {c.unit_id for c in cards if c.subject == "unit" and c.unit_id}
    deeds = _deeds(path, members, units, day)
    owed = _owed(path, members, units, day)
    breaches = _breaches(path, members, units, day)
    here = standing_here(path, day + rules.DAY)
    paused = exempt(members, day, day + rules.DAY, "现在是免责期")
    found = {}
    for card in cards:
        key = whose[card.pk]
        assert key
        mine, away = deeds.get(key, []), "" if key in here else AWAY
        found[card.pk] = Facts(
            day, here.get(key, date(card.year, 1, 1)),
            rules.once(mine) if card.subject == "unit" else mine,
            owed.get(key, []), away or paused.get(key, ""), Record.KINDS,
            breaches.get(key, []),
        )  # fmt: skip
    return found


def _deeds(path: str, members: set[UUID], units: set[UUID], day: date) -> Deeds:
    """Standing services of the last twelve months: a member's wherever they were, a
    unit's at this community, where this card of it is."""
    rows = services().filter(
        occurred_on__gte=rules.first_month(day), occurred_on__lte=day
    )
    found: dict[UUID, list[Deed]] = defaultdict(list)
    told = ("occurred_on", "kind", "minutes", "source_id")
    theirs = rows.filter(member_id__in=members)
    for member, on, kind, minutes, source in theirs.values_list("member_id", *told):
        found[member].append(Deed(on, kind, minutes, str(source)))
    here = rows.filter(_inside(path), unit_id__in=units)
    for unit, on, kind, minutes, source in here.values_list("unit_id", *told):
        found[unit].append(Deed(on, kind, minutes, str(source)))
    return found


def _owed(
    path: str, members: set[UUID], units: set[UUID], day: date
) -> Mapping[UUID, Sequence[Owed]]:
    start = rules.first_month(day)
    rows = Duty.objects.filter(
        _inside(path), opens_on__lte=day, due_on__gte=start
    ).exclude(state="cancelled")
    if len(members) + len(units) < 20:
        mine = Q(member__in=members) | Q(member=None, unit_id__in=units)
        rows = rows.filter(mine)
    found: dict[UUID, list[Owed]] = defaultdict(list)
    for member, unit, title, due_on, state in rows.values_list(
        "member_id", "unit_id", "title", "due_on", "state"
    ):
        key = member or unit
        if key:
            found[key].append(Owed(title, due_on, state))
    return found


def _breaches(
    path: str, members: set[UUID], units: set[UUID], day: date
) -> Mapping[UUID, Sequence[date]]:
    """The days of what was deducted here and stands."""
    mine = Q(member__in=members) | Q(subject="unit", unit__in=units)
    rows = Deduction.objects.filter(
        mine, _inside(path), state="posted", warning=False,
        occurred_on__gte=rules.first_month(day), occurred_on__lte=day,
    )  # fmt: skip
    found: dict[UUID, list[date]] = defaultdict(list)
    for member, unit, on in rows.values_list("member_id", "unit_id", "occurred_on"):
        found[member or unit].append(on)
    return found


def standing_here(path: str, until: date) -> dict[UUID, date]:
    """Of members and units whose report-in here stood on the day before `until`: since
    when. A card is no sign of that: there is one wherever a record lies."""
    stands = Q(ended_on=None) | Q(ended_on__gte=until)
    rows = ReportIn.objects.filter(
        stands, _inside(path), accepted_at__isnull=False, reported_on__lt=until
    )
    found: dict[UUID, date] = {}
    for column in ("member_id", "subject_unit_id"):
        first = rows.exclude(**{column: None}).order_by().values_list(column)
        found.update(first.annotate(first=Min("reported_on")))
    return found


def exempt(members: set[UUID], first: date, until: date, words: str) -> dict[UUID, str]:
    """Members who were exempt on a day of [first, until), and why in words."""
    rows = Exemption.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=first),
        valid_from__lt=until,
        member__in=members,
    )
    return {
        member: f"{words}（{EXEMPTION_KINDS.get(kind, '其他')}）"
        for member, kind in rows.values_list("member_id", "kind")
    }


# --- one ----------------------------------------------------------------------------------


def card(actor: Actor, pk: UUID) -> Card:
    """A card whose checkup the actor may read. Raises NotFound."""
    related = ("member__person", "member__unit", "unit", "place")
    found = Card.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound
    require(actor, "checkups.view", found)
    return found


def own_cards(actor: Actor, day: date) -> list[Card]:
    """The member's own cards of the evaluation year of a day, by place."""
    if not actor.member_id:
        return []
    found = Card.objects.filter(subject="member", member=actor.member_id)
    return _of_year(found.select_related("place", "member__person"), day)


def unit_cards(actor: Actor, day: date) -> list[Card]:
    """The unit's own cards of the evaluation year of a day, by place."""
    if not actor.unit_id:
        return []
    found = Card.objects.filter(subject="unit", unit=actor.unit_id)
    return _of_year(found.select_related("place", "unit"), day)


def _of_year(cards: QuerySet[Card], day: date) -> list[Card]:
    """Which year it is, each place says (`scoring.year_from_month`)."""
    near = cards.filter(year__in=(day.year, day.year + 1)).order_by("path")
    begins = at_each({c.path for c in near}, "scoring.year_from_month")
    return [c for c in near if c.year == year_of(day, begins[c.path])]


@dataclass(frozen=True)
class Seen:
    """One checkup as pages show it."""

    card: Card
    facts: Facts
    checks: Sequence[Check]

    @property
    def colour(self) -> str:
        return rules.worst(self.checks)

    @property
    def radar(self) -> rules.Radar:
        return rules.radar(self.checks)

    @property
    def bars(self) -> rules.Bars:
        return rules.bars(self.facts)

    @property
    def look(self) -> tuple[str, str, str]:
        """Tone, word and icon of the whole."""
        c = self.colour
        return rules.TONES[c], rules.WORDS[c], rules.ICONS[c]


def seen(card: Card, day: date) -> Seen:
    """Looked at anew."""
    facts = facts_of([card], day)[card.pk]
    return Seen(card, facts, rules.checkup(facts))


def name_of(card: Card) -> str:
    return card.member.person.name if card.member else str(card.unit)


# --- the list -----------------------------------------------------------------------------

TABS = {
    "red": "需要关心",
    "amber": "留意",
    "green": "正常",
    "none": "先不看",
    "all": "全部",
}


@dataclass(frozen=True)
class Wanted:
    """The filters of the list. `check`: only those whose check of that code is not
    all right."""

    subject: str = "member"
    text: str = ""
    check: str = ""
    path: str = ""


def listed(actor: Actor, wanted: Wanted) -> QuerySet[Checkup]:
    """Checkups of the year's cards in the actor's scope, by name, never by result."""
    found = visible(Checkup.objects.all(), actor, "checkups.view")
    found = found.filter(subject=wanted.subject)
    if wanted.text:
        found = found.filter(
            Q(name__icontains=wanted.text) | Q(sort__startswith=wanted.text.lower())
        )
    if wanted.path:
        found = found.filter(_inside(wanted.path))
    if wanted.check in rules.CHECKS:
        bad = [f"{wanted.check}:amber", f"{wanted.check}:red"]
        found = found.filter(marks__overlap=bad)
    return found.select_related("card__place").order_by("sort", "pk")


def in_tab(found: QuerySet[Checkup], tab: str) -> QuerySet[Checkup]:
    return found if tab == "all" else found.filter(colour=tab)


def tab_counts(found: QuerySet[Checkup]) -> dict[str, int]:
    counts = dict.fromkeys(TABS, 0)
    for colour in found.order_by().values_list("colour", flat=True):
        counts[colour] += 1
        counts["all"] += 1
    return counts


def marks_of(c: Checkup) -> list[tuple[str, str]]:
    """(title, tone) of the checks that are not all right."""
    found = []
    for mark in c.marks:
        code, _, colour = mark.partition(":")
        if colour in ("amber", "red") and code in rules.CHECKS:
            found.append((rules.CHECKS[code], rules.TONES[colour]))
    return found

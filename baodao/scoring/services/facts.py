"""What deductions are proposed for, on which card it would be, and whether it is a first
one that only warns."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from baodao.places.models import Place
from baodao.places.settings import at_each
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_deductions as rules
from baodao.scoring.models import Deduction
from baodao.scoring.services.opening_cards import Key, there

_Series = tuple[UUID, UUID, str, int]  # where, whose, rule, evaluation year


@dataclass(frozen=True)
class Fact:
    """What a deduction is proposed for. `path`: where; its community holds the card.
    `key` tells several facts of one source apart; `quantity`: of a rate, its per
    mille."""

    selects: str
    subject: str
    whose: UUID
    path: str
    occurred_on: date
    words: str
    source_kind: str
    source_id: UUID
    evidence: str = ""
    key: str = ""
    quantity: int = 1


class Found(NamedTuple):
    """A fact under the rule of its day, and the community that holds the card."""

    fact: Fact
    rule: counting.Rule
    place: Place


def cards(found: Sequence[Found]) -> list[str]:
    """The state of the card of each; "open" where there is none yet."""
    first = at_each({it.place.path for it in found}, "scoring.year_from_month")
    keys = [
        _key(it.place.pk, it.fact.occurred_on, first[it.place.path], it.fact.subject,
             it.fact.whose)
        for it in found
    ]  # fmt: skip
    held = there(keys)
    return [held[k].state if k in held else "open" for k in keys]


def card_of(d: Deduction) -> str:
    """The same of one that is proposed."""
    whose = d.member_id if d.subject == "member" else d.unit_id
    assert whose
    first = at_each({d.path}, "scoring.year_from_month")[d.path]
    key = _key(d.place_id, d.occurred_on, first, d.subject, whose)
    return next((held.state for held in there([key]).values()), "open")


def _key(place: UUID, day: date, first: int, subject: str, whose: UUID) -> Key:
    return place, counting.year_of(day, first), subject, whose


def warnings(found: Sequence[Found]) -> list[bool]:
    """Which of these come to nothing yet: the first of somebody in a community and an
    evaluation year under a rule that only warns (7.1 M_DED_NOSHOW). The earliest of a
    night is the first."""
    free = [it for it in found if it.rule.first_free]
    months = at_each({p.path for _, _, p in free}, "scoring.year_from_month")
    first = {p.pk: months[p.path] for _, _, p in free}
    counted = Counter(_counted(free, first)) if free else Counter[_Series]()
    warns = [False] * len(found)
    for n in sorted(range(len(found)), key=lambda n: found[n].fact.occurred_on):
        fact, rule, place = found[n]
        if rule.first_free:
            year = counting.year_of(fact.occurred_on, first[place.pk])
            which = (place.pk, fact.whose, rule.code, year)
            warns[n] = counted[which] < rule.first_free
            counted[which] += 1
    return warns


def _counted(found: Sequence[Found], first: Mapping[UUID, int]) -> Iterator[_Series]:
    """What stands, or may come to stand, of those whom these are about; `first`: the
    month in which the year of a community begins."""
    whose = {f.whose for f, _, _ in found}
    earlier = Deduction.objects.filter(
        Q(member__in=whose) | Q(unit__in=whose), code__in={r.code for _, r, _ in found},
        place__in=first, state__in=("posted", *rules.OBJECTED),
    )  # fmt: skip
    for d in earlier:
        one = d.member_id or d.unit_id
        assert one
        year = counting.year_of(d.occurred_on, first[d.place_id])
        yield d.place_id, one, d.code, year

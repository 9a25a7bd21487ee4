"""A quarter of a community in figures, who would be reminded, letters and the report T7
(L12, L45)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from baodao.acts.access import path_range, require, visible, within
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.errors import NotFound
from baodao.duties.models import Duty
from baodao.people.models import Account
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.records.models import services
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_quarter as rules
from baodao.scoring.models import Card, Entry, Letter, Quarter
from baodao.scoring.queries_scored import Scored, cards_of, scored, years_of
from baodao.scoring.rules_small import shown_in_tree
from baodao.scoring.standing import book


def figures(place: Place, key: str, found: Sequence[Scored]) -> dict[str, Any]:
    """What is frozen when the quarter is closed, and what it would be today: numbers,
    no names."""
    first, after = rules.days_of(key)
    frame = book().frame(place.path, years_of(place.path, key)[0])
    here = within("path", [path_range(place.path)])
    done = services().filter(here, occurred_on__gte=first, occurred_on__lt=after)
    late = Entry.objects.filter(
        card__place=place, late=True, occurred_on__gte=first, occurred_on__lt=after
    )
    return {
        **rules.summary(
            [rules.Scored(s.card.subject, s.total.score, s.gained) for s in found],
            (frame.excellent, frame.good, frame.fair),
        ),
        "services": done.count(),
        "minutes": done.aggregate(n=Sum("minutes"))["n"] or 0,
        "late": late.count(),
    }  # fmt: skip


class Due(NamedTuple):
    """A card whose subject would be reminded, with the facts."""

    scored: Scored
    facts: Sequence[str]
    advice: str


def to_remind(place: Place, key: str, found: Sequence[Scored]) -> list[Due]:
    """By name; decided by the secretary, card by card."""
    frame = book().frame(place.path, years_of(place.path, key)[0])
    due = []
    for s in found:
        standing = rules.Standing(
            s.total.score,
            frame.good,
            s.services,
            s.since,
            s.paused,
            s.card.subject,
        )
        if facts := rules.why_remind(standing, key):
            due.append(Due(s, facts, rules.advice(standing)))
    return sorted(due, key=lambda d: (d.scored.card.subject, d.scored.name))


# --- the community's page -----------------------------------------------------------------


def place_of(actor: Actor, action: str = "quarters.view") -> Place:
    """The community whose quarter it is. Raises NotFound for who has none."""
    path = actor.community or actor.path
    found = Place.objects.filter(path=path or None, level=COMMUNITY).first()
    if found is None:
        raise NotFound
    require(actor, action, {"path": found.path})
    return found


def closed(place: Place, key: str) -> Quarter | None:
    return Quarter.objects.filter(place=place, key=key).first()


def duty(place: Place, key: str) -> Duty | None:
    return Duty.objects.filter(source_id=place.pk, kind=rules.DUTY, key=key).first()


@dataclass(frozen=True)
class Row:
    """A line of the comparison: as it was frozen, and today."""

    title: str
    frozen: int
    now: int

    @property
    def difference(self) -> str:
        n = self.now - self.frozen
        return f"+{n}" if n > 0 else f"−{-n}" if n else ""


def differences(quarter: Quarter, now: Mapping[str, Any]) -> list[Row]:
    """What would be another number today: corrections and late entries."""
    frozen = quarter.figures
    rows = [
        Row(title, frozen.get(name, 0), now.get(name, 0))
        for name, title in (
            ("services", "服务人次"),
            ("minutes", "服务分钟"),
            ("late", "补录的分行"),
        )
    ]
    for subject, word in counting.SUBJECTS.items():
        was, is_ = frozen.get(subject, {}), now.get(subject, {})
        rows.append(Row(f"{word}积分卡", was.get("n", 0), is_.get("n", 0)))
        rows += [
            Row(
                f"{word}{title}",
                was.get("bands", {}).get(code, 0),
                is_.get("bands", {}).get(code, 0),
            )
            for code, title in rules.BANDS.items()
        ]
    return [r for r in rows if r.frozen != r.now]


# --- letters --------------------------------------------------------------------------------

LETTER_TABS = {"sent": "没看", "read": "看到了", "answered": "有回复", "all": "全部"}
_RELATED = ("card__place", "member__person", "unit")


@dataclass(frozen=True)
class Wanted:
    key: str = ""
    kind: str = ""
    text: str = ""
    paper: bool = False


def letters(actor: Actor, wanted: Wanted) -> QuerySet[Letter]:
    """In the actor's scope, by day and name."""
    found = visible(Letter.objects.all(), actor, "letters.view")
    if wanted.key:
        found = found.filter(key=wanted.key)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.paper:
        found = found.filter(paper=True)
    if wanted.text:
        found = found.filter(
            Q(member__person__name__icontains=wanted.text)
            | Q(unit__name__icontains=wanted.text)
        )
    order = ("-key", "kind", "subject", "member__person__pinyin", "unit__pinyin", "pk")
    return found.select_related(*_RELATED).order_by(*order)


def letter(actor: Actor, pk: UUID) -> Letter:
    """Raises NotFound."""
    found = Letter.objects.select_related(*_RELATED).filter(pk=pk).first()
    if found is None:
        raise NotFound
    require(actor, "letters.view", found)
    return found


def to_whom(it: Letter) -> str:
    return it.member.person.name if it.member else str(it.unit)


def idle_now(place: Place, day: date) -> list[Scored]:
    """Whose card has no service in the running quarter yet, by name: who may be sent an
    urging notice. Those who came lately, are exempt or have left are left out."""
    key = rules.quarter_of(day)
    told = set(
        Letter.objects.filter(
            path=place.path, key=key, kind="urge"
        ).values_list("card_id", flat=True)
    )  # fmt: skip
    found = scored(cards_of(place, key), key, day=day)
    idle = [
        s
        for s in found
        if not s.services
        and not s.paused
        and (day - s.since).days >= rules.NEW_DAYS
        and s.card.pk not in told
    ]
    return sorted(idle, key=lambda s: (s.card.subject, s.name))


def on_paper(cards: Sequence[Card]) -> set[UUID]:
    """Cards whose subject has no account to read a letter with."""
    people = {
        c.pk: c.member.person_id for c in cards if c.subject == "member" and c.member
    }
    accounts = Account.objects.filter(person__in=people.values(), is_active=True)
    with_one = set(accounts.values_list("person_id", flat=True))
    return {pk for pk, person in people.items() if person not in with_one}


# --- the report T7 --------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A place in the report: `closed` of `places` communities have closed. Subject →
    what is said of its cards: how many, and by band."""

    title: str
    path: str
    code: str
    closed: int
    places: int
    n: Mapping[str, str]
    bands: Mapping[str, Mapping[str, str]]

    @property
    def members(self) -> Mapping[str, str]:
        return self.bands["member"]

    @property
    def units(self) -> Mapping[str, str]:
        return self.bands["unit"]


@dataclass(frozen=True)
class Report:
    """T7: a period and a region. Rows are one level below, in code order."""

    key: str
    rows: Sequence[Line]
    total: Line
    at: datetime


def report(actor: Actor, key: str, path: str = "") -> Report:
    """The closed quarters of a region, added up. Above the community no names and no
    small numbers. Three queries."""
    top = actor.path or ""
    here = path if path.startswith(top) and path else top
    found = visible(Quarter.objects.filter(key=key), actor, "quarters.view")
    found = found.filter(within("path", [path_range(top)]))
    mine = list(found.values_list("path", "figures"))
    communities = Place.objects.filter(
        within("path", [path_range(here)]), level=COMMUNITY, valid_to=None
    ).exclude(kind="virtual")
    paths = list(communities.values_list("path", flat=True))
    depth = len(here.split("/"))
    keys = sorted(
        {
            "/".join(p.split("/")[:depth]) + "/"
            for p in [*paths, *(p for p, _ in mine if p.startswith(here))]
        }
    )
    names = {
        p: (name, code)
        for p, name, code in Place.objects.filter(path__in=keys).values_list(
            "path", "name", "code"
        )
    }
    areas = []
    if here.count("/") < COMMUNITY:
        for k in keys:
            name, code = names.get(k, (k, ""))
            areas.append((name, k, code))
    *rows, total = _told(top, [*areas, ("合计", here, "")], mine, paths)
    return Report(key, rows, total, clock_now())


def _told(
    top: str, areas: Sequence[tuple[str, str, str]],
    mine: Sequence[tuple[str, Mapping[str, Any]]], communities: Sequence[str],
) -> list[Line]:  # fmt: skip
    """A line for each area (title, path, code), the whole last, without small numbers.
    What is hidden is decided for all pages at and below `top`, which is as far up as the
    reader gets: what one page hides no other gives away."""
    closed = [[p for p, _ in mine if p.startswith(path)] for _, path, _ in areas]
    said = {s: _words(top, mine, s) for s in counting.SUBJECTS}
    nothing = ["0"] * (len(rules.BANDS) + 1)
    lines = []
    for area, inside in zip(areas, closed, strict=True):
        its = {s: said[s].get(area[1], nothing) for s in said}
        lines.append(
            Line(
                *area, len(inside), sum(p.startswith(area[1]) for p in communities),
                {s: words[-1] for s, words in its.items()},
                {s: dict(zip(rules.BANDS, words, strict=False)) for s, words in its.items()},
            )
        )  # fmt: skip
    return lines


def _words(
    top: str, mine: Sequence[tuple[str, Mapping[str, Any]]], subject: str
) -> dict[str, list[str]]:
    """Path → the numbers of a subject as they are shown, for every place from `top` down
    to the communities that have closed."""
    sums = {top: [0] * (len(rules.BANDS) + 1)}
    for path, its in mine:
        numbers = rules.counted(its, subject)
        for place in _from(top, path):
            before = sums.get(place, [0] * len(numbers))
            sums[place] = [a + b for a, b in zip(before, numbers, strict=True)]
    paths = sorted(sums)
    at = {path: i for i, path in enumerate(paths)}
    above = [None if p == top else at[_from(top, p)[-2]] for p in paths]
    words = shown_in_tree([sums[p] for p in paths], above)
    return dict(zip(paths, words, strict=True))


def _from(top: str, path: str) -> list[str]:
    """The places from `top` down to `path`."""
    parts, first = path.split("/")[:-1], top.count("/")
    return [top, *("/".join(parts[:n]) + "/" for n in range(first + 1, len(parts) + 1))]

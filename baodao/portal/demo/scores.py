"""Points in the demo: the last quarter closed in the main community and a few beside it,
letters seen and answered, checks of all their cards, a month of samples."""

import random
from datetime import date, datetime
from uuid import UUID

from baodao.core.clock import today
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.portal.demo.world import World
from baodao.scoring import rules_quarter
from baodao.scoring.models import Letter, Sample
from baodao.scoring.queries_quarter import to_remind
from baodao.scoring.queries_scored import cards_of, scored
from baodao.scoring.services import checking, drawing, quartering

BESIDE = 2  # communities of the same township that have closed, too
REPLIES = (
    "看过了，没有问题。",
    "十月出差，回来补上走访。",
    "谢谢提醒，下个月参加活动。",
)
NOTES = ("打电话问了，说法一致。", "看了签到表，和记录一致。")
DIFFERS = "名单上的人当天在外地，请社区核实。"


def build(w: World) -> int:
    """Returns how many letters were sent."""
    rng, main = w.rng("scores"), w.places[w.preset.main]
    town = w.above(main, COMMUNITY - 1)
    near = [p for p in w.children[town.id] if p.level == COMMUNITY and p != main]
    places = [main, *near[:BESIDE]]
    sent = sum(_one(w, rng, p, p == main) for p in places)
    _samples(w, rng, town, places)
    return sent


def _one(w: World, rng: random.Random, place: Place, main: bool) -> int:
    """A community's quarter and its letters; its cards are there."""
    secretaries = w.staff.get(("community_secretary", place.path))
    if not secretaries:
        return 0
    key = rules_quarter.before(rules_quarter.quarter_of(today(w.now)))
    quartering.close(
        actor=secretaries[0], place=place, key=key, remind=_poor(place, key, w.now)
    )
    letters = list(
        Letter.objects.filter(path=place.path).select_related("member__person")
    )
    if main:
        _answers(w, rng, letters)
        checking.check_all(place.path)
    return len(letters)


def _poor(place: Place, key: str, now: datetime) -> set[UUID]:
    """Everybody whom the secretary is asked about."""
    found = scored(cards_of(place, key), key, now, today(now))
    return {d.scored.card.pk for d in to_remind(place, key, found)}


def _answers(w: World, rng: random.Random, letters: list[Letter]) -> None:
    """Some have seen theirs, a few have said something."""
    for it in rng.sample(letters, min(len(letters), 30)):
        if it.member is None:
            continue
        actor = w.actor_of(it.member)
        if it.kind == "remind" or rng.random() < 0.15:
            quartering.reply(actor=actor, letter_id=it.pk, text=rng.choice(REPLIES))
        else:
            quartering.read(actor=actor, letter_id=it.pk)


def _samples(w: World, rng: random.Random, town: Place, places: list[Place]) -> None:
    """Of the last two months; those of the first are looked at."""
    offices = w.staff.get(("township_party", town.path))
    day = today(w.now)
    last = drawing.month_before(day)
    before = drawing.month_before(date.fromisoformat(f"{last}-01"))
    for month in (before, last):
        for place in places:
            drawing.draw_all(month, place.path)
    if not offices:
        return
    for i, sample in enumerate(Sample.objects.order_by("draw__path", "position")[:12]):
        if i % 3 == 2:
            continue
        differs = i == 4
        drawing.check(
            actor=offices[0], sample_id=sample.pk, outcome="differs" if differs else "true",
            note=DIFFERS if differs else rng.choice(NOTES),
        )  # fmt: skip

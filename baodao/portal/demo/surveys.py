"""Surveys of the demo (A06): in the demo community one of last winter that is over and
the same one asked again, at 83 %; one that the township has sent, further in some
communities than in others; and a draft. Needs that were found are orders (A10)."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.writing import Write
from baodao.core.clock import at_local, today
from baodao.orders.models import Order
from baodao.places.models import Household, Place
from baodao.places.rules import COMMUNITY, GRID
from baodao.portal.demo.world import World
from baodao.surveys import asking, starters, summing
from baodao.surveys.asking import Question
from baodao.surveys.models import Edition, FoundNeed, Sheet, Survey

DAY = timedelta(days=1)
AGAIN, ANSWERED, NOBODY, UNWILLING = 30, 0.83, 0.07, 0.03  # days ago; shares
SENT = 10
WORDS = (
    "楼道灯坏了两层，老人晚上下楼害怕", "希望多搞点免费理发", "垃圾桶离得太远",
    "想学用手机交费", "小区晚上停车太乱", "暖气不太热", "都挺好的，谢谢你们",
    "希望周末也能办事", "盼着装个电梯", "楼下井盖松了",
)  # fmt: skip
UNHAPPY = ("反映的事回得慢", "停车一直没解决", "楼道卫生没人管")
GROUPS = ("elder", "minor", "disabled")  # as the first template names them
HOWS = (("visit", "phone", "desk", "paper"), (72, 14, 6, 8))


@dataclass
class Round:
    """A survey with the sheets made so far."""

    w: World
    rng: random.Random
    it: Survey
    questions: list[Question]
    sheets: list[Sheet] = field(default_factory=list)

    def worker(self, home: Household) -> Actor:
        """The grid worker where there is one, now and then somebody of the community."""
        parts = home.path.split("/")
        grid = "/".join(parts[:GRID]) + "/"
        held = self.w.staff.get(("grid_worker", grid))
        if held and self.rng.random() < 0.8:
            return held[0]
        return self.w.staff["community_worker", "/".join(parts[:COMMUNITY]) + "/"][0]


def build(w: World) -> int:
    """Returns how many households have answered."""
    rng = w.rng("surveys")
    main = w.places[w.preset.main]
    worker = w.staff["community_worker", main.path][0]
    homes = w.households[main.path]
    found = [o for o in w.orders if o.source == "survey" and o.household]
    first = _last_winter(w, rng, main, worker, homes)
    second = _again(w, rng, first, worker, homes, found)
    third = _sent(w, rng)
    _draft(w, main, worker)
    return sum(
        s.outcome == "answered" for r in (first, second, third) for s in r.sheets
    )


def _questions(template: int) -> list[dict[str, Any]]:
    return starters.ROWS[template][3]


def _begin(
    w: World, rng: random.Random, place: Place, actor: Actor, at: datetime, days: int,
    template: int, **more: Any,
) -> Round:  # fmt: skip
    """Drafted one day, published the next."""
    _, title, why, questions = starters.ROWS[template]
    day = today(at) + DAY
    it = Survey(
        place=place, path=place.path, by_name=actor.name, draft=questions,
        starts_on=day, ends_on=day + days * DAY, **{"title": title, "why": why, **more},
    )  # fmt: skip
    w.create("surveys.draft", it, actor=actor, at=at)
    at += timedelta(hours=20)
    edition = Edition(survey=it, number=1, questions=questions, at=at)
    changed = {"questions": questions, "edition": 1, "draft": None}
    write = Write(set=changed, data={"edition": 1, "questions": len(questions)})
    w.act("surveys.publish", it, write, actor=actor, at=at)
    w.batch.add(edition)
    return Round(w, rng, it, asking.load(questions))


# --- two rounds of one survey --------------------------------------------------------------


def _last_winter(
    w: World, rng: random.Random, main: Place, worker: Actor, homes: Sequence[Household]
) -> Round:
    begun = w.since + 4 * DAY
    year = begun.year
    r = _begin(w, rng, main, worker, begun, 26, 0, title=f"{year}年冬季居民需求摸底")
    for home in homes:
        luck = rng.random()
        if luck < 0.9:
            on = r.it.starts_on + rng.randrange(25) * DAY
            _ask(r, home, on, _outcome(luck, 0.78, 0.08))
    closed = at_local(r.it.ends_on + 2 * DAY, time(17))
    sums = _sums(r, len(homes), orders=0)
    write = Write(
        set={"sums": sums, "closed_on": today(closed), "draft": None},
        data={"households": sums["households"], "answered": sums["answered"]},
    )
    w.act("surveys.close", r.it, write, actor=worker, at=closed)
    return r


def _sums(r: Round, households: int, orders: int) -> dict[str, Any]:
    counts = Counter(s.outcome for s in r.sheets)
    rows = [(s.answers, s.texted) for s in r.sheets if s.outcome == "answered"]
    return {
        "households": households, "orders": orders,
        **{name: counts[name] for name in ("answered", "nobody_home", "unwilling")},
        "questions": summing.sums(r.questions, rows),
    }  # fmt: skip


def _outcome(luck: float, answered: float, nobody: float) -> str:
    if luck < answered:
        return "answered"
    return "nobody_home" if luck < answered + nobody else "unwilling"


def _again(
    w: World, rng: random.Random, first: Round, worker: Actor, homes: Sequence[Household],
    found: Sequence[Order],
) -> Round:  # fmt: skip
    """A round a year later: the households that a need is known of have answered."""
    begun = min([w.now - AGAIN * DAY, *(o.placed_at - 2 * DAY for o in found)])
    title = first.it.title.replace(f"{first.it.starts_on.year}年", f"{begun.year}年")
    if title == first.it.title:
        title = f"{title}（第2轮）"
    r = _begin(
        w, rng, first.it.place, worker, begun, AGAIN + 14, 0, title=title,
        previous=first.it, round=2,
    )  # fmt: skip
    by_home = {o.household_id: o for o in found}
    before = {s.household_id: s for s in first.sheets if s.outcome == "answered"}
    last = (today(w.now) - r.it.starts_on).days
    # Dealt out, not drawn, so that it is just so many percent.
    dealt = [(n + 0.5) / len(homes) for n in range(len(homes))]
    rng.shuffle(dealt)
    for home, luck in zip(homes, dealt, strict=True):
        order = by_home.get(home.pk)
        if not order and luck > ANSWERED + NOBODY + UNWILLING:
            continue
        on = (
            today(order.placed_at)
            if order
            else r.it.starts_on + rng.randrange(max(last, 1)) * DAY
        )
        outcome = "answered" if order else _outcome(luck, ANSWERED, NOBODY)
        sheet = _ask(r, home, on, outcome, before.get(home.pk), order)
        if order:
            w.batch.add(FoundNeed(sheet=sheet, order=order))
    return r


# --- one that was sent ----------------------------------------------------------------------


def _sent(w: World, rng: random.Random) -> Round:
    """From the township of the demo community to all its communities."""
    main = w.places[w.preset.main]
    town = w.above(main, 4)
    sender = w.staff["township_party", town.path][0]
    r = _begin(w, rng, town, sender, w.now - SENT * DAY, 30, 1)
    at = w.now - SENT * DAY + timedelta(hours=20)
    for n, place in enumerate(p for p in w.children[town.id] if p.kind != "virtual"):
        names = (
            "title",
            "why",
            "starts_on",
            "ends_on",
            "edition",
            "questions",
            "by_name",
        )
        part = Survey(
            place=place, path=place.path, parent=r.it, state="running",
            **{name: getattr(r.it, name) for name in names},
        )  # fmt: skip
        w.create("surveys.receive", part, actor=SYSTEM, at=at)
        share = 0.34 + 0.13 * (n % 4)
        for home in w.households.get(place.path, ()):
            luck = rng.random()
            if luck < share + 0.06:
                on = r.it.starts_on + rng.randrange(SENT - 1) * DAY
                _ask(r, home, on, "answered" if luck < share else "nobody_home")
    return r


def _draft(w: World, main: Place, worker: Actor) -> None:
    _, title, why, questions = starters.ROWS[2]
    day = today(w.now) + 7 * DAY
    it = Survey(
        place=main, path=main.path, by_name=worker.name, title=title, why=why,
        draft=questions, starts_on=day, ends_on=day + 30 * DAY,
    )  # fmt: skip
    w.create("surveys.draft", it, actor=worker, at=w.now - 5 * timedelta(hours=1))


# --- one household --------------------------------------------------------------------------


def _ask(
    r: Round, home: Household, on: date, outcome: str, before: Sheet | None = None,
    order: Order | None = None,
) -> Sheet:  # fmt: skip
    rng = r.rng
    actor = r.worker(home)
    answers, texts = dict[str, Any](), dict[str, str]()
    if outcome == "answered":
        answers, texts = _answers(r, home, before)
    sheet = Sheet(
        survey=r.it, household=home, path=home.path, outcome=outcome, edition=1,
        how=rng.choices(*HOWS)[0] if outcome == "answered" else "visit", answers=answers,
        texts=orjson.dumps(texts).decode() if texts else "", texted=sorted(texts),
        taken_on=on, by_name=actor.name, by_account=actor.account_id,
        tries=1 + (outcome == "nobody_home" and rng.random() < 0.3),
    )  # fmt: skip
    at = (
        order.placed_at
        if order
        else at_local(on, time(9 + rng.randrange(10), rng.randrange(60)))
    )
    write = Write(data={"outcome": outcome, "how": sheet.how})
    r.w.create(
        "survey_sheets.fill", sheet, actor=actor, at=min(at, r.w.now), write=write
    )
    r.sheets.append(sheet)
    return sheet


def _answers(
    r: Round, home: Household, before: Sheet | None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Mostly what was said last time; the rest drawn anew."""
    rng = r.rng
    answers, texts = dict[str, Any](), dict[str, str]()
    same = before is not None and rng.random() < 0.55
    for q in r.questions:
        if not q.asked(answers):
            continue
        if before and q.key in before.answers and (same or rng.random() < 0.8):
            answers[q.key] = before.answers[q.key]
        elif q.kind == "text":
            if q.only_if:
                texts[q.key] = rng.choice(UNHAPPY)
            elif rng.random() < 0.12:
                texts[q.key] = rng.choice(WORDS)
        elif q.required or rng.random() < 0.8:
            answers[q.key] = _answer(rng, q, home)
    return answers, texts


def _answer(rng: random.Random, q: Question, home: Household) -> Any:
    codes = [code for code, _ in q.choices]
    elder = "elder" in home.focus
    if q.kind == "number":
        return rng.choices(
            (1, 2, 3, 4, 5, 6),
            (30, 25, 20, 15, 7, 3) if elder else (8, 22, 34, 24, 8, 4),
        )[0]
    if q.kind == "yesno":
        return "yes" if rng.random() < (0.92 if elder else 0.42) else "no"
    weights = [6 - min(n, 5) for n in range(len(codes))]
    if q.label.startswith("对社区服务满意"):
        weights = [66, 29, 5]
    if q.kind == "one":
        return rng.choices(codes, weights)[0]
    if q.label.startswith("家里有没有"):
        cared = [c for c, g in zip(codes, GROUPS, strict=False) if g in home.focus]
        if elder and rng.random() < 0.25:
            cared.append(codes[3])
        return cared or [codes[-1]]
    some = {rng.choices(codes, weights)[0] for _ in range(rng.choice((1, 1, 2, 2, 3)))}
    return [code for code in codes if code in some]

"""The orders of the demo: histories whose confirmed outcomes give the year's figures
by the product's own definitions, side exits, and open ones in every state for the
desks of the demo people."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from baodao.acts.models import Event
from baodao.core.clock import at_local, local
from baodao.core.models import Counter as Series
from baodao.orders import plans, rules
from baodao.orders.models import Category, Order
from baodao.places.calendars import calendar_for
from baodao.places.models import Place
from baodao.places.settings import values
from baodao.portal.demo import cases, texts
from baodao.portal.demo.gaps import KEEPS_CLOCK
from baodao.portal.demo.stories import Case, Desk, Story
from baodao.portal.demo.timeline import WorkClock, awake
from baodao.portal.demo.world import World, table

OPEN = {  # short word → steps; the word is what the order is when the demo opens
    "submitted": ("place",),
    "verified": ("place", "verify"),
    "returned": ("place", "verify", "dispatch", "return"),
    "published": ("place", "verify", "publish"),
    "expired": ("place", "verify", "publish", "expire"),
    "claimed": ("place", "verify", "publish", "claim"),
    "dispatched": ("place", "verify", "dispatch"),
    "unit_accepted": ("place", "verify", "dispatch", "unit_accept"),
    "assigned": ("place", "verify", "dispatch", "unit_accept", "assign"),
    "accepted": ("place", "verify", "dispatch", "unit_accept", "assign", "accept"),
    "transferred": ("place", "verify", "transfer"),
    "handed_over": ("place", "verify", "hand_over"),
}  # fmt: skip
OPEN["in_service"] = (*OPEN["accepted"], "start")
OPEN["asked"] = (*OPEN["in_service"], "ask_extension")
OPEN["paused"] = (*OPEN["in_service"], "pause")
OPEN["done"] = (*OPEN["in_service"], "report_done")
OPEN["reopened"] = (*OPEN["done"], "reopen")
OPEN["called"] = (*OPEN["done"], "call", "call")
OPEN["wanted"] = (*OPEN["done"], "ask_call")
OPEN["confirmed"] = (*OPEN["done"], "confirm")
# How often each comes up among the open ones that nobody has named.
MIX = {"submitted": 8, "verified": 7, "published": 12, "claimed": 8, "dispatched": 12,
       "unit_accepted": 7, "assigned": 7, "accepted": 8, "in_service": 16, "done": 9,
       "reopened": 2, "called": 1, "asked": 1, "paused": 2, "transferred": 2,
       "handed_over": 1}  # fmt: skip
SLACK = {"late": 12, "today": 14, "soon": 36, "week": 38}
# Days to look back for an anchor that gives the wanted deadline.
SPAN = {
    "published": 24,
    "expired": 3,
    "done": 9,
    "called": 9,
    "wanted": 8,
    "confirmed": 13,
}


@dataclass
class Book:
    """All orders made so far, and what must wait for their numbers."""

    desk: Desk
    pools: cases.Pools
    rng: random.Random
    orders: list[Order] = field(default_factory=list)
    merged: list[tuple[Event, Order]] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)

    @property
    def w(self) -> World:
        return self.desk.w

    def fresh(self) -> random.Random:
        """Numbers for the next order alone: how one order comes out, which depends
        on the hour of loading, leaves all others as they are."""
        self.rng = self.w.rng(f"order:{len(self.orders)}")
        return self.rng

    def code(self) -> str:
        """A look-up code of the demo: eight digits, each once."""
        while (code := str(self.rng.randrange(10_000_000, 100_000_000))) in self.codes:
            pass
        self.codes.add(code)
        return code


def build(w: World) -> None:
    """All orders of the preset, kept in `w.orders` as well."""
    root = w.places[w.preset.root].path
    calendar = calendar_for(root)
    desk = Desk(
        w, calendar, WorkClock.around(calendar, w.now), values(root),
        {c.code: c for c in Category.objects.all()}, {}, {},
    )  # fmt: skip
    book = Book(desk, cases.Pools(desk), w.rng("orders"))
    _finished(book)
    _sides(book)
    _open(book)
    _merge(book, w.preset.sizes.sides)
    _number(book)
    w.orders = book.orders


def _case(book: Book, kind: str, steps: list[str], **changes: Any) -> Case:
    """A case with a wording of its kind and a place."""
    rng = book.rng
    text = texts.write(rng, book.w.preset.code, kind)
    place = changes.pop("place", None) or book.pools.place(
        rng, channel=changes.get("channel", ""), near=changes.pop("near", False)
    )
    return Case(
        place=place, text=text, kind=kind, source=rng.choices(*cases.SOURCES)[0],
        steps=steps, urgency=text.urgency, 
        household=book.pools.household(rng, place, text.goods),
        code=book.code(), **changes,
    )  # fmt: skip


def _tell(book: Book, case: Case, times: list[datetime]) -> Story:
    """Cast the case, tell it, and let the system close what nobody rated."""
    cases.cast(book.pools, book.rng, case, times)
    story = Story(book.desk, book.rng, case, times)
    order = story.tell()
    book.orders.append(order)
    if order.state == "confirmed" and order.due_at and order.due_at < book.w.now:
        at = order.due_at + timedelta(minutes=book.rng.randrange(1, 10))
        story.step("close_unrated", min(at, book.w.now))
    if order.rating_public and book.rng.random() < 0.85:
        at = book.desk.clock.add(times[-1], book.rng.randrange(60, 500))
        if times[-1] < at < book.w.now:
            story.step("thank", at)
    return story


# --- histories ---


def _finished(book: Book) -> None:
    """Exactly so many solved, of each kind and channel; then partly and not solved."""
    told = []
    for n, (what, channel, result) in enumerate(_outcomes(book)):
        rng = book.fresh()
        kind = what or rng.choice(("wish", "problem"))
        if kind == "wish":
            kind = rng.choices(*cases.WISHES)[0]
        over_board = channel == "residence" or rng.random() < 0.05
        steps = cases.pool_steps(rng) if over_board else cases.unit_steps(rng)
        case = _case(
            book, kind, steps + cases.ending(rng, result), channel=channel,
            result=result, rating=cases.rating(rng, result), late=_late(rng, steps),
        )  # fmt: skip
        times = case.instants(book.desk, rng, _some_day(book))
        if n % 60 == 0:
            _for_demo(book, case, times)
        told.append(_tell(book, case, times))
    _doubt(book, told)


def _doubt(book: Book, told: Sequence[Story]) -> None:
    """One mark of the last days waits for somebody to look at it again: at the demo
    community if there is one."""
    w = book.w
    at, main = w.now - timedelta(hours=2), w.places[w.preset.main].path
    fit = [
        s for s in told
        if s.order.state == "closed" and s.order.rating and s.order.unit_id
        and at - timedelta(days=12) < s.last < at
    ]  # fmt: skip
    if fit:
        min(fit, key=lambda s: not s.order.path.startswith(main)).step(
            "question_mark", at
        )


def _outcomes(book: Book) -> list[tuple[str, str, str]]:
    """(kind, channel, result) of every finished order, shuffled. Open orders that
    wait for their rating only are solved already and count here."""
    sizes = book.w.preset.sizes
    waiting = sum(row["path"] == "confirmed" for row in table("open.csv"))
    unit, residence = sizes.wishes
    counts = {
        ("wish", "unit", "solved"): unit - waiting,
        ("wish", "residence", "solved"): residence,
        ("problem", "unit", "solved"): sizes.problems[0],
        ("problem", "residence", "solved"): sizes.problems[1],
        ("", "unit", "partly"): sizes.partly * 3 // 4,
        ("", "residence", "partly"): sizes.partly - sizes.partly * 3 // 4,
        ("", "unit", "not_solved"): sizes.unsolved // 2,
        ("", "unit", "cannot"): sizes.unsolved - sizes.unsolved // 2,
    }
    found = [key for key, n in counts.items() for _ in range(n)]
    book.rng.shuffle(found)
    return found


def _for_demo(book: Book, case: Case, times: list[datetime]) -> None:
    """Some of the year's services are the demo member's."""
    w, demo = book.w, book.w.demo_member
    taken = cases.served(case.steps, times)
    if demo is None or case.channel == "residence" or "claim" in case.steps:
        return
    if book.pools.is_busy(demo, taken):
        return
    case.place = book.pools.inside(book.rng, w.places[w.preset.main])
    case.household = None
    case.units = [u for u in w.units if u.short_name == w.preset.demo_unit]
    case.members = [demo]


def _late(rng: random.Random, steps: list[str]) -> str:
    """Which step comes too late, for about one order in twenty-five."""
    draw = rng.random()
    if draw < 0.035 and "unit_accept" in steps:
        return "unit_accept"
    return "start" if draw > 0.975 else ""


def _some_day(book: Book) -> datetime:
    """An instant of the year, up to an hour ago, in the waking hours."""
    w = book.w
    first = at_local(date(w.year, 2, 3), time(9))
    last = min(w.now - timedelta(hours=1), at_local(date(w.year, 12, 31), time(20)))
    return awake(book.rng, first + (last - first) * book.rng.random())


def _sides(book: Book) -> None:
    """Rejected, withdrawn, transferred, unanswered: each so many."""
    ways = {
        "reject": ["place", "reject"],
        "withdraw": ["place", "verify", "publish", "withdraw"],
        "transfer": ["place", "verify", "transfer", "transfer_news", "answer_cannot"],
        "unreachable": [],
    }
    for way, short in ways.items():
        for n in range(book.w.preset.sizes.sides):
            rng = book.fresh()
            steps = list(short)
            if way == "unreachable":
                steps = [
                    *cases.unit_steps(rng),
                    "report_done",
                    "call",
                    "call",
                    "call",
                    way,
                ]
            elif way == "withdraw" and n % 3 == 0:
                steps = [*cases.unit_steps(rng), way]
            elif way == "transfer" and n % 3 == 0:
                steps = ["place", "verify", "hand_over", "answer_cannot"]
            kind = rng.choices((*cases.WISHES[0], "problem"), (14, 40, 26, 20))[0]
            case = _case(book, kind, steps)
            _tell(book, case, case.instants(book.desk, rng, _some_day(book)))


def _merge(book: Book, count: int) -> None:
    """The same need said twice: the later one follows the earlier."""
    rng, desk = book.rng, book.desk
    targets = [
        o
        for o in book.orders
        if o.state not in ("rejected", "withdrawn", "transferred")
    ]
    done = 0
    for target in rng.sample(targets, len(targets)):
        placed = awake(rng, target.placed_at + timedelta(days=rng.uniform(0.1, 1.5)))
        at = desk.clock.add(placed, rng.randrange(20, 400))
        over = target.closed_at or book.w.now
        if not target.placed_at < placed < at < over or target.title.startswith(
            "一位居民有一件"
        ):
            continue
        _follow(book, target, placed, at)
        done += 1
        if done >= count:
            return


def _follow(book: Book, target: Order, placed: datetime, at: datetime) -> None:
    text = texts.Text(
        target.category_id, target.urgency, 0, target.title,
        target.detail.split("。")[0] + "，邻居也说过这件事。", "", "",
    )  # fmt: skip
    case = Case(
        place=target.place, text=text, kind=target.kind, source="phone",
        steps=["place"], urgency="normal", code=book.code(),
    )  # fmt: skip
    story = Story(book.desk, book.rng, case, [placed])
    order = story.tell()
    story.remind(at)
    write = plans.merge(story.row(), book.desk.ctx(at), into=target.id, into_no="")
    book.w.act("orders.merge", order, write, actor=story.staff(), at=at)
    book.merged.append((book.w.batch.rows[Event][-1], target))  # type: ignore[arg-type]
    book.orders.append(order)


# --- open ones ---


def _open(book: Book) -> None:
    """Those the demo people see by name, then many more around them and elsewhere."""
    sizes = book.w.preset.sizes
    named = 0
    for row in table("open.csv"):
        if row["where"] in ("", book.w.preset.code):
            _named(book, row)
            named += 1
    for n in range(sizes.open_near - named + sizes.open_far):
        rng = book.fresh()
        word = rng.choices(list(MIX), list(MIX.values()))[0]
        slack = rng.choices(list(SLACK), list(SLACK.values()))[0]
        kind = rng.choices((*cases.WISHES[0], "problem"), (14, 44, 28, 14))[0]
        channel = "residence" if word == "claimed" and rng.random() < 0.7 else "unit"
        near = n < sizes.open_near - named
        case = _case(book, kind, list(OPEN[word]), channel=channel, near=near)
        case.urgency = case.urgency if case.urgency == "complex" else "normal"
        _from_door_to_door(book, case)
        _stand(book, case, word, slack)


def _from_door_to_door(book: Book, case: Case) -> None:
    """Half of what the demo community's households have asked for lately was found by
    the survey that is under way there. Numbers of its own: other orders stay as they
    are."""
    w = book.w
    main = w.places[w.preset.main].path
    rng = w.rng(f"door:{case.code}")
    near = case.place.path.startswith(main) and case.source != "online"
    if not near or case.text.goods or rng.random() < 0.4:
        return
    homes = [h for h in w.households[main] if h.path.startswith(case.place.path)]
    if homes:
        case.source, case.household = "survey", case.household or rng.choice(homes)


def _named(book: Book, row: dict[str, str]) -> None:
    """One row of the file of open orders."""
    book.fresh()
    w, word = book.w, row["path"]
    main = w.places[w.preset.main]
    place = w.places.get(f"{main.code}-{row['place']}", main)
    case = _case(book, row["kind"], list(OPEN[word]), place=place)
    case.text = case.text._replace(
        category=row["category"], urgency=row["urgency"], title=row["title"],
        detail=row["detail"], goods=0, done="已经上门办好，请您看看合不合用。",
        thanks="谢谢，来得很快。",
    )  # fmt: skip
    case.urgency, case.source = row["urgency"], row["source"]
    if row["code"]:  # the resident's own look-up code, as on the design's pictures
        case.code = row["code"]
        book.codes.add(case.code)
    case.units = _units(book, row["unit"], place)
    if row["member"]:
        assert w.demo_member
        case.members = [w.demo_member]
        case.channel = "residence" if word == "claimed" else "unit"
    _stand(book, case, word, row["slack"])


def _units(book: Book, wanted: str, place: Place) -> list[Any]:
    w = book.w
    if wanted == "demo":
        return [u for u in w.units if u.short_name == w.preset.demo_unit]
    if not wanted:
        return []
    tied = book.pools.tied[w.community(place).path]
    county = book.pools.county[w.above(place, 3).path, wanted]
    return [u for u in tied if wanted in u.functions] or county[:1]


def _stand(book: Book, case: Case, word: str, slack: str) -> None:
    """Let an open case stand so that its deadline is late, today, soon or this week."""
    times = _times_for(book, case, word, slack)
    story = _tell(book, case, times)
    if story.order.state in rules.OPEN:
        story.remind(book.w.now, exact=True)


def _times_for(book: Book, case: Case, word: str, slack: str) -> list[datetime]:
    """Try last instants until the deadline they give fits; a fitting one is found
    for nearly all, else the nearest that is not late. Whom the case names already has
    to be free."""
    rng, w = book.rng, book.w
    back = SPAN.get(word, 16.0 if case.urgency == "complex" else 9.0)
    if word in (
        "submitted",
        "verified",
        "returned",
        "dispatched",
        "unit_accepted",
        "assigned",
        "transferred",
        "handed_over",
    ):
        back = 1.2 if case.urgency == "urgent" else 7.0
    best: tuple[float, list[datetime]] | None = None
    for _ in range(240):
        last = awake(rng, w.now - timedelta(days=rng.uniform(0.01, back)))
        times = case.instants(book.desk, rng, last)
        spans = cases.served(case.steps, times)
        if any(book.pools.is_busy(m, spans) for m in case.members):
            continue
        if word == "published":
            return times  # open for sixty days: any age will do
        due = _due(book.desk, case, times)
        miss = _miss(due, slack, w.now)
        if miss == 0:
            return times
        if best is None or miss < best[0]:
            best = (miss, times)
    assert best
    return best[1]


def _due(desk: Desk, case: Case, times: list[datetime]) -> datetime:
    """The deadline that the story will have, without telling it."""
    state, clocked, at = "", "", times[0]
    for step, when in zip(case.steps, times, strict=True):
        event = "report_done" if step == "finish" else step
        state = rules.FLOW.step(state, event)
        if step not in KEEPS_CLOCK:
            clocked, at = state, when
    overall = rules.overall_due(case.urgency, times[0], desk.settings)
    if clocked == "submitted" and case.urgency == "life_safety" and overall:
        return overall
    return (
        rules.due(clocked, case.urgency, at, desk.calendar, desk.settings, overall)
        or at
    )


def _miss(due: datetime, slack: str, now: datetime) -> float:
    """0 when the deadline is as wanted, else how far off, in hours."""
    hours = (due - now).total_seconds() / 3600
    if slack == "today":
        if hours > 0.3 and local(due).date() == local(now).date():
            return 0
        low, high = 0.3, 14.0
    else:
        low, high = {"late": (-30, -0.5), "soon": (24, 62), "week": (62, 168)}[slack]
    if low <= hours <= high and slack != "today":
        return 0
    off = low - hours if hours < low else max(hours - high, 0.01)
    return off + (500 if hours < 0 and slack != "late" else 0)


# --- numbers ---


def _number(book: Book) -> None:
    """Numbers in the order of placing, per community and day, and the series behind
    them, so that the next order of a day runs on."""
    series: Counter[str] = Counter()
    for order in sorted(book.orders, key=lambda o: (o.placed_at, o.code)):
        day = local(order.placed_at)
        community = "/".join(order.path.split("/")[:5])
        key = f"order:{community}:{day:%Y%m%d}"
        series[key] += 1
        order.no = f"{day:%m%d}-{series[key]:02d}"
    for event, target in book.merged:
        event.data = {**event.data, "no": target.no}
    book.w.batch.add(*(Series(key=key, n=n) for key, n in sorted(series.items())))

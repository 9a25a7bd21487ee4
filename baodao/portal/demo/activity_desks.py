"""What the demo people see on their desks of activities: venues, this month and the next
around the demo community, posts with their holders."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from baodao.activities import plans, rules
from baodao.activities.models import Activity, Holding, Participation, Post, Turn, Venue
from baodao.acts.actor import Actor
from baodao.acts.writing import Write
from baodao.core.clock import at_local, local
from baodao.people.models import Member
from baodao.places.models import Place
from baodao.portal.demo import activity_plan
from baodao.portal.demo.activity_book import Book
from baodao.portal.demo.world import World, table

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def venues(w: World) -> None:
    """Practice centre, its institute and the stations around the demo community."""
    main = w.places[w.preset.main]
    street, county = w.above(main, 4), w.above(main, 3)
    rows = [
        (county, "center", f"{county.name}新时代文明实践中心", 200, range(7), 20),
        (street, "institute", f"{street.name}新时代文明实践所", 80, range(6), 19),
    ]
    for code in (w.preset.main, *w.preset.near):
        place = w.places[code]
        rows.append(
            (place, "station", f"{place.name}新时代文明实践站", 40, range(7), 21)
        )
        rows.append((place, "room", f"{place.name}党群活动室", 30, range(5), 18))
    for place, kind, name, capacity, days, closes in rows:
        roles = ("county_org", "township_party", "community_worker")
        actor = next(a for r in roles for a in w.staff.get((r, place.path), ()))
        venue = Venue(
            place=place, path=place.path, name=name, kind=kind, capacity=capacity,
            weekdays=list(days), opens=time(8, 30), closes=time(closes),
            phone=place.phone,
        )  # fmt: skip
        w.create("venues.add", venue, actor=actor)


def coming(book: Book) -> None:
    """Around the demo community: what is planned, open, over without a list, and
    handed in."""
    w = book.w
    day = local(w.now).date()
    for n, row in enumerate(table("activities_open.csv")):
        if row["where"] not in ("", w.preset.code):
            continue
        codes = (w.preset.main, *w.preset.near)
        place = w.places[codes[int(row["place"])]]
        start = at_local(day + int(row["day"]) * DAY, time.fromisoformat(row["at"]))
        _tell(book, row, place, start, n)


def _tell(
    book: Book, row: dict[str, str], place: Place, start: datetime, n: int
) -> None:
    w = book.w
    unit = next((u for u in w.units if u.short_name == w.preset.demo_unit), None)
    by_unit = row["host"] == "unit" and unit is not None
    worker = w.staff["community_worker", place.path][0]
    host = w.unit_actor[unit.id] if by_unit and unit else worker
    brands = {c for k in book.kinds for c in k.carriers}
    it = Activity(
        no=book.no(place.path), title=row["title"], state="draft",
        channel="unit" if by_unit else "residence", joint_type=row["joint"],
        occasion=row["occasion"], occasion_name=row["name"], place=place,
        carriers=sorted(set(row["carriers"].split()) & {*rules.CARRIERS, *brands}),
        path=place.path, unit_id=unit.id if by_unit and unit else None, spot=row["spot"],
        start_at=start, end_at=start + timedelta(minutes=int(row["minutes"])),
        slots=int(row["slots"]) if row["slots"] else None, skills=row["skills"].split(),
        about=row["about"],
        aim_id=activity_plan.aim_of(book.aims, row["joint"], place.path),
        contact=host.name, phone=place.phone, public=not by_unit,
        made_by=host.account_id, made_by_name=host.name,
    )  # fmt: skip
    planned = min(start, w.now) - timedelta(days=6, minutes=n)
    w.create("activities.plan", it, actor=host, at=planned)
    if row["state"] == "draft":
        return
    w.act("activities.publish", it, Write(), actor=host, at=planned + HOUR)
    people = _people(book, it, int(row["signed"]), start)
    parts = []
    for k, member in enumerate(people):
        full = it.slots is not None and k >= it.slots
        at = planned + (2 + k) * HOUR
        part = Participation(
            activity=it, member=member, path=it.path, unit_id=member.unit_id,
            host_unit_id=it.unit_id, signed_at=at,
            state="waitlisted" if full else "signed_up",
        )  # fmt: skip
        event = "wait" if full else "sign_up"
        w.create(f"participations.{event}", part, actor=w.actor_of(member), at=at)
        parts.append(part)
    if row["state"] == "finished":
        _finish(book, it, host, parts)


def _people(book: Book, it: Activity, n: int, start: datetime) -> list[Member]:
    w = book.w
    near = [
        m for m in w.members
        if m.duty_status == "on_duty"
        and (m.unit_id == it.unit_id if it.unit_id else m.residence_path == it.path)
    ]  # fmt: skip
    found = book.free(near, local(start).date(), n)
    me = w.demo_member
    # The demo member has been to some, and finds others still open.
    mine = it.unit_id is not None or start < w.now
    if (
        me
        and mine
        and me in near
        and n > 3
        and (me.id, local(start).date()) not in book.busy
    ):
        book.busy.add((me.id, local(start).date()))
        found[0] = me
    return found


def _finish(
    book: Book, it: Activity, host: Actor, parts: Sequence[Participation]
) -> None:
    """The list is handed in: most came, one is excused."""
    w, at = book.w, min(it.end_at + HOUR, book.w.now - HOUR)
    marks = [
        plans.Mark(p.member_id, "excused" if k == 1 else "attended")
        for k, p in enumerate(parts)
    ]
    sheet = plans.Sheet(marks, it.start_at, it.end_at, residents=6, on_paper=True)
    row = {name: getattr(it, name) for name in plans.READS} | {"id": it.id}
    write = plans.finish(row, sheet, by=host.account_id, name=host.name, now=at)
    w.act(
        "activities.finish",
        it,
        Write(set=write.set, data=write.data),
        actor=host,
        at=at,
    )
    for part, mark in zip(parts, marks, strict=True):
        there = mark.state == "attended"
        times = {"start_at": it.start_at, "end_at": it.end_at} if there else {}
        w.act(
            f"participations.{rules.MARKS[mark.state]}", part, Write(set=times),
            actor=host, at=at,
        )  # fmt: skip


def posts(book: Book) -> None:
    """Posts of the demo community and around, some held, some with vacancies, one with
    a turn that waits."""
    w, rng = book.w, book.w.rng("posts")
    day = local(w.now).date()
    for n, row in enumerate(table("posts.csv")):
        place = w.places[(w.preset.main, *w.preset.near)[int(row["place"])]]
        worker = w.staff["community_worker", place.path][0]
        series = f"post:{place.path.rstrip('/')}"
        book.numbers[series] += 1
        at = w.now - timedelta(days=120 - n, hours=3)
        post = Post(
            no=f"{book.numbers[series]:04d}", title=row["title"], mode=row["mode"],
            place=place, path=place.path, about=row["about"], spot=row["spot"],
            schedule=row["schedule"], quota=int(row["quota"]),
            skills=row["skills"].split(),
            due_on=day + 40 * DAY if row["mode"] == "pledge" else None,
            contact=worker.name, phone=place.phone,
        )  # fmt: skip
        w.create("posts.add", post, actor=worker, at=at)
        near = [
            m
            for m in w.members
            if m.residence_path == place.path and m.duty_status == "on_duty"
        ]
        people = rng.sample(near, min(len(near), int(row["held"])))
        if n == 0 and w.demo_member in near and w.demo_member not in people:
            people[0] = w.demo_member
        for k, member in enumerate(people):
            since = at + timedelta(days=2 + k)
            holding = Holding(
                post=post, member=member, path=post.path, unit_id=member.unit_id,
                promise=row["promise"], valid_from=local(since).date(),
                valid_to=post.due_on or local(since).date() + 360 * DAY,
            )  # fmt: skip
            w.create("holdings.claim", holding, actor=w.actor_of(member), at=since)
            if k == len(people) - 1 and n < 3:
                _turn(w, holding, place, member, (n + 1) * 5)


def _turn(w: World, holding: Holding, place: Place, member: Member, ago: int) -> None:
    """A turn served these days, told by the holder, not confirmed yet."""
    end = w.now - timedelta(hours=ago)
    turn = Turn(
        holding=holding, member_id=member.id, path=holding.path, place_id=place.id,
        unit_id=member.unit_id, start_at=end - 2 * HOUR, end_at=end,
        note="按时去了，没有发现问题。",
    )  # fmt: skip
    w.create(
        "turns.tell", turn, actor=w.actor_of(member), at=end + timedelta(minutes=20)
    )

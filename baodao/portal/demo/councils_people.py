"""Part-time members, federations, estate roles with a few vacancies, and leaders with
their contact points and visits: 35 leaders, more than 70 sessions in Ali (A26, A27)."""

import random
from collections.abc import Iterator
from datetime import date, time, timedelta

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.writing import Write
from baodao.core.clock import at_local, local
from baodao.councils import rules
from baodao.councils.models import (
    EstateNote,
    Federation,
    FederationMember,
    LeaderContact,
    LeaderVisit,
    PartTimeMember,
)
from baodao.councils.services.estates import LEVEL
from baodao.duties.models import Duty
from baodao.people.models import Person, RoleTie, Unit
from baodao.places import rules as levels
from baodao.places.models import Place
from baodao.portal.demo.world import World

DAY = timedelta(days=1)
TASKS = ("老旧小区改造", "助老助残", "矛盾调解", "课业辅导", "环境卫生", "平安巡防",
         "文体活动", "就业服务", "政策宣传")  # fmt: skip
POLICIES = (
    "宣讲惠民政策，走访困难家庭", "宣讲基层治理文件，和社区、单位座谈",
    "讲党课，了解双报到情况", "宣讲安全生产和防火知识，看网格巡查",
    "宣讲养老和医保政策，看文明实践站",
)  # fmt: skip
ISSUES = (
    "", "", "活动室冬天供暖不足", "楼道照明损坏较多", "牧民看病路远，希望多来义诊",
    "停车位不够，消防通道被占", "村组道路积雪清得慢",
)  # fmt: skip
AFTER = (
    "已交社区列入联席会议议题。",
    "已请行业部门一周内答复。",
    "社区已办理，下次再看。",
)
COUNTY_POSTS = (
    "区委书记", "区长", "区委副书记", "区委组织部部长", "区委宣传部部长", "区委政法委书记",
    "常务副区长", "副区长（民政）", "副区长（城建）", "区人大常委会主任", "区政协主席",
    "区纪委书记",
)  # fmt: skip
NOTES = {
    "members": "学习上级文件，讨论小区楼道整治，党员分片认领。",
    "group": "楼栋党小组学习，商量独居老人每天敲一次门。",
    "lecture": "指导员讲党课，讲基层治理和志愿服务。",
    "theme_day": "和报到单位一起清理楼道杂物，共 6 个单元。",
    "guidance": "看活动场地和台账，商量议事日的时间。",
}


def _heads(w: World) -> None:
    """The units of each community, each with somebody of rank who is no demo person."""
    for unit in w.units:
        people = w.of_unit.get(unit.id, [])
        free = [m.person for m in people[1:] if m.person_id not in w.accounts]
        if len(people) > 2 and free:
            for place in {w.community(p).id for p in w.points_of.get(unit.id, ())}:
                w.heads[place].append((unit, free[0]))


def communities(w: World) -> list[Place]:
    """Those with a secretary and a worker, in the order of codes."""
    found = (p for p in w.places.values() if p.level == levels.COMMUNITY)
    return sorted(
        (p for p in found if w.staff.get(("community_secretary", p.path))),
        key=lambda p: p.path,
    )


def build(w: World) -> None:
    """All of it."""
    rng = w.rng("councils-people")
    _heads(w)
    for place in communities(w):
        of_units = w.heads[place.id]
        if of_units:
            _committee(w, rng, place, of_units)
        near = place.code in (w.preset.main, *w.preset.near)
        if near and len(of_units) > 2:
            _federation(w, place, [u for u, _ in of_units[:9]])
    _estates(w, rng)
    _leaders(w, rng)


# --- the committee --------------------------------------------------------------------------


def _committee(
    w: World, rng: random.Random, place: Place, of_units: list[tuple[Unit, Person]]
) -> None:
    """Seven to nine are suggested; where there are fewer units there are fewer."""
    main = place.code == w.preset.main
    n = min(7, len(of_units) - 2) if main else rng.choice((4, 7, 8))
    chosen = of_units[: n + 2] if main else of_units[:n]
    for i, (unit, person) in enumerate(chosen):
        stage = "appointed" if i < n else ("recommended", "selected")[i - n]
        _part_time(w, rng, place, unit, person, stage)


def _part_time(
    w: World, rng: random.Random, place: Place, unit: Unit, person: Person, stage: str
) -> None:
    settled = stage == "appointed"
    # A few terms end soon, most run on.
    start = w.since + timedelta(days=35) if settled else w.now - timedelta(days=15)
    row = PartTimeMember(
        place=place, path=place.path, person=person, unit=unit,
        post=rng.choice(("党组书记、局长", "党组成员、副局长", "党总支书记", "党支部书记")),
        task=rng.choice(TASKS),
    )  # fmt: skip
    actor = w.unit_actor[unit.id]
    w.create("part_time.recommend", row, actor=actor, at=start)
    for n, (event, who) in enumerate(_steps(w, place), start=1):
        if row.state == stage or who is None:
            return
        write = Write()
        at = start + timedelta(days=3 * n)
        if event == "appoint":
            first = local(at).date()
            last = rules.term_end(first)
            write = Write(set={"valid_from": first, "valid_to": last})
            tie = RoleTie(
                person=person, role="part_time_member", place=place, path=place.path,
                valid_from=first, valid_to=last,
            )  # fmt: skip
            w.create("roles.give", tie, actor=SYSTEM, at=at)
        w.act(f"part_time.{event}", row, write, actor=who, at=at)


def _steps(w: World, place: Place) -> Iterator[tuple[str, Actor | None]]:
    def one(role: str, level: int) -> Actor | None:
        found = w.staff.get((role, w.above(place, level).path))
        return found[0] if found else None

    secretary = one("community_secretary", levels.COMMUNITY)
    yield "select", secretary
    yield "approve", one("township_party", levels.TOWNSHIP)
    yield "file", one("county_org", levels.COUNTY)
    yield "appoint", secretary


def _federation(w: World, place: Place, units: list[Unit]) -> None:
    secretary = w.staff["community_secretary", place.path][0]
    at = w.since + timedelta(days=60)
    start = local(at).date()
    row = Federation(
        name=f"{place.name}党建联合体", place=place, path=place.path, valid_from=start,
        head=secretary.name, head_post="社区党组织书记", valid_to=rules.term_end(start),
        about="组织共建、资源共享、活动共联、急事共办，每季度开一次联席会议。",
    )  # fmt: skip
    members = [
        FederationMember(
            federation=row, path=place.path, unit=u, community=None if u else place,
            valid_from=start, created_at=at,
        )
        for u in [None, *units]
    ]  # fmt: skip
    write = Write(data={"members": len(members)}, adds=members)
    w.create("federations.form", row, actor=secretary, at=at, write=write)


# --- estates --------------------------------------------------------------------------------


def _estates(w: World, rng: random.Random) -> None:
    """Most posts are held; about one in eight is vacant, a few terms end soon."""
    for place in sorted(w.places.values(), key=lambda p: p.path):
        community = w.community(place) if place.level >= levels.ESTATE else None
        if community is None or place.level not in LEVEL.values():
            continue
        of_units = w.heads[community.id]
        secretary = w.staff.get(("community_secretary", community.path))
        if not of_units or not secretary:
            continue
        for role, level in LEVEL.items():
            if level == place.level and rng.random() > 0.13:
                _holder(w, rng, place, role, of_units, secretary[0])
        if place.level == levels.ESTATE:
            _notes(w, rng, place, community)


def _holder(
    w: World, rng: random.Random, place: Place, role: str,
    of_units: list[tuple[Unit, Person]], secretary: Actor,
) -> None:  # fmt: skip
    unit, _ = rng.choice(of_units)
    people = [
        m.person for m in w.of_unit[unit.id][2:40] if m.person_id not in w.accounts
    ]
    if not people:
        return
    start = local(w.since).date() + timedelta(days=rng.randrange(20, 60))
    last = rules.term_end(start)
    if rng.random() < 0.06:
        last = local(w.now).date() + timedelta(days=rng.randrange(5, 50))
    tie = RoleTie(
        person=rng.choice(people), role=role, place=place, path=place.path,
        valid_from=start, valid_to=last,
    )  # fmt: skip
    at = at_local(start, time(10, rng.randrange(60)))
    w.create("roles.give", tie, actor=secretary, at=at)


def _notes(w: World, rng: random.Random, place: Place, community: Place) -> None:
    worker = w.staff["community_worker", community.path][0]
    secretary = w.staff["community_secretary", community.path][0]
    for n in range(rng.choice((0, 1, 2, 3))):
        on = local(w.now).date() - timedelta(days=20 * n + rng.randrange(2, 15))
        kind = rng.choice(sorted(NOTES))
        row = EstateNote(
            place=place, path=place.path, kind=kind, on=on, text=NOTES[kind],
            attended=rng.randrange(6, 24), made_by=worker.person_id, made_name=worker.name,
            advice="会前三天通知，记录当天补齐。" if kind == "guidance" else "",
        )  # fmt: skip
        at = at_local(on, time(17, rng.randrange(60)))
        w.create("estate_notes.note", row, actor=worker, at=at)
        if n or rng.random() < 0.6:
            w.act("estate_notes.confirm", row, Write(), actor=secretary, at=at + DAY)


# --- leaders --------------------------------------------------------------------------------


def _leaders(w: World, rng: random.Random) -> None:
    """Each has a point of their own; two sessions each and some a third."""
    organiser = w.organiser()
    points = sorted(
        (p for p in w.places.values() if p.is_contact_point), key=lambda p: p.path
    )
    root = w.places[w.preset.root].path
    points = [p for p in points if p.path.startswith(root) and _staffed(w, p)]
    rank = "prefecture" if w.leaders else "county"
    posts = w.leaders or [(post, "") for post in COUNTY_POSTS]
    if not points:
        return
    step = max(len(points) // len(posts), 1)
    for n, (post, name) in enumerate(posts):
        point = points[n * step % len(points)]
        at = at_local(w.start_of_year + timedelta(days=12), time(10, n % 60))
        row = LeaderContact(
            rank=rank, post=post, name=name, point=point, path=point.path,
            valid_from=local(at).date(),
        )  # fmt: skip
        w.create("leader_contacts.assign", row, actor=organiser, at=at)
        _visits(w, rng, row, 3 if n % 5 == 0 else 2)


def _staffed(w: World, point: Place) -> bool:
    path = w.community(point).path
    return bool(w.staff.get(("community_worker", path)))


def _owed(w: World, row: LeaderContact) -> list[Duty]:
    """A visit each half of the year (A27)."""
    where = w.community(row.point).name
    point = row.point.name
    found = [
        Duty(
            kind="leader_visit", source_kind="leader_contact", source_id=row.origin,
            key=s.key, path=row.path, place_id=row.point_id, opens_on=s.first,
            title=f"{s.words}{row}到{point if point == where else where + point}",
            due_on=s.last,
        )
        for s in rules.spans(w.year, 2)
    ]  # fmt: skip
    w.batch.add(*found)
    return found


def _visits(w: World, rng: random.Random, row: LeaderContact, n: int) -> None:
    community = w.community(row.point)
    worker = w.staff["community_worker", community.path][0]
    secretary = w.staff["community_secretary", community.path][0]
    owed = _owed(w, row)
    for on in _days(w, rng, n):
        issue = rng.choice(ISSUES)
        visit = LeaderVisit(
            contact=row, path=row.path, on=on, policy=rng.choice(POLICIES), issues=issue,
            follow_up=rng.choice(AFTER) if issue else "", made_by=worker.person_id,
            made_name=worker.name,
        )  # fmt: skip
        at = at_local(on, time(17, rng.randrange(60)))
        w.create("leader_visits.note", visit, actor=worker, at=at)
        confirmed = at + timedelta(days=rng.randrange(1, 4))
        if confirmed < w.now:
            w.act(
                "leader_visits.confirm", visit, Write(), actor=secretary, at=confirmed
            )
            for duty in owed:
                if duty.state == "due" and duty.opens_on <= on <= duty.due_on:
                    done = {
                        "done_on": on,
                        "done_kind": "leader_visit",
                        "done_id": visit.pk,
                    }
                    write = Write(set=done)
                    w.act("duties.settle", duty, write, actor=SYSTEM, at=confirmed)


def _days(w: World, rng: random.Random, n: int) -> list[date]:
    """Days of the year of the figures, the last ones well before now."""
    first = w.start_of_year + timedelta(days=20)
    last = min(local(w.now).date() - timedelta(days=6), date(w.year, 12, 20))
    span = max((last - first).days // n, 1)
    return [first + timedelta(days=i * span + rng.randrange(span)) for i in range(n)]

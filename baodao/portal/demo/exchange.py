"""Agreements, lists, yearly projects and key problems: one agreement per unit (L15),
with what it promises kept month by month, the opera troupe's shows among it (L18)."""

import random
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.clock import at_local, local
from baodao.core.models import Counter as Series
from baodao.duties import services as duties
from baodao.duties.models import Duty
from baodao.exchange.agreements import plans, services
from baodao.exchange.lists import plans as list_plans
from baodao.exchange.models import (
    Agreement,
    AgreementItem,
    CoProject,
    Deed,
    KeyProblem,
    ListProject,
    Need,
    Resource,
)
from baodao.exchange.projects import plans as project_plans
from baodao.exchange.projects import quotas
from baodao.exchange.projects import rules as project_rules
from baodao.exchange.rules import USUAL
from baodao.exchange.steps import Context
from baodao.people.models import Unit
from baodao.places.calendars import calendar_for
from baodao.places.models import Place
from baodao.places.settings import values
from baodao.portal.demo.world import World

# What units promise by their function: (item, joint type, cadence).
PROMISES = {
    "culture": ("文艺队下小区演出一场", "culture", "quarterly"),
    "health": ("到小区义诊，量血压测血糖", "welfare", "quarterly"),
    "education": ("给社区孩子辅导功课", "resources", "quarterly"),
    "housing": ("检查楼道和屋面，帮着小修", "environment", "quarterly"),
    "justice": ("到社区坐班答法律问题", "resources", "quarterly"),
    "utilities": ("上门查老旧线路和水管", "environment", "quarterly"),
    "finance": ("讲一次防诈骗", "resources", "quarterly"),
    "environment": ("一起清扫小区和河边", "environment", "quarterly"),
}
# L18: the opera troupe plays at an estate every month.
SHOW = ("上党梆子下小区演出一场", "culture", "monthly")
TROUPES = ("剧团", "剧院", "戏", "艺术团")
SHARED = (
    ("和社区党组织一起过主题党日", "party", "quarterly"),
    ("开放会议室给居民议事", "resources", "once"),
    ("重阳节慰问小区老人", "welfare", "once"),
    ("办一场社区运动会", "culture", "once"),
    ("春天一起栽树护绿", "environment", "once"),
)
SIDES = (
    "提供场地和需求，提前一周通知居民，做完以后确认。",
    "按约定的次数做好，不能按时做的提前三天告诉社区。",
)
PROJECTS = (
    ("老旧小区楼道亮灯", "welfare"), ("社区书屋共建", "culture"),
    ("小区广场修整", "environment"), ("“四点半课堂”", "resources"),
    ("红色物业联盟", "party"), ("独居老人守护", "welfare"),
)  # fmt: skip
PROBLEMS = (
    ("楼前下水经常堵", "facility"), ("停车占了消防通道", "governance"),
    ("楼上楼下漏水多年没修好", "dispute"), ("垃圾点离窗户太近", "environment"),
    ("物业撤走没人管", "governance"), ("路灯坏了一片", "facility"),
)  # fmt: skip
NEEDS = (
    ("放学后给孩子辅导功课", "resources"), ("给独居老人装扶手", "welfare"),
    ("教老人用手机看病挂号", "resources"), ("小区花坛要补种", "environment"),
    ("社区舞蹈队缺音响", "culture"), ("请人讲一次消防安全", "party"),
)  # fmt: skip
RESOURCES = (
    ("会议室两间", "party", "venue"), ("课业辅导教师三名", "resources", "expert"),
    ("音响一套", "culture", "device"), ("绿化苗木二十棵", "environment", "device"),
    ("扶手和小工具", "welfare", "device"), ("消防讲师一名", "party", "expert"),
)  # fmt: skip


class Pair(NamedTuple):
    unit: Unit
    place: Place


class Desk:
    """What all of it needs: context by instant, actors of a community, numbers."""

    def __init__(self, w: World) -> None:
        root = w.places[w.preset.root].path
        self.w, self.numbers = w, Counter[str]()
        self.calendar, self.settings = calendar_for(root), values(root)

    def ctx(self, at: datetime) -> Context:
        return Context(at, self.calendar, self.settings)

    def number(self, series: str, place: Place) -> str:
        key = f"{series}:{'/'.join(place.path.split('/')[:5])}"
        self.numbers[key] += 1
        return f"{self.numbers[key]:04d}"

    def staff(self, role: str, place: Place) -> Actor:
        return self.w.staff[role, place.path][0]

    def do(
        self, action: str, it: Any, write: Write, actor: Actor, at: datetime
    ) -> None:
        self.w.act(action, it, write, actor=actor, at=min(at, self.w.now))


def build(w: World) -> None:
    """All of it; the agreements of every unit in Luzhou, of the county town in Ali."""
    desk, rng = Desk(w), w.rng("exchange")
    pairs = _pairs(w)
    agreements = [_agreement(desk, rng, p, n) for n, p in enumerate(pairs)]
    _renewals(desk, rng, [(p, a) for p, (a, _) in zip(pairs, agreements, strict=True)])
    _lists(desk, rng, pairs)
    done = _projects(desk, rng, pairs)
    w.batch.flush()
    _owe(desk, [a for a in agreements if a[0].state == "effective"])
    _quotas(desk, done)
    w.batch.add(*(Series(key=key, n=n) for key, n in sorted(desk.numbers.items())))


def _pairs(w: World) -> list[Pair]:
    near = {w.preset.main, *w.preset.near}
    found = [Pair(u, w.community(w.points_of[u.id][0])) for u in w.units]
    if w.preset.code == "luzhou":
        return found
    return [p for p in found if p.place.code in near]


def _day(desk: Desk, day: date, hour: int = 10) -> datetime:
    return min(at_local(day, time(hour)), desk.w.now - timedelta(minutes=5))


def _agreement(
    desk: Desk, rng: random.Random, pair: Pair, n: int, renews: Agreement | None = None
) -> tuple[Agreement, list[AgreementItem]]:
    """In force since the spring; one that renews another has got `n` steps far."""
    w, (unit, place) = desk.w, pair
    start = w.start_of_year + timedelta(days=rng.randrange(45, 90))
    begun = _day(desk, start - timedelta(days=rng.randrange(12, 25)))
    if renews:
        start, begun = renews.valid_to, w.now - timedelta(days=n + 1, hours=2)
    text = plans.Text(
        title=f"{place.name}与{unit}共驻共建协议", valid_from=start,
        valid_to=date(start.year + 1, start.month, 1), items=_items(w, rng, pair),
        community_contact=desk.staff("community_worker", place).name,
        unit_contact=w.of_unit[unit.id][1].person.name, community_side=SIDES[0],
        unit_side=SIDES[1],
    )  # fmt: skip
    it = Agreement(
        number=desk.number("agreement", place), place=place, path=place.path,
        unit_ids=[unit.id], clock_from=begun, previous=renews, **text.columns(),
    )  # fmt: skip
    items = plans.items(it.id, text, it.unit_ids, 1)
    write = Write(adds=items, data={"items": len(items)})
    w.create(
        "agreements.draft",
        it,
        actor=desk.staff("community_worker", place),
        at=begun,
        write=write,
    )
    _signed(desk, it, pair, begun, steps=n if renews else 4)
    return it, items


def _renewals(
    desk: Desk, rng: random.Random, pairs: list[tuple[Pair, Agreement]]
) -> None:
    """In the demo community three are on their way for another year."""
    here = [p for p in pairs if p[0].place.code == desk.w.preset.main]
    for n, (pair, old) in enumerate(here[:3]):
        _agreement(desk, rng, pair, n, renews=old)


def _items(w: World, rng: random.Random, pair: Pair) -> list[plans.Item]:
    promised = [PROMISES[f] for f in pair.unit.functions if f in PROMISES][:1]
    if any(word in pair.unit.name for word in TROUPES):
        promised = [SHOW]
    promised += rng.sample(SHARED, 2)
    estates = [
        p for g in w.children[pair.place.id] for p in w.children[g.id] if p.level == 7
    ]
    estates += [p for p in w.children[pair.place.id] if p.level == 7]
    return [
        plans.Item(
            title, kind, USUAL[kind], cadence,
            estate_id=rng.choice(estates).id if estates and cadence != "once" else None,
        )
        for title, kind, cadence in promised
    ]  # fmt: skip


def _signed(
    desk: Desk, it: Agreement, pair: Pair, begun: datetime, *, steps: int
) -> None:
    """Both hands, the township's file, and in force; the first `steps` of it."""
    w, (unit, place) = desk.w, pair
    secretary, head = w.unit_actor[unit.id], desk.staff("community_secretary", place)
    town = w.by_id[place.parent_id]  # type: ignore[index]
    at = begun
    way: tuple[tuple[int, str, Actor, Any], ...] = (
        (2, "unit_sign", secretary, lambda r, c: plans.unit_signs(
            r, c, unit_id=unit.id, party=unit.name, signer=secretary.name, last=True)),
        (1, "community_sign", head, lambda r, c: plans.community_signs(
            r, c, party=f"{place.name}党组织", signer=head.name)),
        (3, "file", desk.staff("township_party", town), lambda r, c: plans.file(
            r, c, number=_filing(desk, town, local(c.now).year))),
        (1, "take_effect", SYSTEM, lambda r, c: Write()),
    )  # fmt: skip
    for days, event, actor, make in way[:steps]:
        at = min(at + timedelta(days=days), w.now)
        write = make(_row(it, plans.READS), desk.ctx(at))
        desk.do(f"agreements.{event}", it, _quiet(write), actor, at)


def _quiet(write: Write) -> Write:
    """The demo sends no messages of last spring."""
    write.job = None
    return write


def _filing(desk: Desk, town: Place, year: int) -> str:
    key = f"agreement-file:{'/'.join(town.path.split('/')[:4])}:{year}"
    desk.numbers[key] += 1
    return f"共备〔{year}〕{desk.numbers[key]}号"


def _row(it: Any, reads: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(it, name) for name in ("id", "state", *reads)}


# --- what was promised, and the year's quotas -----------------------------------------


def _owe(desk: Desk, agreements: list[tuple[Agreement, list[AgreementItem]]]) -> None:
    """The duties of all items, and the deeds of those whose time has passed."""
    w = desk.w
    windows, sources, by_item = {}, [], {}
    for agreement, items in agreements:
        for item in items:
            item.estate = w.by_id.get(item.estate_id) if item.estate_id else None
            by_item[item.id] = (agreement, item)
            windows[str(item.id)] = services.duty_windows(item, agreement)
            sources.append(
                duties.Source(
                    id=item.id, pattern=str(item.id), path=agreement.path,
                    place_id=agreement.place_id, unit_id=item.unit_id,
                    valid_from=agreement.valid_from, valid_to=agreement.valid_to,
                )
            )  # fmt: skip
    duties.generate(
        actor=SYSTEM, kind=services.DUTY, source_kind=services.SOURCE, sources=sources,
        windows=windows, now=w.now,
    )  # fmt: skip
    rng, day = w.rng("deeds"), local(w.now).date()
    settled: dict[UUID, Write] = {}
    fulfilled: dict[UUID, Write] = {}
    past = Duty.objects.filter(source_id__in=by_item, opens_on__lt=day).order_by(
        "due_on", "source_id", "key"
    )
    for duty in past:
        agreement, item = by_item[duty.source_id]
        if duty.due_on >= day and rng.random() < 0.6:
            continue
        waits = duty.due_on >= day or (duty.due_on >= day - timedelta(days=6))
        deed = _deed(desk, rng, agreement, item, duty, confirmed=not waits)
        (fulfilled if waits else settled)[duty.id] = Write(set={
            "done_on": deed.done_on, "done_kind": "exchange.deed", "done_id": deed.id,
            "done_by_id": None,
        })  # fmt: skip
    act_rows(SYSTEM, "duties.settle", settled, now=w.now)
    act_rows(SYSTEM, "duties.fulfil", fulfilled, now=w.now)


def _deed(
    desk: Desk, rng: random.Random, agreement: Agreement, item: AgreementItem,
    duty: Duty, *, confirmed: bool,
) -> Deed:  # fmt: skip
    w, place = desk.w, agreement.place
    last = min(duty.due_on, local(w.now).date() - timedelta(days=1))
    span = max((last - duty.opens_on).days, 1)
    done_on = max(last - timedelta(days=rng.randrange(0, min(span, 25))), duty.opens_on)
    deed = Deed(
        agreement=agreement, item=item, duty_id=duty.id, unit_id=agreement.unit_ids[0],
        place_id=place.id, path=place.path, done_on=done_on, said=f"{item.title}，做好了。",
        people=rng.choice((0, 20, 35, 60, 120)),
    )  # fmt: skip
    at = _day(desk, done_on, 19)
    w.create("deeds.report", deed, actor=w.unit_actor[agreement.unit_ids[0]], at=at)
    if confirmed:
        at = min(at + timedelta(hours=rng.randrange(12, 60)), w.now)
        worker = desk.staff("community_worker", place)
        write = plans.confirm(
            _row(deed, plans.DEED_READS), desk.ctx(at), by=worker.person_id,
            how=rng.choice(("seen", "residents")), joint_type=item.joint_type,
        )  # fmt: skip
        desk.do("deeds.confirm", deed, _quiet(write), worker, at)
    return deed


def _quotas(desk: Desk, done: dict[tuple[str, UUID], tuple[str, UUID, date]]) -> None:
    """The year's two duties of every unit, and those that are done."""
    quotas.owe(desk.w.now)
    owed = Duty.objects.filter(
        kind__in=(project_rules.PROJECT_QUOTA, project_rules.PROBLEM_QUOTA)
    )
    writes = {}
    for pk, kind, unit_id in owed.order_by("id").values_list("id", "kind", "unit_id"):
        if (kind, unit_id) in done:
            by, by_id, on = done[kind, unit_id]  # type: ignore[index]
            writes[pk] = Write(set={"done_on": on, "done_kind": by, "done_id": by_id})
    act_rows(SYSTEM, "duties.settle", writes, now=desk.w.now)


# --- projects and problems ------------------------------------------------------------


def _projects(
    desk: Desk, rng: random.Random, pairs: list[Pair]
) -> dict[tuple[str, UUID], tuple[str, UUID, date]]:
    """One of each per unit, most of them through; returns what counts."""
    done: dict[tuple[str, UUID], tuple[str, UUID, date]] = {}
    for n, pair in enumerate(pairs):
        project = _project(desk, rng, pair, n)
        if project.state == "accepted" and project.accepted_on:
            key = (project_rules.PROJECT_QUOTA, pair.unit.id)
            done[key] = ("exchange.coproject", project.id, project.accepted_on)
        problem = _problem(desk, rng, pair, n)
        if problem.state == "closed" and problem.closed_on:
            key = (project_rules.PROBLEM_QUOTA, pair.unit.id)
            done[key] = ("exchange.keyproblem", problem.id, problem.closed_on)
    return done


def _reach(rng: random.Random, steps: int) -> int:
    """How many steps of the way: most all of it."""
    return steps if rng.random() < 0.8 else rng.randrange(0, steps)


def _project(desk: Desk, rng: random.Random, pair: Pair, n: int) -> CoProject:
    w, (unit, place) = desk.w, pair
    title, kind = PROJECTS[n % len(PROJECTS)]
    start = w.start_of_year + timedelta(days=rng.randrange(30, 70))
    at = _day(desk, start)
    due = start + timedelta(days=150)
    project = CoProject(
        number=desk.number("coproject", place), title=title, year=w.year, joint_type=kind,
        mechanism=USUAL[kind], priority=rng.choice(("文明城市创建", "老旧小区改造", "基层治理")),
        goal="让居民看得见、用得上。", place=place, path=place.path, unit_ids=[unit.id],
        tasks={str(unit.id): ""}, clock_from=at, due_at=project_rules.by_day(3, 31, at),
        milestones=[{"title": "定方案", "due": (start + timedelta(days=60)).isoformat(), "done": ""},
                    {"title": "完工", "due": due.isoformat(), "done": ""}],
    )  # fmt: skip
    secretary, head = w.unit_actor[unit.id], desk.staff("community_secretary", place)
    w.create("coprojects.propose", project, actor=secretary, at=at)
    steps: list[tuple[str, Actor, Any]] = [
        ("negotiate", head, lambda r, c: project_plans.negotiate(
            r, c, record="双方书记面谈，定了内容、时间和分工。", negotiated_on=c.day)),
        ("approve", head, project_plans.approve),
        ("start", secretary, project_plans.start),
        ("reach", secretary, lambda r, c: project_plans.reach(r, c, nth=0, note="方案定了")),
        ("complete", secretary, lambda r, c: project_plans.complete(
            r, c, result="按方案办完，居民已经用上。")),
        ("accept", head, lambda r, c: project_plans.accept(r, c, by=head.person_id)),
    ]  # fmt: skip
    for event, actor, make in steps[: _reach(rng, len(steps))]:
        at = min(at + timedelta(days=rng.randrange(8, 30)), w.now)
        row = _row(project, project_plans.PROJECT_READS)
        desk.do(
            f"coprojects.{event}", project, _quiet(make(row, desk.ctx(at))), actor, at
        )
    return project


def _problem(desk: Desk, rng: random.Random, pair: Pair, n: int) -> KeyProblem:
    w, (unit, place) = desk.w, pair
    title, kind = PROBLEMS[(n * 5 + 1) % len(PROBLEMS)]
    at = _day(desk, w.start_of_year + timedelta(days=rng.randrange(40, 120)))
    secretary, head = w.unit_actor[unit.id], desk.staff("community_secretary", place)
    worker = desk.staff("community_worker", place)
    problem = KeyProblem(
        number=desk.number("problem", place), title=title, kind=kind, place=place,
        path=place.path, unit=unit, clock_from=at, due_at=project_rules.by_day(6, 30, at),
        detail="居民多次反映，社区自己办不了。",
    )  # fmt: skip
    w.create("problems.register", problem, actor=worker, at=at)
    steps: list[tuple[str, Actor, Any]] = [
        ("claim", secretary, project_plans.claim),
        ("start", secretary, project_plans.claim),
        ("report", secretary, lambda r, c: project_plans.report(
            r, c, result="派人查清原因，和物业一起解决了。")),
        ("confirm", head, project_plans.confirm),
        ("follow_up", worker, lambda r, c: project_plans.follow_up(
            r, c, asked=5, content=rng.choice((4, 5)), note="")),
        ("close", head, lambda r, c: project_plans.close(r, c, by=head.person_id)),
    ]  # fmt: skip
    for event, actor, make in steps[: _reach(rng, len(steps))]:
        at = min(at + timedelta(days=rng.randrange(5, 28)), w.now)
        row = _row(problem, project_plans.PROBLEM_READS)
        desk.do(
            f"problems.{event}", problem, _quiet(make(row, desk.ctx(at))), actor, at
        )
    return problem


# --- the three lists ------------------------------------------------------------------


def _lists(desk: Desk, rng: random.Random, pairs: list[Pair]) -> None:
    """Each community some needs and what its units give; every third one is matched."""
    by_place: dict[UUID, list[Pair]] = {}
    for pair in pairs:
        by_place.setdefault(pair.place.id, []).append(pair)
    for here in by_place.values():
        place = here[0].place
        large = place.code in (desk.w.preset.main, *desk.w.preset.near)
        for n in range(6 if large else 3):
            need = _need(desk, rng, place, n, published=n != 4)
            given = _resource(desk, rng, here[n % len(here)], n)
            if n % 3 == 0:
                _match(desk, rng, need, given, accepted=n == 0)


def _need(
    desk: Desk, rng: random.Random, place: Place, n: int, *, published: bool
) -> Need:
    w, worker = desk.w, desk.staff("community_worker", place)
    title, kind = NEEDS[n]
    at = desk.w.now - timedelta(days=rng.randrange(5, 110), hours=3)
    need = Need(
        number=desk.number("need", place), title=title, joint_type=kind, place=place,
        path=place.path, state="confirmed", quantity=rng.choice(("每周一次", "一次", "")),
        clock_from=at,
    )  # fmt: skip
    w.create("needs.add", need, actor=worker, at=at)
    if published:
        write = list_plans.publish(_row(need, list_plans.NEED_READS), desk.ctx(at))
        desk.do("needs.publish", need, _quiet(write), worker, at + timedelta(hours=1))
    return need


def _resource(desk: Desk, rng: random.Random, pair: Pair, n: int) -> Resource:
    title, kind, sort = RESOURCES[n]
    at = desk.w.now - timedelta(days=rng.randrange(115, 200), hours=4)
    it = Resource(
        number=desk.number("resource", pair.place), title=title, joint_type=kind,
        kind=sort, place=pair.place, path=pair.place.path, unit=pair.unit,
        state="available", conditions=rng.choice(("周末", "提前三天说", "工作日下班后")),
        count=1, clock_from=at,
    )  # fmt: skip
    actor = desk.staff("community_worker", pair.place).for_someone(str(pair.unit))
    desk.w.create("resources.add", it, actor=actor, at=at)
    return it


def _match(
    desk: Desk, rng: random.Random, need: Need, given: Resource, *, accepted: bool
) -> None:
    w, worker = desk.w, desk.staff("community_worker", need.place)
    at = w.now - timedelta(days=4, hours=rng.randrange(1, 20))
    project = ListProject(
        number=desk.number("listproject", need.place), title=need.title,
        joint_type=given.joint_type, place=need.place, path=need.path,
        unit_ids=[given.unit_id], needs=[need.id], resources=[given.id],
        reason="✓ 单位就联系本社区", effect="居民用得上", clock_from=at,
        due_on=local(w.now).date() + timedelta(days=30),
    )  # fmt: skip
    w.create("listprojects.match", project, actor=worker, at=at)
    unit = w.unit_actor[given.unit_id]
    move: list[tuple[str, Any, Actor, Any]] = [
        ("needs.match", need, SYSTEM, list_plans.on),
    ]
    if accepted:
        move += [
            ("listprojects.start", project, unit, list_plans.start),
            ("needs.start", need, SYSTEM, list_plans.on),
            ("listprojects.finish", project, unit, lambda r, c: list_plans.finish(
                r, c, result="办好了，居民用上了。")),
            ("needs.meet", need, SYSTEM, list_plans.on),
            ("listprojects.accept", project, worker, lambda r, c: list_plans.accept(
                r, c, by=worker.person_id)),
            ("needs.close", need, SYSTEM, list_plans.on),
        ]  # fmt: skip
    for action, it, actor, make in move:
        at = at + timedelta(hours=2)
        reads = list_plans.PROJECT_READS if it is project else list_plans.NEED_READS
        write = make(_row(it, reads), desk.ctx(at))
        desk.do(action, it, _quiet(write), actor, at)

"""What communities talk over, in all states: proposed, open for opinions, with a time,
waiting for its result, being done, done, declined (L11, L36). Evenings only, when
nobody has another service on record."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.writing import Write
from baodao.core.clock import at_local, local
from baodao.councils.models import (
    Deliberation,
    DeliberationSeat,
    Opinion,
    Resolution,
)
from baodao.duties.models import Duty
from baodao.people.models import Member, Unit
from baodao.places.models import Place
from baodao.portal.demo.councils_people import communities
from baodao.portal.demo.world import World
from baodao.records.models import Record

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# (kind, title, what is suggested, an opinion, the result, for everybody, what is done)
TOPICS = (
    ("facilities", "小区东门晚上停车堵路", "建议划线，留出消防通道，外来车限时停。", "消防通道先划出来",
     "东门划12个车位，留6米消防通道，外来车停2小时。", "东门划出12个车位，留出消防通道，外来车限停2小时。", "东门划车位和消防通道"),
    ("environment", "单元门口垃圾桶挪到哪里", "夏天味大，建议挪到西墙，每天多清一次。", "老人走不远，别挪太远",
     "垃圾桶挪到西墙，每天清运两次，冬天不变。", "垃圾桶挪到西墙，每天清运两次。", "换桶并增加清运"),
    ("rules", "楼道里堆的东西怎么清", "有电动车和纸箱，怕着火。先通知再清，给大家留时间。", "给一周时间自己搬",
     "贴通知一周，到期由社区和物业一起清，楼下设临时放置点。", "楼道物品一周内自己搬，之后统一清理，楼下设临时放置点。", "清理楼道并设放置点"),
    ("dispute", "广场舞声音大，楼上休息不好", "建议定时间、定音量，换到河边场地。", "晚上九点前结束就行",
     "晚上7点到8点半，音量不超过60分贝，周末到河边。", "广场舞晚上8点半前结束，控制音量，周末到河边。", "装一个音量显示牌"),
    ("estate", "院子里种树还是做晒衣场", "两种意见都有，建议一半一半。", "晒衣的地方太少",
     "南边做晒衣场，北边种树，材料由单位支持。", "院子南边做晒衣场，北边种树。", "做晒衣场、种树"),
    ("services", "放学后孩子没地方去", "活动室周一到周五开到晚上7点，党员轮流看。", "有人看着就放心",
     "活动室工作日开到晚上7点，党员志愿者排班。", "社区活动室工作日开到晚上7点，有志愿者看护。", "活动室延时并排班"),
    ("culture", "冬天老人锻炼的地方", "会议室上午空着，建议上午开放。", "要有热水",
     "会议室上午9点到11点开放，备热水。", "会议室上午开放给老人锻炼。", "备热水壶和垫子"),
)  # fmt: skip
WHOLE = (
    "proposed", "resident", "open", "ahead", "held", "decided", "closed", "closed",
    "declined",
)  # fmt: skip
BRIEF = ("closed", "decided")


@dataclass
class Room:
    """A community with those who take part."""

    w: World
    rng: random.Random
    place: Place
    worker: Actor
    secretary: Actor
    units: Sequence[Unit]
    living: Sequence[Member]


def build(w: World) -> int:
    """All of it; returns how many topics."""
    rng, n = w.rng("deliberations"), 0
    living: dict[str, list[Member]] = {}
    for m in w.members:
        if m.residence_path and m.duty_status == "on_duty":
            living.setdefault(m.residence_path, []).append(m)
    for place in communities(w):
        units = [u for u, _ in w.heads[place.id]]
        people = living.get(place.path, [])
        if not units or len(people) < 6:
            continue
        room = Room(
            w, rng, place, w.staff["community_worker", place.path][0],
            w.staff["community_secretary", place.path][0], units, people,
        )  # fmt: skip
        near = place.code in (w.preset.main, *w.preset.near)
        for k, stage in enumerate(WHOLE if near else BRIEF):
            if near or rng.random() < 0.5:
                _topic(room, stage, k)
                n += 1
    return n


def _topic(r: Room, stage: str, k: int) -> None:
    kind, title, text, *_ = TOPICS[(k + int(r.place.code[-3:])) % len(TOPICS)]
    back = {"closed": 90 + 40 * k, "decided": 40, "held": 16, "declined": 30}
    at = r.w.now - timedelta(days=back.get(stage, 6), hours=k)
    at = max(at, r.w.since + 20 * DAY)
    member = None if stage == "resident" else r.living[k % len(r.living)]
    d = Deliberation(
        title=title, kind=kind, text=text, place=r.place, path=r.place.path,
        source="member" if member else "resident", member=member,
        proposed_by=member.person_id if member else None,
        by_name=str(member) if member else "居民",
    )  # fmt: skip
    actor = r.w.actor_of(member) if member else r.worker
    r.w.create("deliberations.propose", d, actor=actor, at=at)
    if stage == "declined":
        answer = "这件事已经列进今年的改造计划，先看改造结果。"
        write = Write(set={"answer": answer})
        r.w.act("deliberations.decline", d, write, actor=r.worker, at=at + DAY)
    elif stage not in ("proposed", "resident"):
        _go_on(r, d, stage, at + DAY)


def _go_on(r: Room, d: Deliberation, stage: str, at: datetime) -> None:
    r.w.act("deliberations.take", d, Write(), actor=r.worker, at=at)
    if stage in ("open", "ahead"):
        write = Write(
            set={"topic_public": f"{d.title}，大家怎么看？", "topic_at": at + HOUR}
        )
        r.w.act("deliberations.publish_topic", d, write, actor=r.worker, at=at + HOUR)
        _opinion(
            r, d, "public", "我们楼的人都同意早点定下来。", at + 9 * HOUR, waiting=True
        )
    if stage == "open":
        return
    days = 4 if stage == "ahead" else 8
    day = (
        local(r.w.now).date() + 4 * DAY
        if stage == "ahead"
        else local(at).date() + days * DAY
    )
    day = min(day, local(r.w.now).date() - DAY) if stage != "ahead" else day
    write = Write(
        set={
            "held_at": at_local(day, time(20)), "held_on": day, "room": "社区活动室",
            "residents_asked": "1号楼、2号楼住户代表，物业",
        },
        data={"on": day.isoformat(), "moved": False},
    )  # fmt: skip
    r.w.act("deliberations.arrange", d, write, actor=r.worker, at=at + 2 * HOUR)
    seats = _invited(r, d, at + 3 * HOUR)
    _opinions(r, d, seats, at + 5 * HOUR)
    if stage != "ahead":
        _held(r, d, seats, stage)


def _invited(r: Room, d: Deliberation, at: datetime) -> list[DeliberationSeat]:
    me = r.w.demo_member
    people = r.rng.sample(list(r.living), min(5, len(r.living)))
    if d.member and d.member not in people:
        people[0] = d.member
    if me and me in r.living and me not in people:
        people[-1] = me
    seats = [
        DeliberationSeat(deliberation=d, path=d.path, member=m, name=m.person.name)
        for m in people
    ] + [
        DeliberationSeat(deliberation=d, path=d.path, unit=u, name=u.name)
        for u in r.units[:2]
    ]
    for s in seats:
        r.w.create("deliberation_seats.invite", s, actor=r.worker, at=at)
        if s.member is me or r.rng.random() < 0.3:
            continue
        by = r.w.actor_of(s.member) if s.member else r.w.unit_actor[s.unit.id]  # type: ignore[union-attr]
        yes = r.rng.random() < 0.8
        write = Write(
            set={"reply": "yes" if yes else "no", "note": "" if yes else "那天值班"},
            data={"reply": "yes" if yes else "no"},
        )
        replied = min(at + r.rng.randrange(2, 30) * HOUR, r.w.now - HOUR)
        r.w.act("deliberation_seats.reply", s, write, actor=by, at=replied)
    return seats


def _opinions(
    r: Room, d: Deliberation, seats: Sequence[DeliberationSeat], at: datetime
) -> None:
    words = next(t[3] for t in TOPICS if t[1] == d.title)
    other = next(s.member for s in seats if s.member and s.member is not d.member)
    _opinion(r, d, "member", words, at, member=other)
    _opinion(r, d, "resident", "别影响接送孩子的时间。", at + HOUR)


def _opinion(
    r: Room, d: Deliberation, how: str, text: str, at: datetime, *,
    member: Member | None = None, waiting: bool = False,
) -> None:  # fmt: skip
    o = Opinion(
        deliberation=d, path=d.path, how=how, text=text, member=member,
        by_person=member.person_id if member else None,
        state="waiting" if waiting else "noted",
    )  # fmt: skip
    at = min(at, r.w.now - HOUR)
    if waiting:
        o.created_at = at
        r.w.batch.create(
            Actor(role="anonymous", name="居民"), "opinions.send", o, at=at
        )
    else:
        by = r.w.actor_of(member) if member else r.worker
        r.w.create("opinions.give", o, actor=by, at=at)


def _held(
    r: Room, d: Deliberation, seats: Sequence[DeliberationSeat], stage: str
) -> None:
    assert d.held_at and d.held_on
    at = min(d.held_at + 2 * HOUR, r.w.now - 2 * HOUR)
    for n, s in enumerate(seats):
        came = n == 0 or s.reply != "no"
        write = Write(set={"attendance": "came" if came else "leave"}, data={})
        r.w.act("deliberation_seats.attend", s, write, actor=r.worker, at=at)
    write = Write(
        set={
            "end_at": d.held_at + HOUR, "residents": r.rng.randrange(4, 15),
            "host": r.secretary.name, "recorder": r.worker.name, "topic_at": None,
            "minutes": "先由提出的人讲情况，再逐个说意见。大家同意先定下能马上办的，难的以后再议。",
        },
        data={},
    )  # fmt: skip
    r.w.act("deliberations.hold", d, write, actor=r.worker, at=at)
    topic = next(t for t in TOPICS if t[1] == d.title)
    task = Resolution(
        deliberation=d, path=d.path, text=topic[6], unit=r.units[0],
        due_on=d.held_on + timedelta(days=30),
    )  # fmt: skip
    r.w.create("resolutions.record", task, actor=r.worker, at=at + HOUR / 4)
    if stage in ("decided", "closed"):
        _concluded(r, d, seats, task, topic, at + HOUR / 2, stage)


def _concluded(
    r: Room, d: Deliberation, seats: Sequence[DeliberationSeat], task: Resolution,
    topic: Sequence[str], at: datetime, stage: str,
) -> None:  # fmt: skip
    came = [s for s in seats if s.attendance == "came"]
    adds = [_record(r, d, s, at) for s in came]
    mine = d.member in [s.member for s in came]
    if d.member and mine:
        adds.append(_suggestion(r, d, at))
    write = Write(
        set={
            "outcome": "adopted" if stage == "closed" else "partly", "result": topic[4],
            "reason": "" if stage == "closed" else "要花钱的部分等明年预算。",
            "suggestion_adopted": mine, "result_public": topic[5], "result_at": at,
        },
        data={"records": len(adds)}, adds=adds,
    )  # fmt: skip
    r.w.act("deliberations.conclude", d, write, actor=r.secretary, at=at)
    r.w.act("resolutions.agree", task, Write(), actor=r.secretary, at=at)
    assert task.unit and d.held_on
    duty = Duty(
        kind="resolution", source_kind="resolution", source_id=task.pk, key="once",
        title=task.text, path=d.path, place_id=d.place_id, unit_id=task.unit.id,
        opens_on=d.held_on, due_on=task.due_on,
    )  # fmt: skip
    r.w.batch.add(duty)
    if stage == "closed":
        _done(r, d, task, duty, d.held_on + 20 * DAY)
    elif task.due_on < local(r.w.now).date():
        missed = at_local(task.due_on + DAY, time(1))
        r.w.act("duties.miss", duty, Write(), actor=SYSTEM, at=missed)


def _done(r: Room, d: Deliberation, task: Resolution, duty: Duty, on: date) -> None:
    assert task.unit
    at, by = at_local(on, time(16)), r.w.unit_actor[task.unit.id]
    write = Write(
        set={
            "done_on": on,
            "done_by": by.person_id,
            "result": "办好了，居民都看得到。",
        },
        data={"on": on.isoformat()},
    )
    r.w.act("resolutions.report", task, write, actor=by, at=at)
    write = Write(
        set={
            "done_on": on,
            "done_kind": "resolution",
            "done_id": task.pk,
            "made_up": False,
        }
    )
    r.w.act("duties.fulfil", duty, write, actor=SYSTEM, at=at)
    write = Write(set={"settled_on": on + DAY})
    r.w.act("resolutions.confirm", task, write, actor=r.worker, at=at + DAY)
    r.w.act("duties.confirm", duty, Write(), actor=SYSTEM, at=at + DAY)
    closed = Write(set={"closed_at": at + DAY})
    r.w.act("deliberations.close", d, closed, actor=r.worker, at=at + DAY)


def _record(r: Room, d: Deliberation, s: DeliberationSeat, at: datetime) -> Record:
    assert d.held_at and d.held_on
    m = s.member
    return Record(
        kind="meeting", channel="residence" if m else "unit", path=d.path,
        place_id=d.place_id, member_id=m.pk if m else None,
        unit_id=m.unit_id if m else s.unit_id, occurred_on=d.held_on,
        start_at=d.held_at if m else None, end_at=d.end_at if m else None,
        minutes=60 if m else 0, source_kind="deliberation_seat", source_id=s.pk,
        source_class="deliberation", confirmed_at=at, confirmed_how="list",
        confirmed_by=r.secretary.person_id,
    )  # fmt: skip


def _suggestion(r: Room, d: Deliberation, at: datetime) -> Record:
    assert d.member and d.held_on
    return Record(
        kind="meeting", channel="residence", path=d.path, place_id=d.place_id,
        member_id=d.member.pk, unit_id=d.member.unit_id, occurred_on=d.held_on,
        source_kind="deliberation", source_id=d.pk, source_class="suggestion_adopted",
        confirmed_at=at, confirmed_how="minutes", confirmed_by=r.secretary.person_id,
    )  # fmt: skip

"""Joint meetings of the last quarters, what they resolved in all states, and what is
ahead: one collects topics, one is called, one waits for its minutes (L21)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.writing import Write
from baodao.core.clock import at_local, local
from baodao.councils import rules
from baodao.councils.models import JointMeeting, MeetingSeat, MeetingTopic, Resolution
from baodao.duties.models import Duty
from baodao.people.models import Unit
from baodao.places.models import Place
from baodao.portal.demo.councils_people import communities
from baodao.portal.demo.world import World
from baodao.records.models import Record

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# (topic, what is resolved, result), by the function of the unit that does it
MATTERS: dict[str, tuple[str, str, str]] = {
    "housing": ("老楼漏雨、下水不畅", "逐栋查看屋面和下水，先修漏得最重的两栋", "两栋屋面补好，疏通下水 4 处"),
    "health": ("高龄老人看病不便", "每月到社区义诊一次，建高血压随访册", "义诊 3 次，随访册建了 42 份"),
    "education": ("放学后孩子没人管", "派老师每周两次到社区辅导作业", "辅导了 8 次，固定 15 名孩子"),
    "civil_affairs": ("困难家庭政策不清楚", "上门核对低保和临时救助，不漏一户", "核对 31 户，新纳入 2 户"),
    "justice": ("邻里纠纷多", "每月第一周来社区调解和法律咨询", "调解 5 起，都签了协议"),
    "employment": ("待业青年找工作", "办一场小型招聘会，推送岗位信息", "来了 9 家企业，12 人达成意向"),
    "transport": ("小区门口乱停车", "划停车位、设禁停线", "划好 12 个车位，禁停线 60 米"),
    "utilities": ("用电线路老化", "入户检查线路，更换破损部分", "查了 86 户，更换 14 处"),
    "environment": ("垃圾清运不及时", "增加清运车次，更换破损垃圾桶", "每天清运两次，换桶 20 个"),
    "culture": ("文体活动场地少", "帮着排练节目，送一批图书", "送书 300 册，办了一场演出"),
    "agriculture": ("菜价高、买菜远", "每周在社区设一次平价菜点", "设点 6 次"),
    "finance": ("老人容易上当受骗", "办防骗讲座，发提示卡", "讲座 2 场，发卡 260 张"),
    "telecom": ("老人不会用手机", "每周半天教用手机", "教了 38 人"),
    "fire_safety": ("消防通道被占", "联合清理通道，办一次疏散演练", "清理 5 处，演练 1 次"),
    "commerce": ("菜店撤了买东西不便", "引一家便民店进小区", "便民店已开门"),
    "party": ("活动阵地少", "会议室周末向社区开放", "开放了 4 次"),
}  # fmt: skip
FALLBACK = ("志愿力量不足", "组织党员每月到社区服务一次", "来了 3 次，共 26 人")
MINUTES = (
    "一、通报上次议定事项的办理情况。二、各单位介绍本季度工作打算。三、逐个商量议题，"
    "定下承办单位和时限。四、社区党组织书记小结，强调说到做到、办完回告。"
)
HELP = ("路远来不了，请假", "出差在外")


@dataclass
class Hall:
    """A community with the people of its meetings."""

    w: World
    rng: random.Random
    place: Place
    worker: Actor
    secretary: Actor
    units: Sequence[tuple[Unit, str]]  # with the head's name
    met: list[date]


def build(w: World) -> int:
    """Returns how many meetings there are, ahead ones too."""
    rng = w.rng("councils")
    n = 0
    for place in communities(w):
        of_units = [(u, p.name) for u, p in w.heads[place.id]]
        if not of_units:
            continue
        hall = Hall(
            w, rng, place, w.staff["community_worker", place.path][0],
            w.staff["community_secretary", place.path][0], of_units, [],
        )  # fmt: skip
        near = place.code in (w.preset.main, *w.preset.near)
        days = _days(w, rng)
        for day in days if near else days[-2:]:
            if near or rng.random() < 0.85:
                _held(hall, day)
                n += 1
        n += _ahead(hall, near)
        _quarters(hall)
    return n


def _days(w: World, rng: random.Random) -> list[date]:
    """One working day a quarter, of the last four that are over."""
    here = local(w.now).date()
    found = []
    for back in range(4, -1, -1):
        month = here.year * 12 + here.month - 1 - 3 * back
        first = date(month // 12, month % 12 // 3 * 3 + 2, 1)
        day = first + timedelta(days=9 + rng.randrange(10))
        day += timedelta(days=max(0, day.weekday() - 4) and 7 - day.weekday())
        if local(w.since).date() + timedelta(days=20) < day < here - timedelta(days=3):
            found.append(day)
    return found


def _at(day: date, hour: int, rng: random.Random) -> datetime:
    return at_local(day, time(hour, rng.randrange(60)))


def _plan(
    h: Hall, day: date, title: str = ""
) -> tuple[JointMeeting, list[MeetingSeat]]:
    """Planned two weeks ahead."""
    held_at = at_local(day, time(15, 30))
    m = JointMeeting(
        title=title or f"{rules.quarter_words(day)}党建联席会议", place=h.place,
        path=h.place.path, held_at=held_at, held_on=day, room="社区党群服务中心",
        topics_until=rules.topics_until(day),
    )  # fmt: skip
    at = min(held_at - 14 * DAY, h.w.now - 2 * DAY)
    seats = [
        MeetingSeat(meeting=m, path=m.path, unit=u, name=u.name, created_at=at)
        for u, _ in h.units
    ]
    write = Write(data={"seats": len(seats)}, adds=seats)
    h.w.create("meetings.plan", m, actor=h.worker, at=at, write=write)
    return m, seats


def _matter(unit: Unit) -> tuple[str, str, str]:
    return next((MATTERS[f] for f in unit.functions if f in MATTERS), FALLBACK)


def _topics(
    h: Hall, m: JointMeeting, units: Sequence[Unit], taken: bool = True
) -> list[MeetingTopic]:
    """Handed in by units a few days ahead and put on the agenda."""
    found = []
    for n, unit in enumerate(units):
        topic = MeetingTopic(
            meeting=m, path=m.path, unit=unit, title=_matter(unit)[0],
            text="近期群众反映较多，建议各单位一起想办法。", by_name=h.w.unit_actor[unit.id].name,
        )  # fmt: skip
        at = min(m.held_at - 6 * DAY, h.w.now - 30 * HOUR) + n * HOUR
        actor = h.w.unit_actor[unit.id]
        h.w.create("meeting_topics.hand_in", topic, actor=actor, at=at)
        if taken:
            h.w.act(
                "meeting_topics.take", topic, Write(), actor=h.worker, at=at + 20 * HOUR
            )
        found.append(topic)
    return found


def _call(h: Hall, m: JointMeeting, seats: Sequence[MeetingSeat]) -> None:
    at = min(m.held_at - 4 * DAY, h.w.now - 3 * HOUR)
    h.w.act("meetings.call", m, Write(set={"calls": 1}), actor=h.worker, at=at)
    for s in seats:
        if h.rng.random() < 0.8:
            reply = h.rng.choices(("self", "substitute", "leave"), (70, 22, 8))[0]
            _reply(h, s, reply, at + h.rng.randrange(3, 40) * HOUR)


def _reply(h: Hall, s: MeetingSeat, reply: str, at: datetime) -> None:
    if at >= h.w.now:
        return
    assert s.unit
    write = Write(
        set={
            "reply": reply, "attendee": "" if reply == "leave" else _who(h, s, reply),
            "reason": h.rng.choice(HELP) if reply == "leave" else "",
        },
        data={"reply": reply},
    )  # fmt: skip
    actor = h.w.unit_actor[s.unit.id]
    h.w.act("meeting_seats.reply", s, write, actor=actor, at=at)


def _who(h: Hall, s: MeetingSeat, how: str) -> str:
    assert s.unit
    people = h.w.of_unit[s.unit.id]
    if how == "self":
        return next(name for u, name in h.units if u is s.unit)
    return people[min(3, len(people) - 1)].person.name


def _attend(h: Hall, m: JointMeeting, seats: Sequence[MeetingSeat]) -> None:
    at = m.held_at + 2 * HOUR
    said = {
        "host": h.secretary.name, "recorder": h.worker.name, "guests": "物业、居民代表",
        "minutes": MINUTES,
    }  # fmt: skip
    for n, s in enumerate(seats):
        how = s.reply or h.rng.choices(("self", "absent"), (75, 25))[0]
        how = "self" if n == 0 else how
        came = how in rules.CAME
        write = Write(
            set={"attendance": how, "attendee": _who(h, s, how) if came else ""},
            data={"attendance": how},
        )
        h.w.act("meeting_seats.attend", s, write, actor=h.worker, at=at)
    h.w.act("meetings.hold", m, Write(set=said), actor=h.worker, at=at)


def _held(h: Hall, day: date) -> None:
    """A meeting that is over, with two or three things resolved."""
    rng = h.rng
    m, seats = _plan(h, day)
    chosen = rng.sample([u for u, _ in h.units], min(3, len(h.units)))
    demo = next((u for u, _ in h.units if u.short_name == h.w.preset.demo_unit), None)
    if demo and demo not in chosen:
        chosen[0] = demo
    topics = _topics(h, m, chosen[:2])
    _call(h, m, seats)
    _attend(h, m, seats)
    rows = [
        Resolution(
            meeting=m, path=m.path, text=_matter(u)[1], unit=u,
            topic=topics[i] if i < len(topics) else None,
            due_on=day + timedelta(days=rng.choice((30, 45, 60))),
        )
        for i, u in enumerate(chosen)
    ]  # fmt: skip
    at = m.held_at + 3 * HOUR
    for r in rows:
        h.w.create("resolutions.record", r, actor=h.worker, at=at)
    _close(h, m, seats, rows)


def _close(
    h: Hall, m: JointMeeting, seats: Sequence[MeetingSeat], rows: Sequence[Resolution]
) -> None:
    at = m.held_at + 19 * HOUR
    records = [
        Record(
            kind="meeting", channel="unit", path=m.path, place_id=m.place_id,
            unit_id=s.unit_id, occurred_on=m.held_on, source_kind="meeting_seat",
            source_id=s.pk, source_class=s.attendance, confirmed_at=at,
            confirmed_how="list", confirmed_by=h.secretary.person_id,
        )
        for s in seats
        if s.attendance in rules.CAME
    ]  # fmt: skip
    write = Write(set={"closed_at": at}, adds=records, data={"came": len(records)})
    h.w.act("meetings.close", m, write, actor=h.secretary, at=at)
    h.met.append(m.held_on)
    for s in seats:
        _came(h, m, s, at)
    for r in rows:
        h.w.act("resolutions.agree", r, Write(), actor=h.secretary, at=at)
        _work(h, r, at)


# --- duties ---------------------------------------------------------------------------------


def _duty(h: Hall, kind: str, source: str, **row: object) -> Duty:
    found = Duty(
        kind=kind, source_kind=source, path=h.place.path, place_id=h.place.id, **row
    )
    h.w.batch.add(found)
    return found


def _settle(
    h: Hall, duty: Duty, event: str, at: datetime, on: date, kind: str = "",
    by: object = None,
) -> None:  # fmt: skip
    done = {
        "done_on": on,
        "done_kind": kind,
        "done_id": by,
        "made_up": on > duty.due_on,
    }
    done = done if event in ("settle", "fulfil") else {}
    h.w.act(f"duties.{event}", duty, Write(set=done), actor=SYSTEM, at=at)


def _came(h: Hall, m: JointMeeting, s: MeetingSeat, at: datetime) -> None:
    """The duty to come, and what became of it."""
    duty = _duty(
        h, "meeting_attendance", "meeting_seat", source_id=s.pk, unit_id=s.unit_id,
        key=f"{m.held_on.isoformat()}/1", title=f"参加{h.place.name}{m.title}",
        opens_on=m.held_on - timedelta(days=4), due_on=m.held_on,
    )  # fmt: skip
    if s.attendance in rules.CAME:
        _settle(h, duty, "settle", at, m.held_on, "meeting_seat", s.pk)
    elif s.attendance == "leave":
        write = Write(set={"excuse": "leave"}, reason="leave")
        h.w.act("duties.excuse", duty, write, actor=SYSTEM, at=at)
    else:
        for event in ("miss", "lapse"):
            _settle(h, duty, event, at + DAY, m.held_on)


def _work(h: Hall, r: Resolution, at: datetime) -> None:
    """Done and confirmed, reported, late, or dropped: by its age."""
    rng, w = h.rng, h.w
    assert r.unit and r.meeting
    duty = _duty(
        h, "resolution", "resolution", source_id=r.pk, unit_id=r.unit_id, key="once",
        title=r.text, opens_on=r.meeting.held_on, due_on=r.due_on,
    )  # fmt: skip
    luck = rng.random()
    if local(w.now).date() - r.due_on > timedelta(days=75):
        luck = 0.09 + luck * 0.85  # what is old is settled
    span = (r.due_on - r.meeting.held_on).days
    done_on = r.meeting.held_on + timedelta(days=rng.randrange(span // 3, span + 6))
    reported = at_local(done_on, time(16, rng.randrange(60)))
    if luck < 0.04 and at + 25 * DAY < w.now:
        write = Write(set={"settled_on": local(at + 25 * DAY).date()},
                      notes=[("unit", "并入老旧小区改造，不再单独办")])  # fmt: skip
        w.act("resolutions.drop", r, write, actor=h.secretary, at=at + 25 * DAY)
        _settle(h, duty, "cancel", at + 25 * DAY, done_on)
        return
    if luck < 0.09 or reported >= w.now:
        _miss(h, duty)
        return
    write = Write(
        set={
            "done_on": done_on, "done_by": w.unit_actor[r.unit.id].person_id,
            "result": _matter(r.unit)[2],
        },
        data={"on": done_on.isoformat()},
    )  # fmt: skip
    w.act("resolutions.report", r, write, actor=w.unit_actor[r.unit.id], at=reported)
    if done_on > r.due_on:
        _settle(h, duty, "miss", at_local(r.due_on + DAY, time(1)), done_on)
    _settle(h, duty, "fulfil", reported, done_on, "resolution", r.pk)
    confirmed = reported + rng.randrange(1, 5) * DAY
    if confirmed < w.now and luck < 0.95:
        day = local(confirmed).date()
        write = Write(set={"settled_on": day})
        w.act("resolutions.confirm", r, write, actor=h.worker, at=confirmed)
        _settle(h, duty, "confirm", confirmed, done_on)


def _miss(h: Hall, duty: Duty) -> None:
    """What is late is owed still, until the days for making up are over."""
    here = local(h.w.now).date()
    if duty.due_on < here:
        _settle(h, duty, "miss", at_local(duty.due_on + DAY, time(1)), duty.due_on)
    over = duty.due_on + timedelta(days=91)
    if over < here:
        _settle(h, duty, "lapse", at_local(over, time(1)), duty.due_on)


def _quarters(h: Hall) -> None:
    """The community owes a meeting of this quarter and the next."""
    here = local(h.w.now).date()
    spans = [s for y in (here.year, here.year + 1) for s in rules.spans(y, 4)]
    for s in [s for s in spans if s.last >= here][:2]:
        duty = _duty(
            h, "joint_meeting", "place", source_id=h.place.id, key=s.key,
            title=f"{s.words}召开联席会议", opens_on=s.first, due_on=s.last,
        )  # fmt: skip
        held = next((d for d in h.met if s.first <= d <= s.last), None)
        if held:
            at = at_local(held + DAY, time(10))
            _settle(h, duty, "settle", at, held, "joint_meeting", h.place.id)


# --- ahead ----------------------------------------------------------------------------------


def _ahead(h: Hall, near: bool) -> int:
    """The demo community collects topics; its neighbours have called theirs, or wait
    for the secretary."""
    here = local(h.w.now).date()
    codes = [h.w.preset.main, *h.w.preset.near]
    stage = codes.index(h.place.code) if near else -1
    units = [u for u, _ in h.units]
    if stage == 0:
        m, _ = _plan(h, here + timedelta(days=8), "重点小区治理专题联席会议")
        _topics(h, m, units[:1])
        _topics(h, m, units[1:2], taken=False)
    elif stage == 1:
        m, seats = _plan(h, here + timedelta(days=3), "平安建设专题联席会议")
        _topics(h, m, units[:2])
        _call(h, m, seats)
        for s in seats:
            _duty(
                h, "meeting_attendance", "meeting_seat", source_id=s.pk,
                unit_id=s.unit_id, key=f"{m.held_on.isoformat()}/1",
                title=f"参加{h.place.name}{m.title}", opens_on=here, due_on=m.held_on,
            )  # fmt: skip
    elif stage == 2:
        m, seats = _plan(h, here - timedelta(days=1), "环境整治专题联席会议")
        _topics(h, m, units[:2])
        _attend(h, m, seats)
        row = Resolution(
            meeting=m, path=m.path, text=_matter(units[0])[1], unit=units[0],
            due_on=here + timedelta(days=30),
        )  # fmt: skip
        h.w.create("resolutions.record", row, actor=h.worker, at=h.w.now - HOUR)
    else:
        return 0
    return 1

"""Report-ins of units and members in both channels: most are accepted and were
confirmed again after half a year, some wait, some came back, some never came."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from baodao.acts.actor import SYSTEM, Actor
from baodao.core.clock import at_local, local
from baodao.core.models import Counter as Series
from baodao.people.models import Member, Unit
from baodao.places.calendars import calendar_for
from baodao.places.models import Place
from baodao.places.settings import values
from baodao.portal.demo.timeline import WorkClock
from baodao.portal.demo.world import World
from baodao.reporting import plans
from baodao.reporting.models import ReportIn
from baodao.reporting.rules import POSTS
from baodao.reporting.services import receipt_key

NEEDS = ("给年轻干部提供基层锻炼岗位", "请社区帮助办理职工居住证明", "共用社区活动室开主题党日",
         "请社区反馈在职党员服务情况")  # fmt: skip
RESOURCES = {
    "health": "义诊队 1 支", "education": "课后辅导教师", "housing": "房屋安全检查和小修",
    "justice": "法律咨询和调解", "utilities": "用电用水检修", "telecom": "教老人用手机",
    "transport": "接送车辆", "culture": "文艺演出和图书", "finance": "防骗和理财讲座",
    "employment": "招聘信息和培训", "environment": "清扫工具和绿化苗木",
    "agriculture": "农牧技术指导", "civil_affairs": "困难帮扶政策讲解",
    "fire_safety": "消防检查和演练", "commerce": "平价生活物资", "party": "会议室和宣讲员",
}  # fmt: skip


class Plan(NamedTuple):
    """One report-in to be: when it comes and what becomes of it."""

    at: datetime
    order: int
    fate: str  # active, submitted, returned
    channel: str
    place: Place
    member: Member | None
    unit: Unit


@dataclass
class Desk:
    """What all report-ins need: the calendar, the clock, the running numbers."""

    w: World
    calendar: Any
    clock: WorkClock
    settings: dict[str, Any]
    numbers: Counter[str]

    def ctx(self, at: datetime) -> plans.Context:
        return plans.Context(at, self.calendar, self.settings)

    def worker(self, place: Place) -> Actor:
        community = self.w.community(place)
        return self.w.staff["community_worker", community.path][0]


def build(w: World, homes: dict[UUID, Place]) -> None:
    """All report-ins in the order in which they came, so that numbers run on."""
    root = w.places[w.preset.root].path
    desk = Desk(
        w, calendar_for(root), WorkClock.around(calendar_for(root), w.now),
        values(root), Counter(),
    )  # fmt: skip
    rng = w.rng("report-ins")
    todo = [*_of_units(desk, rng), *_of_members(desk, rng, homes)]
    for plan in sorted(todo, key=lambda p: (p.at, p.order)):
        _play(desk, rng, plan)
    w.batch.add(*(Series(key=key, n=n) for key, n in sorted(desk.numbers.items())))


def _of_units(desk: Desk, rng: random.Random) -> list[Plan]:
    found: list[Plan] = []
    for unit in desk.w.units:
        for point in desk.w.points_of[unit.id]:
            fate = "submitted" if rng.random() < 0.012 else "active"
            demo = unit.short_name == desk.w.preset.demo_unit
            at = _when(desk, rng, "active" if demo else fate)
            found.append(
                Plan(
                    at,
                    len(found),
                    "active" if demo else fate,
                    "unit",
                    point,
                    None,
                    unit,
                )
            )
    return found


def _of_members(desk: Desk, rng: random.Random, homes: dict[UUID, Place]) -> list[Plan]:
    w = desk.w
    found: list[Plan] = []
    waiting = 0
    for member in w.members:
        assert member.unit
        named = member.person_id in w.accounts
        accepted, everybody = False, w.preset.everybody_came
        for channel in ("residence", "unit") if everybody else ("unit", "residence"):
            fate = _fate(rng, member, named)
            if everybody and channel == "unit" and not accepted:
                fate = "active"
            place = (
                w.points_of[member.unit.id][0]
                if channel == "unit"
                else homes[member.id]
            )
            if fate == "submitted" and w.community(place).code == w.preset.main:
                waiting += 1
                fate = fate if waiting <= 5 else "active"
            accepted = accepted or fate == "active"
            if fate != "none":
                at = _when(desk, rng, fate)
                found.append(
                    Plan(at, len(found), fate, channel, place, member, member.unit)
                )
    return found


def _fate(rng: random.Random, member: Member, named: bool) -> str:
    """About 97 % are accepted; those on leave or away are often not asked."""
    draw = rng.random()
    if named:
        return "active"
    if member.duty_status != "on_duty" and draw < 0.45:
        return "none"
    return (
        "active" if draw < 0.982
        else "submitted" if draw < 0.989
        else "returned" if draw < 0.994
        else "none"
    )  # fmt: skip


def _when(desk: Desk, rng: random.Random, fate: str) -> datetime:
    """When it came: in the first weeks of the year, or in the last days."""
    if fate == "submitted":
        return desk.clock.add(desk.w.now, -rng.randrange(40, 1500))
    if fate == "returned":
        return desk.clock.add(desk.w.now, -rng.randrange(2200, 4500))
    start = at_local(desk.w.start_of_year + timedelta(days=4), time(10))
    return desk.clock.add(start, rng.randrange(0, 7000)) + timedelta(
        seconds=rng.randrange(60)
    )


def _play(desk: Desk, rng: random.Random, plan: Plan) -> None:
    """One report-in from its coming to where it stands."""
    report_in = _submit(desk, rng, plan)
    if plan.fate == "submitted":
        return
    at = desk.clock.add(plan.at, rng.randrange(30, 900))
    worker = desk.worker(plan.place)
    if plan.fate == "returned":
        write = plans.send_back(
            _row(report_in), desk.ctx(at), reason=rng.choice(("needs_info", "wrong_details")),
            note="电话和居住地址对不上，请核对后再报。",
        )  # fmt: skip
        desk.w.act("reporting.return", report_in, write, actor=worker, at=at)
        return
    write = plans.accept(_row(report_in), desk.ctx(at))
    desk.w.act("reporting.accept", report_in, write, actor=worker, at=at)
    if plan.member:
        write = plans.set_place(_row(report_in), plan.place.path)
        desk.w.act("members.set_place", plan.member, write, actor=SYSTEM, at=at)
    _again(desk, rng, plan, report_in)


def _submit(desk: Desk, rng: random.Random, plan: Plan) -> ReportIn:
    w, member, unit = desk.w, plan.member, plan.unit
    said = _statement(w, rng, plan)
    method = "self" if plan.fate != "active" else rng.choices(
        ("self", "on_behalf", "paper"), (80, 12, 8)
    )[0]  # fmt: skip
    actor = w.actor_of(member) if member else w.unit_actor[unit.id]
    if method != "self":
        whom = "党员本人" if member else str(unit)
        actor = desk.worker(plan.place).for_someone(whom)
    key = receipt_key(plan.place.path)
    desk.numbers[key] += 1
    report_in = ReportIn(
        receipt_no=f"{desk.numbers[key]:04d}", state="submitted", channel=plan.channel,
        member=member, subject_unit=None if member else unit, unit_id=unit.id,
        point=plan.place, path=plan.place.path, method=method,
        reported_on=local(plan.at).date(), **plans.begun("submitted", desk.ctx(plan.at)),
        **said.columns(),
    )  # fmt: skip
    write = plans.created(report_in.id, said, method, "submitted")
    w.create("reporting.submit", report_in, actor=actor, at=plan.at, write=write)
    return report_in


def _statement(w: World, rng: random.Random, plan: Plan) -> plans.Statement:
    if plan.member:
        return plans.Statement(
            skills=plan.member.skills, posts=[rng.choice(sorted(POSTS))],
            service_classes=plan.member.service_classes,
            availability=plan.member.availability,
        )  # fmt: skip
    items = [plans.Item("need", rng.choice(NEEDS))]
    items += [plans.Item("resource", RESOURCES[f]) for f in plan.unit.functions]
    people: Sequence[Member] = w.of_unit[plan.unit.id]
    return plans.Statement(
        head_name=people[0].person.name, liaison_name=people[1].person.name,
        head_count=plan.unit.head_count, items=items,
    )  # fmt: skip


def _again(desk: Desk, rng: random.Random, plan: Plan, report_in: ReportIn) -> None:
    """Confirmed again after half a year (L17); a few are due about now."""
    due = report_in.reconfirm_due
    assert due
    at = at_local(
        due - timedelta(days=rng.randrange(1, 45)), time(12, rng.randrange(60))
    )
    if at >= desk.w.now or rng.random() < 0.006:
        return
    member = plan.member
    actor = desk.w.actor_of(member) if member else desk.w.unit_actor[plan.unit.id]
    write = plans.reconfirm(_row(report_in), desk.ctx(at))
    desk.w.act("reporting.reconfirm", report_in, write, actor=actor, at=at)


def _row(report_in: ReportIn) -> dict[str, Any]:
    return {name: getattr(report_in, name) for name in ("id", "state", *plans.READS)}

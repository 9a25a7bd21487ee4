"""One order from its placing to where it stands, step by step through the plans of
`orders`: a list of steps, the instants found backwards from the last one, and for
each step who does it and what they say."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from baodao.acts.actor import ANONYMOUS, SYSTEM, Actor, link_holder
from baodao.acts.writing import Write
from baodao.core.clock import local
from baodao.core.ids import uuid7
from baodao.orders import plans, rules
from baodao.orders.models import Category, Order, Service
from baodao.orders.wording import public_wording
from baodao.people.auth import phone_hash
from baodao.people.models import Member, Unit
from baodao.places.models import Household, Place
from baodao.portal.demo.gaps import EVENT, instants
from baodao.portal.demo.texts import Text
from baodao.portal.demo.timeline import WorkClock
from baodao.portal.demo.world import World
from baodao.records.models import Record

Said = tuple[Actor, Write]


@dataclass
class Desk:
    """What all stories share: calendar, clock, settings, categories, what each
    member is busy with."""

    w: World
    calendar: Any
    clock: WorkClock
    settings: dict[str, Any]
    categories: dict[str, Category]
    busy: dict[Any, list[tuple[datetime, datetime]]]
    held: dict[Any, list[tuple[datetime, datetime]]]

    def ctx(self, at: datetime) -> plans.Context:
        return plans.Context(at, self.calendar, self.settings)


@dataclass
class Case:
    """What an order is about and who will have to do with it. `units` and `members`
    are taken in turn by "dispatch" and "assign" or "claim"."""

    place: Place
    text: Text
    kind: str
    source: str
    steps: Sequence[str]
    urgency: str = ""
    units: Sequence[Unit] = ()
    members: Sequence[Member] = ()
    household: Household | None = None
    result: str = "solved"
    rating: int = 0
    late: str = ""
    code: str = ""
    channel: str = "unit"

    def instants(
        self, desk: Desk, rng: random.Random, last: datetime
    ) -> list[datetime]:
        """When each step happened, given the last."""
        return instants(
            desk.clock, rng, self.steps, last, urgency=self.urgency, late=self.late
        )


@dataclass
class Story:
    """The telling of one case."""

    desk: Desk
    rng: random.Random
    case: Case
    times: Sequence[datetime]
    order: Order = field(init=False)
    services: list[Service] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    unit_turn: int = 0
    member_turn: int = 0
    started: datetime | None = None
    last: datetime = field(init=False)

    def tell(self) -> Order:
        """Do all steps; returns the order as it stands."""
        self.last = self.times[0]
        self._place(self.times[0])
        for step, at in zip(self.case.steps[1:], self.times[1:], strict=True):
            self.step(step, at)
        return self.order

    def step(self, step: str, at: datetime) -> None:
        """One act, after the reminders that were due before it."""
        self.remind(at)
        say: Callable[[datetime], Said] = getattr(self, f"_{step}")
        actor, write = say(at)
        action = f"orders.{EVENT.get(step, step)}"
        self.desk.w.act(action, self.order, write, actor=actor, at=at)
        self.last = at
        for row in write.adds:
            if isinstance(row, Service):
                self.services.append(row)
            elif isinstance(row, Record):
                self.records.append(row)

    def remind(self, until: datetime, *, exact: bool = False) -> None:
        """What the sweep would have done by `until`: the reminder at the limit, and
        word to the level above; with `exact` the lower thresholds as well."""
        o = self.order
        if not o.due_at or o.paused_at or o.state == "confirmed":
            return
        span = o.due_at - o.clock_from
        share = 100 * (until - o.clock_from) / span if span else 100
        known = (100, 80, 50) if exact and o.state != "done_reported" else (100,)
        reached = next((p for p in known if share >= p and o.reminded < p), 0)
        if not reached:
            return
        at = o.clock_from + span * reached / 100 + timedelta(minutes=4)
        # The sweep after a late start says so again, after the start.
        at = min(
            max(at, self.last + timedelta(minutes=6)), until - timedelta(seconds=10)
        )
        self._system("remind", {"reminded": reached}, {"at": reached}, at)
        if reached == 100 and o.state in rules.TO_SUPERIOR:
            at += timedelta(seconds=2)
            self._system("escalate", {"escalated_at": at}, {}, at)

    def _system(
        self, event: str, changes: dict[str, Any], data: dict[str, Any], at: datetime
    ) -> None:
        write = Write(set=changes, data=data)
        self.desk.w.act(f"orders.{event}", self.order, write, actor=SYSTEM, at=at)

    # --- who ---

    def staff(self, role: str = "community_worker") -> Actor:
        """Somebody in a role for the order's place; the worker when there is none."""
        w, place = self.desk.w, self.case.place
        at = place if role == "grid_worker" else w.community(place)
        if role in ("practice_center", "township_party"):
            at = w.above(place, 4)
        held = w.staff.get((role, at.path))
        if not held:
            held = w.staff["community_worker", w.community(place).path]
        return held[0] if role != "community_worker" else self.rng.choice(held)

    @property
    def member(self) -> Member:
        return self.case.members[min(self.member_turn, len(self.case.members) - 1)]

    def row(self) -> dict[str, Any]:
        return plans.row_of(self.order)

    def _secretary(self) -> Actor:
        assert self.order.unit_id
        return self.desk.w.unit_actor[self.order.unit_id]

    def _server(self) -> Actor:
        return self.desk.w.actor_of(self.member)

    def _resident_or(self, share: float) -> tuple[Actor, str]:
        """The resident by link, or a worker who called or was called on."""
        if self.rng.random() < share:
            return link_holder(self.order.id), "requester"
        how = self.rng.choice(("call", "call", "desk"))
        return self.staff().for_someone(f"居民（{rules.CONFIRMED_HOW[how]}）"), how

    # --- what ---

    def _place(self, at: datetime) -> None:
        case, w = self.case, self.desk.w
        category = self.desk.categories[case.text.category]
        online = case.source == "online"
        home = case.household
        phone = home.phone if home else w.phone()
        order = self.order = Order(
            id=uuid7(at), no="", code=case.code, place=case.place, path=case.place.path,
            kind=case.kind, category=category, urgency=case.urgency or case.text.urgency,
            source=case.source, title=public_wording(category) if online else case.text.title,
            detail=case.text.detail, call_name=home.call_name if home else "",
            phone=phone, phone_hash=phone_hash(phone), household=home,
            address=home.address if home else "", goods_fen=case.text.goods,
            language=home.language if home else "zh",
            seen_how="" if online else "phone" if case.source == "phone" else "desk",
            consent_public=int(case.code) % 10 < 8,
        )  # fmt: skip
        for name, value in plans.placed(order, self.desk.ctx(at)).items():
            setattr(order, name, value)
        actor = ANONYMOUS
        if not online:
            actor = self.staff(
                "grid_worker"
                if case.source in ("visit", "survey")
                else "community_worker"
            )
            order.placed_by = actor.account_id
            actor = actor.for_someone(f"居民（{rules.SOURCES[case.source]}）")
        write = Write(data={"source": case.source, "kind": case.kind})
        w.create("orders.place", order, actor=actor, at=at, write=write)

    def _verify(self, at: datetime) -> Said:
        o = self.order
        write = plans.verify(
            self.row(), self.desk.ctx(at), title=self.case.text.title, urgency=o.urgency,
            category=o.category_id, seen_how=o.seen_how or "phone",
            note="电话核实过，情况属实。" if self.rng.random() < 0.4 else "",
        )  # fmt: skip
        return self.staff(), write

    def _reject(self, at: datetime) -> Said:
        reason, note = self.rng.choice(
            (
                (
                    "resident_handled",
                    "您说已经自己解决了，这一单先不办。有事再说一声。",
                ),
                (
                    "outside",
                    "这件事不在服务范围，可以打 12345 问一问，我们也替您记下了。",
                ),
                ("not_real", "到现场看过，情况和说的不一样。有新的情况请再告诉我们。"),
            )
        )
        write = plans.reject(self.row(), self.desk.ctx(at), reason=reason, note=note)
        return self.staff(), write

    def _publish(self, at: datetime) -> Said:
        return self.staff(), plans.publish(self.row(), self.desk.ctx(at))

    def _dispatch(self, at: datetime) -> Said:
        unit = self.case.units[min(self.unit_turn, len(self.case.units) - 1)]
        self.unit_turn += 1
        role = self.rng.choices(
            ("community_worker", "practice_center", "township_party"), (65, 27, 8)
        )[0]
        fits = set(unit.functions) & set(self.order.category.functions)
        write = plans.dispatch(
            self.row(), self.desk.ctx(at), unit_id=unit.id, unit_name=str(unit),
            reasons=["职能相符", "本社区联系单位"] if fits else ["本社区联系单位"],
            note="请先电话联系居民，再上门。" if self.rng.random() < 0.3 else "",
        )  # fmt: skip
        self.order.unit = unit
        return self.staff(role), write

    def _transfer(self, at: datetime) -> Said:
        to = self.rng.choice(("12345", "department"))
        write = plans.transfer(
            self.row(),
            self.desk.ctx(at),
            to=to,
            note="这件事要由主管部门办，单号不变，有结果会告诉您。",
        )
        return self.staff(), write

    def _transfer_news(self, at: datetime) -> Said:
        write = plans.transfer_news(
            self.row(),
            self.desk.ctx(at),
            note="打电话问过，对方说已经排进去了，还在等。",
        )
        return self.staff(), write

    def _hand_over(self, at: datetime) -> Said:
        write = plans.hand_over(
            self.row(),
            self.desk.ctx(at),
            up=True,
            note="要几个社区一起才办得了，请乡镇出面。",
        )
        return self.staff(), write

    def _answer_cannot(self, at: datetime) -> Said:
        role = "township_party" if self.order.at_township else "community_worker"
        write = plans.answer_cannot(
            self.row(), self.desk.ctx(at), reason="other_duty",
            note="这件事要等主管部门统一安排，今年排不上。明年有安排会再告诉您。", told="call",
        )  # fmt: skip
        return self.staff(role), write

    def _claim(self, at: datetime) -> Said:
        m = self.member
        held = sum(a <= at < b for a, b in self.desk.held.get(m.id, []))
        write = plans.claim(
            self.row(), self.desk.ctx(at), member_id=m.id, person_id=m.person_id,
            residence_path=m.residence_path, open_claims=held,
        )  # fmt: skip
        return self._server(), write

    def _unit_claim(self, at: datetime) -> Said:
        unit = self.case.units[0]
        write = plans.unit_claim(
            self.row(), self.desk.ctx(at), unit_id=unit.id, unit_name=str(unit)
        )
        return self.desk.w.unit_actor[unit.id], write

    def _release(self, at: datetime) -> Said:
        actor = self._server()
        self.member_turn += 1
        return actor, plans.release(self.row(), self.desk.ctx(at), reason="time")

    def _expire(self, at: datetime) -> Said:
        return SYSTEM, plans.expire(self.row(), self.desk.ctx(at))

    def _republish(self, at: datetime) -> Said:
        write = plans.republish(
            self.row(), self.desk.ctx(at), note="电话问过，还需要。"
        )
        return self.staff(), write

    def _unit_accept(self, at: datetime) -> Said:
        return self._secretary(), plans.unit_accept(self.row(), self.desk.ctx(at))

    def _return(self, at: datetime) -> Said:
        reason, note = self.rng.choice(
            (
                ("not_our_function", "这一项不在我们职能里，建议找住建或消防。"),
                ("no_capacity", "人都下乡了，这两天抽不出来，请改派别的单位。"),
                ("needs_info", "居民电话打不通，请社区再核实一下住处。"),
            )
        )
        actor = self._secretary()
        write = plans.return_(
            self.row(), self.desk.ctx(at), reason=reason, note=note,
            unit_name=str(self.order.unit),
        )  # fmt: skip
        return actor, write

    def _assign(self, at: datetime) -> Said:
        m = self.member
        write = plans.assign(
            self.row(), self.desk.ctx(at), member_id=m.id, person_id=m.person_id,
            member_name=m.person.name,
        )  # fmt: skip
        return self._secretary(), write

    def _accept(self, at: datetime) -> Said:
        return self._server(), plans.accept(self.row(), self.desk.ctx(at))

    def _decline(self, at: datetime) -> Said:
        actor = self._server()
        self.member_turn += 1
        reason = self.rng.choice(("time", "away", "skill"))
        return actor, plans.back_to_unit(self.row(), self.desk.ctx(at), reason=reason)

    def _hand_back(self, at: datetime) -> Said:
        return self._decline(at)

    def _start(self, at: datetime) -> Said:
        self.started = at
        return self._server(), plans.start(self.row(), self.desk.ctx(at))

    def _report_done(self, at: datetime) -> Said:
        begin = self.started or at - timedelta(minutes=self.rng.randrange(35, 120))
        end = at - timedelta(minutes=3)
        self.started = None
        stretch = plans.Stretch(self.member.id, self.member.unit_id, begin, end)
        write = plans.report_done(
            self.row(), self.desk.ctx(at), stretches=[stretch], note=self.case.text.done
        )
        return self._server(), write

    def _finish(self, at: datetime) -> Said:
        self.started = None
        return self._report_done(at)

    def _cannot_do(self, at: datetime) -> Said:
        actor = self._server()
        self.member_turn += 1
        write = plans.cannot_do(
            self.row(), self.desk.ctx(at), reason="no_means",
            note="现场看了，要专用工具，我们没有，请改派。",
        )  # fmt: skip
        return actor, write

    def _confirm(self, at: datetime) -> Said:
        result = self.case.result
        actor, how = self._resident_or(0.62 if result == "solved" else 0.0)
        note = {
            "not_solved": "试过两次没有办成，居民理解，先办结，条件有了再办。",
            "cannot": "目前政策不允许，已向居民说明。",
            "partly": "居民说大部分办好了，剩下的自己能办。",
        }.get(result, "")
        served = [s for s in self.services if s.round == self.order.reopened]
        write = plans.confirm(
            self.row(), self.desk.ctx(at), result=result, how=how, services=served,
            confirmed_by=actor.person_id, note=note,
        )  # fmt: skip
        return actor, write

    def _reopen(self, at: datetime) -> Said:
        actor, _ = self._resident_or(0.6)
        undone = [
            r for r in self.records
            if r.reversal_of_id is None and r.source_round == self.order.reopened
        ]  # fmt: skip
        write = plans.reopen(
            self.row(), self.desk.ctx(at), result=self.rng.choice(("partly", "not_solved")),
            what=self.rng.choice(("过了两天又坏了。", "只弄了一半，还有一处没弄。", "还是不行，请再来看看。")),
            records=undone,
        )  # fmt: skip
        return actor, write

    def _call(self, at: datetime) -> Said:
        return self.staff(), plans.call(self.row(), self.desk.ctx(at), note="没人接。")

    def _unreachable(self, at: datetime) -> Said:
        return self.staff(), plans.unreachable(self.row(), self.desk.ctx(at))

    def _rate(self, at: datetime) -> Said:
        actor, how = self._resident_or(0.7)
        happy = self.case.rating >= 4 and self.rng.random() < 0.45
        write = plans.rate(
            self.row(), self.desk.ctx(at), rating=self.case.rating,
            text=self.case.text.thanks if happy else "",
            public=happy and self.rng.random() < 0.6, how=how,
            served=[
                r for r in self.records
                if r.reversal_of_id is None and r.source_round == self.order.reopened
            ],
        )  # fmt: skip
        return actor, write

    def _question_mark(self, at: datetime) -> Said:
        """The unit finds that the resident meant another visit."""
        write = plans.question_mark(
            self.row(), self.desk.ctx(at), reason="not_ours",
            note="说的是上个月另一家来的那次，请问一问居民。",
            marks=[r for r in self.records if r.kind == "rating"],
        )  # fmt: skip
        return self._secretary(), write

    def _thank(self, at: datetime) -> Said:
        write = plans.thank(self.row(), self.desk.ctx(at), text=self.order.rating_text)
        return self.staff(), write

    def _close_unrated(self, at: datetime) -> Said:
        return SYSTEM, plans.close_unrated(self.row(), self.desk.ctx(at))

    def _withdraw(self, at: datetime) -> Said:
        actor, how = self._resident_or(0.5)
        write = plans.withdraw(
            self.row(), self.desk.ctx(at), note="自己已经弄好了，不用来了。", how=how
        )
        return actor, write

    def _ask_extension(self, at: datetime) -> Said:
        write = plans.ask_extension(
            self.row(),
            self.desk.ctx(at),
            hours=72,
            note="配件要从外地发来，申请延三天。",
        )
        return self._server(), write

    def _extend(self, at: datetime) -> Said:
        return self.staff(), plans.extend(self.row(), self.desk.ctx(at), hours=72)

    def _pause(self, at: datetime) -> Said:
        until = local(self.desk.w.now).date() + timedelta(
            days=self.rng.randrange(3, 10)
        )
        write = plans.pause(
            self.row(), self.desk.ctx(at), until=until, reason="居民外出，回来再办"
        )
        return self.staff(), write

    def _ask_call(self, at: datetime) -> Said:
        return link_holder(self.order.id), plans.ask_call(self.row(), self.desk.ctx(at))

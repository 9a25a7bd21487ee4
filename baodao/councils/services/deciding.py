"""What was said and decided in a deliberation (L11): the one list of who came, the
result, what is to be done and what everybody may read of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Done, Write
from baodao.core.clock import local, today
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid
from baodao.core.text import private_numbers
from baodao.councils import rules as shared
from baodao.councils import rules_deliberation as rules
from baodao.councils.models import Deliberation, DeliberationSeat, Opinion, Resolution
from baodao.councils.services import owed
from baodao.councils.services.deliberating import (
    check_public,
    deliberation_of,
    invitable_members,
    invitable_units,
    to_proposer,
    to_seats,
    who_came,
)
from baodao.councils.services.holding import tell_owners
from baodao.notifications.services import send
from baodao.orders import services as orders
from baodao.people.models import Member
from baodao.places.calendars import ground
from baodao.places.models import Place
from baodao.places.rules import community_path
from baodao.records.models import Record
from baodao.records.rules import counted_minutes
from baodao.records.taken import minutes_taken, overlapping


class Mark(NamedTuple):
    """One line of the list: came, leave, absent; who came for a unit."""

    attendance: str
    attendee: str = ""


class Held(NamedTuple):
    """When it really was, who led it, how many residents came, what was said."""

    held_at: datetime
    end_at: datetime
    residents: int = 0
    host: str = ""
    recorder: str = ""
    minutes: str = ""


def hold(
    *, actor: Actor, deliberation_id: UUID, marks: Mapping[UUID, Mark], held: Held,
    more: str = "", now: datetime | None = None,
) -> Done:  # fmt: skip
    """The one list, on the screen or from paper, and what was said; again as long as
    the result is not settled. `more`: names or volunteer numbers of members who came
    without invitation. Errors: marks, more, end_at, minutes."""
    d, at = deliberation_of(deliberation_id), now or clock_now()
    require(actor, "deliberations.hold", d)
    rules.FLOW.step(d.state, "hold")
    wrong = rules.check_times(held.held_at, held.end_at, at)
    if found := private_numbers(held.minutes):
        wrong["minutes"] = f"里面有{'、'.join(found)}，请去掉。"
    if wrong:
        raise Invalid(fields=wrong)
    writes, walked_in = _marked(d, marks), _walked_in(d, more)
    columns = {
        k: v.strip() if isinstance(v, str) else v for k, v in held._asdict().items()
    }
    write = Write(
        set={**columns, "held_on": local(held.held_at).date(), "topic_at": None},
        data={"residents": held.residents},
    )
    with transaction.atomic():
        done = act(actor, "deliberations.hold", d.pk, lambda r: write, now=at)
        act_rows(actor, "deliberation_seats.attend", writes, now=at)
        for m in walked_in:
            seat = DeliberationSeat(
                deliberation=d, path=d.path, member=m, name=m.person.name,
                attendance="came",
            )  # fmt: skip
            create(actor, "deliberation_seats.invite", seat, now=at)
    return done


def _marked(d: Deliberation, marks: Mapping[UUID, Mark]) -> dict[UUID, Write]:
    found, missing = dict[UUID, Write](), list[str]()
    for seat in d.seats.filter(removed=False):
        mark = marks.get(seat.pk, Mark(""))
        if mark.attendance not in rules.ATTENDANCE:
            missing.append(seat.name)
            continue
        came = mark.attendance == "came"
        name, member = who_came(seat, mark.attendee) if came else ("", None)
        found[seat.pk] = Write(
            set={"attendance": mark.attendance, "attendee": name, "came_by": member},
            data={"attendance": mark.attendance},
        )
    if missing:
        who = "、".join(missing[:3]) + ("等" if len(missing) > 3 else "")
        raise Invalid(fields={"marks": f"{who}还没有记到会情况。请逐个选。"})
    return found


def _walked_in(d: Deliberation, text: str) -> list[Member]:
    """Members by name or number who reported in here and are not on the list."""
    words = [w.strip() for line in text.splitlines() for w in line.split("、")]
    wanted = list(dict.fromkeys(w for w in words if w))
    if not wanted:
        return []
    there = set(d.seats.exclude(member=None).values_list("member_id", flat=True))
    named = Q(person__name__in=wanted) | Q(volunteer_no__in=wanted)
    rows = list(invitable_members(d).filter(named))
    found, problems = [], []
    for word in wanted:
        hits = [m for m in rows if word in (m.volunteer_no, m.person.name)]
        if len(hits) == 1:
            found += [m for m in hits if m.pk not in there]
        elif hits:
            problems.append(f"有{len(hits)}名“{word}”，请改写志愿者编号")
        else:
            problems.append(f"没有找到“{word}”，请核对姓名，或请本人先报到")
    if problems:
        raise Invalid(fields={"more": "；".join(problems) + "。"})
    return found


def resolve(
    *, actor: Actor, deliberation_id: UUID, text: str, due_on: date,
    unit_id: UUID | None = None, now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Write down what is to be done: who does it by when. It holds from the day the
    result is settled. Errors: text, unit, due_on."""
    d = deliberation_of(deliberation_id)
    row = Resolution(
        deliberation=d, path=d.path, text=text.strip(), unit_id=unit_id, due_on=due_on
    )
    require(actor, "resolutions.record", row)
    if d.state != "held":
        raise Conflict("先记到会和意见，再记要办的事；定了结果就不能再加。")
    wrong = {}
    if not row.text:
        wrong["text"] = "请写要办什么。"
    elif found := private_numbers(row.text):
        wrong["text"] = f"里面有{'、'.join(found)}，请去掉。"
    if d.held_on and due_on <= d.held_on:
        wrong["due_on"] = "完成时限要在开会以后。"
    if unit_id and not invitable_units(d).filter(pk=unit_id).exists():
        wrong["unit"] = "这个单位没有联系本社区。请从名单里选。"
    if wrong:
        raise Invalid(fields=wrong)
    return create(actor, "resolutions.record", row, now=now, client_id=client_id)


class Result(NamedTuple):
    """What came of it. `public`: the reviewed words for everybody, "" keeps it in the
    community."""

    outcome: str
    result: str
    reason: str = ""
    suggestion_adopted: bool = False
    public: str = ""


def conclude(
    *, actor: Actor, deliberation_id: UUID, result: Result,
    adopted: Collection[UUID] = (), now: datetime | None = None,
) -> Done:  # fmt: skip
    """Settle the result (the secretary): who came has it on record, suggestions that
    were adopted are noted with their members, what is to be done is owed from now on,
    everybody invited is told. Errors: outcome, result, reason, public, adopted."""
    d, at = deliberation_of(deliberation_id), now or clock_now()
    require(actor, "deliberations.conclude", d)
    rules.FLOW.step(d.state, "conclude")
    seats = list(d.seats.filter(removed=False).select_related("member", "came_by"))
    opinions = list(d.opinions.filter(pk__in=adopted, state="noted"))
    _check_result(actor, d, result, seats, opinions, len(adopted))
    write = _concluded(actor, d, result, seats, opinions, at)
    with transaction.atomic():
        done = act(actor, "deliberations.conclude", d.pk, lambda r: write, now=at)
        for o in opinions:
            taken = Write(set={"adopted": True})
            act(actor, "opinions.adopt", o.pk, lambda r, w=taken: w, now=at)  # type: ignore[misc]
        _agree(actor, d, done.event_id, at)
        words = f"{rules.OUTCOMES[result.outcome]}。{result.result.strip()}"[:300]
        told = to_seats(d, seats, done.event_id, "有结果了", words)
        send([*told, *to_proposer(d, done.event_id, "有结果了", words)])
    return done


def _check_result(
    actor: Actor, d: Deliberation, result: Result, seats: Sequence[DeliberationSeat],
    opinions: Sequence[Opinion], wanted: int,
) -> None:  # fmt: skip
    wrong = {}
    if result.outcome not in rules.OUTCOMES:
        wrong["outcome"] = "请选结果。"
    if not result.result.strip():
        wrong["result"] = "请写商量的结果，参加的人看得到。"
    elif found := private_numbers(f"{result.result} {result.reason}"):
        wrong["result"] = f"里面有{'、'.join(found)}，请去掉。"
    if result.outcome in ("partly", "not_adopted") and not result.reason.strip():
        wrong["reason"] = "没有全部采纳的，请写原因。"
    if len(opinions) != wanted or (
        result.outcome == "not_adopted" and (wanted or result.suggestion_adopted)
    ):
        wrong["adopted"] = "结果是不采纳的，不能再勾被采纳的意见。"
    if wrong:
        raise Invalid(fields=wrong)
    if result.public.strip():
        check_public(d, "public", result.public)
    if any(actor.person_id and _who(s) == actor.person_id for s in seats if _came(s)):
        raise Forbidden(
            "您自己也在到会名单里，自己的服务记录要由别人确认。请另一位书记来定结果。"
        )
    if not d.residents and not any(_came(s) for s in seats):
        raise Conflict("名单上没有人到会，不能定结果。请核对名单，或改期再开。")


def _came(s: DeliberationSeat) -> bool:
    return s.attendance == "came"


def _who(s: DeliberationSeat) -> UUID | None:
    member = s.member or s.came_by
    return member.person_id if member else None


def _concluded(
    actor: Actor, d: Deliberation, result: Result, seats: Sequence[DeliberationSeat],
    opinions: Sequence[Opinion], at: datetime,
) -> Write:  # fmt: skip
    records = _records(actor, d, [s for s in seats if _came(s)], at)
    suggested = {o.member_id for o in opinions if o.member_id}
    if result.suggestion_adopted and d.member_id:
        suggested.add(d.member_id)
    records += [_suggestion(actor, d, pk, at) for pk in sorted(suggested)]
    public = result.public.strip()
    return Write(
        set={
            "outcome": result.outcome, "result": result.result.strip(),
            "reason": result.reason.strip(),
            "suggestion_adopted": result.suggestion_adopted and d.member_id is not None,
            "result_public": public, "result_at": at if public else None,
        },
        data={"outcome": result.outcome, "records": len(records), "adopted": len(suggested)},
        adds=records,
    )  # fmt: skip


def _records(
    actor: Actor, d: Deliberation, seats: Sequence[DeliberationSeat], at: datetime
) -> list[Record]:
    """One for each who came: members with their time, units as in joint meetings."""
    assert d.held_at and d.end_at and d.held_on
    ids = [m.pk for s in seats if (m := s.member or s.came_by)]
    if busy := overlapping(ids, d.held_at, d.end_at):
        names = Member.objects.filter(pk__in={b.member_id for b in busy})
        who = "、".join(m.person.name for m in names.select_related("person")[:3])
        raise Conflict(
            f"{who}在这段时间已有别的服务记录。请在“记到会”里核对时间，"
            "不在场的改成“没来”。"
        )
    taken = minutes_taken(ids, d.held_at, d.end_at)
    here = ground(d.path)
    work_time = here.calendar.is_work_time(d.held_at)
    found = []
    for s in seats:
        m = s.member or s.came_by
        minutes = (
            counted_minutes(d.held_at, d.end_at, 0, here.settings, taken.get(m.pk, {}))
            if m
            else 0
        )
        found.append(
            Record(
                kind="meeting", channel=_channel(d, s), path=d.path,
                place_id=d.place_id, member_id=m.pk if m else None,
                unit_id=s.unit_id or (m.unit_id if m else None), occurred_on=d.held_on,
                start_at=d.held_at if m else None, end_at=d.end_at if m else None,
                minutes=minutes, work_time=work_time, source_kind="deliberation_seat",
                source_id=s.pk, source_class="deliberation", confirmed_at=at,
                confirmed_how="list", confirmed_by=actor.person_id,
            )
        )  # fmt: skip
    return found


def _channel(d: Deliberation, s: DeliberationSeat) -> str:
    """A member who lives here came as a neighbour; others for their unit."""
    home = s.member.residence_path if s.member else ""
    return "residence" if home and home.startswith(community_path(d.path)) else "unit"


def _suggestion(actor: Actor, d: Deliberation, member_id: UUID, at: datetime) -> Record:
    """A suggestion adopted, once a member and deliberation (domain 7.1 M_ADD_SUGGEST)."""
    assert d.held_on
    m = Member.objects.get(pk=member_id)
    home = (m.residence_path or "").startswith(community_path(d.path))
    return Record(
        kind="meeting", channel="residence" if home else "unit", path=d.path,
        place_id=d.place_id, member_id=m.pk, unit_id=m.unit_id, occurred_on=d.held_on,
        source_kind="deliberation", source_id=d.pk, source_class="suggestion_adopted",
        confirmed_at=at, confirmed_how="minutes", confirmed_by=actor.person_id,
    )  # fmt: skip


def _agree(actor: Actor, d: Deliberation, event_id: UUID, at: datetime) -> None:
    drafts = list(d.resolutions.filter(state="draft").select_related("unit"))
    agreed = act_many(actor, "resolutions.agree", [r.pk for r in drafts], now=at)
    rows = [r for r in drafts if r.pk in set(agreed)]
    owed.agree(actor, d, rows, at)
    tell_owners(d, rows, event_id, today(at))


def place_order(
    *, actor: Actor, deliberation_id: UUID, category: str, title: str, detail: str,
    now: datetime | None = None, client_id: str = "",
) -> UUID:  # fmt: skip
    """What was talked over becomes an order of the community, verified like any other.
    Errors: category, detail, title."""
    d = deliberation_of(deliberation_id)
    require(actor, "deliberations.add_order", d)
    if d.state not in ("held", "decided"):
        raise Conflict("议过以后才能从这里下点单。")
    place = Place.objects.get(path=community_path(d.path), valid_to=None)
    with transaction.atomic():
        order = orders.place_order(
            actor=actor, place_id=place.pk, kind="appeal", category=category,
            title=title, detail=detail, source="meeting", call_name="社区议事",
            phone=place.phone or "社区转", now=now, client_id=client_id,
        )  # fmt: skip
        if order.pk not in d.orders:
            write = Write(
                set={"orders": [*d.orders, order.pk]}, data={"order": str(order.pk)}
            )
            act(
                actor, "deliberations.add_order", d.pk, lambda r: write,
                version=d.version, now=now,
            )  # fmt: skip
    return order.pk


def publish_result(
    *, actor: Actor, deliberation_id: UUID, text: str, now: datetime | None = None
) -> Done:
    """Other words for everybody, read by the secretary; without words it is no longer
    on the board. Errors: text."""
    d = deliberation_of(deliberation_id)
    require(actor, "deliberations.publish_result", d)
    if d.state not in ("decided", "closed"):
        raise Conflict("定了结果才能公开。")
    if text.strip():
        check_public(d, "text", text)
    public = text.strip()
    at = (d.result_at or now or clock_now()) if public else None
    write = Write(set={"result_public": public, "result_at": at})
    return act(actor, "deliberations.publish_result", d.pk, lambda r: write, now=now)


def close(*, actor: Actor, deliberation_id: UUID, now: datetime | None = None) -> Done:
    """Everything that was to be done is done, or not to be done any longer; who
    proposed it is told."""
    d, at = deliberation_of(deliberation_id), now or clock_now()
    require(actor, "deliberations.close", d)
    running = d.resolutions.filter(state__in=shared.RUNNING).count()
    if running:
        raise Conflict(f"还有{running}件要办的事没有了结。办成确认后再结束。")
    write = Write(set={"closed_at": at})
    with transaction.atomic():
        done = act(actor, "deliberations.close", d.pk, lambda r: write, now=at)
        send(to_proposer(d, done.event_id, "办完了", d.result[:200]))
    return done

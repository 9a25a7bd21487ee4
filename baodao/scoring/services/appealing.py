"""Appeals 申诉 against a deduction, a grade and whatever else registers (domain 9.6):
two instances with days, hearers who took no part, no effect meanwhile, no worse result.
Who is concerned files, or a worker writes down what was said."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import SYSTEM, Actor, consequence_of
from baodao.acts.engine import act, create, repeated
from baodao.acts.writing import Done, Write
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.scoring import rules_appeals as rules
from baodao.scoring.models import Appeal
from baodao.scoring.services.appealing_parts import earlier, instead_of, took_part
from baodao.scoring.services.concerning import (
    DISTRICT,
    PREFECTURE,
    TOWN,
    after,
    cut,
    later,
    to_subject,
)
from baodao.scoring.services.one_by_one import one_by_one


@dataclass(frozen=True)
class About:
    """What an appeal needs to know of the decision it is against. `notified_at`: since
    when the days run; `open`: whether it can be appealed as it stands; `took_part`: who
    else had a part in it; `since`: when it became what it is, if that was something else
    before: an appeal that was settled then was against the other."""

    subject: str
    member_id: UUID | None
    unit_id: UUID | None
    about_person: UUID | None
    place_id: UUID
    path: str
    title: str
    proposed_by: UUID | None
    decided_by: UUID | None
    notified_at: datetime
    open: bool
    url: str
    took_part: Collection[UUID] = ()
    since: datetime | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of decision that may be appealed. All functions take the id of the decision
    and are called inside a transaction, by the system in consequence of an act.
    `suspend`: it has no effect from now on; `restore`: it has again; `carry_out`: the
    appeal was right, wholly (`remedy` "") or in part; `remedies`: (code, words) of what
    a part may be, all of them milder; `link`: where an actor reads it, or "", if it is
    not at its own address for all who see the appeal."""

    code: str
    title: str
    find: Callable[[UUID], About | None]
    suspend: Callable[[Actor, UUID, datetime], object]
    restore: Callable[[Actor, UUID, datetime], object]
    carry_out: Callable[[Actor, UUID, str, datetime], object]
    remedies: Callable[[UUID], Sequence[tuple[str, str]]]
    link: Callable[[Actor, UUID], str] | None = None


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Called by the `ready` of whoever owns the decision."""
    KINDS[kind.code] = kind


def about(kind: str, object_id: UUID) -> About:
    """Raises NotFound for what cannot be appealed at all."""
    found = KINDS[kind].find(object_id) if kind in KINDS else None
    if found is None:
        raise NotFound
    return found


def link_of(actor: Actor, row: Appeal) -> str:
    """Where this actor reads what it is about; "" where that is not for them."""
    kind = KINDS[row.kind]
    return (
        kind.link(actor, row.object_id)
        if kind.link
        else about(kind.code, row.object_id).url
    )


def appeal_of(pk: UUID) -> Appeal:
    related = ("place", "member__person", "member__unit", "unit")
    found = Appeal.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def limit_of(it: About, at: datetime) -> datetime:
    """The last moment to appeal in time, as it stands now."""
    return after(it.path, it.notified_at, rules.FILE_DAYS, at)


def second_end(row: Appeal, at: datetime) -> datetime | None:
    """The last moment to go on to the second instance: what was told, or later, if the
    place has stood still since then. None when there is no such way."""
    if row.second_until is None or row.first_at is None:
        return None
    return later(row.second_until, row.path, row.first_at, rules.SECOND_FILE_DAYS, at)


def due_end(row: Appeal, at: datetime) -> datetime | None:
    """When the step that is awaited gets late."""
    if row.due_at is None or row.state not in rules.STEP_DAYS:
        return row.due_at
    start = second_end(row, at) if row.state == "partly" else None
    days = rules.STEP_DAYS[row.state]
    begun = row.clock_from
    return later(row.due_at, row.path, start or begun, days, at, begun)


# --- filing --------------------------------------------------------------------------------


def file(
    *, actor: Actor, kind: str, object_id: UUID, grounds: Collection[str], text: str,
    cause: str = "", now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Appeal; what it is against has no effect from now on. By a worker: oral, written
    down for who is concerned. Errors: grounds, text, cause."""
    at = now or clock_now()
    if done := repeated(actor, "appeals.file", client_id):
        return done
    it = about(kind, object_id)
    noted = actor.path is not None
    late = at > limit_of(it, at)
    row = Appeal(
        kind=kind, object_id=object_id, title=it.title, subject=it.subject,
        member_id=it.member_id, unit_id=it.unit_id, about_person=it.about_person,
        place_id=it.place_id, path=it.path, grounds=sorted(grounds), text=text.strip(),
        late=late, cause=cause.strip(), oral=noted, noted_by=actor.name if noted else "",
        filed_at=at, proposed_by=it.proposed_by, decided_by=it.decided_by,
        took_part=sorted(it.took_part),
        clock_from=at, due_at=after(it.path, at, rules.ADMIT_DAYS),
    )  # fmt: skip
    require(actor, "appeals.file", row)
    _check(row, it)
    by = actor.for_someone(str(row.whose)) if noted else actor
    with transaction.atomic():
        done = create(by, "appeals.file", row, now=at, client_id=client_id)
        if not done.repeated:
            KINDS[kind].suspend(consequence_of(actor), object_id, at)
            send([
                _to_desk(row, done.event_id, "township_party", "有一件申诉待受理"),
                _to_subject(row, done.event_id, "申诉收到了", "复核期间暂不计入。"),
            ])  # fmt: skip
    return done


def _check(row: Appeal, it: About) -> None:
    wrong = rules.wrong_filing(row.grounds, row.text, row.late, row.cause)
    if found := private_numbers(f"{row.text} {row.cause}"):
        wrong["text"] = f"里面有{'、'.join(found)}，请去掉。"
    if wrong:
        raise Invalid(fields=wrong)
    if set(row.grounds) - set(rules.grounds_of(row.kind)):
        raise Invalid(fields={"grounds": "请选这里列出的理由。"})
    if earlier(row.object_id, it.since):
        raise Conflict("这一条已经申诉过了。对一审不服的，在那件申诉里申请二审。")
    check_open(it)


def check_open(it: About) -> None:
    """Raises Conflict for what has no effect that could be appealed against."""
    if not it.open:
        raise Conflict("这一条现在没有生效，或已经是最好的，不用申诉。")


# --- first instance ---------------------------------------------------------------------------


def admit(*, actor: Actor, appeal_id: UUID, now: datetime | None = None) -> Done:
    """The township takes it up."""
    at = now or clock_now()
    row = appeal_of(appeal_id)
    due = after(row.path, at, rules.FIRST_DAYS)
    return _step(
        actor, "admit", row, _clock(due, at), at, "申诉受理了",
        f"{_day(due)}前答复。复核期间暂不计入。",
    )  # fmt: skip


def not_admit(
    *, actor: Actor, appeal_id: UUID, answer: str, now: datetime | None = None
) -> Done:
    """Not taken up, and why; a second instance may see it. Errors: answer."""
    return _first(actor, "not_admit", appeal_id, answer, "", now)


def decide(
    *, actor: Actor, appeal_id: UUID, event: str, answer: str, remedy: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """The first instance: uphold, partly (with a `remedy`) or dismiss. Errors: answer,
    remedy."""
    if event not in ("uphold", "partly", "dismiss"):
        raise NotFound
    return _first(actor, event, appeal_id, answer, remedy, now)


def _first(
    actor: Actor, event: str, pk: UUID, answer: str, remedy: str, now: datetime | None
) -> Done:
    at = now or clock_now()
    row = appeal_of(pk)
    require(actor, f"appeals.{event}", row)
    wrong = {} if answer.strip() else {"answer": "请写理由，申诉的人看得到。"}
    milder = dict(KINDS[row.kind].remedies(row.object_id)) if event == "partly" else {}
    if event == "partly" and remedy not in milder:
        wrong["remedy"] = "请选改成什么，只能比原来轻。"
    if wrong:
        raise Invalid(fields=wrong)
    to = rules.FLOW.step(row.state, event)
    second = None if event == "uphold" else after(row.path, at, rules.SECOND_FILE_DAYS)
    due = after(row.path, second or at, rules.EXECUTE_DAYS)
    changed = {
        **_clock(due if to in ("upheld", "partly") else second, at),
        "first_by": actor.person_id, "first_name": actor.name, "first_state": to,
        "first_at": at, "answer": answer.strip(), "second_until": second,
        "remedy": remedy if event == "partly" else "",
    }  # fmt: skip
    words = f"{answer.strip()}。"
    if second:
        words += f"不服的，{_day(second)}前可以申请二审。"
    return _step(
        actor, event, row, changed, at, f"申诉有了答复：{rules.STATES[to].title}", words
    )


def withdraw(*, actor: Actor, appeal_id: UUID, now: datetime | None = None) -> Done:
    """Taken back: what it was against has its effect again."""
    at = now or clock_now()
    row = appeal_of(appeal_id)
    with transaction.atomic():
        done = _step(
            actor, "withdraw", row, {"settled_at": at, "due_at": None}, at, "申诉撤回了",
            "原来的决定恢复。",
        )  # fmt: skip
        KINDS[row.kind].restore(consequence_of(actor), row.object_id, at)
    return done


# --- second instance --------------------------------------------------------------------------


def pass_up(*, actor: Actor, appeal_id: UUID, now: datetime | None = None) -> Done:
    """Nobody at the township may hear it, all took part: the county does, finally."""
    at = now or clock_now()
    row = appeal_of(appeal_id)
    require(actor, "appeals.pass_up", row)
    others = instead_of(row, actor)
    if others is None:
        raise Conflict("您没有参与过这件事，由您来复核。")
    if others:
        raise Conflict(f"不用转：请{'、'.join(others)}来复核。")
    due = after(row.path, at, rules.SECOND_DAYS)
    with transaction.atomic():
        done = _step(
            actor, "pass_up", row, {**_clock(due, at), "second_at": at}, at,
            "申诉转到县（区）委组织部复核",
            f"乡镇（街道）的人参与过，要回避。{_day(due)}前答复，是最后的答复。",
        )  # fmt: skip
        send([_to_desk(row, done.event_id, "county_org", "有一件申诉请您复核")])
    return done


def second(
    *, actor: Actor, appeal_id: UUID, text: str, now: datetime | None = None
) -> Done:
    """On to the county; what the first instance gave cannot get less. Errors: text."""
    at = now or clock_now()
    row = appeal_of(appeal_id)
    require(actor, "appeals.second", row)
    if not text.strip():
        raise Invalid(fields={"text": "请写对一审哪里不服。"})
    if found := private_numbers(text):
        raise Invalid(fields={"text": f"里面有{'、'.join(found)}，请去掉。"})
    if row.settled_at or (
        row.state in rules.DECIDED_ONCE
        and not rules.second_open(row.state, second_end(row, at), at)
    ):
        raise Conflict("申请二审的日子已经过了，一审的答复生效。")
    due = after(row.path, at, rules.SECOND_DAYS)
    noted = actor.path is not None
    changed = {**_clock(due, at), "second_text": text.strip(), "second_at": at}
    with transaction.atomic():
        done = _step(
            actor.for_someone(str(row.whose)) if noted else actor, "second", row, changed,
            at, "二审申请收到了", f"{_day(due)}前答复。",
        )  # fmt: skip
        send([_to_desk(row, done.event_id, "county_org", "有一件申诉申请二审")])
    return done


def decide_finally(
    *, actor: Actor, appeal_id: UUID, event: str, answer: str,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """The second instance, the last word. Errors: answer."""
    if event not in ("final_uphold", "final_dismiss"):
        raise NotFound
    at = now or clock_now()
    row = appeal_of(appeal_id)
    require(actor, f"appeals.{event}", row)
    if not answer.strip():
        raise Invalid(fields={"answer": "请写理由，申诉的人看得到。"})
    to = rules.FLOW.step(row.state, event)
    ends = to == "final_dismissed"
    changed = {
        **_clock(None if ends else after(row.path, at, rules.EXECUTE_DAYS), at),
        "final_name": actor.name, "final_state": to, "final_at": at,
        "final_answer": answer.strip(), "settled_at": at if ends else None,
    }  # fmt: skip
    with transaction.atomic():
        done = _step(
            actor, event, row, changed, at, f"二审有了答复：{rules.STATES[to].title}",
            f"{answer.strip()}。这是最后的答复。",
        )  # fmt: skip
        if ends:
            _carry_out(consequence_of(actor), row, to, at)
    return done


# --- carrying out -------------------------------------------------------------------------------


def execute(*, actor: Actor, appeal_id: UUID, now: datetime | None = None) -> Done:
    """The community does what was decided: taken back, or the milder rule."""
    at = now or clock_now()
    row = appeal_of(appeal_id)
    end = second_end(row, at)
    if row.state == "partly" and end and at <= end:
        raise Conflict(f"{_day(end)}前还可以申请二审，过了再执行。现在暂不计入。")
    with transaction.atomic():
        done = _step(
            actor, "execute", row, {"settled_at": at, "due_at": None}, at, "申诉的答复执行完了",
            "积分卡已经按答复改好。",
        )  # fmt: skip
        _carry_out(consequence_of(actor), row, row.final_state, at)
    return done


def _carry_out(actor: Actor, row: Appeal, final: str, at: datetime) -> None:
    what, kind = rules.outcome(row.first_state, final), KINDS[row.kind]
    if what == "restore":
        kind.restore(actor, row.object_id, at)
    else:
        remedy = row.remedy if what == "mend" else ""
        kind.carry_out(actor, row.object_id, remedy, at)


def sweep(now: datetime | None = None) -> dict[str, int]:
    """Appeals whose way to the second instance is over without success are settled;
    who is late with a step has it told to the next above (worker, every night)."""
    at = now or clock_now()
    over = Appeal.objects.filter(
        state__in=("not_admitted", "dismissed"), settled_at=None, second_until__lt=at
    )
    late = Appeal.objects.filter(settled_at=None, late_at=None, due_at__lt=at).exclude(
        state__in=("not_admitted", "dismissed")
    )
    turns = [
        *(("settled", _settle, row) for row in over if _past(second_end(row, at), at)),
        *(
            ("escalated", _escalate, row)
            for row in late.select_related("place")
            if _past(due_end(row, at), at)
        ),
    ]
    done = Counter(one_by_one(turns, lambda turn: _turn(*turn, at)))
    return {"settled": done["settled"], "escalated": done["escalated"]}


def _past(end: datetime | None, at: datetime) -> bool:
    return end is not None and end < at


def _turn(
    name: str, do: Callable[[Appeal, datetime], Done], row: Appeal, at: datetime
) -> str:
    do(row, at)
    return name


def _settle(row: Appeal, at: datetime) -> Done:
    with transaction.atomic():
        done = act(
            SYSTEM, "appeals.settle", row.pk,
            lambda r: Write(set={"settled_at": at, "due_at": None}),
            version=row.version, now=at,
        )  # fmt: skip
        KINDS[row.kind].restore(SYSTEM, row.object_id, at)
        send([_to_subject(row, done.event_id, "申诉终结了", "一审的答复生效。")])
    return done


def _escalate(row: Appeal, at: datetime) -> Done:
    """First instance: the county; second: the prefecture; carrying out: the township."""
    role, depth = ("county_org", DISTRICT)
    if row.state == "second_review":
        role, depth = "prefecture_org", PREFECTURE
    elif row.state in ("upheld", "partly"):
        role, depth = "township_party", TOWN
    with transaction.atomic():
        done = act(
            SYSTEM, "appeals.escalate", row.pk, lambda r: Write(set={"late_at": at}),
            version=row.version, now=at,
        )  # fmt: skip
        send([_to_desk(row, done.event_id, role, "有一件申诉超过时限", depth)])
    return done


# --- what the steps share ------------------------------------------------------------------------


def _clock(due: datetime | None, at: datetime) -> dict[str, object]:
    return {"clock_from": at, "due_at": due, "late_at": None}


def _step(
    actor: Actor, event: str, row: Appeal, changed: dict[str, object], at: datetime,
    title: str, words: str,
) -> Done:  # fmt: skip
    if event in rules.HEARS and took_part(row, actor):
        require(actor, "appeals.view", row)
        raise Forbidden(rules.MESSAGES[event])
    with transaction.atomic():
        done = act(
            actor, f"appeals.{event}", row.pk, lambda r: Write(set=changed),
            version=row.version, now=at,
        )  # fmt: skip
        told = [_to_subject(row, done.event_id, title, words)]
        if done.state in ("upheld", "partly"):
            told.append(
                message(
                    event_id=done.event_id, role="community_secretary", path=row.path,
                    title="申诉的答复要执行", text=row.title, url=_url(row),
                )
            )  # fmt: skip
        send(told)
    return done


def _day(at: datetime) -> str:
    day = local(at - timedelta(seconds=1))
    return f"{day.month}月{day.day}日"


def _url(row: Appeal) -> str:
    return reverse("scoring:appeal", args=[row.pk])


def _to_subject(row: Appeal, event_id: UUID, title: str, text: str) -> Message:
    return to_subject(row, event_id, title, f"{row.title}。{text}", _url(row))


def _to_desk(
    row: Appeal, event_id: UUID, role: str, title: str, depth: int | None = None
) -> Message:
    depth = depth or (TOWN if role == "township_party" else DISTRICT)
    return message(
        event_id=event_id, role=role, path=cut(row.path, depth), title=title,
        text=row.title, url=_url(row),
    )  # fmt: skip

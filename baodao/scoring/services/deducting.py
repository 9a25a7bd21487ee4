"""Deductions: proposed, told, answered, and decided by a person (L12, L44; domain 9.6,
9.8). What counts is the record that a decision leaves, never the proposal."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.bulk import create_rows
from baodao.acts.engine import act, create, repeated
from baodao.acts.models import Event
from baodao.acts.writing import Done, Write
from baodao.core.clock import local, today
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.ids import uuid7
from baodao.core.text import private_numbers
from baodao.notifications.models import Message
from baodao.notifications.services import send
from baodao.people.models import Member, RoleTie, Unit
from baodao.people.queries import current
from baodao.places.models import Place
from baodao.places.queries import pause_now, pauses_over
from baodao.places.rules import community_path
from baodao.records.models import Record, reversal
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_deductions as rules
from baodao.scoring.models import Answer, Deduction
from baodao.scoring.services import falsehood
from baodao.scoring.services.concerning import after, later, to_subject
from baodao.scoring.services.facts import Fact, Found, card_of, cards, warnings
from baodao.scoring.standing import Standing, all_sets, set_at

SOURCE = "scoring.deduction"
BY_HAND = "by_hand"
LONGEST_AGO = timedelta(days=366)
# A card that takes nothing more, by its state: nothing is said to count that does not.
SHUT = {
    "decided": "那一年的评价已经定了，",
    "frozen": "这家单位已经撤销或者合并，积分不再变动，",
}


def deduction_of(pk: UUID) -> Deduction:
    """The row with whom it concerns and its rule. Raises NotFound."""
    related = ("rule", "place", "member__person", "member__unit", "unit")
    found = Deduction.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def deducting(
    path: str, subject: str, day: date, sets: Sequence[Standing] | None = None, *,
    rates: bool = False,
) -> list[counting.Rule]:  # fmt: skip
    """The rules for deductions that held at a place on a day; `rates`: with those that
    only the close of the year finds, which are no matter of words."""
    return [
        r
        for r in set_at(path, day, sets).rules
        if r.sign == counting.DEDUCT
        and r.subject == subject
        and (rates or r.measure != "shortfall")
    ]


# --- the proposal -------------------------------------------------------------------------


def propose(
    *, actor: Actor, place_id: UUID, subject: str, whose: UUID, code: str,
    occurred_on: date, words: str, evidence: str = "", source: tuple[str, UUID] | None = None,
    false_id: UUID | None = None, now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """A worker proposes: rule, day, what happened. `false_id`: the record that is said to
    be false. Errors: code, whose, occurred_on, words."""
    at = now or clock_now()
    place = Place.objects.filter(pk=place_id, valid_to=None).first()
    if place is None or place.path != community_path(place.path):
        raise NotFound
    require(actor, "deductions.propose", Deduction(path=place.path))
    if done := repeated(actor, "deductions.propose", client_id):
        return done
    _check(place.path, subject, whose, code, occurred_on, words, at)
    rule = next(
        r for r in deducting(place.path, subject, occurred_on) if r.code == code
    )
    if false_id:
        falsehood.check(false_id, subject, whose, place.path, rule)
    kind, pk = source or (BY_HAND, uuid7())
    fact = Fact(
        rule.selects[0], subject, whose, place.path, occurred_on, words.strip(), kind, pk,
        evidence.strip(),
    )  # fmt: skip
    found = Found(fact, rule, place)
    if said := SHUT.get(cards([found])[0]):
        raise Invalid(fields={"occurred_on": f"{said}不能再提扣分。"})
    row = _rows([found], at)[0]
    row.false_id = false_id
    _found_by(row, actor)
    with transaction.atomic():
        done = create(actor, "deductions.propose", row, now=at, client_id=client_id)
        if not done.repeated:
            send([_told(row, done.event_id)])
    return done


def _found_by(row: Deduction, actor: Actor) -> None:
    row.proposed_by, row.proposer = actor.person_id, actor.name
    if actor.role == "community_secretary":
        row.desk = "township"  # who proposes does not decide


def _check(
    path: str, subject: str, whose: UUID, code: str, day: date, words: str, at: datetime
) -> None:
    wrong = {}
    if day > today(at):
        wrong["occurred_on"] = "日期还没有到。请填事情发生的那一天。"
    elif day < today(at) - LONGEST_AGO:
        wrong["occurred_on"] = "过去一年以上的事，不再提扣分。"
    elif code not in {r.code for r in deducting(path, subject, day)}:
        wrong["code"] = "那一天执行的规则里没有这一条。请重新选。"
    elif _there(subject, whose, code, day):
        wrong["occurred_on"] = "那一天的这一条已经提过，请到“扣分”里看。"
    if not words.strip():
        wrong["words"] = "请写发生了什么，本人看得到。"
    elif found := private_numbers(words):
        wrong["words"] = f"里面有{'、'.join(found)}，请去掉。"
    model: type[Member | Unit] = Member if subject == "member" else Unit
    if not model.objects.filter(pk=whose).exists():
        wrong["whose"] = "没有找到这一位。请重新选。"
    if wrong:
        raise Invalid(fields=wrong)


def _there(subject: str, whose: UUID, code: str, day: date) -> bool:
    """Whether the same is proposed already, by hand or by the system."""
    same = Deduction.objects.filter(
        **{"subject": subject, f"{subject}_id": whose, "code": code, "occurred_on": day}
    )
    return same.exclude(state__in=rules.GONE).exists()


def propose_all(
    actor: Actor, facts: Iterable[Fact], now: datetime | None = None,
    by: Actor | None = None, away: bool = False,
) -> int:  # fmt: skip
    """The system proposes what it found, once each; returns how many are new. Rules
    that held on the day decide whether it is anything at all. `by`: the person whose
    finding it is, who does not decide then; `away`: nor does the community."""
    at = now or clock_now()
    wanted, sets = list(facts), all_sets()
    places = {
        p.path: p
        for p in Place.objects.filter(path__in={community_path(f.path) for f in wanted})
    }
    found = [
        Found(f, rule, place)
        for f in wanted
        if (place := places.get(community_path(f.path)))
        and (rule := _rule_for(f, place.path, sets))
    ]
    found = _fresh(found)
    rows = _rows(
        [it for it, card in zip(found, cards(found), strict=True) if card == "open"], at
    )
    if not rows:
        return 0
    for row in rows:
        if by:
            _found_by(row, by)
        row.desk = "township" if away else row.desk
    with transaction.atomic():
        names = [
            f.attname for f in Deduction._meta.concrete_fields
            if f.attname not in ("version", "created_at")
        ]  # fmt: skip
        given = {n: [getattr(r, n) for r in rows] for n in names}
        create_rows(actor, "deductions.propose", Deduction, given, at=at)
        events = dict(
            Event.objects.filter(
                action="deductions.propose", object_id__in=[r.pk for r in rows]
            ).values_list("object_id", "id")
        )
        send([_told(r, events[r.pk]) for r in rows])
    return len(rows)


def _rule_for(fact: Fact, path: str, sets: Sequence[Standing]) -> counting.Rule | None:
    wanted = {fact.selects, fact.selects.split(":")[0]}
    for rule in deducting(path, fact.subject, fact.occurred_on, sets, rates=True):
        if wanted & {*rule.selects} and counting.quantity(rule, 0, fact.quantity):
            return rule
    return None


def _fresh(found: Sequence[Found]) -> list[Found]:
    """Those that are not proposed yet, each once."""
    there = set(
        Deduction.objects.filter(
            source_id__in={f.source_id for f, _, _ in found}
        ).values_list("source_id", "code", "key")
    )
    keyed = {(it.fact.source_id, it.rule.code, it.fact.key): it for it in found}
    return [it for key, it in keyed.items() if key not in there]


def _rows(found: Sequence[Found], at: datetime) -> list[Deduction]:
    members = {
        m.pk: m
        for m in Member.objects.filter(
            pk__in=[f.whose for f, _, _ in found if f.subject == "member"]
        )
    }
    heads = secretaries({p.path for _, _, p in found})
    limits = {p.path: _limits(p.path, at) for _, _, p in found}
    rows, warns = [], warnings(found)
    for (fact, rule, place), warns_only in zip(found, warns, strict=True):
        kind, _, class_ = fact.selects.partition(":")
        member = members.get(fact.whose)
        person = member.person_id if member else None
        answer, decide = limits[place.path]
        rows.append(
            Deduction(
                subject=fact.subject, member=member, about_person=person,
                unit_id=fact.whose if fact.subject == "unit" else None, place=place,
                path=place.path, rule_id=UUID(rule.id), code=rule.code, kind=kind,
                source_class=class_, source_kind=fact.source_kind,
                channel="unit" if fact.subject == "unit" else "residence",
                source_id=fact.source_id, key=fact.key, occurred_on=fact.occurred_on,
                words=fact.words, evidence=fact.evidence, quantity=fact.quantity,
                proposed_at=at,
                answer_until=answer, decide_until=decide,
                warning=warns_only,
                desk="township" if (place.path, person) in heads else "community",
            )
        )  # fmt: skip
    return rows


def _limits(path: str, at: datetime) -> tuple[datetime, datetime]:
    answer = after(path, at, rules.ANSWER_DAYS)
    return answer, after(path, answer, rules.DECIDE_DAYS)


def secretaries(paths: set[str]) -> set[tuple[str, UUID | None]]:
    """Where somebody is secretary: about them the township decides."""
    ties = RoleTie.objects.filter(current(), role="community_secretary", path__in=paths)
    return {
        (path or "", person) for path, person in ties.values_list("path", "person_id")
    }


# --- telling ------------------------------------------------------------------------------


def _to_subject(d: Deduction, event_id: UUID, title: str, text: str) -> Message:
    url = reverse("scoring:deduction", args=[d.pk])
    return to_subject(d, event_id, title, text, url)


def _told(d: Deduction, event_id: UUID) -> Message:
    until = local(d.answer_until)
    note = "今年第一次，只提醒不扣分。" if d.warning else "还没有扣分。"
    return _to_subject(
        d, event_id, "有一条扣分建议，请您看一看",
        f"{d.words}。{note}{until.month}月{until.day}日前可以说明情况。",
    )  # fmt: skip


# --- the answer ---------------------------------------------------------------------------


def answer_end(d: Deduction, at: datetime) -> datetime:
    """The last moment to answer: what was told, or later, if the place has stood still
    since then."""
    return later(d.answer_until, d.path, d.proposed_at, rules.ANSWER_DAYS, at)


def decide_end(d: Deduction, at: datetime) -> datetime:
    """When a decision gets late."""
    if d.said_all or not pauses_over(d.path, d.proposed_at, at):
        return d.decide_until
    moved = after(d.path, answer_end(d, at), rules.DECIDE_DAYS, at)
    return max(d.decide_until, moved)


def answer(
    *, actor: Actor, deduction_id: UUID, text: str = "", said_all: bool = False,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """What who is concerned says, as often as they like within the days; `said_all`: it
    may be decided now. Staff write down what was said to them. Errors: text."""
    at = now or clock_now()
    d = deduction_of(deduction_id)
    require(actor, "deductions.answer", d)
    if d.open and at > answer_end(d, at):
        raise Conflict("说明的日子已经过了。决定以后不服的，可以申诉。")
    noted = actor.path is not None
    if noted and said_all:
        raise Invalid(fields={"said_all": "“说完了”只能由本人勾。口头说的，请照着写。"})
    if not text.strip() and not said_all:
        wanted = "请照着写对方怎么说的。" if noted else "请写情况，或勾“没有别的要说”。"
        raise Invalid(fields={"text": wanted})
    if found := private_numbers(text):
        raise Invalid(fields={"text": f"里面有{'、'.join(found)}，请去掉。"})
    words = text.strip() or "没有别的要说。"
    changed: dict[str, object] = {"said_all": d.said_all or said_all}
    if said_all:
        changed["decide_until"] = after(d.path, at, rules.DECIDE_DAYS)
    one = Answer(
        deduction=d, at=at, text=words, name=d.whose if noted else actor.name,
        noted_for=actor.name if noted else "",
    )  # fmt: skip
    by = actor.for_someone(d.whose) if noted else actor
    return act(
        by, "deductions.answer", d.pk, lambda row: Write(set=changed, adds=[one]),
        version=d.version, now=at, client_id=client_id,
    )  # fmt: skip


# --- the decision -------------------------------------------------------------------------


def decide_post(
    *, actor: Actor, deduction_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """It stands: the record is written, the card follows; who is concerned is told how
    to appeal. Not before the days to answer are over. Errors: reason."""
    at = now or clock_now()
    d = _to_decide(actor, "decide_post", deduction_id, reason)
    end = answer_end(d, at)
    if d.open and not rules.may_post(d.state, end, d.said_all, at):
        until = local(end)
        raise Conflict(f"说明的日子还没有过，{until.month}月{until.day}日以后再定。")
    if pause_now(d.path, at):
        raise Conflict("应急期间不扣分。等恢复以后再定。")
    if said := SHUT.get(card_of(d)):
        raise Conflict(f"{said}不能再计入。请选“不扣分”，写明理由。")
    record = record_of(d, at, actor)
    until = after(d.path, at, rules.APPEAL_DAYS)
    write = Write(
        set={**_decided(actor, reason, at), "record_id": record.pk, "appeal_until": until},
        adds=[record, *falsehood.taken(d, at)],
    )  # fmt: skip
    day = local(until)
    text = f"{d.words}。理由：{reason.strip()}。不服的，{day.month}月{day.day}日前可以申诉。"
    title = "记了一次提醒，没有扣分" if d.warning else "扣分定了"
    return _decide(actor, "decide_post", d, write, at, title, text)


def drop(
    *, actor: Actor, deduction_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """No deduction, at any time before the decision. Errors: reason."""
    at = now or clock_now()
    d = _to_decide(actor, "drop", deduction_id, reason)
    write = Write(set=_decided(actor, reason, at))
    text = f"{d.words}。理由：{reason.strip()}。"
    return _decide(actor, "drop", d, write, at, "没有扣分", text)


def reverse_one(
    *, actor: Actor, deduction_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """What was wrong is taken back without an appeal, where it was decided. Errors:
    reason."""
    at = now or clock_now()
    d = deduction_of(deduction_id)
    require(actor, "deductions.reverse", d)
    own_desk(actor, d)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么撤销，本人看得到。"})
    if d.state != "posted":
        raise Conflict("这一条现在没有计入。申诉中的等复核有结果。")
    back = falsehood.given_back(d)
    write = Write(
        set={"record_id": None, "reason": f"撤销：{reason.strip()}", **back.set},
        adds=[reversal(standing_record(d), at), *back.adds],
    )
    return _decide(
        actor, "reverse", d, write, at, "扣分撤销了", f"{d.words}。{reason.strip()}。"
    )


def _to_decide(actor: Actor, event: str, pk: UUID, reason: str) -> Deduction:
    d = deduction_of(pk)
    require(actor, f"deductions.{event}", d)
    own_desk(actor, d)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写理由，本人看得到。"})
    return d


def own_desk(actor: Actor, d: Deduction) -> None:
    """Who gave it away, or is concerned, has no more say in it at all."""
    if d.desk != rules.desk_of(actor.role):
        raise Forbidden(f"这一条由{rules.DESKS[d.desk]}来定。")


def _decided(actor: Actor, reason: str, at: datetime) -> dict[str, object]:
    return {
        "decided_by": actor.person_id, "decider": actor.name, "decided_at": at,
        "reason": reason.strip(),
    }  # fmt: skip


def _decide(
    actor: Actor, event: str, d: Deduction, write: Write, at: datetime, title: str,
    text: str,
) -> Done:  # fmt: skip
    with transaction.atomic():
        done = act(
            actor, f"deductions.{event}", d.pk, lambda row: write, version=d.version,
            now=at,
        )  # fmt: skip
        send([_to_subject(d, done.event_id, title, text)])
    return done


def record_of(d: Deduction, at: datetime, actor: Actor) -> Record:
    """What the card counts: of the day on which it happened."""
    unit = d.unit_id or (d.member.unit_id if d.member else None)
    return Record(
        kind=d.kind, channel=d.channel, path=d.path, place_id=d.place_id,
        member_id=d.member_id, unit_id=unit, occurred_on=d.occurred_on,
        quantity=d.quantity, source_kind=SOURCE, source_id=d.pk, source_round=d.round,
        source_class=d.source_class, confirmed_at=at, confirmed_how="decision",
        confirmed_by=actor.person_id,
    )  # fmt: skip


def standing_record(d: Deduction) -> Record:
    """The record that counts while it is posted."""
    assert d.record_id
    return Record.objects.get(pk=d.record_id)

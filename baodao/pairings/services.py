"""The verbs of bonds with households: each gives one plan to the engine, with what
follows from it (consent, duties) in the same transaction. All keyword-only, with
`now`. Errors: NotFound outside the actor's scope, Forbidden inside it, Conflict when
the state or somebody else was first, Invalid with the field."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from baodao.acts.actor import Actor, consequence_of
from baodao.acts.engine import act, create
from baodao.acts.many import act_many
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.pairings import plans, rules
from baodao.pairings.fitting import channel_of, refuse_unfit
from baodao.pairings.models import Consent, HouseholdPairing
from baodao.pairings.owing import call_off, owe, owe_again
from baodao.pairings.plans import Given, Terms
from baodao.pairings.visits_limits import limits_at
from baodao.people.models import Member
from baodao.places.models import Household

Plan = Callable[[plans.Row], Write]
_TAKEN = {
    "pairing_one_live_per_member": "这名党员已经有一户在联系。一人一户，请先结束原来的。",
    "pairing_not_apart": "这名党员和这一户不能结对（本人的家、亲属或下属）。请另选一位。",
    "pairing_minor_with_adult": "有未成年人的家庭不能一个人去。请先约定监护人在场，或加一名党员一同走访。",
}


@contextmanager
def kept() -> Iterator[None]:
    """One transaction; what the database refuses becomes a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        for name, sentence in _TAKEN.items():
            if name in str(error):
                raise Conflict(sentence, code=name) from error
        raise


def do(
    actor: Actor, event: str, pairing_id: UUID, plan: Plan, now: datetime,
    client_id: str = "",
) -> Done:  # fmt: skip
    """One step of the flow by its plan."""
    return act(
        actor, f"pairings.{event}", pairing_id, plan, reads=plans.READS, now=now,
        client_id=client_id,
    )  # fmt: skip


# --- a bond is proposed, the household is asked ------------------------------------


def propose(
    *, actor: Actor, member_id: UUID, household_id: UUID, terms: Terms | None = None,
    why: str = "", parts: Sequence[Any] = (), previous_id: UUID | None = None,
    now: datetime | None = None, client_id: str = "",
) -> HouseholdPairing:  # fmt: skip
    """A member for a household (L08, L37). Nobody is told anything of the household
    before it has agreed. Errors: member, household, and those of the terms."""
    member = Member.objects.select_related("person").filter(pk=member_id).first()
    household = Household.objects.select_related("place").filter(pk=household_id)
    home = household.defer("call_name", "address").first()
    if member is None or home is None:
        raise NotFound
    refuse_unfit(member, home)
    pairing = new(
        member,
        home,
        terms,
        why=why.strip(),
        parts=[list(p) for p in parts],
        previous_id=previous_id,
    )
    with kept():
        done = create(
            actor, "pairings.propose", pairing, plans.propose(), now=now or clock_now(),
            client_id=client_id,
        )  # fmt: skip
    return HouseholdPairing.objects.get(pk=done.id)


def new(
    member: Member, home: Household, terms: Terms | None = None, **fields: Any
) -> HouseholdPairing:
    """The row of a proposed bond. Raises Invalid for a member who is not from here."""
    focus = rules.main_focus(home.focus)
    # Until somebody has asked: a minor is not visited alone (L37).
    terms = terms or Terms(guardian_present=focus == "minor")
    latest = limits_at(home.path).latest
    plans.check_terms(terms, focus=focus, member_id=member.pk, latest=latest)
    channel, path = channel_of(member, home)
    return HouseholdPairing(
        member=member, unit_id=member.unit_id, household=home, path=path,
        home_path=home.path, channel=channel, focus=focus, remote=home.remote,
        **terms.columns(), **fields,
    )  # fmt: skip


def ask(*, actor: Actor, pairing_id: UUID, now: datetime | None = None) -> Done:
    """The household is being asked; thirty days to answer."""
    at = now or clock_now()
    return do(actor, "ask", pairing_id, lambda r: plans.ask(today(at)), at)


def ask_all(
    *, actor: Actor, pairing_ids: Sequence[UUID], now: datetime | None = None
) -> int:
    """The same for many that the caller has found visible; returns how many."""
    at = now or clock_now()
    write = plans.ask(today(at))
    return len(act_many(actor, "pairings.ask", pairing_ids, write, now=at))


def set_terms(
    *, actor: Actor, pairing_id: UUID, terms: Terms, now: datetime | None = None
) -> Done:
    """What the household has set. Windows that are no longer wanted are called off
    and the others owed."""
    at = now or clock_now()

    def plan(row: plans.Row) -> Write:
        latest = limits_at(row["home_path"]).latest
        plans.check_terms(
            terms, focus=row["focus"], member_id=row["member_id"], latest=latest
        )
        return Write(set=terms.columns())

    with kept():
        done = do(actor, "set_terms", pairing_id, plan, at)
        if done.state == "active":
            _anew(actor, pairing_id, at)
    return done


def _anew(actor: Actor, pairing_id: UUID, at: datetime) -> None:
    day = today(at)
    call_off(actor=actor, ids=[pairing_id], day=day, reason="terms", now=at)
    pairing = HouseholdPairing.objects.get(pk=pairing_id)
    owe_again(actor=actor, pairing=pairing, day=day, now=at)


def cancel(
    *, actor: Actor, pairing_id: UUID, note: str = "", now: datetime | None = None
) -> Done:
    """Not asked after all, or asked and not wanted any more."""
    at = now or clock_now()
    return do(
        actor, "cancel", pairing_id,
        lambda r: plans.ended("cancelled", today(at), note, told=False), at,
    )  # fmt: skip


def consent(
    *, actor: Actor, pairing_id: UUID, given: Given, now: datetime | None = None,
    client_id: str = "",
) -> Done:  # fmt: skip
    """The household has agreed (domain 9.2): the consent is kept, the member learns
    which household it is, and the year's visits are owed. Errors: fields of the
    consent."""
    at = now or clock_now()
    with kept():
        done = do(
            actor, "consent", pairing_id,
            lambda r: plans.consent(r, actor, given, today(at)), at, client_id,
        )  # fmt: skip
        if not done.repeated:
            _owe(actor, pairing_id, at)
    return done


def _owe(actor: Actor, pairing_id: UUID, at: datetime) -> None:
    it = HouseholdPairing.objects.get(pk=pairing_id)
    owe(actor=actor, pairings=[it], year=today(at).year, path=it.path, now=at)


def decline(*, actor: Actor, pairing_id: UUID, now: datetime | None = None) -> Done:
    """The household said no. No reason, and no effect on anything else."""
    at = now or clock_now()
    return do(actor, "decline", pairing_id, lambda r: plans.decline(today(at)), at)


def renew(
    *, actor: Actor, pairing_id: UUID, given: Given, now: datetime | None = None
) -> Done:
    """Agreed for another year; a bond that paused because the consent was over goes
    on. Errors: fields of the consent."""
    at = now or clock_now()
    with kept():
        was = _state(pairing_id)
        _close(actor, pairing_id, "renewed", at)
        done = do(
            actor, "renew", pairing_id,
            lambda r: plans.renew(r, actor, given, today(at)), at,
        )  # fmt: skip
        if was == "paused":
            it = HouseholdPairing.objects.get(pk=pairing_id)
            owe_again(actor=actor, pairing=it, day=today(at), now=at)
    return done


def _state(pairing_id: UUID) -> str:
    found = HouseholdPairing.objects.filter(pk=pairing_id)
    return found.values_list("state", flat=True).first() or ""


def _close(actor: Actor, pairing_id: UUID, why: str, at: datetime) -> None:
    """The open consent no longer holds: what follows from the act on its bond."""
    ids = Consent.objects.filter(pairing_id=pairing_id, closed_on=None)
    write = plans.closed(today(at), why)
    act_many(
        consequence_of(actor), "consents.close", list(ids.values_list("id", flat=True)),
        write, now=at,
    )  # fmt: skip


# --- it rests, it ends -----------------------------------------------------------------


def pause(
    *, actor: Actor, pairing_id: UUID, reason: str, note: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """No visits for a while; ends by itself after ninety days. Errors: reason."""
    at = now or clock_now()
    day = today(at)
    with kept():
        done = do(
            actor, "pause", pairing_id, lambda r: plans.pause(reason, day, note), at
        )
        call_off(actor=actor, ids=[pairing_id], day=day, reason="paused", now=at)
    return done


def resume(*, actor: Actor, pairing_id: UUID, now: datetime | None = None) -> Done:
    """It goes on; what is still ahead this year is owed again."""
    at = now or clock_now()
    with kept():
        done = do(actor, "resume", pairing_id, lambda r: plans.resume(r, today(at)), at)
        it = HouseholdPairing.objects.get(pk=pairing_id)
        owe_again(actor=actor, pairing=it, day=today(at), now=at)
    return done


def withdraw(*, actor: Actor, pairing_id: UUID, now: datetime | None = None) -> Done:
    """The household does not want it any more: it ends the same day, no reason is
    asked, nobody is reminded of anything (domain 9.2)."""
    return _end(actor, "withdraw", pairing_id, "withdrawn", "", "withdrawn", now)


def end(
    *, actor: Actor, pairing_id: UUID, reason: str, note: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """The community ends it. Death or a care home ends it quietly: all reminders stop
    the same day (domain 8.9). Errors: reason."""
    if reason not in rules.END_CHOICES:
        raise Invalid(fields={"reason": "请选为什么结束。"})
    return _end(actor, "end", pairing_id, reason, note, "ended", now)


def _end(
    actor: Actor, event: str, pairing_id: UUID, reason: str, note: str, why: str,
    now: datetime | None,
) -> Done:  # fmt: skip
    at = now or clock_now()
    day = today(at)
    with kept():
        done = do(
            actor, event, pairing_id, lambda r: plans.ended(reason, day, note), at
        )
        _close(actor, pairing_id, why, at)
        call_off(actor=actor, ids=[pairing_id], day=day, reason=reason, now=at)
    return done


def hand_over(
    *, actor: Actor, pairing_id: UUID, member_id: UUID, why: str = "",
    now: datetime | None = None,
) -> HouseholdPairing:  # fmt: skip
    """Another member instead. The household is asked anew, for the member changes
    (domain 9.2). Also for a bond whose member has gone. Errors: member."""
    at = now or clock_now()
    old = HouseholdPairing.objects.filter(pk=pairing_id).first()
    if old is None:
        raise NotFound
    with kept():
        if old.state in rules.AGREED:
            _end(actor, "hand_over", pairing_id, "handed_over", "", "handed_over", at)
        return propose(
            actor=actor, member_id=member_id, household_id=old.household_id,
            terms=_same_terms(old, member_id), why=why, previous_id=old.pk, now=at,
        )  # fmt: skip


def _same_terms(old: HouseholdPairing, member_id: UUID) -> Terms:
    second = old.second_id if old.second_id != member_id else None
    return Terms(
        old.quiet_months, old.phone_only, old.not_after,
        old.guardian_present or (old.focus == "minor" and second is None), second,
    )  # fmt: skip


def end_many(
    actor: Actor, ids: Sequence[UUID], reason: str, *, event: str = "end",
    day: date, at: datetime,
) -> int:  # fmt: skip
    """The end as a consequence of what happened elsewhere, the same for many."""
    moved = act_many(
        consequence_of(actor), f"pairings.{event}", ids, plans.ended(reason, day), now=at
    )  # fmt: skip
    if not moved:
        return 0
    held = Consent.objects.filter(pairing_id__in=moved, closed_on=None)
    act_many(
        consequence_of(actor), "consents.close", list(held.values_list("id", flat=True)),
        plans.closed(day, "ended"), now=at,
    )  # fmt: skip
    call_off(actor=actor, ids=moved, day=day, reason=reason, now=at)
    return len(moved)

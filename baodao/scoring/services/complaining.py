"""Complaints: written down or sent, checked by somebody else, decided with reasons
(L44, L45; domain 6.11, 8.16, 9.5). Only what is upheld leads to anything, and that is
a proposed deduction with notice and answer like every other."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import ANONYMOUS, Actor, consequence_of
from baodao.acts.engine import Numbered, act, create, note_event
from baodao.acts.writing import Done, Write
from baodao.core.clock import local, today
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.text import private_numbers
from baodao.notifications.models import Message
from baodao.notifications.services import message, send
from baodao.people.models import RoleTie
from baodao.people.queries import candidates, current, units_at
from baodao.places.models import Place
from baodao.places.rules import PURPOSES, community_path
from baodao.places.settings import ancestors
from baodao.scoring import rules_complaints as rules
from baodao.scoring.models import Complaint, Deduction
from baodao.scoring.services.concerning import (
    COMMUNITY,
    DISTRICT,
    TOWN,
    after,
    cut,
    later,
    to_subject,
)
from baodao.scoring.services.deducting import propose_all, secretaries
from baodao.scoring.services.facts import Fact

SOURCE = "scoring.complaint"
SELECTS = "breach:complaint"
# Who at a desk is told.
TELL = {
    "community": ("community_secretary", "community_worker"),
    "township": ("township_party",),
    "privacy": ("privacy_officer", "audit_admin"),
}
PARTS = {"community": COMMUNITY, "township": TOWN, "privacy": DISTRICT}
OWN = "居民自己"  # who noted what nobody wrote down for them
LONGEST = 120  # of the facts, which become the words of a deduction


def complaint_of(pk: UUID) -> Complaint:
    """Raises NotFound."""
    related = ("place", "member__person", "member__unit", "unit")
    found = Complaint.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


# --- it comes in ----------------------------------------------------------------------------


def receive(
    *, actor: Actor, place_id: UUID, source: str, about: str, words: str,
    occurred_on: date, about_words: str = "", author: str = "", phone: str = "",
    agreed: bool = False, now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """A worker writes down what came by phone or at the counter. `agreed`: whom it is
    about may be told who complained. Errors: source, words, about_words, occurred_on,
    agreed."""
    if source not in rules.NOTED:
        raise Invalid(fields={"source": "请选怎么来的。"})
    row = _row(
        place_id, source, about, words, occurred_on, about_words, author, phone, now
    )
    row.filed_by, row.filer = actor.person_id, actor.name
    _agree(row, agreed, actor.name)
    return _file(actor, "complaints.receive", row, client_id)


def send_in(
    *, place_id: UUID, about: str, words: str, occurred_on: date, about_words: str = "",
    author: str = "", phone: str = "", agreed: bool = False,
    sender: UUID | None = None, now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Anybody, from the public page of a community, without an account. `sender`: who
    happens to be signed in, and does not check it then. Errors as `receive`."""
    row = _row(
        place_id, "online", about, words, occurred_on, about_words, author, phone, now
    )
    row.filed_by = sender
    _agree(row, agreed, OWN)
    return _file(ANONYMOUS, "complaints.send", row, client_id)


def _row(
    place_id: UUID, source: str, about: str, words: str, occurred_on: date,
    about_words: str, author: str, phone: str, now: datetime | None,
) -> Complaint:  # fmt: skip
    at = now or clock_now()
    place = Place.objects.filter(pk=place_id, valid_to=None).first()
    if place is None or place.path != community_path(place.path):
        raise NotFound
    wrong = {}
    if about not in rules.ABOUT:
        wrong["about"] = "请选关于谁。"
    if not words.strip():
        wrong["words"] = "请写发生了什么。"
    if occurred_on > today(at):
        wrong["occurred_on"] = "日期还没有到。请填事情发生的那一天。"
    for name, text in (("words", words), ("about_words", about_words)):
        if found := private_numbers(text):
            wrong[name] = f"里面有{'、'.join(found)}，请去掉。电话写在“电话”那一格。"
    if wrong:
        raise Invalid(fields=wrong)
    return Complaint(
        place=place, path=place.path, subject="", source=source, about=about,
        about_words=about_words.strip(), words=words.strip(), occurred_on=occurred_on,
        author=author.strip(), phone=phone.strip(), desk=rules.DESK_OF[about],
        received_at=at, due_at=after(place.path, at, rules.CHECK_DAYS),
    )  # fmt: skip


def _agree(row: Complaint, agreed: bool, noted: str) -> None:
    """That the name may be told, and who wrote that down; without it nobody is."""
    if not agreed:
        return
    if not row.author:
        raise Invalid(
            fields={"agreed": "勾了这一项，请写怎么称呼；不愿意留的，请不要勾。"}
        )
    row.agreed_at, row.agreed_noted = row.received_at, noted


def _file(actor: Actor, action: str, row: Complaint, client_id: str) -> Done:
    at = row.received_at
    series = f"complaint:{row.place.code}:{local(at):%Y}"
    numbered = Numbered("no", series, f"{local(at):%Y}-", 4)
    with transaction.atomic():
        done = create(
            actor, action, row, now=at, client_id=client_id, numbered=numbered
        )
        if not done.repeated:
            send(_to_desk(row, done.event_id, "收到一件差评，请看一看"))
    return done


# --- it is checked ----------------------------------------------------------------------------


def check_end(c: Complaint, at: datetime) -> datetime:
    """When the check gets late: what was told, or later, if the place stood still."""
    return later(c.due_at, c.path, c.received_at, rules.CHECK_DAYS, at)


def check(*, actor: Actor, complaint_id: UUID, now: datetime | None = None) -> Done:
    """Somebody takes it up."""
    c = _own_desk(actor, "check", complaint_id)
    return act(actor, "complaints.check", c.pk, version=c.version, now=now)


def name(
    *, actor: Actor, complaint_id: UUID, subject: str, whose: UUID,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Whom it is about: who reported in here, or a unit tied to the community. Of
    somebody who works for the community the township checks it. Errors: whose."""
    c = _own_desk(actor, "name", complaint_id)
    if not rules.needs_name(c.about):
        raise Conflict("这一件不是关于来服务的党员或单位，不用写明。")
    member = (
        candidates(c.path).filter(pk=whose).first() if subject == "member" else None
    )
    unit = units_at(c.path).filter(pk=whose).first() if subject == "unit" else None
    if not (member or unit):
        raise Invalid(fields={"whose": "没有找到这一位。请重新选。"})
    person = member.person_id if member else None
    if whose in (c.member_id, c.unit_id):
        raise Invalid(fields={"whose": "写的已经是这一位。"})
    if c.desk == "community" and person is not None and person == actor.person_id:
        return _away(actor, c, "关于自己的，由街道（乡镇）来查。", now)
    up = c.desk == "community" and _works_here(c.path, person)
    values: dict[str, object] = {
        "subject": subject, "member_id": member.pk if member else None,
        "unit_id": unit.pk if unit else None, "about_person": person, "heard": "",
        "desk": "township" if up else c.desk,
    }  # fmt: skip
    # What somebody else has said is not what this one says.
    write = Write(set=values, notes=[("staff", c.heard)])
    with transaction.atomic():
        done = act(
            actor,
            "complaints.name",
            c.pk,
            lambda row: write,
            version=c.version,
            now=now,
        )
        if c.heard and c.subject:
            text = f"{c.place.name}问过您的那件事，弄清楚了，和您无关。"
            send([to_subject(c, done.event_id, "问过您的那件事有了结果", text, "")])
        if up:
            c.desk = "township"
            send(_to_desk(c, done.event_id, "有一件差评请街道（乡镇）来查"))
    return done


def _works_here(path: str, person: UUID | None) -> bool:
    roles = ("community_secretary", "community_worker")
    ties = RoleTie.objects.filter(current(), role__in=roles, path=path)
    return person is not None and ties.filter(person_id=person).exists()


def hear(
    *, actor: Actor, complaint_id: UUID, text: str, now: datetime | None = None
) -> Done:
    """What who is concerned says, written down; as often as there is more. Errors:
    text."""
    c = _own_desk(actor, "hear", complaint_id)
    if rules.needs_name(c.about) and not c.subject:
        raise Conflict("请先写明是谁，再问对方。")
    said = _clean("text", text, "请照着写对方怎么说的。", c)
    if c.heard.endswith(said):
        raise Conflict("这几句已经记下了。")
    whole = f"{c.heard}\n{said}".strip()
    return act(
        actor, "complaints.hear", c.pk, lambda row: Write(set={"heard": whole}),
        version=c.version, now=now,
    )  # fmt: skip


def hand_up(
    *, actor: Actor, complaint_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """It is about somebody of the community, or somebody close: the township checks.
    Errors: reason."""
    c = _own_desk(actor, "hand_up", complaint_id)
    return _away(actor, c, _clean("reason", reason, "请写为什么要回避。", c), now)


def _away(actor: Actor, c: Complaint, reason: str, now: datetime | None) -> Done:
    write = Write(
        set={"desk": "township"}, notes=[("staff", reason)], reason="conflict"
    )
    with transaction.atomic():
        done = act(
            actor, "complaints.hand_up", c.pk, lambda row: write, version=c.version,
            now=now,
        )  # fmt: skip
        c.desk = "township"
        send(_to_desk(c, done.event_id, "有一件差评请街道（乡镇）来查"))
    return done


def step_aside(
    *, actor: Actor, complaint_id: UUID, now: datetime | None = None
) -> Done:
    """It is about the person at the desk: from now on they neither check nor read it, and
    somebody else there does."""
    c = _own_desk(actor, "step_aside", complaint_id)
    if rules.needs_name(c.about):
        raise Conflict("请写明是谁。写明以后，由别人来查。")
    write = Write(set={"about_person": actor.person_id}, reason="conflict")
    with transaction.atomic():
        done = act(
            actor, "complaints.step_aside", c.pk, lambda row: write, version=c.version,
            now=now,
        )  # fmt: skip
        send(_to_desk(c, done.event_id, "有一件差评请您来查，有一位要回避"))
    return done


def look_at(
    *, actor: Actor, complaint_id: UUID, purpose: str, now: datetime | None = None
) -> dict[str, str]:
    """Who complained, for a purpose that is on record first. Errors: purpose."""
    if purpose not in PURPOSES:
        raise Invalid(fields={"purpose": "请先选查看的用途。"})
    c = _own_desk(actor, "reveal", complaint_id)
    shown = {f: v for f in ("author", "phone") if (v := str(getattr(c, f)))}
    write = Write(reason=purpose, data={"fields": sorted(shown)})
    note_event(actor, "complaints.reveal", c, write, now=now)
    return shown


def withdraw(*, actor: Actor, complaint_id: UUID, now: datetime | None = None) -> Done:
    """The resident no longer agrees to be named: from now on nobody is told, at whatever
    stage it is."""
    c = _own_desk(actor, "withdraw", complaint_id)
    return _take_back(actor, c, actor.name, now)


def withdraw_own(*, token: str, now: datetime | None = None) -> Done | None:
    """The same by whoever holds the link of the complaint; None when nobody is told
    anyway. Raises NotFound."""
    c = Complaint.objects.filter(token=token).first()
    if c is None:
        raise NotFound
    return _take_back(ANONYMOUS, c, OWN, now) if c.names_author else None


def _take_back(actor: Actor, c: Complaint, noted: str, now: datetime | None) -> Done:
    at = now or clock_now()
    if not c.names_author:
        raise Conflict("居民没有同意告诉对方，或已经撤回了。对方看不到是谁说的。")
    values: dict[str, object] = {"withdrawn_at": at, "withdrawn_noted": noted}
    return act(
        actor, "complaints.withdraw", c.pk, lambda row: Write(set=values),
        version=c.version, now=at,
    )  # fmt: skip


# --- the decision -------------------------------------------------------------------------------


def uphold(
    *, actor: Actor, complaint_id: UUID, reason: str, answer: str, facts: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """It is so. In the same transaction the deduction is proposed, with the facts only;
    what is not about a member or a unit has no points. Errors: facts, reason, answer."""
    at = now or clock_now()
    c = _own_desk(actor, "uphold", complaint_id)
    if rules.needs_name(c.about):
        if not c.subject:
            raise Conflict("还没有写明是谁。请先写明，再问对方。")
        if not c.heard:
            raise Conflict("还没有问过对方。请先问一问，记下来再定。")
        facts = _clean("facts", facts, "请写查实的事实，对方看得到。", c)
        if len(facts) > LONGEST:
            raise Invalid(fields={"facts": f"请写在{LONGEST}字以内。"})
    values = _decided(actor, c, reason, answer, at) | {"facts": facts}
    with transaction.atomic():
        done = act(
            actor, "complaints.uphold", c.pk, lambda row: Write(set=values),
            version=c.version, now=at,
        )  # fmt: skip
        if c.subject:
            whose = c.member_id or c.unit_id
            assert whose
            fact = Fact(
                SELECTS, c.subject, whose, c.path, c.occurred_on, facts, SOURCE, c.pk
            )
            propose_all(consequence_of(actor), [fact], at, by=actor, away=_concerned(c))
    return done


def _concerned(c: Complaint) -> bool:
    """Whether the community's secretary stepped aside, or brought it up: then they do not
    decide what follows either."""
    return c.desk != "community" or (c.path, c.filed_by) in secretaries({c.path})


def reject(
    *, actor: Actor, complaint_id: UUID, reason: str, answer: str,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """It is not so. Errors: reason, answer."""
    return _close(actor, "reject", complaint_id, reason, answer, now)


def unclear(
    *, actor: Actor, complaint_id: UUID, reason: str, answer: str,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """It cannot be told; nothing counts. Errors: reason, answer."""
    return _close(actor, "unclear", complaint_id, reason, answer, now)


def _close(
    actor: Actor, event: str, pk: UUID, reason: str, answer: str, now: datetime | None
) -> Done:
    at = now or clock_now()
    c = _own_desk(actor, event, pk)
    values = _decided(actor, c, reason, answer, at)
    outcome = rules.STATES[rules.OUTCOMES[event]].title
    with transaction.atomic():
        done = act(
            actor, f"complaints.{event}", c.pk, lambda row: Write(set=values),
            version=c.version, now=at,
        )  # fmt: skip
        if c.heard and c.subject:
            # Who was asked is told how it ended, and nothing of who complained.
            text = f"{c.place.name}问过您的那件事：{outcome}。不扣分。"
            send([to_subject(c, done.event_id, "问过您的那件事有了结果", text, "")])
    return done


def _decided(
    actor: Actor, c: Complaint, reason: str, answer: str, at: datetime
) -> dict[str, object]:
    reason = _clean("reason", reason, "请写理由。", c)
    answer = answer.strip()
    if not answer:
        raise Invalid(fields={"answer": "请写给居民的答复，居民凭编号看得到。"})
    if found := private_numbers(answer):
        raise Invalid(fields={"answer": f"里面有{'、'.join(found)}，请去掉。"})
    return {
        "decided_by": actor.person_id, "decider": actor.name, "decided_at": at,
        "reason": reason, "answer": answer,
    }  # fmt: skip


def _clean(field: str, text: str, wanted: str, c: Complaint) -> str:
    """Words without numbers and without who complained."""
    said = text.strip()
    if not said:
        raise Invalid(fields={field: wanted})
    if found := private_numbers(said):
        raise Invalid(fields={field: f"里面有{'、'.join(found)}，请去掉。"})
    if c.author and len(c.author) > 1 and c.author in said:
        raise Invalid(fields={field: "里面有反映人的称呼，请去掉。只写事实。"})
    return said


def _own_desk(actor: Actor, event: str, pk: UUID) -> Complaint:
    c = complaint_of(pk)
    require(actor, f"complaints.{event}", c)
    if c.desk != rules.desk_of(actor.role):
        raise Forbidden(f"这一件由{rules.DESKS[c.desk]}来查。")
    return c


def deduction_of(c: Complaint) -> Deduction | None:
    """What was proposed when it was upheld."""
    return Deduction.objects.filter(source_id=c.pk, source_kind=SOURCE).first()


# --- telling ----------------------------------------------------------------------------------


def _to_desk(c: Complaint, event_id: UUID, title: str) -> list[Message]:
    """Without a word of what was said: a message may be read over a shoulder."""
    until = local(c.due_at)
    return [
        message(
            event_id=event_id, role=role, path=path, title=title,
            text=f"{c.place.name}，{until.month}月{until.day}日前查完。",
            url=reverse("scoring:complaint", args=[c.pk]),
        )
        for role, path in desk_at(c)
    ]  # fmt: skip


def desk_at(c: Complaint) -> list[tuple[str, str]]:
    """Who checks it, as roles and their places: those who protect data may sit at any
    level above."""
    if c.desk != "privacy":
        return [(role, cut(c.path, PARTS[c.desk])) for role in TELL[c.desk]]
    ties = RoleTie.objects.filter(
        current(), role__in=TELL["privacy"], path__in=ancestors(c.path)
    )
    found = sorted({(t.role, t.path or "") for t in ties})
    # Nobody is appointed yet: whoever will be finds it.
    return found or [("privacy_officer", cut(c.path, DISTRICT))]

"""Documents: drafted clause by clause, published with a receipt for everybody who was
chosen, replaced by a next version, repealed (A04, L03). Errors: NotFound outside one's
scope, Forbidden inside it, Conflict for the wrong moment, Invalid with the field."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from baodao.acts.access import path_range, require
from baodao.acts.actor import SYSTEM, Actor, consequence_of
from baodao.acts.bulk import create_rows
from baodao.acts.engine import act, create, repeated
from baodao.acts.many import act_many
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.ids import uuid7, uuid7s
from baodao.core.text import private_numbers
from baodao.notifications.services import send
from baodao.oversight import rules as levels
from baodao.oversight.models import (
    Clause,
    ClauseLink,
    Policy,
    PolicyReceipt,
)
from baodao.oversight.policies import rules, telling
from baodao.people.models import ContactTie, Unit
from baodao.places.constraints import said as constraint_said
from baodao.places.models import Place


class Said(NamedTuple):
    """What the issuer says: the columns of the form. `scope`: the path of the place it
    is for; `to`: the levels that sign for it."""

    title: str
    kind: str
    effective_on: date
    scope: str
    summary: str
    doc_no: str = ""
    text: str = ""
    to: Collection[str] = ()
    is_public: bool = False


def policy_of(pk: UUID) -> Policy:
    """Raises NotFound."""
    related = ("place", "scope", "previous")
    found = Policy.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def own(actor: Actor, p: Policy, event: str) -> None:
    """Only the desk that issued it: those above look on."""
    require(actor, f"policies.{event}", p)
    if (actor.role, actor.path) != (p.role, p.path):
        raise Forbidden(f"这份文件由{p.issuer}来定。")


# --- before it is published ---------------------------------------------------------------


def draft(
    *, actor: Actor, said: Said, now: datetime | None = None, client_id: str = ""
) -> Done:
    """The first version, nobody is told yet. Errors: title, kind, effective_on, scope,
    summary, to."""
    place = Place.objects.filter(path=actor.path or None, valid_to=None).first()
    if place is None:
        raise NotFound
    pk = uuid7()
    p = Policy(
        id=pk, line=pk, place=place, path=place.path, role=actor.role,
        issuer=levels.issuer_name(actor.role, place.name),
    )  # fmt: skip
    require(actor, "policies.draft", p)
    _take(p, said)
    return create(actor, "policies.draft", p, now=now, client_id=client_id)


def edit(
    *, actor: Actor, policy_id: UUID, said: Said, now: datetime | None = None
) -> Done:
    """Other words, another scope or other readers, before it is published."""
    p = policy_of(policy_id)
    own(actor, p, "edit")
    rules.FLOW.step(p.state, "edit")
    columns = _take(p, said)
    return _edit(actor, p, columns, now)


def _edit(
    actor: Actor, p: Policy, columns: dict[str, Any], now: datetime | None
) -> Done:
    return act(
        actor, "policies.edit", p.pk, lambda row: Write(set=columns),
        version=p.version, now=now,
    )  # fmt: skip


def _take(p: Policy, said: Said) -> dict[str, Any]:
    """Put the words on the row and check them; returns them as columns."""
    scope = scopes(p.path, p.role).filter(path=said.scope).first()
    columns: dict[str, Any] = {
        "title": said.title.strip(), "doc_no": said.doc_no.strip(), "kind": said.kind,
        "effective_on": said.effective_on, "summary": said.summary.strip(),
        "text": said.text.strip(), "is_public": said.is_public,
        "to": [k for k in levels.BELOW.get(p.role, ()) if k in said.to],
        "scope_id": scope.pk if scope else None,
        "scope_path": scope.path if scope else "",
    }  # fmt: skip
    for name, value in columns.items():
        setattr(p, name, value)
    wrong = _wrong(p)
    if scope is None:
        wrong["scope"] = "请选这份文件管到哪里。"
    if wrong:
        raise Invalid(fields=wrong)
    columns["scope"] = columns.pop("scope_id")
    return columns


def _wrong(p: Policy) -> dict[str, str]:
    """What has to be mended, by field."""
    wrong = {}
    if not p.title:
        wrong["title"] = "请写标题。"
    if p.kind not in rules.KINDS:
        wrong["kind"] = "请选种类。"
    if not p.summary:
        wrong["summary"] = "请用两三句话写清讲什么。"
    before = p.previous.effective_on if p.previous else None
    if problem := rules.check_effective(p.effective_on, before):
        wrong["effective_on"] = problem
    for name in ("title", "summary", "text"):
        if found := private_numbers(getattr(p, name)):
            wrong[name] = f"里面有{'、'.join(found)}，请去掉。"
    return wrong


def scopes(path: str, role: str) -> QuerySet[Place]:
    """What a document of this desk may be for: its place, or one below it down to the
    communities."""
    lo, hi = path_range(path)
    deepest = 5 if role == "township_party" else 4
    found = Place.objects.filter(path__gte=lo, path__lt=hi, valid_to=None)
    return found.filter(level__lte=deepest).exclude(kind="virtual").order_by("path")


def drop(*, actor: Actor, policy_id: UUID, now: datetime | None = None) -> Done:
    """A draft that is not published after all."""
    p = policy_of(policy_id)
    own(actor, p, "drop")
    write = Write(set={"drafted": []})
    return act(actor, "policies.drop", policy_id, lambda row: write, now=now)


class ClauseSaid(NamedTuple):
    """A clause as it is written: who is responsible in words, and as a role or a unit
    where there is one."""

    text: str
    title: str = ""
    body: str = ""
    person: str = ""
    role: str = ""
    unit: UUID | None = None


def write_clause(
    *, actor: Actor, policy_id: UUID, said: ClauseSaid, key: str = "",
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Another clause at the end, or the one of `key` anew. Errors: text."""
    p = policy_of(policy_id)
    own(actor, p, "edit")
    rules.FLOW.step(p.state, "edit")
    _check_clause(p, said, key)
    words = {
        "title": said.title.strip(), "text": said.text.strip(),
        "body": said.body.strip(), "person": said.person.strip(), "role": said.role,
        "unit": str(said.unit) if said.unit else "",
    }  # fmt: skip
    if key:
        clauses = [{**c, **words} if c["key"] == key else c for c in p.drafted]
    else:
        clauses = [*p.drafted, {"key": uuid7().hex, "origin": "", **words}]
    return _edit(actor, p, {"drafted": clauses}, now)


def _check_clause(p: Policy, said: ClauseSaid, key: str) -> None:
    if not said.text.strip():
        raise Invalid(fields={"text": "请写这一条的内容。"})
    words = f"{said.title} {said.text} {said.body} {said.person}"
    if found := private_numbers(words):
        raise Invalid(fields={"text": f"里面有{'、'.join(found)}，请去掉。"})
    if key and key not in {c["key"] for c in p.drafted}:
        raise NotFound
    if not key and len(p.drafted) >= rules.MOST_CLAUSES:
        raise Invalid(fields={"text": f"最多 {rules.MOST_CLAUSES} 条。请合并一些。"})
    if said.unit and not Unit.objects.filter(pk=said.unit, valid_to=None).exists():
        raise Invalid(fields={"unit": "没有这个单位。请重新选。"})


def move_clause(
    *, actor: Actor, policy_id: UUID, key: str, event: str,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """One up, down or away."""
    p = policy_of(policy_id)
    own(actor, p, "edit")
    rules.FLOW.step(p.state, "edit")
    known = {c["key"]: c for c in p.drafted}
    if key not in known:
        raise NotFound
    order = rules.moved(list(known), key, event)
    return _edit(actor, p, {"drafted": [known[k] for k in order]}, now)


# --- publishing ---------------------------------------------------------------------------


def addressees(p: Policy) -> list[tuple[Place | None, Unit | None]]:
    """Everybody who has to sign: places of the chosen levels at and below the scope,
    units with their seat or a contact point there."""
    lo, hi = path_range(p.scope_path)
    inside = Place.objects.filter(path__gte=lo, path__lt=hi, valid_to=None)
    wanted = [levels.LEVEL_OF[k] for k in p.to if k in levels.LEVEL_OF]
    places = (
        inside.filter(level__in=wanted).exclude(kind="virtual").exclude(path=p.path)
    )
    found: list[tuple[Place | None, Unit | None]] = [
        (x, None) for x in places.order_by("path")
    ]
    return found + [(None, u) for u in units_in(p) if "unit" in p.to]


def units_in(p: Policy) -> QuerySet[Unit]:
    """Units with their seat or a contact point in the scope."""
    (lo, hi), day = path_range(p.scope_path), today()
    ties = ContactTie.objects.filter(path__gte=lo, path__lt=hi, valid_from__lte=day)
    ties = ties.exclude(valid_to__lte=day)
    seated = Unit.objects.filter(path__gte=lo, path__lt=hi)
    found = seated | Unit.objects.filter(pk__in=ties.values("unit"))
    return found.filter(valid_to=None).order_by("pinyin", "pk")


def publish(*, actor: Actor, policy_id: UUID, now: datetime | None = None) -> Done:
    """It is out: its clauses are fixed, everybody chosen has a receipt and is told once,
    and the version before it holds until the day this one takes effect. Raises Conflict
    without clauses or when the version before is not in force any more."""
    p, at = policy_of(policy_id), now or clock_now()
    own(actor, p, "publish")
    if not p.drafted:
        raise Conflict("还没有条款。请先写上至少一条。")
    if wrong := _wrong(p):
        raise Conflict(f"{next(iter(wrong.values()))}请先改草稿。")
    to = addressees(p)
    if len(to) > rules.MOST:
        raise Conflict(f"要签收的超过 {rules.MOST} 家。请少选一级。")
    clauses = _clauses(p)
    write = Write(
        set={"published_at": at, "drafted": []}, adds=clauses,
        data={"n": len(to), "clauses": len(clauses)},
    )  # fmt: skip
    with transaction.atomic():
        if p.previous:
            _supersede(actor, p.previous, p.effective_on, at)
        done = act(
            actor,
            "policies.publish",
            p.pk,
            lambda row: write,
            version=p.version,
            now=at,
        )
        _carry_links(actor, p, clauses, at)
        receipts = _send(actor, p, to, at)
        send(telling.to_receipt(r, p, done.event_id) for r in receipts)
    return done


def _clauses(p: Policy) -> list[Clause]:
    return [
        Clause(
            policy=p, number=n, title=c["title"], text=c["text"], body=c["body"],
            person=c["person"], role=c["role"],
            unit_id=UUID(c["unit"]) if c["unit"] else None,
        )
        for n, c in enumerate(p.drafted, 1)
    ]  # fmt: skip


def _supersede(actor: Actor, old: Policy, on: date, at: datetime) -> None:
    """The version before holds until `on`; who has not read it need not any more."""
    if old.state != "published":
        raise Conflict("上一版已经废止或有了新版。请看一下最新的情况。")
    write = Write(set={"valid_to": on, "ended_at": at})
    by = consequence_of(actor)
    act(by, "policies.supersede", old.pk, lambda r: write, version=old.version, now=at)
    _release(actor, old, at)


def release_over(now: datetime | None = None) -> int:
    """Documents whose last day is over: nobody has to sign them any more; until then
    they bind, and may be signed. Returns how many documents."""
    at = now or clock_now()
    over = Policy.objects.filter(state="repealed", valid_to__lte=today(at))
    found = list(over.filter(receipts__state="waiting").distinct())
    for p in found:
        with transaction.atomic():
            _release(SYSTEM, p, at)
    return len(found)


def _release(actor: Actor, p: Policy, at: datetime) -> None:
    left = p.receipts.filter(state="waiting").values_list("pk", flat=True)
    if ids := list(left):
        by, write = consequence_of(actor), Write(reason="policy_ended")
        act_many(by, "policy_receipts.release", ids, write, now=at)


def _carry_links(
    actor: Actor, p: Policy, clauses: Sequence[Clause], at: datetime
) -> None:
    """What rested on a clause rests on the same clause of the new version."""
    new = {c["origin"]: made for c, made in zip(p.drafted, clauses, strict=True)}
    links = ClauseLink.objects.filter(
        clause__in=[k for k in new if k], state="linked"
    ).order_by("pk")
    rows = list(links)
    if not rows:
        return
    create_rows(
        consequence_of(actor), "policy_links.link", ClauseLink,
        {
            "id": uuid7s(len(rows)), "state": "linked", "path": p.path,
            "clause_id": [new[str(x.clause_id)].pk for x in rows],
            "kind": [x.kind for x in rows], "code": [x.code for x in rows],
        },
        at=at,
    )  # fmt: skip


def _send(
    actor: Actor,
    p: Policy,
    to: Sequence[tuple[Place | None, Unit | None]],
    at: datetime,
) -> list[PolicyReceipt]:
    """One receipt for each, set-based."""
    if not to:
        return []
    ids = uuid7s(len(to))
    create_rows(
        actor, "policy_receipts.send", PolicyReceipt,
        {
            "id": ids, "policy_id": p.pk, "state": "waiting",
            "name": [(x or u).name for x, u in to],  # type: ignore[union-attr]
            "path": [x.path if x else p.path for x, _ in to],
            "place_id": [x.pk if x else p.place_id for x, _ in to],
            "unit_id": [u.pk if u else None for _, u in to],
        },
        at=at,
    )  # fmt: skip
    return list(PolicyReceipt.objects.filter(pk__in=ids).select_related("place"))


def next_version(
    *, actor: Actor, policy_id: UUID, now: datetime | None = None, client_id: str = ""
) -> Done:
    """A draft of the next version, a copy to be edited. Raises Conflict when there is
    one already."""
    p = policy_of(policy_id)
    own(actor, p, "draft")
    if done := repeated(actor, "policies.draft", client_id):
        return done
    if p.state != "published":
        raise Conflict("只有现行的一版可以修订。请打开现行的一版。")
    kept = ("title", "kind", "scope_id", "scope_path", "summary", "text", "to")
    copy = Policy(
        place=p.place, path=p.path, role=p.role, issuer=p.issuer, line=p.line,
        edition=p.edition + 1, previous=p, is_public=p.is_public,
        effective_on=max(today(now), p.effective_on), drafted=_copied(p),
        **{name: getattr(p, name) for name in kept},
    )  # fmt: skip
    once = ("policy", "已经有一份新版的草稿。请在“草稿”里接着改。")
    with constraint_said(policy_one_draft=once, policy_edition_once=once):
        return create(actor, "policies.draft", copy, now=now, client_id=client_id)


def _copied(p: Policy) -> list[dict[str, str]]:
    return [
        {
            "key": uuid7().hex, "origin": str(c.pk), "title": c.title, "text": c.text,
            "body": c.body, "person": c.person, "role": c.role,
            "unit": str(c.unit_id) if c.unit_id else "",
        }
        for c in p.clauses.order_by("number")
    ]  # fmt: skip


def repeal(
    *, actor: Actor, policy_id: UUID, on: date, reason: str, now: datetime | None = None
) -> Done:
    """It no longer holds from `on`, and why; everybody who has it is told. Errors: on,
    reason."""
    p, at = policy_of(policy_id), now or clock_now()
    own(actor, p, "repeal")
    if p.previous_id and p.effective_on > today(at):
        raise Conflict("这一版还没有生效，上一版仍在执行。请出新版来代替。")
    wrong = {}
    if on < today(at):
        wrong["on"] = "请选今天或以后。"
    if not reason.strip():
        wrong["reason"] = "请写为什么废止，看到文件的人都看得到。"
    elif found := private_numbers(reason):
        wrong["reason"] = f"里面有{'、'.join(found)}，请去掉。"
    if wrong:
        raise Invalid(fields=wrong)
    write = Write(
        set={
            "valid_to": max(on, p.effective_on), "ended_at": at,
            "end_reason": reason.strip(),
        },
        notes=[("unit", reason)],
    )  # fmt: skip
    with transaction.atomic():
        done = act(
            actor, "policies.repeal", p.pk, lambda r: write, version=p.version, now=at
        )
        had = list(p.receipts.exclude(state="released").select_related("place"))
        if max(on, p.effective_on) <= today(at) or p.effective_on > today(at):
            _release(actor, p, at)
        send(telling.ended(r, p, done.event_id, on, reason) for r in had)
    return done


# --- receipts -----------------------------------------------------------------------------


def sign(*, actor: Actor, receipt_id: UUID, now: datetime | None = None) -> Done:
    """Read 已阅: by whom and when. Only the desk or unit itself."""
    r, at = PolicyReceipt.objects.filter(pk=receipt_id).first(), now or clock_now()
    if r is None:
        raise NotFound
    require(actor, "policy_receipts.sign", r)
    mine = actor.unit_id == r.unit_id if r.unit_id else actor.path == r.path
    if not mine:
        raise Forbidden("由收到文件的单位或地方自己签收。")
    write = Write(set={"read_at": at, "read_by": actor.name})
    return act(actor, "policy_receipts.sign", receipt_id, lambda row: write, now=at)


def remind(*, actor: Actor, policy_id: UUID, now: datetime | None = None) -> int:
    """One message to everybody who has not read it, at most once a day; returns to how
    many. Raises Conflict when nobody is left or it was done today."""
    p, at = policy_of(policy_id), now or clock_now()
    own(actor, p, "remind")
    if not rules.may_remind(p.reminded_on, today(at)):
        raise Conflict("今天已经提醒过。请明天再提醒。")
    left = list(p.receipts.filter(state="waiting").select_related("place"))
    if not left:
        raise Conflict("都签收了，不用提醒。")
    write = Write(set={"reminded_on": today(at)}, data={"n": len(left)})
    with transaction.atomic():
        done = act(
            actor, "policies.remind", p.pk, lambda r: write, version=p.version, now=at
        )
        send(telling.to_receipt(r, p, done.event_id, again=True) for r in left)
    return len(left)


def follow_unit(unit_id: UUID, now: datetime | None = None) -> int:
    """A unit ends (domain 8.7): it need not read any more; its successor has receipts of
    its own. Returns how many."""
    left = PolicyReceipt.objects.filter(unit=unit_id, state="waiting")
    if ids := list(left.values_list("pk", flat=True)):
        write = Write(reason="unit_ended")
        act_many(SYSTEM, "policy_receipts.release", ids, write, now=now)
    return len(ids)

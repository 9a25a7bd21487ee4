"""Directives of a higher level: drafted, published to each addressee as a duty, passed
on, reported, looked at, ended (A28, A34). Errors: NotFound outside one's scope,
Forbidden inside it, Conflict for the wrong moment, Invalid with the field."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from baodao.acts.access import path_range, require
from baodao.acts.actor import SYSTEM, Actor, consequence_of
from baodao.acts.bulk import create_rows
from baodao.acts.engine import act, create
from baodao.acts.many import act_many, act_rows
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.ids import uuid7s
from baodao.core.text import private_numbers
from baodao.duties import services as duties
from baodao.notifications.services import send
from baodao.oversight import rules
from baodao.oversight.models import Directive, DirectiveItem
from baodao.oversight.telling import tell, to_issuer, to_item
from baodao.people.models import Unit
from baodao.places.models import Place
from baodao.ui.words import cdate


class Said(NamedTuple):
    """What the issuer says: the columns of the form."""

    title: str
    text: str
    due_on: date
    to: str
    everyone: bool = True
    targets: Collection[UUID] = ()


def directive_of(pk: UUID) -> Directive:
    """Raises NotFound."""
    found = Directive.objects.select_related("place", "parent").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def item_of(pk: UUID) -> DirectiveItem:
    """Raises NotFound."""
    related = ("directive__place", "place", "unit")
    found = DirectiveItem.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


# --- before it is published ---------------------------------------------------------------


def draft(
    *, actor: Actor, said: Said, parent_id: UUID | None = None,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Write it down; nobody is told yet. `parent_id`: the item it passes on. Errors:
    title, text, due_on, to, targets."""
    place = Place.objects.filter(path=actor.path or None, valid_to=None).first()
    if place is None:
        raise NotFound
    parent = item_of(parent_id) if parent_id else None
    if parent:
        _mine(actor, parent)
    d = Directive(
        place=place, path=place.path, role=actor.role, parent=parent,
        issuer=rules.issuer_name(actor.role, place.name), **_columns(said),
    )  # fmt: skip
    require(actor, "directives.draft", d)
    _check(d, today(now))
    return create(actor, "directives.draft", d, now=now, client_id=client_id)


def edit(
    *, actor: Actor, directive_id: UUID, said: Said, now: datetime | None = None
) -> Done:
    """Other words, another deadline or other addressees, before it is published."""
    d = directive_of(directive_id)
    require(actor, "directives.edit", d)
    _issuer(actor, d)
    rules.FLOW.step(d.state, "edit")
    columns = _columns(said)
    for k, v in columns.items():
        setattr(d, k, v)
    _check(d, today(now))
    return act(
        actor, "directives.edit", d.pk, lambda row: Write(set=columns),
        version=d.version, now=now,
    )  # fmt: skip


def _columns(said: Said) -> dict[str, Any]:
    return {
        "title": said.title.strip(), "text": said.text.strip(), "due_on": said.due_on,
        "to": said.to, "everyone": said.everyone,
        "targets": [] if said.everyone else sorted(set(said.targets)),
    }  # fmt: skip


def _check(d: Directive, day: date) -> None:
    wrong = {}
    if not d.title:
        wrong["title"] = "请写标题。"
    if not d.text:
        wrong["text"] = "请写要做什么、做到什么样。"
    if found := private_numbers(f"{d.title} {d.text}"):
        wrong["text"] = f"里面有{'、'.join(found)}，请去掉。"
    if d.to not in rules.BELOW.get(d.role, ()):
        wrong["to"] = "请选发给哪一级。"
    if problem := rules.check_due(d.due_on, day, d.parent.due_on if d.parent else None):
        wrong["due_on"] = problem
    if wrong:
        raise Invalid(fields=wrong)
    known = set(addressees(d).filter(pk__in=d.targets).values_list("pk", flat=True))
    if set(d.targets) - known:
        raise Invalid(fields={"targets": "有的不在您的范围里。请重新选。"})


def addressees(d: Directive) -> QuerySet[Any]:
    """Whom this issuer may address on this level: places or units below."""
    lo, hi = path_range(d.path)
    if d.to == "unit":
        found = Unit.objects.filter(valid_to=None, path__gte=lo, path__lt=hi)
        return found.order_by("pinyin", "pk")
    below = Place.objects.filter(path__gt=lo, path__lt=hi, valid_to=None)
    below = below.filter(level=rules.LEVEL_OF[d.to]).exclude(kind="virtual")
    return below.select_related("parent").order_by("path")


def drop(*, actor: Actor, directive_id: UUID, now: datetime | None = None) -> Done:
    """A draft that is not sent after all."""
    _issuer(actor, directive_of(directive_id))
    return act(actor, "directives.drop", directive_id, now=now)


def publish(*, actor: Actor, directive_id: UUID, now: datetime | None = None) -> Done:
    """Send it: every addressee has an item and a duty until the deadline. Raises
    Conflict without addressees."""
    d, at = directive_of(directive_id), now or clock_now()
    require(actor, "directives.publish", d)
    _issuer(actor, d)
    if problem := rules.check_due(d.due_on, today(at)):
        raise Conflict(f"{problem}请先改草稿。")
    found = addressees(d)
    rows = list(found if d.everyone else found.filter(pk__in=d.targets))
    if not rows or len(rows) > rules.MOST:
        raise Conflict("没有要发给的，或太多了。请先改草稿，选好发给谁。")
    write = Write(set={"published_at": at}, data={"n": len(rows)})
    with transaction.atomic():
        done = act(
            actor, "directives.publish", d.pk, lambda row: write,
            version=d.version, now=at,
        )  # fmt: skip
        items = _send(actor, d, rows, at)
        _owe(actor, d, items, at)
        text = f"{cdate(d.due_on, today(at))}前完成。请先签收。"
        title = f"{d.issuer}的工作要求：{d.title}"
        send(to_item(i, d, done.event_id, title, text) for i in items)
    return done


def _send(
    actor: Actor, d: Directive, rows: Sequence[Any], at: datetime
) -> list[DirectiveItem]:
    """One item for each, set-based."""
    units, ids = d.to == "unit", uuid7s(len(rows))
    create_rows(
        actor, "directive_items.send", DirectiveItem,
        {
            "id": ids, "directive_id": d.pk, "state": "sent", "due_on": d.due_on,
            "name": [r.name for r in rows],
            "path": d.path if units else [r.path for r in rows],
            "place_id": d.place_id if units else [r.pk for r in rows],
            "unit_id": [r.pk for r in rows] if units else None,
        },
        at=at,
    )  # fmt: skip
    return list(DirectiveItem.objects.filter(pk__in=ids))


def _owe(
    actor: Actor, d: Directive, items: Sequence[DirectiveItem], now: datetime | None
) -> None:
    """A duty for each item until its day; more time is another window."""
    windows: dict[str, list[duties.Window]] = {}
    day = today(now)
    for i in items:
        key = i.due_on.isoformat()
        windows[key] = [duties.Window(key, d.title, day, i.due_on)]
    sources = [
        duties.Source(
            i.pk, i.due_on.isoformat(), i.path, i.place_id, unit_id=i.unit_id,
            valid_from=day,
        )
        for i in items
    ]  # fmt: skip
    duties.generate(
        actor=consequence_of(actor), kind=rules.DUTY[d.to], source_kind="directive_item",
        sources=sources, windows=windows, path=d.path, now=now,
    )  # fmt: skip


# --- the addressee ------------------------------------------------------------------------


def _mine(actor: Actor, item: DirectiveItem) -> None:
    """Only the addressee itself, not who sits above or below it."""
    own = actor.unit_id == item.unit_id if item.unit_id else actor.path == item.path
    if not own:
        raise Forbidden("这一件由收到的单位或地方来办。")


def receive(*, actor: Actor, item_id: UUID, now: datetime | None = None) -> Done:
    """Received 签收: the issuer sees by whom and when."""
    item, at = item_of(item_id), now or clock_now()
    require(actor, "directive_items.receive", item)
    _mine(actor, item)
    write = Write(set={"received_at": at, "received_by": actor.name})
    return act(actor, "directive_items.receive", item_id, lambda r: write, now=at)


def report(
    *, actor: Actor, item_id: UUID, text: str, now: datetime | None = None
) -> Done:
    """It is done, and how; the issuer looks at it. Received at the latest with it.
    Errors: text."""
    item, at = item_of(item_id), now or clock_now()
    require(actor, "directive_items.report", item)
    _mine(actor, item)
    if not text.strip():
        raise Invalid(fields={"text": "请写做了什么、结果怎么样。"})
    if found := private_numbers(text):
        raise Invalid(fields={"text": f"里面有{'、'.join(found)}，请去掉。"})
    write = Write(
        set={
            "report": text.strip(), "reported_at": at, "reported_by": actor.person_id,
            "received_at": item.received_at or at,
            "received_by": item.received_by or actor.name, "ask_until": None,
        },
        notes=[("unit", text)],
    )  # fmt: skip
    with transaction.atomic():
        done = act(actor, "directive_items.report", item_id, lambda r: write, now=at)
        duties.fulfil_all(
            actor=consequence_of(actor), source_ids=[item_id], on=today(at),
            by_kind="directive_item", by_id=item_id, now=at,
        )  # fmt: skip
        send([to_issuer(item, done.event_id, "报了完成，请确认", text)])
    return done


def ask_time(
    *, actor: Actor, item_id: UUID, until: date, reason: str,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """More time is needed, and why; the issuer decides. Errors: until, reason."""
    item = item_of(item_id)
    require(actor, "directive_items.ask_time", item)
    _mine(actor, item)
    wrong = {}
    if until <= item.due_on or until <= today(now):
        wrong["until"] = "要比现在的时限晚。"
    if not reason.strip():
        wrong["reason"] = "请写为什么来不及。"
    if wrong:
        raise Invalid(fields=wrong)
    write = Write(
        set={"ask_until": until, "ask_reason": reason.strip()},
        data={"until": until.isoformat()}, notes=[("unit", reason)],
    )  # fmt: skip
    with transaction.atomic():
        done = act(actor, "directive_items.ask_time", item_id, lambda r: write, now=now)
        send([to_issuer(item, done.event_id, "要更多时间", reason)])
    return done


# --- the issuer ---------------------------------------------------------------------------


def _issuer(actor: Actor, d: Directive) -> None:
    """Only the desk that issued it: those above look on."""
    if (actor.role, actor.path) != (d.role, d.path):
        raise Forbidden(f"这一件由{d.issuer}来定。")


def give_time(
    *, actor: Actor, item_id: UUID, reason: str = "", now: datetime | None = None
) -> Done:
    """The deadline is the day that was asked for; the duty goes along."""
    item = item_of(item_id)
    require(actor, "directive_items.give_time", item)
    _issuer(actor, item.directive)
    if item.ask_until is None:
        raise Conflict("没有等您答复的延期。请看一下最新的情况。")
    until = item.ask_until
    write = Write(
        set={"due_on": until, "ask_until": None, "answer": reason.strip()},
        data={"from": item.due_on.isoformat(), "to": until.isoformat()},
        notes=[("unit", reason)] if reason.strip() else [],
    )  # fmt: skip
    with transaction.atomic():
        done = act(
            actor, "directive_items.give_time", item_id, lambda r: write,
            version=item.version, now=now,
        )  # fmt: skip
        _forget(actor, [item_id], "more_time", now)
        item.due_on = until
        _owe(actor, item.directive, [item], now)
        tell(item, done.event_id, f"同意延到{cdate(until, today(now))}", reason)
    return done


def refuse_time(
    *, actor: Actor, item_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """The deadline stays, and why. Errors: reason."""
    item = item_of(item_id)
    require(actor, "directive_items.refuse_time", item)
    _issuer(actor, item.directive)
    if item.ask_until is None:
        raise Conflict("没有等您答复的延期。请看一下最新的情况。")
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么不同意，对方看得到。"})
    write = Write(
        set={"ask_until": None, "answer": reason.strip()}, notes=[("unit", reason)]
    )
    with transaction.atomic():
        done = act(
            actor, "directive_items.refuse_time", item_id, lambda r: write, now=now
        )
        tell(item, done.event_id, "不同意延期", reason)
    return done


def accept(*, actor: Actor, item_id: UUID, now: datetime | None = None) -> Done:
    """It is good: the duty is done. Nobody accepts what they reported."""
    item = item_of(item_id)
    require(actor, "directive_items.accept", item)
    _issuer(actor, item.directive)
    with transaction.atomic():
        done = act(actor, "directive_items.accept", item_id, now=now)
        duties.confirm(actor=actor, by_id=item_id, now=now)
        tell(item, done.event_id, "确认完成了", "")
    return done


def send_back(
    *, actor: Actor, item_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """Not good enough, and what is missing: it is owed again. Errors: reason."""
    item = item_of(item_id)
    require(actor, "directive_items.send_back", item)
    _issuer(actor, item.directive)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写还差什么，对方看得到。"})
    write = Write(
        set={"reported_at": None, "reported_by": None, "answer": reason.strip()},
        notes=[("unit", reason)],
    )
    with transaction.atomic():
        done = act(
            actor, "directive_items.send_back", item_id, lambda r: write, now=now
        )
        duties.refuse(actor=actor, by_id=item_id, reason="sent_back", now=now)
        tell(item, done.event_id, "退回来再办一办", reason)
    return done


def withdraw(
    *, actor: Actor, directive_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """It no longer holds: nobody owes it, nor what was passed on of it. Errors:
    reason."""
    d = directive_of(directive_id)
    require(actor, "directives.withdraw", d)
    _issuer(actor, d)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么撤回，收到的都看得到。"})
    return _end(actor, d, "withdraw", reason, now or clock_now())


def close(
    *, actor: Actor, directive_id: UUID, reason: str = "", now: datetime | None = None
) -> Done:
    """It is over. What is not accepted yet need not be done any longer, with a reason.
    Errors: reason."""
    d = directive_of(directive_id)
    require(actor, "directives.close", d)
    _issuer(actor, d)
    left = d.items.filter(state__in=rules.UNSETTLED).count()
    if left and not reason.strip():
        raise Invalid(fields={"reason": f"还有{left}家没有完成。请写为什么现在结束。"})
    return _end(actor, d, "close", reason, now or clock_now())


def _end(actor: Actor, d: Directive, event: str, reason: str, at: datetime) -> Done:
    write = Write(
        set={"ended_at": at}, notes=[("unit", reason)] if reason.strip() else []
    )
    with transaction.atomic():
        done = act(actor, f"directives.{event}", d.pk, lambda row: write, now=at)
        _release(actor, d, done.event_id, reason, at)
    return done


def _release(
    actor: Actor, d: Directive, event_id: UUID, reason: str, at: datetime
) -> None:
    """Its open items need not be done, nor what was passed on of them."""
    left = list(d.items.filter(state__in=rules.UNSETTLED))
    ids = [i.pk for i in left]
    by = consequence_of(actor)
    act_many(by, "directive_items.release", ids, Write(reason="ended"), now=at)
    waiting = [i.pk for i in left if i.state == "reported"]
    for pk in waiting:
        duties.refuse(actor=by, by_id=pk, reason="ended", now=at)
    _forget(actor, ids, "directive_ended", at)
    send(to_item(i, d, event_id, f"不用办了：{d.title}", reason) for i in left)
    for child in Directive.objects.filter(parent__in=ids, state="published"):
        ended = Write(set={"ended_at": at}, reason="parent_ended")
        act(by, "directives.withdraw", child.pk, lambda r, w=ended: w, now=at)  # type: ignore[misc]
        _release(actor, child, event_id, reason, at)


def _forget(
    actor: Actor, ids: Sequence[UUID], reason: str, now: datetime | None
) -> None:
    duties.cancel_all(
        actor=consequence_of(actor), source_ids=ids, since=date.min, reason=reason,
        now=now,
    )  # fmt: skip


def follow_unit(unit_id: UUID, now: datetime | None = None) -> int:
    """A unit ends (domain 8.7): what it was asked to do is its successor's, where that
    has no item of the same directive; without one nobody owes it any longer. Called in
    the transaction that ends the unit; returns how many."""
    unit = Unit.objects.select_related("successor").get(pk=unit_id)
    mine = list(DirectiveItem.objects.filter(unit=unit, state__in=rules.UNSETTLED))
    to = unit.successor
    held = DirectiveItem.objects.filter(unit=to).values_list("directive_id", flat=True)
    there = set(held) if to else set()
    over = [i.pk for i in mine if to and i.directive_id not in there]
    if to:
        write = Write(set={"unit": to.pk, "name": to.name})
        writes: Mapping[UUID, Write] = dict.fromkeys(over, write)
        act_rows(SYSTEM, "directive_items.follow_unit", writes, now=now)
        for pk in over:
            duties.hand_over(
                actor=SYSTEM, source_id=pk, member_id=None, unit_id=to.pk,
                since=date.min, now=now,
            )  # fmt: skip
    rest = [i.pk for i in mine if i.pk not in set(over)]
    if rest:
        act_many(
            SYSTEM, "directive_items.release", rest, Write(reason="unit_ended"), now=now
        )
        _forget(SYSTEM, rest, "unit_ended", now)
    return len(mine)

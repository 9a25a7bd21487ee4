"""Documents in the demo: the notice in two versions, the plan, one that waits to be read,
one that is repealed, one of a township, and a draft (A04, L03)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.writing import Write
from baodao.core.clock import at_local, local
from baodao.core.ids import uuid7
from baodao.oversight.models import Clause, ClauseLink, Policy, PolicyReceipt
from baodao.oversight.rules import issuer_name
from baodao.people.models import Unit
from baodao.places.models import Place
from baodao.portal.demo.policy_texts import (
    DRAFT,
    NOTICE,
    NOTICE_OLD,
    OLD_RULE,
    PLAN,
    STREET,
    WINTER,
    Text,
)
from baodao.portal.demo.world import World

DAY = timedelta(days=1)
_DESK = {3: "county_org", 4: "township_party", 5: "community_secretary"}
_LEVEL = {"county": 3, "township": 4, "community": 5}
ALL = ("county", "township", "community", "unit")


@dataclass
class Office:
    """The desk that issues; `word`: what stands before its numbers."""

    w: World
    rng: random.Random
    actor: Actor
    place: Place
    word: str


def build(w: World) -> int:
    """All of it; returns how many receipts."""
    top = w.places[w.preset.root]
    role = "prefecture_org" if top.level == 2 else "county_org"
    o = _office(w, role, top)
    day = local(w.now).date()
    # What holds for long is read by nearly all; the newest waits.
    first, later = w.since.date() + 5 * DAY, day - 45 * DAY
    old = _issue(o, NOTICE_OLD, first, ALL, read=1.0)
    n = _replaced(o, old, NOTICE, later, ALL, read=0.94)
    desk = o
    if top.level == 2:
        main = w.above(w.places[w.preset.main], 3)
        if w.staff["county_org", main.path]:
            desk = _office(w, "county_org", main)
    n += _count(w, _issue(desk, PLAN, day - 210 * DAY, ALL, read=1.0))
    n += _count(w, _issue(desk, WINTER, day + 4 * DAY, ("community",), read=0.4))
    gone = _issue(desk, OLD_RULE, w.since.date() + 9 * DAY, ("community",), read=1.0)
    _repeal(desk, gone, day - 120 * DAY)
    _draft(desk, DRAFT, day + 30 * DAY, ("community", "unit"), w.now - 2 * DAY)
    street = w.above(w.places[w.preset.main], 4)
    if w.staff["township_party", street.path]:
        town = _office(w, "township_party", street)
        n += _count(w, _issue(town, STREET, day - 80 * DAY, ("community",), read=1.0))
    return n


def _office(w: World, role: str, place: Place) -> Office:
    word = {2: place.name[:1], 3: place.name[:1]}.get(place.level, place.name)
    rng = w.rng(f"policies:{place.code}")
    return Office(w, rng, w.staff[role, place.path][0], place, word)


def _count(w: World, p: Policy) -> int:
    rows = w.batch.rows.get(PolicyReceipt, [])
    return sum(r.policy_id == p.pk for r in rows)  # type: ignore[attr-defined]


def _draft(
    o: Office, t: Text, effective_on: date, to: Sequence[str], at: datetime,
    before: Policy | None = None,
) -> Policy:  # fmt: skip
    pk = uuid7()
    below = ALL[ALL.index("county") + (o.place.level - 2) :]
    clauses = [
        {"key": uuid7().hex, "origin": "", "title": title, "text": text, "body": body,
         "person": person, "role": role, "unit": ""}
        for title, text, body, person, role in t.clauses
    ]  # fmt: skip
    p = Policy(
        id=pk, line=before.line if before else pk, previous=before,
        edition=before.edition + 1 if before else 1, title=t.title, kind=t.kind,
        doc_no=t.no.format(o.word), summary=t.summary, text=t.text, drafted=clauses,
        place=o.place, path=o.place.path, scope=o.place, scope_path=o.place.path,
        role=o.actor.role, issuer=issuer_name(o.actor.role, o.place.name),
        effective_on=effective_on, to=[k for k in below if k in to],
        is_public=t.is_public,
    )  # fmt: skip
    o.w.create("policies.draft", p, actor=o.actor, at=at)
    return p


def _issue(
    o: Office, t: Text, effective_on: date, to: Sequence[str], *, read: float,
    before: Policy | None = None,
) -> Policy:  # fmt: skip
    """Published a week before it takes effect; `read`: the share that has signed."""
    at = max(at_local(effective_on - 7 * DAY, time(10)), o.w.since)
    p = _draft(o, t, effective_on, to, at, before)
    clauses = [
        Clause(
            policy=p, number=k, title=c["title"], text=c["text"], body=c["body"],
            person=c["person"], role=c["role"],
        )
        for k, c in enumerate(p.drafted, 1)
    ]  # fmt: skip
    out = at + timedelta(hours=5)
    write = Write(set={"published_at": out, "drafted": []}, adds=clauses)
    o.w.act("policies.publish", p, write, actor=o.actor, at=out)
    for number, kind, code in t.links:
        link = ClauseLink(clause=clauses[number - 1], kind=kind, code=code, path=p.path)
        o.w.create("policy_links.link", link, actor=o.actor, at=out)
    _receipts(o, p, out, read)
    return p


def _receipts(o: Office, p: Policy, at: datetime, share: float) -> None:
    """One for everybody; nearly all read it within a week."""
    w = o.w
    for name, place, unit, by in _everybody(o, p):
        r = PolicyReceipt(policy=p, name=name, place=place, path=place.path, unit=unit)
        w.create("policy_receipts.send", r, actor=o.actor, at=at)
        read_at = at + timedelta(hours=o.rng.randrange(2, 150))
        mine = (
            unit.short_name == w.preset.demo_unit
            if unit
            else place.code == w.preset.main
        )
        waits = share < 1 and (mine or o.rng.random() > share)
        if waits or read_at >= w.now:
            continue
        write = Write(set={"read_at": read_at, "read_by": by.name})
        w.act("policy_receipts.sign", r, write, actor=by, at=read_at)


def _everybody(o: Office, p: Policy) -> list[tuple[str, Place, Unit | None, Actor]]:
    """(name, place, unit, who signs) of all that have somebody."""
    w, found = o.w, list[tuple[str, Place, Unit | None, Actor]]()
    levels = {_LEVEL[k] for k in p.to if k in _LEVEL}
    for x in w.places.values():
        if x.level not in levels or x.kind == "virtual" or x.path == p.path:
            continue
        desk = w.staff.get((_DESK[x.level], x.path))
        if desk and x.path.startswith(p.path):
            found.append((x.name, x, None, desk[0]))
    if "unit" in p.to:
        found += [
            (u.name, o.place, u, w.unit_actor[u.id])
            for u in w.units
            if u.id in w.unit_actor and u.path.startswith(p.path)
        ]
    return found


def _replaced(
    o: Office, old: Policy, t: Text, on: date, to: Sequence[str], *, read: float
) -> int:
    """The next version takes over on its day."""
    at = at_local(on - 7 * DAY, time(15))
    write = Write(set={"valid_to": on, "ended_at": at})
    o.w.act("policies.supersede", old, write, actor=SYSTEM, at=at)
    return _count(o.w, _issue(o, t, on, to, read=read, before=old))


def _repeal(o: Office, p: Policy, on: date) -> None:
    reason = "报到改在系统里登记，不用再填纸质表。"
    at = at_local(on, time(11))
    write = Write(
        set={"valid_to": on, "ended_at": at, "end_reason": reason},
        notes=[("unit", reason)],
    )
    o.w.act("policies.repeal", p, write, actor=o.actor, at=at)

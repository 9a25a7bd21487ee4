"""Documents read back: what somebody issued, what is in force for somebody, receipts,
and what rests on a clause. A document stands above its readers in the tree, so that who
may read one is asked of its scope."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from baodao.acts.access import can, path_range, visible
from baodao.acts.actor import Actor
from baodao.acts.timeline import events_of
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.oversight.models import (
    Clause,
    ClauseLink,
    Directive,
    Policy,
    PolicyReceipt,
)
from baodao.oversight.policies import rules
from baodao.people.models import ContactTie, Member, Unit
from baodao.people.roles import ROLES
from baodao.places import basis as registry
from baodao.places.basis import Basis
from baodao.places.settings import ancestors
from baodao.ui.shapes import Entry

TABS = {
    "sign": "要签收的",
    "now": "现行的",
    "draft": "草稿",
    "past": "以前的",
}


@dataclass(frozen=True)
class Wanted:
    """What the address of a list says; `path`: issued at or below a place."""

    text: str = ""
    path: str = ""
    kind: str = ""
    year: str = ""
    figure: str = ""


@dataclass(frozen=True)
class Card:
    """A document with what it is worth today, the reader's own receipt, and for its
    issuer the numbers."""

    it: Policy
    standing: tuple[str, str, str]
    receipt: PolicyReceipt | None = None
    n: dict[str, int] | None = None


def is_own(actor: Actor, p: Policy | Directive) -> bool:
    """Whether it is this desk that issued it."""
    return (actor.role, actor.path) == (p.role, p.path)


def places_of(actor: Actor) -> list[str]:
    """The paths at which somebody is: a desk's own; a unit's seat and contact points;
    of a member those of the unit and where the member has reported in."""
    if actor.path is not None:
        return [actor.path]
    found: set[str | None] = set()
    if actor.unit_id:
        found |= set(
            Unit.objects.filter(pk=actor.unit_id).values_list("path", flat=True)
        )
        day = today()
        ties = ContactTie.objects.filter(unit=actor.unit_id, valid_from__lte=day)
        ties = ties.filter(Q(valid_to=None) | Q(valid_to__gt=day))
        found |= set(ties.values_list("path", flat=True))
    if actor.member_id:
        member = Member.objects.filter(pk=actor.member_id)
        for row in member.values_list("residence_path", "point_path"):
            found |= set(row)
    return sorted(p for p in found if p)


def readable(actor: Actor) -> QuerySet[Policy]:
    """What somebody may read: published documents that are for where they are or came
    to them, whatever was issued at or below their place; drafts only their issuer."""
    if not can(actor, "policies.read"):
        return Policy.objects.none()
    above = {a for path in places_of(actor) for a in ancestors(path)}
    to_me = Q(scope_path__in=above)
    if actor.unit_id and actor.path is None:
        mine = PolicyReceipt.objects.filter(unit=actor.unit_id).values("policy")
        to_me |= Q(pk__in=mine)
    looked_on = visible(Policy.objects.all(), actor, "policies.view").values("pk")
    found = Policy.objects.filter(state__in=rules.ISSUED).filter(
        to_me | Q(pk__in=looked_on)
    )
    if can(actor, "policies.draft"):
        own = Policy.objects.filter(path=actor.path or "", role=actor.role)
        found = found | own.exclude(state__in=rules.ISSUED)
    return found.select_related("place", "scope")


def narrowed(found: QuerySet[Policy], wanted: Wanted) -> QuerySet[Policy]:
    """By words, kind, issuer's place and year of taking effect."""
    if text := wanted.text.strip():
        found = found.filter(
            Q(title__icontains=text)
            | Q(doc_no__icontains=text)
            | Q(issuer__icontains=text)
            | Q(summary__icontains=text)
        )
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.path:
        lo, hi = path_range(wanted.path)
        found = found.filter(path__gte=lo, path__lt=hi)
    if wanted.year:
        found = found.filter(effective_on__year=int(wanted.year))
    return found


def _ahead(day: date) -> Q:
    """Published and not over on a day: in force, or to be."""
    open_end = Q(valid_to=None)
    later = Q(valid_to__gt=day) & Q(valid_to__gt=F("effective_on"))
    return Q(state__in=rules.ISSUED) & (open_end | later)


def in_tab(found: QuerySet[Policy], tab: str, actor: Actor) -> QuerySet[Policy]:
    """The newest first."""
    if tab == "sign":
        waiting = my_receipts(actor).filter(state="waiting").values("policy")
        found = found.filter(pk__in=waiting)
    elif tab == "now":
        found = found.filter(_ahead(today()))
    elif tab == "draft":
        found = found.filter(state="draft")
    else:
        ended = Q(valid_to__lte=today()) | Q(valid_to__lte=F("effective_on"))
        over = Q(state__in=rules.ISSUED) & ended
        found = found.filter(over | Q(state="dropped"))
    return found.order_by("-effective_on", "-created_at", "pk")


def tabs_of(actor: Actor) -> list[str]:
    """Which tabs somebody has."""
    signs, issues = can(actor, "policy_receipts.sign"), can(actor, "policies.draft")
    return [
        t for t in TABS if (t != "sign" or signs) and (t != "draft" or issues)
    ]  # fmt: skip


def my_receipts(actor: Actor) -> QuerySet[PolicyReceipt]:
    """What this desk or unit itself has to sign, or has signed."""
    found = visible(PolicyReceipt.objects.all(), actor, "policy_receipts.sign")
    if actor.path is None:
        return found.filter(unit=actor.unit_id)
    return found.filter(path=actor.path, unit=None)


def my_receipt(actor: Actor, p: Policy) -> PolicyReceipt | None:
    """The receipt of this desk or unit for one document."""
    if not can(actor, "policy_receipts.sign"):
        return None
    return my_receipts(actor).filter(policy=p).exclude(state="released").first()


def cards(rows: Iterable[Policy], actor: Actor) -> list[Card]:
    """With receipts and numbers, in two queries."""
    found, day = list(rows), today()
    mine: dict[UUID, PolicyReceipt] = {}
    if can(actor, "policy_receipts.sign"):
        for r in my_receipts(actor).filter(policy__in=found):
            mine[r.policy_id] = r
    sums = _sums(p.pk for p in found if can(actor, "policies.view", p))
    return [Card(p, standing(p, day), mine.get(p.pk), sums.get(p.pk)) for p in found]


def _sums(ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """The numbers of each, counted by the database in one query."""
    states: dict[UUID, dict[str, int]] = {pk: {} for pk in ids}
    of = PolicyReceipt.objects.filter(policy__in=list(states)).order_by()
    counted = of.values_list("policy_id", "state").annotate(n=Count("pk"))
    for pk, state, n in counted:
        states[pk][state] = n
    return {pk: rules.sums(n) for pk, n in states.items()}


def standing(p: Policy, day: date) -> tuple[str, str, str]:
    return rules.standing(p.state, p.effective_on, p.valid_to, day)


def policy(actor: Actor, pk: UUID) -> Policy:
    """One that somebody may read. Raises NotFound."""
    found = readable(actor).filter(pk=pk).select_related("previous", "place", "scope")
    row = found.first()
    if row is None:
        raise NotFound
    return row


def events(p: Policy, actor: Actor) -> list[str]:
    """What this desk may do with it now."""
    if not is_own(actor, p):
        return []
    found = [e for e in rules.FLOW.events(p.state) if can(actor, f"policies.{e}", p)]
    if not rules.may_remind(p.reminded_on, today()):
        found = [e for e in found if e != "remind"]
    return found


def versions(p: Policy, actor: Actor) -> list[Card]:
    """All versions that one may read, the newest first."""
    rows = readable(actor).filter(line=p.line).exclude(state="dropped")
    day = today()
    return [Card(v, standing(v, day)) for v in rows.order_by("-edition")]


# --- clauses ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A clause as it is shown: `mine`: the reader is who is responsible; `key` while it
    is a draft; `rests`: what rests on it, (link, kind, title)."""

    number: int
    title: str
    text: str
    body: str
    person: str
    mine: bool
    key: str = ""
    pk: UUID | None = None
    rests: tuple[tuple[UUID, str, str], ...] = ()

    @property
    def ordinal(self) -> str:
        return rules.ordinal(self.number)


def lines(p: Policy, actor: Actor | None = None) -> list[Line]:
    """Its clauses in order, from the draft or the rows."""
    if p.state not in rules.ISSUED:
        return [
            Line(n, c["title"], c["text"], c["body"], c["person"], False, c["key"])
            for n, c in enumerate(p.drafted, 1)
        ]
    links: dict[UUID, list[tuple[UUID, str, str]]] = {}
    found = ClauseLink.objects.filter(clause__policy=p, state="linked")
    for link in found.order_by("kind", "code"):
        known = registry.KINDS.get(link.kind)
        title = known.names().get(link.code, link.code) if known else link.code
        kind = known.title if known else link.kind
        links.setdefault(link.clause_id, []).append((link.pk, kind, title))
    return [
        Line(
            c.number, c.title, c.text, c.body, c.person, _is_mine(c, actor), pk=c.pk,
            rests=tuple(links.get(c.pk, ())),
        )
        for c in p.clauses.order_by("number")
    ]  # fmt: skip


def _is_mine(c: Clause, actor: Actor | None) -> bool:
    if actor is None:
        return False
    by_unit = c.unit_id is not None and c.unit_id == actor.unit_id
    return bool(by_unit or (c.role and c.role == actor.role))


def role_choices() -> list[tuple[str, str]]:
    """Roles that a clause may name as responsible."""
    return [(k, r.title) for k, r in ROLES.items() if r.desk != "admin"]


def linkable() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(kind, title, [(code, title)]): what may rest on a clause."""
    return [
        (kind, known.title, sorted(known.names().items(), key=lambda n: n[1]))
        for kind, known in registry.KINDS.items()
    ]


def basis(kind: str, codes: Collection[str], path: str) -> dict[str, list[Basis]]:
    """What rests on clauses that are in force for a place (`places.basis`)."""
    day = today()
    links = ClauseLink.objects.filter(
        state="linked", kind=kind, code__in=list(codes),
        clause__policy__scope_path__in=ancestors(path),
        clause__policy__effective_on__lte=day,
    )  # fmt: skip
    links = links.filter(
        Q(clause__policy__valid_to=None) | Q(clause__policy__valid_to__gt=day),
        clause__policy__state__in=rules.ISSUED,
    )
    found: dict[str, list[Basis]] = {}
    order = ("-clause__policy__scope_path", "clause__policy_id", "clause__number")
    for link in links.select_related("clause__policy").order_by(*order):
        p = link.clause.policy
        url = f"{reverse('policies:detail', args=[p.pk])}#c{link.clause.number}"
        words = f"《{p.title.strip('《》')}》{link.clause.ordinal}"
        found.setdefault(link.code, []).append(Basis(words, url))
    return found


# --- receipts -----------------------------------------------------------------------------


def receipts(p: Policy, wanted: Wanted) -> QuerySet[PolicyReceipt]:
    """Who has it, by the figure that was opened and by name; who has not read it
    first."""
    found = p.receipts.all()
    if wanted.figure in rules.RECEIPT_STATES:
        found = found.filter(state=wanted.figure)
    if text := wanted.text.strip():
        found = found.filter(
            Q(name__icontains=text) | Q(place__parent__name__icontains=text)
        )
    return found.select_related("place__parent").order_by(
        "-state", "path", "name", "pk"
    )


def numbers(p: Policy) -> dict[str, int]:
    return _sums([p.pk])[p.pk]


# --- the public ---------------------------------------------------------------------------


def public(path: str) -> QuerySet[Policy]:
    """What is marked public and holds, or will: for a place, and for what lies below
    it."""
    found = Policy.objects.filter(_ahead(today()), is_public=True)
    lo, hi = path_range(path)
    below = Q(scope_path__gte=lo, scope_path__lt=hi)
    found = found.filter(below | Q(scope_path__in=ancestors(path)))
    return found.select_related("scope").order_by("-effective_on", "pk")


def public_one(pk: UUID) -> Policy:
    """A published document that everybody may read, in force or not any more. Raises
    NotFound."""
    rows = Policy.objects.filter(pk=pk, is_public=True, state__in=rules.ISSUED)
    found = rows.select_related("scope").first()
    if found is None:
        raise NotFound
    return found


_TITLES = {
    "draft": "起草", "edit": "修改", "publish": "发布", "drop": "不发了",
    "supersede": "由新版代替", "repeal": "废止", "remind": "提醒没签收的",
    "attach": "存了原件", "open_file": "打开了原件", "follow_place": "随区划调整",
}  # fmt: skip
# What happens again and again is counted elsewhere and would hide what matters.
_QUIET = ("edit", "open_file")


def story(p: Policy, expected: str = "") -> list[Entry]:
    """What happened to it, newest first."""
    found: list[Any] = [
        (e, e.action.split(".", 1)[1]) for e in reversed(events_of(p.pk))
    ]
    entries = [
        Entry(
            _TITLES.get(name, name), at=e.at, who=e.actor_name,
            quote="；".join(n.text for n in e.notes.all()),
        )
        for e, name in found
        if name not in _QUIET
    ]  # fmt: skip
    if expected:
        entries.insert(0, Entry(expected, icon="send", tone="go", now=True))
    return entries


def issued(actor: Actor, pk: UUID) -> Policy:
    """One whose receipts somebody may look at. Raises NotFound."""
    p = policy(actor, pk)
    if not can(actor, "policies.view", p):
        raise NotFound
    return p

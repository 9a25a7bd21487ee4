"""Deductions and appeals read back under one's own access: lists, one with its whole
story, what is open about a card."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from baodao.acts.access import can, path_range, visible
from baodao.acts.actor import Actor
from baodao.acts.grants import COMMUNITY, TOWN
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.core.clock import now as clock_now
from baodao.core.errors import NotFound
from baodao.records.models import Record
from baodao.records.sources import Source, source_of, sources_of
from baodao.scoring import rules_appeals, rules_deductions
from baodao.scoring.models import Appeal, Deduction
from baodao.scoring.queries_evaluation import TITLES
from baodao.scoring.services.appealing import due_end, second_end
from baodao.scoring.services.appealing_parts import instead_of, took_part
from baodao.scoring.services.deducting import answer_end, decide_end
from baodao.ui import words
from baodao.ui.clock import Clock, clock
from baodao.ui.shapes import Entry

RELATED = ("rule", "place__parent", "member__person", "member__unit", "unit")
TABS = {
    "decide": ("待决定", Q(state__in=rules_deductions.OPEN)),
    "answer": ("等说明", Q(state__in=rules_deductions.OPEN)),
    "appeal": ("申诉中", Q(state="suspended")),
    "posted": ("扣了的", Q(state="posted")),
    "over": ("没有扣的", Q(state__in=("dropped", "reversed"))),
}
MINE = {
    "open": ("待定的", Q(state__in=rules_deductions.OBJECTED)),
    "over": ("定了的", ~Q(state__in=rules_deductions.OBJECTED)),
}
APPEAL_TABS = {
    "open": ("在办的", Q(settled_at=None)),
    "over": ("终结的", Q(settled_at__isnull=False)),
}


@dataclass(frozen=True)
class Wanted:
    """The filters of a list."""

    text: str = ""
    path: str = ""
    code: str = ""
    subject: str = ""
    month: str = ""


# --- deductions -----------------------------------------------------------------------------


def deductions(actor: Actor, wanted: Wanted) -> QuerySet[Deduction]:
    """Of all tabs, what this actor may know of."""
    found = deductions_seen(actor, Deduction.objects.all())
    if wanted.path:
        lo, hi = path_range(wanted.path)
        found = found.filter(path__gte=lo, path__lt=hi)
    if wanted.code:
        found = found.filter(rule__code=wanted.code)
    if wanted.subject:
        found = found.filter(subject=wanted.subject)
    if wanted.month:
        year, month = wanted.month.split("-")
        found = found.filter(occurred_on__year=year, occurred_on__month=month)
    for part in wanted.text.split():
        found = found.filter(
            Q(words__icontains=part)
            | Q(member__person__name__icontains=part)
            | Q(unit__name__icontains=part)
            | Q(unit__short_name__icontains=part)
        )
    return found.select_related(*RELATED)


def deductions_seen(actor: Actor, rows: QuerySet[Deduction]) -> QuerySet[Deduction]:
    """Above the community entries are seen on appeal only (domain 9.5); the township
    sees besides what it has to decide or gave away, and what a community is late with,
    the county what it was given to decide."""
    found = visible(rows, actor, "deductions.view")
    if actor.path is None or actor.role in COMMUNITY:
        return found
    heard = appeals_seen(actor).filter(kind="deduction")
    seen = Q(pk__in=heard.values("object_id"))
    if actor.role in TOWN:
        late = Q(late_at__isnull=False, state__in=rules_deductions.OPEN)
        seen |= Q(desk__in=("township", "county")) | late
    if actor.role == rules_deductions.DECIDER["county"]:
        seen |= Q(desk="county")
    return found.filter(seen)


def appeals_seen(actor: Actor) -> QuerySet[Appeal]:
    """The prefecture sees one only that the county is late with: it is told of those."""
    found = visible(Appeal.objects.all(), actor, "appeals.view")
    if actor.role == "prefecture_org":
        return found.filter(state="second_review", late_at__isnull=False)
    return found


def _ripe(at: datetime) -> Q:
    return Q(said_all=True) | Q(answer_until__lt=at)


def in_tab(
    found: QuerySet[Deduction], tab: str, at: datetime | None = None
) -> QuerySet[Deduction]:
    """What is due first stands first; what is over, the newest."""
    at = at or clock_now()
    rows = found.filter(TABS[tab][1])
    if tab == "decide":
        return rows.filter(_ripe(at)).order_by("decide_until", "pk")
    if tab == "answer":
        return rows.exclude(_ripe(at)).order_by("answer_until", "pk")
    return rows.order_by("-decided_at", "pk")


def tab_counts(found: QuerySet[Deduction]) -> dict[str, int]:
    at = clock_now()
    asked = {
        t: Count("pk", filter=q & (_ripe(at) if t == "decide" else ~_ripe(at) if t == "answer" else Q()))
        for t, (_, q) in TABS.items()
    }  # fmt: skip
    counted: dict[str, int] = found.order_by().aggregate(**asked)
    return counted


def mine(actor: Actor, tab: str) -> QuerySet[Deduction]:
    """A member's, or a unit's own."""
    found = visible(Deduction.objects.all(), actor, "deductions.view")
    rows = found.filter(MINE[tab][1]).select_related(*RELATED)
    return rows.order_by("-proposed_at", "pk")


def to_answer(actor: Actor, at: datetime) -> list[Deduction]:
    """What a member may still say something about, for the day's page."""
    found = mine(actor, "open").filter(state="proposed").order_by("answer_until")
    fit = (d for d in found if at <= d.answer_until or at <= answer_end(d, at))
    return list(islice(fit, 3))


def deduction(actor: Actor, pk: UUID) -> Deduction:
    """One of them. Raises NotFound."""
    found = deductions_seen(actor, Deduction.objects.filter(pk=pk))
    row = found.select_related(*RELATED).first()
    if row is None:
        raise NotFound
    return row


class Ends(NamedTuple):
    """Until when there is something to say, and to decide."""

    answer: datetime
    decide: datetime


def ends_of(d: Deduction, at: datetime) -> Ends:
    """With the pauses since that was told; lists go by what was told."""
    if not d.open:
        return Ends(d.answer_until, d.decide_until)
    return Ends(answer_end(d, at), decide_end(d, at))


def events(
    d: Deduction, actor: Actor, at: datetime | None = None, ends: Ends | None = None
) -> list[str]:
    """What this person may do now."""
    at = at or clock_now()
    left, end = set(), (ends or ends_of(d, at)).answer
    if d.open and at > end:
        left.add("answer")
    if d.desk != rules_deductions.desk_of(actor.role):
        left |= {"decide_post", "drop", "hand_up", "reverse"}
    if not rules_deductions.may_post(d.state, end, d.said_all, at):
        left.add("decide_post")
    if d.desk not in rules_deductions.ABOVE:
        left.add("hand_up")
    if d.state == "suspended":
        left.add("reverse")
    return [
        e
        for e in rules_deductions.FLOW.events(d.state)
        if e not in left and can(actor, f"deductions.{e}", d)
    ]


def clock_of(d: Deduction, at: datetime, ends: Ends | None = None) -> Clock | None:
    """Whose turn it is and until when."""
    if not d.open:
        return None
    answer, decide = ends or Ends(d.answer_until, d.decide_until)
    if not d.said_all and at <= answer:
        return clock(at, d.proposed_at, answer, whose="本人：说明")
    whose = f"{rules_deductions.DESKS[d.desk]}：决定"
    return clock(at, min(answer, at), decide, whose=whose)


def cost(d: Deduction) -> str:
    """−3, or that it is a reminder only."""
    if d.warning:
        return "只提醒"
    return words.points(-d.tenths)


def source(d: Deduction, actor: Actor) -> Source | None:
    """Where the fact is recorded, for everybody who may read the deduction: also whom
    it is about (domain 9.6.1)."""
    if d.false_id:
        record = Record.objects.filter(pk=d.false_id).first()
        return sources_of(actor, [record])[record.pk] if record else None
    if d.source_kind == "acts.event":
        return source_of(actor, "orders.order", UUID(d.evidence))
    return source_of(actor, d.source_kind, d.source_id)


def appeal_against(object_id: UUID) -> Appeal | None:
    return Appeal.objects.filter(object_id=object_id).order_by("-filed_at").first()


# --- appeals ----------------------------------------------------------------------------------


def appeals(actor: Actor, wanted: Wanted) -> QuerySet[Appeal]:
    found = appeals_seen(actor)
    if wanted.path:
        lo, hi = path_range(wanted.path)
        found = found.filter(path__gte=lo, path__lt=hi)
    for part in wanted.text.split():
        found = found.filter(
            Q(title__icontains=part)
            | Q(member__person__name__icontains=part)
            | Q(unit__name__icontains=part)
            | Q(unit__short_name__icontains=part)
        )
    return found.select_related(
        "place__parent", "member__person", "member__unit", "unit"
    )


def appeals_in(found: QuerySet[Appeal], tab: str) -> QuerySet[Appeal]:
    order = ("due_at", "pk") if tab == "open" else ("-settled_at", "pk")
    return found.filter(APPEAL_TABS[tab][1]).order_by(*order)


def appeal_counts(found: QuerySet[Appeal]) -> dict[str, int]:
    asked = {t: Count("pk", filter=q) for t, (_, q) in APPEAL_TABS.items()}
    counted: dict[str, int] = found.order_by().aggregate(**asked)
    return counted


def appeal(actor: Actor, pk: UUID) -> Appeal:
    row = appeals(actor, Wanted()).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def appeal_events(a: Appeal, actor: Actor, at: datetime | None = None) -> list[str]:
    """What this person may do now; the second way is open for its days only."""
    at = at or clock_now()
    left, end = set(), a.second_until
    if end and at > end and not a.settled_at:
        end = second_end(a, at)
    if a.settled_at or not rules_appeals.second_open(a.state, end, at):
        left.add("second")
    if a.state == "partly" and end and at <= end:
        left.add("execute")
    if a.state in rules_appeals.FIRST and instead_of(a, actor) != []:
        left.add("pass_up")  # somebody there may hear it
    return [
        e
        for e in rules_appeals.FLOW.events(a.state)
        if e not in left
        and can(actor, f"appeals.{e}", a)
        and not (e in rules_appeals.HEARS and took_part(a, actor))
    ]


def appeal_clock(a: Appeal, at: datetime, *, exact: bool = False) -> Clock | None:
    """Whose turn it is and until when. `exact`: with the pauses since that was told."""
    due = due_end(a, at) if exact else a.due_at
    if a.settled_at or due is None:
        return None
    whose = {
        "filed": "乡镇（街道）：受理", "reviewing": "乡镇（街道）：复核",
        "second_review": "县（区）：复核", "upheld": "社区：执行", "partly": "社区：执行",
    }.get(a.state, "本人：可以申请二审")  # fmt: skip
    return clock(at, a.clock_from, due, whose=whose)


# --- the story ----------------------------------------------------------------------------------

WORDS: Mapping[str, tuple[str, str]] = {
    "deductions.propose": ("提出扣分", "edit"),
    "deductions.answer": ("说明了情况", "message-circle"),
    "deductions.decide_post": ("决定扣", "x"),
    "deductions.drop": ("决定不扣", "circle-check"),
    "deductions.hand_up": ("请上一级来定", "scale"),
    "deductions.suspend": ("申诉期间暂不计", "clock"),
    "deductions.restore": ("恢复计入", "refresh"),
    "deductions.mend": ("改为轻一些的", "edit"),
    "deductions.escalate": ("超过时限，报了上级", "alert-circle"),
    "deductions.follow_place": ("随区划调整", "refresh"),
    "appeals.follow_place": ("随区划调整", "refresh"),
    "deductions.reverse": ("撤销了", "arrow-back-up"),
    "appeals.file": ("提出申诉", "message-circle"),
    "appeals.admit": ("受理了申诉", "check"),
    "appeals.pass_up": ("乡镇（街道）要回避，转到县（区）复核", "scale"),
    "appeals.not_admit": ("没有受理申诉", "x"),
    "appeals.uphold": ("一审：成立", "circle-check"),
    "appeals.partly": ("一审：部分成立", "check"),
    "appeals.dismiss": ("一审：不成立", "x"),
    "appeals.withdraw": ("撤回申诉", "arrow-back-up"),
    "appeals.second": ("申请二审", "message-circle"),
    "appeals.final_uphold": ("二审：成立", "circle-check"),
    "appeals.final_dismiss": ("二审：维持", "x"),
    "appeals.execute": ("执行完了", "check"),
    "appeals.settle": ("申诉终结", "check"),
    "appeals.escalate": ("超时报上级", "alert-circle"),
}


OTHER = "有变动"


def story(*ids: UUID, staff: bool = False) -> list[Entry]:
    """All that happened to a deduction and its appeal, the newest first. `staff`: with
    why somebody stepped aside, which is not for whom it is about."""
    found = [e for pk in ids for e in events_of(pk)]
    return [_entry(e, staff) for e in sorted(found, key=lambda e: e.at, reverse=True)]


def words_of(action: str) -> tuple[str, str]:
    """An event in words with its sign; a grade's as its own page has them."""
    object_, _, event = action.partition(".")
    if object_ == "evaluations":
        return TITLES.get(event, OTHER), "gavel"
    return WORDS.get(action, (OTHER, "point"))


def _entry(e: Event, staff: bool) -> Entry:
    title, icon = words_of(e.action)
    why = ""
    if e.action == "deductions.hand_up":
        desk = rules_deductions.DESKS.get(str(e.data.get("to")), "上一级")
        title = f"请{desk}来定"
        why = "；".join(n.text for n in e.notes.all()) if staff else ""
    who = f"{e.actor_name}（代{e.on_behalf_of}）" if e.on_behalf_of and e.actor_role != "system" else e.actor_name  # fmt: skip
    return Entry(title, e.at, who, icon, private_note=why)

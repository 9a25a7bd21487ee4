"""What happens around visits, on the bond itself: a visit that is asked for, a member
who is reminded or cannot go, and who looks at the household's contact (domain 7.3,
9.1; L39). All keyword-only; errors as in `visits_services`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.engine import act, note_event
from baodao.acts.many import act_many
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.duties import services as duties
from baodao.duties.models import Duty
from baodao.duties.rules import OPEN
from baodao.pairings import visits_rules
from baodao.pairings.models import HouseholdPairing
from baodao.pairings.visits_limits import limits_at
from baodao.pairings.visits_services import (
    SOURCE,
    TELL,
    check_numbers,
    community,
    pairing_of,
    visitors,
)
from baodao.places.rules import PURPOSES


def ask_visit(
    *, actor: Actor, pairing_id: UUID, urgent: bool = False, note: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Duty:  # fmt: skip
    """居民有需求必访 (L39): the household, a worker or the member asks; the member
    makes contact within three calendar days, or 24 hours."""
    now = now or clock_now()
    check_numbers("note", note)
    limits = limits_at(pairing_of(pairing_id).home_path)
    due_on = visits_rules.need_due(now, limits, urgent=urgent)
    write = Write(
        data={"urgent": urgent, "due_on": due_on.isoformat()},
        notes=[("unit", note)], job=(TELL, {}),
    )  # fmt: skip
    with transaction.atomic():
        done = act(
            actor, "pairings.ask_visit", pairing_id, lambda r: write, now=now, client_id=client_id
        )  # fmt: skip
        if not done.repeated:
            _need(done, today(now), due_on, urgent, now)
    found = Duty.objects.filter(source_id=pairing_id, kind="visit_need")
    return found.order_by("-created_at", "-id")[0]


def _need(done: Done, day: date, due_on: date, urgent: bool, now: datetime) -> None:
    pairing = HouseholdPairing.objects.get(pk=done.id)
    if pairing.state != "active":
        raise Conflict("这一户现在没有在联系，不能请人走访。请给社区打电话。")
    waiting = Duty.objects.filter(
        source_id=pairing.pk, kind="visit_need", state__in=OPEN
    ).first()
    if waiting:
        raise Conflict(
            f"已经请过了，{waiting.due_on.month}月{waiting.due_on.day}日前会联系。"
        )
    source = duties.Source(
        pairing.pk, "need", pairing.path, community(pairing.path).pk,
        pairing.member_id, pairing.unit_id,
    )  # fmt: skip
    title = "有事走访（24小时内）" if urgent else "有事走访"
    window = duties.Window(str(done.event_id), title, day, due_on)
    duties.generate(
        actor=SYSTEM, kind="visit_need", source_kind=SOURCE, sources=[source],
        windows={"need": [window]}, path=pairing.path, now=now,
    )  # fmt: skip


def remind(
    *, actor: Actor, pairing_ids: Sequence[UUID], now: datetime | None = None
) -> list[UUID]:
    """Tell the members that a visit is about to be missed. The caller has chosen
    pairings inside the actor's scope."""
    write = Write(job=(TELL, {}))
    return act_many(
        actor, "pairings.remind_visit", list(dict.fromkeys(pairing_ids)), write, now=now
    )


def cannot_go(*, actor: Actor, pairing_id: UUID, now: datetime | None = None) -> Done:
    """The member is away: the community is told, which finds a stand-in or excuses."""
    write = Write(job=(TELL, {}))
    return act(actor, "pairings.cannot_go", pairing_id, lambda row: write, now=now)


def reveal(
    *, actor: Actor, pairing_id: UUID, field: str, purpose: str,
    now: datetime | None = None,
) -> dict[str, str]:  # fmt: skip
    """One sealed field of the household, for a purpose. The look is on record before
    anything is shown; the household can ask who looked (domain 9.1, 9.5)."""
    if field not in ("call_name", "phone", "address"):
        raise NotFound
    if purpose not in PURPOSES:
        raise Invalid(fields={"purpose": "请先选查看的用途。"})
    pairing = pairing_of(pairing_id)
    if pairing.state != "active":
        raise Conflict("结对没有在联系，不能再看住户信息。有事请找社区。")
    shown = getattr(pairing.household, field) or "没有登记，请问社区"
    if actor.role == "member" and actor.member_id in visitors(pairing):
        # Who stands in is let in by the duty, not by the bond's own columns.
        plain = actor.for_someone(actor.on_behalf_of)  # a request's is lazy
        actor = replace(plain, member_id=pairing.member_id)
    note_event(
        actor, "pairings.reveal", pairing,
        Write(reason=purpose, data={"fields": [field]}), now=now,
    )  # fmt: skip
    return {field: shown}

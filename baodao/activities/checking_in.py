"""The attendance code: four digits that the host shows while the activity takes place,
off unless somebody turns it on. Typing it marks the list beforehand and nothing more:
the host's list and the other person's confirmation decide, and nobody has to."""

from datetime import datetime
from secrets import randbelow
from uuid import UUID

from django.db import transaction

from baodao.activities import rules
from baodao.activities.models import Activity, Participation
from baodao.activities.services import do
from baodao.acts.actor import Actor
from baodao.acts.engine import act, create
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.people.models import Member

CLOSED = "签到码只在活动进行时用。去了没有输的，不用补，主办方记在名单上就行。"


def show_code(*, actor: Actor, activity_id: UUID, now: datetime | None = None) -> Done:
    """Turn it on; a second time gives other digits."""
    digits = f"{randbelow(10_000):04d}"
    return do(
        actor,
        "show_code",
        activity_id,
        lambda _: Write(set={"check_code": digits}),
        now=now,
    )


def hide_code(*, actor: Actor, activity_id: UUID, now: datetime | None = None) -> Done:
    return do(
        actor,
        "hide_code",
        activity_id,
        lambda _: Write(set={"check_code": ""}),
        now=now,
    )


def check_in(
    *, actor: Actor, activity_id: UUID, code: str, now: datetime | None = None
) -> Done:
    """A member on the spot: their name stands on the list, marked."""
    at = now or clock_now()
    if actor.member_id is None:
        raise Forbidden
    with transaction.atomic():
        it = Activity.objects.select_for_update().filter(pk=activity_id).first()
        if it is None:
            raise NotFound
        live = it.state == "published" and rules.code_runs(it.start_at, it.end_at, at)
        if not it.check_code or not live:
            raise Conflict(CLOSED)
        if code.strip() != it.check_code:
            raise Invalid(fields={"code": "签到码不对。请看一下现场的 4 位数字。"})
        part = it.parts.filter(member=actor.member_id).first()
        if part is None:
            return _unasked(actor, it, actor.member_id, at)
        marked = Write(set={"checked_at": part.checked_at or at})
        return act(actor, "participations.check_in", part.pk, lambda _: marked, now=at)


def _unasked(actor: Actor, it: Activity, member_id: UUID, at: datetime) -> Done:
    """Who comes without having signed up."""
    unit = Member.objects.values_list("unit", flat=True).get(pk=member_id)
    part = Participation(
        activity=it, member_id=member_id, path=it.path, unit_id=unit,
        host_unit_id=it.unit_id, signed_at=at, checked_at=at,
    )  # fmt: skip
    return create(actor, "participations.check_in", part, now=at)

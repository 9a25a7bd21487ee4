"""Who may not decide a deduction gives it to the next level: a community to the
township, a township to the county (L12; domain 5, 9.6)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import act
from baodao.acts.writing import Done, Write
from baodao.core.errors import Invalid
from baodao.core.text import private_numbers
from baodao.notifications.services import message, send
from baodao.scoring import rules_deductions as rules
from baodao.scoring.models import Deduction
from baodao.scoring.services.concerning import DISTRICT, TOWN, colleagues, cut
from baodao.scoring.services.deducting import deduction_of, own_desk

TELL = {"township": ("township_party", TOWN), "county": ("county_org", DISTRICT)}


def hand_up(
    *, actor: Actor, deduction_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """Who would decide is concerned, is close to somebody who is, or found it themselves:
    the level above decides. The reason is read by the desks only. Errors: reason."""
    d = deduction_of(deduction_id)
    require(actor, "deductions.hand_up", d)
    own_desk(actor, d)
    if not reason.strip():
        raise Invalid(fields={"reason": "请写为什么要回避。"})
    if found := private_numbers(reason):
        raise Invalid(fields={"reason": f"里面有{'、'.join(found)}，请去掉。"})
    to = rules.ABOVE[d.desk]
    write = Write(
        set={"desk": to}, notes=[("staff", reason.strip())], reason="conflict",
        data={"to": to},
    )  # fmt: skip
    role, parts = TELL[to]
    with transaction.atomic():
        done = act(
            actor, "deductions.hand_up", d.pk, lambda row: write, version=d.version,
            now=now,
        )  # fmt: skip
        send([
            message(
                event_id=done.event_id, role=role, path=cut(d.path, parts),
                title="有一条扣分请您来定", text=f"{d.place.name}：{d.words}",
                url=reverse("scoring:deduction", args=[d.pk]),
            )
        ])  # fmt: skip
    return done


def instead(actor: Actor, d: Deduction) -> list[str] | None:
    """Who else at the same desk may decide that this actor may not; None when this actor
    may, or it is another desk's anyway."""
    parts = {d.proposed_by, d.about_person}
    if d.desk != rules.desk_of(actor.role) or actor.person_id not in parts:
        return None
    path = d.path if d.desk == "community" else cut(d.path, TELL[d.desk][1])
    return colleagues(rules.DECIDER[d.desk], path, parts)

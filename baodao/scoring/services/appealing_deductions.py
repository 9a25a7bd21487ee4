"""A deduction as something that may be appealed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from baodao.acts.actor import Actor
from baodao.core.errors import Conflict
from baodao.scoring.models import Deduction
from baodao.scoring.services import deducting
from baodao.scoring.services import deducting_appealed as appealed
from baodao.scoring.services.appealing import About, Kind
from baodao.ui import words


def _find(pk: UUID) -> About | None:
    d = Deduction.objects.filter(pk=pk).first()
    if d is None or d.decided_at is None:
        return None
    return About(
        d.subject, d.member_id, d.unit_id, d.about_person, d.place_id, d.path, d.words,
        d.proposed_by, d.decided_by, d.decided_at, d.state == "posted",
        reverse("scoring:deduction", args=[pk]),
    )  # fmt: skip


def _suspend(actor: Actor, pk: UUID, at: datetime) -> None:
    appealed.suspend(actor, deducting.deduction_of(pk), at)


def _restore(actor: Actor, pk: UUID, at: datetime) -> None:
    appealed.restore(actor, deducting.deduction_of(pk), at)


def _carry_out(actor: Actor, pk: UUID, remedy: str, at: datetime) -> None:
    d = deducting.deduction_of(pk)
    if not remedy:
        appealed.take_back(actor, d, at)
        return
    rule = next((r for r in appealed.milder(d) if r.code == remedy), None)
    if rule is None:
        raise Conflict("改的这一条不比原来轻。")
    appealed.mend(actor, d, rule, at)


def _remedies(pk: UUID) -> Sequence[tuple[str, str]]:
    """The milder rules of the day, with what they cost."""
    d = deducting.deduction_of(pk)
    return [
        (r.code, f"改为“{r.title}”，减{words.score(r.tenths)}分")
        for r in appealed.milder(d)
    ]


KIND = Kind("deduction", "扣分", _find, _suspend, _restore, _carry_out, _remedies)

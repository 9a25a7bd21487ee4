"""A deduction while it is appealed and afterwards: without effect, in effect again,
under a milder rule, or gone (domain 9.6.3)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.acts.engine import act
from baodao.acts.writing import Done, Write
from baodao.core.errors import Conflict
from baodao.records.models import Record, reversal
from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Deduction
from baodao.scoring.services import falsehood
from baodao.scoring.services.deducting import deducting, record_of, standing_record


def suspend(actor: Actor, d: Deduction, at: datetime) -> Done:
    """The effect of it ends at once: the record is taken back, and a service that was
    found false counts again meanwhile."""
    back = falsehood.given_back(d)
    write = Write(
        set={"record_id": None, **back.set},
        adds=[reversal(standing_record(d), at), *back.adds],
    )
    return act(
        actor, "deductions.suspend", d.pk, lambda r: write, version=d.version, now=at
    )


def restore(actor: Actor, d: Deduction, at: datetime) -> Done:
    """The appeal came to nothing: it counts again, by a new record."""
    return _again(actor, "restore", d, at, {}, falsehood.taken(d, at))


def mend(actor: Actor, d: Deduction, rule: counting.Rule, at: datetime) -> Done:
    """Under a milder rule instead; `code` stays, so that the fact is not proposed again.
    Raises Conflict for a rule that is not milder."""
    if rule.tenths >= d.tenths or rule.subject != d.subject:
        raise Conflict("改的这一条不比原来轻。")
    d.kind, _, d.source_class = rule.selects[0].partition(":")
    d.quantity = 1
    return _again(
        actor,
        "mend",
        d,
        at,
        {
            "rule_id": UUID(rule.id),
            "kind": d.kind,
            "source_class": d.source_class,
            "quantity": 1,
        },
    )


def _again(
    actor: Actor, event: str, d: Deduction, at: datetime, changed: dict[str, object],
    false: Sequence[Record] = (),
) -> Done:  # fmt: skip
    d.round += 1
    record = record_of(d, at, actor)
    write = Write(
        set={**changed, "record_id": record.pk, "round": d.round},
        adds=[record, *false],
    )
    return act(
        actor, f"deductions.{event}", d.pk, lambda r: write, version=d.version, now=at
    )


def take_back(actor: Actor, d: Deduction, at: datetime) -> Done:
    """The appeal was right: the reversal of the record stays the last word."""
    return act(actor, "deductions.reverse", d.pk, version=d.version, now=at)


def milder(d: Deduction) -> list[counting.Rule]:
    """The rules of the same set under which it would cost less."""
    return [
        r
        for r in deducting(d.path, d.subject, d.occurred_on)
        if r.tenths < d.tenths and r.code != d.code
    ]

"""A service that was found false (domain 7.1 M_DED_FALSE): its record is taken back with
the deduction, and put back when the deduction is. Nothing happens before the notice, the
answer and the decision; of every kind of record, also those whose own subject has no way
to take one back."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from baodao.acts.writing import Write
from baodao.core.errors import Invalid
from baodao.people.models import Member, Unit
from baodao.places.rules import community_path
from baodao.records.models import Record, restored, reversal, services
from baodao.scoring import rules_counting as counting
from baodao.scoring.models import Deduction

FALSE = "breach:false_record"
# What can be false: services, and what was registered for somebody.
MORE = ("merit", "role")


def standing(record_id: UUID) -> Record | None:
    """A record that can be said to be false; None for one that counts no more."""
    rows = services() | Record.objects.filter(
        reversal_of=None, reversals=None, kind__in=MORE
    )
    return rows.filter(pk=record_id).first()


class Doubted(NamedTuple):
    """A standing record, and the name of whom it is about."""

    record: Record
    whose: str


def of(record_id: UUID, subject: str, whose: UUID, path: str) -> Doubted | None:
    """The record, where it is theirs and of this community; also of who has left."""
    found = standing(record_id)
    owner = found and (found.member_id if subject == "member" else found.unit_id)
    if found is None or owner != whose or community_path(found.path) != path:
        return None
    model: type[Member | Unit] = Member if subject == "member" else Unit
    return Doubted(found, str(model.objects.get(pk=whose)))


def about(rules: Sequence[counting.Rule]) -> list[counting.Rule]:
    """Those of the rules that are about false records."""
    return [r for r in rules if FALSE in r.selects]


def check(
    record_id: UUID, subject: str, whose: UUID, path: str, rule: counting.Rule
) -> None:
    """Raises Invalid where it is not a record of theirs at this community, or the rule
    is not about false records."""
    if of(record_id, subject, whose, path) is None:
        raise Invalid(
            "这一笔记录已经不算了，或者不是这一位在本社区的。请回到积分卡重选。"
        )
    if FALSE not in rule.selects:
        raise Invalid(fields={"code": "说的是一笔记录不实，请选“记录不实”这一条。"})


def taken(d: Deduction, at: datetime) -> list[Record]:
    """What takes the false record back, when the deduction counts."""
    found = standing(d.false_id) if d.false_id else None
    return [reversal(found, at)] if found else []


def given_back(d: Deduction) -> Write:
    """What puts it back, when the deduction counts no more: only what it took."""
    found = Record.objects.filter(pk=d.false_id).first() if d.false_id else None
    if found is None or d.decided_at is None or not _by_this(found, d):
        return Write()
    again = restored(found)
    return Write(set={"false_id": again.pk}, adds=[again])


def _by_this(record: Record, d: Deduction) -> bool:
    """Whether it is this deduction that took it back, and not what came in between."""
    return record.reversals.filter(confirmed_at__gte=d.decided_at).exists()

"""Kinds and duties for tests. The kinds are registered under names of their own, so
nothing depends on which subjects there are."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from baodao.acts.actor import SYSTEM
from baodao.duties import rules
from baodao.duties.cadence import Window
from baodao.duties.models import Duty
from baodao.duties.services import Source, generate
from baodao.people.tests.make import World

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # Tuesday, 10:00 local
MARCH = Window(
    "2026-03", "3月走访", date(2026, 3, 1), date(2026, 3, 31), date(2026, 3, 19)
)
APRIL = Window(
    "2026-04", "4月走访", date(2026, 4, 1), date(2026, 4, 30), date(2026, 4, 19)
)
FEAST = Window(
    "2026-x", "节日走访", date(2026, 3, 20), date(2026, 4, 2), date(2026, 3, 27)
)
KINDS = (
    rules.Kind("t_month", "每月走访", "member", "记走访", meets=True),
    rules.Kind(
        "t_feast", "节日走访", "member", "记走访", opening=True, remind=(2,), meets=True
    ),
    rules.Kind("t_plain", "交清单", "unit", "交清单", confirms=False),
    rules.Kind("t_place", "联席会议", "community", "去安排", confirms=False),
    rules.Kind("t_leader", "领导到联系点", "leader", "记走访"),
)


@contextmanager
def kinds() -> Iterator[None]:
    """The kinds of these tests for the time of the block."""
    before = dict(rules.KINDS)
    rules.register(*KINDS)
    try:
        yield
    finally:
        rules.KINDS.clear()
        rules.KINDS.update(before)


def source(w: World, key: str = "member", **fields: Any) -> Source:
    """A source owed by a member of the cast at the community."""
    place, member = w.places.community, getattr(w.members, key)
    found = Source(uuid4(), "all", place.path, place.pk, member.pk, member.unit_id)
    return found._replace(**fields)


def duties(
    *sources: Source, kind: str = "t_month", windows: Sequence[Window] = (MARCH,)
) -> list[Duty]:
    """The duties of these sources, in the order of their windows."""
    generate(
        actor=SYSTEM, kind=kind, source_kind="tests.source", sources=sources,
        windows={"all": list(windows)}, now=AT,
    )  # fmt: skip
    ids: list[UUID] = [s.id for s in sources]
    return list(Duty.objects.filter(source_id__in=ids, kind=kind).order_by("opens_on"))

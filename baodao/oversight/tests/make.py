"""Directives for tests, brought to a state by the real services."""

from datetime import UTC, date, datetime
from uuid import UUID

from baodao.oversight import services
from baodao.oversight.models import Directive, DirectiveItem
from baodao.people.tests.make import World

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # Monday, 10:00 local
DUE = date(2026, 11, 30)
TEXT = "逐户走访重点户，建好台账，每周报一次。"


def said(to: str = "community", due_on: date = DUE, **more: object) -> services.Said:
    return services.Said("冬季走访", TEXT, due_on, to)._replace(**more)  # type: ignore[arg-type]


def drafted(
    w: World, key: str = "county_org", to: str = "community", now: datetime = NOW,
    due_on: date = DUE, **more: object,
) -> Directive:  # fmt: skip
    done = services.draft(actor=w.actors[key], said=said(to, due_on, **more), now=now)
    return Directive.objects.get(pk=done.id)


def published(
    w: World, key: str = "county_org", to: str = "community", now: datetime = NOW,
    due_on: date = DUE, **more: object,
) -> Directive:  # fmt: skip
    d = drafted(w, key, to, now, due_on, **more)
    services.publish(actor=w.actors[key], directive_id=d.pk, now=now)
    return Directive.objects.get(pk=d.pk)


def item(d: Directive, where: UUID) -> DirectiveItem:
    """That of a place, or of a unit."""
    found = d.items.filter(unit=where) | d.items.filter(place=where, unit=None)
    return found.get()

"""Rows of scoring that the route tests ask for, by the first words of the route."""

from uuid import UUID

from baodao.core.clock import now, today
from baodao.people.tests.make import World
from baodao.records.models import Record
from baodao.scoring.models import Card, RuleSet
from baodao.scoring.services import setting
from baodao.scoring.services.posting import post
from baodao.scoring.tests.test_posting import served


def score_rows(w: World) -> dict[str, UUID]:
    """The member's card, and a draft of the county's rules."""
    served(w, occurred_on=today(), confirmed_at=now())
    post(Record.objects.all())
    made = setting.draft(actor=w.actors["county_org"], year=today().year)
    return {
        "scoring:card": Card.objects.get(subject="member").pk,
        "scoring:what_if": made.id, "scoring:rule": made.id,
    }  # fmt: skip


def a_rule() -> UUID:
    """A line of that draft."""
    return RuleSet.objects.get(state="draft").rules.all()[0].pk

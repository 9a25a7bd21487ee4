"""The monthly party day 主题党日 (A18): each unit's main party organisation owes one a
month; a confirmed activity under that carrier fulfils it; a draft is laid out for it,
and the gaps have a list."""

from datetime import datetime
from uuid import UUID

from baodao.activities import plans
from baodao.acts.actor import Actor

KIND = "party_day"


def fulfilled(actor: Actor, row: plans.Row, at: datetime) -> None:
    """A confirmed activity was the party day of its hosting unit."""


def taken_back(actor: Actor, activity_id: UUID, reason: str, at: datetime) -> None:
    """A confirmed list was wrong: the party day is owed again."""

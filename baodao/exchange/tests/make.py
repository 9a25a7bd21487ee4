"""Agreements and the rest of exchange for tests, brought to a state by the services."""

from datetime import UTC, date, datetime
from typing import Any

from baodao.exchange.agreements import services as s
from baodao.exchange.agreements.plans import Item, Text
from baodao.exchange.models import Agreement
from baodao.people.tests.make import World

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 local
SHOW = Item("戏曲演出一场", "culture", "activities", "monthly")


def text(w: World, **fields: Any) -> Text:
    """A year from the start of November with a monthly show at the estate (L18)."""
    show = Item(
        SHOW.title, SHOW.joint_type, SHOW.mechanism, SHOW.cadence,
        estate_id=w.places.estate.id,
    )  # fmt: skip
    chosen: dict[str, Any] = {
        "title": "共驻共建协议", "valid_from": date(2026, 11, 1),
        "valid_to": date(2027, 11, 1), "items": (show,), "unit_side": "保证人员和设备",
    }  # fmt: skip
    return Text(**{**chosen, **fields})


def drafted(w: World, **fields: Any) -> Agreement:
    chosen: dict[str, Any] = {
        "actor": w.actors["community_worker"], "place_id": w.places.community.id,
        "unit_ids": [w.units.unit.id], "text": text(w), "now": AT,
    }  # fmt: skip
    return s.draft(**{**chosen, **fields})


def agreement_in(state: str, w: World, **fields: Any) -> Agreement:
    """An agreement of `units.unit` brought to `state` on AT."""
    it = drafted(w, **fields)
    steps = (
        ("unit_signed", s.sign, "unit_secretary"),
        ("both_signed", s.sign, "community_secretary"),
        ("effective", s.file, "township_party"),
    )
    for reached, verb, who in steps:
        if it.state == state:
            break
        verb(actor=w.actors[who], agreement_id=it.id, now=fields.get("now", AT))
        it.refresh_from_db()
        assert reached == it.state or it.state == "filed"
    return it

"""The parts of 共建 as tabs on top of each list, those the role may read."""

from django.urls import reverse

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.exchange.subjects import SUBJECTS


def sections(actor: Actor, here: str) -> list[tuple[str, str, bool]]:
    """(title, address, whether it is this one)."""
    return [
        (s.title, reverse(f"exchange:{s.code}_list"), s.code == here)
        for s in SUBJECTS.values()
        if can(actor, f"{s.prefix}.view")
    ]

"""The parts of 活动 as tabs on top of each of its pages, those the role may read."""

from django.urls import reverse

from baodao.acts.access import can
from baodao.acts.actor import Actor

# page → (title, actions that reading it takes)
PARTS = {
    "list": ("列表", ("activities.view",)),
    "month": ("月历", ("activities.view",)),
    "party_days": ("主题党日", ("activities.view", "duties.view")),
    "plan": ("年度计划", ("targets.view",)),
    "posts": ("志愿岗位", ("posts.view",)),
    "venues": ("场地", ("venues.view",)),
    "carriers": ("载体", ("carriers.view",)),
}


def sections(actor: Actor, here: str) -> list[tuple[str, str, bool]]:
    """(title, address, whether it is this one)."""
    return [
        (title, reverse(f"activities:{page}"), page == here)
        for page, (title, actions) in PARTS.items()
        if all(can(actor, action) for action in actions)
    ]

"""Activities that are still to come and venues follow when places change; what has
taken place keeps the path of its day (domain 8.22)."""

from django.db.models import Q

from baodao.activities import rules
from baodao.places.changes.moves import Follow

ACTIVITIES = Follow(
    "场还没有确认的活动", "activities.Activity", "activities.follow_place",
    Q(state__in=(*rules.PLANNED, "finished")), {"path": "place"},
    divided="场活动在要分开的地方，先归主要的一方，请核对",
)  # fmt: skip
VENUES = Follow(
    "处活动场地", "activities.Venue", "venues.follow_place", Q(retired=False),
    {"path": "place"},
)  # fmt: skip
POSTS = Follow(
    "个志愿岗位", "activities.Post", "posts.follow_place", Q(state="open"),
    {"path": "place"},
)  # fmt: skip
HOLDINGS = Follow(
    "份认岗", "activities.Holding", "holdings.follow_place", Q(state="held"),
    {"path": ""}, quiet=True,
)  # fmt: skip

"""What of summaries and samples follows when places change: letters that wait for the
subject, samples that wait for the township. Closed quarters stay as they were recorded
(domain 8.22)."""

from django.db.models import Q

from baodao.places.changes.moves import Follow

LETTERS = Follow(
    "封没看的积分通知", "scoring.Letter", "letters.follow_place",
    Q(state__in=("sent", "read")), {"path": ""}, quiet=True,
)  # fmt: skip
SAMPLES = Follow(
    "件没核对的抽查", "scoring.Sample", "samples.follow_place", Q(state="drawn"),
    {"path": ""}, quiet=True,
)  # fmt: skip
ALL = (LETTERS, SAMPLES)

"""What is open goes with its community when places change; what is over stays where it
was recorded (domain 8.22)."""

from django.db.models import Q

from baodao.exchange.agreements import rules as agreements
from baodao.places.changes.moves import Follow

ALL = (
    Follow(
        "份在办或履行中的共建协议", "exchange.Agreement", "agreements.follow_place",
        Q(state__in=agreements.OPEN), {"path": "place"},
        divided="份共建协议的社区要分开，先归主要的一方，请核对",
    ),
    Follow(
        "次待确认的协议履行", "exchange.Deed", "deeds.follow_place",
        Q(state="reported"), {"path": ""}, quiet=True,
    ),
)  # fmt: skip

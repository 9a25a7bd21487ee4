"""How long names and words of the shop are kept (domain 9.3). Points and pieces stay:
they are the sums that the wallet and the stock are proved by."""

from django.db.models import Q

from baodao.acts import forgetting
from baodao.people.retention import Retention

REDEMPTION, DONATION = "shop.Redemption", "shop.Donation"
_NAMES = {"second_name": "", "reason": "", "requested_by": ""}
REDEEMED = Retention(
    "redemptions", "了结了的兑换：在场的第二人、代办人、取消的原因", "只留哪天、哪一样、谁经手",
    "retention.shop_days", REDEMPTION, "path", "requested_at",
    lambda ids: forgetting.blank(REDEMPTION, ids, _NAMES),
    ready=lambda: Q(state__in=("closed", "cancelled", "expired"))
    & ~Q(second_name="", reason="", requested_by=""),
    instant=True, held_by=("pk", "member_id"),
)  # fmt: skip
GIVEN = Retention(
    "donations", "转赠：社区答谢的话", "只留哪天、多少积分", "retention.shop_days",
    DONATION, "path", "given_at",
    lambda ids: forgetting.blank(DONATION, ids, {"thanks": "", "thanked_name": ""}),
    ready=lambda: ~Q(thanks=""), instant=True, held_by=("pk", "member_id"),
)  # fmt: skip
ALL = (REDEEMED, GIVEN)

"""How long names and words of the shop are kept (domain 9.3). Points and pieces stay:
they are the sums that the wallet and the stock are proved by."""

from uuid import UUID

from django.db.models import Q

from baodao.acts import forgetting
from baodao.people.retention import Retention
from baodao.shop import giving, rules
from baodao.shop.models import WORDS, StockMove

REDEMPTION, DONATION = "shop.Redemption", "shop.Donation"
MOVE, WALLET = "shop.StockMove", "shop.Wallet"
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


def _blank_moves(ids: list[UUID]) -> None:
    """Where a move has to name somebody, it says that the name is gone."""
    found = StockMove.objects.filter(pk__in=ids)
    kinds = dict(found.values_list("pk", "kind"))
    for kind in set(kinds.values()):
        needs = {"in": "giver", "count": "second_name"}.get(kind)
        values = {w: rules.BLANK if w == needs else "" for w in WORDS}
        forgetting.blank(MOVE, [pk for pk in ids if kinds.get(pk) == kind], values)


MOVES = Retention(
    "stock_moves", "奖品收发存：谁给的、经手人、第二人、说明", "只留哪天、哪一样、几件",
    "retention.shop_days", MOVE, "prize__path", "at", _blank_moves,
    ready=lambda: ~Q(by_name="", note="")
    | ~Q(giver__in=("", rules.BLANK)) | ~Q(second_name__in=("", rules.BLANK)),
    instant=True, held_by=("pk", "redemption__member"),
)  # fmt: skip
ASKED = Retention(
    "write_offs", "提出了、没有定下来的核销：谁提的、为什么", "只留积分", "retention.shop_days",
    WALLET, "path", "asked_at", lambda ids: forgetting.blank(WALLET, ids, giving.NOT_ASKED),
    ready=lambda: Q(asked_at__isnull=False), instant=True, held_by=("pk", "member_id"),
)  # fmt: skip
ALL = (REDEEMED, GIVEN, MOVES, ASKED)

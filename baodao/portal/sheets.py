"""The lists of the portal as files: the public wishes, one's own messages."""

from collections.abc import Iterator
from itertools import islice

from django.http import HttpRequest

from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.errors import NotFound
from baodao.notifications.services import inbox
from baodao.orders.models import Category
from baodao.portal.board import LOOKS, cards
from baodao.portal.views.board import place_asked, wishes_asked
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value


def public_wishes(request: HttpRequest) -> Listing:
    """The wishes of the public board, in its four words; for everybody."""
    at = place_asked(request)
    found = wishes_asked(request, at)

    def rows() -> Iterator[list[Value]]:
        orders = found.iterator(BATCH)
        while block := list(islice(orders, BATCH)):
            for order, wish in zip(block, cards(block, clock_now()), strict=True):
                placed = order.placed_at
                yield [wish.title, wish.word, wish.category, wish.place, placed]

    told = conditions(
        request, ("state", "进度", [(w, w) for w in LOOKS]),
        ("category", "类别", Category.objects.values_list("code", "title")),
    )  # fmt: skip
    where = "；".join(filter(None, (at.name if at else "全部地方", told)))
    heads = ("心愿", "进度", "类别", "社区", "提出时间")
    return Listing("心愿", heads, rows(), found.count(), where)


def messages(request: HttpRequest) -> Listing:
    """The inbox of the acting role."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.is_anonymous:
        raise NotFound
    found = inbox(actor)

    def rows() -> Iterator[list[Value]]:
        for m in found.iterator(BATCH):
            yield [
                m.at,
                m.title,
                m.text,
                "看过" if getattr(m, "is_read", False) else "没看",
            ]

    return Listing("消息", ("时间", "标题", "内容", "看过没有"), rows(), found.count())


ALL = {"wishes": public_wishes, "messages": messages}

"""Lists that grow for years: nobody turns forty pages, so only the newest thousand are
counted and turned, and the page says so. Figures are counted whole elsewhere (stats)."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

MOST = 1_000


def count_up_to(rows: QuerySet[Any], most: int = MOST) -> int:
    """How many rows there are, `most` + 1 when there are more."""
    return rows.order_by().values("pk")[: most + 1].count()


def words_of(n: int) -> str:
    """A count as it is shown: 85, 1,000+."""
    return f"{MOST:,}+" if n > MOST else f"{n:,}"


class UpTo(Paginator):  # type: ignore[type-arg]
    """Pages of at most `MOST` rows. `known`: what `count_up_to` gave, or the exact
    number; `more`: there are further rows."""

    def __init__(self, rows: Any, per_page: int, known: int) -> None:
        super().__init__(rows, per_page)
        self.more = known > MOST
        self.__dict__["count"] = min(known, MOST)

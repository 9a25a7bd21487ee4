"""Lists that grow for years: nobody turns forty pages, so only the newest thousand are
counted and turned, and the page says so. Figures are counted whole elsewhere (stats)."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

MOST = 1_000
FOUND = 100  # of what was searched for
NEWEST = "这里列最近的，更早的请加条件找"
SOONEST = "这里列最先到期的，其余的请加条件找"


def count_up_to(rows: QuerySet[Any], most: int = MOST) -> int:
    """How many rows there are, `most` + 1 when there are more; in the order given, so
    that the index of that order may count them."""
    return rows.values("pk")[: most + 1].count()


def words_of(n: int, most: int = MOST) -> str:
    """A count as it is shown: 85, 1,000+."""
    return f"{most:,}+" if n > most else f"{n:,}"


class UpTo(Paginator):  # type: ignore[type-arg]
    """Pages of at most `most` rows. `known`: what `count_up_to` gave, or the exact
    number; `more`: there are further rows, and `said` is what the page says of them."""

    def __init__(
        self, rows: Any, per_page: int, known: int, most: int = MOST, said: str = NEWEST
    ) -> None:
        super().__init__(rows, per_page)
        self.said = said
        self.more = known > most
        self.__dict__["count"] = min(known, most)

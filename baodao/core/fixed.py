"""Questions whose SQL is made once: for the few that are asked with every act, where
the ORM takes longer to say the question than the database to answer it."""

from collections.abc import Callable
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from baodao.core.prepared import Prepared

_PLACE = UUID(int=0)


class Fixed:
    """`Fixed(lambda pk: Model.objects.filter(pk=pk).values_list("a", "b"))`: called with
    an id it returns the rows as tuples. The queryset must take the id as a plain
    comparison; values come as the database gives them."""

    def __init__(self, build: Callable[[UUID], QuerySet[Any, Any]]) -> None:
        self.build = build

    @cached_property
    def _made(self) -> tuple[str, tuple[Any, ...]]:
        return self.build(_PLACE).query.sql_with_params()

    def __call__(self, pk: UUID) -> list[tuple[Any, ...]]:
        sql, params = self._made
        with connection.cursor() as cursor:
            cursor.execute(Prepared(sql), [pk if p == _PLACE else p for p in params])
            return list(cursor.fetchall())

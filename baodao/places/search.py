"""Search by Chinese name, by pinyin in full and by initials, through one index.

Trigrams do not help here: most searches are two characters (森格, sg), and those
have no trigram. The index holds every single character and every pair of a name
and of its pinyin (`search_keys` in the database); a search asks for all pairs of
what was typed and then checks the hit itself."""

from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Replace

M = TypeVar("M", bound=Model)

# The migration makes it; it must stay immutable, an index is built on it.
SEARCH_KEYS_SQL = """
CREATE OR REPLACE FUNCTION search_keys(name text, pinyin text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT key), '{}') FROM (
    SELECT n, substr(hay, i, n) AS key
    FROM (SELECT lower(name) || ' ' || replace(pinyin, ' ', '') AS hay) h,
         generate_series(1, 2) n, generate_series(1, length(hay) - n + 1) i
  ) k WHERE position(' ' in key) = 0 AND (n = 2 OR octet_length(key) > 1)
$$
"""


class SearchKeys(Func):
    """`search_keys(name, pinyin)` of the database."""

    function = "search_keys"
    arity = 2

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        extra.setdefault("output_field", ArrayField(TextField()))
        super().__init__(*expressions, **extra)


def keys_of(word: str) -> list[str]:
    """The keys a hit must have: all pairs, or the one character."""
    if len(word) == 1:
        return [word] if len(word.encode()) > 1 else []
    return [word[i : i + 2] for i in range(len(word) - 1)]


def matching(
    queryset: QuerySet[M], text: str, *, name: str = "name", pinyin: str = "pinyin"
) -> QuerySet[M]:
    """Rows whose name or pinyin contains every word of `text`."""
    joined = Replace(F(pinyin), Value(" "), Value(""), output_field=TextField())
    queryset = queryset.alias(_keys=SearchKeys(F(name), F(pinyin)), _letters=joined)
    for word in text.lower().split():
        queryset = queryset.filter(
            Q(**{f"{name}__icontains": word}) | Q(_letters__contains=word),
            _keys__contains=keys_of(word),
        )
    return queryset

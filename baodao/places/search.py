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

# The migrations make it; it must stay immutable, indexes are built on it. All pairs are
# cut by one regular expression: first those that begin at odd characters, then, one
# character on, the others (\x01 and \x02 keep the parts from making a pair that is in
# neither). An import of the nation's names is mostly this; a loop takes half as long
# again.
SEARCH_KEYS_SQL = r"""
CREATE OR REPLACE FUNCTION search_keys(name text, pinyin text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  both_ text := lower(name) || E'\x01' || replace(pinyin, ' ', '');
  shifted text := repeat(E'\x02', 2 - length(both_) % 2) || substr(both_, 2);
BEGIN
  RETURN string_to_array(regexp_replace(both_, E'[\x01-~]+', '', 'g'), NULL)
    || string_to_array(regexp_replace(both_ || shifted, '(..)', E'\\1\t', 'g'), E'\t');
END $$
"""


class SearchKeys(Func):
    """`search_keys(name, pinyin)` of the database."""

    function = "search_keys"
    arity = 2

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        extra.setdefault("output_field", ArrayField(TextField()))
        super().__init__(*expressions, **extra)


class TitleKeys(Func):
    """The same of words that have no pinyin."""

    function = "search_keys"
    template = "%(function)s(%(expressions)s, '')"
    arity = 1

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
    keys = SearchKeys(F(name), F(pinyin))
    found: QuerySet[M] = queryset.alias(_keys=keys, _letters=joined)  # type: ignore[assignment]
    for word in text.lower().split():
        found = found.filter(
            Q(**{f"{name}__icontains": word}) | Q(_letters__contains=word),
            _keys__contains=keys_of(word),
        )
    return found

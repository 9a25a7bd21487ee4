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

# The migrations make it; it must stay immutable, indexes are built on it. A plain loop
# over positions takes half the time of one over characters with a memory, and a tenth
# of the same thing in SQL: an import of the nation's names is mostly this.
SEARCH_KEYS_SQL = """
CREATE OR REPLACE FUNCTION search_keys(name text, pinyin text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  n text := lower(name);
  p text := replace(pinyin, ' ', '');
  keys text[] := string_to_array(regexp_replace(n || p, '[ -~]+', '', 'g'), NULL);
BEGIN
  FOR i IN 1 .. length(n) - 1 LOOP
    keys := keys || substr(n, i, 2);
  END LOOP;
  FOR i IN 1 .. length(p) - 1 LOOP
    keys := keys || substr(p, i, 2);
  END LOOP;
  RETURN keys;
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

"""Words of the due list: a duty is found by its wording, its member's or its unit's name.
The few wordings, people and units that have a word are found first, so that millions of
duties are never looked through for it."""

from typing import Any

from django.contrib.postgres.fields.array import ArrayContains  # type: ignore[attr-defined]
from django.db.models import F, Q, QuerySet

from baodao.duties.models import Duty, DutyTitle
from baodao.people.models import Member, Unit
from baodao.places.search import SearchKeys, TitleKeys, keys_of

# So many are told one by one, and their duties found by index. Of a word that more have,
# the next hundred hits are near wherever one reads.
MOST = 1_000


def worded(found: QuerySet[Duty], q: str) -> QuerySet[Duty]:
    """Of `found`, the duties that have every word of `q`. Three queries a word."""
    for word in q.split():
        condition = _having(word)
        found = found.filter(condition) if condition else found.none()
    return found


def _having(word: str) -> Q:
    keys = keys_of(word.lower())
    titles = DutyTitle.objects.filter(
        ArrayContains(TitleKeys(F("title")), keys), title__icontains=word
    )
    names = SearchKeys(F("person__name"), F("person__pinyin"))
    people = Member.objects.filter(
        ArrayContains(names, keys), person__name__icontains=word
    )
    called = Q(name__icontains=word) | Q(short_name__icontains=word)
    units = Unit.objects.filter(called)
    return (
        _one_of("title", titles, "title")
        | _one_of("member_id", people, "id")
        | _one_of("unit_id", units, "id")
    )


def _one_of(column: str, rows: QuerySet[Any], name: str) -> Q:
    """That a column has one of the values of these rows; empty when there are none."""
    wanted = rows.order_by().values_list(name, flat=True).distinct()
    found = list(wanted[: MOST + 1])
    if len(found) > MOST:
        return Q(**{f"{column}__in": wanted})
    return Q(**{f"{column}__in": found}) if found else Q()

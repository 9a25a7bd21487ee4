"""The list of progress as a file."""

from collections.abc import Iterator

from django.http import HttpRequest

from baodao.core.clock import today
from baodao.progress import queries
from baodao.progress.measures import OF
from baodao.progress.views import WHO, actor_for, chosen
from baodao.sheets.exports import Listing, conditions
from baodao.sheets.writing import Value

PART = 500


def progress(request: HttpRequest) -> Listing:
    """Units or members with every measure: what is there, what is wanted."""
    who, found = chosen(request, actor_for(request))
    n = found.count()

    def lines() -> Iterator[list[Value]]:
        for start in range(0, n, PART):
            some = list(found[start : start + PART])
            of = queries.counts(who, [x.pk for x in some], today())
            for x in some:
                name = x.name if who == "unit" else x.person.name
                number = x.uscc if who == "unit" else x.volunteer_no
                yield [name, number, *(line.words for line in of[x.pk])]

    heads = (
        WHO[who],
        "信用代码" if who == "unit" else "志愿者编号",
        *(m.title for m in OF[who]),
    )
    lacks = [(m.code, m.title) for m in OF[who]]
    told = conditions(request, ("lack", "还没有", lacks))
    return Listing("进展", heads, lines(), n, told)


ALL = {"progress": progress}

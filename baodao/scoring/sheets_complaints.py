"""The list of complaints as a file: never who complained, nor their words (domain 9.1)."""

from collections.abc import Iterator

from django.http import HttpRequest

from baodao.people.views.asking import require_role
from baodao.scoring import queries_complaints as queries
from baodao.scoring import rules_complaints as rules
from baodao.scoring.sheets_deductions import places_of
from baodao.scoring.views import complaints as views
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value

HEADS = (
    "编号", "社区", "怎么来的", "关于谁", "是谁", "单位", "哪天的事", "收到", "状态", "谁来查",
    "查完的时限", "决定", "理由", "决定时间",
)  # fmt: skip


def complaints(request: HttpRequest) -> Listing:
    """One tab of the list of a desk."""
    actor = require_role(request, "complaints.view")
    tab = views.tab_of(request)
    found = queries.in_tab(queries.complaints(actor, views.wanted_of(request)), tab)

    def rows() -> Iterator[list[Value]]:
        for c in found.iterator(BATCH):
            unit = c.unit or (c.member.unit if c.member else None)
            yield [
                c.no, c.place.name, c.get_source_display(), c.get_about_display(), c.whose,
                str(unit or ""), c.occurred_on, c.received_at, rules.STATES[c.state].title,
                c.get_desk_display(), c.due_at, c.decider, c.reason, c.decided_at,
            ]  # fmt: skip

    told = conditions(
        request, ("about", "关于", rules.ABOUT.items()),
        ("source", "怎么来的", rules.SOURCES.items()), places_of(request),
    )  # fmt: skip
    told = "；".join(filter(None, (queries.TABS[tab][0], told)))
    return Listing("差评", HEADS, rows(), found.count(), told)


ALL = {"complaints": complaints}

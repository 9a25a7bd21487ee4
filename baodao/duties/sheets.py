"""The list of duties as a file: what the address shows."""

from collections.abc import Iterator

from django.http import HttpRequest

from baodao.core.clock import today
from baodao.duties import queries, rules
from baodao.duties.views import chosen
from baodao.people.models import Unit
from baodao.people.views.asking import actor_for
from baodao.places.models import Place
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value


def duties(request: HttpRequest) -> Listing:
    """One tab of the list, by the filters of its address."""
    actor = actor_for(request, "duties.view")
    tab, found = chosen(request, actor)
    rows = queries.in_tab(found, tab, today()).select_related(
        "member__person", "stand_in__person"
    )
    units = dict(
        Unit.objects.filter(id__in=rows.values("unit_id")).values_list("id", "name")
    )
    places = dict(
        Place.objects.filter(id__in=rows.values("place_id")).values_list("id", "name")
    )

    def lines() -> Iterator[list[Value]]:
        for d in rows.iterator(BATCH):
            yield [
                d.title, rules.KINDS[d.kind].title if d.kind in rules.KINDS else "",
                d.member.volunteer_no if d.member else "",
                d.member.person.name if d.member else "",
                units.get(d.unit_id, "") if d.unit_id else "", places.get(d.place_id, ""),
                d.opens_on, d.due_on, rules.STATES[d.state].title, d.done_on,
                "是" if d.made_up else "", rules.EXCUSES.get(d.excuse, ""),
                d.stand_in.person.name if d.stand_in else "",
            ]  # fmt: skip

    heads = (
        "应办", "种类", "志愿者编号", "姓名", "单位", "社区", "从", "到", "状态",
        "完成日期", "补办", "免办原因", "代办人",
    )  # fmt: skip
    kinds = [(k.code, k.title) for k in rules.KINDS.values()]
    month = request.GET.get("month", "")
    months = [(month, month)] if queries.month_of(month) else []
    told = conditions(request, ("kind", "种类", kinds), ("month", "月份", months))
    told = "；".join(filter(None, (queries.TABS[tab], told)))
    return Listing("应办", heads, lines(), rows.count(), told)


ALL = {"duties": duties}

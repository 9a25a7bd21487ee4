"""The lists of report-in as files: the list itself, the table of coverage, and the people
and units behind each of its figures."""

from collections.abc import Iterator

from django.http import HttpRequest

from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.people.models import Member
from baodao.people.views.asking import actor_for
from baodao.places.models import Place
from baodao.reporting import coverage, queries, rules
from baodao.reporting.views import figures
from baodao.reporting.views.staff import LATE, chosen
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value


def report_ins(request: HttpRequest) -> Listing:
    """One tab of the list, by the filters of its address."""
    actor = actor_for(request, "reporting.view")
    tab, _, found = chosen(request, actor, clock_now())
    rows = queries.in_tab(found, actor, tab).select_related("member__unit")

    def lines() -> Iterator[list[Value]]:
        for it in rows.iterator(BATCH):
            m, unit = it.member, it.subject_unit or (it.member and it.member.unit)
            yield [
                it.receipt_no, rules.SUBJECTS["member" if m else "unit"],
                m.volunteer_no if m else "", m.person.name if m else "",
                unit.name if unit else "", rules.CHANNELS[it.channel],
                f"{it.point.parent or ''} {it.point.name}".strip(),
                rules.STATES[it.state].title, it.reported_on, queries.method_title(it),
                it.accepted_at and today(it.accepted_at),
                it.reconfirm_due if it.state in rules.LIVE else None, it.ended_on,
                rules.END_REASONS.get(it.end_reason, ""),
            ]  # fmt: skip

    heads = (
        "报到编号", "谁来报到", "志愿者编号", "姓名", "单位", "渠道", "报到地", "状态",
        "报到日期", "方式", "接收日期", "下次确认", "结束日期", "结束原因",
    )  # fmt: skip
    told = conditions(
        request, ("channel", "渠道", rules.CHANNELS.items()),
        ("subject", "谁来报到", rules.SUBJECTS.items()),
        ("method", "方式", rules.METHODS.items()), ("late", "时限", LATE.items()),
    )  # fmt: skip
    title = queries.tabs_for(actor)[tab][0]
    told = "；".join(filter(None, (title, told)))
    return Listing("报到", heads, lines(), rows.count(), told)


def table(request: HttpRequest) -> Listing:
    """Coverage by place or by unit, both channels apart; the sum stands below."""
    actor = actor_for(request, "reporting.coverage")
    scope = coverage.scope_of(actor, request.GET.get("place", ""))
    by, lines = figures.lines_of(request, scope)
    whole = coverage.total({str(i): line for i, line in enumerate(lines)})
    rows = [_figures(line, by) for line in [*lines, whole]]
    heads = (
        "单位" if by == "unit" else "地方", "代码", "应报到",
        *(f"{title}{word}" for title in rules.CHANNELS.values() for word in _WORDS),
        *(("住在这里",) if by == "place" else ()),
    )  # fmt: skip
    where = (
        "本单位" if scope.unit_id else scope.place.name if scope.place else "全部地区"
    )
    return Listing("报到覆盖面", heads, rows, len(rows), f"{where}，两个渠道分开数")


_WORDS = ("已报到", *(t for c, t in coverage.REASONS.items() if c != "reported"))


def _figures(line: coverage.Line, by: str) -> list[Value]:
    found: list[Value] = [line.title, line.code, line.unit.eligible]
    for channel in rules.CHANNELS:
        counted = line.channel(channel).by_reason
        found += [counted[reason] for reason in coverage.REASONS]
    return [*found, line.living_here] if by == "place" else found


def behind(request: HttpRequest) -> Listing:
    """The members, or the units, behind one figure of the table."""
    actor = actor_for(request, "reporting.coverage")
    scope = coverage.scope_of(actor, request.GET.get("place", ""))
    if request.GET.get("channel") == "units":
        return _units(scope, request.GET.get("reason", ""))
    ids = figures.ids_behind(request, scope)
    channel = rules.CHANNELS[request.GET["channel"]]
    title = figures.MEMBER_TITLES[request.GET["reason"]]

    def rows() -> Iterator[list[Value]]:
        members = Member.objects.select_related("person", "unit", "residence", "point")
        for start in range(0, len(ids), BATCH):
            block = ids[start : start + BATCH]
            known = members.defer("person__phone").in_bulk(block)
            for m in (known[pk] for pk in block):
                yield [
                    m.volunteer_no, m.person.name, m.unit.name if m.unit else "",
                    m.point.name if m.point else "", m.residence.name if m.residence else "",
                ]  # fmt: skip

    heads = ("志愿者编号", "姓名", "单位", "单位联系点", "居住地")
    return Listing("报到覆盖面名单", heads, rows(), len(ids), f"{channel}：{title}")


def _units(scope: coverage.Scope, reason: str) -> Listing:
    found = coverage.unit_rows(scope, reason)
    if reason not in figures.UNIT_TITLES:
        raise NotFound
    points = Place.objects.in_bulk({point for *_, point in found if point})
    rows: list[list[Value]] = [
        [name, points[point].name if point else ""] for _, name, point in found
    ]
    told = f"单位：{figures.UNIT_TITLES[reason]}"
    return Listing("报到覆盖面名单", ("单位", "联系点"), rows, len(rows), told)


ALL = {"report_ins": report_ins, "coverage": table, "coverage_list": behind}

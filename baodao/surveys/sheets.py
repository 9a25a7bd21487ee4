"""The lists of surveys as files: numbers and household numbers, never who or where, and
never what somebody said (domain 9.4)."""

from collections.abc import Iterator, Sequence

from django.http import HttpRequest

from baodao.core.errors import Forbidden, NotFound
from baodao.orders import rules as order_rules
from baodao.people.views.asking import require_role
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value
from baodao.surveys import coverage, queries, results, rules, summing
from baodao.surveys.models import Survey
from baodao.surveys.views import desk, enter, look
from baodao.surveys.views.frame import from_address

FEW = "不足5"


def surveys(request: HttpRequest) -> Listing:
    """One tab of the list."""
    actor = require_role(request, "surveys.view")
    tab = desk.tab_of(request)
    found = queries.in_tab(queries.listed(actor), tab)
    if text := request.GET.get("q", "").strip()[:40]:
        found = found.filter(title__icontains=text)

    def rows() -> Iterator[list[Value]]:
        some = list(found)
        tallies = coverage.tallies(some, actor)
        for s in some:
            t = tallies.get(s.pk, coverage.Tally())
            yield [
                s.title, s.place.code, s.place.name, s.round, s.starts_on, s.ends_on,
                queries.state_of(s).title, t.households, t.answered, round(t.percent, 1),
            ]  # fmt: skip

    heads = (
        "摸底", "代码", "地方", "轮次", "开始", "截止", "状态", "户数", "问到了", "完成率（%）",
    )  # fmt: skip
    told = "；".join(filter(None, (queries.TABS[tab], conditions(request))))
    return Listing("摸底", heads, rows(), found.count(), told)


def areas(request: HttpRequest) -> Listing:
    """How far each community is, or each building of one's own."""
    actor, it = from_address(request)
    look.reached(it)
    lines = _lines(it, coverage.reach(actor, it))
    rows: list[list[Value]] = [
        [place.code, name, t.households, t.answered, t.nobody_home, t.unwilling,
         round(t.percent, 1)]
        for place, name, t in lines
    ]  # fmt: skip
    heads = ("代码", "地方", "户数", "问到了", "没人在家", "不愿意", "完成率（%）")
    return Listing(f"{it.title}进度", heads, rows, len(rows))


def _lines(it: Survey, reach: str) -> list[tuple[Place, str, coverage.Tally]]:
    if it.place.level < COMMUNITY:
        return [
            (x.place, x.place.name, x.tally)
            for x in coverage.by_area(it, desk.level_for(it))
        ]
    found = []
    for line in coverage.by_building(it, reach):
        name = "没有分网格的户" if line.place.level == COMMUNITY else line.place.name
        found.append((line.place, name, line.tally))
        found += [
            (b.place, f"{line.place.name} {'没有楼栋的户' if b.loose else b.place.name}", b.tally)
            for b in line.below
        ]  # fmt: skip
    return found


def doors(request: HttpRequest) -> Listing:
    """Households that are left, by number and building."""
    actor, it = from_address(request)
    if queries.is_above(actor):
        raise Forbidden
    chosen = enter.wanted(request)
    found = coverage.doors(actor, it, **chosen)

    def rows() -> Iterator[list[Value]]:
        for h in found.iterator(BATCH):
            yield [
                f"户 {h.number}", coverage.where(h), rules.OUTCOMES.get(h.outcome or "", "还没去过"),
                h.tries or 0, h.last_on,
            ]  # fmt: skip

    told = conditions(
        request, ("show", "结果", coverage.SHOWS.items()),
        ("under", "哪里", coverage.buildings(actor, it)),
    )  # fmt: skip
    heads = ("户号", "哪里", "结果", "去了几次", "最近一次")
    return Listing(f"{it.title}住户", heads, rows(), found.count(), told)


def answers(request: HttpRequest) -> Listing:
    """Sums by question; text only as a number."""
    actor, it = from_address(request)
    look.reached(it)
    found = look.answers_for(actor, it, coverage.reach(actor, it))
    rows: list[list[Value]] = []
    for a in found:
        kind = a.question.kind_title
        rows.append([a.question.label, kind, "答了的户数", a.n])
        rows += [
            [a.question.label, kind, b.label, FEW if b.n is None else b.n]
            for b in a.bars
        ]
        rows += [[a.question.label, kind, k, v] for k, v in a.facts]
    heads = ("问题", "怎么答", "答案", "户数或数值")
    return Listing(f"{it.title}结果", heads, rows, len(rows))


def places(request: HttpRequest) -> Listing:
    """One question by community, small numbers hidden."""
    _, it = from_address(request)
    look.reached(it)
    if it.place.level >= COMMUNITY:
        raise NotFound
    question, known = look.chosen_question(request, it)
    found = results.by_place(it, question)
    rows = [
        [r.place.code, r.place.name, *(FEW if c is None else c for c in r.cells)]
        for r in found
    ]
    heads = ("代码", "社区（村）", *(text for _, text in question.choices))
    told = conditions(request, ("question", "问题", [(q.key, q.label) for q in known]))
    return Listing(
        f"{it.title}分社区", heads, rows, len(rows), told or f"问题：{question.label}"
    )


def needs(request: HttpRequest) -> Listing:
    """The orders that were found."""
    actor, it = from_address(request)
    look.reached(it)
    found = results.found_orders(it, coverage.reach(actor, it))

    def rows() -> Iterator[list[Value]]:
        for o in found.select_related("category", "unit", "place").iterator(BATCH):
            yield [
                o.no, o.title, o.category.title, o.place.name, o.placed_at,
                order_rules.STATES[o.state].title, str(o.unit or ""),
            ]  # fmt: skip

    heads = ("单号", "对外文字", "类别", "地方", "登记", "状态", "承办")
    return Listing(f"{it.title}发现的需求", heads, rows(), found.count())


def changes(request: HttpRequest) -> Listing:
    """Households by what has changed, by number and how many answers, not which; for
    those above both rounds in sums."""
    actor, it = from_address(request)
    look.reached(it)
    before, reach = results.last_round(it), coverage.reach(actor, it)
    if before is None:
        raise NotFound
    if queries.is_above(actor) or it.place.level < COMMUNITY:
        return _sums_beside(it, results.compared(it, before, reach, above=True))
    kind = look.kind_of(request)
    found = [c for c in results.home_changes(it, before, reach) if c.kind == kind]
    rows: list[list[Value]] = [[f"户 {c.number}", c.title, len(c.steps)] for c in found]
    return Listing(
        f"{it.title}两轮对照", ("户号", "变化", "变了几题"), rows, len(rows),
        summing.CHANGES[kind],
    )  # fmt: skip


def _sums_beside(it: Survey, found: Sequence[results.Answer]) -> Listing:
    rows: list[list[Value]] = []
    for a in found:
        rows += [
            [a.question.label, b.label, _shown(b.before), _shown(b.n)] for b in a.bars
        ]
    heads = ("问题", "答案", "上次户数", "这次户数")
    return Listing(f"{it.title}两轮对照", heads, rows, len(rows))


def _shown(n: int | None) -> Value:
    return FEW if n is None else n


ALL = {
    "surveys": surveys, "survey_areas": areas, "survey_doors": doors,
    "survey_results": answers, "survey_places": places, "survey_needs": needs,
    "survey_changes": changes,
}  # fmt: skip

"""Orders as files: public wording only (domain 9.4), in each desk's own view."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpRequest

from baodao.core.clock import now as clock_now
from baodao.core.errors import Forbidden, NotFound
from baodao.orders import filters, queries, queries_member, queries_unit, rules
from baodao.orders.models import Category, Order
from baodao.orders.views import member as member_views
from baodao.orders.views import unit as unit_views
from baodao.orders.views.staff_page import actor_of
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value

_HEADS = (
    "单号", "状态", "类型", "类别", "急不急", "来源", "地方", "对外文字", "承办单位", "承办党员",
    "登记时间", "时限", "结果", "评价",
)  # fmt: skip
_SHORT = (
    "单号",
    "状态",
    "类别",
    "急不急",
    "事项",
    "地方",
    "登记时间",
    "时限",
    "办结时间",
    "结果",
)


def staff(request: HttpRequest) -> Listing:
    """The staff's list: tab and filters of its address."""
    actor, now = actor_of(request), clock_now()
    if actor.is_anonymous:
        raise NotFound
    if not filters.is_staff(actor):
        raise Forbidden
    wanted, tab, places = queries.asked(actor, request.GET)
    found = queries.rows_of(actor, wanted, tab, {p.code: p.path for p in places}, now)

    def rows() -> Iterator[list[Value]]:
        for o in found.iterator(BATCH):
            yield [
                o.no, rules.STATES[o.state].title, rules.KINDS[o.kind], o.category.title,
                rules.URGENCIES[o.urgency], rules.SOURCES[o.source], o.place.name, o.title,
                str(o.unit or ""), str(o.member or ""), o.placed_at, o.due_at,
                rules.RESULTS.get(o.result, ""), o.rating,
            ]  # fmt: skip

    told = conditions(
        request, ("place", "地方", [(p.code, p.name) for p in places]),
        ("kind", "类型", rules.KINDS.items()), ("category", "类别", _categories()),
        ("source", "来源", rules.SOURCES.items()), ("urgency", "急不急", rules.URGENCIES.items()),
        ("state", "状态", [(c, s.title) for c, s in rules.STATES.items()]),
    )  # fmt: skip
    days = (
        [f"{wanted.since or ''}至{wanted.until or ''}登记"]
        if wanted.since or wanted.until
        else []
    )
    told = "；".join(filter(None, (filters.TABS[tab], told, *days)))
    return Listing("点单", _HEADS, rows(), found.count(), told)


def _categories() -> list[tuple[str, str]]:
    return list(Category.objects.values_list("code", "title"))


def _short(found: QuerySet[Order]) -> Iterator[list[Value]]:
    """An order as outsiders of its community may know it."""
    for o in found.iterator(BATCH):
        yield [
            o.no, rules.STATES[o.state].title, o.category.title, rules.URGENCIES[o.urgency],
            o.title, queries_unit.where(o), o.placed_at, o.due_at, o.closed_at,
            rules.RESULTS.get(o.result, ""),
        ]  # fmt: skip


def unit(request: HttpRequest) -> Listing:
    """The unit's list: tab and filters of its address."""
    actor, now = unit_views.actor_of(request), clock_now()
    tab, found = queries_unit.rows_of(actor, request.GET, now)
    titles = {t: words for t, (words, _) in queries_unit.TABS.items()}
    titles |= {queries_unit.POOL: "可认领", queries_unit.YEAR: "今年居民确认的"}
    told = conditions(
        request, ("category", "类别", _categories()),
        ("urgency", "急不急", rules.URGENCIES.items()), ("due", "到期", queries_unit.DUE.items()),
    )  # fmt: skip
    told = "；".join(filter(None, (titles[tab], told)))
    return Listing("点单", _SHORT, _short(found), found.count(), told)


def mine(request: HttpRequest) -> Listing:
    """A member's own orders, of all times."""
    actor = member_views.actor_of(request)
    found = queries_member.all_of(actor)
    return Listing("我办的单", _SHORT, _short(found), found.count())


def pool(request: HttpRequest) -> Listing:
    """What a member may claim near home and contact point."""
    actor = member_views.actor_of(request)
    member = queries_member.member_of(actor)
    category = request.GET.get("category", "")
    found = queries_member.claimable(actor, member, category)
    told = conditions(request, ("category", "类别", _categories()))
    return Listing("可认领的心愿", _SHORT, _short(found), found.count(), told)


ALL = {
    "orders": staff,
    "orders_unit": unit,
    "orders_mine": mine,
    "orders_pool": pool,
}

"""The lists of the shop as files: the same rows by the same filters, to whom their
pages open."""

from collections.abc import Iterator
from uuid import UUID

from django.http import HttpRequest

from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.orders import queries_member as orders
from baodao.people.views.asking import actor_for, require_role, word
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value
from baodao.shop import effects, queries, redeeming, rules
from baodao.shop.models import Wallet
from baodao.shop.views import desk, prizes, wallets
from baodao.shop.views.frame import searched
from baodao.shop.views.member import WISHES


def _pk(request: HttpRequest, name: str) -> UUID:
    pk = uuid_of(request.GET.get(name))
    if pk is None:
        raise NotFound
    return pk


def _told(request: HttpRequest, first: str) -> str:
    return "；".join(filter(None, (first, conditions(request))))


def redemptions(request: HttpRequest) -> Listing:
    """One tab of the desk."""
    actor = require_role(request, "redemptions.reserve")
    tab = desk.tab_of(request)
    rows_ = queries.in_tab(queries.redemptions(actor, text=searched(request)), tab)

    def rows() -> Iterator[list[Value]]:
        for r in rows_.iterator(BATCH):
            yield [
                r.shop.name, r.prize.name, r.member.volunteer_no, r.member.person.name,
                r.tenths / 10, r.fen / 100, rules.STATES[r.state].title, r.requested_at,
                r.requested_by, r.hold_until, r.handed_at, r.handed_name, r.second_name,
                r.reason,
            ]  # fmt: skip

    heads = (
        "积分超市", "奖品", "志愿者编号", "党员", "积分", "价值（元）", "状态", "申请", "代办人",
        "留到", "领走", "经手人", "第二人", "原因",
    )  # fmt: skip
    told = _told(request, queries.TABS[tab][0])
    return Listing("积分超市兑换", heads, rows(), rows_.count(), told)


def prize_list(request: HttpRequest) -> Listing:
    """Prizes with what came, went and is left (T12)."""
    actor = require_role(request, "prizes.view")
    state = prizes.state_of(request)
    found = queries.prizes(actor, text=searched(request), state=state)

    def rows() -> Iterator[list[Value]]:
        listed = list(found)
        sums = queries.stock_sums(listed)
        for p in listed:
            n = sums.get(p.pk, {})
            yield [
                p.shop.name, p.name, p.tenths / 10, p.fen / 100,
                *(n.get(k, 0) for k in rules.MOVE_KINDS), p.stock, p.held,
            ]  # fmt: skip

    heads = (
        "积分超市", "奖品", "积分", "价值（元）", *rules.SUM_KINDS.values(), "库存", "留着的",
    )  # fmt: skip
    told = _told(request, rules.PRIZE_STATES[state].title)
    return Listing("奖品和库存", heads, rows(), found.count(), told)


def stock_moves(request: HttpRequest) -> Listing:
    """All that came and went of one prize."""
    actor = require_role(request, "prizes.view")
    p = queries.prize(actor, _pk(request, "prize"))
    found = queries.moves(p)

    def rows() -> Iterator[list[Value]]:
        for m in found.iterator(BATCH):
            source = rules.SOURCES.get(m.source, "")
            yield [
                m.at, rules.MOVE_KINDS[m.kind], m.n, m.counted, source, m.giver, m.note,
                m.by_name, m.second_name,
            ]  # fmt: skip

    heads = (
        "时间",
        "种类",
        "数量",
        "数出来",
        "来源",
        "谁给的",
        "说明",
        "经手人",
        "第二人",
    )
    return Listing(f"{p.name}出入库", heads, rows(), found.count())


def wallet_list(request: HttpRequest) -> Listing:
    """By volunteer number."""
    actor = require_role(request, "wallets.view")
    if actor.role == "member":
        raise NotFound
    tab = wallets.tab_of(request)
    found = queries.wallets(actor, text=searched(request), tab=tab)

    def rows() -> Iterator[list[Value]]:
        for w in found.iterator(BATCH):
            unit = str(w.member.unit) if w.member.unit else "社区党员"
            sums = (w.tenths, w.reserved, w.issued, w.redeemed, w.donated, w.expired)
            yield [
                w.member.volunteer_no, w.member.person.name, unit,
                *(n / 10 for n in sums), w.written_off / 10,
            ]  # fmt: skip

    heads = (
        "志愿者编号", "党员", "单位", "积分", "留着等领", "服务得到", "已兑换", "已转赠",
        "已到期", "核销",
    )  # fmt: skip
    told = _told(request, queries.WALLET_TABS[tab])
    return Listing("积分账户", heads, rows(), found.count(), told)


def _entries(request: HttpRequest, w: Wallet | None, title: str) -> Listing:
    kind = word(request, "kind", rules.ENTRY_KINDS)
    found = queries.entries(w, kind) if w else None
    heads = ("日期", "什么", "积分", "从", "到", "按哪一条")

    def rows() -> Iterator[list[Value]]:
        for line in queries.lines(found or ()):
            e = line.entry
            yield [
                e.on, line.title, line.tenths / 10, rules.ACCOUNTS[e.source],
                rules.ACCOUNTS[e.target], queries.rule_words(e.rule) if e.rule else "",
            ]  # fmt: skip

    told = rules.ENTRY_KINDS.get(kind, "")
    return Listing(
        title, heads, rows(), found.count() if found is not None else 0, told
    )


def wallet_entries(request: HttpRequest) -> Listing:
    """One wallet for the operator."""
    actor = require_role(request, "wallets.view")
    if actor.role == "member":
        raise NotFound
    w = queries.wallet(actor, _pk(request, "wallet"))
    return _entries(request, w, f"{w.member.volunteer_no}的积分")


def points(request: HttpRequest) -> Listing:
    """A member's own, to keep."""
    actor = actor_for(request, "donations.give")
    return _entries(request, queries.mine(actor).wallet, "我的积分")


def gift_wishes(request: HttpRequest) -> Listing:
    """Wishes that points may be given to."""
    actor = actor_for(request, "donations.give")
    m = queries.mine(actor)
    found = orders.claimable(actor, m.member).filter(kind__in=WISHES)

    def rows() -> Iterator[list[Value]]:
        for o in found.iterator(BATCH):
            yield [o.title, str(o.category), o.clock_from]

    return Listing("可以转赠的心愿", ("心愿", "类别", "发布"), rows(), found.count())


def donations(request: HttpRequest) -> Listing:
    """What was given to wishes of this place."""
    actor = require_role(request, "donations.view")
    if actor.role == "member":
        raise NotFound
    state = wallets.donation_state(request)
    found = queries.donations(actor, state=state, text=searched(request))

    def rows() -> Iterator[list[Value]]:
        for d in found.iterator(BATCH):
            yield [
                d.order.title, d.member.volunteer_no, d.member.person.name, d.tenths / 10,
                d.given_at, rules.DONATION_STATES[d.state].title, d.thanks,
            ]  # fmt: skip

    heads = ("心愿", "志愿者编号", "党员", "积分", "转赠", "状态", "答谢的话")
    title = rules.DONATION_STATES[state].title if state else ""
    return Listing(
        "转赠给心愿的积分", heads, rows(), found.count(), _told(request, title)
    )


def shop_list(request: HttpRequest) -> Listing:
    """Shops in the order of the divisions."""
    actor = require_role(request, "shops.view")
    found = queries.shops(actor)
    rows: list[list[Value]] = [
        [
            s.place.code, s.name, s.place.name, s.where, redeeming.hours(s), s.opened_on,
            s.earns_from, rules.SHOP_STATES[s.state].title,
        ]
        for s in found
    ]  # fmt: skip
    heads = ("代码", "积分超市", "地方", "在哪里", "开门", "开业", "计分起", "状态")
    return Listing("积分超市", heads, rows, len(rows))


def shop_effect(request: HttpRequest) -> Listing:
    """Before and after, as the page hides and shows it (A25)."""
    actor = require_role(request, "shops.view")
    s = queries.shop(actor, _pk(request, "shop"))
    e = effects.effect(s)
    rows: list[list[Value]] = [list(r) for r in effects.rows(e)]
    spans = [f"{x.start:%Y-%m-%d}起" for x in (e.before, e.after)] if e else ["", ""]
    return Listing(f"{s.name}成效", ("什么", *spans, "相差"), rows, len(rows))


ALL = {
    "redemptions": redemptions, "prizes": prize_list, "stock_moves": stock_moves,
    "wallets": wallet_list, "wallet_entries": wallet_entries, "points": points,
    "gift_wishes": gift_wishes, "donations": donations, "shops": shop_list,
    "shop_effect": shop_effect,
}  # fmt: skip

"""The lists of the yearly evaluation as files."""

from collections.abc import Callable, Iterator
from itertools import islice

from django.db.models import QuerySet
from django.http import HttpRequest

from baodao.acts.actor import Actor
from baodao.people.views.asking import places_below, require_desk, require_role, word
from baodao.scoring import queries_evaluation as queries
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_evaluation as rules
from baodao.scoring import rules_extracts as purposes
from baodao.scoring.models_evaluation import Delivery, Evaluation
from baodao.scoring.services import drafting, extracting
from baodao.scoring.views.cards import years
from baodao.scoring.views.evaluations import wanted_of
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value
from baodao.ui import words


def _told(request: HttpRequest, first: str) -> str:
    chips = (
        ("place", "地方", places_below(request)), ("year", "年度", years()),
        ("subject", "对象", counting.SUBJECTS.items()),
        ("grade", "等次", counting.GRADES.items()),
    )  # fmt: skip
    return "；".join(filter(None, (first, conditions(request, *chips))))


def _as_it_stands(rows: Iterator[Evaluation]) -> Iterator[Evaluation]:
    while part := list(islice(rows, BATCH)):
        drafting.as_it_stands(part)
        yield from part


def evaluations(request: HttpRequest) -> Listing:
    """A round, or what is in the unit or below."""
    actor = require_role(request, "evaluations.view")
    wanted = wanted_of(request)
    found = queries.evaluations(actor, wanted)

    def rows() -> Iterator[list[Value]]:
        for e in _as_it_stands(found.iterator(BATCH)):
            if not queries.shows(actor, e):
                bare: list[Value] = [
                    e.name,
                    str(e.unit or ""),
                    e.round.place.name,
                    e.year,
                ]
                yield [*bare, *[""] * 5, rules.STATES[e.state].title, None]
                continue
            yield [
                e.name, str(e.unit or ""), e.round.place.name, e.year,
                words.score(e.score) if e.drafted_at else "",
                counting.GRADES.get(e.proposed, ""), rules.grade_in(e.grade, e.state),
                e.words, "；".join(e.why), rules.STATES[e.state].title, e.until,
            ]  # fmt: skip

    heads = (
        "对象", "单位", "社区", "年度", "积分", "建议等次", "等次", "综合评语", "说明",
        "到哪一步", "异议期到",
    )  # fmt: skip
    told = _told(request, queries.TABS.get(wanted.tab, ""))
    return Listing("年度评价", heads, rows(), found.count(), told)


def _deliveries(
    request: HttpRequest, act: str, title: str,
    of: Callable[[Actor], QuerySet[Delivery]], tab: str,
) -> Listing:  # fmt: skip
    actor = require_desk(request, f"card_deliveries.{act}", "card_deliveries.view")
    found = of(actor)

    def rows() -> Iterator[list[Value]]:
        for d in found.iterator(BATCH):
            yield [
                d.card.name, d.card.place.name, d.card.year,
                rules.grade_in(d.card.grade, d.card.evaluation.state), d.card.number, d.card.edition,
                rules.RECIPIENTS[d.kind], d.to, rules.DELIVERY_STATES[d.state].title,
                d.delivered_at, d.received_at, d.received_by, d.number, d.note,
            ]  # fmt: skip

    heads = (
        "对象", "社区", "年度", "等次", "编号", "版次", "送给", "名称", "状态", "送达", "签收",
        "签收人", "备案号", "说明",
    )  # fmt: skip
    return Listing(title, heads, rows(), found.count(), _told(request, tab))


def received(request: HttpRequest) -> Listing:
    tab = word(request, "tab", queries.RECEIVED) or "delivered"
    return _deliveries(
        request, "receive", "收到的反馈卡",
        lambda a: queries.received(a, wanted_of(request)).filter(state=tab),
        queries.RECEIVED[tab],
    )  # fmt: skip


def sent(request: HttpRequest) -> Listing:
    tab = word(request, "tab", queries.SENT) or "waiting"
    return _deliveries(
        request, "view", "发出的反馈卡",
        lambda a: queries.sent(a, wanted_of(request)).filter(state=tab), queries.SENT[tab],
    )  # fmt: skip


def filing(request: HttpRequest) -> Listing:
    tab = word(request, "tab", queries.FILING) or "ripe"
    return _deliveries(
        request, "file", "反馈卡备案",
        lambda a: queries.in_filing(queries.deliveries(a, wanted_of(request)), tab),
        queries.FILING[tab],
    )  # fmt: skip


def extracts(request: HttpRequest) -> Listing:
    """The register of extracts, never what is in them."""
    actor = require_role(request, "extracts.view")
    found = extracting.extracts_of(actor)

    def rows() -> Iterator[list[Value]]:
        for e in found.iterator(BATCH):
            yield [
                e.number, purposes.PURPOSES[e.purpose].title, e.place_name, e.year, e.n,
                e.reason, e.made_by, e.made_at, e.valid_until,
            ]  # fmt: skip

    heads = (
        "编号",
        "用途",
        "范围",
        "年度",
        "行数",
        "事由",
        "提取人",
        "提取时间",
        "有效期到",
    )
    return Listing("评价结果提取记录", heads, rows(), found.count())


ALL = {
    "evaluations": evaluations, "feedback_received": received, "feedback_sent": sent,
    "feedback_filing": filing, "extracts": extracts,
}  # fmt: skip

"""The lists of documents as files."""

from collections.abc import Iterator

from django.http import HttpRequest

from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.oversight.policies import queries, rules
from baodao.oversight.policies.views import chips, tab_of, wanted_of
from baodao.people.views.asking import require_role
from baodao.sheets.exports import BATCH, Listing, conditions
from baodao.sheets.writing import Value


def _told(request: HttpRequest, first: str) -> str:
    known = chips(request)
    asked = [
        (k, words, known[f"{k}s"])
        for k, words in (("kind", "种类"), ("place", "地方"), ("year", "年份"))
    ]
    figures = ("figure", "签收", rules.FIGURES.items())
    return "；".join(filter(None, (first, conditions(request, *asked, figures))))


def policies(request: HttpRequest) -> Listing:
    """One tab of the documents that one may read."""
    actor = require_role(request, "policies.read")
    tab = tab_of(request, actor)
    found = queries.narrowed(queries.readable(actor), wanted_of(request))
    found = queries.in_tab(found, tab, actor)

    def rows() -> Iterator[list[Value]]:
        for c in queries.cards(found, actor):
            p, n = c.it, c.n or {}
            yield [
                p.title, p.doc_no, rules.KINDS[p.kind], p.issuer, p.scope.name,
                p.edition, p.effective_on, p.valid_to, c.standing[1], p.summary,
                n.get("all"), n.get("waiting"), n.get("read"),
                c.receipt.read_at if c.receipt else None,
            ]  # fmt: skip

    heads = (
        "标题", "文号", "种类", "发文", "管到哪里", "版次", "生效日期", "失效日期", "状态",
        "摘要", "发给", "没签收", "已签收", "本处签收时间",
    )  # fmt: skip
    return Listing(
        "文件", heads, rows(), found.count(), _told(request, queries.TABS[tab])
    )


def receipts(request: HttpRequest) -> Listing:
    """Who has read one document, by the figure that was opened."""
    actor = require_role(request, "policies.view")
    pk = uuid_of(request.GET.get("of"))
    if pk is None:
        raise NotFound
    p = queries.issued(actor, pk)
    found = queries.receipts(p, wanted_of(request))

    def rows() -> Iterator[list[Value]]:
        for r in found.iterator(BATCH):
            above = "" if r.unit_id or not r.place.parent else r.place.parent.name
            state = rules.RECEIPT_STATES[r.state].title
            yield [r.name, above, state, r.read_at, r.read_by]

    heads = ("发给", "上级", "状态", "签收时间", "签收人")
    return Listing(p.title, heads, rows(), found.count(), _told(request, ""))


ALL = {"policies": policies, "policy_receipts": receipts}

"""The lists of this very subject as files: one's own imports, the register of
exports."""

from collections.abc import Iterator

from django.http import HttpRequest

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.sheets import queries, rules
from baodao.sheets.columns import sheets_for
from baodao.sheets.exports import BATCH, KINDS, Listing
from baodao.sheets.writing import Value


def _actor(request: HttpRequest, action: str) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not can(actor, action):
        raise NotFound
    return actor


def imports(request: HttpRequest) -> Listing:
    """One's own runs."""
    actor = _actor(request, "imports.view")
    found = queries.runs(actor)
    titles = {s.code: s.title for s in sheets_for(actor)}

    def rows() -> Iterator[list[Value]]:
        for r in found.iterator(BATCH):
            n = r.counts
            yield [
                r.created_at, titles.get(r.sheet, r.sheet), r.file_name,
                rules.STATES[r.state].title, n.get("rows"), n.get("new"), n.get("update"),
                n.get("same"), n.get("bad"), n.get("skip"),
            ]  # fmt: skip

    heads = (
        "上传时间",
        "表",
        "文件",
        "状态",
        "行数",
        "新增",
        "更新",
        "不变",
        "有错",
        "不导入",
    )
    return Listing("导入记录", heads, rows(), found.count())


def exports(request: HttpRequest) -> Listing:
    """Who took which list along."""
    found = queries.exports(_actor(request, "exports.view"))

    def rows() -> Iterator[list[Value]]:
        for e in found.iterator(BATCH):
            yield [e.at, e.who, e.title, e.filters, e.rows, KINDS.get(e.kind, e.kind)]

    heads = ("时间", "谁", "列表", "条件", "行数", "格式")
    return Listing("导出记录", heads, rows(), found.count())


ALL = {"imports": imports, "exports": exports}

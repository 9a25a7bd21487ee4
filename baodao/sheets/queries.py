"""sheets, the nouns: one's own runs and what is shown of them, the register of
exports."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from baodao.acts.access import visible
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.core.progress import progress_of
from baodao.sheets import rules
from baodao.sheets.findings import Finding, Findings
from baodao.sheets.models import Export, ImportRun

# What the tabs of a checked run show, in this order; "fix" opens first.
TABS = {"fix": "要改", "soon": "提示", "update": "会更新", "new": "会新增"}


def runs(actor: Actor) -> QuerySet[ImportRun]:
    """The actor's own runs, newest first, without their contents."""
    found = visible(ImportRun.objects.all(), actor, "imports.view")
    return found.defer("body", "findings", "fixes").order_by("-created_at", "-pk")


def run(actor: Actor, run_id: UUID) -> ImportRun:
    """One own run without the file. Raises NotFound."""
    found = visible(ImportRun.objects.filter(pk=run_id), actor, "imports.view")
    row = found.defer("body").first()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class Share:
    """One outcome in the bar: its count, its share in hundredths (at least 2 when
    there is any, so that it is seen), how it is drawn."""

    outcome: str
    title: str
    n: int
    width: int
    look: str


_OUTCOMES = (
    ("new", "新增", "p-ok"),
    ("update", "更新", "p-ok-2"),
    ("same", "不变", "p-pause"),
    ("bad", "有错", "p-late"),
    ("skip", "不导入", "p-unit"),
)


def shares(counts: dict[str, int]) -> list[Share]:
    """The outcomes of a run; those of the design always, 不导入 when there is any."""
    whole = max(counts.get("rows", 0), 1)
    return [
        Share(code, title, n, max(2, round(n * 100 / whole)) if n else 0, look)
        for code, title, look in _OUTCOMES
        if (n := counts.get(code, 0)) or code != "skip"
    ]


@dataclass(frozen=True)
class Busy:
    """How far a job is: a phase in words, hundredths, the numbers; `waits` while no
    worker has taken it up."""

    phase: str
    percent: int
    done: int
    total: int
    waits: bool


def busy(found: ImportRun) -> Busy | None:
    """None when nothing is being done."""
    if found.state not in rules.BUSY:
        return None
    seen = progress_of(f"import:{found.pk}")
    if seen is None:
        title = "等后台接手" if found.state == "checking" else "准备写入"
        return Busy(title, 0, 0, 0, True)
    percent = round(seen.done * 100 / seen.total) if seen.total else 0
    return Busy(seen.phase, percent, seen.done, seen.total, False)


def problems(findings: Findings, tab: str) -> list[tuple[int, Finding]]:
    """(index, finding) of a tab: what must be mended, or what is only a remark."""
    soon = tab == "soon"
    return [(i, f) for i, f in enumerate(findings.found) if (f.tone == "soon") == soon]


def exports(actor: Actor) -> QuerySet[Export]:
    """The register of exports in the actor's sight, newest first."""
    return visible(Export.objects.all(), actor, "exports.view").order_by("-at", "-pk")

"""An import run brought to a state by the real services, without a worker."""

from typing import Any

from baodao.acts.actor import Actor
from baodao.sheets import services
from baodao.sheets.findings import Finding, Findings
from baodao.sheets.fixes import Fix
from baodao.sheets.models import ImportRun
from baodao.sheets.tests.files import Rows, book


def checked(
    actor: Actor, sheet: str, rows: Rows | bytes, name: str = "名册.xlsx"
) -> ImportRun:
    """Handed in and checked."""
    data = rows if isinstance(rows, bytes) else book(rows)
    run = services.start_import(
        actor=actor, sheet=sheet, file_name=name, data=data, job=False
    )
    services.check_run(run.pk)
    return fresh(run)


def fresh(run: ImportRun) -> ImportRun:
    """As it stands in the database now."""
    return ImportRun.objects.get(pk=run.pk)


def fixed(actor: Actor, run: ImportRun, *fixes: Fix) -> ImportRun:
    """Mended on the page and checked again."""
    services.fix_run(actor=actor, run_id=run.pk, fixes=fixes, version=run.version)
    services.check_run(run.pk)
    return fresh(run)


def written(actor: Actor, run: ImportRun, **kwargs: Any) -> ImportRun:
    """Written, or sent back."""
    services.start_load(
        actor=actor, run_id=run.pk, version=run.version, job=False, **kwargs
    )
    services.load_run(run.pk)
    return fresh(run)


def outcome(run: ImportRun) -> tuple[int, int, int, int]:
    """new, update, same, bad."""
    n = run.counts
    return n["new"], n["update"], n["same"], n["bad"]


def found(run: ImportRun, column: str = "") -> list[Finding]:
    """What is wrong or asked, of one column or all."""
    listed = Findings.parse(run.findings).found
    return [f for f in listed if not column or f.column == column]


def said(run: ImportRun, column: str = "") -> str:
    """The sentences of all findings."""
    return "\n".join(f.message for f in found(run, column))

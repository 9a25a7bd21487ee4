"""sheets, the verbs: hand a file in, check it, mend it, write it, drop it. A check
writes nothing but what it found; a load is one transaction that writes what the check
has shown, or nothing. Domain 9.1, 9.3; T19."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import transaction

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.engine import act, create, note_event
from baodao.acts.writing import Done, Write
from baodao.core.clock import now as clock_now
from baodao.core.collecting import paused
from baodao.core.errors import BaodaoError, Conflict, Invalid, NotFound
from baodao.core.locks import one_at_a_time
from baodao.core.progress import Tell, nobody
from baodao.sheets import rules
from baodao.sheets.actors import actor_of
from baodao.sheets.cases import Trial, try_out
from baodao.sheets.columns import sheet_for
from baodao.sheets.findings import (
    Findings,
    dump_fixes,
    findings_of,
    parse_fixes,
)
from baodao.sheets.fixes import Fix
from baodao.sheets.models import ImportRun
from baodao.sheets.reading import refuse_unreadable

log = logging.getLogger("baodao")
CHECK, LOAD = "sheets.check", "sheets.load"
# Gone with the run: the file, what was found in it, what was mended.
_NOTHING: Mapping[str, Any] = {"body": None, "findings": "", "fixes": ""}
_MOVED_ON = "核对以后，系统里的内容有变化，结果和您看到的不一样，所以没有写入。请再看一遍，再写入。"
_BROKEN = "系统出了问题，一行也没有写入。请过一会儿再试。"


def start_import(
    *, actor: Actor, sheet: str, file_name: str, data: bytes,
    now: datetime | None = None, job: bool = True,
) -> ImportRun:  # fmt: skip
    """Keep a file, sealed, and have it checked. Raises NotFound when the sheet is not
    the actor's, Invalid (field "file") for what cannot be a table."""
    sheet_for(actor, sheet)
    refuse_unreadable(data, file_name)
    run = ImportRun(
        account_id=actor.account_id, tie_id=actor.tie_id, role=actor.role,
        who=actor.name, sheet=sheet, file_name=file_name[-120:], size=len(data),
        body=data, changed_at=now or clock_now(),
    )  # fmt: skip
    write = Write(
        data={"sheet": sheet, "size": len(data)}, job=_job(CHECK, run.pk, job)
    )
    create(actor, "imports.start", run, write, now=now)
    return run


def _job(
    task: str, run_id: UUID, wanted: bool = True
) -> tuple[str, dict[str, str]] | None:
    return (task, {"run_id": str(run_id)}) if wanted else None


def check_run(run_id: UUID, *, tell: Tell = nobody, now: datetime | None = None) -> str:
    """Check a run that waits for it; returns its state afterwards. Harmless when it
    does not wait (any more)."""
    run = _run(run_id)
    if run.state != "checking":
        return run.state
    started = monotonic()
    try:
        case = _trial(run, now, tell).case
    except BaodaoError as error:
        write = Write(set={"message": error.message, **_stamp(now)})
        return _done("imports.refuse", run, write, now)
    except Exception:
        write = Write(set={"message": _BROKEN, **_stamp(now)})
        _done("imports.refuse", run, write, now)
        raise
    found = findings_of(case)
    millis = round((monotonic() - started) * 1000)
    return _done(
        "imports.found", run, _found(case.counts, case.digest, found, millis, now), now
    )


def _found(
    counts: dict[str, int], digest: str, found: Findings, millis: int,
    now: datetime | None,
) -> Write:  # fmt: skip
    changed = {
        "counts": counts, "digest": digest, "findings": found.dump(), "millis": millis,
        **_stamp(now),
    }  # fmt: skip
    return Write(set=changed, data={"counts": counts})


def _trial(run: ImportRun, now: datetime | None, tell: Tell) -> Trial:
    actor = actor_of(run)
    return try_out(
        sheet_for(actor, run.sheet), actor, bytes(run.body or b""), run.file_name,
        now=now or clock_now(), fixes=parse_fixes(run.fixes), run_id=run.pk, tell=tell,
    )  # fmt: skip


def _stamp(now: datetime | None) -> dict[str, datetime]:
    return {"changed_at": now or clock_now()}


def _done(action: str, run: ImportRun, write: Write, now: datetime | None) -> str:
    """The system's step after a job. Somebody who was faster (dropped it, killed the
    first worker) is no fault."""
    try:
        return act(
            SYSTEM, action, run.pk, lambda row: write, version=run.version, now=now
        ).state
    except Conflict:
        return _run(run.pk).state


def _run(run_id: UUID) -> ImportRun:
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound
    return run


def fix_run(
    *, actor: Actor, run_id: UUID, fixes: Sequence[Fix], version: int,
    now: datetime | None = None,
) -> Done:  # fmt: skip
    """Mend cells or leave rows out, and check again. `version` is what the person
    saw: findings of another check are a conflict."""
    if not fixes:
        raise Invalid("还没有改。请在要改的行里填上或选好，再点一次。")

    def decide(row: Mapping[str, Any]) -> Write:
        seen = ImportRun.objects.filter(pk=run_id).values_list("fixes", flat=True)
        kept = parse_fixes(seen.get())
        changed = {"fixes": dump_fixes([*kept, *fixes]), "message": "", **_stamp(now)}
        cells = sum(1 for fix in fixes if fix.column)
        return Write(set=changed, data={"fixes": cells}, job=_job(CHECK, run_id))

    return act(actor, "imports.fix", run_id, decide, version=version, now=now)


def start_load(
    *, actor: Actor, run_id: UUID, version: int, partly: bool = False,
    now: datetime | None = None, job: bool = True,
) -> Done:  # fmt: skip
    """Have the checked rows written: all of them; with `partly` those without a
    problem, the others are left out. Raises Invalid while something is wrong and
    nobody said to leave it out, or when there is nothing to write."""

    def decide(row: Mapping[str, Any]) -> Write:
        seen = ImportRun.objects.filter(pk=run_id).values_list("counts", flat=True)
        counts: dict[str, int] = seen.get()
        if counts["bad"] and not partly:
            raise Invalid(
                f"还有{counts['bad']:,}行要改。请先改好，或只写入没问题的行。"
            )
        if not counts["new"] + counts["update"]:
            raise Invalid("没有要写入的行。表里的内容系统里都有了。")
        return Write(
            set={"partly": partly, "message": "", **_stamp(now)},
            data={"partly": partly},
            job=_job(LOAD, run_id, job),
        )

    return act(
        actor,
        "imports.load",
        run_id,
        decide,
        reads=("counts",),
        version=version,
        now=now,
    )


def load_run(run_id: UUID, *, tell: Tell = nobody, now: datetime | None = None) -> str:
    """Write a run that waits for it; returns its state afterwards. Judged anew inside
    the transaction: when that gives anything else than what the person saw, nothing
    is written and the run goes back to them."""
    run = _run(run_id)
    if run.state != "loading":
        return run.state
    try:
        with transaction.atomic():
            # Two files of the same people must not add each of them twice.
            one_at_a_time(f"sheets:{run.sheet}")
            return _load(run, now, tell)
    except BaodaoError as error:
        return _back(run, error.message, now)
    except Exception:
        _back(run, _BROKEN, now)
        raise


def _load(run: ImportRun, now: datetime | None, tell: Tell) -> str:
    started = monotonic()
    trial = _trial(run, now, tell)
    if trial.case.digest != run.digest:
        raise Conflict(_MOVED_ON)
    n = trial.case.counts["new"] + trial.case.counts["update"]
    tell("写入", 0, n)
    with paused():
        trial.load()
    tell("写入", n, n)
    changed = {**_NOTHING, **_stamp(now)}
    changed["millis"] = round((monotonic() - started) * 1000)
    write = Write(set=changed, data={"counts": trial.case.counts})
    # Guarded by the version: of two workers only one commits.
    done = act(
        SYSTEM,
        "imports.loaded",
        run.pk,
        lambda row: write,
        version=run.version,
        now=now,
    )
    return done.state


def _back(run: ImportRun, message: str, now: datetime | None) -> str:
    """Nothing was written: back to the person with what the world looks like now."""
    changed: dict[str, Any] = {"message": message, **_stamp(now)}
    try:
        case = _trial(run, now, nobody).case
        changed |= {
            "counts": case.counts, "digest": case.digest,
            "findings": findings_of(case).dump(),
        }  # fmt: skip
    except BaodaoError as error:
        changed["message"] = error.message
    return _done("imports.back", run, Write(set=changed), now)


def drop_run(*, actor: Actor, run_id: UUID, now: datetime | None = None) -> Done:
    """Not to be imported: the file is gone at once."""
    write = Write(set={**_NOTHING, **_stamp(now)})
    return act(actor, "imports.drop", run_id, lambda row: write, now=now)


def drop_forgotten(*, now: datetime | None = None) -> int:
    """Every night: files that nobody wrote or dropped for two weeks. Returns how
    many."""
    before = (now or clock_now()) - rules.KEEP
    found = ImportRun.objects.filter(state__in=rules.OPEN, changed_at__lt=before)
    ids = list(found.values_list("pk", flat=True))
    for pk in ids:
        drop_run(actor=SYSTEM, run_id=pk, now=now)
    return len(ids)


def note_marked(*, actor: Actor, run: ImportRun) -> None:
    """The marked table was taken along: on record."""
    note_event(actor, "imports.marked", run, Write())

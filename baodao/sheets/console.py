"""Import from the console: the very same check and load as on the page, in one go.
Files that are no sheets of ours (the national list of places) register as a source."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from baodao.acts.actor import SYSTEM, Actor
from baodao.core.errors import BaodaoError, Invalid
from baodao.core.progress import Tell
from baodao.sheets import services
from baodao.sheets.actors import actors_named
from baodao.sheets.columns import open_sheets, sheets_for
from baodao.sheets.findings import Findings
from baodao.sheets.fixes import numbers_of
from baodao.sheets.models import ImportRun

Say = Callable[[str], None]
SHOWN = 20  # problems printed


@dataclass(frozen=True)
class Order:
    """What somebody typed: who acts, which files, whether only to look."""

    kind: str
    paths: tuple[Path, ...]
    actor: Actor
    dry_run: bool
    partly: bool
    say: Say
    tell: Tell


@dataclass(frozen=True)
class Source:
    """Another kind of file for `baodao import KIND FILE`. `takes` looks at the paths;
    `run` raises BaodaoError, or returns whether all went well."""

    kind: str
    title: str
    takes: Callable[[tuple[Path, ...]], bool]
    run: Callable[[Order], bool]


SOURCES: list[Source] = []


def kinds() -> list[str]:
    """What KIND may be."""
    return list(
        dict.fromkeys([*(s.code for s in open_sheets()), *(s.kind for s in SOURCES)])
    )


def actor_for(username: str, kind: str) -> Actor:
    """Who acts: the system, or an account in the role that may import this. Raises
    Invalid."""
    if not username:
        return SYSTEM
    held = actors_named(username)
    if not held:
        raise Invalid(f"没有在用的账号 {username}，或者它没有角色。请核对账号。")
    fit = (a for a in held if any(s.code == kind for s in sheets_for(a)))
    return next(fit, held[0])


def run_order(order: Order) -> bool:
    """Import what was named. True when everything was written (or, only looking, could be).
    Raises BaodaoError."""
    other = next(
        (s for s in SOURCES if s.kind == order.kind and s.takes(order.paths)), None
    )
    if other:
        return other.run(order)
    path, *more = order.paths
    if more:
        raise Invalid("一次导入一个文件。请分几次导入。")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(f"打不开 {path}：{error.strerror}。") from error
    if not any(s.code == order.kind for s in sheets_for(order.actor)):
        who = order.actor.name or "系统"
        raise Invalid(f"{who}不能导入这张表。请用 --as 指明有这个权限的账号。")
    run = services.start_import(
        actor=order.actor,
        sheet=order.kind,
        file_name=path.name,
        data=data,
        job=False,
    )
    services.check_run(run.pk, tell=order.tell)
    run.refresh_from_db()
    return _go_on(order, run)


def _go_on(order: Order, run: ImportRun) -> bool:
    fine = _report(order, run)
    if run.state != "checked" or order.dry_run or not (fine or order.partly):
        if run.state in ("checked", "refused"):
            services.drop_run(actor=order.actor, run_id=run.pk)
        return fine
    return _load(order, run.pk, run.version) and fine


def _load(order: Order, run_id: UUID, version: int) -> bool:
    counts = ImportRun.objects.values_list("counts", flat=True).get(pk=run_id)
    if not counts["new"] + counts["update"]:
        services.drop_run(actor=order.actor, run_id=run_id)
        order.say("表里的内容系统里都有了，没有要写入的。")
        return True
    services.start_load(
        actor=order.actor,
        run_id=run_id,
        version=version,
        partly=order.partly,
        job=False,
    )
    state = services.load_run(run_id, tell=order.tell)
    run = ImportRun.objects.defer("body").get(pk=run_id)
    if state != "loaded":
        services.drop_run(actor=order.actor, run_id=run_id)
        raise BaodaoError(run.message)
    order.say(f"写好了，用时 {run.millis / 1000:.1f} 秒。")
    return True


def _report(order: Order, run: ImportRun) -> bool:
    """Say what was found; whether nothing is wrong."""
    if run.state == "refused":
        order.say(run.message)
        return False
    n = run.counts
    order.say(
        f"{n['rows']:,} 行：新增 {n['new']:,}，更新 {n['update']:,}，"
        f"不变 {n['same']:,}，有错 {n['bad']:,}"
    )
    found = [f for f in Findings.parse(run.findings).found if f.tone != "soon"]
    for finding in found[:SHOWN]:
        first = next(numbers_of(finding.rows))
        more = f"等 {finding.n:,} 行" if finding.n > 1 else ""
        order.say(f"  第 {first} 行{more}，{finding.title}：{finding.message}")
    if len(found) > SHOWN:
        order.say(f"  还有 {len(found) - SHOWN:,} 处。")
    return not n["bad"]

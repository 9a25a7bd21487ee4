"""`baodao import places FOLDER`: the nation's places from their published CSV files,
which are no sheet of ours."""

from pathlib import Path
from time import monotonic

from baodao.places.divisions import is_list
from baodao.places.services.nation import Outcome, import_places
from baodao.sheets.console import Order, Source


def _run(order: Order) -> bool:
    started = monotonic()

    def say(line: str) -> None:
        order.say(f"{monotonic() - started:6.1f} 秒  {line}")

    outcome = import_places(
        actor=order.actor, paths=order.paths, say=say, dry_run=order.dry_run
    )
    say(words(outcome))
    return True


def words(done: Outcome) -> str:
    """The outcome as one line; what needs nobody is left out."""
    if not done.added and not done.renamed:
        head = f"没有变化，{done.same:,}个地方都和文件一样。"
    else:
        head = f"新增{done.added:,}个，改名{done.renamed:,}个，不变{done.same:,}个。"
    notes = (
        (done.ended, "个在这里已经停用或并入别处，没有再加"),
        (done.withdrawn, "个标着“已撤销”，没有导入"),
        (done.missing, "个在用的地方文件里没有，没有动；撤并了的请用“区划调整”处理"),
    )
    return head + "".join(f"{n:,}{text}。" for n, text in notes if n)


def _takes(paths: tuple[Path, ...]) -> bool:
    return all(p.is_dir() or is_list(p) for p in paths)


NATION = Source("places", "统计用区划", _takes, _run)

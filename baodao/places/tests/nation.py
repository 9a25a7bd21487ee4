"""A nation in small: files as the published list has them, with its traps."""

import csv
from collections.abc import Iterable
from pathlib import Path

HEADS = {
    2: ("provinces", ["code", "name"]),
    4: ("cities", ["code", "name", "provinceCode"]),
    6: ("areas", ["code", "name", "cityCode", "provinceCode"]),
    9: ("streets", ["code", "name", "areaCode", "provinceCode", "cityCode"]),
    12: ("villages", ["code", "name", "streetCode", "provinceCode", "cityCode", "areaCode"]),
}  # fmt: skip

TRAPS = (
    ("11", "北京市"), ("1101", "市辖区"), ("110101", "东城区"),
    ("50", "重庆市"), ("5002", "县"), ("500229", "城口县"),
    ("41", "河南省"), ("4190", "省直辖县级行政区划"), ("419001", "济源市"),
    ("44", "广东省"), ("4419", "东莞市"), ("441900", "东莞市"), ("441900003", "东城街道"),
    ("110101001", "东华门街道"), ("110101400", "某某开发区"), ("110101005", "旧街道[已撤销]"),
    ("419001200", "坡头乡"), ("500229100", "葛城镇"),
    ("110101001001", "多福巷社区居委会"), ("110101001498", "文景街道虚拟社区"),
    ("419001200201", "清涧村村民委员会"), ("500229100201", "新村村委会"),
    ("500229100202", "新村村委会"), ("441900003001", "岗贝社区居民委员会"),
)  # fmt: skip


def write(folder: Path, rows: Iterable[tuple[str, str]]) -> Path:
    """The five files, with the columns and quotes of the package."""
    by_length: dict[int, list[tuple[str, str]]] = {n: [] for n in HEADS}
    for code, name in rows:
        by_length[len(code)].append((code, name))
    for n, (stem, head) in HEADS.items():
        with (folder / f"{stem}.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(head)
            out.writerows(
                [c, name, *("",) * (len(head) - 2)] for c, name in by_length[n]
            )
    return folder


def grown(n: int = 10) -> list[tuple[str, str]]:
    """2 provinces with n × n × n × n places below each, named in turns."""
    names = ("阳光", "民生", "团结", "幸福", "雪山", "草原", "河畔", "新村")
    rows = []
    for p in ("61", "62"):
        rows.append((p, f"{names[int(p) % 8]}省"))
        for c in range(1, n + 1):
            rows.append((f"{p}{c:02d}", f"{names[c % 8]}市"))
            for a in range(1, n + 1):
                area = f"{p}{c:02d}{a:02d}"
                rows.append((area, f"{names[a % 8]}县"))
                for t in range(n):
                    town = f"{area}{100 + t}"
                    rows.append((town, f"{names[t % 8]}镇"))
                    rows += [
                        (f"{town}{200 + v}", f"{names[(t + v) % 8]}{v}村村委会")
                        for v in range(n)
                    ]
    return rows

"""A plain, slow, independent calculation of a card from records, in fractions: it shares
no line with the product. Written from domain 7 and 8.39, not from the code."""

from datetime import date
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
Version = tuple[date, list[Row]]


def card(
    records: list[Row],
    versions: list[Version],
    subject: str,
    base: int = 80,
    most: int = 20,
) -> tuple[Fraction, Fraction, Fraction]:
    """(adds, deductions, score) in points. A record has kind, cls, minutes, quantity,
    channel, member (bool), day, source, sign (+1, or −1 for a reversal); `versions` are
    rows as in default_rules.csv, each from its day on, older ones first."""
    worth: dict[str, Fraction] = {}
    last: dict[str, Row] = {}
    caps: dict[str, list[int]] = {}
    codes: dict[str, list[tuple[int, Row]]] = {}
    for i, (_, rows) in enumerate(versions):
        for r in rows:
            if r["subject"] == subject:
                codes.setdefault(r["code"], []).append((i, r))
    for code, rules in codes.items():
        hits = [(r, _hits(r, records, versions, i, subject)) for i, r in rules]
        standing = [(r, h) for r, h in hits if h]
        if not standing:
            continue
        worth[code] = _worth(standing, subject)
        for rule, _ in _used(standing, subject):
            last[code] = rule
            caps.setdefault(code, []).append(int(rule["cap"]))
    return _summed(worth, last, caps, base, most)


def _summed(
    worth: dict[str, Fraction], last: dict[str, Row], caps: dict[str, list[int]],
    base: int, most: int,
) -> tuple[Fraction, Fraction, Fraction]:  # fmt: skip
    """Codes that share a cap are capped together; the best cap of any version holds."""
    pots: dict[str, list[str]] = {}
    for code, rule in last.items():
        pots.setdefault(rule["cap_group"] or code, []).append(code)
    sides = {1: Fraction(0), -1: Fraction(0)}
    for codes in pots.values():
        sign = int(last[codes[0]]["sign"])
        points = sum((worth[c] for c in codes), Fraction(0))
        offered = [n for c in codes for n in caps[c]]
        limited = [Fraction(n, 10) for n in offered if n]
        if sign > 0 and limited and 0 not in offered:
            points = min(points, max(limited))
        if sign < 0 and limited:
            points = min(points, min(limited))
        sides[sign] += points
    adds, deducts = min(sides[1], Fraction(most)), sides[-1]
    return adds, deducts, max(Fraction(0), min(Fraction(100), base + adds - deducts))


def _hits(
    rule: Row, records: list[Row], versions: list[Version], i: int, subject: str
) -> list[Row]:
    """The records that the rule counts while its version holds."""
    begins = versions[i][0]
    ends = versions[i + 1][0] if i + 1 < len(versions) else date.max
    kinds = {name.split(":")[0] for name in rule["selects"].split()}
    some = [r for r in records if r["kind"] in kinds and begins <= r["day"] < ends]
    return [r for r in some if _hit(rule, r, subject)]


def _hit(rule: Row, r: Row, subject: str) -> bool:
    if subject == "member" and not r["member"]:
        return False
    if subject == "unit" and rule["own"] and r["member"]:
        return False
    if rule["channel"] and rule["channel"] != r["channel"]:
        return False
    if r["minutes"] < int(rule["min_minutes"]) or r["quantity"] < int(rule["at_least"]):
        return False
    names = rule["selects"].split()
    return r["kind"] in names or r["kind"] + ":" + r["cls"] in names


def _used(standing: list[tuple[Row, list[Row]]], subject: str) -> list[tuple[Row, int]]:
    """(version, how much of its measure is its own), where there is any."""
    seen: set[Any] = set()
    found = []
    for rule, hits in standing:
        n = _amount(rule, hits)
        if rule["measure"] == "each":
            n = _times(rule, hits, subject, seen)
        if n > 0:
            found.append((rule, n))
    return found


def _worth(standing: list[tuple[Row, list[Row]]], subject: str) -> Fraction:
    """As the year went: the first are free, what is left of an award goes on."""
    tenths, begun, gone = 0, Fraction(0), 0
    for rule, n in _used(standing, subject):
        each, counted = int(rule["tenths"]), 0
        for _ in range(n):
            gone += 1
            counted += gone > int(rule["first_free"])
        if rule["measure"] == "minutes":
            begun += Fraction(counted, int(rule["per"]))
            tenths += each * int(begun)
            begun -= int(begun)
        elif rule["measure"] == "months":
            begun += Fraction(counted * each, 12)
            tenths += int(begun)
            begun -= int(begun)
        else:
            tenths += each * counted
    return Fraction(tenths, 10)


def _amount(rule: Row, hits: list[Row]) -> int:
    if rule["measure"] == "minutes":
        return sum(int(r["sign"] * r["minutes"]) for r in hits)
    if rule["measure"] == "shortfall":
        per, line = int(rule["per"]), int(rule["threshold"])
        return sum(
            int(r["sign"] * ((line - r["quantity"]) // per))
            for r in hits
            if r["quantity"] < line
        )
    return sum(int(r["sign"] * r["quantity"]) for r in hits)


def _times(rule: Row, hits: list[Row], subject: str, seen: set[Any]) -> int:
    """How often; what counts once and was counted under an older version is in `seen`."""
    standing: dict[Any, int] = {}
    for r in hits:
        window = _window(rule, r, subject)
        standing[window] = standing.get(window, 0) + r["sign"]
    if rule["period"] == "year" and subject == "member":
        return sum(standing.values())
    fresh = {w for w, n in standing.items() if n > 0} - seen
    seen |= fresh
    return len(fresh)


def _window(rule: Row, r: Row, subject: str) -> Any:
    day: date = r["day"]
    if rule["period"] == "month":
        return day.year, day.month
    if rule["period"] == "quarter":
        return day.year, "quarter", (day.month - 1) // 3
    if rule["period"] == "once":
        return "once"
    return r["source"] if subject == "unit" else "all"

"""A plain, slow, independent calculation of a card from records, in fractions: it shares
no line with the product. Written from domain 7, not from the code."""

from datetime import date
from fractions import Fraction
from typing import Any

Row = dict[str, Any]


def card(
    records: list[Row], rules: list[Row], subject: str, base: int = 80, most: int = 20
) -> tuple[Fraction, Fraction, Fraction]:
    """(adds, deductions, score) in points. A record has kind, cls, minutes, quantity,
    channel, member (bool), day, source, sign (+1, or −1 for a reversal); `rules` are the
    rows of default_rules.csv."""
    used: dict[str, Fraction] = {}
    adds, deducts = Fraction(0), Fraction(0)
    for rule in rules:
        if rule["subject"] != subject:
            continue
        hits = [r for r in records if _hit(rule, r, subject)]
        worth = _worth(rule, hits, subject)
        cap = Fraction(int(rule["cap"]), 10)
        pot = rule["cap_group"] or rule["code"]
        if cap:
            worth = min(worth, cap - used.get(pot, Fraction(0)))
            used[pot] = used.get(pot, Fraction(0)) + worth
        if int(rule["sign"]) > 0:
            adds += worth
        else:
            deducts += worth
    adds = min(adds, Fraction(most))
    return adds, deducts, max(Fraction(0), min(Fraction(100), base + adds - deducts))


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


def _worth(rule: Row, hits: list[Row], subject: str) -> Fraction:
    each, per = Fraction(int(rule["tenths"]), 10), int(rule["per"])
    free = int(rule["first_free"])
    if rule["measure"] == "minutes":
        total = sum(int(r["sign"] * r["minutes"]) for r in hits)
        return each * (max(0, total) // per)
    if rule["measure"] == "months":
        months = sum(r["sign"] * r["quantity"] for r in hits)
        tenths = int(rule["tenths"]) * max(0, months) // 12
        return Fraction(tenths, 10)
    if rule["measure"] == "level":
        return each * max(0, sum(int(r["sign"] * r["quantity"]) for r in hits))
    if rule["measure"] == "shortfall":
        gaps: list[int] = [
            r["sign"] * ((int(rule["threshold"]) - r["quantity"]) // per)
            for r in hits
            if r["quantity"] < int(rule["threshold"])
        ]
        return each * max(0, sum(gaps))
    return each * max(0, _times(rule, hits, subject) - free)


def _times(rule: Row, hits: list[Row], subject: str) -> int:
    standing: dict[Any, int] = {}
    for r in hits:
        standing[_window(rule, r, subject)] = (
            standing.get(_window(rule, r, subject), 0) + r["sign"]
        )
    if rule["period"] == "year" and subject == "member":
        return sum(standing.values())
    return sum(1 for n in standing.values() if n > 0)


def _window(rule: Row, r: Row, subject: str) -> Any:
    day: date = r["day"]
    if rule["period"] == "month":
        return day.month
    if rule["period"] == "quarter":
        return (day.month - 1) // 3
    if rule["period"] == "once":
        return "once"
    return r["source"] if subject == "unit" else "all"

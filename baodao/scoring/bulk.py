"""The cards of a place in one expression: records and rules in, adds, deductions and
score out. Written once with Ibis; DuckDB runs it for the closing of a year and for the
question what another rule would change, PostgreSQL gives the same figures (tests), and
`rules_counting.total` says the same for one card."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import ibis
import pyarrow as pa
from ibis import _

from baodao.scoring import rules_counting as counting

# Names and types of what it reads. Ids are text: no engine's own kind of id.
FACTS = {
    "community": "string", "member": "string", "unit": "string", "kind": "string",
    "class": "string", "channel": "string", "minutes": "int64", "quantity": "int64",
    "day": "date", "source": "string", "sign": "int64", "whole": "boolean",
}  # fmt: skip
SCOPES = {
    "community": "string",
    "rule_set": "string",
    "since": "date",
    "until": "date",
}
RULES = {
    "rule": "string", "rule_set": "string", "subject": "string", "code": "string",
    "cap_group": "string", "sign": "int64", "tenths": "int64", "measure": "string",
    "per": "int64", "threshold": "int64", "at_least": "int64", "min_minutes": "int64",
    "only_channel": "string", "own": "boolean", "period": "string",
    "first_free": "int64", "cap": "int64", "ceiling": "int64",
}  # fmt: skip
SELECTS = {"rule": "string", "kind": "string", "class": "string"}
FRAMES = {"community": "string", "base": "int64", "adds_most": "int64"}
TABLES = {
    "facts": FACTS, "scopes": SCOPES, "rules": RULES, "selects": SELECTS, "frames": FRAMES,
}  # fmt: skip
# How far a ceiling is down: 0 is none.
CEILINGS = ("", "excellent", "good", "fair", "poor")
NO_CAP = 1_000_000
_FAR = date(9999, 1, 1)


def tables_of(
    paths: Iterable[str], rules: Iterable[counting.Rule]
) -> dict[str, list[dict[str, Any]]]:
    """The small tables where one set of rules holds everywhere and always."""
    here, frame = list(paths), counting.DEFAULT
    always = {"rule_set": "one", "since": date.min, "until": _FAR}
    return {
        "scopes": [{"community": path, **always} for path in here],
        "frames": [
            {"community": path, "base": frame.base, "adds_most": frame.adds_most}
            for path in here
        ],
        **of_rules([("one", r) for r in rules]),
    }


def of_rules(
    rules: Sequence[tuple[str, counting.Rule]],
) -> dict[str, list[dict[str, Any]]]:
    """`rules` and `selects`, of (set, rule)."""
    return {
        "rules": [_rule_row(set_id, r) for set_id, r in rules],
        "selects": [row for _, r in rules for row in _select_rows(r)],
    }


def _rule_row(set_id: str, r: counting.Rule) -> dict[str, Any]:
    return {
        "rule": r.id, "rule_set": set_id, "subject": r.subject, "code": r.code,
        "cap_group": r.group, "sign": r.sign, "tenths": r.tenths, "measure": r.measure,
        "per": r.per, "threshold": r.threshold, "at_least": r.at_least,
        "min_minutes": r.min_minutes, "only_channel": r.channel, "own": r.own,
        "period": r.period, "first_free": r.first_free, "cap": r.cap,
        "ceiling": CEILINGS.index(r.ceiling),
    }  # fmt: skip


def _select_rows(r: counting.Rule) -> list[dict[str, Any]]:
    pairs = [f"{s}:".split(":")[:2] for s in r.selects]
    return [{"rule": r.id, "kind": kind, "class": class_} for kind, class_ in pairs]


def in_memory(rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Small tables as relations."""
    return {
        name: ibis.memtable(
            pa.Table.from_pylist(some, schema=ibis.schema(TABLES[name]).to_pyarrow())
        )
        for name, some in rows.items()
    }


def unbound() -> dict[str, Any]:
    """The tables by name and columns only, for `ibis.to_sql`."""
    return {name: ibis.table(schema, name=name) for name, schema in TABLES.items()}


def cards(t: dict[str, Any]) -> Any:
    """subject, owner, community, adds, deducts, score, ceiling of every card that has an
    entry; tenths. A card without any is the base of its place."""
    lines = _groups(_parts(_matched(t)))
    return _scores(lines, t["frames"])


def _matched(t: dict[str, Any]) -> Any:
    """Each fact under each rule that counts it: whose card, how much, within what."""
    rules = t["rules"].join(t["selects"], "rule")
    rules = rules.select(
        *[c for c in RULES if c != "kind"], wanted=_.kind, wanted_class=_["class"]
    )
    held = t["scopes"].join(rules, "rule_set")
    facts = t["facts"]
    found = facts.join(
        held,
        [
            facts.community == held.community,
            facts.kind == held.wanted,
            (held.wanted_class == "") | (held.wanted_class == facts["class"]),
            facts.day >= held.since,
            facts.day < held.until,
            facts.minutes >= held.min_minutes,
            facts.quantity >= held.at_least,
            (held.only_channel == "") | (held.only_channel == facts.channel),
            facts.whole | (held.measure == "minutes"),
            ~held.own | facts.member.isnull(),
        ],
        rname="{name}_2",
    ).rename(sign_of_rule="sign_2")
    found = found.mutate(
        owner=ibis.ifelse(_.subject == "member", _.member, _.unit),
        amount=_amount(found),
    )
    return found.filter(_.owner.notnull(), _.amount > 0).mutate(
        amount=_.sign * _.amount, once=_once(found)
    )


def _amount(t: Any) -> Any:
    gap = (t.threshold - t.quantity) // t.per
    return ibis.cases(
        (t.measure == "minutes", t.minutes),
        (t.measure == "shortfall", ibis.greatest(gap, 0)),
        ((t.measure == "months") | (t.measure == "level"), t.quantity),
        else_=ibis.literal(1, "int64"),
    ).cast("int64")


def _once(t: Any) -> Any:
    """As `rules_counting.once_in`."""
    month, quarter = t.day.month().cast("string"), t.day.quarter().cast("string")
    return ibis.cases(
        (t.period == "month", ibis.literal("m").concat(month)),
        (t.period == "quarter", ibis.literal("q").concat(quarter)),
        (t.period == "once", ibis.literal("once")),
        ((t.subject == "unit") & (t.measure == "each"), t.source),
        else_=ibis.literal(""),
    )


_RULE = (
    "rule", "code", "cap_group", "sign_of_rule", "tenths", "measure", "per", "first_free",
    "cap", "ceiling",
)  # fmt: skip
_CARD = ("subject", "owner", "community")


def _parts(found: Any) -> Any:
    """What each version of a rule comes to on a card, before the cap."""
    windows = found.group_by(*_CARD, *_RULE, "once").agg(n=_.amount.sum().cast("int64"))
    windows = windows.mutate(
        n=ibis.ifelse(_.once == "", _.n, ibis.greatest(ibis.least(_.n, 1), 0))
    )
    each = windows.group_by(*_CARD, *_RULE).agg(n=_.n.sum().cast("int64"))
    each = each.mutate(left=ibis.greatest(_.n - _.first_free, 0).cast("int64"))
    earned = ibis.cases(
        (each.measure == "minutes", each.left // each.per * each.tenths),
        (each.measure == "months", each.left * each.tenths // 12),
        else_=each.left * each.tenths,
    ).cast("int64")
    # A rule of which nothing is left does not decide about the cap either.
    return each.mutate(earned=earned).filter((_.n != 0) | (_.earned != 0))


def _groups(parts: Any) -> Any:
    """What shares a cap, capped: of several versions the cap that favours the subject."""
    cap = ibis.ifelse(_.cap == 0, NO_CAP, _.cap)
    found = parts.mutate(cap=cap, ceiling=ibis.ifelse(_.earned > 0, _.ceiling, 0))
    found = found.group_by(*_CARD, "cap_group", "sign_of_rule").agg(
        earned=_.earned.sum().cast("int64"), most=_.cap.max(), least=_.cap.min(),
        ceiling=_.ceiling.max(),
    )  # fmt: skip
    cap = ibis.ifelse(_.sign_of_rule > 0, _.most, _.least)
    return found.mutate(points=ibis.least(_.earned, cap))


def _scores(lines: Any, frames: Any) -> Any:
    found = lines.group_by(*_CARD).agg(
        adds=ibis.ifelse(_.sign_of_rule > 0, _.points, 0).sum().cast("int64"),
        deducts=ibis.ifelse(_.sign_of_rule < 0, _.points, 0).sum().cast("int64"),
        ceiling=_.ceiling.max(),
    )
    found = found.join(frames, "community")
    found = found.mutate(adds=ibis.least(_.adds, _.adds_most))
    score = ibis.greatest(ibis.least(_.base + _.adds - _.deducts, 1000), 0)
    return found.mutate(score=score).select(
        *_CARD, "adds", "deducts", "score", "ceiling"
    )

"""The cards of a place in one expression: records and rules in, adds, deductions and
score out. Written once with Ibis; DuckDB runs it for the closing of a year and for the
question what another rule would change, PostgreSQL gives the same figures (tests), and
`rules_counting.total` says the same for one card."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import lcm
from typing import Any

import ibis
import pyarrow as pa
from ibis import _

from baodao.scoring import rules_counting as counting

# Names and types of what it reads. Ids are text: no engine's own kind of id. `minutes`:
# those within the year; `lasted`: all of them; `whole`: not only time counts.
FACTS = {
    "community": "string", "member": "string", "unit": "string", "kind": "string",
    "class": "string", "channel": "string", "minutes": "int64", "lasted": "int64",
    "quantity": "int64", "day": "date", "source": "string", "sign": "int64",
    "whole": "boolean",
}  # fmt: skip
SCOPES = {
    "community": "string",
    "rule_set": "string",
    "since": "date",
    "until": "date",
}
# `rule`: a number, older versions lower; `line`: a code, whatever its version; `series`: a
# code and its measure; `pot`: what shares a cap; `step`, `whole`, `each`: one of the
# measure is so many steps, and every whole of them so many tenths.
RULES = {
    "rule": "int64", "rule_set": "string", "subject": "string", "sign": "int64",
    "line": "int64", "series": "int64", "pot": "int64", "measure": "string",
    "per": "int64", "threshold": "int64", "at_least": "int64", "min_minutes": "int64",
    "only_channel": "string", "own": "boolean", "period": "string",
    "first_free": "int64", "step": "int64", "whole": "int64", "each": "int64",
    "cap": "int64", "ceiling": "int64",
}  # fmt: skip
SELECTS = {"rule": "int64", "kind": "string", "class": "string"}
FRAMES = {"community": "string", "base": "int64", "adds_most": "int64"}
# Cards that followed their place: what was recorded at `community` is on the card at `at`.
MOVED = {"who": "string", "community": "string", "at": "string"}
TABLES = {
    "facts": FACTS, "scopes": SCOPES, "rules": RULES, "selects": SELECTS,
    "frames": FRAMES, "moved": MOVED,
}  # fmt: skip
# How far a ceiling is down: 0 is none.
CEILINGS = ("", "excellent", "good", "fair", "poor")
NO_CAP = 1_000_000
_FAR = date(9999, 1, 1)


def tables_of(
    paths: Iterable[str], versions: Sequence[tuple[date, Sequence[counting.Rule]]]
) -> dict[str, list[dict[str, Any]]]:
    """The small tables where the same rules hold everywhere: each version from its day
    until the next one's."""
    here, frame = list(paths), counting.DEFAULT
    days = [*(day for day, _ in versions), _FAR]
    return {
        "scopes": [
            {"community": path, "rule_set": str(i), "since": day, "until": days[i + 1]}
            for path in here
            for i, (day, _) in enumerate(versions)
        ],
        "frames": [
            {"community": path, "base": frame.base, "adds_most": frame.adds_most}
            for path in here
        ],
        "moved": [],
        **of_rules(
            [(str(i), r) for i, (_, rules) in enumerate(versions) for r in rules]
        ),
    }


def of_rules(
    rules: Sequence[tuple[str, counting.Rule]],
) -> dict[str, list[dict[str, Any]]]:
    """`rules` and `selects`, of (set, rule), older sets first."""
    numbers: dict[Any, int] = {}
    whole: dict[Any, int] = {}
    for _set, r in rules:
        steps = counting.pace(r)[0].denominator
        whole[_series(r)] = lcm(whole.get(_series(r), 1), steps)
    return {
        "rules": [
            _rule_row(i, set_id, r, whole[_series(r)], numbers)
            for i, (set_id, r) in enumerate(rules)
        ],
        "selects": [
            row for i, (_set, r) in enumerate(rules) for row in _select_rows(i, r)
        ],
    }


def _series(r: counting.Rule) -> tuple[str, str, int, str]:
    return r.subject, r.code, r.sign, r.measure


def _rule_row(
    i: int, set_id: str, r: counting.Rule, whole: int, numbers: dict[Any, int]
) -> dict[str, Any]:
    step, each = counting.pace(r)
    line, series, pot = (
        numbers.setdefault(key, len(numbers))
        for key in (
            ("line", r.subject, r.code, r.sign), _series(r), (r.subject, r.group, r.sign)
        )
    )  # fmt: skip
    return {
        "rule": i, "rule_set": set_id, "subject": r.subject, "sign": r.sign, "line": line,
        "series": series, "pot": pot, "measure": r.measure, "per": r.per,
        "threshold": r.threshold, "at_least": r.at_least, "min_minutes": r.min_minutes,
        "only_channel": r.channel, "own": r.own, "period": r.period,
        "first_free": r.first_free, "step": int(step * whole), "whole": whole,
        "each": each, "cap": r.cap, "ceiling": CEILINGS.index(r.ceiling),
    }  # fmt: skip


def _select_rows(i: int, r: counting.Rule) -> list[dict[str, Any]]:
    pairs = [f"{s}:".split(":")[:2] for s in r.selects]
    return [{"rule": i, "kind": kind, "class": class_} for kind, class_ in pairs]


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
    return _scores(_pots(_worth(_times(_matched(t), t), t)), t["frames"])


# What a rule asks of a record.
_ASKED = (
    "rule", "rule_set", "subject", "measure", "per", "threshold", "at_least",
    "min_minutes", "only_channel", "own", "period",
)  # fmt: skip


def _matched(t: dict[str, Any]) -> Any:
    """Each fact under each rule that counts it: whose card, how much, within what."""
    rules = t["rules"].join(t["selects"], "rule")
    rules = rules.select(*_ASKED, wanted=_.kind, wanted_class=_["class"])
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
            facts.lasted >= held.min_minutes,
            facts.quantity >= held.at_least,
            (held.only_channel == "") | (held.only_channel == facts.channel),
            facts.whole | (held.measure == "minutes"),
            ~held.own | facts.member.isnull(),
        ],
        rname="{name}_2",
    )
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
    year = t.day.year().cast("string")
    month, quarter = t.day.month().cast("string"), t.day.quarter().cast("string")
    return ibis.cases(
        (t.period == "month", year.concat("-", month)),
        (t.period == "quarter", year.concat("-Q", quarter)),
        (t.period == "once", ibis.literal("once")),
        ((t.subject == "unit") & (t.measure == "each"), t.source),
        else_=ibis.literal(""),
    )


_CARD = ("owner", "community")
# Higher than any number of a pot.
_POTS = 1_000_000


def _times(found: Any, t: dict[str, Any]) -> Any:
    """How much each version of a rule has on a card. What counts once is of the first of
    them under which it happened."""
    sums = found.group_by(*_CARD, "rule", "once").agg(n=_.amount.sum().cast("int64"))
    sums = sums.filter(_.n > 0).join(t["rules"].select("rule", "series"), "rule")
    moved = t["moved"].rename(place="community")
    sums = sums.left_join(
        moved, [sums.owner == moved.who, sums.community == moved.place]
    )
    sums = sums.mutate(
        community=ibis.coalesce(_.at, _.community),
        each=ibis.ifelse(_.once == "", _.rule, -1),
    )
    first = sums.group_by(*_CARD, "series", "once", "each").agg(
        rule=_.rule.min(), n=_.n.sum().cast("int64")
    )
    first = first.mutate(n=ibis.ifelse(_.once == "", _.n, 1))
    return first.group_by(*_CARD, "series", "rule").agg(n=_.n.sum().cast("int64"))


def _worth(times: Any, t: dict[str, Any]) -> Any:
    """What each version comes to before the cap, as `rules_counting._through`."""
    columns = ("line", "pot", "subject", "sign", "first_free", "step", "whole", "each", "cap", "ceiling")  # fmt: skip
    found = times.join(t["rules"].select("rule", *columns), "rule")
    so_far = ibis.cumulative_window(group_by=[*_CARD, "series"], order_by="rule")
    found = found.mutate(before=_.n.sum().over(so_far).cast("int64") - _.n)
    free = ibis.greatest(_.first_free - _.before, 0)
    found = found.mutate(steps=ibis.greatest(_.n - free, 0) * _.step)
    found = found.mutate(upto=_.steps.sum().over(so_far).cast("int64"))
    reached = _.upto // _.whole - (_.upto - _.steps) // _.whole
    return found.mutate(earned=(reached * _.each).cast("int64"))


def _pots(parts: Any) -> Any:
    """What shares a cap, capped: of several versions the cap that favours the subject,
    in the pot that each code is in now."""
    parts = parts.mutate(
        cap=ibis.ifelse(_.cap == 0, NO_CAP, _.cap),
        ceiling=ibis.ifelse(_.earned > 0, _.ceiling, 0), last=_.rule * _POTS + _.pot,
    )  # fmt: skip
    lines = parts.group_by(*_CARD, "subject", "sign", "line").agg(
        earned=_.earned.sum().cast("int64"), most=_.cap.max(), least=_.cap.min(),
        ceiling=_.ceiling.max(), pot=_.last.max() % _POTS,
    )  # fmt: skip
    pots = lines.group_by(*_CARD, "subject", "sign", "pot").agg(
        earned=_.earned.sum().cast("int64"), most=_.most.max(), least=_.least.min(),
        ceiling=_.ceiling.max(),
    )  # fmt: skip
    cap = ibis.ifelse(_.sign > 0, _.most, _.least)
    return pots.mutate(points=ibis.least(_.earned, cap))


def _scores(lines: Any, frames: Any) -> Any:
    found = lines.group_by(*_CARD, "subject").agg(
        adds=ibis.ifelse(_.sign > 0, _.points, 0).sum().cast("int64"),
        deducts=ibis.ifelse(_.sign < 0, _.points, 0).sum().cast("int64"),
        ceiling=_.ceiling.max(),
    )
    found = found.join(frames, "community")
    found = found.mutate(adds=ibis.least(_.adds, _.adds_most))
    score = ibis.greatest(ibis.least(_.base + _.adds - _.deducts, 1000), 0)
    return found.mutate(score=score).select(
        "subject", *_CARD, "adds", "deducts", "score", "ceiling"
    )

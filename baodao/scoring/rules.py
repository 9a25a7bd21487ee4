"""The flow of rule sets, who may do what with sets and cards, and what makes a rule set
invalid (domain 6.11, 7)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import COMMUNITY, GRID, MEMBER, MOVERS, ORG, SYSTEM, TOWN, UNIT
from baodao.scoring.rules_counting import ADD, DEDUCT, MEASURES, PERIODS, Rule
from baodao.scoring.rules_rates import LOW

SET_STATES: Mapping[str, State] = {
    "draft": State("草稿", "superior", "征求意见", "note", "edit"),
    "comment": State("征求意见", "superior", "到期后公布", "soon", "messages"),
    "published": State("执行中", "", "", "ok", "circle-check"),
    "superseded": State("已由新规则替代", "", "", "idle", "history"),
    "dropped": State("不用了", "", "", "idle", "x"),
}
SET_FLOW = Flow.of(
    "rule_sets",
    SET_STATES,
    [
        ("", "draft", "draft"),
        ("draft", "edit", "draft"),
        ("draft", "open_comment", "comment"),
        ("comment", "rework", "draft"),
        ("comment", "publish", "published"),
        ("published", "supersede", "superseded"),
        ("draft", "drop", "dropped"),
        ("comment", "drop", "dropped"),
    ],
)
IN_FORCE = ("published", "superseded")
COMMENT_DAYS = "scoring.comment_days"

_MAKERS = {"prefecture_org": Scope.PLACE, "county_org": Scope.PLACE}
_READERS = {
    **MEMBER,
    **UNIT,
    **COMMUNITY,
    **GRID,
    **TOWN,
    **ORG,
    "inspector": Scope.PLACE,
}
SETS = {
    "view": ("查看积分规则", dict.fromkeys(_READERS, Scope.ALL)),
    "draft": ("起草积分规则", _MAKERS),
    "edit": ("改积分规则草稿", _MAKERS),
    "open_comment": ("公开征求意见", _MAKERS),
    "rework": ("收回再改", _MAKERS),
    "publish": ("公布积分规则", _MAKERS),
    "supersede": ("由新规则替代", {**_MAKERS, **SYSTEM}),
    "drop": ("不用这份草稿", _MAKERS),
}
RULES = {
    "view": ("查看积分规则", dict.fromkeys(_READERS, Scope.ALL)),
    "add": ("加一条规则", _MAKERS),
    "edit": ("改一条规则", _MAKERS),
}
COMMENTS = {"add": ("对规则提意见", dict.fromkeys(_READERS, Scope.ALL))}
# Who sees a card: domain 9.5. Its entries above the community only on appeal.
CARDS = {
    "view": ("查看积分卡", {**MEMBER, **UNIT, **COMMUNITY, **TOWN, **ORG}),
    "entries": ("查看积分明细", {**MEMBER, **UNIT, **COMMUNITY}),
    "open": ("建立积分卡", SYSTEM),
    "close": ("年度已定", SYSTEM),
    "reopen": ("重新评价，继续记分", SYSTEM),
    "freeze": ("单位撤销，积分停住", SYSTEM),
    "follow_place": ("随区划调整", MOVERS),
}

STAFF = frozenset(COMMUNITY)
# On record only after notice, answer and a person's decision (domain 9.6).
DECIDED = ("breach", "duty_missed")


def wrong_rules(rules: Sequence[Rule], kinds: Collection[str]) -> dict[str, str]:
    """Code of a rule → why the set may not be published with it."""
    found: dict[str, str] = {}
    for rule in rules:
        if why := _wrong(rule, kinds):
            found.setdefault(rule.code, why)
    seen: dict[tuple[str, str], Rule] = {}
    for rule in rules:
        if (rule.subject, rule.code) in seen:
            found.setdefault(rule.code, f"“{rule.code}”有两条，请去掉一条。")
        seen[rule.subject, rule.code] = rule
    for code, why in {**_overlaps(rules), **_uneven(rules)}.items():
        found.setdefault(code, why)
    return found


def _uneven(rules: Sequence[Rule]) -> dict[str, str]:
    """Rules that share a cap and name different ones, or differ in sign."""
    first: dict[str, Rule] = {}
    found: dict[str, str] = {}
    for rule in rules:
        one = first.setdefault(rule.group, rule)
        if (one.cap, one.sign, one.subject) != (rule.cap, rule.sign, rule.subject):
            found[rule.code] = (
                f"和“{one.title or one.code}”合并封顶，封顶和加减要一样。"
            )
    return found


def _wrong(rule: Rule, kinds: Collection[str]) -> str:
    unknown = [s for s in rule.selects if s.split(":")[0] not in kinds]
    checks = (
        (not rule.selects, "没有写数哪一种记录。"),
        (bool(unknown), f"没有“{'、'.join(unknown)}”这种记录。"),
        (rule.measure not in MEASURES, "没有这种计法。"),
        (rule.period not in PERIODS, "没有这种期间。"),
        (rule.tenths <= 0, "分值要大于 0，加减由“加分、减分”来定。"),
        (rule.per <= 0, "每多少计一次，要大于 0。"),
        *_wrong_side(rule),
        (
            0 < rule.cap < rule.tenths,
            f"每年最多 {rule.cap / 10:g} 分，比一次的 {rule.tenths / 10:g} 分还少。",
        ),
        (rule.first_free < 0 or rule.min_minutes < 0, "次数和时长不能是负数。"),
        (
            rule.measure == "shortfall" and not 0 < rule.threshold <= 1000,
            "按差距计的，要写低于百分之几（0 到 100）。",
        ),
    )
    return next((why for wrong, why in checks if wrong), "")


def _wrong_side(rule: Rule) -> tuple[tuple[bool, str], ...]:
    """Nothing is taken, and no grade limited, but by what somebody has decided after
    hearing who is concerned; and nothing is given for that."""
    decided = [s.split(":")[0] in DECIDED for s in rule.selects]
    low = [s in LOW for s in rule.selects]
    return (
        (
            rule.sign == DEDUCT and not all(decided),
            "减分只能数“应办没做”和“核实的问题”：先告知本人、听说明，再由人来定。别的记录不能自动减分。",
        ),
        (
            rule.sign == ADD and any(decided),
            "“应办没做”和“核实的问题”不能加分。",
        ),
        (
            rule.sign == DEDUCT and rule.subject == "unit" and not rule.own,
            "单位的减分只数单位自己的，请勾上；党员个人的事不扣单位的分。",
        ),
        (
            rule.subject == "member" and rule.own,
            "“只数单位自己的”只用在给单位记的规则上。",
        ),
        (
            rule.sign == ADD and bool(rule.ceiling),
            "加分的规则不能限定等次，请改为“不限”。",
        ),
        (
            rule.measure == "shortfall" and not all(low),
            f"按差距计的，只能数{'、'.join(LOW.values())}低于标准的。",
        ),
        (
            rule.measure != "shortfall" and any(low),
            f"{'、'.join(LOW.values())}低于标准的，要按差距计。",
        ),
    )


def _overlaps(rules: Sequence[Rule]) -> dict[str, str]:
    """Two rules that would count one record twice in the same way."""
    found: dict[str, str] = {}
    for i, a in enumerate(rules):
        for b in rules[i + 1 :]:
            alike = (a.subject, a.sign, a.measure) == (b.subject, b.sign, b.measure)
            alike &= a.channel == b.channel or not (a.channel and b.channel)
            if alike and a.code != b.code and _same(a.selects, b.selects):
                found[b.code] = f"和“{a.title or a.code}”数的是同一种记录，会算两次。"
    return found


def _same(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether some record is counted by both lists of selectors."""
    return any(
        x == y or x.split(":")[0] == y or y.split(":")[0] == x for x in a for y in b
    )


def wrong_frame(frame: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with base, limit of adds and thresholds (tenths)."""
    found = {}
    if not 0 <= frame["base"] <= 1000:
        found["base"] = "基准分要在 0 到 100 之间。"
    if not 0 <= frame["adds_most"] <= 1000:
        found["adds_most"] = "加分合计最多，要在 0 到 100 之间。"
    if not 0 < frame["fair"] < frame["good"] < frame["excellent"] <= 1000:
        found["excellent"] = "三条等次线要从高到低：优秀、良好、一般。"
    return found


def wrong_day(effective: date, today: date) -> str:
    """A change applies forward only: what was counted keeps the rules it was counted
    by, and counting anew from the records says the same. Not from today: what was
    counted this morning would say otherwise."""
    return "" if effective > today else "改规则只往后算，最早从明天起执行。"

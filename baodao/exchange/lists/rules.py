"""Needs, resources, bookings and projects of the lists: flows, grants, quarters, and
why a resource fits a need (L24–L26)."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from baodao.acts import grants
from baodao.acts.flow import Flow, State
from baodao.exchange import rules as shared

RESOURCE_KINDS = {
    "venue": "场地",
    "fund": "资金",
    "expert": "人才",
    "device": "设备",
    "service": "服务",
    "internship": "岗位、实习",
}
EXPIRE_DAYS = 180
AGES = {"30": "等了 30 天以上", "60": "等了 60 天以上", "90": "等了 90 天以上"}

NEED_STATES: Mapping[str, State] = {
    "draft": State("待社区核实", "community", "核实", "soon", "clock"),
    "confirmed": State("待公布", "community", "公布", "soon", "clock"),
    "published": State("等对接", "community", "对接", "go", "hourglass"),
    "matched": State("已对接", "", "", "go", "link"),
    "in_progress": State("在办", "", "", "go", "clock"),
    "met": State("办成，待验收", "", "", "go", "check"),
    "closed": State("已满足", "", "", "ok", "circle-check"),
    "expired": State("公布半年没对上", "", "", "idle", "x"),
    "withdrawn": State("已撤回", "", "", "idle", "arrow-back-up"),
}
NEED_OPEN = ("draft", "confirmed", "published", "matched", "in_progress", "met")
NEED_FREE = ("draft", "confirmed", "published")  # not part of a project
NEED_FLOW = Flow.of(
    "needs",
    NEED_STATES,
    [
        ("", "propose", "draft"),
        ("", "add", "confirmed"),
        ("draft", "confirm", "confirmed"),
        ("confirmed", "publish", "published"),
        ("published", "match", "matched"),
        ("matched", "unmatch", "published"),
        ("in_progress", "unmatch", "published"),
        ("matched", "start", "in_progress"),
        ("in_progress", "meet", "met"),
        ("met", "redo", "in_progress"),
        ("met", "close", "closed"),
        ("published", "expire", "expired"),
        ("expired", "renew", "published"),
        *((s, "withdraw", "withdrawn") for s in NEED_FREE),
        *((s, "unit_gone", "withdrawn") for s in NEED_FREE),
    ],
)
_SIDES = {**grants.COMMUNITY, **grants.UNIT}
NEED_ACTIONS = {
    "view": ("查看需求", shared.READERS),
    "propose": ("提需求", grants.UNIT),
    "add": ("登记需求", grants.COMMUNITY),
    "confirm": ("核实", grants.COMMUNITY),
    "publish": ("公布", grants.COMMUNITY),
    "renew": ("再公布", grants.COMMUNITY),
    "withdraw": ("撤回", _SIDES),
    "match": ("对接", grants.SYSTEM),
    "unmatch": ("对接取消", grants.SYSTEM),
    "start": ("开始办", grants.SYSTEM),
    "meet": ("办成", grants.SYSTEM),
    "redo": ("重办", grants.SYSTEM),
    "close": ("满足", grants.SYSTEM),
    "expire": ("到期", grants.SYSTEM),
    "follow_unit": shared.FOLLOW_UNIT,
    "unit_gone": shared.UNIT_GONE,
    "follow_place": shared.FOLLOW_PLACE,
}

RESOURCE_STATES: Mapping[str, State] = {
    "offered": State("待社区收进清单", "community", "收进清单", "soon", "clock"),
    "available": State("可以用", "", "", "ok", "circle-check"),
    "retired": State("不再提供", "", "", "idle", "x"),
}
RESOURCE_FLOW = Flow.of(
    "resources",
    RESOURCE_STATES,
    [
        ("", "offer", "offered"),
        ("", "add", "available"),
        ("offered", "accept", "available"),
        ("offered", "retire", "retired"),
        ("available", "retire", "retired"),
        ("retired", "reopen", "available"),
        *((s, "unit_gone", "retired") for s in ("offered", "available")),
    ],
)
RESOURCE_ACTIONS = {
    "view": ("查看资源", shared.READERS),
    "offer": ("提供资源", grants.UNIT),
    "add": ("登记资源", grants.COMMUNITY),
    "accept": ("收进清单", grants.COMMUNITY),
    "retire": ("不再提供", _SIDES),
    "reopen": ("重新提供", _SIDES),
    "follow_unit": shared.FOLLOW_UNIT,
    "unit_gone": shared.UNIT_GONE,
    "follow_place": shared.FOLLOW_PLACE,
}

BOOKING_STATES: Mapping[str, State] = {
    "asked": State("待单位答复", "unit", "答复", "soon", "clock"),
    "reserved": State("已留好", "community", "用完记一下", "go", "calendar"),
    "used": State("已用", "", "", "ok", "circle-check"),
    "cancelled": State("取消了", "", "", "idle", "x"),
}
HELD = ("asked", "reserved", "used")
BOOKING_FLOW = Flow.of(
    "bookings",
    BOOKING_STATES,
    [
        ("", "ask", "asked"),
        ("asked", "reserve", "reserved"),
        ("reserved", "use", "used"),
        ("asked", "cancel", "cancelled"),
        ("reserved", "cancel", "cancelled"),
        *((s, "unit_gone", "cancelled") for s in ("asked", "reserved")),
    ],
)
BOOKING_ACTIONS = {
    "view": ("查看预约", shared.READERS),
    "ask": ("预约", grants.COMMUNITY),
    "reserve": ("留好", grants.UNIT),
    "use": ("已用", grants.COMMUNITY),
    "cancel": ("取消", _SIDES),
    "follow_unit": shared.FOLLOW_UNIT,
    "unit_gone": shared.UNIT_GONE,
    "follow_place": shared.FOLLOW_PLACE,
}

PROJECT_STATES: Mapping[str, State] = {
    "planned": State("已对接，待开始", "unit", "开始", "go", "clock"),
    "in_progress": State("在办", "unit", "办完", "go", "clock"),
    "finished": State("办完，待验收", "community", "验收", "soon", "hourglass"),
    "closed": State("已办成", "", "", "ok", "circle-check"),
    "cancelled": State("没有办成", "", "", "idle", "x"),
}
PROJECT_OPEN = ("planned", "in_progress", "finished")
PROJECT_RUNS = ("planned", "in_progress")
PROJECT_FLOW = Flow.of(
    "listprojects",
    PROJECT_STATES,
    [
        ("", "match", "planned"),
        ("planned", "start", "in_progress"),
        ("in_progress", "finish", "finished"),
        ("finished", "accept", "closed"),
        ("finished", "send_back", "in_progress"),
        ("planned", "cancel", "cancelled"),
        ("in_progress", "cancel", "cancelled"),
        *((s, "unit_gone", "cancelled") for s in PROJECT_RUNS),
    ],
)
PROJECT_ACTIONS = {
    "view": ("查看项目清单", shared.READERS),
    "match": ("对接成项目", grants.COMMUNITY),
    "start": ("开始", _SIDES),
    "finish": ("办完", _SIDES),
    "accept": ("验收", grants.COMMUNITY),
    "send_back": ("没办好，接着办", grants.COMMUNITY),
    "cancel": ("取消对接", _SIDES),
    "follow_unit": shared.FOLLOW_UNIT,
    "unit_gone": shared.UNIT_GONE,
    "follow_place": shared.FOLLOW_PLACE,
}
EDITION_ACTIONS = {
    "view": ("查看季度清单", shared.READERS),
    "freeze": ("定稿", grants.COMMUNITY),
}


def quarter_of(day: date) -> str:
    """2026-Q4."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarter_words(quarter: str) -> str:
    year, n = quarter.split("-Q")
    return f"{year}年第{'一二三四'[int(n) - 1]}季度"


def quarter_days(quarter: str) -> tuple[date, date]:
    """First and last day of a quarter."""
    year, n = (int(x) for x in quarter.split("-Q"))
    first = date(year, 3 * n - 2, 1)
    after = date(year + (n == 4), 1 if n == 4 else 3 * n + 1, 1)
    return first, after - timedelta(days=1)


def next_month(day: date) -> tuple[date, date]:
    """First and last day of the month after `day`'s: what units are told by the 1st,
    one month ahead (domain 6.5)."""
    first = date(day.year + (day.month == 12), day.month % 12 + 1, 1)
    after = date(first.year + (first.month == 12), first.month % 12 + 1, 1)
    return first, after - timedelta(days=1)


class Wanted(NamedTuple):
    """What a need says that a resource may fit."""

    joint_type: str
    title: str
    day: date | None = None


class Offered(NamedTuple):
    """What a resource says."""

    joint_type: str
    title: str
    same_community: bool
    for_this: bool = False
    until: date | None = None
    busy: int = 0


class Fit(NamedTuple):
    """How well, and why: (words, "ok" or "warn")."""

    score: int
    reasons: tuple[tuple[str, str], ...]


def fit(need: Wanted, offer: Offered) -> Fit:
    """A suggestion with its reasons; a person decides. Every reason is worth points,
    a warning takes some off."""
    score, reasons = 0, []
    if offer.for_this:
        score, reasons = 50, [("就是为这条需求提供的", "ok")]
    if need.joint_type == offer.joint_type:
        score += 20
        reasons.append(("类别相同", "ok"))
    if shared_words := pairs(need.title) & pairs(offer.title):
        score += 8 * min(len(shared_words), 4)
        reasons.append((f"都提到“{min(shared_words)}”", "ok"))
    if offer.same_community:
        score += 6
        reasons.append(("单位就联系本社区", "ok"))
    if offer.busy:
        score -= min(offer.busy, 5)
        reasons.append((f"已约出去 {offer.busy} 次", "warn"))
    if need.day and offer.until and offer.until < need.day:
        score -= 30
        reasons.append(("到时候已经不提供了", "warn"))
    return Fit(score, tuple(reasons))


# Pairs of characters that say nothing about what is needed.
_EMPTY = frozenset(
    ("社区", "单位", "党员", "服务", "提供", "帮助", "开展", "一次", "居民")
)


def pairs(title: str) -> frozenset[str]:
    """The pairs of Chinese characters of a title that say something."""
    found = {
        a + b
        for a, b in pairwise(title)
        if "\u4e00" <= a <= "\u9fff" and "\u4e00" <= b <= "\u9fff"
    }
    return frozenset(found - _EMPTY)

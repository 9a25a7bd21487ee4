"""Who could take an order, in order, with the reasons (A15).

Scores are small whole numbers that only order the list; they are never shown, kept
or added up. Every reason shown is a fact that a worker can check."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Literal, NamedTuple

Tone = Literal["ok", "warn", "plain"]
Point = tuple[float, float]
MANY_IN_HAND = 3


class Reason(NamedTuple):
    """`ok` speaks for it, `warn` against it, `plain` is worth knowing."""

    tone: Tone
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an order asks for. `functions` and `skills`: code → title, as its
    category names them. `at`: (lon, lat) of the community. `local_now`: the
    present on the local clock, `begins` a fixed time instead. `says_missing`: also tell
    who has none of the skills, who may come all the same. `returned_by`: names of units
    that gave it back."""

    functions: Mapping[str, str] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)
    at: Point | None = None
    by_phone: bool = False
    local_now: datetime | None = None
    begins: datetime | None = None
    says_missing: bool = False
    returned_by: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class UnitCandidate:
    """`contact`: a contact unit of the order's community or one of its grids.
    `skilled`: its members on duty with a fitting skill. `late`: answers after the
    limit this month."""

    id: str
    name: str
    functions: Sequence[str] = ()
    at: Point | None = None
    contact: bool = False
    point: str = ""
    head_count: int = 0
    skilled: int = 0
    load: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class MemberCandidate:
    """`lives_here`: reported in at the order's community. `availability`: codes as
    in people.models.AVAILABILITY. `busy`: goes to something else at that time."""

    id: str
    name: str
    skills: Sequence[str] = ()
    availability: Sequence[str] = ()
    lives_here: bool = False
    load: int = 0
    late: int = 0
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One candidate, best first in a list. `under` is a line about the candidate."""

    id: str
    name: str
    score: int
    load: int
    reasons: tuple[Reason, ...]
    under: str = ""


def rank_units(wanted: Wanted, candidates: Iterable[UnitCandidate]) -> list[Suggestion]:
    """Units, best first; ties by name."""
    return _sorted(_unit(wanted, c) for c in candidates)


def rank_members(
    wanted: Wanted, candidates: Iterable[MemberCandidate]
) -> list[Suggestion]:
    """Members, best first; ties by name."""
    return _sorted(_member(wanted, c) for c in candidates)


def _sorted(found: Iterable[Suggestion]) -> list[Suggestion]:
    return sorted(found, key=lambda s: (-s.score, s.name, s.id))


def _unit(wanted: Wanted, c: UnitCandidate) -> Suggestion:
    parts = [
        _function(wanted, c),
        _skilled(wanted, c),
        _distance(wanted, c),
        (15, None) if c.contact else (0, Reason("warn", "不是本社区联系单位")),
        _returned(wanted, c),
        *_burden(c.load, c.late),
    ]
    under = [f"联系点：{c.point}"] if c.point else ["没有联系点"]
    if c.head_count:
        under.append(f"在职党员 {c.head_count} 人")
    return _suggestion(c.id, c.name, c.load, parts, " · ".join(under))


def _member(wanted: Wanted, c: MemberCandidate) -> Suggestion:
    fitting = [title for code, title in wanted.skills.items() if code in c.skills]
    missing = Reason("plain", f"没有登记会{'、'.join(wanted.skills.values())}")
    parts: list[tuple[int, Reason | None]] = [
        (30 + 2 * len(fitting), Reason("ok", f"会{'、'.join(fitting)}"))
        if fitting
        else (0, missing if wanted.says_missing and wanted.skills else None),
        (10, Reason("ok", "住在本社区")) if c.lives_here else (0, None),
        _availability(wanted, c),
        (-40, Reason("warn", "同一时间报了别的活动")) if c.busy else (0, None),
        *_burden(c.load, c.late),
    ]
    return _suggestion(c.id, c.name, c.load, parts, "")


def _suggestion(
    id_: str,
    name: str,
    load: int,
    parts: Iterable[tuple[int, Reason | None]],
    under: str,
) -> Suggestion:
    points, reasons = 0, []
    for score, reason in parts:
        points += score
        if reason:
            reasons.append(reason)
    return Suggestion(id_, name, points, load, tuple(reasons), under)


def _function(wanted: Wanted, c: UnitCandidate) -> tuple[int, Reason | None]:
    fitting = [title for code, title in wanted.functions.items() if code in c.functions]
    if fitting:
        return 40, Reason("ok", f"职能相符：{'、'.join(fitting)}")
    return 0, Reason("plain", "职能不直接对口") if wanted.functions else None


def _skilled(wanted: Wanted, c: UnitCandidate) -> tuple[int, Reason | None]:
    if not (wanted.skills and c.skilled):
        return 0, None
    titles = "、".join(list(wanted.skills.values())[:2])
    return 12 + 2 * min(c.skilled, 5), Reason("ok", f"会{titles}的党员 {c.skilled} 人")


def _distance(wanted: Wanted, c: UnitCandidate) -> tuple[int, Reason | None]:
    if wanted.by_phone or wanted.at is None or c.at is None:
        return 0, None
    far = km(wanted.at, c.at)
    if far < 0.5:
        return 10, Reason("ok", "就在附近")
    text = f"相距 {far:.1f} 公里" if far < 100 else f"相距 {far:.0f} 公里"
    if far <= 2:
        return 10, Reason("ok", text)
    if far <= 20:
        return 5, Reason("plain", text)
    return (0, Reason("plain", text)) if far <= 50 else (-15, Reason("warn", text))


def _returned(wanted: Wanted, c: UnitCandidate) -> tuple[int, Reason | None]:
    if c.name in wanted.returned_by:
        return -60, Reason("warn", "这一单退回过")
    return 0, None


def _burden(load: int, late: int) -> list[tuple[int, Reason | None]]:
    busy = Reason("warn", f"手头已有 {load} 单") if load >= MANY_IN_HAND else None
    slow = Reason("warn", f"本月已超时 {late} 次") if late else None
    return [(-4 * load, busy), (-5 * min(late, 4), slow)]


def _availability(wanted: Wanted, c: MemberCandidate) -> tuple[int, Reason | None]:
    if wanted.begins and c.availability:
        return _free_then(wanted.begins, c.availability)
    now = wanted.local_now
    if now is None or not c.availability:
        return 0, None
    if "any" in c.availability:
        return 8, Reason("ok", "时间都可以")
    weekend = now.weekday() >= 5
    evening = "weekend_evening" if weekend else "weekday_evening"
    if evening in c.availability:
        return 8, Reason("ok", "今天晚上有空")
    if weekend and "weekend_day" in c.availability and now.hour < 17:
        return 8, Reason("ok", "今天白天有空")
    if "noon" in c.availability and now.hour < 12:
        return 6, Reason("ok", "今天中午有空")
    if "weekend_day" in c.availability:
        return 2, Reason("plain", "周末白天有空")
    return 0, Reason("plain", "今天没有登记空闲时间")


def _free_then(begins: datetime, free: Sequence[str]) -> tuple[int, Reason | None]:
    """Whether a time that is fixed lies in what somebody has entered as free."""
    if "any" in free:
        return 8, Reason("ok", "时间都可以")
    weekend, evening = begins.weekday() >= 5, begins.hour >= 17
    if weekend:
        code, words = "weekend_day", "周末白天"
        if evening:
            code, words = "weekend_evening", "周末晚上"
    elif evening:
        code, words = "weekday_evening", "工作日晚上"
    else:
        code, words = ("noon", "中午") if 11 <= begins.hour < 14 else ("", "")
    if code in free:
        return 8, Reason("ok", f"登记了{words}有空")
    return 0, Reason("plain", "登记的空闲时间里没有这个时候")


def km(a: Point, b: Point) -> float:
    """Great-circle distance of two (lon, lat) in kilometres."""
    (lon1, lat1), (lon2, lat2) = a, b
    dlat, dlon = radians(lat2 - lat1), radians(lon2 - lon1)
    h = (
        sin(dlat / 2) ** 2
        + cos(radians(lat1)) * cos(radians(lat2)) * sin(dlon / 2) ** 2
    )
    return 2 * 6371.0 * asin(min(1.0, sqrt(h)))

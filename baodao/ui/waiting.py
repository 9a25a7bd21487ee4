"""The who-waited bar as numbers: segments in order of time, and a legend."""

from collections.abc import Sequence
from dataclasses import dataclass

from baodao.ui.shapes import Part, Side
from baodao.ui.words import exact_span, span

LABELS: dict[Side, str] = {
    "community": "社区",
    "unit": "单位",
    "member": "党员",
    "resident": "居民",
    "superior": "上级",
    "pause": "暂停",
}
ROOM_FOR_WORDS = 12


@dataclass(frozen=True, slots=True)
class Segment:
    """`share` is a whole number of hundredths, for the class fx-N."""

    side: Side
    share: int
    text: str


@dataclass(frozen=True, slots=True)
class Key:
    side: Side
    text: str
    late: str


@dataclass(frozen=True, slots=True)
class Waiting:
    segments: Sequence[Segment]
    keys: Sequence[Key]
    idle: str
    label: str


def waiting(parts: Sequence[Part]) -> Waiting:
    """Narrow segments keep their pattern and appear in the legend only."""
    total = sum(part.minutes for part in parts) or 1
    segments = [_segment(part, total) for part in parts if part.minutes > 0]
    keys = _legend(parts)
    sides = {key.side for key in keys}
    idle = "、".join(t for s, t in LABELS.items() if s not in sides and s != "pause")
    label = "，".join(
        key.text + (f"（{key.late}）" if key.late else "") for key in keys
    )
    return Waiting(segments, keys, idle, label or "还没有人等待")


def sentence(parts: Sequence[Part]) -> str:
    """已用 2 天 20 小时 40 分，其中暂停不计 14 小时."""
    paused = sum(part.minutes for part in parts if part.side == "pause")
    used = f"已用 {exact_span(sum(part.minutes for part in parts))}"
    return f"{used}，其中暂停不计 {span(paused)}" if paused else used


def _segment(part: Part, total: int) -> Segment:
    share = max(1, round(part.minutes * 100 / total))
    words = f"{part.label or LABELS[part.side]} {_coarse(part.minutes)}"
    return Segment(part.side, share, words if share >= ROOM_FOR_WORDS else "")


def _coarse(minutes: int) -> str:
    # Inside the bar whole hours are enough; the legend has the minutes.
    return span(minutes - minutes % 60 if minutes > 120 else minutes)


def _legend(parts: Sequence[Part]) -> list[Key]:
    sums: dict[Side, list[int]] = {}
    for part in parts:
        if part.minutes > 0:
            both = sums.setdefault(part.side, [0, 0])
            both[0] += part.minutes
            both[1] += part.late_minutes
    order = sorted(sums, key=lambda side: (side == "pause", -sums[side][0]))
    return [
        Key(
            side,
            f"{LABELS[side]} {span(sums[side][0])}",
            f"超时 {span(sums[side][1])}" if sums[side][1] else "",
        )
        for side in order
    ]

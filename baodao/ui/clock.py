"""The clock that every open thing shows: time left, and whose turn it is
(design 5 "Clock"). Rendered by the server, never ticking."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from baodao.ui.words import cdate, clock_span, local_day

State = Literal["go", "soon", "late", "pause", "ok"]
SOON_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Clock:
    """`share`: part of the span used, 0 to 1. `whose`: who has to do what
    ("轮到您：核实"). `note`: why it is paused, or when it goes on."""

    state: State
    share: float
    text: str
    whose: str = ""
    note: str = ""

    @property
    def dash(self) -> str:
        """The ring's dash pattern; its circumference is 47.1."""
        return f"{self.share * 47.1:.1f} 47.1"


def clock(
    now: datetime,
    start: datetime,
    due: datetime | None,
    paused_until: datetime | None = None,
    done: bool = False,
    whose: str = "",
    *,
    paused: bool = False,
    note: str = "",
) -> Clock:
    """The clock of one open thing at `now`. A pause without a known end is
    `paused=True`; `note` says why, for example 居民外出."""
    if done:
        return Clock("ok", 1.0, "已办完", whose, note)
    share = _share(now, start, due)
    if paused or (paused_until and paused_until > now):
        goes_on = f"{cdate(paused_until, local_day(now))}续计" if paused_until else ""
        why = "，".join(part for part in (note, goes_on) if part)
        return Clock("pause", share, "时限暂停", whose, why)
    if due is None:
        return Clock("go", 0.0, "不限时", whose, note)
    if now > due:
        over = max(now - due, timedelta(minutes=1))
        return Clock("late", 1.0, f"超时 {clock_span(over)}", whose, note)
    left = due - now
    text = f"剩 {clock_span(left)}" if left >= timedelta(minutes=1) else "剩不到 1 分钟"
    today = local_day(due) == local_day(now)
    state: State = "soon" if share >= SOON_SHARE or today else "go"
    return Clock(state, share, text, whose, note)


def _share(now: datetime, start: datetime, due: datetime | None) -> float:
    if due is None:
        return 0.0
    total = (due - start).total_seconds()
    if total <= 0:
        return 1.0 if now >= due else 0.0
    return min(1.0, max(0.0, (now - start).total_seconds() / total))

"""The five steps and the four doubles (L01, L02), and what a count means in them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

STEPS = {
    "report": "组织报到",
    "pair": "主动包联",
    "build": "参与共建",
    "points": "积分反馈",
    "results": "结果运用",
}
DOUBLES = {
    "report": "双报到",
    "serve": "双服务",
    "pair": "双包联",
    "judge": "双评价",
}
# title, tone, icon
STATES: Mapping[str, tuple[str, str, str]] = {
    "done": ("做到了", "ok", "circle-check"),
    "going": ("在做", "go", "clock"),
    "todo": ("还没有", "soon", "point"),
    "later": ("还没到时候", "", "hourglass"),
}


class Count(NamedTuple):
    """What is there, and what is wanted; nothing wanted (yet) is `later`."""

    have: int
    need: int

    @property
    def state(self) -> str:
        if self.need == 0:
            return "later"
        if self.have >= self.need:
            return "done"
        return "going" if self.have else "todo"


def together(counts: Iterable[Count]) -> str:
    """The state of several measures as one: done when all that are wanted are."""
    states = [c.state for c in counts if c.state != "later"]
    if not states:
        return "later"
    if all(s == "done" for s in states):
        return "done"
    return "todo" if all(s == "todo" for s in states) else "going"

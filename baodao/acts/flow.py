"""State is one table per flow: state, event, next state. Plain Python."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from baodao.core.errors import Conflict

START = ""


class State(NamedTuple):
    """`title` people read; `side` whose turn it is: resident, community, unit,
    member, superior, or "" when nobody's; `verb` what they have to do; `tone`
    of its status word: idle, soon, go, ok, late, note."""

    title: str
    side: str = ""
    verb: str = ""
    tone: str = "idle"
    icon: str = "clock"


class Step(NamedTuple):
    """One row of the flow table."""

    source: str
    event: str
    to: str


@dataclass(frozen=True)
class Flow:
    """`name` is the prefix of its actions: flow "orders", event "dispatch" is the
    action "orders.dispatch". An event not in the table leaves the state alone."""

    name: str
    states: Mapping[str, State]
    steps: tuple[Step, ...]

    @classmethod
    def of(
        cls,
        name: str,
        states: Mapping[str, State],
        steps: Iterable[tuple[str, str, str]],
    ) -> "Flow":
        """Build and check: every state named, none without a way to it."""
        flow = cls(name, states, tuple(Step(*s) for s in steps))
        named = {s.to for s in flow.steps} | {s.source for s in flow.steps} - {START}
        if named - set(states) or set(states) - {s.to for s in flow.steps}:
            raise ValueError(f"flow {name}: {named ^ set(states)}")
        return flow

    def sources(self, event: str) -> tuple[str, ...]:
        """The states from which `event` may happen."""
        return tuple(s.source for s in self.steps if s.event == event)

    def events(self, state: str) -> tuple[str, ...]:
        """What may happen in `state`."""
        return tuple(s.event for s in self.steps if s.source == state)

    def moves(self, event: str) -> bool:
        """Whether `event` is a row of the table."""
        return any(s.event == event for s in self.steps)

    def only_target(self, event: str) -> str:
        """The one state that `event` leads to. Raises ValueError when several."""
        found = {s.to for s in self.steps if s.event == event}
        if len(found) != 1:
            raise ValueError(f"{event} leads to several states")
        return found.pop()

    def step(self, state: str, event: str) -> str:
        """The next state. Raises `Conflict` when the event is not possible now."""
        if not self.moves(event):
            return state
        for s in self.steps:
            if s.source == state and s.event == event:
                return s.to
        title = self.states[state].title if state in self.states else state
        raise Conflict(
            f"这一条现在是“{title}”，不能再做这一步。请看一下最新的情况。",
            code="wrong_state",
        )

"""The frozen shapes that components draw. Queries build them; templates only
read them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Tone = Literal["", "go", "soon", "late", "ok", "note", "idle"]
Mark = Literal["done", "wait", "later"]
Side = Literal["resident", "community", "unit", "member", "superior", "pause"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline, newest first. `quote` is what somebody said,
    `private_note` what outsiders do not see; `now` marks what is expected."""

    title: str
    at: datetime | None = None
    who: str = ""
    icon: str = "point"
    tone: Tone = ""
    text: str = ""
    quote: str = ""
    private_note: str = ""
    now: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Time that one side was waited for, in order of time."""

    side: Side
    minutes: int
    late_minutes: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    state: Literal["done", "now", "later"] = "later"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a suggestion is made: ok is a tick, warn a triangle, plain a dot."""

    text: str
    kind: Literal["ok", "warn", "plain"] = "plain"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`load` stands at the right: 手头 2 单. `under` is the second line."""

    value: str
    name: str
    under: str = ""
    load: str = ""
    reasons: Sequence[Reason] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt: done is a tick, wait an hourglass, later is open."""

    title: str
    text: str = ""
    state: Mark = "done"
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One role the person may switch to."""

    value: str
    label: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What the person menu shows. `switch_url` and `sign_out_url` take a POST."""

    name: str
    role: str = ""
    place: str = ""
    roles: Sequence[Choice] = field(default_factory=tuple)
    switch_url: str = ""
    sign_out_url: str = ""
    messages_url: str = ""
    unread: int = 0
    account_url: str = ""

    @property
    def initial(self) -> str:
        return (self.name or self.role)[:1]

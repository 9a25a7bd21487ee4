"""The workshop of sampled confirmations 抽查 (domain 8.32): each month a share of what a
community has confirmed is drawn by a seed that follows from month and place alone, so
that anybody can draw again and get the same; the township looks at each."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from math import ceil

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import MOVERS, ORG, SYSTEM, TOWN
from baodao.core.errors import Invalid

OUTCOMES = {"true": "属实", "differs": "有出入", "unreachable": "联系不上"}
STATES: Mapping[str, State] = {
    "drawn": State("待核对", "superior", "核对", "soon", "search"),
    "checked": State("核对过", "", "", "ok", "circle-check"),
}
FLOW = Flow.of(
    "samples",
    STATES,
    [
        ("", "draw", "drawn"),
        ("drawn", "check", "checked"),
        ("checked", "check", "checked"),
    ],
)
_SEE = {**TOWN, **ORG, "inspector": Scope.PLACE}
DRAWS = {"view": ("查看抽查", _SEE), "draw": ("抽取要核对的确认", SYSTEM)}
SAMPLES = {
    "view": ("查看抽到的确认", TOWN),
    "draw": ("抽到", SYSTEM),
    "check": ("核对抽到的确认", TOWN),
    "follow_place": ("随区划调整", MOVERS),
}
# Nobody checks what they did or confirmed themselves.
CONFLICTS = {"check": {"confirmed_by": "person_id", "member_id": "member_id"}}
MESSAGES = {"check": "这一件是您自己做的或确认的，请同事来核对。"}


def seed_of(month: str, code: str) -> str:
    """The seed of a month ("2026-11") and a place (its code): shown beside the draw."""
    return f"{month}/{code}"


def size_of(n: int, percent: int) -> int:
    """How many of `n` are drawn: the share, rounded up; at least one of any."""
    return min(n, ceil(n * percent / 100)) if percent > 0 else 0


def draw(ids: Iterable[str], seed: str, percent: int) -> list[str]:
    """Those whose hash with the seed comes first: the same list in any order gives the
    same draw, and nobody can steer it."""
    ranked = sorted(set(ids), key=lambda i: sha256(f"{seed}/{i}".encode()).digest())
    return ranked[: size_of(len(ranked), percent)]


def check_outcome(outcome: str, note: str) -> str:
    """The note, trimmed. Raises Invalid(outcome, note)."""
    if outcome not in OUTCOMES:
        raise Invalid(fields={"outcome": "请选核对的结果。"})
    note = note.strip()
    if outcome == "differs" and not note:
        raise Invalid(fields={"note": "请写明哪里有出入、怎么核对的。"})
    if len(note) > 500:
        raise Invalid(fields={"note": "最多500字，请写要紧的。"})
    return note

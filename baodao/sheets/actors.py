"""Who a job works for. A person presses the button, a worker does it later: by then the
role may have ended. `people` knows and registers the answer."""

from collections.abc import Callable
from uuid import UUID

from baodao.acts.actor import SYSTEM, Actor
from baodao.core.errors import Forbidden
from baodao.sheets.models import ImportRun

# (account, role tie, role) → who that is today, None when they are it no longer.
Again = Callable[[UUID, UUID | None, str], Actor | None]
# The place that answers for what this actor does, for the register of exports.
PlaceOf = Callable[[Actor], str]
# Everything that an account may act as, by its name.
Named = Callable[[str], list[Actor]]
_AGAIN: list[Again] = []
_PLACE_OF: list[PlaceOf] = []
_NAMED: list[Named] = []


def register(again: Again, place_of: PlaceOf, named: Named) -> None:
    """Called once, by the app that knows accounts and roles."""
    _AGAIN[:], _PLACE_OF[:], _NAMED[:] = [again], [place_of], [named]


def actor_of(run: ImportRun) -> Actor:
    """The person of a run in the role in which they began it, as it is now. Raises
    Forbidden when they do not hold it any more."""
    if run.account_id is None:
        return SYSTEM
    found = _AGAIN[0](run.account_id, run.tie_id, run.role) if _AGAIN else None
    if found is None:
        raise Forbidden(
            "您已经不是上传时的角色了，这份表不能再写入。请用现在的角色重新上传。"
        )
    return found


def place_of(actor: Actor) -> str:
    """A path, "" for the whole deployment."""
    return _PLACE_OF[0](actor) if _PLACE_OF else actor.path or ""


def actors_named(username: str) -> list[Actor]:
    """What the account of this name may act as; empty when there is none in use."""
    return _NAMED[0](username) if _NAMED else []

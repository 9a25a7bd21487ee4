"""Who acts: one person (or the system, or a resident's link) in one role."""

from dataclasses import dataclass, replace
from uuid import UUID

_COMMUNITY = 5  # parts of a community's path: places.rules.COMMUNITY


@dataclass(frozen=True, slots=True)
class Actor:
    """`path`: the place the role is for ("" is the whole deployment; None is no
    place); `former`: ranges of paths of places that this one has taken over, whose
    records stay where they were made. `unit_id`, `member_id`, `person_id` tie the actor to what is their own;
    `link_id` is the one object that an unguessable link opens."""

    role: str
    name: str = ""
    account_id: UUID | None = None
    person_id: UUID | None = None
    member_id: UUID | None = None
    unit_id: UUID | None = None
    path: str | None = None
    link_id: UUID | None = None
    tie_id: UUID | None = None
    request_id: str = ""
    on_behalf_of: str = ""
    # Set on an actor kept in memory: acts refuse it (`engine.Stale`) at another one.
    epoch: int | None = None
    former: tuple[tuple[str, str], ...] = ()

    @property
    def is_anonymous(self) -> bool:
        return self.role == "anonymous"

    @property
    def community(self) -> str | None:
        """The path of the community in which the actor's grid, estate or building
        lies; None for everybody else."""
        parts = (self.path or "").split("/")[:-1]
        return "/".join(parts[:_COMMUNITY]) + "/" if len(parts) > _COMMUNITY else None

    def for_someone(self, whom: str) -> "Actor":
        """The same actor doing it on somebody's behalf, which the event keeps."""
        return replace(self, on_behalf_of=whom)


ANONYMOUS = Actor(role="anonymous", name="居民")
SYSTEM = Actor(role="system", name="系统", path="")


def consequence_of(actor: Actor, whom: str = "") -> Actor:
    """The system, doing what follows from what `actor` has just done, on behalf of
    `whom`."""
    return replace(SYSTEM, request_id=actor.request_id, on_behalf_of=whom)


def link_holder(object_id: UUID, request_id: str = "") -> Actor:
    """A resident who came by the link or code of one order (L50: no account)."""
    return Actor(
        role="requester", name="居民", link_id=object_id, request_id=request_id
    )

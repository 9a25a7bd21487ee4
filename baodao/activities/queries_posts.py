"""Reading posts: the wall of a place with its vacancies, one post with who holds it and
what waits for confirmation, a member's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from baodao.activities import rules
from baodao.activities.models import Holding, Post, Turn
from baodao.acts.access import require, visible, within
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.people.models import Member
from baodao.places import areas
from baodao.places.models import Place
from baodao.places.rules import community_path
from baodao.reporting.standing import tied_points

TABS = {"open": "招人中", "full": "满员的", "ended": "已撤销"}


@dataclass(frozen=True)
class Card:
    """A post with how many hold it and how many turns wait."""

    it: Post
    held: int
    waiting: int = 0

    @property
    def free(self) -> int:
        return max(0, self.it.quota - self.held)


def paths_of(actor: Actor) -> set[str]:
    """The communities that concern a member, a unit or a grid worker."""
    if actor.role == "grid_worker":
        return {community_path(actor.path or "-")}
    if actor.role.startswith("unit_") and actor.unit_id:
        return {community_path(p.path) for p in tied_points(actor.unit_id)}
    row = Member.objects.filter(pk=actor.member_id or UUID(int=0)).values_list(
        "residence_path", "point_path"
    )
    return {community_path(p) for p in row.first() or () if p}


def listed(actor: Actor) -> QuerySet[Post]:
    """The posts that concern the actor, each with `n_held`."""
    found = visible(Post.objects.all(), actor, "posts.view")
    if actor.path is None or actor.role == "grid_worker":
        found = found.filter(path__in=paths_of(actor))
    held = Count("holdings", filter=Q(holdings__state="held"))
    return found.annotate(n_held=held)


def narrowed(
    found: QuerySet[Post], *, q: str = "", mode: str = "", under: Place | None = None
) -> QuerySet[Post]:
    """The filters of the list; unknown values filter nothing."""
    if mode in rules.MODES:
        found = found.filter(mode=mode)
    if under:
        found = found.filter(within("path", areas.today(under.path)))
    if q.strip():
        found = found.filter(title__icontains=q.strip())
    return found


def in_tab(found: QuerySet[Post], tab: str) -> QuerySet[Post]:
    """One tab, in the order of places and numbers."""
    if tab == "ended":
        found = found.filter(state="ended")
    else:
        found = found.filter(state="open")
        full = Q(n_held__gte=F("quota"))
        found = found.filter(full) if tab == "full" else found.exclude(full)
    return found.select_related("place").order_by("path", "no", "pk")


def cards(rows: Iterable[Post]) -> list[Card]:
    """With the turns that wait, one query."""
    rows = list(rows)
    waiting = dict(
        Turn.objects.filter(state="told", holding__post__in=[p.pk for p in rows])
        .order_by()
        .values_list("holding__post")
        .annotate(n=Count("pk"))
    )
    return [Card(p, getattr(p, "n_held", 0), waiting.get(p.pk, 0)) for p in rows]


def post_for(actor: Actor, pk: UUID) -> Post:
    """A post that concerns the actor. Raises NotFound."""
    it = Post.objects.select_related("place").filter(pk=pk).first()
    if it is None:
        raise NotFound
    require(actor, "posts.view", it)
    wide = actor.path is None or actor.role == "grid_worker"
    if wide and it.path not in paths_of(actor):
        held = Holding.objects.filter(post=it, member=actor.member_id)
        if actor.member_id is None or not held.exists():
            raise NotFound
    return it


def holders(it: Post, actor: Actor) -> list[Holding]:
    """Who holds it, as far as the actor may see."""
    found = visible(it.holdings.all(), actor, "holdings.view")
    found = found.select_related("member__person", "member__unit")
    return list(found.order_by("state", "-valid_from").defer("member__person__phone"))


def turns(it: Post, actor: Actor, state: str = "told") -> list[Turn]:
    """Turns of a post in one state, the oldest first."""
    found = visible(Turn.objects.all(), actor, "turns.view")
    found = found.filter(holding__post=it, state=state)
    found = found.select_related("holding__member__person")
    return list(found.order_by("start_at").defer("holding__member__person__phone"))


def mine(actor: Actor) -> QuerySet[Holding]:
    """A member's posts, those held first."""
    found = Holding.objects.filter(member=actor.member_id or UUID(int=0))
    return found.select_related("post__place").order_by("-state", "-valid_from")

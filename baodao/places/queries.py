"""places, the nouns: children and search under one's own access, subtree counts,
distances, pauses, who looked at a household."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from baodao.acts.access import can, path_range, visible
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.core.errors import NotFound
from baodao.places import rules, search
from baodao.places.calendars import Interval
from baodao.places.models import (
    Household,
    LocalDay,
    Pause,
    Place,
    PlaceName,
    Setting,
)
from baodao.places.settings import KEYS, ancestors, sources
from baodao.places.values import shown


def open_places(actor: Actor, action: str = "places.view") -> QuerySet[Place]:
    """Places in use on which `actor` may do `action`. Household rows only for
    those who may see households: even their number is nobody else's business."""
    found = visible(Place.objects.filter(valid_to=None), actor, action)
    if can(actor, "households.view"):
        return found
    return found.filter(level__lt=rules.HOUSEHOLD)


def place(actor: Actor, place_id: UUID) -> Place:
    """One place, closed ones too. Raises NotFound outside the actor's sight."""
    found = visible(Place.objects.all(), actor, "places.view").filter(pk=place_id)
    row = found.select_related("parent").first()
    if row is None or (
        row.level == rules.HOUSEHOLD and not can(actor, "households.view")
    ):
        raise NotFound
    return row


def start(actor: Actor) -> Place | None:
    """Where browsing begins: the actor's own place, else the top of the tree."""
    found = open_places(actor).select_related("parent")
    if actor.path:
        return found.filter(path=actor.path).first()
    return found.order_by("level", "path").first()


def tops(actor: Actor) -> list[Place]:
    """The highest places the actor may see: with a nation loaded, its provinces."""
    found = open_places(actor).filter(level=rules.PROVINCE)
    return list(found.order_by("path"))


def children(actor: Actor, parent: Place, level: int | None = None) -> QuerySet[Place]:
    """The places right below `parent`, in the order of their codes."""
    found = open_places(actor).filter(parent=parent)
    if level is not None:
        found = found.filter(level=level)
    return found.order_by("path")


def with_children(actor: Actor, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these places have something below them that the actor may see."""
    below = open_places(actor).filter(parent__in=ids)
    return set(below.values_list("parent_id", flat=True).distinct())


def crumbs(actor: Actor, of: Place) -> list[Place]:
    """The places above `of` that the actor may see, the highest first."""
    above = Place.objects.filter(path__in=ancestors(of.path)[1:-1])
    return list(visible(above, actor, "places.view").order_by("path"))


def search_places(actor: Actor, text: str, level: int | None = None) -> QuerySet[Place]:
    """Open places by code prefix (digits), Chinese name, full pinyin or initials,
    restricted to the actor's sight, with their parent: one indexed query. A single
    letter finds nothing: it is in the pinyin of three places out of four."""
    found = open_places(actor).select_related("parent")
    if level is not None:
        found = found.filter(level=level)
    text = text.strip()
    if text[:1].isdigit():
        return found.filter(code__startswith=text.upper()).order_by("path")
    if not any(search.keys_of(word) for word in text.lower().split()):
        return found.none()
    return search.matching(found, text).order_by("path")


def counts(path: str) -> dict[int, int]:
    """Open places at and below `path` by level; contact points under 0."""
    lo, hi = path_range(path)
    rows = Place.objects.filter(valid_to=None, path__gte=lo, path__lt=hi)
    found = rows.values("level").annotate(
        n=Count("id"), points=Count("id", filter=Q(is_contact_point=True))
    )
    by_level = list(found.order_by("level"))
    totals = {row["level"]: row["n"] for row in by_level}
    totals[0] = sum(row["points"] for row in by_level)
    return totals


def contact_points(actor: Actor, path: str = "") -> QuerySet[Place]:
    """Open contact points at and below `path` in the actor's sight."""
    lo, hi = path_range(path)
    found = open_places(actor).filter(path__gte=lo, path__lt=hi, is_contact_point=True)
    return found.select_related("parent").order_by("path")


def names(place: Place) -> list[PlaceName]:
    """Former names of a place and of those that went into it, the newest first. They
    stand in what the place is found by, so most places need no query."""
    return [] if place.pinyin.isascii() else list(PlaceName.objects.filter(place=place))


def named_on(place: Place, day: date) -> str:
    """What a place was called on a day: 昆莎乡（现名昆莎镇）. One query."""
    then = PlaceName.objects.filter(
        place=place, merged=False, valid_from__lte=day, valid_to__gt=day
    ).first()
    return f"{then.name}（现名{place.name}）" if then else place.name


def names_of(paths: Sequence[str]) -> dict[str, str]:
    """Path → name, for rows that carry only the path."""
    found = Place.objects.filter(path__in=[p for p in paths if p])
    return {"": "全部地方", **dict(found.values_list("path", "name"))}


def household(actor: Actor, place_id: UUID) -> Household:
    """The household at a place. Raises NotFound outside the actor's sight."""
    found = visible(
        Household.objects.filter(place_id=place_id), actor, "households.view"
    )
    row = found.select_related("place", "place__parent").first()
    if row is None:
        raise NotFound
    return row


def community_of(path: str) -> Place | None:
    """The community of a path, to say which one of two of the same name."""
    parts = path.split("/")[: rules.COMMUNITY]
    return Place.objects.filter(path="/".join(parts) + "/").first()


def looks(
    object_id: UUID, action: str, limit: int = 20
) -> list[tuple[str, str, datetime]]:
    """Who revealed something of an object, what for and when, newest first."""
    found = Event.objects.filter(object_id=object_id, action=action)
    return [
        (e.actor_name, rules.PURPOSES.get(e.reason, e.reason), e.at)
        for e in found.order_by("-at", "-id")[:limit]
    ]


@dataclass(frozen=True)
class SettingLine:
    """One setting as a page shows it. `own` is set right here; `row` decides it."""

    key: str
    title: str
    note: str
    value: str
    where: str
    own: bool
    row: Setting | None


def setting_lines(path: str) -> list[SettingLine]:
    """Every setting with its effective value and who set it where."""
    deciding = sources(path)
    names = names_of([row.path for row in deciding.values()])
    lines = []
    for key, known in KEYS.items():
        row = deciding.get(key)
        lines.append(
            SettingLine(
                key,
                known.title,
                known.note,
                shown(key, row.value if row else known.default),
                names.get(row.path, row.path) if row else "系统默认",
                bool(row and row.path == path),
                row,
            )
        )
    return lines


def local_days(path: str, year: int) -> list[LocalDay]:
    """Local days that hold at a place in a year, those of lower places last."""
    rows = LocalDay.objects.filter(
        path__in=ancestors(path), removed=False, day__year=year
    )
    return list(rows.order_by("day", "path"))


def pauses_over(path: str, since: datetime, until: datetime) -> list[Interval]:
    """The pauses that hold at a place between two instants, cut to them: what
    `calendars.shift` takes. An open pause lasts until `until`."""
    rows = Pause.objects.filter(path__in=ancestors(path), start__lt=until)
    rows = rows.filter(Q(end=None) | Q(end__gt=since))
    return [
        (max(a, since), min(b or until, until))
        for a, b in rows.order_by("start").values_list("start", "end")
    ]


def pause_now(path: str, at: datetime) -> Pause | None:
    """The pause that holds at a place at an instant; the longest one first."""
    rows = Pause.objects.filter(path__in=ancestors(path), start__lte=at)
    rows = rows.filter(Q(end=None) | Q(end__gt=at))
    return rows.order_by("-end").first()  # NULL, an open end, sorts first


def pauses_now(at: datetime) -> list[Pause]:
    """All pauses that hold anywhere at an instant."""
    rows = Pause.objects.filter(Q(end=None) | Q(end__gt=at), start__lte=at)
    return list(rows.order_by("path", "start"))


def pauses(actor: Actor, path: str) -> QuerySet[Pause]:
    """Pauses in the actor's sight that touch `path`: above, at and below it."""
    lo, hi = path_range(path)
    touching = Q(path__in=ancestors(path)) | Q(path__gte=lo, path__lt=hi)
    # Those above are seen too: they hold here.
    found = Pause.objects.filter(touching)
    seen = Q(pk__in=visible(Pause.objects.all(), actor, "pauses.view").values("pk"))
    return found.filter(seen | Q(path__in=ancestors(path))).order_by("-start")

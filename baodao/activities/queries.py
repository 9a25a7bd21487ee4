"""Reading activities: the lists, one activity with its names and its story, the month.
Everything stays inside the actor's scope; a plan is seen by its host and the place."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, F, Func, Q, QuerySet

from baodao.activities import carriers, rules
from baodao.activities.models import Activity, Participation
from baodao.acts.access import ACTIONS, can, require, visible, within
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.core.clock import at_local, local, today
from baodao.core.errors import Invalid, NotFound
from baodao.core.ids import uuid_of
from baodao.people.models import Member
from baodao.places import areas, festivals
from baodao.places.calendars import calendar_for
from baodao.places.models import Place
from baodao.places.rules import community_path
from baodao.places.search import matching
from baodao.reporting.standing import tied_points
from baodao.ui.shapes import Entry, Tone
from baodao.ui.words import cdate, weekday

TABS = {
    "coming": "要开展的",
    "due": "该记名单",
    "waiting": "待确认",
    "done": "办过的",
    "cancelled": "已取消",
}
# Reached from the year's plan only: whatever is laid out and not over.
OPEN_TAB = {"open": "已安排的"}
HOSTS = {"community": "社区主办", "unit": "单位主办"}
# Who looks on: plans are not theirs.
ONLOOKERS = ("prefecture_org", "county_org", "county_social_work", "inspector")
TITLES = {
    "plan": "计划活动", "draft": "系统起草", "revise": "改了活动", "publish": "发布",
    "cancel": "取消", "finish": "记了到场名单", "send_back": "名单退回",
    "confirm": "名单已确认", "correct": "更正：原来的记录冲回", "archive": "归档",
    "invite": "请人来参加", "show_code": "开了签到码", "hide_code": "关了签到码",
    "follow_place": "随区划调整", "follow_unit": "随单位合并",
}  # fmt: skip
_ICONS: dict[str, tuple[str, Tone]] = {
    "publish": ("calendar-event", "go"), "cancel": ("circle-x", ""),
    "finish": ("clipboard-list", "go"), "confirm": ("circle-check", "ok"),
    "send_back": ("arrow-back-up", "soon"), "correct": ("eraser", "soon"),
}  # fmt: skip


@dataclass(frozen=True)
class Card:
    """An activity as lists show it. `next`: what waits for this actor, or ""."""

    it: Activity
    when: str
    where: str
    host: str
    state: str
    tone: str
    icon: str
    signed: int
    waiting: int
    attended: int
    next: str = ""
    mine: str = ""
    carriers: Sequence[str] = ()


# --- the list -------------------------------------------------------------------------


def listed(actor: Actor) -> QuerySet[Activity]:
    """What concerns the actor: a place's own and below, a unit's own and those of its
    communities, a member's communities and unit."""
    found = visible(Activity.objects.all(), actor, "activities.view")
    open_ones = ~Q(state="draft")
    if actor.role in ONLOOKERS:
        return found.filter(open_ones)
    if actor.role == "grid_worker":
        return found.filter(open_ones, path=community_path(actor.path or "-"))
    if actor.role == "member":
        return found.filter(open_ones & _of_member(actor))
    if actor.role.startswith("unit_") and actor.unit_id:
        paths = {community_path(p.path) for p in tied_points(actor.unit_id)}
        return found.filter(Q(unit=actor.unit_id) | open_ones & Q(path__in=paths))
    return found


def _of_member(actor: Actor) -> Q:
    if actor.member_id is None:
        return Q(pk=None)
    row = Member.objects.filter(pk=actor.member_id).values_list(
        "residence_path", "point_path", "unit_id"
    )
    home, point, unit = row.first() or ("", "", None)
    paths = {community_path(p) for p in (home, point) if p}
    # A grid that is a contact point lies in its community; both meet there.
    mine = Q(path__in=paths) | Q(parts__member=actor.member_id)
    return (mine | Q(unit=unit)) if unit else mine


def narrowed(
    found: QuerySet[Activity], *, q: str = "", channel: str = "", joint: str = "",
    occasion: str = "", carrier: str = "", host: str = "", year: str = "",
    aim: str = "", own: UUID | None = None, under: Place | None = None,
) -> QuerySet[Activity]:  # fmt: skip
    """The filters of the list; unknown values filter nothing."""
    if channel in rules.CHANNELS:
        found = found.filter(channel=channel)
    if joint in rules.JOINT_TYPES:
        found = found.filter(joint_type=joint)
    if occasion in rules.OCCASIONS:
        found = found.filter(occasion=occasion)
    if carrier:
        found = found.filter(carriers__contains=[carrier])
    if year:
        lo, hi = (at_local(date(int(year) + n, 1, 1), time.min) for n in (0, 1))
        found = found.filter(start_at__gte=lo, start_at__lt=hi)
    if aim and (aim_id := uuid_of(aim)):
        found = found.filter(aim=aim_id)
    if own:
        found = found.filter(unit=own)
    if host in HOSTS:
        found = found.filter(unit__isnull=host == "community")
    if under:
        found = found.filter(within("path", areas.today(under.path)))
    q = q.strip()
    if q.removeprefix("活").strip().isdigit():
        return found.filter(no=q.removeprefix("活").strip().zfill(4))
    if q:
        found = found.filter(Q(title__icontains=q) | Q(unit__short_name__icontains=q))
    return found


def tabs(here: str) -> dict[str, str]:
    """The tabs of the list, with the one that only a link opens while it is open."""
    return {**TABS, **({here: OPEN_TAB[here]} if here in OPEN_TAB else {})}


def tab_condition(tab: str, now: datetime) -> Q:
    """Which activities stand in a tab."""
    return {
        "coming": Q(state__in=rules.PLANNED, end_at__gte=now),
        "due": Q(state__in=rules.PLANNED, end_at__lt=now),
        "waiting": Q(state="finished"),
        "done": Q(state__in=rules.COUNTED),
        "cancelled": Q(state="cancelled"),
        "open": Q(state__in=(*rules.PLANNED, "finished")),
    }[tab]


def tab_counts(found: QuerySet[Activity], now: datetime) -> dict[str, int]:
    """How many stand in each tab, one query."""
    counts = {
        t: Count("pk", filter=tab_condition(t, now), distinct=True)
        for t in (*TABS, *OPEN_TAB)
    }
    return found.order_by().aggregate(**counts)


def in_tab(found: QuerySet[Activity], tab: str, now: datetime) -> QuerySet[Activity]:
    """One tab: what comes next first, what was lately first."""
    order = "-start_at" if tab in ("done", "cancelled") else "start_at"
    found = found.filter(tab_condition(tab, now)).select_related(*RELATED)
    return found.order_by(order, "pk").distinct()


RELATED = ("place__parent", "unit", "venue", "aim")


def cards(rows: Iterable[Activity], actor: Actor, now: datetime) -> list[Card]:
    """The activities of one page as cards: one query for the numbers, one for the
    names of local carriers."""
    rows = list(rows)
    ids = [it.pk for it in rows]
    counted: dict[UUID, Counter[str]] = defaultdict(Counter)
    by_state = Participation.objects.filter(activity__in=ids).order_by()
    for pk, state, n in by_state.values_list("activity", "state").annotate(
        n=Count("pk")
    ):
        counted[pk][state] = n
    mine = (
        dict(
            Participation.objects.filter(activity__in=ids, member=actor.member_id)
            .exclude(state="withdrawn")
            .values_list("activity", "state")
        )
        if actor.role == "member"
        else {}
    )
    known = carriers.names()
    return [
        _card(it, actor, now, counted[it.pk], mine.get(it.pk, ""), known) for it in rows
    ]


def _card(
    it: Activity, actor: Actor, now: datetime, counted: Mapping[str, int], mine: str,
    known: Mapping[str, str],
) -> Card:  # fmt: skip
    title, tone, icon = shown_state(it, now)
    return Card(
        it=it, when=when(it, now), where=where(it),
        host=str(it.unit) if it.unit else it.place.name, state=title, tone=tone,
        icon=icon, signed=counted.get("signed_up", 0),
        waiting=counted.get("waitlisted", 0), attended=counted.get("attended", 0),
        next=next_step(it, actor, now), mine=mine,
        carriers=[known.get(c, c) for c in it.carriers],
    )  # fmt: skip


def shown_state(it: Activity, now: datetime) -> tuple[str, str, str]:
    """(words, tone, icon); while it goes on, and when its list is due, it says so."""
    if it.state in rules.PLANNED and it.end_at < now:
        return "该记名单", "late", "clipboard-list"
    if it.state == "published" and it.start_at <= now:
        return "进行中", "go", "player-play"
    state = rules.STATES[it.state]
    return state.title, state.tone, state.icon


def next_step(it: Activity, actor: Actor, now: datetime) -> str:
    """The verb that waits for this actor: finish, confirm, publish or ""."""
    if it.state in rules.PLANNED and it.end_at < now:
        return "finish" if can(actor, "activities.finish", it) else ""
    if it.state == "finished":
        return "confirm" if can(actor, "activities.confirm", it) else ""
    if it.state == "draft":
        return "publish" if can(actor, "activities.publish", it) else ""
    return ""


def when(it: Activity, now: datetime) -> str:
    """11月28日 星期六 09:00–12:00; the second day is named where there is one."""
    start, end, day = local(it.start_at), local(it.end_at), today(now)
    first = f"{cdate(start, day)} {weekday(start)} {start:%H:%M}"
    if start.date() == end.date():
        return f"{first}–{end:%H:%M}"
    return f"{first} – {cdate(end, day)} {end:%H:%M}"


def where(it: Activity) -> str:
    """The venue or spot, with the community."""
    spot = it.venue.name if it.venue else it.spot
    return f"{it.place.name} · {spot}" if spot else it.place.name


# --- the month ------------------------------------------------------------------------


@dataclass(frozen=True)
class Day:
    """One day of the month: `mark` 休 or 班 where it differs from the weekday."""

    day: date
    inside: bool
    today: bool
    mark: str = ""
    name: str = ""
    cards: Sequence[Card] = field(default=())


def month_of(text: str, now: datetime) -> date:
    """The first day of the month an address asks for; else this month."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today(now).replace(day=1)


def in_month(found: QuerySet[Activity], first: date) -> QuerySet[Activity]:
    """Activities that begin in the month, without what was cancelled."""
    lo = at_local(first, time.min)
    hi = at_local(rules.next_month(first), time.min)
    found = found.filter(start_at__gte=lo, start_at__lt=hi).exclude(state="cancelled")
    return found.select_related(*RELATED).order_by("start_at", "pk").distinct()


def weeks(
    shown: Sequence[Card], first: date, path: str, now: datetime
) -> list[list[Day]]:
    """The month by weeks from Monday to Sunday."""
    calendar, by_day = calendar_for(path), defaultdict(list)
    names = _festivals(first, path)
    for card in shown:
        by_day[local(card.it.start_at).date()].append(card)
    start = first - timedelta(days=first.weekday())
    days = []
    while start < rules.next_month(first):
        week = [start + timedelta(days=n) for n in range(7)]
        days.append([
            Day(d, d.month == first.month, d == today(now), _mark(calendar, d),
                names.get(d, ""),
                cards=by_day[d])
            for d in week
        ])  # fmt: skip
        start += timedelta(days=7)
    return days


def _festivals(first: date, path: str) -> dict[date, str]:
    """Names of the festivals around a month, by the confirmed table; none for a year
    that it does not have (domain 8.27, 8.29)."""
    try:
        known = festivals.festivals(first.year).values()
    except Invalid:
        return {}
    own = festivals.regional(path)
    elsewhere = {k for keys in festivals.REGIONAL.values() for k in keys} - set(own)
    return {f.first: f.name for f in known if f.key not in elsewhere}


def _mark(calendar: object, day: date) -> str:
    works = calendar.is_workday(day)  # type: ignore[attr-defined]
    usual = day.weekday() < 5
    return "" if works == usual else "班" if works else "休"


def open_to_all(place: Place | None, now: datetime) -> QuerySet[Activity]:
    """What residents may come to as well, soonest first (domain 9.1: a notice)."""
    found = Activity.objects.filter(public=True, state="published", end_at__gt=now)
    if place:
        found = found.filter(within("path", areas.today(place.path)))
    return found.select_related(*RELATED).order_by("start_at", "pk")


# --- one activity ---------------------------------------------------------------------


def activity_for(actor: Actor, pk: UUID, action: str = "view") -> Activity:
    """An activity on which the actor may do `action`. Raises NotFound, Forbidden."""
    it = Activity.objects.select_related(*RELATED).filter(pk=pk).first()
    if it is None:
        raise NotFound
    require(actor, "activities.view", it)
    if it.state == "draft" and not can(actor, "activities.revise", it):
        raise NotFound
    # Who may read every notice still has pages only of what concerns them.
    wide = actor.path is None or actor.role == "grid_worker"
    if wide and not listed(actor).filter(pk=pk).exists():
        raise NotFound
    if action != "view":
        require(actor, f"activities.{action}", it)
    return it


def parts(it: Activity, actor: Actor) -> list[Participation]:
    """The names on the list that the actor may see, in order of signing up: staff and
    the host all of them, a unit its own, a member only themselves."""
    found = visible(it.parts.all(), actor, "participations.view")
    found = found.exclude(state="withdrawn").select_related(
        "member__person", "member__unit"
    )
    return list(found.order_by("signed_at", "pk").defer("member__person__phone"))


def numbers(it: Activity) -> Counter[str]:
    """How many stand in each state."""
    rows = it.parts.order_by().values_list("state").annotate(n=Count("pk"))
    return Counter(dict(rows))


def possible(it: Activity, actor: Actor) -> list[str]:
    """The steps of the flow this actor may take now."""
    return [
        e for e in dict.fromkeys(rules.FLOW.events(it.state))
        if f"activities.{e}" in ACTIONS and can(actor, f"activities.{e}", it)
    ]  # fmt: skip


def story(it: Activity, now: datetime) -> list[Entry]:
    """What happened, newest first."""
    entries = [_entry(e) for e in reversed(events_of(it.pk))]
    state = rules.STATES[it.state]
    if state.verb:
        title, _, icon = shown_state(it, now)
        entries.insert(0, Entry(title, icon=icon, tone="go", now=True))
    return entries


def _entry(event: Event) -> Entry:
    name = event.action.split(".", 1)[1]
    icon, tone = _ICONS.get(name, ("point", ""))
    text = ""
    if name == "finish":
        text = f"{event.data.get('attended', 0)}人到场"
        text += "，按纸质签到表补录" if event.data.get("paper") else ""
    if name == "invite":
        text = f"{len(event.data.get('members', ()))}人"
    if name == "confirm":
        text = f"{event.data.get('records', 0)}条服务记录"
        text += {"late": "，逾期确认", "backfill": "，补录"}.get(event.reason, "")
    quote = "；".join(n.text for n in event.notes.all())
    return Entry(
        TITLES.get(name, name), at=event.at, who=event.actor_name, icon=icon,
        tone=tone, text=text, quote=quote,
    )  # fmt: skip


def own_members(actor: Actor, it: Activity) -> QuerySet[Member]:
    """The unit's members whom it may still sign up."""
    listed_ids = it.parts.exclude(state="withdrawn").values("member")
    found = Member.objects.filter(unit=actor.unit_id).exclude(duty_status="left")
    found = found.exclude(pk__in=listed_ids).select_related("person")
    return found.order_by("person__pinyin", "pk").defer("person__phone")


def named(found: QuerySet[Member], q: str) -> QuerySet[Member]:
    """These by name, pinyin or number."""
    q = q.strip()
    if not q:
        return found
    if any(c.isdigit() for c in q):
        return found.filter(volunteer_no=q)
    return matching(found, q, name="person__name", pinyin="person__pinyin")


def used_carriers(actor: Actor) -> dict[str, int]:
    """Code → confirmed activities in the actor's sight under it: one of several
    carriers counts once in each."""
    found = listed(actor).filter(state__in=rules.COUNTED).order_by()
    rows = found.annotate(code=Func(F("carriers"), function="unnest"))
    return dict(rows.values_list("code").annotate(n=Count("pk", distinct=True)))


def month_before(first: date) -> date:
    """The first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def party_day_of(unit_id: UUID | None, day: date) -> Activity | None:
    """The party day that a unit has planned for the month around `day`."""
    found = in_month(Activity.objects.filter(unit=unit_id), day.replace(day=1))
    found = found.filter(carriers__contains=["party_day"], state__in=rules.PLANNED)
    return found.first()

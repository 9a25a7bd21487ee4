"""How staff lists are cut: whose turn, how soon, and the filters of the address."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.postgres.fields.array import ArrayContains  # type: ignore[attr-defined]
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Lower, StrIndex
from django.db.models.lookups import GreaterThan
from django.http import QueryDict

from baodao.acts.access import ACTIONS, Scope, can, within
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.core.clock import at_local, today
from baodao.orders import rules
from baodao.people.auth import phone_hash
from baodao.places.areas import NOW, area, regions_of
from baodao.places.search import TitleKeys, keys_of

SEALED = ("detail", "call_name", "phone", "address", "rating_text")
TABS = {
    "mine": "等我处理",
    "community": "等社区",
    "unit": "等单位",
    "resident": "等居民",
    "superior": "等上级",
    "away": "已转办",
    "all": "全部在办",
    "closed": "已办结",
    "any": "全部",
}
BUCKETS = {
    "late": "已超时",
    "today": "今天到期",
    "week": "本周",
    "later": "以后",
    "paused": "时限暂停",
}
SORTS = {"due": "先到期的在前", "new": "新登记的在前", "old": "早登记的在前"}
HANDLED = {
    "place": "我登记的",
    "dispatch": "我派出的",
    "confirm": "我经手、居民确认解决的",
}
SPANS = {"today": "今天", "week": "本周"}
PHONES = (7, 10, 11, 12, 13)  # digits of a phone, with area code or 86
_BY_SIDE = ("unit", "resident")
_OVERSEE = ("superior", "community", *_BY_SIDE, "away", "all", "closed")
ROLE_TABS: Mapping[str, tuple[str, ...]] = {
    "community_worker": ("mine", *_BY_SIDE, "superior", "away", "all", "closed"),
    "community_secretary": ("mine", *_BY_SIDE, "superior", "away", "all", "closed"),
    "grid_worker": (
        "mine",
        "community",
        *_BY_SIDE,
        "superior",
        "away",
        "all",
        "closed",
    ),
    "practice_center": ("mine", *_BY_SIDE, "away", "all", "closed"),
    "township_party": ("mine", "community", *_BY_SIDE, "away", "all", "closed"),
}
COMMUNITY_STATES = tuple(s for s, st in rules.STATES.items() if st.side == "community")
_SIDES = {
    "community": "community",
    "unit": "unit",
    "member": "unit",
    "resident": "resident",
}


def is_staff(actor: Actor) -> bool:
    """Whether the role sees orders by place: staff pages are for these."""
    return ACTIONS["orders.view"].grants.get(actor.role) is Scope.PLACE


def tabs_of(actor: Actor) -> tuple[str, ...]:
    """The tabs of the actor's list; the first is where it opens."""
    return ROLE_TABS.get(actor.role, _OVERSEE)


def _waits_for_me(actor: Actor, now: datetime) -> Q:
    """What the actor's own role has to do next. What was passed on comes back on the
    day on which its outcome is to be asked for; a danger or urgent wish that is late
    on the board has to be given to somebody."""
    asks = Q(call_wanted=True) | Q(due_at__lt=now) | Q(source__in=rules.BY_CALL)
    call_back = Q(state="done_reported") & asks
    asked = Q(state="in_service", extension_hours__gt=0, extended=False)
    escalated = Q(state__in=rules.OPEN, escalated_at__isnull=False)
    tomorrow = at_local(today(now) + timedelta(days=1), time.min)
    to_place = Q(state__in=COMMUNITY_STATES) & (
        ~Q(state="transferred") | Q(due_at__lt=tomorrow, paused_at=None)
    ) | Q(state="published", due_at__lt=now, paused_at=None)
    at_home, above = Q(at_township=False), Q(at_township=True)
    community = (to_place | asked) & at_home | call_back
    return {
        "community_worker": community,
        "community_secretary": community,
        "grid_worker": call_back,
        "practice_center": to_place | escalated,
        "township_party": (to_place | asked) & above | escalated,
    }.get(actor.role, Q(pk=None))


def turn(actor: Actor, now: datetime) -> Case:
    """Whose turn it is as the actor sees it: each open order is in exactly one tab."""
    whens = []
    if "mine" in tabs_of(actor):
        whens.append(When(_waits_for_me(actor, now), then=Value("mine")))
    if "superior" in tabs_of(actor):
        above = Q(at_township=True, state__in=COMMUNITY_STATES)
        escalated = Q(state__in=rules.OPEN, escalated_at__isnull=False)
        whens.append(When(escalated | above, then=Value("superior")))
    whens.append(When(state="transferred", then=Value("away")))
    for side, tab in _SIDES.items():
        states = [s for s, st in rules.STATES.items() if st.side == side]
        whens.append(When(state__in=states, then=Value(tab)))
    return Case(*whens, default=Value("closed"), output_field=CharField())


def in_tab(tab: str) -> Q:
    """The condition of a tab, on rows annotated with `turn`. The states stand beside
    it for the index: what is open is few, what is closed is years."""
    if tab == "any":
        return Q()
    if tab == "closed":
        return Q(state__in=rules.SETTLED)
    still = Q(state__in=rules.OPEN)
    return still if tab == "all" else still & Q(turn=tab)


def bucket(now: datetime) -> Case:
    """How soon: the group an open order stands in."""
    day = today(now)
    monday = day + timedelta(days=7 - day.weekday())
    return Case(
        When(paused_at__isnull=False, then=Value("paused")),
        When(due_at__lt=now, then=Value("late")),
        When(
            due_at__lt=at_local(day + timedelta(days=1), time.min), then=Value("today")
        ),
        When(due_at__lt=at_local(monday, time.min), then=Value("week")),
        default=Value("later"),
        output_field=CharField(),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Filters:
    """What the address asks for. Unknown values are dropped, so that an old link
    still opens. `regions`: whether a place is today's or as recorded."""

    q: str = ""
    places: Sequence[str] = ()
    regions: str = NOW
    kind: Sequence[str] = ()
    category: Sequence[str] = ()
    source: Sequence[str] = ()
    urgency: Sequence[str] = ()
    state: Sequence[str] = ()
    since: date | None = None
    until: date | None = None
    handled: str = ""
    span: str = "week"
    sort: str = "due"
    # The key of a phone, never the phone: addresses are kept and passed on.
    phone: str = ""

    @classmethod
    def read(cls, data: QueryDict) -> "Filters":
        """From GET parameters."""
        known = {
            "kind": rules.KINDS, "source": rules.SOURCES,
            "urgency": rules.URGENCIES, "state": rules.STATES,
        }  # fmt: skip
        chosen = {
            k: [v for v in data.getlist(k) if v in table] for k, table in known.items()
        }
        return cls(
            q=" ".join(data.get("q", "").split())[:40],
            places=data.getlist("place"), regions=regions_of(data.get("regions")),
            category=data.getlist("category"),
            since=_day(data.get("since", "")), until=_day(data.get("until", "")),
            handled=data.get("handled", "") if data.get("handled") in HANDLED else "",
            span="today" if data.get("span") == "today" else "week",
            sort=data.get("sort", "") if data.get("sort") in SORTS else "due",
            phone=data.get("phone", "")[:64],
            **chosen,
        )  # fmt: skip

    @property
    def chosen(self) -> int:
        """How many conditions are in force."""
        found = (self.q, self.places, self.kind, self.category, self.source)
        return sum(
            map(
                bool,
                (
                    *found,
                    self.urgency,
                    self.state,
                    self.since,
                    self.until,
                    self.handled,
                    self.phone,
                ),
            )
        )

    def condition(self, actor: Actor, paths: Mapping[str, str], now: datetime) -> Q:
        """As a condition on orders. `paths`: place code → path, for those in reach."""
        found = search(self.q) if self.q else Q()
        for name in ("kind", "category", "source", "urgency", "state"):
            if values := getattr(self, name):
                found &= Q(**{f"{name}__in": values})
        if self.places:
            here = Q(pk=None)
            for code in self.places:
                if code in paths:
                    ranges = area(paths[code], self.regions).ranges
                    here |= within("path", ranges)
            found &= here
        if self.since:
            found &= Q(placed_at__gte=at_local(self.since, time.min))
        if self.until:
            found &= Q(placed_at__lt=at_local(self.until + timedelta(days=1), time.min))
        if self.phone:
            may = can(actor, "orders.find_phone")
            found &= Q(phone_hash=self.phone) if may else Q(pk=None)
        if self.handled:
            found &= handled(actor, self.handled, since(self.span, now))
        return found


def phone_key(text: str) -> str:
    """The key under which orders with this phone are found; "" when the text is not a
    whole phone number. Eight digits are a look-up code, 1120-05 is a number."""
    digits = "".join(c for c in text if c.isdigit())
    odd = any(not (c.isdigit() or c in "+- ") for c in text.strip())
    if odd or re.fullmatch(r"\s*\d{4}-\d+\s*", text) or len(digits) not in PHONES:
        return ""
    return phone_hash(digits)


def search(text: str) -> Q:
    """By number, by look-up code, else by words of the public wording."""
    digits = text.replace(" ", "")
    if digits.isdigit() and len(digits) == 8:
        return Q(code=digits)
    if digits.replace("-", "").isdigit():
        return Q(no__startswith=digits)
    return titled(text)


def titled(text: str) -> Q:
    """Every word in the public wording: its pairs of characters by the index, and the
    word itself, looked for in a way that the planner does not take for rare. So it
    goes by the newest for frequent words, and by the index for rare ones."""
    found = Q()
    for word in text.lower().split():
        found &= Q(GreaterThan(StrIndex(Lower("title"), Value(word)), 0))
        found &= Q(ArrayContains(TitleKeys(F("title")), keys_of(word)))
    return found


def since(span: str, now: datetime) -> datetime:
    """The beginning of today or of this week (Monday)."""
    day = today(now)
    back = day.weekday() if span == "week" else 0
    return at_local(day - timedelta(days=back), time.min)


def handled(actor: Actor, what: str, start: datetime) -> Q:
    """Orders the actor placed or dispatched since `start`; or which were confirmed as
    solved since then and went through the actor's hands."""
    mine = Event.objects.filter(actor_account=actor.account_id, kind="orders.order")
    if actor.account_id is None:
        return Q(pk=None)
    if what != "confirm":
        acts = mine.filter(action=f"orders.{what}", at__gte=start)
        return Q(id__in=acts.values("object_id"))
    hands = ("orders.place", "orders.verify", "orders.dispatch", "orders.confirm")
    touched = mine.filter(action__in=hands).values("object_id")
    solved = Q(result="solved", confirmed_at__gte=start, id__in=touched)
    return solved & moved_since(start, "confirm")


def moved_since(start: datetime, *acts: str) -> Q:
    """Orders on which one of these was done since then: few, and found by the acts."""
    events = Event.objects.filter(
        action__in=[f"orders.{act}" for act in acts], at__gte=start
    )
    return Q(id__in=events.values("object_id"))

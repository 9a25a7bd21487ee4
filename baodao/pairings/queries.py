"""Bonds as pages show them: lists by tab, one bond with its story, what is not covered
(L07, L08, L51, L52). Who and where a household is never leaves `services`; its group is
read only by who works with it (domain 9.5)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from baodao.acts.access import can, path_range, require, visible
from baodao.acts.actor import Actor
from baodao.acts.models import Event
from baodao.acts.timeline import events_of
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.pairings import estates, rules, suggesting
from baodao.pairings.models import Apart, Consent, EstatePairing, HouseholdPairing
from baodao.people.roles import title as role_title
from baodao.places import rules as places
from baodao.places.models import Estate, Household, Place
from baodao.ui.shapes import Entry

TABS = {
    "households": "联系户",
    "estates": "包联小区",
    "uncovered": "还没有人联系",
    "bare": "还没有单位包联",
}
SHOWS = {
    "ask": "待征求同意",
    "wait": "等住户答复",
    "active": "在联系",
    "renew": "同意书快到期",
    "paused": "暂停",
    "over": "已结束",
}
_STATES = {
    "ask": ("proposed",), "wait": ("consent_pending",), "active": ("active",),
    "paused": ("paused",), "over": ("ended", "declined"),
}  # fmt: skip
RELATED = ("member__person", "member__unit", "household__place")
SEALED = (
    "household__call_name",
    "household__address",
    "household__phone",
    "member__person__phone",
)


def tabs_for(actor: Actor) -> dict[str, str]:
    """The tabs of this role: what is not covered is the community's business."""
    if may_arrange(actor):
        return TABS
    return {k: TABS[k] for k in ("households", "estates")}


def may_arrange(actor: Actor) -> bool:
    """Whether this role sees households that nobody looks after."""
    return can(actor, "pairings.view_private") and actor.path is not None


@dataclass(frozen=True)
class Wanted:
    """What the address asks for."""

    text: str = ""
    show: str = ""
    focus: str = ""
    estate: UUID | None = None


def households(actor: Actor, wanted: Wanted) -> QuerySet[HouseholdPairing]:
    """Bonds with households, the ones that wait for somebody first."""
    found = visible(HouseholdPairing.objects.all(), actor, "pairings.view")
    found = found.filter(_shown(wanted.show), forgotten_on=None)
    if not may_arrange(actor):
        # Who was asked and said no is nobody else's business (domain 9.4).
        found = found.filter(since__isnull=False)
    if wanted.focus and may_arrange(actor):
        found = found.filter(focus=wanted.focus)
    if text := wanted.text.strip():
        named = Q(member__person__name__icontains=text)
        named |= Q(member__person__pinyin__icontains=text.lower())
        number = text.removeprefix("户").strip()
        found = found.filter(named | Q(household__number=number))
    return (
        found.select_related(*RELATED)
        .defer(*SEALED)
        .order_by("home_path", "-created_at")
    )


def _shown(show: str) -> Q:
    if show == "renew":
        until = today() + timedelta(days=rules.RENEW_BEFORE)
        return Q(state__in=rules.AGREED, consent_until__lte=until)
    return Q(state__in=_STATES.get(show, rules.LIVE))


def estate_pairings(actor: Actor, wanted: Wanted) -> QuerySet[EstatePairing]:
    """Units and their estates, the present ones; with 已结束 the former ones."""
    found = visible(EstatePairing.objects.all(), actor, "estates_paired.view")
    found = found.filter(valid_to__isnull=wanted.show != "over")
    if text := wanted.text.strip():
        named = Q(unit__name__icontains=text) | Q(unit__short_name__icontains=text)
        found = found.filter(named | Q(estate__name__icontains=text))
    return found.select_related("unit", "estate__parent").order_by("path", "unit__name")


def uncovered(actor: Actor, wanted: Wanted) -> QuerySet[Household]:
    """Households of key groups that nobody looks after (L52); `handed`: their member
    has gone, so they wait for another one."""
    if not may_arrange(actor):
        return Household.objects.none()
    found = suggesting.open_homes(actor.path or "")
    gone = HouseholdPairing.objects.filter(
        household_id=OuterRef("pk"), state="ended", end_reason__in=rules.HAND_OVER_ENDS
    )
    found = found.annotate(handed=Exists(gone))
    if wanted.focus:
        found = found.filter(focus__contains=[wanted.focus])
    if text := wanted.text.strip():
        found = found.filter(number=text.removeprefix("户").strip())
    return found.select_related("place__parent").order_by("-handed", "path")


def bare_estates(actor: Actor, wanted: Wanted) -> QuerySet[Estate]:
    """Key estates without a unit, the old and elderly ones first (L51)."""
    if actor.path is None or not may_arrange(actor):
        return Estate.objects.none()
    lo, hi = path_range(actor.path)
    held = EstatePairing.objects.filter(estate_id=OuterRef("place_id"), valid_to=None)
    found = Estate.objects.filter(
        ~Exists(held), path__gte=lo, path__lt=hi, is_key=True, place__valid_to=None
    )
    if text := wanted.text.strip():
        found = found.filter(place__name__icontains=text)
    return found.select_related("place__parent").order_by("-elder_share", "path")


# --- one bond ----------------------------------------------------------------------------


def pairing(actor: Actor, pk: UUID) -> HouseholdPairing:
    """A bond the actor may see. Raises NotFound."""
    found = HouseholdPairing.objects.select_related(*RELATED, "second__person")
    row = found.defer(*SEALED).filter(pk=pk).first()
    if row is None:
        raise NotFound
    require(actor, "pairings.view", row)
    if row.forgotten_on:
        raise NotFound("这次结对早已结束，内容按规定到期删除了，只留次数。")
    if row.since is None and not can(actor, "pairings.view_private", row):
        raise NotFound
    return row


def of_member(member_id: UUID) -> list[HouseholdPairing]:
    """What a member has, own and as the second adult; before the household has agreed
    there is nothing to see."""
    mine = Q(member_id=member_id) | Q(second_id=member_id)
    found = HouseholdPairing.objects.filter(mine, state__in=rules.AGREED)
    return list(found.select_related(*RELATED, "second__person").defer(*SEALED))


def by_token(token: str) -> HouseholdPairing | None:
    """The bond that a household's link opens."""
    found = HouseholdPairing.objects.select_related(*RELATED, "second__person")
    return found.defer(*SEALED).filter(token=token, forgotten_on=None).first()


def consents(actor: Actor, it: HouseholdPairing) -> list[Consent]:
    """The consents of a bond, the present one first."""
    if not can(actor, "pairings.view_private", it):
        return []
    return list(it.consents.order_by("-given_on", "-created_at"))


def steps(actor: Actor, it: HouseholdPairing) -> list[str]:
    """What the actor may do with it now."""
    open_ = rules.FLOW.events(it.state)
    return [e for e in open_ if can(actor, f"pairings.{e}", it)]


def apart_of(actor: Actor, household_id: UUID) -> list[Apart]:
    """Members that must not be paired with a household."""
    found = visible(Apart.objects.all(), actor, "apart.view")
    found = found.filter(household_id=household_id, removed=False)
    return list(found.select_related("member__person").defer("member__person__phone"))


class Look(NamedTuple):
    """Who opened name and address, what for, when."""

    who: str
    why: str
    at: Any


def looks(it: HouseholdPairing, limit: int = 20) -> list[Look]:
    """Who has looked at this household, newest first."""
    which = Q(object_id=it.pk, action="pairings.reveal")
    which |= Q(object_id=it.household_id, action="households.reveal")
    found = Event.objects.filter(which).order_by("-at", "-id")[:limit]
    return [
        Look(
            f"{e.actor_name}（{role_title(e.actor_role)}）",
            places.PURPOSES.get(e.reason, ""),
            e.at,
        )
        for e in found
    ]


_TITLES = {
    "propose": "提出结对", "ask": "去征求同意", "consent": "住户同意了",
    "decline": "住户不同意", "lapse": "30 天没有答复，自动结束", "cancel": "取消",
    "renew": "续签了一年", "pause": "暂停", "resume": "恢复", "expire": "暂停满 90 天，结束",
    "withdraw": "住户撤回同意，当天停", "end": "结束", "hand_over": "换人联系",
    "set_terms": "改了约定", "remind": "提醒续签", "reveal": "看了称呼和住处",
    "follow_place": "随区划调整", "follow_unit": "党员换了单位",
}  # fmt: skip
_TONES = {"consent": "ok", "renew": "ok", "withdraw": "late", "decline": ""}


def story(actor: Actor, it: HouseholdPairing) -> list[Entry]:
    """What happened, newest first. Units do not read why."""
    private = can(actor, "pairings.view_private", it)
    found: list[Entry] = []
    for e in reversed(events_of(it.pk)):
        name = e.action.split(".", 1)[1]
        if name == "reveal":
            continue
        known = {**rules.END_REASONS, **rules.PAUSE_REASONS}
        notes = [n.text for n in e.notes.all()] if private else []
        tone: Any = _TONES.get(name, "")
        found.append(
            Entry(
                _TITLES.get(name, name), e.at, _who(e), "point", tone,
                known.get(e.reason, "") if private else "",
                private_note="；".join(notes),
            )
        )  # fmt: skip
    return found


def _who(e: Event) -> str:
    if e.actor_role in ("system", "requester"):
        return "系统" if e.actor_role == "system" else "住户"
    return f"{e.actor_name}（{role_title(e.actor_role)}）"


# --- figures ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sums:
    """How far a place is covered. Members: on duty and reported here."""

    units: int
    units_paired: int
    estates: int
    estates_paired: int
    pairings: int
    waiting: int
    renew: int


def sums(actor: Actor) -> Sums:
    """The figures at the side of the list, for a place."""
    there = estates.standing(actor.path or "")
    live = visible(HouseholdPairing.objects.all(), actor, "pairings.view")
    soon = today() + timedelta(days=rules.RENEW_BEFORE)
    return Sums(
        len(there.units), len(there.held), len(there.estates),
        len(set(there.held.values()) & there.estates.keys()),
        live.filter(state__in=rules.AGREED).count(),
        live.filter(state__in=("proposed", "consent_pending")).count(),
        live.filter(state__in=rules.AGREED, consent_until__lte=soon).count(),
    )  # fmt: skip


class Line(NamedTuple):
    """One place below, for who stands above communities."""

    place: Place
    units: int
    units_paired: int
    estates: int
    estates_paired: int
    pairings: int


def coverage(actor: Actor) -> list[Line]:
    """The places right below the actor's own, each with its figures (T5)."""
    if actor.path is None:
        return []
    there, depth = estates.standing(actor.path), len(actor.path.split("/"))
    lo, hi = path_range(actor.path)
    below = Place.objects.filter(path__gte=lo, path__lt=hi, valid_to=None)
    rows = below.filter(parent__path=actor.path).exclude(level__gt=places.COMMUNITY)

    def cut(path: str) -> str:
        return "/".join(path.split("/")[:depth]) + "/"

    live = visible(HouseholdPairing.objects.all(), actor, "pairings.view")
    bonds: dict[str, int] = {}
    for path in live.filter(state__in=rules.AGREED).values_list("path", flat=True):
        bonds[cut(path)] = bonds.get(cut(path), 0) + 1
    found = []
    for place in rows.order_by("path"):
        units = [
            pk
            for pk, paths in there.communities.items()
            if any(p.startswith(place.path) for p in paths)
        ]
        here = [pk for pk, e in there.estates.items() if e.path.startswith(place.path)]
        held = set(there.held.values())
        found.append(
            Line(
                place, len(units), sum(pk in there.held for pk in units), len(here),
                sum(pk in held for pk in here), bonds.get(place.path, 0),
            )
        )  # fmt: skip
    return found


def expires_soon(it: HouseholdPairing, day: date | None = None) -> bool:
    """Whether the consent may be renewed now."""
    if it.state not in rules.AGREED or it.consent_until is None:
        return False
    if it.state == "paused" and it.pause_reason != "consent_over":
        return False
    return (day or today()) >= rules.renew_from(it.consent_until)

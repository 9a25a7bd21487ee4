"""What a place has not covered yet (A34, L52): points without unit, estates without
unit, households of key groups without member, posts without holder, agreements that run
out. Every number opens a list that has as many rows."""

from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from baodao.acts.access import visible
from baodao.acts.actor import Actor
from baodao.duties import queries as duties
from baodao.exchange.models import Agreement
from baodao.pairings.models import EstatePairing, HouseholdPairing
from baodao.people import queries as people
from baodao.people.queries import current
from baodao.places.models import Household, Place
from baodao.places.rules import ESTATE

WARN = timedelta(days=60)  # before an agreement runs out (domain 7.4)


class Gap(NamedTuple):
    """`n` of `whole` (None: of nothing in particular); `url`: the list behind."""

    title: str
    n: int
    whole: int | None
    why: str
    url: str


def gaps(actor: Actor, day: date) -> list[Gap]:
    """All gaps of the actor's places, those of the place first."""
    return [*_of_places(actor, day), *_of_bonds(actor, day)]


def _of_places(actor: Actor, day: date) -> list[Gap]:
    points = visible(
        Place.objects.filter(is_contact_point=True, valid_to=None), actor, "places.view"
    )
    estates = visible(
        Place.objects.filter(level=ESTATE, valid_to=None), actor, "places.view"
    )
    key = estates.filter(estate__is_key=True)
    homes = _key_households(actor)
    return [
        Gap("没有单位的联系点", people.points_without_unit(actor).count(), points.count(),
            "请县委组织部分配单位。", reverse("allocation:layout")),
        Gap("没有单位包联的重点小区", _without_unit(key, day).count(), key.count(),
            "在包联里看推荐，定一家单位。", reverse("pairings:list") + "?tab=uncovered"),
        Gap("没有党员联系的重点户", _without_member(homes).count(), homes.count(),
            "先问住户愿不愿意，再请党员联系。", reverse("pairings:list") + "?tab=homes"),
    ]  # fmt: skip


def _key_households(actor: Actor) -> QuerySet[Household]:
    found = Household.objects.filter(place__valid_to=None).exclude(focus=[])
    return visible(found, actor, "households.view")


def _without_unit(estates: QuerySet[Place], day: date) -> QuerySet[Place]:
    paired = EstatePairing.objects.filter(current(day), estate=OuterRef("pk"))
    return estates.filter(~Exists(paired))


def _without_member(homes: QuerySet[Household]) -> QuerySet[Household]:
    paired = HouseholdPairing.objects.filter(
        household=OuterRef("pk"), state__in=("active", "paused")
    )
    return homes.filter(~Exists(paired))


def _of_bonds(actor: Actor, day: date) -> list[Gap]:
    effective = visible(
        Agreement.objects.filter(state="effective"), actor, "agreements.view"
    )
    ending = effective.filter(valid_to__lte=day + WARN)
    soon = duties.in_tab(duties.listed(actor), "soon", day)
    missed = duties.in_tab(duties.listed(actor), "missed", day)
    return [
        Gap("60天内到期的共建协议", ending.count(), effective.count(), "跟单位商量续签。",
            f"{reverse('exchange:agreement_list')}?{urlencode({'tab': 'ending'})}"),
        Gap("一周内到期的应办", soon.count(), None, "先问一声，换人办或免办都行。",
            reverse("duties:list")),
        Gap("没做、还能补的应办", missed.count(), None, "15天内补上还算数。",
            reverse("duties:list") + "?tab=missed"),
    ]  # fmt: skip

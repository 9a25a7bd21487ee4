"""What a place has not covered yet (A34, L52): points without unit, estates without
unit, households of key groups without member, posts without holder, agreements that run
out, households that a survey has not reached. Every number opens a list that has as many rows."""

from datetime import date
from typing import NamedTuple

from django.urls import reverse

from baodao.acts.access import can, visible
from baodao.acts.actor import Actor
from baodao.duties import queries as duties
from baodao.exchange.agreements.queries import ending
from baodao.exchange.models import Agreement
from baodao.pairings import queries as pairings
from baodao.people import queries as people
from baodao.places.models import Estate, Place
from baodao.surveys import coverage as doors
from baodao.surveys import queries as surveys


class Gap(NamedTuple):
    """`n` of `whole` (None: of nothing in particular); `url`: the list behind."""

    title: str
    n: int
    whole: int | None
    why: str
    url: str


def gaps(actor: Actor, day: date) -> list[Gap]:
    """All gaps of the actor's places. Each number is the length of its list, by the
    list's own query."""
    return [*_of_places(actor), *_of_bonds(actor, day), *_of_surveys(actor)]


def _of_places(actor: Actor) -> list[Gap]:
    points = visible(
        Place.objects.filter(is_contact_point=True, valid_to=None), actor, "places.view"
    )
    key = visible(
        Estate.objects.filter(is_key=True, place__valid_to=None), actor, "estates.view"
    )
    wanted = pairings.Wanted()
    bonds = reverse("pairings:list")
    return [
        Gap("没有单位的联系点", people.points_without_unit(actor).count(), points.count(),
            "请县委组织部分配单位。", reverse("people:units") + "?tie=none#bare"),
        Gap("没有单位包联的重点小区", pairings.bare_estates(actor, wanted).count(), key.count(),
            "在包联里看推荐，定一家单位。", f"{bonds}?tab=bare"),
        Gap("没有党员联系的重点户", pairings.uncovered(actor, wanted).count(), None,
            "先问住户愿不愿意，再请党员联系。", f"{bonds}?tab=uncovered"),
    ]  # fmt: skip


def _of_surveys(actor: Actor) -> list[Gap]:
    """Households that a survey which is under way has not reached, for those who go
    there."""
    if surveys.is_above(actor) or not can(actor, "surveys.view"):
        return []
    found = [
        s
        for s in surveys.in_tab(surveys.listed(actor), "running")
        if surveys.may_ask(actor, s)
    ]
    tallies = doors.tallies(found, actor)
    return [
        Gap(f"{s.title}还没问到的住户", tallies[s.pk].left, tallies[s.pk].households,
            "没人在家的过几天再去，不愿意的不用再问。", reverse("surveys:left", args=[s.pk]))
        for s in found
    ]  # fmt: skip


def _of_bonds(actor: Actor, day: date) -> list[Gap]:
    effective = visible(
        Agreement.objects.filter(state="effective"), actor, "agreements.view"
    )
    soon = duties.in_tab(duties.listed(actor), "soon", day)
    missed = duties.in_tab(duties.listed(actor), "missed", day)
    return [
        Gap("60天内到期的共建协议", effective.filter(ending(60)).count(), effective.count(),
            "跟单位商量续签。", f"{reverse('exchange:agreement_list')}?until=60"),
        Gap("一周内到期的应办", soon.count(), None, "先问一声，换人办或免办都行。",
            reverse("duties:list")),
        Gap("没做、还能补的应办", missed.count(), None, "补办期里补上还算数。",
            f"{reverse('duties:list')}?tab=missed"),
    ]  # fmt: skip

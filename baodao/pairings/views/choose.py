"""Suggestions for households and estates, and choosing by hand."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.ids import uuid_of
from baodao.pairings import (
    estates,
    plan_queries,
    queries,
    rules,
    services,
    suggesting,
)
from baodao.pairings.fitting import community_of
from baodao.pairings.forms import ChooseForm, EstateForm
from baodao.pairings.models import EstatePairing, HouseholdPairing
from baodao.pairings.plan_stale import not_asked
from baodao.pairings.views.staff import actor_for
from baodao.people.models import Member
from baodao.people.views.asking import actor_of, get_or_post
from baodao.places.forms import refuse, status_of, submitted
from baodao.places.models import Estate, Household
from baodao.ui.shapes import Reason, Suggestion
from baodao.ui.toast import toast

BEST = 6
SHOWN = 500  # units on one page of suggestions


@get_or_post
def suggest(request: HttpRequest) -> HttpResponse:
    """Households: the draft there is, or the way to one. Estates: who for which one,
    computed; nothing is written before the ticked ones are confirmed."""
    if request.GET.get("what") == "estates":
        return _suggest_estates(request)
    actor = actor_for(request, "pair_plans.compute")
    if not actor.path:
        raise NotFound
    if draft := plan_queries.draft_of(actor):
        return redirect("pairings:plan", pk=draft.pk)
    homes = suggesting.open_homes(actor.path).count()
    free = suggesting.free_members(actor.path).count()
    context = {
        "homes": homes, "free": free, "n": min(homes, free),
        "not_asked": not_asked(actor.path), "recent": plan_queries.recent(actor),
    }  # fmt: skip
    return render(request, "pairings/plan_start.html", context)


def _suggest_estates(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request, "estates_paired.add")
    if not actor.path:
        raise NotFound
    if request.method == "POST":
        return _confirm_estates(request, actor)
    rows = [
        {
            "value": f"{m.unit.pk}:{m.estate.pk}", "match": m, "total": m.total,
            "parts": [p for p in m.parts if p[3]][:4],
        }
        for m in estates.suggest(actor.path)
    ]  # fmt: skip
    left = len(estates.standing(actor.path).free) - len(rows)
    context = {
        "rows": rows[:SHOWN], "n": len(rows), "more": len(rows) > SHOWN, "left": left
    }  # fmt: skip
    return render(request, "pairings/suggest.html", context)


def _confirm_estates(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Each checkbox carries both ids, so that what is confirmed is what was seen."""
    chosen = dict[UUID, UUID]()
    for value in request.POST.getlist("ids"):
        one, _, other = value.partition(":")
        a, b = uuid_of(one), uuid_of(other)
        if a and b:
            chosen[a] = b
    here = f"{reverse('pairings:suggest')}?what=estates"
    if not chosen:
        toast(request, "还没有勾选", "请勾选要确认的，再点确认。", tone="late")
        return redirect(here)
    try:
        n = estates.confirm_estates(actor=actor, path=actor.path or "", chosen=chosen)
    except Conflict as error:
        toast(request, error.message, tone="late")
        return redirect(here)
    toast(request, f"{n} 个单位包联好了", "单位的页面上看得到。")
    return redirect(f"{reverse('pairings:list')}?tab=estates")


# --- by hand -------------------------------------------------------------------------------


@get_or_post
def propose(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """A member for one household, the best first."""
    actor = actor_for(request, "pairings.propose")
    home = _home(household_id)
    require(actor, "pairings.propose", HouseholdPairing(home_path=home.path))
    return _choose(request, actor, home, None)


@get_or_post
def hand_over(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Another member instead: the household is asked anew."""
    actor = actor_for(request, "pairings.hand_over")
    it = queries.pairing(actor, pairing_id)
    require(actor, "pairings.hand_over", it)
    if it.state not in (*rules.AGREED, "ended"):
        raise Conflict("这一户还没有同意，不用交接。请先取消，再提出别人。")
    return _choose(request, actor, _home(it.household_id), it)


def _home(pk: UUID) -> Household:
    found = Household.objects.select_related("place__parent")
    home = found.defer("call_name", "address", "phone").filter(pk=pk).first()
    if home is None:
        raise NotFound
    return home


def _choose(
    request: HttpRequest, actor: Actor, home: Household, old: HouseholdPairing | None
) -> HttpResponse:
    ranked = suggesting.best_for(home, 60)
    best = [
        Suggestion(
            str(m.member.pk), m.member.person.name, str(m.member.unit or ""),
            f"{m.total} 分", [Reason(p.text, p.tone) for p in m.parts],
        )
        for m in ranked[:BEST]
    ]  # fmt: skip
    rest = [(str(m.member.pk), _name(m.member)) for m in ranked[BEST:]]
    form = ChooseForm(
        request.POST or None, best=[(s.value, s.name) for s in best], rest=rest
    )
    made = submitted(
        request, form, lambda d: _made(request, home, old, UUID(d["member"]), d["why"])
    )
    if made:
        toast(
            request,
            f"户{home.number}提出和{made.member.person.name}结对",
            "下一步：征求同意。",
        )
        return redirect("pairings:detail", pairing_id=made.pk)
    context = {
        "home": home, "old": old, "form": form, "best": best, "rest": rest,
        "focus": "、".join(rules.FOCUS[f] for f in home.focus),
        "chosen": form["member"].value() or (best[0].value if best else ""),
    }  # fmt: skip
    return render(request, "pairings/choose.html", context, status=status_of(form))


def _name(member: Member) -> str:
    return f"{member.person.name}（{member.unit or '无单位'}）"


def _made(
    request: HttpRequest,
    home: Household,
    old: HouseholdPairing | None,
    member_id: UUID,
    why: str,
) -> HouseholdPairing:
    actor = actor_of(request)
    if old is not None:
        return services.hand_over(
            actor=actor, pairing_id=old.pk, member_id=member_id, why=why
        )
    member = Member.objects.select_related("person", "unit").get(pk=member_id)
    parts = suggesting.reasons_for(home, member)
    return services.propose(
        actor=actor, member_id=member_id, household_id=home.pk, why=why, parts=parts,
        client_id=request.POST.get("client_id", ""),
    )  # fmt: skip


@get_or_post
def pair_estate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A unit for one estate, by hand and with a reason."""
    actor = actor_for(request, "estates_paired.add")
    found = Estate.objects.select_related("place__parent").filter(place_id=pk).first()
    if found is None:
        raise NotFound
    require(actor, "estates_paired.add", EstatePairing(path=found.path))
    if not found.is_key:
        raise Forbidden("包联要选重点小区。请先在小区页上标为重点。")
    there = estates.standing(community_of(found.path))
    names = {e.place_id: e.place.name for e in there.estates.values()}
    units = [
        (
            str(u.pk),
            f"{u}（现在包联{names.get(there.held[u.pk], '别处')}）"
            if u.pk in there.held
            else str(u),
        )
        for u in there.units.values()
    ]
    form = EstateForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            estates.pair_estate(
                actor=actor, unit_id=UUID(form.cleaned_data["unit"]), estate_id=pk,
                why=form.cleaned_data["why"],
            )  # fmt: skip
        except Invalid as error:
            refuse(form, error)
        else:
            toast(request, f"{found.place.name}包联好了", "单位的页面上看得到。")
            return redirect(f"{reverse('pairings:list')}?tab=estates")
    context = {"estate": found, "form": form, "needs": estates.needs_of(found).values()}
    return render(request, "pairings/estate.html", context, status=status_of(form))

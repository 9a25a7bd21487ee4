"""A member's own pages: reporting in with a phone, and what comes next."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from baodao.acts.actor import Actor
from baodao.core.errors import Forbidden, NotFound
from baodao.core.ids import uuid_of
from baodao.people import services as people
from baodao.people.models import Member
from baodao.people.views.asking import actor_for
from baodao.places.models import Place
from baodao.reporting import queries, rules, services
from baodao.reporting.forms import OwnForm, attempt, card_of
from baodao.reporting.standing import tied_points
from baodao.reporting.views.unit import my_unit

PLACES = 20  # on one page of a phone


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Three short pages: which channel, which place, what I can do."""
    actor = actor_for(request, "reporting.submit")
    if actor.role.startswith("unit_"):
        return redirect("reporting:new_unit")
    if actor.role != "member" or not actor.member_id:
        return redirect("reporting:on_behalf")
    channel = request.GET.get("channel", "")
    if channel not in rules.CHANNELS:
        return _choose_channel(request, actor)
    member = Member.objects.select_related("unit", "person").get(id=actor.member_id)
    place = _chosen(request.GET.get("place", ""))
    if place is None:
        return _choose_place(request, member, channel)
    return _fill(request, actor, member, channel, place)


def _choose_channel(request: HttpRequest, actor: Actor) -> HttpResponse:
    assert actor.member_id
    held = {r.channel: r for r in queries.of_member(actor.member_id)}
    return render(request, "reporting/new_channel.html", {
        "unit_held": held.get("unit"), "residence_held": held.get("residence"),
    })  # fmt: skip


def _chosen(text: str) -> Place | None:
    pk = uuid_of(text)
    found = Place.objects.select_related("parent").filter(valid_to=None)
    return found.filter(id=pk).first() if pk else None


def _choose_place(request: HttpRequest, member: Member, channel: str) -> HttpResponse:
    q = request.GET.get("q", "")
    near = member.residence_path or member.unit_path or ""
    if channel == "unit":
        points = tied_points(member.unit_id) if member.unit_id else []
    else:
        points = list(queries.communities(q, near))
    page = Paginator(points, PLACES).get_page(request.GET.get("page"))
    return render(request, "reporting/new_place.html", {
        "channel": channel, "page": page, "q": q, "unit": member.unit,
        "channel_title": rules.CHANNELS[channel],
    })  # fmt: skip


def _fill(
    request: HttpRequest, actor: Actor, member: Member, channel: str, place: Place
) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    kept = {**card_of(member), "praise_public": member.praise_public}
    form = OwnForm(data, initial=kept)
    if form.is_bound and form.is_valid():
        with attempt(form):
            it = services.submit_member(
                actor=actor, member_id=member.id, channel=channel, place_id=place.id,
                said=form.said(), client_id=request.POST.get("client_id", ""),
            )  # fmt: skip
            agreed = form.cleaned_data["praise_public"]
            if agreed != member.praise_public:
                people.edit_member(
                    actor=actor, member_id=member.id, changes={"praise_public": agreed}
                )
            return redirect(f"{reverse('reporting:my')}?reported={it.id}")
    held = {r.channel: r for r in queries.of_member(member.id)}.get(channel)
    return render(request, "reporting/new_form.html", {
        "form": form, "place": place, "place_name": queries.place_name(place),
        "channel": channel, "channel_title": rules.CHANNELS[channel], "member": member,
        "moves_from": held if held and held.state in rules.LIVE else None,
    }, status=422 if form.is_bound else 200)  # fmt: skip


@require_safe
def my(request: HttpRequest) -> HttpResponse:
    """My report-ins and what comes next; a unit's desk gets its own."""
    actor = actor_for(request, "reporting.view")
    if actor.role.startswith("unit_"):
        return my_unit(request, actor)
    if actor.role != "member" or not actor.member_id:
        raise Forbidden("这一页是党员和单位看自己报到的。社区请看“报到”列表。")
    cards = queries.cards(queries.of_member(actor.member_id), actor)
    fresh = next(
        (c for c in cards if str(c.it.id) == request.GET.get("reported")), None
    )
    if request.GET.get("reported") and fresh is None:
        raise NotFound
    return render(request, "reporting/my.html", {
        "cards": cards, "fresh": fresh, "next_steps": queries.next_steps(actor),
    })  # fmt: skip

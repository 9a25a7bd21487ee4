"""A member's home 今天 and own page 我的, made for a phone."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Forbidden, Invalid
from baodao.councils.queries_deliberation import waiting_for
from baodao.orders import queries_member as orders
from baodao.pairings import visits_member as visits
from baodao.people import services as people
from baodao.people.choices import AVAILABILITY, SKILLS
from baodao.people.models import Member
from baodao.places.forms import refuse
from baodao.reporting.next_steps import next_steps
from baodao.scoring.models import Letter
from baodao.scoring.queries_deductions import to_answer
from baodao.shop import queries as shop
from baodao.ui.forms import Form
from baodao.ui.toast import toast

SHOWN_NEAR = 2


def _actor(request: HttpRequest) -> Actor:
    """The acting member; visitors sign in first, other roles switch."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.role != "member":
        raise Forbidden("这是党员的页面。请换成党员的身份，或回到自己的待办。")
    return actor


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """今天: what is due first, in a frame; then what comes next; then nearby wishes
    and what the year has brought. Confirmed by others, ranked by nobody."""
    if request.actor.is_anonymous:  # type: ignore[attr-defined]
        return redirect("portal:sign_in")
    actor, now = _actor(request), clock_now()
    member = orders.member_of(actor)
    hand = orders.in_hand(actor, now)
    page, near = orders.nearby(actor, member, now, size=SHOWN_NEAR)
    steps = [s for s in next_steps(actor, now) if not s.done and not s.later]
    homes = [c for c in visits.cards(actor, now) if c.duty]
    context = {
        "member": member,
        "head": _head(member, hand, steps, now, len(homes)),
        "homes": homes,
        "invited": waiting_for(actor),
        "to_answer": to_answer(actor, now),
        "hand": hand,
        "steps": steps,
        "near": near,
        "near_count": page.paginator.count,
        "year": orders.year_of(member, today(now).year),
        "visited": visits.year_count(actor, today(now).year),
        "asked": orders.asked_by(actor).count(),
        "client_id": uuid4().hex,
    }
    return render(request, "portal/member_home.html", context)


def _head(
    member: Member, hand: list[orders.Card], steps: list[Any], now: datetime, homes: int
) -> str:
    """格桑，还有 1 户要走访，2 单在等您，其中 1 单今天到期."""
    if homes and not hand:
        return f"{member}，还有 {homes} 户要走访"
    if hand:
        late = sum(c.clock is not None and c.clock.state == "late" for c in hand)
        soon = sum(_is_today(c, now) for c in hand)
        rest = (
            f"，其中 {late} 单已超时"
            if late
            else f"，其中 {soon} 单今天到期"
            if soon
            else ""
        )
        first = f"还有 {homes} 户要走访，" if homes else "有 "
        return f"{member}，{first}{len(hand)} 单在等您{rest}"
    todo = [s for s in steps if not s.waits]
    return (
        f"{member}，今天没有等您的单"
        if not todo
        else f"{member}，还有 {len(todo)} 步可以做"
    )


def _is_today(card: orders.Card, now: datetime) -> bool:
    due = card.order.due_at
    return due is not None and card.order.paused_at is None and today(due) == today(now)


class ProfileForm(Form):
    """What a member may change about themselves."""

    skills = forms.MultipleChoiceField(
        label="我会什么", choices=list(SKILLS.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    availability = forms.MultipleChoiceField(
        label="什么时候有空", choices=list(AVAILABILITY.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    praise_public = forms.BooleanField(
        label="居民感谢我时，可以公布我的姓名", required=False
    )


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """我的: skills and free time for suggestions, report-ins, sign-in."""
    if request.actor.is_anonymous:  # type: ignore[attr-defined]
        return redirect("portal:sign_in")
    actor = _actor(request)
    member = orders.member_of(actor)
    kept = {
        "skills": member.skills,
        "availability": member.availability,
        "praise_public": member.praise_public,
    }
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=kept)
    if form.is_bound and form.is_valid():
        try:
            people.edit_member(
                actor=actor, member_id=member.id, changes=form.cleaned_data
            )
        except Invalid as error:
            refuse(form, error)
        else:
            toast(request, "已保存", "社区和单位派单时会参考。")
            return redirect("portal:profile")
    letters = Letter.objects.filter(member=member, state="sent")
    points = shop.of_member(member)
    context = {
        "member": member, "form": form, "unread_letters": letters.count(),
        "points": points, "shop": points.shop,
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "portal/member_profile.html", context, status=status)

"""Volunteer posts: the list with its vacancies, one post with its holders and turns, the
wall on paper, and a member's own page (L06, L28)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from baodao.activities import fitting, posts, rules
from baodao.activities import queries_posts as queries
from baodao.activities.forms import (
    EndHoldingForm,
    PostForm,
    PromiseForm,
    ReviewForm,
    TurnForm,
)
from baodao.activities.models import Holding, Post, Turn
from baodao.activities.sections import sections
from baodao.activities.views.guard import planning_places
from baodao.activities.views.set_up import entered
from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.matching.ranking import Reason
from baodao.people.models import Member
from baodao.people.views.asking import actor_for
from baodao.places.forms import status_of, submitted
from baodao.places.models import Place
from baodao.ui.toast import toast

PAGE = 50
NEAR = 20
POST_METHODS = ["GET", "HEAD", "POST"]


@require_safe
def post_list(request: HttpRequest) -> HttpResponse:
    """The posts of a place, those with vacancies first."""
    actor = actor_for(request, "posts.view")
    if actor.role == "member":
        return redirect("activities:my_posts")
    tab, filtered, found = chosen(request, actor)
    page = Paginator(queries.in_tab(found, tab), PAGE).get_page(request.GET.get("page"))
    return render(request, "activities/posts.html", {
        "tab": tab, "tabs": [(k, t, queries.in_tab(found, k).count()) for k, t in queries.TABS.items()],
        "page": page, "cards": queries.cards(page.object_list), "filtered": filtered,
        "q": request.GET.get("q", ""), "modes": rules.MODES.items(),
        "may_add": can(actor, "posts.add"), "sections": sections(actor, "posts"),
        "waiting": _waiting(found),
    })  # fmt: skip


def _waiting(found: QuerySet[Post]) -> int:
    return Turn.objects.filter(
        state="told", holding__post__in=found.order_by().values("pk")
    ).count()


def chosen(request: HttpRequest, actor: Actor) -> tuple[str, bool, QuerySet[Post]]:
    """What the address asks for: the tab, whether it is filtered, the rows of all."""
    tab, q, mode = (request.GET.get(k, "") for k in ("tab", "q", "mode"))
    code = request.GET.get("place", "")
    under = Place.objects.filter(code=code, valid_to=None).first() if code else None
    found = queries.narrowed(queries.listed(actor), q=q, mode=mode, under=under)
    return tab if tab in queries.TABS else "open", bool(q or mode or under), found


@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """The open posts on paper, for the wall of the community."""
    actor = actor_for(request, "posts.view")
    _, _, found = chosen(request, actor)
    rows = found.filter(state="open").select_related("place").order_by("path", "no")
    place = Place.objects.filter(path=actor.path or "-").first()
    return render(request, "activities/posts_wall.html", {
        "cards": queries.cards(rows[:200]), "place": place,
        "back_url": reverse("activities:posts"),
    })  # fmt: skip


@require_http_methods(POST_METHODS)
def post_new(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request, "posts.add")
    places = planning_places(actor)
    if not places:
        raise NotFound
    form = PostForm(request.POST or None)
    done = submitted(
        request, form,
        lambda d: posts.add_post(
            actor=actor, place=places[0], **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if done:
        toast(request, "岗位设好了", "党员可以认领。")
        return redirect("activities:post", done.id)
    context = {"form": form, "title": "设一个志愿岗位", "back": "activities:posts"}
    return render(
        request, "activities/set_up_form.html", context, status=status_of(form)
    )


@require_http_methods(POST_METHODS)
def post_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_for(request, "posts.edit")
    it = queries.post_for(actor, pk)
    require(actor, "posts.edit", it)
    rules.POST_FLOW.step(it.state, "edit")
    initial = {n: getattr(it, n) for n in PostForm.base_fields}
    return entered(
        request, PostForm(request.POST or None, initial=initial),
        lambda d: posts.edit_post(actor=actor, post_id=pk, **d),
        title=f"改“{it.title}”", back="activities:posts",
        to=reverse("activities:post", args=[pk]),
    )  # fmt: skip


@require_safe
def post(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_for(request, "posts.view")
    return _page(request, actor, queries.post_for(actor, pk))


def _page(
    request: HttpRequest, actor: Actor, it: Post, form: Any = None, bad: str = ""
) -> HttpResponse:
    """One post; `bad`: which form has to be mended, and for a holding whose."""
    people = queries.holders(it, actor)
    held = [h for h in people if h.state == "held"]
    n = it.holdings.filter(state="held").count()
    light = actor.role == "member"
    return render(request, "activities/post_member.html" if light else "activities/post.html", {
        "it": it, "held": held, "past": [h for h in people if h.state != "held"],
        "free": max(0, it.quota - n), "n_held": n,
        "mine": next((h for h in held if h.member_id == actor.member_id), None),
        "turns": [(t, rules.lateness(t.end_at, clock_now())) for t in queries.turns(it, actor)],
        "may_confirm": {t.pk for t in queries.turns(it, actor) if can(actor, "turns.confirm", t)},
        "skills": fitting.skill_words(it.skills), "conditions": fitting.conditions(it),
        "fit": _fit(actor, it),
        "may_invite": it.state == "open" and n < it.quota and can(actor, "posts.invite", it),
        "done": len(queries.turns(it, actor, "confirmed")),
        "mode_note": rules.MODE_NOTES[it.mode], "may_edit": can(actor, "posts.edit", it),
        "promise_form": form if bad == "claim" else PromiseForm(),
        "turn_form": form if bad == "turn" else TurnForm(),
        "end_form": form if bad == "end" else EndHoldingForm(own=light),
        "review_form": form if bad == "review" else ReviewForm(), "bad": bad,
        "client_id": uuid4().hex,
    }, status=422 if bad else 200)  # fmt: skip


def _fit(actor: Actor, it: Post) -> Sequence[Reason]:
    """Whether it fits the member who looks."""
    mine = Member.objects.filter(pk=actor.member_id) if actor.member_id else None
    member = mine.select_related("person").first() if mine else None
    return fitting.reasons_of(it, member) if member else ()


@require_POST
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_for(request, "posts.close")
    queries.post_for(actor, pk)
    posts.close_post(actor=actor, post_id=pk)
    toast(request, "岗位撤销了", "在岗的人不用再来。")
    return redirect("activities:post", pk)


@require_POST
def claim(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A member takes the post."""
    actor = actor_for(request, "holdings.claim")
    it = queries.post_for(actor, pk)
    if actor.member_id is None:
        raise Forbidden(
            "认岗由党员本人来点。党员不用手机的，请社区代为登记报到时一起写。"
        )
    member_id = actor.member_id
    form = PromiseForm(request.POST)
    done = submitted(request, form, lambda d: posts.claim(
        actor=actor, post_id=pk, member_id=member_id, **d
    ))  # fmt: skip
    if not done:
        return _page(request, actor, it, form, "claim")
    toast(request, f"认了“{it.title}”", "去过以后在这里记一次，社区确认后算服务。")
    return redirect("activities:post", pk)


@require_POST
def holding(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Resign or end, review, tell a turn."""
    if event not in ("end", "review", "turn"):
        raise NotFound
    action = "turns.tell" if event == "turn" else f"holdings.{event}"
    actor = actor_for(request, action)
    row = Holding.objects.select_related("post__place").filter(pk=pk).first()
    if row is None:
        raise NotFound
    require(actor, "holdings.view" if event == "turn" else action, row)
    if row.state != "held":
        raise Conflict("这一份认岗已经结束了。请看一下最新的情况。")
    form: Any
    if event == "end":
        form = EndHoldingForm(request.POST, own=actor.role == "member")
        verb: Any = posts.end
    else:
        form = (ReviewForm if event == "review" else TurnForm)(request.POST)
        verb = posts.review if event == "review" else posts.tell_turn
    more = {"client_id": request.POST.get("client_id", "")} if event == "turn" else {}
    done = submitted(
        request, form, lambda d: verb(actor=actor, holding_id=pk, **d, **more)
    )
    if not done:
        return _page(request, actor, row.post, form, event)
    toast(request, *SAID[event])
    return redirect("activities:post", row.post_id)


SAID = {
    "end": ("岗位空出来了", "别人可以认领。"),
    "review": ("评议写好了", "本人看得到。"),
    "turn": ("记好了", "社区确认后算服务记录。"),
}


@require_POST
def turn(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """The community confirms a turn, or does not."""
    if event not in ("confirm", "refuse"):
        raise NotFound
    actor = actor_for(request, f"turns.{event}")
    row = Turn.objects.select_related("holding").filter(pk=pk).first()
    if row is None:
        raise NotFound
    try:
        if event == "confirm":
            reason = request.POST.get("reason", "")[:200]
            posts.confirm_turn(actor=actor, turn_id=pk, reason=reason)
        else:
            posts.refuse_turn(actor=actor, turn_id=pk)
    except (Conflict, Invalid) as error:
        text = next(iter(getattr(error, "fields", {}).values()), error.message)
        toast(request, "没有确认", text, tone="late")
        return redirect("activities:post", row.holding.post_id)
    said = "确认好了，记了一条服务记录" if event == "confirm" else "没有认可"
    toast(request, said, "" if event == "confirm" else "本人可以照实再记。")
    return redirect("activities:post", row.holding.post_id)


@require_safe
def my_posts(request: HttpRequest) -> HttpResponse:
    """A member: what I hold, and the vacancies around."""
    actor = actor_for(request, "posts.view")
    if actor.role != "member":
        raise Forbidden("这一页是党员看自己岗位的。社区请看“岗位”列表。")
    page = Paginator(vacancies(request, actor), NEAR).get_page(request.GET.get("page"))
    return render(request, "activities/my_posts.html", {
        "held": [h for h in queries.mine(actor) if h.state == "held"],
        "page": page, "cards": queries.cards(page.object_list),
        "modes": rules.MODES.items(), "mode": request.GET.get("mode", ""),
    })  # fmt: skip


def vacancies(request: HttpRequest, actor: Actor) -> QuerySet[Post]:
    """Open posts around the member that they do not hold."""
    _, _, found = chosen(request, actor)
    mine = Holding.objects.filter(member=actor.member_id, state="held").values("post")
    return queries.in_tab(found, "open").exclude(pk__in=mine)

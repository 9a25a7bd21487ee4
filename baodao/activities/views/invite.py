"""Inviting members who fit an activity or a post (domain 6.8, A15): a message, no duty;
who is asked decides."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from baodao.activities import fitting, inviting, queries, queries_posts
from baodao.activities.models import Activity, Post
from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.core.errors import Conflict, Invalid
from baodao.core.ids import uuid_of
from baodao.people.views.asking import actor_for
from baodao.ui.toast import toast

POST_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(POST_METHODS)
def invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_for(request, "activities.invite")
    return _page(request, actor, queries.activity_for(actor, pk, "invite"), "detail")


@require_http_methods(POST_METHODS)
def post_invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_for(request, "posts.invite")
    it = queries_posts.post_for(actor, pk)
    require(actor, "posts.invite", it)
    return _page(request, actor, it, "post")


def _page(
    request: HttpRequest, actor: Actor, it: Activity | Post, route: str
) -> HttpResponse:
    error, back = "", reverse(f"activities:{route}", args=[it.pk])
    if request.method == "POST":
        ids = [i for v in request.POST.getlist("members") if (i := uuid_of(v))]
        try:
            n = inviting.invite(actor=actor, it=it, member_ids=ids)
        except (Invalid, Conflict) as problem:
            error = problem.message
        else:
            toast(request, f"请了 {n} 人", "来不来由本人定，报了名会列在名单里。")
            return redirect(back)
    context: dict[str, Any] = {
        "it": it, "post": isinstance(it, Post), "back": back, "error": error,
        "rows": fitting.suggestions(it, actor), "asked": fitting.invited(it),
        "skills": fitting.skill_words(it.skills),
        "conditions": fitting.conditions(it), "chosen": request.POST.getlist("members"),
    }  # fmt: skip
    return render(
        request, "activities/invite.html", context, status=422 if error else 200
    )

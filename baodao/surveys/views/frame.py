"""What the pages of a survey share: who may look, and the tabs of one survey."""

from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse

from baodao.acts.actor import Actor
from baodao.core.errors import Forbidden, NotFound
from baodao.people.views.asking import actor_of, require_role
from baodao.places.rules import COMMUNITY
from baodao.surveys import coverage, queries, results
from baodao.surveys.forms import uuid_of
from baodao.surveys.models import Survey

PAGE = 50


def opened(request: HttpRequest, pk: UUID) -> tuple[Actor, Survey]:
    """The actor and a survey that is theirs to see."""
    actor = require_role(request, "surveys.view")
    return actor, queries.survey(actor, pk)


def at_the_door(request: HttpRequest, pk: UUID) -> tuple[Actor, Survey]:
    """The same for pages with households, which those above do not have."""
    actor, it = opened(request, pk)
    if queries.is_above(actor):
        raise Forbidden("住户的登记只有本社区和本网格看得到。您可以看完成率和合计。")
    return actor, it


def from_address(request: HttpRequest) -> tuple[Actor, Survey]:
    """For a file: the survey that its address names."""
    pk = uuid_of(request.GET.get("survey", ""))
    actor = require_role(request, "surveys.view")
    if pk is None:
        raise NotFound
    return actor, queries.survey(actor, pk)


def shared(request: HttpRequest, it: Survey, here: str) -> dict[str, Any]:
    """Title, state and the tabs that this role has."""
    actor = actor_of(request)
    above = queries.is_above(actor)
    tabs = [("detail", "进度")]
    if it.state != "draft":
        if not above and it.place.level >= COMMUNITY:
            tabs.append(("left", "住户"))
        tabs.append(("results", "结果"))
        if results.last_round(it):
            tabs.append(("changes", "上次→这次"))
        tabs.append(("needs", "发现的需求"))
    tabs.append(("questions", "问题"))
    return {
        "it": it, "here": here, "above": above, "state": queries.state_of(it),
        "survey_tabs": [(name, reverse(f"surveys:{name}", args=[it.pk]), t) for name, t in tabs],
        "reach": coverage.reach(actor, it), "may_ask": queries.may_ask(actor, it),
    }  # fmt: skip


def paged(request: HttpRequest, found: Any, size: int = PAGE) -> Page[Any]:
    return Paginator(found, size).get_page(request.GET.get("page"))

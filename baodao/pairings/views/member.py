"""我的联系户: the member's own household, opened for a purpose."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.pairings import queries, rules
from baodao.pairings.models import HouseholdPairing
from baodao.pairings.private import MEMBER_PURPOSES
from baodao.pairings.visits_limits import latest_at
from baodao.people.views.asking import actor_of, get_only


@get_only
def mine(request: HttpRequest) -> HttpResponse:
    """The member's household: what to know before going there."""
    actor = actor_of(request)
    if actor.role != "member" or actor.member_id is None:
        raise NotFound
    return shown(request, actor)


def shown(
    request: HttpRequest, actor: Actor, opened: UUID | None = None,
    seen: dict[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    """The page; `opened`: the bond whose name and address were just revealed."""
    assert actor.member_id
    rows = [
        {
            "it": it, "state": rules.STATES[it.state], "focus": rules.FOCUS[it.focus],
            "seen": seen if it.pk == opened else None, "second": _other(actor, it),
            "latest": latest_at(it.home_path, it.not_after),
            "months": "、".join(f"{m}月" for m in it.quiet_months),
        }
        for it in queries.of_member(actor.member_id)
    ]  # fmt: skip
    context = {"rows": rows, "purposes": list(MEMBER_PURPOSES.items())}
    response = render(request, "pairings/mine.html", context)
    if seen:
        response["Cache-Control"] = "no-store"
    return response


def _other(actor: Actor, it: HouseholdPairing) -> str:
    """Who goes along."""
    if it.second is None:
        return ""
    one = it.member if it.second_id == actor.member_id else it.second
    return str(one)

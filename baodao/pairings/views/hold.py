"""A bond that has ended is kept beyond its time, because somebody has appealed."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from baodao.core.errors import Conflict, Invalid
from baodao.pairings import queries
from baodao.pairings.views.staff import actor_for
from baodao.people import retention
from baodao.ui.toast import toast


@require_POST
def hold(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Keep it, and say why; or, when it is held, let it go at its time."""
    actor = actor_for(request, "retention_holds.add")
    it = queries.pairing(actor, pairing_id)
    try:
        if held := retention.hold_of(it.pk):
            retention.release(actor=actor, hold_id=held.pk)
            toast(request, "解除了", "到期就删除。")
        else:
            retention.hold(
                actor=actor, object_id=it.pk, path=it.home_path,
                what=f"户{it.household.number}的结对", why=request.POST.get("why", ""),
            )  # fmt: skip
            toast(request, "标好了：先不删", "解除以前一直留着。")
    except (Invalid, Conflict) as error:
        toast(request, error.message, tone="late")
    return redirect("pairings:detail", pairing_id=it.pk)

"""改一下: a visit put right by who wrote it down, a member on a telephone or a worker
at the desk."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baodao.acts.access import require
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Invalid
from baodao.pairings import visits_amending
from baodao.pairings.views.visits_guard import actor_of, visit_of
from baodao.pairings.visits_forms import AmendForm
from baodao.ui.toast import toast


@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The visit as it stands, to be changed; why is asked."""
    actor, now = actor_of(request), clock_now()
    visit = visit_of(actor, visit_id)
    require(actor, "visits.amend", visit)
    member = actor.role == "member"
    back = "pairings:visit_receipt" if member else "pairings:visit"
    if request.method != "POST" and not visits_amending.may_amend(actor, visit, now):
        toast(request, "这一笔不能再改", "请告诉社区退回，再重记一次。", tone="late")
        return redirect(back, visit.pk)
    data = request.POST if request.method == "POST" else None
    form, status = AmendForm(data, visit=visit, today=today(now)), 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                visits_amending.amend_visit(
                    actor=actor, visit_id=visit.pk, report=form.report(),
                    why=form.cleaned_data["reason"],
                    client_id=form.cleaned_data["client_id"],
                )  # fmt: skip
            except (Invalid, Conflict) as error:
                form.refuse(error)
                status = error.status
            else:
                toast(request, "改好了", "改以前是什么样，社区看得到。")
                return redirect(back, visit.pk)
    template = "visit_amend_light" if member else "visit_amend"
    context = {"visit": visit, "form": form}
    return render(request, f"pairings/{template}.html", context, status=status)

"""A resident writes a complaint and looks up what came of it: no account needed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from baodao.acts.writing import Done
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import NotFound, TooMany
from baodao.core.limits import address_of, count_try, tries
from baodao.orders.residents import phone_of
from baodao.people.views.asking import actor_of, get_or_post
from baodao.places.forms import status_of, submitted
from baodao.places.models import Place
from baodao.places.rules import community_path
from baodao.scoring import queries_complaints as queries
from baodao.scoring import rules_complaints as rules
from baodao.scoring.forms_complaints import ComplaintForm, LookForm
from baodao.scoring.models import Complaint
from baodao.scoring.services import complaining
from baodao.scoring.services.concerning import TOWN, cut
from baodao.ui.toast import toast


@never_cache
@get_or_post
def write(request: HttpRequest, place: str) -> HttpResponse:
    """A community's page. What is sent goes to who checks it, nobody else."""
    at = _community(place)
    form = ComplaintForm(request.POST or None, initial={"occurred_on": today()})

    def send(given: dict[str, Any]) -> Done:
        if count_try("complain", address_of(request), 60) > rules.SENT_AN_HOUR:
            raise TooMany("从这里写的太多了。请过一小时再写，或给社区打电话。")
        return complaining.send_in(
            place_id=at.pk, **given, sender=actor_of(request).person_id,
            client_id=request.POST.get("client_id", ""),
        )  # fmt: skip

    done = submitted(request, form, send)
    if done:
        token = Complaint.objects.values_list("token", flat=True).get(pk=done.id)
        return redirect(reverse("scoring:complaint_follow", args=[token]) + "?sent=1")
    context = {
        "place": at, "form": form, "phone": phone_of(at.path),
        "above": phone_of(cut(at.path, TOWN)),
    }  # fmt: skip
    return _shown(request, "complain", context, status_of(form))


def _community(code: str) -> Place:
    found = Place.objects.filter(code=code, valid_to=None).exclude(kind="virtual")
    at = found.first()
    if at is None or at.path != community_path(at.path):
        raise NotFound
    return at


@never_cache
@get_or_post
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """What came of it; nobody else's name is on this page. Sent: the consent to be named
    is taken back."""
    c = queries.by_token(token)
    if request.method == "POST":
        complaining.withdraw_own(token=token)
        toast(request, "撤回了", "对方从现在起看不到是谁说的；已经看过的收不回来。")
        return redirect("scoring:complaint_follow", token=token)
    context = {
        "c": c, "state": rules.STATES[c.state], "desk": rules.DESKS[c.desk],
        "sent": request.GET.get("sent") == "1",
        "due": complaining.check_end(c, clock_now()),
        # Who is complained about does not take the call.
        "phone": phone_of(cut(c.path, complaining.PARTS[c.desk])),
    }  # fmt: skip
    return _shown(request, "complaint_follow", context)


@never_cache
@get_or_post
def look(request: HttpRequest) -> HttpResponse:
    """By number and code. After ten wrong ones even the right one has to wait."""
    form = LookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = address_of(request)
        if tries("complaint", address, rules.CODE_MINUTES) >= rules.WRONG_CODES:
            raise TooMany
        given = form.cleaned_data
        found = queries.by_code(given["no"].strip(), given["code"].strip())
        if found:
            return redirect("scoring:complaint_follow", token=found.token)
        count_try("complaint", address, rules.CODE_MINUTES)
        form.add_error(None, "没有找到。请核对编号和查询码。")
    return _shown(request, "complaint_look", {"form": form}, status_of(form))


def _shown(
    request: HttpRequest, name: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    response = render(request, f"scoring/{name}.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response

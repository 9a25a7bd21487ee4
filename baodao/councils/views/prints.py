"""Paper: the agenda as an invitation, the sign-in sheet, the minutes (domain 10)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.councils import queries, rules
from baodao.councils.models import JointMeeting
from baodao.people.views.asking import actor_of, get_only, require_role

SHEETS = {"agenda": "会议通知和议程", "signin": "签到表", "minutes": "会议纪要"}


@get_only
def meeting(request: HttpRequest, pk: UUID, what: str) -> HttpResponse:
    """For the community and those above it."""
    actor = require_role(request, "meetings.view")
    m = queries.meeting(actor, pk)
    back = reverse("councils:meeting", args=[pk])
    return _sheet(request, m, what, back)


@get_only
def seat(request: HttpRequest, pk: UUID, what: str) -> HttpResponse:
    """The agenda and, once they are settled, the minutes, for a unit."""
    actor: Actor = actor_of(request)
    s = queries.seat(actor, pk)
    if what == "signin" or (what == "minutes" and s.meeting.state != "closed"):
        raise NotFound
    return _sheet(request, s.meeting, what, reverse("councils:seat", args=[pk]))


def _sheet(request: HttpRequest, m: JointMeeting, what: str, back: str) -> HttpResponse:
    if what not in SHEETS:
        raise NotFound
    seats = list(m.seats.all())
    shown = m.resolutions.exclude(state="dropped").select_related("unit")
    context = {
        "m": m, "title": SHEETS[what], "back_url": back, "seats": seats,
        "community": queries.community_of(m), "topics": queries.agenda(m),
        "last_time": queries.resolution_lines(queries.last_time(m)),
        "resolved": list(shown.order_by("due_on", "pk")),
        "attendance": rules.attendance_words(s.attendance for s in seats if s.attendance),
        "absent": [s for s in seats if s.attendance in ("leave", "absent")],
        "came": [s for s in seats if s.attendance in rules.CAME],
        "blank": range(4),
    }  # fmt: skip
    return render(request, f"councils/print_{what}.html", context)

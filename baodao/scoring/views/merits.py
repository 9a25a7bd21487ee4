"""Merits: the list that the secretary confirms from, and registering one."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.people.views.asking import (
    actor_for,
    form_page,
    get_only,
    get_or_post,
    paged,
    require_desk,
    require_role,
    word,
)
from baodao.places.forms import submitted
from baodao.places.models import Place
from baodao.scoring import queries_merits as queries
from baodao.scoring import rules_counting as counting
from baodao.scoring import rules_merits as rules
from baodao.scoring.forms_deductions import ReasonForm
from baodao.scoring.forms_merits import MeritForm
from baodao.scoring.services import meriting
from baodao.scoring.views.deductions import choice_of, named
from baodao.scoring.views.due import shown, tabs
from baodao.ui.toast import toast


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", queries.TABS) or "open"


@get_only
def merit_list(request: HttpRequest) -> HttpResponse:
    """What waits for the secretary, what counts, what does not."""
    actor = require_role(request, "merits.view")
    found = queries.merits(
        actor, request.GET.get("q", "")[:40], word(request, "kind", rules.KINDS)
    )
    tab, counts = tab_of(request), queries.tab_counts(found)
    page = paged(request, queries.in_tab(found, tab))
    context = {
        **tabs(actor, "merits"), "tab": tab, "page": page, "n": counts[tab],
        "tabs": [(k, v[0], counts[k]) for k, v in queries.TABS.items()],
        "rows": [(m, rules.STATES[m.state]) for m in page], "kinds": rules.KINDS.items(),
        "q": request.GET.get("q", "")[:40],
        "may_new": can(actor, "merits.register"),
        "may_bulk": tab == "open" and can(actor, "merits.confirm"),
        "filtered": any(request.GET.get(k) for k in ("q", "kind")),
    }  # fmt: skip
    return shown(request, actor, "merits", context)


@get_only
def new(request: HttpRequest) -> HttpResponse:
    """Whose it is."""
    actor = require_desk(request, "merits.register", "merits.view")
    context = {
        **choice_of(request, actor.path or ""), "title": "登记成绩", "back": reverse("scoring:merits"),
        "back_title": "成绩", "route": "scoring:merit_form",
    }  # fmt: skip
    return render(request, "scoring/deduction_new.html", context)


@get_or_post
def new_form(request: HttpRequest, subject: str, pk: UUID) -> HttpResponse:
    """Kind, deed, day, document."""
    actor = require_desk(request, "merits.register", "merits.view")
    place = Place.objects.filter(path=actor.path or "").first()
    name = named(actor, subject, pk) if subject in counting.SUBJECTS else ""
    if place is None or not name:
        raise NotFound
    form = MeritForm(
        request.POST or None, unit=subject == "unit", initial={"on": today()}
    )
    done = submitted(
        request, form,
        lambda d: meriting.register(
            actor=actor, place_id=place.pk, subject=subject, whose=pk, **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )  # fmt: skip
    if done:
        toast(request, "登记了", "书记确认以后记入积分卡。")
        return redirect("scoring:merits")
    trail = [
        (reverse("scoring:merits"), "成绩"),
        (reverse("scoring:merit_new"), "登记成绩"),
    ]
    return form_page(request, form, f"登记{name}的成绩", trail, submit="登记")


@require_POST
def roles(request: HttpRequest) -> HttpResponse:
    """List the months of the roles held in the half-year that is over."""
    actor = require_desk(request, "merits.register", "merits.view")
    place = Place.objects.filter(path=actor.path or "").first()
    if place is None:
        raise NotFound
    n = meriting.propose_roles(actor=actor, place_id=place.pk)
    toast(request, f"列出了{n}条小区任职" if n else "没有新的小区任职", "请书记确认。")
    return redirect("scoring:merits")


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Those that are ticked, in one go."""
    actor = actor_for(request, "merits.confirm")
    chosen = [i for v in request.POST.getlist("ids") if (i := uuid_of(v))]
    mine = set(queries.merits(actor).values_list("pk", flat=True).filter(pk__in=chosen))
    done, left = meriting.confirm_all(actor=actor, ids=mine)
    if done:
        toast(request, f"确认了{done}条", "记入积分卡，已告诉本人。")
    elif not left:
        toast(request, "没有勾选", "请先勾选要确认的。", tone="soon")
    for words in left[:5]:
        toast(request, "有一条没有确认", words, tone="late")
    return redirect("scoring:merits")


@get_or_post
def refuse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Not confirmed, and why."""
    actor = require_desk(request, "merits.refuse", "merits.view")
    row = queries.merit(actor, pk)
    require(actor, "merits.refuse", row)
    form: Any = ReasonForm(request.POST or None)
    done = submitted(
        request, form,
        lambda d: meriting.refuse(actor=actor, merit_id=pk, reason=d["reason"]),
    )  # fmt: skip
    if done:
        toast(request, "没有确认")
        return redirect("scoring:merits")
    trail = [(reverse("scoring:merits"), "成绩")]
    title = f"不确认{row.whose}的“{row.deed}”"
    return form_page(request, form, title, trail, submit="不确认")

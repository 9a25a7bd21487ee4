"""The household's side, without an account: one tap on the link or the digits of the
slip, or the page of its card: confirm, say that nobody came, ask for a visit, see who
looked (section 3 ideas 7, 9, 13; L50)."""

from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from baodao.acts.actor import Actor, link_holder
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import (
    BaodaoError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
)
from baodao.core.ids import uuid7, uuid_of
from baodao.core.limits import address_of, count_try, tries
from baodao.duties.models import Duty
from baodao.duties.rules import OPEN
from baodao.orders.residents import community_of, phone_of
from baodao.orders.views.resident_door import show
from baodao.pairings import visits_around, visits_queries, visits_services
from baodao.pairings import visits_links as links
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.views.home import in_lang
from baodao.pairings.visits_forms import NeedForm
from baodao.pairings.visits_limits import limits_at
from baodao.ui.toast import toast

WRONG_CODES, CODE_MINUTES = 10, 10
LOOKS_ON = (
    "您现在是用工作账号登录的，来没来过只能由住户自己说。"
    "请住户用自己的手机打开，或先退出登录再把手机交给住户。"
)
NOT_FOUND = "没有找到这次走访。请核对链接或确认码，或给社区打电话。"


class Opened(NamedTuple):
    """`how`: by the link or by the digits. `looks_on`: somebody signed in to work here
    holds the telephone, who may not speak for the household."""

    visit: Visit
    key: str
    how: str
    looks_on: bool


def _open(request: HttpRequest, key: str) -> Opened:
    by_code = len(key) == 8 and key.isdigit()
    visit = _by_code(request, key) if by_code else links.by_token(key)
    if visit is None:
        raise NotFound(NOT_FOUND)
    return Opened(visit, key, "code" if by_code else "link", not _visitor(request))


def _by_code(request: HttpRequest, code: str) -> Visit | None:
    """Ten wrong ones in ten minutes, then even the right one has to wait."""
    if tries("visit", address_of(request), CODE_MINUTES) >= WRONG_CODES:
        raise TooMany
    found = links.by_code(code)
    if found is None:
        count_try("visit", address_of(request), CODE_MINUTES)
    return found


def _visitor(request: HttpRequest) -> bool:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor.is_anonymous


def _holder(request: HttpRequest, of: Visit | HouseholdPairing) -> Actor:
    if not _visitor(request):
        raise Forbidden(LOOKS_ON)
    return link_holder(of.pk, getattr(request, "request_id", ""))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tap(request: HttpRequest, tap_token: str) -> HttpResponse:
    """来过没有: one question, two answers of the same size."""
    opened = _open(request, tap_token)
    error: BaodaoError | None = None
    if request.method == "POST":
        try:
            _answer(request, opened.visit, opened.how)
        except (Conflict, Invalid) as found:
            error = found
        else:
            # The digits work once; the page after them is the link's own.
            key = links.raw_token(opened.visit.pk)
            return redirect(
                reverse("pairings:visit_tap", args=[key]) + in_lang(request)
            )
    now = clock_now()
    visit = opened.visit
    return show(request, "pairings/visit_tap.html", {
        **_place(visit.home_path), "visit": visit, "key": opened.key,
        "looks_on": opened.looks_on, "error": error, "looks_on_text": LOOKS_ON,
        "in_lang": in_lang(request), "went": visits_queries.went(visit), "over": links.expired(visit, now),
    }, status=error.status if error else 200)  # fmt: skip


def _answer(request: HttpRequest, visit: Visit, how: str) -> None:
    actor, said = _holder(request, visit), request.POST.get("said", "")
    if said == "came":
        visits_services.confirm_visit(
            actor=actor, visit_id=visit.pk, how=how, client_id="tap"
        )
        toast(request, "记下了：来过", "谢谢您告诉一声。")
    elif said == "not_came":
        visits_services.refuse_visit(
            actor=actor, visit_id=visit.pk, reason="nobody_came", client_id="tap"
        )
        toast(request, "记下了：没人来过", "社区会去问清楚，不影响您办事。")
    else:
        raise Invalid("请点“来过”或“没人来过”。")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """From the eight digits on the slip to the question."""
    typed, error = request.POST.get("code", ""), ""
    if typed:
        digits = "".join(c for c in typed if c.isdigit())
        if len(digits) != 8:
            error = "确认码是 8 位数字，写在党员留下的小条上。请再看一遍。"
        elif _by_code(request, digits):
            return redirect("pairings:visit_tap", digits)
        else:
            error = "没有找到这个确认码。可能已经确认过了，或者请再看一遍。"
    context = {"typed": typed, "error": error}
    return show(
        request, "pairings/visit_code.html", context, status=422 if error else 200
    )


# --- the household's own page --------------------------------------------------------


@never_cache
@require_safe
def home(request: HttpRequest, home_token: str) -> HttpResponse:
    """What waits for the household's word, asking for a visit, who looked."""
    return _home(request, _bond(home_token), NeedForm())


def _bond(token: str) -> HouseholdPairing:
    found = links.home_of(token)
    if found is None:
        raise NotFound("这张联系卡不能用了。请给社区打电话。")
    return found


def _home(
    request: HttpRequest, bond: HouseholdPairing, form: NeedForm,
    error: BaodaoError | None = None,
) -> HttpResponse:  # fmt: skip
    now = clock_now()
    day = today(now)
    rows = bond.visits.select_related(*visits_queries.VISIT_JOINED)
    waiting = [
        v for v in rows.filter(state="done", late="") if not links.expired(v, now)
    ]
    done = rows.filter(state="confirmed").order_by("-visited_on", "-id")[:12]
    asked = Duty.objects.filter(source_id=bond.pk, kind="visit_need", state__in=OPEN)
    status = 422 if form.is_bound else error.status if error else 200
    return show(request, "pairings/visit_home.html", {
        **_place(bond.home_path), "bond": bond, "form": form, "error": error,
        "waiting": [(v, visits_queries.went(v)) for v in waiting],
        "done": [(v, visits_queries.under(v, day)) for v in done],
        "asked": asked.first(), "looks": visits_queries.looks(bond),
        "looks_on": not _visitor(request), "looks_on_text": LOOKS_ON,
        "quiet": bond.state != "active", "limits": limits_at(bond.home_path),
        "in_lang": in_lang(request),
    }, status=status)  # fmt: skip


def _place(home_path: str) -> dict[str, Any]:
    return {"place": community_of(home_path), "phone": phone_of(home_path)}


@never_cache
@require_POST
def home_act(request: HttpRequest, home_token: str, event: str) -> HttpResponse:
    """One tap of the household on its page."""
    bond = _bond(home_token)
    form = NeedForm(request.POST if event == "ask" else None)
    if event not in ("ask", "said"):
        raise NotFound
    if event == "ask" and not form.is_valid():
        return _home(request, bond, form)
    try:
        if event == "ask":
            _ask(request, bond, form, clock_now())
        else:
            _answer(request, _of(bond, request.POST.get("visit", "")), "link")
    except Invalid as error:
        if event == "ask":
            form.refuse(error)
            return _home(request, bond, form)
        return _home(request, bond, form, error)
    except Conflict as error:
        return _home(request, bond, NeedForm(), error)
    url = reverse("pairings:visit_home", args=[home_token])
    return redirect(url + in_lang(request))


def _of(bond: HouseholdPairing, pk: str) -> Visit:
    found = bond.visits.filter(pk=uuid_of(pk) or uuid7()).first()
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


def _ask(
    request: HttpRequest, bond: HouseholdPairing, form: NeedForm, now: datetime
) -> None:
    said = form.cleaned_data
    duty = visits_around.ask_visit(
        actor=_holder(request, bond), pairing_id=bond.pk, urgent=said["urgent"],
        note=said["note"], client_id=said["client_id"], now=now,
    )  # fmt: skip
    day = duty.due_on
    toast(request, "已经告诉联系您的党员", f"{day.month}月{day.day}日前会和您联系。")

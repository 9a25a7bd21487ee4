"""The list by tab, one bond, and its acts."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import Invalid, NotFound
from baodao.core.ids import uuid_of
from baodao.pairings import estates, fitting, private, queries, rules, services
from baodao.pairings.forms import (
    ApartForm,
    EndForm,
    EstateEndForm,
    GivenForm,
    MovedForm,
    PauseForm,
    TermsForm,
)
from baodao.pairings.models import EstatePairing, HouseholdPairing
from baodao.pairings.queries import Wanted
from baodao.pairings.suggesting import reported_in
from baodao.pairings.views.member import shown as mine
from baodao.pairings.visits_limits import latest_at, limits_at
from baodao.people import retention
from baodao.people.models import RetentionHold
from baodao.people.views.asking import get_only, require_desk, word
from baodao.places.forms import refuse
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY, LANGUAGES, PURPOSES
from baodao.ui.forms import Form
from baodao.ui.toast import toast

PAGE = 30
SAID = {
    "ask": ("已记下：正在征求同意", "30 天内没有答复会自动结束。"),
    "cancel": ("取消了", "没有告诉党员是哪一户。"),
    "consent": ("记好了，从今天起联系", "已告诉党员，今年的走访已经排好。"),
    "decline": ("记下了：住户不同意", "不用问理由，其他服务照常。"),
    "renew": ("续签好了，再管一年", ""),
    "set_terms": ("约定改好了", "走访的日子按新的约定排。"),
    "pause": ("暂停了", "走访都先取消，满 90 天不恢复就结束。"),
    "resume": ("恢复了", "今年剩下的走访重新排好。"),
    "withdraw": ("撤回记好了，今天就停", "已告诉党员不要再走访，不用问为什么。"),
    "end": ("结束了", "没做的走访都取消了，不再提醒。"),
    "moved": ("记下了：住户搬走", "走访都停了。那边要联系，得重新征求同意。"),
}


def actor_for(request: HttpRequest, action: str = "pairings.view") -> Actor:
    """The actor, if the role holds `action` anywhere."""
    return require_desk(request, action, "pairings.view")


def wanted_of(request: HttpRequest) -> Wanted:
    return Wanted(
        text=request.GET.get("q", "")[:40],
        show=word(request, "show", queries.SHOWS),
        focus=word(request, "focus", rules.FOCUS),
    )


_ROWS: dict[str, Callable[[Actor, Wanted], Any]] = {
    "households": queries.households,
    "estates": queries.estate_pairings,
    "uncovered": queries.uncovered,
    "bare": queries.bare_estates,
}


@get_only
def pairing_list(request: HttpRequest) -> HttpResponse:
    """Bonds by tab; all filters live in the address."""
    actor = actor_for(request)
    if actor.role == "member":
        return redirect("pairings:mine")
    if actor.role == "requester":
        raise NotFound
    tab, wanted = chosen(request, actor)
    page = Paginator(_ROWS[tab](actor, wanted), PAGE).get_page(request.GET.get("page"))
    arranges = can(actor, "pairings.propose")
    context = {
        "tab": tab, "tabs": list(queries.tabs_for(actor).items()), "page": page,
        "wanted": wanted, "shows": list(queries.SHOWS.items()), "day": today(),
        "filtered": any((wanted.text, wanted.show, wanted.focus)),
        "focuses": list(rules.FOCUS.items()) if queries.may_arrange(actor) else [],
        "states": rules.STATES, "arranges": arranges,
        "sums": queries.sums(actor) if actor.path is not None else None,
        "may_coverage": actor.path is not None and not queries.may_arrange(actor),
    }  # fmt: skip
    return render(request, "pairings/list.html", context)


def chosen(request: HttpRequest, actor: Actor) -> tuple[str, Wanted]:
    """The tab and the filters of the address."""
    tab = word(request, "tab", queries.tabs_for(actor)) or "households"
    return tab, wanted_of(request)


def rows_of(request: HttpRequest, actor: Actor) -> tuple[str, Any]:
    """The tab and its rows, for the file."""
    tab, wanted = chosen(request, actor)
    return tab, _ROWS[tab](actor, wanted)


@get_only
def coverage(request: HttpRequest) -> HttpResponse:
    """How far each place below is covered; numbers only."""
    actor = actor_for(request, "estates_paired.view")
    if actor.path is None:
        raise NotFound
    page = Paginator(queries.coverage(actor), 100).get_page(request.GET.get("page"))
    context = {"page": page, "may_run": can(actor, "pair_runs.start")}
    return render(request, "pairings/coverage.html", context)


# --- one bond ----------------------------------------------------------------------------


@get_only
def detail(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    actor = actor_for(request)
    if actor.role == "member":
        return redirect("pairings:mine")
    return shown(request, actor, queries.pairing(actor, pairing_id))


def shown(
    request: HttpRequest, actor: Actor, it: HouseholdPairing,
    bad: tuple[str, Form] | None = None, seen: dict[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    """The page of a bond; `bad`: the form to mend; `seen`: what was just revealed."""
    private_ = can(actor, "pairings.view_private", it)
    steps = queries.steps(actor, it)
    context = {
        "it": it, "state": rules.STATES[it.state], "steps": steps, "private": private_,
        "story": queries.story(actor, it), "consents": queries.consents(actor, it),
        "looks": queries.looks(it) if private_ else [], "seen": seen or {},
        "focus": rules.FOCUS[it.focus] if private_ else "",
        "language": LANGUAGES.get(it.household.language, ""),
        "purposes": list(PURPOSES.items()), "may_reveal": can(actor, "pairings.reveal", it),
        "renewable": "renew" in steps and queries.expires_soon(it),
        "apart": queries.apart_of(actor, it.household_id) if private_ else [],
        "may_apart": can(actor, "apart.add") and private_, "bad": bad and bad[0],
        "latest": latest_at(it.home_path, it.not_after),
        "over": it.state in ("ended", "declined"), "held": retention.hold_of(it.pk),
        "may_hold": can(actor, "retention_holds.add", RetentionHold(path=it.home_path)),
        "parts": it.parts if private_ else [], **_forms(actor, it, bad),
    }  # fmt: skip
    response = render(
        request, "pairings/detail.html", context, status=422 if bad else 200
    )
    if seen:
        response["Cache-Control"] = "no-store"
    return response


def _forms(
    actor: Actor, it: HouseholdPairing, bad: tuple[str, Form] | None
) -> dict[str, Form]:
    if not can(actor, "pairings.view_private", it):
        return {}
    members, latest = _members(it), limits_at(it.home_path).latest
    fresh: dict[str, Callable[[], Form]] = {
        "consent": lambda: GivenForm(initial=_first(it)),
        "renew": lambda: GivenForm(initial=_first(it)), "pause": PauseForm,
        "set_terms": lambda: TermsForm(
            members=members, latest=latest, initial=terms_of(it)
        ),
        "end": EndForm, "moved": MovedForm,
        "apart": lambda: ApartForm(members=members),
    }  # fmt: skip
    given = {bad[0]: bad[1]} if bad else {}
    return {f"{k}_form": given.get(k) or make() for k, make in fresh.items()}


def _first(it: HouseholdPairing) -> dict[str, Any]:
    language = "bo" if it.household.language == "bo" else "zh"
    return {
        "by_guardian": it.focus == "minor",
        "language": language,
        "given_on": today(),
    }


def terms_of(it: HouseholdPairing) -> dict[str, Any]:
    return {
        "quiet_months": [str(m) for m in it.quiet_months], "phone_only": it.phone_only,
        "not_after": f"{it.not_after:%H:%M}" if it.not_after else "", "guardian_present": it.guardian_present,
        "second": str(it.second_id or ""),
    }  # fmt: skip


def _members(it: HouseholdPairing) -> list[tuple[str, str]]:
    """Members on duty who have reported in the same community, by name."""
    found = reported_in(it.path).exclude(pk=it.member_id).order_by("person__pinyin")
    return [
        (str(m.pk), f"{m.person.name}（{m.unit or '无单位'}）") for m in found[:400]
    ]


@require_POST
def act(request: HttpRequest, pairing_id: UUID, event: str) -> HttpResponse:
    """One step of the flow. Refused input comes back with the page, 422."""
    if event not in SAID:
        raise NotFound
    action = "pause" if event == "moved" else event
    actor = actor_for(request, f"pairings.{action}")
    it = queries.pairing(actor, pairing_id)
    # Who may not is told so before a form is.
    require(actor, f"pairings.{action}", it)
    form = _form(event, it, request.POST)
    if form is not None and not form.is_valid():
        return shown(request, actor, it, (event, form))
    try:
        _take(request, actor, it, event, form)
    except Invalid as error:
        if form is None:
            raise
        refuse(form, error)
        return shown(request, actor, it, (event, form))
    title, text = SAID[event]
    toast(request, title, text or str(it))
    return redirect("pairings:detail", pairing_id=it.pk)


def _form(event: str, it: HouseholdPairing, data: Any) -> Form | None:
    if event in ("consent", "renew"):
        return GivenForm(data)
    if event == "set_terms":
        latest = limits_at(it.home_path).latest
        return TermsForm(data, members=_members(it), latest=latest)
    forms: dict[str, type[Form]] = {
        "pause": PauseForm, "end": EndForm, "moved": MovedForm
    }  # fmt: skip
    return forms[event](data) if event in forms else None


def _take(
    request: HttpRequest, actor: Actor, it: HouseholdPairing, event: str,
    form: Form | None,
) -> None:  # fmt: skip
    given: dict[str, Any] = {"actor": actor, "pairing_id": it.pk}
    if isinstance(form, GivenForm):
        given["given"] = form.given()
    elif isinstance(form, TermsForm):
        given["terms"] = form.terms()
    elif event == "moved":
        name = form.cleaned_data["community"].strip() if form else ""
        private.household_moved(**given, community_id=_community(name))
        return
    elif form is not None:
        given |= form.cleaned_data
    verbs: dict[str, Callable[..., Any]] = {
        "ask": services.ask, "cancel": services.cancel, "consent": services.consent,
        "decline": services.decline, "renew": services.renew, "pause": services.pause,
        "set_terms": services.set_terms, "resume": services.resume,
        "withdraw": services.withdraw, "end": services.end,
    }  # fmt: skip
    if event == "consent":
        given["client_id"] = request.POST.get("client_id", "")
    verbs[event](**given)


def _community(name: str) -> UUID | None:
    """The community of this name; Invalid when there is none, or several."""
    if not name:
        return None
    found = Place.objects.filter(name=name, level=COMMUNITY, valid_to=None)[:2]
    if len(found) != 1:
        problem = "没有找到这个社区" if not found else "有几个同名的社区"
        raise Invalid(fields={"community": f"{problem}。请核对名称，或先空着。"})
    return found[0].pk


@require_POST
def reveal(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Who and where, for a purpose; shown in this answer only."""
    actor = actor_for(request, "pairings.reveal")
    it = queries.pairing(actor, pairing_id)
    purpose = request.POST.get("purpose", "")
    try:
        seen = private.look_at(actor=actor, pairing_id=it.pk, purpose=purpose)
    except Invalid as error:
        toast(request, error.message, tone="late")
        return redirect("pairings:detail", pairing_id=it.pk)
    if actor.role == "member":
        return mine(request, actor, it.pk, seen)
    return shown(request, actor, it, seen=seen)


@require_POST
def ask_many(request: HttpRequest) -> HttpResponse:
    """The chosen proposals: their households are being asked."""
    actor = actor_for(request, "pairings.ask")
    ids = [pk for text in request.POST.getlist("ids") if (pk := uuid_of(text))]
    found = queries.households(actor, Wanted(show="ask")).filter(pk__in=ids)
    n = services.ask_all(actor=actor, pairing_ids=[p.pk for p in found])
    if n:
        toast(request, f"{n} 户记为正在征求同意", "30 天内没有答复会自动结束。")
    else:
        toast(request, "没有选中要征求同意的户", "请先勾选。", tone="late")
    return redirect("pairings:list")


@require_POST
def set_apart(request: HttpRequest, pairing_id: UUID) -> HttpResponse:
    """Another member of the community must not be paired with this household."""
    actor = actor_for(request, "apart.add")
    it = queries.pairing(actor, pairing_id)
    form = ApartForm(request.POST, members=_members(it))
    if not form.is_valid():
        return shown(request, actor, it, ("apart", form))
    try:
        fitting.set_apart(
            actor=actor, member_id=UUID(form.cleaned_data["member"]),
            household_id=it.household_id, why=form.cleaned_data["why"],
        )  # fmt: skip
    except Invalid as error:
        refuse(form, error)
        return shown(request, actor, it, ("apart", form))
    toast(request, "标好了", "以后不会给这两方建议结对。")
    return redirect("pairings:detail", pairing_id=it.pk)


@require_POST
def unset_apart(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The mark is taken back."""
    actor = actor_for(request, "apart.remove")
    fitting.unset_apart(actor=actor, apart_id=pk)
    toast(request, "标记取消了")
    return redirect("pairings:list")


@require_POST
def end_estate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The unit no longer looks after the estate."""
    actor = actor_for(request, "estates_paired.end")
    row = EstatePairing.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    require(actor, "estates_paired.end", row)
    form = EstateEndForm(request.POST)
    if not form.is_valid():
        toast(request, "没有结束：请选为什么结束。", tone="late")
    else:
        estates.end_estate(
            actor=actor, pairing_id=pk, reason=form.cleaned_data["reason"]
        )
        toast(request, "包联结束了", "可以给这个小区另外建议单位。")
    return redirect("/pairings/?tab=estates")

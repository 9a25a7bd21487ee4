"""Letters: the list, one of them with receipt and answer, paper for those without a
phone."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.errors import NotFound
from baodao.core.ids import uuid_of
from baodao.people.views.asking import actor_for, get_only, paged, word
from baodao.places.forms import taken
from baodao.scoring import queries_quarter as queries
from baodao.scoring import rules_quarter as rules
from baodao.scoring.forms_health import HandForm, ReplyForm
from baodao.scoring.models import Letter
from baodao.scoring.queries_scored import statements
from baodao.scoring.services import quartering
from baodao.scoring.views.frame import frame
from baodao.scoring.views.quarters import choices
from baodao.ui.forms import Form
from baodao.ui.toast import toast

PRINT_MOST = 200
SAID = {
    "read": ("知道了", "社区看得到您看过了。"),
    "hand": ("记下了", ""),
    "reply": ("回复记下了", "社区会看。"),
}


def wanted_of(request: HttpRequest) -> queries.Wanted:
    return queries.Wanted(
        word(request, "quarter", dict(choices())), word(request, "kind", rules.KINDS),
        request.GET.get("q", "").strip()[:40], request.GET.get("paper") == "1",
    )  # fmt: skip


def tab_of(request: HttpRequest) -> str:
    return word(request, "tab", queries.LETTER_TABS) or "all"


@get_only
def letters(request: HttpRequest) -> HttpResponse:
    """Of the community those it has sent, of a unit or a member their own."""
    actor = actor_for(request, "letters.view")
    wanted, tab = wanted_of(request), tab_of(request)
    found = queries.letters(actor, wanted)
    counts = dict.fromkeys(queries.LETTER_TABS, 0)
    for state in found.order_by().values_list("state", flat=True):
        counts[state] += 1
        counts["all"] += 1
    page = paged(request, found if tab == "all" else found.filter(state=tab))
    context = {
        **frame(request, "letters"), "page": page, "tab": tab, "counts": counts,
        "tabs": [(k, t, counts[k]) for k, t in queries.LETTER_TABS.items()],
        "rows": [(it, queries.to_whom(it), rules.STATES[it.state]) for it in page],
        "choices": choices(), "kinds": rules.KINDS.items(), "q": wanted.text,
        "filtered": bool(wanted.key or wanted.kind or wanted.text or wanted.paper),
        "staff": can(actor, "letters.send"),
    }  # fmt: skip
    light = actor.role == "member"
    name = "scoring/letters_light.html" if light else "scoring/letters.html"
    return render(request, name, context)


@get_only
def letter(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_for(request, "letters.view")
    return _page(request, actor, queries.letter(actor, pk))


def _page(
    request: HttpRequest, actor: Actor, it: Letter, bad: Form | None = None
) -> HttpResponse:
    may = [
        e for e in rules.FLOW.events(it.state)
        if e != "send" and can(actor, f"letters.{e}", it)
    ]  # fmt: skip
    context = {
        **frame(request, "letters"), "it": it, "who": queries.to_whom(it),
        "state": rules.STATES[it.state], "may": may, **words_of([it])[0],
        "reply_form": bad if isinstance(bad, ReplyForm) else ReplyForm(),
        "hand_form": bad if isinstance(bad, HandForm) else HandForm(),
    }  # fmt: skip
    light = actor.role == "member"
    name = "scoring/letter_light.html" if light else "scoring/letter.html"
    return render(request, name, context, status=422 if bad else 200)


def words_of(letters: Sequence[Letter]) -> list[dict[str, object]]:
    """What each letter says, on screen and on paper."""
    shown = statements([it for it in letters if it.kind == "statement"])
    return [
        {
            "title": str(it), "rule": rules.RULE if it.kind == "remind" else "",
            "statement": shown.get(it.pk),
        }
        for it in letters
    ]  # fmt: skip


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Seen; told on behalf; an answer."""
    if event not in SAID:
        raise NotFound
    actor = actor_for(request, "letters.view")
    it = queries.letter(actor, pk)
    if event == "read":
        quartering.read(actor=actor, letter_id=pk)
    else:
        form: Form = (
            HandForm(request.POST) if event == "hand" else ReplyForm(request.POST)
        )
        verb = quartering.hand if event == "hand" else quartering.reply
        if not taken(form, lambda data: verb(actor=actor, letter_id=pk, **data)):
            return _page(request, actor, it, form)
    toast(request, *SAID[event])
    return redirect("scoring:letter", pk)


@get_only
def paper(request: HttpRequest) -> HttpResponse:
    """All letters of the filter on paper, a page each, with a slip for the receipt."""
    actor = actor_for(request, "letters.view")
    found = queries.letters(actor, wanted_of(request))
    if "one" in request.GET:
        found = found.filter(pk__in=[uuid_of(request.GET["one"])])
    rows = list(found[:PRINT_MOST])
    context = {
        "sheets": [
            (it, queries.to_whom(it), said)
            for it, said in zip(rows, words_of(rows), strict=True)
        ],
        "more": found.count() - len(rows), "back_url": reverse("scoring:letters"),
    }  # fmt: skip
    return render(request, "scoring/letters_print.html", context)

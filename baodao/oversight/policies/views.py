"""The list of documents, one of them with its steps, its paper, and the page that
everybody reads. Members have light pages of the same."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import Invalid, NotFound
from baodao.oversight.models import Policy
from baodao.oversight.policies import papers, queries, rules, services
from baodao.oversight.policies.forms import FileForm, LinkForm, RepealForm
from baodao.oversight.policies.queries import Wanted
from baodao.people.views.asking import (
    get_only,
    paged,
    path_in,
    places_below,
    require_role,
    word,
    year_in,
)
from baodao.places.forms import apart, refuse
from baodao.ui.forms import Form
from baodao.ui.toast import toast

SAID = {
    "publish": ("发布了", "要签收的每一家都收到了消息。"),
    "drop": ("不发了", ""),
    "next_version": ("新版的草稿好了", "和现行的一版一样，改好再发布。"),
    "repeal": ("废止了", "已告诉收到的每一家。"),
    "remind": ("提醒了没签收的", "一天最多提醒一次。"),
    "attach": ("原件存好了", "加密保存；谁打开过会留下记录。"),
    "sign": ("签收了", "发文单位看得到谁、什么时候签收的。"),
}
MOST = 60  # on a light page


def wanted_of(request: HttpRequest) -> Wanted:
    """The filters of an address; unknown codes count as none."""
    return Wanted(
        text=request.GET.get("q", "")[:40], path=path_in(request, "place"),
        kind=word(request, "kind", rules.KINDS),
        year=str(year_in(request) or ""),
        figure=word(request, "figure", rules.FIGURES),
    )  # fmt: skip


def chips(request: HttpRequest) -> dict[str, Any]:
    """What one may filter by."""
    return {
        "q": request.GET.get("q", "")[:40], "places": places_below(request),
        "kinds": list(rules.KINDS.items()),
        "years": [(str(y), f"{y}年") for y in range(today().year + 1, 2022, -1)],
    }  # fmt: skip


def tab_of(request: HttpRequest, actor: Actor) -> str:
    """The tab of the address, else what waits for one's signature, else what holds."""
    known = queries.tabs_of(actor)
    if asked := word(request, "tab", known):
        return asked
    waiting = "sign" in known and queries.my_receipts(actor).filter(state="waiting")
    return "sign" if waiting and waiting.exists() else "now"


@get_only
def policy_list(request: HttpRequest) -> HttpResponse:
    """By what they are to the reader: to sign, in force, drafts, former ones."""
    actor = require_role(request, "policies.read")
    if actor.role == "member":
        return _member_list(request, actor)
    found = queries.narrowed(queries.readable(actor), wanted_of(request))
    tab, known = tab_of(request, actor), queries.tabs_of(actor)
    counts = {t: queries.in_tab(found, t, actor).count() for t in known}
    page = paged(request, queries.in_tab(found, tab, actor))
    context = {
        **chips(request), "tab": tab, "page": page, "n": counts[tab],
        "tabs": [(t, queries.TABS[t], counts[t]) for t in known],
        "cards": queries.cards(page, actor), "may_new": can(actor, "policies.draft"),
        "filtered": any(request.GET.get(k) for k in ("q", "place", "year", "kind")),
    }  # fmt: skip
    return render(request, "oversight/policies.html", context)


def _member_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    rows = queries.in_tab(queries.readable(actor), "now", actor)[:MOST]
    context = {"cards": queries.cards(rows, actor), "limit": MOST}
    return render(request, "oversight/policies_member.html", context)


@get_only
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = require_role(request, "policies.read")
    return _page(request, actor, queries.policy(actor, pk))


def _page(
    request: HttpRequest, actor: Actor, p: Policy, bad: tuple[str, Form] | None = None
) -> HttpResponse:
    light = actor.role == "member"
    template = "oversight/policy_member.html" if light else "oversight/policy.html"
    context = {
        "p": p, "st": queries.standing(p, today()), "lines": queries.lines(p, actor),
        "files": p.files.defer("body").order_by("added_at"),
        "versions": queries.versions(p, actor), "current": _current(p, actor),
        "receipt": queries.my_receipt(actor, p), "bad": bad and bad[0],
        **({} if light else _desk(request, actor, p, dict([bad]) if bad else {})),
    }  # fmt: skip
    return render(request, template, context, status=422 if bad else 200)


def _current(p: Policy, actor: Actor) -> Policy | None:
    """The version to read instead of one that is over."""
    if p.state != "superseded":
        return None
    newer = [v.it for v in queries.versions(p, actor) if v.it.edition > p.edition]
    return next((v for v in newer if v.state in rules.ISSUED), None)


def _desk(
    request: HttpRequest, actor: Actor, p: Policy, bound: dict[str, Form]
) -> dict[str, Any]:
    """What only a desk sees: the steps, who has read it, what rests on its clauses."""
    events = queries.events(p, actor)
    mine, looks_on = queries.is_own(actor, p), can(actor, "policies.view", p)
    n = queries.numbers(p)
    found = {
        "mine": mine, "events": events, "looks_on": looks_on, "n": n,
        "story": queries.story(p) if looks_on else [],
        "may_link": mine and p.state == "published",
        "may_attach": mine and p.state in ("draft", "published"),
        "planned": len(services.addressees(p)) if "publish" in events else 0,
    }  # fmt: skip
    if looks_on and n["all"]:
        wanted = wanted_of(request)
        page = paged(request, queries.receipts(p, wanted))
        figures = [(k, v, n[k]) for k, v in rules.FIGURES.items() if n[k] or k == "all"]
        found |= {
            "page": page, "figures": figures, "figure": wanted.figure or "all",
            "q": wanted.text, "rows": [(r, rules.RECEIPT_STATES[r.state]) for r in page],
        }  # fmt: skip
    forms = {
        "repeal": "repeal" in events, "attach": found["may_attach"],
        "link": found["may_link"],
    }  # fmt: skip
    shown = [e for e, wanted in forms.items() if wanted]
    return found | {f"{e}_form": apart(bound.get(e) or _form(p, e), e) for e in shown}


def _form(p: Policy, event: str, *data: Any) -> Form:
    if event == "repeal":
        return RepealForm(*data, initial={"on": today()})
    if event == "attach":
        return FileForm(*data)
    numbers = [(str(x.number), x.ordinal) for x in queries.lines(p)]
    whats = [
        (title, [(f"{kind}:{code}", name) for code, name in names])
        for kind, title, names in queries.linkable()
    ]
    return LinkForm(*data, clauses=numbers, whats=whats)


@require_POST
def act(request: HttpRequest, pk: UUID, event: str) -> HttpResponse:
    """Publish, drop, next version, repeal, remind, keep the paper; and sign."""
    if event not in SAID:
        raise NotFound
    actor = require_role(request, "policies.read")
    p = queries.policy(actor, pk)
    if event == "sign":
        return _sign(request, actor, p)
    services.own(actor, p, "draft" if event == "next_version" else event)
    form = None
    if event in ("repeal", "attach"):
        form = _form(p, event, request.POST, request.FILES)
        if not form.is_valid():
            return _page(request, actor, p, (event, form))
    try:
        done = _do(actor, p, event, form.cleaned_data if form else {})
    except Invalid as error:
        if form is None:
            raise
        refuse(form, error)
        return _page(request, actor, p, (event, form))
    toast(request, *SAID[event])
    return redirect("policies:detail", pk=done.id if event == "next_version" else pk)


def _do(actor: Actor, p: Policy, event: str, words: dict[str, Any]) -> Any:
    if event == "attach":
        file = words["file"]
        return papers.attach(
            actor=actor, policy_id=p.pk, name=file.name, data=file.read()
        )
    verb: Any = getattr(services, event)
    return verb(actor=actor, policy_id=p.pk, **words)


def _sign(request: HttpRequest, actor: Actor, p: Policy) -> HttpResponse:
    receipt = queries.my_receipt(actor, p)
    if receipt is None:
        raise NotFound
    services.sign(actor=actor, receipt_id=receipt.pk)
    toast(request, *SAID["sign"])
    return redirect("policies:detail", pk=p.pk)


@require_POST
def link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """That something rests on a clause."""
    actor = require_role(request, "policies.read")
    p = queries.policy(actor, pk)
    services.own(actor, p, "attach")
    form = _form(p, "link", request.POST)
    if form.is_valid():
        kind, code = form.cleaned_data["what"].split(":", 1)
        clause = form.cleaned_data["clause"]
        try:
            papers.link(actor=actor, policy_id=pk, clause=clause, kind=kind, code=code)
            toast(request, "写明了依据", "在那一页也看得到。")
            return redirect(f"{reverse('policies:detail', args=[pk])}#c{clause}")
        except Invalid as error:
            refuse(form, error)
    return _page(request, actor, p, ("link", form))


@require_POST
def unlink(request: HttpRequest, pk: UUID, link_id: UUID) -> HttpResponse:
    """It no longer rests on that clause."""
    actor = require_role(request, "policies.read")
    p = queries.policy(actor, pk)
    services.own(actor, p, "attach")
    papers.unlink(actor=actor, policy_id=p.pk, link_id=link_id)
    toast(request, "去掉了这条依据")
    return redirect("policies:detail", pk=pk)


@require_POST
def file(request: HttpRequest, pk: UUID, file_id: UUID) -> HttpResponse:
    """The document itself; that it was opened is on record."""
    actor = require_role(request, "policies.read")
    p = queries.policy(actor, pk)
    found = papers.open_file(actor=actor, policy_id=p.pk, file_id=file_id)
    answer = HttpResponse(found.body, content_type="application/pdf")
    header = content_disposition_header(True, found.name) or ""
    answer["Content-Disposition"] = header
    answer["Cache-Control"] = "no-store"
    return answer


@get_only
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For the file: the text, and for its issuer who has read it."""
    actor = require_role(request, "policies.read")
    p = queries.policy(actor, pk)
    shown = can(actor, "policies.view", p) and p.state in rules.ISSUED
    context = {
        "p": p, "st": queries.standing(p, today()), "lines": queries.lines(p),
        "n": queries.numbers(p) if shown else None,
        "rows": queries.receipts(p, Wanted()) if shown else [],
        "back_url": reverse("policies:detail", args=[pk]),
    }  # fmt: skip
    return render(request, "oversight/policy_print.html", context)


@get_only
def public(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is marked public, without an account; the paper itself is not."""
    p = queries.public_one(pk)
    newer = Policy.objects.filter(
        line=p.line, edition__gt=p.edition, is_public=True, state__in=rules.ISSUED
    )
    context = {
        "p": p, "st": queries.standing(p, today()), "lines": queries.lines(p),
        "current": newer.order_by("-edition").first() if p.state == "superseded" else None,
    }  # fmt: skip
    return render(request, "oversight/policy_public.html", context)

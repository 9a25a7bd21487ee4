"""Writing a document: its head, its clauses one by one."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.oversight.models import Policy
from baodao.oversight.policies import queries, rules, services
from baodao.oversight.policies.forms import ClauseForm, PolicyForm
from baodao.people.views.asking import form_page, get_or_post, require_desk
from baodao.places.forms import submitted
from baodao.places.models import Place
from baodao.ui.toast import toast

MOVES = ("up", "down", "remove")


def crumbs(p: Policy | None = None) -> list[tuple[str, str]]:
    found = [(reverse("policies:list"), "文件")]
    if p is not None:
        found.append((reverse("policies:detail", args=[p.pk]), p.title))
    return found


def _draft(request: HttpRequest, pk: UUID) -> tuple[Actor, Policy]:
    """One's own draft. Raises NotFound, Forbidden, Conflict."""
    actor = require_desk(request, "policies.edit", "policies.read")
    p = queries.policy(actor, pk)
    services.own(actor, p, "edit")
    rules.FLOW.step(p.state, "edit")
    return actor, p


@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """A draft; nobody is told yet."""
    actor = require_desk(request, "policies.draft", "policies.read")
    return _write(request, actor, None)


@get_or_post
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its head again, before it is published."""
    return _write(request, *_draft(request, pk))


def _write(request: HttpRequest, actor: Actor, p: Policy | None) -> HttpResponse:
    rows = services.scopes(actor.path or "", actor.role).select_related("parent")
    before = p.previous.effective_on if p and p.previous else None
    form = PolicyForm(
        request.POST or None, role=actor.role, before=before,
        scopes=[(x.path, _named(x, actor)) for x in rows], initial=_initial(p, actor),
    )  # fmt: skip

    def do(d: dict[str, Any]) -> Any:
        said = services.Said(**d)
        if p:
            return services.edit(actor=actor, policy_id=p.pk, said=said)
        client_id = request.POST.get("client_id", "")
        return services.draft(actor=actor, said=said, client_id=client_id)

    done = submitted(request, form, do)
    if done:
        toast(request, "草稿存好了", "条款写好、看过再发布。")
        return redirect("policies:detail", pk=done.id)
    title = "改草稿" if p else "起草一份文件"
    note = "先存草稿，再写条款。发布以后不能改，只能出新版。"
    return form_page(request, form, title, crumbs(p), note=note, submit="存草稿")


def _named(place: Place, actor: Actor) -> str:
    if place.path == actor.path:
        return f"{place.name}（全部）"
    above = f"{place.parent.name} · " if place.parent else ""
    return f"{above}{place.name}"


def _initial(p: Policy | None, actor: Actor) -> dict[str, Any]:
    if p is None:
        return {"effective_on": today(), "scope": actor.path}
    names = ("title", "doc_no", "kind", "effective_on", "summary", "text", "to")
    kept = {name: getattr(p, name) for name in (*names, "is_public")}
    return {**kept, "scope": p.scope_path}


@get_or_post
def clause(request: HttpRequest, pk: UUID, key: str = "") -> HttpResponse:
    """A clause more, or one of the draft anew."""
    actor, p = _draft(request, pk)
    found = {c["key"]: c for c in p.drafted}
    if key and key not in found:
        raise NotFound
    units = services.units_in(p).values_list("pk", "name")
    form = ClauseForm(
        request.POST or None, units=[(str(u), name) for u, name in units],
        initial=found.get(key),
    )  # fmt: skip

    def do(_: dict[str, Any]) -> Any:
        return services.write_clause(
            actor=actor, policy_id=p.pk, said=form.said(), key=key
        )

    number = list(found).index(key) + 1 if key else len(found) + 1
    if submitted(request, form, do):
        toast(request, f"{rules.ordinal(number)}写好了")
        return redirect(f"{reverse('policies:detail', args=[p.pk])}#clauses")
    title = f"{'改' if key else '写'}{rules.ordinal(number)}"
    return form_page(request, form, title, crumbs(p), submit="存这一条")


@require_POST
def clause_act(request: HttpRequest, pk: UUID, key: str, event: str) -> HttpResponse:
    """A clause up, down or away."""
    if event not in MOVES:
        raise NotFound
    actor, p = _draft(request, pk)
    services.move_clause(actor=actor, policy_id=p.pk, key=key, event=event)
    return redirect(f"{reverse('policies:detail', args=[p.pk])}#clauses")

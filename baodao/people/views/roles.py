"""Roles and accounts: who is what, until when, and how they sign in."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require, visible
from baodao.core.clock import today
from baodao.core.errors import BaodaoError, Forbidden, Invalid, NotFound
from baodao.core.ids import uuid_of
from baodao.people import queries, roles, services
from baodao.people.checks import years_later
from baodao.people.forms import AccountForm, NewPersonForm, RoleForm
from baodao.people.models import Account, Person, RoleTie
from baodao.people.views.asking import (
    actor_of,
    form_page,
    get_only,
    get_or_post,
    paged,
    require_desk,
    require_role,
    word,
)
from baodao.people.views.units import _ids
from baodao.places.forms import submitted
from baodao.ui.toast import toast

WHEN = {"soon": "60天内到期", "past": "已经结束"}
STATUS = {"first": "还没改初始密码", "disabled": "已停用"}


def wanted_roles(request: HttpRequest) -> queries.RoleFilter:
    """What the address asks for."""
    return queries.RoleFilter(
        text=request.GET.get("q", "")[:40],
        role=word(request, "role", roles.ROLES),
        when=word(request, "when", WHEN),
    )


@get_only
def role_list(request: HttpRequest) -> HttpResponse:
    """Roles in the actor's sight."""
    actor = require_role(request, "roles.view")
    wanted = wanted_roles(request)
    page = paged(request, queries.role_ties(actor, wanted))
    may_end = [
        (
            tie,
            roles.title(tie.role),
            can(actor, "roles.end", tie)
            and roles.may_give(actor.role, tie.role)
            and (tie.valid_to is None or tie.valid_to > today()),
        )
        for tie in page
    ]
    context = {
        "page": page,
        "rows": may_end,
        "q": wanted.text,
        "roles": [(c, r.title) for c, r in roles.ROLES.items() if c != "member"],
        "when": list(WHEN.items()),
        "may_give": can(actor, "roles.give"),
        "may_see_accounts": can(actor, "accounts.view"),
    }
    return render(request, "people/roles.html", context)


@get_or_post
def role_give(request: HttpRequest) -> HttpResponse:
    """Choose or note a person, then the role with its dates."""
    actor = require_desk(request, "roles.give", "roles.view")
    person = _person(request)
    if person is None:
        return _choose(request, "给谁授予角色", "role_give", ("roles", "角色"))
    day = today()
    initial = {
        "valid_from": day,
        "valid_to": years_later(day, 3),
        "unit": actor.unit_id,
    }
    form = RoleForm(request.POST or None, actor=actor, initial=initial)
    done = submitted(
        request,
        form,
        lambda d: services.give_role(
            actor=actor,
            person_id=person.pk,
            **_ids(d, *({"place", "unit"} & set(d))),
            client_id=request.POST.get("client_id", ""),
        ),
    )
    if done:
        name = roles.title(form.cleaned_data["role"])
        toast(request, f"{person.name}现在是{name}。", "没有账号的话，再给开一个。")
        return redirect(reverse("people:roles") + f"?q={person.name}")
    trail = [(reverse("people:roles"), "角色")]
    return form_page(request, form, f"给{person.name}授予角色", trail, submit="授予")


def _person(request: HttpRequest) -> Person | None:
    wanted = uuid_of(request.GET.get("person"))
    found = visible(Person.objects.defer("phone"), actor_of(request), "persons.view")
    person = found.filter(pk=wanted).first() if wanted else None
    if wanted and person is None:
        raise NotFound
    return person


def _choose(
    request: HttpRequest, title: str, target: str, back: tuple[str, str]
) -> HttpResponse:
    """Search for a person, or note a new one; leads on with ?person=."""
    actor, there = actor_of(request), reverse(f"people:{target}")
    text = request.GET.get("q", "")[:40]
    found = queries.persons(actor, text)
    if target == "account_open":
        found = found.filter(account=None)
    form = NewPersonForm(request.POST or None)
    done = submitted(
        request,
        form,
        lambda d: services.add_person(
            actor=actor,
            path=_path_for(request),
            unit_id=actor.unit_id,
            **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )
    if done:
        return redirect(f"{there}?person={done.id}")
    context = {
        "title": title, "q": text, "found": found[:20], "form": form, "target": there,
        "may_add": can(actor, "persons.add"),
        "back": (reverse(f"people:{back[0]}"), back[1]),
    }  # fmt: skip
    return render(request, "people/choose.html", context)


def _path_for(request: HttpRequest) -> str | None:
    """A new person belongs to the actor's place, or to the unit's seat."""
    actor = actor_of(request)
    if actor.unit_id:
        return str(queries.unit(actor, actor.unit_id).path)
    return actor.path


@require_POST
def role_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = visible(RoleTie.objects.all(), actor_of(request), "roles.view").filter(
        pk=pk
    )
    tie = found.select_related("person").first()
    if tie is None:
        raise NotFound
    try:
        services.end_role(actor=actor_of(request), tie_id=pk)
    except Invalid as error:
        toast(request, error.message, tone="late")
    else:
        toast(request, f"{tie.person.name}不再是{roles.title(tie.role)}。")
    return redirect("people:roles")


# --- accounts -------------------------------------------------------------------


@get_only
def account_list(request: HttpRequest) -> HttpResponse:
    """Accounts in the actor's sight. No log-in times are kept (domain 0.1)."""
    actor = require_role(request, "accounts.view")
    text = request.GET.get("q", "")[:40]
    page = paged(
        request, queries.accounts(actor, text, word(request, "status", STATUS))
    )
    rows = [(a, held_roles(a), can(actor, "accounts.reset", a)) for a in page]
    context = {
        "page": page,
        "rows": rows,
        "q": text,
        "statuses": list(STATUS.items()),
        "may_add": can(actor, "accounts.add"),
    }
    return render(request, "people/accounts.html", context)


def held_roles(account: Account) -> str:
    """The roles of an account's person in words, each with its place."""
    ties = account.person.role_ties.all()
    member = ["党员"] if hasattr(account.person, "member") else []
    return "、".join(
        member
        + [
            f"{roles.title(t.role)}（{t.unit or (t.place.name if t.place else '全部地方')}）"
            for t in ties
        ]
    )


@get_or_post
def account_open(request: HttpRequest) -> HttpResponse:
    """Open an account; the one-time password stands on the answer, once."""
    actor = require_desk(request, "accounts.add", "accounts.view")
    person = _person(request)
    if person is None:
        return _choose(request, "给谁开通账号", "account_open", ("accounts", "账号"))
    form = AccountForm(request.POST or None)
    done = submitted(
        request,
        form,
        lambda d: services.open_account(
            actor=actor,
            person_id=person.pk,
            **d,
            client_id=request.POST.get("client_id", ""),
        ),
    )
    if done:
        return _once(
            request, person.name, form.cleaned_data["username"].lower(), done[1]
        )
    trail = [(reverse("people:accounts"), "账号")]
    return form_page(request, form, f"给{person.name}开通账号", trail, submit="开通")


def _once(
    request: HttpRequest, name: str, username: str, password: str
) -> HttpResponse:
    context: dict[str, Any] = {"name": name, "username": username, "password": password}
    answer = render(request, "people/password_once.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _account(request: HttpRequest, pk: UUID) -> Account:
    found = visible(Account.objects.filter(pk=pk), actor_of(request), "accounts.view")
    account = found.select_related("person").first()
    if account is None:
        raise NotFound
    return account


@require_POST
def account_reset(request: HttpRequest, pk: UUID) -> HttpResponse:
    account = _account(request, pk)
    require(actor_of(request), "accounts.reset", account)
    try:
        _, password = services.reset_password(actor=actor_of(request), account_id=pk)
    except Forbidden as error:
        return _refused(request, error)
    return _once(request, account.person.name, account.username, password)


@require_POST
def account_switch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Disable or enable."""
    account = _account(request, pk)
    actor = actor_of(request)
    on = request.POST.get("on") == "1"
    require(actor, "accounts.enable" if on else "accounts.disable", account)
    change = services.enable_account if on else services.disable_account
    try:
        change(actor=actor, account_id=pk)
    except Forbidden as error:
        return _refused(request, error)
    toast(request, f"{account.person.name}的账号已{'启用' if on else '停用'}。")
    return redirect("people:accounts")


def _refused(request: HttpRequest, error: BaodaoError) -> HttpResponse:
    toast(request, error.message, tone="late")
    return redirect("people:accounts")

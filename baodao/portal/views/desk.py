"""Which desk opens, switching between one's roles, and one's own account."""

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.core.errors import Invalid, NotFound
from baodao.people.middleware import SESSION_KEY, key_of
from baodao.people.models import Account
from baodao.people.roles import ROLES
from baodao.people.services.accounts import change_own_password
from baodao.places.forms import refuse
from baodao.portal.forms import PasswordForm
from baodao.portal.nav import frame_of, place_words
from baodao.ui.toast import toast


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where the mark in the corner leads: one's desk, or the public board."""
    return redirect("portal:desk" if request.user.is_authenticated else "portal:board")


@login_required
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The first page of the acting role."""
    return redirect(desk_of(request.actor))  # type: ignore[attr-defined]


def desk_of(actor: Actor) -> str:
    """The address of a role's desk: its list of orders, its members' home, or for
    roles without business data the accounts."""
    role = ROLES.get(actor.role)
    kind = role.desk if role else ""
    first = {"unit": "orders:unit", "member": "portal:member"}.get(kind)
    if first is None and kind == "staff" and can(actor, "orders.view"):
        first = "orders:list"
    if first is None and kind == "admin" and can(actor, "accounts.view"):
        first = "people:accounts"
    try:
        return reverse(first or "portal:account")
    except NoReverseMatch:
        return reverse("portal:account")


@login_required
@require_POST
def switch_role(request: HttpRequest) -> HttpResponse:
    """An explicit switch on screen (domain 8.38); only to a role one holds."""
    wanted = request.POST.get("role", "")
    held = {key_of(a): a for a in request.actors}  # type: ignore[attr-defined]
    if wanted not in held:
        raise NotFound("您现在没有这个身份。请刷新页面再看。")
    request.session[SESSION_KEY] = wanted
    actor = held[wanted]
    toast(request, f"现在的身份是{ROLES[actor.role].title}", place_words(actor))
    return redirect(desk_of(actor))


@login_required
@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """我的账号: who I am here, my roles, password and second factor."""
    held = list(request.actors)  # type: ignore[attr-defined]
    context = {
        "roles": [(ROLES[a.role].title, place_words(a)) for a in held],
        "user": request.user,
        **frame_of(request.actor),  # type: ignore[attr-defined]
    }
    return render(request, "portal/account.html", context)


@login_required
@never_cache
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other sessions of the old one end."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actor: Actor = request.actor  # type: ignore[attr-defined]
            change_own_password(
                actor=actor, old=form.cleaned_data["old"], new=form.cleaned_data["new"]
            )
        except Invalid as error:
            refuse(form, error)
        else:
            user = request.user
            assert isinstance(user, Account)
            user.refresh_from_db()
            update_session_auth_hash(request, user)
            toast(request, "密码改好了", "别处登录的会退出。")
            return redirect("portal:account")
    status = 422 if form.errors else 200
    context = {"form": form, **frame_of(request.actor)}  # type: ignore[attr-defined]
    return render(request, "portal/password.html", context, status=status)

"""Signing in and out. Residents are told they need no account."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from baodao.core.errors import NotFound
from baodao.people.middleware import SESSION_KEY
from baodao.people.models import Account
from baodao.portal.demo.accounts import DEMO_ACCOUNTS, USERNAMES

BACKEND = "baodao.people.auth.PhoneOrNameBackend"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """By phone or account name; a second factor, where one is set up, comes next."""
    if request.user.is_authenticated:
        return redirect(_next(request))
    typed = request.POST.get("username", "").strip()
    error = ""
    if request.method == "POST":
        password = request.POST.get("password", "")
        if not typed or not password:
            error = "请把账号和密码都填上。"
        else:
            user = authenticate(request, username=typed, password=password)
            if isinstance(user, Account):
                entry = Login(
                    user=user, redirect_url=_next(request), email_verification="none"
                )
                return perform_password_login(request, {"username": typed}, entry)
            left = settings.AXES_FAILURE_LIMIT - AxesProxyHandler.get_failures(
                request, {"username": typed}
            )
            error = f"手机号和密码对不上。请再输一次，还可试 {max(left, 0)} 次。"
    context = {
        "typed": typed,
        "error": error,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "tiles": DEMO_ACCOUNTS if settings.DEMO else (),
    }
    return render(request, "portal/sign_in.html", context, status=422 if error else 200)


def _next(request: HttpRequest) -> str:
    """Where to go afterwards; only inside this site."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if wanted and safe else settings.LOGIN_REDIRECT_URL


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """退出登录."""
    logout(request)
    return redirect("portal:board")


@require_POST
def demo(request: HttpRequest, username: str) -> HttpResponse:
    """One click per role, in demo mode only and only into the demo's own accounts."""
    if not settings.DEMO or username not in USERNAMES:
        raise NotFound
    account = Account.objects.filter(username=username, is_active=True).first()
    if account is None:
        raise NotFound("演示数据还没有装好。请稍等一会儿再试。")
    request.session.flush()
    login(request, account, backend=BACKEND)
    request.session.pop(SESSION_KEY, None)
    return redirect(settings.LOGIN_REDIRECT_URL)

"""The first-run page of an empty deployment."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from baodao.core.errors import Invalid, NotFound, TooMany
from baodao.core.limits import address_of, count_try, tries
from baodao.people.models import Account
from baodao.places.forms import refuse
from baodao.portal.forms import SetupForm
from baodao.portal.setup import at_the_machine, make_first_admin, needed, token_fits
from baodao.portal.views.entry import BACKEND
from baodao.ui.toast import toast

WRONG_TOKENS = 10


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Only while there is no account at all; afterwards this page does not exist."""
    if not needed():
        raise NotFound
    here = at_the_machine(request)
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _trusted(request, form, here):
        wanted = form.cleaned_data
        try:
            made = make_first_admin(
                name=wanted["name"], username=wanted["username"],
                password=wanted["new"], trusted=True,
            )  # fmt: skip
        except Invalid as error:
            refuse(form, error)
        else:
            login(request, Account.objects.get(pk=made), backend=BACKEND)
            toast(request, "系统管理员建好了", "接下来登记地方，再给同事开账号。")
            return redirect("portal:desk")
    status = 422 if form.errors else 200
    return render(
        request, "portal/setup.html", {"form": form, "here": here}, status=status
    )


def _trusted(request: HttpRequest, form: SetupForm, here: bool) -> bool:
    if here:
        return True
    who = address_of(request)
    if tries("setup", who, 10) >= WRONG_TOKENS:
        raise TooMany("口令试的次数有点多。请过 10 分钟再试。")
    if token_fits(form.cleaned_data["token"]):
        return True
    count_try("setup", who, 10)
    form.add_error("token", "口令不对。它在启动时显示的文字里，只能用一次。")
    return False

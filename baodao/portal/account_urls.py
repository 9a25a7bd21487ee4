"""The second factor, by allauth under our own look. Names are allauth's own, so
they stand outside the portal's namespace."""

from allauth.account.views import reauthenticate
from django.urls import include, path
from django.views.generic import RedirectView

from baodao.portal.views import entry

urlpatterns = [
    path(
        "login/",
        RedirectView.as_view(pattern_name="portal:sign_in"),
        name="account_login",
    ),
    path("logout/", entry.sign_out, name="account_logout"),
    path("reauthenticate/", reauthenticate, name="account_reauthenticate"),
    path("two-factor/", include("allauth.mfa.urls")),
]

"""Routes of visits: staff, member, unit, household."""

from django.urls import path

from baodao.pairings.views import (
    visits,
    visits_amend,
    visits_home,
    visits_member,
    visits_missing,
    visits_unit,
)

urlpatterns = [
    # staff
    path("visits/", visits.index, name="visits"),
    path("visits/missing/", visits_missing.missing, name="visits_missing"),
    path("visits/missing/act/", visits_missing.act, name="visits_decide"),
    path("visits/paper/", visits.choose, name="visit_choose"),
    path("visits/paper/<uuid:pairing_id>/", visits.new, name="visit_new"),
    path("visits/ask/<uuid:pairing_id>/", visits.ask, name="visit_ask"),
    path("visits/sheet/", visits_unit.sheet, name="visit_sheet"),
    path("visits/card/<uuid:pairing_id>/", visits_unit.card, name="visit_card"),
    path("visits/<uuid:visit_id>/", visits.detail, name="visit"),
    path("visits/<uuid:visit_id>/amend/", visits_amend.amend, name="visit_amend"),
    path("visits/<uuid:visit_id>/<slug:event>/", visits.act, name="visit_act"),
    # unit
    path("visits/unit/", visits_unit.index, name="unit_visits"),
    # member
    path("visits/mine/", visits_member.mine, name="my_visits"),
    path("visits/mine/<uuid:pairing_id>/", visits_member.new, name="my_visit_new"),
    path(
        "visits/mine/<uuid:pairing_id>/contact/",
        visits_member.contact,
        name="visit_contact",
    ),
    path(
        "visits/mine/<uuid:pairing_id>/cannot/",
        visits_member.cannot,
        name="visit_cannot",
    ),
    path(
        "visits/receipt/<uuid:visit_id>/", visits_member.receipt, name="visit_receipt"
    ),
    path("visits/duty/<uuid:duty_id>/", visits_member.by_duty, name="visit_duty"),
    # household, without an account
    path("visits/code/", visits_home.code, name="visit_code"),
    path("visits/c/<str:tap_token>/", visits_home.tap, name="visit_tap"),
    path("visits/h/<str:home_token>/", visits_home.home, name="visit_home"),
    path(
        "visits/h/<str:home_token>/<slug:event>/",
        visits_home.home_act,
        name="visit_home_act",
    ),
]

"""All pages of pairings."""

from django.urls import URLPattern, URLResolver, path

from baodao.pairings import visits_urls
from baodao.pairings.views import choose, hold, home, member, paper, plans, runs, staff

app_name = "pairings"
bonds: list[URLPattern | URLResolver] = [
    path("", staff.pairing_list, name="list"),
    path("my/", member.mine, name="mine"),
    path("ask/", staff.ask_many, name="ask_many"),
    path("coverage/", staff.coverage, name="coverage"),
    path("suggest/", choose.suggest, name="suggest"),
    path("plans/", plans.compute, name="plan_compute"),
    path("plans/<uuid:pk>/", plans.plan_page, name="plan"),
    path("plans/<uuid:pk>/confirm/", plans.confirm, name="plan_confirm"),
    path("plans/<uuid:pk>/drop/", plans.drop, name="plan_drop"),
    path("plans/<uuid:pk>/ask/", plans.ask, name="plan_ask"),
    path("pairs/<uuid:pk>/change/", plans.change, name="pair_change"),
    path("pairs/<uuid:pk>/leave-out/", plans.leave_out, name="pair_leave_out"),
    path("pairs/<uuid:pk>/put-back/", plans.put_back, name="pair_put_back"),
    path("runs/", runs.runs, name="runs"),
    path("runs/<uuid:pk>/", runs.run_page, name="run"),
    path("runs/<uuid:pk>/confirm/", runs.confirm, name="run_confirm"),
    path("runs/<uuid:pk>/drop/", runs.drop, name="run_drop"),
    path("households/<uuid:household_id>/", choose.propose, name="propose"),
    path("estates/<uuid:pk>/", choose.pair_estate, name="pair_estate"),
    path("estates/<uuid:pk>/end/", staff.end_estate, name="end_estate"),
    path("apart/<uuid:pk>/remove/", staff.unset_apart, name="unset_apart"),
    path("h/<slug:token>/", home.home, name="home"),
    path("h/<slug:token>/<slug:event>/", home.act, name="home_act"),
    path("<uuid:pairing_id>/", staff.detail, name="detail"),
    path("<uuid:pairing_id>/hold/", hold.hold, name="hold"),
    path("<uuid:pairing_id>/apart/", staff.set_apart, name="set_apart"),
    path("<uuid:pairing_id>/reveal/", staff.reveal, name="reveal"),
    path("<uuid:pairing_id>/hand-over/", choose.hand_over, name="hand_over"),
    path("<uuid:pairing_id>/form/", paper.consent_form, name="consent_form"),
    path("<uuid:pairing_id>/<slug:event>/", staff.act, name="act"),
]
urlpatterns = [*bonds, *visits_urls.urlpatterns]

"""Pages of deductions and appeals; `urls.py` includes them."""

from django.urls import path

from baodao.scoring.views import appeals, deductions, merits

urlpatterns = [
    path("deductions/", deductions.deduction_list, name="deductions"),
    path("deductions/mine/", deductions.my_deductions, name="my_deductions"),
    path("deductions/new/", deductions.new, name="deduction_new"),
    path(
        "deductions/new/<slug:subject>/<uuid:pk>/",
        deductions.new_form,
        name="deduction_form",
    ),
    path("deductions/bulk/", deductions.bulk, name="deduction_bulk"),
    path("deductions/<uuid:pk>/", deductions.detail, name="deduction"),
    path("deductions/<uuid:pk>/print/", deductions.paper, name="deduction_print"),
    path(
        "deductions/<uuid:pk>/act/<slug:event>/", deductions.act, name="deduction_act"
    ),
    path("merits/", merits.merit_list, name="merits"),
    path("merits/new/", merits.new, name="merit_new"),
    path("merits/new/<slug:subject>/<uuid:pk>/", merits.new_form, name="merit_form"),
    path("merits/roles/", merits.roles, name="merit_roles"),
    path("merits/confirm/", merits.confirm, name="merit_confirm"),
    path("merits/<uuid:pk>/refuse/", merits.refuse, name="merit_refuse"),
    path("appeals/", appeals.appeal_list, name="appeals"),
    path("appeals/new/<slug:kind>/<uuid:pk>/", appeals.new, name="appeal_new"),
    path("appeals/<uuid:pk>/", appeals.detail, name="appeal"),
    path("appeals/<uuid:pk>/act/<slug:event>/", appeals.act, name="appeal_act"),
    path("appeals/<uuid:pk>/print/<slug:what>/", appeals.paper, name="appeal_print"),
]

from django.urls import path

from baodao.allocation.views import pairs, plans

app_name = "allocation"
urlpatterns = [
    path("", plans.index, name="index"),
    path("new/", plans.new, name="new"),
    path("layout/", plans.layout_page, name="layout"),
    path("<uuid:pk>/", plans.plan_page, name="plan"),
    path("<uuid:pk>/units/", plans.units, name="units"),
    path("<uuid:pk>/recompute/", plans.recompute, name="recompute"),
    path("<uuid:pk>/commit/", plans.commit, name="commit"),
    path("<uuid:pk>/drop/", plans.drop, name="drop"),
    path("<uuid:pk>/print/", plans.print_plan, name="print"),
    path("pairs/<uuid:pk>/override/", pairs.override, name="override"),
    path("pairs/<uuid:pk>/undo/", pairs.undo, name="undo"),
    path("pairs/<uuid:pk>/lock/", pairs.lock, name="lock"),
    path("pairs/<uuid:pk>/unlock/", pairs.unlock, name="unlock"),
]

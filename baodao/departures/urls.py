from django.urls import path

from baodao.departures import views

app_name = "departures"
urlpatterns = [
    path("units/<uuid:pk>/", views.end_unit, name="unit"),
    path("members/<uuid:pk>/transfer/", views.transfer, name="transfer"),
    path("members/<uuid:pk>/retire/", views.retire, name="retire"),
    path("members/<uuid:pk>/retire/cancel/", views.retire_cancel, name="retire_cancel"),
    path("members/<uuid:pk>/leave/", views.leave, name="leave"),
]

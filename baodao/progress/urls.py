"""All pages of progress."""

from django.urls import path

from baodao.progress import views

app_name = "progress"
urlpatterns = [
    path("", views.index, name="list"),
    path("mine/", views.mine, name="mine"),
    path("uncovered/", views.gaps, name="gaps"),
    path("units/<uuid:pk>/", views.unit, name="unit"),
    path("members/<uuid:pk>/", views.member, name="member"),
]

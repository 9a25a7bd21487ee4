"""All pages of duties."""

from django.urls import path

from baodao.duties import views

app_name = "duties"
urlpatterns = [
    path("", views.index, name="list"),
    path("<uuid:pk>/", views.duty, name="duty"),
    path("<uuid:pk>/do/<slug:event>/", views.do, name="do"),
]

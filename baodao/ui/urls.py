"""One address: how pages are shown."""

from django.urls import path

from baodao.ui.display import display

app_name = "ui"
urlpatterns = [path("display/", display, name="display")]

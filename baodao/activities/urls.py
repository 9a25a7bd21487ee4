"""All pages of activities."""

from django.urls import path
from baodao.core.health import healthz

app_name = "activities"
urlpatterns = [path("<uuid:pk>/", healthz, name="detail")]

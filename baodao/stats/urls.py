"""Routes of the figures."""

from django.urls import path

from baodao.stats import views

app_name = "stats"
urlpatterns = [
    path("orders/", views.order_figures, name="orders"),
    path("orders/list/", views.order_list, name="orders_list"),
]

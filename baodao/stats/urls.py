"""Routes of the figures."""

from django.urls import path

from baodao.stats import views, views_activities

app_name = "stats"
urlpatterns = [
    path("orders/", views.order_figures, name="orders"),
    path("orders/list/", views.order_list, name="orders_list"),
    path("activities/", views_activities.activity_figures, name="activities"),
    path("activities/list/", views_activities.activity_list, name="activities_list"),
]

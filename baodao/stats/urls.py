"""Routes of the figures."""

from django.urls import path

from baodao.stats import views, views_activities, views_participation

app_name = "stats"
urlpatterns = [
    path("orders/", views.order_figures, name="orders"),
    path("orders/list/", views.order_list, name="orders_list"),
    path("activities/", views_activities.activity_figures, name="activities"),
    path("activities/list/", views_activities.activity_list, name="activities_list"),
    path(
        "participation/",
        views_participation.participation_figures,
        name="participation",
    ),
]

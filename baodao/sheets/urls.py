"""Routes of imports and exports."""

from django.urls import path

from baodao.sheets import views

app_name = "sheets"
urlpatterns = [
    path("imports/", views.runs, name="runs"),
    path("imports/template/<slug:sheet>/", views.template, name="template"),
    path("imports/<uuid:run_id>/", views.run, name="run"),
    path("imports/<uuid:run_id>/progress/", views.progress, name="progress"),
    path("imports/<uuid:run_id>/fix/", views.fix, name="fix"),
    path("imports/<uuid:run_id>/load/", views.load, name="load"),
    path("imports/<uuid:run_id>/drop/", views.drop, name="drop"),
    path("imports/<uuid:run_id>/marked/", views.marked_table, name="marked"),
    path("exports/", views.export_list, name="exports"),
    path("exports/<slug:code>/", views.export, name="export"),
]

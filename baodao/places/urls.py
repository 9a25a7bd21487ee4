from django.urls import path

from baodao.places.views import changes, decided, homes, tree

app_name = "places"
urlpatterns = [
    path("", tree.browse, name="browse"),
    path("first/", tree.first, name="first"),
    path("search/", tree.search, name="search"),
    path("settings/", decided.settings, name="settings"),
    path("settings/<str:key>/", decided.setting, name="setting"),
    path("settings/<str:key>/remove/", decided.remove_setting, name="setting_remove"),
    path("calendar/", decided.work_calendar, name="calendar"),
    path("calendar/<uuid:pk>/remove/", decided.remove_day, name="day_remove"),
    path("pauses/", decided.pauses, name="pauses"),
    path("pauses/<uuid:pk>/end/", decided.end_pause, name="pause_end"),
    path("changes/", changes.changes, name="changes"),
    path("changes/new/", changes.change_new, name="change_new"),
    path("changes/<uuid:pk>/", changes.change, name="change"),
    path("changes/<uuid:pk>/codes/", changes.change_codes, name="change_codes"),
    path("changes/<uuid:pk>/assign/", changes.change_assign, name="change_assign"),
    path("changes/<uuid:pk>/start/", changes.change_start, name="change_start"),
    path("changes/<uuid:pk>/drop/", changes.change_drop, name="change_drop"),
    path("<uuid:pk>/", tree.detail, name="detail"),
    path("<uuid:pk>/add/", tree.add, name="add"),
    path("<uuid:pk>/add-official/", tree.add_official, name="add_official"),
    path("<uuid:pk>/edit/", tree.edit, name="edit"),
    path("<uuid:pk>/close/", tree.close, name="close"),
    path("<uuid:pk>/point/", tree.point, name="point"),
    path("<uuid:pk>/estate/", tree.estate, name="estate"),
    path("<uuid:pk>/add-household/", homes.add, name="household_add"),
    path("<uuid:pk>/household/", homes.household, name="household"),
    path("<uuid:pk>/household/edit/", homes.edit, name="household_edit"),
    path("<uuid:pk>/household/reveal/", homes.reveal, name="household_reveal"),
]

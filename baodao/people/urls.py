from django.urls import path

from baodao.people.views import members, residents, retention, roles, units

app_name = "people"
urlpatterns = [
    path("retention/", retention.page, name="retention"),
    path("retention/<uuid:pk>/release/", retention.release, name="retention_release"),
    path("units/", units.unit_list, name="units"),
    path("units/add/", units.unit_add, name="unit_add"),
    path("units/<uuid:pk>/", units.unit, name="unit"),
    path("units/<uuid:pk>/edit/", units.unit_edit, name="unit_edit"),
    path("units/<uuid:pk>/rename/", units.unit_rename, name="unit_rename"),
    path("units/<uuid:pk>/orgs/add/", units.org_add, name="org_add"),
    path("orgs/<uuid:pk>/edit/", units.org_edit, name="org_edit"),
    path("units/<uuid:pk>/ties/add/", units.tie_add, name="tie_add"),
    path("ties/<uuid:pk>/end/", units.tie_end, name="tie_end"),
    path("members/", members.member_list, name="members"),
    path("members/add/", members.member_add, name="member_add"),
    path("members/<uuid:pk>/", members.member, name="member"),
    path("members/<uuid:pk>/edit/", members.member_edit, name="member_edit"),
    path("members/<uuid:pk>/contact/", members.member_contact, name="member_contact"),
    path("members/<uuid:pk>/reveal/", members.member_reveal, name="member_reveal"),
    path("members/<uuid:pk>/status/", members.member_status, name="member_status"),
    path("members/<uuid:pk>/exempt/", members.exemption_add, name="exemption_add"),
    path("exemptions/<uuid:pk>/end/", members.exemption_end, name="exemption_end"),
    path("residents/", residents.resident_list, name="residents"),
    path("residents/add/", residents.resident_add, name="resident_add"),
    path("residents/<uuid:pk>/", residents.resident, name="resident"),
    path("residents/<uuid:pk>/edit/", residents.resident_edit, name="resident_edit"),
    path(
        "residents/<uuid:pk>/reveal/", residents.resident_reveal, name="resident_reveal"
    ),
    path("roles/", roles.role_list, name="roles"),
    path("roles/give/", roles.role_give, name="role_give"),
    path("roles/<uuid:pk>/end/", roles.role_end, name="role_end"),
    path("accounts/", roles.account_list, name="accounts"),
    path("accounts/open/", roles.account_open, name="account_open"),
    path("accounts/<uuid:pk>/reset/", roles.account_reset, name="account_reset"),
    path("accounts/<uuid:pk>/switch/", roles.account_switch, name="account_switch"),
]

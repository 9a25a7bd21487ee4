"""Routes of report-in."""

from django.urls import path

from baodao.reporting.views import behalf, figures, member, sheets, staff, unit

app_name = "reporting"
urlpatterns = [
    path("", staff.report_in_list, name="list"),
    path("new/", member.new, name="new"),
    path("my/", member.my, name="my"),
    path("unit/new/", unit.new, name="new_unit"),
    path("on-behalf/", behalf.on_behalf, name="on_behalf"),
    path("coverage/", figures.coverage_page, name="coverage"),
    path("blank/<slug:sheet>/", sheets.blank, name="blank"),
    path("<uuid:report_in_id>/", staff.detail, name="detail"),
    path("of-duty/<uuid:pk>/", staff.of_duty, name="of_duty"),
    path("<uuid:report_in_id>/edit/", unit.edit, name="edit"),
    path("<uuid:report_in_id>/move/", staff.move, name="move"),
    path("<uuid:report_in_id>/print/", sheets.print_sheet, name="print"),
    path("<uuid:report_in_id>/<slug:event>/", staff.act, name="act"),
]

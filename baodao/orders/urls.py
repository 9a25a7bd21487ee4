"""Routes of orders: staff, unit, member, resident."""

from django.urls import path

from baodao.orders.views import member, resident, staff, unit

app_name = "orders"
urlpatterns = [
    # staff
    path("", staff.order_list, name="list"),
    path("new/", staff.new, name="new"),
    path("similar/", staff.similar, name="similar"),
    path("bulk/", staff.bulk, name="bulk"),
    path("look-up/", staff.look_up, name="look_up"),
    path("<uuid:order_id>/", staff.detail, name="detail"),
    path("<uuid:order_id>/slip/", staff.slip, name="slip"),
    path("<uuid:order_id>/reveal/<slug:field>/", staff.reveal, name="reveal"),
    path("<uuid:order_id>/looked/", staff.looked, name="looked"),
    path("<uuid:order_id>/ask/<slug:event>/", staff.ask, name="ask"),
    path("<uuid:order_id>/act/<slug:event>/", staff.act, name="act"),
    # unit
    path("unit/", unit.order_list, name="unit"),
    path("unit/<uuid:order_id>/", unit.detail, name="unit_order"),
    path("unit/<uuid:order_id>/<slug:event>/", unit.act, name="unit_act"),
    # member
    path("mine/", member.order_list, name="mine"),
    path("mine/<uuid:order_id>/", member.detail, name="my_order"),
    path("mine/<uuid:order_id>/<slug:event>/", member.act, name="my_act"),
    path("pool/", member.pool, name="pool"),
    path("pool/<uuid:order_id>/claim/", member.claim, name="claim"),
    # resident, without an account
    path("wish/", resident.place, name="wish"),
    path("wish/placed/<str:token>/", resident.placed, name="placed"),
    path("find/", resident.find, name="find"),
    path("t/<str:token>/", resident.follow, name="follow"),
    path("t/<str:token>/<slug:event>/", resident.act, name="resident_act"),
]

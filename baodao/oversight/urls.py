"""All pages of oversight."""

from django.urls import path

from baodao.oversight.views import directives, items

app_name = "oversight"
urlpatterns = [
    path("", directives.directive_list, name="directives"),
    path("new/", directives.new, name="directive_new"),
    path("<uuid:pk>/", directives.detail, name="directive"),
    path("<uuid:pk>/edit/", directives.edit, name="directive_edit"),
    path("<uuid:pk>/choose/", directives.choose, name="directive_choose"),
    path("<uuid:pk>/print/", directives.paper, name="directive_print"),
    path("<uuid:pk>/act/<slug:event>/", directives.act, name="directive_act"),
    path("items/", items.item_list, name="items"),
    path("items/<uuid:pk>/", items.item, name="item"),
    path("items/<uuid:pk>/pass-on/", items.pass_on, name="item_pass_on"),
    path("items/<uuid:pk>/act/<slug:event>/", items.act, name="item_act"),
    path("duties/<uuid:pk>/", items.duty, name="duty"),
]

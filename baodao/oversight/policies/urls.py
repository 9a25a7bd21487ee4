"""All pages of the register of documents."""

from django.urls import path

from baodao.oversight.policies import drafting, views

app_name = "policies"
urlpatterns = [
    path("", views.policy_list, name="list"),
    path("new/", drafting.new, name="new"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/edit/", drafting.edit, name="edit"),
    path("<uuid:pk>/print/", views.paper, name="print"),
    path("<uuid:pk>/public/", views.public, name="public"),
    path("<uuid:pk>/clauses/new/", drafting.clause, name="clause_new"),
    path("<uuid:pk>/clauses/<slug:key>/", drafting.clause, name="clause"),
    path(
        "<uuid:pk>/clauses/<slug:key>/<slug:event>/", drafting.clause_act,
        name="clause_act",
    ),
    path("<uuid:pk>/links/", views.link, name="link"),
    path("<uuid:pk>/links/<uuid:link_id>/remove/", views.unlink, name="unlink"),
    path("<uuid:pk>/files/<uuid:file_id>/", views.file, name="file"),
    path("<uuid:pk>/act/<slug:event>/", views.act, name="act"),
]  # fmt: skip

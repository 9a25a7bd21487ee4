"""All pages of scoring."""

from django.urls import path

from baodao.scoring import urls_complaints, urls_evaluation, urls_health
from baodao.scoring.urls_deductions import urlpatterns as due_process
from baodao.scoring.views import cards, rules

app_name = "scoring"
urlpatterns = [
    path("", cards.card_list, name="cards"),
    path("mine/", cards.mine, name="mine"),
    path("cards/<uuid:pk>/", cards.detail, name="card"),
    path("cards/<uuid:pk>/print/", cards.paper, name="card_print"),
    path("rules/", rules.rule_list, name="rules"),
    path("rules/new/", rules.new, name="rules_new"),
    path("rules/<uuid:pk>/", rules.rule_set, name="rule_set"),
    path("rules/<uuid:pk>/edit/", rules.edit, name="rule_set_edit"),
    path("rules/<uuid:pk>/what-if/", rules.what_if, name="what_if"),
    path("rules/<uuid:pk>/rules/new/", rules.rule_new, name="rule_new"),
    path("rules/<uuid:pk>/rules/<uuid:rule_pk>/", rules.rule, name="rule"),
    path("rules/<uuid:pk>/act/<slug:event>/", rules.act, name="rule_set_act"),
    *urls_health.urlpatterns,
    *due_process,
    *urls_complaints.urlpatterns,
    *urls_evaluation.urlpatterns,
]

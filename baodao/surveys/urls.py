"""All pages of surveys."""

from django.urls import path

from baodao.surveys.views import build, desk, enter, look

app_name = "surveys"
urlpatterns = [
    path("", desk.survey_list, name="list"),
    path("new/", desk.new, name="new"),
    path("<uuid:pk>/", desk.detail, name="detail"),
    path("<uuid:pk>/edit/", desk.edit, name="edit"),
    path("<uuid:pk>/extend/", desk.extend, name="extend"),
    path("<uuid:pk>/act/<slug:event>/", desk.act, name="act"),
    path("<uuid:pk>/questions/", build.questions, name="questions"),
    path("<uuid:pk>/questions/<slug:key>/", build.question, name="question"),
    path(
        "<uuid:pk>/questions/<slug:key>/<slug:event>/", build.question_act,
        name="question_act",
    ),
    path("<uuid:pk>/homes/", enter.left, name="left"),
    path("<uuid:pk>/homes/<uuid:home>/", enter.fill, name="fill"),
    path("<uuid:pk>/homes/<uuid:home>/reveal/", enter.reveal, name="reveal"),
    path("<uuid:pk>/paper/", enter.paper, name="paper"),
    path("<uuid:pk>/results/", look.answers, name="results"),
    path("<uuid:pk>/places/", look.places, name="places"),
    path("<uuid:pk>/words/", look.words, name="words"),
    path("<uuid:pk>/needs/", look.needs, name="needs"),
    path("<uuid:pk>/changes/", look.changes, name="changes"),
    path("sheets/<uuid:pk>/", enter.sheet, name="sheet"),
]  # fmt: skip

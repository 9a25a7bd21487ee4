"""All pages of scoring."""

from django.urls import path

from baodao.scoring.views import cards

app_name = "scoring"
urlpatterns = [
    path("", cards.card_list, name="cards"),
    path("mine/", cards.mine, name="mine"),
    path("cards/<uuid:pk>/", cards.detail, name="card"),
    path("cards/<uuid:pk>/print/", cards.paper, name="card_print"),
]

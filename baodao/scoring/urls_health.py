"""Summaries, letters, checks, praise, samples, participation."""

from django.urls import path

from baodao.scoring.views import checkups, draws, letters, praise, quarters

urlpatterns = [
    path("checkups/", checkups.checkups, name="checkups"),
    path("checkups/mine/", checkups.mine, name="my_checkup"),
    path("checkups/<uuid:pk>/", checkups.checkup, name="checkup"),
    path("quarters/", quarters.quarters, name="quarters"),
    path("quarters/report/", quarters.report, name="report"),
    path("quarters/of/<uuid:pk>/", quarters.duty, name="quarter_duty"),
    path("quarters/<str:key>/", quarters.quarter, name="quarter"),
    path("quarters/<str:key>/close/", quarters.close, name="quarter_close"),
    path("letters/", letters.letters, name="letters"),
    path("letters/print/", letters.paper, name="letters_print"),
    path("letters/idle/", quarters.idle, name="idle"),
    path("letters/urge/", quarters.urge, name="urge"),
    path("letters/<uuid:pk>/", letters.letter, name="letter"),
    path("letters/<uuid:pk>/<slug:event>/", letters.act, name="letter_act"),
    path("praise/", praise.praise, name="praise"),
    path("praise/poster/", praise.poster, name="praise_poster"),
    path("praise/<uuid:pk>/withdraw/", praise.withdraw, name="praise_withdraw"),
    path("samples/", draws.samples, name="samples"),
    path("samples/draws/", draws.draws, name="draws"),
    path("samples/same-hand/", draws.patterns, name="patterns"),
    path("samples/<uuid:pk>/", draws.sample, name="sample"),
]

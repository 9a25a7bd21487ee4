"""Pages of the yearly evaluation, its cards and what is taken out of them."""

from django.urls import path

from baodao.scoring.views import checking, evaluations, extracting, feedback, printing

urlpatterns = [
    path("evaluations/", evaluations.evaluation_list, name="evaluations"),
    path("evaluations/mine/", evaluations.my_evaluations, name="my_evaluations"),
    path("evaluations/open/", evaluations.open_round, name="round_open"),
    path("evaluations/rounds/<uuid:pk>/meeting/", evaluations.meeting, name="meeting"),
    path("evaluations/rounds/<uuid:pk>/quiet/", evaluations.quiet, name="quiet"),
    path(
        "evaluations/rounds/<uuid:pk>/act/<slug:event>/", evaluations.round_act,
        name="round_act",
    ),
    path("evaluations/<uuid:pk>/", evaluations.detail, name="evaluation"),
    path(
        "evaluations/<uuid:pk>/act/<slug:event>/", evaluations.act, name="evaluation_act"
    ),
    path("feedback/received/", feedback.received, name="received"),
    path("feedback/sent/", feedback.sent, name="sent"),
    path("feedback/receive/", feedback.receive, name="receive"),
    path("feedback/filing/", feedback.filing, name="filing"),
    path("feedback/file/", feedback.file, name="file"),
    path("feedback/<uuid:pk>/", feedback.card, name="feedback"),
    path("feedback/<uuid:pk>/change/", feedback.change, name="feedback_change"),
    path("feedback/<uuid:pk>/pdf/", printing.pdf, name="feedback_pdf"),
    path("feedback/deliveries/<uuid:pk>/hand/", feedback.hand_over, name="hand_over"),
    path("feedback/deliveries/<uuid:pk>/receipt/", feedback.receipt, name="receipt"),
    path("feedback/print/", printing.start, name="print_start"),
    path("feedback/print/<uuid:pk>/", printing.run, name="print_run"),
    path("feedback/print/<uuid:pk>/file/", printing.file, name="print_file"),
    path("grades/", feedback.grades, name="grades"),
    path("check/", checking.check, name="check"),
    path("extracts/", extracting.extract_list, name="extracts"),
    path("extracts/new/", extracting.new, name="extract_new"),
    path("extracts/<uuid:pk>/", extracting.detail, name="extract"),
    path("extracts/<uuid:pk>/<slug:how>/", extracting.look, name="extract_look"),
]  # fmt: skip

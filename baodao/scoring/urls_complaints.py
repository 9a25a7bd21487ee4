"""Pages of complaints; `urls.py` includes them."""

from django.urls import path

from baodao.scoring.views import complaining, complaints

urlpatterns = [
    path("complaints/", complaints.complaint_list, name="complaints"),
    path("complaints/new/", complaints.new, name="complaint_new"),
    path("complaints/write/<str:place>/", complaining.write, name="complain"),
    path("complaints/look/", complaining.look, name="complaint_look"),
    path("complaints/follow/<str:token>/", complaining.follow, name="complaint_follow"),
    path("complaints/<uuid:pk>/", complaints.detail, name="complaint"),
    path("complaints/<uuid:pk>/name/", complaints.name, name="complaint_name"),
    path("complaints/<uuid:pk>/reveal/", complaints.reveal, name="complaint_reveal"),
    path(
        "complaints/<uuid:pk>/act/<slug:event>/", complaints.act, name="complaint_act"
    ),
]

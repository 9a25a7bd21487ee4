"""All pages of councils."""

from django.urls import path

from baodao.councils.views import (
    deciding,
    deliberations,
    estates,
    invitations,
    leaders,
    meetings,
    people,
    prints,
    resolutions,
    unit,
)

app_name = "councils"
urlpatterns = [
    path("", meetings.meeting_list, name="meetings"),
    path("new/", meetings.new, name="meeting_new"),
    path("<uuid:pk>/", meetings.detail, name="meeting"),
    path("<uuid:pk>/hold/", meetings.hold, name="meeting_hold"),
    path("<uuid:pk>/move/", meetings.move, name="meeting_move"),
    path("<uuid:pk>/topic/", meetings.topic_new, name="meeting_topic"),
    path("<uuid:pk>/resolve/", meetings.resolve, name="meeting_resolve"),
    path("<uuid:pk>/print/<slug:what>/", prints.meeting, name="meeting_print"),
    path("<uuid:pk>/act/<slug:event>/", meetings.act, name="meeting_act"),
    path("topics/<uuid:pk>/<slug:event>/", meetings.topic_act, name="topic_act"),
    path("unit/", unit.unit_home, name="unit"),
    path("seats/<uuid:pk>/", unit.seat, name="seat"),
    path("seats/<uuid:pk>/reply/", unit.reply, name="seat_reply"),
    path("seats/<uuid:pk>/reply-for/", meetings.reply_for, name="seat_reply_for"),
    path("seats/<uuid:pk>/topic/", unit.topic_new, name="seat_topic"),
    path("seats/<uuid:pk>/print/<slug:what>/", prints.seat, name="seat_print"),
    path("resolutions/", resolutions.resolution_list, name="resolutions"),
    path("resolutions/<uuid:pk>/", resolutions.resolution, name="resolution"),
    path("resolutions/<uuid:pk>/<slug:event>/", resolutions.act, name="resolution_act"),
    path("duties/<uuid:pk>/", resolutions.duty, name="duty"),
    path("part-time/", people.part_times, name="part_times"),
    path("part-time/new/", people.recommend, name="part_time_new"),
    path("part-time/<uuid:pk>/", people.part_time_page, name="part_time"),
    path(
        "part-time/<uuid:pk>/<slug:event>/", people.part_time_act, name="part_time_act"
    ),
    path("federations/", people.federation_list, name="federations"),
    path("federations/new/", people.federation_new, name="federation_new"),
    path("federations/<uuid:pk>/", people.federation, name="federation"),
    path(
        "federations/<uuid:pk>/<slug:event>/",
        people.federation_act,
        name="federation_act",
    ),
    path("estates/", estates.estate_list, name="estates"),
    path("estates/<uuid:pk>/", estates.estate, name="estate"),
    path("estates/<uuid:pk>/note/", estates.note_new, name="estate_note"),
    path("estates/<uuid:pk>/appoint/<slug:role>/", estates.appoint, name="appoint"),
    path("estates/ties/<uuid:pk>/<slug:event>/", estates.tie_act, name="tie_act"),
    path("notes/", estates.note_list, name="notes"),
    path("notes/<uuid:pk>/amend/", estates.note_amend, name="note_amend"),
    path("notes/<uuid:pk>/act/<slug:event>/", estates.note_act, name="note_act"),
    path("leaders/", leaders.leader_list, name="leaders"),
    path("leaders/new/", leaders.new, name="leader_new"),
    path("leaders/visits/", leaders.visit_list, name="visits"),
    path("leaders/<uuid:pk>/", leaders.leader, name="leader"),
    path("leaders/<uuid:pk>/visit/", leaders.visit_new, name="visit_new"),
    path("leaders/<uuid:pk>/end/", leaders.end, name="leader_end"),
    path("leaders/visits/<uuid:pk>/<slug:event>/", leaders.visit_act, name="visit_act"),
    path("talks/", deliberations.deliberation_list, name="deliberations"),
    path("talks/new/", deliberations.new, name="deliberation_new"),
    path("talks/mine/", invitations.index, name="invitations"),
    path("talks/<uuid:pk>/", deliberations.detail, name="deliberation"),
    path("talks/<uuid:pk>/edit/", deliberations.edit, name="deliberation_edit"),
    path(
        "talks/<uuid:pk>/arrange/", deliberations.arrange, name="deliberation_arrange"
    ),
    path("talks/<uuid:pk>/invite/", deliberations.invite, name="deliberation_invite"),
    path(
        "talks/<uuid:pk>/opinion/", deliberations.opinion, name="deliberation_opinion"
    ),
    path(
        "talks/<uuid:pk>/resolve/", deliberations.resolve, name="deliberation_resolve"
    ),
    path("talks/<uuid:pk>/hold/", deciding.hold, name="deliberation_hold"),
    path("talks/<uuid:pk>/conclude/", deciding.conclude, name="deliberation_conclude"),
    path("talks/<uuid:pk>/order/", deciding.order, name="deliberation_order"),
    path(
        "talks/<uuid:pk>/print/<slug:what>/", deciding.paper, name="deliberation_print"
    ),
    path(
        "talks/<uuid:pk>/act/<slug:event>/", deliberations.act, name="deliberation_act"
    ),
    path(
        "talks/opinions/<uuid:pk>/<slug:event>/",
        deliberations.opinion_act,
        name="opinion_act",
    ),
    path("talks/invitations/<uuid:pk>/", invitations.invitation, name="invitation"),
    path(
        "talks/invitations/<uuid:pk>/reply/",
        invitations.reply,
        name="invitation_reply",
    ),
    path("talks/invitations/<uuid:pk>/say/", invitations.say, name="invitation_say"),
    path(
        "talks/invitations/<uuid:pk>/remove/",
        deliberations.remove,
        name="invitation_remove",
    ),
    path("talks/proposals/<uuid:pk>/", invitations.proposal, name="proposal"),
    path(
        "talks/proposals/<uuid:pk>/withdraw/",
        invitations.withdraw,
        name="proposal_withdraw",
    ),
    path("talks/public/<uuid:pk>/", invitations.public, name="public"),
]

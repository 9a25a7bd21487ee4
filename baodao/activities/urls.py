"""All pages of activities."""

from django.urls import path

from baodao.activities.views import (
    attendance,
    desk,
    feed,
    member,
    one,
    party,
    posts,
    set_up,
)

app_name = "activities"
urlpatterns = [
    path("", desk.activity_list, name="list"),
    path("month/", desk.month, name="month"),
    path("new/", one.new, name="new"),
    path("my/", member.mine, name="mine"),
    path("venues/", set_up.venues, name="venues"),
    path("venues/new/", set_up.venue_new, name="venue_new"),
    path("venues/<uuid:pk>/", set_up.venue_edit, name="venue"),
    path("carriers/", set_up.carrier_list, name="carriers"),
    path("carriers/new/", set_up.carrier_new, name="carrier_new"),
    path("carriers/<uuid:pk>/", set_up.carrier_edit, name="carrier"),
    path("feed/", feed.feed, name="feed"),
    path("feed/<str:token>.ics", feed.calendar, name="calendar"),
    path("party-days/", party.gaps, name="party_days"),
    path("owed/<uuid:pk>/", party.owed, name="owed"),
    path("posts/", posts.post_list, name="posts"),
    path("posts/wall/", posts.wall, name="posts_wall"),
    path("posts/new/", posts.post_new, name="post_new"),
    path("posts/my/", posts.my_posts, name="my_posts"),
    path("posts/<uuid:pk>/", posts.post, name="post"),
    path("posts/<uuid:pk>/edit/", posts.post_edit, name="post_edit"),
    path("posts/<uuid:pk>/close/", posts.close, name="post_close"),
    path("posts/<uuid:pk>/claim/", posts.claim, name="post_claim"),
    path("holdings/<uuid:pk>/<slug:event>/", posts.holding, name="holding"),
    path("turns/<uuid:pk>/<slug:event>/", posts.turn, name="turn"),
    path("<uuid:pk>/", one.detail, name="detail"),
    path("<uuid:pk>/edit/", one.edit, name="edit"),
    path("<uuid:pk>/attendance/", attendance.attendance, name="attendance"),
    path("<uuid:pk>/sheet/", attendance.sheet, name="sheet"),
    path("<uuid:pk>/group/", attendance.group, name="group"),
    path("<uuid:pk>/<slug:event>/", one.act, name="act"),
]

"""Routes of the portal: what people without an account see, signing in, desks."""

from django.urls import path

from baodao.portal.views import (
    board,
    desk,
    digests,
    entry,
    member,
    messages,
    plain,
    policies,
    praise,
    search,
    setup,
    talks,
    whats_on,
)

app_name = "portal"
urlpatterns = [
    # everybody
    path("", board.show_board, name="board"),
    path("wishes/", board.show_wishes, name="wishes"),
    path("whats-on/", whats_on.whats_on, name="whats_on"),
    path("talks/", talks.talks, name="talks"),
    path("documents/", policies.policies, name="policies"),
    path("praise/", praise.praise, name="praise"),
    path("where/", board.where, name="where"),
    path("complain/", plain.complain, name="complain"),
    path("seen/", plain.seen, name="seen"),
    path("privacy/", plain.privacy, name="privacy"),
    path("accessibility/", plain.accessibility, name="accessibility"),
    path("help/", plain.help_page, name="help"),
    path("digest/", digests.digests, name="digest"),
    path("digest/print/", digests.paper, name="digest_print"),
    path("figures/", board.definitions, name="figures"),
    # in and out
    path("sign-in/", entry.sign_in, name="sign_in"),
    path("sign-out/", entry.sign_out, name="sign_out"),
    path("demo/<str:username>/", entry.demo, name="demo"),
    path("setup/", setup.setup, name="setup"),
    # signed in
    path("home/", desk.home, name="home"),
    path("desk/", desk.desk, name="desk"),
    path("role/", desk.switch_role, name="role"),
    path("me/", member.home, name="member"),
    path("me/profile/", member.profile, name="profile"),
    path("me/account/", desk.account, name="account"),
    path("me/password/", desk.password, name="password"),
    path("search/", search.search, name="search"),
    path("messages/", messages.messages, name="messages"),
    path("messages/", messages.messages, name="inbox"),
    path("messages/read/", messages.read_all, name="messages_read"),
    path("messages/<uuid:message_id>/", messages.open_message, name="message"),
]

"""All pages of the shop."""

from django.urls import path

from baodao.shop.views import desk, member, prizes, shops, wallets

app_name = "shop"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("new/", desk.request_new, name="request_new"),
    path("redemptions/<uuid:pk>/", desk.redemption, name="redemption"),
    path("redemptions/<uuid:pk>/act/<slug:event>/", desk.act, name="redemption_act"),
    path("prizes/", prizes.prizes, name="prizes"),
    path("prizes/new/", prizes.new, name="prize_new"),
    path("prizes/<uuid:pk>/", prizes.prize, name="prize"),
    path("prizes/<uuid:pk>/edit/", prizes.edit, name="prize_edit"),
    path("prizes/<uuid:pk>/act/<slug:event>/", prizes.act, name="prize_act"),
    path("wallets/", wallets.wallets, name="wallets"),
    path("wallets/<uuid:pk>/", wallets.wallet, name="wallet"),
    path("wallets/<uuid:pk>/act/<slug:event>/", wallets.act, name="wallet_act"),
    path("donations/", wallets.donations, name="donations"),
    path("donations/<uuid:pk>/thank/", wallets.thank, name="thank"),
    path("shops/", shops.shops, name="shops"),
    path("shops/new/", shops.new, name="shop_new"),
    path("shops/<uuid:pk>/", shops.shop, name="shop"),
    path("shops/<uuid:pk>/edit/", shops.edit, name="shop_edit"),
    path("shops/<uuid:pk>/act/<slug:event>/", shops.act, name="shop_act"),
    path("shops/<uuid:pk>/count-sheet/", shops.count_sheet, name="count_sheet"),
    path("shops/<uuid:pk>/wall/", shops.wall, name="wall"),
    path("shops/<uuid:pk>/effect/", shops.effect, name="effect"),
    path("rules/<slug:code>/", shops.rule, name="rule"),
    path("mine/", member.mine, name="mine"),
    path("mine/entries/", member.entries, name="entries"),
    path("mine/prizes/<uuid:pk>/", member.prize, name="prize_mine"),
    path("mine/redemptions/<uuid:pk>/", member.redemption, name="my_redemption"),
    path("mine/redemptions/<uuid:pk>/cancel/", member.cancel, name="my_cancel"),
    path("mine/wishes/", member.wishes, name="wishes"),
    path("mine/wishes/<uuid:pk>/", member.give, name="give"),
]

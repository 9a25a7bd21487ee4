"""What the shop adds to the page of a member."""

from django.urls import reverse

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.people.models import Member
from baodao.people.panels import Links
from baodao.shop.models import Wallet


def of_member(actor: Actor, member: Member) -> Links:
    wallet = Wallet.objects.filter(member=member).first()
    if wallet is None or not can(actor, "wallets.view", wallet):
        return []
    return [(reverse("shop:wallet", args=[wallet.pk]), "积分和兑换")]

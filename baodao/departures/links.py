"""What can be done with a unit or a member, on their own pages."""

from django.urls import reverse

from baodao.acts.access import can
from baodao.acts.actor import Actor
from baodao.people.models import Member, Unit
from baodao.people.panels import Links


def of_unit(actor: Actor, unit: Unit) -> Links:
    if unit.valid_to or not can(actor, "units.close", unit):
        return []
    return [(reverse("departures:unit", args=[unit.pk]), "单位合并或撤销…")]


def of_member(actor: Actor, member: Member) -> Links:
    if member.duty_status == "left":
        return []
    at = [member.pk]
    found = []
    if can(actor, "members.transfer", member):
        found.append((reverse("departures:transfer", args=at), "转到别的单位…"))
    if member.kind == "in_service" and can(actor, "members.retire", member):
        found.append((reverse("departures:retire", args=at), "登记退休…"))
    if can(actor, "members.leave", member):
        found.append((reverse("departures:leave", args=at), "登记离开本地区…"))
    return found

"""The lists of the yearly evaluation that a role has, as tabs above each of them."""

from django.urls import reverse

from baodao.acts.access import can
from baodao.acts.actor import Actor


def lists_of(actor: Actor) -> list[tuple[str, str, str]]:
    """(route, address, words) of the lists this person has, as tabs."""
    found = []
    if can(actor, "evaluations.view") and actor.role != "member":
        found.append(("evaluations", reverse("scoring:evaluations"), "年度评价"))
    if can(actor, "card_deliveries.view"):
        name = home_of(actor)
        words = {
            "received": "收到的反馈卡",
            "sent": "发出的反馈卡",
            "filing": "反馈卡备案",
        }
        found.append((name, reverse(f"scoring:{name}"), words[name]))
    if can(actor, "evaluations.figures"):
        found.append(("grades", reverse("scoring:grades"), "等次分布"))
    if can(actor, "extracts.view"):
        found.append(("extracts", reverse("scoring:extracts"), "结果运用"))
    return found


def home_of(actor: Actor) -> str:
    if actor.path is None:
        return "received"
    return "filing" if can(actor, "card_deliveries.file") else "sent"

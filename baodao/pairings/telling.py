"""Who is told what after a step: one line what happened, whose turn it is, a link. Never
a household's name or group: the number alone (domain 9.5)."""

from django.urls import reverse

from baodao.acts.models import Event
from baodao.notifications.models import Message
from baodao.notifications.services import message
from baodao.pairings import rules
from baodao.pairings.models import HouseholdPairing
from baodao.ui.words import cdate

# Whoever acts for the household may have been the household itself, by its link.
STAFF = ("decline", "withdraw", "pause", "resume", "lapse", "expire", "remind")


def messages_for(event: Event, it: HouseholdPairing) -> list[Message]:
    """What to send for this event; an empty list for events nobody waits for."""
    name = event.action.split(".", 1)[1]
    found = []
    if text := _to_member(name, event, it):
        found.append(
            message(
                event_id=event.id, title=text[0], text=text[1],
                url=reverse("pairings:mine"), person_id=it.member.person_id,
            )
        )  # fmt: skip
    if name in STAFF and (text := _to_staff(name, event, it)):
        found.append(
            message(
                event_id=event.id, title=text[0], text=text[1],
                url=reverse("pairings:detail", args=[it.pk]),
                role="community_worker", path=it.path,
            )
        )  # fmt: skip
    return found


def _to_member(name: str, event: Event, it: HouseholdPairing) -> tuple[str, str] | None:
    home = str(it)
    if name == "consent":
        return (
            f"{home}同意和您结对",
            "称呼和住处可以在“我的联系户”里看，每次看都有记录。",
        )
    if name == "withdraw" or (name == "end" and event.reason == "withdrawn"):
        return f"{home}不用再联系了", "从今天起不要再走访或打电话，也不用问为什么。"
    if name in ("end", "expire") and event.reason in rules.QUIET_ENDS:
        return f"{home}不用再联系了", "以后的走访都取消了。谢谢您这些日子的照看。"
    if name in ("end", "expire", "hand_over"):
        return f"{home}的结对结束了", rules.END_REASONS.get(event.reason, "")
    if name == "pause":
        return f"{home}先不用走访", rules.PAUSE_REASONS.get(event.reason, "")
    if name in ("resume", "renew"):
        return f"{home}可以接着走访了", "应走访的日子在“我的联系户”里。"
    return None


def _to_staff(name: str, event: Event, it: HouseholdPairing) -> tuple[str, str] | None:
    home, day = str(it), event.at.date()
    if name == "remind" and it.consent_until:
        until = cdate(it.consent_until, day)
        return f"{home}的同意书快到期", f"{until}到期。请再问一次，不续签就停。"
    if name == "lapse":
        return f"{home}30 天没有答复", "这一次结对到此为止。要再问，请另外提出。"
    if name == "expire":
        return f"{home}暂停满 90 天，已结束", "还要联系的话，请重新征求同意。"
    if event.reason == "consent_over":
        return f"{home}的同意书到期，已暂停", "续签以后接着联系；90 天不续就结束。"
    if event.actor_role != "requester":
        return None
    said = {
        "decline": "住户在链接里说不同意结对",
        "withdraw": "住户在链接里撤回了同意",
        "pause": "住户在链接里请您先停一段时间",
        "resume": "住户在链接里说可以接着联系",
    }
    return f"{home}：{said[name]}", "不用问理由，其他服务照常。"

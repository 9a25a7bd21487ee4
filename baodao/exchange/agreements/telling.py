"""Who is told what after a step on an agreement or a deed, or a resident's word."""

from functools import partial

from django.urls import reverse

from baodao.acts.grants import COMMUNITY
from baodao.acts.models import Event
from baodao.exchange.agreements import rules
from baodao.exchange.models import Agreement, Deed, Voice
from baodao.notifications.models import Message
from baodao.notifications.services import message
from baodao.places import rules as levels
from baodao.ui.words import cdate, deadline


def of_agreement(event: Event, a: Agreement) -> list[Message]:
    """What to send for this event; nothing for events nobody waits for."""
    name = event.action.split(".", 1)[1]
    where, url = a.place.name, reverse("exchange:agreement", args=[a.id])
    due = deadline(a.due_at, event.at) if a.due_at else ""
    last = cdate(a.valid_to, event.at.date())
    words = {
        "draft": (f"{a.title}已起草", f"{a}，请单位书记看过以后签署。"),
        "revise": (f"{a.title}改过了", f"{a}，第 {a.edition} 版，要重新签。"),
        "sign": (f"{event.data.get('party', '')}签了{a}", "还有别的单位没有签。"),
        "unit_sign": (f"单位签好了{a}", f"轮到社区书记签署：{a.title}。"),
        "community_sign": (f"{where}有一份共建协议要备案", f"{a}，请在{due}备案或退回。"),
        "file": (f"{a}已备案", f"备案号 {a.filing_no}。"),
        "send_back": (f"乡镇（街道）退回了{a}", "看看要改什么，改好后重新签。"),
        "take_effect": (f"{a}生效了", "共建内容已列入单位的应办，做了请记完成。"),
        "remind": (f"{a}快到期了", f"{last}到期。要继续共建，请续签。"),
        "expire": (f"{a}到期了", "没有做的不再列为应办。需要的话可以续签。"),
        "terminate": (f"{a}已终止", rules.END_REASONS.get(a.end_reason, "")),
        "unit_gone": (f"{a}已终止", "单位已撤销。请到单位页看由谁接着办。"),
        "drop": (f"{a}没有签成", "需要的话可以重新起草。"),
        "follow_unit": (f"{a}换了单位", "单位合并或撤销，没做的事由接收的单位接着办。"),
    }  # fmt: skip
    if name not in words:
        return []
    title, text = words[name]
    told = partial(message, event_id=event.id, title=title, text=text, url=url)
    if name == "community_sign":
        return [told(role="township_party", path=_up(a.path))]
    found = []
    if not event.actor_unit or name in ("terminate", "drop"):
        found += [told(unit_id=pk) for pk in a.unit_ids if pk != event.actor_unit]
    if event.actor_role not in COMMUNITY:
        role = "community_secretary" if name == "unit_sign" else "community_worker"
        found.append(told(role=role, path=a.path))
    return found


def of_deed(event: Event, d: Deed) -> list[Message]:
    """The community when a unit reports, the unit when it was decided."""
    name = event.action.split(".", 1)[1]
    url = reverse("exchange:deed", args=[d.id])
    what = d.item.title
    if name == "report" and event.actor_unit:
        return [
            message(
                event_id=event.id, title=f"请确认：{what}", url=url,
                text=f"{d.item.unit}说已经做了，看到了请确认。",
                role="community_worker", path=d.path,
            )
        ]  # fmt: skip
    words = {
        "confirm": (f"社区确认了：{what}", "已记入单位的服务记录。"),
        "refuse": (f"社区没有认可：{what}", "看看为什么，做好后再记一次。"),
    }
    if name not in words:
        return []
    title, text = words[name]
    return [
        message(event_id=event.id, title=title, text=text, url=url, unit_id=d.unit_id)
    ]


def of_voice(event: Event, v: Voice) -> list[Message]:
    """The community, when the first resident says that it was not so: it looks again
    before it confirms."""
    others = Voice.objects.filter(duty_id=v.duty_id, nth=v.nth, said="not_seen")
    deed = Deed.objects.filter(duty_id=v.duty_id, nth=v.nth, state="reported").first()
    if v.said != "not_seen" or deed is None or others.filter(id__lt=v.id).exists():
        return []
    return [
        message(
            event_id=event.id, title=f"有居民说没看到：{v.item.title}",
            text="请再核实一下，写一句怎么核实的，再确认或不认可。",
            url=reverse("exchange:deed", args=[deed.id]), role="community_worker",
            path=v.path,
        )
    ]  # fmt: skip


def _up(path: str) -> str:
    return "/".join(path.split("/")[: levels.TOWNSHIP]) + "/"

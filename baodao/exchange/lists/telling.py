"""Who is told what after a step on the lists."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.urls import reverse

from baodao.acts.models import Event
from baodao.exchange.lists import rules
from baodao.exchange.models import Booking, ListProject, Need, Resource
from baodao.notifications.models import Message
from baodao.notifications.services import message
from baodao.people.models import ContactTie
from baodao.people.queries import current

_WORDS = {
    "needs.propose": ("单位提了一条需求", "请核实后公布。"),
    "needs.expire": ("需求公布半年没有对接", "已退出清单。还需要的话可以再公布。"),
    "needs.withdraw": ("需求已撤回", ""),
    "needs.unit_gone": ("需求随单位撤销退出清单", "社区还需要的话，可以自己登记一条。"),
    "resources.unit_gone": (
        "资源随单位撤销退出清单",
        "约好的已取消，需要的话另找单位。",
    ),
    "bookings.unit_gone": ("预约随单位撤销取消了", "需要的话另找一项资源。"),
    "listprojects.unit_gone": (
        "项目的单位撤销了，对接取消",
        "需求回到清单里，可以另找资源。",
    ),
    "resources.offer": ("单位提供了一项资源", "请看过后收进清单。"),
    "resources.retire": ("有一项资源不再提供", "约好的还算数。"),
    "bookings.ask": ("社区想用一项资源", "请看时间，能用就留着。"),
    "bookings.reserve": ("资源已留好", "到时去用，用过记一下。"),
    "bookings.cancel": ("一次预约取消了", "看看原因，需要的话另约时间。"),
    "listprojects.match": ("对接成一个项目", "开始办了请点“开始”。"),
    "listprojects.finish": ("一个项目办完了", "请看过后验收。"),
    "listprojects.accept": ("项目已验收", "已记入单位的服务记录。"),
    "listprojects.send_back": ("项目还没有办好", "看看还差什么，接着办。"),
    "listprojects.cancel": ("对接取消了", "需求回到清单里。"),
}


def _units(row: Need | Resource | Booking | ListProject) -> Sequence[UUID]:
    if isinstance(row, ListProject):
        return row.unit_ids
    return [row.unit_id] if row.unit_id else []


def _code(row: Any) -> str:
    return str(type(row)._meta.model_name)


def messages_for(event: Event, row: Any) -> list[Message]:
    """The side that has not done it; the system's steps tell both."""
    if event.action not in _WORDS:
        return []
    title, text = _WORDS[event.action]
    what = row.purpose if isinstance(row, Booking) else row.title
    told = partial(
        message, event_id=event.id, title=f"{title}：{what}", text=text,
        url=reverse(f"exchange:{_code(row)}", args=[row.pk]),
    )  # fmt: skip
    found = [told(unit_id=pk) for pk in _units(row) if pk != event.actor_unit]
    if event.actor_unit or event.actor_role == "system":
        found.append(told(role="community_worker", path=row.path))
    return found


def month_ahead(paths: dict[str, int], day: date) -> list[Message]:
    """To every unit of these communities, by the 1st: how many needs there are until
    the end of next month (domain 6.5). The same month tells a unit once."""
    first, _ = rules.next_month(day)
    url = reverse("exchange:ahead")
    found = []
    ties = ContactTie.objects.filter(current(day)).values_list("unit_id", "path")
    per_unit: dict[UUID, int] = {}
    for unit_id, path in set(ties):
        community = "/".join(path.split("/")[:5]) + "/"
        per_unit[unit_id] = per_unit.get(unit_id, 0) + paths.get(community, 0)
    for unit_id, n in per_unit.items():
        if n:
            found.append(
                message(
                    event_id=uuid5(NAMESPACE_URL, f"ahead:{first:%Y-%m}"), url=url,
                    title=f"{first.month}月社区有 {n} 条需求等对接", unit_id=unit_id,
                    text="看看本单位能帮上哪一条。",
                )
            )  # fmt: skip
    return found

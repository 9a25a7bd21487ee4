"""Complaints in every state in a few communities: just in, being checked, upheld,
not upheld, unclear, about the community itself (L45). By the services themselves."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from baodao.core.clock import today
from baodao.people.models import Member
from baodao.places.models import Place
from baodao.portal.demo.due_process import chosen
from baodao.portal.demo.world import World
from baodao.scoring.services import complaining

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# (how it came, about, whom they mean, words, who, how far it goes, days ago)
CASES = (
    ("online", "service", "", "约好周六来装扶手，等了一上午没有人来，电话也没有打", None,
     "received", 1),
    ("phone", "service", "姓什么不知道，单位来的", "修灯的人说话很冲，说这点小事也要叫人", 0,
     "checking", 4),
    ("desk", "service", "上次来修水管的", "修完没有收拾，楼道里都是水", 1, "upheld", 12),
    ("phone", "service", "", "说好给老人送药，晚了两天", 2, "not_upheld", 18),
    ("online", "service", "", "有人冒充党员上门推销", None, "unclear", 25),
    ("desk", "staff", "窗口的工作人员", "问了三次都说不归他管", None, "received", 2),
)  # fmt: skip
ENDS = {
    "upheld": complaining.uphold, "not_upheld": complaining.reject,
    "unclear": complaining.unclear,
}  # fmt: skip
SAID = {
    "upheld": ("单子和照面的邻居都对得上", "查实了，已经和来服务的人说过，楼道也打扫了。"),
    "not_upheld": ("药店缺货，当天打过电话说明", "查过了，药店缺货晚了两天，当天打过电话。"),
    "unclear": ("没有留下姓名，监控也过了保存的日子", "没有查到是谁。再遇到请马上打电话。"),
}  # fmt: skip


def build(w: World) -> int:
    """All of it; returns how many."""
    return sum(_of(w, place, people) for place, people in chosen(w))


def _of(w: World, place: Place, people: Sequence[Member]) -> int:
    for case in CASES:
        _case(w, place, people, *case)
    return len(CASES)


def _case(
    w: World, place: Place, people: Sequence[Member], source: str, about: str, whom: str,
    words: str, who: int | None, end: str, ago: int,
) -> None:  # fmt: skip
    at = w.now - ago * DAY
    worker = w.staff["community_worker", place.path][0]
    secretary = w.staff["community_secretary", place.path][0]
    given: dict[str, Any] = {
        "place_id": place.pk, "about": about, "about_words": whom, "words": words,
        "occurred_on": today(at - DAY), "author": "居民" if source == "phone" else "",
    }  # fmt: skip
    if end == "upheld":
        given |= {"author": "王大姐", "agreed": True}
    if source == "online":
        c = complaining.send_in(**given, now=at).id
    else:
        c = complaining.receive(actor=worker, source=source, **given, now=at).id
    if end == "received":
        return
    complaining.check(actor=secretary, complaint_id=c, now=at + DAY)
    if who is not None:
        _ask(w, c, people[who], at + DAY + HOUR)
    if end in ENDS:
        reason, answer = SAID[end]
        facts = {"facts": "修完水管没有收拾，楼道积水"} if end == "upheld" else {}
        ENDS[end](
            actor=secretary, complaint_id=c, reason=reason, answer=answer, **facts,
            now=at + 3 * DAY,
        )  # fmt: skip


def _ask(w: World, c: UUID, member: Member, at: datetime) -> None:
    row = complaining.complaint_of(c)
    secretary = w.staff["community_secretary", row.path][0]
    complaining.name(
        actor=secretary, complaint_id=c, subject="member", whose=member.pk, now=at
    )
    if complaining.complaint_of(c).desk == "community":
        complaining.hear(
            actor=secretary,
            complaint_id=c,
            text="那天赶着去下一户，记得是这件事",
            now=at + HOUR,
        )

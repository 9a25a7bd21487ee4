"""Messages of documents: to everybody who has to read one."""

from datetime import date
from uuid import UUID

from django.urls import reverse

from baodao.core.clock import today
from baodao.notifications.models import Message
from baodao.notifications.services import message
from baodao.oversight.models import Policy, PolicyReceipt
from baodao.oversight.telling import DESKS
from baodao.ui.words import cdate

_BY_LEVEL = {3: "county", 4: "township", 5: "community"}


def to_receipt(
    r: PolicyReceipt, p: Policy, event_id: UUID, *, again: bool = False
) -> Message:
    """It is out, or: it is still not signed."""
    about = f"{p.issuer}的文件：{p.title}"
    title = f"请签收{about}" if again else about
    text = f"{cdate(p.effective_on, today())}起执行。请看过签收。"
    return _to(r, event_id, title, text)


def ended(
    r: PolicyReceipt, p: Policy, event_id: UUID, on: date, reason: str
) -> Message:
    """It is repealed, and why."""
    title = f"已废止：{p.title}"
    return _to(r, event_id, title, f"{cdate(on, today())}起不再执行。{reason}"[:200])


def _to(r: PolicyReceipt, event_id: UUID, title: str, text: str) -> Message:
    url = reverse("policies:detail", args=[r.policy_id])
    if r.unit_id:
        return message(
            event_id=event_id, title=title, text=text, url=url, unit_id=r.unit_id
        )
    return message(
        event_id=event_id, title=title, text=text, url=url,
        role=DESKS[_BY_LEVEL[r.place.level]], path=r.path,
    )  # fmt: skip

"""Who is told what after a step: one line what happened, whose turn it is, a link.
Pure: the job hands in the event and the report-in and sends what comes back."""

from django.urls import reverse

from baodao.acts.models import Event
from baodao.notifications.models import Message
from baodao.notifications.services import message
from baodao.places import rules as levels
from baodao.reporting import rules
from baodao.reporting.models import ReportIn
from baodao.ui.words import cdate, deadline

STAFF_EVENTS = ("submit", "resubmit", "escalate", "start_transfer")


def messages_for(event: Event, report_in: ReportIn) -> list[Message]:
    """What to send for this event; an empty list for events nobody waits for."""
    name = event.action.split(".", 1)[1]
    text = _text(name, event, report_in)
    if not text:
        return []
    found = []
    if name in STAFF_EVENTS:
        found.append(_to_staff(event, report_in, text, name))
    else:
        found.append(_to_reporter(event, report_in, text))
    return found


def who(report_in: ReportIn) -> str:
    """The member with the unit, or the unit."""
    if report_in.member:
        unit = f"（{report_in.member.unit}）" if report_in.member.unit else ""
        return f"{report_in.member.person.name}{unit}"
    return str(report_in.subject_unit)


def _text(name: str, event: Event, r: ReportIn) -> tuple[str, str]:
    """Title and text; ("", "") is nothing to tell."""
    where, at = r.point.name, event.at
    due = deadline(r.due_at, at) if r.due_at else ""
    lines = {
        "submit": (f"{who(r)}来报到", f"报 {r.receipt_no}，请在{due}接收或退回。"),
        "resubmit": (
            f"{who(r)}改好了报到",
            f"报 {r.receipt_no}，请在{due}接收或退回。",
        ),
        "accept": (f"{where}已接收您的报到", _next_confirmation(r, event)),
        "return": (f"{where}退回了报到", "看看退回的理由，改好后可以再报。"),
        "end": (f"在{where}的报到已结束", rules.END_REASONS.get(r.end_reason, "")),
        "replace": (f"在{where}的报到已转出", "新社区已接收，原来的不用再办。"),
        "lapse": (f"从{where}转出满 30 天", "那里的任务到今天为止，等新社区接收。"),
        "start_transfer": (
            f"{who(r)}要转出{where}",
            "新社区接收以前，联系户和任务仍在这里。",
        ),
        "remind": ("该确认一下报到情况了", f"还在{where}，点一下“还在这里”就行。"),
        "escalate": (
            f"{where}有一份报到没有按时接收",
            f"{who(r)}，报 {r.receipt_no}。请催办或代为接收。",
        ),
    }
    return lines.get(name, ("", ""))


def _next_confirmation(r: ReportIn, event: Event) -> str:
    if not r.reconfirm_due:
        return ""
    return f"报 {r.receipt_no}。下次确认在{cdate(r.reconfirm_due, event.at.date())}前。"


def _to_staff(event: Event, r: ReportIn, said: tuple[str, str], name: str) -> Message:
    up = name == "escalate"
    level = levels.TOWNSHIP if up else levels.COMMUNITY
    parts = r.path.split("/")
    return message(
        event_id=event.id, title=said[0], text=said[1], urgent=up,
        url=reverse("reporting:detail", args=[r.id]),
        role="township_party" if up else "community_worker",
        path="/".join(parts[:level]) + "/",
    )  # fmt: skip


def _to_reporter(event: Event, r: ReportIn, said: tuple[str, str]) -> Message:
    url = reverse("reporting:detail", args=[r.id])
    if r.member:
        return message(
            event_id=event.id, title=said[0], text=said[1], url=url,
            person_id=r.member.person_id,
        )  # fmt: skip
    return message(
        event_id=event.id,
        title=said[0],
        text=said[1],
        url=url,
        unit_id=r.subject_unit_id,
    )

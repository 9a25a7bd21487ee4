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

STAFF_EVENTS = ("submit", "resubmit", "escalate", "start_transfer", "revise")


def messages_for(event: Event, report_in: ReportIn) -> list[Message]:
    """What to send for this event; an empty list for events nobody waits for."""
    name = event.action.split(".", 1)[1]
    if name == "chase":
        return _chased(event, report_in)
    if name == "lapse":
        return _lapsed(event, report_in)
    text = _text(name, event, report_in)
    if not text[0]:
        return []
    by_hand = name == "revise" and event.on_behalf_of
    if name in STAFF_EVENTS and not by_hand:
        return [_to_staff(event, report_in, text, up=name == "escalate")]
    return [_to_reporter(event, report_in, text)]


def _chased(event: Event, r: ReportIn) -> list[Message]:
    """Nobody has answered and the end is near: whose turn it is, and the reporter."""
    where, due = r.point.name, deadline(r.due_at, event.at) if r.due_at else ""
    if r.transfer_to is None:
        return [
            _to_reporter(event, r, (
                f"{where}退回的报到还没有改好",
                f"请在{due}改好再报，或者撤回。到期这一份就结束，以后可以重新报。",
            )),
            _to_staff(event, r, (
                f"{who(r)}的报到退回后还没有改好",
                f"报 {r.receipt_no}。请打个电话问一声，或代为改好再报。",
            )),
        ]  # fmt: skip
    to = r.transfer_to.name
    return [
        _to_reporter(event, r, (
            f"{to}还没有接收您的转出",
            f"过了{due}，{where}就不再负责。请问一下{to}，或点“不转了”。",
        )),
        _to_staff(event, r, (
            f"{who(r)}转来的报到还没有接收",
            f"过了{due}，原来的{where}就不再负责。请接收或退回。",
        ), at=r.transfer_to.path),
    ]  # fmt: skip


def _lapsed(event: Event, r: ReportIn) -> list[Message]:
    """It is over: the reporter and the place; for a transfer the township too, for
    nobody has accepted yet."""
    where, reason = r.point.name, rules.END_REASONS[event.reason]
    if r.transfer_to is None:
        again = "需要的话，请重新报到。"
        return [
            _to_reporter(event, r, (f"在{where}的报到已结束", f"{reason}。{again}")),
            _to_staff(event, r, (f"{who(r)}的报到已结束", f"报 {r.receipt_no}，{reason}。")),
        ]  # fmt: skip
    to = r.transfer_to
    late = (f"{who(r)}转到{to.name}满30天还没有接收", "请催办或代为接收。")
    return [
        _to_reporter(event, r, (
            f"在{where}的报到已到期结束", f"{to.name}还没有接收，已请乡镇（街道）催办。"
        )),
        _to_staff(event, r, (f"{who(r)}已从{where}转出满30天", "这里的任务到此为止。")),
        _to_staff(event, r, late, up=True, at=to.path),
    ]  # fmt: skip


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
        "start_transfer": (
            f"{who(r)}要转出{where}",
            "新社区接收以前，联系户和任务仍在这里。",
        ),
        "escalate": (
            f"{where}有一份报到没有按时接收",
            f"{who(r)}，报 {r.receipt_no}。请催办或代为接收。",
        ),
        "revise": _revised(event, r),
    }
    return lines.get(name, ("", ""))


def _revised(event: Event, r: ReportIn) -> tuple[str, str]:
    if event.on_behalf_of:
        return f"{r.point.name}代本单位改了报到单", "请核对负责人、联络员和清单。"
    return f"{who(r)}改了报到单", f"报 {r.receipt_no}，看看需求和资源有什么变化。"


def _next_confirmation(r: ReportIn, event: Event) -> str:
    if not r.reconfirm_due:
        return ""
    return f"报 {r.receipt_no}。下次确认在{cdate(r.reconfirm_due, event.at.date())}前。"


def _to_staff(
    event: Event, r: ReportIn, said: tuple[str, str], *, up: bool = False, at: str = ""
) -> Message:
    """To the community, or with `up` its township. `at`: that of another place, which
    finds the report-in that waits there in its own list."""
    level = levels.TOWNSHIP if up else levels.COMMUNITY
    url = reverse("reporting:detail", args=[r.id])
    return message(
        event_id=event.id, title=said[0], text=said[1], urgent=up,
        url=reverse("reporting:list") if at else url,
        role="township_party" if up else "community_worker",
        path="/".join((at or r.path).split("/")[:level]) + "/",
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

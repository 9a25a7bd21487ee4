"""What comes next for me (A02): derived from real state, shown right after report-in,
on the member's home and on the unit's desk. Nothing here is typed in or ticked off;
a step is done when the fact exists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q
from django.urls import NoReverseMatch, reverse

from baodao.acts.actor import Actor
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.people.models import Member
from baodao.places.models import Place
from baodao.places.settings import values
from baodao.records.models import services
from baodao.reporting import rules
from baodao.reporting.models import ReportIn
from baodao.reporting.standing import (
    asks_confirmation,
    of_member,
    of_unit,
    place_name,
    tied_points,
)

UNIT_ROLES = ("unit_secretary", "unit_liaison")


@dataclass(frozen=True)
class NextStep:
    """`due` is a date or an instant, or None; `late`: it has passed; `waits`: somebody
    else's turn; `later`: nobody's turn before its day; `label` is the verb of the
    link."""

    title: str
    text: str
    url: str
    due: date | datetime | None = None
    done: bool = False
    waits: bool = False
    label: str = ""
    late: bool = False
    later: bool = False


def next_steps(actor: Actor, now: datetime | None = None) -> list[NextStep]:
    """The steps of a member or a unit in their order; an empty list for others."""
    at = now or clock_now()
    if actor.role == "member" and actor.member_id:
        return _member_steps(actor, at)
    if actor.role in UNIT_ROLES and actor.unit_id:
        return _unit_steps(actor, at)
    return []


def _url(name: str, *args: object) -> str:
    """A page of an upper subject, by name; "" where it does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


# --- member -------------------------------------------------------------------------


def _member_steps(actor: Actor, at: datetime) -> list[NextStep]:
    assert actor.member_id
    member = Member.objects.select_related("unit").get(id=actor.member_id)
    held = of_member(member.id)
    settings = values(member.unit_path or "", ["reporting.deadline_days"])
    due = rules.report_due(member.joined_on, settings)
    steps = [
        _channel_step(c, [r for r in held if r.channel == c], due, at)
        for c in _channels(member)
    ]
    live = [r for r in held if r.state in rules.LIVE]
    steps.append(_skills_step(member, held))
    steps.append(_serve_step(member, at, bool(live)))
    if live:
        steps.append(_confirm_step(live, at))
    return steps


def _channels(member: Member) -> Sequence[str]:
    """Both places; a retired or community member lives here and has no unit point."""
    if member.unit is None or member.duty_status == "retired":
        return ("residence",)
    return ("unit", "residence")


def _channel_step(
    channel: str, held: Sequence[ReportIn], due: date, at: datetime
) -> NextStep:
    title = f"到{rules.CHANNELS[channel]}报到"
    found = {r.state: r for r in held}
    if "returned" in found:
        r = found["returned"]
        text = f"{r.point.name}退回了，看看理由，改好再报。"
        return NextStep(
            title, text, _url("reporting:detail", r.id), r.due_at, label="去改"
        )
    if "submitted" in found:
        return _waiting_step(found["submitted"], title, at)
    for state in rules.LIVE:
        if state in found:
            r = found[state]
            text = f"{place_name(r.point)}已接收，报 {r.receipt_no}。"
            return NextStep(title, text, _url("reporting:detail", r.id), done=True)
    text = {
        "unit": "到单位联系的村（社区、网格）报到，一次就好。",
        "residence": "到住的村（社区）报到，一次就好。",
    }[channel]
    url = f"{_url('reporting:new')}?channel={channel}"
    late = due < local(at).date()
    return NextStep(title, text, url, due, label="去报到", late=late)


def _waiting_step(r: ReportIn, title: str, at: datetime) -> NextStep:
    where = r.point.name
    if r.due_at and r.due_at < at:
        text = f"{where}还没有接收，已超过时限，乡镇（街道）会催办。您不用再报。"
    else:
        text = f"已报到{where}，等社区接收。您不用再做什么。"
    return NextStep(
        title, text, _url("reporting:detail", r.id), r.due_at, waits=True,
        late=bool(r.due_at and r.due_at < at),
    )  # fmt: skip


def _skills_step(member: Member, held: Sequence[ReportIn]) -> NextStep:
    said = {
        name for r in held for name in ("skills", "availability") if getattr(r, name)
    }
    missing = not (member.skills or "skills" in said) or not (
        member.availability or "availability" in said
    )
    url = _url("portal:profile") or _url("reporting:my")
    text = "有合适的心愿，社区和单位才好找您。" if missing else "社区派单时会参考。"
    return NextStep("填好特长和空闲时间", text, url, done=not missing, label="去填")


def _serve_step(member: Member, at: datetime, live: bool) -> NextStep:
    year = local(at).year
    served = services().filter(member_id=member.id, occurred_on__year=year).exists()
    text = "接一件做得来的心愿，办好了由居民确认。"
    if served:
        text = "今年已经服务过了，还可以再接。"
    elif not live:
        text = "社区接收以后就可以接。不赶时间。"
    return NextStep(
        "接一单，或认领一个岗位", text, _url("orders:pool"), done=served, label="去看看"
    )


def _confirm_step(live: Sequence[ReportIn], at: datetime) -> NextStep:
    first = min(live, key=lambda r: r.reconfirm_due or date.max)
    asked = [r for r in live if asks_confirmation(r, at)]
    url = _url("reporting:detail", (asked or [first])[0].id)
    text = (
        "点一下“还在这里”就行，半年一次。"
        if asked
        else "半年一次，到时会提醒您，现在不用做。"
    )
    return NextStep(
        "确认还在这里", text, url, first.reconfirm_due, later=not asked, label="去确认",
    )  # fmt: skip


# --- unit ---------------------------------------------------------------------------


def _unit_steps(actor: Actor, at: datetime) -> list[NextStep]:
    unit_id = actor.unit_id
    assert unit_id
    held = {r.point_id: r for r in of_unit(unit_id)}
    points = tied_points(unit_id)
    steps = [_point_step(p, held.get(p.id), at) for p in points]
    if not points:
        steps.append(
            NextStep(
                "等县（区）委组织部确定联系点", "还没有给本单位确定联系点，确定后在这里报到。",
                "", waits=True,
            )
        )  # fmt: skip
    steps.append(_members_step(unit_id))
    served = (
        services()
        .filter(unit_id=unit_id, channel="unit", occurred_on__year=local(at).year)
        .exists()
    )
    text = (
        "社区派来的单，2 个工作日内接单或退回。"
        if not served
        else "今年已经办成过，还可以再接。"
    )
    steps.append(
        NextStep(
            "接单，派给本单位党员",
            text,
            _url("orders:unit"),
            done=served,
            label="去接单",
        )
    )
    live = [r for r in held.values() if r.state in rules.LIVE]
    if live:
        steps.append(_confirm_step(live, at))
    return steps


def _point_step(point: Place, r: ReportIn | None, at: datetime) -> NextStep:
    title = f"单位到{point.name}报到"
    if r is None:
        url = f"{_url('reporting:new_unit')}?place={point.id}"
        text = "写明负责人、联络员，带上需求和资源。"
        return NextStep(title, text, url, label="去报到")
    url = _url("reporting:detail", r.id)
    if r.state == "draft":
        return NextStep(title, "草稿已存好，还没有报。", url, label="接着写")
    if r.state == "submitted":
        return _waiting_step(r, title, at)
    if r.state == "returned":
        return NextStep(
            title, "社区退回了，看看理由，改好再报。", url, r.due_at, label="去改"
        )
    return NextStep(title, f"社区已接收，报 {r.receipt_no}。", url, done=True)


def _members_step(unit_id: UUID) -> NextStep:
    members = Member.objects.filter(
        unit_id=unit_id, kind="in_service", duty_status="on_duty"
    )
    both = members.filter(residence__isnull=False, point__isnull=False)
    counted = members.aggregate(
        n=Count("id"), both=Count("id", filter=Q(pk__in=both.values("pk")))
    )
    n, done = counted["n"], counted["both"]
    text = f"在岗党员 {n} 人，两处都已报到 {done} 人。"
    if done < n:
        text += f"还差 {n - done} 人，请提醒或代为登记。"
    return NextStep(
        "本单位党员到两处报到", text, _url("reporting:coverage"), done=bool(n) and done == n,
        label="看看还差谁",
    )  # fmt: skip

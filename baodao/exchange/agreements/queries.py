"""Reading agreements: names of their parties, items with how far they are, and how many
units have one (L15)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse

from baodao.acts.access import can, path_range, visible
from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.duties.models import Duty
from baodao.duties.rules import OPEN as OWED
from baodao.exchange.agreements import rules, voices
from baodao.exchange.agreements.services import DUTY
from baodao.exchange.models import Agreement, AgreementItem, CoProject, Deed
from baodao.exchange.rules import JOINT_TYPES, MECHANISMS
from baodao.exchange.subjects import Words
from baodao.people.models import Unit
from baodao.people.queries import units_at
from baodao.places.search import matching
from baodao.ui.words import cdate


def unit_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Short names by id, one query."""
    return {u.id: str(u) for u in Unit.objects.filter(id__in=set(ids))}


def term(a: Agreement) -> str:
    last = a.valid_to - timedelta(days=1)
    return f"{a.valid_from:%Y年}{a.valid_from.month}月{a.valid_from.day}日 至 {last:%Y年}{last.month}月{last.day}日"


def words(rows: Sequence[Agreement]) -> Mapping[UUID, Words]:
    names = unit_names(pk for a in rows for pk in a.unit_ids)
    day = today()
    return {
        a.id: Words(
            title=a.title, under=f"共 {a.number} · {term(a)}", place=a.place.name,
            units="、".join(names[pk] for pk in a.unit_ids),
            when=f"{cdate(a.valid_to - timedelta(days=1), day)}到期"
            if a.state == "effective"
            else "",
        )
        for a in rows
    }  # fmt: skip


def search(q: str) -> Q:
    ids = list(matching(Unit.objects.all(), q).values_list("id", flat=True)[:500])
    found = Q(title__icontains=q) | Q(number=q.removeprefix("共").strip())
    found |= Q(filing_no=q) | Q(place__name__icontains=q)
    return found | Q(unit_ids__overlap=ids) if ids else found


def facts(a: Agreement) -> list[tuple[str, str]]:
    names = unit_names(a.unit_ids)
    signed = "、".join(names[pk] for pk in a.unit_ids if pk in a.signed_ids)
    pairs = [
        ("社区", a.place.name),
        ("单位", "、".join(names[pk] for pk in a.unit_ids)),
        ("期限", term(a)),
        ("已签的单位", signed if a.state == "draft" else ""),
        ("社区的责任", a.community_side), ("单位的责任", a.unit_side),
        ("年度项目", a.project), ("社区联系人", a.community_contact),
        ("单位联系人", a.unit_contact), ("版次", f"第 {a.edition} 版"),
        ("备案", f"{a.filing_no}，{a.filed_on:%Y-%m-%d}" if a.filed_on else ""),
        ("续签自", str(a.previous) if a.previous else ""),
        ("结束", f"{a.ended_on:%Y-%m-%d}" if a.ended_on else ""),
        ("结束原因", rules.END_REASONS.get(a.end_reason, "")),
    ]  # fmt: skip
    return [(k, v) for k, v in pairs if v]


@dataclass(frozen=True)
class Line:
    """One item with its duties: how many were done of how many, and the next one."""

    item: AgreementItem
    unit: str
    done: int
    whole: int
    next: Duty | None
    waiting: Deed | None


def lines(a: Agreement) -> list[Line]:
    """The items of the present edition."""
    items = list(
        a.items.filter(edition=a.edition).select_related("estate", "unit__successor")
    )
    owed = list(
        Duty.objects.filter(
            kind=DUTY, source_id__in=[i.id for i in items]
        ).exclude(state="cancelled").order_by("due_on")
    )  # fmt: skip
    waiting = {
        d.item_id: d
        for d in Deed.objects.filter(agreement=a, state="reported").order_by(
            "-created_at"
        )
    }
    found = []
    for item in items:
        mine = [d for d in owed if d.source_id == item.id]
        unit = item.unit.successor or item.unit
        found.append(
            Line(
                item, str(unit), sum(d.state == "confirmed" for d in mine), len(mine),
                next((d for d in mine if d.state in OWED), None), waiting.get(item.id),
            )
        )  # fmt: skip
    return found


def more(a: Agreement, actor: Actor) -> dict[str, Any]:
    """What the page of an agreement shows beside the usual."""
    return {
        "print_url": reverse("exchange:agreement_print", args=[a.pk]),
        "print_label": "打印协议",
        "links": _links(a, actor),
        "lines": lines(a),
        "scans": a.scans.defer("body").order_by("added_at"),
        "hands": a.signatures.filter(edition=a.edition).order_by("at"),
        "renewals": a.renewals.exclude(state__in=("dropped", "terminated")),
    }


def _links(a: Agreement, actor: Actor) -> list[tuple[str, str, str]]:
    found = []
    if a.state == "effective" and can(actor, "agreements.draft"):
        url = reverse("exchange:notices", args=[a.pk])
        words = "贴在小区里，居民扫码说看到没看到，不用账号。"
        found.append(("打印扫码告示", url, words))
    if "revise" in rules.FLOW.events(a.state) and can(actor, "agreements.revise", a):
        url = reverse("exchange:agreement_edit", args=[a.pk])
        found.append(("改协议", url, "改了就是新的一版，签过的要重新签。"))
    renewable = a.state in ("effective", "expired") and can(actor, "agreements.draft")
    if (
        renewable
        and not a.renewals.exclude(state__in=("dropped", "terminated")).exists()
    ):
        url = f"{reverse('exchange:agreement_new')}?renews={a.pk}"
        found.append(("续签", url, "按这一份的内容起草下一份，改好再签。"))
    return found


class Tally(NamedTuple):
    """One tag: times owed and confirmed this year, projects and accepted ones."""

    code: str
    title: str
    owed: int
    done: int
    projects: int
    accepted: int


def coverage(path: str, day: date) -> tuple[int, int]:
    """(units tied to points at or below `path` that have an agreement in force, all of
    them): L15."""
    lo, hi = path_range(path)
    units = set(units_at(path).values_list("id", flat=True))
    live = Agreement.objects.filter(state="effective", path__gte=lo, path__lt=hi)
    signed = {pk for ids in live.values_list("unit_ids", flat=True) for pk in ids}
    return len(units & signed), len(units)


def summary(actor: Actor) -> str:
    """213 家单位签了，应签 213 家: for who looks after places (L15)."""
    if actor.path is None:
        return ""
    signed, whole = coverage(actor.path, today())
    return f"{whole} 家单位应签，{signed} 家有履行中的协议。" if whole else ""


def joined(actor: Actor, year: int) -> tuple[list[Tally], list[Tally]]:
    """Per joint type (L27) and per mechanism (L19): what agreements in the actor's
    sight promise this year, what was confirmed, and this year's projects."""
    mine = visible(Agreement.objects.all(), actor, "agreements.view").order_by()
    mine = mine.filter(state__in=("effective", "expired", "terminated"))
    items = {
        pk: (kind, mech)
        for pk, kind, mech in AgreementItem.objects.filter(agreement__in=mine)
        .order_by()
        .values_list("id", "joint_type", "mechanism")
    }
    owed = Duty.objects.filter(kind=DUTY, source_id__in=items, due_on__year=year)
    counted = owed.exclude(state="cancelled").order_by()
    projects = visible(CoProject.objects.filter(year=year), actor, "coprojects.view")
    numbers: dict[str, list[int]] = {
        k: [0, 0, 0, 0] for k in (*JOINT_TYPES, *MECHANISMS)
    }
    for pk, state, n in counted.values_list("source_id", "state").annotate(
        n=Count("id")
    ):
        for key in items[pk]:
            numbers[key][0] += n
            numbers[key][1] += n if state == "confirmed" else 0
    for kind, mech, state in projects.values_list("joint_type", "mechanism", "state"):
        for key in (kind, mech):
            numbers[key][2] += 1
            numbers[key][3] += state == "accepted"
    return (
        [Tally(k, t, *numbers[k]) for k, t in JOINT_TYPES.items()],
        [Tally(k, t, *numbers[k]) for k, t in MECHANISMS.items()],
    )


# --- deeds ------------------------------------------------------------------------


def deed_words(rows: Sequence[Deed]) -> Mapping[UUID, Words]:
    names = unit_names(d.unit_id for d in rows)
    said = voices.tallies(rows)
    return {
        d.id: Words(
            title=d.item.title, under=f"{d.agreement} · {d.done_on.month}月{d.done_on.day}日做的",
            units=names[d.unit_id], place=d.agreement.place.name, said=str(said[d.id]),
        )
        for d in rows
    }  # fmt: skip


def deed_more(d: Deed, actor: Actor) -> dict[str, Any]:
    """What residents say, in numbers; their own words for the community only."""
    hears = can(actor, "deeds.hear", d)
    return {
        "tally": voices.tally(d), "waits": d.state == "reported", "hears": hears,
        "said": voices.words_of(d) if hears else [],
        "notice": reverse("exchange:notices", args=[d.agreement_id])
        if can(actor, "agreements.draft")
        else "",
    }  # fmt: skip


def deed_search(q: str) -> Q:
    ids = list(matching(Unit.objects.all(), q).values_list("id", flat=True)[:500])
    found = Q(item__title__icontains=q) | Q(
        agreement__number=q.removeprefix("共").strip()
    )
    return found | Q(unit_id__in=ids)


def deed_facts(d: Deed) -> list[tuple[str, str]]:
    pairs = [
        ("单位", unit_names([d.unit_id])[d.unit_id]),
        ("社区", d.agreement.place.name),
        ("小区", d.item.estate.name if d.item.estate else ""),
        ("五联", d.item.get_joint_type_display()),
        ("哪天做的", cdate(d.done_on, d.done_on)),
        ("做了什么", d.said),
        ("到场居民", f"约 {d.people} 人" if d.people else ""),
        ("怎么确认的", d.get_how_display() if d.how else ""),
    ]
    return [(k, v) for k, v in pairs if v]


def ending(days: int) -> Q:
    """Agreements in effect that run out within so many days (domain 7.4)."""
    return Q(state="effective", valid_to__lte=today() + timedelta(days=days))

"""Reading the lists: words, facts, suggestions with reasons, what waits to be taken
over, and what the units are told of next month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from baodao.acts.access import can, path_range
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.exchange.agreements.queries import unit_names
from baodao.exchange.lists import rules
from baodao.exchange.models import Booking, ListProject, Need, Resource
from baodao.exchange.subjects import Words
from baodao.people.models import Unit
from baodao.places.search import matching
from baodao.reporting.models import ReportIn, ReportInItem
from baodao.reporting.rules import LIVE
from baodao.ui.words import cdate, cdatetime

SUGGESTED = 12


def waited(n: Need, day: date) -> str:
    """公布 45 天了, while nothing is found for it."""
    if n.state != "published" or n.published_on is None:
        return ""
    days = (day - n.published_on).days
    return f"公布 {days} 天还没有对接" if days else "今天公布"


def need_words(rows: Sequence[Need]) -> Mapping[UUID, Words]:
    day = today()
    return {
        n.id: Words(
            title=n.title, place=n.place.name, units=str(n.unit) if n.unit else "社区",
            under=" · ".join(
                filter(None, (str(n), n.get_joint_type_display(), n.quantity, waited(n, day)))
            ),
        )
        for n in rows
    }  # fmt: skip


def need_facts(n: Need) -> list[tuple[str, str]]:
    day = today()
    pairs = [
        ("提出方", str(n.unit) if n.unit else n.place.name),
        ("社区", n.place.name), ("类别", n.get_joint_type_display()),
        ("数量或内容", n.quantity), ("时间、条件", n.conditions),
        ("最好在哪天前", cdate(n.wanted_on, day) if n.wanted_on else ""),
        ("公布", cdate(n.published_on, day) if n.published_on else ""),
        ("等了多久", waited(n, day)),
        ("来源", "单位报到时提出" if n.item_id else ""),
    ]  # fmt: skip
    return [(k, v) for k, v in pairs if v]


def named(q: str, **more: Q) -> Q:
    """By title, number, unit or community."""
    digits = q.lstrip("需资项").strip()
    found = Q(title__icontains=q) | Q(number=digits) | Q(place__name__icontains=q)
    units = matching(Unit.objects.all(), q).values("id")
    return found | Q(unit__in=units)


def need_more(n: Need, actor: Actor) -> dict[str, Any]:
    links = []
    if n.state == "published" and can(actor, "listprojects.match", _row(n)):
        url = f"{reverse('exchange:match')}?need={n.pk}"
        links.append(("找资源对接", url, "按理由列出合适的资源，由您选。"))
    projects = ListProject.objects.filter(needs__contains=[n.pk]).order_by(
        "-created_at"
    )
    return {
        "links": links, "projects": projects,
        "offers": n.offers.exclude(state="retired").select_related("unit"),
    }  # fmt: skip


def _row(n: Any) -> dict[str, Any]:
    return {"id": None, "path": n.path, "unit_ids": []}


def resource_words(rows: Sequence[Resource]) -> Mapping[UUID, Words]:
    return {
        r.id: Words(
            title=r.title, units=str(r.unit), place=r.place.name,
            under=" · ".join(filter(None, (str(r), r.get_kind_display(), r.quantity))),
        )
        for r in rows
    }  # fmt: skip


def resource_facts(r: Resource) -> list[tuple[str, str]]:
    pairs = [
        ("提供方", str(r.unit)), ("社区", r.place.name), ("种类", r.get_kind_display()),
        ("类别", r.get_joint_type_display()), ("数量或内容", r.quantity),
        ("时间、条件", r.conditions), ("同时可约", f"{r.count} 份"),
        ("提供到", cdate(r.until, today()) if r.until else ""),
        ("来源", "单位报到时提供" if r.item_id else ""),
    ]  # fmt: skip
    return [(k, v) for k, v in pairs if v]


def resource_more(r: Resource, actor: Actor) -> dict[str, Any]:
    may_book = r.state == "available" and can(
        actor, "bookings.ask", {"id": None, "path": r.path, "unit_id": r.unit_id}
    )
    coming = r.bookings.filter(state__in=("asked", "reserved"), end_at__gte=clock_now())
    url = reverse("exchange:book", args=[r.pk])
    return {
        "links": [("预约", url, "选时间，单位留好以后就能用。")] if may_book else [],
        "bookings": [
            (b, span(b), rules.BOOKING_STATES[b.state])
            for b in coming.order_by("start_at")
        ],
        "projects": ListProject.objects.filter(resources__contains=[r.pk]),
    }  # fmt: skip


def span(b: Booking) -> str:
    day = today()
    return f"{cdatetime(b.start_at, day)} 到 {cdatetime(b.end_at, day)}"


def booking_words(rows: Sequence[Booking]) -> Mapping[UUID, Words]:
    names = unit_names(b.unit_id for b in rows)
    return {
        b.id: Words(
            title=f"{b.resource.title}：{b.purpose}", under=span(b),
            units=names[b.unit_id], place=b.resource.place.name,
        )
        for b in rows
    }  # fmt: skip


def booking_facts(b: Booking) -> list[tuple[str, str]]:
    pairs = [
        ("资源", f"{b.resource.title}（{b.resource}）"), ("时间", span(b)),
        ("用来做什么", b.purpose), ("提供方", unit_names([b.unit_id])[b.unit_id]),
        ("社区", b.resource.place.name), ("时间、条件", b.resource.conditions),
    ]  # fmt: skip
    return [(k, v) for k, v in pairs if v]


def project_words(rows: Sequence[ListProject]) -> Mapping[UUID, Words]:
    names = unit_names(pk for p in rows for pk in p.unit_ids)
    day = today()
    return {
        p.id: Words(
            title=p.title, place=p.place.name,
            units="、".join(names[pk] for pk in p.unit_ids),
            under=f"{p} · {p.get_joint_type_display()} · {cdate(p.due_on, day)}前",
        )
        for p in rows
    }  # fmt: skip


def project_facts(p: ListProject) -> list[tuple[str, str]]:
    names = unit_names(p.unit_ids)
    day = today()
    pairs = [
        ("社区", p.place.name), ("单位", "、".join(names[pk] for pk in p.unit_ids)),
        ("类别", p.get_joint_type_display()), ("为什么对得上", p.reason),
        ("预期成效", p.effect), ("完成时限", cdate(p.due_on, day)),
        ("完成情况", p.result),
        ("办完", cdate(p.finished_on, day) if p.finished_on else ""),
    ]  # fmt: skip
    return [(k, v) for k, v in pairs if v]


def project_more(p: ListProject, actor: Actor) -> dict[str, Any]:
    return {
        "needs": Need.objects.filter(id__in=p.needs).order_by("number"),
        "resources": Resource.objects.filter(id__in=p.resources).select_related("unit"),
    }


def project_named(q: str) -> Q:
    digits = q.removeprefix("项").strip()
    found = Q(title__icontains=q) | Q(number=digits) | Q(place__name__icontains=q)
    ids = list(matching(Unit.objects.all(), q).values_list("id", flat=True)[:500])
    return found | Q(unit_ids__overlap=ids) if ids else found


def older_than(days: str) -> Q:
    """Needs that have waited for more than so many days (L26: unmatched ageing)."""
    day = today() - timedelta(days=int(days))
    return Q(state="published", published_on__lt=day)


# --- matching ---------------------------------------------------------------------


@dataclass(frozen=True)
class Suggested:
    """A resource with how well it fits and why."""

    resource: Resource
    fit: rules.Fit

    @property
    def reasons(self) -> str:
        marks = {"ok": "✓", "warn": "!"}
        return "　".join(f"{marks[kind]} {text}" for text, kind in self.fit.reasons)


def suggestions(need: Need) -> list[Suggested]:
    """Resources of the township for a need, the best first; a person chooses."""
    lo, hi = path_range("/".join(need.path.split("/")[:4]) + "/")
    used = Count("bookings", filter=Q(bookings__state__in=("asked", "reserved")))
    found = Resource.objects.filter(state="available", path__gte=lo, path__lt=hi)
    wanted = rules.Wanted(need.joint_type, need.title, need.wanted_on)
    rated = [
        Suggested(r, rules.fit(wanted, _offered(r, need)))
        for r in found.select_related("unit", "place").annotate(busy=used)
    ]
    rated.sort(key=lambda s: (-s.fit.score, s.resource.number))
    return [s for s in rated if s.fit.score > 0][:SUGGESTED]


def _offered(r: Any, need: Need) -> rules.Offered:
    return rules.Offered(
        r.joint_type,
        r.title,
        r.path == need.path,
        r.need_id == need.id,
        r.until,
        r.busy,
    )


def similar_needs(need: Need) -> QuerySet[Need]:
    """Other needs of the community that the same resource could meet."""
    others = Need.objects.filter(path=need.path, state="published").exclude(pk=need.pk)
    return others.order_by("number")[:20]


# --- what units bring and are told ------------------------------------------------


def to_take_over(path: str) -> QuerySet[ReportInItem]:
    """Lines of units' report-ins here that are not on the lists yet (L05)."""
    lo, hi = path_range(path)
    live = ReportIn.objects.filter(
        state__in=LIVE, subject_unit__isnull=False, path__gte=lo, path__lt=hi
    )
    taken = [
        *Need.objects.filter(path__gte=lo, path__lt=hi, item_id__isnull=False).values_list("item_id", flat=True),
        *Resource.objects.filter(path__gte=lo, path__lt=hi, item_id__isnull=False).values_list("item_id", flat=True),
    ]  # fmt: skip

    return (
        ReportInItem.objects.filter(report_in__in=live, edition=F("report_in__edition"))
        .exclude(id__in=[pk for pk in taken if pk])
        .select_related("report_in__subject_unit")
        .order_by("report_in__subject_unit__pinyin", "kind", "position")
    )


def ahead(paths: Sequence[str], day: date) -> QuerySet[Need]:
    """What these communities need until the end of next month: published, with a day
    until then or none (domain 6.5: one month ahead)."""
    _, last = rules.next_month(day)
    found = Need.objects.filter(path__in=paths, state="published")
    found = found.filter(Q(wanted_on=None) | Q(wanted_on__lte=last))
    return found.select_related("place", "unit").order_by("wanted_on", "number")


def need_links(actor: Actor) -> list[tuple[str, str, str]]:
    """(icon, words, address) beside the list of needs."""
    found = [
        ("calendar", "下月需求", reverse("exchange:ahead")),
        ("printer", "季度清单", reverse("exchange:editions")),
    ]
    if can(actor, "needs.add"):
        found.insert(0, ("download", "从报到单收进", reverse("exchange:take_over")))
    return found

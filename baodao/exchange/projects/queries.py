"""Reading projects and key problems: words and facts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.exchange.agreements.queries import unit_names
from baodao.exchange.models import CoProject, KeyProblem
from baodao.exchange.subjects import Words
from baodao.people.models import Unit
from baodao.places.search import matching
from baodao.ui.words import cdate


def project_words(rows: Sequence[CoProject]) -> Mapping[UUID, Words]:
    names = unit_names(pk for p in rows for pk in p.unit_ids)
    return {
        p.id: Words(
            title=p.title, place=p.place.name,
            under=f"{p} · {p.year}年度 · {p.get_joint_type_display()}",
            units="、".join(names[pk] for pk in p.unit_ids),
        )
        for p in rows
    }  # fmt: skip


def project_facts(p: CoProject) -> list[tuple[str, str]]:
    names, day = unit_names(p.unit_ids), today()
    tasks = [
        f"{names[pk]}：{p.tasks[str(pk)]}" if p.tasks.get(str(pk)) else names[pk]
        for pk in p.unit_ids
    ]
    pairs = [
        ("社区", p.place.name), ("单位和分工", "；".join(tasks)),
        ("五联", p.get_joint_type_display()), ("四共", p.get_mechanism_display()),
        ("中心工作", p.priority), ("目标", p.goal),
        ("协商", cdate(p.negotiated_on, day) if p.negotiated_on else ""),
        ("完成情况", p.result),
        ("办完", cdate(p.completed_on, day) if p.completed_on else ""),
        ("验收", cdate(p.accepted_on, day) if p.accepted_on else ""),
    ]  # fmt: skip
    return [(k, v) for k, v in pairs if v]


def project_more(p: CoProject, actor: Actor) -> dict[str, Any]:
    def read(text: str) -> date | None:
        return date.fromisoformat(text) if text else None

    return {
        "milestones": [
            (m["title"], read(m["due"]), read(m.get("done", ""))) for m in p.milestones
        ],
        "several": len(p.unit_ids) > 1,
    }


def project_search(q: str) -> Q:
    digits = q.removeprefix("联").strip()
    found = Q(title__icontains=q) | Q(number=digits) | Q(place__name__icontains=q)
    found |= Q(priority__icontains=q)
    ids = list(matching(Unit.objects.all(), q).values_list("id", flat=True)[:500])
    return found | Q(unit_ids__overlap=ids) if ids else found


def problem_words(rows: Sequence[KeyProblem]) -> Mapping[UUID, Words]:
    return {
        p.id: Words(
            title=p.title, place=p.place.name, units=str(p.unit) if p.unit else "还没有定",
            under=" · ".join(
                filter(None, (
                    str(p), p.get_kind_display(), p.estate.name if p.estate else "",
                    f"第 {p.round + 1} 次办" if p.round else "",
                ))
            ),
        )
        for p in rows
    }  # fmt: skip


def problem_facts(p: KeyProblem) -> list[tuple[str, str]]:
    day = today()
    pairs = [
        ("社区", p.place.name), ("小区", p.estate.name if p.estate else ""),
        ("类别", p.get_kind_display()), ("情况", p.detail),
        ("单位", str(p.unit) if p.unit else "还没有定"), ("怎么解决的", p.result),
        ("回访", f"问了 {p.asked} 位居民，{p.content} 位认可" if p.asked else ""),
        ("销号", cdate(p.closed_on, day) if p.closed_on else ""),
        ("重新办过", f"{p.round} 次" if p.round else ""),
    ]  # fmt: skip
    return [(k, v) for k, v in pairs if v]


def problem_search(q: str) -> Q:
    digits = q.removeprefix("难").strip()
    found = Q(title__icontains=q) | Q(number=digits) | Q(place__name__icontains=q)
    units = matching(Unit.objects.all(), q).values("id")
    return found | Q(estate__name__icontains=q) | Q(unit__in=units)

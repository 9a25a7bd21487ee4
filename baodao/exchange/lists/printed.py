"""The rows of the three lists as they are printed and frozen (domain 10)."""

from datetime import date
from typing import Any

from baodao.exchange.lists import rules
from baodao.exchange.models import ListProject, Need, Resource
from baodao.people.models import Unit

HEADS = {
    "needs": ("编号", "名称", "类别", "提出方", "数量或内容", "时间、条件", "状态"),
    "resources": ("编号", "名称", "种类", "提供方", "数量或内容", "时间、条件", "状态"),
    "projects": ("编号", "名称", "类别", "提供方", "预期成效", "完成时限", "完成情况"),
}
TITLES = {"needs": "需求清单", "resources": "资源清单", "projects": "项目清单"}


def rows_of(path: str, day: date) -> dict[str, list[list[Any]]]:
    """What stands on the lists of a community, and what became of this quarter's."""
    first, _ = rules.quarter_days(rules.quarter_of(day))
    needs = Need.objects.filter(path=path).exclude(state__in=("draft", "withdrawn"))
    needs = needs.exclude(state__in=("closed", "expired"), clock_from__date__lt=first)
    resources = Resource.objects.filter(path=path, state="available")
    projects = ListProject.objects.filter(path=path).exclude(
        state__in=("closed", "cancelled"), clock_from__date__lt=first
    )
    names = {u.id: str(u) for u in Unit.objects.filter(
        id__in={pk for ids in projects.values_list("unit_ids", flat=True) for pk in ids}
    )}  # fmt: skip
    return {
        "needs": [_need(n) for n in needs.select_related("unit", "place").order_by("number")],
        "resources": [_resource(r) for r in resources.select_related("unit").order_by("number")],
        "projects": [_project(p, names) for p in projects.order_by("number")],
    }  # fmt: skip


def _need(n: Need) -> list[Any]:
    return [
        f"需 {n.number}", n.title, n.get_joint_type_display(),
        str(n.unit) if n.unit else n.place.name, n.quantity, n.conditions,
        rules.NEED_STATES[n.state].title,
    ]  # fmt: skip


def _resource(r: Resource) -> list[Any]:
    return [
        f"资 {r.number}", r.title, r.get_kind_display(), str(r.unit), r.quantity,
        r.conditions, rules.RESOURCE_STATES[r.state].title,
    ]  # fmt: skip


def _project(p: ListProject, names: dict[Any, str]) -> list[Any]:
    return [
        f"项 {p.number}", p.title, p.get_joint_type_display(),
        "、".join(names.get(pk, "") for pk in p.unit_ids), p.effect,
        p.due_on.isoformat(), p.result or rules.PROJECT_STATES[p.state].title,
    ]  # fmt: skip

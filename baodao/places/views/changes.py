"""Changes of divisions 区划调整: drafted, looked at, carried out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from baodao.acts.access import can, require
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.core.ids import uuid_of
from baodao.core.progress import progress_of
from baodao.places import queries, rules
from baodao.places.changes import preview, services
from baodao.places.changes.plan import Plan, Spec, Step, place_above
from baodao.places.forms import status_of, submitted
from baodao.places.forms_changes import FORMS, KIND_NOTES, Decide, NewChangeForm
from baodao.places.models import Place, PlaceChange, Succession
from baodao.places.views.tree import actor_of, get_only
from baodao.ui.toast import toast

PAGE, STEPS = 25, 40
NEAR = 200  # places beside it that a form offers


def changer(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not can(actor, "changes.view"):
        raise (
            NotFound
            if actor.is_anonymous
            else Forbidden("区划调整由县（区）委、地（市）委组织部和系统管理员来做。")
        )
    return actor


@get_only
def changes(request: HttpRequest) -> HttpResponse:
    """All changes in one's own places, the newest first."""
    page = Paginator(changes_asked(request), PAGE).get_page(request.GET.get("page"))
    states = [(k, s.title) for k, s in rules.CHANGE_FLOW.states.items()]
    rows = [(row, rules.CHANGE_FLOW.states[row.state]) for row in page]
    context = {"page": page, "rows": rows, "states": states}
    return render(request, "places/changes.html", context)


def changes_asked(request: HttpRequest) -> QuerySet[PlaceChange]:
    """The changes that an address asks for."""
    found = preview.changes(changer(request))
    state = request.GET.get("state", "")
    return found.filter(state=state) if state in rules.CHANGE_FLOW.states else found


def steps_told(row: PlaceChange) -> QuerySet[Succession]:
    """From where to where, of a change that is done."""
    steps = Succession.objects.filter(change=row, direct=True)
    steps = steps.filter(old__level__lte=deepest(preview.spec_of(row)))
    return steps.select_related("old", "new").order_by("old_path", "-main")


@require_http_methods(["GET", "HEAD", "POST"])
def change_new(request: HttpRequest) -> HttpResponse:
    """Begin: ?place= is what changes, the kind is chosen here."""
    actor = changer(request)
    wanted = uuid_of(request.GET.get("place"))
    if wanted is None:
        toast(request, "请先打开要调整的地方。", "再点“区划调整”。", tone="late")
        return redirect("places:browse")
    place = queries.place(actor, wanted)
    if place.level not in rules.CHANGE_LEVELS or place.valid_to:
        raise NotFound("只有在用的地市、县、乡镇、社区（村）和网格可以调整。请换一个。")
    require(actor, "changes.draft", PlaceChange(path=place_above([place.code])))
    form = NewChangeForm(request.POST or None)
    done = submitted(
        request,
        form,
        lambda data: services.draft_change(
            actor=actor,
            place_id=place.pk,
            **data,
            client_id=request.POST.get("client_id", ""),
        ),
    )
    if done:
        return redirect("places:change", pk=done.id)
    context = {"form": form, "place": place, "notes": KIND_NOTES}
    return render(request, "places/change_new.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One change: while a draft what is decided and what will happen, later what has
    happened."""
    actor = changer(request)
    row = preview.change(actor, pk)
    if row.state != "draft":
        return _told(request, row)
    form = _form(request, row)
    if submitted(request, form, lambda data: _decide(actor, row, form)):
        toast(request, "已保存，还没有执行。", "下面是照这样调整会发生的事。")
        return redirect("places:change", pk=pk)
    return _draft(request, row, form)


def _form(request: HttpRequest, row: PlaceChange) -> Decide:
    spec = preview.spec_of(row)
    data = request.POST if request.method == "POST" else None
    return FORMS[row.kind](
        data, spec=spec, on=row.on, reason=row.reason, near=_near(spec)
    )


def _near(spec: Spec) -> list[tuple[str, str]]:
    """(code, name) of the places beside the one that changes."""
    if spec.kind != "merge":
        return []
    me = Place.objects.filter(code=spec.olds[0], valid_to=None)
    found = Place.objects.filter(
        valid_to=None, parent__in=me.values("parent"), level__in=me.values("level")
    )
    found = found.exclude(code=spec.olds[0]).exclude(kind="virtual")
    return list(found.order_by("path").values_list("code", "name")[:NEAR])


def _decide(actor: Actor, row: PlaceChange, form: Decide) -> object:
    data = form.cleaned_data
    return services.edit_change(
        actor=actor, change_id=row.pk, spec=form.spec(), on=data["on"],
        reason=data["reason"],
    )  # fmt: skip


def _draft(request: HttpRequest, row: PlaceChange, form: Decide) -> HttpResponse:
    at = clock_now()
    shown = preview.preview_of(row, at)
    told = shown_steps(shown)
    page = Paginator(told, STEPS).get_page(request.GET.get("page"))
    names = preview.names_of_codes({s.code for s in page} - set(shown.plan.made))
    context = {
        "row": row,
        "form": form,
        "shown": shown,
        "page": page,
        "steps": [_line(step, shown.spec, shown.plan, names) for step in page],
        "deeper": len(shown.plan.steps) - len(told),
        "renames": row.kind == "rename" and shown.problem is None,
        "parts": _parts(shown.spec),
        "children": _children(shown.spec, shown.plan),
        "early": row.on > today(at),
        "state": rules.CHANGE_FLOW.states[row.state],
    }
    return render(request, "places/change.html", context, status=status_of(form))


def shown_steps(shown: preview.Preview) -> list[Step]:
    """The steps that the table of a draft has."""
    return [s for s in shown.plan.steps if s.old.level <= deepest(shown.spec)]


def deepest(spec: Spec) -> int:
    """Down to which level the table names places. Households are nobody's business
    here; grids only where a community itself is changed."""
    local = len(spec.olds[0]) >= 12 if spec.olds else False
    return rules.GRID if local else rules.COMMUNITY


def _line(
    step: Step, spec: Spec, plan: Plan, names: Mapping[str, str]
) -> dict[str, Any]:
    """A step as the table shows it. The code of what goes along can be corrected,
    down to the community; what is below has numbers of its own."""
    made = plan.made.get(step.code)
    return {
        "old": step.old,
        "level": rules.LEVELS[step.old.level],
        "code": step.code,
        "name": made.name if made else names.get(step.code, ""),
        "into": made is None,
        "partly": not step.whole,
        "main": step.main,
        "ends": step.ends,
        "editable": made is not None
        and made.like == step.old.code
        and step.old.code not in spec.olds
        and step.old.level <= rules.COMMUNITY,
    }


def _parts(spec: Spec) -> list[tuple[int, str]]:
    names = [p.name or f"第{i + 1}部分" for i, p in enumerate(spec.parts)]
    return list(enumerate(["留在原处", *names] if spec.keep else names))


def _children(spec: Spec, plan: Plan) -> list[tuple[Place, int]]:
    """The children of a place to be split, with the part each goes to."""
    if spec.kind != "split" or not spec.parts:
        return []
    below = Place.objects.filter(parent__code=spec.olds[0], valid_to=None)
    default = 0 if spec.keep else spec.main
    found = below.filter(parent__valid_to=None).order_by("path")
    return [(place, spec.assign.get(place.code, default)) for place in found]


def _told(request: HttpRequest, row: PlaceChange) -> HttpResponse:
    """A change that is under way, done or dropped."""
    page = Paginator(steps_told(row), STEPS).get_page(request.GET.get("page"))
    olds = Place.objects.filter(code__in=row.plan.get("olds", ()))
    context = {
        "row": row,
        "page": page,
        "olds": list(olds.order_by("path", "-valid_from")),
        "progress": progress_of(str(row.pk)) if row.state == "running" else None,
        "state": rules.CHANGE_FLOW.states[row.state],
    }
    return render(request, "places/change_told.html", context)


@require_POST
def change_codes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Other codes for what goes along, as typed in the table."""
    actor = changer(request)
    codes = {
        name.removeprefix("code-"): value
        for name, value in request.POST.items()
        if name.startswith("code-")
    }
    given = {old: request.POST.get(f"was-{old}", "") for old in codes}
    changed = {old: str(new) for old, new in codes.items() if new != given[old]}
    return _step(
        request,
        pk,
        lambda: services.set_codes(actor=actor, change_id=pk, codes=changed),
        "代码改好了。" if changed else "代码没有变。",
    )


@require_POST
def change_assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Which part of a split place each child goes to."""
    actor = changer(request)
    assign = {
        name.removeprefix("part-"): int(str(value))
        for name, value in request.POST.items()
        if name.startswith("part-") and str(value).isdigit()
    }
    return _step(
        request,
        pk,
        lambda: services.assign_children(actor=actor, change_id=pk, assign=assign),
        "下级分好了，还没有执行。",
    )


@require_POST
def change_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Carry it out."""
    actor = changer(request)
    seen = request.POST.get("seen", "")
    return _step(
        request,
        pk,
        lambda: services.start_change(actor=actor, change_id=pk, seen=seen),
        "区划调整开始执行。",
    )


@require_POST
def change_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A draft that is not to be."""
    actor = changer(request)
    services.drop_change(actor=actor, change_id=pk)
    toast(request, "这份草稿放弃了，什么也没有改。")
    return redirect(reverse("places:changes"))


def _step(request: HttpRequest, pk: UUID, do: Any, said: str) -> HttpResponse:
    """Do one step of the page; what stands in the way is said on it."""
    try:
        do()
    except (Invalid, Conflict) as error:
        toast(request, error.message, tone="late")
    else:
        toast(request, said)
    return redirect("places:change", pk=pk)

"""Acts of staff: the question as a page, the dispatcher, and many at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from baodao.acts.access import require, visible
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.errors import BaodaoError, Conflict, Forbidden, Invalid, NotFound
from baodao.orders import forms, rules, services, shapes
from baodao.orders.filters import SEALED
from baodao.orders.merging import targets
from baodao.orders.models import Order
from baodao.orders.queries import mergeable
from baodao.orders.suggestions import unit_suggestions
from baodao.orders.views.reach import order_of
from baodao.orders.views.staff_detail import form_for, page
from baodao.orders.views.staff_page import actor_of, staff_page
from baodao.orders.views.staff_table import ACTS, StaffAct, panel_of, possible
from baodao.places.settings import values
from baodao.ui.toast import toast

MOST = 50


def _act_of(event: str) -> StaffAct:
    if event not in ACTS:
        raise NotFound
    return ACTS[event]


def _form(event: str, order: Order, actor: Actor, data: Any = None) -> forms.Act:
    """The form of an act, with the orders it may be merged into."""
    if event != "merge":
        return form_for(ACTS[event], event, order, data)
    near = mergeable(actor, order)
    return form_for(ACTS[event], event, order, data, similar=near)


@staff_page
@never_cache
@require_safe
def ask(request: HttpRequest, order_id: UUID, event: str) -> HttpResponse:
    """The act as a question on a page of its own (the dialog without scripts)."""
    actor, act = actor_of(request), _act_of(event)
    order = order_of(actor, order_id)
    require(actor, f"orders.{act.event}", order)
    if not possible(act, actor, order, clock_now(), values(order.path)):
        raise Conflict("这一单现在不能做这一步。请看一下最新的情况。")
    if event == panel_of(order, clock_now()):
        return redirect(reverse("orders:detail", args=[order.id]) + "#act")
    return _ask(request, order, event, _form(event, order, actor))


def _ask(
    request: HttpRequest, order: Order, event: str, form: forms.Act, status: int = 200
) -> HttpResponse:
    context = {
        "order": order, "event": event, "act": ACTS[event], "form": form,
        "question": ACTS[event].ask.format(no=order.no),
    }  # fmt: skip
    return render(request, "orders/staff_ask.html", context, status=status)


@staff_page
@never_cache
@require_POST
def act(request: HttpRequest, order_id: UUID, event: str) -> HttpResponse:
    """Do it. What was wrong is said at its field, with everything typed kept."""
    actor, chosen = actor_of(request), _act_of(event)
    order = order_of(actor, order_id)
    require(actor, f"orders.{chosen.event}", order)
    form = _form(event, order, actor, request.POST)
    if not form.is_valid():
        return _again(request, order, event, form, 422)
    if isinstance(form, forms.Merge) and not form.cleaned_data.get("into"):
        return _look_first(request, actor, order, form)
    try:
        chosen.run(actor, order, form.words(), form.cleaned_data["client_id"])
    except Invalid as error:
        tell(form, error)
        return _again(request, order, event, form, error.status)
    except Conflict as error:
        form.add_error(None, error.message)
        return _again(request, order_of(actor, order_id), event, form, error.status)
    after = order_of(actor, order_id)
    toast(
        request,
        chosen.said.format(unit=after.unit),
        shapes.after_words(after, clock_now()),
    )
    return redirect("orders:detail", order_id=order.id)


def _look_first(
    request: HttpRequest, actor: Actor, order: Order, form: forms.Merge
) -> HttpResponse:
    """Which order the number stands for, to be looked at before anything is merged."""
    number = form.cleaned_data["number"].strip().removeprefix("单").strip()
    found = list(targets(actor, order).filter(no=number).order_by("-placed_at")[:1])
    if not found:
        sentence = "本社区没有这一单，或者它已经办结。请核对单号。"
        form.add_error("number", sentence)
        return _again(request, order, "merge", form, 422)
    asked = form_for(ACTS["merge"], "merge", order, similar=found, named=True)
    return _ask(request, order, "merge", asked)


def tell(form: forms.Act, error: Invalid) -> None:
    """A service's sentences at the fields they are about."""
    if not error.fields:
        form.add_error(None, error.message)
    for called, sentence in error.fields.items():
        name = form.called.get(called, called)
        form.add_error(name if name in form.fields else None, sentence)


def _again(
    request: HttpRequest, order: Order, event: str, form: forms.Act, status: int
) -> HttpResponse:
    if event == panel_of(order, clock_now()) and status != Conflict.status:
        return page(request, order, bound={event: form}, status=status)
    return _ask(request, order, event, form, status)


# --- many at once ---------------------------------------------------------------------


@staff_page
@never_cache
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """一起派单 or 打印派单 for the chosen rows. Everything else needs a look at each."""
    actor = actor_of(request)
    orders = _chosen(actor, request.POST.getlist("ids"))
    if not orders:
        toast(
            request,
            "还没有选单",
            "先在列表里勾选，再点“一起派单”或“打印派单”。",
            tone="soon",
        )
        return redirect("orders:list")
    if request.POST.get("do") == "print":
        context = {"orders": orders, "back_url": reverse("orders:list")}
        return render(request, "orders/staff_print.html", context)
    return _dispatch_all(request, actor, orders)


def _chosen(actor: Actor, ids: Sequence[str]) -> list[Order]:
    known = []
    for text in ids[:MOST]:
        try:
            known.append(UUID(text))
        except ValueError:
            continue
    rows = visible(Order.objects.all(), actor, "orders.view").filter(id__in=known)
    rows = rows.select_related("category", "place", "unit").defer(*SEALED)
    return list(rows.order_by("due_at", "no"))


def _dispatch_all(
    request: HttpRequest, actor: Actor, orders: list[Order]
) -> HttpResponse:
    """Ask for one unit, then dispatch each; what failed is said row by row."""
    now = clock_now()
    fit = [o for o in orders if possible(ACTS["dispatch"], actor, o, now, {})]
    if not fit and not any(_may(actor, o) for o in orders):
        raise Forbidden("派单要由社区、实践中心或街道来做。")
    form = forms.Dispatch(request.POST if request.POST.get("confirm") else None)
    if not form.is_bound or not form.is_valid() or not fit:
        found = unit_suggestions(fit[0], now=now) if fit else []
        context = {
            "fit": fit, "form": form,
            "unfit": [(o, rules.STATES[o.state].title) for o in orders if o not in fit],
            **shapes.shortlist(found, form.data.get("unit", "")),
        }  # fmt: skip
        status = 422 if form.is_bound and fit else 200
        return render(request, "orders/staff_bulk.html", context, status=status)
    done, failed = _each(actor, orders, form)
    if not failed:
        unit = done[0].unit
        toast(
            request,
            f"{len(done)} 单已派给{unit}",
            shapes.after_words(done[0], clock_now()),
        )
        return redirect("orders:list")
    return render(
        request, "orders/staff_bulk_done.html", {"done": done, "failed": failed}
    )


def _may(actor: Actor, order: Order) -> bool:
    try:
        require(actor, "orders.dispatch", order)
    except BaodaoError:
        return False
    return True


def _each(
    actor: Actor, orders: Sequence[Order], form: forms.Dispatch
) -> tuple[list[Order], list[tuple[Order, str]]]:
    """Each is an act of its own: one that fails does not hold up the others."""
    words, client_id = form.words(), form.cleaned_data["client_id"]
    ids, failed = [], []
    for order in orders:
        try:
            services.dispatch_order(
                actor=actor, order_id=order.id, unit_id=words["unit"], note=words["note"],
                client_id=f"{client_id}:{order.no}" if client_id else "",
            )  # fmt: skip
            ids.append(order.id)
        except (Invalid, Conflict, Forbidden) as error:
            failed.append((order, error.message))
    done = Order.objects.filter(id__in=ids).select_related("unit").defer(*SEALED)
    return list(done.order_by("no")), failed

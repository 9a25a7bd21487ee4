"""登记一单, 代居民登记: for somebody at the desk, on the phone, or met on a visit (L50);
and the slip they take home."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from baodao.acts.access import can, path_range
from baodao.acts.actor import Actor
from baodao.core.clock import now as clock_now
from baodao.core.errors import Forbidden, Invalid
from baodao.orders import forms, services
from baodao.orders.models import Order
from baodao.orders.queries import Alike, similar_orders
from baodao.orders.suggestions import community_of
from baodao.orders.views.reach import order_of
from baodao.orders.views.slip import follow_link, slip_page
from baodao.orders.views.staff_acts import tell
from baodao.orders.views.staff_page import actor_of, staff_page
from baodao.places.models import Household, Place
from baodao.places.rules import COMMUNITY, GRID
from baodao.places.settings import ancestors

OFFERED = 300
JUST_NOW = timedelta(hours=1)
ASK_NUMBERS = (
    "里面有手机号。联系电话请填在“电话”一格；一定要留在这里，请勾选下面这一项。"
)
KIND_NOTES = {
    "dream": "想了很久、要大家帮一把的事",
    "wish": "一件东西、一次帮忙",
    "appeal": "一个意见、一处要改的地方",
    "problem": "急着要解决的难处",
}


def _may_place(actor: Actor) -> None:
    if not can(actor, "orders.place"):
        raise Forbidden("登记要由社区、网格或街道来做。请把情况告诉社区。")


def _places(actor: Actor) -> list[Place]:
    """Where the actor may register: communities and grids in reach, and for a grid
    worker the estates and buildings of the grid. Their own place first."""
    path = actor.path or ""
    low, high = path_range(path)
    deepest = GRID + 2 if path.count("/") >= GRID else GRID
    found = Place.objects.filter(
        path__gte=low,
        path__lt=high,
        level__gte=COMMUNITY,
        level__lte=deepest,
        valid_to=None,
    ).exclude(kind="virtual")
    places = list(found.order_by("path")[:OFFERED])
    names = {p.path: p.name for p in places}
    for p in places:
        above = names.get(ancestors(p.path)[-2]) if p.path != path else None
        p.name = f"{above} · {p.name}" if above else p.name
    return places


@staff_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form; after saving, what the resident takes home."""
    actor = actor_of(request)
    _may_place(actor)
    if placed := request.GET.get("placed"):
        return _placed(request, actor, placed)
    places = _places(actor)
    if request.method != "POST":
        source = request.GET.get("source", "")
        first = {"source": source} if source in forms.AT_DESK else {}
        return _form(request, forms.NewOrder(places=places, initial=first))
    form = forms.NewOrder(request.POST, places=places)
    if request.POST.get("look"):
        return _form(request, form.again(), similar=_similar_to(request, actor, places))
    if form.is_valid():
        try:
            order = _place(actor, form)
            return redirect(f"{reverse('orders:new')}?placed={order.id}")
        except Invalid as error:
            tell(form, _renamed(error))
    return _form(request, form, similar=_similar_to(request, actor, places), status=422)


def _form(
    request: HttpRequest,
    form: forms.NewOrder,
    *,
    similar: Sequence[Alike] = (),
    status: int = 200,
) -> HttpResponse:
    contact = [form[name] for name in ("call_name", "phone", "address", "household")]
    context = {
        "form": form, "similar": similar, "kind_notes": KIND_NOTES, "contact": contact,
    }  # fmt: skip
    return render(request, "orders/staff_new.html", context, status=status)


def _renamed(error: Invalid) -> Invalid:
    """A service's fields as this form calls them; the tick that helps is named."""
    names = {"goods_fen": "goods", "place_id": "place"}
    if error.code == "private_number":
        return Invalid(fields={"detail": ASK_NUMBERS})
    return Invalid(fields={names.get(k, k): v for k, v in error.fields.items()})


def _place(actor: Actor, form: forms.NewOrder) -> Order:
    words = form.words()
    place = form.places[words.pop("place")]
    number, goods = words.pop("household"), words.pop("goods") or Decimal()
    household = _household(place, number) if number else None
    return services.place_order(
        actor=actor, place_id=place.id, goods_fen=int(goods * 100),
        household_id=household.id if household else None,
        client_id=form.cleaned_data["client_id"], **words,
    )  # fmt: skip


def _household(place: Place, number: str) -> Household:
    low, high = path_range(community_of(place.path))
    digits = number.strip().removeprefix("户").strip()
    found = Household.objects.filter(
        path__gte=low, path__lt=high, number=digits.zfill(4)
    )
    household = found.first()
    if household is None:
        raise Invalid(
            fields={"household": f"本社区没有户 {digits}。请核对户号，没有建档就空着。"}
        )
    return household


def _similar_to(
    request: HttpRequest, actor: Actor, places: Sequence[Place]
) -> list[Alike]:
    """Orders like what is being typed, in the chosen place's community."""
    chosen = request.POST.get("place", "")
    place = next(
        (p for p in places if str(p.id) == chosen), places[0] if places else None
    )
    text = f"{request.POST.get('detail', '')} {request.POST.get('title', '')}"
    if place is None or len(text.strip()) < 4:
        return []
    probe = Order(path=place.path)
    private = can(actor, "orders.view_private", probe)
    return similar_orders(actor, text, place.path, private=private)


@staff_page
@never_cache
@require_POST
def similar(request: HttpRequest) -> HttpResponse:
    """While typing: orders that may be about the same thing. POST, because a
    resident's words do not belong in an address."""
    actor = actor_of(request)
    _may_place(actor)
    found = _similar_to(request, actor, _places(actor))
    return render(request, "orders/_similar.html", {"similar": found})


def _placed(request: HttpRequest, actor: Actor, placed: str) -> HttpResponse:
    """Code and link, to be read out or printed: only for whoever has just registered
    the order. Later they are on a slip, whose opening is on record."""
    try:
        order = order_of(actor, UUID(placed))
    except ValueError:
        return redirect("orders:new")
    just_now = clock_now() - order.placed_at < JUST_NOW
    if order.placed_by != actor.account_id or not just_now:
        return redirect("orders:detail", order.id)
    context = {"order": order, "link": follow_link(request, order)}
    return render(request, "orders/staff_placed.html", context)


@staff_page
@never_cache
@require_POST
def slip(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """A slip of paper in large type: number, code, what happens next, whom to call.
    Whoever holds it speaks for the resident, so that opening it is an act."""
    actor = actor_of(request)
    order_of(actor, order_id)
    order = services.open_slip(actor=actor, order_id=order_id)
    return slip_page(request, order, reverse("orders:detail", args=[order.id]))

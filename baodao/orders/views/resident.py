"""Residents without an account: say what is needed, see the number, find it again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from baodao.acts.actor import ANONYMOUS
from baodao.core.errors import Invalid, NotFound, TooMany
from baodao.core.limits import address_of, count_try
from baodao.orders import residents, services, wording
from baodao.orders.forms_resident import BIG_CHOICES, WishForm, carry, new_client_id
from baodao.orders.models import Category
from baodao.orders.views.resident_door import look_up, show, tries_left
from baodao.orders.views.resident_follow import act, follow
from baodao.orders.views.slip import follow_link, qr, slip_page
from baodao.places import rules as levels
from baodao.places.models import Place
from baodao.places.settings import ancestors, values
from baodao.ui.display import YEAR, lang_of, mode_of

__all__ = ["act", "find", "follow", "place", "placed"]
PLACE_COOKIE = "bd_place"
PLACES_AN_HOUR = 60
FORM_FIELDS = {*WishForm.base_fields, "place"}


# --- place ----------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest) -> HttpResponse:
    """提一个心愿: in one page and a look at what will be public; in elder mode one
    question a page."""
    at = _place(request)
    if at is None or at.level < levels.COMMUNITY:
        return _where(request, at)
    if request.method == "POST":
        response = _posted(request, at)
    elif mode_of(request):
        response = _elder(request, at, request.GET.get("what", ""))
    else:
        response = _form(request, at, _wish_form(None))
    response.set_cookie(PLACE_COOKIE, at.code, YEAR, samesite="Lax")
    return response


def _place(request: HttpRequest) -> Place | None:
    """The place of the address, of the form, else the one chosen last time. An
    empty ?place= asks to choose anew."""
    code = request.POST.get("place") or request.GET.get("place")
    if code is None:
        code = request.COOKIES.get(PLACE_COOKIE, "")
    found = Place.objects.filter(code=code, valid_to=None).exclude(kind="virtual")
    return found.filter(level__lte=levels.BUILDING).first()


def _where(request: HttpRequest, above: Place | None) -> HttpResponse:
    """County, township, community as plain links; levels with one entry are skipped."""
    here = above
    while True:
        below = Place.objects.filter(
            parent=here, valid_to=None, level__lte=levels.COMMUNITY
        )
        rows = list(below.exclude(kind="virtual").order_by("path")[:200])
        if len(rows) != 1 or rows[0].level == levels.COMMUNITY:
            break
        here = rows[0]
    crumbs = Place.objects.filter(path__in=ancestors(above.path)[1:]) if above else []
    context = {"places": rows, "above": above, "crumbs": list(crumbs)}
    return show(request, "orders/resident_where.html", context)


def _wish_form(data: Any) -> WishForm:
    return WishForm(data, categories=Category.objects.all())


def _base(request: HttpRequest, at: Place) -> dict[str, Any]:
    return {
        "place": at,
        "phone": residents.phone_of(at.path),
        "here": f"{request.path}?place={at.code}",
        "client_id": request.POST.get("client_id") or new_client_id(),
    }


def _form(
    request: HttpRequest,
    at: Place,
    form: WishForm,
    *,
    keep: bool = False,
    status: int = 200,
) -> HttpResponse:
    spans = values(at.path, ["orders.normal_days", "orders.urgent_hours"])
    notes = {
        "normal": f"{spans['orders.normal_days']} 天内办",
        "urgent": f"{spans['orders.urgent_hours']} 小时内办",
    }
    context = {**_base(request, at), "form": form, "notes": notes, "keep_numbers": keep}
    return show(request, "orders/resident_wish.html", context, status=status)


def _posted(request: HttpRequest, at: Place) -> HttpResponse:
    step = request.POST.get("step", "")
    form = _wish_form(request.POST)
    elder = request.POST.get("what", "") if mode_of(request) else ""
    if step == "back":
        return _form(request, at, _unbound(form))
    if step == "say" and elder:
        return _elder_said(request, at, elder)
    if not form.is_valid():
        return _again(request, at, form, elder)
    try:
        wording.check_detail(
            form.chosen["detail"], bool(request.POST.get("keep_numbers"))
        )
        if step != "send":
            return _check(request, at, form.chosen)
        return _send(request, at, form.chosen)
    except Invalid as error:
        if set(error.fields) <= {"title"}:
            return _check(request, at, form.chosen, error=error.fields["title"])
        for name, sentence in error.fields.items():
            form.add_error(name if name in form.fields else None, sentence)
        return _again(request, at, form, elder, keep=error.code == "private_number")
    except TooMany as error:
        form.add_error("phone", error.message)
        return _again(request, at, form, elder, status=error.status)


def _unbound(form: WishForm) -> WishForm:
    """The same answers on a form that does not complain."""
    fresh = _wish_form(None)
    fresh.initial = {n: form[n].value() for n in form.fields}
    return fresh


def _again(
    request: HttpRequest, at: Place, form: WishForm, elder: str, *, keep: bool = False,
    status: int = 422,
) -> HttpResponse:  # fmt: skip
    if elder:
        return _elder(request, at, elder, form=form, keep=keep, status=status)
    return _form(request, at, form, keep=keep, status=status)


def _check(
    request: HttpRequest, at: Place, chosen: dict[str, str], *, error: str = ""
) -> HttpResponse:
    """What will be public beside what stays private, before anything is sent
    (domain 9.4); and whether a neighbour has said the same."""
    category = Category.objects.get(code=chosen["category"])
    base = _base(request, at)
    context = {
        **base,
        "wish": chosen,
        "category": category,
        "title": request.POST.get("title") or wording.public_wording(category),
        "title_error": error,
        "consent": request.POST.get("step") != "send"
        or "consent_public" in request.POST,
        "hidden": carry(
            {**request.POST.dict(), **chosen, "client_id": base["client_id"]}
        ),
        "similar": residents.similar(at.path, category.code, chosen["detail"]),
    }
    return show(
        request, "orders/resident_check.html", context, status=422 if error else 200
    )


def _send(request: HttpRequest, at: Place, chosen: dict[str, str]) -> HttpResponse:
    if count_try("order", address_of(request), 60) > PLACES_AN_HOUR:
        raise TooMany("从这里提的心愿太多了。请过一小时再提，或给社区打电话。")
    client_id = request.POST.get("client_id", "")
    residents.check_daily(chosen["phone"])
    actor = request.actor  # type: ignore[attr-defined]
    order = services.place_order(
        actor=actor if actor.role == "member" else ANONYMOUS,
        place_id=at.id,
        title=request.POST.get("title", ""),
        source="online",
        seen_how="online",
        consent_public="consent_public" in request.POST,
        keep_numbers=bool(request.POST.get("keep_numbers")),
        language=lang_of(request),
        client_id=client_id,
        kind=chosen["kind"],
        category=chosen["category"],
        urgency=chosen["urgency"],
        detail=chosen["detail"],
        call_name=chosen["call_name"],
        phone=chosen["phone"],
        address=chosen["address"],
    )
    return redirect("orders:placed", token=order.token)


# --- elder ----------------------------------------------------------------------


def _elder(
    request: HttpRequest, at: Place, what: str, *, form: WishForm | None = None,
    keep: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """One question a page: what, in words if it is none of the five, which phone."""
    base = {**_base(request, at), "what": what, "keep_numbers": keep}
    choice = BIG_CHOICES.get(what)
    if choice is None:
        base["choices"] = BIG_CHOICES
        return show(request, "orders/resident_elder_what.html", base, status=status)
    errors = form.errors if form else {}
    ask_words = what == "other" and (form is None or "detail" in errors)
    category = Category.objects.get(code=choice.category)
    return show(
        request,
        "orders/resident_elder_words.html"
        if ask_words
        else "orders/resident_elder_phone.html",
        {
            **base,
            "choice": choice,
            "form": form or _wish_form(None),
            "detail": request.POST.get("detail", "")
            if what == "other"
            else choice.label,
            "title": wording.public_wording(category),
        },
        status=status,
    )


def _elder_said(request: HttpRequest, at: Place, what: str) -> HttpResponse:
    """From the words to the phone, unless the words need a change."""
    form = _wish_form({**request.POST.dict(), "phone": "0000000", "urgency": "normal"})
    if form.is_valid():
        try:
            keep = bool(request.POST.get("keep_numbers"))
            wording.check_detail(form.chosen["detail"], keep)
            return _elder(request, at, what, form=_unbound_phone(form), keep=keep)
        except Invalid as error:
            form.add_error("detail", error.fields["detail"])
            keep = error.code == "private_number"
            return _elder(request, at, what, form=form, keep=keep, status=422)
    return _elder(request, at, what, form=form, status=422)


def _unbound_phone(form: WishForm) -> WishForm:
    fresh = _unbound(form)
    fresh.initial["phone"] = ""
    return fresh


# --- placed, find ---------------------------------------------------------------


@never_cache
@require_GET
def placed(request: HttpRequest, token: str) -> HttpResponse:
    """The number, the code and the link, to write down or to print."""
    order = residents.by_token(token)
    if order is None:
        raise NotFound
    if request.GET.get("print"):
        return slip_page(request, order, reverse("orders:placed", args=[token]))
    link = follow_link(request, order)
    context = {
        "order": order, "link": link, "qr": qr(link),
        "place": residents.community_of(order.path) or order.place,
        "phone": residents.phone_of(order.path),
        "until": residents.by(order.due_at, order.placed_at),
    }  # fmt: skip
    return show(request, "orders/resident_placed.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """From the eight digits to the order; wrong ones are counted per address."""
    typed = request.POST.get("code", request.GET.get("code", ""))
    error = ""
    if typed:
        code = "".join(c for c in typed if c.isdigit())
        if len(code) != 8:
            error = "查询码是 8 位数字，写在回执上。请再看一遍。"
        elif found := look_up(request, code):
            response = redirect("orders:follow", token=found.code)
            if request.POST.get("then", request.GET.get("then")) == "seen":
                response["Location"] = reverse(
                    "orders:resident_act", args=[found.code, "seen"]
                )
            return response
        else:
            left = tries_left(request)
            error = f"没有找到这个查询码。请对着回执再看一遍，还可以试 {left} 次。"
    context = {
        "typed": typed,
        "error": error,
        "then": request.GET.get("then", ""),
        "place": _place(request),
    }
    return show(
        request, "orders/resident_find.html", context, status=422 if error else 200
    )

"""A new entry of the township's pool."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from baodao.acts.access import path_range
from baodao.exchange.pool import pages, services
from baodao.exchange.views.lists import POST_METHODS, answered, form_page
from baodao.people.queries import units_at
from baodao.people.views.asking import actor_for
from baodao.places.models import Place
from baodao.ui.toast import toast


@require_http_methods(POST_METHODS)
def pool_new(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request, "pool.commit")
    path = actor.path or ""
    lo, hi = path_range(path)
    places = Place.objects.filter(path__gte=lo, path__lt=hi, level__in=(4, 5))
    known = {p.id: p.name for p in places.filter(valid_to=None).order_by("path")}
    units = {u.id: u.name for u in units_at(path)}
    data = request.POST if request.method == "POST" else None
    form = pages.CommitForm(data, places=known, units=units)

    def do() -> HttpResponse:
        entry = services.commit(
            actor=actor, **form.said(), client_id=request.POST.get("client_id", "")
        )
        toast(request, f"{entry}已登记", "到位以后记一下。")
        return redirect("exchange:pool", entry.pk)

    return answered(request, form, do) or form_page(
        request, form, title="登记一笔资金、资源或项目", submit="登记",
        sub="谁给的、给多少、做什么、哪天到位。到位以后由社区核实。",
        back=reverse("exchange:pool_list"), back_title="资金资源池",
    )  # fmt: skip

"""Units, their party organisations and contact points."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from baodao.acts.access import can, require, visible
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.people import choices, panels, queries, services
from baodao.people.forms import EndForm, OrgForm, RenameForm, TieForm, UnitForm
from baodao.people.models import ContactTie, PartyOrg, Unit
from baodao.people.views.asking import (
    actor_of,
    form_page,
    get_only,
    get_or_post,
    paged,
    path_in,
    places_below,
    require_desk,
    require_role,
    word,
)
from baodao.places.forms import submitted
from baodao.places.queries import names_of
from baodao.ui.toast import toast

ORDERS = ("name", "seat", "-members")


def wanted_units(request: HttpRequest) -> tuple[queries.UnitFilter, str]:
    """What the address asks for, and the order."""
    wanted = queries.UnitFilter(
        text=request.GET.get("q", "")[:40],
        kind=word(request, "kind", choices.UNIT_KINDS),
        affiliation=word(request, "affiliation", choices.AFFILIATIONS),
        function=word(request, "function", choices.FUNCTIONS),
        seat=path_in(request, "seat"),
        point=path_in(request, "point"),
        no_point=request.GET.get("tie") == "none",
        closed=request.GET.get("closed") == "1",
    )
    return wanted, word(request, "order", ORDERS)


@get_only
def unit_list(request: HttpRequest) -> HttpResponse:
    """Units in the actor's sight; all filters in the address."""
    actor = require_role(request, "units.view")
    wanted, order = wanted_units(request)
    page = paged(request, queries.units(actor, wanted, order))
    names = names_of([u.point_path or "" for u in page])
    former = queries.found_by_former_name([u.pk for u in page], wanted.text)
    context = {
        "page": page,
        "rows": [
            (u, names.get(u.point_path or "-", ""), former.get(u.pk, "")) for u in page
        ],
        "q": wanted.text,
        "kinds": list(choices.UNIT_KINDS.items()),
        "affiliations": list(choices.AFFILIATIONS.items()),
        "functions": list(choices.FUNCTIONS.items()),
        "seats": places_below(request),
        "may_add": can(actor, "units.add"),
        "may_import": can(actor, "imports.start") and can(actor, "units.edit"),
        "may_see_members": can(actor, "members.view"),
        "bare_points": queries.points_without_unit(actor) if wanted.no_point else (),
    }
    return render(request, "people/units.html", context)


@get_only
def unit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One unit: its party organisations, contact points, people and roles."""
    actor = actor_of(request)
    row = queries.unit(actor, pk)
    members = queries.members(actor, queries.MemberFilter(unit_id=pk))
    context = {
        "unit": row,
        "functions": "、".join(choices.FUNCTIONS.get(f, f) for f in row.functions),
        "orgs": row.party_orgs.all(),
        "ties": row.contact_ties.all(),
        "members": members[:10],
        "member_count": members.count(),
        "roles": queries.roles_of_unit(pk) if can(actor, "units.view", row) else [],
        "former": row.former_names.all(),
        "before": queries.predecessors(actor, pk),
        "links": panels.unit_links(actor, row),
        "may": {
            "edit": can(actor, "units.edit", row) and row.valid_to is None,
            "rename": can(actor, "units.rename", row) and row.valid_to is None,
            "org": can(actor, "orgs.add", PartyOrg(unit=row, path=row.path))
            and row.valid_to is None,
            "tie": can(actor, "ties.add") and row.valid_to is None,
            "member": can(actor, "members.add") and row.valid_to is None,
        },
    }
    return render(request, "people/unit.html", context)


def _list_crumb() -> tuple[str, str]:
    return reverse("people:units"), "单位"


def _crumbs(row: Unit) -> list[tuple[str, str]]:
    return [_list_crumb(), (reverse("people:unit", args=[row.pk]), str(row))]


def _ids(data: dict[str, Any], *names: str) -> dict[str, Any]:
    """Chosen rows as the ids that services take."""
    kept = {k: v for k, v in data.items() if k not in names}
    return kept | {f"{n}_id": data[n].pk if data.get(n) else None for n in names}


@get_or_post
def unit_add(request: HttpRequest) -> HttpResponse:
    actor = require_desk(request, "units.add", "units.view")
    form = UnitForm(request.POST or None, actor=actor)
    done = submitted(
        request,
        form,
        lambda d: services.add_unit(
            actor=actor, **_ids(d, "seat"), client_id=request.POST.get("client_id", "")
        ),
    )
    if done:
        toast(request, "单位登记好了。", "接下来给它确定联系点。")
        return redirect("people:unit", pk=done.id)
    return form_page(request, form, "登记一个单位", [_list_crumb()])


@get_or_post
def unit_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = queries.unit(actor, pk)
    require(actor, "units.edit", row)
    initial = {f: getattr(row, f) for f in UnitForm.base_fields}
    form = UnitForm(request.POST or None, initial=initial, actor=actor, seat=row.seat)
    done = submitted(
        request,
        form,
        lambda d: services.edit_unit(actor=actor, unit_id=pk, **_ids(d, "seat")),
    )
    if done:
        toast(request, "已保存。")
        return redirect("people:unit", pk=pk)
    return form_page(request, form, f"修改{row}", _crumbs(row))


@get_or_post
def unit_rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new name from a day on; the old one stays with its dates (domain 8.6)."""
    actor = actor_of(request)
    row = queries.unit(actor, pk)
    require(actor, "units.rename", row)
    initial = {"name": row.name, "short_name": row.short_name, "on": today()}
    form = RenameForm(request.POST or None, initial=initial)
    done = submitted(
        request, form, lambda d: services.rename_unit(actor=actor, unit_id=pk, **d)
    )
    if done:
        toast(
            request,
            f"已改名为{form.cleaned_data['name']}。",
            "原来的名称还能搜到；联系点、党员、协议和记录都不变。",
        )
        return redirect("people:unit", pk=pk)
    note = "批文改了名称才在这里办；错别字请到“修改”里改。党组织的名称另外改。"
    return form_page(
        request, form, f"{row}改名", _crumbs(row), note=note, submit="改名"
    )


@get_or_post
def org_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = queries.unit(actor, pk)
    require(actor, "orgs.add", PartyOrg(unit=row, path=row.path))
    first = not row.party_orgs.all()
    form = OrgForm(request.POST or None, actor=actor, initial={"is_main": first})
    done = submitted(
        request,
        form,
        lambda d: services.add_org(
            actor=actor,
            unit_id=pk,
            **_ids(d, "superior"),
            client_id=request.POST.get("client_id", ""),
        ),
    )
    if done:
        toast(request, "党组织登记好了。")
        return redirect("people:unit", pk=pk)
    return form_page(request, form, f"登记{row}的党组织", _crumbs(row))


@get_or_post
def org_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = visible(PartyOrg.objects.filter(pk=pk), actor, "orgs.view")
    org = found.select_related("unit").first()
    if org is None:
        raise NotFound
    require(actor, "orgs.edit", org)
    initial = {f: getattr(org, f) for f in OrgForm.base_fields}
    form = OrgForm(request.POST or None, actor=actor, initial=initial)
    done = submitted(
        request,
        form,
        lambda d: services.edit_org(actor=actor, org_id=pk, **_ids(d, "superior")),
    )
    if done:
        toast(request, "已保存。")
        return redirect("people:unit", pk=org.unit_id)
    return form_page(request, form, f"修改{org.name}", _crumbs(org.unit))


@get_or_post
def tie_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = queries.unit(actor, pk)
    require_desk(request, "ties.add", "ties.view")
    form = TieForm(request.POST or None, actor=actor)
    done = submitted(
        request,
        form,
        lambda d: services.add_contact_tie(
            actor=actor,
            unit_id=pk,
            **_ids(d, "point"),
            client_id=request.POST.get("client_id", ""),
        ),
    )
    if done:
        point = form.cleaned_data["point"]
        toast(
            request,
            f"{row}联系{point.name}。",
            "社区现在看得到这个单位，等单位来报到。",
        )
        return redirect("people:unit", pk=pk)
    return form_page(request, form, f"给{row}确定联系点", _crumbs(row))


@get_or_post
def tie_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = visible(ContactTie.objects.filter(pk=pk), actor, "ties.view")
    tie = found.select_related("unit", "point").first()
    if tie is None:
        raise NotFound
    require(actor, "ties.end", tie)
    form = EndForm(request.POST or None)
    done = submitted(
        request, form, lambda d: services.end_contact_tie(actor=actor, tie_id=pk, **d)
    )
    if done:
        toast(request, f"{tie.unit}不再联系{tie.point.name}。")
        return redirect("people:unit", pk=tie.unit_id)
    title = f"结束{tie.unit}和{tie.point.name}的联系？"
    return form_page(
        request, form, title, _crumbs(tie.unit), submit="结束联系", danger=True,
        note="结束以后这个社区看不到它了，以前的服务记录都还在。",
    )  # fmt: skip

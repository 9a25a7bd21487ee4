"""Members: find, see, edit, phone for a purpose, exemptions, moves."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from baodao.acts.access import can, require
from baodao.core.clock import today
from baodao.core.errors import Invalid
from baodao.core.ids import uuid_of
from baodao.people import choices, panels, queries, services
from baodao.people.forms import (
    ExemptionForm,
    MemberAddForm,
    MemberEditForm,
    OwnForm,
    PersonForm,
)
from baodao.people.models import Exemption, Member
from baodao.people.services.members import SETTABLE
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
from baodao.people.views.units import _ids
from baodao.places.forms import submitted
from baodao.places.queries import looks
from baodao.places.rules import PURPOSES
from baodao.ui.toast import toast

ORDERS = ("name", "no", "unit")
REPORTED = {
    "none": "两处都没报到",
    "no_residence": "居住地没报到",
    "no_point": "单位联系点没报到",
}
TONES = {
    "on_duty": "ok",
    "exempt": "",
    "seconded_away": "",
    "retired": "",
    "left": "",
}


def wanted_members(request: HttpRequest) -> tuple[queries.MemberFilter, str]:
    """What the address asks for, and the order."""
    wanted = queries.MemberFilter(
        text=request.GET.get("q", "")[:40],
        unit_id=uuid_of(request.GET.get("unit")),
        residence=path_in(request, "residence"),
        skill=word(request, "skill", choices.SKILLS),
        status=word(request, "status", choices.DUTY_STATUS),
        kind=word(request, "kind", choices.MEMBER_KINDS),
        reported=word(request, "reported", REPORTED),
    )
    return wanted, word(request, "order", ORDERS)


@get_only
def member_list(request: HttpRequest) -> HttpResponse:
    """Members in the actor's sight; all filters in the address."""
    actor = require_role(request, "members.view")
    wanted, order = wanted_members(request)
    page = paged(request, queries.members(actor, wanted, order))
    context = {
        "page": page,
        "q": wanted.text,
        "unit": queries.unit(actor, wanted.unit_id) if wanted.unit_id else None,
        "rows": [
            (m, TONES[m.duty_status], _words(m.skills, choices.SKILLS)) for m in page
        ],
        "residences": places_below(request),
        "skills": list(choices.SKILLS.items()),
        "statuses": list(choices.DUTY_STATUS.items()),
        "kinds": list(choices.MEMBER_KINDS.items()),
        "reported": list(REPORTED.items()),
        "may_add": can(actor, "members.add"),
        "may_import": can(actor, "imports.start"),
    }
    return render(request, "people/members.html", context)


def _words(codes: list[str], known: dict[str, str]) -> str:
    return "、".join(known.get(code, code) for code in codes)


@get_only
def member(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, queries.member(actor_of(request), pk), "")


@require_POST
def member_reveal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The phone, for a purpose; shown in this answer only."""
    actor = actor_of(request)
    row = queries.member(actor, pk)
    try:
        phone = services.reveal_member(
            actor=actor, member_id=pk, purpose=request.POST.get("purpose", "")
        )
    except Invalid as error:
        toast(request, error.message, tone="late")
        return redirect("people:member", pk=pk)
    answer = _page(request, row, phone or "没有登记")
    answer["Cache-Control"] = "no-store"
    return answer


def _page(request: HttpRequest, row: Member, phone: str) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "row": row,
        "tone": TONES[row.duty_status],
        "phone": phone,
        "skills": _words(row.skills, choices.SKILLS),
        "classes": _words(row.service_classes, choices.SERVICE_CLASSES),
        "times": _words(row.availability, choices.AVAILABILITY),
        "exemptions": [
            (
                e,
                (e.valid_to is None or e.valid_to > today())
                and can(actor, "exemptions.end", e),
            )
            for e in row.exemptions.all()
            if can(actor, "exemptions.view", e)
        ],
        "purposes": list(PURPOSES.items()),
        "looks": looks(row.pk, "members.reveal"),
        "statuses": [
            (k, choices.DUTY_STATUS[k]) for k in SETTABLE if k != row.duty_status
        ],
        "links": panels.member_links(actor, row),
        "may": {
            "edit": can(actor, "members.edit", row),
            "contact": can(actor, "persons.edit", row.person),
            "reveal": can(actor, "members.reveal", row),
            "duty": can(actor, "members.duty", row),
            "exempt": can(actor, "exemptions.add", _exemption(row)),
        },
    }
    return render(request, "people/member.html", context)


def _exemption(row: Member) -> Exemption:
    path = row.residence_path or row.point_path or row.unit_path
    return Exemption(member_id=row.pk, unit_id=row.unit_id, path=path)


def _crumbs(row: Member) -> list[tuple[str, str]]:
    return [
        (reverse("people:members"), "党员"),
        (reverse("people:member", args=[row.pk]), row.person.name),
    ]


@get_or_post
def member_add(request: HttpRequest) -> HttpResponse:
    actor = require_desk(request, "members.add", "members.view")
    initial = {"unit": uuid_of(request.GET.get("unit")) or actor.unit_id}
    form = MemberAddForm(request.POST or None, actor=actor, initial=initial)
    done = submitted(
        request,
        form,
        lambda d: services.add_member(
            actor=actor,
            **_ids(d, "unit", "residence"),
            client_id=request.POST.get("client_id", ""),
        ),
    )
    if done:
        toast(request, "党员登记好了。", "请提醒本人到单位联系点和居住社区报到。")
        return redirect("people:member", pk=done.id)
    return form_page(
        request, form, "登记一名党员", [(reverse("people:members"), "党员")]
    )


@get_or_post
def member_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Members say what they can do; their unit or community keeps the rest."""
    actor = actor_of(request)
    row = queries.member(actor, pk)
    require(actor, "members.edit", row)
    own = actor.role == "member"
    names = OwnForm.base_fields if own else MemberEditForm.base_fields
    initial = {f: getattr(row, f) for f in names}
    form: OwnForm | MemberEditForm
    if own:
        form = OwnForm(request.POST or None, initial=initial)
    else:
        form = MemberEditForm(request.POST or None, initial=initial, unit=row.unit)
    done = submitted(
        request,
        form,
        lambda d: services.edit_member(
            actor=actor, member_id=pk, changes=d if own else _ids(d, "party_org")
        ),
    )
    if done:
        toast(request, "已保存。")
        return redirect("/") if own else redirect("people:member", pk=pk)
    title = "我能做什么" if own else f"修改{row.person.name}"
    trail = [("/", "首页")] if own else _crumbs(row)
    return form_page(request, form, title, trail)


@get_or_post
def member_contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Name and phone, without having to see the old phone."""
    actor = actor_of(request)
    row = queries.member(actor, pk)
    require(actor, "persons.edit", row.person)
    form = PersonForm(request.POST or None, initial={"name": row.person.name})
    done = submitted(
        request,
        form,
        lambda d: services.edit_person(
            actor=actor,
            person_id=row.person_id,
            name=d["name"],
            phone=d["phone"] or None,
        ),
    )
    if done:
        toast(request, "已保存。")
        return redirect("people:member", pk=pk)
    return form_page(request, form, f"修改{row.person.name}的姓名和电话", _crumbs(row))


@require_POST
def member_status(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = queries.member(actor, pk)
    try:
        services.set_duty_status(
            actor=actor, member_id=pk, status=request.POST.get("status", "")
        )
    except Invalid as error:
        toast(request, error.message, tone="late")
    else:
        toast(request, f"{row.person.name}的状态已更新。")
    return redirect("people:member", pk=pk)


@get_or_post
def exemption_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = queries.member(actor, pk)
    require(actor, "exemptions.add", _exemption(row))
    form = ExemptionForm(request.POST or None, initial={"valid_from": today()})
    done = submitted(
        request,
        form,
        lambda d: services.add_exemption(
            actor=actor, member_id=pk, **d, client_id=request.POST.get("client_id", "")
        ),
    )
    if done:
        toast(request, "免责期已登记。", "期间没有任务，也不扣分；愿意服务照样记。")
        return redirect("people:member", pk=pk)
    note = "由您核实即可，不收、不存诊断书等材料。"
    return form_page(
        request, form, f"登记{row.person.name}的免责期", _crumbs(row), note=note
    )


@require_POST
def exemption_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    member_id = (
        Exemption.objects.filter(pk=pk).values_list("member_id", flat=True).first()
    )
    try:
        services.end_exemption(actor=actor_of(request), exemption_id=pk)
    except Invalid as error:
        toast(request, error.message, tone="late")
    else:
        toast(request, "免责期到今天结束。")
    return redirect("people:member", pk=member_id)

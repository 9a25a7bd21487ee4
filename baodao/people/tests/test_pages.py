"""Four questions per page: works, refuses the wrong role, hides other places,
refuses the wrong method. And how many queries it takes."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.acts.models import Event
from baodao.core.clock import today
from baodao.people.models import (
    Account,
    ContactTie,
    Exemption,
    Member,
    PartyOrg,
    Person,
    Resident,
    RoleTie,
    Unit,
)
from baodao.people.tests.make import World, uid, world

pytestmark = pytest.mark.django_db
MOST = 15


@pytest.fixture
def w() -> World:
    return world()


# page → (named id or "", who opens it, who is refused and how)
PAGES = {
    "units": ("", "community_worker", {"anonymous": 404, "member": 404, "audit_admin": 404}),
    "unit_add": ("", "county_org", {"community_worker": 403, "member": 404}),
    "unit": ("unit:unit", "community_worker", {"outsider": 404, "other_unit_secretary": 404, "member": 404}),
    "unit_edit": ("unit:unit", "unit_secretary", {"unit_liaison": 403, "community_worker": 403, "far_county_org": 404}),
    "unit_rename": ("unit:unit", "county_org", {"unit_secretary": 403, "community_worker": 403, "outsider": 404}),
    "org_add": ("unit:unit", "unit_secretary", {"community_worker": 403, "outsider": 404}),
    "org_edit": ("org:unit", "unit_secretary", {"unit_liaison": 403, "outsider": 404}),
    "tie_add": ("unit:unit", "county_org", {"unit_secretary": 403, "community_worker": 403, "outsider": 404}),
    "tie_end": ("tie:unit", "county_org", {"unit_secretary": 403, "outsider": 404}),
    "members": ("", "unit_secretary", {"anonymous": 404, "system_admin": 404}),
    "member_add": ("", "unit_liaison", {"township_party": 403, "member": 403, "anonymous": 404}),
    "member": ("member:member", "grid_worker_home", {"outsider": 404, "other_unit_secretary": 404, "colleague": 404}),
    "member_edit": ("member:member", "member", {"colleague": 404, "township_party": 403, "outsider": 404}),
    "member_contact": ("member:member", "unit_secretary", {"colleague": 404, "township_party": 403, "outsider": 404}),
    "exemption_add": ("member:member", "unit_secretary", {"member": 403, "county_org": 403, "outsider": 404}),
    "residents": ("", "grid_worker", {"county_org": 404, "unit_secretary": 404, "member": 404}),
    "resident_add": ("", "grid_worker", {"county_org": 404, "member": 404}),
    "resident": ("resident", "grid_worker", {"county_org": 404, "outsider": 404, "other_grid_worker": 404}),
    "resident_edit": ("resident", "community_worker", {"county_org": 404, "outsider": 404}),
    "roles": ("", "community_secretary", {"grid_worker": 404, "anonymous": 404}),
    "role_give": ("", "community_secretary", {"community_worker": 403, "grid_worker": 404}),
    "accounts": ("", "community_secretary", {"community_worker": 404, "grid_worker": 404}),
    "account_open": ("", "unit_secretary", {"member": 403, "unit_liaison": 404}),
}  # fmt: skip


def address(name: str) -> str:
    key = PAGES[name][0]
    return reverse(f"people:{name}", args=[uid(key)] if key else [])


def opener(name: str) -> str:
    return (
        "community_worker" if PAGES[name][1] == "grid_worker_home" else PAGES[name][1]
    )


@pytest.mark.parametrize("name", PAGES)
def test_the_page_opens_with_few_queries(
    w: World, name: str, django_assert_max_num_queries: Any
) -> None:
    client = w.client(opener(name))
    with django_assert_max_num_queries(MOST):
        answer = client.get(address(name))
    assert answer.status_code == 200
    assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_refuses_who_has_no_business_there(w: World, name: str) -> None:
    for key, status in PAGES[name][2].items():
        assert w.client(key).get(address(name)).status_code == status, key


@pytest.mark.parametrize("name", PAGES)
def test_the_page_refuses_a_wrong_method(w: World, name: str) -> None:
    assert w.client(opener(name)).delete(address(name)).status_code == 405


@pytest.mark.parametrize(
    "name",
    ["member_reveal", "member_status", "exemption_end", "resident_reveal", "role_end",
     "account_reset", "account_switch"],
)  # fmt: skip
def test_an_act_is_posted(w: World, name: str) -> None:
    url = reverse(f"people:{name}", args=[uid("member:member")])
    assert w.client("community_secretary").get(url).status_code == 405


def see(
    w: World, key: str, name: str, args: list[object] | None = None, **query: Any
) -> str:
    return str(
        w.client(key).get(reverse(f"people:{name}", args=args), query).content.decode()
    )


@pytest.mark.req("A05")
def test_units_are_filtered_by_the_address_and_hidden_elsewhere(w: World) -> None:
    assert "国网阿里供电公司" in see(
        w, "county_org", "units", affiliation="central_soe_branch"
    )
    assert "卫生健康" not in see(
        w, "county_org", "units", affiliation="central_soe_branch"
    )
    assert "住房和城乡" in see(
        w, "county_org", "units", function="housing", kind="organ"
    )
    assert "日土县教育局" not in see(w, "county_org", "units")
    assert "国网阿里供电公司" in see(w, "county_org", "units", tie="none")
    assert "住房和城乡" not in see(w, "county_org", "units", tie="none")
    for text in ("住房", "住建局", "zjj", "zfhcx", "zhufang"):
        assert "住房和城乡" in see(w, "community_worker", "units", q=text), text
    by_seat = see(w, "county_org", "units", seat=w.places.other_street.path)
    assert "没有符合条件的单位" in by_seat


def test_a_unit_is_registered_and_the_credit_code_is_checked(w: World) -> None:
    client, url = w.client("county_org"), reverse("people:unit_add")
    data = {
        "name": "阿里地区审计局", "kind": "organ", "affiliation": "regional",
        "seat": w.places.community.pk, "head_count": "12", "uscc": "91350100M000100Y44",
        "functions": ["finance"],
    }  # fmt: skip
    bad = client.post(url, data)
    assert bad.status_code == 422 and "最后一位应是3" in bad.content.decode()
    assert client.post(url, {**data, "uscc": ""}).status_code == 302
    unit = Unit.objects.get(name="阿里地区审计局")
    far = {**data, "uscc": "", "seat": w.places.far_community.pk}
    assert client.post(url, far).status_code == 422
    edit = reverse("people:unit_edit", args=[unit.pk])
    assert (
        client.post(edit, {**data, "uscc": "", "name": "地区审计局"}).status_code == 302
    )
    assert Unit.objects.filter(name="地区审计局").exists()


@pytest.mark.req("A08")
def test_a_contact_point_is_decided_and_ended_from_the_pages(w: World) -> None:
    client = w.client("county_org")
    url = reverse("people:tie_add", args=[w.units.loose.pk])
    done = client.post(url, {"point": w.places.community.pk, "reason": "就近"})
    assert done.status_code == 302
    assert "国网阿里供电公司" in see(w, "community_worker", "units")
    tie = ContactTie.objects.get(unit=w.units.loose)
    end = reverse("people:tie_end", args=[tie.pk])
    assert client.post(end, {"reason": ""}).status_code == 422
    assert client.post(end, {"reason": "调整"}).status_code == 302
    assert Unit.objects.get(pk=w.units.loose.pk).point_path is None


def test_party_organisations_from_the_pages(w: World) -> None:
    client = w.client("unit_secretary")
    add = reverse("people:org_add", args=[w.units.unit.pk])
    data = {"name": "第一党支部", "kind": "branch", "superior": w.orgs["unit"].pk}
    assert client.post(add, data).status_code == 302
    org = PartyOrg.objects.get(name="第一党支部")
    edit = reverse("people:org_edit", args=[org.pk])
    both = {**data, "superior_external": "自治区机关工委"}
    assert client.post(edit, both).status_code == 422
    outside = {
        "name": "第一党支部",
        "kind": "branch",
        "superior_external": "自治区机关工委",
    }
    assert client.post(edit, outside).status_code == 302
    assert "自治区机关工委" in see(w, "unit_secretary", "unit", [w.units.unit.pk])


@pytest.mark.req("A09")
def test_members_are_found_registered_and_edited(w: World) -> None:
    page = see(w, "unit_secretary", "members")
    assert "张伟" in page and "杨帆" not in page
    assert "陈静" in see(w, "unit_secretary", "members", reported="none")
    assert "张伟" not in see(w, "unit_secretary", "members", reported="none")
    client = w.client("unit_liaison")
    data = {"name": "旺姆", "phone": "138 0000 0001", "kind": "in_service",
            "unit": w.units.unit.pk, "skills": ["tibetan"]}  # fmt: skip
    assert (
        client.post(reverse("people:member_add"), {**data, "phone": "12"}).status_code
        == 422
    )
    assert client.post(reverse("people:member_add"), data).status_code == 302
    row = Member.objects.get(person__name="旺姆")
    body = {"kind": "in_service", "joined_on": "2026-01-01", "skills": ["law"]}
    client.post(reverse("people:member_edit", args=[row.pk]), body)
    contact = reverse("people:member_contact", args=[row.pk])
    client.post(contact, {"name": "旺姆", "phone": ""})
    row.refresh_from_db()
    assert (row.skills, row.person.phone) == (["law"], "13800000001")
    client.post(contact, {"name": "旺姆", "phone": "13800000002"})
    assert Person.objects.get(pk=row.person_id).phone == "13800000002"


def test_members_edit_what_they_can_do_in_their_own_frame(w: World) -> None:
    url = reverse("people:member_edit", args=[w.members.member.pk])
    client = w.client("member")
    page = client.get(url).content.decode()
    assert "我能做什么" in page and "类别" not in page
    assert (
        client.post(url, {"skills": ["law"], "praise_public": "on"}).status_code == 302
    )
    assert Member.objects.get(pk=w.members.member.pk).praise_public


def test_a_members_phone_is_shown_once_and_the_look_is_listed(w: World) -> None:
    client, pk = w.client("community_worker"), w.members.member.pk
    page = client.get(reverse("people:member", args=[pk])).content.decode()
    phone = w.people["member"].phone
    assert phone not in page
    reveal = reverse("people:member_reveal", args=[pk])
    shown = client.post(reveal, {"purpose": "report_in"})
    assert phone in shown.content.decode() and shown["Cache-Control"] == "no-store"
    assert (
        "联系报到" in client.get(reverse("people:member", args=[pk])).content.decode()
    )
    assert w.client("county_org").post(reveal, {"purpose": "visit"}).status_code == 403
    assert client.post(reveal, {}).status_code == 302
    assert Event.objects.filter(action="members.reveal").count() == 1


def test_status_and_exemption_from_the_pages(w: World) -> None:
    client, pk = w.client("unit_secretary"), w.members.member.pk
    add = reverse("people:exemption_add", args=[pk])
    assert (
        client.post(add, {"kind": "study", "valid_from": str(today())}).status_code
        == 302
    )
    assert Member.objects.get(pk=pk).duty_status == "exempt"
    row = Exemption.objects.get()
    assert (
        client.post(reverse("people:exemption_end", args=[row.pk])).status_code == 302
    )
    client.post(reverse("people:member_status", args=[pk]), {"status": "seconded_away"})
    assert Member.objects.get(pk=pk).duty_status == "seconded_away"
    client.post(reverse("people:member_status", args=[pk]), {"status": "exempt"})
    assert Member.objects.get(pk=pk).duty_status == "seconded_away"
    client.post(reverse("people:member_status", args=[pk]), {"status": "left"})
    assert Member.objects.get(pk=pk).duty_status == "seconded_away"


def test_residents_are_registered_masked_and_revealed(w: World) -> None:
    client = w.client("grid_worker")
    page = client.get(reverse("people:residents")).content.decode()
    assert "赵阿姨" not in page and "户0312" in page
    add = reverse("people:resident_add")
    data = {"call_name": "李奶奶", "phone": "13900000002", "language": "bo",
            "channel": "visit", "household_number": "0312"}  # fmt: skip
    assert client.post(add, {**data, "household_number": "9999"}).status_code == 422
    assert client.post(add, data).status_code == 302
    row = Resident.objects.exclude(pk=w.resident.pk).get()
    url = reverse("people:resident", args=[row.pk])
    assert "13900000002" not in client.get(url).content.decode()
    shown = client.post(
        reverse("people:resident_reveal", args=[row.pk]), {"purpose": "visit"}
    )
    assert "13900000002" in shown.content.decode()
    edit = reverse("people:resident_edit", args=[row.pk])
    client.post(
        edit, {"language": "zh", "channel": "phone", "phone": "", "call_name": ""}
    )
    row.refresh_from_db()
    assert (row.phone, row.language) == ("13900000002", "zh")
    assert "李＊＊" in see(w, "grid_worker", "residents", q="13900000002")


def test_a_role_is_given_to_somebody_found_and_taken_back(w: World) -> None:
    client = w.client("community_secretary")
    found = see(w, "community_secretary", "role_give", q="卓玛")
    link = re.search(r"\?person=[0-9a-f-]+", found)
    assert link
    url = reverse("people:role_give") + link.group()
    end = today() + timedelta(days=300)
    data = {
        "role": "grid_worker",
        "place": w.places.second_grid.pk,
        "valid_to": str(end),
    }
    assert client.post(url, {**data, "valid_to": "2040-01-01"}).status_code == 422
    assert client.post(url, {**data, "role": "county_org"}).status_code == 422
    assert client.post(url, data).status_code == 302
    tie = RoleTie.objects.get(place=w.places.second_grid)
    assert client.post(reverse("people:role_end", args=[tie.pk])).status_code == 302
    assert RoleTie.objects.get(pk=tie.pk).valid_to == today()
    assert (
        w.client("outsider").post(reverse("people:role_end", args=[tie.pk])).status_code
        == 404
    )


def test_a_new_person_is_noted_on_the_way_to_a_role(w: World) -> None:
    answer = w.client("unit_secretary").post(
        reverse("people:role_give"), {"name": "新联络员", "phone": "13900000003"}
    )
    person = Person.objects.get(name="新联络员")
    assert str(person.pk) in answer["Location"]
    assert (person.unit_id, person.path) == (w.units.unit.pk, w.units.unit.path)
    page = w.client("unit_secretary").get(answer["Location"]).content.decode()
    assert "单位联络员" in page and "县（区）委组织部" not in page


def test_the_initial_password_is_shown_on_one_answer_only(w: World) -> None:
    client = w.client("community_secretary")
    made = client.post(reverse("people:account_open"), {"name": "阿旺"})
    answer = client.post(made["Location"], {"username": "awang"})
    shown = re.search(r"[a-z]{4}-\d{4}-[a-z]{4}", answer.content.decode())
    assert shown and answer["Cache-Control"] == "no-store"
    account = Account.objects.get(username="awang")
    assert account.must_change_password and account.check_password(shown.group())
    reset = client.post(reverse("people:account_reset", args=[account.pk]))
    again = re.search(r"[a-z]{4}-\d{4}-[a-z]{4}", reset.content.decode())
    assert again and again.group() != shown.group()
    switch = reverse("people:account_switch", args=[account.pk])
    client.post(switch, {"on": "0"})
    assert not Account.objects.get(pk=account.pk).is_active
    client.post(switch, {"on": "1"})
    assert Account.objects.get(pk=account.pk).is_active
    assert w.client("outsider").post(switch, {"on": "0"}).status_code == 404


def test_a_township_opens_the_account_of_a_role_it_gives(w: World) -> None:
    client = w.client("township_party")
    made = client.post(reverse("people:account_open"), {"name": "阿旺"})
    client.post(made["Location"], {"username": "awang"})
    account = Account.objects.get(username="awang")
    assert account.path == w.actors["township_party"].path
    above = w.accounts["county_org"]
    url = reverse("people:account_reset", args=[above.pk])
    assert client.post(url).status_code == 404


def test_what_ends_a_session_asks_first_and_says_what_happens(w: World) -> None:
    page = w.client("community_secretary").get(reverse("people:accounts"))
    shown = page.content.decode()
    pk = w.accounts["community_worker"].pk
    for name, action in (("reset", "account_reset"), ("off", "account_switch")):
        assert f'href="#{name}-{pk}" data-dialog="{name}-{pk}"' in shown
        asked = shown.split(f'<dialog class="dlg" id="{name}-{pk}"')[1]
        assert reverse(f"people:{action}", args=[pk]) in asked.split("</dialog>")[0]
    outside = re.sub(r"<dialog.*?</dialog>", "", shown, flags=re.DOTALL)
    assert reverse("people:account_reset", args=[pk]) not in outside
    assert "新密码只显示一次" in shown and "随时可以重新启用" in shown


@pytest.mark.parametrize(
    ("role", "offered"),
    [("county_org", True), ("township_party", True),
     ("community_worker", False), ("grid_worker", False)],
)  # fmt: skip
def test_filters_by_place_offer_only_where_units_sit_and_members_live(
    w: World, role: str, offered: bool
) -> None:
    for page, name in (("units", "seats"), ("members", "residences")):
        shown = w.client(role).get(reverse(f"people:{page}"))
        paths = [path for path, _ in shown.context[name]]
        assert bool(paths) == offered
        assert all("/H" not in path for path in paths)


def test_the_page_of_a_place_lists_its_units_and_roles(w: World) -> None:
    url = reverse("places:detail", args=[w.places.community.pk])
    page = w.client("community_secretary").get(url).content.decode()
    assert "联系这里的单位" in page and "住房和城乡建设局" in page
    assert "社区专干" in page and "卓玛" in page
    for_members = w.client("member").get(url).content.decode()
    assert "联系这里的单位" not in for_members


@pytest.mark.req("A08")
def test_units_without_point_and_points_without_unit_stand_together(w: World) -> None:
    page = w.client("county_org").get(reverse("people:units"), {"tie": "none"})
    shown = page.content.decode()
    assert w.units.loose.name in shown and w.units.unit.name not in shown
    assert "还没有单位的联系点" in shown and w.places.grid.name in shown


def test_edge_case_06_a_renamed_unit_is_found_by_its_old_name_with_dates(
    w: World,
) -> None:
    client, pk = w.client("county_org"), w.units.unit.pk
    url = reverse("people:unit_rename", args=[pk])
    data = {"name": "阿里地区住房和城乡建设委员会", "short_name": "地区住建委",
            "on": str(today()), "reason": "机构改革方案"}  # fmt: skip
    tomorrow = str(today() + timedelta(days=1))
    assert client.post(url, {**data, "on": tomorrow}).status_code == 422
    assert client.post(url, {**data, "name": w.units.unit.name,
                             "short_name": "地区住建局"}).status_code == 422  # fmt: skip
    assert client.post(url, data).status_code == 302
    page = client.get(reverse("people:unit", args=[pk])).content.decode()
    assert (
        "地区住房和城乡建设委员会" in page
        and "曾用名" in page
        and "机构改革方案" in page
    )
    for text in ("住房和城乡建设局", "zfhcxjsj", "地区住建局"):
        found = see(w, "county_org", "units", q=text)
        assert "建设委员会" in found
    assert "曾用名：阿里地区住房和城乡建设局" in see(
        w, "county_org", "units", q="住房和城乡建设局"
    )
    unit = Unit.objects.get(pk=pk)
    assert (unit.uscc, unit.point_path) == (w.units.unit.uscc, w.units.unit.point_path)
    assert ContactTie.objects.filter(unit=unit, valid_to=None).count() == 1
    edit = {"kind": "organ", "affiliation": "regional", "seat": unit.seat_id,
            "head_count": 9, "name": unit.name}  # fmt: skip
    assert client.post(reverse("people:unit_edit", args=[pk]), edit).status_code == 302
    assert "建设委员会" in see(w, "county_org", "units", q="住房和城乡建设局")

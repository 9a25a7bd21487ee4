"""Pages: they work, refuse the wrong role, hide other places, refuse the wrong method."""

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from baodao.people.models import Member, Person, Unit
from baodao.people.tests.make import World, world
from baodao.places.models import Place
from baodao.reporting.models import ReportIn
from baodao.reporting.tests.make import accepted, at_point, home, of_unit

pytestmark = pytest.mark.django_db
LIMIT = 15


@pytest.fixture
def w() -> World:
    return world()


def _get(w: World, key: str, name: str, *args: Any, **query: str) -> Any:
    return w.client(key).get(reverse(f"reporting:{name}", args=args), query)


def _post(w: World, key: str, name: str, *args: Any, **data: Any) -> Any:
    query = data.pop("query", "")
    return w.client(key).post(reverse(f"reporting:{name}", args=args) + query, data)


def _text(response: Any) -> str:
    return str(response.content.decode())


# --- works ------------------------------------------------------------------------


@pytest.mark.req("A02")
def test_the_list_stands_by_tabs_and_filters_live_in_the_address(w: World) -> None:
    waiting, active = home(w), accepted(w, home(w, "neighbour"))
    page = _text(_get(w, "community_worker", "list"))
    assert "陈静" in page and "杨帆" not in page
    assert "杨帆" in _text(_get(w, "community_worker", "list", tab="active"))
    found = _get(
        w, "community_worker", "list", q="cj", channel="residence", subject="member"
    )
    assert f"r-{waiting.id}" in _text(found)
    assert f"r-{active.id}" not in _text(
        _get(w, "community_worker", "list", tab="active", q="cj")
    )
    assert "没有找到合条件的报到" in _text(
        _get(w, "community_worker", "list", q="查无此人")
    )


@pytest.mark.req("A02", "A09")
def test_a_member_reports_in_with_three_short_pages_and_sees_what_comes_next(
    w: World,
) -> None:
    assert "居住地" in _text(_get(w, "newcomer", "new"))
    places = _text(_get(w, "newcomer", "new", channel="residence", q="sg"))
    assert "森格社区" in places
    query = f"?channel=residence&place={w.places.community.id}"
    assert "第 3 步" in _text(
        w.client("newcomer").get(reverse("reporting:new") + query)
    )
    done = _post(
        w, "newcomer", "new", query=query, skills=["repair"], availability=["any"]
    )
    it = ReportIn.objects.get()
    assert done.url == f"{reverse('reporting:my')}?reported={it.id}"
    page = _text(w.client("newcomer").get(done.url))
    for words in (
        "报到好了",
        "等社区接收",
        "到单位联系点报到",
        "接一单",
        "接下来做什么",
    ):
        assert words in page, words
    assert it.skills == ["repair"]


def test_a_wrong_place_comes_back_with_a_sentence(w: World) -> None:
    query = f"?channel=residence&place={w.places.grid.id}"
    refused = _post(w, "newcomer", "new", query=query)
    assert refused.status_code == 422
    assert "请选到社区（村）" in _text(refused)


@pytest.mark.req("L04", "L05")
def test_a_unit_fills_one_page_with_repeating_rows(w: World) -> None:
    assert "报到到哪个联系点" in _text(_get(w, "unit_secretary", "new_unit"))
    sheet = {
        "place": str(w.places.community.id), "head_name": "王建国", "liaison_name": "李秀英",
        "head_count": "20", "need-0-title": "活动场地", "need-0-quantity": "", "need-0-conditions": "",
        "resource-0-title": "会议室", "resource-0-quantity": "1 间", "resource-0-conditions": "",
    }  # fmt: skip
    longer = _post(w, "unit_secretary", "new_unit", **sheet, more="need")
    assert longer.status_code == 200
    assert 'name="need-3-title"' in _text(longer) and 'value="活动场地"' in _text(
        longer
    )
    sent = _post(w, "unit_secretary", "new_unit", **sheet)
    it = ReportIn.objects.get()
    assert sent.url == reverse("reporting:detail", args=[it.id])
    assert list(it.items.values_list("kind", "title")) == [
        ("need", "活动场地"),
        ("resource", "会议室"),
    ]
    page = _text(w.client("unit_liaison").get(sent.url))
    assert "接下来做什么" in page and "会议室" in page


def test_a_unit_form_says_what_is_missing_and_a_draft_may_lack_it(w: World) -> None:
    sheet = {
        "place": str(w.places.community.id),
        "head_count": "20",
        "need-0-quantity": "3",
    }
    refused = _post(w, "unit_secretary", "new_unit", **{**sheet, "need-0-quantity": ""})
    assert refused.status_code == 422
    assert "请写联络员的姓名" in _text(refused)
    assert "请写名称。" in _text(_post(w, "unit_secretary", "new_unit", **sheet))
    draft = _post(
        w, "unit_secretary", "new_unit", **{**sheet, "need-0-quantity": ""}, draft="1"
    )
    it = ReportIn.objects.get()
    assert (draft.status_code, it.state) == (302, "draft")
    edit = {"head_name": "王建国", "liaison_name": "李秀英", "head_count": "20"}
    assert _get(w, "unit_liaison", "edit", it.id).status_code == 200
    assert _post(w, "unit_liaison", "edit", it.id, **edit).status_code == 302
    it.refresh_from_db()
    assert (it.state, it.head_name) == ("submitted", "王建国")


def test_a_draft_is_the_units_alone(w: World) -> None:
    draft = of_unit(w, draft=True)
    assert _get(w, "community_worker", "detail", draft.id).status_code == 404
    assert _get(w, "unit_secretary", "detail", draft.id).status_code == 200
    assert "草稿" in _text(_get(w, "unit_secretary", "list", tab="draft"))


def test_a_worker_registers_from_a_paper_form(w: World) -> None:
    found = _text(_get(w, "community_worker", "on_behalf", q="陈静"))
    assert str(w.members.newcomer.id) in found
    query = f"?member={w.members.newcomer.id}"
    assert "代陈静报到" in _text(
        _get(w, "community_worker", "on_behalf", member=str(w.members.newcomer.id))
    )
    where = f"residence:{w.places.community.id}"
    done = _post(
        w, "community_worker", "on_behalf", query=query, where=where, method="paper",
        reported_on="2026-01-05",
    )  # fmt: skip
    it = ReportIn.objects.get()
    assert (done.status_code, it.method, str(it.reported_on)) == (
        302,
        "paper",
        "2026-01-05",
    )
    again = _post(
        w, "community_worker", "on_behalf", query=query, where=where, method="on_behalf"
    )
    assert again.status_code == 422 and "不用再报" in _text(again)
    nowhere = _post(
        w, "community_worker", "on_behalf", query=query, where="", method="on_behalf"
    )
    assert "请选报到到哪里" in _text(nowhere)


@pytest.mark.req("L04", "L06")
def test_a_worker_enters_the_paper_slip_of_a_unit(w: World) -> None:
    unit = w.units.unit
    assert f"?unit={unit.id}" in _text(
        _get(w, "community_worker", "on_behalf", q=unit.name[:4])
    )
    page = _text(_get(w, "community_worker", "on_behalf", unit=str(unit.id)))
    assert "纸质表，补录" in page and "存草稿" not in page
    query = f"?unit={unit.id}"
    slip = {
        "place": str(w.places.community.id), "method": "paper", "reported_on": "2026-01-05",
        "head_name": "王建国", "liaison_name": "李秀英", "head_count": "20",
        "resource-0-title": "会议室", "resource-0-quantity": "", "resource-0-conditions": "",
    }  # fmt: skip
    for wrong, sentence in (
        ({"place": ""}, "请选报到到哪个联系点"),
        ({"liaison_name": ""}, "请写联络员的姓名"),
        ({"reported_on": "2099-01-01"}, "不能在今天以后"),
    ):
        refused = _post(
            w, "community_worker", "on_behalf", query=query, **{**slip, **wrong}
        )
        assert refused.status_code == 422 and sentence in _text(refused)
    done = _post(w, "community_worker", "on_behalf", query=query, **slip)
    it = ReportIn.objects.get()
    assert done.url == reverse("reporting:detail", args=[it.id])
    assert (it.subject_unit_id, it.method, it.state) == (unit.id, "paper", "submitted")
    assert (str(it.reported_on), it.items.get().title) == ("2026-01-05", "会议室")
    again = _text(_get(w, "community_worker", "on_behalf", unit=str(unit.id)))
    assert "都已经有报到单" in again


def test_a_unit_changes_the_sheet_of_an_active_report_in_on_its_page(w: World) -> None:
    it = accepted(w, of_unit(w))
    edit = reverse("reporting:edit", args=[it.id])
    for key in ("unit_liaison", "community_worker"):
        assert edit in _text(_get(w, key, "detail", it.id))
    assert edit not in _text(_get(w, "township_party", "detail", it.id))
    assert "打开那一份报到" in _text(_get(w, "unit_liaison", "new_unit"))
    page = _text(_get(w, "unit_liaison", "edit", it.id))
    assert "改好了" in page and 'value="李秀英"' in page and 'value="会议室"' in page
    sheet = {
        "place": str(w.places.community.id), "head_name": "王建国",
        "liaison_name": "次仁", "head_count": "21", "need-0-title": "讲解员",
        "need-0-quantity": "", "need-0-conditions": "",
    }  # fmt: skip
    assert _post(w, "unit_liaison", "edit", it.id, **sheet).status_code == 302
    again = _post(w, "unit_liaison", "edit", it.id, **sheet)
    assert again.status_code == 422 and "和现在的一样" in _text(again)
    page = _text(_get(w, "community_worker", "detail", it.id))
    assert "讲解员" in page and "次仁" in page and "第 2 版" in page
    member = accepted(w, home(w))
    assert _get(w, "community_worker", "edit", member.id).status_code == 409


def test_a_search_on_behalf_says_how_many_there_are_and_pages_them(w: World) -> None:
    for n in range(30):
        another = Person.objects.create(name=f"查{n:02d}", pinyin=f"cha{n:02d}")
        Member.objects.create(
            person=another, unit=w.units.unit, unit_path=w.units.unit.path,
            volunteer_no=f"9{n:03d}",
        )  # fmt: skip
    first = _text(_get(w, "unit_liaison", "on_behalf", q="查"))
    assert "30 名" in first and "1–25，共 30" in first and "查29" not in first
    assert "查29" in _text(_get(w, "unit_liaison", "on_behalf", q="查", page="2"))
    Unit.objects.filter(pk=w.units.unit.pk).update(name="查验局", pinyin="chayanju")
    both = _text(_get(w, "community_worker", "on_behalf", q="查"))
    assert "查验局" in both and "看全部 30 名党员" in both and "查10" not in both
    alone = _text(_get(w, "community_worker", "on_behalf", q="查", of="members"))
    assert "查24" in alone and "查验局</a>" not in alone


def test_places_to_report_in_are_paged_not_cut(w: World) -> None:
    street = w.places.street
    for n in range(40):
        Place.objects.create(
            parent=street, level=5, code=f"540000{n:03d}", name=f"牧场村{n:02d}",
            path=f"{street.path}N{n:03d}/", kind="village",
        )  # fmt: skip
    first = _get(w, "newcomer", "new", channel="residence", q="牧场村")
    assert "共 40" in _text(first) and "牧场村39" not in _text(first)
    query = {"channel": "residence", "q": "牧场村", "page": "2"}
    assert "牧场村39" in _text(_get(w, "newcomer", "new", **query))
    it = accepted(w, home(w))
    moved = _text(_get(w, "newcomer", "move", it.id, q="牧场村", page="2"))
    assert "牧场村39" in moved


def test_a_units_list_speaks_to_the_unit(w: World) -> None:
    for key, own in (("unit_secretary", True), ("community_worker", False)):
        page = _text(_get(w, key, "list"))
        assert ("单位自己的报到" in page and "本单位或党员报到以后" in page) is own
        assert ("3 个工作日内接收或退回" in page) is not own
        if own:
            assert reverse("reporting:my") in page


def test_only_the_community_of_its_contact_point_enters_a_units_slip(w: World) -> None:
    unit = w.units.unit
    for key in ("outsider", "unit_liaison"):
        found = _text(_get(w, key, "on_behalf", q=unit.name[:4]))
        assert f"?unit={unit.id}" not in found
        assert "补录" not in _text(_get(w, key, "on_behalf", unit=str(unit.id)))


def test_the_list_behind_a_figure_offers_registering_to_those_who_may(w: World) -> None:
    for key, may in (("community_worker", True), ("township_party", False)):
        page = _get(w, key, "coverage", channel="residence", reason="missing")
        assert ("代为登记" in _text(page)) is may
        page = _get(w, key, "coverage", channel="units", reason="none")
        assert ("代为登记" in _text(page)) is may


def test_the_page_of_a_report_in_offers_just_the_steps_that_are_possible(
    w: World,
) -> None:
    it = home(w)
    page = _text(_get(w, "community_worker", "detail", it.id))
    assert "/accept/" in page and "/return/" in page and "/end/" not in page
    assert "/accept/" not in _text(_get(w, "newcomer", "detail", it.id))
    accepted(w, it)
    page = _text(_get(w, "community_worker", "detail", it.id))
    assert "/end/" in page and "/reconfirm/" in page and "/accept/" not in page


def test_accept_return_and_end_by_click(w: World) -> None:
    it = home(w)
    refused = _post(
        w, "community_worker", "act", it.id, "return", reason="duplicate", note=""
    )
    assert refused.status_code == 422
    it.refresh_from_db()
    assert it.state == "submitted"
    for event, data, state in (
        ("return", {"reason": "needs_info", "note": "写一下住处"}, "returned"),
        ("resubmit", {}, "submitted"),
        ("accept", {"note": "欢迎"}, "active"),
        ("end", {"reason": "error"}, "ended"),
    ):
        assert (
            _post(w, "community_worker", "act", it.id, event, **data).status_code == 302
        )
        it.refresh_from_db()
        assert it.state == state
    page = _text(_get(w, "newcomer", "detail", it.id))
    assert "欢迎" in page and "登记有误" in page


def test_moving_by_click(w: World) -> None:
    it = accepted(w, home(w))
    assert "藏布社区" in _text(_get(w, "newcomer", "move", it.id, q="藏布"))
    assert _get(w, "community_worker", "move", it.id).status_code == 200
    place = str(w.places.second_community.id)
    moved = _post(w, "newcomer", "act", it.id, "start_transfer", place=place)
    new = ReportIn.objects.get(previous=it)
    assert moved.url == reverse("reporting:detail", args=[new.id])
    assert _post(w, "newcomer", "act", it.id, "cancel_transfer").status_code == 302
    assert (
        _post(w, "newcomer", "act", it.id, "start_transfer", place="x").status_code
        == 422
    )


@pytest.mark.req("L06", "L17")
def test_one_tap_confirms(w: World) -> None:
    it = accepted(w, home(w))
    ReportIn.objects.filter(id=it.id).update(
        confirmed_on="2026-01-01", reconfirm_due="2026-07-03"
    )
    assert "您还在这里吗" in _text(_get(w, "newcomer", "detail", it.id))
    back = _post(w, "newcomer", "act", it.id, "reconfirm", next=reverse("reporting:my"))
    assert back.url == reverse("reporting:my")
    evil = _post(w, "newcomer", "act", it.id, "withdraw", next="https://example.org/")
    assert evil.status_code == 409
    assert "您还在这里吗" not in _text(_get(w, "newcomer", "detail", it.id))


@pytest.mark.parametrize("sheet", ["member", "unit"])
def test_slips_are_printed_filled_and_blank(w: World, sheet: str) -> None:
    it = of_unit(w) if sheet == "unit" else home(w)
    page = _text(_get(w, "community_worker", "print", it.id))
    assert f"报 {it.receipt_no}" in page and "章" in page
    assert ("回　执" in page) is (sheet == "unit")
    phone = w.members.newcomer.person.phone
    assert phone not in page
    blank = _text(_get(w, "community_worker", "blank", sheet))
    assert it.receipt_no not in blank and "空白" in blank
    assert _get(w, "community_worker", "blank", "order").status_code == 404


def test_unit_and_member_have_pages_of_their_own(w: World) -> None:
    it = accepted(w, of_unit(w))
    assert it.receipt_no in _text(_get(w, "unit_secretary", "my"))
    assert "您还没有报到" in _text(_get(w, "newcomer", "my"))
    assert _get(w, "community_worker", "my").status_code == 403
    assert _get(w, "newcomer", "my", reported=str(it.id)).status_code == 404


# --- coverage ---------------------------------------------------------------------


@pytest.mark.req("A05")
def test_every_number_of_the_coverage_opens_a_list_of_that_length(w: World) -> None:
    accepted(w, home(w))
    at_point(w, "colleague")
    page = _text(_get(w, "county_org", "coverage"))
    assert "按区划顺序，不排名" in page
    for reason, names in (
        ("reported", ["陈静"]), ("waiting", []), ("missing", ["张伟", "刘洋", "杨帆"]),
    ):  # fmt: skip
        behind = _get(w, "county_org", "coverage", channel="residence", reason=reason)
        assert f"{len(names)} 人" in _text(behind)
        assert all(name in _text(behind) for name in names)
    waiting = _get(w, "county_org", "coverage", channel="unit", reason="waiting")
    assert "刘洋" in _text(waiting) and "1 人" in _text(waiting)
    assert "县卫健委" in _text(
        _get(w, "county_org", "coverage", by="unit")
    ) or "噶尔县卫生" in _text(_get(w, "county_org", "coverage", by="unit"))
    units = _get(w, "county_org", "coverage", channel="units", reason="untied")
    assert "国网阿里供电公司" in _text(units)


def test_coverage_stays_in_ones_scope(w: World) -> None:
    far = w.places.other_district.code
    assert _get(w, "county_org", "coverage", place=far).status_code == 404
    assert _get(w, "prefecture_org", "coverage", place=far).status_code == 200
    own = _get(w, "unit_secretary", "coverage", channel="unit", reason="eligible")
    assert "张伟" in _text(own) and "杨帆" not in _text(own)
    for key in ("newcomer", "grid_worker", "audit_admin"):
        assert _get(w, key, "coverage").status_code == 403, key
    odd = {"channel": "x", "reason": "missing"}
    assert _get(w, "county_org", "coverage", **odd).status_code == 404
    url = reverse("reporting:coverage")
    odd = {"channel": "unit", "reason": "missing", "key": "x"}
    assert w.client("county_org").get(url, odd).status_code == 404


# --- refuses ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "key", ["outsider", "second_community_worker", "far_county_org", "far_member"]
)
@pytest.mark.parametrize("name", ["detail", "print", "move", "edit"])
def test_other_places_do_not_find_a_report_in(w: World, key: str, name: str) -> None:
    it = home(w)
    assert _get(w, key, name, it.id).status_code in (403, 404)
    assert _get(w, key, "detail", it.id).status_code == 404
    assert _post(w, key, "act", it.id, "withdraw").status_code in (403, 404)


def test_another_member_does_not_find_it(w: World) -> None:
    assert _get(w, "colleague", "detail", home(w).id).status_code == 404


def test_visitors_find_nothing_and_wrong_roles_are_told(w: World) -> None:
    for name in ("list", "new", "my", "new_unit", "on_behalf", "coverage"):
        assert _get(w, "anonymous", name).status_code == 404, name
        assert _get(w, "audit_admin", name).status_code == 403, name
    it = home(w)
    assert _post(w, "newcomer", "act", it.id, "accept").status_code == 403
    assert _post(w, "practice_center", "act", it.id, "accept").status_code == 403
    assert _get(w, "community_worker", "new_unit").status_code == 403


def test_acts_are_posts_and_pages_are_not(w: World) -> None:
    it = home(w)
    assert _get(w, "community_worker", "act", it.id, "accept").status_code == 405
    assert _post(w, "community_worker", "act", it.id, "replace").status_code == 404
    assert _post(w, "community_worker", "list").status_code == 405
    assert _post(w, "community_worker", "detail", it.id).status_code == 405
    assert _post(w, "county_org", "coverage").status_code == 405


def test_each_role_gets_its_own_way_in(w: World) -> None:
    assert _get(w, "newcomer", "list").url == reverse("reporting:my")
    assert _get(w, "unit_secretary", "new").url == reverse("reporting:new_unit")
    assert _get(w, "community_worker", "new").url == reverse("reporting:on_behalf")
    assert _get(w, "newcomer", "on_behalf").url == reverse("reporting:new")


# --- counted ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "name", "query"),
    [
        ("community_worker", "list", {}),
        ("community_worker", "list", {"tab": "active", "q": "ch"}),
        ("community_worker", "detail", {}),
        ("newcomer", "detail", {}),
        ("newcomer", "my", {}),
        ("newcomer", "new", {"channel": "residence", "q": "sg"}),
        ("unit_secretary", "my", {}),
        ("unit_secretary", "new_unit", {}),
        ("county_org", "coverage", {}),
        ("county_org", "coverage", {"by": "unit"}),
        ("county_org", "coverage", {"channel": "unit", "reason": "missing"}),
        ("community_worker", "on_behalf", {"q": "c"}),
        ("community_worker", "print", {}),
    ],
)
def test_pages_ask_the_database_few_times(
    w: World, key: str, name: str, query: dict[str, str],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    it = accepted(w, home(w))
    for other in ("neighbour", "member", "colleague"):
        home(w, other)
    accepted(w, of_unit(w))
    args = [it.id] if name in ("detail", "print") else []
    client = w.client(key)
    with django_assert_max_num_queries(LIMIT):
        assert (
            client.get(reverse(f"reporting:{name}", args=args), query).status_code
            == 200
        )

"""Pages: they work, refuse the wrong role, hide other places, refuse the wrong method."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from baodao.core.clock import now, today
from baodao.duties.models import Duty
from baodao.exchange.models import (
    Agreement,
    CoProject,
    Deed,
    KeyProblem,
    ListProject,
    Need,
    PoolEntry,
    Resource,
)
from baodao.exchange.tests.make import agreement_in, drafted, published, resource
from baodao.people.tests.make import World, world
from baodao.reporting.tests.make import accepted, of_unit

pytestmark = pytest.mark.django_db
LISTS = (
    "agreement", "deed", "need", "resource", "booking", "listproject", "coproject", "problem", "pool",
)  # fmt: skip


@pytest.fixture
def w() -> World:
    return world()


def _get(w: World, key: str, name: str, *args: Any, **query: str) -> Any:
    return w.client(key).get(reverse(f"exchange:{name}", args=args), query)


def _post(w: World, key: str, name: str, *args: Any, **data: Any) -> Any:
    query = data.pop("query", "")
    return w.client(key).post(reverse(f"exchange:{name}", args=args) + query, data)


def _text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.req("L15", "L18")
def test_from_the_draft_to_the_confirmed_show_in_the_browser(w: World) -> None:
    page = _text(_get(w, "community_worker", "agreement_new"))
    assert "和森格社区起草一份共建协议" in page and "象雄小区" in page
    done = _post(
        w, "community_worker", "agreement_new", title="共驻共建协议",
        units=[str(w.units.unit.id)], valid_from=(today() - timedelta(days=40)).isoformat(),
        last_day=(today() + timedelta(days=300)).isoformat(),
        **{"item-0-title": "上党梆子演出", "item-0-joint_type": "culture",
           "item-0-cadence": "monthly", "item-0-estate": str(w.places.estate.id),
           "item-1-title": ""},
    )  # fmt: skip
    it = Agreement.objects.get()
    assert done.url == reverse("exchange:agreement", args=[it.id])
    assert it.items.get().mechanism == "activities"
    for key, event in (
        ("unit_secretary", "unit_sign"), ("community_secretary", "community_sign"),
        ("township_party", "file"),
    ):  # fmt: skip
        assert (
            "看过左边的内容再签" in _text(_get(w, key, "agreement", it.id))
            or event == "file"
        )
        assert _post(w, key, "agreement_act", it.id, event).status_code == 302
    assert "履行中" in _text(_get(w, "unit_liaison", "agreement", it.id))
    owed = Duty.objects.filter(kind="agreement_item", opens_on__lte=today())
    duty = owed.order_by("-due_on")[0]
    assert "记完成" in _text(_get(w, "unit_liaison", "duty", duty.id))
    refused = _post(w, "unit_liaison", "duty", duty.id, done_on=today().isoformat())
    assert refused.status_code == 422
    _post(
        w, "unit_liaison", "duty", duty.id, done_on=today().isoformat(),
        said="演了一场", people="80",
    )  # fmt: skip
    deed = Deed.objects.get()
    assert "演了一场" in _text(_get(w, "community_worker", "deed", deed.id))
    assert "上党梆子演出" in _text(_get(w, "community_worker", "deed_list"))
    _post(
        w,
        "community_worker",
        "deed_act",
        deed.id,
        "confirm",
        **{"confirm-how": "residents"},
    )
    deed.refresh_from_db()
    assert deed.state == "confirmed"
    assert "已确认 1 / " in _text(_get(w, "unit_liaison", "agreement", it.id))


@pytest.mark.req("L15")
def test_an_agreement_is_printed_as_a_form_and_renewed_from_its_own_text(
    w: World,
) -> None:
    it = agreement_in("effective", w)
    paper = _text(_get(w, "unit_secretary", "agreement_print", it.id))
    for words in (
        "甲　　方",
        "戏曲演出一场",
        "文体活动联谊",
        "共备〔2026〕1号",
        "王建国",
    ):
        assert words in paper
    page = _text(_get(w, "community_worker", "agreement_new", renews=str(it.id)))
    assert "续签共驻共建协议" in page and "戏曲演出一场" in page


def test_a_form_that_has_to_be_mended_comes_back_with_what_was_written(
    w: World,
) -> None:
    sent = _post(
        w, "unit_secretary", "agreement_new", title="协议", valid_from="2026-12-01",
        last_day="2026-11-01", **{"item-0-title": "义诊", "item-0-joint_type": "welfare"},
    )  # fmt: skip
    assert sent.status_code == 422 and "结束要在开始以后" in _text(sent)
    assert 'value="义诊"' in _text(sent)
    longer = _post(w, "unit_secretary", "agreement_new", more="1", title="协议")
    assert longer.status_code == 200 and "第 4 项" in _text(longer)
    none = _post(
        w, "unit_secretary", "agreement_new", title="协议", valid_from="2026-12-01",
        last_day="2027-11-30", **{"item-0-title": ""},
    )  # fmt: skip
    assert "至少一项共建内容" in _text(none)


def test_a_revision_and_a_scan(w: World) -> None:
    it = drafted(w)
    _post(
        w, "unit_secretary", "agreement_edit", it.id, title="改过的", valid_from="2026-12-01",
        last_day="2027-11-30", **{"item-0-title": "义诊", "item-0-joint_type": "welfare"},
    )  # fmt: skip
    it.refresh_from_db()
    assert (it.title, it.edition) == ("改过的", 2)
    bad = SimpleUploadedFile("a.gif", b"GIF89a")
    sent = _post(
        w, "community_worker", "agreement_act", it.id, "attach", **{"attach-file": bad}
    )
    assert sent.status_code == 422 and "只收 PDF 或 JPEG" in _text(sent)
    good = SimpleUploadedFile("协议.pdf", b"%PDF-1.4")
    _post(
        w, "community_worker", "agreement_act", it.id, "attach", **{"attach-file": good}
    )
    scan = it.scans.get()
    file = _post(w, "township_party", "agreement_scan", it.id, scan.id)
    assert file.content == b"%PDF-1.4" and file["Content-Disposition"].startswith(
        "attachment"
    )
    assert (
        _post(w, "far_unit_secretary", "agreement_scan", it.id, scan.id).status_code
        == 404
    )


@pytest.mark.req("L05", "L24", "L26")
def test_needs_and_resources_meet_in_the_browser(w: World) -> None:
    accepted(w, of_unit(w))
    page = _text(_get(w, "community_worker", "take_over"))
    assert "还有 3 条没有收进清单" in page
    need, given = published(w), resource(w)
    assert "1 条需求等对接" in _text(_get(w, "unit_secretary", "ahead"))
    offer = _post(
        w, "unit_secretary", "resource_new", query=f"?need={need.id}", title="辅导教师",
        joint_type="resources", kind="expert", count="1",
    )  # fmt: skip
    made = Resource.objects.get(need=need)
    assert offer.url == reverse("exchange:resource", args=[made.id])
    _post(w, "community_worker", "resource_act", made.id, "accept")
    page = _text(_get(w, "community_worker", "match", need=str(need.id)))
    assert "就是为这条需求提供的" in page and given.title in page
    _post(
        w, "community_worker", "match", query=f"?need={need.id}", title="辅导",
        resources=[str(made.id)], due_on=(today() + timedelta(days=30)).isoformat(),
    )  # fmt: skip
    project = ListProject.objects.get()
    assert "就是为这条需求提供的" in project.reason
    _post(w, "unit_liaison", "listproject_act", project.id, "start")
    _post(
        w,
        "unit_liaison",
        "listproject_act",
        project.id,
        "finish",
        **{"finish-result": "办好了"},
    )
    _post(w, "community_worker", "listproject_act", project.id, "accept")
    assert Need.objects.get(id=need.id).state == "closed"


@pytest.mark.req("L25")
def test_a_resource_is_booked_in_the_browser(w: World) -> None:
    given = resource(w)
    start = (now() + timedelta(days=1)).strftime("%Y-%m-%dT10:00")
    end = (now() + timedelta(days=1)).strftime("%Y-%m-%dT12:00")
    words = {"start_at": start, "end_at": end, "purpose": "辅导"}
    done = _post(w, "community_worker", "book", given.id, **words)
    assert done.status_code == 302
    assert _post(w, "community_worker", "book", given.id, **words).status_code == 409
    assert "辅导" in _text(_get(w, "unit_liaison", "booking_list"))
    assert "待单位答复" in _text(_get(w, "community_worker", "resource", given.id))


@pytest.mark.req("L24")
def test_a_quarter_is_frozen_and_printed(w: World) -> None:
    need = published(w)
    done = _post(w, "community_worker", "freeze")
    paper = _text(w.client("township_party").get(done.url))
    assert need.title in paper and "需求清单（1）" in paper
    assert "定稿的季度清单 1 份" in _text(_get(w, "county_org", "editions"))


@pytest.mark.req("L09", "L10")
def test_a_project_and_a_problem_are_entered_in_the_browser(w: World) -> None:
    _post(
        w, "unit_secretary", "coproject_new", title="亮灯", joint_type="welfare",
        mechanism="urgent", step0="查灯", by0=today().isoformat(),
    )  # fmt: skip
    project = CoProject.objects.get()
    assert "待协商" in _text(_get(w, "community_secretary", "coproject", project.id))
    _post(
        w, "community_worker", "problem_new", title="下水堵塞", kind="facility",
        unit=str(w.units.unit.id), estate=str(w.places.estate.id),
    )  # fmt: skip
    problem = KeyProblem.objects.get()
    _post(w, "unit_secretary", "problem_act", problem.id, "claim")
    assert "已认领" in _text(_get(w, "community_worker", "problem", problem.id))
    bad = _post(w, "unit_secretary", "problem_act", problem.id, "release")
    assert bad.status_code == 422


@pytest.mark.parametrize("code", LISTS)
def test_every_list_works_empty_searched_and_taken_along(w: World, code: str) -> None:
    for key in ("community_worker", "unit_liaison", "township_party", "county_org"):
        page = _get(w, key, f"{code}_list")
        assert page.status_code == 200 and "empty" in _text(page)
    assert "没有找到合条件的" in _text(_get(w, "county_org", f"{code}_list", q="查无"))
    file: Any = w.client("county_org").post(
        reverse("sheets:export", args=["exchange"]) + f"?of={code}", {"kind": "csv"}
    )
    assert file.status_code == 200
    list(file.streaming_content)
    for key, status in (("member", 403), ("anonymous", 404)):
        assert _get(w, key, f"{code}_list").status_code in (status, 302)
    assert _post(w, "county_org", f"{code}_list").status_code == 405


def test_other_places_see_nothing_and_the_wrong_role_is_told(w: World) -> None:
    it, need, given = drafted(w), published(w), resource(w)
    for code, row in (("agreement", it), ("need", need), ("resource", given)):
        for key in ("outsider", "far_unit_secretary", "other_community_worker"):
            assert _get(w, key, code, row.id).status_code == 404
        assert _get(w, "county_org", code, row.id).status_code == 200
    assert (
        _post(w, "county_org", "agreement_act", it.id, "unit_sign").status_code == 403
    )
    assert (
        _post(w, "unit_liaison", "agreement_act", it.id, "unit_sign").status_code == 403
    )
    assert (
        _get(w, "community_worker", "agreement_act", it.id, "file").status_code == 405
    )
    assert (
        _post(w, "community_worker", "agreement_act", it.id, "unknown").status_code
        == 404
    )


@pytest.mark.req("A32", "A33")
def test_a_fund_is_entered_delivered_verified_and_used_in_the_browser(w: World) -> None:
    _post(
        w, "township_party", "pool_new", kind="fund", title="党建经费", source="县财政",
        amount="5000.00", place=str(w.places.community.id), purpose="修活动室",
        due_on=today().isoformat(),
    )  # fmt: skip
    entry = PoolEntry.objects.get()
    assert entry.amount_fen == 500_000
    _post(w, "township_party", "pool_act", entry.id, "deliver")
    assert _post(w, "township_party", "pool_act", entry.id, "verify").status_code == 403
    _post(w, "community_worker", "pool_act", entry.id, "verify")
    words = {"use-used_on": today().isoformat(), "use-use": "买桌椅"}
    over = _post(
        w,
        "township_party",
        "pool_act",
        entry.id,
        "use",
        **words,
        **{"use-amount": "5000.01"},
    )
    assert over.status_code == 422 and "只剩 5,000" in _text(over)
    _post(
        w,
        "township_party",
        "pool_act",
        entry.id,
        "use",
        **words,
        **{"use-amount": "1200.50"},
    )
    page = _text(_get(w, "community_secretary", "pool", entry.id))
    assert "买桌椅" in page and "3,799.5" in page
    with pytest.raises(IntegrityError), transaction.atomic():
        PoolEntry.objects.filter(id=entry.id).update(used_fen=500_001)


@pytest.mark.req("L19", "L27")
def test_the_five_kinds_and_four_mechanisms_are_counted_with_their_gaps(
    w: World,
) -> None:
    agreement_in("effective", w)
    page = _text(_get(w, "county_org", "balance"))
    assert "文体活动联谊" in page and "党建工作联创、" in page
    assert "共驻共建协议" in _text(
        _get(w, "county_org", "agreement_list", type="culture")
    )
    assert "共驻共建协议" not in _text(
        _get(w, "county_org", "agreement_list", type="party")
    )

"""Pages of documents: they work, refuse the wrong role, hide other places, refuse the
wrong method."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from baodao.core.clock import now, today
from baodao.duties.models import Duty
from baodao.oversight.models import Policy
from baodao.oversight.policies import services
from baodao.oversight.tests import make as directives
from baodao.oversight.tests import policies as make
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def _get(w: World, key: str, name: str, *args: Any, **query: str) -> Any:
    return w.client(key).get(reverse(f"policies:{name}", args=args), query)


def _post(w: World, key: str, name: str, /, *args: Any, **data: Any) -> Any:
    return w.client(key).post(reverse(f"policies:{name}", args=args), data)


def _text(response: Any) -> str:
    return str(response.content.decode())


def _published(w: World, **more: Any) -> Policy:
    return make.published(w, now=now(), **{"effective_on": today(), **more})


@pytest.mark.req("A04")
def test_a_document_is_drafted_clause_by_clause_and_published(w: World) -> None:
    words = {
        "title": "双报到实施方案", "kind": "plan", "effective_on": today().isoformat(),
        "scope": w.places.district.path, "summary": "讲清怎么报到。", "to": ["community"],
    }  # fmt: skip
    wrong = _post(w, "county_org", "new", **{**words, "summary": ""})
    assert wrong.status_code == 422
    _post(w, "county_org", "new", **words)
    p = Policy.objects.get()
    assert "还没有条款" in _text(_get(w, "county_org", "detail", p.pk))
    for text in ("到居住地报到。", "每月走访。"):
        _post(
            w, "county_org", "clause_new", p.pk, text=text, body="各单位",
            role="unit_secretary",
        )  # fmt: skip
    p.refresh_from_db()
    last = p.drafted[1]["key"]
    assert "每月走访" in _text(_get(w, "county_org", "clause", p.pk, last))
    _post(w, "county_org", "clause_act", p.pk, last, "up")
    page = _text(_get(w, "county_org", "detail", p.pk))
    assert page.index("每月走访") < page.index("到居住地报到")
    assert "3 家要签收" in page
    assert "接着写" in _text(_get(w, "county_org", "list", tab="draft"))
    _post(w, "county_org", "act", p.pk, "publish")
    p.refresh_from_db()
    assert p.state == "published" and p.clauses.count() == 2
    assert _get(w, "county_org", "edit", p.pk).status_code == 409
    assert "由您负责" in _text(_get(w, "unit_secretary", "detail", p.pk))


@pytest.mark.req("L03")
def test_a_community_signs_and_the_issuer_sees_who_has_not(w: World) -> None:
    p = _published(w)
    page = _text(_get(w, "community_worker", "list"))
    assert "有 1 份文件要签收" in page and "看过签收" in page
    assert "已阅，签收" in _text(_get(w, "community_secretary", "detail", p.pk))
    _post(w, "community_worker", "act", p.pk, "sign")
    page = _text(_get(w, "community_worker", "detail", p.pk))
    assert "卓玛" in page and "已阅，签收" not in page and "没签收的" not in page
    issuer = _get(w, "county_org", "detail", p.pk, figure="waiting")
    left = p.receipts.filter(state="waiting").count()
    assert issuer.context["page"].paginator.count == left
    assert f"还有 {left} 家没签收" in _text(issuer)
    _post(w, "county_org", "act", p.pk, "remind")
    assert "今天已经提醒过" in _text(_get(w, "county_org", "detail", p.pk))
    assert _post(w, "county_org", "act", p.pk, "remind").status_code == 409
    assert "签收情况" in _text(_get(w, "county_org", "print", p.pk))
    assert "签收情况" not in _text(_get(w, "community_worker", "print", p.pk))
    assert "卓玛" in _text(_get(w, "prefecture_org", "detail", p.pk))
    assert _get(w, "community_worker", "act", p.pk, "sign").status_code == 405


@pytest.mark.req("A04")
def test_a_duty_and_a_setting_name_the_clause_they_rest_on(w: World) -> None:
    p = _published(w)
    for what in ("duty:directive", "setting:visits.festivals_per_year"):
        _post(w, "county_org", "link", p.pk, clause="2", what=what)
    assert _post(w, "county_org", "link", p.pk, clause="2", what="x").status_code == 422
    page = _text(_get(w, "county_org", "detail", p.pk))
    assert "依据这一条的设置" in page and "节日走访最多" in page
    worker = w.client("community_worker")
    d = directives.published(w, now=now(), due_on=today() + 14 * DAY)
    item = directives.item(d, w.places.community.pk)
    duty = Duty.objects.get(source_id=item.pk)
    named = "《关于做好“双报到”工作的通知》第二条"
    assert named in _text(worker.get(reverse("duties:duty", args=[duty.pk])))
    county = w.client("county_org")
    assert named in _text(county.get(reverse("places:settings")))
    one = reverse("places:setting", args=["visits.festivals_per_year"])
    assert named in _text(county.get(one))
    for link in p.clauses.get(number=2).links.all():
        _post(w, "county_org", "unlink", p.pk, link.pk)
    assert named not in _text(county.get(one))


@pytest.mark.req("A04")
def test_versions_follow_each_other_and_old_ones_stay(w: World) -> None:
    p = _published(w, is_public=True)
    answer = _post(w, "county_org", "act", p.pk, "next_version")
    new = Policy.objects.get(edition=2)
    assert answer.url == reverse("policies:detail", args=[new.pk])
    _post(w, "county_org", "act", new.pk, "publish")
    page = _text(_get(w, "community_worker", "detail", p.pk))
    assert "已有新版" in page and "到居住地报到" in page and "第 2 版" in page
    assert "已有新版" in _text(_get(w, "anonymous", "public", p.pk))
    wrong = _post(w, "county_org", "act", new.pk, "repeal", on=today(), reason="")
    assert wrong.status_code == 422
    _post(w, "county_org", "act", new.pk, "repeal", on=today(), reason="并入新方案")
    assert "并入新方案" in _text(_get(w, "member", "detail", new.pk))
    past = _text(_get(w, "county_org", "list", tab="past"))
    assert "已废止" in past and "已被新版代替" in past


@pytest.mark.req("L03")
def test_members_read_it_on_light_pages_and_the_public_where_it_is_public(
    w: World,
) -> None:
    p, inside = _published(w, is_public=True), _published(w, title="内部说明")
    page = _text(_get(w, "member", "list"))
    assert p.title in page and "内部说明" in page
    assert "到居住地报到" in _text(_get(w, "member", "detail", p.pk))
    board = w.client().get(reverse("portal:policies"), {"place": "542523"})
    assert p.title in _text(board) and "内部说明" not in _text(board)
    far = w.client().get(reverse("portal:policies"), {"place": "542524"})
    assert "没有公开的文件" in _text(far)
    assert "到居住地报到" in _text(_get(w, "anonymous", "public", p.pk))
    assert _get(w, "anonymous", "public", inside.pk).status_code == 404
    assert _get(w, "anonymous", "list").status_code == 404


def test_the_paper_is_kept_and_opened(w: World) -> None:
    p = _published(w)
    bad = SimpleUploadedFile("a.txt", b"x")
    assert _post(w, "county_org", "act", p.pk, "attach", file=bad).status_code == 422
    good = SimpleUploadedFile("通知.pdf", b"%PDF-1.7 x")
    _post(w, "county_org", "act", p.pk, "attach", file=good)
    file = p.files.get()
    assert "通知.pdf" in _text(_get(w, "community_worker", "detail", p.pk))
    assert _post(w, "member", "file", p.pk, file.pk).content == b"%PDF-1.7 x"
    assert _post(w, "outsider", "file", p.pk, file.pk).status_code == 404


def test_others_and_other_places_are_kept_out(w: World) -> None:
    p = _published(w)
    for key in ("outsider", "far_county_org", "far_unit_secretary", "system_admin"):
        assert _get(w, key, "detail", p.pk).status_code == 404, key
    assert _post(w, "prefecture_org", "act", p.pk, "remind").status_code == 403
    assert _get(w, "community_worker", "new").status_code == 403
    assert _post(w, "grid_worker", "act", p.pk, "sign").status_code == 404
    draft = make.drafted(w, now=now())
    assert _get(w, "prefecture_org", "detail", draft.pk).status_code == 404
    _post(w, "county_org", "act", draft.pk, "drop")
    draft.refresh_from_db()
    assert draft.state == "dropped"
    assert "没有找到" in _text(_get(w, "county_org", "list", q="查无此处"))
    assert services.addressees(p)

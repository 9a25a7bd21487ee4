"""Pages of deductions and appeals: they work, refuse the wrong role, hide other places,
refuse the wrong method."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.core.clock import now, today
from baodao.people.models import Member
from baodao.people.tests.make import World, world
from baodao.places.services import set_setting
from baodao.records.models import Record
from baodao.scoring.models import Appeal, Card, Deduction
from baodao.scoring.services import handing_up
from baodao.scoring.services.posting import post
from baodao.scoring.tests import due
from baodao.scoring.tests.test_posting import served

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def _get(w: World, key: str, name: str, *args: Any, **query: str) -> Any:
    return w.client(key).get(reverse(f"scoring:{name}", args=args), query)


def _post(w: World, key: str, name: str, /, *args: Any, **data: Any) -> Any:
    return w.client(key).post(reverse(f"scoring:{name}", args=args), data)


def _text(response: Any) -> str:
    return str(response.content.decode())


def _old(w: World, **given: Any) -> Deduction:
    """The days to answer are over."""
    on = today() - 25 * DAY
    return due.proposed(w, now=now() - 20 * DAY, **{"occurred_on": on, **given})


@pytest.mark.req("L12", "L44", "L45")
def test_from_a_proposal_to_no_deduction_on_pages(w: World) -> None:
    member = w.members.member.pk
    assert "张伟" in _text(_get(w, "community_worker", "deduction_new", q="张"))
    assert "地区住建局" in _text(
        _get(w, "community_worker", "deduction_new", subject="unit")
    )
    wrong = _post(w, "community_worker", "deduction_form", "member", member, code="")
    assert wrong.status_code == 422
    sent = _post(
        w, "community_worker", "deduction_form", "member", member,
        code="M_DED_COMPLAINT", occurred_on=today().isoformat(), words="没有去修水管",
    )  # fmt: skip
    d = Deduction.objects.get()
    assert sent.url == reverse("scoring:deduction", args=[d.pk])
    assert "没有去修水管" in _text(w.client("member").get(reverse("portal:member")))
    page = _text(_get(w, "member", "my_deductions"))
    assert "有 1 条还没有定" in page
    page = _text(_get(w, "member", "deduction", d.pk))
    assert "现在还没有扣分" in page and "居民的差评查实" in page
    empty = _post(w, "member", "deduction_act", d.pk, "answer", text="")
    assert empty.status_code == 422
    for _ in range(2):  # a second tap says nothing new
        _post(
            w, "member", "deduction_act", d.pk, "answer", text="住户改了时间",
            client_id="tap",
        )  # fmt: skip
    assert d.answers.count() == 1
    page = _text(_get(w, "community_secretary", "deduction", d.pk))
    assert "住户改了时间" in page and "说明的日子过了才能扣" in page
    assert "提醒书" in _text(_get(w, "member", "deduction_print", d.pk))
    _post(w, "community_secretary", "deduction_act", d.pk, "drop", reason="核对属实")
    d.refresh_from_db()
    assert d.state == "dropped"
    assert "没有扣" in _text(_get(w, "member", "deduction", d.pk))


@pytest.mark.req("L44")
def test_an_appeal_on_pages_from_the_member_to_the_county(w: World) -> None:
    d = _old(w)
    page = _text(_get(w, "community_secretary", "deductions"))
    assert "有 1 条扣分等着决定" in page
    _post(w, "community_secretary", "deduction_act", d.pk, "decide_post", reason="属实")
    page = _text(_get(w, "member", "deduction", d.pk))
    assert "不服，要申诉" in page
    wrong = _post(w, "member", "appeal_new", "deduction", d.pk, text="")
    assert wrong.status_code == 422
    _post(w, "member", "appeal_new", "deduction", d.pk, grounds=["fact"], text="去过了")
    a = Appeal.objects.get()
    again = _get(w, "member", "appeal_new", "deduction", d.pk)
    assert again.url == reverse("scoring:appeal", args=[a.pk])
    town = _text(_get(w, "township_party", "appeals"))
    assert "张伟" in town and "去办" in town
    assert _get(w, "township_party", "deduction", d.pk).status_code == 200
    _post(w, "township_party", "appeal_act", a.pk, "admit")
    bad = _post(w, "township_party", "appeal_act", a.pk, "dismiss", answer="")
    assert bad.status_code == 422
    _post(w, "township_party", "appeal_act", a.pk, "dismiss", answer="记录属实")
    assert "申请二审" in _text(_get(w, "member", "appeal", a.pk))
    _post(w, "member", "appeal_act", a.pk, "second", text="没有看新材料")
    _post(w, "county_org", "appeal_act", a.pk, "final_uphold", answer="应当撤销")
    _post(w, "community_secretary", "appeal_act", a.pk, "execute")
    d.refresh_from_db()
    assert d.state == "reversed"
    for what in ("filing", "answer"):
        assert "张伟" in _text(_get(w, "member", "appeal_print", a.pk, what))
    assert "撤销了" in _text(_get(w, "member", "my_deductions", tab="over"))


@pytest.mark.req("L12")
def test_what_was_looked_through_is_decided_together(w: World) -> None:
    one, two = _old(w), _old(w, code="M_DED_NOSHOW")
    fresh = due.proposed(w, now=now(), code="M_DED_ABANDON", occurred_on=today())
    ids = [str(d.pk) for d in (one, two, fresh)]
    page = _post(w, "community_secretary", "deduction_bulk", ids=ids, do="decide_post")
    assert "一起决定扣：3 条" in _text(page)
    _post(
        w, "community_secretary", "deduction_bulk", ids=ids, do="decide_post",
        reason="逐条看过",
    )  # fmt: skip
    assert Deduction.objects.filter(state="posted").count() == 2
    none = _post(w, "community_secretary", "deduction_bulk", do="drop")
    assert none.status_code == 302


@pytest.mark.req("L12")
def test_at_each_desk_only_its_own_is_ticked_to_be_decided(w: World) -> None:
    given_up, kept = _old(w), _old(w, code="M_DED_NOSHOW")
    given: Any = {"deduction_id": given_up.pk, "reason": "亲属", "now": now()}
    handing_up.hand_up(actor=w.actors["community_secretary"], **given)
    page = _text(_get(w, "community_secretary", "deductions"))
    assert str(given_up.pk) in page and page.count('name="ids"') == 1
    page = _text(_get(w, "township_party", "deductions"))
    assert str(kept.pk) not in page and page.count('name="ids"') == 1
    bad = _post(
        w, "community_secretary", "deduction_bulk", ids=[kept.pk], do="drop", reason=" "
    )
    assert bad.status_code == 422 and due.fresh(kept.pk).open


def test_a_unit_answers_for_itself_and_others_see_nothing(w: World) -> None:
    d = due.proposed(
        w, now=now(), subject="unit", whose=w.units.unit.pk, code="U_DED_COMPLAINT",
        occurred_on=today(),
    )  # fmt: skip
    assert "说明" in _text(_get(w, "unit_secretary", "my_deductions"))
    page = _text(_get(w, "unit_secretary", "deduction", d.pk))
    assert "交说明" in page
    _post(w, "unit_secretary", "deduction_act", d.pk, "answer", text="派过人")
    assert d.answers.get().text == "派过人"
    liaison = _post(w, "unit_liaison", "deduction_act", d.pk, "answer", text="x")
    assert liaison.status_code == 403
    for key in ("member", "other_unit_secretary", "outsider", "township_party"):
        assert _get(w, key, "deduction", d.pk).status_code == 404


@pytest.mark.req("L44")
def test_staff_write_an_answer_down_and_do_not_end_it(w: World) -> None:
    d = due.proposed(w, now=now(), occurred_on=today())
    page = _text(_get(w, "community_worker", "deduction", d.pk))
    assert "代记说明" in page and "said_all" not in page
    _post(
        w, "community_worker", "deduction_act", d.pk, "answer", text="说是开会",
        said_all="on",
    )  # fmt: skip
    assert d.answers.get().noted_for == "卓玛" and not due.fresh(d.pk).said_all
    assert "said_all" in _text(_get(w, "member", "deduction", d.pk))


def test_wrong_roles_and_methods_are_refused(w: World) -> None:
    d = due.posted(w, _old(w), now=now())
    a = due.appealed(w, d, now=now())
    assert _get(w, "member", "deduction_act", d.pk, "answer").status_code == 405
    assert _post(w, "member", "deductions").status_code == 405
    assert _get(w, "member", "deduction_new").status_code == 403
    assert _get(w, "grid_worker", "deductions").status_code == 404
    assert _get(w, "anonymous", "my_deductions").status_code == 404
    assert _post(w, "member", "appeal_act", a.pk, "admit").status_code == 403
    assert _post(w, "member", "appeal_act", a.pk, "nothing").status_code == 404
    assert _get(w, "colleague", "appeal", a.pk).status_code == 404
    assert _get(w, "outsider", "appeal", a.pk).status_code == 404
    assert _get(w, "member", "appeal_new", "nothing", d.pk).status_code == 404
    assert _get(w, "prefecture_org", "appeal", a.pk).status_code == 404
    assert _get(w, "prefecture_org", "deduction", d.pk).status_code == 404
    found = _text(_get(w, "community_worker", "deductions", tab="appeal", q="没有这样"))
    assert "没有找到这样的扣分" in found


@pytest.mark.req("L12", "L44")
def test_a_false_record_is_named_from_the_card_and_shown_to_whom_it_is_about(
    w: World,
) -> None:
    """9.6.1: the notice names rule, fact, record, date and proposer."""
    record = served(w, occurred_on=today() - DAY)
    post(Record.objects.all())
    card = Card.objects.get(subject="member")
    page = _text(_get(w, "community_worker", "card", card.pk))
    url = reverse("scoring:deduction_form", args=["member", w.members.member.pk])
    assert f"{url}?false={record.pk}" in page
    assert f"?false={record.pk}" not in _text(_get(w, "member", "card", card.pk))
    form = _text(w.client("community_worker").get(url, {"false": str(record.pk)}))
    assert "这一笔一起冲回" in form and "M_DED_FALSE" in form
    assert "M_DED_COMPLAINT" not in form
    _post(
        w, "community_worker", "deduction_form", "member", w.members.member.pk,
        code="M_DED_FALSE", occurred_on=(today() - DAY).isoformat(), words="那天没有去",
        evidence="签到表没有名字", false_id=str(record.pk),
    )  # fmt: skip
    d = Deduction.objects.get()
    assert d.false_id == record.pk
    for key in ("member", "community_secretary"):
        page = _text(_get(w, key, "deduction", d.pk))
        assert "一起冲回" in page and "签到表没有名字" in page
    paper = _text(_get(w, "member", "deduction_print", d.pk))
    assert "签到表没有名字" in paper and d.proposer in paper


@pytest.mark.req("L12", "L44")
def test_a_false_record_of_who_has_left_can_be_named_and_of_others_nobody_sees(
    w: World,
) -> None:
    record = served(w, occurred_on=today() - DAY)
    member = w.members.member
    Member.objects.filter(pk=member.pk).update(duty_status="left")
    url = reverse("scoring:deduction_form", args=["member", member.pk])
    worker = w.client("community_worker")
    assert "一起冲回" in _text(worker.get(url, {"false": str(record.pk)}))
    other = reverse("scoring:deduction_form", args=["member", w.members.far.pk])
    assert worker.get(other, {"false": str(record.pk)}).status_code == 404


@pytest.mark.req("L48")
def test_pages_name_the_days_that_hold_at_the_place(w: World) -> None:
    served(w, occurred_on=today() - DAY)
    post(Record.objects.all())
    card = Card.objects.get(subject="member")
    assert "15 个工作日内" in _text(_get(w, "member", "card", card.pk))
    set_setting(
        actor=w.actors["county_org"], path=w.places.district.path,
        key="scoring.appeal_days", value="20", reason="多给几天",
    )  # fmt: skip
    for name in ("card", "card_print"):
        assert "20 个工作日内" in _text(_get(w, "member", name, card.pk))

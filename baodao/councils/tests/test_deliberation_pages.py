"""Pages of deliberation: they work, refuse the wrong role, hide other places, refuse the
wrong method."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.core.clock import local, now, today
from baodao.councils.models import Deliberation, Opinion
from baodao.councils.tests import talking
from baodao.people.tests.make import World, world
from baodao.records.models import Record

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def _get(w: World, key: str, name: str, *args: Any, **query: str) -> Any:
    return w.client(key).get(reverse(f"councils:{name}", args=args), query)


def _post(w: World, key: str, name: str, /, *args: Any, **data: Any) -> Any:
    return w.client(key).post(reverse(f"councils:{name}", args=args), data)


def _text(response: Any) -> str:
    return str(response.content.decode())


def _ahead(w: World) -> Deliberation:
    d = talking.proposed(w, now=now())
    return talking.arranged(w, d, held_at=now() + 3 * DAY, now=now())


def _held(w: World) -> Deliberation:
    """Two hours ago, entered today."""
    d = talking.proposed(w, now=now())
    d = talking.arranged(w, d, held_at=now() - 2 * talking.HOUR, now=now())
    return talking.held(w, d, now=now())


@pytest.mark.req("L11", "T23")
def test_a_topic_goes_from_a_member_to_its_result_on_pages(w: World) -> None:
    talking.settle_in(w)
    form = _text(_get(w, "member", "deliberation_new"))
    assert "要商量什么" in form and "谁提出" not in form
    place = str(w.places.community.pk)
    sent = _post(
        w, "member", "deliberation_new", place=place, title="东门停车难",
        kind="facilities", text="晚上堵",
    )  # fmt: skip
    d = Deliberation.objects.get()
    assert sent.url == reverse("councils:proposal", args=[d.pk])
    assert "待社区答复" in _text(_get(w, "member", "proposal", d.pk))
    page = _text(_get(w, "community_worker", "deliberations", tab="answer"))
    assert "东门停车难" in page and "答复" in page
    wrong = _post(w, "community_worker", "deliberation_act", d.pk, "decline", reason="")
    assert wrong.status_code == 422
    _post(w, "community_worker", "deliberation_act", d.pk, "take")
    at = local(now() - 2 * talking.HOUR)
    ahead = f"{at:%Y-%m-%dT%H:%M}"
    on = _post(w, "community_worker", "deliberation_arrange", d.pk, held_at=ahead)
    assert on.url == reverse("councils:deliberation_invite", args=[d.pk])
    choose = _text(_get(w, "community_worker", "deliberation_invite", d.pk, q="张伟"))
    assert "张伟" in choose and "住房和城乡建设局" in choose
    member = str(w.members.member.pk)
    _post(w, "community_worker", "deliberation_invite", d.pk, members=[member])
    seat = talking.seat_of(d)
    sheet = _text(_get(w, "community_worker", "deliberation_print", d.pk, "signin"))
    assert "协商议事签到表" in sheet and "张伟" in sheet
    times = {"held_at": ahead, "end_at": f"{at + talking.HOUR:%Y-%m-%dT%H:%M}"}
    missing = _post(
        w, "community_worker", "deliberation_hold", d.pk, residents=3, **times
    )
    assert missing.status_code == 422 and "还没有记到会" in _text(missing)
    _post(
        w, "community_worker", "deliberation_hold", d.pk, residents=3, minutes="都同意",
        **times, **{f"came-{seat.pk}": "came"},
    )  # fmt: skip
    due = (today() + 30 * DAY).isoformat()
    _post(
        w,
        "community_worker",
        "deliberation_resolve",
        d.pk,
        text="划12个车位",
        due_on=due,
    )
    assert "定结果…" not in _text(_get(w, "community_worker", "deliberation", d.pk))
    wrong = _post(
        w, "community_secretary", "deliberation_conclude", d.pk, outcome="adopted"
    )
    assert wrong.status_code == 422
    _post(
        w, "community_secretary", "deliberation_conclude", d.pk, outcome="adopted",
        result="划车位", suggestion_adopted="on", public="东门划车位。",
    )  # fmt: skip
    assert Record.objects.get(source_kind="deliberation_seat").minutes == 60
    page = _text(_get(w, "member", "proposal", d.pk))
    assert "您的建议被采纳了" in page and "划12个车位" in page
    page = _text(_get(w, "community_worker", "deliberation", d.pk))
    for word in ("提出议题", "定了结果", "划12个车位：记入议定事项", "结果：采纳"):
        assert word in page
    minutes = _text(_get(w, "community_worker", "deliberation_print", d.pk, "minutes"))
    assert "都同意" in minutes and "划12个车位" in minutes
    board = w.client().get(reverse("portal:board"), {"place": w.places.community.code})
    assert "东门划车位。" in _text(board) and "张伟" not in _text(board)


@pytest.mark.req("L11")
def test_a_member_is_asked_on_the_days_page_answers_and_says_something(
    w: World,
) -> None:
    d = _ahead(w)
    seat = talking.seat_of(d)
    assert "回复来不来" in _text(w.client("member").get(reverse("portal:member")))
    assert "东门停车难" in _text(_get(w, "member", "invitations"))
    wrong = _post(w, "member", "invitation_reply", seat.pk)
    assert wrong.status_code == 422
    _post(w, "member", "invitation_reply", seat.pk, reply="no", note="出差")
    assert _post(w, "member", "invitation_say", seat.pk, text="").status_code == 422
    _post(w, "member", "invitation_say", seat.pk, text="先划消防通道")
    page = _text(_get(w, "member", "invitation", seat.pk))
    assert "您说：不参加" in page and "先划消防通道" in page
    assert "回复来不来" not in _text(w.client("member").get(reverse("portal:member")))
    own = _text(_get(w, "member", "invitations", tab="own"))
    assert "东门停车难" in own
    page = _text(_get(w, "community_worker", "deliberation", d.pk))
    assert "党员会前说的" in page and "出差" in page


def test_a_unit_answers_and_a_worker_notes_it_for_who_rang_up(w: World) -> None:
    d = _ahead(w)
    seat = talking.seat_of(d, member=False)
    assert _get(w, "unit_secretary", "deliberations").url == reverse(
        "councils:invitations"
    )
    assert "还没回复" in _text(_get(w, "unit_secretary", "invitations"))
    _post(w, "unit_liaison", "invitation_reply", seat.pk, reply="yes", attendee="刘洋")
    seat.refresh_from_db()
    assert (seat.attendee, seat.came_by_id) == ("刘洋", w.members.colleague.pk)
    assert "代记回复" in _text(_get(w, "community_worker", "invitation", seat.pk))
    _post(w, "community_worker", "invitation_reply", seat.pk, reply="no")
    seat.refresh_from_db()
    assert seat.reply == "no"
    _post(w, "unit_liaison", "invitation_say", seat.pk, text="我们出漆")
    assert Opinion.objects.get().unit_id == w.units.unit.pk
    _post(w, "community_worker", "invitation_remove", seat.pk)
    assert _get(w, "unit_liaison", "invitation", seat.pk).status_code == 404


@pytest.mark.req("L11")
def test_anybody_reads_a_public_topic_and_what_they_say_is_read_first(w: World) -> None:
    d = _ahead(w)
    assert _get(w, "anonymous", "public", d.pk).status_code == 404
    _post(
        w,
        "community_worker",
        "deliberation_act",
        d.pk,
        "publish_topic",
        text="怎么停车？",
    )
    page = _text(_get(w, "anonymous", "public", d.pk))
    assert "怎么停车？" in page and "说给社区听" in page and "晚上堵" not in page
    listed = w.client().get(reverse("portal:talks"), {"place": w.places.community.code})
    assert "怎么停车？" in _text(listed)
    wrong = _post(w, "anonymous", "public", d.pk, text="打13889970312")
    assert wrong.status_code == 422
    sent = _post(w, "anonymous", "public", d.pk, text="同意划线")
    assert "意见收到了" in _text(w.client().get(sent.url))
    o = Opinion.objects.get()
    page = _text(_get(w, "community_worker", "deliberation", d.pk))
    assert "网上说的，先看一看" in page
    assert _post(w, "member", "opinion_act", o.pk, "take").status_code == 404
    _post(w, "community_worker", "opinion_act", o.pk, "take")
    o.refresh_from_db()
    assert o.state == "noted"
    _post(w, "community_worker", "deliberation_opinion", d.pk, text="要留消防通道",
          how="resident")  # fmt: skip
    assert Opinion.objects.count() == 2
    _post(w, "community_worker", "deliberation_act", d.pk, "hide_topic")
    assert _get(w, "anonymous", "public", d.pk).status_code == 404


def test_the_list_has_filters_and_the_others_see_nothing(w: World) -> None:
    d = _held(w)
    page = _text(_get(w, "township_party", "deliberations", tab="held", q="停车"))
    assert "东门停车难" in page
    found = _get(w, "county_org", "deliberations", tab="held", kind="dispute")
    assert "没有找到" in _text(found)
    assert _get(w, "other_community_worker", "deliberation", d.pk).status_code == 404
    assert _get(w, "far_unit_secretary", "invitations").status_code == 200
    assert _get(w, "anonymous", "deliberations").status_code == 404
    assert _get(w, "grid_worker", "deliberation_hold", d.pk).status_code == 403
    assert _get(w, "township_party", "deliberation_arrange", d.pk).status_code == 403
    assert (
        _get(w, "community_worker", "deliberation_act", d.pk, "take").status_code == 405
    )


def test_it_becomes_an_order_and_topics_can_be_mended_and_taken_back(w: World) -> None:
    d = _held(w)
    _post(
        w, "community_worker", "deliberation_order", d.pk, title="划线", category="repair",
        detail="东门地面划线",
    )  # fmt: skip
    assert "转成的点单" in _text(_get(w, "community_worker", "deliberation", d.pk))
    new = talking.proposed(w, now=now())
    _post(
        w,
        "community_worker",
        "deliberation_edit",
        new.pk,
        title="西门停车",
        kind="other",
    )
    assert talking.fresh(new.pk).title == "西门停车"
    _post(w, "member", "proposal_withdraw", new.pk)
    assert talking.fresh(new.pk).state == "withdrawn"

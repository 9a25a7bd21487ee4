"""Pages: they work, refuse the wrong role, hide other places, refuse the wrong method."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.core.clock import local, now, today
from baodao.councils.models import (
    Federation,
    JointMeeting,
    LeaderContact,
    LeaderVisit,
    MeetingTopic,
    PartTimeMember,
    Resolution,
)
from baodao.councils.services import holding, leaders, owed
from baodao.councils.tests import make
from baodao.duties.models import Duty
from baodao.people.models import RoleTie
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def _get(w: World, key: str, name: str, *args: Any, **query: str) -> Any:
    return w.client(key).get(reverse(f"councils:{name}", args=args), query)


def _post(w: World, key: str, name: str, /, *args: Any, **data: Any) -> Any:
    query = data.pop("query", "")
    return w.client(key).post(reverse(f"councils:{name}", args=args) + query, data)


def _text(response: Any) -> str:
    return str(response.content.decode())


def _ahead(w: World, days: int = 9) -> JointMeeting:
    return make.planned(w, now() + days * DAY, now())


def _held(w: World) -> JointMeeting:
    """Held an hour ago, entered today."""
    m = make.planned(w, now() - timedelta(hours=1), now())
    return make.held(w, m, now=now())


def _closed(w: World) -> tuple[JointMeeting, Resolution]:
    return make.closed(w, _held(w), now())


# --- meetings -------------------------------------------------------------------------------


@pytest.mark.req("L21")
def test_a_meeting_is_planned_called_held_and_settled_on_its_pages(w: World) -> None:
    at = local(now() - timedelta(minutes=5))
    page = _text(_get(w, "community_worker", "meetings"))
    assert "没有在筹备的联席会议" in page and "安排会议" in page
    assert "党建联席会议" in _text(_get(w, "community_worker", "meeting_new"))
    sent = _post(
        w, "community_worker", "meeting_new", place=str(w.places.community.pk),
        title="第四次联席会议", held_at=at.strftime("%Y-%m-%dT%H:%M"), room="会议室",
    )  # fmt: skip
    m = JointMeeting.objects.get()
    assert sent.url == reverse("councils:meeting", args=[m.pk])
    assert "阿里地区住房和城乡建设局" in _text(
        _get(w, "community_worker", "meeting", m.pk)
    )
    said = {"title": "停车难", "text": "", "client_id": "tap"}
    for _ in range(2):
        topic = _post(w, "community_worker", "meeting_topic", m.pk, **said)
    assert topic.status_code == 302 and MeetingTopic.objects.get().state == "agenda"
    assert _post(w, "community_worker", "meeting_act", m.pk, "call").status_code == 302
    seat = m.seats.get()
    form = _text(_get(w, "community_worker", "meeting_hold", m.pk))
    assert f'name="came-{seat.pk}"' in form
    missing = _post(w, "community_worker", "meeting_hold", m.pk, minutes="商定停车")
    assert missing.status_code == 422 and "还没有记到会" in _text(missing)
    data = {f"came-{seat.pk}": "self", f"who-{seat.pk}": "张伟", "minutes": "商定停车"}
    assert _post(w, "community_worker", "meeting_hold", m.pk, **data).status_code == 302
    wrong = _post(
        w, "community_worker", "meeting_resolve", m.pk, text="划车位",
        due_on=today().isoformat(),
    )  # fmt: skip
    assert wrong.status_code == 422 and "要在开会以后" in _text(wrong)
    due = (today() + 30 * DAY).isoformat()
    _post(
        w, "community_worker", "meeting_resolve", m.pk, text="划12个车位", due_on=due,
        unit=str(w.units.unit.pk), topic=str(MeetingTopic.objects.get().pk),
    )  # fmt: skip
    assert "定下纪要…" not in _text(_get(w, "community_worker", "meeting", m.pk))
    assert "定下纪要…" in _text(_get(w, "community_secretary", "meeting", m.pk))
    _post(w, "community_secretary", "meeting_act", m.pk, "close")
    assert JointMeeting.objects.get().state == "closed"
    later = _ahead(w)
    page = _text(_get(w, "community_worker", "meeting", later.pk))
    assert "上次议定的事" in page and "划12个车位" in page and "在办" in page


def test_the_list_has_tabs_filters_and_a_way_out(w: World) -> None:
    m, _ = _closed(w)
    assert m.title in _text(_get(w, "community_worker", "meetings", tab="closed"))
    assert "没有找到" in _text(
        _get(w, "township_party", "meetings", tab="closed", q="查无此处")
    )
    place = w.places.street.path
    found = _get(w, "county_org", "meetings", tab="closed", place=place, year="2020")
    assert "没有找到" in _text(found)
    assert m.title in _text(
        _get(w, "county_org", "meetings", tab="closed", place=place)
    )


@pytest.mark.req("L21")
def test_a_unit_replies_hands_in_a_topic_and_sees_its_own_side(w: World) -> None:
    m = _ahead(w)
    seat = m.seats.get()
    home = _text(_get(w, "unit_secretary", "unit"))
    assert "有 1 次联席会议要参加" in home and "还没回复" in home
    assert _get(w, "unit_secretary", "meetings").url == reverse("councils:unit")
    page = _text(_get(w, "unit_liaison", "seat", seat.pk))
    assert "交一个议题" in page and "谁参加" in page
    wrong = _post(w, "unit_liaison", "seat_reply", seat.pk, reply="substitute")
    assert wrong.status_code == 422 and "代会人的姓名" in _text(wrong)
    _post(w, "unit_liaison", "seat_reply", seat.pk, reply="substitute", attendee="刘洋")
    seat.refresh_from_db()
    assert (seat.reply, seat.attendee) == ("substitute", "刘洋")
    _post(w, "unit_liaison", "seat_topic", seat.pk, title="楼道堆物", text="")
    topic = MeetingTopic.objects.get()
    assert "待社区列入" in _text(_get(w, "unit_liaison", "seat", seat.pk))
    wrong = _post(w, "community_worker", "topic_act", topic.pk, "decline", reason="")
    assert wrong.status_code == 422
    _post(w, "community_worker", "topic_act", topic.pk, "take")
    assert (
        _post(w, "unit_liaison", "topic_act", topic.pk, "withdraw").status_code == 302
    )
    assert MeetingTopic.objects.get().state == "withdrawn"


def test_a_worker_notes_the_reply_of_a_unit_that_rang_up(w: World) -> None:
    seat = _ahead(w).seats.get()
    _post(
        w, "community_worker", "seat_reply_for", seat.pk, reply="leave", reason="出差"
    )
    seat.refresh_from_db()
    assert (seat.reply, seat.reason) == ("leave", "出差")


def test_other_places_and_units_find_nothing(w: World) -> None:
    m, r = _closed(w)
    seat = m.seats.get()
    for key in ("outsider", "other_community_worker", "far_county_org"):
        assert _get(w, key, "meeting", m.pk).status_code == 404, key
        assert _get(w, key, "resolution", r.pk).status_code == 404, key
    for key in ("other_unit_secretary", "far_unit_secretary"):
        assert _get(w, key, "seat", seat.pk).status_code == 404, key
        assert _get(w, key, "resolution", r.pk).status_code == 404, key
    assert _get(w, "unit_secretary", "meeting", m.pk).status_code == 404
    assert _get(w, "member", "meetings").status_code == 404
    assert _get(w, "grid_worker", "meetings").status_code == 404


def test_the_wrong_role_and_method_are_refused(w: World) -> None:
    m = _held(w)
    assert _post(w, "community_worker", "meeting_act", m.pk, "close").status_code == 403
    assert _post(w, "township_party", "meeting_act", m.pk, "close").status_code == 403
    assert (
        _get(w, "community_secretary", "meeting_act", m.pk, "close").status_code == 405
    )
    assert _post(w, "community_worker", "meetings").status_code == 405
    assert _get(w, "township_party", "meeting_hold", m.pk).status_code == 403


def test_agenda_list_and_minutes_are_printed(w: World) -> None:
    m, r = _closed(w)
    for what, words in (
        ("agenda", "会议通知"), ("signin", "签到表"), ("minutes", r.text),
    ):  # fmt: skip
        page = _text(_get(w, "community_worker", "meeting_print", m.pk, what))
        assert words in page, what
    seat = m.seats.get()
    assert r.text in _text(_get(w, "unit_secretary", "seat_print", seat.pk, "minutes"))
    gone = _get(w, "unit_secretary", "seat_print", seat.pk, "signin")
    assert gone.status_code == 404


def test_a_meeting_moves_or_is_not_held(w: World) -> None:
    m = _ahead(w)
    at = local(now() + 12 * DAY).strftime("%Y-%m-%dT%H:%M")
    _post(w, "community_worker", "meeting_move", m.pk, held_at=at, room="二楼")
    assert make.fresh(m).room == "二楼"
    wrong = _post(w, "community_worker", "meeting_act", m.pk, "cancel", reason="")
    assert wrong.status_code == 422
    _post(w, "community_worker", "meeting_act", m.pk, "cancel", reason="大雪")
    page = _text(_get(w, "unit_secretary", "seat", m.seats.get().pk))
    assert "不开了" in page


# --- resolutions ----------------------------------------------------------------------------


@pytest.mark.req("L21")
def test_a_unit_reports_and_the_community_confirms_or_sends_back(w: World) -> None:
    _, r = _closed(w)
    duty = Duty.objects.get(source_id=r.pk)
    assert _get(w, "unit_secretary", "duty", duty.pk).url == reverse(
        "councils:resolution", args=[r.pk]
    )
    assert "报办结" in _text(_get(w, "unit_secretary", "resolutions"))
    empty = _post(w, "unit_secretary", "resolution_act", r.pk, "report", result="")
    assert empty.status_code == 422
    _post(w, "unit_secretary", "resolution_act", r.pk, "report", result="划好了")
    page = _text(_get(w, "community_worker", "resolution", r.pk))
    assert "办成了吗" in page and "划好了" in page
    _post(w, "community_worker", "resolution_act", r.pk, "send_back", reason="还差6个")
    assert Resolution.objects.get(pk=r.pk).state == "open"
    _post(w, "unit_secretary", "resolution_act", r.pk, "report", result="都划好了")
    mine = _post(w, "unit_secretary", "resolution_act", r.pk, "confirm")
    assert mine.status_code == 403
    _post(w, "community_worker", "resolution_act", r.pk, "confirm")
    assert "已办成" in _text(_get(w, "unit_secretary", "resolution", r.pk))


def test_late_ones_are_said_and_found(w: World) -> None:
    m = make.planned(w, now() - 20 * DAY, now())
    m = make.held(w, m, now=now())
    r = make.resolved(w, m, days=5, now=now())
    holding.close(actor=w.actors["community_secretary"], meeting_id=m.pk)
    page = _text(_get(w, "township_party", "resolutions", when="late"))
    assert "有 1 件议定的事超过时限" in page and r.text in page


# --- people ---------------------------------------------------------------------------------


@pytest.mark.req("L20", "L21")
def test_a_part_time_member_is_recommended_and_appointed_on_pages(w: World) -> None:
    found = _text(_get(w, "unit_secretary", "part_time_new", q="张伟"))
    assert "张伟" in found
    person = w.members.member.person_id
    sent = _post(
        w, "unit_secretary", "part_time_new", query=f"?person={person}",
        place=str(w.places.community.pk), post="副局长", task="停车",
    )  # fmt: skip
    p = PartTimeMember.objects.get()
    assert sent.url == reverse("councils:part_time", args=[p.pk])
    for key, event in (
        ("community_secretary", "select"), ("township_party", "approve"),
        ("county_org", "file"),
    ):  # fmt: skip
        assert _post(w, key, "part_time_act", p.pk, event).status_code == 302, event
    term = {"valid_from": today().isoformat(), "valid_to": "2029-01-01"}
    _post(w, "community_secretary", "part_time_act", p.pk, "appoint", **term)
    page = _text(_get(w, "community_worker", "part_times"))
    assert "张伟" in page and "还可以再聘6名" in page
    assert "在任" in _text(_get(w, "unit_secretary", "part_time", p.pk))
    assert _get(w, "far_unit_secretary", "part_time", p.pk).status_code == 404
    wrong = _post(w, "community_worker", "part_time_act", p.pk, "end", reason="other")
    assert wrong.status_code == 403


@pytest.mark.req("L20")
def test_a_federation_is_formed_and_changed_on_its_page(w: World) -> None:
    make.tie(w)
    data = {
        "name": "森格社区党建联合体", "head": "达瓦", "valid_to": "2029-01-01",
        "units": [str(w.units.unit.pk)],
    }  # fmt: skip
    empty = _post(w, "community_secretary", "federation_new", **{**data, "units": []})
    assert empty.status_code == 422
    _post(w, "community_secretary", "federation_new", **data)
    f = Federation.objects.get()
    unit = str(w.units.other.pk)
    _post(w, "community_secretary", "federation_act", f.pk, "join", unit=unit)
    page = _text(_get(w, "community_worker", "federation", f.pk))
    assert "有 2 家单位" in page and "加一家单位" not in page
    member = str(f.members.get(unit=w.units.other).pk)
    _post(w, "community_secretary", "federation_act", f.pk, "leave", member=member)
    assert "有 1 家单位" in _text(_get(w, "community_secretary", "federation", f.pk))
    assert f.name in _text(_get(w, "township_party", "federations"))
    assert _get(w, "other_community_worker", "federation", f.pk).status_code == 404


@pytest.mark.req("L22")
def test_vacant_roles_are_seen_and_filled(w: World) -> None:
    tie = RoleTie.objects.get(role="instructor")
    estate = w.places.estate.pk
    refused = _post(w, "community_worker", "tie_act", tie.pk, "end")
    assert refused.status_code == 403
    _post(w, "community_secretary", "tie_act", tie.pk, "end")
    page = _text(_get(w, "township_party", "estates", state="any"))
    assert "有 1 个小区的职务没有配齐" in page and "象雄小区" in page
    assert "选人" in _text(_get(w, "community_secretary", "estate", estate))
    person = w.members.member.person_id
    here = ("appoint", estate, "instructor")
    assert "张伟" in _text(_get(w, "community_secretary", *here, q="张伟"))
    sent = _post(
        w, "community_secretary", *here, query=f"?person={person}",
        valid_from=today().isoformat(), valid_to="2029-01-01",
    )  # fmt: skip
    assert sent.status_code == 302
    assert "的职务配齐了" in _text(
        _get(w, "compound_branch_secretary", "estate", estate)
    )
    assert _get(w, "outsider", "estate", estate).status_code == 404


@pytest.mark.req("L23")
def test_organised_life_is_noted_returned_amended_and_confirmed(w: World) -> None:
    estate = w.places.estate.pk
    data = {
        "kind": "lecture", "on": today().isoformat(), "attended": "12", "text": "上党课",
    }  # fmt: skip
    _post(w, "instructor", "estate_note", estate, **data)
    from baodao.councils.models import EstateNote

    note = EstateNote.objects.get()
    own = _post(w, "instructor", "note_act", note.pk, "confirm")
    assert own.status_code == 403
    wrong = _post(w, "community_worker", "note_act", note.pk, "return", reason="")
    assert wrong.status_code == 422
    _post(w, "community_worker", "note_act", note.pk, "return", reason="补人数")
    _post(w, "instructor", "note_amend", note.pk, **{**data, "attended": "13"})
    _post(w, "community_worker", "note_act", note.pk, "confirm")
    assert EstateNote.objects.get().state == "confirmed"
    assert "上党课" in _text(_get(w, "township_party", "notes"))


# --- leaders --------------------------------------------------------------------------------


@pytest.mark.req("A26", "A27")
def test_a_leaders_point_and_visits_on_pages(w: World) -> None:
    data = {
        "rank": "prefecture", "post": "地委副书记", "name": "扎西",
        "point": str(w.places.community.pk), "valid_from": "2026-01-05",
    }  # fmt: skip
    _post(w, "prefecture_org", "leader_new", **data)
    c = LeaderContact.objects.get()
    owed.plan_visits()
    duty = Duty.objects.filter(source_id=c.origin).order_by("due_on").first()
    assert duty and _get(w, "community_worker", "duty", duty.pk).url == reverse(
        "councils:leader", args=[c.pk]
    )
    said = {"on": today().isoformat(), "policy": "讲惠民政策", "issues": "路灯不亮"}
    _post(w, "community_worker", "visit_new", c.pk, **said)
    v = LeaderVisit.objects.get()
    own = _post(w, "community_worker", "visit_act", v.pk, "confirm")
    assert own.status_code == 403
    _post(w, "prefecture_org", "visit_act", v.pk, "confirm")
    year = str(today().year)
    page = _text(_get(w, "prefecture_org", "leaders", year=year))
    assert "1 位领导联系 1 个点" in page and "地委副书记" in page
    assert "讲惠民政策" in _text(_get(w, "county_org", "visits", year=year))
    _post(w, "community_worker", "visit_act", v.pk, "follow_up", text="已修好")
    assert "已修好" in _text(_get(w, "community_secretary", "leader", c.pk))
    assert _get(w, "outsider", "leader", c.pk).status_code == 404
    assert _get(w, "community_worker", "leader_new").status_code == 403
    assert "还没有领导联系点" in _text(_get(w, "outsider", "leaders"))


def test_every_list_is_a_file(w: World) -> None:
    _closed(w)
    leaders.assign(
        actor=w.actors["prefecture_org"], rank="county", post="副县长", name="",
        point_id=w.places.community.pk,
    )  # fmt: skip
    for key, code in (
        ("community_worker", "joint_meetings"), ("unit_secretary", "meeting_seats"),
        ("unit_secretary", "resolutions"), ("community_worker", "part_time_members"),
        ("township_party", "federations"), ("community_worker", "estate_roles"),
        ("community_worker", "estate_notes"), ("county_org", "leader_contacts"),
        ("county_org", "leader_visits"),
    ):  # fmt: skip
        url = reverse("sheets:export", args=[code])
        answer: Any = w.client(key).post(f"{url}?tab=closed", {"kind": "csv"})
        assert answer.status_code == 200, code
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert "导出人" in text, code

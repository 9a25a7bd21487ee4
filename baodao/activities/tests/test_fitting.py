"""Skills that are wanted: who fits is suggested and told, nobody is left out."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from baodao.activities import fitting, inviting
from baodao.activities.models import Activity, Participation
from baodao.activities.telling import messages_for
from baodao.activities.tests.make import planned, post, published, signed
from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid
from baodao.matching.ranking import MemberCandidate, Wanted, rank_members
from baodao.people.models import Member
from baodao.people.tests.make import World, world

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=SHANGHAI)


def _reasons(begins: datetime, *free: str) -> list[str]:
    wanted = Wanted(
        skills={"electric": "电工"}, begins=begins,
        says_missing=True,
    )  # fmt: skip
    found = rank_members(wanted, [MemberCandidate("1", "甲", (), free)])
    return [r.text for r in found[0].reasons]


@pytest.mark.req("A15")
def test_a_fixed_time_is_held_against_what_somebody_has_entered_as_free() -> None:
    saturday, friday = _at(28, 9), _at(27, 19)
    assert _reasons(saturday, "weekend_day")[-1] == "登记了周末白天有空"
    assert _reasons(friday, "weekday_evening")[-1] == "登记了工作日晚上有空"
    assert _reasons(friday, "noon")[-1] == "登记的空闲时间里没有这个时候"
    assert _reasons(friday, "any") == ["没有登记会电工", "时间都可以"]
    assert _reasons(friday) == ["没有登记会电工"]


@pytest.fixture
def w() -> World:
    return world()


def _electrician(w: World) -> Member:
    Member.objects.filter(pk=w.members.member.id).update(skills=["electric"])
    return Member.objects.get(pk=w.members.member.id)


@pytest.mark.django_db
@pytest.mark.req("A15")
def test_who_has_the_skill_comes_first_and_who_comes_already_is_left_out(
    w: World,
) -> None:
    _electrician(w)
    it = published(w, skills=["electric"], min_age=18, risky=True, insured=True)
    worker = w.actors["community_worker"]
    first = fitting.suggestions(it, worker)[0]
    assert first.id == str(w.members.member.id)
    assert first.reasons[0].text == "会电工"
    assert [c.text for c in fitting.conditions(it)] == [
        "要满 18 周岁，请自己看一下", "有一定风险，已买保险",
    ]  # fmt: skip
    signed(w, it, "member")
    left = {s.id for s in fitting.suggestions(it, worker)}
    assert str(w.members.member.id) not in left


@pytest.mark.django_db
@pytest.mark.req("A15")
def test_who_is_invited_is_told_once_and_owes_nothing(w: World) -> None:
    member = _electrician(w)
    it = published(w, skills=["electric"])
    worker = w.actors["community_worker"]
    assert inviting.invite(actor=worker, it=it, member_ids=[member.pk]) == 1
    told = messages_for(Event.objects.get(action="activities.invite"))
    assert [m.person_id for m in told] == [member.person_id]
    assert not Participation.objects.exists()
    with pytest.raises(Invalid):
        inviting.invite(actor=worker, it=it, member_ids=[member.pk])
    with pytest.raises(Forbidden):
        inviting.invite(
            actor=w.actors["member"], it=it, member_ids=[w.members.colleague.id]
        )
    draft = planned(w)
    with pytest.raises(Conflict):
        inviting.invite(actor=worker, it=draft, member_ids=[member.pk])


@pytest.mark.django_db
def test_a_risky_post_needs_an_insurance(w: World) -> None:
    with pytest.raises(Invalid):
        post(w, risky=True)
    assert post(w, risky=True, insured=True).insured


def _get(w: World, key: str, name: str, pk: Any) -> Any:
    return w.client(key).get(reverse(f"activities:{name}", args=[pk]))


@pytest.mark.django_db
@pytest.mark.req("A15", "A16")
def test_inviting_and_signing_up_in_the_browser(w: World) -> None:
    member = _electrician(w)
    it = published(w, skills=["electric", "law"])
    page = _get(w, "community_worker", "invite", it.pk).content.decode()
    assert "会电工" in page and "最好会：电工、法律咨询" in page
    url = reverse("activities:invite", args=[it.pk])
    client = w.client("community_worker")
    assert client.post(url).status_code == 422
    assert client.post(url, {"members": [str(member.pk)]}).status_code == 302
    assert "已经请过" in client.get(url).content.decode()
    assert w.client("member").get(url).status_code == 403
    assert w.client("far_unit_secretary").get(url).status_code == 404
    assert client.put(url).status_code == 405
    seen = _get(w, "member", "detail", it.pk).content.decode()
    assert "合不合适" in seen and "会电工" in seen
    signed(w, it, "member")
    assert "会电工" in _get(w, "community_worker", "detail", it.pk).content.decode()


@pytest.mark.django_db
@pytest.mark.req("L28")
def test_a_post_says_what_it_wants_and_asks_who_fits(w: World) -> None:
    member = _electrician(w)
    it = post(w, skills=["electric"], min_age=18)
    page = _get(w, "community_worker", "post_invite", it.pk).content.decode()
    assert "会电工" in page
    url = reverse("activities:post_invite", args=[it.pk])
    client = w.client("community_worker")
    assert client.post(url, {"members": [str(member.pk)]}).status_code == 302
    told = messages_for(Event.objects.get(action="posts.invite"))
    assert told[0].title == "请您来当“楼道巡查岗”"
    assert w.client("other_community_worker").get(url).status_code == 404
    seen = _get(w, "member", "post", it.pk).content.decode()
    assert "会电工" in seen and "要满 18 周岁" in seen
    assert Activity.objects.count() == 0

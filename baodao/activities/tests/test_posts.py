"""Volunteer posts: claimed up to the quota, served, confirmed by others, reviewed."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.activities import party_days, posts
from baodao.activities.models import Holding, Post
from baodao.activities.tests.make import HOUR, finished, held, post, told
from baodao.core.clock import local, today
from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.duties.models import Duty
from baodao.people.tests.make import World, world
from baodao.records.models import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def see(w: World, key: str, name: str, *args: Any, **query: str) -> str:
    url = reverse(f"activities:{name}", args=args)
    answer = w.client(key).get(url, query)
    assert answer.status_code == 200, (key, name, answer.status_code)
    return str(answer.content.decode())


def send(w: World, key: str, route: str, *args: Any, **data: Any) -> Any:
    return w.client(key).post(reverse(f"activities:{route}", args=args), data)


# --- the verbs ------------------------------------------------------------------------


@pytest.mark.req("L06")
def test_a_post_is_claimed_up_to_its_quota_and_free_again_when_somebody_resigns(
    w: World,
) -> None:
    it = post(w, quota=1)
    mine = held(w, it)
    with pytest.raises(Conflict, match="满了"):
        held(w, it, "neighbour")
    posts.end(actor=w.actors["member"], holding_id=mine.pk, reason="resigned")
    mine.refresh_from_db()
    assert (mine.state, mine.end_reason, mine.valid_to) == (
        "ended",
        "resigned",
        today(),
    )
    held(w, it, "neighbour")
    with pytest.raises(NotFound):
        posts.end(actor=w.actors["member"], holding_id=held_by(w).pk, reason="resigned")


def held_by(w: World) -> Holding:
    return Holding.objects.get(state="held")


@pytest.mark.req("L28")
def test_the_four_modes_ask_for_what_is_theirs(w: World) -> None:
    for mode in ("fixed", "team"):
        assert held(w, post(w, mode=mode)).promise == ""
    for mode, due in (("lead", None), ("pledge", today() + timedelta(days=20))):
        it = post(w, mode=mode, due_on=due)
        with pytest.raises(Invalid):
            held(w, it)
        h = held(w, it, promise="月底前把三号楼飞线理好。")
        assert h.promise and (mode == "lead" or h.valid_to == due)
    with pytest.raises(Invalid):
        post(w, mode="pledge")


def test_nobody_holds_a_post_twice_and_the_quota_covers_who_holds_it(w: World) -> None:
    it = post(w)
    held(w, it)
    with pytest.raises(Conflict, match="已经在这个岗位上"):
        held(w, it)
    held(w, it, "neighbour")
    words = {n: getattr(it, n) for n in ("title", "mode", "term_months", "due_on")}
    with pytest.raises(Invalid):
        posts.edit_post(
            actor=w.actors["community_worker"], post_id=it.pk, quota=1, **words
        )
    posts.close_post(actor=w.actors["community_worker"], post_id=it.pk)
    assert set(Holding.objects.values_list("end_reason", flat=True)) == {"closed"}


@pytest.mark.req("A16", "L06")
def test_a_turn_becomes_a_record_when_somebody_else_confirms_it(w: World) -> None:
    turn = told(w, held(w, post(w)))
    with pytest.raises(Forbidden):
        posts.confirm_turn(actor=w.actors["member"], turn_id=turn.pk)
    with pytest.raises(NotFound):
        posts.confirm_turn(actor=w.actors["outsider"], turn_id=turn.pk)
    posts.confirm_turn(actor=w.actors["community_worker"], turn_id=turn.pk)
    one = Record.objects.get()
    assert (one.kind, one.minutes, one.channel) == ("post", 120, "residence")
    assert one.source_class == "fixed" and one.member_id == w.members.member.pk
    assert one.confirmed_by == w.actors["community_worker"].person_id
    # Who told it for somebody does not confirm it.
    other = told(w, held(w, post(w), "neighbour"), "community_worker", ago=6)
    with pytest.raises(Forbidden):
        posts.confirm_turn(actor=w.actors["community_worker"], turn_id=other.pk)
    posts.refuse_turn(actor=w.actors["community_secretary"], turn_id=other.pk)
    assert Record.objects.count() == 1


def test_edge_case_25_a_turn_overlaps_nothing_else(w: World) -> None:
    h = held(w, post(w))
    told(w, h)
    with pytest.raises(Invalid, match="已经记过"):
        told(w, h, ago=2)
    it = finished(w, clock_now() - timedelta(hours=20))
    from baodao.activities import services

    services.confirm(actor=w.actors["community_secretary"], activity_id=it.pk)
    Holding.objects.filter(pk=h.pk).update(valid_from=today() - timedelta(days=5))
    with pytest.raises(Invalid, match="别处"):
        told(w, h, ago=20)


def test_a_turn_lies_within_the_term_and_not_ahead(w: World) -> None:
    h = held(w, post(w))
    now = clock_now()
    for start, end in ((now, now + HOUR), (now, now - HOUR),
                       (now - timedelta(days=3), now - timedelta(days=3) + HOUR)):  # fmt: skip
        with pytest.raises(Invalid):
            posts.tell_turn(
                actor=w.actors["member"], holding_id=h.pk, start_at=start, end_at=end
            )


@pytest.mark.req("L06")
def test_the_half_yearly_review_is_owed_and_done_by_writing_it(w: World) -> None:
    h = held(w, post(w))
    Holding.objects.filter(pk=h.pk).update(valid_from=today() - timedelta(days=200))
    party_days.generate()
    duty = Duty.objects.get(kind="post_review")
    assert duty.source_id == h.pk and duty.state == "due"
    with pytest.raises(Invalid):
        posts.review(actor=w.actors["community_worker"], holding_id=h.pk, text=" ")
    posts.review(
        actor=w.actors["community_worker"], holding_id=h.pk, text="每周都来，很细。"
    )
    duty.refresh_from_db()
    h.refresh_from_db()
    assert duty.state == "confirmed" and h.reviewed_on == today()
    # Whoever has resigned is not reviewed any more.
    other = held(w, post(w), "neighbour")
    Holding.objects.filter(pk=other.pk).update(valid_from=today() - timedelta(days=200))
    party_days.generate()
    posts.end(actor=w.actors["neighbour"], holding_id=other.pk, reason="moved")
    assert Duty.objects.get(source_id=other.pk).state == "cancelled"


# --- the pages ------------------------------------------------------------------------


@pytest.mark.req("L06", "L28")
def test_a_post_is_set_up_claimed_served_and_confirmed_on_its_pages(w: World) -> None:
    assert "没有在招人的岗位" in see(w, "community_worker", "posts")
    words = {"title": "楼道巡查岗", "mode": "lead", "quota": "2", "term_months": "6"}
    assert (
        send(w, "community_worker", "post_new", **words | {"quota": "0"}).status_code
        == 422
    )
    for _ in range(2):
        send(w, "community_worker", "post_new", **words, client_id="tap")
    it = Post.objects.get()
    assert it.no == "0001" and "1 个岗位还在招人" in see(w, "community_worker", "posts")
    assert "楼道巡查岗" in see(w, "community_worker", "posts_wall")
    assert "还缺 2 人" in see(w, "member", "my_posts")
    assert send(w, "member", "post_claim", it.pk).status_code == 422
    send(w, "member", "post_claim", it.pk, promise="每周查一遍。")
    assert "您在 1 个岗位上" in see(w, "member", "my_posts")
    h = held_by(w)
    end = local(clock_now())
    start = end - timedelta(hours=1)
    times = {"start_at": f"{start:%Y-%m-%dT%H:%M}", "end_at": f"{end:%Y-%m-%dT%H:%M}"}
    Holding.objects.filter(pk=h.pk).update(valid_from=today() - timedelta(days=5))
    assert send(w, "member", "holding", h.pk, "turn").status_code == 422
    for _ in range(2):
        send(w, "member", "holding", h.pk, "turn", **times, client_id="t1")
    page = see(w, "community_worker", "post", it.pk)
    assert "1 次岗位服务等着确认" in page and "每周查一遍" in page
    assert "1 次岗位服务等着确认" in see(w, "community_worker", "posts")
    send(w, "community_worker", "turn", h.turns.get().pk, "confirm")
    assert Record.objects.filter(kind="post").count() == 1
    send(w, "community_worker", "holding", h.pk, "review", text="很认真")
    assert "很认真" in see(w, "member", "post", it.pk)
    assert send(w, "member", "holding", h.pk, "end").status_code == 422
    send(w, "member", "holding", h.pk, "end", reason="resigned")
    assert "本人辞岗" in see(w, "community_worker", "post", it.pk)
    send(w, "community_worker", "post_edit", it.pk, **words | {"title": "改了名"})
    send(w, "community_worker", "post_close", it.pk)
    assert "改了名" in see(w, "community_worker", "posts", tab="ended")


def test_posts_of_other_places_are_hidden_and_other_roles_refused(w: World) -> None:
    it = post(w)
    h = held(w, it)
    url = reverse("activities:post", args=[it.pk])
    for key, status in (("outsider", 404), ("far_member", 404), ("anonymous", 404),
                        ("system_admin", 403), ("grid_worker", 200), ("unit_liaison", 200)):  # fmt: skip
        assert w.client(key).get(url).status_code == status, key
    assert "楼道巡查岗" not in see(w, "far_member", "my_posts")
    # Names are for the place and the own unit.
    assert "张伟" in see(w, "unit_secretary", "post", it.pk)
    assert "张伟" not in see(w, "neighbour", "post", it.pk)
    assert send(w, "unit_secretary", "post_claim", it.pk).status_code == 403
    assert send(w, "outsider", "holding", h.pk, "review", text="x").status_code == 404
    assert (
        send(w, "neighbour", "holding", h.pk, "end", reason="resigned").status_code
        == 404
    )
    assert send(w, "member", "holding", h.pk, "nothing").status_code == 404
    assert (
        w.client("community_worker")
        .get(reverse("activities:post_close", args=[it.pk]))
        .status_code
        == 405
    )
    answer: Any = w.client("community_worker").post(
        reverse("sheets:export", args=["posts"]), {"kind": "csv"}
    )
    assert "楼道巡查岗" in b"".join(answer.streaming_content).decode("utf-8-sig")


@pytest.mark.req("A16", "L28")
def test_edge_case_23_a_turn_of_long_ago_needs_a_reason_and_the_secretary(
    w: World,
) -> None:
    turn = told(w, held(w, post(w)))
    late = clock_now() + timedelta(days=12)
    with pytest.raises(Conflict, match="社区书记"):
        posts.confirm_turn(
            actor=w.actors["community_worker"], turn_id=turn.pk, now=late
        )
    secretary = w.actors["community_secretary"]
    with pytest.raises(Invalid):
        posts.confirm_turn(actor=secretary, turn_id=turn.pk, now=late)
    posts.confirm_turn(
        actor=secretary, turn_id=turn.pk, reason="登记本在家里", now=late
    )
    assert Record.objects.count() == 1

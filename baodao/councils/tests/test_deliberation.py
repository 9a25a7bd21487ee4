"""What the product promises of a deliberation, by its services on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.councils import queries
from baodao.councils.models import Deliberation, Opinion
from baodao.councils.services import deciding, deliberating, following, holding
from baodao.councils.tests import make, talking
from baodao.councils.tests.make import AFTER, HELD, NOW
from baodao.duties.models import Duty
from baodao.notifications.models import Message
from baodao.orders.models import Order
from baodao.people.models import Unit
from baodao.people.tests.make import World, world
from baodao.records.models import Record

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


@pytest.mark.req("L11")
def test_a_members_topic_from_proposal_to_what_was_done(w: World) -> None:
    member, worker = w.actors["member"], w.actors["community_worker"]
    d = talking.arranged(w)
    seat = talking.seat_of(d)
    assert Message.objects.filter(person_id=w.members.member.person_id).count() == 3
    deliberating.reply(actor=member, seat_id=seat.pk, reply="yes", now=NOW)
    said = deliberating.give_opinion(
        actor=member, deliberation_id=d.pk, text="先划消防通道", now=NOW
    ).id
    d = talking.held(w, d)
    deciding.resolve(
        actor=worker, deliberation_id=d.pk, text="东门划12个车位",
        unit_id=w.units.unit.pk, due_on=HELD.date() + 30 * DAY, now=AFTER,
    )  # fmt: skip
    d = talking.concluded(
        w, d, talking.GOOD._replace(suggestion_adopted=True), adopted=(said,)
    )
    assert (d.state, d.outcome, d.result_public) == (
        "decided",
        "adopted",
        "东门划车位。",
    )
    task = d.resolutions.get()
    assert (
        task.state == "open"
        and Duty.objects.get(source_id=task.pk).due_on == task.due_on
    )
    with pytest.raises(Conflict, match="还有1件"):
        deciding.close(actor=worker, deliberation_id=d.pk, now=AFTER)
    # Until it is done the next joint meeting looks at it.
    meeting = make.planned(w, HELD + 20 * DAY, AFTER)
    assert [r.pk for r in queries.last_time(meeting)] == [task.pk]
    at = AFTER + DAY
    unit = w.actors["unit_secretary"]
    holding.report(actor=unit, resolution_id=task.pk, result="划好了", now=at)
    holding.confirm(actor=worker, resolution_id=task.pk, now=at)
    deciding.close(actor=worker, deliberation_id=d.pk, now=at)
    assert talking.fresh(d.pk).state == "closed"
    story = [
        e.action for e in Event.objects.filter(object_id=d.pk).order_by("at", "id")
    ]
    assert [a.split(".")[1] for a in story] == [
        "propose", "take", "arrange", "hold", "conclude", "close",
    ]  # fmt: skip


@pytest.mark.req("L11")
def test_who_came_has_the_time_on_record_and_a_suggestion_counts_once(w: World) -> None:
    member = w.actors["member"]
    d = talking.arranged(w)
    said = deliberating.give_opinion(
        actor=member, deliberation_id=d.pk, text="先划消防通道", now=NOW
    ).id
    talking.concluded(
        w, talking.held(w, d), talking.GOOD._replace(suggestion_adopted=True),
        adopted=(said,),
    )  # fmt: skip
    came = Record.objects.get(
        source_kind="deliberation_seat", unit_id=w.units.unit.pk, minutes=90
    )
    assert (came.member_id, came.channel) == (member.member_id, "residence")
    assert (
        Record.objects.filter(source_kind="deliberation_seat", member_id=None).count()
        == 1
    )
    suggestion = Record.objects.get(source_kind="deliberation")
    assert (suggestion.member_id, suggestion.source_class, suggestion.minutes) == (
        member.member_id, "suggestion_adopted", 0,
    )  # fmt: skip
    assert Opinion.objects.get(pk=said).adopted


def test_who_was_elsewhere_at_that_time_is_not_counted_twice(w: World) -> None:
    """Domain 8.25."""
    talking.concluded(w)
    d = talking.proposed(w)
    d = talking.held(w, talking.arranged(w, d, held_at=HELD + talking.HOUR))
    with pytest.raises(Conflict, match="已有别的服务记录"):
        talking.concluded(w, d)
    d = talking.held(w, d, "came", "absent")
    assert talking.concluded(w, d).state == "decided"


def test_no_is_said_with_its_reason_and_told_to_who_proposed(w: World) -> None:
    d = talking.proposed(w)
    worker = w.actors["community_worker"]
    with pytest.raises(Invalid, match="为什么不列入"):
        deliberating.decline(actor=worker, deliberation_id=d.pk, answer=" ", now=NOW)
    deliberating.decline(
        actor=worker, deliberation_id=d.pk, answer="已列入改造", now=NOW
    )
    told = Message.objects.get(person_id=w.members.member.person_id)
    assert "没有列入" in told.title and told.text == "已列入改造"
    with pytest.raises(Conflict, match="没有列入"):
        deliberating.take(actor=worker, deliberation_id=d.pk, now=NOW)


def test_a_member_proposes_only_where_reported_in(w: World) -> None:
    talking.settle_in(w)
    with pytest.raises(Invalid, match="您报到的社区"):
        deliberating.propose(
            actor=w.actors["member"], place_id=w.places.second_community.pk,
            title="路灯", kind="other", now=NOW,
        )  # fmt: skip
    with pytest.raises(Invalid, match="手机号"):
        deliberating.propose(
            actor=w.actors["member"], place_id=w.places.community.pk,
            title="找13889970312", kind="other", now=NOW,
        )  # fmt: skip
    with pytest.raises(NotFound):
        deliberating.propose(
            actor=w.actors["other_community_worker"], place_id=w.places.community.pk,
            title="路灯", kind="other", source="community", now=NOW,
        )  # fmt: skip


def test_the_communitys_own_topic_is_taken_up_a_residents_waits_for_an_answer(
    w: World,
) -> None:
    worker = w.actors["community_worker"]
    for source, state in (("community", "taken"), ("resident", "proposed")):
        done = deliberating.propose(
            actor=worker, place_id=w.places.estate.pk, title="楼道堆物",
            kind="environment", source=source, now=NOW, client_id=source,
        )  # fmt: skip
        d = talking.fresh(done.id)
        assert d.state == state
    assert d.proposed_by is None and d.by_name == "居民"
    again = deliberating.propose(
        actor=worker, place_id=w.places.estate.pk, title="楼道堆物",
        kind="environment", source="resident", now=NOW, client_id="resident",
    )  # fmt: skip
    assert again.id == d.pk and Deliberation.objects.count() == 2


@pytest.mark.req("L11", "L36")
def test_anybody_may_say_something_once_the_topic_is_public_and_it_is_read_first(
    w: World,
) -> None:
    d = talking.arranged(w)
    worker = w.actors["community_worker"]
    with pytest.raises(NotFound):
        deliberating.send_opinion(deliberation_id=d.pk, text="同意", now=NOW)
    name = w.members.member.person.name
    with pytest.raises(Invalid, match="姓名"):
        deliberating.publish_topic(
            actor=worker, deliberation_id=d.pk, text=f"{name}提出东门停车难", now=NOW
        )
    deliberating.publish_topic(
        actor=worker, deliberation_id=d.pk, text="东门怎么停车？", now=NOW
    )
    with pytest.raises(Invalid, match="手机号"):
        deliberating.send_opinion(deliberation_id=d.pk, text="打13889970312", now=NOW)
    done = deliberating.send_opinion(deliberation_id=d.pk, text="同意划线", now=NOW)
    assert done.state == "waiting"
    deliberating.judge_opinion(actor=worker, opinion_id=done.id, event="take", now=NOW)
    assert Opinion.objects.get().state == "noted"
    talking.held(w, d)
    with pytest.raises(NotFound):
        deliberating.send_opinion(deliberation_id=d.pk, text="晚了", now=AFTER)


def test_the_result_needs_another_person_words_and_somebody_who_came(w: World) -> None:
    d = talking.held(w, None, "absent", residents=0)
    with pytest.raises(Conflict, match="没有人到会"):
        talking.concluded(w, d)
    d = talking.held(w, d, "came")
    with pytest.raises(Forbidden, match="书记"):
        deciding.conclude(
            actor=w.actors["community_worker"], deliberation_id=d.pk,
            result=talking.GOOD, now=AFTER,
        )  # fmt: skip
    secretary = w.actors["community_secretary"]
    me = replace(secretary, person_id=w.members.member.person_id)
    with pytest.raises(Forbidden, match="自己"):
        deciding.conclude(
            actor=me, deliberation_id=d.pk, result=talking.GOOD, now=AFTER
        )
    with pytest.raises(Invalid, match="请写原因"):
        talking.concluded(w, d, deciding.Result("not_adopted", "先不划"))
    with pytest.raises(Invalid, match="姓名"):
        name = w.members.member.person.name
        talking.concluded(w, d, talking.GOOD._replace(public=f"{name}的建议采纳了"))


def test_the_list_is_whole_and_who_walks_in_is_added(w: World) -> None:
    d = talking.arranged(w)
    other = w.members.colleague
    with pytest.raises(Invalid, match="还没有记到会"):
        deciding.hold(
            actor=w.actors["community_worker"], deliberation_id=d.pk, marks={},
            held=deciding.Held(HELD, HELD + talking.HOUR), now=AFTER,
        )  # fmt: skip
    with pytest.raises(Invalid, match="没有找到"):
        talking.held(w, d, more="查无此人")
    type(other).objects.filter(pk=other.pk).update(
        point=w.places.community, point_path=w.places.community.path
    )
    d = talking.held(w, d, more=other.volunteer_no)
    assert d.seats.filter(member=other.pk).get().attendance == "came"
    with pytest.raises(Invalid, match="还没有结束"):
        talking.held(w, d, now=HELD)


def test_only_who_reported_in_and_what_is_tied_is_invited_and_may_say_no(
    w: World,
) -> None:
    d = talking.arranged(w)
    worker = w.actors["community_worker"]
    with pytest.raises(Invalid, match="没有在本社区报到"):
        deliberating.invite(
            actor=worker, deliberation_id=d.pk, members=[w.members.far.pk],
            now=NOW,
        )  # fmt: skip
    seat = talking.seat_of(d)
    deliberating.reply(actor=w.actors["member"], seat_id=seat.pk, reply="no", now=NOW)
    with pytest.raises(NotFound):
        deliberating.reply(
            actor=w.actors["far_unit_secretary"], seat_id=talking.seat_of(d, False).pk,
            reply="yes", now=NOW,
        )  # fmt: skip
    deliberating.remove(actor=worker, seat_id=seat.pk, now=NOW)
    with pytest.raises(Conflict, match="不用再回复"):
        deliberating.reply(
            actor=w.actors["member"], seat_id=seat.pk, reply="yes", now=NOW
        )


def test_another_time_and_no_meeting_are_told_to_the_invited(w: World) -> None:
    d = talking.arranged(w)
    worker = w.actors["community_worker"]
    deliberating.arrange(
        actor=worker, deliberation_id=d.pk, held_at=HELD + DAY, room="会议室", now=NOW
    )
    told = Message.objects.filter(unit_id=w.units.unit.pk)
    assert told.filter(title__contains="改了时间").exists()
    deliberating.cancel(actor=worker, deliberation_id=d.pk, reason="大雪", now=NOW)
    assert told.filter(title__contains="不议了", text="大雪").exists()
    with pytest.raises(Conflict):
        talking.held(w, d)


@pytest.mark.req("L11")
def test_what_was_talked_over_becomes_an_order(w: World) -> None:
    d = talking.concluded(w)
    pk = deciding.place_order(
        actor=w.actors["community_worker"], deliberation_id=d.pk, category="repair",
        title="东门地面划线", detail="议事会定的，请划线。", now=AFTER,
    )  # fmt: skip
    order = Order.objects.get(pk=pk)
    assert (order.source, order.state) == ("meeting", "submitted")
    assert talking.fresh(d.pk).orders == [pk]


def test_case_7_the_successor_is_invited_for_a_merged_unit(w: World) -> None:
    """Domain 8.7."""
    d = talking.arranged(w)
    unit = Unit.objects.filter(pk=w.units.unit.pk)
    unit.update(successor=w.units.other, status="dissolved", valid_to=NOW.date())
    following.follow_unit(w.units.unit.pk, NOW + DAY)
    assert talking.seat_of(d, False).unit_id == w.units.other.pk

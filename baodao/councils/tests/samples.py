"""Rows of councils that the route tests ask for, by the first words of the route."""

from datetime import timedelta
from uuid import UUID

from baodao.core.clock import now, today
from baodao.councils.models import MeetingTopic
from baodao.councils.services import (
    deliberating,
    estates,
    federations,
    leaders,
    meetings,
    part_time,
)
from baodao.councils.tests import make, talking
from baodao.duties.models import Duty
from baodao.people.models import RoleTie
from baodao.people.tests.make import World


def council_rows(w: World) -> dict[str, UUID]:
    """One of each, of the standing cast's own community; the more special names
    first."""
    worker, secretary = w.actors["community_worker"], w.actors["community_secretary"]
    held = make.held(w, make.planned(w, now() - timedelta(hours=1), now()), now=now())
    _, resolution = make.closed(w, held, now())
    ahead = make.called(w, make.planned(w, now() + timedelta(days=9), now()), now())
    waiting = make.held(w, make.planned(w, now() - timedelta(days=2), now()), now=now())
    seat = ahead.seats.get().pk
    unit = w.actors["unit_secretary"]
    meetings.hand_in(actor=unit, meeting_id=ahead.pk, title="试一试")
    person = w.members.member.person_id
    candidate = part_time.recommend(
        actor=unit, place_id=w.places.community.pk, person_id=person, post="局长"
    ).id
    federation = federations.form(
        actor=secretary, place_id=w.places.community.pk, name="试一试", head="达瓦",
        units=[w.units.unit.pk],
    ).id  # fmt: skip
    note = estates.note(
        actor=w.actors["instructor"], place_id=w.places.estate.pk, kind="lecture",
        on=today(), attended=5, text="试一试",
    ).id  # fmt: skip
    leader = leaders.assign(
        actor=w.actors["prefecture_org"], rank="county", post="副县长", name="",
        point_id=w.places.community.pk,
    ).id  # fmt: skip
    visit = leaders.note_visit(
        actor=worker, contact_id=leader, on=today(), policy="试一试"
    ).id
    talk = talking.held(
        w,
        talking.arranged(
            w,
            talking.proposed(w, now=now()),
            held_at=now() - timedelta(hours=2), now=now(),
        ),
        now=now(),
    )  # fmt: skip
    topic = talking.arranged(
        w, talking.proposed(w, now=now()), held_at=now() + timedelta(days=3), now=now()
    )
    deliberating.publish_topic(actor=worker, deliberation_id=topic.pk, text="停车")
    waiting_opinion = deliberating.send_opinion(
        deliberation_id=topic.pk, text="同意"
    ).id
    asked = talking.seat_of(topic).pk
    return {
        **dict.fromkeys(
            ("councils:deliberation_hold", "councils:deliberation_conclude",
             "councils:deliberation_order", "councils:deliberation_resolve"), talk.pk,
        ),
        "councils:deliberation": topic.pk, "councils:opinion_act": waiting_opinion,
        "councils:invitation": asked, "councils:proposal": topic.pk,
        "councils:public": topic.pk,
        "councils:meeting_hold": waiting.pk, "councils:meeting": ahead.pk,
        "councils:topic": MeetingTopic.objects.get().pk, "councils:seat": seat,
        "councils:resolution": resolution.pk,
        "councils:duty": Duty.objects.get(source_id=seat).pk,
        "councils:part_time": candidate, "councils:federation": federation,
        "councils:estate": w.places.estate.pk, "councils:appoint": w.places.estate.pk,
        "councils:tie": RoleTie.objects.get(role="instructor").pk,
        "councils:note": note, "councils:visit_act": visit,
        "councils:visit": leader, "councils:leader": leader,
    }  # fmt: skip

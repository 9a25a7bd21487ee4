"""Activities for tests, brought to a state by the real services."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from baodao.activities import lists, plans, posts, services, services_set_up
from baodao.activities.models import Activity, Holding, Post, Turn
from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.people.tests.make import World

HOUR = timedelta(hours=1)


def said(start: datetime, **more: Any) -> plans.Said:
    """A form: three hours of cleaning."""
    words = {
        "title": "清扫象雄小区", "joint_type": "environment", "occasion": "daily",
        "start_at": start, "end_at": start + 3 * HOUR, "spot": "象雄小区东门",
    }  # fmt: skip
    return plans.Said(**{**words, **more})


def soon() -> datetime:
    """The day after tomorrow, at the full hour."""
    return (clock_now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)


def planned(
    w: World, start: datetime | None = None, *, by: str = "community_worker",
    channel: str = "residence", now: datetime | None = None, **more: Any,
) -> Activity:  # fmt: skip
    done = services.plan(
        actor=w.actors[by], said=said(start or soon(), **more),
        place_id=w.places.community.id, channel=channel, now=now,
    )  # fmt: skip
    return Activity.objects.get(pk=done.id)


def published(
    w: World, start: datetime | None = None, *, by: str = "community_worker",
    now: datetime | None = None, **more: Any,
) -> Activity:  # fmt: skip
    it = planned(w, start, by=by, now=now, **more)
    services.publish(actor=w.actors[by], activity_id=it.pk, now=now)
    it.refresh_from_db()
    return it


def signed(w: World, it: Activity, *keys: str) -> None:
    for key in keys:
        lists.sign_up(
            actor=w.actors[key], activity_id=it.pk,
            member_id=w.actors[key].member_id,  # type: ignore[arg-type]
            now=it.start_at - timedelta(days=1),
        )  # fmt: skip


def sheet(it: Activity, came: Sequence[UUID], **more: Any) -> plans.Sheet:
    """The list: these came, at the planned time."""
    marks = more.pop("marks", [plans.Mark(pk, "attended") for pk in came])
    words = {"start_at": it.start_at, "end_at": it.end_at}
    return plans.Sheet(marks=marks, **{**words, **more})


def finished(
    w: World, start: datetime | None = None, *, by: str = "community_worker",
    came: Sequence[UUID] = (), **more: Any,
) -> Activity:  # fmt: skip
    """A list of an activity that took place, handed in by its host."""
    start = start or clock_now() - timedelta(days=1)
    it = planned(w, start, by=by, **more)
    services.finish(
        actor=w.actors[by], activity_id=it.pk,
        sheet=sheet(it, came or [w.members.member.id]), now=it.end_at + HOUR,
    )  # fmt: skip
    it.refresh_from_db()
    return it


def confirmed(
    w: World, start: datetime | None = None, *, now: datetime | None = None, **more: Any
) -> Activity:
    it = finished(w, start, **more)
    services.confirm(
        actor=w.actors["community_secretary"], activity_id=it.pk,
        now=now or it.end_at + 2 * HOUR,
    )  # fmt: skip
    it.refresh_from_db()
    return it


def set_up(w: World) -> tuple[UUID, UUID]:
    """The ids of a venue of the community and of a carrier of the district."""
    venue = services_set_up.add_venue(
        actor=w.actors["community_worker"], place=w.places.community,
        name="森格实践站", kind="station", weekdays=list(range(7)), opens=time(8),
        closes=time(22),
    )  # fmt: skip
    carrier = services_set_up.add_carrier(actor=w.actors["county_org"], name="新晋邻")
    return venue.id, carrier.id


def post(w: World, **more: Any) -> Post:
    """A fixed post of the community for two."""
    words = {
        "title": "楼道巡查岗", "mode": "fixed", "quota": 2, "term_months": 12,
        "schedule": "每周六上午", "spot": "1–3号楼",
    }  # fmt: skip
    done = posts.add_post(
        actor=w.actors["community_worker"], place=w.places.community,
        **{**words, **more},
    )  # fmt: skip
    return Post.objects.get(pk=done.id)


def held(w: World, it: Post, key: str = "member", **more: Any) -> Holding:
    done = posts.claim(
        actor=w.actors[key], post_id=it.pk,
        member_id=w.actors[key].member_id, **more,  # type: ignore[arg-type]
    )  # fmt: skip
    return Holding.objects.get(pk=done.id)


def told(w: World, h: Holding, key: str = "member", ago: float = 3) -> Turn:
    """A turn of two hours, so many hours ago."""
    start = clock_now() - timedelta(hours=ago)
    # Soon after midnight that is a day before the holding began.
    day = today(start)
    Holding.objects.filter(pk=h.pk, valid_from__gt=day).update(valid_from=day)
    done = posts.tell_turn(
        actor=w.actors[key], holding_id=h.pk, start_at=start, end_at=start + 2 * HOUR,
        note="查了三个单元。",
    )  # fmt: skip
    return Turn.objects.get(pk=done.id)

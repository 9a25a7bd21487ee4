"""Deliberations for tests, brought to a state by the real services."""

from datetime import datetime, timedelta
from uuid import UUID

from baodao.councils.models import Deliberation, DeliberationSeat
from baodao.councils.services import deciding, deliberating
from baodao.councils.tests.make import AFTER, HELD, NOW
from baodao.people.models import Member
from baodao.people.tests.make import World

HOUR = timedelta(hours=1)
GOOD = deciding.Result(
    "adopted", "东门划12个车位，6米通道不停车。", public="东门划车位。"
)


def settle_in(w: World) -> Member:
    """The standing member has reported in where the community is."""
    Member.objects.filter(pk=w.members.member.pk).update(
        residence=w.places.community, residence_path=w.places.community.path
    )
    return Member.objects.get(pk=w.members.member.pk)


def proposed(w: World, key: str = "member", now: datetime = NOW) -> Deliberation:
    settle_in(w)
    source = "" if key == "member" else "resident"
    done = deliberating.propose(
        actor=w.actors[key], place_id=w.places.community.pk, title="东门停车难",
        kind="facilities", text="晚上堵得消防车进不来，建议划线。", source=source, now=now,
    )  # fmt: skip
    return fresh(done.id)


def arranged(
    w: World, d: Deliberation | None = None, *, held_at: datetime = HELD,
    now: datetime = NOW,
) -> Deliberation:  # fmt: skip
    """Taken up, with a time, one member and one unit invited."""
    d = d or proposed(w, now=now)
    worker = w.actors["community_worker"]
    if d.state == "proposed":
        deliberating.take(actor=worker, deliberation_id=d.pk, now=now)
    deliberating.arrange(
        actor=worker, deliberation_id=d.pk, held_at=held_at, room="小区凉亭",
        residents_asked="1号楼住户代表", now=now,
    )  # fmt: skip
    deliberating.invite(
        actor=worker, deliberation_id=d.pk, members=[w.members.member.pk],
        units=[w.units.unit.pk], now=now,
    )  # fmt: skip
    return fresh(d.pk)


def marks(d: Deliberation, *how: str) -> dict[UUID, deciding.Mark]:
    """One mark for each seat in their order; the last one for all further ones."""
    seats = d.seats.filter(removed=False)
    return {s.pk: deciding.Mark(how[min(i, len(how) - 1)]) for i, s in enumerate(seats)}


def held(
    w: World, d: Deliberation | None = None, *how: str, now: datetime = AFTER,
    residents: int = 6, more: str = "",
) -> Deliberation:  # fmt: skip
    d = d or arranged(w)
    assert d.held_at
    deciding.hold(
        actor=w.actors["community_worker"], deliberation_id=d.pk,
        marks=marks(d, *(how or ("came",))),
        held=deciding.Held(d.held_at, d.held_at + 1.5 * HOUR, residents, "达瓦", "卓玛",
                           "都同意划线。"),
        more=more, now=now,
    )  # fmt: skip
    return fresh(d.pk)


def concluded(
    w: World, d: Deliberation | None = None, result: deciding.Result = GOOD,
    now: datetime = AFTER, adopted: tuple[UUID, ...] = (),
) -> Deliberation:  # fmt: skip
    d = d or held(w)
    deciding.conclude(
        actor=w.actors["community_secretary"], deliberation_id=d.pk, result=result,
        adopted=adopted, now=now,
    )  # fmt: skip
    return fresh(d.pk)


def seat_of(d: Deliberation, member: bool = True) -> DeliberationSeat:
    return d.seats.exclude(member=None).get() if member else d.seats.get(member=None)


def fresh(pk: UUID) -> Deliberation:
    return Deliberation.objects.select_related("place").get(pk=pk)

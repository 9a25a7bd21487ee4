"""The verbs of an activity. All keyword-only, with `now`; `client_id` makes a retry
harmless. Errors: NotFound outside the actor's scope, Forbidden inside it, Conflict
when the state or somebody else was first, Invalid with the field."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from baodao.activities import lists, party_days, plans, rules
from baodao.activities.carriers import offered
from baodao.activities.models import Activity, Participation, Venue
from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.engine import Numbered, act, create, read
from baodao.acts.many import act_many
from baodao.acts.writing import Done, Write
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.core.errors import Forbidden, Invalid, NotFound
from baodao.people.models import Member, Unit
from baodao.places.calendars import ground
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY
from baodao.records.models import Record
from baodao.records.taken import minutes_taken
from baodao.reporting.standing import tied_points

Plan = Callable[[plans.Row], Write]
_TAKEN = {
    "activity_venue_no_overlap": ("venue_id", "这个时间场地已有别的活动。请换个时间或场地。"),
    "part_no_overlap": ("marks", "有人同一时间记在两场活动里。请核对时间。"),
}  # fmt: skip


def number_series(path: str) -> str:
    """The counter that numbers the activities of the community around `path`."""
    return f"activity:{'/'.join(path.split('/')[:COMMUNITY])}"


@contextmanager
def once() -> Iterator[None]:
    """One transaction; what the database keeps apart becomes a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        for name, (field, sentence) in _TAKEN.items():
            if name in str(error):
                raise Invalid(fields={field: sentence}) from error
        raise


# --- planning -------------------------------------------------------------------------


def plan(
    *, actor: Actor, said: plans.Said, place_id: UUID, channel: str,
    unit_id: UUID | None = None, now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Plan an activity of a community, or of a unit at one of its contact points. The
    channel is chosen here, once (domain 8.31)."""
    place = Place.objects.filter(pk=place_id, valid_to=None, level=COMMUNITY).first()
    if place is None or place.kind == "virtual":
        raise Invalid(fields={"place": "请选一个社区（村）。"})
    if channel not in rules.CHANNELS:
        raise Invalid(fields={"channel": "请选渠道。"})
    unit_id = actor.unit_id if actor.role.startswith("unit_") else unit_id
    if unit_id and not Unit.objects.filter(pk=unit_id, valid_to=None).exists():
        raise Invalid(fields={"unit": "请选主办单位。"})
    plans.check(said, offered(place.path))
    _check_venue(said, place)
    row = Activity(
        channel=channel, place=place, path=place.path, unit_id=unit_id,
        made_by=actor.account_id, made_by_name=actor.name, **said.columns(),
    )  # fmt: skip
    numbered = Numbered("no", number_series(place.path), "", 4)
    with once():
        return create(
            actor, "activities.plan", row, now=now, client_id=client_id,
            numbered=numbered,
        )  # fmt: skip


def _check_venue(said: plans.Said, place: Place) -> None:
    """The venue lies around here, is open then and large enough."""
    if said.venue_id is None:
        return
    venue = Venue.objects.filter(pk=said.venue_id, retired=False).first()
    if venue is None or not place.path.startswith(venue.path):
        raise Invalid(fields={"venue_id": "请选本社区或上级的场地。"})
    start, end = local(said.start_at), local(said.end_at)
    hours = f"{venue.opens:%H:%M}–{venue.closes:%H:%M}"
    days = "、".join(rules.WEEKDAYS[str(d)] for d in sorted(venue.weekdays))
    inside = venue.opens <= start.time() and end.time() <= venue.closes
    if (
        start.date() != end.date()
        or not inside
        or start.weekday() not in venue.weekdays
    ):
        sentence = f"{venue.name}{days} {hours}开放。请换个时间或场地。"
        raise Invalid(fields={"venue_id": sentence})
    if venue.capacity and said.slots and said.slots > venue.capacity:
        sentence = f"{venue.name}能容纳{venue.capacity}人，名额不能超过。"
        raise Invalid(fields={"slots": sentence})


def do(
    actor: Actor, event: str, activity_id: UUID, decide: Plan, *,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """One step of the flow by its plan."""
    with once():
        return act(
            actor, f"activities.{event}", activity_id, decide, reads=plans.READS,
            now=now, client_id=client_id,
        )  # fmt: skip


def revise(
    *, actor: Actor, activity_id: UUID, said: plans.Said, now: datetime | None = None
) -> Done:
    """Change what was planned; who has signed up is told when time or place move."""
    it = Activity.objects.select_related("place").filter(pk=activity_id).first()
    if it is None:
        raise NotFound
    signed = it.parts.filter(state="signed_up").count()
    plans.check(said, {*offered(it.path), *it.carriers}, signed=signed)
    _check_venue(said, it.place)
    with once():
        done = do(
            actor, "revise", activity_id, lambda row: plans.revise(row, said), now=now
        )
        lists.fill(activity_id, now=now)
    return done


def publish(*, actor: Actor, activity_id: UUID, now: datetime | None = None) -> Done:
    """Open it for signing up."""
    at = now or clock_now()
    return do(actor, "publish", activity_id, lambda row: plans.publish(row, at), now=at)


def cancel(
    *, actor: Actor, activity_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """It does not take place. Nobody is marked as absent."""
    return do(
        actor, "cancel", activity_id, lambda row: plans.cancel(row, reason=reason),
        now=now,
    )  # fmt: skip


# --- the list -------------------------------------------------------------------------


def finish(
    *, actor: Actor, activity_id: UUID, sheet: plans.Sheet,
    now: datetime | None = None, client_id: str = "",
) -> Done:  # fmt: skip
    """Hand in the list: who came, who excused themselves, who did not come; from the
    screen or from paper (domain 8.35). Handing it in again replaces it."""
    at = now or clock_now()
    with once():
        done = do(
            actor, "finish", activity_id,
            lambda row: plans.finish(
                row, sheet, by=actor.account_id, name=actor.name, now=at
            ),
            now=at, client_id=client_id,
        )  # fmt: skip
        if not done.repeated:
            lists.write(actor, activity_id, sheet, at)
    return done


def confirm(
    *, actor: Actor, activity_id: UUID, reason: str = "", now: datetime | None = None
) -> Done:
    """Somebody else says that the list is right: one record for each who attended, in
    one statement (A16, A19, A24). The monthly party day is done with it (A18)."""
    at = now or clock_now()
    row = read("activities.confirm", activity_id, plans.READS)
    parts = list(Participation.objects.filter(activity=activity_id, state="attended"))
    _not_a_participant(actor, parts)
    lists.still_alone(parts)
    ids = [p.member_id for p in parts]
    taken = minutes_taken(ids, row["start_at"], row["end_at"])
    place = ground(str(row["path"]))
    with once():
        done = do(
            actor, "confirm", activity_id,
            lambda r: plans.confirm(
                r, parts, taken, settings=place.settings,
                work_time=place.calendar.is_work_time(r["start_at"]), now=at,
                by=actor.person_id, name=actor.name, role=actor.role, reason=reason,
            ),
            now=at,
        )  # fmt: skip
        party_days.fulfilled(actor, row, at)
    return done


def _not_a_participant(actor: Actor, parts: list[Participation]) -> None:
    """Nobody confirms a list on which they stand themselves."""
    if actor.person_id is None:
        return
    mine = Member.objects.filter(person_id=actor.person_id).values_list("pk", flat=True)
    if {p.member_id for p in parts} & set(mine):
        raise Forbidden(rules.MESSAGES["confirm"])


def send_back(
    *, actor: Actor, activity_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """The list is not right: back to the host with a reason."""
    return do(
        actor, "send_back", activity_id,
        lambda row: plans.send_back(row, reason=reason), now=now,
    )  # fmt: skip


def correct(
    *, actor: Actor, activity_id: UUID, reason: str, now: datetime | None = None
) -> Done:
    """A confirmed list was wrong: its records are reversed, the list is open again."""
    at = now or clock_now()
    standing = Record.objects.filter(
        source_id=activity_id, kind="activity", reversal_of=None, reversals=None
    )
    with once():
        done = do(
            actor, "correct", activity_id,
            lambda r: plans.correct(r, list(standing), reason=reason, now=at), now=at,
        )  # fmt: skip
        party_days.taken_back(actor, activity_id, at)
    return done


def archive_old(now: datetime | None = None) -> int:
    """Every night: what was confirmed long ago leaves the desks; it counts on."""
    at = now or clock_now()
    old = Activity.objects.filter(
        state="confirmed", confirmed_at__lt=at - rules.ARCHIVE_AFTER
    )
    ids = list(old.values_list("pk", flat=True)[:5_000])
    return len(act_many(SYSTEM, "activities.archive", ids, now=at)) if ids else 0


# --- who stands on the list -----------------------------------------------------------


def eligible(activity: Activity) -> Q:
    """Members who may stand on the list: of the community in either channel, and the
    hosting unit's."""
    lo = activity.path
    here = Q(residence_path__startswith=lo) | Q(point_path__startswith=lo)
    return here | Q(unit_id=activity.unit_id) if activity.unit_id else here


def found_by_words(activity: Activity, text: str) -> list[Member]:
    """Members from the lines of a paper list: each a name or a volunteer number.
    Raises Invalid with what was not found and who is meant by a common name."""
    words = [w.strip() for line in text.splitlines() for w in line.split("、")]
    wanted = list(dict.fromkeys(w for w in words if w))
    near = Member.objects.exclude(duty_status="left").filter(eligible(activity))
    known = near.select_related("person", "unit").defer("person__phone")
    rows = list(known.filter(Q(person__name__in=wanted) | Q(volunteer_no__in=wanted)))
    found, problems = [], []
    for word in wanted:
        hits = [m for m in rows if word in (m.volunteer_no, m.person.name)]
        if len(hits) == 1:
            found.append(hits[0])
        elif hits:
            who = "、".join(f"{m.unit or ''} {m.volunteer_no}" for m in hits)
            problems.append(f"有{len(hits)}名“{word}”（{who}），请改写志愿者编号")
        else:
            problems.append(f"没有找到“{word}”，请核对姓名，或请本人先报到")
    if problems:
        raise Invalid(fields={"names": "；".join(problems) + "。"})
    return found


def communities_of_unit(unit_id: UUID) -> list[Place]:
    """Where a unit may hold activities: the communities of its contact points."""
    paths = {
        "/".join(p.path.split("/")[:COMMUNITY]) + "/" for p in tied_points(unit_id)
    }
    return list(Place.objects.filter(path__in=paths, valid_to=None).order_by("path"))

"""Deductions in every state and two appeals, in a few communities: proposed, answered,
posted, dropped, appealed, upheld (L12, L44). By the services themselves, so that the
days, the records and the stories are right."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from baodao.acts.actor import Actor
from baodao.core.clock import today
from baodao.people.models import Member
from baodao.places.models import Place
from baodao.places.queries import pause_now
from baodao.portal.demo.councils_people import communities
from baodao.portal.demo.world import World
from baodao.records.models import Record
from baodao.scoring.services import appealing, deducting, meriting, posting

DAY = timedelta(days=1)
PLACES = 4
# (rule, what happened, what is said, how far it goes, days ago)
CASES = (
    ("M_DED_NOSHOW", "报了清理楼道没有来，也没有说", "", "proposed", 1),
    ("M_DED_COMPLAINT", "答应周三去修水龙头，没有去，居民打了电话", "那天临时值班，第二天去了",
     "answered", 9),
    ("M_DED_ABANDON", "认领了陪老人看病，前一天放下", "孩子发烧，当天打过电话", "dropped", 24),
    ("M_DED_COMPLAINT", "上门时没有听老人说完就走", "", "posted", 30),
    ("M_DED_FALSE", "服务记录写了两小时，居民说不到一小时", "来回路上也算了", "appealed", 34),
    ("M_DED_NOSHOW", "报了值守没有来", "通知发到了旧号码", "upheld", 60),
)  # fmt: skip
UNIT_CASES = (
    ("U_DED_MEETING", "三季度联席会议没有来，也没有请人代替", "", "proposed", 2),
    (
        "U_DED_ORDER",
        "修路灯的单超过时限没有接",
        "材料没有到，第三天修好了",
        "posted",
        28,
    ),
)


def build(w: World) -> int:
    """All of it; returns how many."""
    n = sum(_of(w, place, people) for place, people in chosen(w))
    sources = (deducting.SOURCE, meriting.SOURCE)
    posting.post(Record.objects.filter(source_kind__in=sources))
    return n


def chosen(w: World) -> list[tuple[Place, list[Member]]]:
    """The communities that have all of it, with who lives there, the first of the demo's
    own member."""
    living: dict[str, list[Member]] = {}
    for m in w.members:
        if m.residence_path and m.duty_status == "on_duty":
            living.setdefault(m.residence_path, []).append(m)
    found = [p for p in communities(w) if len(living.get(p.path, [])) >= len(CASES)]
    me = w.demo_member
    found.sort(key=lambda p: (me is None or p.path != me.residence_path, p.path))
    rows = []
    for place in found[:PLACES]:
        people = living[place.path]
        if me in people:
            people = [me, *(m for m in people if m != me)]
        rows.append((place, people))
    return rows


def _of(w: World, place: Place, people: Sequence[Member]) -> int:
    for m, (code, words, said, end, ago) in zip(people, CASES, strict=False):
        _case(w, place, "member", m.pk, w.actor_of(m), (code, words, said, end, ago))
    units = [u for u, _ in w.heads[place.id]][: len(UNIT_CASES)]
    for unit, case in zip(units, UNIT_CASES, strict=False):
        _case(w, place, "unit", unit.pk, w.unit_actor[unit.pk], case)
    _merits(w, place, people)
    return len(CASES) + len(units)


def _merits(w: World, place: Place, people: Sequence[Member]) -> None:
    """One commendation that counts, one settled dispute that waits for the secretary."""
    worker = w.staff["community_worker", place.path][0]
    first = meriting.register(
        actor=worker, place_id=place.pk, subject="member", whose=people[0].pk,
        kind="commendation", deed="雨天转移低洼处住户", level=2, document="街道通报第6号",
        on=_day(w.now - 50 * DAY), now=w.now - 45 * DAY,
    )  # fmt: skip
    secretary = w.staff["community_secretary", place.path][0]
    meriting.confirm(actor=secretary, merit_id=first.id, now=w.now - 43 * DAY)
    meriting.register(
        actor=worker, place_id=place.pk, subject="member", whose=people[1].pk,
        kind="mediation", deed="两户漏水的纠纷", on=_day(w.now - 40 * DAY),
        now=w.now - 2 * DAY,
    )  # fmt: skip


def _case(
    w: World, place: Place, subject: str, whose: UUID, who: Actor,
    case: tuple[str, str, str, str, int],
) -> None:  # fmt: skip
    code, words, said, end, ago = case
    at = w.now - ago * DAY
    worker = w.staff["community_worker", place.path][0]
    secretary = w.staff["community_secretary", place.path][0]
    d = deducting.propose(
        actor=worker, place_id=place.pk, subject=subject, whose=whose, code=code,
        occurred_on=_day(at), words=words, evidence="社区台账和电话核对", now=at,
    ).id  # fmt: skip
    if said:
        deducting.answer(actor=who, deduction_id=d, text=said, now=at + DAY)
    if end in ("proposed", "answered"):
        return
    decided = deducting.deduction_of(d).answer_until + 2 * DAY
    if decided > w.now or pause_now(place.path, decided):
        return  # a long holiday lies between, or the place stands still
    if end == "dropped":
        deducting.drop(
            actor=secretary,
            deduction_id=d,
            reason="当天打过电话，另找了人",
            now=decided,
        )
        return
    deducting.decide_post(
        actor=secretary, deduction_id=d, reason="和居民、记录核对过", now=decided
    )
    if end in ("appealed", "upheld"):
        _appeal(w, place, d, who, decided + 2 * DAY, end)


def _appeal(
    w: World, place: Place, d: UUID, who: Actor, at: datetime, end: str
) -> None:
    a = appealing.file(
        actor=who, kind="deduction", object_id=d, grounds=["fact", "evidence"],
        text="通话记录和当天的签到都在，可以核对。", now=at,
    ).id  # fmt: skip
    town = w.staff.get(("township_party", w.above(place, 4).path))
    if not town:
        return
    appealing.admit(actor=town[0], appeal_id=a, now=at + DAY)
    if end == "upheld":
        appealing.decide(
            actor=town[0], appeal_id=a, event="uphold", answer="通知发到旧号码，应当撤销",
            now=at + 4 * DAY,
        )  # fmt: skip
        appealing.execute(
            actor=w.staff["community_secretary", place.path][0], appeal_id=a,
            now=at + 6 * DAY,
        )  # fmt: skip


def _day(at: datetime) -> date:
    return today(at) - DAY

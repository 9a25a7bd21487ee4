"""Residents say whether they saw what an agreement promised (L18): by the notice at the
estate, without an account, or through a worker who writes it down. They have the word,
the community still decides. One telephone has one word on each time; who takes pains to
have more is held up by the limits of the pages, which is why it is never a vote."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, Count, Q, When

from baodao.acts.access import require
from baodao.acts.actor import Actor
from baodao.acts.engine import create
from baodao.acts.writing import Write
from baodao.core.clock import local
from baodao.core.clock import now as clock_now
from baodao.core.crypto import keyed_hash
from baodao.core.errors import Conflict, Invalid, NotFound
from baodao.core.ids import uuid7
from baodao.duties.models import Duty
from baodao.duties.rules import OPEN
from baodao.exchange.agreements import rules
from baodao.exchange.agreements.services import DUTY
from baodao.exchange.models import AgreementItem, Deed, Voice
from baodao.exchange.steps import clean, single, tell
from baodao.places.models import Place
from baodao.places.rules import COMMUNITY

MOST = 12  # on one notice's page, and of words shown beside a deed
TWICE = "这部手机已经说过了，一次只记一句。说错了请给社区打电话。"


class Tally(NamedTuple):
    """How many residents saw it and how many did not; `told` of them through a
    worker."""

    seen: int = 0
    not_seen: int = 0
    told: int = 0

    @property
    def n(self) -> int:
        return self.seen + self.not_seen

    def __str__(self) -> str:
        if not self.n:
            return ""
        through = f"，其中社区代记 {self.told} 位" if self.told else ""
        return (
            f"{self.n} 位居民说了：看到了 {self.seen}，没看到 {self.not_seen}{through}"
        )


def next_try(duty_id: UUID) -> int:
    """Which try of a duty comes now: what was refused had its own words."""
    return 1 + Deed.objects.filter(duty_id=duty_id, state="refused").count()


def tallies(deeds: Sequence[Deed]) -> dict[UUID, Tally]:
    """By deed, one query."""
    found = Voice.objects.filter(duty_id__in=[d.duty_id for d in deeds]).order_by()
    counted = {
        (duty, nth): Tally(*numbers)
        for duty, nth, *numbers in found.values_list("duty_id", "nth").annotate(
            seen=Count("id", filter=Q(said="seen")),
            not_seen=Count("id", filter=Q(said="not_seen")),
            told=Count("id", filter=Q(how="told")),
        )
    }
    return {d.id: counted.get((d.duty_id, d.nth), Tally()) for d in deeds}


def tally(deed: Deed) -> Tally:
    return tallies([deed])[deed.id]


def words_of(deed: Deed) -> list[Voice]:
    """What residents wrote, newest first; for the community only."""
    found = Voice.objects.filter(duty_id=deed.duty_id, nth=deed.nth)
    return list(found.exclude(words="").order_by("-created_at")[:MOST])


# --- the notice at the site -------------------------------------------------------


def token_of(place: Place) -> str:
    """What the notice's code holds: it opens this place's page and no other's."""
    return f"{place.code}-{_mark(place.code)}"


def _mark(code: str) -> str:
    return keyed_hash(code, "seen at")[:12]


def place_of(token: str) -> Place:
    """The place of a notice. Raises NotFound."""
    code, _, mark = token.rpartition("-")
    found = Place.objects.filter(code=code, valid_to=None).first()
    if found is None or mark != _mark(code):
        raise NotFound("这张告示不能用了。请给社区打电话。")
    return found


class Shown(NamedTuple):
    """One time of an item, in its `nth` try. `deed`: the unit says that it was done,
    so that one may also say that one did not see it."""

    duty: Duty
    item: AgreementItem
    deed: Deed | None
    nth: int


def shown_at(place: Place, day: date) -> list[Shown]:
    """What residents of a place may speak about: what the unit says it has done, and
    what is due now, for who sees it scans the code on the spot."""
    items = {i.id: i for i in _items_at(place)}
    duties = Duty.objects.filter(kind=DUTY, source_id__in=items).filter(
        Q(state="done")
        | Q(state__in=OPEN, opens_on__lte=day, due_on__range=(day - _NEAR, day + _NEAR))
    )
    first = Case(When(state="done", then=0), default=1)  # waits for somebody's word
    rows = list(duties.order_by(first, "-due_on", "id")[:MOST])
    live: dict[UUID, Deed] = {}
    refused = Counter[UUID]()
    for deed in Deed.objects.filter(duty_id__in=[d.id for d in rows]):
        if deed.state == "reported":
            live[deed.duty_id] = deed
        refused[deed.duty_id] += deed.state == "refused"
    found = [
        Shown(d, items[d.source_id], live.get(d.id), 1 + refused[d.id]) for d in rows
    ]
    return sorted(found, key=lambda s: s.deed is None)


_NEAR = timedelta(days=rules.VOICE_DAYS)


def _items_at(place: Place) -> list[AgreementItem]:
    here = Q(estate=place)
    if place.level == COMMUNITY:
        here |= Q(estate=None, agreement__place=place)
    found = AgreementItem.objects.filter(here, agreement__state__in=_KEPT)
    return list(found.select_related("agreement", "unit"))


_KEPT = ("effective", "expired")


def said_by(holder: str, shown: Sequence[Shown]) -> dict[UUID, str]:
    """What this telephone has said already, by duty."""
    hashes = {phone_hash(holder, s.duty.id): s.duty.id for s in shown}
    found = Voice.objects.filter(duty_id__in=hashes.values(), holder__in=hashes)
    tries = {s.duty.id: s.nth for s in shown}
    return {v.duty_id: v.get_said_display() for v in found if v.nth == tries[v.duty_id]}


def phone_hash(holder: str, duty_id: UUID) -> str:
    """What is kept of a telephone: nothing that is the same for two duties."""
    return keyed_hash(f"{holder}:{duty_id}", "voice")[:32]


# --- what is said -----------------------------------------------------------------


def say(
    *, actor: Actor, place: Place, duty_id: UUID, said: str, holder: str,
    words: str = "", now: datetime | None = None,
) -> Voice:  # fmt: skip
    """A resident at the notice of `place`, which is the actor's link. `holder`: what
    tells one telephone from another; only its hash with this duty is kept."""
    at = now or clock_now()
    shown = shown_at(place, local(at).date())
    one = next((s for s in shown if s.duty.id == duty_id), None)
    if one is None:
        raise Conflict("这一次社区已经确认过，不用再说了。谢谢您。")
    if said == "not_seen" and one.deed is None:
        raise Conflict("单位还没有说做了，过几天再来看看。")
    voice = Voice(
        item=one.item, duty_id=duty_id, nth=one.nth, where=place,
        path=one.duty.path, said=said, how="scan", words=words.strip(),
        holder=phone_hash(holder, duty_id), created_at=at,
    )  # fmt: skip
    return _write(actor, "voices.say", voice, at)


def note(
    *, actor: Actor, deed_id: UUID, said: str, words: str = "",
    now: datetime | None = None, client_id: str = "",
) -> Voice:  # fmt: skip
    """A worker writes down what one resident told them, by telephone or in the yard."""
    at = now or clock_now()
    deed = Deed.objects.select_related("item").filter(id=deed_id).first()
    if deed is None:
        raise NotFound
    require(actor, "deeds.hear", deed)
    if deed.state != "reported":
        raise Conflict("这一次社区已经看过了，不用再记。")
    voice = Voice(
        item=deed.item, duty_id=deed.duty_id, nth=deed.nth, path=deed.path, said=said,
        where_id=deed.item.estate_id or deed.place_id, how="told", words=words.strip(),
        holder=uuid7().hex, created_at=at,
    )  # fmt: skip
    return _write(actor.for_someone("居民"), "voices.note", voice, at, client_id)


def _write(
    actor: Actor, action: str, voice: Voice, at: datetime, client_id: str = ""
) -> Voice:
    if voice.said not in rules.SAID:
        raise Invalid(fields={"said": "请点“看到了”或“没看到”。"})
    clean(words=voice.words)
    write = Write(data={"said": voice.said, "duty": str(voice.duty_id)}, job=tell())
    with single(voice_once=TWICE):
        create(actor, action, voice, write, now=at, client_id=client_id)
    return voice

"""Duties from being owed to being settled, on the database."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from psycopg.errors import CheckViolation

from baodao.acts.actor import SYSTEM
from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.duties import rules
from baodao.duties import services as s
from baodao.duties.cadence import Window
from baodao.duties.models import Duty, DutyRun
from baodao.duties.tests.make import APRIL, AT, FEAST, MARCH, duties, kinds, source
from baodao.duties.visits import visit_windows
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
DEED = uuid4()


@pytest.fixture
def w() -> Iterator[World]:
    with kinds():
        yield world()


def do(w: World, *sources: s.Source, on: date, **more: object) -> list[UUID]:
    chosen = {"by_kind": "tests.deed", "by_id": DEED, "now": AT, **more}
    ids = [x.id for x in sources]
    return s.fulfil_all(
        actor=w.actors["member"], source_ids=ids, on=on, **chosen  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.req("L39")
def test_generating_again_writes_nothing(w: World) -> None:
    one = source(w)
    assert len(duties(one, windows=[MARCH, APRIL])) == 2
    before = list(Duty.objects.values_list("id", flat=True))
    assert len(duties(one, windows=[MARCH, APRIL])) == 2
    assert list(Duty.objects.values_list("id", flat=True)) == before
    run = DutyRun.objects.get()
    assert (run.made, run.sources) == (2, 1)
    assert Event.objects.get(object_id=run.pk).action == "duty_runs.add"


@pytest.mark.req("L39")
def test_who_begins_on_the_twentieth_owes_from_the_next_month(w: World) -> None:
    early = source(w, valid_from=date(2026, 3, 19))
    late = source(w, valid_from=date(2026, 3, 20))
    found = duties(early, late, windows=[MARCH, APRIL])
    assert [d.key for d in found if d.source_id == early.id] == ["2026-03", "2026-04"]
    assert [d.key for d in found if d.source_id == late.id] == ["2026-04"]


@pytest.mark.req("L39")
def test_a_year_of_2153_members_is_what_a_plain_loop_says(w: World) -> None:
    """Monthly and festival visits of 2,153 pairings, duty by duty."""
    groups = [[], ["elder"], ["minor"], ["disabled", "elder"]]
    begun = [date(2026, 1, 1), date(2026, 3, 19), date(2026, 3, 20), date(2026, 9, 28)]
    ended = [date.max, date.max, date(2026, 7, 1)]
    place = w.places.community
    wanted = set[tuple[UUID, str]]()
    sources = []
    windows = {
        f"{g}": visit_windows(place.path, group, (7,) if g == 2 else (), 2026)
        for g, group in enumerate(groups)
    }
    for i in range(2153):
        g, first, last = i % 4, begun[i % 3 if i % 5 else 3], ended[i % 3]
        one = s.Source(uuid4(), str(g), place.path, place.pk, None, None, first, last)
        sources.append(one)
        for month in range(1, 13):
            opens = date(2026, month, 1)
            end = date(2026 + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            begins_late = first > opens.replace(day=19)
            if (
                not begins_late
                and opens < last
                and end >= first
                and not (g == 2 and month == 7)
            ):
                wanted.add((one.id, f"2026-{month:02d}"))
        for f in windows[str(g)]["visit_festival"]:
            if f.opens_on < last and f.owed_from and first <= f.owed_from:
                wanted.add((one.id, f.key))
    for kind, of in (("t_month", "visit_month"), ("t_feast", "visit_festival")):
        s.generate(
            actor=SYSTEM, kind=kind, source_kind="tests.source", sources=sources,
            windows={g: each[of] for g, each in windows.items()}, now=AT,
        )  # fmt: skip
    assert set(Duty.objects.values_list("source_id", "key")) == wanted
    assert Duty.objects.count() == len(wanted)


@pytest.mark.req("L39")
def test_a_visit_in_a_festival_window_is_the_months_too(w: World) -> None:
    one = source(w)
    month, feast = duties(one)[0], duties(one, kind="t_feast", windows=[FEAST])[0]
    assert len(do(w, one, on=date(2026, 3, 25))) == 2
    for d in (month, feast):
        d.refresh_from_db()
        assert (d.state, d.done_on, d.made_up) == ("done", date(2026, 3, 25), False)
        assert d.done_by_id == w.members.member.pk
    assert len(s.confirm(actor=SYSTEM, by_id=DEED)) == 2
    assert set(Duty.objects.values_list("state", flat=True)) == {"confirmed"}


def test_one_visit_is_never_two_months(w: World) -> None:
    one = source(w)
    march, april = duties(one, windows=[MARCH, APRIL])
    assert do(w, one, on=date(2026, 4, 3)) == [march.pk]
    march.refresh_from_db()
    april.refresh_from_db()
    assert (march.state, march.made_up, april.state) == ("done", True, "due")


def test_case_11_one_visit_of_two_members_is_both_of_theirs(w: World) -> None:
    one, two = source(w), source(w, "colleague")
    duties(one, two)
    assert len(do(w, one, two, on=date(2026, 3, 5))) == 2


def test_too_early_and_too_late_are_said_in_words(w: World) -> None:
    march = duties(source(w))[0]
    for on, words in (
        (date(2026, 2, 28), "从2026年3月1日开始"),
        (date(2026, 4, 16), "补办期"),
    ):
        with pytest.raises(Invalid, match=words):
            s.fulfil(
                actor=w.actors["member"], duty_id=march.pk, on=on, by_kind="x",
                by_id=DEED, now=AT,
            )  # fmt: skip
    march.refresh_from_db()
    assert march.state == "due"


def test_what_needs_no_word_of_somebody_else_is_settled_at_once(w: World) -> None:
    one = source(w)
    duties(one, kind="t_plain")
    do(w, one, on=date(2026, 3, 5))
    assert Duty.objects.get().state == "confirmed"
    s.reopen(actor=SYSTEM, by_id=DEED, reason="came_back")
    d = Duty.objects.get()
    assert (d.state, d.done_on, d.done_id) == ("due", None, None)


def test_what_was_not_so_is_owed_again(w: World) -> None:
    one = source(w)
    duties(one)
    do(w, one, on=date(2026, 3, 5))
    s.refuse(actor=w.actors["community_worker"], by_id=DEED, reason="not_met")
    d = Duty.objects.get()
    assert (d.state, d.done_on, d.done_by_id, d.done_kind) == ("due", None, None, "")


@pytest.mark.req("L39")
def test_nobody_at_home_is_an_attempt_and_a_day_to_try_again(w: World) -> None:
    d = duties(source(w))[0]
    s.attempt(
        actor=w.actors["member"], duty_id=d.pk, on=date(2026, 3, 9),
        retry_on=date(2026, 3, 12), note="敲门没人应", now=AT,
    )  # fmt: skip
    d.refresh_from_db()
    assert (d.state, d.attempts, d.retry_on) == ("due", 1, date(2026, 3, 12))
    with pytest.raises(Invalid, match="晚的一天"):
        s.attempt(
            actor=w.actors["member"], duty_id=d.pk, on=date(2026, 3, 9),
            retry_on=date(2026, 3, 9), now=AT,
        )  # fmt: skip


def test_only_the_community_excuses_and_nobody_excuses_themselves(w: World) -> None:
    d = duties(source(w))[0]
    for key, error in (
        ("member", Forbidden),
        ("outsider", NotFound),
        ("far_county_org", NotFound),
    ):
        with pytest.raises(error):
            s.excuse(actor=w.actors[key], duty_id=d.pk, reason="trip", now=AT)
    with pytest.raises(Invalid, match="写明"):
        s.excuse(
            actor=w.actors["community_worker"], duty_id=d.pk, reason="other", now=AT
        )
    s.excuse(actor=w.actors["community_worker"], duty_id=d.pk, reason="trip", now=AT)
    with pytest.raises(Conflict):
        s.excuse(
            actor=w.actors["community_worker"], duty_id=d.pk, reason="trip", now=AT
        )
    s.restore(actor=w.actors["community_worker"], duty_id=d.pk, now=AT)
    d.refresh_from_db()
    assert (d.state, d.excuse) == ("due", "")


def test_a_stand_in_sees_the_duty_and_is_who_did_it(w: World) -> None:
    one = source(w)
    d = duties(one)[0]
    secretary = w.actors["unit_secretary"]
    with pytest.raises(Invalid, match="本来就要办"):
        s.stand_in(actor=secretary, duty_id=d.pk, member_id=w.members.member.pk, now=AT)
    s.stand_in(actor=secretary, duty_id=d.pk, member_id=w.members.colleague.pk, now=AT)
    do(w, one, on=date(2026, 3, 5))
    d.refresh_from_db()
    assert d.done_by_id == w.members.colleague.pk


def test_case_9_when_the_source_ends_nobody_is_asked_any_more(w: World) -> None:
    one = source(w)
    march, april = duties(one, windows=[MARCH, APRIL])
    n = s.cancel_all(
        actor=w.actors["community_worker"], source_ids=[one.id], since=date(2026, 3, 10),
        reason="household_gone", now=AT,
    )  # fmt: skip
    assert n == 2
    assert set(Duty.objects.values_list("state", flat=True)) == {"cancelled"}
    assert march.pk != april.pk


def test_handing_over_moves_what_is_still_open(w: World) -> None:
    one = source(w)
    duties(one, windows=[MARCH, APRIL])
    do(w, one, on=date(2026, 3, 5))
    s.hand_over(
        actor=SYSTEM, source_id=one.id, member_id=w.members.colleague.pk,
        unit_id=w.members.colleague.unit_id, since=date(2026, 3, 10), now=AT,
    )  # fmt: skip
    who = dict(Duty.objects.values_list("key", "member_id"))
    assert who == {"2026-03": w.members.member.pk, "2026-04": w.members.colleague.pk}


def test_a_window_may_not_end_before_it_begins(w: World) -> None:
    wrong = Window("x", "x", date(2026, 3, 2), date(2026, 3, 1))
    far = source(w, valid_from=date(2026, 1, 1))
    with pytest.raises(CheckViolation, match="duty_window"), transaction.atomic():
        duties(far, windows=[wrong])
    assert Duty.objects.count() == 0


def test_a_kind_without_a_known_debtor_is_refused() -> None:
    with pytest.raises(ValueError, match="t_nobody"):
        rules.register(rules.Kind("t_nobody", "x", "nobody", "x"))

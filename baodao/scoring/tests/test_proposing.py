"""What the system proposes at night: once per fact, never a deduction, never for those
who were exempt."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from baodao.activities.models import Participation
from baodao.acts.bulk import copy_rows
from baodao.duties.models import Duty
from baodao.notifications.models import Message
from baodao.people.models import Exemption
from baodao.people.tests.make import World, uid, world
from baodao.places.models import Pause
from baodao.records.models import Record
from baodao.scoring import jobs_due_process
from baodao.scoring.models import Deduction
from baodao.scoring.services import appealing, proposing, reminding
from baodao.scoring.tests import due

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
DUE = date(2026, 10, 31)


@pytest.fixture
def w() -> World:
    return world()


def _lapsed(w: World, **given: Any) -> Duty:
    place = w.places.community
    row = Duty(**{
        "kind": "visit_month", "title": "10月走访 户0312", "state": "lapsed",
        "source_kind": "pairings.HouseholdPairing", "source_id": uid("pair"),
        "key": "2026-10", "path": place.path, "place_id": place.pk,
        "member": w.members.member, "unit_id": w.units.unit.pk,
        "opens_on": date(2026, 10, 1), "due_on": DUE, **given,
    })  # fmt: skip
    copy_rows(Duty, [row])
    return row


def _no_show(w: World) -> datetime:
    """Signed up for an activity that has begun then."""
    from baodao.activities.tests.make import published

    activity = published(w)
    type(activity).objects.filter(pk=activity.pk).update(
        state="confirmed", confirmed_at=NOW
    )
    row = Participation(
        activity=activity, member=w.members.member, path=activity.path, state="no_show",
        signed_at=NOW,
    )  # fmt: skip
    copy_rows(Participation, [row])
    return activity.start_at


def _only(code: str) -> list[Deduction]:
    return list(Deduction.objects.filter(code=code))


@pytest.mark.req("L12", "L44")
def test_a_lapsed_duty_is_proposed_once_and_nothing_is_deducted(w: World) -> None:
    _lapsed(w)
    assert proposing.propose_found(NOW)["lapsed"] == 1
    assert proposing.propose_found(NOW)["lapsed"] == 0
    d = _only("M_DED_MONTHLY")[0]
    assert d.state == "proposed" and d.proposed_by is None and d.occurred_on == DUE
    assert Message.objects.filter(person=w.people["member"]).exists()
    assert not Record.objects.exists()


def test_which_duties_count_is_in_the_rules(w: World) -> None:
    _lapsed(w, kind="reconfirm")
    _lapsed(w, kind="meeting_attendance", member=None, key="m", unit_id=w.units.unit.pk)
    assert proposing.propose_found(NOW)["lapsed"] == 1
    assert _only("U_DED_MEETING")[0].unit_id == w.units.unit.pk
    assert {"visit_month", "lists"} <= proposing.classes("duty_missed")


@pytest.mark.req("L44")
def test_what_is_unfair_takes_no_place_of_what_comes_after_it(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "LIMIT", 1)
    monkeypatch.setattr(proposing, "BATCH", 1)
    _lapsed(w, due_on=DUE - timedelta(days=2))
    _lapsed(w, due_on=DUE, member=w.members.neighbour, key="fair")
    away = Exemption(
        member=w.members.member, kind="illness", valid_from=date(2026, 10, 20)
    )
    copy_rows(Exemption, [away])
    assert proposing.propose_found(NOW)["lapsed"] == 1
    assert _only("M_DED_MONTHLY")[0].member_id == w.members.neighbour.pk


@pytest.mark.req("L44")
def test_edge_case_36_a_unit_with_two_points_is_told_for_each(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, on = w.units.unit.pk, date(2026, 11, 2)
    missing = [
        reminding.Missing("unit", unit, place.path, on, on, None, timedelta(days=7))
        for place in (w.places.community, w.places.second_community)
    ]
    monkeypatch.setattr(reminding, "ripe", lambda at: iter([*missing, missing[0]]))
    assert proposing.propose_found(NOW)["not_reported"] == 2
    assert proposing.propose_found(NOW)["not_reported"] == 0
    paths = {d.path for d in _only("U_DED_NOT_REPORTED")}
    assert paths == {w.places.community.path, w.places.second_community.path}


def test_a_source_that_fails_keeps_no_other_from_its_turn(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(since: date, at: datetime) -> Any:
        raise LookupError(since)

    first = proposing.Source("broken", "坏的", broken)
    monkeypatch.setattr(proposing, "SOURCES", (first, *proposing.SOURCES))
    _lapsed(w)
    with pytest.raises(LookupError):
        proposing.propose_found(NOW)
    assert len(_only("M_DED_MONTHLY")) == 1


def test_the_night_does_all_its_parts_when_one_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = []

    def broken() -> dict[str, int]:
        raise LookupError

    monkeypatch.setattr(appealing, "sweep", broken)

    def propose() -> dict[str, int]:
        done.append(1)
        return {}

    monkeypatch.setattr(proposing, "propose_found", propose)
    with pytest.raises(LookupError):
        jobs_due_process.due_process(0)
    assert done == [1]


def test_edge_cases_5_and_12_nothing_is_proposed_for_who_was_exempt(w: World) -> None:
    _lapsed(w)
    copy_rows(
        Exemption,
        [
            Exemption(
                member=w.members.member, kind="illness", valid_from=date(2026, 10, 20)
            )
        ],
    )
    assert proposing.propose_found(NOW)["lapsed"] == 0


def test_edge_case_19_nothing_is_proposed_for_a_pause(w: World) -> None:
    _lapsed(w)
    at = datetime(2026, 10, 30, tzinfo=UTC)
    pause = Pause(
        path=w.places.street.path, start=at, end=at + timedelta(days=3), reason="雪"
    )
    copy_rows(Pause, [pause])
    assert proposing.propose_found(NOW)["lapsed"] == 0


@pytest.mark.req("L44")
def test_the_first_no_show_of_a_year_is_a_warning_only(w: World) -> None:
    for n in range(2):
        at = _no_show(w) + timedelta(days=1 + n)
        assert proposing.propose_found(at)["no_show"] == 1
    assert sorted(d.warning for d in _only("M_DED_NOSHOW")) == [False, True]


@pytest.mark.req("L44")
def test_of_two_no_shows_of_one_night_the_second_promises_nothing(w: World) -> None:
    at = max(_no_show(w), _no_show(w)) + timedelta(days=1)
    assert proposing.propose_found(at)["no_show"] == 2
    found = _only("M_DED_NOSHOW")
    assert sorted(d.warning for d in found) == [False, True]
    told = Message.objects.filter(text__contains="只提醒不扣分")
    assert told.count() == 1


@pytest.mark.req("L44")
@pytest.mark.parametrize(
    ("changed", "warns"),
    [
        ({"state": "suspended", "record_id": None}, False),
        ({"state": "dropped", "record_id": None}, True),
        ({"place": "second_community"}, True),
        ({"occurred_on": date(2025, 11, 1)}, True),
    ],
)
def test_what_counts_as_the_first_is_of_the_community_and_its_year(
    w: World, changed: dict[str, Any], warns: bool
) -> None:
    first = due.posted(w, due.proposed(w, code="M_DED_NOSHOW"))
    if key := changed.get("place"):
        place = getattr(w.places, key)
        changed = {"place": place, "path": place.path}
    Deduction.objects.filter(pk=first.pk).update(**changed)
    again: dict[str, Any] = {
        "words": "又一次",
        "occurred_on": due.ON - timedelta(days=1),
    }
    assert due.proposed(w, code="M_DED_NOSHOW", **again).warning is warns


@pytest.mark.req("L12", "L44")
def test_not_reported_is_proposed_after_two_reminders_and_then_by_the_month(
    w: World,
) -> None:
    week = timedelta(days=7)
    newcomer = w.members.newcomer
    assert proposing.propose_found(NOW)["not_reported"] == 0
    assert proposing.propose_found(NOW + week / 2)["not_reported"] == 0
    mine = Message.objects.filter(person=newcomer.person_id)
    assert mine.count() == 1
    # `Message.at` is the clock's: two weeks are taken off it for the test.
    for step in (1, 2):
        key = reminding._key(newcomer.pk, step)
        mine.filter(event_id=key).update(at=NOW - (2 - step) * week)
        reminding.remind(NOW if step == 1 else NOW + week)
    assert mine.count() == 2
    mine.filter(event_id=reminding._key(newcomer.pk, 2)).update(at=NOW)
    proposing.propose_found(NOW + week)
    first = Deduction.objects.get(member=newcomer)
    assert first.code == "M_DED_NOT_REPORTED"
    assert first.path == w.places.community.path, "the unit's point holds the card"
    proposing.propose_found(NOW + week + timedelta(days=61))
    codes = list(
        Deduction.objects.filter(member=newcomer).values_list("code", flat=True)
    )
    assert sorted(codes) == ["M_DED_NOT_REPORTED", *2 * ["M_DED_NOT_REPORTED_MONTH"]]


@pytest.mark.req("L44")
def test_whoever_had_both_reminders_takes_no_place_of_those_after_them(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminding, "LIMIT", 1)
    monkeypatch.setattr(reminding, "PART", 1)
    day = timedelta(days=1)
    missing = {m.whose for m in reminding.missing(NOW)}
    assert len(missing) > 3
    for n in range(len(missing)):
        assert reminding.remind(NOW + n * day / 100) == 1
    keys = {reminding._key(pk, 1) for pk in missing}
    assert Message.objects.filter(event_id__in=keys).count() == len(missing)

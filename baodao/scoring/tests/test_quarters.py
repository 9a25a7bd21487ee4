"""Closing a quarter, letters with receipt and answer, the check of cards, the draw."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django import app

from baodao.activities.tests import make as activities
from baodao.acts.actor import Actor
from baodao.acts.bulk import copy_rows
from baodao.acts.models import Event
from baodao.core.clock import local
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.duties.models import Duty
from baodao.notifications.models import Message
from baodao.people.models import Account, Exemption
from baodao.people.tests.make import World, world
from baodao.places.services import set_setting
from baodao.records.models import Record, reversal
from baodao.reporting.models import ReportIn
from baodao.scoring import queries_draw, queries_health, queries_praise, queries_quarter
from baodao.scoring.jobs_health import replied, tell
from baodao.scoring.models import Card, Checkup, Draw, Letter, Quarter, Sample
from baodao.scoring.queries_scored import cards_of, scored, statement
from baodao.scoring.services import checking, drawing, quartering
from baodao.scoring.services.posting import post
from baodao.scoring.tests import due, make
from baodao.scoring.tests.make import CLOSING, OVER

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def close(w: World, **given: object) -> None:
    quartering.close(**{  # type: ignore[arg-type]
        "actor": w.actors["community_secretary"], "place": w.places.community,
        "key": OVER, "now": CLOSING, **given,
    })  # fmt: skip


@pytest.mark.req("L12", "L45")
def test_a_quarter_is_owed_closed_and_everybody_gets_their_statement(w: World) -> None:
    make.card(w)
    assert quartering.owe(CLOSING) == 1 and quartering.owe(CLOSING) == 0
    owed = Duty.objects.get(kind="points_summary")
    # 1 to 7 October are off: the fifth working day comes late in the month.
    assert (owed.key, owed.opens_on) == (OVER, date(2026, 10, 1))
    assert date(2026, 10, 9) < owed.due_on < date(2026, 10, 20)
    close(w)
    owed.refresh_from_db()
    assert owed.state == "confirmed"
    quarter = Quarter.objects.get()
    figures = quarter.figures
    assert figures["member"]["n"] == 1 and figures["member"]["bands"]["good"] == 1
    assert figures["services"] == 1 and figures["minutes"] == 120
    assert figures["member"]["rules"]["M_ADD_SERVICE"]["points"] == 10
    kinds = sorted(Letter.objects.values_list("subject", "kind"))
    assert kinds == [("member", "statement"), ("unit", "statement")]
    assert Event.objects.filter(action="letters.send").count() == 2
    assert tell(path=quarter.path, key=OVER) == 2
    message = Message.objects.get(person_id=w.members.member.person_id)
    assert message.title == "2026年三季度积分明细通知"
    assert "81" not in message.text, "what it says stands on its page alone"


@pytest.mark.req("L45")
def test_it_is_closed_once_after_its_end_by_the_secretary(w: World) -> None:
    make.card(w)
    with pytest.raises(Invalid):
        close(w, now=CLOSING - timedelta(days=20))
    with pytest.raises(Forbidden):
        close(w, actor=w.actors["community_worker"])
    with pytest.raises(NotFound):
        close(w, actor=w.actors["far_community_secretary"])
    close(w)
    with pytest.raises(Conflict, match="已经结过账"):
        close(w)


@pytest.mark.req("L45")
def test_poor_results_are_a_private_reminder_to_whom_the_secretary_chooses(
    w: World,
) -> None:
    card = make.card(w, date(2026, 2, 3))
    place = w.places.community
    found = scored(cards_of(place, OVER), OVER)
    due = queries_quarter.to_remind(place, OVER, found)
    assert card.pk in {d.scored.card.pk for d in due}
    assert {d.scored.card.subject for d in due} == {"member", "unit"}
    # Also a card that is not among those with poor results gets none.
    close(w, remind={card.pk, uuid4()})
    reminder = Letter.objects.get(kind="remind")
    assert reminder.member_id == w.members.member.id and reminder.unit_id is None
    assert reminder.facts == ["2026年三季度没有确认过的服务记录。"]
    assert reminder.advice and reminder.improve_by and reminder.object_by
    card.refresh_from_db()
    assert card.score == 810, "a letter takes no points"


@pytest.mark.req("L12", "L45")
def test_nobody_is_reminded_urged_or_red_who_is_not_there(w: World) -> None:
    """A card lies wherever a record does: also after one has left, or was never in."""
    card, place, late = (
        make.card(w, date(2026, 2, 3)),
        w.places.community,
        CLOSING.date(),
    )

    def asked() -> tuple[bool, bool, bool]:
        found = scored(cards_of(place, OVER), OVER)
        due = queries_quarter.to_remind(place, OVER, found)
        idle = queries_quarter.idle_now(place, late + DAY * 30)
        red = queries_health.seen(card, late + DAY * 30).colour == "red"
        known = [{d.scored.card.pk for d in due}, {s.card.pk for s in idle}]
        return (*(card.pk in some for some in known), red)  # type: ignore[return-value]

    assert asked() == (True, True, True)
    mine = ReportIn.objects.filter(member=w.members.member)
    mine.update(ended_on=date(2026, 10, 1), state="ended", end_reason="moved")
    assert asked() == (True, False, False), "there until the last day of the quarter"
    mine.update(ended_on=date(2026, 9, 30))
    assert asked() == (False, False, False)
    seen = queries_health.seen(card, late)
    assert any("现在不在这里报到" in c.reason for c in seen.checks)
    mine.update(ended_on=None, state="submitted", end_reason="", accepted_at=None)
    assert asked() == (False, False, False), "nobody has accepted it"


@pytest.mark.req("L12", "L45")
def test_an_exemption_counts_on_the_days_of_the_quarter_it_touches(w: World) -> None:
    card, place = make.card(w, date(2026, 2, 3)), w.places.community
    some = {"member": w.members.member, "kind": "illness", "path": place.path}

    def reminded(first: date, until: date | None) -> bool:
        Exemption.objects.all().delete()
        copy_rows(Exemption, [Exemption(**some, valid_from=first, valid_to=until)])
        found = scored(cards_of(place, OVER), OVER)
        due = queries_quarter.to_remind(place, OVER, found)
        return card.pk in {d.scored.card.pk for d in due}

    assert not reminded(date(2026, 8, 1), date(2026, 9, 20)), "ill, and well again"
    assert not reminded(date(2026, 6, 1), date(2026, 7, 2)), "[from, to)"
    assert reminded(date(2026, 6, 1), date(2026, 7, 1))
    assert reminded(date(2026, 10, 1), None), "from the day after the quarter"
    # What is to come takes nobody out of the quarter that runs.
    day = date(2026, 11, 20)
    reminded(date(2026, 12, 1), None)
    assert card.pk in {s.card.pk for s in queries_quarter.idle_now(place, day)}
    reminded(date(2026, 10, 3), date(2026, 10, 20))
    assert card.pk not in {s.card.pk for s in queries_quarter.idle_now(place, day)}


@pytest.mark.req("L12")
def test_a_quarter_that_lies_in_two_years_is_one_statement_of_both(w: World) -> None:
    """Where the year begins in December the fourth quarter has a card of each year."""
    set_setting(
        actor=w.actors["county_org"], path=w.places.district.path,
        key="scoring.year_from_month", value="12", reason="好赶上年度考核",
    )  # fmt: skip
    make.here(w)
    make.served(w, date(2026, 11, 10))
    make.served(w, date(2026, 12, 10), 2)
    post(Record.objects.all())
    cards = Card.objects.filter(member=w.members.member, subject="member")
    assert sorted(c.year for c in cards) == [2026, 2027]
    at = datetime(2027, 1, 8, 2, tzinfo=UTC)
    assert quartering.owe(at) == 1
    close(w, key="2026-Q4", now=at)
    it = Letter.objects.get(subject="member")
    said = statement(it)
    assert (it.services, said.scored.card.year) == (3, 2026)
    assert [(code, n) for code, _, _, n in said.scored.gained] == [
        ("M_ADD_SERVICE", 30)
    ]
    assert said.lines[0][2] == 10, "the year that is over has one of them"
    me = w.actors["member"]
    for day, year in ((date(2026, 11, 30), 2026), (date(2026, 12, 1), 2027)):
        assert [c.year for c in queries_health.own_cards(me, day)] == [year]


@pytest.mark.req("L12")
def test_printing_asks_as_often_for_many_letters_as_for_one(
    w: World, django_assert_num_queries: Any
) -> None:
    make.card(w)
    make.many(w, 18)
    close(w)
    client = w.client("community_secretary")
    url = reverse("scoring:letters_print") + "?kind=statement"
    one = f"{url}&one={Letter.objects.filter(subject='member').first().pk}"  # type: ignore[union-attr]
    client.get(one)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(one).content.decode().count("回执") == 1
    with django_assert_num_queries(len(asked)):
        assert client.get(url).content.decode().count("回执") == 20


@pytest.mark.req("L12", "L45")
def test_a_letter_is_between_the_subject_and_the_community(w: World) -> None:
    letters = make.closed(w)
    for key, sees in (
        ("member", True), ("community_worker", True), ("community_secretary", True),
        ("unit_secretary", False), ("other_unit_secretary", False), ("township_party", False),
        ("county_org", False), ("outsider", False),
    ):  # fmt: skip
        try:
            queries_quarter.letter(w.actors[key], letters["remind"].pk)
            seen = True
        except (NotFound, Forbidden):
            seen = False
        assert seen == sees, key


@pytest.mark.req("L12")
def test_receipt_by_the_subject_or_on_behalf_and_an_answer(w: World) -> None:
    letters = make.closed(w)
    me, worker = w.actors["member"], w.actors["community_worker"]
    quartering.read(actor=me, letter_id=letters["statement"].pk)
    assert Letter.objects.get(kind="statement", subject="member").read_how == "self"
    with pytest.raises(Conflict):
        quartering.hand(actor=worker, letter_id=letters["statement"].pk, how="phone")
    with pytest.raises(Invalid):
        quartering.hand(actor=worker, letter_id=letters["remind"].pk, how="self")
    quartering.hand(actor=worker, letter_id=letters["remind"].pk, how="paper")
    with pytest.raises(Invalid):
        quartering.reply(actor=me, letter_id=letters["remind"].pk, text=" ")
    done = quartering.reply(
        actor=me, letter_id=letters["remind"].pk, text="下半年在外地培训。"
    )
    it = Letter.objects.get(kind="remind", subject="member")
    assert (it.state, it.read_how) == ("answered", "paper")
    assert replied(event_id=str(done.event_id)) == 1
    assert Message.objects.get(role="community_secretary").text == "下半年在外地培训。"


@pytest.mark.req("L12")
def test_a_statement_says_the_same_whatever_comes_later(w: World) -> None:
    make.card(w)
    close(w)
    it = Letter.objects.get(kind="statement", subject="member")
    before = statement(it)
    assert [g[0] for g in before.scored.gained] == ["M_ADD_SERVICE"]
    make.served(w, date(2026, 9, 1))
    post(Record.objects.all())
    assert statement(it).scored.total == before.scored.total
    shown = queries_quarter.differences(
        Quarter.objects.get(),
        queries_quarter.figures(
            w.places.community, OVER,
            scored(cards_of(w.places.community, OVER), OVER),
        ),
    )  # fmt: skip
    assert ("服务人次", 1, 2) in [(r.title, r.frozen, r.now) for r in shown]


def test_who_has_no_account_gets_paper(w: World) -> None:
    make.card(w)
    Account.objects.filter(person=w.members.member.person_id).delete()
    close(w)
    assert Letter.objects.get(kind="statement", subject="member").paper
    assert not Letter.objects.get(kind="statement", subject="unit").paper


@pytest.mark.req("L12")
def test_urged_is_who_has_nothing_in_the_running_quarter_once(w: World) -> None:
    card = make.card(w, date(2026, 2, 3))
    worker, now = w.actors["community_worker"], CLOSING + timedelta(days=30)
    n = quartering.urge(
        actor=worker, place=w.places.community, cards=[card.pk], now=now
    )
    assert n == 1 and Letter.objects.get().kind == "urge"
    with pytest.raises(Invalid):
        quartering.urge(
            actor=worker, place=w.places.community, cards=[card.pk], now=now
        )
    with pytest.raises(NotFound):
        quartering.urge(
            actor=w.actors["outsider"],
            place=w.places.community,
            cards=[card.pk],
            now=now,
        )


@pytest.mark.req("L45")
def test_above_the_community_there_are_numbers_and_no_names(w: World) -> None:
    make.card(w)
    close(w)
    found = queries_quarter.report(w.actors["county_org"], OVER)
    assert (found.total.closed, found.total.places) == (1, 3)
    assert found.total.members["good"] == "<5"
    assert [r.title for r in found.rows] == ["狮泉河镇", "昆莎乡"]
    far = queries_quarter.report(w.actors["far_county_org"], OVER)
    assert far.total.closed == 0
    # A region outside one's own is not to be had by the address.
    ours = queries_quarter.report(
        w.actors["far_county_org"], OVER, w.places.community.path
    )
    assert ours.total.closed == 0


@pytest.mark.req("L45")
def test_no_page_tells_what_the_page_above_hides(w: World) -> None:
    """Three members in one county, twenty in the other: the twenty and the whole would
    give the three away, on the page of the prefecture and on that of the county."""
    for place, n in (("far_community", 3), ("community", 9), ("other_community", 11)):
        at = getattr(w.places, place)
        bands = {"excellent": 0, "good": n, "fair": 0, "poor": 0}
        figures = {"member": {"n": n, "bands": bands, "rules": {}}}
        it = Quarter(
            place=at, path=at.path, key=OVER, figures=figures, closed_at=CLOSING
        )
        copy_rows(Quarter, [it])
    here, county = w.places.district.path, w.places.other_district.path
    prefecture = w.actors["prefecture_org"]
    found = queries_quarter.report(prefecture, OVER)
    shown = {r.path: r.n["member"] for r in found.rows}
    assert (shown[here], shown[county], found.total.n["member"]) == ("—", "<5", "23")
    down = queries_quarter.report(prefecture, OVER, here)
    assert down.total.n["member"] == "—"
    assert "—" in {r.n["member"] for r in down.rows}
    assert (
        queries_quarter.report(w.actors["county_org"], OVER).total.n["member"] == "20"
    )


# --- the health check --------------------------------------------------------------------


@pytest.mark.req("A22")
def test_cards_are_checked_every_night_and_anew_on_their_page(w: World) -> None:
    card = make.card(w)
    at = CLOSING + timedelta(days=40)
    assert checking.check_all(now=at) == 2 and checking.check_all(now=at) == 2
    row = Checkup.objects.get(card=card)
    seen = queries_health.seen(card, at.date())
    assert row.colour == seen.colour and row.services == 1
    assert row.marks == [f"{c.code}:{c.colour}" for c in seen.checks]
    unit = Checkup.objects.get(subject="unit")
    assert unit.name == str(w.units.unit)
    # Past years' cards are no longer looked at.
    assert checking.check_all(now=at + timedelta(days=400)) == 0
    assert not Checkup.objects.exists()


@pytest.mark.req("A22")
@pytest.mark.parametrize(("key", "n"), [
    ("community_worker", 1), ("unit_secretary", 1), ("other_unit_secretary", 0),
    ("township_party", 0), ("county_org", 0), ("outsider", 0),
])  # fmt: skip
def test_a_check_is_private_to_the_subject_its_unit_and_the_community(
    w: World, key: str, n: int
) -> None:
    make.checked(w)
    found = queries_health.listed(w.actors[key], queries_health.Wanted())
    assert found.count() == n


# --- praise ------------------------------------------------------------------------------


def praised(w: World) -> list[queries_praise.Praise]:
    return queries_praise.board("2026-10", (("", "z"),))


@pytest.mark.req("L45")
def test_on_the_board_is_who_has_agreed_and_off_it_at_once(w: World) -> None:
    from baodao.people.services import edit_member

    make.served(w, date(2026, 10, 5), kind="rating", quantity=5, source_class="first")
    make.served(w, date(2026, 10, 7), kind="rating", quantity=4, source_class="first")
    make.served(
        w, date(2026, 10, 6), kind="merit", source_class="commendation", quantity=2
    )
    assert praised(w) == []
    assert queries_praise.unnamed("2026-10", (("", "z"),)) == 2
    me, member = w.actors["member"], w.members.member
    edit_member(actor=me, member_id=member.id, changes={"praise_public": True})
    found = praised(w)
    assert [(p.on.day, p.name, p.text) for p in found] == [
        (6, str(member), "受到街道（乡镇）表扬。"), (5, str(member), queries_praise.PLAIN),
    ]  # fmt: skip
    edit_member(actor=me, member_id=member.id, changes={"praise_public": False})
    assert praised(w) == []


# --- the workshop ------------------------------------------------------------------------


@pytest.mark.req("A22")
def test_edge_case_32_a_share_is_drawn_and_anybody_can_draw_it_again(w: World) -> None:
    make.served(w, date(2026, 9, 8), 21)
    make.served(w, date(2026, 9, 9), confirmed_by=None)  # by the resident's own link
    make.served(w, date(2026, 8, 9))
    assert drawing.draw_all("2026-09") == 2 and drawing.draw_all("2026-09") == 0
    draw = Draw.objects.get()
    assert (draw.whole, draw.percent) == (21, 5)
    assert draw.seed == f"2026-09/{w.places.community.code}"
    assert queries_draw.again(draw)
    gone = Record.objects.get(pk=draw.samples.first().record_id)  # type: ignore[union-attr]
    copy_rows(Record, [reversal(gone, CLOSING)])
    assert not queries_draw.again(draw)


@pytest.mark.req("A22")
def test_the_township_notes_what_it_found_and_nobody_their_own(w: World) -> None:
    sample = make.drawn(w)
    town = w.actors["township_party"]
    with pytest.raises(Invalid):
        drawing.check(actor=town, sample_id=sample.pk, outcome="differs")
    drawing.check(actor=town, sample_id=sample.pk, outcome="true", now=CLOSING)
    drawing.check(
        actor=town, sample_id=sample.pk, outcome="differs", note="名单上没有签名。"
    )
    sample.refresh_from_db()
    assert (sample.state, sample.outcome, sample.checked_by) == (
        "checked", "differs", town.name,
    )  # fmt: skip
    sums = queries_draw.sums(queries_draw.draws(w.actors["county_org"]))
    assert (sums["whole"], sums["n"], sums["n_differs"]) == (3, 1, 1)
    Sample.objects.update(confirmed_by=town.person_id)
    with pytest.raises(Forbidden, match="请同事来核对"):
        drawing.check(actor=town, sample_id=sample.pk, outcome="true")
    with pytest.raises(NotFound):
        drawing.check(
            actor=w.actors["community_secretary"], sample_id=sample.pk, outcome="true"
        )


@pytest.mark.req("A22")
def test_edge_case_32_who_confirmed_a_list_does_not_look_at_it_again(w: World) -> None:
    """Every confirmation keeps the person, not one of the accounts that they have."""
    it = activities.confirmed(w)
    due.posted(w)
    hand = w.actors["community_secretary"]
    kept = dict(Record.objects.values_list("kind", "confirmed_by"))
    assert kept == {"activity": hand.person_id, "breach": hand.person_id}
    drawing.draw_all(f"{local(Record.objects.get(source_id=it.pk).confirmed_at):%Y-%m}")
    sample = Sample.objects.get()
    assert sample.confirmed_by == hand.person_id
    town = replaced(w.actors["township_party"], person_id=hand.person_id)
    with pytest.raises(Forbidden, match="请同事来核对"):
        drawing.check(actor=town, sample_id=sample.pk, outcome="true")
    drawing.check(actor=w.actors["township_party"], sample_id=sample.pk, outcome="true")


def replaced(actor: Actor, **given: Any) -> Actor:
    return Actor(**{**{f: getattr(actor, f) for f in actor.__slots__}, **given})


@pytest.mark.req("A22")
def test_edge_case_32_two_accounts_are_one_hand(w: World) -> None:
    """What was kept with the id of an account belongs to the same person."""
    person = w.people["community_worker"].pk
    account = Account.objects.get(person=person)
    make.served(w, date(2026, 9, 8), 6)
    make.served(w, date(2026, 9, 9), 5, confirmed_by=account.pk)
    span = (date(2026, 7, 1), date(2026, 10, 1))
    (one,) = queries_draw.patterns(w.actors["township_party"], OVER, *span)
    assert (one.confirmer, one.n, one.quarter) == ("卓玛", 11, "2026年三季度")
    drawing.draw_all("2026-09")
    assert set(Sample.objects.values_list("confirmed_by", flat=True)) == {person}


@pytest.mark.req("A22")
def test_a_draw_that_a_night_missed_is_made_up(w: World) -> None:
    """The nights after ask again; what is drawn already stays as it is."""
    crons = {t.task.name: t.cron for t in app.periodic_registry.periodic_tasks.values()}
    assert crons["scoring.draw"].split()[2] == "1-10"
    make.served(w, date(2026, 9, 8), 3)
    assert drawing.draw_all(now=datetime(2026, 10, 6, 17, 30, tzinfo=UTC)) == 1
    before = Draw.objects.get()
    assert drawing.draw_all(now=datetime(2026, 10, 7, 17, 30, tzinfo=UTC)) == 0
    assert Draw.objects.get() == before and before.month == "2026-09"


@pytest.mark.req("A22")
def test_edge_case_32_the_same_hand_is_seen_by_the_township_alone(w: World) -> None:
    make.served(w, date(2026, 9, 8), 11)
    span = (date(2026, 7, 1), date(2026, 10, 1))
    (one,) = queries_draw.patterns(w.actors["township_party"], OVER, *span)
    assert (one.confirmer, one.who, one.n) == ("卓玛", str(w.members.member), 11)
    for key in ("community_secretary", "unit_secretary", "county_org", "member"):
        assert queries_draw.patterns(w.actors[key], OVER, *span) == []

"""Closing a quarter, letters with receipt and answer, the check of cards, the draw."""

from datetime import date, timedelta

import pytest

from baodao.acts.bulk import copy_rows
from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.duties.models import Duty
from baodao.notifications.models import Message
from baodao.people.models import Account
from baodao.people.tests.make import World, world
from baodao.records.models import Record, reversal
from baodao.scoring import queries_draw, queries_health, queries_praise, queries_quarter
from baodao.scoring.jobs_health import replied, tell
from baodao.scoring.models import Checkup, Draw, Letter, Quarter, Sample
from baodao.scoring.services import checking, drawing, quartering
from baodao.scoring.services.posting import post
from baodao.scoring.tests import make
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
def test_poor_results_are_a_private_reminder_and_some_may_be_spared(w: World) -> None:
    card = make.card(w, date(2026, 2, 3))
    place = w.places.community
    found = queries_quarter.scored(list(queries_quarter.cards_of(place, OVER)), OVER)
    due = queries_quarter.to_remind(place, OVER, found)
    assert card.pk in {d.scored.card.pk for d in due}
    unit = next(d.scored.card.pk for d in due if d.scored.card.subject == "unit")
    close(w, spared={unit})
    reminder = Letter.objects.get(kind="remind")
    assert reminder.member_id == w.members.member.id and reminder.unit_id is None
    assert reminder.facts == ["2026年三季度没有确认过的服务记录。"]
    assert reminder.advice and reminder.improve_by and reminder.object_by
    card.refresh_from_db()
    assert card.score == 810, "a letter takes no points"


@pytest.mark.req("L12", "L45")
def test_a_letter_is_between_the_subject_and_the_community(w: World) -> None:
    letters = make.closed(w)
    for key, sees in (
        ("member", True), ("community_worker", True), ("community_secretary", True),
        ("unit_secretary", False), ("colleague", False), ("township_party", False),
        ("county_org", False), ("outsider", False),
    ):  # fmt: skip
        if key not in w.actors:
            continue
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
    before = queries_quarter.statement(it)
    assert [g[0] for g in before.scored.gained] == ["M_ADD_SERVICE"]
    make.served(w, date(2026, 9, 1))
    post(Record.objects.all())
    assert queries_quarter.statement(it).scored.total == before.scored.total
    shown = queries_quarter.differences(
        Quarter.objects.get(),
        queries_quarter.figures(
            w.places.community, OVER,
            queries_quarter.scored(
                list(queries_quarter.cards_of(w.places.community, OVER)), OVER
            ),
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
def test_edge_case_32_the_same_hand_is_seen_by_the_township_alone(w: World) -> None:
    make.served(w, date(2026, 9, 8), 11)
    span = (date(2026, 7, 1), date(2026, 10, 1))
    (one,) = queries_draw.patterns(w.actors["township_party"], OVER, *span)
    assert (one.confirmer, one.who, one.n) == ("卓玛", str(w.members.member), 11)
    for key in ("community_secretary", "unit_secretary", "county_org", "member"):
        assert queries_draw.patterns(w.actors[key], OVER, *span) == []

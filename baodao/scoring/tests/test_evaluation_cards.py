"""Cards to whom they belong: each addressee once, each unit its own file, nothing printed
that was replaced; what is open about a subject; as many queries for many as for few."""

import io
import zipfile
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baodao.acts.bulk import copy_rows
from baodao.people.models import PartyOrg
from baodao.people.tests.make import World, world
from baodao.records.models import Record, reversal
from baodao.scoring import complaints
from baodao.scoring.models_evaluation import (
    Delivery,
    Evaluation,
    FeedbackCard,
    PrintRun,
)
from baodao.scoring.services import (
    delivering,
    drafting,
    extracting,
    issuing,
    opening,
    print_runs,
    printing,
    revising,
)
from baodao.scoring.services.issuing import To, together
from baodao.scoring.services.posting import post
from baodao.scoring.tests import due
from baodao.scoring.tests import make_evaluation as make
from baodao.scoring.tests.make_evaluation import DAY, ISSUED, LATER, OPENED, YEAR

pytestmark = pytest.mark.django_db
SITE = "https://example.cn/scores/check/"


@pytest.fixture
def w() -> World:
    w = world()
    make.year_of(w)
    return w


def reissued(
    w: World, e: Evaluation, taken: list[Record], grade: str = "good"
) -> FeedbackCard:
    """The deductions are taken back and the card goes out anew."""
    copy_rows(Record, [reversal(r, ISSUED) for r in taken])
    post(Record.objects.all())
    return revising.change_grade(
        w.actors["county_org"], e.pk, grade, "差评查明不实", now=LATER
    )


@pytest.mark.req("L47")
def test_earlier_addressees_and_those_of_today_are_each_there_once() -> None:
    unit, filing, blank = uuid4(), To("filing", "县委组织部"), To("superior", "")
    power = To("superior", "国家电网党组")
    assert together([power, filing], [blank, filing]) == [power, filing]
    assert together([blank, filing], [blank, filing]) == [blank, filing]
    assert together([blank, filing], [power, filing]) == [filing, power]
    old, new = To("unit", "机关党支部", unit), To("unit", "机关第一党支部", unit)
    assert together([old, To("filing", "旧名")], [new, filing]) == [new, filing]
    other = To("unit", "机关党支部", uuid4())
    assert together([old, filing], [other, filing]) == [old, filing, other]


@pytest.mark.req("L47")
def test_case_37_a_new_card_for_a_superior_outside_can_be_filed(w: World) -> None:
    PartyOrg.objects.filter(unit=w.units.unit).update(
        superior=None, superior_external=""
    )
    taken = make.deducted(w, code="U_DED_NOT_REPORTED", member_id=None)
    make.issued(w)
    e, worker = make.of_unit(w), w.actors["community_worker"]

    def handed_over(card: FeedbackCard) -> None:
        [d] = card.deliveries.exclude(kind="filing")
        delivering.hand_over(
            actor=worker, delivery_id=d.pk, how="paper", to="国家电网党组", now=LATER
        )
        delivering.receive(actor=worker, ids=[d.pk], by="次仁", now=LATER)

    handed_over(make.card_of(e))
    assert e.grade == "fair"
    card = reissued(w, e, taken, "good")
    assert card.edition == 2
    handed_over(card)
    filing = card.deliveries.get(kind="filing")
    done, _ = delivering.file_all(
        actor=w.actors["county_org"], ids=[filing.pk], now=LATER
    )
    assert done == [filing.pk]


@pytest.mark.req("L47")
def test_two_units_whose_organisations_have_one_name_get_a_file_each(w: World) -> None:
    for unit in (w.units.unit, w.units.other):
        PartyOrg.objects.update_or_create(
            unit=unit, is_main=True, defaults={"name": "机关党支部", "path": unit.path}
        )
    make.issued(w)
    cards = FeedbackCard.objects.filter(subject="member")
    run = print_runs.start(
        actor=w.actors["community_secretary"], ids=cards.values_list("pk", flat=True),
        kind="zip", two=False, title="反馈卡", site=SITE,
    )  # fmt: skip
    print_runs.make(run, SITE)
    body = PrintRun.objects.get(pk=run).body
    assert body
    with zipfile.ZipFile(io.BytesIO(bytes(body))) as book:
        assert book.namelist() == ["机关党支部.pdf", "机关党支部（2）.pdf"]


@pytest.mark.req("L47")
def test_what_was_replaced_since_it_was_asked_for_is_not_printed(w: World) -> None:
    taken = make.deducted(w, times=2)
    make.issued(w)
    e = make.of(w)
    run = print_runs.start(
        actor=w.actors["community_secretary"], ids=[make.card_of(e).pk], kind="pdf",
        two=False, title="反馈卡", site=SITE,
    )  # fmt: skip
    reissued(w, e, taken)
    assert print_runs.make(run, SITE) == "gone"
    it = PrintRun.objects.get(pk=run)
    assert it.state == "failed" and "更正" in it.message and not it.body


@pytest.mark.req("L46", "L47")
def test_what_the_paper_has_no_room_for_says_where_the_rest_is(w: World) -> None:
    make.issued(w)
    card = make.card_of(make.of(w))
    long = "少记了一次走访，" * 20
    card.content |= {"objection": long, "answer": "没有少记"}
    paper = printing.card_data(card, [], link="", printed="")
    assert "……（全文见系统）" in paper["subject"] and "没有少记" in paper["subject"]
    assert printing.cut("短", 70) == "短"


@pytest.mark.req("L47")
def test_the_boxes_of_a_card_are_those_that_its_code_covers(w: World) -> None:
    make.issued(w)
    card = make.card_of(make.of(w))
    card.grade = "poor"
    paper = printing.card_data(card, [], link="", printed="")
    assert ["优秀", True] in paper["grades"] and ["差", True] not in paper["grades"]
    assert "评为优秀" in paper["opinion"]


@pytest.mark.req("L48", "L49")
def test_an_extract_says_what_was_corrected_or_is_in_review_since(w: World) -> None:
    taken = make.deducted(w, times=2)
    make.issued(w)
    pk = extracting.take(
        actor=w.actors["unit_secretary"], purpose="honours", year=YEAR, reason="评优会",
        now=ISSUED,
    ).id  # fmt: skip
    it = extracting.extract_of(w.actors["unit_secretary"], pk)
    assert extracting.changed_since(it) == (0, 0)
    e = make.of(w)
    reissued(w, e, taken)
    assert extracting.changed_since(it) == (1, 0)
    Evaluation.objects.filter(pk=e.pk).update(state="under_appeal")
    assert extracting.changed_since(it) == (1, 1)
    again = extracting.take(
        actor=w.actors["unit_secretary"], purpose="honours", year=YEAR, reason="评优会",
        now=LATER,
    ).id  # fmt: skip
    row = extracting.extract_of(w.actors["unit_secretary"], again).content["rows"][0]
    assert "良好（复核中）" in row


@pytest.mark.req("L46")
def test_an_open_complaint_is_known_and_one_of_another_year_is_not(w: World) -> None:
    r = make.opened(w)
    card = make.of(w).card_id
    other = make.of(w, "neighbour").card_id
    due.proposed(w, occurred_on=date(2026, 1, 3), now=OPENED)
    assert complaints.open_ones([card, other]) == {}
    d = due.proposed(w, occurred_on=date(2025, 12, 28), now=OPENED)
    assert complaints.open_ones([card, other]) == {card: d.words}
    drafting.draft_all(actor=w.actors["community_secretary"], round_id=r.pk, now=OPENED)
    e = make.of(w)
    assert e.proposed == "good" and e.why == ["有核实的差评没有了结"]


@pytest.mark.req("L46")
def test_many_are_drafted_and_issued_in_as_many_queries_as_few(w: World) -> None:
    make.decided(w)
    rows = list(Evaluation.objects.select_related("meeting", "round__place"))
    place = rows[0].round.place
    assert len(rows) == 3 and drafting.moved_of(rows) == set()

    def queries(job: Any) -> int:
        job()  # what is kept in memory is there
        with CaptureQueriesContext(
            connection,
        ) as seen:
            job()
        return len(seen)

    members = [e for e in rows if e.subject == "member"]
    assert queries(lambda: drafting.moved_of(members)) == queries(
        lambda: drafting.moved_of(members[:1])
    )
    first = issuing.desk_of(place)
    assert first.place == place
    before = Delivery.objects.count()
    with CaptureQueriesContext(connection) as one:
        issuing.issue_rows(w.actors["community_secretary"], members[:1], place, ISSUED)
    with CaptureQueriesContext(connection) as more:
        issuing.issue_rows(
            w.actors["community_secretary"],
            [e for e in rows if e.pk != members[0].pk], place, ISSUED,
        )  # fmt: skip
    assert Delivery.objects.count() == before + 6
    assert len(more) <= len(one) + 2, "the unit's own addressee is asked once more"


@pytest.mark.req("L46")
def test_opening_looks_at_those_who_are_due_and_adds_who_is_missing(w: World) -> None:
    make.opened(w)
    newcomer = make.stay(w, "newcomer")
    assert newcomer.member_id
    place = w.places.community
    more = opening.open_rounds(
        actor=w.actors["community_secretary"], places=[place], year=YEAR,
        now=OPENED + DAY,
    )  # fmt: skip
    assert more == 1 and make.of(w, "newcomer").name

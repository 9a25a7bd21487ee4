"""How long points, grades and complaints are kept, and what an open appeal holds (domain
9.3)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.acts import sealing, verifying
from baodao.acts.bulk import copy_rows
from baodao.acts.models import Event, Note
from baodao.acts.sealing import REGISTRY, seal_all
from baodao.acts.tests.sealed import all_guards, sql, up_to
from baodao.core.clock import at_local
from baodao.people import retention
from baodao.people.models import RetentionRun
from baodao.people.tests.make import World, world
from baodao.places.services import set_setting
from baodao.records.models import Record, reversal
from baodao.scoring.models import (
    Answer,
    Appeal,
    Card,
    Complaint,
    Deduction,
    Entry,
    Letter,
    Merit,
)
from baodao.scoring.models_evaluation import (
    Delivery,
    Evaluation,
    Extract,
    FeedbackCard,
    Meeting,
    Round,
)
from baodao.scoring.retaining import CARDS, DEDUCTIONS, EVALUATIONS
from baodao.scoring.services import (
    appealing,
    complaining,
    deducting,
    posting,
    revising,
)
from baodao.scoring.tests import due, test_complaints
from baodao.scoring.tests import make_evaluation as make
from baodao.scoring.tests.due import DAY
from baodao.scoring.tests.make_evaluation import ISSUED, LATER

pytestmark = pytest.mark.django_db
OVER = date(2029, 1, 1)  # three years after 2025


@pytest.fixture
def w() -> World:
    return world()


def run(day: date) -> dict[str, int]:
    """What went that night of what is of this subject."""
    done = retention.run(at_local(day, time(2, 30)))
    return {} if done is None else dict(done.counts)


def a_year(w: World) -> None:
    """2025 with an issued evaluation of each, one of them in two editions; a letter."""
    make.year_of(w)
    taken = make.deducted(w, times=2)
    make.issued(w)
    copy_rows(Record, [reversal(r, ISSUED) for r in taken])
    posting.post(Record.objects.all())
    revising.change_grade(
        w.actors["county_org"], make.of(w).pk, "good", "查明不实", now=LATER
    )
    card = make.of(w).card
    letter = Letter(
        card=card, kind="statement", key="2025-Q4", subject="member", path=card.path,
        member=card.member, as_of=ISSUED, reply="知道了",
    )  # fmt: skip
    copy_rows(Letter, [letter])


@pytest.mark.req("L12", "L44", "L47")
def test_points_grades_and_cards_go_three_years_after_the_year(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_year(w)
    records, events = Record.objects.count(), Event.objects.count()
    n = Card.objects.filter(year=2025).count()
    assert n == Evaluation.objects.count() == 3
    assert FeedbackCard.objects.count() == 4
    assert not {"score_cards", "evaluations"} & set(run(OVER - DAY))
    told = retention.announce(at_local(OVER, time(1)))
    assert told and told.dry and told.counts["score_cards"] == n
    done = run(OVER)
    assert (done["score_cards"], done["evaluations"]) == (n, 3)
    gone = (Card, Entry, Letter, Evaluation, FeedbackCard, Delivery, Meeting)
    assert [m for m in gone if m._default_manager.exists()] == []
    assert Round.objects.exists(), "that there was one"
    assert Record.objects.count() == records, "services have their own time"
    assert Event.objects.count() >= events
    acts = Event.objects.filter(action__startswith="evaluations.")
    assert not Note.objects.filter(event__in=acts).exists()
    assert RetentionRun.objects.filter(dry=False).latest("on").counts == done
    monkeypatch.setattr(posting, "today", lambda: OVER)
    posting.post(Record.objects.all())
    assert not Card.objects.exists(), "it does not come back from the records"


@pytest.mark.req("L46")
def test_a_year_that_ends_earlier_is_over_earlier(w: World) -> None:
    a_year(w)
    day = date(2028, 12, 1)
    assert not CARDS.due(day).exists() and not EVALUATIONS.due(day).exists()
    set_setting(
        actor=w.actors["county_org"], path=w.places.district.path,
        key="scoring.year_from_month", value="12", reason="考核年度",
    )  # fmt: skip
    assert CARDS.due(day).count() == 3 and EVALUATIONS.due(day).count() == 3
    assert not CARDS.due(day - DAY).exists()
    row = CARDS.due(day)[0]
    assert CARDS.since_of(row) == date(2025, 11, 30)
    elsewhere = Card.objects.filter(pk=row.pk)
    elsewhere.update(path=w.places.far_community.path)
    assert row not in CARDS.due(day), "by the year of its own place"


@pytest.mark.req("L46")
def test_an_open_appeal_holds_all_that_is_about_whoever_appeals(w: World) -> None:
    a_year(w)
    e = make.of(w, "neighbour")
    done = appealing.file(
        actor=w.actors["community_worker"], kind="grade", object_id=e.pk,
        grounds=["fact"], text="少记了一次。", now=ISSUED + DAY,
    )  # fmt: skip
    lines = {x.it.kind: x for x in retention.preview(w.actors["privacy_officer"], OVER)}
    assert (lines["evaluations"].n, lines["evaluations"].held) == (2, 1)
    assert (lines["score_cards"].n, lines["score_cards"].held) == (2, 1)
    assert run(OVER)["score_cards"] == 2
    assert Card.objects.get().member == e.member and Evaluation.objects.get() == e
    assert Meeting.objects.exists(), "it decided this one too"
    Appeal.objects.filter(pk=done.id).update(
        settled_at=datetime(2029, 2, 1, tzinfo=UTC)
    )
    assert run(date(2029, 3, 10))["score_cards"] == 1
    assert not Card.objects.exists() and not Meeting.objects.exists()
    assert Appeal.objects.exists(), "its own time runs from its end"
    assert run(date(2033, 1, 10))["appeals"] == 1


@pytest.mark.req("L45")
def test_deductions_answers_and_complaints_have_their_time_and_appeals_hold_them(
    w: World,
) -> None:
    c = test_complaints.upheld(w)
    d = Deduction.objects.get()
    deducting.answer(
        actor=w.actors["member"], deduction_id=d.pk, text="那天在值班", now=due.NOW + 3 * DAY
    )  # fmt: skip
    at = d.answer_until + DAY
    a = due.appealed(w, due.posted(w, d, now=at), now=at + DAY)
    other = due.checked(w, due.complained(w, words="态度不好"))
    complaining.reject(
        actor=w.actors["community_worker"], complaint_id=other.pk,
        **test_complaints.HEARD, now=due.NOW + 2 * DAY,
    )  # fmt: skip
    merit = due.merit(w)
    Merit.objects.filter(pk=merit.pk).update(
        state="refused", decided_at=due.NOW, reason="没有文件"
    )
    done = run(date(2028, 12, 10))
    assert done["complaints"] == 1 and Complaint.objects.get() == c
    assert "deductions" not in run(date(2030, 1, 10))
    assert Deduction.objects.exists() and Merit.objects.exists()
    Appeal.objects.filter(pk=a.pk).update(settled_at=at + 20 * DAY)
    Deduction.objects.filter(pk=d.pk).update(state="dropped")
    done = run(date(2030, 1, 10))
    kinds = ("deductions", "merits", "appeals", "complaints")
    assert {k: done[k] for k in kinds} == dict.fromkeys(kinds, 1)
    left = (Deduction, Answer, Merit, Appeal, Complaint)
    assert [m for m in left if m._default_manager.exists()] == []
    assert not DEDUCTIONS.due(date(2031, 1, 1)).exists()


@pytest.mark.req("L49")
def test_an_extract_goes_with_the_cards_of_its_year_when_it_is_no_longer_good(
    w: World,
) -> None:
    made = datetime(2028, 12, 20, tzinfo=UTC)
    taken = Extract(
        number="用2028-00001", purpose="honours", unit_id=w.units.unit.pk, year=2025,
        place_name="地区住建局", reason="评优会", made_by="王建国", n=1, content={},
        made_role="unit_secretary", made_at=made, valid_until=date(2029, 3, 20),
        code="x",
    )  # fmt: skip
    copy_rows(Extract, [taken])
    assert "extracts" not in run(date(2029, 3, 20))
    assert run(date(2029, 4, 10))["extracts"] == 1


@pytest.mark.req("L44")
def test_the_ledger_still_verifies_when_entries_were_forgotten(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.year_of(w)
    make.deducted(w)
    names = ("acts_event", "scoring_entry", "acts_forgotten")
    only: dict[str, Any] = {name: REGISTRY[name] for name in names}
    monkeypatch.setattr(sealing, "REGISTRY", only)
    monkeypatch.setattr(verifying, "REGISTRY", only)
    sql("SELECT set_config('pgtrigger.ignore', %s, true)", all_guards())
    for name in names:  # a test's own transaction never ends
        sql(f"UPDATE {name} SET xid = '10'")
    up_to(monkeypatch, 50)
    seal_all(ISSUED)
    n = Entry.objects.count()
    assert n and run(OVER)["score_cards"]
    assert not Entry.objects.exists()
    sql("SELECT set_config('pgtrigger.ignore', %s, true)", all_guards())
    for name in ("acts_event", "acts_forgotten"):
        sql(f"UPDATE {name} SET xid = '100' WHERE xid::text::bigint > 50")
    up_to(monkeypatch, 200)
    seal_all(ISSUED + timedelta(days=1))
    report = verifying.verify()
    assert [f for f in report.faults if f.ledger in names] == []
    assert sum(report.forgotten.values()) == n


@pytest.mark.req("L12")
def test_who_protects_data_sees_what_will_go_by_place_and_year(w: World) -> None:
    a_year(w)
    Card.objects.filter(year=2025).update(year=2022)
    Evaluation.objects.update(year=2022)
    client, url = w.client("privacy_officer"), reverse("people:retention")
    page = client.get(url).content.decode()
    assert "积分卡、明细和通知" in page and "年度评价、反馈卡和送达" in page
    for kind in ("score_cards", "evaluations"):
        page = client.get(url, {"kind": kind}).content.decode()
        assert "森格社区" in page and "2022年12月31日" in page and "张伟" not in page

"""Surveys end to end through the services: sent down, asked at the doors, closed,
asked again, forgotten."""

from datetime import timedelta

import pytest

from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.orders.models import Order
from baodao.people import retention
from baodao.people.tests.make import World, world
from baodao.places.services import close_place
from baodao.places.tests.changing import carried_out
from baodao.surveys import building, coverage, entering, jobs, results, services
from baodao.surveys.asking import Wording
from baodao.surveys.entering import Need, texts_of
from baodao.surveys.models import Edition, FoundNeed, Sheet, Survey
from baodao.surveys.tests.make import DAY, NOW, asked, drafted, home, part_of, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


@pytest.mark.req("A06")
def test_a_township_sends_a_survey_and_each_community_has_a_part(w: World) -> None:
    it = published(w, "county_org")
    paths = set(it.parts.values_list("path", flat=True))
    assert paths == {
        p.path for p in (w.places.street, w.places.other_street, w.places.community,
                         w.places.second_community, w.places.other_community)
    }  # fmt: skip
    part = part_of(it, w.places.community)
    assert (part.state, part.questions, part.edition) == ("running", it.questions, 1)
    event = Event.objects.get(action="surveys.publish")
    jobs.tell(event_id=str(event.pk))
    assert jobs.tell(event_id=str(event.pk)) == 0
    # What was sent is the sender's to change.
    worker = w.actors["community_worker"]
    with pytest.raises(Conflict):
        building.add_question(
            actor=worker, survey_id=part.pk, wording=Wording("text", "还有呢")
        )
    with pytest.raises(Conflict):
        services.extend(actor=worker, survey_id=part.pk, ends_on=it.ends_on, now=NOW)
    with pytest.raises(NotFound):
        services.publish(actor=worker, survey_id=it.pk, now=NOW)


def test_published_questions_are_frozen_and_a_change_is_a_new_edition(w: World) -> None:
    it = published(w)
    worker = w.actors["community_worker"]
    sheet = asked(w, it)
    add = Wording("yesno", "要不要装扶手")
    building.add_question(actor=worker, survey_id=it.pk, wording=add)
    it.refresh_from_db()
    assert len(it.questions) == 8 and it.draft and len(it.draft) == 9
    with pytest.raises(Invalid):
        building.edit_question(
            actor=worker, survey_id=it.pk, key="q1", wording=Wording("text", "几口人")
        )
    services.revise(actor=worker, survey_id=it.pk, now=NOW)
    it.refresh_from_db()
    assert (it.edition, len(it.questions), it.draft) == (2, 9, None)
    assert [e.number for e in Edition.objects.order_by("number")] == [1, 2]
    sheet.refresh_from_db()
    assert sheet.edition == 1 and len(results.questions_of(it)) == 9
    with pytest.raises(Conflict):
        services.revise(actor=worker, survey_id=it.pk, now=NOW)


def test_without_questions_nothing_is_published_and_a_mistake_is_taken_back(
    w: World,
) -> None:
    worker = w.actors["community_worker"]
    empty = drafted(w, template="")
    with pytest.raises(Conflict):
        services.publish(actor=worker, survey_id=empty.pk, now=NOW)
    services.drop(actor=worker, survey_id=empty.pk, now=NOW)
    it = published(w, "township_party")
    services.withdraw(actor=w.actors["township_party"], survey_id=it.pk, now=NOW)
    assert set(it.parts.values_list("state", flat=True)) == {"dropped"}


def test_who_is_not_at_the_door_sees_no_sheet(w: World) -> None:
    it = published(w)
    for role in ("township_party", "county_org"):
        with pytest.raises(NotFound):
            asked(w, it, who=role)
    for role in ("outsider", "second_community_worker", "other_grid_worker"):
        with pytest.raises(NotFound):
            asked(w, it, who=role)
    assert asked(w, it, who="grid_worker").by_name == "次仁"
    with pytest.raises(Forbidden):
        services.close(actor=w.actors["grid_worker"], survey_id=it.pk, now=NOW)


@pytest.mark.req("A06", "A10")
def test_a_household_answers_and_its_need_is_an_order_of_the_survey(w: World) -> None:
    it = published(w)
    need = Need("想配一副老花镜", public=True)
    sheet = asked(w, it, q8="楼道灯坏了", need=need)
    assert sheet.answers == {"q1": 3, "q3": ["o1", "o4"], "q4": "o1"}
    assert texts_of(Sheet.objects.get()) == {"q8": "楼道灯坏了"}
    order = Order.objects.get()
    assert (order.source, order.category_id, order.household_id) == (
        "survey", "health", w.household.pk,
    )  # fmt: skip
    assert order.consent_public and order.phone == w.household.phone
    assert FoundNeed.objects.get().sheet_id == sheet.pk
    more = entering.place_need(
        actor=w.actors["grid_worker"], sheet_id=sheet.pk, need=Need("楼道灯坏了")
    )
    assert more.category_id == "repair" and sheet.needs.count() == 2
    with pytest.raises(Invalid):
        entering.place_need(
            actor=w.actors["grid_worker"], sheet_id=sheet.pk, need=Need("13900000000")
        )


@pytest.mark.req("A06")
def test_edge_case_35_sent_twice_it_is_one_sheet_and_one_order(w: World) -> None:
    it = published(w)
    first = asked(w, it, client_id="abc", need=Need("修水管"))
    again = asked(w, it, client_id="abc", need=Need("修水管"))
    assert first.pk == again.pk and Sheet.objects.count() == 1
    assert Order.objects.count() == 1 and Sheet.objects.get().version == 1
    changed = [asked(w, it, client_id="x", q1="5", need=Need("修灯")) for _ in (1, 2)]
    assert changed[0].version == changed[1].version == 2
    assert Order.objects.count() == 2 and FoundNeed.objects.count() == 2


def test_nobody_at_home_is_tried_again_and_an_answer_is_not_lost(w: World) -> None:
    it = published(w)
    asked(w, it, outcome="nobody_home")
    assert asked(w, it, outcome="nobody_home").tries == 2
    sheet = asked(w, it, how="phone")
    assert (sheet.tries, sheet.outcome, sheet.how) == (3, "answered", "phone")
    with pytest.raises(Conflict):
        asked(w, it, outcome="unwilling")
    seen = sheet.version
    asked(w, it, q1="9")
    with pytest.raises(Conflict):
        entering.fill(
            actor=w.actors["grid_worker"], survey_id=it.pk, household_id=w.household.pk,
            said=entering.Said("answered", raw={"q1": "1", "q3": ["o1"], "q4": "o1"}),
            version=seen, now=NOW + DAY,
        )  # fmt: skip


def test_a_sheet_is_of_a_day_of_the_survey_and_of_a_home_that_stands(w: World) -> None:
    it = published(w)
    with pytest.raises(Conflict):
        asked(w, it, now=NOW - 3 * DAY)
    said = entering.Said("nobody_home", on=(NOW + 9 * DAY).date())
    with pytest.raises(Invalid):
        entering.fill(
            actor=w.actors["grid_worker"], survey_id=it.pk,
            household_id=w.household.pk, said=said, now=NOW + DAY,
        )  # fmt: skip
    close_place(
        actor=w.actors["community_secretary"],
        place_id=w.places.household.pk,
        reason="拆迁",
    )
    with pytest.raises(Conflict):
        asked(w, it)


@pytest.mark.req("L52")
def test_coverage_is_households_answered_of_all_and_lists_who_is_left(w: World) -> None:
    it = published(w, "township_party")
    part = part_of(it, w.places.community)
    other = [home(w, n) for n in (1, 2)] + [home(w, 3, w.places.second_grid)]
    asked(w, part)
    asked(w, part, other[0], outcome="nobody_home")
    asked(w, part, other[1], outcome="unwilling")
    assert coverage.total(it) == coverage.total(part) == coverage.Tally(4, 1, 1, 1)
    assert coverage.total(part).left == 2 and coverage.total(part).percent == 25
    lines = {x.place.path: x.tally for x in coverage.by_area(it)}
    assert lines[w.places.community.path].answered == 1
    assert lines[w.places.second_community.path] == coverage.Tally()
    grids = coverage.by_building(part, part.path)
    assert [g.tally.households for g in grids] == [1, 3]
    worker, grid = w.actors["community_worker"], w.actors["grid_worker"]
    left = coverage.doors(worker, part)
    assert [h.number for h in left] == ["0003", "0001"]
    assert [h.number for h in coverage.doors(grid, part)] == ["0001"]
    assert not coverage.doors(w.actors["township_party"], part)
    assert [h.number for h in coverage.doors(worker, part, show="unwilling")] == [
        "0002"
    ]
    after = coverage.next_door(grid, part, w.household, w.places.building.path)
    assert after == other[0]
    found = coverage.tallies([it, part], worker)
    assert found[it.pk] == found[part.pk] == coverage.total(part)
    assert coverage.tallies([part], grid)[part.pk].households == 3


@pytest.mark.req("A06")
def test_closing_keeps_the_sums_and_a_year_later_the_words_go(w: World) -> None:
    it = published(w, "township_party")
    part = part_of(it, w.places.community)
    asked(w, part, q8="灯坏了")
    services.close(actor=w.actors["township_party"], survey_id=it.pk, now=NOW + 9 * DAY)
    part.refresh_from_db()
    it.refresh_from_db()
    assert it.sums and it.sums == part.sums
    assert it.sums["answered"] == 1 and it.sums["questions"]["q1"]["sum"] == 3
    empty = part_of(it, w.places.second_community)
    assert empty.sums and empty.sums["households"] == 0
    home(w, 7)
    assert coverage.total(part).households == 1
    with pytest.raises(Conflict):
        asked(w, part, home(w, 8))
    year = NOW + 9 * DAY + timedelta(days=365)
    assert retention.run(year) is None
    gone = retention.run(year + DAY)
    assert gone and gone.counts == {"survey_words": 1}
    assert retention.run(year + DAY) is None
    sheet = Sheet.objects.get()
    assert sheet.texts == "" and sheet.answers["q1"] == 3
    assert results.sums_of(part)["q8"]["n"] == 1


def test_a_community_may_end_its_part_earlier_and_a_new_one_gets_its_own(
    w: World,
) -> None:
    it = published(w, "county_org")
    part = part_of(it, w.places.community)
    services.close(actor=w.actors["community_worker"], survey_id=part.pk, now=NOW)
    street = part_of(it, w.places.street)
    with pytest.raises(Conflict):
        services.close(actor=w.actors["township_party"], survey_id=street.pk, now=NOW)
    Survey.objects.filter(pk=part_of(it, w.places.other_community).pk).delete()
    assert services.send_missing(NOW) == 1 and services.send_missing(NOW) == 0


@pytest.mark.req("A06")
def test_the_second_round_shows_what_has_changed_household_by_household(
    w: World,
) -> None:
    worker = w.actors["community_worker"]
    first = published(w)
    homes = [home(w, n) for n in (1, 2, 3, 4)]
    for h in homes[:3]:
        asked(w, first, h)
    with pytest.raises(Conflict):
        drafted(w, again=first.pk)
    services.close(actor=worker, survey_id=first.pk, now=NOW + 5 * DAY)
    later = NOW + 60 * DAY
    second = published(w, again=first.pk, now=later, title="居民需求摸底（第二轮）")
    assert (second.round, second.previous_id) == (2, first.pk)
    assert [q["key"] for q in second.questions] == [q["key"] for q in first.questions]
    asked(w, second, homes[0], now=later, q1="3")
    asked(w, second, homes[1], now=later, q1="4", q4="o2")
    asked(w, second, homes[3], now=later)
    close_place(
        actor=w.actors["community_secretary"], place_id=homes[2].place_id, reason="拆迁"
    )
    before = results.last_round(second)
    assert before == first
    found = results.home_changes(second, first, second.path)
    assert {c.number: c.kind for c in found} == {
        "0001": "same", "0002": "changed", "0003": "gone", "0004": "new",
    }  # fmt: skip
    steps = {s.label: (s.before, s.now) for c in found for s in c.steps}
    assert steps["家里常住几口人"] == ("3", "4")
    sums = results.compared(second, first, second.path, above=False)
    happy = next(a for a in sums if a.question.key == "q4").bars[0]
    assert (happy.before, happy.n) == (3, 2)


def test_above_the_community_small_numbers_are_hidden(w: World) -> None:
    it = published(w, "township_party")
    part = part_of(it, w.places.community)
    for n in range(1, 13):
        asked(w, part, home(w, n), q4="o1" if n < 12 else "o3")
    questions, sums = results.questions_of(it), results.sums_of(it)
    own = results.answers_of(questions, sums, above=False)
    above = {a.question.key: a for a in results.answers_of(questions, sums, above=True)}
    assert [b.n for b in next(a for a in own if a.question.key == "q4").bars] == [
        11,
        0,
        1,
    ]
    assert [b.n for b in above["q4"].bars].count(None) == 2
    assert above["q5"].bars == [] and dict(above["q1"].facts)["中位数"] == "3"
    rows = results.by_place(it, next(q for q in questions if q.key == "q4"))
    assert len(rows) == 1 and None in rows[0].cells and 1 not in rows[0].cells


@pytest.mark.req("L52")
def test_edge_case_22_a_merged_community_keeps_one_part_and_all_its_sheets(
    w: World,
) -> None:
    it = published(w, "county_org")
    asked(w, part_of(it, w.places.community))
    old, new = w.places.community, w.places.second_community
    carried_out(w.actors["county_org"], "merge", old.code, into=new.code)
    parts = it.parts.exclude(state="dropped").filter(path=new.path)
    assert parts.count() == 1 and it.parts.get(state="dropped")
    assert coverage.total(parts.get()).answered == coverage.total(it).answered == 1
    assert Sheet.objects.get().path.startswith(new.path)

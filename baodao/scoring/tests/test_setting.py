"""Rule sets: drafted, tried, commented on, published for the time from then on."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.people.tests.make import World, world
from baodao.places.services import set_setting
from baodao.records.models import Record
from baodao.reporting.tests.make import accepted, home
from baodao.scoring import queries_sets, rules
from baodao.scoring.models import Card, Entry, Rule, RuleSet
from baodao.scoring.services import setting
from baodao.scoring.services.exporting import rule_tables
from baodao.scoring.services.opening_cards import open_for_report_ins
from baodao.scoring.services.posting import post
from baodao.scoring.services.recounting import digest
from baodao.scoring.standing import book, set_at
from baodao.scoring.tests.test_posting import served

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def drafted(w: World, now: datetime = NOW, year: int = 2026, **other: int) -> RuleSet:
    actor = w.actors["county_org"]
    done = setting.draft(actor=actor, year=year, now=now)
    frame = {"base": 800, "adds_most": 200, "excellent": 900, "good": 800, "fair": 600}
    frame |= other
    setting.edit(
        actor=actor, set_id=done.id, title="噶尔县规则", reason="服务多给一点", frame=frame, now=now
    )  # fmt: skip
    return RuleSet.objects.get(pk=done.id)


def published(
    w: World,
    on: date = date(2026, 12, 2),
    frame: dict[str, int] | None = None,
    year: int = 2026,
    **changes: Any,
) -> RuleSet:
    it = drafted(w, NOW, year, **(frame or {}))
    actor = w.actors["county_org"]
    rule = it.rules.get(code="M_ADD_SERVICE")
    if changes:
        setting.edit_rule(actor=actor, rule_id=rule.pk, values=changes, now=NOW)
    setting.open_comment(actor=actor, set_id=it.pk, now=NOW)
    setting.publish(actor=actor, set_id=it.pk, effective_from=on, now=NOW + 8 * DAY)
    it.refresh_from_db()
    return it


@pytest.mark.req("L43")
def test_a_draft_is_a_copy_of_what_holds_and_changes_nothing_yet(w: World) -> None:
    it = drafted(w)
    default = RuleSet.objects.get(path="")
    assert it.rules.count() == default.rules.count() == 39
    assert set_at(w.places.community.path, date(2026, 12, 1)).id == str(default.pk)
    with pytest.raises(Conflict):
        setting.draft(actor=w.actors["county_org"], year=2027, now=NOW)


@pytest.mark.req("L43")
def test_it_is_open_for_comment_for_seven_days_before_it_holds(w: World) -> None:
    it, actor = drafted(w), w.actors["county_org"]
    setting.open_comment(actor=actor, set_id=it.pk, now=NOW)
    said = setting.comment(
        actor=w.actors["member"], set_id=it.pk, text="夜里服务多记一点", now=NOW
    )
    assert it.comments.get(pk=said.id).role == "member"
    with pytest.raises(Conflict):
        setting.publish(
            actor=actor, set_id=it.pk, effective_from=date(2026, 12, 2), now=NOW + 7 * DAY
        )  # fmt: skip
    with pytest.raises(Invalid):
        setting.publish(
            actor=actor, set_id=it.pk, effective_from=date(2025, 1, 1), now=NOW + 8 * DAY
        )  # fmt: skip


@pytest.mark.req("L44")
def test_edge_case_39_a_new_version_counts_forward_and_entries_keep_the_old_one(
    w: World,
) -> None:
    served(w, occurred_on=date(2026, 11, 20))
    post(Record.objects.all())
    assert Card.objects.get(subject="member").score == 810
    it = published(w, tenths=10)
    served(w, occurred_on=date(2026, 12, 3), start_at=None, end_at=None)
    post(Record.objects.all())
    card = Card.objects.get(subject="member")
    assert card.score == 830, "two hours at 0.5 stay 1, two hours at 1 are 2"
    versions = {
        e.occurred_on: e.rule.rule_set_id
        for e in Entry.objects.filter(code="M_ADD_SERVICE").select_related("rule")
    }
    assert versions[date(2026, 12, 3)] == it.pk != versions[date(2026, 11, 20)]


@pytest.mark.req("L44")
def test_a_card_as_of_a_day_stays_the_same_bytes_whatever_is_published_later(
    w: World,
) -> None:
    """Base, limit and lines of a year are those of its first day (domain 6.11, 8.39)."""
    served(w, occurred_on=date(2026, 11, 20))
    post(Record.objects.all())
    card = Card.objects.get(subject="member")
    then = Entry.objects.latest("posted_at").posted_at
    before, now = digest(card, then), digest(card)
    published(w, frame={"base": 700, "adds_most": 5, "excellent": 990})
    assert (digest(card, then), digest(card)) == (before, now)
    served(w, occurred_on=date(2026, 12, 3), start_at=None, end_at=None)
    post(Record.objects.all())
    card.refresh_from_db()
    assert (card.score, digest(card, then)) == (820, before)
    assert book().frame(card.path, 2027).base == 700, "from the next year on"


@pytest.mark.req("L44")
@pytest.mark.parametrize("month", ["1", "12"])
def test_what_is_published_after_a_year_is_over_leaves_it_alone(
    w: World, month: str
) -> None:
    """Where the year begins in December, 2027 has begun on 1 December 2026."""
    set_setting(
        actor=w.actors["county_org"], path=w.places.district.path,
        key="scoring.year_from_month", value=month, reason="好赶上年度考核",
    )  # fmt: skip
    published(w, frame={"base": 700}, year=2026 if month == "1" else 2027)
    path = w.places.community.path
    assert [book().frame(path, y).base for y in (2026, 2027, 2028)] == [
        800, 700 if month == "1" else 800, 700,
    ]  # fmt: skip
    rows = rule_tables([path], 2027, int(month), book().sets)["frames"]
    assert rows[0]["base"] == book().frame(path, 2027).base


def test_a_set_begins_tomorrow_at_the_earliest(w: World) -> None:
    """What was counted this morning would otherwise not be what a recount says."""
    with pytest.raises(Invalid, match="明天"):
        published(w, on=date(2026, 12, 1))


def test_the_next_version_ends_the_one_before_and_never_reaches_back(w: World) -> None:
    first = published(w)
    actor, later = w.actors["county_org"], NOW + 20 * DAY
    second = drafted(w, later, 2027)
    setting.open_comment(actor=actor, set_id=second.pk, now=later)
    for wrong in (date(2026, 12, 1), date(2026, 12, 31)):
        with pytest.raises(Invalid):
            setting.publish(
                actor=actor, set_id=second.pk, effective_from=wrong, now=later + 8 * DAY
            )  # fmt: skip
    day = date(2027, 1, 1)
    setting.publish(
        actor=actor, set_id=second.pk, effective_from=day, now=later + 8 * DAY
    )
    first.refresh_from_db()
    assert (first.state, first.effective_to) == ("superseded", day)
    path = w.places.community.path
    assert set_at(path, day - DAY).id == str(first.pk)
    assert set_at(path, day).id == str(second.pk)
    assert set_at(w.places.other_district.path, day).path == ""


@pytest.mark.req("L43")
@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"cap": 4}, "比一次的"),
        ({"selects": ["cake"]}, "没有“cake”这种记录"),
        ({"tenths": 0}, "分值要大于 0"),
        ({"per": 0}, "每多少计一次"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    w: World, values: dict[str, Any], why: str
) -> None:
    rule = drafted(w).rules.get(code="M_ADD_SERVICE")
    with pytest.raises(Invalid, match=why):
        setting.edit_rule(
            actor=w.actors["county_org"], rule_id=rule.pk, values=values, now=NOW
        )


@pytest.mark.req("L43")
def test_rules_that_would_count_a_record_twice_are_not_shown_for_comment(
    w: World,
) -> None:
    it, actor = drafted(w), w.actors["county_org"]
    twice = {
        "code": "M_ADD_AGAIN", "subject": "member", "sign": 1, "title": "再记一次",
        "tenths": 5, "measure": "each", "selects": ["order_served"],
    }  # fmt: skip
    setting.add_rule(actor=actor, set_id=it.pk, values=twice, now=NOW)
    assert "会算两次" in setting.check_set(it)["M_ADD_AGAIN"]
    with pytest.raises(Conflict, match="会算两次"):
        setting.open_comment(actor=actor, set_id=it.pk, now=NOW)


def test_nobody_changes_public_rules_not_even_by_sql(w: World) -> None:
    it = published(w)
    rule = it.rules.first()
    assert rule
    with pytest.raises(Conflict):
        setting.edit_rule(
            actor=w.actors["county_org"], rule_id=rule.pk, values={"tenths": 99}
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        Rule.objects.filter(pk=rule.pk).update(tenths=99)


def test_only_the_organisation_department_makes_rules(w: World) -> None:
    for role in ("community_secretary", "township_party", "unit_secretary", "member"):
        with pytest.raises((Forbidden, NotFound)):
            setting.draft(actor=w.actors[role], year=2026, now=NOW)


@pytest.mark.req("L43")
def test_a_draft_is_tried_on_the_records_of_a_year_before_anybody_sees_it(
    w: World,
) -> None:
    for _ in range(3):
        served(w, occurred_on=date(2026, 11, 20))
    post(Record.objects.all())
    it, actor = drafted(w), w.actors["county_org"]
    rule = it.rules.get(code="M_ADD_SERVICE")
    setting.edit_rule(actor=actor, rule_id=rule.pk, values={"tenths": 20, "cap": 0})
    found = queries_sets.what_if(RuleSet.objects.get(pk=it.pk), 2026)
    bands = {title: (members, units) for title, members, units in found.bands}
    assert bands["多 5 分以上"] == (1, 0), "six hours: from 3 to 12 points"
    assert found.moved == [("良好", "优秀", 1)], found
    assert Card.objects.get(subject="member").score == 830, "nothing was written"


def tried(it: RuleSet) -> tuple[queries_sets.WhatIf, dict[str, tuple[int, int]]]:
    found = queries_sets.what_if(RuleSet.objects.get(pk=it.pk), 2026)
    return found, {title: (members, units) for title, members, units in found.bands}


@pytest.mark.req("L43")
def test_a_draft_changes_nothing_where_a_nearer_place_has_rules_of_its_own(
    w: World,
) -> None:
    served(w, occurred_on=date(2026, 12, 5), start_at=None, end_at=None)
    post(Record.objects.all())
    published(w)
    actor = w.actors["prefecture_org"]
    done = setting.draft(actor=actor, year=2027, now=NOW)
    it = RuleSet.objects.get(pk=done.id)
    rule = it.rules.get(code="M_ADD_SERVICE")
    setting.edit_rule(actor=actor, rule_id=rule.pk, values={"tenths": 80}, now=NOW)
    found, bands = tried(it)
    assert (found.cards, bands["不变"]) == (1, (1, 0)), (
        "rules of the county hold since 2 Dec"
    )


@pytest.mark.req("L43")
def test_cards_without_an_entry_are_tried_too_by_the_lines_of_their_year(
    w: World,
) -> None:
    accepted(w, home(w, "member"))
    open_for_report_ins(NOW)
    it = drafted(w, NOW, base=590)
    found, bands = tried(it)
    assert (found.cards, bands["少 5 分以上"]) == (1, (1, 0))
    assert found.moved == [("良好", "差", 1)]
    setting.open_comment(actor=w.actors["county_org"], set_id=it.pk, now=NOW)
    setting.publish(
        actor=w.actors["county_org"], set_id=it.pk, effective_from=date(2026, 12, 2),
        now=NOW + 8 * DAY,
    )  # fmt: skip
    second = drafted(w, NOW + 20 * DAY)
    assert tried(second)[1]["不变"] == (1, 0), "that year began with 80"


def test_the_default_rules_are_valid() -> None:
    default = RuleSet.objects.get(path="")
    assert rules.wrong_rules([r.plain for r in default.rules.all()], Record.KINDS) == {}


@pytest.mark.req("L43")
def test_the_year_of_a_set_is_the_one_it_begins_in(w: World) -> None:
    it, actor = drafted(w), w.actors["county_org"]
    frame = {k: getattr(it, k) for k in setting.FRAME}
    setting.edit(
        actor=actor, set_id=it.pk, title=it.title, reason="明年起", frame=frame, year=2027,
        now=NOW,
    )  # fmt: skip
    it.refresh_from_db()
    assert (it.year, it.number) == (2027, 1)
    setting.open_comment(actor=actor, set_id=it.pk, now=NOW)
    with pytest.raises(Invalid) as error:
        setting.publish(
            actor=actor, set_id=it.pk, effective_from=date(2026, 12, 20), now=NOW + 8 * DAY
        )  # fmt: skip
    assert "2027年度" in error.value.fields["effective_from"]


@pytest.mark.req("L43")
def test_what_a_measure_needs_can_be_set_on_the_page(w: World) -> None:
    it, client = drafted(w), w.client("county_org")
    new = reverse("scoring:rule_new", args=[it.pk])
    page = client.get(new).content.decode()
    assert 'name="at_least"' in page and 'name="threshold"' not in page
    low = {
        "code": "U_DED_MEET", "subject": "unit", "sign": "-1", "title": "到会率低",
        "text": "比 75% 每低 5 个百分点", "selects": "breach:low_meetings",
        "measure": "shortfall", "tenths": "1", "cap": "5", "first_free": "0",
        "period": "year", "own": "on", "channel": "",
    }  # fmt: skip
    first = client.post(new, low)
    assert first.status_code == 422 and 'name="threshold"' in first.content.decode()
    assert client.post(new, {**low, "per": "50", "threshold": "75"}).status_code == 302
    made = it.rules.get(code="U_DED_MEET")
    assert (made.threshold, made.per, made.own) == (750, 50, True)
    shift = it.rules.get(code="M_ADD_EMERG")
    address = reverse("scoring:rule", args=[it.pk, shift.pk])
    page = client.get(address).content.decode()
    assert 'name="min_minutes"' in page and 'name="own"' not in page
    given = {
        "title": shift.title, "text": shift.text, "selects": shift.selects,
        "measure": "each", "tenths": "1", "cap": "6", "first_free": "0",
        "period": "year", "min_minutes": "300", "channel": "residence",
    }  # fmt: skip
    assert client.post(address, given).status_code == 302
    shift.refresh_from_db()
    assert (shift.min_minutes, shift.at_least, shift.channel) == (300, 0, "residence")
    assert queries_sets.said(shift).endswith("只数居住地的")


@pytest.mark.req("L43")
def test_two_rules_share_a_cap_by_the_page_and_a_unit_pays_for_itself_only(
    w: World,
) -> None:
    it = drafted(w)
    one, two = (it.rules.get(code=c) for c in ("M_ADD_WISH", "M_ADD_MEDIATE"))
    assert one.plain.group in dict(queries_sets.groups(it, two))
    actor = w.actors["county_org"]
    setting.edit_rule(
        actor=actor, rule_id=two.pk, now=NOW, values={"cap_group": one.plain.group}
    )
    assert "合并封顶" in setting.check_set(it)["M_ADD_MEDIATE"], "their caps differ"
    unit = it.rules.get(code="U_DED_COMPLAINT")
    with pytest.raises(Invalid, match="只数单位自己的"):
        setting.edit_rule(actor=actor, rule_id=unit.pk, values={"own": False}, now=NOW)

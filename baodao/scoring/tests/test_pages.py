"""Pages of cards and rules: they work, refuse the wrong role, hide other places."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.core.clock import now, today
from baodao.people.tests.make import World, world
from baodao.records.models import Record
from baodao.scoring.models import Card, RuleSet
from baodao.scoring.services.posting import post
from baodao.scoring.services.recounting import digest
from baodao.scoring.tests.test_posting import served

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def get(w: World, key: str, name: str, *args: Any, **query: Any) -> Any:
    return w.client(key).get(reverse(f"scoring:{name}", args=args), query)


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def card(w: World) -> Card:
    served(w, occurred_on=today(), confirmed_at=now())
    post(Record.objects.all())
    return Card.objects.get(subject="member")


@pytest.mark.req("L43", "L44")
def test_a_member_sees_every_entry_with_its_rule_and_how_to_object(
    w: World, card: Card
) -> None:
    assert get(w, "member", "mine").url == reverse("scoring:card", args=[card.pk])
    page = text(get(w, "member", "card", card.pk))
    for words in ("参加活动 2 小时", "志愿服务时长", "+1", "81", "先说明", "没有名次"):
        assert words in page, words


@pytest.mark.req("L44")
def test_staff_find_a_card_by_name_and_see_it_as_of_a_day(w: World, card: Card) -> None:
    assert card.member
    name = card.member.person.name
    page = text(get(w, "community_secretary", "cards", q=name))
    assert name in page and "看每一笔" in page
    assert "没有找到" in text(get(w, "community_secretary", "cards", q="没这个人"))
    before = (today() - timedelta(days=1)).isoformat()
    page = text(get(w, "community_secretary", "card", card.pk, on=before))
    assert "还没有一笔" in page
    paper = text(get(w, "community_secretary", "card_print", card.pk))
    assert "校验码" in paper and "参加活动 2 小时" in paper


def test_the_paper_as_of_a_day_has_the_code_of_that_day(w: World, card: Card) -> None:
    def code(on: date) -> str:
        query = {"on": on.isoformat()}
        paper = text(get(w, "community_secretary", "card_print", card.pk, **query))
        found = re.search("校验码 (....) (....)", paper)
        assert found
        return "".join(found.groups())

    day = today() - timedelta(days=1)
    before, now_ = code(day), code(today())
    assert now_ == digest(card)[:8].upper() != before
    served(w, occurred_on=today(), confirmed_at=now())
    post(Record.objects.all())
    assert (code(day), code(today())) == (before, digest(card)[:8].upper())


def test_a_card_says_the_best_grade_that_a_rule_leaves_not_the_one_of_the_score(
    w: World,
) -> None:
    """Domain 7.5: quotas that are missed leave 一般 at most; 差 is for people to decide."""
    for kind, which in (
        ("duty_missed", "project_quota"), ("duty_missed", "problem_quota"),
        ("breach", "no_agreement"),
    ):  # fmt: skip
        served(
            w, kind=kind, source_class=which, member_id=None, minutes=0, start_at=None,
            end_at=None, confirmed_at=now(), occurred_on=today(),
        )  # fmt: skip
    post(Record.objects.all())
    card = Card.objects.get(subject="unit")
    assert card.score == 550
    page = text(get(w, "unit_secretary", "card", card.pk))
    assert "等次最高到“一般”" in page and "“差”" not in page


def test_above_the_community_the_sum_is_seen_and_not_the_entries(
    w: World, card: Card
) -> None:
    page = text(get(w, "county_org", "card", card.pk))
    assert "81" in page and "参加活动" not in page and "明细只给本人" in page


def test_other_places_units_and_people_do_not_see_it(w: World, card: Card) -> None:
    for key in ("other_worker", "outsider", "far_secretary"):
        if key in w.actors:
            assert get(w, key, "card", card.pk).status_code == 404, key


@pytest.mark.req("L43")
def test_a_set_is_drafted_changed_and_tried_on_pages(w: World) -> None:
    client = w.client("county_org")
    made: Any = client.post(reverse("scoring:rules_new"), {"year": today().year})
    it = RuleSet.objects.get(state="draft")
    assert made.url == reverse("scoring:rule_set", args=[it.pk])
    rule = it.rules.get(code="M_ADD_WISH")
    address = reverse("scoring:rule", args=[it.pk, rule.pk])
    given = {
        "title": rule.title, "text": rule.text, "selects": rule.selects, "measure": "each",
        "per": 1, "tenths": "2.5", "cap": "7.5", "first_free": 0, "period": "year",
    }  # fmt: skip
    wrong = client.post(address, {**given, "cap": "1"})
    assert wrong.status_code == 422 and "比一次的 2.5 分还少" in text(wrong)
    assert client.post(address, given).status_code == 302
    rule.refresh_from_db()
    assert (rule.tenths, rule.cap) == (25, 75)
    page = text(get(w, "county_org", "what_if", it.pk))
    assert "这一年还没有积分卡" in page
    act = reverse("scoring:rule_set_act", args=[it.pk, "open_comment"])
    assert client.post(act).status_code == 409, "without a reason nobody can judge it"
    assert get(w, "member", "rule_set", it.pk).status_code == 404, (
        "a draft is the desk's"
    )

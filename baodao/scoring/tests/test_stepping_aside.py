"""Who may not decide: what the page says to them, and the way to the next level."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.notifications.services import inbox
from baodao.people.models import RoleTie
from baodao.people.tests.make import World, uid, world
from baodao.scoring.models import Appeal, Deduction
from baodao.scoring.queries_deductions import appeal_events, deductions_seen, events
from baodao.scoring.services import appealing, complaining, deducting, handing_up
from baodao.scoring.services.appealing_parts import instead_of
from baodao.scoring.services.deducting_late import tell_late
from baodao.scoring.tests import due
from baodao.scoring.tests.due import AFTER, DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def found_by_the_township(w: World, at: datetime) -> Deduction:
    """A complaint that the community gave away and the township upheld."""
    c = due.complained(w, now=at, occurred_on=(at - 3 * DAY).date())
    complaining.hand_up(
        actor=w.actors["community_secretary"], complaint_id=c.pk, reason="亲戚", now=at
    )
    c = due.checked(w, c, key="township_party", now=at)
    complaining.uphold(
        actor=w.actors["township_party"], complaint_id=c.pk, facts="没有去", now=at,
        reason="问过了", answer="查过了",
    )  # fmt: skip
    d = complaining.deduction_of(c)
    assert d
    return d


def colleague(w: World) -> None:
    """A second account at the township."""
    RoleTie.objects.create(
        person=w.people["practice_center"], role="township_party",
        place=w.places.street, path=w.places.street.path,
    )  # fmt: skip


def _page(w: World, key: str, name: str, pk: Any) -> str:
    page = w.client(key).get(reverse(f"scoring:{name}", args=[pk]))
    return str(page.content.decode()) if page.status_code == 200 else ""


@pytest.mark.req("L12", "L44")
def test_what_a_township_found_it_gives_to_the_county_to_decide(w: World) -> None:
    town, county = w.actors["township_party"], w.actors["county_org"]
    d = found_by_the_township(w, clock_now() - 20 * DAY)
    assert d.desk == "township"
    assert {"drop", "hand_up"} <= set(events(d, town)) and county.person_id
    with pytest.raises(Forbidden, match="请上一级来定"):
        deducting.decide_post(actor=town, deduction_id=d.pk, reason="属实")
    assert "这里没有别的人可以定" in _page(w, "township_party", "deduction", d.pk)
    with pytest.raises(Invalid):
        handing_up.hand_up(actor=town, deduction_id=d.pk, reason=" ")
    with pytest.raises(Forbidden):
        handing_up.hand_up(
            actor=w.actors["community_secretary"], deduction_id=d.pk, reason="再请"
        )
    assert not deductions_seen(county, Deduction.objects.all()).exists()
    act = reverse("scoring:deduction_act", args=[d.pk, "hand_up"])
    done = w.client("township_party").post(act, {"reason": "是我查实的"})
    assert done.status_code == 302
    link = reverse("scoring:deduction", args=[d.pk])
    assert inbox(county).filter(url=link).exists()
    d = due.fresh(d.pk)
    assert d.desk == "county" and not events(d, town)
    assert set(events(d, county)) == {"decide_post", "drop"}
    for key in ("township_party", "county_org", "community_secretary"):
        text = _page(w, key, "deduction", d.pk)
        assert "请县（区）委组织部来定" in text and "是我查实的" in text
    own = _page(w, "member", "deduction", d.pk)
    assert "请县（区）委组织部来定" in own and "是我查实的" not in own
    assert tell_late(clock_now() + 60 * DAY) == 1
    late = inbox(w.actors["prefecture_org"]).get()
    assert late.url == "" and "没有去" not in late.text
    deducting.decide_post(actor=county, deduction_id=d.pk, reason="属实")
    assert due.fresh(d.pk).state == "posted"


@pytest.mark.req("L44")
def test_what_nobody_at_the_township_may_hear_the_county_hears(w: World) -> None:
    town, county = w.actors["township_party"], w.actors["county_org"]
    d = found_by_the_township(w, clock_now() - 20 * DAY)
    handing_up.hand_up(actor=town, deduction_id=d.pk, reason="是我查实的")
    deducting.decide_post(actor=county, deduction_id=d.pk, reason="属实")
    a = due.appealed(w, due.fresh(d.pk), now=clock_now())
    assert appeal_events(a, town) == ["pass_up"]
    assert "没有别的人可以复核" in _page(w, "township_party", "appeal", a.pk)
    act = reverse("scoring:appeal_act", args=[a.pk, "pass_up"])
    assert w.client("township_party").post(act).status_code == 302
    a = Appeal.objects.get(pk=a.pk)
    assert a.state == "second_review" and a.first_state == ""
    given: Any = {"appeal_id": a.pk, "event": "final_uphold", "answer": "不在家属实"}
    with pytest.raises(Forbidden, match="回避"):
        appealing.decide_finally(actor=county, **given)
    other = replace(county, person_id=uid("another"))
    appealing.decide_finally(actor=other, **given)
    appealing.execute(actor=w.actors["community_secretary"], appeal_id=a.pk)
    assert due.fresh(d.pk).state == "reversed"
    paper = w.client("member").get(
        reverse("scoring:appeal_print", args=[a.pk, "answer"])
    )
    text = paper.content.decode()
    assert "不在家属实" in text and "一　　审" not in text
    assert "噶尔县委组织部" in text


@pytest.mark.req("L12", "L44")
def test_a_colleague_who_took_no_part_goes_before_the_next_level(w: World) -> None:
    town = w.actors["township_party"]
    d = found_by_the_township(w, clock_now() - 20 * DAY)
    colleague(w)
    name = w.people["practice_center"].name
    assert handing_up.instead(town, d) == [name]
    assert f"请{name}来定" in _page(w, "township_party", "deduction", d.pk)
    other = replace(town, person_id=w.people["practice_center"].pk)
    assert handing_up.instead(other, d) is None
    deducting.decide_post(actor=other, deduction_id=d.pk, reason="属实")
    a = due.appealed(w, due.fresh(d.pk), now=clock_now())
    # Both took part now: one found it, one decided it.
    assert instead_of(a, other) == [] == instead_of(a, town)
    Appeal.objects.filter(pk=a.pk).update(decided_by=None)
    a.refresh_from_db()
    assert appeal_events(a, town) == []
    with pytest.raises(Conflict, match=f"请{name}来复核"):
        appealing.pass_up(actor=town, appeal_id=a.pk)
    with pytest.raises(Conflict, match="由您来复核"):
        appealing.pass_up(actor=other, appeal_id=a.pk)


@pytest.mark.req("L12")
def test_what_the_township_decided_the_township_takes_back(w: World) -> None:
    secretary, town = w.actors["community_secretary"], w.actors["township_party"]
    d = due.proposed(w)
    handing_up.hand_up(actor=secretary, deduction_id=d.pk, reason="亲属", now=NOW)
    deducting.decide_post(actor=town, deduction_id=d.pk, reason="核对过", now=AFTER)
    d = due.fresh(d.pk)
    assert "reverse" not in events(d, secretary) and "reverse" in events(d, town)
    given: Any = {"deduction_id": d.pk, "reason": "认错了人", "now": AFTER + DAY}
    with pytest.raises(Forbidden, match="由乡镇（街道）党委来定"):
        deducting.reverse_one(actor=secretary, **given)
    deducting.reverse_one(actor=town, **given)
    assert due.fresh(d.pk).state == "reversed"
    with pytest.raises(NotFound):
        deducting.reverse_one(actor=town, **{**given, "deduction_id": uid("none")})


@pytest.mark.req("L12")
def test_the_township_takes_nothing_back_that_a_secretary_decided(w: World) -> None:
    d = due.posted(w)
    assert "reverse" not in events(d, w.actors["township_party"])
    with pytest.raises(Forbidden, match="由社区党组织书记来定"):
        deducting.reverse_one(
            actor=w.actors["township_party"],
            deduction_id=d.pk,
            reason="错了",
            now=AFTER,
        )


@pytest.mark.req("L12")
def test_who_proposes_does_not_decide_and_nobody_decides_about_themselves(
    w: World,
) -> None:
    secretary = w.actors["community_secretary"]
    d = due.proposed(w, "community_secretary")
    assert d.desk == "township"
    with pytest.raises(Forbidden):
        due.posted(w, d)
    deducting.decide_post(
        actor=w.actors["township_party"], deduction_id=d.pk, reason="核对过", now=AFTER
    )
    own = due.proposed(w, code="M_DED_NOSHOW")
    concerned = replace(secretary, person_id=w.members.member.person_id)
    with pytest.raises(Forbidden):
        deducting.drop(actor=concerned, deduction_id=own.pk, reason="算了", now=AFTER)
    with pytest.raises(Forbidden):
        deducting.decide_post(
            actor=w.actors["community_worker"],
            deduction_id=own.pk,
            reason="x",
            now=AFTER,
        )
    handing_up.hand_up(actor=secretary, deduction_id=own.pk, reason="亲属", now=AFTER)
    with pytest.raises(Forbidden):
        deducting.drop(actor=secretary, deduction_id=own.pk, reason="算了", now=AFTER)


def test_hearers_took_no_part_and_late_appeals_need_a_cause(w: World) -> None:
    d = due.posted(w)
    late = AFTER + 60 * DAY
    with pytest.raises(Invalid) as error:
        due.appealed(w, d, now=late)
    assert "cause" in error.value.fields
    a = due.appealed(w, d, now=late, cause="住院")
    assert a.late
    took_part = replace(w.actors["township_party"], person_id=d.decided_by)
    with pytest.raises(Forbidden, match="回避"):
        appealing.admit(actor=took_part, appeal_id=a.pk, now=late)
    with pytest.raises(Conflict):
        due.appealed(w, d, now=late, cause="再来一次")

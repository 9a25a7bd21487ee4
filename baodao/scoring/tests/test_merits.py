"""Merits: one registers, another confirms, the record goes with it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.activities.models import Holding
from baodao.activities.tests import make as make_posts
from baodao.acts.bulk import copy_rows
from baodao.core.clock import now, today
from baodao.core.errors import Conflict, Forbidden, Invalid
from baodao.people.models import RoleTie
from baodao.people.tests.make import World, world
from baodao.records.models import Record
from baodao.scoring import rules_merits as rules
from baodao.scoring.models import Entry, Merit
from baodao.scoring.services import meriting
from baodao.scoring.services.posting import post
from baodao.scoring.tests import due

db = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def test_what_is_wrong_with_a_merit_is_said() -> None:
    day = date(2026, 11, 16)

    def wrong(**given: Any) -> set[str]:
        whole = {
            "kind": "commendation", "subject": "member", "level": 2, "deed": "抢修",
            "document": "8号", "on": day, "today": day, **given,
        }  # fmt: skip
        return set(rules.wrong_merit(**whole))

    assert wrong() == set()
    assert wrong(level=None, document="") == {"level", "document"}
    assert wrong(kind="mediation") == {"on"}
    assert wrong(kind="mediation", on=day - timedelta(days=30)) == set()
    assert wrong(kind="post_held", subject="unit") == {"kind"}
    assert wrong(kind="role", deed="", on=day + timedelta(days=1)) == {
        "kind",
        "deed",
        "on",
    }


def test_the_months_of_a_role_are_those_of_its_half_year() -> None:
    key, first, after = rules.halves(date(2026, 11, 16))
    assert (key, first, after) == ("2026H1", date(2026, 1, 1), date(2026, 7, 1))
    assert rules.halves(date(2027, 2, 1))[0] == "2026H2"
    assert rules.months_in(first, after, date(2025, 1, 1), None) == 6
    assert rules.months_in(first, after, date(2026, 3, 15), None) == 3
    assert rules.months_in(first, after, date(2026, 1, 1), date(2026, 1, 20)) == 0


@db
@pytest.mark.req("L43")
def test_one_registers_another_confirms_and_of_a_deed_the_highest_counts(
    w: World,
) -> None:
    secretary = w.actors["community_secretary"]
    own = due.merit(w, "community_secretary", deed="别的事")
    with pytest.raises(Forbidden):
        meriting.confirm(actor=secretary, merit_id=own.pk, now=due.NOW)
    low = due.merit(w)
    meriting.confirm(actor=secretary, merit_id=low.pk, now=due.NOW)
    high = due.merit(w, level=3)
    meriting.confirm(actor=secretary, merit_id=high.pk, now=due.NOW)
    low.refresh_from_db()
    assert low.state == "superseded"
    hands = Record.objects.filter(kind="merit").values_list("confirmed_by", flat=True)
    assert set(hands) == {secretary.person_id}
    again = due.merit(w, level=1)
    with pytest.raises(Conflict, match="只记最高的"):
        meriting.confirm(actor=secretary, merit_id=again.pk, now=due.NOW)
    post(Record.objects.all())
    entries = Entry.objects.filter(code="M_ADD_COMMEND", card__subject="member")
    assert sum(e.quantity for e in entries) == 3


@db
def test_a_post_has_to_have_been_held_and_reviewed(w: World) -> None:
    with pytest.raises(Invalid) as error:
        due.merit(w, kind="post_held", level=None)
    assert "kind" in error.value.fields


@db
@pytest.mark.req("L43")
@pytest.mark.parametrize(
    ("begun", "ended", "reviewed", "counts"),
    [
        (400, 393, 300, False),  # put down after a week
        (400, 200, 190, True),
        (200, -165, 10, True),  # held still
        (200, -165, None, False),
        (200, -165, -3, False),  # reviewed after that day
        (100, -265, 10, False),
    ],
)
def test_only_a_post_held_for_half_a_year_counts(
    w: World, begun: int, ended: int, reviewed: int | None, counts: bool
) -> None:
    def ago(days: int) -> date:
        return due.ON - timedelta(days=days)

    held = make_posts.held(w, make_posts.post(w))
    Holding.objects.filter(pk=held.pk).update(
        valid_from=ago(begun), valid_to=ago(ended),
        reviewed_on=None if reviewed is None else ago(reviewed),
    )  # fmt: skip
    if counts:
        assert due.merit(w, kind="post_held", level=None).state == "registered"
    else:
        with pytest.raises(Invalid):
            due.merit(w, kind="post_held", level=None)


@db
@pytest.mark.req("L43")
def test_roles_in_estates_are_listed_once_and_confirmed_in_one_go(w: World) -> None:
    copy_rows(RoleTie, [
        RoleTie(
            person=w.members.neighbour.person, role="center_household",
            place=w.places.building, path=w.places.building.path,
            valid_from=date(2026, 2, 1), valid_to=date(2030, 1, 1),
        )
    ])  # fmt: skip
    given: Any = {"place_id": w.places.community.pk, "now": due.NOW}
    worker = w.actors["community_worker"]
    assert meriting.propose_roles(actor=worker, **given) == 1
    assert meriting.propose_roles(actor=worker, **given) == 0
    done, left = meriting.confirm_all(
        actor=w.actors["community_secretary"],
        ids=Merit.objects.values_list("pk", flat=True), now=due.NOW,
    )  # fmt: skip
    assert (done, left) == (1, [])
    assert Record.objects.get(kind="role").quantity == 5


@db
@pytest.mark.req("L43")
def test_merits_on_pages(w: World) -> None:
    def url(name: str, *args: Any) -> str:
        return reverse(f"scoring:{name}", args=args)

    worker, secretary = w.client("community_worker"), w.client("community_secretary")
    member = w.members.member.pk
    assert "张伟" in worker.get(url("merit_new")).content.decode()
    form = url("merit_form", "member", member)
    assert worker.post(form, {"kind": "commendation"}).status_code == 422
    sent = {
        "kind": "commendation", "deed": "抢修", "on": today().isoformat(), "level": "1",
        "document": "1号",
    }  # fmt: skip
    assert worker.post(form, sent).headers["Location"] == url("merits")
    merit = Merit.objects.get()
    page = secretary.get(url("merits")).content.decode()
    assert "有 1 项成绩待确认" in page
    assert worker.post(url("merit_confirm"), {"ids": [merit.pk]}).status_code == 403
    assert secretary.post(url("merit_confirm"), {"ids": [merit.pk]}).status_code == 302
    merit.refresh_from_db()
    assert merit.state == "confirmed"
    other = due.merit(w, now=now(), on=today(), deed="另一件")
    assert (
        secretary.post(url("merit_refuse", other.pk), {"reason": ""}).status_code == 422
    )
    secretary.post(url("merit_refuse", other.pk), {"reason": "没有文件"})
    assert (
        "没有文件"
        in w.client("member").get(url("merits") + "?tab=over").content.decode()
    )
    assert w.client("outsider").get(url("merit_refuse", other.pk)).status_code == 403
    assert w.client("colleague").get(url("merits")).content.decode().count("抢修") == 0
    assert worker.get(url("merit_roles")).status_code == 405
    assert worker.post(url("merit_roles")).status_code == 302


@db
@pytest.mark.req("L43")
def test_edge_case_23_what_has_to_wait_by_the_rules_is_not_entered_late(
    w: World,
) -> None:
    settled = due.ON - timedelta(days=40)
    row = due.merit(w, kind="mediation", level=None, on=settled)
    secretary = w.actors["community_secretary"]
    meriting.confirm(actor=secretary, merit_id=row.pk, now=due.NOW)
    post(Record.objects.all())
    assert not Entry.objects.get(code="M_ADD_MEDIATE").late

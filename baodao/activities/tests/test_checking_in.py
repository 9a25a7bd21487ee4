"""The attendance code: off by default, only while it takes place, only a mark."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.activities import checking_in, rules
from baodao.activities.models import Activity
from baodao.activities.tests.make import HOUR, published, signed
from baodao.core.clock import now
from baodao.core.errors import Conflict, Forbidden, Invalid
from baodao.people.tests.make import World, world
from baodao.records.models import Record


def test_a_code_runs_from_the_beginning_to_the_end() -> None:
    start = now()
    end = start + HOUR
    assert rules.code_runs(start, end, start) and rules.code_runs(start, end, end)
    assert not rules.code_runs(start, end, start - timedelta(seconds=1))
    assert not rules.code_runs(start, end, end + timedelta(seconds=1))


@pytest.fixture
def w() -> World:
    return world()


def _running(w: World, *keys: str) -> Activity:
    """An activity that began half an hour ago, these signed up the day before."""
    start = now() - HOUR / 2
    it = published(w, start, now=start - timedelta(days=2))
    signed(w, it, *keys)
    return it


def _open(w: World, it: Activity) -> str:
    checking_in.show_code(actor=w.actors["community_worker"], activity_id=it.pk)
    it.refresh_from_db()
    assert len(it.check_code) == 4 and it.check_code.isdigit()
    return it.check_code


def _wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10_000:04d}"


@pytest.mark.django_db
@pytest.mark.req("A16")
def test_typing_it_marks_the_name_and_nothing_more(w: World) -> None:
    it, me = _running(w, "member"), w.actors["member"]
    with pytest.raises(Conflict):  # off unless somebody turns it on
        checking_in.check_in(actor=me, activity_id=it.pk, code="0000")
    code = _open(w, it)
    with pytest.raises(Invalid):
        checking_in.check_in(actor=me, activity_id=it.pk, code=_wrong(code))
    checking_in.check_in(actor=me, activity_id=it.pk, code=code)
    part = it.parts.get()
    first = part.checked_at
    assert (part.state, first is not None) == ("signed_up", True)
    checking_in.check_in(actor=me, activity_id=it.pk, code=code)
    part.refresh_from_db()
    assert part.checked_at == first
    assert not Record.objects.exists()
    with pytest.raises(Forbidden):
        checking_in.show_code(actor=me, activity_id=it.pk)


@pytest.mark.django_db
def test_who_had_not_signed_up_stands_on_the_list_too(w: World) -> None:
    it = _running(w)
    code = _open(w, it)
    checking_in.check_in(actor=w.actors["member"], activity_id=it.pk, code=code)
    assert it.parts.get().unit_id == w.units.unit.id


@pytest.mark.django_db
def test_it_is_over_with_the_activity_and_when_it_is_turned_off(w: World) -> None:
    it, me = _running(w, "member"), w.actors["member"]
    code = _open(w, it)
    for at in (it.end_at + HOUR, it.start_at - HOUR):
        with pytest.raises(Conflict):
            checking_in.check_in(actor=me, activity_id=it.pk, code=code, now=at)
    checking_in.hide_code(actor=w.actors["community_worker"], activity_id=it.pk)
    with pytest.raises(Conflict):
        checking_in.check_in(actor=me, activity_id=it.pk, code=code)


def _list(w: World, it: Activity) -> str:
    url = reverse("activities:attendance", args=[it.pk])
    return str(w.client("community_worker").get(url).content.decode())


@pytest.mark.django_db
@pytest.mark.req("A16")
def test_the_list_is_one_tap_a_person_and_the_code_only_marks_it(w: World) -> None:
    it = _running(w, "member", "colleague")
    assert _list(w, it).count('value="attended" checked') == 2
    code = _open(w, it)
    act = reverse("activities:act", args=[it.pk, "check_in"])
    phone = w.client("member")
    page = phone.get(reverse("activities:detail", args=[it.pk])).content.decode()
    assert "我到了" in page and code not in page
    assert phone.post(act, {"code": _wrong(code)}).status_code == 422
    assert phone.post(act, {"code": code}).status_code == 302
    marked = _list(w, it)
    # Who has typed it is marked; the host is asked about the others.
    assert marked.count('value="attended" checked') == 1 and "输了码" in marked
    worker = w.client("community_worker")
    Activity.objects.filter(pk=it.pk).update(
        start_at=it.start_at - 3 * HOUR, end_at=now() - HOUR / 4
    )
    sent: dict[str, Any] = {f"p-{p.pk}-state": "" for p in it.parts.all()}
    url = reverse("activities:attendance", args=[it.pk])
    answer = worker.post(url, sent)
    assert (
        answer.status_code == 422 and "请点到场、请假或没来" in answer.content.decode()
    )


@pytest.mark.django_db
def test_guessing_has_to_wait(w: World) -> None:
    it = _running(w, "member")
    code = _open(w, it)
    act = reverse("activities:act", args=[it.pk, "check_in"])
    phone = w.client("member")
    answers = [phone.post(act, {"code": _wrong(code)}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert phone.post(act, {"code": code}).status_code == 429

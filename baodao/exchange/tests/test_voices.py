"""Residents say whether they saw what an agreement promised, the community decides."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from baodao.acts.actor import link_holder
from baodao.acts.models import Event
from baodao.core.clock import now, today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.duties.models import Duty
from baodao.exchange import jobs
from baodao.exchange.agreements import deeds, voices
from baodao.exchange.models import Deed, Voice
from baodao.exchange.tests.make import agreement_in, text
from baodao.notifications.models import Message
from baodao.people import retention
from baodao.people.tests.make import World, world

pytestmark = [pytest.mark.django_db, pytest.mark.req("L18")]


@pytest.fixture
def w() -> World:
    return world()


def _owed(w: World) -> Duty:
    """This month's show of an agreement in force now."""
    term = text(
        w, valid_from=today() - timedelta(days=60),
        valid_to=today() + timedelta(days=300),
    )  # fmt: skip
    it = agreement_in("effective", w, text=term, now=now())
    found = Duty.objects.filter(source_id=it.items.get().id, opens_on__lte=today())
    return found.order_by("-opens_on")[0]


def _deed(w: World, duty: Duty | None = None) -> Deed:
    return deeds.report(
        actor=w.actors["unit_secretary"], duty_id=(duty or _owed(w)).id,
        done_on=today(), said="在广场演了一场",
    )  # fmt: skip


def _say(w: World, duty_id: Any, said: str, holder: str, words: str = "") -> Voice:
    resident = link_holder(w.places.estate.id)
    return voices.say(
        actor=resident,
        place=w.places.estate,
        duty_id=duty_id,
        said=said,
        holder=holder,
        words=words,
    )


def test_residents_say_it_once_each_and_nobody_is_named(w: World) -> None:
    deed = _deed(w)
    _say(w, deed.duty_id, "seen", "phone-a", "很热闹")
    _say(w, deed.duty_id, "not_seen", "phone-b")
    with pytest.raises(Conflict, match="已经说过"):
        _say(w, deed.duty_id, "not_seen", "phone-a")
    with pytest.raises(Invalid):
        _say(w, deed.duty_id, "maybe", "phone-c")
    with pytest.raises(Invalid):
        _say(w, deed.duty_id, "seen", "phone-c", "打我电话 13812345678")
    voices.note(actor=w.actors["community_worker"], deed_id=deed.id, said="seen")
    assert voices.tally(deed) == (2, 1, 1)
    assert {v.path for v in Voice.objects.all()} == {w.places.community.path}
    told = Event.objects.filter(action="voices.say").values_list(
        "actor_account", "actor_name"
    )
    assert set(told) == {(None, "居民")}
    assert not Voice.objects.filter(holder__contains="phone").exists()


def test_the_first_who_did_not_see_it_makes_the_community_look_again(w: World) -> None:
    deed = _deed(w)
    _say(w, deed.duty_id, "not_seen", "a")
    _say(w, deed.duty_id, "not_seen", "b")
    for event in Event.objects.filter(action="voices.say"):
        jobs.tell(str(event.id))
    assert [m.addressee for m in Message.objects.filter(title__contains="没看到")] == [
        f"community_worker@{w.places.community.path}"
    ]
    worker = w.actors["community_worker"]
    with pytest.raises(Invalid, match="有 2 位居民说没看到"):
        deeds.confirm(actor=worker, deed_id=deed.id, how="residents")
    deeds.confirm(
        actor=worker, deed_id=deed.id, how="paper", note="看了签到表，演在后院"
    )
    with pytest.raises(Conflict):
        _say(w, deed.duty_id, "seen", "c")
    with pytest.raises(Conflict):
        voices.note(actor=worker, deed_id=deed.id, said="seen")


def test_before_the_unit_reports_one_may_say_only_that_one_saw_it(w: World) -> None:
    duty = _owed(w)
    with pytest.raises(Conflict, match="还没有说做了"):
        _say(w, duty.id, "not_seen", "a")
    _say(w, duty.id, "seen", "a")
    deed = _deed(w, duty)
    assert voices.tally(deed).seen == 1
    # What was refused keeps its words; the next try begins without.
    deeds.refuse(actor=w.actors["community_worker"], deed_id=deed.id, note="没有演完")
    again = _deed(w, duty)
    assert (again.nth, voices.tally(again).n, voices.tally(deed).n) == (2, 0, 1)
    _say(w, duty.id, "seen", "a")


def test_a_notice_opens_its_own_place_only(w: World) -> None:
    deed = _deed(w)
    elsewhere = w.places.other_community
    for place, error in ((elsewhere, Conflict), (w.places.estate, NotFound)):
        with pytest.raises(error):
            voices.say(
                actor=link_holder(elsewhere.id), place=place, duty_id=deed.duty_id,
                said="seen", holder="a",
            )  # fmt: skip
    with pytest.raises(Forbidden):
        voices.note(actor=w.actors["unit_secretary"], deed_id=deed.id, said="seen")
    with pytest.raises(NotFound):
        voices.note(
            actor=w.actors["other_community_worker"], deed_id=deed.id, said="seen"
        )
    token = voices.token_of(w.places.estate)
    assert voices.place_of(token) == w.places.estate
    with pytest.raises(NotFound):
        voices.place_of(token.replace(w.places.estate.code, w.places.community.code))


def test_from_the_notice_to_the_confirmation_in_the_browser(w: World) -> None:
    deed = _deed(w)
    worker, unit = w.client("community_worker"), w.client("unit_liaison")
    paper = unit.get(reverse("exchange:notices", args=[deed.agreement_id]))
    url = reverse("exchange:seen", args=[voices.token_of(w.places.estate)])
    assert url in paper.content.decode()
    phone = Client()
    assert "没看到" in phone.get(url).content.decode()
    said = {"duty": str(deed.duty_id), "said": "not_seen", "words": "那天没人来"}
    assert phone.post(url, said).status_code == 302
    assert "您说过了：没看到" in phone.get(url).content.decode()
    assert phone.post(url, said).status_code == 409
    assert phone.post(url, {"duty": str(deed.duty_id)}).status_code == 422
    assert worker.post(url, said).status_code == 403
    assert "这里只能看" in worker.get(url).content.decode()
    here = reverse("exchange:deed", args=[deed.id])
    seen_by_unit = unit.get(here).content.decode()
    assert "位没看到" in seen_by_unit and "那天没人来" not in seen_by_unit
    page = worker.get(here).content.decode()
    assert "那天没人来" in page and "又核实过" in page
    act = reverse("exchange:deed_act", args=[deed.id, "hear"])
    assert worker.post(act, {"hear-said": "seen"}).status_code == 302
    assert unit.post(act, {"hear-said": "seen"}).status_code == 403
    confirm = reverse("exchange:deed_act", args=[deed.id, "confirm"])
    assert worker.post(confirm, {"confirm-how": "seen"}).status_code == 422
    sent = {"confirm-how": "seen", "confirm-note": "专干到场看了"}
    assert worker.post(confirm, sent).status_code == 302
    listed = worker.get(reverse("exchange:deed_list"), {"tab": "done"})
    assert "2 位居民说了：看到了 1，没看到 1" in listed.content.decode()


def test_one_address_cannot_speak_without_end(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    deed = _deed(w)
    url = reverse("exchange:seen", args=[voices.token_of(w.places.estate)])
    monkeypatch.setattr("baodao.exchange.views.voices.WORDS", 1)
    said = {"duty": str(deed.duty_id), "said": "seen"}
    assert Client().post(url, said).status_code == 302
    assert Client().post(url, said).status_code == 429
    assert Client().get(url[:-2] + "x/").status_code == 404


def test_what_they_wrote_is_forgotten_after_its_time_and_still_counts(w: World) -> None:
    deed = _deed(w)
    _say(w, deed.duty_id, "seen", "a", "很热闹")
    kept = retention.REGISTRY["voices"]
    assert not kept.due(today()).exists()
    later = kept.due(today() + timedelta(days=800))
    kept.forget(list(later.values_list("pk", flat=True)))
    assert Voice.objects.get().words == "" and voices.tally(deed).seen == 1

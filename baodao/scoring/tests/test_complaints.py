"""Complaints: received, checked by others, heard, decided; only what is upheld leads to
a proposed deduction, and never says who complained."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from baodao.acts.bulk import copy_rows
from baodao.acts.models import Event, Note
from baodao.core.clock import now, today
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.notifications.models import Message
from baodao.notifications.services import inbox
from baodao.people.models import RoleTie
from baodao.people.retention import REGISTRY
from baodao.people.tests.make import World, world
from baodao.places.models import Pause
from baodao.records.models import Record
from baodao.scoring import rules_complaints as rules
from baodao.scoring.models import Complaint, Deduction
from baodao.scoring.queries_complaints import complaints_seen, events, story
from baodao.scoring.services import complaining, complaining_late, deducting
from baodao.scoring.tests import due
from baodao.scoring.tests.due import DAY, NOW

pytestmark = pytest.mark.django_db
HEARD: dict[str, Any] = {
    "reason": "看了单子，问了对方",
    "answer": "查过了，谢谢您告诉我们。",
}


@pytest.fixture
def w() -> World:
    return world()


def upheld(w: World, c: Complaint | None = None, **given: Any) -> Complaint:
    c = c or due.checked(w)
    key = given.pop("key", "community_worker")
    complaining.uphold(
        actor=w.actors[key], complaint_id=c.pk,
        **{"facts": "答应周三修水管，没有去", "now": NOW + 2 * DAY, **HEARD, **given},
    )  # fmt: skip
    return complaining.complaint_of(c.pk)


@pytest.mark.req("L44", "L45")
def test_what_is_upheld_is_proposed_and_counts_nothing_yet(w: World) -> None:
    c = upheld(w)
    d = complaining.deduction_of(c)
    assert d and (d.state, d.code, d.source_class) == (
        "proposed", "M_DED_COMPLAINT", "complaint"
    )  # fmt: skip
    assert d.proposed_by == w.actors["community_worker"].person_id
    assert d.desk == "community" and d.occurred_on == c.occurred_on
    assert not Record.objects.filter(kind="breach").exists()
    told = Message.objects.get(person=w.people["member"])
    assert "还没有扣分" in told.text
    posted = due.posted(w, d, now=d.answer_until + DAY)
    record = Record.objects.get(kind="breach")
    assert record.pk == posted.record_id and record.source_class == "complaint"


@pytest.mark.req("L45")
@pytest.mark.parametrize("event", ["reject", "unclear"])
def test_only_what_is_upheld_counts(w: World, event: str) -> None:
    c = due.checked(w)
    getattr(complaining, event)(
        actor=w.actors["community_worker"], complaint_id=c.pk, now=NOW + DAY, **HEARD
    )
    assert not Deduction.objects.exists()
    told = Message.objects.get(person=w.people["member"])
    assert "不扣分" in told.text and "仁青措" not in told.text
    with pytest.raises(Conflict):
        upheld(w, c)


@pytest.mark.req("L44", "L45")
def test_edge_case_16_whom_it_is_about_never_sees_who_complained(w: World) -> None:
    c = due.checked(w)
    with pytest.raises(Invalid) as refused:
        upheld(w, c, facts="答应仁青措家修水管，没有去")
    assert "反映人" in refused.value.fields["facts"]
    d = complaining.deduction_of(upheld(w, c))
    assert d
    for name, pk in (("deduction", d.pk), ("deduction_print", d.pk)):
        page = w.client("member").get(reverse(f"scoring:{name}", args=[pk]))
        text = page.content.decode()
        assert "没有去" in text
        for hidden in ("仁青措", "13800005678", c.no, str(c.pk), c.words):
            assert hidden not in text
    for key in ("member", "unit_secretary"):
        page = w.client(key).get(reverse("scoring:complaint", args=[c.pk]))
        assert page.status_code == 404
    assert "仁青措" not in str(Event.objects.filter(object_id=c.pk).values())
    with connection.cursor() as cursor:
        cursor.execute("SELECT author::text, phone::text FROM scoring_complaint")
        sealed = cursor.fetchone()
    assert not {"仁青措", "13800005678"} & set(sealed)
    assert "仁青措".encode().hex() not in sealed[0]


@pytest.mark.req("L44", "L45")
def test_edge_case_16_who_complained_is_named_only_while_they_agree(w: World) -> None:
    with pytest.raises(Invalid) as refused:
        due.complained(w, agreed=True, author="  ")
    assert "agreed" in refused.value.fields
    c = due.complained(w, "community_worker", agreed=True)
    assert (c.agreed_at, c.agreed_noted) == (c.received_at, c.filer) and c.names_author
    c = due.checked(w, c, key="community_secretary")
    secretary = w.actors["community_secretary"]
    assert "仁青措" not in str([m.text for m in Message.objects.all()])
    d = complaining.deduction_of(upheld(w, c, key="community_secretary"))
    assert d and events(complaining.complaint_of(c.pk), secretary) == [
        "reveal", "withdraw"
    ]  # fmt: skip

    def said(key: str, name: str = "deduction") -> bool:
        page = w.client(key).get(reverse(f"scoring:{name}", args=[d.pk]))
        assert page.status_code == 200 and "13800005678" not in page.content.decode()
        return "仁青措" in page.content.decode()

    # Whom it is about, and nobody else by this way; paper stays without it.
    assert said("member") and not said("member", "deduction_print")
    assert not said("community_secretary") and not said("township_party")
    with pytest.raises(NotFound):
        complaining.withdraw(
            actor=w.actors["other_community_worker"], complaint_id=c.pk
        )
    act = reverse("scoring:complaint_act", args=[c.pk, "withdraw"])
    assert w.client("community_secretary").post(act).status_code == 302
    c = complaining.complaint_of(c.pk)
    assert c.withdrawn_at and c.withdrawn_noted == secretary.name
    assert not said("member") and "withdraw" not in events(c, secretary)
    with pytest.raises(Conflict, match="已经撤回"):
        complaining.withdraw(actor=secretary, complaint_id=c.pk)
    # Or by the resident, with the link alone.
    own = reverse(
        "scoring:complaint_follow", args=[due.complained(w, agreed=True).token]
    )
    assert "撤回同意" in w.client().get(own).content.decode()
    for _ in range(2):
        assert w.client().post(own).status_code == 302
    assert "撤回同意" not in w.client().get(own).content.decode()


@pytest.mark.req("L45")
def test_nobody_checks_what_they_wrote_down_or_what_is_about_them(w: World) -> None:
    c = due.complained(w, "community_worker")
    assert events(c, w.actors["community_worker"]) == ["hand_up", "reveal"]
    with pytest.raises(Forbidden, match="要由别人来查"):
        due.checked(w, c)
    c = due.checked(w, c, key="community_secretary")
    d = complaining.deduction_of(upheld(w, c, key="community_secretary"))
    assert d and d.desk == "township"  # who found it does not decide


@pytest.mark.req("L45")
def test_about_the_community_the_township_checks(w: World) -> None:
    c = due.complained(w, "community_worker", about="staff")
    assert c.desk == "township" and not events(c, w.actors["community_secretary"])
    assert not complaints_seen(w.actors["community_secretary"]).exists()
    with pytest.raises(Forbidden, match="乡镇"):
        complaining.check(actor=w.actors["community_secretary"], complaint_id=c.pk)
    town = w.actors["township_party"]
    complaining.check(actor=town, complaint_id=c.pk)
    complaining.uphold(actor=town, complaint_id=c.pk, **HEARD)
    assert not Deduction.objects.exists()
    told = Message.objects.filter(url=reverse("scoring:complaint", args=[c.pk]))
    assert {m.role for m in told} == {"township_party"}


@pytest.mark.req("L45")
def test_a_member_who_works_here_is_checked_by_the_township(w: World) -> None:
    c = due.complained(w)
    whose = w.members.member
    ties = RoleTie.objects.filter(role="community_worker", path=c.path)
    ties.filter(person=w.people["community_worker"]).update(person=whose.person_id)
    complaining.name(
        actor=w.actors["community_worker"], complaint_id=c.pk, subject="member",
        whose=whose.pk, now=NOW,
    )  # fmt: skip
    c = complaining.complaint_of(c.pk)
    assert (c.desk, c.state) == ("township", "checking")
    c = due.checked(w, c, key="township_party", whose=w.members.neighbour.pk)
    d = complaining.deduction_of(upheld(w, c, key="township_party"))
    assert d and d.proposed_by == w.actors["township_party"].person_id
    # Who stepped aside decides nothing that follows, and reads nothing of it.
    assert d.desk == "township"
    assert not complaints_seen(w.actors["community_secretary"]).exists()


@pytest.mark.req("L45")
def test_what_the_secretary_brought_up_the_secretary_does_not_decide(w: World) -> None:
    c = due.checked(w, due.complained(w, "community_secretary"))
    d = complaining.deduction_of(upheld(w, c))
    assert d and d.desk == "township"


@pytest.mark.req("L45")
def test_naming_somebody_else_keeps_what_the_first_one_said_and_tells_them(
    w: World,
) -> None:
    c = due.checked(w)
    worker = w.actors["community_worker"]
    with pytest.raises(Invalid, match="已经是这一位"):
        due.checked(w, c)
    complaining.name(
        actor=worker, complaint_id=c.pk, subject="member", whose=w.members.neighbour.pk
    )
    c = complaining.complaint_of(c.pk)
    assert c.heard == "" and c.member_id == w.members.neighbour.pk
    assert "那天临时值班" in {e.text for e in story(c)}
    told = Message.objects.get(person=w.people["member"])
    assert "和您无关" in told.text and "仁青措" not in told.text
    complaining.hear(actor=worker, complaint_id=c.pk, text="去开会了")
    with pytest.raises(Conflict, match="已经记下"):
        complaining.hear(actor=worker, complaint_id=c.pk, text="去开会了")


@pytest.mark.req("L45")
def test_misuse_goes_to_who_protects_data_and_not_to_who_is_meant(w: World) -> None:
    c = due.complained(w, about="misuse")
    for key in ("community_secretary", "township_party"):
        assert not complaints_seen(w.actors[key]).exists()
    link = reverse("scoring:complaint", args=[c.pk])
    for key in ("privacy_officer", "audit_admin"):
        assert complaints_seen(w.actors[key]).get().pk == c.pk
        assert inbox(w.actors[key]).filter(url=link).exists()  # wherever above they sit
    officer = w.actors["privacy_officer"]
    complaining.step_aside(actor=officer, complaint_id=c.pk)
    assert not complaints_seen(officer).exists()
    with pytest.raises(NotFound):
        complaining.check(actor=officer, complaint_id=c.pk)
    officer = w.actors["audit_admin"]
    complaining.check(actor=officer, complaint_id=c.pk)
    complaining.uphold(actor=officer, complaint_id=c.pk, **HEARD)


@pytest.mark.req("L45")
def test_it_is_upheld_only_with_a_name_and_the_other_side_heard(w: World) -> None:
    worker = w.actors["community_worker"]
    c = due.complained(w)
    complaining.check(actor=worker, complaint_id=c.pk)
    with pytest.raises(Conflict, match="写明是谁"):
        upheld(w, c)
    unit = w.units.unit.pk
    complaining.name(actor=worker, complaint_id=c.pk, subject="unit", whose=unit)
    with pytest.raises(Conflict, match="问过对方"):
        upheld(w, c)
    complaining.hear(actor=worker, complaint_id=c.pk, text="车坏在路上")
    d = complaining.deduction_of(upheld(w, c))
    assert d and d.code == "U_DED_COMPLAINT" and d.unit_id == unit


@pytest.mark.req("L45")
def test_a_look_at_who_complained_is_on_record_first(w: World) -> None:
    c = due.complained(w)
    worker = w.actors["community_worker"]
    with pytest.raises(Invalid):
        complaining.look_at(actor=worker, complaint_id=c.pk, purpose="")
    shown = complaining.look_at(actor=worker, complaint_id=c.pk, purpose="call_back")
    assert shown == {"author": "仁青措", "phone": "13800005678"}
    looked = Event.objects.get(action="complaints.reveal")
    assert looked.reason == "call_back" and "仁青措" not in str(looked.data)
    with pytest.raises(Forbidden):
        complaining.look_at(
            actor=w.actors["township_party"], complaint_id=c.pk, purpose="call_back"
        )


@pytest.mark.req("L45")
def test_above_it_is_seen_when_the_deduction_is_appealed(w: World) -> None:
    c = upheld(w)
    town = w.actors["township_party"]
    assert not complaints_seen(town).exists()
    d = complaining.deduction_of(c)
    assert d
    a = due.appealed(
        w, due.posted(w, d, now=d.answer_until + DAY), d.answer_until + DAY
    )
    assert a.object_id == d.pk
    assert complaints_seen(town).get().pk == c.pk and not events(c, town)
    assert complaints_seen(w.actors["community_worker"]).get().pk == c.pk
    # Nor then by who is meant, in whatever role they stand at the desk.
    RoleTie.objects.filter(
        role="township_party", person=w.people["township_party"]
    ).update(person=w.members.member.person_id)
    meant = replace(town, person_id=w.members.member.person_id)
    assert not complaints_seen(meant).exists()


@pytest.mark.req("L45")
def test_edge_case_19_a_pause_moves_the_ten_days_and_late_is_told_once(
    w: World,
) -> None:
    c = due.complained(w)
    late = c.due_at + DAY
    start, end = NOW + DAY, NOW + 6 * DAY
    pause = Pause(path=w.places.street.path, start=start, end=end, reason="大雪")
    copy_rows(Pause, [pause])
    assert complaining_late.tell_late(late) == 0
    end = complaining.check_end(c, late)
    assert end > late
    assert complaining_late.tell_late(end + DAY) == 1
    assert complaining_late.tell_late(end + DAY) == 0
    above = Message.objects.get(role="township_party")
    assert above.url == "" and c.no in above.text and "水管" not in above.text


@pytest.mark.req("L45")
def test_two_years_after_the_decision_it_is_gone(w: World) -> None:
    c = due.complained(w)
    complaining.hand_up(
        actor=w.actors["community_secretary"], complaint_id=c.pk, reason="亲戚"
    )
    notes = Note.objects.filter(event__object_id=c.pk)
    assert [n.text for n in notes] == ["亲戚"]
    c = upheld(w, due.checked(w, c, key="township_party"), key="township_party")
    d = complaining.deduction_of(c)
    assert d  # what rests on it is decided, or it would be held
    town = w.actors["township_party"]
    deducting.drop(actor=town, deduction_id=d.pk, reason="核对过", now=NOW + 2 * DAY)
    kind = REGISTRY["complaints"]
    day = today(NOW + 2 * DAY)
    assert not kind.due(day + timedelta(days=730)).exists()
    assert kind.due(day + timedelta(days=732)).get().pk == c.pk
    kind.forget([c.pk])
    assert not Complaint.objects.exists() and Deduction.objects.exists()
    assert not notes.all().exists()


# --- pages ------------------------------------------------------------------------------------


def _get(w: World, key: str, name: str, *args: Any, **query: str) -> Any:
    return w.client(key).get(reverse(f"scoring:{name}", args=args), query)


def _post(w: World, key: str, name: str, /, *args: Any, **data: Any) -> Any:
    return w.client(key).post(reverse(f"scoring:{name}", args=args), data)


def _text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.req("L45")
def test_a_resident_writes_one_and_looks_up_what_came_of_it(w: World) -> None:
    code = w.places.community.code
    assert "给森格社区写差评" in _text(
        w.client().get(reverse("portal:complain"), {"place": code})
    )
    sent = {
        "about": "service", "words": "水管没有修", "occurred_on": today().isoformat(),
        "author": "仁青措", "phone": "13800005678",
    }  # fmt: skip
    assert _get(w, "anonymous", "complain", code).status_code == 200
    bad = _post(w, "anonymous", "complain", code, **{**sent, "words": "打13800005678"})
    assert bad.status_code == 422 and "手机号" in _text(bad)
    form = _text(_get(w, "anonymous", "complain", code))
    assert 'name="agreed"' in form and "checked" not in form.split('"agreed"')[1][:80]
    given = re.search(r'name="client_id" value="(\w+)"', form)
    assert given
    once = {**sent, "client_id": given.group(1)}
    done = _post(w, "anonymous", "complain", code, **once)
    assert _post(w, "anonymous", "complain", code, **once).url == done.url
    c = Complaint.objects.get()
    assert not c.names_author
    page = _text(w.client().get(done.url))
    assert c.no in page and c.code in page and "仁青措" not in page
    found = _post(w, "anonymous", "complaint_look", no=c.no, code=c.code)
    assert found.url == reverse("scoring:complaint_follow", args=[c.token])
    worker = "community_worker"
    assert "还没有写明" in _text(_get(w, worker, "complaints"))
    assert "13800005678" not in _text(_get(w, worker, "complaint", c.pk))
    assert "13800005678" in _text(
        _post(w, worker, "complaint_reveal", c.pk, purpose="call_back")
    )
    assert "张伟" in _text(_get(w, worker, "complaint_name", c.pk, q="张"))
    _post(w, worker, "complaint_name", c.pk, whose=f"member:{w.members.member.pk}")
    _post(w, worker, "complaint_act", c.pk, "hear", text="值班去了")
    short = _post(w, worker, "complaint_act", c.pk, "uphold", facts="没有去", reason="")
    assert short.status_code == 422
    _post(w, worker, "complaint_act", c.pk, "uphold", facts="没有去", **HEARD)
    page = _text(_get(w, worker, "complaint", c.pk))
    assert "提了扣分" in page
    assert Complaint.objects.count() == 1
    after = _text(_get(w, "anonymous", "complaint_follow", c.token))
    assert "查实了" in after and HEARD["answer"] in after
    assert "张伟" not in after and "没有去" not in after


@pytest.mark.req("L45")
def test_one_address_sends_few_an_hour_and_guesses_ten_codes(w: World) -> None:
    code = w.places.community.code
    sent = {"about": "service", "words": "没来", "occurred_on": today().isoformat()}
    answers = [
        _post(w, "anonymous", "complain", code, **sent).status_code
        for _ in range(rules.SENT_AN_HOUR + 1)
    ]
    assert answers == [302] * rules.SENT_AN_HOUR + [429]
    c = due.complained(w, now=now(), occurred_on=today())
    for _ in range(rules.WRONG_CODES):
        wrong = _post(w, "anonymous", "complaint_look", no=c.no, code="10000000")
        assert wrong.status_code == 422
    right = _post(w, "anonymous", "complaint_look", no=c.no, code=c.code)
    assert right.status_code == 429


@pytest.mark.req("L45")
def test_a_worker_writes_one_down_and_other_places_see_nothing(w: World) -> None:
    sent = _post(
        w, "community_worker", "complaint_new", source="desk", about="service",
        words="话说得不好", occurred_on=today().isoformat(),
    )  # fmt: skip
    c = Complaint.objects.get()
    assert sent.url == reverse("scoring:complaint", args=[c.pk])
    assert "要由别人来查" in _text(_get(w, "community_worker", "complaint", c.pk))
    refused = _post(w, "community_worker", "complaint_act", c.pk, "check")
    assert refused.status_code == 403
    assert _get(w, "other_community_worker", "complaint", c.pk).status_code == 404
    assert (
        _get(w, "community_secretary", "complaint_act", c.pk, "check").status_code
        == 405
    )
    _post(w, "community_secretary", "complaint_act", c.pk, "check")
    up = _post(
        w, "community_secretary", "complaint_act", c.pk, "hand_up", reason="亲戚"
    )
    assert up.url == reverse("scoring:complaints")
    assert c.no in _text(_get(w, "township_party", "complaints"))
    assert _get(w, "member", "complaints").status_code == 404


@pytest.mark.req("L45")
def test_every_step_of_a_check_is_for_others_and_every_outcome_is_an_end() -> None:
    away = {"receive", "send", "hand_up", "step_aside"}
    for event in {s.event for s in rules.FLOW.steps} - away:
        assert rules.CONFLICTS[event].keys() == {"filed_by", "about_person"}
    for state in rules.OUTCOMES.values():
        assert not rules.FLOW.events(state)
    assert rules.DESK_OF.keys() == rules.ABOUT.keys()
    assert {rules.desk_of(r) for r in rules.COMPLAINTS["uphold"][1]} == set(rules.DESKS)

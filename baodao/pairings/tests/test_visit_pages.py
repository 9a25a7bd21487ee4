"""Pages of visits: they work, refuse the wrong role, hide other places, refuse the
wrong method."""

from typing import Any

import pytest
from django.urls import reverse

from baodao.core.clock import now as clock_now
from baodao.core.clock import today
from baodao.duties.models import Duty
from baodao.orders.models import Order
from baodao.pairings import visits_links
from baodao.pairings.models import HouseholdPairing, Visit
from baodao.pairings.tests.visiting import bond
from baodao.pairings.tests.visiting import visit as make_visit
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def it(w: World) -> HouseholdPairing:
    """A bond with this month's visit owed, whatever the day of the test."""
    found = bond(w)
    day = today()
    duty = Duty.objects.filter(source_id=found.pk, due_on__year=day.year, state="due")
    if not duty.filter(opens_on__lte=day, due_on__gte=day, kind="visit_month").exists():
        from baodao.acts.actor import SYSTEM
        from baodao.pairings.owing import owe

        owe(actor=SYSTEM, pairings=[found], year=day.year)
    return found


def visit(w: World, it: HouseholdPairing, **said: Any) -> Visit:
    return make_visit(w, it, on=today(), now=clock_now(), **said)


def month_duty(it: HouseholdPairing) -> Duty:
    day = today()
    return Duty.objects.get(
        source_id=it.pk,
        kind="visit_month",
        due_on__year=day.year,
        due_on__month=day.month,
    )


def text(answer: Any) -> str:
    return str(answer.content.decode())


SENT = {"day": "today", "how": "in_person", "topics": ["policy", "needs"]}


@pytest.mark.req("L39", "L40")
def test_the_usual_visit_is_one_tap_to_open_and_one_to_send(
    w: World, it: HouseholdPairing
) -> None:
    client = w.client("member")
    page = text(client.get(reverse("pairings:my_visits")))
    assert "走访 户 0312" in page and "记走访" in page and "赵阿姨" not in page
    address = reverse("pairings:my_visit_new", args=[it.pk])
    form = text(client.get(address))
    for value in ("today", "in_person", "policy", "needs"):
        part = form[form.index(f'value="{value}"') :][:120]
        assert "checked" in part
    answer = client.post(
        address, {**SENT, "client_id": "c1", "need": "想配老花镜"}, follow=True
    )
    shown = text(answer)
    order = Order.objects.get()
    assert (
        "记好了" in shown and f"单 {order.no}" in shown and "等住户或社区确认" in shown
    )
    client.post(address, {**SENT, "client_id": "c1", "need": "想配老花镜"})
    assert Visit.objects.count() == 1 and month_duty(it).state == "done"


def test_a_form_that_cannot_be_keeps_what_was_typed(
    w: World, it: HouseholdPairing
) -> None:
    address = reverse("pairings:my_visit_new", args=[it.pk])
    sent = {**SENT, "need": "身份证 11010519491231002X"}
    answer = w.client("member").post(address, sent)
    assert answer.status_code == 422 and "身份证号" in text(answer)
    assert "11010519491231002X" in text(answer) and not Visit.objects.exists()
    answer = w.client("member").post(address, {**SENT, "day": "other"})
    assert answer.status_code == 422 and "请选是哪一天" in text(answer)


@pytest.mark.req("L39")
def test_nobody_home_says_when_to_go_again(w: World, it: HouseholdPairing) -> None:
    client = w.client("member")
    address = reverse("pairings:my_visit_new", args=[it.pk])
    shown = text(client.post(address, {**SENT, "how": "nobody_home"}, follow=True))
    assert "没人在家" in shown and "再去一次" in shown
    page = text(client.get(reverse("pairings:my_visits")))
    assert "去过 1 次没人在家" in page


@pytest.mark.req("L39", "L50")
def test_the_household_confirms_by_link_without_an_account(
    w: World, it: HouseholdPairing
) -> None:
    made = visit(w, it)
    client = w.client()
    address = reverse("pairings:visit_tap", args=[visits_links.raw_token(made.pk)])
    page = text(client.get(address))
    assert "张伟" in page and "来过" in page and "没人来过" in page
    assert w.client("member").post(address, {"said": "came"}).status_code == 403
    assert client.post(address, {"said": ""}).status_code == 422
    shown = text(client.post(address, {"said": "came"}, follow=True))
    made.refresh_from_db()
    assert (made.state, made.confirmed_how) == (
        "confirmed",
        "link",
    ) and "已经确认" in shown
    assert client.post(address, {"said": "not_came"}).status_code == 409
    assert client.get(reverse("pairings:visit_tap", args=["x" * 32])).status_code == 404


@pytest.mark.req("L50")
def test_the_digits_of_the_slip_work_once(w: World, it: HouseholdPairing) -> None:
    made = visit(w, it)
    client = w.client()
    address = reverse("pairings:visit_code")
    assert client.get(address).status_code == 200
    assert client.post(address, {"code": "123"}).status_code == 422
    answer = client.post(address, {"code": f"{made.code[:4]} {made.code[4:]}"})
    assert answer.status_code == 302
    client.post(answer["Location"], {"said": "came"})
    made.refresh_from_db()
    assert made.confirmed_how == "code"
    assert client.get(answer["Location"]).status_code == 404
    for _ in range(12):
        answer = client.post(address, {"code": "10000000"})
    assert answer.status_code == 429


@pytest.mark.req("L37", "L39", "L50")
def test_the_card_opens_the_household_s_own_page(
    w: World, it: HouseholdPairing
) -> None:
    made = visit(w, it)
    client = w.client()
    address = reverse("pairings:visit_home", args=[it.token])
    page = text(client.get(address))
    assert "张伟" in page and "还没有人打开过" in page
    said = reverse("pairings:visit_home_act", args=[it.token, "said"])
    client.post(said, {"visit": str(made.pk), "said": "not_came"})
    made.refresh_from_db()
    assert made.state == "refused"
    ask = reverse("pairings:visit_home_act", args=[it.token, "ask"])
    shown = text(client.post(ask, {"note": "灯坏了"}, follow=True))
    assert "已经请张伟来了" in shown
    assert client.post(ask, {"note": "灯坏了"}).status_code == 409
    assert Duty.objects.filter(kind="visit_need", state="due").count() == 1
    contact = reverse("pairings:visit_contact", args=[it.pk])
    w.client("member").post(contact, {"field": "phone", "purpose": "visit"})
    assert "结对党员" in text(client.get(address))
    assert (
        client.get(reverse("pairings:visit_home", args=["nothing"])).status_code == 404
    )


@pytest.mark.req("L37")
def test_the_contact_is_shown_for_a_purpose_only(
    w: World, it: HouseholdPairing
) -> None:
    address = reverse("pairings:visit_contact", args=[it.pk])
    client = w.client("member")
    assert "13889970312" not in text(client.get(address))
    assert client.post(address, {"field": "phone"}).status_code == 422
    answer = client.post(address, {"field": "phone", "purpose": "visit"})
    assert "13889970312" in text(answer) and answer["Cache-Control"] == "no-store"
    assert w.client("colleague").get(address).status_code == 404
    assert w.client("community_worker").get(address).status_code == 403


@pytest.mark.req("L39")
def test_the_desk_lists_by_what_has_to_happen(w: World, it: HouseholdPairing) -> None:
    made = visit(w, it)
    client = w.client("community_worker")
    address = reverse("pairings:visits")
    page = text(client.get(address, {"tab": "waiting"}))
    assert "户 0312" in page and "张伟" in page and "赵阿姨" not in page
    for q, there in (("zhangwei", True), ("312", True), ("李", False)):
        found = text(client.get(address, {"tab": "waiting", "q": q}))
        assert (f"v-{made.pk}" in found) is there
    detail = reverse("pairings:visit", args=[made.pk])
    assert "打电话确认" in text(client.get(detail))
    client.post(
        reverse("pairings:visit_act", args=[made.pk, "confirm"]), {"how": "call"}
    )
    assert f"v-{made.pk}" in text(client.get(address, {"tab": "done"}))
    assert "社区电话核实" in text(client.get(detail))
    again = client.post(
        reverse("pairings:visit_act", args=[made.pk, "confirm"]), {"how": "call"}
    )
    assert again.status_code == 422


def test_others_see_nothing(w: World, it: HouseholdPairing) -> None:
    made = visit(w, it)
    detail = reverse("pairings:visit", args=[made.pk])
    for who in (
        "other_community_worker",
        "second_community_worker",
        "outsider",
        "anonymous",
    ):
        assert w.client(who).get(detail).status_code == 404
    assert w.client("grid_worker").get(detail).status_code == 200
    for who in ("member", "unit_secretary", "county_org"):
        assert w.client(who).get(detail).status_code == 403
    for who in ("other_community_worker", "outsider"):
        assert "0312" not in text(
            w.client(who).get(reverse("pairings:visits"), {"tab": "waiting"})
        )
        assert (
            w.client(who).get(reverse("pairings:visit_new", args=[it.pk])).status_code
            == 404
        )
    act = reverse("pairings:visit_act", args=[made.pk, "confirm"])
    assert w.client("community_worker").get(act).status_code == 405
    receipt = reverse("pairings:visit_receipt", args=[made.pk])
    assert w.client("neighbour").get(receipt).status_code == 404


@pytest.mark.req("L39")
def test_who_is_about_to_be_missed_is_reminded_stood_in_for_or_excused(
    w: World, it: HouseholdPairing
) -> None:
    duty = month_duty(it)
    client = w.client("community_worker")
    address, act = reverse("pairings:visits_missing"), reverse("pairings:visits_decide")
    assert f"v-{duty.pk}" in text(client.get(address))
    ids = {"ids": [str(duty.pk)]}
    alone = client.post(f"{act}?only={duty.pk}", {"do": "excuse"})
    assert "这 1 次走访免访" in text(alone)
    assert "已提醒 1 名党员" in text(
        client.post(act, {"do": "remind", **ids}, follow=True)
    )
    page = text(client.post(act, {"do": "stand_in", **ids}))
    assert "请谁去" in page and "刘洋" in page
    assert (
        client.post(act, {"do": "stand_in", "confirm": "1", **ids}).status_code == 422
    )
    client.post(
        act,
        {
            "do": "stand_in",
            "confirm": "1",
            "member": str(w.members.colleague.id),
            **ids,
        },
    )
    duty.refresh_from_db()
    assert duty.stand_in_id == w.members.colleague.id
    assert "走访 户 0312" in text(
        w.client("colleague").get(reverse("pairings:my_visits"))
    )
    assert "走访 户 0312" in text(w.client("member").get(reverse("pairings:my_visits")))
    client.post(act, {"do": "excuse", "confirm": "1", "reason": "trip", **ids})
    duty.refresh_from_db()
    assert duty.state == "excused"
    assert f"v-{duty.pk}" not in text(client.get(address))
    # A grid worker may remind, the community decides.
    assert w.client("grid_worker").post(act, {"do": "excuse", **ids}).status_code == 403
    nothing = client.post(act, {"do": "remind"}, follow=True)
    assert "还没有选" in text(nothing)


@pytest.mark.req("L50")
def test_a_worker_enters_paper_and_prints_the_sheets(
    w: World, it: HouseholdPairing
) -> None:
    client = w.client("community_worker")
    assert "户 0312" in text(
        client.get(reverse("pairings:visit_choose"), {"q": "张伟"})
    )
    address = reverse("pairings:visit_new", args=[it.pk])
    assert "补录户 0312" in text(client.get(address))
    sent = {**SENT, "entry": "paper", "by": str(w.members.member.id), "signed": "on"}
    assert client.post(address, sent).status_code == 302
    assert Visit.objects.get().state == "confirmed"
    sheet = reverse("pairings:visit_sheet")
    month = text(client.get(sheet))
    assert "0312" in month and "赵阿姨" not in month
    one = text(client.get(sheet, {"pairing": str(it.pk)}))
    assert "走访记录" in one and "13889970312" not in one
    card = text(client.get(reverse("pairings:visit_card", args=[it.pk])))
    assert it.token in card or "<svg" in card


@pytest.mark.req("L39")
def test_a_unit_sees_numbers_and_members_but_no_household(
    w: World, it: HouseholdPairing
) -> None:
    visit(w, it)
    address = reverse("pairings:unit_visits")
    page = text(w.client("unit_secretary").get(address))
    assert "张伟" in page and "0312" not in page
    done = text(w.client("unit_secretary").get(address, {"state": "done"}))
    assert "张伟" in done
    assert "张伟" not in text(w.client("other_unit_secretary").get(address))
    assert w.client("member").get(address).status_code == 403
    assert w.client("unit_secretary").get(reverse("pairings:visits")).status_code == 302


def test_every_list_goes_out_by_number_only(w: World, it: HouseholdPairing) -> None:
    visit(w, it)
    cases = (
        ("community_worker", "visits", "tab=waiting"), ("community_worker", "visits", "tab=soon"),
        ("community_worker", "visits_missing", ""), ("community_worker", "visits_bonds", ""),
        ("unit_secretary", "visits_unit", ""), ("member", "visits_mine", ""),
    )  # fmt: skip
    for who, code, query in cases:
        address = reverse("sheets:export", args=[code])
        answer = w.client(who).post(f"{address}?{query}", {"kind": "csv"})
        assert answer.status_code == 200, (code, answer.status_code)
        body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
        assert "赵阿姨" not in body and "13889970312" not in body


def test_a_duty_leads_to_where_it_is_done(w: World, it: HouseholdPairing) -> None:
    address = reverse("pairings:visit_duty", args=[month_duty(it).pk])
    assert w.client("member").get(address)["Location"].endswith(f"/mine/{it.pk}/")
    assert (
        w.client("community_worker")
        .get(address)["Location"]
        .endswith(f"/paper/{it.pk}/")
    )
    assert w.client("unit_secretary").get(address).status_code == 403


def test_the_member_says_that_it_is_not_possible_and_the_community_asks_for_a_visit(
    w: World, it: HouseholdPairing
) -> None:
    cannot = reverse("pairings:visit_cannot", args=[it.pk])
    assert "已告诉社区" in text(w.client("member").post(cannot, follow=True))
    assert w.client("member").get(cannot).status_code == 405
    ask = reverse("pairings:visit_ask", args=[it.pk])
    answer = w.client("community_worker").post(ask, {"note": "想问医保"}, follow=True)
    assert "已列为有事走访" in text(answer)
    again = w.client("community_worker").post(ask, {}, follow=True)
    assert "已经请过了" in text(again)


@pytest.mark.req("L50")
def test_the_household_reads_its_pages_in_both_scripts(
    w: World, it: HouseholdPairing
) -> None:
    """domain 8.34: the language stays in the address; every word waits for review."""
    client = w.client()
    for name, token in (("home", it.token), ("visit_home", it.token)):
        url = reverse(f"pairings:{name}", args=[token])
        plain = client.get(url).content.decode()
        assert "?lang=bo" in plain and "待母语审校" not in plain
        page = client.get(url, {"lang": "bo"}).content.decode()
        assert "待母语审校" in page and 'lang="bo"' in page and "lang=zh" in page
    url = reverse("pairings:home_act", args=[it.token, "pause"])
    answer = client.post(f"{url}?lang=bo")
    assert answer["Location"].endswith("?lang=bo")
    card = reverse("pairings:visit_card", args=[it.pk])
    text = w.client("community_worker").get(card, {"lang": "bo"}).content.decode()
    assert "འབྲེལ་བའི་བྱང་བུ།" in text and "待母语审校" in text

"""A member's pages, through the browser's eyes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from baodao.acts.models import Event
from baodao.core.clock import local
from baodao.orders import services as s
from baodao.orders.forms_member import DoneForm
from baodao.orders.models import Order, Service
from baodao.orders.tests.make import advance, order_in, place
from baodao.people.models import Member
from baodao.people.tests.make import World, world
from baodao.reporting.tests.make import accepted, home

pytestmark = pytest.mark.django_db
WORDS = "烟道两年没清"


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def me(w: World) -> Client:
    return w.client("member")


def page(order: Order) -> str:
    return reverse("orders:my_order", args=[order.id])


def act(order: Order, event: str) -> str:
    return reverse("orders:my_act", args=[order.id, event])


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def send(client: Client, order: Order, event: str, **data: Any) -> str:
    """Post an act; the page that follows it (its receipt)."""
    response = client.post(act(order, event), {"client_id": "c", **data}, follow=True)
    assert response.status_code == 200 and response.redirect_chain
    return str(response.content.decode())


def state(order: Order) -> str:
    return str(Order.objects.values_list("state", flat=True).get(pk=order.pk))


DONE = {
    "day": "yesterday", "start": "10:00", "end": "11:00", "break_minutes": "0",
    "note": "清好了，试过火。",
}  # fmt: skip


# --- home and lists -------------------------------------------------------------------


def test_home_puts_what_is_due_first_in_a_frame(w: World, me: Client) -> None:
    now = datetime.now(UTC)
    later = order_in("in_service", w, at=now)
    first = order_in("assigned", w, at=now - timedelta(days=5))
    html = text(me, reverse("portal:member"))
    assert "张伟，有 2 单在等您，其中 1 单已超时" in html
    assert html.index(f"o-{first.id}") < html.index(f"o-{later.id}")
    assert html.count("card-l due") == 1


@pytest.mark.req("A02")
def test_home_names_the_next_steps_and_what_the_year_has_brought(
    w: World, me: Client
) -> None:
    order_in("closed", w)
    html = text(me, reverse("portal:member"))
    assert "<b>1</b> 小时" in html and "<b>1</b> 个心愿" in html
    assert "到居住地报到" in html
    assert "办好了由居民说了算。不比名次，不用打卡。" in html


def test_home_leaves_out_what_is_nobodys_turn_and_says_who_confirms(w: World) -> None:
    accepted(w, home(w))
    html = text(w.client("newcomer"), reverse("portal:member"))
    assert "确认还在这里" not in html
    assert "办好了由居民说了算" in html and "由社区确认" not in html


def test_a_member_asks_for_something_at_home_and_follows_it(w: World) -> None:
    client = w.client("member")
    html = text(client, reverse("portal:member"))
    assert reverse("orders:wish") in html and "我提的" not in html
    order = place(w, actor=w.actors["member"], source="online", seen_how="online")
    place(w)
    assert "我提的 1 件" in text(client, reverse("portal:member"))
    own = text(client, reverse("orders:mine") + "?own=1")
    follow = reverse("orders:follow", args=[order.token])
    assert follow in own and own.count("/orders/t/") == 1
    assert "撤回" in text(client, follow)
    for other in ("colleague", "newcomer"):
        assert order.token not in text(
            w.client(other), reverse("orders:mine") + "?own=1"
        )


def test_only_confirmed_service_counts(w: World, me: Client) -> None:
    order = order_in("confirmed", w)
    order_in("done_reported", w, at=datetime.now(UTC) - timedelta(hours=3))
    assert "<b>1</b> 个心愿" in text(me, reverse("portal:member"))
    from baodao.acts.actor import link_holder

    s.reopen_order(
        actor=link_holder(order.id), order_id=order.id, result="partly", what=""
    )
    assert "<b>0</b> 个心愿" in text(me, reverse("portal:member"))


def test_lists_are_my_own(w: World, me: Client) -> None:
    mine = order_in("in_service", w)
    done = order_in("closed", w, at=datetime.now(UTC) - timedelta(hours=3))
    url = reverse("orders:mine")
    assert page(mine) in text(me, url) and page(done) not in text(me, url)
    assert page(done) in text(me, f"{url}?done=1")
    other = text(w.client("colleague"), url)
    assert page(mine) not in other and "现在手上没有单" in other


def test_other_roles_and_strangers(w: World) -> None:
    order = order_in("in_service", w)
    for url in (reverse("orders:mine"), page(order), reverse("orders:pool")):
        assert w.client("community_worker").get(url).status_code == 403
        assert w.client("anonymous").get(url).status_code == 404
        assert w.client("member").post(url).status_code == 405
    for who in ("colleague", "neighbour", "far_member"):
        client = w.client(who)
        assert client.get(page(order)).status_code == 404
        assert client.post(act(order, "report_done"), DONE).status_code == 404
    assert w.client("unit_secretary").get(reverse("portal:member")).status_code == 403
    assert w.client("anonymous").get(reverse("portal:member")).status_code == 302
    assert state(order) == "in_service"


def test_no_page_asks_too_many_questions(
    w: World, me: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    now = datetime.now(UTC)
    for i in range(6):
        order = order_in("accepted", w, at=now - timedelta(hours=i))
    order_in("published", w)
    for url in (
        reverse("portal:member"), reverse("portal:profile"), reverse("orders:mine"),
        reverse("orders:mine") + "?own=1",
        reverse("orders:pool"), page(order), act(order, "hand_back"),
    ):  # fmt: skip
        with django_assert_max_num_queries(26):
            assert me.get(url).status_code == 200


# --- the pool ---------------------------------------------------------------------------


@pytest.mark.req("A12")
def test_the_pool_is_near_and_says_how_near(w: World, me: Client) -> None:
    home = order_in("published", w)
    far = place(
        w, place_id=w.places.far_grid.id, actor=w.actors["far_community_secretary"]
    )
    Order.objects.filter(id=far.id).update(state="published")
    html = text(me, reverse("orders:pool"))
    assert str(home.id) in html and str(far.id) not in html
    assert "就在您住的社区" in html and WORDS not in html
    assert "这一类现在没有" in text(me, f"{reverse('orders:pool')}?category=law")


@pytest.mark.req("A12", "A24")
def test_a_claim_leads_to_its_receipt(w: World, me: Client) -> None:
    order = order_in("published", w)
    response = me.post(
        reverse("orders:claim", args=[order.id]), {"client_id": "a"}, follow=True
    )
    html = response.content.decode()
    assert "认领好了" in html and "办成后计入：居住地" in html
    assert state(order) == "claimed"
    assert WORDS in text(me, page(order))


def test_the_fourth_claim_is_refused_with_a_reason(w: World, me: Client) -> None:
    for _ in range(3):
        order_in("claimed", w)
    fourth = order_in("published", w)
    response = me.post(reverse("orders:claim", args=[fourth.id]), follow=True)
    assert "您手上已有3单" in response.content.decode()
    assert state(fourth) == "published"


def test_a_claim_is_released_with_a_reason(w: World, me: Client) -> None:
    order = order_in("claimed", w)
    html = send(me, order, "release", reason="time", note="")
    assert "退回去了" in html and state(order) == "published"
    assert me.get(page(order)).status_code == 404


# --- assigned by the unit -----------------------------------------------------------------


@pytest.mark.req("A13")
def test_accepting_opens_the_words_and_says_where_it_went(w: World, me: Client) -> None:
    order = order_in("assigned", w)
    html = text(me, page(order))
    assert WORDS not in html and "138 ****" not in html
    html = send(me, order, "accept")
    assert "这一笔记到了哪里" in html and "单位和社区都看到您接了" in html
    assert state(order) == "accepted"
    html = text(me, page(order))
    assert WORDS in html and "138 **** 0000" in html and "13800000000" not in html


def test_accepting_twice_accepts_once(w: World, me: Client) -> None:
    order = order_in("assigned", w)
    for _ in range(2):
        assert "接好了" in send(me, order, "accept")
    assert Event.objects.filter(object_id=order.id, action="orders.accept").count() == 1


@pytest.mark.req("A13")
def test_declining_asks_why_and_survives_being_sent_twice(w: World, me: Client) -> None:
    order = order_in("assigned", w)
    assert "时间安排不开" in text(me, act(order, "decline"))
    response = me.post(act(order, "decline"), {"note": "下周也不行"})
    assert (
        response.status_code == 422
        and "下周也不行</textarea>" in response.content.decode()
    )
    for _ in range(2):
        assert "已告诉单位您接不了" in send(
            me, order, "decline", reason="away", note=""
        )
    assert state(order) == "unit_accepted"
    assert (
        Event.objects.filter(object_id=order.id, action="orders.decline").count() == 1
    )


def test_other_as_a_reason_needs_words(w: World, me: Client) -> None:
    order = order_in("assigned", w)
    response = me.post(act(order, "decline"), {"reason": "other", "note": ""})
    assert response.status_code == 422
    assert "请写一句说明" in response.content.decode()


def test_an_accepted_order_is_handed_back(w: World, me: Client) -> None:
    order = order_in("accepted", w)
    assert "等单位另派一位" in send(me, order, "hand_back", reason="health", note="")
    assert state(order) == "unit_accepted"


# --- serving --------------------------------------------------------------------------------


@pytest.mark.req("A16")
def test_start_and_done_in_few_taps(w: World, me: Client) -> None:
    """Open the form (1), a word on what was done (2), send (3): day, times and
    break are filled in."""
    order = order_in("accepted", w, at=datetime.now(UTC) - timedelta(days=2))
    assert "开始时间已记下" in send(me, order, "start")
    html = text(me, act(order, "report_done"))
    assert (
        'value="today"' in html and "checked" in html and 'name="start" value=' in html
    )
    html = send(me, order, "report_done", **DONE)
    assert "等居民说办好没有" in html and "不会自动算好评" in html and "1 小时" in html
    assert state(order) == "done_reported"


def test_the_times_offered_run_from_the_start_to_now(w: World) -> None:
    from baodao.orders.forms_member import _times

    now = datetime(2026, 11, 23, 8, 32, tzinfo=UTC)  # 16:32 local
    offered = _times(now, now - timedelta(minutes=50))
    assert (offered["start"].hour, offered["start"].minute) == (15, 40)
    assert (offered["end"].hour, offered["end"].minute) == (16, 30)
    assert _times(now, now - timedelta(days=3))["start"].hour == 15


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start": "11:00", "end": "10:00"}, "办完的时间要晚于开始"),
        ({"on": "2020-01-01"}, "请选登记以后、今天以前的日子"),
        ({"note": ""}, "这里还没有填"),
        ({"break_minutes": "60"}, "扣掉休息后要有时长"),
        ({"start": "25:99"}, "几点开始"),
    ],
)
def test_wrong_times_are_said_at_their_field_and_nothing_is_lost(
    w: World, me: Client, changes: dict[str, str], said: str
) -> None:
    order = order_in("in_service", w, at=datetime.now(UTC) - timedelta(days=2))
    response = me.post(act(order, "report_done"), {**DONE, **changes})
    html = response.content.decode()
    assert response.status_code == 422 and said in html
    if "note" not in changes:
        assert "清好了，试过火。</textarea>" in html
    assert not Service.objects.exists()


def test_a_stretch_over_midnight_is_one_stretch(w: World, me: Client) -> None:
    order = order_in("in_service", w, at=datetime.now(UTC) - timedelta(days=4))
    day = (local(datetime.now(UTC)) - timedelta(days=3)).date()
    send(
        me,
        order,
        "report_done",
        **{**DONE, "on": day.isoformat(), "start": "22:30", "end": "00:30"},
    )
    service = Service.objects.get()
    assert service.minutes == 120 and local(service.start_at).date() == day
    assert service.work_time is False


@pytest.mark.req("A16")
def test_a_colleague_who_came_along_has_a_record_too(w: World, me: Client) -> None:
    order = order_in("in_service", w, at=datetime.now(UTC) - timedelta(days=2))
    html = text(me, act(order, "report_done"))
    assert "刘洋" in html and "杨帆" not in html
    partner = str(w.members.colleague.id)
    assert "2 人共 2 小时" in send(me, order, "report_done", partner=partner, **DONE)
    assert Service.objects.count() == 2
    advance(w, Order.objects.get(pk=order.pk), "confirmed")
    assert "<b>1</b> 小时" in text(w.client("colleague"), reverse("portal:member"))


def test_someone_of_another_unit_cannot_be_named_as_partner(
    w: World, me: Client
) -> None:
    order = order_in("in_service", w, at=datetime.now(UTC) - timedelta(days=2))
    stranger = {**DONE, "partner": str(w.members.neighbour.id)}
    assert me.post(act(order, "report_done"), stranger).status_code == 422
    assert not Service.objects.exists()


def test_just_after_midnight_the_times_are_those_of_the_evening(w: World) -> None:
    at = datetime(2026, 11, 24, 16, 2, tzinfo=UTC)  # 00:02 here
    order = order_in("in_service", w, at=at - timedelta(days=2))
    member = Member.objects.get(pk=w.members.member.id)
    given = DoneForm(order, member, at).initial
    assert (given["day"], f"{given['start']:%H:%M}", f"{given['end']:%H:%M}") == (
        "yesterday",
        "23:00",
        "00:00",
    )
    form = DoneForm(order, member, at, {**given, "note": "好了", "break_minutes": "0"})
    assert form.is_valid(), form.errors


def test_overlapping_service_is_refused_at_the_time(w: World, me: Client) -> None:
    at = datetime.now(UTC) - timedelta(days=2)
    first, second = order_in("in_service", w, at=at), order_in("in_service", w, at=at)
    send(me, first, "report_done", **DONE)
    response = me.post(act(second, "report_done"), DONE)
    assert response.status_code == 422 and "重叠" in response.content.decode()


def test_an_extension_is_asked_for_with_words_to_the_resident(
    w: World, me: Client
) -> None:
    order = order_in("in_service", w)
    assert "居民看得到这句话" in text(me, act(order, "ask_extension"))
    assert "等社区答复" in send(me, order, "ask_extension", hours="72", note="等零件")
    assert "已申请延期 3 天" in text(me, page(order))
    again = me.get(act(order, "ask_extension"))
    assert again.status_code == 302


@pytest.mark.req("L40")
def test_what_cannot_be_done_goes_back_to_the_community(w: World, me: Client) -> None:
    order = order_in("in_service", w)
    response = me.post(act(order, "cannot_do"), {"reason": "unsafe", "note": ""})
    assert response.status_code == 422
    html = send(me, order, "cannot_do", reason="unsafe", note="梯子够不着，要专业队伍")
    assert "等社区改派，或答复居民" in html and state(order) == "verified"


def test_an_act_that_is_no_longer_due_says_so(w: World, me: Client) -> None:
    order = order_in("done_reported", w)
    assert me.get(act(order, "report_done")).status_code == 302
    response = me.post(act(order, "start"))
    assert (
        response.status_code == 409
        and "现在是“待居民确认”" in response.content.decode()
    )
    assert me.get(act(order, "verify")).status_code == 302
    assert state(order) == "done_reported"


# --- contact, receipt, profile ----------------------------------------------------------------


def test_the_telephone_is_shown_for_a_purpose_and_the_look_is_on_record(
    w: World, me: Client
) -> None:
    order = order_in("accepted", w)
    refused = me.post(act(order, "reveal"), {"field": "phone", "purpose": "随便看看"})
    assert refused.status_code == 422 and "13800000000" not in refused.content.decode()
    shown = me.post(act(order, "reveal"), {"field": "phone", "purpose": "约上门时间"})
    assert "tel:13800000000" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    event = Event.objects.get(object_id=order.id, action="orders.reveal")
    assert event.data == {"field": "phone", "purpose": "约上门时间"}


def test_before_taking_and_after_closing_there_is_no_contact(
    w: World, me: Client
) -> None:
    for order in (
        order_in("assigned", w),
        order_in("closed", w, at=datetime.now(UTC) - timedelta(hours=4)),
    ):
        response = me.post(
            act(order, "reveal"), {"field": "phone", "purpose": "约上门时间"}
        )
        assert response.status_code == 409
        assert "13800000000" not in response.content.decode()
        assert WORDS not in text(me, page(order))
    assert not Event.objects.filter(action="orders.reveal").exists()


def test_a_receipt_is_for_the_one_who_acted(w: World, me: Client) -> None:
    order = order_in("accepted", w)
    event = Event.objects.get(object_id=order.id, action="orders.accept")
    url = f"{act(order, 'receipt')}?e={event.id}"
    assert "接好了" in text(me, url)
    assert w.client("colleague").get(url).status_code == 404
    assert me.get(f"{act(order, 'receipt')}?e=nonsense").status_code == 404


def test_the_profile_keeps_skills_and_the_choice_to_be_named(
    w: World, me: Client
) -> None:
    url = reverse("portal:profile")
    html = text(me, url)
    assert "志愿者编号" in html and w.members.member.person.phone not in html
    data = {
        "skills": ["law", "driving"],
        "availability": ["any"],
        "praise_public": "on",
    }
    assert me.post(url, data).status_code == 302
    member = Member.objects.get(pk=w.members.member.pk)
    assert (member.skills, member.availability) == (["law", "driving"], ["any"])
    assert member.praise_public
    assert me.post(url, {"skills": ["magic"]}).status_code == 422

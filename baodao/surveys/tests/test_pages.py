"""Pages: they work, refuse the wrong role, hide other places, refuse the wrong method."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.core.clock import now, today
from baodao.orders.models import Order
from baodao.people.tests.make import World, world
from baodao.places.models import Household
from baodao.surveys import services
from baodao.surveys.models import Sheet, Survey
from baodao.surveys.tests import make
from baodao.surveys.tests.make import home, part_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def get(w: World, key: str, name: str, *args: Any, **query: str) -> Any:
    return w.client(key).get(reverse(f"surveys:{name}", args=args), query)


def post(w: World, key: str, name: str, /, *args: Any, **data: Any) -> Any:
    query = data.pop("query", "")
    return w.client(key).post(reverse(f"surveys:{name}", args=args) + query, data)


def text(response: Any) -> str:
    assert response.status_code in (200, 422), response.status_code
    return str(response.content.decode())


def running(w: World, who: str = "community_worker", **said: Any) -> Survey:
    return make.published(w, who, now=now() - 2 * DAY, **said)


def ask(w: World, it: Survey, house: Household | None = None, **said: Any) -> Sheet:
    return make.asked(w, it, house, now=now(), **said)


SAID = {"outcome": "answered", "how": "visit", "q1": "3", "q3": ["o1"], "q4": "o1"}


@pytest.mark.req("A06")
def test_a_survey_is_written_from_a_template_and_published_on_pages(w: World) -> None:
    make.templates()
    worker = "community_worker"
    assert "现在没有在做的摸底" in text(get(w, worker, "list"))
    page = text(get(w, worker, "new"))
    assert "居民需求摸底" in page and "老旧小区与独居老人摸底" in page
    sent = post(
        w, worker, "new", source="t:needs", title="秋季摸底", why="看看大家需要什么",
        starts_on=today().isoformat(), ends_on=(today() + 20 * DAY).isoformat(),
    )  # fmt: skip
    it = Survey.objects.get()
    assert sent.url == reverse("surveys:questions", args=[it.pk])
    assert "8 个问题" in text(get(w, worker, "questions", it.pk))
    bad = post(w, worker, "questions", it.pk, kind="text", label="您的身份证号")
    assert bad.status_code == 422 and "不能收集" in text(bad)
    assert "看过了，这一题不收集这些" in text(bad)
    few = post(w, worker, "questions", it.pk, kind="one", label="几楼", options="一")
    assert few.status_code == 422 and "两个选项" in text(few)
    post(
        w,
        worker,
        "questions",
        it.pk,
        kind="one",
        label="几楼",
        options="一\n二",
        only_if="q4:o1",
    )
    page = text(get(w, worker, "questions", it.pk))
    assert "9 个问题" in page and "“对社区服务满意吗”答“满意”的才问" in page
    post(w, worker, "question_act", it.pk, "q9", "up")
    post(w, worker, "question_act", it.pk, "q8", "remove")
    it.refresh_from_db()
    assert [q["key"] for q in it.draft or ()][-2:] == ["q7", "q9"]
    edited = post(w, worker, "question", it.pk, "q9", kind="text", label="住几楼")
    assert edited.status_code == 302
    assert post(w, worker, "act", it.pk, "publish").status_code == 302
    page = text(get(w, worker, "detail", it.pk))
    assert "问到 0.0 %" in page and "还要问的 1 户" in page
    assert "进行中" in text(get(w, worker, "list"))


@pytest.mark.req("A06", "A10", "L52")
def test_a_grid_worker_goes_from_door_to_door(w: World) -> None:
    it = running(w)
    second = home(w, 313)
    page = text(get(w, "grid_worker", "left", it.pk))
    assert "还有 2 户要去问" in page and "户 0312" in page and "象雄小区 1号楼" in page
    assert "赵阿姨" not in page and "2单元" not in page
    form = text(get(w, "grid_worker", "fill", it.pk, w.household.pk))
    assert "先念一遍" in form and "赵阿姨" not in form and "最希望社区帮什么" in form
    wrong = post(
        w,
        "grid_worker",
        "fill",
        it.pk,
        w.household.pk,
        outcome="answered",
        how="visit",
        q1="3",
    )
    assert wrong.status_code == 422 and "这一题要答" in text(wrong)
    number = post(
        w,
        "grid_worker",
        "fill",
        it.pk,
        w.household.pk,
        **{**SAID, "q8": "找13900000000"},
    )
    assert number.status_code == 422 and "手机号" in text(number)
    done = post(
        w, "grid_worker", "fill", it.pk, w.household.pk, **SAID, next="1",
        need="灯坏了想修", public="on", client_id="a1",
        query=f"?under={w.places.building.path}",
    )  # fmt: skip
    assert done.url.startswith(reverse("surveys:fill", args=[it.pk, second.pk]))
    order = Order.objects.get()
    assert order.source == "survey" and order.consent_public
    last = post(
        w,
        "grid_worker",
        "fill",
        it.pk,
        second.pk,
        outcome="unwilling",
        how="visit",
        next="1",
    )
    assert last.url == reverse("surveys:left", args=[it.pk])
    assert "这里都问过了" in text(get(w, "grid_worker", "left", it.pk))
    assert "户 0313" in text(get(w, "grid_worker", "left", it.pk, show="unwilling"))
    assert "户 0312" in text(get(w, "grid_worker", "left", it.pk, q="312"))
    assert "没有合条件" in text(get(w, "grid_worker", "left", it.pk, q="9999"))
    assert "问到 50.0 %" in text(get(w, "community_worker", "detail", it.pk))
    needs = text(get(w, "community_worker", "needs", it.pk))
    assert "发现 1 件需求" in needs and order.no in needs


def test_who_lives_there_is_shown_for_a_purpose_and_on_record(w: World) -> None:
    it = running(w)
    shown = post(w, "grid_worker", "reveal", it.pk, w.household.pk, purpose="visit")
    assert "赵阿姨" in text(shown) and "no-store" in shown["Cache-Control"]
    refused = post(w, "grid_worker", "reveal", it.pk, w.household.pk, purpose="")
    assert refused.status_code == 302
    page = w.client("grid_worker").get(
        reverse("places:household", args=[w.places.household.pk])
    )
    assert "上门走访" in page.content.decode()


@pytest.mark.req("A10")
def test_a_sentence_on_a_sheet_becomes_an_order_with_one_tap(w: World) -> None:
    it = running(w)
    sheet = ask(w, it, q8="楼道灯坏了")
    page = text(get(w, "community_worker", "sheet", sheet.pk))
    assert "楼道灯坏了" in page and "转成一单" in page and "赵阿姨" not in page
    for _ in range(2):
        sent = post(
            w, "community_worker", "sheet", sheet.pk, need="楼道灯坏了", client_id="k"
        )
        assert sent.status_code == 302
    assert Order.objects.get().category_id == "repair"
    assert post(w, "grid_worker", "sheet", sheet.pk, need=" ").status_code == 422
    assert get(w, "other_grid_worker", "sheet", sheet.pk).status_code == 404
    assert get(w, "township_party", "sheet", sheet.pk).status_code in (403, 404)
    words = text(get(w, "community_worker", "words", it.pk))
    assert "楼道灯坏了" in words and "户 0312" in words
    assert "还没有文字" in text(
        get(w, "community_worker", "words", it.pk, question="q5")
    )


@pytest.mark.req("A06", "L52")
def test_those_above_see_percentages_and_sums_and_no_household(w: World) -> None:
    it = running(w, "township_party")
    part = part_of(it, w.places.community)
    for n in range(1, 12):
        ask(w, part, home(w, n), q8="灯坏了", q4="o1" if n < 11 else "o3")
    for role in ("township_party", "county_org", "prefecture_org"):
        assert "森格社区" in text(get(w, role, "detail", it.pk))
        results = text(get(w, role, "results", it.pk))
        assert (
            "不显示" in results
            and "文字只有社区看得到" in results
            and "灯坏了" not in results
        )
        assert get(w, role, "left", part.pk).status_code == 403
        assert get(w, role, "words", it.pk).status_code == 403
        assert get(w, role, "fill", part.pk, w.household.pk).status_code == 403
        assert get(w, role, "paper", part.pk).status_code == 403
    rows = text(get(w, "township_party", "places", it.pk, question="q4"))
    assert "森格社区" in rows and "不显示" in rows
    own = text(get(w, "community_worker", "results", part.pk))
    assert "不显示" not in own and "中位数" in own
    assert get(w, "community_worker", "places", part.pk).status_code == 404


@pytest.mark.req("A06")
def test_the_second_round_is_compared_on_a_page(w: World) -> None:
    first = running(w)
    ask(w, first)
    gone = ask(w, first, home(w, 1))
    services.close(actor=w.actors["community_worker"], survey_id=first.pk)
    page = text(get(w, "community_worker", "detail", first.pk))
    assert "再摸一轮" in page
    again = text(get(w, "community_worker", "new", again=str(first.pk)))
    assert "第2轮" in again
    second = make.published(w, now=now(), again=first.pk)
    ask(w, second, q1="4")
    shown = text(get(w, "community_worker", "changes", second.pk))
    assert "家里常住几口人" in shown and "户 0312" in shown
    left = text(get(w, "community_worker", "changes", second.pk, kind="left"))
    assert f"户 {gone.household.number}" in left and "这次还没问到" in left
    assert get(w, "community_worker", "changes", first.pk).status_code == 404
    fill = text(get(w, "community_worker", "fill", second.pk, gone.household_id))
    assert "上次怎么答的" in fill
    above = text(get(w, "township_party", "changes", second.pk))
    assert "合计对照" in above and "户 0312" not in above


def test_a_change_of_questions_is_a_new_edition_on_the_page(w: World) -> None:
    it = running(w)
    post(w, "community_worker", "questions", it.pk, kind="yesno", label="要装扶手吗")
    page = text(get(w, "community_worker", "questions", it.pk))
    assert "正在写第 2 版" in page and "启用新版" in page
    post(w, "community_worker", "act", it.pk, "discard")
    assert "正在写" not in text(get(w, "community_worker", "questions", it.pk))
    post(w, "community_worker", "questions", it.pk, kind="yesno", label="要装扶手吗")
    post(w, "community_worker", "act", it.pk, "revise")
    it.refresh_from_db()
    assert it.edition == 2 and len(it.questions) == 9
    extended = post(
        w, "community_worker", "extend", it.pk, ends_on=(today() + 60 * DAY).isoformat()
    )
    assert extended.status_code == 302
    early = post(w, "community_worker", "extend", it.pk, ends_on="2020-01-01")
    assert early.status_code == 422


def test_the_paper_has_large_type_numbers_and_no_names(w: World) -> None:
    it = running(w)
    page = text(get(w, "grid_worker", "paper", it.pk, under=w.places.building.path))
    assert "0312" in page and "赵阿姨" not in page and "有事要办" in page
    assert "第4题选“不满意”的答" in page


def test_units_members_and_strangers_find_nothing(w: World) -> None:
    it = running(w)
    sheet = ask(w, it)
    for role in (
        "unit_secretary",
        "unit_liaison",
        "member",
        "practice_center",
        "inspector",
        "anonymous",
    ):
        assert get(w, role, "list").status_code == 404, role
        assert get(w, role, "detail", it.pk).status_code == 404, role
        assert get(w, role, "sheet", sheet.pk).status_code == 404, role
    for role in (
        "outsider",
        "second_community_worker",
        "other_grid_worker",
        "far_county_org",
    ):
        assert get(w, role, "list").status_code == 200
        for name in ("detail", "left", "results", "questions", "needs", "paper"):
            assert get(w, role, name, it.pk).status_code == 404, (role, name)
        assert get(w, role, "fill", it.pk, w.household.pk).status_code == 404


def test_what_is_not_mine_to_do_is_refused_and_asked_the_right_way(w: World) -> None:
    it = running(w)
    assert get(w, "grid_worker", "new").status_code == 403
    assert post(w, "grid_worker", "act", it.pk, "close").status_code == 403
    assert (
        post(
            w, "grid_worker", "questions", it.pk, kind="text", label="几楼"
        ).status_code
        == 403
    )
    assert get(w, "community_worker", "act", it.pk, "close").status_code == 405
    assert post(w, "community_worker", "act", it.pk, "nothing").status_code == 404
    assert post(w, "community_worker", "left", it.pk).status_code == 405
    assert (
        get(w, "community_worker", "reveal", it.pk, w.household.pk).status_code == 405
    )
    far = Household.objects.exclude(pk=w.household.pk).first() or home(
        w, 9, w.places.second_grid
    )
    assert get(w, "grid_worker", "fill", it.pk, far.pk).status_code == 404
    assert post(w, "community_worker", "act", it.pk, "close").status_code == 302
    it.refresh_from_db()
    assert it.state == "closed"
    assert get(w, "community_worker", "fill", it.pk, w.household.pk).status_code == 409

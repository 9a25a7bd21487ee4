"""Pages of the yearly evaluation: they work, refuse the wrong role, hide other places,
refuse the wrong method."""

import html
import re
from typing import Any

import pytest
from django.urls import reverse

from baodao.core.clock import now, today
from baodao.people.tests.make import World, world
from baodao.records.models import Record
from baodao.scoring.models import Card
from baodao.scoring.models_evaluation import (
    Delivery,
    Evaluation,
    Extract,
    FeedbackCard,
    PrintRun,
)
from baodao.scoring.services import drafting, posting, print_runs
from baodao.scoring.tests import make_evaluation as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    w = world()
    make.year_of(w)
    return w


def get(w: World, key: str, name: str, /, *args: Any, **query: str) -> Any:
    return w.client(key).get(reverse(f"scoring:{name}", args=args), query)


def post(w: World, key: str, name: str, /, *args: Any, **data: Any) -> Any:
    return w.client(key).post(reverse(f"scoring:{name}", args=args), data)


def text(response: Any) -> str:
    return str(response.content.decode())


def sheet(w: World, key: str, year: str) -> str:
    """The list taken away as a file."""
    url = reverse("sheets:export", args=["evaluations"])
    answer: Any = w.client(key).post(f"{url}?year={year}", {"kind": "csv"})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode())


def over(e: Evaluation) -> None:
    """The days to object are over."""
    Evaluation.objects.filter(round_id=e.round_id).update(until=today() - make.DAY)


@pytest.mark.req("L46", "L47")
def test_a_round_from_the_first_page_to_the_card_with_an_objection_on_the_way(
    w: World,
) -> None:
    who, year = "community_secretary", str(make.YEAR)
    assert "开始 2025 年度评价" in text(get(w, who, "evaluations", year=year))
    post(w, who, "round_open", year=year)
    e = make.of(w)
    r = e.round
    post(w, who, "evaluation_act", e.pk, "word", words="走访实在，乐于助人。")
    post(w, who, "round_act", r.pk, "draft")
    page = text(get(w, who, "evaluations", year=year, tab="drafted"))
    assert "建议优秀" in page and "走访实在" in page and "告知本人" in page
    assert get(w, "member", "evaluation", e.pk).status_code == 404, "not told yet"
    post(w, who, "round_act", r.pk, "notify")
    assert "内容对吗" in text(get(w, "member", "evaluation", e.pk))
    wrong = post(w, "member", "evaluation_act", e.pk, "object", text="")
    assert wrong.status_code == 422
    post(w, "member", "evaluation_act", e.pk, "object", text="少记了一次走访")
    assert "去答复" in text(get(w, who, "evaluations", year=year, tab="objection"))
    post(w, who, "evaluation_act", e.pk, "answer", text="查过了，没有少记")
    assert "没有少记" in text(get(w, "member", "evaluation", e.pk))
    post(
        w, who, "meeting", r.pk, held_on=today().isoformat(), attended="达瓦、卓玛",
        text="逐个研究",
    )  # fmt: skip
    over(e)
    meeting = r.meetings.get()
    post(w, who, "round_act", r.pk, "decide", meeting=str(meeting.pk), all="1")
    e.refresh_from_db()
    assert (e.state, e.grade) == ("decided", "excellent")
    post(w, who, "round_act", r.pk, "issue")
    card = make.card_of(e)
    assert "有 1 张反馈卡等签收" in text(
        get(w, "unit_secretary", "received", year=year)
    )
    d = card.deliveries.get(kind="unit")
    post(w, "unit_secretary", "receive", ids=[str(d.pk)])
    assert "可以备案" in text(get(w, "county_org", "filing", year=year))
    post(w, "county_org", "file", all="1")
    page = text(get(w, "county_org", "feedback", card.pk))
    assert "备2025-" in page and "☑优秀" in page and "少记了一次走访" in page
    assert "看反馈卡" in text(get(w, "member", "evaluation", e.pk))
    assert "2025年度" in text(get(w, "member", "my_evaluations"))
    for key in ("prefecture_org", "other_unit_secretary", "neighbour", "outsider"):
        assert get(w, key, "feedback", card.pk).status_code == 404


@pytest.mark.req("L47")
def test_a_printed_card_is_checked_without_an_account(w: World) -> None:
    make.issued(w)
    card = make.card_of(make.of(w))
    found = {"n": card.number.removeprefix("反"), "c": card.code.lower()}
    page = text(get(w, "anonymous", "check", **found))
    assert "是真的，是最新的一版" in page and "张伟" not in page
    typed = {**found, "name": "张伟", "grade": "excellent", "score": "94"}
    assert "内容一致" in text(post(w, "anonymous", "check", **typed))
    other = text(post(w, "anonymous", "check", **{**found, "grade": "good"}))
    assert "填的内容不一致" in other and "优秀</dd>" not in other
    logged = text(get(w, "anonymous", "check", **typed))
    assert "内容一致" not in logged and "张伟" not in logged, "no name in an address"
    FeedbackCard.objects.filter(pk=card.pk).update(name="李四", grade="poor")
    assert "内容一致" in text(post(w, "anonymous", "check", **typed)), "as printed"
    Evaluation.objects.filter(pk=card.evaluation_id).update(state="under_appeal")
    assert "等次正在复核中" in text(get(w, "anonymous", "check", **found))
    wrong = {**found, "c": "0000 0000 0000"}
    assert "没有查到" in text(get(w, "anonymous", "check", **wrong))
    FeedbackCard.objects.filter(pk=card.pk).update(
        content={**card.content, "score": 1000}
    )
    assert "不能使用" in text(get(w, "anonymous", "check", **found))
    for _ in range(20):
        last = get(w, "anonymous", "check", **wrong)
    assert last.status_code == 429


@pytest.mark.req("L47")
def test_one_card_is_a_pdf_at_once_and_many_by_a_job(w: World) -> None:
    make.issued(w)
    card = make.card_of(make.of(w))
    one = get(w, "unit_secretary", "feedback_pdf", card.pk, two="1")
    assert one.content.startswith(b"%PDF") and one["Content-Type"] == "application/pdf"
    start: Any = w.client("community_secretary").post(
        reverse("scoring:print_start") + f"?year={make.YEAR}", {"kind": "zip"}
    )
    run = PrintRun.objects.get()
    assert start.url == reverse("scoring:print_run", args=[run.pk])
    assert "正在排 3 张" in text(get(w, "community_secretary", "print_run", run.pk))
    assert get(w, "unit_secretary", "print_run", run.pk).status_code == 404
    print_runs.make(run.pk, "https://example.cn/scores/check/")
    assert "排好了" in text(get(w, "community_secretary", "print_run", run.pk))
    file = post(w, "community_secretary", "print_file", run.pk)
    assert file.content[:2] == b"PK"
    assert print_runs.forget(now() + 2 * make.DAY) == 1
    gone = post(w, "community_secretary", "print_file", run.pk)
    assert gone.status_code == 404


@pytest.mark.req("L14", "L49", "A31", "L13", "L48")
def test_results_are_taken_out_for_one_purpose_and_every_look_is_on_record(
    w: World,
) -> None:
    make.issued(w)
    year = str(make.YEAR)
    wrong = post(w, "unit_secretary", "extract_new", purpose="honours", year=year)
    assert wrong.status_code == 422
    post(
        w,
        "unit_secretary",
        "extract_new",
        purpose="honours",
        year=year,
        reason="评优会",
    )
    it = Extract.objects.get()
    closed = text(get(w, "unit_secretary", "extract", it.pk))
    assert "打开看会记下来" in closed and "张伟" not in closed
    assert "张伟" in text(post(w, "unit_secretary", "extract_look", it.pk, "open"))
    assert post(w, "unit_secretary", "extract_look", it.pk, "xlsx").content[:2] == b"PK"
    assert "评优评先" in text(post(w, "unit_secretary", "extract_look", it.pk, "print"))
    assert "下载表格" in text(get(w, "unit_secretary", "extract", it.pk))
    for key in ("other_unit_secretary", "county_org", "community_secretary", "member"):
        assert get(w, key, "extract", it.pk).status_code == 404
    assert get(w, "unit_secretary", "extract_look", it.pk, "open").status_code == 405
    Extract.objects.filter(pk=it.pk).update(valid_until=today() - make.DAY)
    late = post(w, "unit_secretary", "extract_look", it.pk, "open")
    assert late.status_code == 409
    post(w, "county_org", "extract_new", purpose="target", year=year, reason="年度考核")
    listed = text(get(w, "county_org", "extracts"))
    assert "年度目标责任考核" in listed and "评优评先" not in listed


@pytest.mark.req("L42")
def test_the_unit_adds_its_word_and_sees_only_its_own_members(w: World) -> None:
    make.opened(w)
    year, e = str(make.YEAR), make.of(w)
    page = text(get(w, "unit_secretary", "evaluations", year=year))
    assert "张伟" in page and "杨帆" not in page
    post(
        w,
        "unit_secretary",
        "evaluation_act",
        e.pk,
        "unit_word",
        words="踏实",
        mark="90",
    )
    e.refresh_from_db()
    assert (e.unit_words, e.unit_mark) == ("踏实", 90)
    assert get(w, "unit_liaison", "evaluation", e.pk).status_code == 404
    secretary, r = w.actors["community_secretary"], e.round_id
    drafting.draft_all(actor=secretary, round_id=r, now=make.OPENED)
    for page in (
        text(get(w, "unit_secretary", "evaluations", year=year)),
        text(get(w, "unit_secretary", "evaluation", e.pk)),
        sheet(w, "unit_secretary", year),
    ):
        assert "张伟" in page
        for word in ("建议优秀", "优秀,", ">94<", ",94,", "参加活动"):
            assert word not in page, "a draft is the community's own"
    graded = get(w, "unit_secretary", "evaluations", year=year, grade="excellent")
    assert "张伟" not in text(graded)
    for key in ("unit_liaison", "township_party"):
        assert "张伟" not in text(get(w, key, "evaluations", year=year))
        assert "张伟" not in sheet(w, key, year)
        assert get(w, key, "evaluation", e.pk).status_code == 404
    assert "94" in sheet(w, "community_worker", year)
    mine = reverse("scoring:evaluation", args=[e.pk])
    assert not re.search(mine, text(get(w, "other_unit_secretary", "evaluations")))


@pytest.mark.req("L46")
def test_grades_above_the_community_are_numbers_that_hide_few_people(w: World) -> None:
    make.issued(w)
    page = text(get(w, "prefecture_org", "grades", year=str(make.YEAR)))
    assert "噶尔县" in page and "张伟" not in page and "&lt;5" in page
    assert get(w, "member", "grades").status_code == 404
    assert get(w, "prefecture_org", "evaluations").status_code == 404


@pytest.mark.req("L47")
def test_all_that_are_filed_together_are_those_on_the_list(w: World) -> None:
    make.issued(w)
    url, year = reverse("scoring:file"), str(make.YEAR)
    page = text(get(w, "county_org", "filing", year=year, q="张伟"))
    found = re.search(f'action="{url}([^"]+)"', page)
    assert found, "the button keeps the filters"
    shown = html.unescape(found[1])
    done: Any = w.client("county_org").post(url + shown, {"all": "1"})
    assert done.url.endswith(shown)
    filed = Delivery.objects.filter(state="filed")
    assert list(filed.values_list("card__name", flat=True)) == ["张伟"]


@pytest.mark.req("L46")
def test_a_year_that_is_none_is_not_found_or_the_last(w: World) -> None:
    for year in ("99999", "²⁰²⁵", "1999", "x"):
        opened = post(w, "community_secretary", "round_open", year=year)
        assert opened.status_code == 404
        page = get(w, "community_secretary", "evaluations", year=year)
        assert page.status_code == 200


@pytest.mark.req("L47")
def test_a_card_in_review_says_so_wherever_its_grade_stands(w: World) -> None:
    make.issued(w)
    e = make.of(w)
    Evaluation.objects.filter(pk=e.pk).update(state="under_appeal")
    year = str(make.YEAR)
    for key, name in (
        ("unit_secretary", "received"), ("county_org", "filing"),
        ("community_secretary", "sent"),
    ):  # fmt: skip
        tab = "delivered" if name == "sent" else ""
        page = text(get(w, key, name, year=year, tab=tab))
        assert "优秀（复核中）" in page, name
    assert "复核中" in text(get(w, "member", "my_evaluations"))
    assert "优秀（复核中）" in sheet(w, "community_secretary", year)
    card = make.card_of(e)
    change = get(w, "county_org", "feedback_change", card.pk)
    assert change.status_code == 409, "nothing has moved"
    neighbour = make.card_of(make.of(w, "neighbour"))
    page = text(get(w, "county_org", "feedback", neighbour.pk))
    assert "重新发卡" not in page, "no points have moved"
    tried = {"grade": "good", "reason": "x"}
    refused = post(w, "county_org", "feedback_change", neighbour.pk, **tried)
    assert "积分没有变动" in text(refused)
    make.good_year(w, "neighbour")
    Card.objects.filter(pk=neighbour.evaluation.card_id).update(state="open")
    posting.post(Record.objects.all())
    assert "重新发卡" in text(get(w, "county_org", "feedback", neighbour.pk))
    form = text(get(w, "county_org", "feedback_change", neighbour.pk))
    assert 'value="good"' in form and 'value="excellent"' not in form
    outside = post(w, "county_social_work", "feedback_change", neighbour.pk, **tried)
    assert outside.status_code in (403, 404)

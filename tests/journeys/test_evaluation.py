"""Journey: a proposed grade is objected to and changed by the meeting with a reason; the
card is received by the unit, printed, and checked by somebody without an account
(L46, L47)."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from baodao.core.clock import now, today
from baodao.people.tests.make import World
from baodao.scoring.models_evaluation import Evaluation
from baodao.scoring.services import deciding, drafting
from baodao.scoring.tests import make_evaluation as make
from tests.conftest import Open

pytestmark = pytest.mark.journey


@pytest.mark.req("L46", "L47")
def test_a_grade_is_objected_to_changed_sent_and_checked(
    open_as: Open, w: World
) -> None:
    make.year_of(w)
    secretary = w.actors["community_secretary"]
    r = make.opened(w, now())
    drafting.draft_all(actor=secretary, round_id=r.pk, now=now())
    drafting.notify_all(actor=secretary, round_id=r.pk, now=now())
    deciding.hold(
        actor=secretary, round_id=r.pk, held_on=today(), attended="达瓦、卓玛",
        text="逐个研究。", now=now(),
    )  # fmt: skip
    e = make.of(w, "neighbour")
    address = reverse("scoring:evaluation", args=[e.pk])

    member = open_as("neighbour", address, size="phone")
    member.get_by_text("有异议，写下哪里不对").click()
    member.get_by_role("textbox").fill("两次夜里帮忙没有记进来。")
    member.get_by_role("button", name="提出异议").click()
    expect(member.get_by_text("社区还没有答复")).to_be_visible()

    desk = open_as("community_secretary", f"/scores/evaluations/?year={make.YEAR}")
    desk.get_by_role("link", name="看有异议的").click()
    desk.get_by_role("link", name="去答复").click()
    answer = desk.locator("form[action$='/answer/']")
    answer.get_by_role("textbox").fill("查了值班本，属实，请会议研究。")
    answer.get_by_role("button", name="答复").click()
    Evaluation.objects.filter(round=r).update(until=today() - make.DAY)
    desk.goto(desk.url)
    decide = desk.locator("form[action$='/decide/']")
    decide.get_by_role("radio", name="优秀", exact=True).check()
    decide.get_by_role("textbox").fill("夜里两次帮忙属实，会议同意。")
    decide.get_by_role("button", name="定下来").click()
    expect(desk.get_by_text("等次：优秀")).to_be_visible()

    desk.get_by_role("link", name=f"{make.YEAR}年度评价").first.click()
    desk.get_by_role("button", name="全部按建议确认").click()
    desk.get_by_role("link", name="发反馈卡…").click()
    desk.get_by_role("button", name="发出").click()
    expect(desk.get_by_text("都办完了").first).to_be_visible()

    card = make.card_of(Evaluation.objects.get(pk=e.pk))
    unit = open_as(
        "other_unit_secretary", f"/scores/feedback/received/?year={make.YEAR}"
    )
    unit.get_by_role("checkbox", name=f"选择{card.name}").check()
    unit.get_by_role("button", name="签收").click()
    expect(unit.get_by_text("没有等签收的反馈卡")).to_be_visible()
    paper = unit.request.get(
        unit.url.split("/scores/")[0] + reverse("scoring:feedback_pdf", args=[card.pk])
    )
    assert paper.ok and paper.body().startswith(b"%PDF")

    anybody = open_as("", "/scores/check/")
    fields = anybody.get_by_role("textbox")
    fields.nth(0).fill(card.number)
    fields.nth(1).fill(card.code)
    anybody.get_by_role("button", name="核对").click()
    expect(anybody.get_by_role("heading", name="是真的，是最新的一版")).to_be_visible()

"""Pages for eyes, fingers and screen readers: axe finds nothing serious, nothing
runs out of the window, what is to be tapped is large enough."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from baodao.allocation.tests.make import pair_of, plan
from baodao.core.clock import now
from baodao.orders.tests.make import order_in, place, place_online
from baodao.people.tests.make import World
from baodao.places.tests.changing import carried_out, drafted
from baodao.sheets.tests.runs import checked
from tests.conftest import Open
from tests.samples import ROSTER

pytestmark = [pytest.mark.journey, pytest.mark.req("L50")]
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
BAD = ("serious", "critical")
NARROW = {"width": 320, "height": 640}
# CSS pixels, both ways up: what a finger needs, and an old one (design 4, issue 2).
FINGER, OLD_FINGER = 48, 64
# The least that old eyes read, and the body they read it in.
OLD_EYES = (20, 24)

RUN_AXE = """() => axe.run(document, {
    resultTypes: ['violations'], preload: false,
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
})"""
# Every link, button and field of the page, bars and foot too; a choice is as large
# as its label. What is drawn small may still be large to the finger: the point is
# what it hits.
SMALL = """(least) => {
    const boxes = [...document.querySelectorAll(
        'body :is(a[href], button, summary, select, textarea, input:not([type=hidden]))')]
        .filter((e) => e.checkVisibility({visibilityProperty: true}))
        .filter((e) => !e.matches('.skip, .vh'))
        .map((e) => e.matches('[type=checkbox], [type=radio]') ? e.closest('label') || e : e);
    const hit = (e, x, y) => e.contains(document.elementFromPoint(x, y));
    return boxes.filter((e) => {
        const box = e.getClientRects()[0];
        const x = box.x + box.width / 2, y = box.y + box.height / 2, half = least / 2 - 1;
        return !(hit(e, x, y - half) && hit(e, x, y + half));
    }).map((e) => `${e.innerText || e.name}: ${e.getBoundingClientRect().height}`);
}"""
# Words drawn smaller than `least`, and the size of the page's own words.
WORDS = """(least) => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const small = new Set();
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const e = node.parentElement, size = parseFloat(getComputedStyle(e).fontSize);
        if (node.data.trim() && e.checkVisibility() && size < least && !e.closest('.vh'))
            small.add(`${node.data.trim()}: ${size}`);
    }
    return [parseFloat(getComputedStyle(document.body).fontSize), [...small]];
}"""
UNFOLD = "document.querySelectorAll('details').forEach((d) => { d.open = true; })"
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"


# Pages of words and of the board, for everybody.
PLAIN = (
    "/", "/where/", "/complain/", "/seen/", "/privacy/", "/accessibility/", "/help/",
    "/figures/",
)  # fmt: skip


def test_pages_of_residents(open_as: Open, w: World) -> None:
    new, done = place_online(w), order_in("done_reported", w)
    closed = order_in("confirmed", w, at=now() - timedelta(days=1))
    page = open_as("anonymous", "/", size="phone")
    at = w.places.community.code
    paths = [
        f"/?place={at}", f"/wishes/?place={at}", "/orders/wish/?place=",
        f"/orders/wish/?place={at}", f"/orders/wish/placed/{new.token}/", "/orders/find/",
        f"/orders/t/{done.token}/", f"/orders/t/{new.token}/", f"/orders/t/{closed.token}/",
        f"/orders/t/{done.token}/seen/", f"/orders/t/{done.token}/redo/", "/sign-in/",
        *PLAIN, "/nowhere/",
    ]  # fmt: skip
    check(page, paths, finger=FINGER)
    page.goto(f"/orders/wish/?place={at}")
    page.get_by_label("您有什么事要办？").or_(page.locator("textarea")).first.fill(
        "想配一副老花镜"
    )
    page.locator("#id_phone").fill("13800001234")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("heading", name="这样写，行吗？").wait_for()
    whole(page, FINGER)
    assert page.evaluate(SMALL, FINGER) == []


def test_pages_of_residents_in_large_type(open_as: Open, w: World) -> None:
    done = order_in("done_reported", w)
    page = open_as("anonymous", "/display/?mode=elder&next=/orders/find/", size="phone")
    at = w.places.community.code
    paths = [
        f"/?place={at}", f"/orders/wish/?place={at}", f"/orders/wish/?place={at}&what=repair",
        f"/orders/wish/?place={at}&what=other", f"/orders/t/{done.token}/",
        f"/wishes/?place={at}", "/orders/wish/?place=", f"/orders/t/{done.token}/seen/",
        f"/orders/wish/placed/{done.token}/", "/orders/find/", *PLAIN, "/nowhere/",
    ]  # fmt: skip
    check(page, paths, finger=OLD_FINGER)
    least, usual = OLD_EYES
    for path in paths:
        page.goto(path)
        assert page.evaluate(WORDS, least) == [usual, []], path


def test_pages_of_members(open_as: Open, w: World) -> None:
    new, going = order_in("assigned", w), order_in("in_service", w)
    order_in("published", w)
    page = open_as("member", "/me/", size="phone")
    paths = [
        "/me/", "/orders/mine/", "/orders/pool/", f"/orders/mine/{new.id}/",
        f"/orders/mine/{going.id}/", f"/orders/mine/{going.id}/report_done/",
        f"/orders/mine/{new.id}/decline/", "/report-ins/my/", "/report-ins/new/",
        "/me/profile/", "/messages/", "/orders/mine/?own=1", "/orders/mine/?done=1",
    ]  # fmt: skip
    check(page, paths, finger=FINGER)


def test_pages_of_staff(open_as: Open, w: World) -> None:
    new, ready, done = place(w), order_in("verified", w), order_in("done_reported", w)
    page = open_as("community_secretary", "/orders/")
    paths = [
        "/orders/", "/orders/new/", f"/orders/{new.id}/", f"/orders/{ready.id}/",
        f"/orders/{done.id}/", "/report-ins/",
        "/report-ins/coverage/", "/people/units/", "/people/members/", "/places/",
        "/search/?q=住建",
    ]  # fmt: skip
    check(page, paths)


def test_pages_of_the_organisation_department(open_as: Open, w: World) -> None:
    draft = plan(w, "county_org")
    pair = pair_of(draft, w.units.other).id
    page = open_as("county_org", "/allocation/")
    paths = [
        "/allocation/", "/allocation/new/", f"/allocation/{draft.id}/",
        f"/allocation/{draft.id}/units/", f"/allocation/{draft.id}/recompute/",
        f"/allocation/{draft.id}/commit/", f"/allocation/{draft.id}/print/",
        f"/allocation/pairs/{pair}/override/",
        f"/allocation/layout/?at={w.places.street.code}", "/allocation/layout/?print=1",
        f"/departures/units/{w.units.unit.id}/?q=县",
        f"/departures/units/{w.units.unit.id}/?into={w.units.other.id}",
        f"/departures/members/{w.members.member.id}/transfer/",
        f"/people/units/{w.units.unit.id}/", f"/people/units/{w.units.unit.id}/rename/",
    ]  # fmt: skip
    check(page, paths)


def test_pages_of_changes_of_divisions(open_as: Open, w: World) -> None:
    office = w.actors["prefecture_org"]
    merge = drafted(office, "merge", "542524", into="542523")
    split = drafted(
        office, "split", "542523", parts=[("542531", "东县"), ("542532", "西县")]
    )
    open_draft = drafted(office, "merge", "542524")
    done = carried_out(office, "recode", "542523200", parts=[("542523101", "昆莎镇")])
    page = open_as("prefecture_org", "/places/")
    paths = [
        "/places/changes/", f"/places/changes/new/?place={w.places.district.pk}",
        *(f"/places/changes/{x.pk}/" for x in (merge, split, open_draft, done)),
        f"/places/{w.places.other_street.pk}/",
    ]  # fmt: skip
    check(page, paths)
    public = open_as("anonymous", "/", size="phone")
    check(public, ["/?place=542523101&regions=then&year=2025"], finger=FINGER)


def test_pages_of_units(open_as: Open, w: World) -> None:
    asked, taken = order_in("dispatched", w), order_in("unit_accepted", w)
    run = checked(w.actors["unit_secretary"], "members", ROSTER)
    page = open_as("unit_secretary", "/orders/unit/")
    paths = [
        "/orders/unit/", f"/orders/unit/{asked.id}/", f"/orders/unit/{taken.id}/",
        "/report-ins/my/", "/report-ins/unit/new/", "/people/members/", "/imports/",
        f"/imports/{run.id}/", f"/imports/{run.id}/?tab=new",
    ]  # fmt: skip
    check(page, paths)


def check(page: Page, paths: list[str], *, finger: int = 0) -> None:
    """Every page by itself, all that is wrong in one message. `finger`: light pages
    are for fingers of this size and for narrow windows too."""
    usual = page.viewport_size
    assert usual
    wrong: list[str] = []
    for path in paths:
        page.set_viewport_size(usual)
        answer = page.goto(path)
        assert answer
        assert answer.status == (404 if path == "/nowhere/" else 200), path
        whole(page, finger)
        said = axe_says(page)
        if finger:
            said += [f"small: {s}" for s in page.evaluate(SMALL, finger)]
            page.set_viewport_size(NARROW)
        if (over := page.evaluate(OVERFLOW)) > 0:
            said.append(f"{over} px too wide")
        wrong += [f"{path} {s}" for s in said]
    assert not wrong, "\n".join(wrong)


def whole(page: Page, finger: int) -> None:
    """All of the page in the window: bars at its edges then cover nothing. For
    fingers what is folded away is unfolded."""
    if finger:
        page.evaluate(UNFOLD)
    assert page.viewport_size
    height = page.evaluate("document.documentElement.scrollHeight") + 80
    page.set_viewport_size({**page.viewport_size, "height": height})


def axe_says(page: Page) -> list[str]:
    """Serious and critical violations with the elements they are about."""
    page.evaluate(AXE.read_text())
    result: dict[str, Any] = page.evaluate(RUN_AXE)
    return [
        f"{v['id']}: {node['target']} {node['failureSummary']}"
        for v in result["violations"]
        if v["impact"] in BAD
        for node in v["nodes"]
    ]

"""Every list leaves by one door: as its page shows it, to whom its page opens, on
record, without contact data."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from baodao.acts.models import Event
from baodao.allocation.tests.make import plan
from baodao.core.clock import now, today
from baodao.orders.models import Order
from baodao.orders.tests.make import order_in, place
from baodao.oversight.tests.make import published
from baodao.oversight.tests.policies import published as document
from baodao.pairings.tests.make import planned
from baodao.people.tests.make import World, world
from baodao.places.tests.changing import drafted
from baodao.sheets import exports
from baodao.sheets.models import Export
from baodao.sheets.tests.files import cells_of
from baodao.shop.tests.samples import shop_rows
from baodao.surveys.services import close
from baodao.surveys.tests.make import published as survey

pytestmark = pytest.mark.django_db
# What must be nowhere in an export: telephones, addresses, residents' words (P2, P3).
PRIVATE = ("13889970312", "赵阿姨", "2单元301", "老年人", "烟道两年没清")
# One of each desk: the others see through the same grants.
KINDS_OF_ROLE = (
    "prefecture_org", "county_org", "practice_center", "township_party", "community_worker",
    "grid_worker", "instructor", "unit_liaison", "member", "inspector", "privacy_officer",
    "system_admin", "security_admin", "outsider",
)  # fmt: skip


@pytest.fixture
def w() -> World:
    return world()


def text_of(answer: Any) -> str:
    return (
        b"".join(answer.streaming_content).decode()
        if answer.streaming
        else answer.content.decode()
    )


def take(client: Client, code: str, query: str = "", kind: str = "csv") -> Any:
    url = reverse("sheets:export", args=[code])
    return client.post(f"{url}?{query}" if query else url, {"kind": kind})


def test_an_export_says_who_took_it_and_is_on_record_before_it_leaves(w: World) -> None:
    answer = take(w.client("unit_secretary"), "members", "skill=law&q=刘")
    lines = text_of(answer).splitlines()
    assert lines[0].startswith("\ufeff导出人：王建国；时间：")
    assert "条件：找“刘”；特长：法律咨询；共1行；不含联系方式" in lines[0]
    assert len(lines) == 3 and lines[2].split(",")[1] == "刘洋"
    note = Export.objects.get()
    assert (note.who, note.listing, note.rows, note.kind) == (
        "王建国",
        "members",
        1,
        "csv",
    )
    # The register of a unit's people stands with the place of its seat.
    assert note.path == w.units.unit.path
    event = Event.objects.get(action="exports.make")
    assert event.object_id == note.pk and event.data["rows"] == 1
    assert answer["Content-Disposition"].endswith(f"-{today():%Y%m%d}.csv")
    assert answer["Cache-Control"] == "no-store"


def test_a_number_that_was_searched_for_is_not_written_down(w: World) -> None:
    take(w.client("unit_secretary"), "members", "q=13800000000")
    assert Export.objects.get().filters == "按号码找"


def test_the_rows_are_those_of_the_page_and_its_filters(w: World) -> None:
    place(w, title="=1+1 的算式")
    place(w, title="另外一件事", category="law")
    answer = take(w.client("community_worker"), "orders", "category=repair")
    text = text_of(answer)
    assert "'=1+1 的算式" in text and "另外一件事" not in text
    assert text_of(take(w.client("other_community_worker"), "orders")).count("\n") == 2


def test_an_export_goes_by_post_only(w: World) -> None:
    url = reverse("sheets:export", args=["members"])
    assert w.client("unit_secretary").get(url).status_code == 405
    assert not Export.objects.exists()


def test_lists_and_formats_that_are_not_there_are_not_found(w: World) -> None:
    client = w.client("unit_secretary")
    assert take(client, "nothing").status_code == 404
    assert take(client, "members", kind="pdf").status_code == 404
    assert not Export.objects.exists()


def test_visitors_take_the_public_wishes_alone(w: World) -> None:
    order_in("published", w)
    for code in exports.codes():
        status = take(w.client(), code).status_code
        assert status == (200 if code == "wishes" else 404), code
    assert {e.listing for e in Export.objects.all()} == {"wishes"}
    for _ in range(exports.VISITOR):
        status = take(w.client(), "wishes").status_code
    assert status == 429


def test_every_list_is_open_to_those_whose_page_is_and_to_nobody_else(w: World) -> None:
    """The page and its file answer alike, role by role."""
    order_in("in_service", w)
    draft = plan(w, "county_org").pk
    sent = published(w, now=now(), due_on=today() + timedelta(days=14)).pk
    paper = document(w, now=now(), effective_on=today()).pk
    change = drafted(w.actors["prefecture_org"], "merge", "542524", into="542523").pk
    whole = planned(w)
    asked = survey(w, now=now() - timedelta(days=3))
    close(actor=w.actors["community_worker"], survey_id=asked.pk)
    again = survey(w, again=asked.pk, now=now())
    wide = survey(w, "township_party", now=now()).pk
    shop = shop_rows(w)
    pages = {
        "orders": reverse("orders:list"), "orders_unit": reverse("orders:unit"),
        "units": reverse("people:units"), "members": reverse("people:members"),
        "residents": reverse("people:residents"), "roles": reverse("people:roles"),
        "accounts": reverse("people:accounts"), "report_ins": reverse("reporting:list"),
        "coverage": reverse("reporting:coverage"), "places": reverse("places:browse"),
        "place_search": reverse("places:search"), "settings": reverse("places:settings"),
        "pauses": reverse("places:pauses"), "local_days": reverse("places:calendar"),
        "imports": reverse("sheets:runs"), "exports": reverse("sheets:exports"),
        "messages": reverse("portal:messages"), "orders_mine": reverse("orders:mine"),
        "orders_pool": reverse("orders:pool"), "wishes": reverse("portal:wishes"),
        "coverage_list": reverse("reporting:coverage") + "?channel=unit&reason=eligible",
        "allocation_plans": reverse("allocation:index"),
        "allocation_layout": reverse("allocation:layout"),
        "allocation_points": reverse("allocation:plan", args=[draft]) + f"?plan={draft}",
        "allocation_units": reverse("allocation:units", args=[draft]) + f"?plan={draft}",
        "changes": reverse("places:changes"),
        "change_steps": reverse("places:change", args=[change]) + f"?change={change}",
        "order_figure": reverse("stats:orders_list") + "?figure=placed",
        "duties": reverse("duties:list"),
        "joint_meetings": reverse("councils:meetings"),
        "meeting_seats": reverse("councils:unit"),
        "resolutions": reverse("councils:resolutions"),
        "part_time_members": reverse("councils:part_times"),
        "federations": reverse("councils:federations"),
        "estate_roles": reverse("councils:estates"),
        "estate_notes": reverse("councils:notes"),
        "leader_contacts": reverse("councils:leaders"),
        "leader_visits": reverse("councils:visits"),
        "deliberations": reverse("councils:deliberations"),
        "deliberation_seats": reverse("councils:invitations"),
        "deductions": reverse("scoring:deductions"),
        "my_deductions": reverse("scoring:my_deductions"),
        "complaints": reverse("scoring:complaints"),
        "appeals": reverse("scoring:appeals"), "merits": reverse("scoring:merits"),
        "directives": reverse("oversight:directives"),
        "directive_items": reverse("oversight:directive", args=[sent]) + f"?of={sent}",
        "directives_mine": reverse("oversight:items"),
        "policies": reverse("policies:list"),
        "policy_receipts": reverse("policies:detail", args=[paper]) + f"?of={paper}",
        "activities": reverse("activities:list"),
        "activities_month": reverse("activities:month"),
        "activities_mine": reverse("activities:mine"), "posts": reverse("activities:posts"),
        "venues": reverse("activities:venues"),
        "party_days": reverse("activities:party_days"),
        "activity_plan": reverse("activities:plan_parts"),
        "activity_figure": reverse("stats:activities_list") + "?figure=sessions",
        "progress": reverse("progress:list"),
        "exchange": reverse("exchange:agreement_list") + "?of=agreement",
        "exchange_ahead": reverse("exchange:ahead"),
        "exchange_editions": reverse("exchange:editions"),
        "exchange_take_over": reverse("exchange:take_over"),
        "pairings": reverse("pairings:list"),
        "retention": reverse("people:retention") + "?kind=bonds",
        "pairings_coverage": reverse("pairings:coverage"),
        "planned_pairs": reverse("pairings:plan", args=[whole.pk]) + f"?plan={whole.pk}",
        "pair_run": reverse("pairings:run", args=[whole.run_id]) + f"?run={whole.run_id}",
        "visits": reverse("pairings:visits"), "visits_mine": reverse("pairings:my_visits"),
        "visits_bonds": reverse("pairings:visit_choose"),
        "visits_missing": reverse("pairings:visits_missing"),
        "visits_unit": reverse("pairings:unit_visits"),
        "score_cards": reverse("scoring:cards"), "rule_sets": reverse("scoring:rules"),
        "evaluations": reverse("scoring:evaluations"),
        "feedback_received": reverse("scoring:received"),
        "feedback_sent": reverse("scoring:sent"),
        "feedback_filing": reverse("scoring:filing"),
        "extracts": reverse("scoring:extracts"),
        "surveys": reverse("surveys:list"),
        "checkups": reverse("scoring:checkups"), "letters": reverse("scoring:letters"),
        "quarter_report": reverse("scoring:report"), "praise": reverse("scoring:praise"),
        "samples": reverse("scoring:samples"), "draws": reverse("scoring:draws"),
        "patterns": reverse("scoring:patterns"),
        "participation": reverse("stats:participation"),
        "redemptions": reverse("shop:desk"), "prizes": reverse("shop:prizes"),
        "wallets": reverse("shop:wallets"), "donations": reverse("shop:donations"),
        "shops": reverse("shop:shops"), "points": reverse("shop:entries"),
        "gift_wishes": reverse("shop:wishes"),
        "stock_moves": reverse("shop:prize", args=[shop["shop:prize"]])
        + f"?prize={shop['shop:prize']}",
        "shop_effect": reverse("shop:effect", args=[shop["shop:"]])
        + f"?shop={shop['shop:']}",
        "wallet_entries": reverse("shop:wallet", args=[shop["shop:wallet"]])
        + f"?wallet={shop['shop:wallet']}",
        **{
            code: reverse(f"surveys:{name}", args=[pk]) + f"?survey={pk}"
            for code, name, pk in (
                ("survey_areas", "detail", again.pk), ("survey_doors", "left", again.pk),
                ("survey_results", "results", again.pk), ("survey_places", "places", wide),
                ("survey_needs", "needs", again.pk), ("survey_changes", "changes", again.pk),
            )
        },
    }  # fmt: skip
    assert set(pages) == set(exports.codes())
    for role in KINDS_OF_ROLE:
        client = w.client(role)
        for code, url in pages.items():
            page = client.get(url)
            query = url.partition("?")[2]
            file = take(client, code, query)
            opens = page.status_code == 200
            if code == "policy_receipts":  # a part of a page that everybody may read
                opens = opens and 'id="receipts"' in page.content.decode()
            # Two pages lead on to another one: members to their own, units to theirs.
            if page.status_code == 302:
                continue
            assert (file.status_code == 200) == opens, (code, role, file.status_code)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_export_of_any_role_holds_contact_data(w: World, kind: str) -> None:
    order = order_in("in_service", w)
    phones = {p.phone for p in w.people.values() if p.phone}
    secret = {*PRIVATE, *phones, Order.objects.get(pk=order.pk).detail or "-"}
    for role in ("community_worker", "grid_worker", "unit_secretary", "member", "county_org",
                 "system_admin"):  # fmt: skip
        client = w.client(role)
        for code in exports.codes():
            query = f"place={w.places.building.pk}&level=9" if code == "places" else ""
            answer = take(client, code, query, kind)
            if answer.status_code != 200:
                continue
            raw = b"".join(answer.streaming_content)
            words = raw.decode() if kind == "csv" else _words(raw)
            assert not {s for s in secret if s in words}, (code, role)


def _words(data: bytes) -> str:
    return "\n".join(",".join(str(c) for c in row) for row in cells_of(data))


def test_plans_changes_and_figures_leave_as_their_pages_show_them(w: World) -> None:
    draft = plan(w, "county_org").pk
    change = drafted(w.actors["prefecture_org"], "merge", "542524", into="542523").pk
    order_in("closed", w)
    office, whole = w.client("county_org"), w.client("prefecture_org")
    for client, code, query, words in (
        (office, "allocation_plans", "", ("尚未生效", "噶尔县")),
        (office, "allocation_points", f"plan={draft}", ("森格社区", "现在几家")),
        (
            office,
            "allocation_units",
            f"plan={draft}",
            ("国网阿里供电公司", "现在的联系点"),
        ),
        (office, "allocation_layout", "", ("森格社区", "今天的情况")),
        (whole, "changes", "", ("日土县并入噶尔县", "起草")),
        (whole, "change_steps", f"change={change}", ("542524100", "日土镇")),
        (
            office,
            "order_figure",
            "figure=solved",
            ("第三网格", "解决"),
        ),
        (office, "order_figure", "figure=in_time", ("地区住建局", "是")),
        (office, "order_figure", "figure=services", ("单位联系点", "60")),
        (office, "order_figure", "figure=helpers", ("地区住建局,1",)),
    ):
        text = text_of(take(client, code, query))
        assert text.count("\n") >= 3, code
        for word in words:
            assert word in text, (code, query, word, text[:400])


def test_the_register_is_for_those_who_answer_for_personal_data(w: World) -> None:
    take(w.client("unit_secretary"), "members")
    take(w.client("far_unit_secretary"), "members")
    page = w.client("privacy_officer").get(reverse("sheets:exports"))
    assert "王建国" in page.content.decode() and "周敏" not in page.content.decode()
    page = w.client("audit_admin").get(reverse("sheets:exports"))
    assert "周敏" in page.content.decode()
    assert w.client("county_org").get(reverse("sheets:exports")).status_code == 404


def test_a_list_longer_than_a_table_is_to_be_narrowed(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(exports.MOST, "xlsx", 2)
    answer = take(w.client("county_org"), "members", kind="xlsx")
    assert answer.status_code == 422 and "分几次导出" in answer.content.decode()
    assert not Export.objects.exists()

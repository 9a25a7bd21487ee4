"""What the product promises of a document, by its services on PostgreSQL."""

from datetime import timedelta

import pytest

from baodao.acts.timeline import events_of
from baodao.core.clock import now
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.notifications.models import Message
from baodao.oversight.models import Policy
from baodao.oversight.policies import papers, queries, services
from baodao.oversight.policies.services import ClauseSaid
from baodao.oversight.tests import policies as make
from baodao.oversight.tests.make import NOW
from baodao.oversight.tests.policies import SINCE
from baodao.people.tests.make import World, world
from baodao.places import basis
from baodao.places.tests.changing import carried_out

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


@pytest.mark.req("L03")
def test_everybody_chosen_gets_a_receipt_one_message_and_signs(w: World) -> None:
    p = make.published(w)
    names = set(p.receipts.values_list("name", flat=True))
    assert {"狮泉河镇", "昆莎乡", "森格社区", "藏布社区", "噶尔新村"} <= names
    assert w.units.unit.name in names and w.units.far.name not in names
    n = queries.numbers(p)
    assert n["waiting"] == n["all"] == p.receipts.count()
    told = Message.objects.filter(title__contains="双报到")
    assert told.count() == n["all"]
    mine = make.receipt(p, w.places.community.path)
    worker = w.actors["community_worker"]
    services.sign(actor=worker, receipt_id=mine.pk, now=NOW + DAY)
    mine.refresh_from_db()
    assert (mine.state, mine.read_by, mine.read_at) == ("read", worker.name, NOW + DAY)
    left = queries.receipts(p, queries.Wanted(figure="waiting")).count()
    assert left == queries.numbers(p)["waiting"] == n["all"] - 1
    with pytest.raises(Conflict):
        services.sign(actor=worker, receipt_id=mine.pk, now=NOW + DAY)


@pytest.mark.req("L03")
def test_those_who_have_not_read_are_reminded_once_a_day(w: World) -> None:
    county = w.actors["county_org"]
    p = make.published(w)
    mine = make.receipt(p, w.places.community.path)
    services.sign(actor=w.actors["community_worker"], receipt_id=mine.pk, now=NOW)
    left = queries.numbers(p)["waiting"]
    assert services.remind(actor=county, policy_id=p.pk, now=NOW) == left
    assert Message.objects.filter(title__startswith="请签收").count() == left
    with pytest.raises(Conflict, match="今天已经提醒过"):
        services.remind(actor=county, policy_id=p.pk, now=NOW)
    assert services.remind(actor=county, policy_id=p.pk, now=NOW + DAY) == left


@pytest.mark.req("A04")
def test_a_next_version_takes_over_on_its_day_with_clauses_links_and_readers(
    w: World,
) -> None:
    county = w.actors["county_org"]
    p = make.published(w, now=NOW, effective_on=NOW.date())
    papers.link(
        actor=county, policy_id=p.pk, clause=2, kind="duty", code="directive", now=NOW
    )
    pk = services.next_version(actor=county, policy_id=p.pk, now=NOW).id
    with pytest.raises(Invalid, match="已经有一份新版"):
        services.next_version(actor=county, policy_id=p.pk, now=NOW)
    draft = Policy.objects.get(pk=pk)
    assert [c["text"] for c in draft.drafted] == [c.text for c in make.CLAUSES]
    with pytest.raises(Invalid, match="不能更早"):
        early = make.said(w, effective_on=NOW.date() - DAY)
        services.edit(actor=county, policy_id=pk, said=early, now=NOW)
    services.edit(
        actor=county, policy_id=pk, said=make.said(w, effective_on=SINCE), now=NOW
    )
    first = draft.drafted[0]["key"]
    services.move_clause(actor=county, policy_id=pk, key=first, event="down", now=NOW)
    services.publish(actor=county, policy_id=pk, now=NOW)
    p.refresh_from_db()
    new = Policy.objects.get(pk=pk)
    assert (p.state, p.valid_to, new.edition) == ("superseded", SINCE, 2)
    # 走访 is the first clause now, and what rested on it still does.
    assert new.clauses.get(links__state="linked").number == 1
    assert set(p.receipts.values_list("state", flat=True)) == {"released"}
    assert queries.numbers(new)["waiting"] > 0
    assert p.clauses.count() == 2 and queries.policy(county, p.pk).title == p.title


@pytest.mark.req("A04")
def test_what_rests_on_a_clause_is_known_where_the_document_is_in_force(
    w: World,
) -> None:
    county = w.actors["county_org"]
    p = make.published(w, effective_on=NOW.date() - DAY)
    here, far = w.places.community.path, w.places.far_community.path
    key = "visits.festivals_per_year"
    papers.link(
        actor=county, policy_id=p.pk, clause=2, kind="setting", code=key, now=NOW
    )
    (found,) = basis.of("setting", key, here)
    assert found.words == "《关于做好“双报到”工作的通知》第二条"
    assert found.url.endswith("#c2")
    assert basis.of("setting", key, far) == []
    with pytest.raises(Invalid, match="已经写明"):
        papers.link(
            actor=county, policy_id=p.pk, clause=2, kind="setting", code=key, now=NOW
        )
    with pytest.raises(Invalid, match="请选"):
        papers.link(
            actor=county, policy_id=p.pk, clause=2, kind="setting", code="no", now=NOW
        )
    (line,) = [x for x in queries.lines(p) if x.rests]
    papers.unlink(actor=county, policy_id=p.pk, link_id=line.rests[0][0], now=NOW)
    assert basis.of("setting", key, here) == []


@pytest.mark.req("A04")
def test_a_repealed_document_says_why_and_stays_readable(w: World) -> None:
    county, worker = w.actors["county_org"], w.actors["community_worker"]
    p = make.published(w, effective_on=NOW.date())
    with pytest.raises(Invalid, match="为什么废止"):
        services.repeal(
            actor=county, policy_id=p.pk, on=NOW.date(), reason=" ", now=NOW
        )
    services.repeal(
        actor=county, policy_id=p.pk, on=NOW.date(), reason="并入新方案", now=NOW
    )
    p.refresh_from_db()
    assert (p.state, p.valid_to) == ("repealed", NOW.date())
    assert queries.numbers(p)["waiting"] == 0
    assert queries.policy(worker, p.pk).end_reason == "并入新方案"
    assert Message.objects.filter(title__startswith="已废止").exists()
    with pytest.raises(Conflict):
        services.next_version(actor=county, policy_id=p.pk, now=NOW)


def test_a_document_repealed_before_its_first_day_never_held(w: World) -> None:
    county, first = w.actors["county_org"], NOW.date() + timedelta(days=30)
    p = make.published(w, effective_on=first, is_public=True)
    services.repeal(
        actor=county, policy_id=p.pk, on=NOW.date(), reason="写错了", now=NOW
    )
    p.refresh_from_db()
    assert queries.standing(p, NOW.date())[1] == "已废止"
    assert p not in queries.public(w.places.community.path)
    mine = queries.readable(county)
    assert p in queries.in_tab(mine, "past", county)
    assert p not in queries.in_tab(mine, "now", county)


def test_a_version_that_is_to_come_is_replaced_and_not_repealed(w: World) -> None:
    """Otherwise the version before it would go on, though everybody was told it ended."""
    county = w.actors["county_org"]
    p = make.published(w, effective_on=NOW.date())
    day = NOW.date() + timedelta(days=30)
    pk = services.next_version(actor=county, policy_id=p.pk, now=NOW).id
    Policy.objects.filter(pk=pk).update(effective_on=day)
    services.publish(actor=county, policy_id=pk, now=NOW)
    with pytest.raises(Conflict, match="上一版仍在执行"):
        services.repeal(
            actor=county, policy_id=pk, on=NOW.date(), reason="不用", now=NOW
        )


def test_what_is_repealed_for_later_binds_and_may_be_signed_until_then(
    w: World,
) -> None:
    county, day = w.actors["county_org"], NOW.date() + timedelta(days=60)
    p = make.published(w, effective_on=NOW.date())
    services.repeal(actor=county, policy_id=p.pk, on=day, reason="并入新方案", now=NOW)
    waiting = queries.numbers(p)["waiting"]
    assert waiting > 0 and services.release_over(NOW) == 0
    services.sign(
        actor=w.actors["community_worker"],
        receipt_id=make.receipt(p, w.places.community.path).pk, now=NOW,
    )  # fmt: skip
    assert services.release_over(NOW + timedelta(days=61)) == 1
    n = queries.numbers(p)
    assert (n["read"], n["waiting"], n["released"]) == (1, 0, waiting - 1)
    for call in (
        lambda: papers.attach(
            actor=county, policy_id=p.pk, name="a.pdf", data=b"%PDF-1.7", now=NOW
        ),
        lambda: papers.link(
            actor=county, policy_id=p.pk, clause=1, kind="setting",
            code="orders.verify_days", now=NOW,
        ),
    ):  # fmt: skip
        with pytest.raises(Conflict):
            call()


def test_who_it_is_for_reads_it_and_nobody_else(w: World) -> None:
    p = make.published(w)
    for key in (
        "community_worker", "grid_worker", "township_party", "prefecture_org",
        "unit_secretary", "member", "inspector",
    ):  # fmt: skip
        assert queries.policy(w.actors[key], p.pk) == p, key
    for key in ("outsider", "far_county_org", "far_unit_secretary", "system_admin"):
        with pytest.raises(NotFound):
            queries.policy(w.actors[key], p.pk)
    draft = make.drafted(w)
    for key in ("community_worker", "prefecture_org", "inspector"):
        with pytest.raises(NotFound):
            queries.policy(w.actors[key], draft.pk)


def test_only_the_issuer_decides_and_only_the_addressee_signs(w: World) -> None:
    p = make.published(w)
    mine = make.receipt(p, w.places.community.path)
    with pytest.raises(Forbidden, match="自己签收"):
        services.sign(actor=w.actors["township_party"], receipt_id=mine.pk, now=NOW)
    with pytest.raises(NotFound):
        services.sign(
            actor=w.actors["other_community_worker"], receipt_id=mine.pk, now=NOW
        )
    with pytest.raises(Forbidden, match="噶尔县委组织部"):
        services.remind(actor=w.actors["prefecture_org"], policy_id=p.pk, now=NOW)
    with pytest.raises(NotFound):
        services.remind(actor=w.actors["community_worker"], policy_id=p.pk, now=NOW)
    with pytest.raises(Invalid, match="管到哪里"):
        make.drafted(w, "township_party", scope=w.places.district.path)
    with pytest.raises(NotFound):
        make.drafted(w, "community_worker")


def test_what_is_published_is_whole_and_never_changed(w: World) -> None:
    county = w.actors["county_org"]
    pk = services.draft(actor=county, said=make.said(w), now=NOW).id
    with pytest.raises(Conflict, match="还没有条款"):
        services.publish(actor=county, policy_id=pk, now=NOW)
    with pytest.raises(Invalid, match="手机号"):
        phone = ClauseSaid("找13889970312")
        services.write_clause(actor=county, policy_id=pk, said=phone, now=NOW)
    p = make.published(w)
    with pytest.raises(Conflict):
        services.edit(actor=county, policy_id=p.pk, said=make.said(w), now=NOW)
    with pytest.raises(Conflict):
        services.write_clause(
            actor=county, policy_id=p.pk, said=make.CLAUSES[0], now=NOW
        )
    narrow = make.published(w, scope=w.places.street.path, to=("community",))
    assert {r.name for r in narrow.receipts.all()} == {"森格社区", "藏布社区"}


@pytest.mark.req("L03")
def test_the_paper_is_kept_encrypted_and_every_opening_is_on_record(w: World) -> None:
    county, worker = w.actors["county_org"], w.actors["community_worker"]
    p = make.published(w)
    with pytest.raises(Invalid, match="PDF"):
        papers.attach(actor=county, policy_id=p.pk, name="a.doc", data=b"x", now=NOW)
    file = papers.attach(
        actor=county, policy_id=p.pk, name="通知.pdf", data=b"%PDF-1.7 x", now=NOW
    )
    got = papers.open_file(actor=worker, policy_id=p.pk, file_id=file.pk)
    assert got.body == b"%PDF-1.7 x"
    assert "open_file" in {e.action.split(".")[1] for e in events_of(p.pk)}


def test_case_7_a_unit_that_ended_need_not_read(w: World) -> None:
    """Domain 8.7."""
    p = make.published(w)
    assert services.follow_unit(w.units.unit.pk, NOW) == 1
    assert p.receipts.get(unit=w.units.unit).state == "released"


def test_case_22_a_merged_community_signs_once(w: World) -> None:
    """Domain 8.22."""
    p = make.published(w, now=now(), to=("community",))
    old, new = w.places.community, w.places.second_community
    carried_out(w.actors["county_org"], "merge", old.code, into=new.code)
    assert p.receipts.get(path=new.path, state="waiting").name == new.name
    assert p.receipts.get(state="released").path == old.path

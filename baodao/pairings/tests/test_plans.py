"""Suggested plans: a community's on one page, a district's in one run (A15, L08, L34,
L37)."""

import pytest
from django.urls import reverse

from baodao.acts.models import Event
from baodao.core.errors import Conflict, Forbidden, Invalid, NotFound
from baodao.notifications.models import Message
from baodao.pairings import plan_services, plan_stale, planning
from baodao.pairings.models import Apart, HouseholdPairing, PairingPlan, PairingRun
from baodao.pairings.tests.make import AT, another_home, proposed
from baodao.people.tests.make import World, world
from baodao.places.models import Household
from baodao.places.services import set_setting
from baodao.places.tests.changing import carried_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


def plan(w: World) -> PairingPlan:
    """Households 0312 and 0313, the two members who live in the community."""
    another_home(w)
    path = w.places.community.path
    return planning.compute_plan(actor=w.actors["community_worker"], path=path, now=AT)


def run(w: World, key: str = "county_org") -> PairingRun:
    done = planning.start_run(
        actor=w.actors[key], place_id=w.places.district.pk, now=AT
    )
    planning.compute_run(done.id, now=AT)
    return PairingRun.objects.get(pk=done.id)


@pytest.mark.req("A15", "L08", "L37")
def test_all_pairs_are_confirmed_at_once_one_act_each(w: World) -> None:
    it = plan(w)
    assert (it.homes, it.suggested) == (2, 2)
    assert not HouseholdPairing.objects.exists()
    worker = w.actors["community_worker"]
    with pytest.raises(Conflict):
        plan_services.confirm(actor=worker, plan_id=it.pk, seen=1, now=AT)
    with pytest.raises(NotFound):
        plan_services.confirm(actor=w.actors["outsider"], plan_id=it.pk, seen=2)
    with pytest.raises(Forbidden):
        plan_services.confirm(actor=w.actors["county_org"], plan_id=it.pk, seen=2)
    assert plan_services.confirm(actor=worker, plan_id=it.pk, seen=2, now=AT) == 2
    assert Event.objects.filter(action="pairings.propose").count() == 2
    assert all(p.parts for p in HouseholdPairing.objects.all())
    with pytest.raises(Conflict):
        plan_services.confirm(actor=worker, plan_id=it.pk, seen=2, now=AT)
    it.refresh_from_db()
    assert plan_services.ask_everybody(actor=worker, plan=it, now=AT) == 2
    assert HouseholdPairing.objects.filter(state="consent_pending").count() == 2


def test_another_member_needs_a_reason_and_stays_when_computed_again(w: World) -> None:
    Household.objects.filter(pk=w.household.pk).update(focus=["elder"])
    worker, path = w.actors["community_worker"], w.places.community.path
    it = planning.compute_plan(actor=worker, path=path, now=AT)
    pair = it.pairs.get()
    other = plan_stale.left_members(it).first()
    assert other and other.pk != pair.member_id
    with pytest.raises(Invalid):
        plan_services.change(
            actor=worker, pair_id=pair.pk, member_id=other.pk, reason=" "
        )
    with pytest.raises(Invalid):
        plan_services.change(
            actor=worker, pair_id=pair.pk, member_id=w.members.far.pk, reason="近"
        )
    plan_services.change(
        actor=worker, pair_id=pair.pk, member_id=other.pk, reason="他们早就认识"
    )
    again = planning.compute_plan(actor=worker, path=path, now=AT)
    kept = again.pairs.get()
    assert (kept.member_id, kept.reason) == (other.pk, "他们早就认识")
    it.refresh_from_db()
    assert it.state == "dropped"
    plan_services.confirm(actor=worker, plan_id=again.pk, seen=1, now=AT)
    assert HouseholdPairing.objects.get().why == "他们早就认识"


def test_a_pair_left_out_for_kinship_is_never_suggested_again(w: World) -> None:
    it = plan(w)
    worker = w.actors["community_worker"]
    pair = it.pairs.order_by("home_path").first()
    assert pair
    plan_services.leave_out(actor=worker, pair_id=pair.pk, why="relative")
    mark = Apart.objects.get()
    assert (mark.member_id, mark.why) == (pair.member_id, "relative")
    left = plan_stale.left_homes(it)
    assert [ln.household.pk for ln in left] == [pair.household_id]
    assert "亲属" in left[0].why
    with pytest.raises(Conflict):
        plan_services.put_back(actor=worker, pair_id=pair.pk)
    other = it.pairs.get(left_out="")
    plan_services.leave_out(actor=worker, pair_id=other.pk, why="household_later")
    assert Apart.objects.count() == 1
    plan_services.put_back(actor=worker, pair_id=other.pk)
    assert plan_services.confirm(actor=worker, plan_id=it.pk, seen=1, now=AT) == 1


def test_what_is_no_longer_possible_is_said_and_passed_over(w: World) -> None:
    it = plan(w)
    proposed(w, key="member")
    gone = plan_stale.stale(it.pairs.all())
    assert gone and set(gone.values()) <= {
        "这一户已经有人联系，或不在了", "这名党员已有联系户，或不在岗",
    }  # fmt: skip
    worker, good = w.actors["community_worker"], 2 - len(gone)
    with pytest.raises(Conflict):
        plan_services.confirm(actor=worker, plan_id=it.pk, seen=2, now=AT)
    if good:
        plan_services.confirm(actor=worker, plan_id=it.pk, seen=good, now=AT)
    assert HouseholdPairing.objects.count() == 1 + good


@pytest.mark.req("L08", "L34")
def test_a_district_is_computed_in_one_run_and_its_communities_confirm(
    w: World,
) -> None:
    it = run(w)
    assert (it.state, it.communities, it.pairs) == ("ready", 1, 1)
    mine = it.plans.get()
    assert (mine.path, mine.state) == (w.places.community.path, "draft")
    told = Message.objects.get(role="community_worker", path=mine.path)
    assert "试算了1对结对" in told.title
    with pytest.raises(Forbidden):
        plan_services.confirm_rest(actor=w.actors["county_org"], run_id=it.pk, seen=1)
    with pytest.raises(NotFound):
        plan_services.confirm_rest(
            actor=w.actors["far_county_org"], run_id=it.pk, seen=1
        )
    worker = w.actors["community_worker"]
    assert plan_services.confirm(actor=worker, plan_id=mine.pk, seen=1, now=AT) == 1


@pytest.mark.req("L08")
def test_where_the_setting_allows_it_the_county_confirms_in_one_go(w: World) -> None:
    county = w.actors["county_org"]
    it = run(w)
    set_setting(
        actor=county, path=w.places.district.path, key="pairings.confirmed_by",
        value="community,county", reason="人手少",
    )  # fmt: skip
    assert plan_services.confirm_rest(actor=county, run_id=it.pk, seen=1, now=AT) == 1
    bond = HouseholdPairing.objects.get()
    event = Event.objects.get(object_id=bond.pk)
    assert (bond.state, event.actor_role) == ("proposed", "system")
    assert it.plans.get().decided_by == county.name
    assert plan_services.drop_run(actor=county, run_id=it.pk) == 0


def test_a_run_leaves_a_community_alone_that_is_at_work_itself(w: World) -> None:
    own = plan(w)
    it = run(w)
    own.refresh_from_db()
    assert own.state == "draft" and not it.plans.exists()


def test_a_run_says_why_it_could_not_be_done(w: World) -> None:
    Household.objects.update(focus=[])
    it = run(w)
    assert it.state == "failed" and "没有可以建议的" in it.problem
    assert planning.compute_run(it.pk) == 0


def test_a_draft_does_not_outlive_a_change_of_divisions(w: World) -> None:
    """domain 8.22: what was only suggested is computed anew."""
    it = plan(w)
    carried_out(
        w.actors["prefecture_org"], "merge", w.places.community.code,
        into=w.places.second_community.code,
    )  # fmt: skip
    it.refresh_from_db()
    assert it.state == "dropped"


# --- pages -----------------------------------------------------------------------------------


def test_the_page_of_a_plan_works_for_its_community_only(w: World) -> None:
    it = plan(w)
    url = reverse("pairings:plan", args=[it.pk])
    client = w.client("community_worker")
    for show in ("", "out", "left", "members"):
        assert client.get(url, {"show": show}).status_code == 200
        sheet = f"/exports/planned_pairs/?plan={it.pk}&show={show}"
        assert client.post(sheet, {"kind": "csv"}).status_code == 200
    pair = it.pairs.first()
    assert pair
    page = client.get(url, {"pair": str(pair.pk), "only": "warn"}).content.decode()
    assert "去掉这一对" in page and "赵阿姨" not in page
    assert client.get("/pairings/suggest/")["Location"] == url
    for key, status in (
        ("county_org", 403),
        ("outsider", 404),
        ("unit_secretary", 404),
    ):
        assert w.client(key).get(url).status_code == status
        confirm = reverse("pairings:plan_confirm", args=[it.pk])
        assert w.client(key).post(confirm, {"seen": "2"}).status_code == status
    assert client.get(reverse("pairings:plan_confirm", args=[it.pk])).status_code == 405
    change = reverse("pairings:pair_change", args=[pair.pk])
    bad = client.post(f"{change}?q=户", {"member": "x", "reason": ""})
    assert bad.status_code == 422
    out = reverse("pairings:pair_leave_out", args=[pair.pk])
    assert client.post(out, {"why": "?"}).status_code == 422
    answer = client.post(f"{out}?only=warn&pair={pair.pk}", {"why": "wrong"})
    assert answer["Location"] == f"{url}?only=warn"
    back = reverse("pairings:pair_put_back", args=[pair.pk])
    assert client.post(back).status_code == 302
    drop = reverse("pairings:plan_drop", args=[it.pk])
    assert client.post(drop).status_code == 302
    assert client.get("/pairings/suggest/").status_code == 200


def test_the_district_sees_numbers_and_no_household(w: World) -> None:
    client = w.client("county_org")
    answer = client.post("/pairings/runs/", {"place": str(w.places.district.pk)})
    it = PairingRun.objects.get()
    url = reverse("pairings:run", args=[it.pk])
    assert answer["Location"] == url
    assert "排着队" in client.get(url).content.decode()
    again = client.post("/pairings/runs/", {"place": str(w.places.district.pk)})
    assert again.status_code == 409
    planning.compute_run(it.pk)
    page = client.get(url).content.decode()
    assert "森格社区" in page and "&lt;5" in page and "0312" not in page
    sheet = client.post(f"/exports/pair_run/?run={it.pk}", {"kind": "csv"})
    assert sheet.status_code == 200
    for key, status in (("far_county_org", 404), ("community_worker", 404)):
        assert w.client(key).get(url).status_code == status
    confirm = reverse("pairings:run_confirm", args=[it.pk])
    assert client.post(confirm, {"seen": "1"}).status_code == 302
    assert not HouseholdPairing.objects.exists()
    drop = reverse("pairings:run_drop", args=[it.pk])
    assert client.get(drop).status_code == 405
    assert client.post(drop).status_code == 302
    assert not PairingPlan.objects.filter(state="draft").exists()

"""The pages of bonds: they work, refuse the wrong role, hide other places, refuse the
wrong method."""

import pytest
from django.urls import reverse

from baodao.acts.models import Event
from baodao.pairings import estates
from baodao.pairings.models import Apart, EstatePairing, HouseholdPairing
from baodao.pairings.tests.make import AT, active, another_home, asked, fresh, proposed
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
LIST = "/pairings/"


@pytest.fixture
def w() -> World:
    return world()


def _act(it: HouseholdPairing, event: str) -> str:
    return reverse("pairings:act", args=[it.pk, event])


@pytest.mark.req("L52")
def test_every_tab_works_empty_and_full(w: World) -> None:
    client = w.client("community_worker")
    for tab in ("households", "estates", "uncovered", "bare"):
        assert client.get(LIST, {"tab": tab}).status_code == 200
    assert "户0312" in client.get(LIST, {"tab": "uncovered"}).content.decode()
    assert "象雄小区" in client.get(LIST, {"tab": "bare"}).content.decode()
    it = active(w)
    estates.confirm_estates(
        actor=w.actors["community_worker"], path=w.places.community.path,
        chosen={w.units.unit.pk: w.places.estate.pk}, now=AT,
    )  # fmt: skip
    page = client.get(LIST).content.decode()
    assert "户0312" in page and "杨帆" in page and "老年人" in page
    assert "赵阿姨" not in page
    estate = client.get(LIST, {"tab": "estates", "q": "住建"}).content.decode()
    assert "象雄小区" in estate and "地区住建局" in estate
    for tab in ("households", "estates", "uncovered", "bare"):
        answer = client.post(f"/exports/pairings/?tab={tab}", {"kind": "csv"})
        assert answer.status_code == 200
    assert client.get(reverse("pairings:detail", args=[it.pk])).status_code == 200
    assert client.get(LIST, {"show": "over", "q": "户9999"}).status_code == 200


def test_units_read_numbers_only_and_others_nothing(w: World) -> None:
    it = active(w)
    url = reverse("pairings:detail", args=[it.pk])
    page = w.client("other_unit_secretary").get(url).content.decode()
    assert "户0312" in page and "老年人" not in page and "同意书" not in page
    assert "户0312" in w.client("other_unit_secretary").get(LIST).content.decode()
    assert "户0312" not in w.client("unit_secretary").get(LIST).content.decode()
    assert w.client("unit_secretary").get(url).status_code == 404
    for key in ("outsider", "other_community_worker", "other_grid_worker", "anonymous"):
        assert w.client(key).get(url).status_code in (302, 404)
    page = w.client("township_party").get(url).content.decode()
    assert "老年人" not in page and "谁看过称呼" not in page
    assert w.client("township_party").post(_act(it, "end")).status_code == 403
    assert w.client("grid_worker").get(url).status_code == 200


def test_who_was_asked_and_said_no_is_nobody_else_s_business(w: World) -> None:
    """domain 9.4: no list of refusals."""
    it = asked(w)
    url = reverse("pairings:detail", args=[it.pk])
    for key in ("other_unit_secretary", "township_party", "county_org"):
        client = w.client(key)
        assert client.get(url).status_code == 404
        assert "户0312" not in client.get(LIST).content.decode()
    assert w.client("community_worker").get(url).status_code == 200
    place = reverse("places:detail", args=[w.places.district.pk])
    assert "看覆盖面" in w.client("county_org").get(place).content.decode()


@pytest.mark.req("L08", "L37")
def test_from_suggestion_to_consent_in_pages(w: World) -> None:
    client = w.client("community_worker")
    assert "1 户重点户没有人联系" in client.get("/pairings/suggest/").content.decode()
    url = client.post("/pairings/plans/")["Location"]
    page = client.get(url)
    assert "老年人" in page.content.decode() and not HouseholdPairing.objects.exists()
    assert client.post(f"{url}confirm/", {"seen": "9"}).status_code == 302
    assert not HouseholdPairing.objects.exists()
    assert client.post(f"{url}confirm/", {"seen": "1"}).status_code == 302
    it = HouseholdPairing.objects.get()
    assert client.get(LIST, {"show": "ask"}).status_code == 200
    assert client.post("/pairings/ask/", {"ids": ["x"]}).status_code == 302
    assert client.post("/pairings/ask/", {"ids": [str(it.pk)]}).status_code == 302
    assert fresh(it).state == "consent_pending"
    form = {"way": "spoken", "language": "zh", "given_on": "2020-01-01"}
    bad = client.post(_act(it, "consent"), form)
    assert bad.status_code == 422 and "见证人" in bad.content.decode()
    from baodao.core.clock import today

    good = {"way": "written", "language": "zh", "given_on": today().isoformat()}
    assert client.post(_act(it, "consent"), good).status_code == 302
    assert fresh(it).state == "active"
    terms = {"quiet_months": ["7"], "not_after": "18:00", "phone_only": "on"}
    assert client.post(_act(it, "set_terms"), terms).status_code == 302
    assert fresh(it).quiet_months == [7]
    assert client.post(_act(it, "pause"), {"reason": "other"}).status_code == 302
    assert client.post(_act(it, "resume")).status_code == 302
    assert client.post(_act(it, "moved"), {"community": "没有这里"}).status_code == 422
    assert client.post(_act(it, "moved"), {"community": "噶尔新村"}).status_code == 302
    assert client.post(_act(it, "resume")).status_code == 302
    assert client.post(_act(it, "end"), {"reason": "?"}).status_code == 422
    assert client.post(_act(it, "withdraw")).status_code == 302
    assert fresh(it).end_reason == "withdrawn"
    assert client.get(_act(it, "withdraw")).status_code == 405
    assert client.post(_act(it, "lapse")).status_code == 404


def test_choosing_by_hand_needs_a_reason(w: World) -> None:
    client = w.client("community_worker")
    url = reverse("pairings:propose", args=[w.household.pk])
    page = client.get(url)
    ranked = [s.value for s in page.context["best"]]
    other = {"member": ranked[-1], "why": ""}
    assert len(ranked) == 3 and client.post(url, other).status_code == 422
    assert client.post(url, {**other, "why": "本来就认识"}).status_code == 302
    it = HouseholdPairing.objects.get()
    assert it.why == "本来就认识"
    assert w.client("outsider").get(url).status_code == 404
    assert w.client("unit_secretary").get(url).status_code == 403


@pytest.mark.req("L08")
def test_handing_over_in_pages(w: World) -> None:
    it = active(w)
    client = w.client("community_secretary")
    url = reverse("pairings:hand_over", args=[it.pk])
    assert "换人" in client.get(url).content.decode()
    data = {"member": str(w.members.member.pk), "why": "住得近"}
    assert client.post(url, data).status_code == 302
    assert fresh(it).end_reason == "handed_over"
    assert w.client("township_party").get(url).status_code == 403


@pytest.mark.req("L07", "L34")
def test_estates_in_pages(w: World) -> None:
    client = w.client("community_worker")
    page = client.get("/pairings/suggest/", {"what": "estates"})
    value = page.context["rows"][0]["value"]
    url = "/pairings/suggest/?what=estates"
    assert client.post(url, {"ids": [value]}).status_code == 302
    row = EstatePairing.objects.get()
    assert (
        "象雄小区"
        in w.client("unit_secretary").get(LIST, {"tab": "estates"}).content.decode()
    )
    end = reverse("pairings:end_estate", args=[row.pk])
    assert w.client("outsider").post(end, {"reason": "changed"}).status_code == 404
    assert client.post(end, {"reason": "changed"}).status_code == 302
    hand = reverse("pairings:pair_estate", args=[w.places.estate.pk])
    assert client.get(hand).status_code == 200
    assert (
        client.post(hand, {"unit": str(w.units.unit.pk), "why": ""}).status_code == 422
    )
    good = {"unit": str(w.units.unit.pk), "why": "管着消防"}
    assert client.post(hand, good).status_code == 302
    assert EstatePairing.objects.filter(valid_to=None).get().why == "管着消防"


@pytest.mark.req("L08")
def test_the_member_sees_her_household_and_opens_it_for_a_purpose(w: World) -> None:
    it = asked(w)
    client = w.client("neighbour")
    assert "还没有联系户" in client.get("/pairings/my/").content.decode()
    HouseholdPairing.objects.filter(pk=it.pk).update(
        state="ended", ended_on=AT.date(), end_reason="error"
    )
    it = active(w)
    page = client.get("/pairings/my/").content.decode()
    assert "户0312" in page and "赵阿姨" not in page
    url = reverse("pairings:reveal", args=[it.pk])
    shown = client.post(url, {"purpose": "visit"})
    assert "赵阿姨" in shown.content.decode() and shown["Cache-Control"] == "no-store"
    assert Event.objects.filter(action="pairings.reveal").count() == 1
    assert client.post(url, {"purpose": ""}).status_code == 302
    assert w.client("member").post(url, {"purpose": "visit"}).status_code == 404
    assert client.get(url).status_code == 405
    assert w.client("community_worker").get("/pairings/my/").status_code == 404
    assert client.get(LIST).status_code == 302
    staff = w.client("community_worker").post(url, {"purpose": "check"})
    assert "赵阿姨" in staff.content.decode()


@pytest.mark.req("L08")
def test_a_household_stops_it_by_its_link(w: World) -> None:
    it = active(w)
    client = w.client()
    url = reverse("pairings:home", args=[it.token])
    page = client.get(url).content.decode()
    assert "杨帆在和您联系" in page and "还没有人看过" in page
    assert client.get("/pairings/h/nothing/").status_code == 404

    def act(event: str) -> str:
        return reverse("pairings:home_act", args=[it.token, event])

    assert w.client("community_worker").post(act("withdraw")).status_code == 403
    assert "只能看" in w.client("community_worker").get(url).content.decode()
    assert client.post(act("pause")).status_code == 302
    assert fresh(it).pause_reason == "household_asks"
    assert client.post(act("resume")).status_code == 302
    assert client.post(act("end")).status_code == 404
    assert client.get(act("withdraw")).status_code == 405
    assert client.post(act("withdraw")).status_code == 302
    assert fresh(it).end_reason == "withdrawn"
    assert "没有人在联系您" in client.get(url).content.decode()


def test_the_form_is_printed_in_one_language_or_two(w: World) -> None:
    it = proposed(w)
    client = w.client("grid_worker")
    url = reverse("pairings:consent_form", args=[it.pk])
    one, two = client.get(url), client.get(url, {"lang": "bo"})
    assert "赵阿姨" not in one.content.decode() and "杨帆" in one.content.decode()
    assert "བོད" not in one.content.decode() and "འཐད་ཡིག" in two.content.decode()
    assert w.client("unit_secretary").get(url).status_code == 403
    assert w.client("outsider").get(url).status_code == 404


def test_who_must_not_be_paired(w: World) -> None:
    it = proposed(w, household_id=another_home(w).pk)
    client = w.client("community_worker")
    url = reverse("pairings:set_apart", args=[it.pk])
    data = {"member": str(w.members.member.pk), "why": "relative"}
    assert client.post(url, {}).status_code == 422
    assert client.post(url, data).status_code == 302
    assert client.post(url, data).status_code == 422
    mark = Apart.objects.get()
    undo = reverse("pairings:unset_apart", args=[mark.pk])
    assert w.client("outsider").post(undo).status_code == 404
    assert client.post(undo).status_code == 302 and Apart.objects.get().removed


@pytest.mark.req("L52")
def test_coverage_counts_places_below(w: World) -> None:
    active(w)
    for key in ("county_org", "township_party"):
        page = w.client(key).get("/pairings/coverage/")
        assert page.status_code == 200 and "赵阿姨" not in page.content.decode()
    assert w.client("unit_secretary").get("/pairings/coverage/").status_code == 404

"""Pages: they work, refuse the wrong role, hide other places, refuse the wrong method."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from baodao.core.clock import now, today
from baodao.duties.models import Duty
from baodao.oversight import services
from baodao.oversight.models import Directive
from baodao.oversight.tests import make
from baodao.people.tests.make import World, world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def w() -> World:
    return world()


def _get(w: World, key: str, name: str, *args: Any, **query: str) -> Any:
    return w.client(key).get(reverse(f"oversight:{name}", args=args), query)


def _post(w: World, key: str, name: str, /, *args: Any, **data: Any) -> Any:
    return w.client(key).post(reverse(f"oversight:{name}", args=args), data)


def _text(response: Any) -> str:
    return str(response.content.decode())


def _published(w: World, key: str = "county_org", to: str = "community") -> Directive:
    return make.published(w, key, to, now(), today() + 14 * DAY)


@pytest.mark.req("A28")
def test_a_directive_goes_from_the_county_to_a_community_and_back(w: World) -> None:
    assert "没有在办的工作要求" in _text(_get(w, "county_org", "directives"))
    due = (today() + 14 * DAY).isoformat()
    wrong = _post(w, "county_org", "directive_new", title="", text="x", due_on=due)
    assert wrong.status_code == 422
    sent = _post(
        w, "county_org", "directive_new", title="冬季走访", text="走访重点户", due_on=due,
        to="community", how="some",
    )  # fmt: skip
    d = Directive.objects.get()
    assert sent.url == reverse("oversight:directive_choose", args=[d.pk])
    assert "森格社区" in _text(_get(w, "county_org", "directive_choose", d.pk))
    _post(w, "county_org", "directive_choose", d.pk, to=[str(w.places.community.pk)])
    assert "1 家" in _text(_get(w, "county_org", "directive", d.pk))
    _post(
        w, "county_org", "directive_edit", d.pk, title="冬季大走访", text="走访重点户",
        due_on=due, to="community", how="some",
    )  # fmt: skip
    _post(w, "county_org", "directive_act", d.pk, "publish")
    i = d.items.get()
    assert _get(w, "community_worker", "directives").url == reverse("oversight:items")
    page = _text(_get(w, "community_worker", "items"))
    assert "冬季大走访" in page and "有 1 件上级要求的事要办" in page
    duty = Duty.objects.get(source_id=i.pk)
    assert _get(w, "community_worker", "duty", duty.pk).url == reverse(
        "oversight:item", args=[i.pk]
    )
    assert "签收" in _text(_get(w, "community_secretary", "item", i.pk))
    _post(w, "community_worker", "item_act", i.pk, "receive")
    assert _post(w, "community_worker", "item_act", i.pk, "report").status_code == 422
    later = (today() + 20 * DAY).isoformat()
    _post(
        w, "community_worker", "item_act", i.pk, "ask_time", until=later, reason="人手"
    )
    page = _text(_get(w, "county_org", "item", i.pk))
    assert "要不要延期" in page and "人手" in page
    _post(w, "county_org", "item_act", i.pk, "give_time", reason="")
    _post(w, "community_worker", "item_act", i.pk, "report", text="走了42户")
    listed = _text(_get(w, "county_org", "directive", d.pk, figure="reported"))
    assert "去确认" in listed and "森格社区" in listed
    wrong = _post(w, "county_org", "item_act", i.pk, "send_back", reason="")
    assert wrong.status_code == 422
    _post(w, "county_org", "item_act", i.pk, "accept")
    i.refresh_from_db()
    assert i.state == "accepted"
    assert "森格社区" in _text(_get(w, "county_org", "directive_print", d.pk))
    _post(w, "county_org", "directive_act", d.pk, "close")
    assert "冬季大走访" in _text(_get(w, "county_org", "directives", tab="ended"))


@pytest.mark.req("A34")
def test_a_township_passes_on_and_the_county_sees_below(w: World) -> None:
    d = _published(w, to="township")
    i = make.item(d, w.places.street.pk)
    assert "冬季走访" in _text(_get(w, "township_party", "item_pass_on", i.pk))
    due = (today() + 10 * DAY).isoformat()
    _post(
        w, "township_party", "item_pass_on", i.pk, title="冬季走访", text="走访重点户",
        due_on=due, to="community", how="all",
    )  # fmt: skip
    child = Directive.objects.get(parent=i)
    services.publish(actor=w.actors["township_party"], directive_id=child.pk, now=now())
    assert "0 / 2 家" in _text(_get(w, "county_org", "directive", d.pk))
    page = _text(_get(w, "county_org", "item", i.pk))
    assert "转给下面办的" in page
    page = _text(_get(w, "county_org", "directive", child.pk))
    assert "转办自" in page and "结束这个要求" not in page
    assert _get(w, "county_org", "item_pass_on", i.pk).status_code == 403


def test_a_unit_has_its_own_list_and_nobody_else_sees_it(w: World) -> None:
    d = make.published(
        w, "county_org", "unit", now(), today() + 14 * DAY, everyone=False,
        targets=[w.units.unit.pk],
    )  # fmt: skip
    i = d.items.get()
    assert "冬季走访" in _text(_get(w, "unit_liaison", "items"))
    assert _get(w, "unit_liaison", "item", i.pk).status_code == 200
    for key in ("community_worker", "township_party", "far_unit_secretary", "member"):
        assert _get(w, key, "item", i.pk).status_code == 404
    assert _get(w, "township_party", "directive", d.pk).status_code == 404
    assert _get(w, "anonymous", "directives").status_code == 404


def test_figures_are_as_long_as_their_lists_and_filters_lead_out(w: World) -> None:
    d = _published(w)
    page = _get(w, "county_org", "directive", d.pk, figure="unreceived").context["page"]
    assert page.paginator.count == 3
    found = _text(_get(w, "county_org", "directive", d.pk, q="查无此处"))
    assert "没有这样的" in found
    assert "没有找到" in _text(_get(w, "prefecture_org", "directives", q="查无此处"))
    assert "冬季走访" in _text(_get(w, "prefecture_org", "directives"))
    assert _get(w, "county_org", "directive_act", d.pk, "close").status_code == 405
    assert _post(w, "prefecture_org", "directive_act", d.pk, "close").status_code == 403
    assert _get(w, "county_social_work", "directive_edit", d.pk).status_code == 403


def test_drafts_are_nobody_elses_business(w: World) -> None:
    d = make.drafted(w, now=now(), due_on=today() + 14 * DAY)
    assert _get(w, "prefecture_org", "directive", d.pk).status_code == 404
    _post(w, "county_org", "directive_act", d.pk, "drop")
    d.refresh_from_db()
    assert d.state == "dropped"

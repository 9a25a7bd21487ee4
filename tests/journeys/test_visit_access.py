"""Pages of visits for eyes, fingers and screen readers."""

import pytest

from baodao.core.clock import now, today
from baodao.pairings.tests.visiting import bond, visit
from baodao.pairings.visits_links import raw_token
from baodao.people.tests.make import World
from tests.conftest import Open
from tests.journeys.test_accessibility import FINGER, check

pytestmark = [pytest.mark.journey, pytest.mark.req("L50")]
VISITS = "/pairings/visits"


def test_pages_of_visits(open_as: Open, w: World) -> None:
    it = bond(w, at=now())
    made = visit(w, it, on=today(), now=now())
    member = open_as("member", "/me/", size="phone")
    own = [
        f"{VISITS}/mine/", f"{VISITS}/mine/{it.pk}/", f"{VISITS}/mine/{it.pk}/contact/",
        f"{VISITS}/receipt/{made.pk}/", "/me/",
    ]  # fmt: skip
    check(member, own, finger=FINGER)
    resident = open_as("anonymous", f"{VISITS}/code/", size="phone")
    token = raw_token(made.pk)
    check(
        resident,
        [f"{VISITS}/code/", f"{VISITS}/c/{token}/", f"{VISITS}/h/{it.token}/"],
        finger=FINGER,
    )
    desk = open_as("community_secretary", f"{VISITS}/")
    staff = [
        f"{VISITS}/", f"{VISITS}/?tab=waiting", f"{VISITS}/missing/", f"{VISITS}/{made.pk}/",
        f"{VISITS}/paper/", f"{VISITS}/paper/{it.pk}/", f"{VISITS}/sheet/?pairing={it.pk}",
    ]  # fmt: skip
    check(desk, staff)

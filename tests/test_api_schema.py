"""The API against its own description: whatever is sent, no answer is a 5xx and every
answer is one that the description declares. About 10,000 requests, each rolled back,
by turns as a worker, a member, a unit's secretary and the county."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from baodao.config.api import api
from baodao.config.wsgi import application
from baodao.core.memory import forget_everything
from baodao.orders.tests.make import order_in
from baodao.people.tests.make import World, world
from baodao.reporting.tests.make import home
from baodao.tokens.tests.test_tokens import token_of

pytestmark = pytest.mark.django_db
COMMITTED = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"
EACH = int(os.environ.get("BAODAO_API_CASES", "160"))  # times some 65 operations
ROLES = ("community_worker", "member", "unit_secretary", "county_org")
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance,
]  # fmt: skip
schema = schemathesis.openapi.from_dict(
    json.loads(json.dumps(api.get_openapi_schema()))
)
schema.app = application


def test_the_description_is_the_committed_one() -> None:
    said = json.loads(json.dumps(api.get_openapi_schema()))
    assert json.loads(COMMITTED.read_text()) == said, "run scripts/openapi.py"


class Callers:
    """Tokens by turns, and ids that exist for half of the requests."""

    def __init__(self, w: World) -> None:
        self.tokens = [token_of(w, role) for role in ROLES]
        orders = [
            order_in(state, w) for state in ("submitted", "verified", "in_service")
        ]
        self.ids = {
            "/orders": [str(o.id) for o in orders],
            "/units": [str(w.units.unit.id), str(w.units.loose.id)],
            "/members": [str(w.members.member.id), str(w.members.colleague.id)],
            "/places": [str(w.places.community.id), str(w.places.grid.id)],
            "/report-ins": [str(home(w).id)],
        }
        self.n = 0

    def prepare(self, case: Case) -> dict[str, str]:
        """The headers of the next request; its id made real every other time."""
        self.n += 1
        known = next(v for k, v in self.ids.items() if k in case.path)
        if self.n % 2 and "pk" in (case.path_parameters or {}):
            case.path_parameters["pk"] = known[self.n % len(known)]
        token = self.tokens[self.n % len(self.tokens)]
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def callers(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callers]:
    """One cast for all requests: what they write is rolled back. As Django's own test
    client does, the end of a request leaves the connection alone."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), transaction.atomic():
        yield Callers(world())
        transaction.set_rollback(True)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    forget_everything()


@schema.parametrize()
@settings(max_examples=EACH, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_breaks_the_api(case: Case, callers: Callers) -> None:
    headers = callers.prepare(case)
    with transaction.atomic():
        answer = case.call(headers=headers)
        transaction.set_rollback(True)
    case.validate_response(answer, checks=CHECKS)

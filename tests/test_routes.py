"""The access matrix: every route, every role. What each gets is a committed snapshot
(`tests/snapshots/*.json`); a new route, a new role or a changed answer shows
as a difference to be read. `BAODAO_SNAPSHOT=write` writes it anew."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from baodao.core.ids import uuid7
from baodao.orders.tests.make import order_in
from baodao.people.roles import ROLES
from baodao.people.tests.make import World, world
from tests.samples import bodies, samples

SNAPSHOTS = Path(__file__).parent / "snapshots"
LIMIT = 30
NOT_THIS_METHOD = 405
# Whose pages these are is not ours: allauth's own views, tested there.
FOREIGN = ("account_", "mfa_", "socialaccount_")
ROLE_KEYS = [
    "anonymous",
    *ROLES,
    "outsider",
    "other_community_worker",
    "far_unit_secretary",
]


def _routes() -> list[tuple[str, list[str]]]:
    """(name, argument names) of every route of ours."""
    found: list[tuple[str, list[str]]] = []

    def walk(patterns: list[Any], prefix: str, args: list[str]) -> None:
        for p in patterns:
            here = [*args, *p.pattern.converters]
            if isinstance(p, URLResolver):
                space = f"{p.namespace}:" if p.namespace else ""
                walk(p.url_patterns, prefix + space, here)
            elif isinstance(p, URLPattern):
                found.append((f"{prefix}{p.name}", here))

    walk(get_resolver().url_patterns, "", [])
    return sorted({(n, tuple(a)) for n, a in found if not n.startswith(FOREIGN)})  # type: ignore[misc]


class _Watch:
    """Counts queries of a request and notes what it wrote."""

    def __init__(self) -> None:
        self.queries = 0
        self.writes: list[str] = []

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: Any,
    ) -> Any:
        self.queries += 1
        head = sql.lstrip().upper()
        if (
            head.startswith(("INSERT", "UPDATE", "DELETE"))
            or "INSERT INTO" in head
            or " SET " in head[:80]
        ):
            self.writes.append(sql[:120])
        return execute(sql, params, many, context)


ALLOWED_WRITES = (
    "django_session",
    "axes_",
    "core_counter",
    "SAVEPOINT",
    "notifications_",
)


def _ask(client: Client, method: str, url: str) -> tuple[int, _Watch]:
    watch = _Watch()
    with connection.execute_wrapper(watch):
        response = getattr(client, method)(url)
    # What stands on the browser's tab is words: an element in it would be shown raw.
    title = b"" if response.streaming else response.content.partition(b"</title>")[0]
    assert b"<" not in title.partition(b"<title>")[2], f"{url}: markup in its title"
    return response.status_code, watch


SUBJECTS = sorted({name.split(":")[0] for name, _ in _routes()})


@pytest.mark.django_db
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_route_answers_every_role_as_committed(subject: str) -> None:
    w = world()
    data, sent = samples(w), bodies(w)
    clients = {key: w.client(key) for key in ROLE_KEYS}
    found = {
        name: _row(
            name, reverse(name, kwargs=data(name, args)), clients, sent.get(name)
        )
        for name, args in _routes()
        if name.split(":")[0] == subject
    }
    _compare(subject, found)


def _row(
    name: str, url: str, clients: dict[str, Client], body: dict[str, Any] | None
) -> dict[str, Any]:
    """Most queries of a GET, and answer → the roles that get it, in order. A method
    that is refused before anybody is asked who they are is refused to all."""
    groups: dict[str, list[str]] = {}
    most = 0
    closed: dict[str, int] = {}
    for key, client in clients.items():
        status = closed.get("get") or 0
        if not status:
            status, watch = _ask(client, "get", url)
            wrote = [s for s in watch.writes if not any(a in s for a in ALLOWED_WRITES)]
            assert not wrote, f"GET {name} as {key} wrote: {wrote}"
            most = max(most, watch.queries)
        posted = closed.get("post") or _post(client, url, body)
        # Nothing here has a worker running, which is what readyz says.
        assert name == "readyz" or status < 500 > posted, (
            f"{name} as {key}: {status}/{posted}"
        )
        if key == "anonymous":
            both = {"get": status, "post": posted}
            closed = {m: s for m, s in both.items() if s == NOT_THIS_METHOD}
        groups.setdefault(f"{status}/{posted}", []).append(key)
    assert most <= LIMIT, f"{name}: {most} queries"
    answers = {answer: " ".join(keys) for answer, keys in sorted(groups.items())}
    return {"queries": most, "answers": answers}


def _post(client: Client, url: str, body: dict[str, Any] | None) -> int:
    """The status of a POST, rolled back: an empty form, or for the API its body."""
    given: dict[str, Any] = {}
    if url.startswith("/api/"):
        given = {"data": body or {}, "content_type": "application/json"}
    with transaction.atomic():
        answer = client.post(url, **given)
        for _ in getattr(answer, "streaming_content", ()):
            pass  # a file is open until it was read
        transaction.set_rollback(True)
    status: int = answer.status_code
    return status


def _compare(subject: str, found: dict[str, Any]) -> None:
    path = SNAPSHOTS / f"{subject}.json"
    if os.environ.get("BAODAO_SNAPSHOT") == "write":
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    committed = json.loads(path.read_text()) if path.exists() else {}
    assert set(found) == set(committed), "routes were added or removed"
    for name, row in found.items():
        assert row["answers"] == committed[name]["answers"], name
        assert row["queries"] <= committed[name]["queries"], (
            f"{name}: more queries than before"
        )


@pytest.mark.django_db
def test_nobody_of_another_place_gets_anything_of_an_order() -> None:
    w: World = world()
    order = order_in("in_service", w)
    for route in (
        "orders:detail",
        "orders:looked",
        "orders:unit_order",
        "orders:my_order",
    ):
        url = reverse(route, kwargs={"order_id": order.id})
        nowhere = reverse(route, kwargs={"order_id": uuid7()})
        for key in (
            "outsider",
            "far_unit_secretary",
            "far_member",
            "other_community_worker",
        ):
            client = w.client(key)
            found, missing = (
                client.get(url).status_code,
                client.get(nowhere).status_code,
            )
            assert found == missing and found in (302, 403, 404), (route, key)

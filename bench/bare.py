"""The product's own writes of one order lifecycle, done by pgbench: the very statements
of the engine, caught while they run, with the ids made anew for every lifecycle. The
worker's part (fetch a job, write its messages, finish it) is in it too."""

import os
import re
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.deployment import VAR, database_url

SCRIPT = VAR / "lifecycle.sql"
ACTS = 7


@dataclass(frozen=True)
class Bare:
    """Lifecycles per second, and CPU seconds of pgbench itself."""

    rate: float
    done: int
    cpu: float


def run(clients: int, seconds: int) -> Bare:
    """pgbench at so many clients, prepared statements, every lifecycle one script."""
    from baodao.platform import database, embedded

    program = embedded.open_cluster(VAR / database.CLUSTER).bin / "pgbench"
    env = {**os.environ, **database.client_environment(database_url())}
    argv = [str(program), "-n", "-M", "prepared", "-c", str(clients), "-j", "2"]
    argv += ["-T", str(seconds), "-f", str(SCRIPT)]
    before = os.times()
    ran = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    after = os.times()
    if ran.returncode or "aborted" in ran.stderr:
        raise SystemExit(ran.stderr[:1500])
    done = int(_number(r"transactions actually processed: (\d+)", ran.stdout))
    rate = _number(r"tps = ([\d.]+)", ran.stdout)
    cpu = after.children_user + after.children_system
    return Bare(rate, done, cpu - before.children_user - before.children_system)


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found, text
    return float(found.group(1))


def prepare() -> None:
    """Do one lifecycle through the services, catch what it writes, write the script."""
    statements, ids = _caught()
    SCRIPT.write_text("\n".join(_script(statements, ids)))


@contextmanager
def _catch(into: list[tuple[str, str]], kind: str) -> Iterator[None]:
    """(kind, statement with its values) of every write in the block."""
    from django.db import connection
    from psycopg import ClientCursor

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(("WITH", "INSERT")):
            into.append(
                (kind, ClientCursor(connection.connection).mogrify(sql, params))
            )
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield


def _caught() -> tuple[list[tuple[str, str]], dict[str, str]]:
    from baodao.acts.models import Event
    from baodao.core.clock import now
    from baodao.orders import services as s
    from baodao.orders import telling
    from baodao.orders.models import Order
    from baodao.orders.plans import Stretch
    from baodao.people.middleware import actors_of
    from baodao.people.models import Account, Member
    from baodao.places.models import Place

    worker = actors_of(Account.objects.get(username="bench.worker0"))[0]
    busy = Order.objects.filter(state__in=["claimed", "in_service"]).values("member")
    cast = Member.objects.filter(person__account__username__startswith="bench.m0.")
    member = cast.exclude(pk__in=busy.exclude(member=None)).first()
    assert member
    helper = next(a for a in actors_of(member.person.account) if a.role == "member")
    place = Place.objects.get(path=worker.path)
    caught: list[tuple[str, str]] = []
    with _catch(caught, "act"):
        order = s.place_order(
            actor=worker, place_id=place.pk, kind="wish", category="repair",
            detail="灯坏了", source="desk",
        )  # fmt: skip
        pk = order.pk
        s.verify_order(
            actor=worker, order_id=pk, title="楼道灯坏了", urgency="normal",
            category="repair", seen_how="phone",
        )  # fmt: skip
        s.publish_order(actor=worker, order_id=pk)
        s.claim_order(actor=helper, order_id=pk)
        s.start_order(actor=helper, order_id=pk)
        end = now()
        s.report_done(
            actor=helper, order_id=pk, note="换好了",
            stretches=[Stretch(member.pk, member.unit_id, end - timedelta(milliseconds=1), end)],
        )  # fmt: skip
        s.confirm_order(actor=worker, order_id=pk, result="solved", how="call")
    events = list(Event.objects.filter(object_id=pk).order_by("at", "id"))
    for event in events:
        if event.action.split(".")[1] in telling.TELLS:
            caught.append(("fetch", ""))
            with _catch(caught, "job"):
                telling.tell_all([event.pk])
            caught.append(("finish", ""))
    order = Order.objects.get(pk=pk)
    made = [
        str(uuid_) for uuid_ in _uuids(caught) if _is_new(uuid_, order, member, worker)
    ]
    assert len([k for k, _ in caught if k == "act"]) == ACTS
    return caught, {"order": str(pk), "code": order.code, "token": order.token,
                    "made": " ".join(made)}  # fmt: skip


def _uuids(caught: list[tuple[str, str]]) -> list[uuid.UUID]:
    pattern = r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b"
    found = dict.fromkeys(re.findall(pattern, " ".join(text for _, text in caught)))
    return list({uuid.UUID(text) for text in found})


def _is_new(found: uuid.UUID, order: Any, member: Any, worker: Any) -> bool:
    """Ids that this lifecycle made: all but those of the people and places in it."""
    old = {order.pk, order.place_id, member.pk, member.person_id, member.unit_id,
           member.person.account.pk, worker.account_id, worker.person_id, worker.tie_id}  # fmt: skip
    return found not in old


def _script(caught: list[tuple[str, str]], ids: dict[str, str]) -> Iterator[str]:
    made = ids["made"].split()
    first = True
    yield "\\set second random(1, 200000000000)"
    yield "\\set code random(100000000, 900000000000)"
    for kind, text in caught:
        # pgbench takes :null for a variable of its own.
        text = re.sub(r'":(null|true|false)', r'": \1', " ".join(text.split()))
        if kind == "fetch":
            yield (
                "SELECT id AS job FROM procrastinate_fetch_job_v2(NULL::varchar[], NULL) \\gset"
            )
        elif kind == "finish":
            yield "SELECT procrastinate_finish_job_v1(:job, 'succeeded', true);"
        elif first:
            body = text.removeprefix("WITH ")
            head = "WITH ids AS MATERIALIZED (SELECT gen_random_uuid()::text AS oid), "
            text = head + _anew(body, ids, made, "(SELECT oid FROM ids)")
            yield (
                text.replace("SELECT id, version", 'SELECT id AS "order", version')
                + " \\gset"
            )
            first = False
        else:
            yield _anew(text, ids, made, ":order::text") + ";"


def _anew(text: str, ids: dict[str, str], made: list[str], order: str) -> str:
    """Every quoted literal that carries an id of the caught lifecycle is computed from
    the new one's."""

    def one(match: re.Match[str]) -> str:
        given = literal = match.group(0)
        pairs = [(old, f"md5({order} || '{old[-12:]}')::uuid::text") for old in made]
        pairs += [(ids["order"], order), (ids["token"], "gen_random_uuid()::text")]
        pairs += [(ids["code"], ":code::text")] if ids["token"] in given else []
        for old, new in pairs:
            for form in {old, old.replace("-", "")}:
                if form in given:
                    literal = f"replace({literal}, '{form}', {new})"
        return _moved(literal, given) if '"start_at"' in given else literal

    text = re.sub(r" ?E?'(?:[^']|'')*'", one, text)
    return text.replace("'order:", "'bench:' || :client_id::text || 'order:")


def _moved(literal: str, inner: str) -> str:
    """Services and records at a second of their own: nobody serves twice at once."""
    for name, more in (("start_at", ""), ("end_at", " + interval '1 second'")):
        found = re.search(f'"{name}": ?"([^"]*)"', inner)
        assert found, inner
        at = f"(timestamptz '2000-01-01' + :second::float8 * interval '1 second'{more})"
        literal = f"replace({literal}, '{found.group(1)}', {at}::text)"
    return literal


__all__ = ["ACTS", "SCRIPT", "Bare", "Path", "prepare", "run"]

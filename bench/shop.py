"""(i) The last piece of a prize and a hundred members who want it at the same moment,
over HTTP: one gets it, the others are told so, nothing is lost, no point is held twice."""

import http.client
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from bench.deployment import Deployment, django, serving
from bench.figures import Figure

CROWD, ROUNDS = 100, 3
TENTHS = 500  # what everybody has at least


@dataclass
class Wanting(threading.Thread):
    """A member with an own connection, signed in, who asks when all are ready."""

    deployment: Deployment
    session: str
    path: str
    start_at: threading.Barrier
    status: int = 0
    seconds: float = 0.0
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        try:
            self._ask()
        except (OSError, http.client.HTTPException) as error:
            self.errors.append(repr(error))

    def _ask(self) -> None:
        to = http.client.HTTPConnection("127.0.0.1", self.deployment.port, timeout=120)
        cookie = f"sessionid={self.session}"
        to.request("GET", self.path, headers={"Cookie": cookie})
        answer = to.getresponse()
        page = answer.read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        given = re.search(r"csrftoken=([^;]+)", answer.headers.get("Set-Cookie") or "")
        self.start_at.wait(300)
        if token is None or given is None:
            self.errors.append(f"no form: {answer.status}")
            return
        body = f"csrfmiddlewaretoken={token[1]}&client_id={uuid4().hex}"
        head = {
            "Cookie": f"{cookie}; csrftoken={given[1]}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        began = time.perf_counter()
        to.request("POST", self.path, body, head)
        answer = to.getresponse()
        answer.read()
        self.seconds = time.perf_counter() - began
        self.status = answer.status


def main() -> list[Figure]:
    with serving() as deployment:
        django()
        return measured(deployment)


def measured(deployment: Deployment, rounds: int = ROUNDS) -> list[Figure]:
    """Each round has a prize of its own with one piece."""
    crowd = _crowd()
    answers: Counter[int] = Counter()
    winners, spans, errors = list[int](), list[float](), list[str]()
    for n in range(rounds):
        prize = _prize(n)
        threads = _race(deployment, crowd, f"/shop/mine/prizes/{prize.pk}/")
        answers.update(t.status for t in threads)
        winners.append(_held(prize))
        spans += [t.seconds for t in threads if t.status]
        errors += [e for t in threads for e in t.errors]
        _give_back(prize)
    spans.sort()
    lost = rounds * len(crowd) - answers[302] - answers[409]
    late = spans[int(len(spans) * 0.95)] if spans else 0.0
    told = f"{dict(answers)} {errors[:2]}"
    return [
        Figure("shop_winners_of_the_last_piece", max(winners), 1, note=f"{winners}"),
        Figure("shop_rounds_without_a_winner", winners.count(0), 0),
        Figure("shop_unanswered", lost, 0, note=told),
        Figure("shop_books_out_of_balance", _wrong(), 0),
        Figure("shop_race_p95_s", late, None, note=f"{len(crowd)} at once"),
    ]


def _race(deployment: Deployment, crowd: list[str], path: str) -> list[Wanting]:
    start = threading.Barrier(len(crowd))
    threads = [Wanting(deployment, session, path, start) for session in crowd]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return threads


def _shop() -> Any:
    from baodao.shop.models import Shop

    return Shop.objects.filter(state="open").order_by("path").first()


def _operator() -> Any:
    """Whoever keeps the shop, as the system's own hand."""
    from baodao.acts.actor import Actor

    return Actor(role="township_party", name="bench", path=_shop().path)


def _prize(n: int) -> Any:
    from baodao.shop import keeping
    from baodao.shop.models import Prize

    done = keeping.add_prize(
        actor=_operator(),
        shop_id=_shop().pk,
        name=f"最后一件 {uuid4().hex[:6]}",
        fen=1500,
    )
    keeping.take_in(
        actor=_operator(), prize_id=done.id, n=1, source="donation", giver=f"bench {n}"
    )
    return Prize.objects.get(pk=done.id)


def _held(prize: Any) -> int:
    prize.refresh_from_db()
    return int(prize.held)


def _give_back(prize: Any) -> None:
    """So that the next round finds nobody who has had theirs this quarter."""
    from baodao.shop import keeping, redeeming

    for r in prize.redemptions.filter(state="requested"):
        redeeming.cancel(actor=_operator(), redemption_id=r.pk, reason="bench")
    keeping.withdraw(actor=_operator(), prize_id=prize.pk)


def _wrong() -> int:
    from baodao.shop.audit import proof

    found = proof()
    return len(found.wrong_wallets) + len(found.wrong_prizes)


def _crowd() -> list[str]:
    """Sessions of a hundred members of the shop's place who may redeem and have not
    this quarter; the points they lack come from records."""
    from baodao.core.clock import today
    from baodao.people.models import Member
    from baodao.shop.serving import group_of, settings_at, taken_in_quarter

    shop = _shop()
    who = settings_at(shop.path)["shop.who"]
    found = Member.objects.filter(
        residence_path__startswith=shop.path, duty_status="on_duty",
        person__role_ties=None,  # who comes as a member and nothing else
    )  # fmt: skip
    members = []
    for m in found.select_related("unit", "person").order_by("volunteer_no"):
        if group_of(m) in who and not taken_in_quarter(m.pk, today()):
            members.append(m)
        if len(members) == CROWD:
            break
    _points(members)
    return [_session(_account(m)) for m in members]


def _points(members: list[Any]) -> None:
    from django.db import transaction

    from baodao.acts.bulk import copy_rows
    from baodao.core.clock import now, today
    from baodao.core.ids import uuid7
    from baodao.records.models import Record
    from baodao.shop import earning
    from baodao.shop.models import Wallet

    have = dict(
        Wallet.objects.filter(member__in=members).values_list("member", "tenths")
    )
    rows = [
        Record(
            kind="activity", channel="residence", path=m.residence_path,
            place_id=m.residence_id, member_id=m.pk, unit_id=m.unit_id,
            occurred_on=today(), minutes=TENTHS * 6, source_kind="bench",
            source_id=uuid7(), confirmed_at=now(), confirmed_how="list",
        )
        for m in members
        if have.get(m.pk, 0) < TENTHS
    ]  # fmt: skip
    with transaction.atomic():
        copy_rows(Record, rows)
        earning.follow(Record.objects.filter(pk__in=[r.pk for r in rows]))


def _account(member: Any) -> Any:
    """The member's account, past its first password."""
    from baodao.acts.actor import SYSTEM
    from baodao.people.models import Account
    from baodao.people.services import open_account

    found = Account.objects.filter(person_id=member.person_id)
    if not found.exists():
        name = f"bench.shop.{member.volunteer_no}"
        open_account(actor=SYSTEM, person_id=member.person_id, username=name)
    found.update(must_change_password=False)
    return found.get()


def _session(account: Any) -> str:
    from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store["_auth_user_backend"] = "baodao.people.auth.PhoneOrNameBackend"
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.create()
    return str(store.session_key)


if __name__ == "__main__":
    for figure in main():
        print(figure.line(), flush=True)

"""Many at once: the last piece goes to one, points are spent once, records bring points
once; and any order of acts leaves the books in balance."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from baodao.acts.actor import Actor
from baodao.acts.bulk import copy_rows
from baodao.acts.many import act_rows
from baodao.acts.writing import Write
from baodao.core.errors import BaodaoError
from baodao.orders.tests.make import order_in
from baodao.people.models import Member
from baodao.people.tests.make import world
from baodao.records.models import Record, reversal
from baodao.shop import audit, earning, giving, keeping, redeeming, rules, sweeps
from baodao.shop.models import Prize, Redemption, Wallet, WalletEntry
from baodao.shop.tests import make
from baodao.shop.tests.make import DAY, NOW

CROWD = 20


def _actor(pk: UUID) -> Actor:
    m = Member.objects.get(pk=pk)
    return Actor(role="member", member_id=pk, person_id=m.person_id, name="党员")


def _at_once(n: int, do: Callable[[int], object]) -> Counter[str]:
    """`do(k)` by n threads at the same moment, each on a connection of its own."""
    start = Barrier(n)

    def one(k: int) -> str:
        start.wait(20)
        try:
            do(k)
            return "done"
        except BaodaoError as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(n) as pool:
        return Counter(pool.map(one, range(n)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("A20")
def test_twenty_want_the_last_piece_and_one_gets_it() -> None:
    w = world()
    p = make.prize(w, make.shop(w), n=1)
    members = make.many_members(w, CROWD)
    rows = [make.record(w.members.member, 600) for _ in members]
    for row, pk in zip(rows, members, strict=True):
        row.member_id = pk
    make.serve(rows)
    actors = [_actor(pk) for pk in members]
    found = _at_once(
        CROWD,
        lambda k: redeeming.request(actor=actors[k], prize_id=p.pk, now=NOW),
    )
    assert found == {"done": 1, "Conflict": CROWD - 1}
    p.refresh_from_db()
    assert (p.stock, p.held) == (1, 1)
    r = Redemption.objects.get()
    staff = [w.actors["community_worker"], w.actors["community_secretary"]] * 4
    redeeming.reserve(actor=staff[0], redemption_id=r.pk, now=NOW)
    found = _at_once(
        8,
        lambda k: redeeming.hand_over(
            actor=staff[k], redemption_id=r.pk, second_name="格桑", now=NOW
        ),
    )
    assert found == {"done": 1, "Conflict": 7}
    p.refresh_from_db()
    assert (p.stock, p.held) == (0, 0)
    assert audit.proof().ok


@pytest.mark.django_db(transaction=True)
def test_one_member_spends_points_once_and_records_are_followed_once() -> None:
    w = world()
    make.retired(w.members.member)
    s = make.shop(w)
    prizes = [make.prize(w, s, name=f"奖品{k}", fen=3000) for k in range(4)]
    copy_rows(Record, [make.record(w.members.member, 60) for _ in range(6)])

    def follow(_: int) -> None:
        with transaction.atomic():
            earning.follow(Record.objects.all())

    assert _at_once(4, follow) == {"done": 4}
    assert Wallet.objects.get().tenths == 60 == 10 * WalletEntry.objects.count()
    actor = w.actors["member"]
    found = _at_once(
        4,
        lambda k: redeeming.request(actor=actor, prize_id=prizes[k].pk, now=NOW),
    )
    assert found == {"done": 1, "Conflict": 3}
    assert audit.proof().ok


@pytest.mark.django_db(transaction=True)
def test_who_redeems_waits_for_no_member_whom_a_change_of_places_moves() -> None:
    """It comes to the wallet later, and would wait for whoever waits for it."""
    w = world()
    p = make.prize(w, make.shop(w))
    make.retired(w.members.member)
    make.earn(w.members.member)
    moved = {w.members.member.pk: Write(set={"point_path": w.places.community.path})}

    def request(_: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        redeeming.request(actor=w.actors["member"], prize_id=p.pk, now=NOW)

    with transaction.atomic():
        assert act_rows(w.actors["county_org"], "members.follow_place", moved, now=NOW)
        assert _at_once(1, request) == {"done": 1}


class Shop(RuleBasedStateMachine):
    """Everything that happens in a shop, in any order, on PostgreSQL."""

    def __init__(self) -> None:
        super().__init__()
        self.w = world()
        w = self.w
        make.retired(w.members.member, w.members.neighbour)
        self.who = {"member": w.members.member, "neighbour": w.members.neighbour}
        self.prize = make.prize(w, make.shop(w), n=4)
        self.order = order_in("published", w)
        self.records: list[Record] = []
        self.at = NOW
        self.worker = w.actors["community_worker"]

    def _try(self, verb: Callable[..., object], **given: object) -> None:
        """What cannot be is refused, and changes nothing."""
        with suppress(BaodaoError):
            verb(now=self.at, **given)

    @rule(key=st.sampled_from(["member", "neighbour"]), hours=st.integers(1, 8))
    def earn(self, key: str, hours: int) -> None:
        row = make.record(self.who[key], hours * 60)
        self.records.append(row)
        make.serve([row])
        make.serve([])

    @precondition(lambda self: self.records)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        row = self.records.pop(data.draw(st.integers(0, len(self.records) - 1)))
        make.serve([reversal(Record.objects.get(pk=row.pk), self.at)])
        earning.follow(Record.objects.all())

    @rule(key=st.sampled_from(["member", "neighbour"]))
    def request(self, key: str) -> None:
        self._try(redeeming.request, actor=self.w.actors[key], prize_id=self.prize.pk)

    def _open(self, state: str) -> list[UUID]:
        found = Redemption.objects.filter(state=state).order_by("pk")
        return list(found.values_list("pk", flat=True))

    @precondition(lambda self: self._open("requested"))
    @rule()
    def reserve(self) -> None:
        pk = self._open("requested")[0]
        redeeming.reserve(actor=self.worker, redemption_id=pk, now=self.at)

    @precondition(lambda self: self._open("reserved"))
    @rule(cancel=st.booleans())
    def end(self, cancel: bool) -> None:
        pk = self._open("reserved")[0]
        if cancel:
            redeeming.cancel(
                actor=self.worker, redemption_id=pk, reason="不要了", now=self.at
            )
            return
        redeeming.hand_over(
            actor=self.worker, redemption_id=pk, second_name="达瓦", now=self.at
        )

    @rule(days=st.integers(1, 60))
    def time_goes_by(self, days: int) -> None:
        self.at += days * DAY
        sweeps.nightly(self.at)
        sweeps.expire_points(self.at)

    @rule(n=st.integers(0, 6))
    def count(self, n: int) -> None:
        self._try(
            keeping.count, actor=self.worker, prize_id=self.prize.pk, n=n,
            second_name="达瓦",
        )  # fmt: skip

    @rule(n=st.integers(1, 40))
    def give(self, n: int) -> None:
        self._try(
            giving.give, actor=self.w.actors["member"], order_id=self.order.pk, tenths=n
        )

    @invariant()
    def the_books_are_in_balance(self) -> None:
        assert audit.proof() == (
            Wallet.objects.count(), 1, [], []
        )  # fmt: skip
        for w in Wallet.objects.all():
            assert w.purse.in_balance and w.tenths >= -w.redeemed
        p = Prize.objects.get(pk=self.prize.pk)
        assert 0 <= p.held <= p.stock
        standing = sum(r.minutes // 60 * 10 for r in self.records)
        assert sum(w.issued for w in Wallet.objects.all()) == standing
        held = Redemption.objects.filter(state__in=rules.OPEN)
        assert sum(r.tenths for r in held) == sum(
            w.reserved for w in Wallet.objects.all()
        )


@pytest.mark.django_db
@pytest.mark.req("A21")
def test_any_order_of_acts_leaves_the_books_in_balance() -> None:
    """Each run in a savepoint of its own, which is rolled back."""

    class Rolled(Shop):
        def __init__(self) -> None:
            self.savepoint = transaction.savepoint()
            super().__init__()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.savepoint)

    few = settings(max_examples=8, stateful_step_count=15, deadline=None)
    run_state_machine_as_test(Rolled, settings=few)

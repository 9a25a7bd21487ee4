"""A shop for tests, brought to a state by the real services."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from baodao.acts.bulk import copy_rows
from baodao.core.clock import today
from baodao.people.models import Member
from baodao.people.tests.make import World
from baodao.records.models import Record
from baodao.shop import earning, keeping, redeeming
from baodao.shop.models import Prize, Redemption, Shop, Wallet

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # Monday, 10:00 local
DAY = timedelta(days=1)
SAID = keeping.Said("森格社区积分超市", "社区服务中心一楼", (2, 5), "10:00", "12:00")


def shop(
    w: World, key: str = "community_secretary", now: datetime = NOW,
    earns_from: date = date(2026, 1, 1),
) -> Shop:  # fmt: skip
    done = keeping.set_up(
        actor=w.actors[key], said=SAID, earns_from=earns_from, now=now
    )
    return Shop.objects.select_related("place").get(pk=done.id)


def prize(
    w: World, s: Shop, *, name: str = "洗衣液", fen: int = 1500, n: int = 3,
    now: datetime = NOW, key: str = "community_worker",
) -> Prize:  # fmt: skip
    done = keeping.add_prize(
        actor=w.actors[key], shop_id=s.pk, name=name, fen=fen, now=now
    )
    if n:
        keeping.take_in(
            actor=w.actors[key], prize_id=done.id, n=n, source="donation", giver="供电公司",
            now=now,
        )  # fmt: skip
    return Prize.objects.get(pk=done.id)


def record(member: Member, minutes: int = 600, **given: Any) -> Record:
    return Record(**{
        "kind": "activity", "channel": "residence", "path": "54/25/23/100/001/",
        "place_id": uuid4(), "member_id": member.pk, "unit_id": member.unit_id,
        "occurred_on": today(NOW) - DAY, "minutes": minutes,
        "source_kind": "activities.activity", "source_id": uuid4(), "confirmed_at": NOW,
        "confirmed_how": "list", **given,
    })  # fmt: skip


def serve(rows: Sequence[Record]) -> None:
    """On record, and followed."""
    with transaction.atomic():
        copy_rows(Record, rows)
        earning.follow(Record.objects.filter(pk__in=[r.pk for r in rows]))


def earn(member: Member, tenths: int = 100) -> Wallet:
    serve([record(member, tenths * 6)])
    return Wallet.objects.get(member=member)


def retired(*members: Member) -> None:
    """Whom no rule on civil servants concerns."""
    Member.objects.filter(pk__in=[m.pk for m in members]).update(kind="retired")


def asked(w: World, p: Prize, key: str = "member", now: datetime = NOW) -> Redemption:
    done = redeeming.request(actor=w.actors[key], prize_id=p.pk, now=now)
    return Redemption.objects.get(pk=done.id)


def ready(w: World, p: Prize, now: datetime = NOW) -> Redemption:
    r = asked(w, p, now=now)
    redeeming.reserve(actor=w.actors["community_worker"], redemption_id=r.pk, now=now)
    return Redemption.objects.get(pk=r.pk)


def fetched(w: World, p: Prize, now: datetime = NOW) -> Redemption:
    r = ready(w, p, now)
    redeeming.hand_over(
        actor=w.actors["community_worker"], redemption_id=r.pk, second_name="达瓦",
        now=now,
    )  # fmt: skip
    return Redemption.objects.get(pk=r.pk)


def many_members(w: World, n: int) -> list[UUID]:
    """More people of the member's community, by COPY."""
    from baodao.people.models import Person

    people = [Person(name=f"党员{i:03}", pinyin=f"dy{i}") for i in range(n)]
    copy_rows(Person, people)
    home = w.places.community
    rows = [
        Member(
            person=p, volunteer_no=f"5425-8{i:05}", kind="retired", residence=home,
            residence_path=home.path,
        )
        for i, p in enumerate(people)
    ]  # fmt: skip
    copy_rows(Member, rows)
    return [m.pk for m in rows]

"""The verbs of a township's pool (A32, A33). Steps take `pk`; all keyword-only, with
`now` and `client_id`. Money in fen. Errors as elsewhere."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from baodao.acts.actor import SYSTEM, Actor
from baodao.acts.engine import create
from baodao.acts.many import act_rows
from baodao.acts.writing import Done, Write
from baodao.core.clock import at_local
from baodao.core.clock import now as clock_now
from baodao.core.errors import Invalid
from baodao.core.models import next_number
from baodao.exchange.models import PoolEntry, PoolUse
from baodao.exchange.pool import rules
from baodao.exchange.steps import Context, Row, clean, clocked, must, take, tell
from baodao.people.models import Unit
from baodao.places.models import Place
from baodao.ui.words import yuan

READS = ("path", "amount_fen", "used_fen", "kind", "due_on", "delivered_by")


def commit(
    *, actor: Actor, place_id: UUID, kind: str, title: str, purpose: str, due_on: date,
    unit_id: UUID | None = None, source: str = "", amount_fen: int = 0,
    quantity: str = "", now: datetime | None = None, client_id: str = "",
) -> PoolEntry:  # fmt: skip
    """Somebody has promised it: what, from whom, how much, for what, by when."""
    at = now or clock_now()
    place = Place.objects.filter(id=place_id, valid_to=None).first()
    if place is None:
        raise Invalid(fields={"place": "请选用在哪个社区，或者整个乡镇（街道）。"})
    if kind not in rules.KINDS:
        raise Invalid(fields={"kind": "请选种类。"})
    if kind == "fund" and amount_fen <= 0:
        raise Invalid(fields={"amount": "资金要写金额。"})
    if not unit_id and not source.strip():
        raise Invalid(fields={"source": "请选来源单位，或写明从哪里来。"})
    must("title", title, "请写名称。")
    must("purpose", purpose, "请写用来做什么。")
    clean(source=source, quantity=quantity)
    town = "/".join(place.path.split("/")[:4])
    entry = PoolEntry(
        number=f"{next_number(f'pool:{town}'):04d}", kind=kind, title=title.strip(),
        place=place, path=place.path, unit_id=unit_id, source=source.strip(),
        purpose=purpose.strip(), amount_fen=amount_fen, quantity=quantity.strip(),
        due_on=due_on, clock_from=at, due_at=at_local(due_on, time(18)),
    )  # fmt: skip
    done = create(
        actor, "pool.commit", entry, Write(data={"amount": amount_fen}), now=at,
        client_id=client_id,
    )  # fmt: skip
    return PoolEntry.objects.get(id=done.id) if done.repeated else entry


def _step(event: str, plan: Any) -> Any:
    """The service of a step that only its plan decides; the plan gets the actor."""

    def step(
        *, actor: Actor, pk: UUID, now: datetime | None = None, client_id: str = "",
        **words: Any,
    ) -> Done:  # fmt: skip
        return take(
            actor, f"pool.{event}", pk, lambda r, c: plan(actor, r, c, **words),
            reads=READS, now=now, client_id=client_id,
        )  # fmt: skip

    return step


def _deliver(actor: Actor, row: Row, ctx: Context, *, note: str = "") -> Write:
    due = ctx.calendar.add_workdays(ctx.now, 10)
    return Write(
        set=clocked(ctx, due, delivered_on=ctx.day, delivered_by=actor.person_id),
        notes=[("unit", note)], job=tell(),
    )  # fmt: skip


def _verify(actor: Actor, row: Row, ctx: Context, *, note: str = "") -> Write:
    return Write(set=clocked(ctx, None), notes=[("unit", note)], job=tell())


def _dispute(actor: Actor, row: Row, ctx: Context, *, note: str) -> Write:
    must("note", note, "请写一句差在哪里，乡镇（街道）看得到。")
    due = ctx.calendar.add_workdays(ctx.now, 10)
    changes = clocked(ctx, due, delivered_on=None, delivered_by=None)
    if row["used_fen"]:
        raise Invalid(fields={"note": "已经用出去一部分，不能说没有到位。"})
    return Write(set=changes, notes=[("unit", note)], job=tell())


def _withdraw(actor: Actor, row: Row, ctx: Context, *, note: str) -> Write:
    must("note", note, "请写一句为什么没有落实。")
    return Write(set=clocked(ctx, None), notes=[("unit", note)])


def _use(
    actor: Actor, row: Row, ctx: Context, *, use: str, amount_fen: int, used_on: date
) -> Write:
    """Used for something: never more than is left (the database holds it too)."""
    must("use", use, "请写用在哪里。")
    left = rules.left(row["amount_fen"], row["used_fen"])
    if row["kind"] == "fund" and amount_fen <= 0:
        raise Invalid(fields={"amount": "请写用了多少钱。"})
    if amount_fen > left:
        raise Invalid(fields={"amount": f"只剩 {yuan(left)}。请核对金额。"})
    if used_on > ctx.day:
        raise Invalid(fields={"used_on": "这一天还没有到。"})
    spent = PoolUse(
        entry_id=row["id"], used_on=used_on, amount_fen=amount_fen, use=use.strip(),
        by=actor.name,
    )  # fmt: skip
    return Write(
        set={"used_fen": row["used_fen"] + amount_fen},
        adds=[spent],
        data={"amount": amount_fen},
    )


deliver = _step("deliver", _deliver)
verify = _step("verify", _verify)
dispute = _step("dispute", _dispute)
withdraw = _step("withdraw", _withdraw)
use = _step("use", _use)


def follow_unit(unit_id: UUID, now: datetime | None = None) -> int:
    """What a merged unit promised its successor has promised (domain 8.7)."""
    new = Unit.objects.values_list("successor", flat=True).get(id=unit_id)
    if new is None:
        return 0
    mine = PoolEntry.objects.filter(unit=unit_id, state="committed")
    write = Write(set={"unit_id": new}, data={"from": str(unit_id), "to": str(new)})
    ids = mine.values_list("id", flat=True)
    return len(act_rows(SYSTEM, "pool.follow_unit", dict.fromkeys(ids, write), now=now))

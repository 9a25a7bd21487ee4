"""Load a preset: stages in order, one transaction, COPY."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from django.db import connection, transaction

from baodao.core.clock import now as clock_now
from baodao.core.errors import Conflict
from baodao.people.models import Person
from baodao.places.models import Place
from baodao.portal.demo import (
    activities,
    activity_plan,
    complaints,
    councils,
    councils_people,
    deliberations,
    due_process,
    evaluations,
    exchange,
    exchange_voices,
    members,
    orders,
    oversight,
    pairings,
    policies,
    pool,
    report_ins,
    scores,
    shop,
    staff,
    surveys,
    tree,
    units,
    visits,
)
from baodao.portal.demo.presets import PRESETS
from baodao.portal.demo.world import World
from baodao.records.models import Record
from baodao.scoring.models import Card
from baodao.scoring.services import posting
from baodao.scoring.services.opening_cards import open_for_report_ins

SEED = 20260101


def is_empty() -> bool:
    """Whether nobody has begun to use this database."""
    return not (Place.objects.exists() or Person.objects.exists())


def load(
    preset: str, *, seed: int = SEED, now: datetime | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> World | None:  # fmt: skip
    """Write the whole demo; returns what was made, None for "empty". Raises Conflict
    when the database is in use."""
    if preset == "empty":
        return None
    if not is_empty():
        raise Conflict("数据库里已经有数据，不能再装演示数据。请换一个空的数据库。")
    started = monotonic()
    world = World(PRESETS[preset], seed, now or clock_now(), say)
    with transaction.atomic():
        build(world)
        settle(world)
        # By services, which read what the stages have written.
        say(f"扣分建议 {due_process.build(world)} 条")
        say(f"差评 {complaints.build(world)} 件")
    with connection.cursor() as cursor:
        # Plans made on empty tables would be slow until autovacuum comes by.
        cursor.execute("ANALYZE")
    say(f"演示数据装好了，用时 {monotonic() - started:.1f} 秒。")
    return world


def build(w: World) -> None:
    """All stages, written at the end of each. Call inside `atomic`."""
    rows = 0
    tree.build(w)
    staff.build(w)
    organiser = w.organiser()
    tree.calendar(w, organiser)
    tree.households(w)
    rows += w.batch.flush()
    w.say(f"地方 {len(w.places)} 个，住户 {sum(map(len, w.households.values()))} 户")
    units.build(w, organiser)
    homes = members.build(w)
    staff.leaders(w)
    w.say(f"单位 {len(w.units)} 家，党员 {len(w.members)} 名")
    report_ins.build(w, homes)
    evaluations.earlier(w)
    rows += w.batch.flush()
    w.say("报到记录写好了")
    pairings.build(w)
    visits.build(w)
    orders.build(w)
    rows += w.batch.flush()
    asked = surveys.build(w)
    rows += w.batch.flush()
    w.say(f"摸底问到 {asked} 户次")
    councils_people.build(w)
    met = councils.build(w)
    talked = deliberations.build(w)
    rows += w.batch.flush()
    w.say(f"联席会议 {met} 次，协商议事 {talked} 个")
    asked = oversight.build(w)
    rows += w.batch.flush()
    w.say(f"工作要求发给 {asked} 家次")
    signed = policies.build(w)
    rows += w.batch.flush()
    w.say(f"文件要签收 {signed} 家次")
    exchange.build(w)
    pool.build(w)
    rows += w.batch.flush()
    exchange_voices.build(w)
    w.say("共建协议、清单、年度项目写好了")
    w.say(f"点单 {len(w.orders)} 件，共写入 {rows} 行")
    held = activities.build(w)
    rows = w.batch.flush()
    activity_plan.build(w)
    rows += w.batch.flush()
    w.say(f"活动 {held} 场，共写入 {rows} 行")


def settle(w: World) -> None:
    """What follows from the records: cards, letters, the shop, last year's evaluation, by
    the product's own services on what is written. Call after `build`, inside `atomic`."""
    with connection.cursor() as cursor:
        # Plans made on empty tables would be slow already here.
        cursor.execute("ANALYZE")
    # As the job would, which has not begun yet: whatever it finds then is there already.
    posting.post(Record.objects.all())
    open_for_report_ins(w.now)
    w.say(f"积分卡 {Card.objects.count()} 张")
    w.say(f"积分通知 {scores.build(w)} 封")
    fetched = shop.build(w)
    rows = w.batch.flush()
    w.say(f"积分超市兑换 {fetched} 件，共写入 {rows} 行")
    given = evaluations.build(w)
    w.say(f"上年度评价办完，发出反馈卡 {given} 张")

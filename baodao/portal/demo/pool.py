"""Each township's pool of funds, resources and projects (A32, A33)."""

from datetime import timedelta

from baodao.acts.writing import Write
from baodao.core.clock import local
from baodao.core.models import Counter as Series
from baodao.exchange.models import PoolEntry, PoolUse
from baodao.places.rules import TOWNSHIP
from baodao.portal.demo.world import World

# (kind, title, source, yuan, quantity, purpose, how far)
ENTRIES = (
    ("fund", "社区党组织服务群众经费", "区级财政", 200_000, "", "小修小补、为民办实事", 3),
    ("fund", "单位帮扶资金", "包联单位捐助", 36_000, "", "独居老人适老化改造", 2),
    ("resource", "闲置门面房", "街道自有", 0, "两间", "改成社区食堂", 3),
    ("project", "老旧小区改造配套", "区住建局项目", 0, "四个小区", "管网和路灯", 1),
    ("fund", "文体活动经费", "区文旅局", 15_000, "", "节日演出和器材", 0),
)  # fmt: skip


def build(w: World) -> None:
    """Five entries for each township that has somebody, at different steps."""
    for town in sorted(w.places.values(), key=lambda p: p.path):
        if town.level != TOWNSHIP or not w.staff["township_party", town.path]:
            continue
        for n, row in enumerate(ENTRIES, 1):
            _entry(w, town.path, n, row)
        w.batch.add(Series(key=f"pool:{town.path.rstrip('/')}", n=len(ENTRIES)))


def _entry(
    w: World, path: str, n: int, row: tuple[str, str, str, int, str, str, int]
) -> None:
    kind, title, source, yuan, quantity, purpose, steps = row
    actor = w.staff["township_party", path][0]
    town = next(p for p in w.places.values() if p.path == path)
    at = w.now - timedelta(days=200 - 20 * n, hours=2)
    entry = PoolEntry(
        number=f"{n:04d}", kind=kind, title=title, place=town, path=path, source=source,
        purpose=purpose, amount_fen=yuan * 100, quantity=quantity, clock_from=at,
        due_on=local(w.now if steps == 0 else at).date() + timedelta(days=30),
    )  # fmt: skip
    w.create("pool.commit", entry, actor=actor, at=at)
    day = local(at).date() + timedelta(days=20)
    if steps > 0:
        came = Write(
            set={"delivered_on": day, "delivered_by": actor.person_id, "clock_from": at}
        )
        w.act("pool.deliver", entry, came, actor=actor, at=at + timedelta(days=20))
    county = "/".join(path.split("/")[:3]) + "/"
    checker = w.staff["county_org", county][0]
    if steps > 1:
        w.act("pool.verify", entry, Write(), actor=checker, at=at + timedelta(days=25))
    if steps > 2 and yuan:
        part = yuan * 40
        spent = PoolUse(
            entry=entry, used_on=day + timedelta(days=15), amount_fen=part,
            use="三个社区小修小补", by=actor.name,
        )  # fmt: skip
        used = Write(set={"used_fen": part}, adds=[spent], data={"amount": part})
        w.act("pool.use", entry, used, actor=actor, at=at + timedelta(days=35))

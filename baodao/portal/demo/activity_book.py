"""What all activities of the demo share: the kinds of activities, their numbers, and
who was where on which day."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from baodao.activities.models import Carrier
from baodao.activities.services import number_series
from baodao.core.clock import local
from baodao.people.models import Member
from baodao.places.calendars import Calendar, calendar_for
from baodao.portal.demo import activity_plan
from baodao.portal.demo.world import World, table

DAY = timedelta(days=1)
BRANDS = {
    "luzhou": (("新晋邻", "党建品牌创建"), ("潞邻幸福圈·相熟相知", "主题交流活动")),
    "ali": (),
}


class Kind(NamedTuple):
    """A row of activities.csv. `months`: when, "" for always; `channel`: in which."""

    title: str
    joint: str
    occasion: str
    name: str
    months: frozenset[int]
    channel: str
    carriers: tuple[str, ...]


class Book:
    """What has been made so far: numbers, who was where on which day."""

    def __init__(self, w: World) -> None:
        self.w, self.rng, self.aims = (
            w,
            w.rng("activities"),
            activity_plan.priorities(w),
        )
        root = w.places[w.preset.root]
        self.calendar: Calendar = calendar_for(root.path)
        self.numbers: Counter[str] = Counter()
        self.busy: set[tuple[UUID, date]] = set()
        brands = [c.code for c in _brands(w)]
        self.kinds = [_kind(row, brands) for row in table("activities.csv")]
        last = min(date(w.year, 12, 31), local(w.now).date() - 5 * DAY)
        n = (last - date(w.year, 1, 4)).days
        self.days = [date(w.year, 1, 4) + k * DAY for k in range(n + 1)]

    def no(self, path: str) -> str:
        key = number_series(path)
        self.numbers[key] += 1
        return f"{self.numbers[key]:04d}"

    def kind(self, channel: str, month: int, party_day: bool = False) -> Kind:
        fitting = [
            k for k in self.kinds
            if k.channel in ("", channel) and (not k.months or month in k.months)
            and (k.occasion == "party_day") == party_day
        ]  # fmt: skip
        return self.rng.choice(fitting)

    def free(self, people: Sequence[Member], day: date, n: int) -> list[Member]:
        """Up to `n` of them who are nowhere else that day; taken from now on."""
        found = []
        for m in self.rng.sample(people, min(len(people), n + 6)):
            if (m.id, day) not in self.busy:
                self.busy.add((m.id, day))
                found.append(m)
                if len(found) == n:
                    break
        return found


def _brands(w: World) -> list[Carrier]:
    """The local carriers of the preset."""
    rows = []
    org = w.organiser()
    for n, (name, note) in enumerate(BRANDS[w.preset.code]):
        row = Carrier(path=org.path or "", code=f"local{n + 1}", name=name, note=note)
        w.create("carriers.add", row, actor=org)
        rows.append(row)
    return rows


def _kind(row: dict[str, str], brands: Sequence[str]) -> Kind:
    carriers = [c for c in row["carriers"].split() if not c.startswith("local")]
    carriers += [c for c in row["carriers"].split() if c in brands]
    months = frozenset(int(m) for m in row["months"].split())
    return Kind(
        row["title"], row["joint"], row["occasion"], row["name"], months,
        row["channel"], tuple(sorted(carriers)),
    )  # fmt: skip

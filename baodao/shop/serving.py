"""Which shop serves whom, and what is set there. One reading for pages, requests and
the follower of the record book."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from baodao.core.clock import at_local
from baodao.people.models import Member
from baodao.places.settings import ancestors, values
from baodao.shop import rules
from baodao.shop.models import EarnRule, Redemption, Shop

KEYS = (
    "shop.who", "shop.expiry_years", "shop.per_quarter", "shop.prize_limit_fen",
    "shop.point_fen", "shop.reserve_days", "shop.answer_days",
)  # fmt: skip


def settings_at(path: str) -> dict[str, Any]:
    return values(path, KEYS)


def shops() -> dict[str, Shop]:
    """path → shop, all that there are. One query; there are few."""
    found = Shop.objects.exclude(state="merged").select_related("place")
    return {s.path: s for s in found}


def home_of(member: Member) -> str:
    """The community a member's points are at: where they live, else the contact point
    of their unit; "" for whom no community knows."""
    return member.residence_path or member.point_path or ""


def _above(path: str, known: dict[str, Shop]) -> list[Shop]:
    """The shops that serve a community, the closest first."""
    return [known[p] for p in reversed(ancestors(path)) if p in known]


def shop_for(path: str) -> Shop | None:
    """Where one redeems: the closest open shop, else the closest there is."""
    if not path:
        return None
    found = Shop.objects.filter(path__in=ancestors(path)).exclude(state="merged")
    near = _above(path, {s.path: s for s in found.select_related("place")})
    return next((s for s in near if s.state == "open"), near[0] if near else None)


def earning_shop(path: str, known: dict[str, Shop], day: date) -> Shop | None:
    """Where service of that day brings points: the closest shop that counted then, so
    that a place that gets or closes one of its own loses nothing."""
    return next((s for s in _above(path, known) if takes(s, day)), None)


def takes(shop: Shop, day: date) -> bool:
    """Whether service of that day brings points there."""
    if day < shop.earns_from or (shop.closed_on and day >= shop.closed_on):
        return False
    return not any(closed <= day < reopened for closed, reopened in shop.pauses)


@dataclass
class Book:
    """All rules of how points come, read once."""

    rows: list[EarnRule]

    @classmethod
    def read(cls) -> "Book":
        return cls(list(EarnRule.objects.order_by("code", "path", "valid_from")))

    def of(self, path: str, day: date, kind: str, source_class: str) -> list[EarnRule]:
        """The rules in force there on that day for a record: of each code the one of
        the closest place. A closer rule replaces a wider one for all records, also
        those of which it says nothing."""
        above = {p: n for n, p in enumerate(ancestors(path))}
        chosen: dict[str, EarnRule] = {}
        for r in self.rows:
            if r.path not in above or not _in_force(r, day):
                continue
            other = chosen.get(r.code)
            if other is None or above[r.path] > above[other.path]:
                chosen[r.code] = r
        return [
            r for r in chosen.values()
            if kind in r.kinds and (not r.classes or source_class in r.classes)
        ]  # fmt: skip

    def in_force(self, path: str, day: date) -> list[EarnRule]:
        """One per code, for people to read."""
        above = ancestors(path)
        chosen: dict[str, EarnRule] = {}
        for r in sorted(self.rows, key=lambda r: len(r.path)):
            if r.path in above and _in_force(r, day):
                chosen[r.code] = r
        return list(chosen.values())


def _in_force(r: EarnRule, day: date) -> bool:
    return r.valid_from <= day and (r.valid_to is None or day < r.valid_to)


def group_of(member: Member) -> str:
    """The word of the setting `shop.who` for a member."""
    return rules.group_of(member.kind, member.unit.kind if member.unit else "")


def taken_in_quarter(member_id: UUID, day: date) -> int:
    """Redemptions of the quarter that stand."""
    first, after = rules.quarter(day)
    found = Redemption.objects.filter(member_id=member_id)
    found = found.exclude(state__in=("cancelled", "expired"))
    start, end = at_local(first, time()), at_local(after, time())
    return found.filter(requested_at__gte=start, requested_at__lt=end).count()

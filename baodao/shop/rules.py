"""The flows of the shop, who may take which step, and its sums without a database
(A20, A21, domain 7.6). Points are tenths, money is fen."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from baodao.acts.access import Scope
from baodao.acts.flow import Flow, State
from baodao.acts.grants import CENTRE, COMMUNITY, MEMBER, MOVERS, ORG, SYSTEM

SHOP_STATES: Mapping[str, State] = {
    "open": State("营业", "", "", "ok", "circle-check"),
    "closed": State("停业", "", "", "idle", "clock"),
    "merged": State("已并入", "", "", "idle", "x"),
}
SHOP_FLOW = Flow.of(
    "shops",
    SHOP_STATES,
    [
        ("", "set_up", "open"),
        ("open", "edit", "open"),
        ("closed", "edit", "closed"),
        ("open", "close", "closed"),
        ("closed", "reopen", "open"),
        ("open", "merge", "merged"),
        ("closed", "merge", "merged"),
    ],
)
PRIZE_STATES: Mapping[str, State] = {
    "offered": State("在架", "", "", "ok", "check"),
    "withdrawn": State("下架", "", "", "idle", "x"),
}
PRIZE_FLOW = Flow.of(
    "prizes",
    PRIZE_STATES,
    [
        ("", "add", "offered"),
        ("offered", "withdraw", "withdrawn"),
        ("withdrawn", "offer", "offered"),
    ],
)
STATES: Mapping[str, State] = {
    "requested": State("等社区备货", "community", "备货", "soon", "hourglass"),
    "reserved": State("备好了，来领", "member", "来领", "go", "package"),
    "handed_over": State("已领走", "", "", "ok", "check"),
    "closed": State("已领走", "", "", "ok", "circle-check"),
    "cancelled": State("已取消", "", "", "idle", "x"),
    "expired": State("没来领，已退回", "", "", "idle", "clock"),
}
OPEN = ("requested", "reserved")  # points and one piece are set aside
GIVEN = ("handed_over", "closed")
FLOW = Flow.of(
    "redemptions",
    STATES,
    [
        ("", "request", "requested"),
        ("requested", "reserve", "reserved"),
        ("requested", "cancel", "cancelled"),
        ("reserved", "witness", "reserved"),
        ("reserved", "hand_over", "handed_over"),
        ("reserved", "expire", "expired"),
        ("reserved", "cancel", "cancelled"),
        ("handed_over", "close", "closed"),
    ],
)
DONATION_STATES: Mapping[str, State] = {
    "given": State("已转赠，等社区答谢", "community", "看一看、答谢", "soon", "heart"),
    "thanked": State("社区已答谢", "", "", "ok", "circle-check"),
}
DONATION_FLOW = Flow.of(
    "donations",
    DONATION_STATES,
    [("", "give", "given"), ("given", "thank", "thanked")],
)

Rows = Mapping[str, tuple[str, Mapping[str, Scope]]]
STAFF = {**COMMUNITY, **CENTRE}
_HEADS = {"community_secretary": Scope.PLACE, "township_party": Scope.PLACE}
_WATCH = {**STAFF, **ORG, "inspector": Scope.PLACE}
_FOLLOW = ("随区划调整", MOVERS)

SHOPS: Rows = {
    "follow_place": _FOLLOW,
    "view": ("查看积分超市", _WATCH),
    "set_up": ("设立积分超市", _HEADS),
    "edit": ("改积分超市的情况", {**_HEADS, "practice_center": Scope.PLACE}),
    "close": ("停业", _HEADS),
    "reopen": ("恢复营业", _HEADS),
    "merge": ("并入另一家", MOVERS),
}
PRIZES: Rows = {
    "follow_place": _FOLLOW,
    "view": ("查看奖品和库存", _WATCH),
    "add": ("加奖品", STAFF),
    "edit": ("改奖品", STAFF),
    "take_in": ("入库", STAFF),
    "lose": ("报损", STAFF),
    "count": ("盘点", STAFF),
    "withdraw": ("下架", STAFF),
    "offer": ("重新上架", STAFF),
    "hold": ("留一件", SYSTEM),
    "free": ("退回一件", SYSTEM),
    "give": ("出库", SYSTEM),
}
WALLETS: Rows = {
    "follow": ("随住处", MOVERS),
    "view": ("查看积分", {**MEMBER, **STAFF}),
    "open": ("开积分账户", SYSTEM),
    "earn": ("计入积分", SYSTEM),
    "take_back": ("冲回积分", SYSTEM),
    "hold": ("留出积分", SYSTEM),
    "free": ("退回积分", SYSTEM),
    "spend": ("兑换用掉", SYSTEM),
    "give": ("转赠", SYSTEM),
    "expire": ("到期", SYSTEM),
    "ask_write_off": ("提出核销", {"community_secretary": Scope.PLACE}),
    "write_off": ("核销", {"township_party": Scope.PLACE}),
    "refuse_write_off": ("不核销", {"township_party": Scope.PLACE}),
}
REDEMPTIONS: Rows = {
    "follow_place": _FOLLOW,
    "view": ("查看兑换", {**MEMBER, **STAFF}),
    "request": ("申请兑换", {**MEMBER, **STAFF}),
    "reserve": ("备好货", STAFF),
    "witness": ("在场见证", STAFF),
    "hand_over": ("发放", STAFF),
    "cancel": ("取消兑换", {**MEMBER, **STAFF, **SYSTEM}),
    "expire": ("过期退回", SYSTEM),
    "close": ("了结", SYSTEM),
}
DONATIONS: Rows = {
    "follow_place": _FOLLOW,
    "view": ("查看转赠", {**MEMBER, **STAFF}),
    "give": ("转赠积分", MEMBER),
    "thank": ("答谢", STAFF),
}
EARN_RULES: Rows = {
    "follow_place": _FOLLOW,
    "view": ("查看积分怎么来", _WATCH),
    "set": ("定积分怎么来", {**_HEADS, "county_org": Scope.PLACE}),
    "end": ("换成新的规定", {**_HEADS, "county_org": Scope.PLACE}),
}
# Nobody hands out to oneself (domain 5); the township decides what the secretary asked.
CONFLICTS = {k: {"person_id": "person_id"} for k in ("reserve", "witness", "hand_over")}
WALLET_CONFLICTS = {"write_off": {"asked_by": "person_id"}}
MESSAGES = {
    "reserve": "自己的兑换要由别人来办。请同事来备货。",
    "witness": "自己的兑换要由别人来见证。请同事来。",
    "hand_over": "自己的兑换要由别人来发。请同事来发。",
}
WALLET_MESSAGES = {"write_off": "自己提出的核销要由别人来定。请同事来办。"}
OWN_WALLET = "自己的积分要由别人来办。请同事来办。"

MOVE_KINDS = {"in": "入库", "out": "发放", "loss": "报损", "count": "盘点"}
# Of the sums: a count is no number of pieces, what it put right is.
SUM_KINDS = {**MOVE_KINDS, "count": "盘点增减"}
SOURCES = {"donation": "捐赠", "budget": "经费"}
ACCOUNTS = {
    "issue": "服务记录", "wallet": "积分账户", "reserved": "留着等领", "spent": "已兑换",
    "expired": "已到期", "donated": "已转赠", "written_off": "核销",
}  # fmt: skip
ENTRY_KINDS = {
    "earn": "服务得分", "reverse": "记录更正，冲回", "reserve": "申请兑换，先留着",
    "release": "没有兑换，退回", "spend": "领走奖品", "donate": "转赠给心愿",
    "expire": "到期", "write_off": "核销",
}  # fmt: skip
MEASURES = {"minutes": "按时长", "each": "按次数"}
# What may not be given (domain 6.11).
MONEY = re.compile(r"现金|红包|[卡券]|充值|话费|储值|转账")
LEFT = "已经离开本地区，不再兑换。请核对编号。"
BLANK = "（已删）"  # where there has to be a word, and its time is over
NEVER = 9  # years of validity that mean no end


class Moved(NamedTuple):
    """One entry: `tenths` from one account to another."""

    source: str
    target: str
    tenths: int


class Short(Exception):
    """Not as many points as are asked for."""


@dataclass(frozen=True)
class Purse:
    """A wallet's accounts. Always: tenths + reserved + redeemed + expired + donated =
    issued + written_off; only `tenths` may be below zero, never below −redeemed."""

    tenths: int = 0
    reserved: int = 0
    redeemed: int = 0
    expired: int = 0
    donated: int = 0
    issued: int = 0
    written_off: int = 0

    @property
    def in_balance(self) -> bool:
        used = self.reserved + self.redeemed + self.expired + self.donated
        return self.tenths + used == self.issued + self.written_off

    def earn(self, n: int) -> tuple["Purse", list[Moved]]:
        new = replace(self, tenths=self.tenths + n, issued=self.issued + n)
        return new, [Moved("issue", "wallet", n)]

    def take_back(self, n: int, over: bool = False) -> tuple["Purse", list[Moved]]:
        """A record was taken back (domain 8.17). From the wallet, down to what was
        redeemed; the rest from points that have expired or were given away, so that
        nobody owes what they had nothing for. What is so old that its time is `over`
        is taken from the expired first. Open requests are freed before."""
        first = min(n, self.expired) if over else 0
        own = min(n - first, max(0, self.tenths + self.redeemed))
        gone = first + min(n - first - own, self.expired - first)
        given = n - own - gone
        if given > self.donated:
            raise Short
        new = replace(
            self, tenths=self.tenths - own, expired=self.expired - gone,
            donated=self.donated - given, issued=self.issued - n,
        )  # fmt: skip
        parts = [("wallet", own), ("expired", gone), ("donated", given)]
        return new, [Moved(name, "issue", k) for name, k in parts if k]

    def hold(self, n: int) -> tuple["Purse", list[Moved]]:
        if n > self.tenths:
            raise Short
        new = replace(self, tenths=self.tenths - n, reserved=self.reserved + n)
        return new, [Moved("wallet", "reserved", n)]

    def free(self, n: int) -> tuple["Purse", list[Moved]]:
        new = replace(self, tenths=self.tenths + n, reserved=self.reserved - n)
        return new, [Moved("reserved", "wallet", n)]

    def spend(self, n: int) -> tuple["Purse", list[Moved]]:
        new = replace(self, reserved=self.reserved - n, redeemed=self.redeemed + n)
        return new, [Moved("reserved", "spent", n)]

    def give(self, n: int) -> tuple["Purse", list[Moved]]:
        if n > self.tenths:
            raise Short
        new = replace(self, tenths=self.tenths - n, donated=self.donated + n)
        return new, [Moved("wallet", "donated", n)]

    def expire(self, n: int) -> tuple["Purse", list[Moved]]:
        new = replace(self, tenths=self.tenths - n, expired=self.expired + n)
        return new, [Moved("wallet", "expired", n)]

    def write_off(self) -> tuple["Purse", list[Moved]]:
        """What is below zero is nobody's debt any longer."""
        n = -self.tenths
        if n <= 0:
            raise Short
        new = replace(self, tenths=0, written_off=self.written_off + n)
        return new, [Moved("written_off", "wallet", n)]

    def too_old(self, earned: int) -> int:
        """How much of `earned`, what came until some day, is still there: the oldest
        points are used first."""
        used = self.reserved + self.redeemed + self.expired + self.donated
        return max(0, min(earned + self.written_off - used, self.tenths))


def earned(measure: str, tenths: int, per_minutes: int, minutes: int) -> int:
    """Tenths for one record: for every whole tenth that its minutes come to, or for
    the time itself."""
    return minutes * tenths // per_minutes if measure == "minutes" else tenths


def price(fen: int, point_fen: int) -> int:
    """Tenths for something worth `fen` (等额, A21), rounded up to a tenth."""
    return max(1, -(-fen * 10 // point_fen))


def expires_after(day: date, years: int) -> date | None:
    """The last day of points of service on `day`; None: they have no end."""
    return None if years >= NEVER else date(day.year + years, 12, 31)


def too_old_until(today: date, years: int) -> date | None:
    """The last day of service whose points are over today."""
    return None if years >= NEVER else date(today.year - years - 1, 12, 31)


def quarter(day: date) -> tuple[date, date]:
    """[first day, first day of the next) of the quarter."""
    month = (day.month - 1) // 3 * 3 + 1
    first = date(day.year, month, 1)
    after = first + timedelta(days=95)
    return first, after.replace(day=1)


def group_of(kind: str, unit_kind: str) -> str:
    """The word of `shop.who` for a member: civil servants are those in service of an
    organ."""
    return "civil_servant" if (kind, unit_kind) == ("in_service", "organ") else kind


def why_not(
    *, group: str, who: Collection[str], tenths: int, needs: int, taken: int, most: int,
    left: int, is_open: bool,
) -> str:  # fmt: skip
    """Why something cannot be redeemed now, and what can be done; "" when it can."""
    if not is_open:
        return "积分超市现在停业。恢复营业以后再申请。"
    if group not in who:
        if group == "civil_servant":
            return "按本地的规定，在职公务员不兑换奖品。可以把积分转赠给一个心愿。"
        return "按本地的规定，您这一类党员不兑换奖品。可以把积分转赠给一个心愿。"
    if tenths < 0:
        return "积分现在是负数，补到0以上才能兑换。多参加服务，或问问社区。"
    if tenths < needs:
        return f"还差{said(needs - tenths)}分。服务经社区确认后会计入积分。"
    if taken >= most:
        return f"每季度最多兑换{most}次，这个季度已经用了。下个季度再来。"
    if left < 1:
        return "这一样已经没有了。请换一样，或等补货。"
    return ""


def said(tenths: int) -> str:
    """12.5, 12, −3."""
    sign, n = "−" if tenths < 0 else "", abs(tenths)
    return f"{sign}{n // 10:,}" + (f".{n % 10}" if n % 10 else "")


UNKNOWN = (
    "没有找到这一位。请写在本乡镇（街道）任职、或在这里的党员的全名，和系统里的一样。"
)


def second_person(name: str, operator: str, member: str) -> str:
    """What is wrong with a second name on the paper of a hand-over; "" when fine."""
    name = name.strip()
    if not name:
        return "要两个人发：请另一位在系统里点“我在场”，或写下在单子上签字的第二人。"
    if name == operator:
        return "第二人不能是您自己。请写另一位在场的同事。"
    if name == member:
        return "第二人不能是领奖的本人。请写另一位在场的同事。"
    return ""


def next_open(weekdays: Collection[int], day: date) -> date | None:
    """The next day on which the shop is open, today included."""
    for k in range(7):
        if (day + timedelta(days=k)).weekday() in weekdays:
            return day + timedelta(days=k)
    return None


class Window(NamedTuple):
    """Two spans of equal length, before and after the shop opened (A25)."""

    before: date
    opened: date
    after: date

    @property
    def days(self) -> int:
        return (self.after - self.opened).days


def windows(opened: date, today: date, most: int = 365) -> Window | None:
    """As long as the shop has been open, up to a year; None on its first day."""
    days = min((today - opened).days, most)
    if days < 1:
        return None
    span = timedelta(days=days)
    return Window(opened - span, opened, opened + span)

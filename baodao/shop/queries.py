"""The shop read back inside one's own access: for members what is theirs, for staff
what is of their place, above the community numbers only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from baodao.acts.access import ACTIONS, can, path_range, visible, within
from baodao.acts.actor import Actor
from baodao.acts.timeline import events_of
from baodao.core.clock import today
from baodao.core.errors import NotFound
from baodao.people.models import Member
from baodao.records.models import Record
from baodao.shop import rules
from baodao.shop.models import (
    Donation,
    Prize,
    Redemption,
    Shop,
    StockMove,
    Wallet,
    WalletEntry,
)
from baodao.shop.serving import (
    group_of,
    home_of,
    settings_at,
    shop_for,
    taken_in_quarter,
)
from baodao.ui.clock import Clock, clock
from baodao.ui.shapes import Entry

TABS = {
    "requested": ("要备货", ("requested",)),
    "reserved": ("等来领", ("reserved",)),
    "over": ("了结的", ("handed_over", "closed", "cancelled", "expired")),
}
# As `Wallet.is_asked`: a request outlives its reason when the points change meanwhile.
ASKED = Q(asked_at__isnull=False, asked_tenths__gt=0, tenths=-F("asked_tenths"))
WALLET_TABS = {"all": "全部", "below": "负数", "asked": "要核销的"}


# --- shops and prizes -------------------------------------------------------------------------


def shops(actor: Actor) -> list[Shop]:
    """Those of one's own place and below, in the order of the divisions."""
    found = visible(Shop.objects.exclude(state="merged"), actor, "shops.view")
    return list(found.select_related("place__parent").order_by("path"))


def shop(actor: Actor, pk: UUID) -> Shop:
    """Raises NotFound."""
    found = visible(Shop.objects.exclude(state="merged"), actor, "shops.view")
    row = found.select_related("place").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def prizes(actor: Actor, *, text: str = "", state: str = "offered") -> QuerySet[Prize]:
    """By shop, then name."""
    found = visible(Prize.objects.filter(state=state), actor, "prizes.view")
    if text:
        found = found.filter(name__icontains=text)
    return found.select_related("shop").order_by("path", "name", "pk")


def prize(actor: Actor, pk: UUID) -> Prize:
    """Raises NotFound."""
    found = visible(Prize.objects.filter(pk=pk), actor, "prizes.view")
    row = found.select_related("shop__place").first()
    if row is None:
        raise NotFound
    return row


def moves(p: Prize) -> QuerySet[StockMove]:
    """All that came and went, the newest first."""
    return p.moves.order_by("-at", "-pk")


def stock_sums(prizes_: Iterable[Prize]) -> dict[UUID, dict[str, int]]:
    """In, out, lost (as they are spoken of, without sign) and corrected of each (收发存,
    T12). One query."""
    rows = StockMove.objects.filter(prize__in=list(prizes_)).order_by()
    found: dict[UUID, dict[str, int]] = {}
    for pk, kind, n in rows.values_list("prize", "kind").annotate(n=Sum("n")):
        found.setdefault(pk, dict.fromkeys(rules.MOVE_KINDS, 0))[kind] = (
            -n if kind in ("out", "loss") else n
        )
    return found


# --- redemptions ------------------------------------------------------------------------------


def redemptions(actor: Actor, *, text: str = "") -> QuerySet[Redemption]:
    """Those of one's shops, and of the members who live in one's place."""
    found = visible(Redemption.objects.all(), actor, "redemptions.view")
    if text:
        found = found.filter(
            Q(member__volunteer_no__icontains=text)
            | Q(member__person__name__icontains=text)
            | Q(prize__name__icontains=text)
        )
    return found.select_related("shop", "prize", "member__person", "member__unit")


def in_tab(found: QuerySet[Redemption], tab: str) -> QuerySet[Redemption]:
    """What waits longest first; what is over, the newest."""
    rows = found.filter(state__in=TABS[tab][1])
    if tab == "over":
        return rows.order_by("-requested_at", "pk")
    return rows.order_by("due_at" if tab == "requested" else "hold_until", "pk")


def tab_counts(found: QuerySet[Redemption]) -> dict[str, int]:
    n = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    return {t: sum(n.get(s, 0) for s in states) for t, (_, states) in TABS.items()}


def redemption(actor: Actor, pk: UUID) -> Redemption:
    """Raises NotFound."""
    found = redemptions(actor).filter(pk=pk).select_related(
        "shop__place", "prize", "member__person", "member__unit", "wallet"
    )  # fmt: skip
    row = found.first()
    if row is None:
        raise NotFound
    return row


def clock_of(r: Redemption, now: datetime) -> Clock | None:
    """How long somebody has."""
    if r.state == "requested":
        return clock(now, r.requested_at, r.due_at, whose="轮到社区：备货")
    return None


def events(r: Redemption, actor: Actor) -> list[str]:
    """What this person may do now."""
    return [e for e in rules.FLOW.events(r.state) if can(actor, f"redemptions.{e}", r)]


def story(pk: UUID, now_words: str = "", icon: str = "clock") -> list[Entry]:
    """Who did what, the newest first."""
    found = [
        Entry(_title_of(e.action), at=e.at, who=e.actor_name)
        for e in reversed(events_of(pk))
    ]
    if now_words:
        found.insert(0, Entry(now_words, icon=icon, tone="go", now=True))
    return found


def _title_of(action: str) -> str:
    return ACTIONS[action].title if action in ACTIONS else action


# --- wallets ----------------------------------------------------------------------------------


def wallets(actor: Actor, *, text: str = "", tab: str = "all") -> QuerySet[Wallet]:
    """By volunteer number: never by points (domain 0.1)."""
    found = visible(Wallet.objects.all(), actor, "wallets.view")
    if tab == "below":
        found = found.filter(tenths__lt=0)
    if tab == "asked":
        found = found.filter(ASKED)
    if text:
        found = found.filter(
            Q(member__volunteer_no__icontains=text)
            | Q(member__person__name__icontains=text)
        )
    related = found.select_related("member__person", "member__unit")
    return related.order_by("member__volunteer_no", "pk")


def wallet_counts(actor: Actor) -> dict[str, int]:
    found = visible(Wallet.objects.all(), actor, "wallets.view")
    n = found.aggregate(
        all=Count("pk"), below=Count("pk", filter=Q(tenths__lt=0)),
        asked=Count("pk", filter=ASKED),
    )  # fmt: skip
    return {k: n[k] for k in WALLET_TABS}


def wallet(actor: Actor, pk: UUID) -> Wallet:
    """Raises NotFound."""
    row = wallets(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def on_the_wall(s: Shop) -> QuerySet[Wallet]:
    """What hangs in the shop: of those who redeem there, by volunteer number, without
    names (domain 7.6)."""
    here = within("path", [path_range(s.path)])
    below = Shop.objects.filter(here, state="open").exclude(pk=s.pk)
    own = [path_range(p) for p in below.values_list("path", flat=True)]
    found = Wallet.objects.filter(here).exclude(within("path", own))
    return found.select_related("member").order_by("member__volunteer_no")


@dataclass(frozen=True)
class Line:
    """One entry in words. `about`: (what, value) of the record behind it."""

    entry: WalletEntry
    title: str
    sign: int
    about: list[tuple[str, str]]

    @property
    def tenths(self) -> int:
        return self.sign * self.entry.tenths


def lines(found: Iterable[WalletEntry]) -> list[Line]:
    """With the record, the rule or the prize of each. Three queries."""
    rows = list(found)
    records = Record.objects.in_bulk([e.record_id for e in rows if e.record_id])
    return [
        Line(
            e, _title(e, records), 1 if e.target == "wallet" else -1 if e.source == "wallet"
            else 0, _about(e, records),
        )
        for e in rows
    ]  # fmt: skip


def _title(e: WalletEntry, records: Mapping[UUID, Record]) -> str:
    record = records.get(e.record_id) if e.record_id else None
    if e.kind == "earn" and record and e.rule:
        extra = "" if e.rule.measure == "minutes" else f"：{e.rule.title}"
        return f"{record.get_kind_display()}{extra}"
    if e.redemption:
        return f"{e.get_kind_display()}：{e.redemption.prize.name}"
    if e.donation:
        return f"{e.get_kind_display()}：{e.donation.order.title}"
    return e.get_kind_display()


CONFIRMED = {
    "requester": "居民本人", "call": "居民（电话回访）", "desk": "居民（当面）",
    "code": "住户（确认码）", "link": "住户（链接）", "list": "主办方的名单",
}  # fmt: skip


def _about(e: WalletEntry, records: Mapping[UUID, Record]) -> list[tuple[str, str]]:
    found = []
    record = records.get(e.record_id) if e.record_id else None
    if record:
        found.append(("哪天", f"{record.occurred_on:%Y年%-m月%-d日}"))
        found.append(("做了什么", record.get_kind_display()))
        if record.minutes:
            found.append(("时长", f"{record.minutes}分钟"))
        found.append(("渠道", record.get_channel_display()))
        how = CONFIRMED.get(record.confirmed_how, "社区")
        found.append(("谁确认的", how))
    if e.rule:
        found.append(("按哪一条", rule_words(e.rule)))
    ways = f"{e.get_source_display()} → {e.get_target_display()}"
    found.append(("从哪到哪", f"{ways}，{rules.said(e.tenths)}分"))
    return found


def rule_words(r: Any) -> str:
    """志愿服务：每60分钟1分（经社区确认的服务）."""
    per = f"每{r.per_minutes}分钟" if r.measure == "minutes" else "每次"
    return f"{r.title}：{per}{rules.said(r.tenths)}分（{r.reason}）"


def entries(w: Wallet, kind: str = "") -> QuerySet[WalletEntry]:
    """The newest first."""
    found = w.entries.all()
    if kind:
        found = found.filter(kind=kind)
    related = ("rule", "redemption__prize", "donation__order")
    return found.select_related(*related).order_by("-on", "-at", "-pk")


def donations(actor: Actor, *, state: str = "", text: str = "") -> QuerySet[Donation]:
    """The newest first."""
    found = visible(Donation.objects.all(), actor, "donations.view")
    if state:
        found = found.filter(state=state)
    if text:
        found = found.filter(order__title__icontains=text)
    related = found.select_related("member__person", "order__place")
    return related.order_by("-given_at", "pk")


# --- a member's own ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Mine:
    """What a member's page shows first."""

    member: Member
    wallet: Wallet | None
    shop: Shop | None
    group: str
    who: list[str]
    taken: int
    most: int
    may: bool
    runs_out: date | None

    @property
    def tenths(self) -> int:
        return self.wallet.tenths if self.wallet else 0

    def why_not(self, p: Prize) -> str:
        assert self.shop
        return rules.why_not(
            group=self.group, who=self.who, tenths=self.tenths, needs=p.tenths,
            taken=self.taken, most=self.most, left=p.left,
            is_open=self.shop.state == "open",
        )  # fmt: skip


def mine(actor: Actor) -> Mine:
    """Raises NotFound for who is no member."""
    related = ("person", "unit", "wallet")
    if actor.member_id is None or actor.role != "member":
        raise NotFound
    found = Member.objects.select_related(*related).filter(pk=actor.member_id)
    member = found.first()
    if member is None:
        raise NotFound
    return of_member(member)


def of_member(member: Member) -> Mine:
    day, s = today(), shop_for(home_of(member))
    set_ = settings_at(s.path if s else home_of(member))
    group = group_of(member)
    return Mine(
        member, getattr(member, "wallet", None), s, group, set_["shop.who"],
        taken_in_quarter(member.pk, day), set_["shop.per_quarter"],
        group in set_["shop.who"], rules.expires_after(day, set_["shop.expiry_years"]),
    )  # fmt: skip


def offered(s: Shop) -> QuerySet[Prize]:
    """On the shelf, the cheapest first."""
    return s.prizes.filter(state="offered").order_by("tenths", "name")


def shelf(m: Mine) -> list[tuple[Prize, str]]:
    """(prize, why not)."""
    return [(p, m.why_not(p)) for p in offered(m.shop)] if m.shop else []


def own_redemptions(actor: Actor) -> QuerySet[Redemption]:
    found = visible(Redemption.objects.all(), actor, "redemptions.view")
    return found.select_related("shop", "prize").order_by("-requested_at", "pk")
